//! Runs of base 64 and hexadecimal: in one line or wrapped, in either alphabet.

use std::iter;
use std::ops::Range;

use super::{Decoded, Origin, REACH, SHORTEST, is_digit, is_text, packed, place};
use crate::finding::Layer;

/// How many digits are looked at first: of most runs, they show that they are a word.
const FIRST: usize = 24;

const _: () = assert!(FIRST <= SHORTEST, "a run has as many");

/// A run of digits, wrapped over lines or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Where its digits stand: one range for each line.
    lines: Vec<Range<usize>>,
}

/// Calls `visit` with every run of the haystack that may be base 64 or hexadecimal of something. The `starts` are where
/// all runs of digits begin that are long enough, in order.
pub(crate) fn each(haystack: &[u8], starts: &[usize], visit: &mut dyn FnMut(Run)) {
    // Where the run before ended.
    let mut floor = 0;
    for &start in starts {
        if start < floor {
            continue;
        }
        // A long word, a path or a line of dashes is told by its first letters, all of which are digits.
        if haystack[start..].first_chunk().is_some_and(is_promising) {
            let end = start + digits(&haystack[start..]);
            let run = Run { lines: iter::once(start..end).collect() }.unwrapped(haystack);
            floor = run.lines.last().map_or(end, |line| line.end);
            if floor - start <= REACH {
                visit(run);
            }
        }
    }
}

/// Where the run begins, at `from` or behind it, that text behind the haystack's end could make longer.
pub(crate) fn open(haystack: &[u8], from: usize, starts: &[usize]) -> Option<usize> {
    let mut open = None;
    each(haystack, starts, &mut |run| {
        if run.start() >= from && open.is_none() && run.goes_on(haystack) {
            open = Some(run.start());
        }
    });
    if open.is_none() && haystack.last() != Some(&b'\n') {
        // What is not yet long enough may become so; what is too long is data.
        let len = haystack.iter().rev().take(REACH + 1).take_while(|&&byte| is_digit(byte)).count();
        open = (1..=REACH).contains(&len).then(|| haystack.len() - len);
    }
    open
}

fn digits(text: &[u8]) -> usize {
    text.iter().position(|&byte| !is_digit(byte)).unwrap_or(text.len())
}

/// How the digits of a run are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    Base64,
    Hex,
}

impl Run {
    pub(crate) fn start(&self) -> usize {
        self.lines.first().map_or(0, |line| line.start)
    }

    /// Whether text behind the haystack's end could make it longer: what follows a line of it is looked at up to the
    /// end of the next one, and a line that is shorter than the first is the last.
    fn goes_on(&self, haystack: &[u8]) -> bool {
        let (Some(first), Some(last)) = (self.lines.first(), self.lines.last()) else {
            return false;
        };
        let needed = if self.lines.len() > 1 && last.len() < first.len() { 1 } else { 2 };
        memchr::memchr_iter(b'\n', &haystack[last.end..]).take(needed).count() < needed
    }

    pub(crate) fn len(&self) -> usize {
        self.lines.iter().map(Range::len).sum()
    }

    /// The run with the lines below that continue it.
    fn unwrapped(mut self, haystack: &[u8]) -> Run {
        let first = self.lines[0].clone();
        let (mut end, width) = (first.end, first.len());
        while end - first.start <= REACH {
            let Some(start) = next_line(haystack, end) else { break };
            let rest = &haystack[start..haystack.len().min(start + width + 1)];
            let len = digits(rest);
            if len < 4 || len > width || rest.starts_with(b"--") {
                break;
            }
            end = start + len;
            self.lines.push(start..end);
            if len < width {
                break;
            }
        }
        self
    }

    fn bytes<'h>(&'h self, haystack: &'h [u8]) -> impl Iterator<Item = u8> + 'h {
        self.lines.iter().flat_map(|line| haystack[line.clone()].iter().copied())
    }

    /// How the digits are to be read: hexadecimal where all are, unless they are of both cases.
    fn digits(&self, haystack: &[u8]) -> Option<Digits> {
        let has = |wanted: fn(u8) -> bool| self.bytes(haystack).any(wanted);
        let len = self.len();
        if !has(|byte| !byte.is_ascii_hexdigit()) && len.is_multiple_of(2) {
            return Some(Digits::Hex);
        }
        let mixed =
            has(|byte| matches!(byte, b'+' | b'/')) && has(|byte| matches!(byte, b'-' | b'_'));
        (!mixed && len % 4 != 1).then_some(Digits::Base64)
    }

