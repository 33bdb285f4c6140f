//! Reading unified and combined diffs: for each hunk, the new file's text and which of its lines are added.
//!
//! Apart from the git source because nothing here needs a repository: a diff may come from anywhere, with
//! any text around it. Memory is bounded by `PIECE` and `LINE`, whatever the diff's size.

use std::error;
use std::fmt;
use std::io::{self, BufRead, Read};
use std::ops::Range;

mod path;

/// A hunk's text is handed out in pieces of about so many bytes.
const PIECE: usize = 1 << 20;
/// What a piece repeats of the one before, so that nothing is cut in two.
const OVERLAP: usize = 64 << 10;
/// The longest line that is read.
const LINE: usize = 64 << 20;

/// A diff being read.
pub struct Diff<R> {
    input: R,
    /// The line that was read last, without its line feed, and its number.
    line: Vec<u8>,
    number: u64,
    /// The line is to be looked at again.
    again: bool,
    git_header: Vec<u8>,
    path: Vec<u8>,
    files: u64,
    hunk: Option<Counts>,
    text: Vec<u8>,
    lines: Vec<Line>,
    next_line: u64,
}

/// What a diff has to say.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'d> {
    /// The text of a hunk, or a piece of it.
    Hunk(Hunk<'d>),
    /// A file whose content the diff does not show as text.
    Binary(&'d [u8]),
}

/// Neighbouring lines of the new file.
#[derive(Clone, Copy)]
pub struct Hunk<'d> {
    path: &'d [u8],
    text: &'d [u8],
    lines: &'d [Line],
}

/// Where a line of a hunk begins, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    start: usize,
    number: u64,
    added: bool,
}

/// What is left of a hunk, as its header counts.
#[derive(Debug)]
struct Counts {
    old: Vec<u64>,
    new: u64,
}

impl<'d> Hunk<'d> {
    /// The new file's path.
    pub fn path(&self) -> &'d [u8] {
        self.path
    }

    /// The lines that the new file has here, added ones and those around them.
    pub fn text(&self) -> &'d [u8] {
        self.text
    }

    /// The number, in the new file, of the line that holds a byte of the text.
    pub fn line_number(&self, offset: usize) -> u64 {
        self.lines[self.line_at(offset)].number
    }

    /// Where the line begins that holds a byte of the text.
    pub fn line_start(&self, offset: usize) -> usize {
        self.lines[self.line_at(offset)].start
    }

    /// Whether a part of the text lies on any added line.
    pub fn is_added(&self, span: Range<usize>) -> bool {
        let last = self.line_at(span.end.max(span.start + 1) - 1);
        self.lines[self.line_at(span.start)..=last].iter().any(|line| line.added)
    }

    fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }
}

impl fmt::Debug for Hunk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hunk")
            .field("path", &String::from_utf8_lossy(self.path))
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

impl<R: BufRead> Diff<R> {
    /// Reads a diff from its beginning.
    pub fn new(input: R) -> Diff<R> {
        Diff {
            input,
            line: Vec::new(),
            number: 0,
            again: false,
            git_header: Vec::new(),
            path: Vec::new(),
            files: 0,
            hunk: None,
            text: Vec::new(),
            lines: Vec::new(),
            next_line: 0,
        }
    }

    /// How many files the diff has named so far. Nought at the end means that the input was no diff.
    pub fn files(&self) -> u64 {
        self.files
    }

