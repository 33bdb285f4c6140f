//! Reading git repositories: what is staged, what a range brings in, everything a store holds.
//!
//! This is apart from the file source because git's content has no path on disk: it is read as objects,
//! through gix, with no `git` process. The types of gix stay inside this folder.
//!
//! A caller opens a [`Repo`], makes one [`Visitor`] for each thread, and calls [`staged()`], [`range()`] or
//! [`history()`]. What cannot be read is told to [`Visitor::problem`]; it is never passed over. For the
//! objects that turned out to matter, [`origins()`] tells afterwards which commit brought them.
// Reading repositories in threads is what this room is for.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::cell::Cell;
use std::fmt;
use std::io;
use std::ops::ControlFlow;

use super::{Problem, Skip};
use crate::input::Copied;

mod commits;
mod delta;
mod everything;
mod forest;
mod guard;
mod history;
mod kept;
mod lines;
mod loose;
mod missing;
mod named;
mod origins;
mod queue;
mod range;
mod refs;
mod repo;
mod staged;
mod store;
mod trees;
mod visit;

pub use history::{History, history};
pub use lines::AddedLines;
pub use named::{Named, named};
pub use origins::{Origin, Reach, describe, origins};
pub use range::{Range, Spec, Survey, commit, range, survey};
pub use repo::{Error, Repo};
pub use staged::{staged, tracked};

/// The name of an object: the hash that git gave it, SHA-1 or SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    bytes: [u8; 32],
    len: u8,
}

impl Id {
    /// The hash's bytes: 20 or 32 of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    fn new(id: &gix::oid) -> Id {
        let mut bytes = [0; 32];
        bytes[..id.as_bytes().len()].copy_from_slice(id.as_bytes());
        Id { bytes, len: id.as_bytes().len() as u8 }
    }

    fn to_gix(self) -> gix::ObjectId {
        gix::ObjectId::from_bytes_or_panic(self.as_bytes())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an [`Object`]'s bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// The content of a file, the target of a symbolic link, or a note.
    Blob,
    /// The message of a commit.
    CommitMessage,
    /// The message of an annotated tag.
    TagMessage,
}

/// One object's content, in the visiting thread's buffer.
#[non_exhaustive]
pub struct Object<'b> {
    /// The blob, or the commit or tag whose message this is.
    pub id: Id,
    /// What the bytes are.
    pub kind: Kind,
    /// Where it stands: a path within the tree, or `<short commit>:message`. A history visit meets blobs
    /// without their paths.
    pub path: Option<&'b [u8]>,
    /// The commit that brought it, in a range.
    pub commit: Option<Id>,
    /// The content.
    pub bytes: &'b [u8],
    /// What the content is made of, where the store keeps it as changes to another object. If that one was handed
    /// out, it was so before, to this visitor or another.
    pub made_of: Option<MadeOf<'b>>,
    before: Option<&'b dyn Before>,
    note: Option<&'b Cell<u8>>,
}

/// The object that another one is made of.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct MadeOf<'b> {
    /// What was noted of it with [`Object::note`]; 0, if nothing was.
    pub note: u8,
    /// Its length in bytes.
    pub len: usize,
    /// The runs that were copied from it, in the order of the new content. What lies between is new.
    pub copied: &'b [Copied],
}

/// Where the earlier versions of an object come from, read only when somebody asks what was added.
trait Before {
    fn read(&self, new: &[u8]) -> Result<Vec<Vec<u8>>, Problem>;
}

impl Object<'_> {
    /// Leaves a note for those that get to see what is made of this object.
    pub fn note(&self, note: u8) {
        if let Some(place) = self.note {
            place.set(note);
        }
    }

    /// The lines that are new against every earlier version of this content.
    ///
    /// This reads the earlier versions and compares, so it is meant for objects with findings.
    ///
    /// # Errors
    /// An earlier version that cannot be read.
    pub fn added(&self) -> Result<AddedLines, Problem> {
        match self.before {
            None => Ok(AddedLines::all(self.bytes)),
            Some(before) => {
                let old = before.read(self.bytes)?;
                Ok(AddedLines::against(&old, self.bytes))
            }
        }
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("path", &self.path.map(String::from_utf8_lossy))
            .field("commit", &self.commit)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// What a git source tells one worker. There is one for each thread.
pub trait Visitor: Send {
    /// Looks at one object. `Break` ends the visit of all workers.
    fn object(&mut self, object: Object<'_>) -> ControlFlow<()>;
    /// Notes what could not be read.
    fn problem(&mut self, problem: Problem);
    /// Notes what was passed over on purpose.
    fn skipped(&mut self, path: &[u8], why: Skip);
}

/// Which part of a changed file matters to the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// What was added: content that only moved to another path is not visited.
    #[default]
    Added,
    /// All of every file that changed or moved.
    Whole,
}

/// What a visit saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Commits whose message and changes were looked at.
    pub commits: u64,
    /// Annotated tags.
    pub tags: u64,
    /// Blobs handed to a visitor.
    pub blobs: u64,
    /// Bytes handed to a visitor, messages included.
    pub bytes: u64,
    /// Submodules, which are other repositories.
    pub submodules: u64,
    /// Pointers to large files that git-lfs keeps elsewhere.
    pub lfs_pointers: u64,
    /// Objects larger than the limit.
    pub too_large: u64,
    /// Commits at which a shallow clone ends: what lies behind them is not there to be read.
    pub shallow: u64,
    /// Things that could not be read.
    pub problems: u64,
}

impl Totals {
    fn add(&mut self, other: &Totals) {
        self.commits += other.commits;
        self.tags += other.tags;
        self.blobs += other.blobs;
        self.bytes += other.bytes;
        self.submodules += other.submodules;
        self.lfs_pointers += other.lfs_pointers;
        self.too_large += other.too_large;
        self.shallow += other.shallow;
        self.problems += other.problems;
    }
}

/// A problem with one object, named by its path where it has one: the top directory has none.
fn object_problem(path: Option<&[u8]>, id: &gix::oid, why: impl fmt::Display) -> Problem {
    match path.filter(|path| !path.is_empty()) {
        Some(path) => Problem::new(
            String::from_utf8_lossy(path).into_owned(),
            io::Error::other(format!("object {id}: {why}")),
        ),
        None => Problem::new(format!("object {id}"), io::Error::other(why.to_string())),
    }
}
