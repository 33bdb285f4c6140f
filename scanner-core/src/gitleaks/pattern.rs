//! From a regular expression that is searched for everywhere to a pattern with heads and a window.
//!
//! - The *heads* are the literals at the best place ([`heads`](super::heads)). Where there is none, the
//!   keywords are, and the match is looked for behind them.
//! - The *reach* is what a match may be long: what the regular expression says, or where it has no end,
//!   [`OPEN_LINE`], and [`OPEN_BLOCK`] if it goes over lines.

use regex_syntax::hir::{Hir, HirKind};

use super::heads::{self, Anchor};
use super::regex::{Groups, translate};
use crate::compile::pattern::{bounds, parse};
use crate::compile::schema::{MAX_WINDOW, MIN_HEAD};

/// The longest match of what has no longest one and stays on a line, in bytes.
const OPEN_LINE: u32 = 2048;
/// The same for what goes over lines.
const OPEN_BLOCK: u32 = 16_384;
/// How many bytes before a head a match may begin, where the regular expression leaves it open.
const BEFORE: usize = 256;
/// How far behind a keyword a match without a literal of its own is looked for, in bytes.
const BEHIND: usize = 200;

/// What a regular expression becomes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) heads: Vec<String>,
    pub(super) ignore_case: bool,
    pub(super) offset: (u16, u16),
    pub(super) window: u32,
    /// Whether every match holds one of the keywords, so that they need not be looked for.
    pub(super) has_keyword: bool,
    /// What is not as it was.
    pub(super) differs: Vec<&'static str>,
}

/// Makes a pattern. An error says why there is none, and what to do.
pub(super) fn pattern(
    regex: &str,
    group: Option<usize>,
    keywords: &[String],
) -> Result<Pattern, (String, &'static str)> {
    const WRITE: &str = "it is not used; write it in a way that both know";
    let plain = translate(regex, Groups::Keep).map_err(|why| (why, WRITE))?;
    let hir = parse(&plain).map_err(|why| (why, WRITE))?;
    let mut differs = Vec::new();
    let secret = secret_group(&hir, group, &mut differs)?;
    let text = translate(regex, secret).map_err(|why| (why, WRITE))?;
    let hir = parse(&text).map_err(|why| (why, WRITE))?;
    if hir.properties().minimum_len().unwrap_or(0) == 0 {
        return Err(("it matches the empty string".to_owned(), "it is not used; ask for more"));
    }
    let anchors = heads::anchors(&hir);
    let keywords: Vec<String> = keywords.iter().map(|word| word.to_ascii_lowercase()).collect();
    let has_keyword = keywords.is_empty() || anchors.iter().any(|at| holds_one(at, &keywords));
    let open = |hir: &Hir| match hir.properties().maximum_len() {
        Some(most) => u32::try_from(most).unwrap_or(MAX_WINDOW),
        None => match over_lines(hir) {
            true => OPEN_BLOCK,
            false => OPEN_LINE,
        },
    };
    let found = match heads::best(&anchors) {
        Some(anchor) => {
            let most = anchor.most.unwrap_or(usize::MAX).min(anchor.least + BEFORE);
            if anchor.most != Some(most) {
                differs.push("a match begins at most 256 bytes before its literal");
            }
            let short = |bytes: usize| u16::try_from(bytes).ok();
            let (Some(least), Some(most)) = (short(anchor.least), short(most)) else {
                return Err(("its literal stands too far in it".to_owned(), "it is not used"));
            };
            Pattern {
                window: open(&hir),
                text,
                heads: anchor.literals.clone(),
                ignore_case: anchor.ignore_case,
                offset: (least, most),
                has_keyword,
                differs,
            }
        }
        None => behind_keyword(&text, secret, &keywords, open(&hir), differs)?,
    };
    let bounds = bounds(&found.text).map_err(|why| (why, WRITE))?;
    let window = found.window.clamp(bounds.min_len, MAX_WINDOW);
    Ok(Pattern { window, ..found })
}

/// The pattern of what has no literal of its own: it begins with a keyword.
fn behind_keyword(
    text: &str,
    secret: Groups,
    keywords: &[String],
    window: u32,
    mut differs: Vec<&'static str>,
) -> Result<Pattern, (String, &'static str)> {
    let usable = |word: &&String| {
        (MIN_HEAD..=64).contains(&word.len()) && word.is_ascii() && !word.contains('\n')
    };
    let heads: Vec<String> = keywords.iter().filter(usable).cloned().collect();
    if heads.is_empty() {
        return Err((
            "it has no literal of three bytes that stands in every match, and the rule no keyword \
             of that length"
                .to_owned(),
            "it is not used; give it `keywords`, of which one stands before what is to be found",
        ));
    }
    differs
        .push("it has no literal of its own: it is looked for in the 200 bytes behind a keyword");
    let words: Vec<String> = heads.iter().map(|word| regex_syntax::escape(word)).collect();
    let longest = heads.iter().map(String::len).max().unwrap_or(0) as u32;
    let inner = match secret {
        Groups::Secret(_) => format!("(?:{text})"),
        _ => format!("(?P<secret>{text})"),
    };
    Ok(Pattern {
        text: format!("(?i:{})(?s:.){{0,{BEHIND}}}?{inner}", words.join("|")),
        heads,
        ignore_case: true,
        offset: (0, 0),
        window: window.saturating_add(longest + BEHIND as u32),
        has_keyword: true,
        differs,
    })
}

