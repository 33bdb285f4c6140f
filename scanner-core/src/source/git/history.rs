//! Everything that the object store holds: packs read whole, then loose objects, each object once.
//!
//! This does not begin with a walk from the refs, which would cost more than the rest: it reads what is
//! there, and sees to it on the way that what is referred to is there as well. Which of the objects that
//! turned out to matter a ref still reaches is asked afterwards, of `origins`, for those alone.

use std::collections::HashSet;
use std::io;
use std::ops::ControlFlow;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;

use gix::ObjectId;
use gix::objs::{Kind as ObjectKind, TagRefIter, TreeRefIter};

use super::commits::Commit;
use super::everything::Everything;
use super::forest::{Decoded, Sink};
use super::kept::{Budget, Kept, Visited};
use super::range::{Range, Spec, range};
use super::repo::{Error, Repo, chain};
use super::visit::{is_lfs_pointer, message};
use super::{Id, Kind, Object, Totals, Visitor, missing, object_problem, refs};
use crate::source::{Problem, Skip};

/// How many missing objects are named one by one.
const NAMED: usize = 100;
/// References that are remembered as leading to a known object.
const REMEMBERED: usize = 1 << 13;

/// What part of history to look at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct History {
    /// Larger blobs are skipped.
    pub max_size: u64,
    /// Only what these refs reach.
    pub branches: Vec<String>,
    /// At most so many commits, the newest.
    pub max_commits: Option<usize>,
    /// No commit older than this, in seconds since 1970.
    pub since: Option<i64>,
}

impl Default for History {
    fn default() -> History {
        History { max_size: u64::MAX, branches: Vec::new(), max_commits: None, since: None }
    }
}

/// Hands out every blob and message of the history.
///
/// Where no limit is set, that is every object of the store, reachable or not, in no order and without
/// paths: [`origins`](super::origins()) tells which of them a ref reaches. With a limit, it is what the
/// commits within it brought, as in a [`range`].
///
/// # Errors
/// The refs or the store cannot be listed, or a branch does not exist.
pub fn history<V: Visitor>(
    repo: &Repo,
    options: &History,
    visitors: &mut [V],
) -> Result<Totals, Error> {
    if options.branches.is_empty() && options.max_commits.is_none() && options.since.is_none() {
        return everything(repo, options.max_size, visitors);
    }
    let mut specs: Vec<_> = options.branches.iter().cloned().map(Spec::From).collect();
    if specs.is_empty() {
        let tips = refs::all(repo)?;
        specs.extend(
            tips.iter().filter(|tip| tip.must_exist).map(|tip| Spec::From(tip.id.to_string())),
        );
    }
    let mut limited = Range::new(specs);
    limited.scope = super::Scope::Whole;
    limited.max_size = options.max_size;
    limited.max_commits = options.max_commits;
    limited.since = options.since;
    range(repo, &limited, visitors)
}

fn everything<V: Visitor>(repo: &Repo, max_size: u64, visitors: &mut [V]) -> Result<Totals, Error> {
    assert!(!visitors.is_empty(), "a visit needs a visitor");
    let tips = refs::all(repo)?;
    let (store, problems) = Everything::open(repo)?;
    let budget = Budget::default();
    let mut totals = Totals { shallow: repo.shallow.len() as u64, ..Totals::default() };
    let mut tell = |problem: Problem, visitors: &mut [V]| {
        totals.problems += 1;
        visitors[0].problem(problem);
    };
    problems.into_iter().for_each(|problem| tell(problem, visitors));

    let mut scans: Vec<_> = visitors
        .iter_mut()
        .map(|visitor| Scan::new(repo, &store, max_size, &budget, visitor))
        .collect();
    store.walk(&mut scans, &AtomicBool::new(false));
    let mut suspects = Vec::new();
    let mut seen = Totals::default();
    let mut kept = Kept::default();
    for scan in scans {
        seen.add(&scan.totals);
        suspects.extend(scan.suspects);
        kept.add(scan.kept);
    }
    let mut gone: Vec<(String, ObjectId)> = tips
        .iter()
        .filter(|tip| tip.must_exist && !store.contains(&tip.id))
        .map(|tip| (tip.name.clone(), tip.id))
        .collect();
    if !suspects.is_empty() {
        gone.extend(missing::reached(repo, &suspects.iter().copied().collect())?);
    }
    let reader = repo.reader()?;
    for (name, id) in gone.iter().take(NAMED) {
        tell(object_problem(Some(name.as_bytes()), id, reader.missing()), visitors);
    }
    if gone.len() > NAMED {
        let more = io::Error::other(format!(
            "{} more objects are {}",
            gone.len() - NAMED,
            reader.missing()
        ));
        tell(Problem::new(repo.git_dir(), more), visitors);
    }
    let kept = budget.sufficed().then_some(kept);
    *repo.visited.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(Visited { everything: store, kept });
    totals.add(&seen);
    Ok(totals)
}

/// One thread's part: hands out contents, and looks whether what trees and commits name is there.
struct Scan<'a, V> {
    repo: &'a Repo,
    store: &'a Everything,
    max_size: u64,
    budget: &'a Budget,
    visitor: &'a mut V,
    totals: Totals,
    /// Ids known to be there, each in the one place that its first bytes name.
    present: Vec<ObjectId>,
    /// Objects that name something that is not there.
    suspects: HashSet<ObjectId>,
    kept: Kept,
}

