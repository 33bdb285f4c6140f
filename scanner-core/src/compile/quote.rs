//! What a parser says of a file, without what it quotes of it: a file that was named by mistake may hold secrets.

/// The longest word that may be quoted, in bytes: names of keys are shorter, and secrets are longer.
const LONGEST: usize = 20;

/// A message in which what stands in quotes is at most 20 bytes long, and every other word too; what is longer is an
/// ellipsis. Of a quotation that holds a quotation mark, the rest is such a word.
///
/// ```
/// use secscan_core::shortened;
/// assert_eq!(shortened("unknown field `sevrity`"), "unknown field `sevrity`");
/// assert_eq!(shortened("invalid type: string \"what nobody else should see\""), "invalid type: string \"…\"");
/// ```
#[doc(hidden)]
pub fn shortened(message: &str) -> String {
    let mut short = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(open) = rest.find(['"', '`', '\'']) {
        let mark = rest.as_bytes()[open];
        let inner = &rest.as_bytes()[open + 1..];
        // An apostrophe within a word opens nothing.
        let within = mark == b'\'' && rest[..open].ends_with(|c: char| c.is_alphanumeric());
        let close = (!within).then(|| close_of(inner, mark)).flatten();
        words(&rest[..open], &mut short);
        short.push(char::from(mark));
        let Some(close) = close else {
            rest = &rest[open + 1..];
            continue;
        };
        short.push_str(if close > LONGEST { "…" } else { &rest[open + 1..open + 1 + close] });
        short.push(char::from(mark));
        rest = &rest[open + close + 2..];
    }
    words(rest, &mut short);
    short
}

fn words(text: &str, short: &mut String) {
    for (at, word) in text.split(' ').enumerate() {
        short.push_str(if at == 0 { "" } else { " " });
        short.push_str(if word.len() > LONGEST { "…" } else { word });
    }
}

/// Where a quotation ends: at its mark, but for one behind a backslash.
fn close_of(inner: &[u8], mark: u8) -> Option<usize> {
    let mut escaped = false;
    inner.iter().position(|&byte| {
        let ends = byte == mark && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// A name as it may be quoted: of a rule or a file, which are words with something between them. One that has a word of
/// more than 20 bytes is an ellipsis.
#[doc(hidden)]
pub fn named(name: &str) -> &str {
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    if words.all(|word| word.len() <= LONGEST) { name } else { "…" }
}

#[cfg(test)]
mod tests {
    use super::{named, shortened};

    #[test]
    fn names_are_of_words() {
        for name in ["azure-storage-account-key-old", "../a b/gitleaks.toml", ""] {
            assert_eq!(named(name), name);
        }
        assert_eq!(named(&format!("acme_{}", "x".repeat(21))), "…");
    }

    #[test]
    fn long_quotations_are_left_out() {
        let long = "x".repeat(21);
        for (message, expected) in [
            (format!("expected `a`, not `{long}`"), "expected `a`, not `…`"),
            (format!("string \"a\\\"{long}\" at line 1"), "string \"…\" at line 1"),
            (format!("the file's end is near, '{long}'"), "the file's end is near, '…'"),
            ("an open ` quotation".to_owned(), "an open ` quotation"),
            (format!("unknown key `a`{long}`, expected `b`"), "unknown key `a`…`, expected `b`"),
            (format!("unknown key `a` {long}`"), "unknown key `a` …`"),
            (String::new(), ""),
        ] {
            assert_eq!(shortened(&message), expected);
        }
    }
}
