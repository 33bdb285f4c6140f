//! Text within text: base 64, hexadecimal, escapes, and what is packed inside of them.
//!
//! Apart from the engine because it knows encodings and nothing of rules: it finds what may be encoded, gives
//! the text, and says for each byte of it where in the original it stands. What is looked at for one piece is
//! bounded and lies around it, so that a search in windows decodes what a search of the whole does.

use crate::finding::Layer;
use crate::input::Span;

mod escapes;
mod packed;
mod runs;

pub(crate) use escapes::{LONGEST, Units, text as unescape};
pub(crate) use runs::each as each_run;

/// The shortest run of digits that is decoded, in bytes. The tokens that identify themselves are longer in base 64.
pub(crate) const SHORTEST: usize = 40;

/// How far what is decoded as one reaches, in bytes: runs that are longer are data.
pub(crate) const REACH: usize = 32 * 1024;

/// How deep text may lie within text.
pub(crate) const DEPTH: usize = 4;

/// How many bytes are decoded at the most for each byte of a piece of the original, all depths together.
pub(crate) const RATIO: usize = 16;

/// Where the first piece begins, at `from` or behind it, that text behind the haystack's end could make longer.
/// The `marks` are those behind `from`, the `starts` those of all long runs of digits, both in order.
pub(crate) fn open(
    haystack: &[u8],
    from: usize,
    marks: &[usize],
    starts: &[usize],
) -> Option<usize> {
    let (escaped, run) = (escapes::open(haystack, marks), runs::open(haystack, from, starts));
    escaped.into_iter().chain(run).min()
}

/// What was decoded.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) text: Vec<u8>,
    /// How it was encoded, the outermost first.
    pub(crate) layers: Vec<Layer>,
    origin: Origin,
}

/// Where decoded bytes stand in the original.
#[derive(Debug)]
enum Origin {
    /// Each byte has its own beginning and end.
    Bytes(Vec<(u32, u32)>),
    /// All of them are made from all of this.
    Whole(Span),
}

impl Decoded {
    /// Where a part of the text stands in the original.
    pub(crate) fn span(&self, part: Span) -> Span {
        match &self.origin {
            Origin::Whole(span) => *span,
            Origin::Bytes(bytes) => {
                let part = &bytes[part.range()];
                let (first, last) = (part.first(), part.last());
                Span {
                    start: first.map_or(0, |byte| byte.0 as usize),
                    end: last.map_or(0, |byte| byte.1 as usize),
                }
            }
        }
    }
}

/// Whether a byte is a digit of base 64, in either alphabet.
#[inline]
pub(crate) const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Whether bytes are text: no NULs and hardly any other control characters.
fn is_text(bytes: &[u8]) -> bool {
    let control =
        |byte: u8| byte == 0x7f || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b));
    let controls = bytes.iter().filter(|&&byte| control(byte)).count();
    let high = bytes.iter().filter(|&&byte| byte >= 0x80).count();
    !bytes.is_empty() && controls * 64 <= bytes.len() && high * 3 <= bytes.len()
}

/// Whether a value is base 64 of a text with several lines, as a file in a Secret is.
pub(crate) fn is_base64_of_lines(value: &[u8]) -> bool {
    let text = crate::checks::encoding::base64_to_vec(value);
    text.is_some_and(|text| is_text(&text) && text.trim_ascii_end().contains(&b'\n'))
}

/// The text of a value that is base 64 of printable ASCII, as a Secret of Kubernetes has them.
pub(crate) fn plain_value(value: &[u8]) -> Option<Decoded> {
    use crate::checks::encoding::{base64_tail_clear, base64_to_vec, is_base64};
    let digits = value.iter().take_while(|&&byte| is_base64(byte)).count();
    let padded = value.len().is_multiple_of(4) && value[digits..].iter().all(|&byte| byte == b'=');
    if !padded || value.len() < 8 || value.len() - digits > 2 || !base64_tail_clear(value) {
        return None;
    }
    let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    // Of most words, the first letters stand for something else.
    let first = base64_to_vec(&value[..8.min(digits / 4 * 4)])?;
    if !first.iter().all(|byte| printable(byte) || byte.is_ascii_whitespace()) {
        return None;
    }
    let mut text = base64_to_vec(value)?;
    text.truncate(text.trim_ascii_end().len());
    let origin = Origin::Bytes(runs::places(std::slice::from_ref(&(0..digits)), text.len(), 6));
    (!text.is_empty() && text.iter().all(printable)).then(|| Decoded {
        text,
        layers: vec![Layer::Base64],
        origin,
    })
}

/// A place as it is kept: pieces are far shorter than what 32 bits count.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
