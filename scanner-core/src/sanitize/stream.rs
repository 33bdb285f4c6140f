//! The same for text that arrives in pieces: each line is passed on as soon as it is decided.
//!
//! What comes out is what [`Sanitizer::sanitize`] makes of the whole text, however it was cut. So a line waits
//! while something in it or before it may still become a secret: a key block that has not ended, a name whose value
//! stands on the next line, a match that needs a word near it. No rule looks further than its window, so
//! nothing waits for ever, and the memory is bounded: by the longest window, 64 KiB of a line without an end,
//! and a piece.

use super::{Counts, Leak, Lines, Sanitizer};
use crate::input::Input;
use crate::scanner::Cache;

/// A line that is longer does not wait for its end, in bytes.
const LONG: usize = 64 * 1024;

/// How much more of it must have come before it is searched again, in bytes.
const STEP: usize = 4 * 1024;

/// How much is searched at a time, in bytes.
const PIECE: usize = 256 * 1024;

/// Replaces the secrets of one text that arrives in pieces.
///
/// ```
/// use secscan_core::sanitize::{Sanitizer, Stream, label};
/// use secscan_core::Scanner;
///
/// let sanitizer = Sanitizer::new(Scanner::builtin());
/// let mut stream = Stream::new(&sanitizer);
/// let mut out = Vec::new();
/// // A line is passed on when it ends…
/// stream.push(b"connecting\npostgres://app:", &mut out, label)?;
/// assert_eq!(out, b"connecting\n");
/// // …and a secret is replaced, wherever the pieces end.
/// stream.push(b"Vq7-tR2m.x9", &mut out, label)?;
/// stream.push(b"L@db.internal/main", &mut out, label)?;
/// stream.finish(&mut out, label)?;
/// assert_eq!(out, b"connecting\npostgres://app:[REDACTED:database-url]@db.internal/main");
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Debug)]
pub struct Stream<'s> {
    sanitizer: &'s Sanitizer,
    cache: Cache,
    path: Option<Vec<u8>>,
    text: Text,
    counts: Counts,
}

/// What has come and is not done with.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    /// What stands before was passed on, and is only looked back at.
    from: usize,
    /// Where the line begins that has not ended.
    line: usize,
    /// How long it was when it was last searched without waiting for the end of a line.
    tried: usize,
}

impl<'s> Stream<'s> {
    /// A text that begins.
    pub fn new(sanitizer: &'s Sanitizer) -> Stream<'s> {
        Stream {
            sanitizer,
            cache: sanitizer.scanner.create_cache(),
            path: None,
            text: Text::default(),
            counts: Counts::default(),
        }
    }

    /// Says where the text comes from, as [`Input::path`](crate::Input::path) does.
    #[must_use]
    pub fn path(self, path: &[u8]) -> Stream<'s> {
        Stream { path: Some(path.to_vec()), ..self }
    }

    /// Takes a piece, and appends to `out` what is decided.
    ///
    /// # Errors
    /// The first of `replace`. Then nothing was appended, and the stream is of no more use.
    pub fn push<E>(
        &mut self,
        piece: &[u8],
        out: &mut Vec<u8>,
        mut replace: impl FnMut(&Leak<'_>, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = out.len();
        for part in piece.chunks(PIECE) {
            if let Some((end, lines)) = self.text.add(part) {
                let passed = self.pass(end, Some(lines), out, &mut replace);
                passed.inspect_err(|_| out.truncate(before))?;
            }
        }
        Ok(())
    }

    /// Appends to `out` what is left, since the text has ended. The stream may begin another then.
    ///
    /// # Errors
    /// The first of `replace`. Then nothing was appended.
    pub fn finish<E>(
        &mut self,
        out: &mut Vec<u8>,
        mut replace: impl FnMut(&Leak<'_>, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = out.len();
        let passed = self.pass(self.text.bytes.len(), None, out, &mut replace);
        self.text = Text::default();
        passed.inspect_err(|_| out.truncate(before))
    }

    /// What was replaced so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// How many bytes wait to be decided.
    pub fn held(&self) -> usize {
        self.text.bytes.len() - self.text.from
    }

    /// Searches up to `end`, and passes on what is decided.
    fn pass<E>(
        &mut self,
        end: usize,
        goes_on: Option<Lines>,
        out: &mut Vec<u8>,
        replace: &mut impl FnMut(&Leak<'_>, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Stream { sanitizer, cache, path, text, counts } = self;
        let haystack = &text.bytes[..end];
        let input = Input::new(haystack);
        let input = path.as_ref().map_or(input, |path| input.path(path));
        let (leaks, decided) = sanitizer.leaks(cache, &input, text.from, goes_on);
        let mut done = text.from;
        for (span, kind) in leaks {
            let leak = sanitizer.leak(haystack, span, kind);
            out.extend_from_slice(&haystack[done..span.start]);
            replace(&leak, out)?;
            counts.add(leak.id, 1);
            done = span.end;
        }
        out.extend_from_slice(&haystack[done..decided]);
        text.advance(decided, sanitizer.scanner.behind());
        Ok(())
    }
}

impl Text {
    /// Adds a piece, and says up to where it is worth searching: to the end of the last line that ended in
    /// it, or to its own end where a line is too long to be waited for.
    fn add(&mut self, piece: &[u8]) -> Option<(usize, Lines)> {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(piece);
        let ended = memchr::memrchr(b'\n', piece);
        if let Some(at) = ended {
            self.line = before + at + 1;
        }
        let waiting = self.bytes.len() - self.line.max(self.from);
        if waiting > LONG && self.bytes.len() - self.tried > STEP {
            self.tried = self.bytes.len();
            return Some((self.bytes.len(), Lines::Any));
        }
        ended.map(|_| (self.line, Lines::Whole))
    }

    /// Lets go of what was passed on, but for what is looked back at.
    fn advance(&mut self, decided: usize, behind: usize) {
        self.from = decided;
        // Not for each line: what is left is moved.
        let gone = decided.saturating_sub(behind);
        if gone > self.bytes.len() / 2 {
            self.bytes.drain(..gone);
            self.from -= gone;
            self.line = self.line.saturating_sub(gone);
            self.tried = self.tried.saturating_sub(gone);
        }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({} bytes)", self.bytes.len())
    }
}
