//! What a run found, as data: merged from all workers, sorted, ready for a report.
//!
//! Sorted by path, offset and rule, so that a report does not depend on how many threads there were.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::exit::{Exit, cause};
use crate::record::Record;
use crate::suppress::By;
use secscan_core::source::{Problem, Skip};

/// All that a run, or one worker of it, has to say.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) records: Vec<Record>,
    /// Findings that are hidden, once they are told apart.
    pub(crate) suppressed: Vec<Record>,
    /// What the baseline has to say, if there is one.
    pub(crate) baseline: Option<Known>,
    pub(crate) errors: Vec<Unread>,
    /// What was passed over on purpose, by reason.
    pub(crate) skipped: BTreeMap<Passed, u64>,
    /// The same by name, when names are wanted.
    pub(crate) skipped_paths: Vec<(String, Passed)>,
    /// Files or blobs.
    pub(crate) files: u64,
    /// What of a repository was scanned besides, if it is one.
    pub(crate) git: Option<Messages>,
    /// Whether it is no mistake when there was nothing to scan.
    pub(crate) may_be_empty: bool,
    pub(crate) bytes: u64,
    pub(crate) candidates: u64,
    pub(crate) confirmations: u64,
    /// Time of all workers together, when it is measured.
    pub(crate) reading: Duration,
    pub(crate) searching: Duration,
    pub(crate) interrupted: bool,
}

/// What became of the entries of a baseline.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// As it is named to people.
    pub(crate) name: String,
    /// Files that were renamed: from and to.
    pub(crate) moved: Vec<(String, String)>,
    /// Entries that nothing matches any more: path and rule.
    pub(crate) stale: Vec<(String, String)>,
}

/// Commits and tags whose messages were scanned.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Messages {
    pub(crate) commits: u64,
    pub(crate) tags: u64,
}

/// What could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unread {
    pub(crate) path: String,
    pub(crate) message: String,
}

impl Unread {
    pub(crate) fn new(path: &Path, error: &std::io::Error) -> Unread {
        Unread { path: path.to_string_lossy().into_owned(), message: cause(error) }
    }
}

impl From<Problem> for Unread {
    fn from(problem: Problem) -> Unread {
        Unread::new(problem.path(), problem.cause())
    }
}

/// Why something was passed over: the name for programs, and the words for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Passed {
    pub(crate) key: &'static str,
    pub(crate) words: &'static str,
}

impl From<Skip> for Passed {
    fn from(skip: Skip) -> Passed {
        let key = match skip {
            Skip::TooLarge => "too_large",
            Skip::Symlink => "symlink",
            Skip::Special => "special",
            Skip::Submodule => "submodule",
            Skip::LfsPointer => "lfs_pointer",
            _ => "other",
        };
        Passed { key, words: skip.as_str() }
    }
}

impl Outcome {
    /// Takes in what another worker has to say.
    pub(crate) fn merge(&mut self, other: Outcome) {
        // Not copied, where there is nothing to add it to: there may be a million.
        if self.records.is_empty() {
            self.records = other.records;
        } else {
            self.records.extend(other.records);
        }
        self.errors.extend(other.errors);
        for (why, count) in other.skipped {
            *self.skipped.entry(why).or_default() += count;
        }
        self.skipped_paths.extend(other.skipped_paths);
        self.files += other.files;
        if let Some(more) = other.git {
            let git = self.git.get_or_insert_default();
            git.commits += more.commits;
            git.tags += more.tags;
        }
        self.may_be_empty |= other.may_be_empty;
        self.bytes += other.bytes;
        self.candidates += other.candidates;
        self.confirmations += other.confirmations;
        self.reading += other.reading;
        self.searching += other.searching;
        self.interrupted |= other.interrupted;
    }

    /// Puts everything in order. A file that was named twice is reported once.
    pub(crate) fn sort(&mut self) {
        self.records.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
        self.records.dedup_by(|a, b| place(a) == place(b));
        self.errors.sort();
        self.errors.dedup();
        self.skipped_paths.sort();
    }

    /// Tells what is hidden from what is reported.
    pub(crate) fn part(&mut self) {
        let is_hidden = |record: &mut Record| record.suppressed.is_some();
        self.suppressed.extend(self.records.extract_if(.., is_hidden));
    }

    /// How many findings are hidden by this.
    pub(crate) fn hidden(&self, by: By) -> usize {
        let is_by = |record: &&Record| record.suppressed.as_ref().is_some_and(|why| why.by == by);
        self.suppressed.iter().filter(is_by).count()
    }

    /// How many files have findings. Call after [`Outcome::sort`].
    pub(crate) fn files_with_findings(&self) -> u64 {
        let paths =
            self.records.chunk_by(|a, b| (&a.path, &a.path_bytes) == (&b.path, &b.path_bytes));
        paths.count() as u64
    }

    /// The exit status that this comes to. Being sure of nothing is worse than having found something.
    pub(crate) fn exit(&self) -> Exit {
        if self.interrupted {
            Exit::Interrupted
        } else if !self.errors.is_empty() || (self.files == 0 && !self.may_be_empty) {
            Exit::Error
        } else if self.records.is_empty() {
            Exit::Clean
        } else {
            Exit::Found
        }
    }
}

/// What tells one finding from another, in the order of the report. Lines and columns do that as well as
/// offsets, and also where only a part of a file was there to be searched.
fn place(record: &Record) -> impl Ord + '_ {
    let Record { path, path_bytes, line, column, end_line, end_column, rule, .. } = record;
    let object = record.origin.as_ref().and_then(|origin| origin.object);
    (path, path_bytes, (line, column), (end_line, end_column), rule, object)
}
