//! The worker: takes blobs from a source, searches them, and leaves what it finds in its tally.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use secscan_core::source::{Blob, Body, Problem, Skip, Worker};
use secscan_core::stream::{Excerpt, Place, scan_bytes, scan_reader};
use secscan_core::{Cache, Finding};

use crate::collector::{Collector, Tally, lock};
use crate::line_hash::hash_lines;
use crate::outcome::{Passed, Unread};
use crate::plan::Plan;
use crate::record::Caught;

/// How many findings of a file are held with the text around them, before records are made of them.
const HELD: usize = 4096;

/// What all workers of a run have in common.
pub(crate) struct Shared {
    pub(crate) plan: Plan,
    pub(crate) collector: Collector,
    /// Whether what is passed over is kept by name.
    pub(crate) named: bool,
}

/// One thread's worker.
pub(crate) struct Searcher<'s> {
    shared: &'s Shared,
    cache: Cache,
    tally: Arc<Mutex<Tally>>,
    /// When the last blob was done: from then to the next one, files are looked for and read.
    idle_since: Option<Instant>,
}

impl<'s> Searcher<'s> {
    pub(crate) fn new(shared: &'s Shared) -> Searcher<'s> {
        Searcher {
            shared,
            cache: shared.plan.scanner.create_cache(),
            tally: shared.collector.tally(),
            idle_since: shared.plan.stats.then(Instant::now),
        }
    }

    /// Searches one blob. Its findings are caught one by one, so that an interrupt finds them.
    fn search(&mut self, path: &[u8], body: Body<'_>) -> io::Result<()> {
        let Searcher { shared, tally, .. } = self;
        let mut found = |finding: &Finding<'_>, place: Place, excerpt: Excerpt<'_>| {
            let mut tally = lock(tally);
            if tally.caught.is_empty() {
                tally.path.clear();
                tally.path.extend_from_slice(path);
            }
            // What no line has in common with what follows can be settled. Lines are hashed when all are there.
            let is_apart =
                |last: &Caught| !shared.plan.line_hashes && last.place().to.line < place.from.line;
            if tally.caught.len() >= HELD && tally.caught.last().is_some_and(is_apart) {
                tally.settle(true, &shared.plan);
            }
            tally.caught.push(Caught::new(finding, place, &excerpt));
        };
        let mut count = 0;
        let mut outcome = Ok(());
        match body {
            Body::Whole(bytes) => {
                scan_bytes(&shared.plan.scanner, &mut self.cache, Some(path), bytes, &mut found);
                count = bytes.len() as u64;
                if shared.plan.line_hashes {
                    hash_lines(&mut lock(tally).caught, bytes);
                }
            }
            Body::Stream(reader) => {
                let mut reader = Counted { reader, tally, collector: &shared.collector };
                let all = scan_reader(
                    &shared.plan.scanner,
                    &mut self.cache,
                    Some(path),
                    &mut reader,
                    &mut found,
                );
                outcome = all.map(|_| ());
            }
        }
        let work = self.cache.work();
        let mut tally = lock(&self.tally);
        tally.settle(!shared.collector.is_stopped(), &shared.plan);
        tally.outcome.files += u64::from(outcome.is_ok());
        tally.outcome.bytes += count;
        tally.outcome.candidates = work.candidates;
        tally.outcome.confirmations = work.confirmations;
        outcome
    }
}

impl Worker for Searcher<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> ControlFlow<()> {
        if self.shared.collector.is_stopped() {
            return ControlFlow::Break(());
        }
        let begun = self.idle_since.map(|since| (since, Instant::now()));
        let Blob { path, body, .. } = blob;
        if let Err(error) = self.search(path, body) {
            self.problem(Problem::new(path_of(path), error));
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

/// A path from the bytes that a source gave for it, to be named in a message.
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// A reader that counts for the progress display, and ends when the run is interrupted.
struct Counted<'r> {
    reader: &'r mut dyn Read,
    tally: &'r Mutex<Tally>,
    collector: &'r Collector,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.collector.is_stopped() {
            return Ok(0);
        }
        let count = self.reader.read(buffer)?;
        lock(self.tally).outcome.bytes += count as u64;
        Ok(count)
    }
}
