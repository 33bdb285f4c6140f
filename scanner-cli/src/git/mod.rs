//! `secscan git`: which part of a repository is scanned, and what is made of what the visit says.
//!
//! [`visitor`] searches objects, [`trace`] says afterwards where findings come from. A part that turns out
//! empty is told apart from one that should not be: see [`Git::search`].

pub(crate) mod date;
mod push;
mod trace;
mod visitor;

use std::collections::HashMap;
use std::num::NonZero;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use secscan_core::source::fs::Globs;
use secscan_core::source::git::{
    self, Error, History, Id, Kind, Named, Origin, Range, Reach, Repo, Scope, Spec, Totals,
};

use crate::args::GitArgs;
use crate::exit::Failure;
use crate::outcome::{Messages, Unread};
use crate::plan::bad_option;
use crate::project::Project;
use crate::search::Shared;
use crate::talk::Talk;
use visitor::{Pass, Searcher};

/// A scan of a repository that is ready to go.
pub(crate) struct Git {
    repo: Repo,
    what: What,
    scope: Scope,
    globs: Globs,
    max_size: u64,
    threads: usize,
    /// Whether what lies behind the end of a shallow clone was already told.
    may_be_shallow: bool,
    /// Where objects with findings come from, once that is known.
    origins: Mutex<HashMap<Id, Origin>>,
}

/// What is scanned.
enum What {
    /// What the next commit would add. With nothing there, all tracked files if `or_all`.
    Staged { or_all: bool },
    /// What commits bring in.
    Range { range: Range, empty: Empty },
    /// What the store holds, and whether only what something reaches counts.
    History { history: History, reach: Reach },
}

/// What it means when no commit is in a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    /// Nothing is wrong if both ends of each range are one commit.
    IfEqual,
    /// Nothing is wrong.
    Fine,
}

impl Git {
    /// The repository, and the directory that its project has its files in.
    pub(crate) fn open(directory: &Path) -> Result<(Repo, Project), Failure> {
        let repo = Repo::open(directory).map_err(failed)?;
        let project = Project::of_repository(repo.work_dir().unwrap_or(repo.git_dir()));
        Ok((repo, project))
    }

    /// Makes sense of the flags.
    pub(crate) fn new(args: GitArgs, repo: Repo) -> Result<Git, Failure> {
        let max_size = args.max_filesize.unwrap_or(u64::MAX);
        let since = args.since.as_deref().map(date::parse).transpose()?;
        let ranged = |specs: Vec<Spec>, empty| {
            let mut range = Range::new(specs);
            range.scope = if args.whole_file { Scope::Whole } else { Scope::Added };
            range.max_size = max_size;
            range.max_commits = args.max_commits;
            range.since = since;
            What::Range { range, empty }
        };
        let what = if args.staged {
            match push::told_by_pre_commit() {
                Some(spec) => ranged(vec![spec], Empty::Fine),
                None => What::Staged { or_all: push::is_pre_commit_run_by_hand() },
            }
        } else if args.pre_push {
            ranged(push::specs(args.remote.as_deref())?, Empty::Fine)
        } else if args.history {
            let mut history = History::default();
            history.max_size = max_size;
            history.branches = args.branches;
            history.max_commits = args.max_commits;
            history.since = since;
            let reach = if args.unreachable { Reach::Store } else { Reach::Refs };
            What::History { history, reach }
        } else {
            let since = args.since_ref.map(Spec::Since);
            let specs = args.ranges.into_iter().map(Spec::Text).chain(since).collect();
            ranged(specs, Empty::IfEqual)
        };
        let threads = match args.run.threads.unwrap_or(0) {
            0 => thread::available_parallelism().map_or(1, NonZero::get),
            some => some,
        };
        Ok(Git {
            repo,
            what,
            scope: if args.whole_file { Scope::Whole } else { Scope::Added },
            globs: Globs::new(args.globs).map_err(bad_option)?,
            max_size,
            threads,
            may_be_shallow: false,
            origins: Mutex::default(),
        })
    }

    /// What an event is about may be nothing. A shallow clone is told before, if it is allowed.
    pub(crate) fn of_event(mut self, may_be_shallow: bool) -> Git {
        if let What::Range { empty, .. } = &mut self.what {
            *empty = Empty::Fine;
        }
        Git { may_be_shallow, ..self }
    }

