//! Test vectors: keys and shared secrets in hexadecimal, one beside the other, that a standard or a generator
//! made for a test.

use super::{MARGIN, paths};
use crate::input::{Input, Span};

/// What is said of one.
pub(in crate::engine) const WHAT: &str = "a test vector: hexadecimal beside more of it, in a test";

/// The shortest run of hexadecimal digits that counts: a key of 128 bits.
const SHORTEST: usize = 32;

/// Whether `span` is hexadecimal in a test or the like, and stands behind other long hexadecimal.
///
/// Only what stands before is looked at, so that a text that goes on changes nothing.
pub(in crate::engine) fn is_one(input: &Input<'_>, span: Span) -> bool {
    let haystack = input.haystack();
    let value = &haystack[span.range()];
    if value.len() < SHORTEST
        || !value.iter().all(u8::is_ascii_hexdigit)
        || !paths::is_for_show(input.get_path())
    {
        return false;
    }
    let before = &haystack[span.start.saturating_sub(MARGIN)..span.start];
    before.split(|byte| !byte.is_ascii_hexdigit()).any(|run| run.len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_hexadecimal_beside_more_of_it_in_a_test() {
        let key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
        let is_one = |path: &str, text: &str| {
            let start = text.rfind(key).unwrap();
            let span = Span { start, end: start + key.len() };
            super::is_one(&Input::new(text).path(path.as_bytes()), span)
        };
        let text = format!("public: {key}\nshared_secret: {key}\n");
        assert!(is_one("testdata/ecdh.json", &text));
        assert!(!is_one("src/ecdh.json", &text));
        assert!(!is_one("testdata/ecdh.json", &format!("shared_secret: {key}\n")));
    }
}