/// The group that is the secret: the one that is asked for, or the first that takes part in every match.
fn secret_group(
    hir: &Hir,
    asked: Option<usize>,
    differs: &mut Vec<&'static str>,
) -> Result<Groups, (String, &'static str)> {
    let count = hir.properties().explicit_captures_len();
    if let Some(group) = asked.filter(|&group| group > 0) {
        if group > count {
            let what = format!("`secretGroup` is {group}, and the regex has {count} groups");
            return Err((what, "it is not used; count the parentheses that capture"));
        }
        return Ok(Groups::Secret(group));
    }
    if count == 0 {
        return Ok(Groups::Drop);
    }
    if always(hir, 1) {
        return Ok(Groups::Secret(1));
    }
    differs.push(
        "its first group may be empty: the secret is the whole match, unless `secretGroup` says which",
    );
    Ok(Groups::Drop)
}

/// Whether a group takes part in every match, and is not empty.
fn always(hir: &Hir, group: u32) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) if capture.index == group => {
            capture.sub.properties().minimum_len().unwrap_or(0) > 0
        }
        HirKind::Capture(capture) => always(&capture.sub, group),
        HirKind::Concat(parts) => parts.iter().any(|part| always(part, group)),
        HirKind::Repetition(repetition) => repetition.min > 0 && always(&repetition.sub, group),
        _ => false,
    }
}

/// Whether what is repeated without end may hold a line break.
fn over_lines(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let open = repetition.max.is_none_or(|most| most > OPEN_LINE);
            let mut alphabet = crate::rule::ByteSet::default();
            crate::compile::pattern::collect(&repetition.sub, &mut alphabet);
            // Blanks between words are no block.
            (open && alphabet.contains(b'\n') && alphabet.contains(b'A'))
                || over_lines(&repetition.sub)
        }
        HirKind::Capture(capture) => over_lines(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(over_lines),
        _ => false,
    }
}

fn holds_one(anchor: &Anchor, keywords: &[String]) -> bool {
    anchor.literals.iter().all(|literal| {
        let literal = literal.to_ascii_lowercase();
        keywords.iter().any(|word| literal.contains(word.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(regex: &str, keywords: &[&str]) -> Pattern {
        let keywords: Vec<String> = keywords.iter().map(|&word| word.to_owned()).collect();
        pattern(regex, None, &keywords).unwrap()
    }

    #[test]
    fn literals_lead_to_matches() {
        let one = made(r#"(?i)acme[a-z_]*\s*=\s*"([0-9a-f]{32})""#, &["acme"]);
        assert_eq!((one.heads, one.ignore_case, one.offset), (vec!["acme".into()], true, (0, 0)));
        assert_eq!(one.window, OPEN_LINE);
        assert!(one.has_keyword && one.differs.is_empty() && one.text.contains("(?P<secret>"));
        let two = made(r"\b[0-9]{4}:zq-[0-9a-z]{20}\b", &["acme"]);
        assert_eq!((two.offset, two.window, two.has_keyword), ((4, 4), 28, false));
        let block = made(r"(?s)-----BEGIN ACME-----.+?-----END ACME-----", &[]);
        assert_eq!(block.window, OPEN_BLOCK);
    }

    #[test]
    fn keywords_lead_where_there_is_no_literal() {
        let one = made(r"\b[0-9a-f]{32}\b", &["Acme", "no"]);
        assert_eq!((one.heads, one.ignore_case), (vec!["acme".into()], true));
        assert_eq!(one.text, r"(?i:acme)(?s:.){0,200}?(?P<secret>\b[0-9a-f]{32}\b)");
        assert_eq!(one.window, 4 + 200 + 32);
        assert!(pattern(r"[0-9a-f]{32}", None, &[]).unwrap_err().0.contains("no literal"));
        assert!(pattern(r"[0-9a-f]{32}", None, &["ab".into()]).is_err());
    }

    #[test]
    fn groups() {
        assert!(made("acme_(?:x)([a-z]{9})(y)?", &[]).text.contains("(?P<secret>[a-z]{9})"));
        let unsure = made("acme_(?:([a-z]{9})|[0-9]{9})", &[]);
        assert!(!unsure.text.contains("secret") && unsure.differs.len() == 1);
        let two = pattern("acme_(a)([a-z]{9})", Some(2), &[]).unwrap();
        assert!(two.text.contains("(?:a)(?P<secret>[a-z]{9})"));
        assert!(pattern("acme_(a)", Some(2), &[]).unwrap_err().0.contains("has 1 groups"));
        assert!(pattern("acme(", None, &[]).is_err());
        assert!(pattern("a*", None, &["acme".into()]).unwrap_err().0.contains("empty"));
    }
}
