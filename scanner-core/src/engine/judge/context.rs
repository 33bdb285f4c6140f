//! Whether one of the words that a rule asks for stands near a match.
//!
//! A word is found whatever its case, and across `_`, `-`, `.` and spaces: `api key`, `apiKey`, `API_KEY`.

use super::around;
use crate::input::Span;
use crate::rule::Rule;

/// The word of the rule's context that stands near.
pub(in crate::engine) fn near<'r>(rule: &'r Rule, haystack: &[u8], span: Span) -> Option<&'r str> {
    let (before, after) = around(haystack, span, usize::from(rule.within));
    // The match itself may hold the word, as in `acme_token = …`.
    let inside = &haystack[span.range()];
    let inside = &inside[..inside.len().min(usize::from(rule.within))];
    rule.context
        .iter()
        .map(|word| &**word)
        .find(|word| [before, inside, after].iter().any(|text| holds(text, word.as_bytes())))
}

/// Whether `text` holds `word`, which is in lower case and without separators.
fn holds(text: &[u8], word: &[u8]) -> bool {
    (0..text.len()).any(|start| {
        let mut rest = text[start..].iter();
        let mut first = true;
        word.iter().all(|&wanted| {
            let next = rest.find(|&&byte| first || !matches!(byte, b'_' | b'-' | b'.' | b' '));
            first = false;
            next.is_some_and(|byte| byte.to_ascii_lowercase() == wanted)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn words_are_found_in_any_spelling() {
        for text in ["my apikey", "API_KEY=", "the api-key:", "Api Key", "x.api.key"] {
            assert!(holds(text.as_bytes(), b"apikey"), "{text}");
        }
        for text in ["ap ikex", "", "apike", "api/key"] {
            assert!(!holds(text.as_bytes(), b"apikey"), "{text}");
        }
    }
}
