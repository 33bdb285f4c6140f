//! What the next commit would bring: the index against the tree of `HEAD`.
//!
//! No file of the work tree is read. Directories whose tree the index already knows, and that `HEAD` has
//! too, are passed over whole, which is what makes a small change in a large repository cheap.

use std::sync::Arc;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::index::entry::{Flags, Mode, Stage};
use gix::index::extension::Tree as Known;
use gix::index::{Entry, File};
use gix::objs::TreeRefIter;

use super::repo::{Error, Repo};
use super::store::Reader;
use super::trees::{Compare, blobs_below, note_gone};
use super::visit::{self, Candidate};
use super::{Kind, Scope, Totals, Visitor, object_problem};
use crate::source::Skip;

/// Hands out every blob that the index has and `HEAD` has not at the same path.
///
/// The content is the index's, so edits that were not staged do not count. In a conflict, all stages are
/// handed out. A file that only moved is not, unless `scope` says so.
///
/// # Errors
/// The index or `HEAD` cannot be read, or there is no index because the repository is bare.
pub fn staged<V: Visitor>(
    repo: &Repo,
    scope: Scope,
    max_size: u64,
    visitors: &mut [V],
) -> Result<Totals, Error> {
    let reader = repo.reader()?;
    let head = head_tree(repo, &reader)?;
    against(repo, &reader, head, scope, max_size, visitors)
}

/// Hands out every blob that the index has, whatever `HEAD` has.
///
/// # Errors
/// The index cannot be read, or there is none because the repository is bare.
pub fn tracked<V: Visitor>(
    repo: &Repo,
    max_size: u64,
    visitors: &mut [V],
) -> Result<Totals, Error> {
    against(repo, &repo.reader()?, None, Scope::Whole, max_size, visitors)
}

fn against<V: Visitor>(
    repo: &Repo,
    reader: &Reader,
    head: Option<ObjectId>,
    scope: Scope,
    max_size: u64,
    visitors: &mut [V],
) -> Result<Totals, Error> {
    let Some(index) = open_index(repo)? else { return Ok(Totals::default()) };
    let mut changes = Changes {
        index: &index,
        reader,
        found: Vec::new(),
        gone: Vec::new(),
        lost: Vec::new(),
        submodules: Vec::new(),
    };
    changes.directory(head, b"", index.entries(), index.tree());
    let Changes { mut found, gone, lost, submodules, .. } = changes;

    let gone = blobs_below(reader, gone);
    if scope == Scope::Added {
        found.retain(|new| !new.old.is_empty() || !gone.contains(&new.id));
    }
    if !gone.is_empty() {
        let gone: Arc<[ObjectId]> = gone.into_iter().collect();
        for new in found.iter_mut().filter(|new| new.old.is_empty()) {
            new.gone = Some(gone.clone());
        }
    }
    let mut totals = visit::all(repo, &found, max_size, visitors)?;
    if let Some(visitor) = visitors.first_mut() {
        for (path, id, why) in &lost {
            visitor.problem(object_problem(Some(path), id, why));
        }
        for path in &submodules {
            visitor.skipped(path, Skip::Submodule);
        }
    }
    totals.problems += lost.len() as u64;
    totals.submodules += submodules.len() as u64;
    Ok(totals)
}

/// The index that git is working with; none, where nothing was ever added.
fn open_index(repo: &Repo) -> Result<Option<File>, Error> {
    let path = repo.inner.to_thread_local().index_path();
    let unreadable =
        |cause| Error::caused(&format!("cannot read the index {}", path.display()), cause);
    if !path.try_exists().map_err(unreadable)? {
        if repo.inner.work_dir().is_none() {
            return Err(Error::new(format!(
                "{} is a bare repository: it has no index, so nothing can be staged",
                repo.git_dir().display()
            )));
        }
        return Ok(None);
    }
    // Like git, do not hash the whole index on every commit; and threads cost more than they save here.
    let options = gix::index::decode::Options { thread_limit: Some(1), ..Default::default() };
    File::at(&path, repo.hash(), true, options)
        .map(Some)
        .map_err(|cause| Error::caused(&format!("cannot read the index {}", path.display()), cause))
}

/// The tree of `HEAD`, or none before the first commit.
fn head_tree(repo: &Repo, reader: &Reader) -> Result<Option<ObjectId>, Error> {
    let local = repo.inner.to_thread_local();
    let head = local.head().map_err(|cause| Error::caused("cannot read HEAD", cause))?;
    let id = match head
        .try_into_peeled_id()
        .map_err(|cause| Error::caused("cannot read HEAD", cause))?
    {
        Some(id) => id.detach(),
        None => return Ok(None),
    };
    match super::commits::Commits::new(repo, reader).read(id) {
        Ok(commit) => Ok(Some(commit.tree)),
        Err(lost) => Err(Error::new(format!("cannot read HEAD: object {}: {}", lost.id, lost.why))),
    }
}

