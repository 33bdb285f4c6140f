//! What a range of commits brings in: every blob that a commit has and none of its parents, every message.
//!
//! A merge counts like any other commit, so what only its resolution added is seen.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind as ObjectKind;

use super::commits::{Commit, Commits, Limit, Lost};
use super::repo::{Error, Repo, chain};
use super::store::Reader;
use super::trees::Compare;
use super::visit::{self, Candidate};
use super::{Id, Kind, Scope, Totals, Visitor, object_problem, refs};
use crate::source::{Problem, Skip};

/// One way to name commits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spec {
    /// `A..B`, `A...B`, or one commit, whose own change is meant.
    Text(String),
    /// Everything in `HEAD` that this ref has not.
    Since(String),
    /// Everything that a ref reaches.
    From(String),
    /// One line of what git tells a pre-push hook.
    Push {
        /// What is pushed; zeros for a deletion, which brings nothing.
        local: String,
        /// What the other side has; zeros for a new ref.
        remote: String,
        /// The remote's name, whose known branches need no second look; all remotes, if there is none.
        name: Option<String>,
    },
}

/// What to look at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Range {
    /// The commits: all that any of these name.
    pub specs: Vec<Spec>,
    /// Whether content that only moved counts.
    pub scope: Scope,
    /// Larger blobs are skipped.
    pub max_size: u64,
    /// At most so many commits, the newest.
    pub max_commits: Option<usize>,
    /// No commit older than this, in seconds since 1970.
    pub since: Option<i64>,
}

impl Range {
    /// All of what the specs name.
    pub fn new(specs: impl IntoIterator<Item = Spec>) -> Range {
        Range {
            specs: specs.into_iter().collect(),
            scope: Scope::Added,
            max_size: u64::MAX,
            max_commits: None,
            since: None,
        }
    }
}

/// Hands out what a range brings in: each blob once, with the first commit that brought it.
///
/// [`Totals::commits`] is the number of commits in the range; nought may be right or a mistake, which the
/// caller knows better.
///
/// # Errors
/// A name that means nothing here.
pub fn range<V: Visitor>(repo: &Repo, range: &Range, visitors: &mut [V]) -> Result<Totals, Error> {
    let reader = repo.reader()?;
    let Plan { mut commits, limit, extra, mut lost, .. } = Plan::of(repo, &reader, range)?;
    let mut seen = HashSet::new();
    commits.retain(|commit| seen.insert(commit.id));
    commits.sort_by_key(|commit| commit.time);
    commits.drain(..commits.len().saturating_sub(limit.count.unwrap_or(usize::MAX)));
    let boundaries = commits.iter().filter(|commit| commit.boundary).count() as u64;

    let mut found = Introduced::default();
    for commit in &commits {
        found.message(Kind::CommitMessage, commit.id);
        found.commit(commit, repo, &reader, range.scope, &mut lost);
    }
    for (id, kind) in extra {
        found.extra(id, kind, &reader, &mut lost);
    }
    let mut totals = visit::all(repo, &found.candidates, range.max_size, visitors)?;
    totals.shallow = boundaries;
    totals.submodules = found.submodules.len() as u64;
    totals.problems += lost.len() as u64;
    if let Some(visitor) = visitors.first_mut() {
        lost.into_iter().for_each(|problem| visitor.problem(problem));
        found.submodules.iter().for_each(|path| visitor.skipped(path, Skip::Submodule));
    }
    Ok(totals)
}

/// What a range is made of, told without reading any content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Survey {
    /// The commits in it.
    pub commits: u64,
    /// Commits at which a shallow clone ends before the range does: in it, or on the way to what it leaves out.
    pub shallow: u64,
    /// Files and directories of the range that a partial clone left out. Looked at in a partial clone only.
    pub absent: u64,
}

/// Says what a range is made of, and how much of it is not here.
///
/// # Errors
/// A name that means nothing here.
pub fn survey(repo: &Repo, range: &Range) -> Result<Survey, Error> {
    let reader = repo.reader()?;
    let Plan { commits, ends, mut lost, .. } = Plan::of(repo, &reader, range)?;
    let mut survey = Survey { shallow: ends, ..Survey::default() };
    let mut found = Introduced::default();
    let mut seen = HashSet::new();
    for commit in commits.iter().filter(|commit| seen.insert(commit.id)) {
        survey.commits += 1;
        survey.shallow += u64::from(commit.boundary);
        if repo.is_partial() {
            found.commit(commit, repo, &reader, range.scope, &mut lost);
        }
    }
    if repo.is_partial() {
        let gone = found.candidates.iter().filter(|candidate| !reader.contains(&candidate.id));
        survey.absent = (gone.count() + lost.len()) as u64;
    }
    Ok(survey)
}

