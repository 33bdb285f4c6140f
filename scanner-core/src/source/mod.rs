//! Where bytes come from: files and git. Nothing here knows of rules or findings.
//!
//! A source visits its blobs in parallel. It hands each to a worker of the caller's, one worker for
//! each thread, from a buffer that the thread reuses; and it reports what it could not read.

use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

pub mod diff;
#[cfg(feature = "fs")]
pub mod fs;
#[cfg(feature = "git")]
pub mod git;

/// One piece of content to search.
#[derive(Debug)]
#[non_exhaustive]
pub struct Blob<'b> {
    /// The path as the user would write it, in the platform's bytes.
    pub path: &'b [u8],
    /// The content.
    pub body: Body<'b>,
}

impl<'b> Blob<'b> {
    /// Content with the path it is known by.
    pub fn new(path: &'b [u8], body: Body<'b>) -> Blob<'b> {
        Blob { path, body }
    }
}

/// The content of a blob.
pub enum Body<'b> {
    /// All of it, in the visiting thread's buffer.
    Whole(&'b [u8]),
    /// Too much to hold: to be read in pieces.
    Stream(&'b mut dyn io::Read),
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Body::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// Something that could not be read, and why. What it names is not clean.
#[derive(Debug)]
pub struct Problem {
    path: PathBuf,
    cause: io::Error,
}

impl Problem {
    /// The path that could not be read.
    pub fn new(path: impl Into<PathBuf>, cause: io::Error) -> Problem {
        Problem { path: path.into(), cause }
    }

    /// What could not be read.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Why.
    pub fn cause(&self) -> &io::Error {
        &self.cause
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.cause)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// Why something was passed over on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Skip {
    /// Larger than the limit that was asked for.
    TooLarge,
    /// A symbolic link, and links are not followed.
    Symlink,
    /// A FIFO, socket or device.
    Special,
    /// Another repository, which git only points at.
    Submodule,
    /// A pointer to a large file that git-lfs keeps elsewhere.
    LfsPointer,
}

impl Skip {
    /// The words in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Skip::TooLarge => "too large",
            Skip::Symlink => "symbolic link",
            Skip::Special => "not a regular file",
            Skip::Submodule => "submodule",
            Skip::LfsPointer => "git-lfs pointer",
        }
    }
}

/// What a source tells one worker. There is one worker for each thread.
pub trait Worker: Send {
    /// Looks at one blob. `Break` ends the visit of all workers.
    fn blob(&mut self, blob: Blob<'_>) -> ControlFlow<()>;
    /// Notes what could not be read.
    fn problem(&mut self, problem: Problem);
    /// Notes what was passed over.
    fn skipped(&mut self, path: &[u8], why: Skip);
}
