//! One thread's part of a parallel walk: from directory entries to blobs.
//!
//! Apart from the options because this is what runs for each entry. Workers meet at the end only:
//! each thread hands its own back when it is done, so nothing is locked for an entry.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, Error, ParallelVisitor, ParallelVisitorBuilder, WalkState};

use super::bytes_of;
use super::read::{Links, Reader, special};
use crate::source::{Problem, Worker};

/// What the threads of one walk have in common.
pub(super) struct Shared<'s, W, M> {
    /// Where workers go when their thread is done.
    pub(super) done: &'s Mutex<Vec<W>>,
    pub(super) make_worker: &'s M,
    pub(super) max_filesize: Option<u64>,
    /// Whether `.` was named, so that paths begin with a `./` that nobody wrote.
    pub(super) strip_dot: bool,
}

impl<W, M> Shared<'_, W, M> {
    /// The path as a user would write it.
    fn shown<'p>(&self, path: &'p Path) -> &'p Path {
        match path.strip_prefix(".") {
            Ok(rest) if self.strip_dot && !rest.as_os_str().is_empty() => rest,
            _ => path,
        }
    }
}

/// Makes a visitor for each thread.
pub(super) struct Builder<'s, W, M>(pub(super) &'s Shared<'s, W, M>);

impl<'s, W: Worker, M: Fn() -> W + Sync> ParallelVisitorBuilder<'s> for Builder<'s, W, M> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor { shared: self.0, reader: Reader::new(self.0.max_filesize), worker: None })
    }
}

struct Visitor<'s, W: Worker, M> {
    shared: &'s Shared<'s, W, M>,
    reader: Reader,
    /// Made on first need: the walk makes one visitor more than it has threads.
    worker: Option<W>,
}

impl<W: Worker, M: Fn() -> W + Sync> ParallelVisitor for Visitor<'_, W, M> {
    fn visit(&mut self, entry: Result<DirEntry, Error>) -> WalkState {
        let worker = self.worker.get_or_insert_with(self.shared.make_worker);
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                if let Some((path, cause)) = problem(error) {
                    worker.problem(Problem::new(self.shared.shown(&path), cause));
                }
                return WalkState::Continue;
            }
        };
        let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else {
            return WalkState::Continue;
        };
        let path = entry.path();
        let shown = self.shared.shown(path);
        if let Some(why) = special(kind) {
            worker.skipped(bytes_of(shown), why);
            return WalkState::Continue;
        }
        // A link that was put there since is not followed.
        let links = if entry.path_is_symlink() { Links::Followed } else { Links::Refused };
        match self.reader.read_as(path, shown, links, worker) {
            ControlFlow::Continue(()) => WalkState::Continue,
            ControlFlow::Break(()) => WalkState::Quit,
        }
    }
}

impl<W: Worker, M> Drop for Visitor<'_, W, M> {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.shared.done.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }
}

/// What could not be read, unless the error is about the text of an ignore file: a bad glob there
/// makes us read more and not less, and git says nothing of it either.
fn problem(error: Error) -> Option<(PathBuf, io::Error)> {
    let mut inner = &error;
    let mut path = None;
    let cause = loop {
        match inner {
            Error::WithPath { path: named, err } => {
                path = Some(named.clone());
                inner = err;
            }
            Error::WithDepth { err, .. } => inner = err,
            Error::Loop { ancestor, child } => {
                path = Some(child.clone());
                let ancestor = ancestor.display();
                break io::Error::other(format!(
                    "this link leads back to {ancestor}, which holds it"
                ));
            }
            Error::Io(cause) => {
                break match cause.raw_os_error() {
                    Some(code) => io::Error::from_raw_os_error(code),
                    None => io::Error::new(cause.kind(), cause.to_string()),
                };
            }
            _ => return None,
        }
    };
    Some((path.unwrap_or_default(), cause))
}
