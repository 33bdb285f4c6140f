//! The worker for objects: searches each, keeps what touches added lines, leaves it in its tally.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use secscan_core::Cache;
use secscan_core::sift::{Base, Known, may_be_lone, sift};
use secscan_core::source::fs::Globs;
use secscan_core::source::git::{Id, Kind, Object, Scope, Visitor};
use secscan_core::source::{Problem, Skip};
use secscan_core::stream::scan_bytes;

use crate::collector::{Tally, lock};
use crate::line_hash::hash_lines;
use crate::origin::Origin;
use crate::outcome::{Passed, Unread};
use crate::record::Caught;
use crate::search::Shared;

/// What is done with what is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// It is reported: if the scope is what was added, only where it touches that.
    Report(Scope),
    /// Only the object's name is kept: its path is not known yet.
    Sift,
    /// It is reported, of objects that were counted before.
    Again,
}

/// One thread's worker.
pub(super) struct Searcher<'s> {
    shared: &'s Shared,
    globs: &'s Globs,
    pass: Pass,
    cache: Cache,
    tally: Arc<Mutex<Tally>>,
    /// The objects with something in them.
    pub(super) hits: Vec<(Id, Kind)>,
    idle_since: Option<Instant>,
}

/// What stands for the path of what has none.
pub(super) fn nameless(id: Id, what: &str) -> Vec<u8> {
    format!("{}:{what}", &id.to_string()[..12]).into_bytes()
}

impl<'s> Searcher<'s> {
    pub(super) fn new(shared: &'s Shared, globs: &'s Globs, pass: Pass) -> Searcher<'s> {
        Searcher {
            shared,
            globs,
            pass,
            cache: shared.plan.scanner.create_cache(),
            tally: shared.collector.tally(),
            hits: Vec::new(),
            idle_since: shared.plan.stats.then(Instant::now),
        }
    }

    fn is_wanted(&self, object: &Object<'_>) -> bool {
        match (object.kind, object.path) {
            (Kind::Blob, Some(path)) => self.globs.wants(path),
            (Kind::Blob, None) => true,
            _ => self.globs.wants_unnamed(),
        }
    }

    fn search(&mut self, object: &Object<'_>) {
        let mut all = Vec::new();
        let scanner = &self.shared.plan.scanner;
        if self.pass == Pass::Sift {
            let base = object.made_of.map(|other| Base {
                known: Known::from_byte(other.note),
                len: other.len,
                copied: other.copied,
            });
            let (any, known) = sift(scanner, &mut self.cache, object.bytes, base);
            object.note(known.to_byte());
            if any || (object.kind == Kind::Blob && may_be_lone(object.bytes)) {
                self.hits.push((object.id, object.kind));
            }
        } else {
            scan_bytes(
                scanner,
                &mut self.cache,
                object.path,
                object.bytes,
                &mut |one, place, text| {
                    all.push(Caught::new(one, place, &text));
                },
            );
        }
        if !all.is_empty() && self.pass == Pass::Report(Scope::Added) {
            match object.added() {
                Ok(added) => {
                    for one in &mut all {
                        let place = one.place();
                        if !added.touches(place.start as usize..place.end as usize) {
                            one.dismiss();
                        }
                    }
                }
                // Then all of it counts as added, and the run is not clean.
                Err(problem) => self.problem(problem),
            }
        }
        self.settle(object, all);
    }

    /// Counts the object, and makes records of what was found in it.
    fn settle(&mut self, object: &Object<'_>, all: Vec<Caught>) {
        let work = self.cache.work();
        let mut tally = lock(&self.tally);
        if !all.is_empty() {
            let before = tally.outcome.records.len();
            tally.path.clear();
            tally.path.extend_from_slice(object.path.unwrap_or_default());
            tally.caught = all;
            tally.settle(true, &self.shared.plan);
            if self.shared.plan.line_hashes {
                hash_lines(&mut tally.outcome.records[before..], object.bytes);
            }
            let origin = Origin {
                object: Some(object.id),
                commit: match object.kind {
                    Kind::TagMessage => Some(object.id),
                    _ => object.commit,
                },
                ..Origin::default()
            };
            for record in &mut tally.outcome.records[before..] {
                record.origin = Some(Box::new(origin.clone()));
            }
        }
        let outcome = &mut tally.outcome;
        outcome.candidates = work.candidates;
        outcome.confirmations = work.confirmations;
        if self.pass == Pass::Again {
            return;
        }
        outcome.bytes += object.bytes.len() as u64;
        match object.kind {
            Kind::CommitMessage => outcome.git.get_or_insert_default().commits += 1,
            Kind::TagMessage => outcome.git.get_or_insert_default().tags += 1,
            _ => outcome.files += 1,
        }
    }
}

impl Visitor for Searcher<'_> {
    fn object(&mut self, object: Object<'_>) -> ControlFlow<()> {
        // What an interrupted visit found is still traced.
        if self.shared.collector.is_stopped() && self.pass != Pass::Again {
            return ControlFlow::Break(());
        }
        let begun = self.idle_since.map(|since| (since, Instant::now()));
        if self.is_wanted(&object) {
            self.search(&object);
        }
        if let Some((since, begun)) = begun {
            let ended = Instant::now();
            let mut tally = lock(&self.tally);
            tally.outcome.reading += begun - since;
            tally.outcome.searching += ended - begun;
            self.idle_since = Some(ended);
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        lock(&self.tally).outcome.errors.push(Unread::from(problem));
    }

    fn skipped(&mut self, path: &[u8], why: Skip) {
        let mut tally = lock(&self.tally);
        let why = Passed::from(why);
        *tally.outcome.skipped.entry(why).or_default() += 1;
        if self.shared.named {
            let path = String::from_utf8_lossy(path).into_owned();
            tally.outcome.skipped_paths.push((path, why));
        }
    }
}
