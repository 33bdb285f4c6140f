//! Reading one file: whole into a buffer that is used again, or in pieces when it is large.
//!
//! Apart from the walk because the rules here are about one open file, however it was found.

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use super::bytes_of;
use crate::source::{Blob, Body, Problem, Skip, Worker};

/// The largest file that is held in memory. What is larger is handed out as a stream.
const HOLD: usize = 8 << 20;
/// How much more than [`HOLD`] is read of a file that said it is smaller.
const MORE: u64 = 64 << 20;
/// Most source files fit.
const FIRST: usize = 64 << 10;

/// Reads files one after the other with one buffer.
pub(super) struct Reader {
    /// All of it is initialised, so that a read can write anywhere in it.
    buffer: Vec<u8>,
    max_filesize: Option<u64>,
}

/// What becomes of a path that is a link when it is opened, whatever it was when its directory was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    Followed,
    /// It is an error.
    Refused,
}

/// Opens a file. What has become a FIFO meanwhile, or is a device, is not waited for.
#[cfg(unix)]
fn open(path: &Path, links: Links) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::OFlags;

    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if links == Links::Refused {
        flags |= OFlags::NOFOLLOW;
    }
    fs::OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path, _: Links) -> io::Result<File> {
    File::open(path)
}

/// The rest of a file that is larger than it said, which ends, or fails: `/proc` has files of some terabytes, and
/// says that they are empty.
struct Endless {
    file: File,
    left: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("it goes on and on, and says that it is small"));
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.file.read(&mut buffer[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// What [`Reader::fill`] got of a file.
enum Filled {
    /// All: that many bytes of the buffer.
    All(usize),
    /// The first so many bytes, and there may be more: it is larger than it said.
    Part(usize),
}

impl Reader {
    pub(super) fn new(max_filesize: Option<u64>) -> Reader {
        Reader { buffer: Vec::new(), max_filesize }
    }

    /// Hands the file to the worker, or says why not. Links are followed.
    pub(super) fn read(&mut self, path: &Path, worker: &mut impl Worker) -> ControlFlow<()> {
        self.read_as(path, path, Links::Followed, worker)
    }

    /// The same, with the path to be shown, and what becomes of links.
    pub(super) fn read_as(
        &mut self,
        path: &Path,
        named: &Path,
        links: Links,
        worker: &mut impl Worker,
    ) -> ControlFlow<()> {
        let shown = bytes_of(named);
        let mut file = match open(path, links) {
            Ok(file) => file,
            Err(cause) => return problem(named, cause, worker),
        };
        // Asked of the handle and not of the path, which may have become another file by now.
        let size = match file.metadata() {
            Ok(meta) if meta.is_file() => meta.len(),
            Ok(_) => {
                worker.skipped(shown, Skip::Special);
                return ControlFlow::Continue(());
            }
            Err(cause) => return problem(named, cause, worker),
        };
        if self.max_filesize.is_some_and(|most| size > most) {
            worker.skipped(shown, Skip::TooLarge);
            return ControlFlow::Continue(());
        }
        if size > HOLD as u64 {
            #[cfg(target_os = "linux")]
            let mut file = super::sparse::Sparse::new(file);
            return worker.blob(Blob::new(shown, Body::Stream(&mut file)));
        }
        match self.fill(&mut file, size as usize) {
            Ok(Filled::All(len)) => worker.blob(Blob::new(shown, Body::Whole(&self.buffer[..len]))),
            Ok(Filled::Part(len)) => {
                let rest = Endless { file, left: MORE };
                let mut all = self.buffer[..len].chain(rest);
                worker.blob(Blob::new(shown, Body::Stream(&mut all)))
            }
            Err(cause) => problem(named, cause, worker),
        }
    }

    /// Reads until the end, or until there are `expected` bytes: that saves one system call for each
    /// file, and what a growing file gets after it was opened is for the next run.
    fn fill(&mut self, file: &mut File, expected: usize) -> io::Result<Filled> {
        if self.buffer.len() < expected.max(FIRST) {
            self.buffer.resize(expected.max(FIRST), 0);
        }
        let mut len = 0;
        loop {
            if len == self.buffer.len() {
                if len >= HOLD {
                    return Ok(Filled::Part(len));
                }
                self.buffer.resize((2 * len).min(HOLD), 0);
            }
            match file.read(&mut self.buffer[len..]) {
                Ok(0) => return Ok(Filled::All(len)),
                Ok(more) => len += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            // A size of 0 says nothing: files of /proc have it.
            if len >= expected && expected > 0 {
                return Ok(Filled::All(len));
            }
        }
    }
}

fn problem(path: &Path, cause: io::Error, worker: &mut impl Worker) -> ControlFlow<()> {
    worker.problem(Problem::new(path, cause));
    ControlFlow::Continue(())
}

/// What an entry that is not to be read is, or `None` for a regular file.
pub(super) fn special(kind: fs::FileType) -> Option<Skip> {
    if kind.is_file() {
        None
    } else if kind.is_symlink() {
        Some(Skip::Symlink)
    } else {
        Some(Skip::Special)
    }
}