/// The commit that a name means: a revision as git writes them, tags peeled.
///
/// # Errors
/// It means nothing here, or no commit.
pub fn commit(repo: &Repo, name: &str) -> Result<Id, Error> {
    let reader = repo.reader()?;
    let mut plan = Plan::new(repo, &reader, Limit::default());
    let id = plan.commit(name)?;
    id.map(|id| Id::new(&id)).ok_or_else(|| Error::new(format!("{name} is no commit")))
}

/// The commits that the specs name, and what else they name.
struct Plan<'r> {
    repo: &'r Repo,
    reader: &'r Reader,
    limit: Limit,
    /// Tips that are walked together.
    from: Vec<ObjectId>,
    commits: Vec<Commit>,
    /// Commits at which a shallow clone ends, among those that are left out.
    ends: u64,
    /// Tags on the way, and what a tag may name that is no commit.
    extra: Vec<(ObjectId, ObjectKind)>,
    lost: Vec<Problem>,
}

impl<'r> Plan<'r> {
    /// The plan of a range, walked to its ends.
    fn of(repo: &'r Repo, reader: &'r Reader, range: &Range) -> Result<Plan<'r>, Error> {
        let limit = Limit { count: range.max_commits, since: range.since };
        let mut plan = Plan::new(repo, reader, limit);
        range.specs.iter().try_for_each(|spec| plan.add(spec))?;
        let from = std::mem::take(&mut plan.from);
        plan.walk(&from, &[]);
        Ok(plan)
    }

    fn new(repo: &'r Repo, reader: &'r Reader, limit: Limit) -> Plan<'r> {
        Plan {
            repo,
            reader,
            limit,
            from: Vec::new(),
            commits: Vec::new(),
            ends: 0,
            extra: Vec::new(),
            lost: Vec::new(),
        }
    }
    fn add(&mut self, spec: &Spec) -> Result<(), Error> {
        match spec {
            Spec::Since(base) => self.between(base, "HEAD"),
            Spec::From(tip) => {
                let tip = self.commit(tip)?;
                self.from.extend(tip);
                Ok(())
            }
            Spec::Text(text) => {
                let or_head =
                    |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
                if let Some((left, right)) = text.split_once("...") {
                    self.between(&or_head(left), &or_head(right))?;
                    self.between(&or_head(right), &or_head(left))
                } else if let Some((left, right)) = text.split_once("..") {
                    self.between(&or_head(left), &or_head(right))
                } else if let Some(tip) = self.commit(text)? {
                    let commit =
                        Commits::new(self.repo, self.reader).read(tip).map_err(unreadable)?;
                    self.commits.push(commit);
                    Ok(())
                } else {
                    Ok(())
                }
            }
            Spec::Push { local, remote, name } => {
                if is_zero(local) {
                    return Ok(());
                }
                let tip = self.commit(local)?;
                let known = (!is_zero(remote)).then(|| self.resolve(remote).ok()).flatten();
                let hidden = match known.and_then(|id| self.peeled(id).ok()) {
                    Some((_, id, ObjectKind::Commit)) => vec![id],
                    _ => self.remotes(name.as_deref())?,
                };
                self.walk(tip.as_slice(), &hidden);
                Ok(())
            }
        }
    }

    /// What the remote is known to have: its branches as last seen.
    fn remotes(&mut self, name: Option<&str>) -> Result<Vec<ObjectId>, Error> {
        let mut known = Vec::new();
        if let Some(name) = name {
            known = refs::below(self.repo, &format!("refs/remotes/{name}/"))?;
        }
        if known.is_empty() {
            known = refs::below(self.repo, "refs/remotes/")?;
        }
        let mut commits = Vec::new();
        for id in known {
            if let Ok((_, id, ObjectKind::Commit)) = self.peeled(id) {
                commits.push(id);
            }
        }
        Ok(commits)
    }

    fn between(&mut self, base: &str, tip: &str) -> Result<(), Error> {
        let base = self.resolve(base)?;
        let (_, base, kind) = self.peeled(base).map_err(unreadable)?;
        if kind != ObjectKind::Commit {
            return Err(Error::new(format!("{base} is a {kind}, not a commit")));
        }
        let tip = self.commit(tip)?;
        self.walk(tip.as_slice(), &[base]);
        Ok(())
    }

    fn walk(&mut self, tips: &[ObjectId], hidden: &[ObjectId]) {
        let lost = &mut self.lost;
        let mut lose = |Lost { id, why }| lost.push(object_problem(Some(b"commit"), &id, why));
        let mut commits = Commits::new(self.repo, self.reader);
        self.commits.extend(commits.walk(tips, hidden, self.limit, &mut lose));
        self.ends += commits.ends();
    }

    /// The commit that a name means. Tags on the way are remembered, and so is what is no commit.
    fn commit(&mut self, name: &str) -> Result<Option<ObjectId>, Error> {
        let id = self.resolve(name)?;
        let (tags, id, kind) = self.peeled(id).map_err(unreadable)?;
        self.extra.extend(tags.into_iter().map(|tag| (tag, ObjectKind::Tag)));
        if kind != ObjectKind::Commit {
            self.extra.push((id, kind));
            return Ok(None);
        }
        Ok(Some(id))
    }

    fn peeled(&self, id: ObjectId) -> Result<(Vec<ObjectId>, ObjectId, ObjectKind), Lost> {
        Commits::new(self.repo, self.reader).peel(id)
    }

    fn resolve(&self, name: &str) -> Result<ObjectId, Error> {
        if let Ok(id) = ObjectId::from_hex(name.as_bytes())
            && id.kind() == self.repo.hash()
        {
            return Ok(id);
        }
        let local = self.repo.inner.to_thread_local();
        match local.rev_parse_single(name) {
            Ok(id) => Ok(id.detach()),
            Err(cause) => {
                let shallow = if self.repo.is_shallow() { " (this clone is shallow)" } else { "" };
                Err(Error::new(format!("cannot resolve {name}{shallow}: {}", chain(&cause))))
            }
        }
    }
}