    /// What the run stands for, if that is text, or text that was packed.
    pub(crate) fn decode(&self, haystack: &[u8], most: usize) -> Option<Decoded> {
        let digits = self.digits(haystack)?;
        let text: Vec<u8> = self.bytes(haystack).collect();
        let bytes = decode(&text, digits);
        let (width, layer) = match digits {
            Digits::Base64 => (6, Layer::Base64),
            Digits::Hex => (4, Layer::Hex),
        };
        if bytes.len() > most {
            return None;
        }
        if is_text(&bytes) {
            let origin = Origin::Bytes(places(&self.lines, bytes.len(), width));
            return Some(Decoded { text: bytes, layers: vec![layer], origin });
        }
        let places = places(&self.lines, bytes.len(), width);
        let mut decoded = packed::open(&bytes, &places, most)?;
        decoded.layers.insert(0, layer);
        Some(decoded)
    }
}

/// Whether the first digits stand for text, or for something packed.
fn is_promising(first: &[u8; FIRST]) -> bool {
    let mut bytes = [0; FIRST];
    let mut begins = |kind| {
        let len = decode_into(first, kind, &mut bytes);
        is_begun(&bytes[..len])
    };
    // All of them at once: where the first other one stands is anybody's guess.
    let all_hex = first.iter().fold(true, |all, byte| all & byte.is_ascii_hexdigit());
    all_hex && begins(Digits::Hex) || !is_hopeless(first) && begins(Digits::Base64)
}

/// Whether the first few digits show already that it is no base 64 of anything: so it is with nearly all words
/// and paths, which are most of what is asked about.
fn is_hopeless(digits: &[u8]) -> bool {
    let Some(digits) = digits.first_chunk::<8>() else { return false };
    let mut bytes = [0; 6];
    decode_into(digits, Digits::Base64, &mut bytes);
    let Count { controls, nuls, high, .. } = Count::of(&bytes);
    let packed = matches!(bytes, [0x1f | 0x78 | 0xfe | 0xff, ..]) || nuls > 0;
    !packed && (controls > 0 || high * 8 > FIRST * 3 / 4)
}

/// Whether bytes could be the beginning of text or of something packed. Random bytes pass seldom.
fn is_begun(bytes: &[u8]) -> bool {
    let Count { controls, printed, .. } = Count::of(bytes);
    (controls == 0 && printed * 8 >= bytes.len() * 7) || packed::is_begun(bytes)
}

/// How many bytes are of each kind.
struct Count {
    /// Printable ASCII, blanks and line breaks.
    printed: usize,
    /// Other control characters, NULs among them.
    controls: usize,
    nuls: usize,
    high: usize,
}

impl Count {
    /// Counts no more than [`FIRST`] bytes, all kinds in one number without a branch.
    fn of(bytes: &[u8]) -> Count {
        let all = bytes.iter().take(FIRST).map(|&byte| KINDS[usize::from(byte)]).sum::<u32>();
        let [printed, controls, nuls, high] = all.to_le_bytes().map(usize::from);
        Count { printed, controls, nuls, high }
    }
}

/// What a byte counts as, eight bits for each kind.
static KINDS: [u32; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_blank = matches!(byte as u8, b' ' | b'\t' | b'\r' | b'\n');
        let printed = (byte as u8).is_ascii_graphic() || is_blank;
        let control = byte < 0x20 && !is_blank;
        kinds[byte] = u32::from_le_bytes([
            printed as u8,
            control as u8,
            (byte == 0) as u8,
            (byte >= 0x7f) as u8,
        ]);
        byte += 1;
    }
    kinds
};

fn decode(digits: &[u8], kind: Digits) -> Vec<u8> {
    let mut out = vec![0; digits.len()];
    let len = decode_into(digits, kind, &mut out);
    out.truncate(len);
    out
}

