//! Which lines of a text are new: byte ranges of the new text, by a line diff against its old versions.
//!
//! Apart from the rest because it knows nothing of git: two texts in, ranges out.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, sources::byte_lines};

/// The lines of a text that are new, as ascending byte ranges, line ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedLines {
    ranges: Vec<Range<usize>>,
}

impl AddedLines {
    /// Every line is new.
    pub fn all(new: &[u8]) -> AddedLines {
        let whole = 0..new.len();
        AddedLines { ranges: if new.is_empty() { Vec::new() } else { vec![whole] } }
    }

    /// The lines of `new` that are in none of the `old` versions; all of them, if there are none.
    pub fn against<T: AsRef<[u8]>>(old: &[T], new: &[u8]) -> AddedLines {
        old.iter().fold(AddedLines::all(new), |added, old| {
            added.and(&AddedLines { ranges: changed(old.as_ref(), new) })
        })
    }

    /// The ranges, ascending and apart from each other.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Whether any byte of `span` is on an added line. An empty span is on the line that holds it.
    pub fn touches(&self, span: Range<usize>) -> bool {
        let end = span.end.max(span.start + 1);
        let at = self.ranges.partition_point(|range| range.end <= span.start);
        self.ranges.get(at).is_some_and(|range| range.start < end)
    }

    fn and(&self, other: &AddedLines) -> AddedLines {
        let (mut left, mut right) = (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut ranges = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let both = a.start.max(b.start)..a.end.min(b.end);
            if both.start < both.end {
                ranges.push(both);
            }
            if a.end <= b.end {
                left.next()
            } else {
                right.next()
            };
        }
        AddedLines { ranges }
    }
}

/// The ranges of `new` that a diff against `old` adds.
fn changed(old: &[u8], new: &[u8]) -> Vec<Range<usize>> {
    let mut input = InternedInput::default();
    input.update_before(byte_lines(old));
    input.update_after(byte_lines(new));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let mut starts = vec![0];
    for line in byte_lines(new) {
        starts.push(starts[starts.len() - 1] + line.len());
    }
    diff.hunks()
        .map(|hunk| starts[hunk.after.start as usize]..starts[hunk.after.end as usize])
        .filter(|range| !range.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::AddedLines;

    fn added(old: &[&str], new: &str) -> Vec<String> {
        let old: Vec<_> = old.iter().map(|text| text.as_bytes()).collect();
        let lines = AddedLines::against(&old, new.as_bytes());
        lines.ranges().iter().map(|range| new[range.clone()].to_owned()).collect()
    }

    #[test]
    fn cases() {
        assert_eq!(added(&[], "a\nb\n"), ["a\nb\n"]);
        assert_eq!(added(&["a\nb\n"], "a\nb\n"), [""; 0]);
        assert_eq!(added(&["a\nc\n"], "a\nb\nc\nd"), ["b\n", "d"]);
        assert_eq!(added(&["a\r\n"], "a\n"), ["a\n"]);
        assert_eq!(added(&["a"], "a\n"), ["a\n"]);
        assert_eq!(added(&["a\nx\n", "a\ny\n"], "a\nx\ny\nz\n"), ["z\n"]);
        assert_eq!(added(&["a\n"], ""), [""; 0]);
    }

    #[test]
    fn touching() {
        let lines = AddedLines::against(&["a\nc\n"], b"a\nb\nc\n");
        assert!(!lines.touches(0..2));
        assert!(lines.touches(0..3));
        assert!(lines.touches(2..2));
        assert!(lines.touches(3..5));
        assert!(!lines.touches(4..5));
        assert!(!AddedLines::all(b"").touches(0..0));
    }
}
