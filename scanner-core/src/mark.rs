//! What stands in the place of a secret that was taken out, so that it is not taken for one.
//!
//! There are two forms: `[REDACTED:rule-id]`, which says what was there, and `__SECRET_RULE_ID_k7q2m9__`, which a
//! vault can turn back. Which code stands for which secret is not known here.

use std::borrow::Cow;

use crate::input::Span;

const LABEL: &[u8] = b"[REDACTED:";
const CODED: &[u8] = b"__SECRET_";
/// The longest placeholder, in bytes.
const LONGEST: usize = 128;
/// The fewest characters that a code has.
const CODE: usize = 4;
/// What may stand beside a placeholder in what is taken for a secret: quotes, a prefix.
const REST: usize = 8;

/// The placeholders in a text, in order.
///
/// ```
/// use secscan_core::sanitize::placeholders;
/// let text = b"token = __SECRET_GITHUB_PAT_k7q2m9__, password = [REDACTED:generic-password]";
/// assert_eq!(placeholders(text).count(), 2);
/// ```
pub fn placeholders(text: &[u8]) -> impl Iterator<Item = Span> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at + memchr::memchr2(b'_', b'[', &text[at..])?;
            match at_start(&text[start..]) {
                Some(len) => {
                    at = start + len;
                    return Some(Span { start, end: at });
                }
                None => at = start + 1,
            }
        }
        None
    })
}

/// Whether what was taken for a secret is one or more placeholders, and little else.
pub fn is_placeholder(secret: &[u8]) -> bool {
    let covered: usize = placeholders(secret).map(Span::len).sum();
    covered > 0 && secret.len() - covered < REST
}

/// What stands beside the placeholders in what was taken for a secret: that may be one.
pub(crate) fn beside(secret: &[u8]) -> Cow<'_, [u8]> {
    let mut rest = Vec::new();
    let mut done = 0;
    for placeholder in placeholders(secret) {
        rest.extend_from_slice(&secret[done..placeholder.start]);
        done = placeholder.end;
    }
    if done == 0 {
        return Cow::Borrowed(secret);
    }
    rest.extend_from_slice(&secret[done..]);
    Cow::Owned(rest)
}

/// The length of the placeholder that `text` begins with.
fn at_start(text: &[u8]) -> Option<usize> {
    let text = &text[..text.len().min(LONGEST)];
    if let Some(rest) = text.strip_prefix(LABEL) {
        let id = rest.iter().take_while(|&&b| b.is_ascii_alphanumeric() || b == b'-').count();
        return (id > 0 && rest.get(id) == Some(&b']')).then_some(LABEL.len() + id + 1);
    }
    let rest = text.strip_prefix(CODED)?;
    let len = rest.windows(2).position(|two| two == b"__")?;
    let name = rest[..len].iter().rposition(|&byte| byte == b'_')?;
    let code = &rest[name + 1..len];
    let is_code = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    (name > 0 && code.len() >= CODE && code.iter().all(is_code) && rest[..name].iter().all(is_name))
        .then_some(CODED.len() + len + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known_by_their_form() {
        for text in ["__SECRET_GITHUB_PAT_k7q2m9__", "[REDACTED:jwt]", "'__SECRET_A_abcd__'"] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "__SECRET_GITHUB_PAT_k7q2m9",
            "__SECRET__",
            "__SECRET_abcdef__",
            "__SECRET_A_ABCDEF__",
            "__SECRET_A_abc__",
            "[REDACTED:]",
            "[REDACTED:jwt",
            "[REDACTED:jwt]and-what-is-left",
        ] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
        assert_eq!(&*beside(b"a[REDACTED:jwt]b__SECRET_A_abcd__c"), b"abc");
        assert_eq!(&*beside(b"[REDACTED:jwt"), b"[REDACTED:jwt");
        let long = format!("__SECRET_{}_abcdef__", "A".repeat(LONGEST));
        assert_eq!(placeholders(long.as_bytes()).count(), 0);
    }
}