/// Decodes into `out`, which is no shorter than the digits, and says how many bytes that were.
#[inline]
fn decode_into(digits: &[u8], kind: Digits, out: &mut [u8]) -> usize {
    let value = |digit: u8| u32::from(VALUES[usize::from(digit)]);
    let mut len = 0;
    if kind == Digits::Hex {
        for pair in digits.chunks_exact(2) {
            let nibble = |digit: u8| (digit & 15) + 9 * (digit >> 6);
            out[len] = nibble(pair[0]) << 4 | nibble(pair[1]);
            len += 1;
        }
        return len;
    }
    let (fours, rest) = digits.as_chunks::<4>();
    for &[a, b, c, d] in fours {
        let bits = value(a) << 18 | value(b) << 12 | value(c) << 6 | value(d);
        out[len..len + 3].copy_from_slice(&bits.to_be_bytes()[1..]);
        len += 3;
    }
    if let [a, b, rest @ ..] = rest {
        let bits = value(*a) << 18 | value(*b) << 12 | rest.first().map_or(0, |&c| value(c)) << 6;
        let last = &bits.to_be_bytes()[1..][..1 + rest.len()];
        out[len..len + last.len()].copy_from_slice(last);
        len += last.len();
    }
    len
}

/// The value of each digit of base 64, in either alphabet.
static VALUES: [u8; 256] = {
    let mut values = [63; 256];
    let mut byte = 0;
    while byte < 256 {
        values[byte] = match byte as u8 {
            letter @ b'A'..=b'Z' => letter - b'A',
            letter @ b'a'..=b'z' => letter - b'a' + 26,
            digit @ b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            _ => 63,
        };
        byte += 1;
    }
    values
};

/// Where each of `len` decoded bytes stands, in digits of `width` bits.
pub(super) fn places(lines: &[Range<usize>], len: usize, width: usize) -> Vec<(u32, u32)> {
    let digits: Vec<usize> = lines.iter().cloned().flatten().collect();
    (0..len)
        .map(|byte| {
            let (first, last) = (byte * 8 / width, ((byte + 1) * 8).div_ceil(width) - 1);
            let at = |digit: usize| digits.get(digit).copied().unwrap_or_default();
            (place(at(first)), place(at(last) + 1))
        })
        .collect()
}

/// Where the next line of a wrapped run begins: behind a line break, written as it is or escaped, with
/// what indents lines, and closes and opens string literals.
fn next_line(haystack: &[u8], at: usize) -> Option<usize> {
    let mut rest = &haystack[at..haystack.len().min(at + 64)];
    let begun = rest.len();
    if let Some(after) = rest.strip_prefix(b"\\r\\n").or_else(|| rest.strip_prefix(b"\\n")) {
        rest = after;
        if !matches!(rest.first(), Some(b'"' | b'\'')) {
            return (begun > rest.len()).then(|| at + begun - rest.len());
        }
    }
    let skip = |text: &mut &[u8], bytes: &[u8], most: usize| {
        let count = text.iter().take(most).take_while(|byte| bytes.contains(byte)).count();
        *text = &text[count..];
        count
    };
    let quoted = skip(&mut rest, b"\"'", 1) > 0;
    skip(&mut rest, b" \t", 8);
    skip(&mut rest, if quoted { b"+.&,\\" } else { b"\\" }, 1);
    skip(&mut rest, b" \t\r", 8);
    if skip(&mut rest, b"\n", 1) == 0 {
        return None;
    }
    skip(&mut rest, b" \t", 40);
    if quoted {
        skip(&mut rest, b"+.", 1);
        skip(&mut rest, b" ", 1);
        if skip(&mut rest, b"\"'", 1) == 0 {
            return None;
        }
    }
    Some(at + begun - rest.len())
}

#[cfg(test)]
mod tests {
    use super::{Run, digits, is_digit};
    use crate::checks::encoding::{BASE64, BASE64_URL, encode_base64, encode_padded};
    use crate::decode::{REACH, SHORTEST};
    use crate::input::Span;

    /// Calls `visit` with every run.
    fn each(haystack: &[u8], visit: &mut dyn FnMut(Run)) {
        let begins = |&at: &usize| at == 0 || !is_digit(haystack[at - 1]);
        let is_long = |&at: &usize| digits(&haystack[at..]) >= SHORTEST;
        let starts: Vec<usize> = (0..haystack.len()).filter(begins).filter(is_long).collect();
        super::each(haystack, &starts, visit);
    }

