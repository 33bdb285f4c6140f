//! What one search is given: bytes, and the little that is known about where they came from.
//!
//! Apart from the scanner so that a new fact about the input is a new setter and not a longer
//! parameter list.

use std::fmt;
use std::ops::Range;

/// A haystack to search, with an optional path that informs the judgement.
///
/// ```
/// use secscan_core::Input;
/// let input = Input::new(b"token = ...").path(b".env");
/// assert_eq!(input.haystack().len(), 11);
/// ```
#[derive(Clone, Copy)]
pub struct Input<'h> {
    haystack: &'h [u8],
    path: Option<&'h [u8]>,
    content: Content,
    parts: Option<&'h [Range<usize>]>,
}

// A haystack may hold a secret.
impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("haystack", &format_args!("{} bytes", self.haystack.len()))
            .field("path", &self.path.map(String::from_utf8_lossy))
            .field("content", &self.content)
            .field("parts", &self.parts)
            .finish()
    }
}

/// What kind of content a haystack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Content {
    /// Text in UTF-8, ASCII or another superset of ASCII: every rule applies.
    #[default]
    Text,
    /// Anything else: only self-identifying rules apply.
    Binary,
}

impl Content {
    /// How many bytes [`Content::of`] looks at.
    pub const SNIFF: usize = 8 * 1024;

    /// Binary when there is a NUL byte in the first 8 KiB, as git and ripgrep decide.
    pub fn of(haystack: &[u8]) -> Content {
        let head = &haystack[..haystack.len().min(Self::SNIFF)];
        if memchr::memchr(0, head).is_some() { Content::Binary } else { Content::Text }
    }
}

impl<'h> Input<'h> {
    /// The whole of `haystack`, taken as text.
    pub fn new<H: AsRef<[u8]> + ?Sized>(haystack: &'h H) -> Input<'h> {
        Input { haystack: haystack.as_ref(), path: None, content: Content::Text, parts: None }
    }

    /// Says where the bytes come from. The path is never opened: its name and extension tell
    /// source code from configuration.
    #[must_use]
    pub fn path(self, path: &'h [u8]) -> Input<'h> {
        Input { path: Some(path), ..self }
    }

    /// Says what kind of content it is.
    #[must_use]
    pub fn content(self, content: Content) -> Input<'h> {
        Input { content, ..self }
    }

    /// Asks only for what has its head in one of these parts. Everything is still looked at around it.
    pub(crate) fn parts(self, parts: &'h [Range<usize>]) -> Input<'h> {
        Input { parts: Some(parts), ..self }
    }

    /// The bytes to search.
    pub fn haystack(&self) -> &'h [u8] {
        self.haystack
    }

    /// The path, if one was given.
    pub fn get_path(&self) -> Option<&'h [u8]> {
        self.path
    }

    /// The parts in which heads are looked for, if that is not everywhere.
    pub(crate) fn get_parts(&self) -> Option<&'h [Range<usize>]> {
        self.parts
    }

    /// The kind of content.
    pub fn get_content(&self) -> Content {
        self.content
    }
}

/// A run of bytes that a text has in common with the one it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where the run begins in the text.
    pub at: usize,
    /// Where it begins in the other one.
    pub from: usize,
    /// How many bytes it is.
    pub len: usize,
}

/// A half-open range of bytes of a haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte, counted from 0.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The span as a range, to index a haystack with.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The length in bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two spans share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Span {
        Span { start: range.start, end: range.end }
    }
}
