//! What can be known of a pattern before it is ever run: its lengths and its bytes.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::filter::frequency;
use super::stretch::stretch;
use crate::rule::{ByteSet, Sign, Stretch};

/// The bounds of everything that a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The shortest match in bytes.
    pub min_len: u32,
    /// The longest match in bytes, if there is one.
    pub max_len: Option<u32>,
    /// The bytes that may occur.
    pub alphabet: ByteSet,
    /// The bytes that may be the first.
    pub first: ByteSet,
    /// The bytes that may be the second, or all where there may be none.
    pub second: ByteSet,
    /// A byte that every match holds behind the first class of characters in it.
    pub required: Option<u8>,
    /// How every match begins, if it shows early that a sign is not there.
    pub sign: Option<Sign>,
    /// Bytes in a row that stand in every match behind what is fixed.
    pub stretch: Option<Stretch>,
}

/// Parses a pattern the one way that rules are parsed: over bytes, with Unicode off.
pub fn parse(pattern: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).map_err(
        |error| match error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            _ => "not a regular expression".to_owned(),
        },
    )
}

/// The bounds of `pattern`, or why it is not a rule's pattern.
pub fn bounds(pattern: &str) -> Result<Bounds, String> {
    let hir = parse(pattern)?;
    let properties = hir.properties();
    let min_len = properties.minimum_len().unwrap_or(0);
    if min_len == 0 {
        return Err("it matches the empty string".to_owned());
    }
    let mut alphabet = ByteSet::default();
    collect(&hir, &mut alphabet);
    let mut first = ByteSet::default();
    begin(&hir, &mut first);
    let mut second = ByteSet::default();
    follow(&hir, NONE, &mut second);
    Ok(Bounds {
        min_len: min_len.try_into().unwrap_or(u32::MAX),
        max_len: properties.maximum_len().and_then(|len| len.try_into().ok()),
        alphabet,
        first,
        second: if min_len > 1 { second } else { ByteSet::ALL },
        required: required(&hir),
        sign: sign(&hir),
        stretch: stretch(&hir),
    })
}

/// A byte that stands in every match, behind something that is not fixed: the sign that separates two
/// parts. Looking for it is cheaper than trying the pattern.
fn required(hir: &Hir) -> Option<u8> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let fixed = |part: &&Hir| matches!(part.kind(), HirKind::Literal(_));
    let behind = parts.iter().skip_while(fixed);
    let bytes = behind.filter_map(|part| match part.kind() {
        HirKind::Literal(literal) => Some(&literal.0),
        _ => None,
    });
    // A sign is rarer than a letter or digit.
    let signs = bytes.flat_map(|bytes| bytes.iter().copied()).filter(u8::is_ascii_punctuation);
    signs.max_by_key(|sign| !matches!(sign, b':' | b'.' | b'-' | b'_' | b'/' | b'"' | b'='))
}

/// How common what ends the search for a sign must be, as a share of text: it is seen within a few words.
const EARLY: f64 = 0.04;

/// The sign that every match has behind fixed bytes and others, where most text soon has what may not stand before it:
/// the `@` of a URL's password, before which no `/` does.
fn sign(hir: &Hir) -> Option<Sign> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let literal = |part: &Hir| match part.kind() {
        HirKind::Literal(literal) => Some(literal.0.clone()),
        _ => None,
    };
    let fixed: Vec<_> = parts.iter().map_while(literal).collect();
    let skip = fixed.iter().map(|bytes| bytes.len()).sum::<usize>().try_into().ok()?;
    let mut before = ByteSet::default();
    let mut found = None;
    for part in &parts[fixed.len()..] {
        for &byte in literal(part).iter().flatten() {
            if byte.is_ascii_punctuation() && !before.contains(byte) {
                let all: f64 = (0..128).map(frequency).sum();
                let within: f64 = (0..128).filter(|&b| before.contains(b)).map(frequency).sum();
                if all - within > EARLY * all {
                    found = Some(Sign { skip, before, byte });
                }
            }
            before.insert(byte);
        }
        collect(part, &mut before);
    }
    found
}

/// Adds the bytes that may occur in a match.
pub fn collect(hir: &Hir, alphabet: &mut ByteSet) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| alphabet.insert(byte)),
        HirKind::Class(Class::Bytes(class)) => {
            for range in class.iter() {
                (range.start()..=range.end()).for_each(|byte| alphabet.insert(byte));
            }
        }
        // Cannot occur with Unicode off; all bytes is the answer that loses nothing.
        HirKind::Class(Class::Unicode(_)) => *alphabet = ByteSet::ALL,
        HirKind::Repetition(repetition) => collect(&repetition.sub, alphabet),
        HirKind::Capture(capture) => collect(&capture.sub, alphabet),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| collect(part, alphabet));
        }
    }
}

/// Adds the bytes that a match may begin with, and says whether there is one that is empty.
fn begin(hir: &Hir, first: &mut ByteSet) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            literal.0.first().inspect(|&&byte| first.insert(byte)).is_none()
        }
        HirKind::Class(_) => {
            collect(hir, first);
            false
        }
        HirKind::Repetition(repetition) => begin(&repetition.sub, first) || repetition.min == 0,
        HirKind::Capture(capture) => begin(&capture.sub, first),
        HirKind::Concat(parts) => parts.iter().all(|part| begin(part, first)),
        HirKind::Alternation(parts) => {
            let mut empty = false;
            for part in parts {
                empty |= begin(part, first);
            }
            empty
        }
    }
}

