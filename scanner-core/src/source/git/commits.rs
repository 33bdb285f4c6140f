//! Walking commits: those that some tips reach and some others do not, newest first.
//!
//! Apart from gix's own walks, since a shallow clone's boundary has to be known and a missing commit named.

use std::collections::{BinaryHeap, HashMap};

use gix::ObjectId;
use gix::objs::{CommitRefIter, Kind, TagRefIter};

use super::repo::Repo;
use super::store::Reader;

/// What a commit says about its place.
#[derive(Clone)]
pub(super) struct Commit {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    /// Its parents; none, where a shallow clone ends.
    pub(super) parents: Vec<ObjectId>,
    pub(super) boundary: bool,
    /// When it was committed, in seconds since 1970.
    pub(super) time: i64,
}

impl Commit {
    /// Makes sense of a commit's bytes.
    pub(super) fn parse(repo: &Repo, id: ObjectId, bytes: &[u8]) -> Option<Commit> {
        let mut iter = CommitRefIter::from_bytes(bytes, id.kind());
        let tree = iter.tree_id().ok()?;
        let boundary = repo.shallow.binary_search(&id).is_ok();
        let parents = if boundary { Vec::new() } else { iter.parent_ids().collect() };
        // A date that cannot be read puts the commit at the end; it is still walked.
        let time = iter.committer().ok().map_or(0, |who| who.seconds());
        Some(Commit { id, tree, parents, boundary, time })
    }
}

/// A commit that could not be read.
pub(super) struct Lost {
    pub(super) id: ObjectId,
    pub(super) why: String,
}

/// Reads commits, and remembers where a shallow clone ends.
pub(super) struct Commits<'r> {
    repo: &'r Repo,
    reader: &'r Reader,
    buffer: Vec<u8>,
    ends: u64,
    /// Commits that need not be read any more.
    known: HashMap<ObjectId, Commit>,
}

/// Where to stop.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limit {
    pub(super) count: Option<usize>,
    /// Not older than this, in seconds since 1970.
    pub(super) since: Option<i64>,
}

impl<'r> Commits<'r> {
    pub(super) fn new(repo: &'r Repo, reader: &'r Reader) -> Commits<'r> {
        Commits { repo, reader, buffer: Vec::new(), ends: 0, known: HashMap::new() }
    }

    /// The same, where some have been read before.
    pub(super) fn knowing(self, commits: Vec<Commit>) -> Commits<'r> {
        Commits { known: commits.into_iter().map(|commit| (commit.id, commit)).collect(), ..self }
    }

    /// At how many hidden commits the walks so far came to the end of a shallow clone. What lies behind them
    /// is hidden too, and was perhaps taken for wanted.
    pub(super) fn ends(&self) -> u64 {
        self.ends
    }

    pub(super) fn read(&mut self, id: ObjectId) -> Result<Commit, Lost> {
        if let Some(commit) = self.known.get(&id) {
            return Ok(commit.clone());
        }
        let lost = |why| Lost { id, why };
        match self.reader.find(&id, &mut self.buffer).map_err(lost)? {
            Kind::Commit => {
                let commit = Commit::parse(self.repo, id, &self.buffer);
                commit.ok_or_else(|| lost("the commit is malformed".to_owned()))
            }
            other => Err(lost(format!("a {other} where a commit was expected"))),
        }
    }

    /// What an id stands for once tags are peeled, and the tags on the way.
    pub(super) fn peel(
        &mut self,
        mut id: ObjectId,
    ) -> Result<(Vec<ObjectId>, ObjectId, Kind), Lost> {
        let mut tags = Vec::new();
        loop {
            if self.known.contains_key(&id) {
                return Ok((tags, id, Kind::Commit));
            }
            let kind = self.reader.find(&id, &mut self.buffer).map_err(|why| Lost { id, why })?;
            if kind != Kind::Tag {
                return Ok((tags, id, kind));
            }
            tags.push(id);
            let target = TagRefIter::from_bytes(&self.buffer, id.kind()).target_id();
            id = target.map_err(|_| Lost { id, why: "the tag is malformed".to_owned() })?;
        }
    }

    /// The commits that `tips` reach and `hidden` do not, newest first. Those that could not be read are
    /// told to `lost`; a hidden one that is not there hides nothing.
    pub(super) fn walk(
        &mut self,
        tips: &[ObjectId],
        hidden: &[ObjectId],
        limit: Limit,
        lost: &mut dyn FnMut(Lost),
    ) -> Vec<Commit> {
        let mut state: HashMap<ObjectId, bool> = HashMap::new();
        let mut queue = BinaryHeap::new();
        let mut wanted = 0usize;
        let mut found: Vec<Commit> = Vec::new();
        for (ids, hide) in [(hidden, true), (tips, false)] {
            for &id in ids {
                if state.contains_key(&id) {
                    continue;
                }
                state.insert(id, hide);
                match self.read(id) {
                    Ok(commit) => {
                        wanted += usize::from(!hide);
                        queue.push(Queued { commit, hide });
                    }
                    Err(_) if hide => {}
                    Err(cause) => lost(cause),
                }
            }
        }
        // Paint from the newest on. Hidden paint overtakes what was taken for wanted; the walk ends when
        // nothing wanted is left, and dates out of order can only make it find more.
        while wanted > 0
            && let Some(Queued { commit, hide }) = queue.pop()
        {
            wanted -= usize::from(!hide);
            let hide = state[&commit.id];
            let old = limit.since.is_some_and(|since| commit.time < since);
            let enough = limit.count.is_some_and(|count| hidden.is_empty() && found.len() >= count);
            if !hide && (old || enough) {
                continue;
            }
            self.ends += u64::from(hide && commit.boundary && wanted > 0);
            for &parent in &commit.parents {
                match state.get(&parent) {
                    Some(&known) if known || !hide => continue,
                    _ => {}
                }
                state.insert(parent, hide);
                match self.read(parent) {
                    Ok(commit) => {
                        wanted += usize::from(!hide);
                        queue.push(Queued { commit, hide });
                    }
                    Err(_) if hide => {}
                    Err(cause) => lost(cause),
                }
            }
            if !hide {
                found.push(commit);
            }
        }
        found.retain(|commit| !state[&commit.id]);
        found.truncate(limit.count.unwrap_or(usize::MAX));
        found
    }
}

/// A commit in the queue, the newest first, and by id where dates are equal.
struct Queued {
    commit: Commit,
    hide: bool,
}

impl Ord for Queued {
    fn cmp(&self, other: &Queued) -> std::cmp::Ordering {
        (self.commit.time, self.commit.id).cmp(&(other.commit.time, other.commit.id))
    }
}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Queued) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Queued) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Queued {}
