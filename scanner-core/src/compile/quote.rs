//! What a parser says of a file, without what it quotes of it: a file that was named by mistake may hold secrets.

/// The longest word that may be quoted, in bytes: names of keys are shorter, and secrets are longer.
const LONGEST: usize = 20;

/// A message in which what stands in quotes is at most 20 bytes long; what is longer is an ellipsis.
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
        let Some(close) = close else {
            short.push_str(&rest[..=open]);
            rest = &rest[open + 1..];
            continue;
        };
        short.push_str(&rest[..=open]);
        short.push_str(if close > LONGEST { "…" } else { &rest[open + 1..open + 1 + close] });
        short.push(char::from(mark));
        rest = &rest[open + close + 2..];
    }
    short + rest
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

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn long_quotations_are_left_out() {
        let long = "x".repeat(21);
        for (message, expected) in [
            (format!("expected `a`, not `{long}`"), "expected `a`, not `…`"),
            (format!("string \"a\\\"{long}\" at line 1"), "string \"…\" at line 1"),
            (format!("the file's end is near, '{long}'"), "the file's end is near, '…'"),
            ("an open ` quotation".to_owned(), "an open ` quotation"),
            (String::new(), ""),
        ] {
            assert_eq!(shortened(&message), expected);
        }
    }
}
