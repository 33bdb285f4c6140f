//! A search of a reader, in pieces of any size, against a search of the whole.

use super::{Choices, PATHS, plant, scanner};
use crate::Location;
use crate::stream::{scan_bytes, scan_in_windows};

/// The findings are the same, in UTF-16 too, where windows join, and wherever a reader pauses; lines and columns are
/// those that counting gives.
pub fn pieces(data: &[u8]) {
    let (template, mut choices) = Choices::split(data, 6);
    let (mut text, _) = plant(template);
    let (kind, size) = (choices.next(), 1 + choices.next());
    let path = PATHS[choices.next() % PATHS.len()];
    if kind & 1 == 1 {
        text = String::from_utf8_lossy(&text).encode_utf16().flat_map(u16::to_le_bytes).collect();
        text.splice(0..0, [0xFF, 0xFE]);
    }
    // One in sixty-four is put where two windows join: half of a window stands before what is held back.
    if kind & 0x7E == 0x7E {
        let half = 2 * scanner().reach();
        let before = (half + choices.next() * 256).saturating_sub(choices.next() + text.len() / 2);
        let mut long = vec![b'\n'; before];
        long.extend_from_slice(&text);
        long.resize(2 * half + (128 << 10), b'\n');
        text = long;
    }
    let scanner = scanner();
    let mut cache = scanner.create_cache();
    let mut whole = Vec::new();
    scan_bytes(scanner, &mut cache, path, &text, &mut |finding, place, excerpt| {
        assert!(place.start < place.end && place.end <= text.len() as u64, "{place:?}");
        let shown = &excerpt.text[excerpt.secret.clone()];
        assert!(
            excerpt.before.ends_with(&excerpt.text[..excerpt.secret.start]) || shown.is_empty()
        );
        if kind & 1 == 0 {
            assert_eq!(place.from, counted(&text, place.start), "{place:?}");
        }
        whole.push((finding.rule, place));
    });
    let mut reader = Pieces { text: &text, size };
    let mut joined = Vec::new();
    let outcome =
        scan_in_windows(scanner, &mut cache, path, &mut reader, &mut |finding, place, _| {
            joined.push((finding.rule, place));
        });
    assert_eq!(outcome.expect("the reader does not fail"), text.len() as u64);
    assert!(whole == joined, "the whole has {whole:?}, and pieces of {size} have {joined:?}");
}

fn counted(text: &[u8], at: u64) -> Location {
    let before = &text[..at as usize];
    Location {
        line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        column: 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count(),
    }
}

/// Reads a text a few bytes at a time; long ones by pages, or it would take all day.
struct Pieces<'t> {
    text: &'t [u8],
    size: usize,
}

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = if self.text.len() > 1 << 14 { self.size << 8 } else { self.size };
        let len = size.min(buffer.len()).min(self.text.len());
        buffer[..len].copy_from_slice(&self.text[..len]);
        self.text = &self.text[len..];
        Ok(len)
    }
}