    /// Searches what is asked for.
    ///
    /// Where nothing is staged, nothing is new in a push, or a range begins and ends with the same commit,
    /// that is said, and is no error. Any other range without a commit is one.
    pub(crate) fn search(&self, shared: &Shared, talk: Talk) -> Result<(), Failure> {
        crate::collector::lock(&shared.collector.tally()).outcome = crate::outcome::Outcome {
            git: Some(Messages::default()),
            may_be_empty: true,
            ..Default::default()
        };
        match &self.what {
            What::Staged { or_all } => {
                let mut visitors = self.visitors(shared, Pass::Report(self.scope));
                let totals = git::staged(&self.repo, self.scope, self.max_size, &mut visitors)
                    .map_err(failed)?;
                if totals != Totals::default() {
                    return Ok(());
                }
                if !or_all {
                    talk.note("nothing staged: no file was added or changed");
                    return Ok(());
                }
                talk.note("nothing staged: scanning all files that git tracks");
                let mut visitors = self.visitors(shared, Pass::Report(Scope::Whole));
                git::tracked(&self.repo, self.max_size, &mut visitors).map_err(failed)?;
            }
            What::Range { range, empty } => {
                let mut visitors = self.visitors(shared, Pass::Report(self.scope));
                let totals = git::range(&self.repo, range, &mut visitors).map_err(failed)?;
                self.tell_shallow(&totals, shared);
                let limited = range.max_commits.is_some() || range.since.is_some();
                if totals.commits + totals.tags == 0 && totals.problems == 0 {
                    if *empty == Empty::IfEqual && !limited {
                        range.specs.iter().try_for_each(|spec| self.must_be_empty(spec))?;
                    }
                    talk.note("nothing to scan: no commit is new");
                }
            }
            What::History { history, reach } => {
                if history.branches.is_empty()
                    && history.max_commits.is_none()
                    && history.since.is_none()
                {
                    self.search_store(shared, history, *reach, talk)?;
                } else {
                    let mut visitors = self.visitors(shared, Pass::Report(Scope::Added));
                    let totals =
                        git::history(&self.repo, history, &mut visitors).map_err(failed)?;
                    self.tell_shallow(&totals, shared);
                }
            }
        }
        Ok(())
    }

    /// Searches the whole store; then again, at their paths, the objects in which there was something.
    fn search_store(
        &self,
        shared: &Shared,
        history: &History,
        reach: Reach,
        talk: Talk,
    ) -> Result<(), Failure> {
        let mut visitors = self.visitors(shared, Pass::Sift);
        let totals = git::history(&self.repo, history, &mut visitors).map_err(failed)?;
        self.tell_shallow(&totals, shared);
        if totals.commits == 0 {
            talk.note("nothing to scan: the repository has no commit");
        }
        let mut hits: Vec<(Id, Kind)> =
            visitors.into_iter().flat_map(|visitor| visitor.hits).collect();
        if hits.is_empty() {
            return Ok(());
        }
        hits.sort();
        let ids: Vec<Id> = hits.iter().map(|&(id, _)| id).collect();
        let origins = git::origins(&self.repo, &ids, reach).map_err(failed)?;
        let mut objects = Vec::new();
        for (id, kind) in hits {
            let paths = match (origins.get(&id), kind) {
                (Some(origin), Kind::Blob) if !origin.paths.is_empty() => origin.paths.clone(),
                (Some(_), Kind::Blob) => vec![visitor::nameless(id, "object")],
                (Some(_), _) => vec![visitor::nameless(id, "message")],
                // Only the store has it.
                (None, Kind::Blob) if reach == Reach::Store => {
                    vec![visitor::nameless(id, "object")]
                }
                (None, _) if reach == Reach::Store => vec![visitor::nameless(id, "message")],
                (None, _) => continue,
            };
            objects.extend(paths.into_iter().map(|path| Named { id, kind, path }));
        }
        *self.origins.lock().unwrap_or_else(PoisonError::into_inner) = origins;
        let mut visitors = self.visitors(shared, Pass::Again);
        git::named(&self.repo, &objects, &mut visitors).map_err(failed)?;
        Ok(())
    }

    fn visitors<'s>(&'s self, shared: &'s Shared, pass: Pass) -> Vec<Searcher<'s>> {
        (0..self.threads).map(|_| Searcher::new(shared, &self.globs, pass)).collect()
    }

    /// History that is not here has not been scanned.
    fn tell_shallow(&self, totals: &Totals, shared: &Shared) {
        if totals.shallow > 0 && !self.may_be_shallow {
            crate::collector::lock(&shared.collector.tally()).outcome.errors.push(Unread {
                path: "the whole history".to_owned(),
                message: format!(
                    "this clone is shallow and ends within it, at {}; `git fetch --unshallow` gets the rest",
                    crate::quantity::things(totals.shallow, "commit", "commits"),
                ),
            });
        }
    }

    /// Whether a range that has no commit may have none: it may if it ends where it begins.
    fn must_be_empty(&self, spec: &Spec) -> Result<(), Failure> {
        let (base, tip) = match spec {
            Spec::Since(base) => (base.as_str(), "HEAD"),
            Spec::Text(text) => match text.split_once("...").or_else(|| text.split_once("..")) {
                Some(ends) => ends,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        let or_head =
            |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
        let (base, tip) = (or_head(base), or_head(tip));
        let commit = |name: &str| git::commit(&self.repo, name).map_err(failed);
        if commit(&base)? == commit(&tip)? {
            return Ok(());
        }
        Err(Failure::new(format!(
            "no commit is in {base}..{tip}, though these are two commits: {base} already has all of \
             {tip}; are they the wrong way round?"
        )))
    }
}

/// What a source says, as a failure.
pub(crate) fn failed(error: Error) -> Failure {
    Failure::new(error.to_string())
}
