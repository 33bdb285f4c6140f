//! Comments that hide a finding: `secscan:allow`, and those that other scanners know.
//!
//! A marker counts anywhere on the line of the secret but in the secret itself. On the line before it
//! counts only where it is the first word, with no letter and no digit in front of it: the marker of
//! another secret, which stands behind that secret, must not hide the next line as well.

use crate::select::matches;

/// A marker beside a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    /// As it is written.
    pub(crate) name: &'static str,
    /// The rules that it is for; all, if there are none.
    rules: Vec<String>,
    pub(crate) reason: String,
}

/// Which line a marker hides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Its own.
    Own,
    /// The one behind it.
    Next,
    /// Its own, or the next where nothing else stands on its own.
    OwnOrNext,
}

const OURS: &str = "secscan:allow";

/// Other scanners' markers. Longer ones first, where one begins like another.
const MARKERS: [(&str, Line); 11] = [
    (OURS, Line::OwnOrNext),
    ("gitleaks:allow", Line::Own),
    ("betterleaks:allow", Line::Own),
    ("pragma: allowlist nextline secret", Line::Next),
    ("pragma: allowlist secret", Line::Own),
    ("pragma: whitelist nextline secret", Line::Next),
    ("pragma: whitelist secret", Line::Own),
    ("trufflehog:ignore", Line::Own),
    ("kingfisher:ignore", Line::Own),
    ("secretlint-disable-next-line", Line::Next),
    ("secretlint-disable-line", Line::Own),
];

/// The most of a reason that is kept, in characters.
const REASON: usize = 200;

impl Marker {
    /// Whether it is for findings of this rule.
    pub(crate) fn applies_to(&self, rule: &str) -> bool {
        self.rules.is_empty()
            || self.rules.iter().any(|one| matches(one.as_bytes(), rule.as_bytes()))
    }
}

/// The markers that are for a secret: `before` is what stands before it on its line, with the line before
/// that one, and `after` the rest of its last line. A text with NUL bytes has no lines and no comments.
pub(crate) fn markers(before: &[u8], after: &[u8]) -> Vec<Marker> {
    let (previous, first) = match before.iter().rposition(|&byte| byte == b'\n') {
        Some(end) => (&before[..end], &before[end + 1..]),
        None => (&b""[..], before),
    };
    if before.contains(&0) || after.contains(&0) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (text, is_own) in [(first, true), (after, true), (previous, false)] {
        let text = String::from_utf8_lossy(text);
        for (name, line) in MARKERS {
            if let Some(at) = find(&text, name) {
                let counts = match line {
                    Line::Own => is_own,
                    Line::Next => !is_own,
                    Line::OwnOrNext => is_own || stands_alone(&text[..at]),
                };
                if counts {
                    found.push(marker(name, &text[at + name.len()..]));
                }
            }
        }
    }
    found
}

/// Where the marker stands as a word of its own.
fn find(text: &str, name: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-:".contains(byte);
    text.match_indices(name).map(|(at, _)| at).find(|&at| {
        let follows = bytes.get(at + name.len());
        let starts = at == 0 || !in_word(&bytes[at - 1]);
        starts && follows.is_none_or(|byte| !in_word(byte) || name != OURS && *byte == b':')
    })
}

/// Whether what stands before a marker is nothing but the beginning of a comment.
fn stands_alone(before: &str) -> bool {
    let before = before.trim();
    let word = before.trim_end_matches(':');
    !before.contains(char::is_alphanumeric)
        || ["rem", "dnl"].iter().any(|lead| word.eq_ignore_ascii_case(lead))
}

/// Reads what stands behind a marker: rules, then a reason.
fn marker(name: &'static str, behind: &str) -> Marker {
    let mut marker = Marker { name, rules: Vec::new(), reason: String::new() };
    if name != OURS {
        return marker;
    }
    let end = ["*/", "-->", "#}", "}}", "*)", "%>"].iter().filter_map(|end| behind.find(end)).min();
    let behind = &behind[..end.unwrap_or(behind.len())];
    let (rules, reason) = match behind.split_once("reason=") {
        Some((rules, reason)) => (rules, reason.trim()),
        None => (behind, ""),
    };
    marker.rules = rules
        .split([' ', '\t', ','])
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && !"*?".contains(c)))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let reason = match reason.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = &reason[1..];
            &inner[..inner.find(quote).unwrap_or(inner.len())]
        }
        _ => reason,
    };
    marker.reason = reason.trim().chars().take(REASON).collect();
    marker
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What hides the secret in a text in which it is written `@`.
    fn hides(text: &str, rule: &str) -> Option<String> {
        let at = text.find('@').unwrap();
        let line = text[..at].rfind('\n').unwrap_or(0);
        let before = text[..line].rfind('\n').map_or(0, |end| end + 1);
        let rest = &text[at + 1..];
        let after = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let all = markers(&text.as_bytes()[before..at], after.as_bytes());
        all.into_iter()
            .find(|marker| marker.applies_to(rule))
            .map(|marker| format!("{}|{}", marker.name, marker.reason))
    }

    #[test]
    fn where_markers_count() {
        for (text, expected) in [
            ("key = @  # secscan:allow", Some("secscan:allow|")),
            ("key = @  // secscan:allow acme-key", Some("secscan:allow|")),
            ("key = @  // secscan:allow other, acme-* reason=a test", Some("secscan:allow|a test")),
            ("key = @  // secscan:allow other reason=a test", None),
            (
                "/* secscan:allow reason=\"it's fake\" see */ key = @",
                Some("secscan:allow|it's fake"),
            ),
            ("<!-- secscan:allow reason=fake -->@", Some("secscan:allow|fake")),
            ("# secscan:allow\nkey = @", Some("secscan:allow|")),
            (
                "  \"//\": \"secscan:allow reason=fake\",\n  \"key\": \"@\"",
                Some("secscan:allow|fake\","),
            ),
            ("REM secscan:allow\nset KEY=@", Some("secscan:allow|")),
            ("-- secscan:allow\r\n@", Some("secscan:allow|")),
            // The other one's marker.
            ("other = x  # secscan:allow\nkey = @", None),
            ("# secscan:allow\n\nkey = @", None),
            ("@\n# secscan:allow", None),
            ("key = @ # secscan:allowed", None),
            ("key = @ # not-secscan:allow", None),
            ("key = @ # secscan:allow-list", None),
            ("a = @ # gitleaks:allow", Some("gitleaks:allow|")),
            ("# gitleaks:allow\n@", None),
            ("a = @ # betterleaks:allow", Some("betterleaks:allow|")),
            ("a = @ # pragma: allowlist secret", Some("pragma: allowlist secret|")),
            ("# pragma: allowlist secret\n@", None),
            ("# pragma: allowlist nextline secret\n@", Some("pragma: allowlist nextline secret|")),
            ("a = @ # pragma: allowlist nextline secret", None),
            ("a = @ // trufflehog:ignore", Some("trufflehog:ignore|")),
            ("a = @ // kingfisher:ignore", Some("kingfisher:ignore|")),
            ("a = @ // secretlint-disable-line", Some("secretlint-disable-line|")),
            ("// secretlint-disable-next-line\n@", Some("secretlint-disable-next-line|")),
            ("a = @ #nosec", None),
            ("a = @ # noqa", None),
            ("\0 @ secscan:allow", None),
        ] {
            assert_eq!(hides(text, "acme-key").as_deref(), expected, "{text}");
        }
    }
}
