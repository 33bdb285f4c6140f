//! What a visit of the whole store saw on its way and the search for origins needs again: commits and trees.
//!
//! A tree is decoded for the visit in any case, and to find what leads to a blob each is read again for every
//! level of directories. Most repositories have no more trees than fit in memory; those of the others are read
//! from the store.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gix::ObjectId;
use gix::objs::Kind;

use super::commits::Commit;
use super::everything::Everything;
use super::forest::{Decoded, Sink};

/// How many bytes of commits and trees are kept, all threads together.
const MOST: usize = 32 << 20;
/// What each costs beside its bytes.
const EACH: usize = 64;
/// How many bytes of trees are kept together.
const PART: usize = 1 << 20;

/// A store that was visited.
pub(super) struct Visited {
    pub(super) everything: Everything,
    /// Unless there was too much of it.
    pub(super) kept: Option<Kept>,
}

/// Commits, trees and the names of tags.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) commits: Vec<Commit>,
    pub(super) tags: Vec<ObjectId>,
    /// What each tree is called, in which part it is, and where it begins there and ends.
    trees: Vec<(ObjectId, usize, Range<usize>)>,
    /// The bytes of trees, many in each part: to set aside memory for each would cost more than to copy it.
    parts: Vec<Vec<u8>>,
}

/// How much all threads keep.
#[derive(Default)]
pub(super) struct Budget(AtomicUsize);

impl Budget {
    /// Whether so many bytes more may be kept.
    pub(super) fn allows(&self, bytes: usize) -> bool {
        let used = self.0.fetch_add(bytes + EACH, Ordering::Relaxed);
        used.saturating_add(bytes) <= MOST
    }

    /// Whether all was kept that there was.
    pub(super) fn sufficed(&self) -> bool {
        self.0.load(Ordering::Relaxed) <= MOST
    }
}

impl Kept {
    pub(super) fn tree(&mut self, id: &gix::oid, bytes: &[u8]) {
        let fits = |part: &Vec<u8>| part.capacity() - part.len() >= bytes.len();
        if !self.parts.last().is_some_and(fits) {
            self.parts.push(Vec::with_capacity(PART.max(bytes.len())));
        }
        let last = self.parts.len() - 1;
        let start = self.parts[last].len();
        self.parts[last].extend_from_slice(bytes);
        self.trees.push((id.to_owned(), last, start..start + bytes.len()));
    }

    /// Takes in what another thread kept.
    pub(super) fn add(&mut self, other: Kept) {
        self.commits.extend(other.commits);
        self.tags.extend(other.tags);
        let before = self.parts.len();
        self.trees.extend(other.trees.into_iter().map(|(id, part, at)| (id, before + part, at)));
        self.parts.extend(other.parts);
    }

    /// Tells the trees to the sinks, as a walk of the store would.
    pub(super) fn walk<S: Sink>(&self, sinks: &mut [S], stop: &AtomicBool) {
        let part = self.trees.len().div_ceil(sinks.len()).max(1 << 10);
        let work = |sink: &mut S, trees: &[(ObjectId, usize, Range<usize>)]| {
            for (id, part, at) in trees {
                let (note, bytes) = (&std::cell::Cell::new(0), &self.parts[*part][at.clone()]);
                let object = Decoded { id, kind: Kind::Tree, bytes, made_of: None, note };
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                if sink.object(object) == ControlFlow::Break(()) {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            let mut parts = sinks.iter_mut().zip(self.trees.chunks(part));
            let own = parts.next();
            for (sink, trees) in parts {
                scope.spawn(move || work(sink, trees));
            }
            if let Some((sink, trees)) = own {
                work(sink, trees);
            }
        });
    }
}
