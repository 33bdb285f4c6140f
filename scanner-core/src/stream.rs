//! Searching what is too large to hold, and what is not in UTF-8.
//!
//! A reader is searched in windows. Each window begins early enough to see what stands before a match
//! and ends late enough to see all of it, so the findings are those of a search of the whole. Text in
//! UTF-16 is decoded on the way; places are always those of the original bytes.

use std::io::{self, Read};
use std::ops::{ControlFlow, Range};

use crate::encoding::{Decoder, Encoding};
use crate::finding::Finding;
use crate::input::{Content, Input, Span};
use crate::location::{Lines, Location};
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

/// The text around a secret, to show where it stands. It holds the secret, and perhaps others: mask it
/// before it is printed.
#[derive(Clone)]
#[non_exhaustive]
pub struct Excerpt<'e> {
    /// From the beginning of the secret's first line to the end of its last, each side cut after
    /// [`Excerpt::REACH`] bytes.
    pub text: &'e [u8],
    /// Where the secret stands in it.
    pub secret: Range<usize>,
    /// All that stands before the secret on its first line, and the line before that one, cut after
    /// [`Excerpt::LINES`] bytes: where a comment may stand that says something of it.
    pub before: &'e [u8],
    /// The rest of its last line, cut likewise.
    pub after: &'e [u8],
}

impl Excerpt<'_> {
    /// How much text is given on either side of the secret at the most, in bytes.
    pub const REACH: usize = 200;

    /// How long what stands before and after the secret is at the most, in bytes.
    pub const LINES: usize = 4096;
}

impl std::fmt::Debug for Excerpt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Excerpt({} bytes)", self.text.len())
    }
}

/// Takes findings, each with its place and the text around it.
pub type Sink<'s> = dyn FnMut(&Finding<'_>, Place, Excerpt<'_>) + 's;

/// How much of a reader is held at a time, in bytes, beside what is held back at its edges.
const WINDOW: usize = 4 * 1024 * 1024;

/// Searches bytes that are at hand. Their kind (text, UTF-16, binary) is told from the bytes.
///
/// ```
/// use secscan_core::{Scanner, stream};
///
/// let scanner = Scanner::builtin();
/// let mut cache = scanner.create_cache();
/// stream::scan_bytes(&scanner, &mut cache, Some(b"notes.txt"), b"no secrets", &mut |finding, place, _| {
///     println!("{} in line {}", scanner.rule(finding).id, place.from.line);
/// });
/// ```
pub fn scan_bytes(
    scanner: &Scanner,
    cache: &mut Cache,
    path: Option<&[u8]>,
    bytes: &[u8],
    found: &mut Sink<'_>,
) {
    match Encoding::of(bytes) {
        Encoding::Utf8 => {
            let window = Window { content: Content::of(bytes), ..Window::default() };
            window.search(scanner, cache, path, bytes, 0..bytes.len(), found);
        }
        encoding @ Encoding::Utf16 { .. } => {
            let mut text = std::mem::take(&mut cache.text);
            text.clear();
            let mut decoder = Decoder::new(encoding);
            decoder.push(bytes, &mut text);
            decoder.finish(&mut text);
            let window = Window { encoding, ..Window::default() };
            window.search(scanner, cache, path, &text, 0..text.len(), found);
            cache.text = text;
        }
    }
}

/// Whether bytes begin a text in UTF-16: by a byte order mark, or by NULs in every other place of the first 512.
///
/// ```
/// use secscan_core::stream::is_utf16;
/// assert!(is_utf16(b"\xFF\xFEa\0"));
/// assert!(!is_utf16(b"a\0"));
/// ```
pub fn is_utf16(bytes: &[u8]) -> bool {
    Encoding::of(bytes) != Encoding::Utf8
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
    scan_windows(scanner, cache, path, reader, found, WINDOW)
}

/// [`scan_reader`] with the smallest windows that there can be.
#[cfg(all(any(test, fuzzing), feature = "generate"))]
pub(crate) fn scan_in_windows(
    scanner: &Scanner,
    cache: &mut Cache,
    path: Option<&[u8]>,
    reader: &mut dyn Read,
    found: &mut Sink<'_>,
) -> io::Result<u64> {
    scan_windows(scanner, cache, path, reader, found, 0)
}

