//! Passwords in sentences, in mails, chats and tickets: `the password for the VPN is value`, `password value`.
//!
//! Apart from assignments because nothing but words joins name and value here: what is no word on the same line is
//! the value, and must look made to be believed.

use super::VALUE;
use crate::engine::judge::names;
use crate::input::Span;

/// How many words may stand between name and value.
const WORDS: usize = 8;

/// How far that is, in bytes.
const GAP: usize = 64;

/// Words behind which the value stands.
const LEADS: &[&[u8]] = &[
    b"is",
    b"was",
    b"be",
    b"to",
    b"now",
    b"ist",
    b"es",
    b"est",
    b"-",
    b"->",
    b"=",
    b"=>",
    b"|",
    "\u{2013}".as_bytes(),
    "\u{2014}".as_bytes(),
    "\u{2192}".as_bytes(),
];

/// A value in a sentence about the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Said {
    pub(in crate::engine) value: Span,
    /// Whether a word or a sign leads to it, and not the name alone.
    pub(in crate::engine) is_led: bool,
}

/// Whether a sentence may go on behind the name. Asked first, as it takes next to nothing: most names that are assigned
/// nothing are followed by a sign.
pub(in crate::engine) fn may_be_said(haystack: &[u8], name: Span) -> bool {
    let mut rest = haystack[name.end..].iter();
    let is_emphasis = |byte: &&u8| matches!(**byte, b'*' | b'"' | b'\'' | b'`');
    matches!(rest.by_ref().take(3).find(|byte| !is_emphasis(byte)), Some(b' ' | b'\t'))
}

/// What a sentence says that the name's value is.
pub(in crate::engine) fn said(haystack: &[u8], name: Span) -> Option<Said> {
    // In a sentence the name is a word; `change_password` is a command.
    if !haystack[name.range()].iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let rest = &haystack[name.end..haystack.len().min(name.end + GAP + VALUE)];
    let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let emphasis =
        rest.iter().take(2).take_while(|&&byte| matches!(byte, b'*' | b'"' | b'\'' | b'`')).count();
    let mut at = emphasis;
    let mut is_led = false;
    let mut words = 0;
    while words < WORDS && at < GAP {
        let blanks = rest[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if blanks == 0 {
            return None;
        }
        at += blanks;
        let len = rest[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let word = &rest[at..at + len];
        if word.iter().any(u8::is_ascii_digit) {
            let (before, text) = trimmed(word);
            // Words alone lead to anything.
            let start = name.end + at + before;
            let value = Span { start, end: start + text.len() };
            return (words == 0 || is_led).then_some(Said { value, is_led });
        }
        let plain = word.strip_suffix(b":").unwrap_or(word);
        let is_word = plain
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'\'' | b'-' | b'(' | b')'));
        let is_lead =
            LEADS.iter().any(|lead| plain.eq_ignore_ascii_case(lead)) || plain.len() < word.len();
        if word.is_empty()
            || !(is_word || is_lead)
            || (names::means_other(plain) && plain != b"changed")
        {
            return None;
        }
        is_led = is_lead;
        at += len;
        words += 1;
    }
    None
}

/// A word without the quotes, brackets and stops around it, and how much was taken off before it.
fn trimmed(word: &[u8]) -> (usize, &[u8]) {
    let opens = word.iter().take_while(|byte| b"\"'`*([{<".contains(byte)).count();
    let inner = &word[opens..];
    let closes = inner.iter().rev().take_while(|byte| b"\"'`*)]}>.,;:!?".contains(byte)).count();
    let opened = opens > 0 || inner.last() != Some(&b'!');
    // An exclamation mark may be the last of a password.
    let end = if opened { inner.len() - closes } else { inner.len() };
    (opens, &inner[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<(&str, bool)> {
        let at = text.to_ascii_lowercase().find("password").unwrap();
        let name = super::super::name(text.as_bytes(), at, at + 8);
        said(text.as_bytes(), name).map(|said| (&text[said.value.range()], said.is_led))
    }

    #[test]
    fn passwords_in_sentences() {
        for (text, expected, is_led) in [
            ("the password for the VPN is V4l-ue.", "V4l-ue", true),
            ("my root password of the box was `V4l-ue`, I think", "V4l-ue", true),
            ("user admin, password V4l-ue", "V4l-ue", false),
            ("password for the db: V4l-ue", "V4l-ue", true),
            ("DB password changed to V4l-ue yesterday", "V4l-ue", true),
            ("the new password will be V4l-ue!", "V4l-ue!", true),
            ("*Password* - V4l-ue", "V4l-ue", true),
            ("| Password | `V4l-ue` |", "V4l-ue", true),
            ("password \u{2192} \"V4l-ue\"", "V4l-ue", true),
        ] {
            assert_eq!(value(text), Some((expected, is_led)), "{text}");
        }
    }

    #[test]
    fn sentences_without_one() {
        for text in [
            "the password hash is V4l-ue",
            "a password of at least 12 characters",
            "the password, V4l-ue",
            "the password for host V4l-ue",
            "the password\nis V4l-ue",
            "the password is needed",
            "password_V4l-ue",
            "change_password V4l-ue other",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