    fn texts(haystack: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        each(haystack, &mut |run| {
            if let Some(decoded) = run.decode(haystack, REACH) {
                all.push(String::from_utf8_lossy(&decoded.text).into_owned());
            }
        });
        all
    }

    const TEXT: &str = "some text that is long enough: user=app, host=db.internal";

    #[test]
    fn runs_are_found_wherever_they_begin() {
        let encoded = String::from_utf8(encode_padded(TEXT.as_bytes())).unwrap();
        for shift in 0..80 {
            let text = format!("{} {encoded} x", "-".repeat(shift));
            assert_eq!(texts(text.as_bytes()), [TEXT], "{shift}");
        }
    }

    #[test]
    fn wrapped_runs_are_one() {
        let long = TEXT.repeat(4);
        let encoded = encode_padded(long.as_bytes());
        for (gap, width) in [
            ("\n", 64),
            ("\r\n", 76),
            ("\n    ", 60),
            ("\\n", 64),
            ("\\r\\n", 64),
            ("\" +\n    \"", 64),
            ("\"\n  \"", 60),
            ("\\n\" +\n  \"", 64),
            (" \\\n", 64),
        ] {
            let lines: Vec<_> = encoded.chunks(width).map(String::from_utf8_lossy).collect();
            let text = format!("\"{}\"", lines.join(gap));
            assert_eq!(texts(text.as_bytes()), [long.as_str()], "{gap:?}");
        }
    }

    #[test]
    fn what_is_hopeless_was_not_promising() {
        use super::{Digits, FIRST, decode_into, is_begun, is_hopeless};
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize
        };
        let mut hopeless = 0;
        for round in 0..200_000 {
            let words = b"eratinsolcdupmhgbETAOZI0123/_-";
            let digits: Vec<u8> = match round % 3 {
                0 => (0..FIRST).map(|_| BASE64[next() % 64]).collect(),
                1 => (0..FIRST).map(|_| words[next() % words.len()]).collect(),
                _ => {
                    let bytes: Vec<u8> =
                        (0..18).map(|_| b"text \n\0\xff\xfe\x1f"[next() % 10]).collect();
                    encode_base64(&bytes, BASE64)
                }
            };
            let mut bytes = [0; FIRST];
            let len = decode_into(&digits, Digits::Base64, &mut bytes);
            assert!(!is_hopeless(&digits) || !is_begun(&bytes[..len]), "{}", digits.escape_ascii());
            hopeless += usize::from(is_hopeless(&digits));
        }
        assert!(hopeless > 100_000);
    }

    #[test]
    fn both_alphabets_and_hexadecimal() {
        let odd = "~~~??? text that has the last two digits, >>>???~~~";
        for digits in [BASE64, BASE64_URL] {
            let encoded = encode_base64(odd.as_bytes(), digits);
            assert_eq!(texts(&encoded), [odd]);
        }
        let hex: String = TEXT.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(texts(hex.as_bytes()), [TEXT]);
        assert_eq!(texts(hex.to_uppercase().as_bytes()), [TEXT]);
    }

    #[test]
    fn places_are_those_of_the_digits() {
        let encoded = encode_padded(TEXT.as_bytes());
        let mut wrapped = encoded[..60].to_vec();
        wrapped.push(b'\n');
        wrapped.extend_from_slice(&encoded[60..]);
        each(&wrapped, &mut |run| {
            let decoded = run.decode(&wrapped, REACH).unwrap();
            let at = TEXT.find("tern").unwrap();
            let span = decoded.span(Span { start: at, end: at + 4 });
            // Within the second line: one byte behind its place in the unwrapped run.
            assert_eq!((span.start, span.end), (at * 4 / 3 + 1, ((at + 4) * 4).div_ceil(3) + 1));
        });
    }

    #[test]
    fn what_is_no_text_is_left_alone() {
        for text in [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU47DEQpj8HBSa+/TImW+5JCeu",
            "aVeryLongIdentifierThatGoesOnAndOnWithoutEndInSightForever",
            "/usr/share/doc/some-long-package-name/examples/and-more/of-it",
            "------------------------------------------------------------",
        ] {
            assert_eq!(texts(text.as_bytes()), [""; 0], "{text}");
        }
    }
}
