//! What bytes hold that are no text themselves: gzip, zlib, UTF-16.

use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};

use super::{Decoded, Origin, is_text};
use crate::encoding::{Decoder, Encoding};
use crate::finding::Layer;
use crate::input::Span;

/// Whether bytes begin as something packed does.
pub(super) fn is_begun(bytes: &[u8]) -> bool {
    is_gzip(bytes) || is_zlib(bytes) || is_utf16(bytes)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b, 8])
}

fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [0x78, level @ (0x01 | 0x5e | 0x9c | 0xda), ..] if (0x7800 + u32::from(*level)) % 31 == 0)
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.len() >= 16 && Encoding::of(bytes) != Encoding::Utf8
}

/// The text in `bytes`, each of which stands at its place in the original. `most` bytes are unpacked.
pub(super) fn open(bytes: &[u8], places: &[(u32, u32)], most: usize) -> Option<Decoded> {
    if is_utf16(bytes) {
        return utf16(bytes, places);
    }
    let (text, layer) = if is_gzip(bytes) {
        (unzip(bytes, most)?, Layer::Gzip)
    } else if is_zlib(bytes) {
        (decompress_to_vec_zlib_with_limit(bytes, most).ok()?, Layer::Zlib)
    } else {
        return None;
    };
    let (first, last) = (places.first()?, places.last()?);
    let origin = Origin::Whole(Span { start: first.0 as usize, end: last.1 as usize });
    is_text(&text).then(|| Decoded { text, layers: vec![layer], origin })
}

/// Inflates the first member of a gzip file.
fn unzip(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    const TEXT_CRC: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let flags = *bytes.get(3)?;
    let mut rest = bytes.get(10..)?;
    if flags & EXTRA != 0 {
        let len = usize::from(u16::from_le_bytes([*rest.first()?, *rest.get(1)?]));
        rest = rest.get(2 + len..)?;
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            let end = memchr::memchr(0, rest)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & TEXT_CRC != 0 {
        rest = rest.get(2..)?;
    }
    decompress_to_vec_with_limit(rest, most).ok()
}

/// Decodes UTF-16, where each unit of two bytes is at most three of UTF-8.
fn utf16(bytes: &[u8], places: &[(u32, u32)]) -> Option<Decoded> {
    let mut decoder = Decoder::new(Encoding::of(bytes));
    let (mut text, mut origin) = (Vec::new(), Vec::new());
    for (unit, place) in bytes.chunks_exact(2).zip(places.chunks_exact(2)) {
        decoder.push(unit, &mut text);
        origin.resize(text.len(), (place[0].0, place[1].1));
    }
    let layers = vec![Layer::Utf16];
    if !is_text(&text) {
        return None;
    }
    Some(Decoded { text, layers, origin: Origin::Bytes(origin) })
}
