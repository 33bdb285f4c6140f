//! Handing out blobs and messages that were found by comparing trees: read by id, each exactly once.
//!
//! Shared by `staged` and `range`, which differ only in how they find what to hand out.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use gix::ObjectId;
use gix::objs::Kind as ObjectKind;

use super::repo::{Error, Repo};
use super::store::Reader;
use super::{Before, Id, Kind, Object, Totals, Visitor, object_problem};
use crate::source::{Problem, Skip};

/// Below this many objects, other threads would cost more than they save.
const WORTH_A_THREAD: usize = 32;
/// How many removed blobs are compared with one that has no earlier version at its own path.
const RENAME_CANDIDATES: usize = 200;

/// An object to read and hand out.
pub(super) struct Candidate {
    pub(super) id: ObjectId,
    pub(super) kind: Kind,
    pub(super) path: Vec<u8>,
    pub(super) commit: Option<ObjectId>,
    /// The blobs that stood at the path before.
    pub(super) old: Vec<ObjectId>,
    /// The blobs that vanished in the same change, one of which this may be under a new name.
    pub(super) gone: Option<std::sync::Arc<[ObjectId]>>,
}

/// Reads the candidates on as many threads as there are visitors, and hands them out.
pub(super) fn all<V: Visitor>(
    repo: &Repo,
    candidates: &[Candidate],
    max_size: u64,
    visitors: &mut [V],
) -> Result<Totals, Error> {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let work = |visitor: &mut V| -> Result<Totals, Error> {
        let reader = repo.reader()?;
        let (mut buffer, mut totals) = (Vec::new(), Totals::default());
        while !stop.load(Ordering::Relaxed)
            && let Some(candidate) = candidates.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let flow = one(candidate, &reader, max_size, &mut buffer, &mut totals, visitor);
            stop.fetch_or(flow.is_break(), Ordering::Relaxed);
        }
        Ok(totals)
    };
    if candidates.len() < WORTH_A_THREAD || visitors.len() < 2 {
        return visitors.first_mut().map_or(Ok(Totals::default()), work);
    }
    thread::scope(|scope| {
        let threads: Vec<_> =
            visitors.iter_mut().map(|visitor| scope.spawn(|| work(visitor))).collect();
        let mut totals = Totals::default();
        for thread in threads {
            totals.add(&thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(totals)
    })
}

fn one(
    candidate: &Candidate,
    reader: &Reader,
    max_size: u64,
    buffer: &mut Vec<u8>,
    totals: &mut Totals,
    visitor: &mut impl Visitor,
) -> ControlFlow<()> {
    let Candidate { id, kind, path, .. } = candidate;
    let expected = match kind {
        Kind::Blob => ObjectKind::Blob,
        Kind::CommitMessage => ObjectKind::Commit,
        Kind::TagMessage => ObjectKind::Tag,
    };
    let problem = match reader.find(id, buffer) {
        Ok(found) if found == expected => None,
        Ok(found) => Some(format!("a {found} where a {expected} was expected")),
        Err(why) => Some(why),
    };
    if let Some(why) = problem {
        totals.problems += 1;
        visitor.problem(object_problem(Some(path), id, why));
        return ControlFlow::Continue(());
    }
    let bytes = match kind {
        Kind::Blob => &buffer[..],
        Kind::CommitMessage | Kind::TagMessage => message(buffer),
    };
    if bytes.len() as u64 > max_size {
        totals.too_large += 1;
        visitor.skipped(path, Skip::TooLarge);
        return ControlFlow::Continue(());
    }
    match kind {
        Kind::Blob if is_lfs_pointer(bytes) => {
            totals.lfs_pointers += 1;
            visitor.skipped(path, Skip::LfsPointer);
            return ControlFlow::Continue(());
        }
        Kind::Blob => totals.blobs += 1,
        Kind::CommitMessage => totals.commits += 1,
        Kind::TagMessage => totals.tags += 1,
    }
    totals.bytes += bytes.len() as u64;
    let before = Earlier { candidate, reader };
    let has_before = !candidate.old.is_empty() || candidate.gone.is_some();
    visitor.object(Object {
        id: Id::new(id),
        kind: *kind,
        path: Some(path),
        commit: candidate.commit.map(|id| Id::new(&id)),
        bytes,
        made_of: None,
        note: None,
        before: has_before.then_some(&before as &dyn Before),
    })
}

/// The part of a commit or tag that a person wrote: what follows the first empty line.
pub(super) fn message(object: &[u8]) -> &[u8] {
    let start = object.windows(2).position(|pair| pair == b"\n\n");
    start.map_or(&[], |at| &object[at + 2..])
}

/// Whether a blob is a git-lfs pointer and nothing else: a file that merely starts like one is content.
pub(super) fn is_lfs_pointer(blob: &[u8]) -> bool {
    if blob.len() > 1024 || !blob.starts_with(b"version https://git-lfs.github.com/spec/v1\n") {
        return false;
    }
    let (mut oid, mut size) = (false, false);
    for line in blob.split(|byte| *byte == b'\n').skip(1) {
        let digits = |hash: &[u8]| hash.len() == 64 && hash.iter().all(u8::is_ascii_hexdigit);
        if let Some(hash) = line.strip_prefix(b"oid sha256:") {
            oid = digits(hash);
        } else if let Some(number) = line.strip_prefix(b"size ") {
            size = !number.is_empty() && number.len() < 20 && number.iter().all(u8::is_ascii_digit);
        } else if !line.is_empty() {
            return false;
        }
    }
    oid && size
}

/// The versions that came before a candidate.
struct Earlier<'a> {
    candidate: &'a Candidate,
    reader: &'a Reader,
}

impl Before for Earlier<'_> {
    fn read(&self, new: &[u8]) -> Result<Vec<Vec<u8>>, Problem> {
        let mut versions = Vec::new();
        for id in &self.candidate.old {
            let mut old = Vec::new();
            self.reader
                .find(id, &mut old)
                .map_err(|why| object_problem(Some(&self.candidate.path), id, why))?;
            versions.push(old);
        }
        if versions.is_empty() {
            versions.extend(self.renamed_from(new));
        }
        Ok(versions)
    }
}

impl Earlier<'_> {
    /// The removed blob that shares most lines with the new one, if it shares at least half of them.
    fn renamed_from(&self, new: &[u8]) -> Option<Vec<u8>> {
        let lines =
            |text: &[u8]| text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        let mine: std::collections::HashSet<Vec<u8>> = lines(new);
        let mut best = (new.len() / 2, None);
        for id in self.candidate.gone.iter().flat_map(|gone| gone.iter()).take(RENAME_CANDIDATES) {
            let mut old = Vec::new();
            // One that cannot be read is no earlier version: then every line counts as new.
            if self.reader.find(id, &mut old).is_err() || old.len() / 4 > new.len() {
                continue;
            }
            let theirs: std::collections::HashSet<Vec<u8>> = lines(&old);
            let shared = mine.intersection(&theirs).map(Vec::len).sum();
            if shared > best.0 {
                best = (shared, Some(old));
            }
        }
        best.1
    }
}