struct Changes<'a> {
    index: &'a File,
    reader: &'a Reader,
    found: Vec<Candidate>,
    /// What `HEAD` has and the index has not, and whether it is a directory.
    gone: Vec<(ObjectId, bool)>,
    lost: Vec<(Vec<u8>, ObjectId, String)>,
    submodules: Vec<Vec<u8>>,
}

impl Changes<'_> {
    /// Compares a directory's entries with its tree; both are in the same order, a directory's name
    /// counting as if it ended in a slash.
    fn directory(
        &mut self,
        tree: Option<ObjectId>,
        prefix: &[u8],
        entries: &[Entry],
        known: Option<&Known>,
    ) {
        if let (Some(known), Some(tree)) = (known, tree)
            && known.num_entries.is_some_and(|count| count as usize == entries.len())
            && known.id == tree
        {
            return;
        }
        let bytes = match tree.map(|id| (id, self.reader.tree(&id))) {
            None => None,
            Some((_, Ok(bytes))) => Some(bytes),
            Some((id, Err(why))) => {
                // Everything below counts as new then, and the run is not clean.
                self.lost.push((prefix.to_vec(), id, why));
                None
            }
        };
        let hash = self.index.object_hash();
        let mut old = TreeRefIter::from_bytes(bytes.as_deref().unwrap_or(&[]), hash)
            .filter_map(Result::ok)
            .peekable();
        let mut rest = entries;
        let mut name = Vec::new();
        while let Some(first) = rest.first() {
            let path = first.path(self.index);
            let below: &[u8] = &path[prefix.len()..];
            let slash = below.find_byte(b'/');
            let count = match slash {
                Some(at) => {
                    let directory = &path[..prefix.len() + at + 1];
                    rest.partition_point(|entry| entry.path(self.index).starts_with(directory))
                }
                None => rest.partition_point(|entry| entry.path(self.index) == path),
            };
            let (group, others) = rest.split_at(count);
            rest = others;
            let key = slash.map_or(below, |at| &below[..=at]);
            let mut same = None;
            while let Some(entry) = old.peek() {
                name.clear();
                name.extend_from_slice(entry.filename);
                if entry.mode.is_tree() {
                    name.push(b'/');
                }
                match name.as_slice().cmp(key) {
                    std::cmp::Ordering::Less => note_gone(&mut self.gone, entry),
                    std::cmp::Ordering::Equal => same = Some(*entry),
                    std::cmp::Ordering::Greater => break,
                }
                old.next();
            }
            let before =
                same.filter(|entry| !entry.mode.is_commit()).map(|entry| entry.oid.to_owned());
            if slash.is_none() {
                self.file(path, group, before, same.map(|entry| entry.oid.to_owned()));
            } else if group.len() == 1 && group[0].mode == Mode::DIR {
                self.sparse(path, group[0].id, before);
            } else {
                let directory = &path[..prefix.len() + key.len()];
                let known = known.and_then(|tree| {
                    tree.children.iter().find(|child| child.name[..] == key[..key.len() - 1])
                });
                self.directory(before, directory, group, known);
            }
        }
        old.for_each(|entry| note_gone(&mut self.gone, &entry));
    }

    /// One path's entries: one, or the stages of a conflict.
    fn file(
        &mut self,
        path: &[u8],
        stages: &[Entry],
        old: Option<ObjectId>,
        any_old: Option<ObjectId>,
    ) {
        for entry in stages {
            if any_old == Some(entry.id) || entry.flags.contains(Flags::INTENT_TO_ADD) {
                continue;
            }
            if entry.mode == Mode::COMMIT {
                self.submodules.push(path.to_vec());
                continue;
            }
            let conflict = entry.stage() != Stage::Unconflicted;
            self.gone.extend(old.filter(|_| !conflict).map(|id| (id, false)));
            self.add(path, entry.id, if conflict { None } else { old });
        }
    }

    /// A directory that a sparse index holds as one entry.
    fn sparse(&mut self, path: &[u8], tree: ObjectId, old: Option<ObjectId>) {
        let old = old.unwrap_or_else(|| ObjectId::empty_tree(tree.kind()));
        let mut news = Vec::new();
        let mut compare = Compare::new(self.reader);
        let lost = compare.introduced(path, tree, &[old], &mut |new| {
            news.push((
                new.path.to_vec(),
                new.id.to_owned(),
                new.submodule,
                new.old.first().copied(),
            ));
        });
        self.lost.extend(lost.into_iter().map(|lost| (lost.path, lost.id, lost.why)));
        for (path, id, submodule, old) in news {
            if submodule { self.submodules.push(path) } else { self.add(&path, id, old) }
        }
    }

    fn add(&mut self, path: &[u8], id: ObjectId, old: Option<ObjectId>) {
        self.found.push(Candidate {
            id,
            kind: Kind::Blob,
            path: path.to_vec(),
            commit: None,
            old: old.into_iter().collect(),
            gone: None,
        });
    }
}
