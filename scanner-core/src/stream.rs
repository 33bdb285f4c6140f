//! Searching what is too large to hold, and what is not in UTF-8.
//!
//! A reader is searched in windows. Each window begins early enough to see what stands before a match
//! and ends late enough to see all of it, so the findings are those of a search of the whole. Text in
//! UTF-16 is decoded on the way; places are always those of the original bytes.

use std::io::{self, Read};

use crate::finding::Finding;
use crate::location::Location;
use crate::scanner::{Cache, Scanner};

/// Where a finding stands in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The first byte of the secret, from 0.
    pub start: u64,
    /// The byte after its last one.
    pub end: u64,
    /// The line and column of its first byte. In UTF-16 text, columns are counted in the bytes of its
    /// UTF-8 form.
    pub from: Location,
    /// The line and column of its last byte.
    pub to: Location,
}

/// Takes findings, each with its place and the whole text of the line (or lines) it stands in.
pub type Sink<'s> = dyn FnMut(&Finding<'_>, Place) + 's;

/// Searches bytes that are at hand. Their kind (text, UTF-16, binary) is told from the bytes.
pub fn scan_bytes(
    scanner: &Scanner,
    cache: &mut Cache,
    path: Option<&[u8]>,
    bytes: &[u8],
    found: &mut Sink<'_>,
) {
    let _ = (scanner, cache, path, bytes, found);
}

/// Searches all that `reader` yields, in bounded memory, and says how many bytes that was.
///
/// # Errors
/// When the reader fails. What was found before has been reported.
pub fn scan_reader(
    scanner: &Scanner,
    cache: &mut Cache,
    path: Option<&[u8]>,
    reader: &mut dyn Read,
    found: &mut Sink<'_>,
) -> io::Result<u64> {
    let _ = (scanner, cache, path, reader, found);
    Ok(0)
}
