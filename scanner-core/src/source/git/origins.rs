//! Which commit brought an object, where it stands, and whether it is still in `HEAD`.
//!
//! Asked after a visit, for the objects that turned out to matter. All trees are gone through for each level of
//! directories, to find those that lead to a wanted blob; commits are then compared by these alone. Looking every
//! commit's trees up one by one takes several times as long. Mostly the visit has kept what this needs; where it
//! was too much, the store is read again.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::thread;

use gix::ObjectId;
use gix::hashtable::HashSet as IdSet;
use gix::objs::{CommitRefIter, Kind as ObjectKind, TagRefIter, TreeRefIter};

use super::commits::{Commits, Limit};
use super::everything::Everything;
use super::forest::{Decoded, Sink};
use super::kept::Visited;
use super::repo::{Error, Repo};
use super::store::Reader;
use super::trees::{Compare, DEEPEST, Seen};
use super::visit::message;
use super::{Id, refs};

/// From where objects are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From refs, heads of work trees and reflogs.
    Refs,
    /// From every commit of the store besides.
    Store,
}

/// Where an object comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The oldest commit that has it and none of whose parents has it; or the tag. A ref may name a blob
    /// without either.
    pub commit: Option<Id>,
    /// Who wrote that commit.
    pub author: String,
    /// Their address.
    pub mail: String,
    /// When, in seconds since 1970.
    pub time: i64,
    /// The author's offset from UTC, in seconds.
    pub offset: i32,
    /// The first line of the message.
    pub subject: String,
    /// Every path it was introduced at, that of the commit first.
    pub paths: Vec<Vec<u8>>,
    /// Whether `HEAD` still has it.
    pub in_head: bool,
    /// The commit's place among all that were walked, the oldest first; the largest number where it has
    /// none.
    pub order: usize,
}

/// Finds the origins of some objects: blobs, commits or tags. What is not in the answer is not reached.
///
/// After a visit of the whole [`history`](super::history()) it is asked of what that saw, which is faster; the
/// next time, and without, of the store.
///
/// # Errors
/// The refs or the store cannot be listed.
pub fn origins(repo: &Repo, ids: &[Id], reach: Reach) -> Result<HashMap<Id, Origin>, Error> {
    let reader = repo.reader()?;
    let wanted: HashSet<ObjectId> = ids.iter().map(|id| id.to_gix()).collect();
    let visited = repo.visited.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Visited { everything, mut kept } = match visited {
        Some(visited) => visited,
        None => Visited { everything: Everything::open(repo)?.0, kept: None },
    };
    let known = kept.as_mut().map(|kept| std::mem::take(&mut kept.commits)).unwrap_or_default();
    let all: Vec<ObjectId> = known.iter().map(|commit| commit.id).collect();
    let mut commits = Commits::new(repo, &reader).knowing(known);
    let mut found: HashMap<ObjectId, Found> = HashMap::new();
    let mut tips = Vec::new();
    for tip in refs::all(repo)? {
        // What cannot be read is for the visit to tell; here it only leads nowhere.
        let Ok((tags, id, kind)) = commits.peel(tip.id) else { continue };
        let last = tags.last().copied();
        for tag in tags.into_iter().filter(|tag| wanted.contains(tag)) {
            found.entry(tag).or_insert(Found {
                order: usize::MAX,
                by: Some(tag),
                paths: Vec::new(),
            });
        }
        match kind {
            ObjectKind::Commit => tips.push(id),
            _ => below(&reader, id, kind, &wanted, &mut |id, path| {
                note(&mut found, id, usize::MAX, last, path)
            }),
        }
    }
    let mut leads = match &kept {
        Some(kept) => Leads::find(&wanted, |climbs, stop| kept.walk(climbs, stop)),
        None => Leads::find(&wanted, |climbs, stop| everything.walk(climbs, stop)),
    };
    if let Some(kept) = kept {
        (leads.commits, leads.tags) = (all, kept.tags);
    }
    if reach == Reach::Store {
        tips.extend(&leads.commits);
        for tag in leads.tags.iter().filter(|tag| wanted.contains(*tag)) {
            found.entry(*tag).or_insert(Found {
                order: usize::MAX,
                by: Some(*tag),
                paths: Vec::new(),
            });
        }
    }
    let mut history = commits.walk(&tips, &[], Limit::default(), &mut |_| {});
    history.reverse();
    let trees: HashMap<ObjectId, ObjectId> =
        history.iter().map(|commit| (commit.id, commit.tree)).collect();
    for (order, commit) in history.iter().enumerate() {
        if wanted.contains(&commit.id) {
            found.insert(commit.id, Found { order, by: Some(commit.id), paths: Vec::new() });
        }
        let parents: Vec<_> =
            commit.parents.iter().filter_map(|id| trees.get(id).copied()).collect();
        leads.introduced(commit.tree, &parents, &mut |id, path| {
            note(&mut found, id, order, Some(commit.id), path);
        });
    }

    if leads.is_cut {
        // It may stand below more directories than anybody has: then it has no path, but is not passed over.
        for id in wanted.iter().filter(|id| is_blob(&reader, id)) {
            let nameless =
                || Found { order: usize::MAX, by: None, paths: vec![id.to_string().into()] };
            found.entry(*id).or_insert_with(nameless);
        }
    }

    let in_head = in_head(repo, &mut commits, &leads, &wanted);
    let mut origins = HashMap::new();
    for (id, found) in found {
        let mut origin = description(&reader, found);
        origin.in_head = in_head.contains(&id);
        origins.insert(Id::new(&id), origin);
    }
    Ok(origins)
}

