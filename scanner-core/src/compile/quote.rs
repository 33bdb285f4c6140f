//! What a parser says of a file, without what it quotes of it: a file that was named by mistake may hold secrets.

/// The longest that may be quoted, in bytes: names of keys are shorter, and secrets are longer.
const LONGEST: usize = 20;

/// A message of which at most 20 bytes stand in quotes, from the first mark to the last, and in which every other word
/// is as short; what is longer is an ellipsis. Where a quotation ends cannot be told from what is in it: that may hold
/// marks too, and many short words or numbers are a secret as well as a long one. Names that are proposed at the end do
/// not count.
///
/// ```
/// use secscan_core::shortened;
/// assert_eq!(shortened("unknown field `sevrity`"), "unknown field `sevrity`");
/// assert_eq!(shortened("invalid type: string \"what nobody else should see\""), "invalid type: string \"…\"");
/// assert_eq!(shortened("unknown field `1`, `2`, `3`, `4`, `5`, expected `a` or `b`"), "unknown field `…`, expected `a` or `b`");
/// ```
#[doc(hidden)]
pub fn shortened(message: &str) -> String {
    let (message, proposed) = message.split_at(proposal(message));
    let mut short = String::with_capacity(message.len() + proposed.len());
    let mut marks = message.char_indices().filter(|&(at, mark)| is_mark(message, at, mark));
    match (marks.next(), marks.next_back()) {
        (Some((open, first)), Some((close, last))) => {
            let quoted = &message[open + 1..close];
            words(&message[..open], &mut short);
            short.push(first);
            short.push_str(if quoted.len() > LONGEST { "…" } else { quoted });
            short.push(last);
            words(&message[close + 1..], &mut short);
        }
        _ => words(message, &mut short),
    }
    short + proposed
}

/// Whether a quotation may begin or end there. An apostrophe within a word is none.
fn is_mark(text: &str, at: usize, mark: char) -> bool {
    let within = || {
        text[..at].ends_with(char::is_alphanumeric)
            && text[at + 1..].starts_with(char::is_alphanumeric)
    };
    matches!(mark, '"' | '`') || mark == '\'' && !within()
}

/// Where the names begin that a message ends with: those that serde expected, or the one that is meant. Messages that
/// end with what they quote, so that it could look like such names, are of unknown keys.
fn proposal(message: &str) -> usize {
    let name = |text: &str| {
        let name = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        name.is_some_and(|name| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            name.len() <= LONGEST && name.bytes().all(letter)
        })
    };
    let names = |text: &str| {
        let text = text.strip_prefix("one of ").unwrap_or(text);
        text.split(", ").flat_map(|text| text.split(" or ")).all(name)
    };
    let ends = |lead: &str, is_such: &dyn Fn(&str) -> bool| {
        message.rfind(lead).filter(|at| is_such(&message[at + lead.len()..]))
    };
    let expected = || ends(", expected ", &names).filter(|_| !message.starts_with("unknown key"));
    let meant = || ends("; did you mean ", &|text| text.strip_suffix('?').is_some_and(name));
    expected().or_else(meant).unwrap_or(message.len())
}

fn words(text: &str, short: &mut String) {
    for (at, word) in text.split(' ').enumerate() {
        short.push_str(if at == 0 { "" } else { " " });
        short.push_str(if word.len() > LONGEST { "…" } else { word });
    }
}

/// A name as it may be quoted: of a rule or a file, which are words with something between them. One that has a word of
/// more than 20 bytes is an ellipsis, and so is a longer one that is a list.
#[doc(hidden)]
pub fn named(name: &str) -> &str {
    let is_list = name.contains(|c: char| c.is_whitespace() || c == ',');
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let is_short = words.all(|word| word.len() <= LONGEST);
    if is_short && !(is_list && name.len() > LONGEST) { name } else { "…" }
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
        assert_eq!(named("07, 86, 5, 3, 24, 8, 11"), "…");
    }

    #[test]
    fn long_quotations_are_left_out() {
        let long = "x".repeat(21);
        for (message, expected) in [
            (format!("string \"a\\\"{long}\" at line 1"), "string \"…\" at line 1"),
            (format!("the file's end is near, '{long}'"), "the file's end is near, '…'"),
            ("'x' isn't one".to_owned(), "'x' isn't one"),
            ("an open ` quotation".to_owned(), "an open ` quotation"),
            (format!("{long}: `a`"), "… `a`"),
            (format!("unknown field `a`{long}`, expected `b`"), "unknown field `…`, expected `b`"),
            (format!("unknown key `a` {long}`"), "unknown key `…`"),
            (String::new(), ""),
        ] {
            assert_eq!(shortened(&message), expected);
        }
    }

    #[test]
    fn many_short_words_are_left_out_too() {
        let list = "07`, 863`, \"5, `3, '24`, 8`, 11";
        for (message, expected) in [
            (format!("`{list}` is no fingerprint"), "`…` is no fingerprint"),
            (format!("string {list:?}, expected a map"), "string \"…\", expected a map"),
            (
                format!("unknown field `{list}`, expected `a` or `b`"),
                "unknown field `…`, expected `a` or `b`",
            ),
            (
                format!("unknown variant `{list}`, expected one of `a-b`, `c`, `d`"),
                "unknown variant `…`, expected one of `a-b`, `c`, `d`",
            ),
            (
                format!("unknown field `{list}`, there are no fields"),
                "unknown field `…`, there are no fields",
            ),
            (
                format!("`{list}` is not known; did you mean `a`?"),
                "`…` is not known; did you mean `a`?",
            ),
            // What is quoted looks like names that are proposed.
            (format!("`a`, expected `b`, `{list}` is no fingerprint"), "`…` is no fingerprint"),
            ("`a`, expected 1, 2, 3, 4, 5, 6, 7, `8` is none".to_owned(), "`…` is none"),
            ("unknown key `a`, expected `1`, `2`, `3`".to_owned(), "unknown key `…`"),
            ("'ab; did you mean `c`?' is not known here".to_owned(), "'…' is not known here"),
        ] {
            assert_eq!(shortened(&message), expected);
        }
    }
}