    /// The next thing in the diff, or none at its end.
    ///
    /// # Errors
    /// The input cannot be read, or a hunk is not what its header says.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, DiffError> {
        if self.hunk.is_some() {
            self.repeat();
            return self.hunk_text().map(Some);
        }
        while self.advance()? {
            if let Some(rest) = self.line.strip_prefix(b"diff --") {
                self.git_header = rest.strip_suffix(b"\r").unwrap_or(rest).to_vec();
                self.path.clear();
                path::of_git_header(&self.git_header, &mut self.path);
                self.files += 1;
            } else if self.line == b"GIT binary patch" {
                return Ok(Some(Event::Binary(&self.path)));
            } else if let Some(name) = binary_notice(&self.line) {
                if self.git_header.is_empty() {
                    self.files += 1;
                    self.path = name.to_vec();
                }
                return Ok(Some(Event::Binary(&self.path)));
            } else if self.line.starts_with(b"--- ") {
                self.names()?;
            } else if let Some((counts, first)) = header(&self.line) {
                if self.path.is_empty() {
                    return Err(self.error("a hunk of no file"));
                }
                (self.hunk, self.next_line) = (Some(counts), first);
                self.text.clear();
                self.lines.clear();
                return self.hunk_text().map(Some);
            }
        }
        Ok(None)
    }

    /// Reads the two lines that name a file, if the second follows.
    fn names(&mut self) -> Result<(), DiffError> {
        let old = self.line[4..].to_vec();
        if !self.advance()? {
            return Ok(());
        }
        let Some(new) = self.line.strip_prefix(b"+++ ") else {
            self.again = true;
            return Ok(());
        };
        if self.git_header.is_empty() {
            self.files += 1;
        }
        path::of_names(&self.git_header, &old, new, &mut self.path);
        self.git_header.clear();
        Ok(())
    }

    /// Collects the new side of a hunk until it ends or fills a piece.
    fn hunk_text(&mut self) -> Result<Event<'_>, DiffError> {
        let Some(mut counts) = self.hunk.take() else { unreachable!("a hunk has begun") };
        while !counts.done() {
            if self.text.len() >= PIECE {
                self.hunk = Some(counts);
                break;
            }
            if !self.advance()? {
                return Err(self.error("the diff ends within a hunk"));
            }
            let parents = counts.old.len();
            // The note that a file ends without a line feed.
            if self.line.starts_with(b"\\") {
                continue;
            }
            // Some programs strip the blank that begins an empty line.
            let bare = matches!(&self.line[..], b"" | b"\r");
            let (marks, text) =
                self.line.split_at(if bare { 0 } else { parents.min(self.line.len()) });
            if !bare && marks.len() < parents || !counts.take(marks) {
                return Err(self.error("not a line of the hunk it stands in"));
            }
            if marks.contains(&b'-') {
                continue;
            }
            self.lines.push(Line {
                start: self.text.len(),
                number: self.next_line,
                added: marks.contains(&b'+'),
            });
            // A header may say anything.
            self.next_line = self.next_line.saturating_add(1);
            self.text.extend_from_slice(text);
            self.text.push(b'\n');
        }
        if self.lines.is_empty() {
            self.lines.push(Line { start: 0, number: self.next_line, added: false });
        }
        Ok(Event::Hunk(Hunk { path: &self.path, text: &self.text, lines: &self.lines }))
    }

    /// Keeps the last lines of a piece for the next, as lines that were seen.
    fn repeat(&mut self) {
        let from = self.text.len().saturating_sub(OVERLAP);
        let keep = self.lines.partition_point(|line| line.start < from);
        let cut = self.lines.get(keep).map_or(self.text.len(), |line| line.start);
        self.text.drain(..cut);
        self.lines.drain(..keep);
        for line in &mut self.lines {
            line.start -= cut;
            line.added = false;
        }
    }

    /// Reads the next line, unless the last one is to be looked at again.
    fn advance(&mut self) -> Result<bool, DiffError> {
        if std::mem::take(&mut self.again) {
            return Ok(true);
        }
        self.line.clear();
        let read = (&mut self.input).take(LINE as u64).read_until(b'\n', &mut self.line);
        self.number += 1;
        match read {
            Err(cause) => {
                Err(DiffError { line: self.number, why: "cannot be read", cause: Some(cause) })
            }
            Ok(0) => Ok(false),
            Ok(LINE) if self.line.last() != Some(&b'\n') => Err(self.error("too long a line")),
            Ok(_) => {
                if self.line.last() == Some(&b'\n') {
                    self.line.pop();
                }
                Ok(true)
            }
        }
    }

    fn error(&self, why: &'static str) -> DiffError {
        DiffError { line: self.number, why, cause: None }
    }
}

impl<R> fmt::Debug for Diff<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diff").field("line", &self.number).finish_non_exhaustive()
    }
}

impl Counts {
    fn done(&self) -> bool {
        self.new == 0 && self.old.iter().all(|count| *count == 0)
    }

    /// Counts a line by its marks, one for each old file; false, if it cannot belong here.
    fn take(&mut self, marks: &[u8]) -> bool {
        let removed = marks.contains(&b'-');
        if !removed {
            let Some(left) = self.new.checked_sub(1) else { return false };
            self.new = left;
        }
        for (at, count) in self.old.iter_mut().enumerate() {
            let in_old = match marks.get(at) {
                Some(b'-') => true,
                Some(b' ') | None => !removed,
                Some(b'+') if !removed => false,
                _ => return false,
            };
            let Some(left) = count.checked_sub(u64::from(in_old)) else { return false };
            *count = left;
        }
        true
    }
}

/// A hunk's header, `@@ -1,2 +3,4 @@` or with more signs for more old files: the counts, and the number
/// of the new file's first line.
fn header(line: &[u8]) -> Option<(Counts, u64)> {
    let signs = line.iter().take_while(|byte| **byte == b'@').count();
    let line = std::str::from_utf8(line.get(signs..)?.split(|byte| *byte == b'@').next()?).ok()?;
    let mut ranges = line.strip_prefix(' ')?.trim_end().split(' ');
    let range = |text: &str| -> Option<(u64, u64)> {
        let (first, count) = text.split_once(',').unwrap_or((text, "1"));
        Some((first.parse().ok()?, count.parse().ok()?))
    };
    let old = ranges.by_ref().take(signs.checked_sub(1).filter(|parents| *parents > 0)?);
    let old: Vec<u64> =
        old.map(|text| Some(range(text.strip_prefix('-')?)?.1)).collect::<Option<_>>()?;
    let (first, new) = range(ranges.next()?.strip_prefix('+')?)?;
    (old.len() + 1 == signs && ranges.next().is_none()).then_some((Counts { old, new }, first))
}

/// The new file's name in the line that stands for a change of binary files.
fn binary_notice(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let names = line.strip_prefix(b"Binary files ")?.strip_suffix(b" differ")?;
    let and = names.windows(5).rposition(|part| part == b" and ")?;
    Some(&names[and + 5..])
}

/// Why a diff could not be read to its end.
#[derive(Debug)]
pub struct DiffError {
    line: u64,
    why: &'static str,
    cause: Option<io::Error>,
}

impl DiffError {
    /// The line of the diff at which reading ended.
    pub fn line(&self) -> u64 {
        self.line
    }
}

impl fmt::Display for DiffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the diff: {}", self.line, self.why)?;
        self.cause.iter().try_for_each(|cause| write!(f, ": {cause}"))
    }
}

impl error::Error for DiffError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}