fn is_blob(reader: &Reader, id: &ObjectId) -> bool {
    reader.find(id, &mut Vec::new()).is_ok_and(|kind| kind == ObjectKind::Blob)
}

/// Reads who, when and what from some commits or tags, and looks for nothing. Those that cannot be read
/// are not in the answer.
///
/// # Errors
/// The store cannot be opened.
pub fn describe(repo: &Repo, ids: &[Id]) -> Result<HashMap<Id, Origin>, Error> {
    let reader = repo.reader()?;
    let found = |id: &Id| Found { order: usize::MAX, by: Some(id.to_gix()), paths: Vec::new() };
    let readable = |id: &&Id| reader.find(&id.to_gix(), &mut Vec::new()).is_ok();
    Ok(ids.iter().filter(readable).map(|id| (*id, description(&reader, found(id)))).collect())
}

/// What is known of one wanted object.
struct Found {
    /// Where its commit stands among all, the oldest first.
    order: usize,
    by: Option<ObjectId>,
    paths: Vec<Vec<u8>>,
}

/// From how many directories below the top paths are told: each costs a walk through the store.
const LEVELS: usize = 128;
/// How many paths of an object are kept.
const PATHS: usize = 256;

fn note(
    found: &mut HashMap<ObjectId, Found>,
    id: ObjectId,
    order: usize,
    by: Option<ObjectId>,
    path: &[u8],
) {
    let known = found.entry(id).or_insert(Found { order, by, paths: Vec::new() });
    let earlier = order < known.order;
    if earlier {
        (known.order, known.by) = (order, by);
    }
    match known.paths.iter().position(|known| known == path) {
        Some(at) if earlier => known.paths.swap(0, at),
        Some(_) => {}
        None if known.paths.len() >= PATHS && !earlier => {}
        None if earlier => known.paths.insert(0, path.to_vec()),
        None => known.paths.push(path.to_vec()),
    }
}

/// The trees that lead to wanted blobs, each with the entries that do, and what else the store holds.
#[derive(Default)]
struct Leads {
    trees: HashMap<ObjectId, Vec<Lead>>,
    commits: Vec<ObjectId>,
    tags: Vec<ObjectId>,
    /// Whether there are more directories above than were looked for.
    is_cut: bool,
}

/// An entry of a tree that is, or leads to, a wanted blob.
struct Lead {
    name: Vec<u8>,
    id: ObjectId,
    is_tree: bool,
}

impl Leads {
    /// Finds them by a `walk` through all objects for each level.
    fn find(wanted: &HashSet<ObjectId>, walk: impl Fn(&mut [Climb<'_>], &AtomicBool)) -> Leads {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut leads = Leads::default();
        let mut level: IdSet<ObjectId> = wanted.iter().copied().collect();
        for first in std::iter::once(true).chain(std::iter::repeat_n(false, LEVELS)) {
            let mut climbs: Vec<_> = (0..threads)
                .map(|_| Climb { level: &level, first, up: Leads::default() })
                .collect();
            walk(&mut climbs, &AtomicBool::new(false));
            let ups: Vec<Leads> = climbs.into_iter().map(|climb| climb.up).collect();
            let mut next = IdSet::default();
            for up in ups {
                for (tree, entries) in up.trees {
                    let known = leads.trees.entry(tree).or_insert_with(|| {
                        next.insert(tree);
                        Vec::new()
                    });
                    known.extend(entries);
                }
                leads.commits.extend(up.commits);
                leads.tags.extend(up.tags);
            }
            leads.is_cut = !next.is_empty();
            if next.is_empty() {
                break;
            }
            level = next;
        }
        leads
    }

    /// Calls `new` for every wanted blob below a tree that stands at the same path in none of `others`; where a
    /// directory stands at very many paths, for some of these.
    fn introduced(
        &self,
        tree: ObjectId,
        others: &[ObjectId],
        new: &mut dyn FnMut(ObjectId, &[u8]),
    ) {
        self.descend(tree, others, &mut Path::default(), new);
    }

    fn descend(
        &self,
        tree: ObjectId,
        others: &[ObjectId],
        at: &mut Path,
        new: &mut dyn FnMut(ObjectId, &[u8]),
    ) {
        if others.contains(&tree) || at.depth > DEEPEST || !self.trees.contains_key(&tree) {
            return;
        }
        if at.seen.enough(tree, others) {
            return;
        }
        for lead in self.trees.get(&tree).into_iter().flatten() {
            let same = |other: &ObjectId| {
                let entries = self.trees.get(other)?;
                entries
                    .iter()
                    .find(|entry| entry.name == lead.name && entry.is_tree == lead.is_tree)
            };
            let old: Vec<ObjectId> = others.iter().filter_map(same).map(|entry| entry.id).collect();
            let len = at.path.len();
            at.path.extend_from_slice(&lead.name);
            if lead.is_tree {
                at.path.push(b'/');
                at.depth += 1;
                self.descend(lead.id, &old, at, new);
                at.depth -= 1;
            } else if !old.contains(&lead.id) {
                new(lead.id, &at.path);
            }
            at.path.truncate(len);
        }
    }
}

/// Where a search for the paths of wanted blobs is.
#[derive(Default)]
struct Path {
    path: Vec<u8>,
    depth: usize,
    seen: Seen,
}

/// One thread's part of finding the trees that hold something of a level.
struct Climb<'a> {
    level: &'a IdSet<ObjectId>,
    first: bool,
    up: Leads,
}

impl Sink for Climb<'_> {
    fn passes_over(&self, kind: ObjectKind) -> bool {
        kind == ObjectKind::Blob || kind != ObjectKind::Tree && !self.first
    }