fn scan_windows(
    scanner: &Scanner,
    cache: &mut Cache,
    path: Option<&[u8]>,
    reader: &mut dyn Read,
    found: &mut Sink<'_>,
    size: usize,
) -> io::Result<u64> {
    // Two matches may overlap and be weighed against each other, so twice the longest is held back.
    let reach = 2 * scanner.reach().max(Excerpt::LINES);
    let size = size.max(2 * reach);
    let mut total = 0;
    let mut chunk = vec![0; 64 * 1024];
    // The encoding is told from the first bytes, however few a reader gives at a time.
    let mut filled = 0;
    let mut failure = None;
    while filled < Content::SNIFF && failure.is_none() {
        match fill(reader, &mut chunk[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) => failure = Some(error),
        }
    }
    let encoding = Encoding::of(&chunk[..filled]);
    let mut decoder = Decoder::new(encoding);
    let mut window = Window { encoding, ..Window::default() };
    if encoding == Encoding::Utf8 {
        window.content = Content::of(&chunk[..filled]);
    }
    let mut text: Vec<u8> = Vec::new();
    // Findings that begin before this were reported with the window before.
    let mut reported = 0;
    loop {
        total += filled as u64;
        decoder.push(&chunk[..filled], &mut text);
        let ended = filled == 0 || failure.is_some();
        if ended {
            decoder.finish(&mut text);
        }
        if ended || text.len() >= size {
            let decided = if ended { text.len() } else { text.len() - reach };
            window.search(scanner, cache, path, &text, reported..decided, found);
            let gone = decided.saturating_sub(reach);
            window.advance(&text[..gone]);
            text.drain(..gone);
            reported = decided - gone;
        }
        // What was read is searched to its end: an error must not hide what stands before it.
        match failure.take() {
            Some(error) => return Err(error),
            None if ended => return Ok(total),
            None => {}
        }
        match fill(reader, &mut chunk) {
            Ok(more) => filled = more,
            Err(error) => (filled, failure) = (0, Some(error)),
        }
    }
}

/// Reads once, and says how much; 0 is the end.
fn fill(reader: &mut dyn Read, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Where a piece of text begins in the original.
struct Window {
    encoding: Encoding,
    content: Content,
    /// The offset of its first byte in the original.
    offset: u64,
    /// The place of its first byte.
    begin: Location,
}

impl Default for Window {
    fn default() -> Window {
        Window {
            encoding: Encoding::Utf8,
            content: Content::Text,
            offset: 0,
            begin: Location { line: 1, column: 1 },
        }
    }
}

impl Window {
    /// Reports the secrets of `text` that begin in `range`.
    fn search(
        &self,
        scanner: &Scanner,
        cache: &mut Cache,
        path: Option<&[u8]>,
        text: &[u8],
        range: Range<usize>,
        found: &mut Sink<'_>,
    ) {
        let mut input = Input::new(text).content(self.content);
        if let Some(path) = path {
            input = input.path(path);
        }
        let mut lines = Lines::new(text);
        let flow: ControlFlow<()> = scanner.scan(cache, &input, |finding| {
            if range.contains(&finding.span.start) {
                let place = self.place(text, finding.span, &mut lines);
                found(&finding, place, excerpt(text, finding.span));
            }
            ControlFlow::Continue(())
        });
        debug_assert!(flow.is_continue());
    }

    fn place(&self, text: &[u8], span: Span, lines: &mut Lines<'_>) -> Place {
        let mut location = |offset| {
            let inside = lines.locate(offset);
            let on_first = if inside.line == 1 { self.begin.column - 1 } else { 0 };
            Location { line: self.begin.line + inside.line - 1, column: inside.column + on_first }
        };
        let from = location(span.start);
        let to = location(span.end.saturating_sub(1).max(span.start));
        let start = self.offset + self.encoding.length_of(&text[..span.start]);
        let end = start + self.encoding.length_of(&text[span.range()]);
        Place { start, end, from, to }
    }

    /// Moves the beginning to behind `gone`.
    fn advance(&mut self, gone: &[u8]) {
        let end = Lines::new(gone).locate(gone.len());
        let on_first = if end.line == 1 { self.begin.column - 1 } else { 0 };
        self.begin =
            Location { line: self.begin.line + end.line - 1, column: end.column + on_first };
        self.offset += self.encoding.length_of(gone);
    }
}

/// The lines of a secret, cut where they are long.
fn excerpt(text: &[u8], span: Span) -> Excerpt<'_> {
    let floor = span.start.saturating_sub(Excerpt::REACH);
    let ceiling = text.len().min(span.end + Excerpt::REACH);
    let start = memchr::memrchr(b'\n', &text[floor..span.start]).map_or(floor, |at| floor + at + 1);
    let end = memchr::memchr(b'\n', &text[span.end..ceiling]).map_or(ceiling, |at| span.end + at);
    let floor = span.start.saturating_sub(Excerpt::LINES);
    let ceiling = text.len().min(span.end + Excerpt::LINES);
    let line = memchr::memrchr(b'\n', &text[floor..span.start]).map_or(floor, |at| floor + at);
    let previous = memchr::memrchr(b'\n', &text[floor..line]).map_or(floor, |at| floor + at + 1);
    let rest = memchr::memchr(b'\n', &text[span.end..ceiling]).map_or(ceiling, |at| span.end + at);
    Excerpt {
        text: &text[start..end],
        secret: span.start - start..span.end - start,
        before: &text[previous..span.start],
        after: &text[span.end..rest],
    }
}