fn unreadable(lost: Lost) -> Error {
    Error::new(format!("cannot read object {}: {}", lost.id, lost.why))
}

/// An object name made of noughts, which stands for no object.
fn is_zero(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte == b'0')
}

/// What commits introduced, each object once.
#[derive(Default)]
struct Introduced {
    candidates: Vec<Candidate>,
    known: HashSet<ObjectId>,
    submodules: BTreeSet<Vec<u8>>,
}

impl Introduced {
    fn message(&mut self, kind: Kind, id: ObjectId) {
        if self.known.insert(id) {
            let path = format!("{}:message", id.to_hex_with_len(12)).into_bytes();
            let commit = (kind == Kind::CommitMessage).then_some(id);
            self.candidates.push(Candidate { id, kind, path, commit, old: Vec::new(), gone: None });
        }
    }

    fn commit(
        &mut self,
        commit: &Commit,
        repo: &Repo,
        reader: &Reader,
        scope: Scope,
        lost: &mut Vec<Problem>,
    ) {
        let mut commits = Commits::new(repo, reader);
        let mut parents = Vec::new();
        for &parent in &commit.parents {
            match commits.read(parent) {
                Ok(parent) => parents.push(parent.tree),
                Err(cause) => lost.push(object_problem(Some(b"commit"), &cause.id, cause.why)),
            }
        }
        let start = self.candidates.len();
        let mut compare = Compare::new(reader);
        let unreadable = compare.introduced(b"", commit.tree, &parents, &mut |new| {
            if new.submodule {
                self.submodules.insert(new.path.to_vec());
            } else if !self.known.contains(new.id) {
                self.candidates.push(Candidate {
                    id: new.id.to_owned(),
                    kind: Kind::Blob,
                    path: new.path.to_vec(),
                    commit: Some(commit.id),
                    old: new.old.to_vec(),
                    gone: None,
                });
            }
        });
        lost.extend(
            unreadable.into_iter().map(|tree| object_problem(Some(&tree.path), &tree.id, tree.why)),
        );
        if self.candidates[start..].iter().any(|new| new.old.is_empty()) {
            let gone = compare.gone();
            let mut at = 0;
            self.candidates.retain(|new| {
                at += 1;
                at <= start
                    || scope == Scope::Whole
                    || !new.old.is_empty()
                    || !gone.contains(&new.id)
            });
            if !gone.is_empty() {
                let gone: Arc<[ObjectId]> = gone.into_iter().collect();
                for new in self.candidates[start..].iter_mut().filter(|new| new.old.is_empty()) {
                    new.gone = Some(gone.clone());
                }
            }
        }
        let mut kept = self.candidates.split_off(start);
        kept.retain(|new| self.known.insert(new.id));
        self.candidates.append(&mut kept);
    }

    /// What is named without a commit: a tag, or a tree or blob that a tag names.
    fn extra(&mut self, id: ObjectId, kind: ObjectKind, reader: &Reader, lost: &mut Vec<Problem>) {
        match kind {
            ObjectKind::Tag => self.message(Kind::TagMessage, id),
            ObjectKind::Commit => {}
            ObjectKind::Blob => self.blob(id, id.to_string().into_bytes()),
            ObjectKind::Tree => {
                let mut found = Vec::new();
                let empty = ObjectId::empty_tree(id.kind());
                let unreadable = Compare::new(reader).introduced(b"", id, &[empty], &mut |new| {
                    if !new.submodule {
                        found.push((new.id.to_owned(), new.path.to_vec()));
                    }
                });
                found.into_iter().for_each(|(id, path)| self.blob(id, path));
                lost.extend(
                    unreadable
                        .into_iter()
                        .map(|tree| object_problem(Some(&tree.path), &tree.id, tree.why)),
                );
            }
        }
    }

    fn blob(&mut self, id: ObjectId, path: Vec<u8>) {
        if self.known.insert(id) {
            self.candidates.push(Candidate {
                id,
                kind: Kind::Blob,
                path,
                commit: None,
                old: Vec::new(),
                gone: None,
            });
        }
    }
}