impl<'a, V: Visitor> Scan<'a, V> {
    fn new(
        repo: &'a Repo,
        store: &'a Everything,
        max_size: u64,
        budget: &'a Budget,
        visitor: &'a mut V,
    ) -> Scan<'a, V> {
        let present = vec![repo.hash().null(); REMEMBERED];
        Scan {
            repo,
            store,
            max_size,
            budget,
            visitor,
            totals: Totals::default(),
            present,
            suspects: HashSet::new(),
            kept: Kept::default(),
        }
    }

    fn is_there(&mut self, id: &gix::oid) -> bool {
        let bytes = id.as_bytes();
        let slot =
            &mut self.present[usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % REMEMBERED];
        if **slot == *id {
            return true;
        }
        let there = self.store.contains(id);
        if there {
            *slot = id.to_owned();
        }
        there
    }

    /// Whether something of so many bytes may be kept. If not, all that was is let go: a part is of no use.
    fn may_keep(&mut self, bytes: usize) -> bool {
        let may = self.budget.allows(bytes);
        if !may {
            self.kept = Kept::default();
        }
        may
    }

    fn too_large(&mut self, id: &gix::oid) {
        self.totals.too_large += 1;
        self.visitor.skipped(format!("object {id}").as_bytes(), Skip::TooLarge);
    }

    /// Hands out the message of a commit or tag: not all of the object, so what it is made of says nothing.
    fn tell_message(&mut self, kind: Kind, object: Decoded<'_>) -> ControlFlow<()> {
        let bytes = message(object.bytes);
        self.hand_out(kind, Decoded { bytes, made_of: None, ..object })
    }

    fn hand_out(&mut self, kind: Kind, object: Decoded<'_>) -> ControlFlow<()> {
        let Decoded { id, bytes, made_of, note, .. } = object;
        let mut path = [0; 12 + 8];
        let path = (kind != Kind::Blob).then(|| {
            let digits = b"0123456789abcdef";
            for (at, byte) in id.as_bytes()[..6].iter().enumerate() {
                path[2 * at] = digits[usize::from(byte >> 4)];
                path[2 * at + 1] = digits[usize::from(byte & 15)];
            }
            path[12..].copy_from_slice(b":message");
            &path[..]
        });
        self.totals.bytes += bytes.len() as u64;
        let commit = (kind == Kind::CommitMessage).then(|| Id::new(id));
        self.visitor.object(Object {
            id: Id::new(id),
            kind,
            path,
            commit,
            bytes,
            made_of,
            before: None,
            note: Some(note),
        })
    }
}

impl<V: Visitor> Sink for Scan<'_, V> {
    fn wants(&mut self, id: &gix::oid, kind: ObjectKind, size: u64) -> bool {
        let wanted = kind != ObjectKind::Blob || size <= self.max_size;
        if !wanted {
            self.too_large(id);
        }
        wanted
    }

    fn object(&mut self, object: Decoded<'_>) -> ControlFlow<()> {
        let Decoded { id, kind, bytes, .. } = object;
        match kind {
            ObjectKind::Blob if bytes.len() as u64 > self.max_size => {
                self.too_large(id);
                ControlFlow::Continue(())
            }
            ObjectKind::Blob if is_lfs_pointer(bytes) => {
                self.totals.lfs_pointers += 1;
                self.visitor.skipped(format!("object {id}").as_bytes(), Skip::LfsPointer);
                ControlFlow::Continue(())
            }
            ObjectKind::Blob => {
                self.totals.blobs += 1;
                self.hand_out(Kind::Blob, object)
            }
            ObjectKind::Tree => {
                for entry in TreeRefIter::from_bytes(bytes, id.kind()) {
                    let there = match entry {
                        Ok(entry) => entry.mode.is_commit() || self.is_there(entry.oid),
                        Err(cause) => {
                            self.broken(id, &chain(&cause));
                            break;
                        }
                    };
                    if !there {
                        self.suspects.insert(id.to_owned());
                    }
                }
                if self.may_keep(bytes.len()) {
                    self.kept.tree(id, bytes);
                }
                ControlFlow::Continue(())
            }
            ObjectKind::Commit => {
                self.totals.commits += 1;
                let commit = Commit::parse(self.repo, id.to_owned(), bytes);
                let whole = commit.as_ref().is_some_and(|commit| {
                    self.is_there(&commit.tree)
                        && commit.parents.iter().all(|parent| self.is_there(parent))
                });
                if !whole {
                    self.suspects.insert(id.to_owned());
                }
                if let Some(commit) = commit.filter(|_| self.may_keep(size_of::<Commit>())) {
                    self.kept.commits.push(commit);
                }
                self.tell_message(Kind::CommitMessage, object)
            }
            ObjectKind::Tag => {
                self.totals.tags += 1;
                if self.may_keep(0) {
                    self.kept.tags.push(id.to_owned());
                }
                if !TagRefIter::from_bytes(bytes, id.kind())
                    .target_id()
                    .is_ok_and(|id| self.is_there(&id))
                {
                    self.suspects.insert(id.to_owned());
                }
                self.tell_message(Kind::TagMessage, object)
            }
        }
    }

    fn broken(&mut self, id: &gix::oid, why: &str) {
        self.totals.problems += 1;
        self.visitor.problem(object_problem(None, id, why));
    }
}