    fn object(&mut self, object: Decoded<'_>) -> ControlFlow<()> {
        let Decoded { id, kind, bytes, .. } = object;
        match kind {
            ObjectKind::Commit if self.first => self.up.commits.push(id.to_owned()),
            ObjectKind::Tag if self.first => self.up.tags.push(id.to_owned()),
            ObjectKind::Tree => {
                for entry in TreeRefIter::from_bytes(bytes, id.kind()).filter_map(Result::ok) {
                    if self.level.contains(entry.oid) {
                        let lead = Lead {
                            name: entry.filename.to_vec(),
                            id: entry.oid.to_owned(),
                            is_tree: entry.mode.is_tree(),
                        };
                        self.up.trees.entry(id.to_owned()).or_default().push(lead);
                    }
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// The visit told what cannot be read; here it leads nowhere.
    fn broken(&mut self, _: &gix::oid, _: &str) {}
}

/// The wanted blobs that an object holds which is no commit.
fn below(
    reader: &Reader,
    id: ObjectId,
    kind: ObjectKind,
    wanted: &HashSet<ObjectId>,
    note: &mut dyn FnMut(ObjectId, &[u8]),
) {
    if kind == ObjectKind::Tree {
        let empty = ObjectId::empty_tree(id.kind());
        Compare::new(reader).introduced(b"", id, &[empty], &mut |new| {
            if wanted.contains(new.id) {
                note(new.id.to_owned(), new.path);
            }
        });
    } else if wanted.contains(&id) {
        note(id, id.to_string().as_bytes());
    }
}

/// Those of the wanted objects that `HEAD` reaches: blobs in its tree, commits in its past.
fn in_head(
    repo: &Repo,
    commits: &mut Commits<'_>,
    leads: &Leads,
    wanted: &HashSet<ObjectId>,
) -> HashSet<ObjectId> {
    let mut here = HashSet::new();
    let local = repo.inner.to_thread_local();
    let head = local.head().ok().and_then(|head| head.try_into_peeled_id().ok().flatten());
    if let Some(head) = head.and_then(|id| commits.read(id.detach()).ok()) {
        leads.introduced(head.tree, &[], &mut |id, _| _ = here.insert(id));
        let past = commits.walk(&[head.id], &[], Limit::default(), &mut |_| {});
        here.extend(past.into_iter().map(|commit| commit.id).filter(|id| wanted.contains(id)));
    }
    here
}

/// Reads who, when and what from the commit or tag.
fn description(reader: &Reader, found: Found) -> Origin {
    let mut origin = Origin {
        commit: found.by.map(|id| Id::new(&id)),
        author: String::new(),
        mail: String::new(),
        time: 0,
        offset: 0,
        subject: String::new(),
        paths: found.paths,
        in_head: false,
        order: found.order,
    };
    let mut buffer = Vec::new();
    let Some(id) = found.by else { return origin };
    let Ok(kind) = reader.find(&id, &mut buffer) else { return origin };
    let who = match kind {
        ObjectKind::Commit => CommitRefIter::from_bytes(&buffer, id.kind()).author().ok(),
        ObjectKind::Tag => TagRefIter::from_bytes(&buffer, id.kind()).tagger().ok().flatten(),
        _ => None,
    };
    if let Some(who) = who {
        origin.author = who.name.to_string();
        origin.mail = who.email.to_string();
        if let Ok(time) = who.time() {
            (origin.time, origin.offset) = (time.seconds, time.offset);
        }
    }
    let text = message(&buffer);
    let line = text
        .split(|byte| *byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty())
        .unwrap_or_default();
    origin.subject = String::from_utf8_lossy(line).trim().to_owned();
    origin
}
