//! From a byte offset to a line and a column, for findings only.
//!
//! Apart from the search because counting lines costs more than searching: it is done once for each
//! haystack that has a finding, never for the others.

use memchr::memchr_iter;

/// A place in a text, as people count: both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The line, from 1. Lines end with `\n`.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

/// Finds locations in one haystack. Ask in the order of the offsets: each step counts on from the
/// one before, so that all findings of a haystack cost one pass.
///
/// ```
/// use secscan_core::Lines;
/// let mut lines = Lines::new(b"one\ntwo\n");
/// let place = lines.locate(5);
/// assert_eq!((place.line, place.column), (2, 2));
/// ```
#[derive(Clone, Debug)]
pub struct Lines<'h> {
    haystack: &'h [u8],
    line: usize,
    line_start: usize,
    counted_to: usize,
}

impl<'h> Lines<'h> {
    /// Counts from the first line.
    pub fn new(haystack: &'h [u8]) -> Lines<'h> {
        Lines { haystack, line: 1, line_start: 0, counted_to: 0 }
    }

    /// The place of the byte at `offset`. An offset behind the end counts as the end; one before the
    /// last one that was asked for starts the count anew.
    pub fn locate(&mut self, offset: usize) -> Location {
        let offset = offset.min(self.haystack.len());
        if offset < self.counted_to {
            *self = Lines::new(self.haystack);
        }
        for newline in memchr_iter(b'\n', &self.haystack[self.counted_to..offset]) {
            self.line += 1;
            self.line_start = self.counted_to + newline + 1;
        }
        self.counted_to = offset;
        Location { line: self.line, column: offset - self.line_start + 1 }
    }
}