/// How many bytes of a match lie before a part of the pattern, a bit for each number that may be: none, one. What has
/// more before it is not asked about.
type Before = u8;
const NONE: Before = 1;
const ONE: Before = 2;

/// Adds the bytes of this part that may be the second of a match, and says what may lie before the next part.
fn follow(hir: &Hir, before: Before, second: &mut ByteSet) -> Before {
    if before == 0 {
        return 0;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => before,
        HirKind::Literal(literal) => literal.0.iter().fold(before, |before, &byte| {
            if before & ONE != 0 {
                second.insert(byte);
            }
            before << 1 & (NONE | ONE)
        }),
        HirKind::Class(_) => {
            if before & ONE != 0 {
                collect(hir, second);
            }
            before << 1 & (NONE | ONE)
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX);
            let (mut behind, mut last) = (0, before);
            // What is not empty has two bytes or more after two times.
            for times in 0..=most.min(2) {
                if times > 0 {
                    last = follow(&repetition.sub, last, second);
                }
                if times >= repetition.min.min(2) {
                    behind |= last;
                }
            }
            behind
        }
        HirKind::Capture(capture) => follow(&capture.sub, before, second),
        HirKind::Concat(parts) => {
            parts.iter().fold(before, |before, part| follow(part, before, second))
        }
        HirKind::Alternation(parts) => {
            parts.iter().fold(0, |behind, part| behind | follow(part, before, second))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes() {
        for (pattern, expected) in [
            ("-----BEGIN", "-"),
            (r"\{[\t\n]{0,96}?", "{"),
            ("(?P<secret>a(?:b|c))", "a"),
            ("(?i:a)b|c", "Aac"),
            ("a?(?:b|[cd]*)e", "abcde"),
            (r"\b(?:a)b", "a"),
        ] {
            let first = bounds(pattern).unwrap().first;
            let text: String =
                (0..=255).filter(|&byte| first.contains(byte)).map(char::from).collect();
            assert_eq!(text, expected, "{pattern}");
        }
    }

    #[test]
    fn second_bytes() {
        for (pattern, expected) in [
            ("-----BEGIN", "-"),
            ("abc", "b"),
            (r"(?P<secret>a(?:b|cx))", "bc"),
            ("[ab]", ""),
            (":[0-2]{3,7}:", "012"),
            ("a?b?cd", "bcd"),
            ("(?:ab|c)d", "bd"),
            ("a*b+x", "abx"),
            ("(?:a?){4}bc", "abc"),
            ("(?:xy){0,3}z{2}", "yz"),
            (r"\ba(?:|b)c", "bc"),
        ] {
            let second = bounds(pattern).unwrap().second;
            if expected.is_empty() {
                assert_eq!(second, ByteSet::ALL);
                continue;
            }
            let text: String =
                (0..=255).filter(|&byte| second.contains(byte)).map(char::from).collect();
            assert_eq!(text, expected, "{pattern}");
        }
    }

    #[test]
    fn bounds_of_patterns() {
        let fixed = bounds("ab_[0-9]{4}").unwrap();
        assert_eq!((fixed.min_len, fixed.max_len), (7, Some(7)));
        assert!(fixed.alphabet.contains(b'7') && !fixed.alphabet.contains(b'z'));
        let open = bounds("ab_[0-9]{4,}").unwrap();
        assert_eq!((open.min_len, open.max_len), (7, None));
        assert_eq!(bounds("://[a-z]+:[a-z]+@[a-z]+").unwrap().required, Some(b'@'));
        assert_eq!(bounds("ab_[0-9]{4}").unwrap().required, None);
    }

    #[test]
    fn signs_that_are_soon_missed() {
        let sign = bounds("://[a-z]{1,9}:(?P<secret>[a-z]+)@[a-z]+/[a-z]").unwrap().sign.unwrap();
        // The last for which the others may stand before it.
        assert_eq!((sign.skip, sign.byte), (3, b'/'));
        for (text, stands) in [
            ("://a:b@c/d", true),
            ("://a/b", true),
            ("://a.b/c", false),
            ("://ab", false),
            ("://", false),
            ("", false),
        ] {
            assert_eq!(sign.look(text.as_bytes()).0, stands, "{text}");
        }
        // Too far to be looked for.
        let far = format!("://{}", "a".repeat(99));
        assert_eq!(sign.look(far.as_bytes()), (true, 64));
        // Anything may stand before it, or it is one of those.
        assert_eq!(bounds(r"ab[\x00-\xFF]{0,9}:[a-z]").unwrap().sign, None);
        assert_eq!(bounds("ab[a-z:]{0,9}:[a-z]").unwrap().sign, None);
        assert_eq!(bounds("ab[a-z]").unwrap().sign, None);
    }

    #[test]
    fn patterns_that_are_none() {
        assert!(bounds("a*").is_err());
        assert!(bounds("a(").is_err());
        // `\w` is ASCII: with Unicode on, a rule costs megabytes.
        assert!(!bounds(r"\w").unwrap().alphabet.contains(0xC3));
    }
}
