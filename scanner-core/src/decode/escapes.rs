//! Escapes within text: `%3D`, `\u003d`, `\x3d`, `&quot;` and `&#61;`; and string literals that are joined.
//!
//! The engine finds the marks among its heads (see `compile::heads::MARKS`); what is unescaped around one is its
//! line, or where that is long the word it stands in.

use super::{Decoded, Origin, place};
use crate::finding::Layer;
use crate::input::Span;

/// The longest line or word that is unescaped, in bytes.
pub(crate) const LONGEST: usize = 4096;

/// The pieces of a haystack around marks, each once.
#[derive(Debug, Default)]
pub(crate) struct Units {
    /// The end of the last piece.
    done: usize,
    /// The rest of a line that is too long, and of a word that is, as far as they were followed.
    line: (usize, usize),
    word: (usize, usize),
}

impl Units {
    /// Whether a piece that was given holds `at`.
    pub(crate) fn hold(&self, at: usize) -> bool {
        at < self.done
    }

    /// The piece around the mark at `at`, if it is not too long.
    pub(crate) fn around(&mut self, haystack: &[u8], at: usize) -> Option<Span> {
        let line = |byte: u8| byte == b'\n';
        let word = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`');
        let unit = piece(haystack, at, &mut self.line, line)
            .map(|line| with_joined(haystack, line))
            .or_else(|| piece(haystack, at, &mut self.word, word))?;
        self.done = unit.end;
        Some(unit)
    }
}

/// Where the first piece around a mark begins that text behind the haystack's end could make longer.
pub(crate) fn open(haystack: &[u8], marks: &[usize]) -> Option<usize> {
    let mut units = Units::default();
    marks.iter().find_map(|&at| {
        let unit = (!units.hold(at)).then(|| units.around(haystack, at))??;
        let behind = &haystack[unit.end..];
        let joins = || {
            let text = haystack[unit.range()].trim_ascii_end();
            matches!(text.last(), Some(b'+' | b'.' | b'\\'))
                && memchr::memchr_iter(b'\n', behind).take(2).count() < 2
        };
        (behind.is_empty() || joins()).then_some(unit.start)
    })
}

/// From the end before `at` to the one behind it, if they lie near enough. What is known to be `long` is not
/// followed again.
fn piece(
    haystack: &[u8],
    at: usize,
    long: &mut (usize, usize),
    ends: impl Fn(u8) -> bool,
) -> Option<Span> {
    if (long.0..long.1).contains(&at) {
        return None;
    }
    let unit = bounded(haystack, at, &ends);
    if unit.is_none() {
        let rest = &haystack[at..haystack.len().min(at + LONGEST)];
        let len = rest.iter().position(|&byte| ends(byte)).unwrap_or(rest.len());
        *long = (at, at + len);
    }
    unit
}

fn bounded(haystack: &[u8], at: usize, ends: &impl Fn(u8) -> bool) -> Option<Span> {
    let before = &haystack[at.saturating_sub(LONGEST)..at];
    let start = match before.iter().rposition(|&byte| ends(byte)) {
        Some(end) => at - before.len() + end + 1,
        None if before.len() == at => 0,
        None => return None,
    };
    let after = &haystack[at..haystack.len().min(start + LONGEST)];
    let end = match after.iter().position(|&byte| ends(byte)) {
        Some(len) => at + len,
        None if at + after.len() == haystack.len() => haystack.len(),
        None => return None,
    };
    Some(Span { start, end })
}

/// A line with those below whose first literal is joined to its last, as far as they are short.
fn with_joined(haystack: &[u8], line: Span) -> Span {
    let mut unit = line;
    loop {
        let blanks = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\r');
        let text = &haystack[unit.range()];
        let end = unit.end - text.iter().rev().take_while(blanks).count();
        // The joint stands at the end of the line.
        let joined = |at: usize| joint(&haystack[at..]).map(|len| at + len);
        let Some(next) = (unit.start..end).rev().take(4).find_map(joined) else { return unit };
        let limit = haystack.len().min(unit.start + LONGEST);
        if next <= unit.end || next > limit {
            return unit;
        }
        let rest = &haystack[next..limit];
        let ended = next + rest.len() == haystack.len();
        let end = rest.iter().position(|&byte| byte == b'\n').or(ended.then_some(rest.len()));
        let Some(len) = end else { return unit };
        unit.end = next + len;
    }
}

/// The length of what joins two literals: a quote, a sign or the end of the line, and a quote of the same kind.
fn joint(rest: &[u8]) -> Option<usize> {
    let &quote @ (b'"' | b'\'') = rest.first()? else { return None };
    let rest = &rest[..rest.len().min(64)];
    let skip = |mut at: usize, bytes: &[u8]| {
        while rest.get(at).is_some_and(|byte| bytes.contains(byte)) {
            at += 1;
        }
        at
    };
    let sign = skip(1, b" \t");
    let behind = match rest.get(sign)? {
        b'+' | b'.' | b'\\' => sign + 1,
        _ => return None,
    };
    let next = skip(behind, b" \t\r\n");
    let lines = rest[behind..next].iter().filter(|&&byte| byte == b'\n').count();
    (rest.get(next) == Some(&quote) && lines <= 1 && (rest[sign] != b'\\' || lines == 1))
        .then_some(next + 1)
}

/// The text of a piece with its escapes replaced.
pub(crate) fn text(haystack: &[u8], unit: Span) -> Option<Decoded> {
    let source = &haystack[unit.range()];
    let mut text = Vec::with_capacity(source.len());
    let mut origin = Vec::with_capacity(source.len());
    let mut layers = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let byte = source[at];
        let escape = match byte {
            b'%' | b'\\' | b'&' => escape(&source[at..]),
            b'"' | b'\'' => {
                if let Some(len) = joint(&source[at..]) {
                    if !layers.contains(&Layer::Joined) {
                        layers.push(Layer::Joined);
                    }
                    at += len;
                    continue;
                }
                None
            }
            _ => None,
        };
        let (character, len) = match escape {
            Some((character, len, layer)) => {
                if !layers.contains(&layer) {
                    layers.push(layer);
                }
                (character, len)
            }
            None => (u32::from(byte), 1),
        };
        // Above ASCII, a byte that is escaped is a byte, and a character is one.
        if character < 0x100 && !(byte == b'\\' && character >= 0x80 && len == 6) {
            text.push(character as u8);
        } else {
            let character = char::from_u32(character).unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let place = (place(unit.start + at), place(unit.start + at + len));
        origin.resize(text.len(), place);
        at += len;
    }
    (!layers.is_empty()).then_some(Decoded { text, layers, origin: Origin::Bytes(origin) })
}

/// The escape at the beginning of `rest`: what it stands for and how long it is.
fn escape(rest: &[u8]) -> Option<(u32, usize, Layer)> {
    let hex = |digits: &[u8]| {
        let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
        let text = valid.then(|| std::str::from_utf8(digits).ok())??;
        u32::from_str_radix(text, 16).ok()
    };
    match rest {
        [b'%', digits @ ..] => Some((hex(digits.get(..2)?)?, 3, Layer::Percent)),
        [b'\\', b'u', digits @ ..] => Some((hex(digits.get(..4)?)?, 6, Layer::Escape)),
        [b'\\', b'x', digits @ ..] => Some((hex(digits.get(..2)?)?, 4, Layer::Escape)),
        [b'&', name @ ..] => {
            let len = name.iter().take(10).position(|&byte| byte == b';')?;
            let character = match &name[..len] {
                b"quot" => u32::from(b'"'),
                b"apos" => u32::from(b'\''),
                b"amp" => u32::from(b'&'),
                b"lt" => u32::from(b'<'),
                b"gt" => u32::from(b'>'),
                [b'#', b'x' | b'X', digits @ ..] => hex(digits)?,
                [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
                _ => return None,
            };
            Some((character, len + 2, Layer::Entity))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(source: &str) -> Option<(String, Vec<Layer>)> {
        let at = source.find(['%', '\\', '&'])?;
        let unit = Units::default().around(source.as_bytes(), at)?;
        let decoded = text(source.as_bytes(), unit)?;
        assert_eq!(
            decoded.text.len(),
            match &decoded.origin {
                Origin::Bytes(bytes) => bytes.len(),
                Origin::Whole(_) => 0,
            }
        );
        Some((String::from_utf8_lossy(&decoded.text).into_owned(), decoded.layers))
    }

    #[test]
    fn escapes_are_replaced() {
        for (source, expected, layer) in [
            ("a%3Db%20c", "a=b c", Layer::Percent),
            (r"a\u003db\u00e9", "a=bé", Layer::Escape),
            (r"\x61\x3d\x22", "a=\"", Layer::Escape),
            ("&quot;a&quot;&#58; &#x62;&amp;", "\"a\": b&", Layer::Entity),
        ] {
            assert_eq!(unescaped(source), Some((expected.to_owned(), vec![layer])), "{source}");
        }
        for source in ["100% sure", r"C:\users\x", "a && b &nbsp; c", "%", r"\u12", "&#x;"] {
            assert_eq!(unescaped(source), None, "{source}");
        }
    }

    #[test]
    fn a_piece_is_a_line_or_a_word() {
        let piece = |text: &str, mark: &str| {
            let at = text.find(mark).unwrap();
            Units::default().around(text.as_bytes(), at).map(|unit| text[unit.range()].to_owned())
        };
        assert_eq!(piece("a\nb %3D c\nd", "%3D").as_deref(), Some("b %3D c"));
        let long = "word ".repeat(2000);
        assert_eq!(piece(&format!("{long}b%3Dc {long}"), "%3D").as_deref(), Some("b%3Dc"));
        assert_eq!(piece(&"%3D".repeat(4000), "%3D"), None);
    }

    #[test]
    fn joined_literals_are_one() {
        for (source, expected) in [
            ("a = \"b\" + \"c\" % d", "a = \"bc\" % d"),
            ("a = 'b' . 'c' % d", "a = 'bc' % d"),
            ("x\na = \"b%\" +\n    \"c\" +\n \"d\";\ny", "a = \"b%cd\";"),
            ("a = \"b%\" \\\n  \"c\"\ny", "a = \"b%c\""),
        ] {
            let found = unescaped(source);
            assert_eq!(found, Some((expected.to_owned(), vec![Layer::Joined])), "{source}");
        }
        for source in ["a = \"b\" + c % d", "f(\"a\", \"b%\")", "a = \"b\" + 'c' %"] {
            assert_eq!(unescaped(source), None, "{source}");
        }
    }

    #[test]
    fn each_piece_comes_once() {
        let text = b"%3D%3D x\n%3D";
        let mut units = Units::default();
        let mut pieces = Vec::new();
        for at in [0, 3, 9] {
            if !units.hold(at) {
                pieces.extend(units.around(text, at).map(|unit| (unit.start, unit.end)));
            }
        }
        assert_eq!(pieces, [(0, 8), (9, 12)]);
    }
}
