//! Comparing one tree with any number of others at once: what is in it that none of the others has.
//!
//! Apart from `range` and `origins`, which ask this of a commit and its parents, and `staged`, which asks
//! it where a sparse index stands for a whole directory.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryRef;

use super::store::Reader;

/// A blob or submodule that stands in a tree and at the same path in none of the trees it is held against.
pub(super) struct New<'a> {
    pub(super) path: &'a [u8],
    pub(super) id: &'a gix::oid,
    pub(super) submodule: bool,
    /// The blobs that stand at the same path in the other trees.
    pub(super) old: &'a [ObjectId],
}

/// A tree that could not be read, with the path it stands at.
pub(super) struct Unreadable {
    pub(super) path: Vec<u8>,
    pub(super) id: ObjectId,
    pub(super) why: String,
}

/// How deep directories may be, as for git (`core.maxTreeDepth`).
pub(super) const DEEPEST: usize = 2048;
/// At how many paths one directory is looked into, held against the same others.
const OFTEN: u32 = 64;

/// How often each tree was looked into. A store of sixty trees, each of which names the one before twice, has 2^60
/// paths; what stands there is known after the first of them.
#[derive(Default)]
pub(super) struct Seen(HashMap<(ObjectId, Vec<ObjectId>), u32>);

impl Seen {
    /// Whether a tree was looked into often enough, held against these others. It is counted.
    pub(super) fn enough(&mut self, tree: ObjectId, others: &[ObjectId]) -> bool {
        let count = self.0.entry((tree, others.to_vec())).or_default();
        *count += 1;
        *count > OFTEN
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The state of one comparison after the other; buffers stay.
pub(super) struct Compare<'r> {
    reader: &'r Reader,
    path: Vec<u8>,
    /// What the other trees have and this one does not: entries and whole directories.
    gone: Vec<(ObjectId, bool)>,
    unreadable: Vec<Unreadable>,
    seen: Seen,
    depth: usize,
}

impl<'r> Compare<'r> {
    pub(super) fn new(reader: &'r Reader) -> Compare<'r> {
        Compare {
            reader,
            path: Vec::new(),
            gone: Vec::new(),
            unreadable: Vec::new(),
            seen: Seen::default(),
            depth: 0,
        }
    }

    /// Calls `new` for everything below `tree` that stands at the same path in none of `others`. Returns
    /// the trees that could not be read; with them unread, what is below them counts as new, if it is in
    /// `others`, and stays unseen, if it is in `tree`.
    pub(super) fn introduced(
        &mut self,
        prefix: &[u8],
        tree: ObjectId,
        others: &[ObjectId],
        new: &mut dyn FnMut(New<'_>),
    ) -> Vec<Unreadable> {
        self.path.clear();
        self.path.extend_from_slice(prefix);
        self.gone.clear();
        self.seen.clear();
        if !others.contains(&tree) {
            self.descend(tree, others, new);
        }
        std::mem::take(&mut self.unreadable)
    }

    /// The blobs that the last comparison missed: what was removed or renamed.
    pub(super) fn gone(&mut self) -> HashSet<ObjectId> {
        blobs_below(self.reader, std::mem::take(&mut self.gone))
    }

    fn read(&mut self, id: &gix::oid) -> Option<Rc<[u8]>> {
        match self.reader.tree(id) {
            Ok(tree) => Some(tree),
            Err(why) => {
                self.unreadable.push(Unreadable {
                    path: self.path.clone(),
                    id: id.to_owned(),
                    why,
                });
                None
            }
        }
    }

    fn descend(&mut self, tree: ObjectId, others: &[ObjectId], new: &mut dyn FnMut(New<'_>)) {
        if self.seen.enough(tree, others) {
            return;
        }
        if self.depth > DEEPEST {
            let why = format!("directories more than {DEEPEST} deep");
            self.unreadable.push(Unreadable { path: self.path.clone(), id: tree, why });
            return;
        }
        let Some(bytes) = self.read(&tree) else { return };
        let other_bytes: Vec<_> = others.iter().filter_map(|id| self.read(id)).collect();
        let mut others: Vec<_> =
            other_bytes.iter().map(|bytes| Entries::new(bytes, tree.kind())).collect();
        let mut old = Vec::new();
        for entry in TreeRefIter::from_bytes(&bytes, tree.kind()) {
            let Ok(entry) = entry else {
                self.unreadable.push(Unreadable {
                    path: self.path.clone(),
                    id: tree,
                    why: "the tree is malformed".to_owned(),
                });
                return;
            };
            let mut known = false;
            old.clear();
            for other in &mut others {
                let gone = &mut self.gone;
                if let Some(same) = other.advance(&entry, &mut |entry| note_gone(gone, entry)) {
                    known |= same.oid == entry.oid;
                    old.push(same.oid.to_owned());
                }
            }
            if known {
                continue;
            }
            let len = self.path.len();
            self.path.extend_from_slice(entry.filename);
            if entry.mode.is_tree() {
                self.path.push(b'/');
                let below = std::mem::take(&mut old);
                self.depth += 1;
                self.descend(entry.oid.to_owned(), &below, new);
                self.depth -= 1;
                old = below;
            } else {
                let submodule = entry.mode.is_commit();
                for id in &old {
                    self.gone.push((*id, false));
                }
                new(New { path: &self.path, id: entry.oid, submodule, old: &old });
            }
            self.path.truncate(len);
        }
        for other in &mut others {
            other.rest(&mut |entry| note_gone(&mut self.gone, entry));
        }
    }
}

/// The blobs among some entries and, for those that are directories, below them.
pub(super) fn blobs_below(reader: &Reader, entries: Vec<(ObjectId, bool)>) -> HashSet<ObjectId> {
    let (mut blobs, mut seen) = (HashSet::new(), HashSet::new());
    let mut left = entries;
    while let Some((id, is_tree)) = left.pop() {
        if !is_tree {
            blobs.insert(id);
            continue;
        }
        if !seen.insert(id) {
            continue;
        }
        // An old tree that is not there only means that renames out of it go unnoticed.
        let Ok(tree) = reader.tree(&id) else { continue };
        for entry in TreeRefIter::from_bytes(&tree, id.kind()).filter_map(Result::ok) {
            note_gone(&mut left, &entry);
        }
    }
    blobs
}

pub(super) fn note_gone(gone: &mut Vec<(ObjectId, bool)>, entry: &EntryRef<'_>) {
    if !entry.mode.is_commit() {
        gone.push((entry.oid.to_owned(), entry.mode.is_tree()));
    }
}

/// A tree's entries, read along with another tree's in the order that git keeps them in.
struct Entries<'t> {
    iter: TreeRefIter<'t>,
    next: Option<EntryRef<'t>>,
}

impl<'t> Entries<'t> {
    fn new(bytes: &'t [u8], hash: gix::hash::Kind) -> Entries<'t> {
        let mut iter = TreeRefIter::from_bytes(bytes, hash);
        let next = iter.next().and_then(Result::ok);
        Entries { iter, next }
    }

    /// The entry of the same name and sort, and everything before it told to `passed`.
    fn advance(
        &mut self,
        to: &EntryRef<'_>,
        passed: &mut dyn FnMut(&EntryRef<'_>),
    ) -> Option<EntryRef<'t>> {
        while let Some(entry) = self.next {
            match order(&entry).cmp(order(to)) {
                std::cmp::Ordering::Less => passed(&entry),
                std::cmp::Ordering::Greater => return None,
                std::cmp::Ordering::Equal => {
                    self.next = self.iter.next().and_then(Result::ok);
                    let fits = entry.mode.is_commit() == to.mode.is_commit();
                    return fits.then_some(entry);
                }
            }
            self.next = self.iter.next().and_then(Result::ok);
        }
        None
    }

    fn rest(&mut self, passed: &mut dyn FnMut(&EntryRef<'_>)) {
        while let Some(entry) = self.next {
            passed(&entry);
            self.next = self.iter.next().and_then(Result::ok);
        }
    }
}

/// Git sorts a directory as if its name ended in a slash.
fn order<'t>(entry: &EntryRef<'t>) -> impl Iterator<Item = &'t u8> + use<'t> {
    let slash: &[u8] = if entry.mode.is_tree() { b"/" } else { b"" };
    entry.filename.as_bytes().iter().chain(slash)
}
