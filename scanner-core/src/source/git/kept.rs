//! What a visit of the whole store saw on its way and the search for origins needs again: commits and trees.
//!
//! A tree is decoded for the visit in any case, and to find what leads to a blob each is read again for every
//! level of directories. Most repositories have no more trees than fit in memory; those of the others are read
//! from the store.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use gix::ObjectId;
use gix::objs::Kind;

use super::commits::Commit;
use super::everything::Everything;
use super::forest::{Decoded, Sink};

/// How many bytes of commits and trees are kept, all threads together.
const MOST: usize = 64 << 20;
/// What each costs beside its bytes.
const EACH: usize = 64;

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
    trees: Vec<(ObjectId, Box<[u8]>)>,
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
        self.trees.push((id.to_owned(), bytes.into()));
    }

    /// Takes in what another thread kept.
    pub(super) fn add(&mut self, other: Kept) {
        self.commits.extend(other.commits);
        self.tags.extend(other.tags);
        self.trees.extend(other.trees);
    }

    /// Tells the trees to the sinks, as a walk of the store would.
    pub(super) fn walk<S: Sink>(&self, sinks: &mut [S], stop: &AtomicBool) {
        let part = self.trees.len().div_ceil(sinks.len()).max(1 << 10);
        let work = |sink: &mut S, trees: &[(ObjectId, Box<[u8]>)]| {
            for (id, bytes) in trees {
                let note = &std::cell::Cell::new(0);
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
