//! Where workers leave what they find, so that it can be reported also when they never end.
//!
//! Each worker has a tally of its own, behind a lock that nobody else takes but a progress display, five
//! times a second, and the report: when the workers are done, or when the user interrupts one that is
//! blocked in a read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::record::{Caught, records};

/// The tallies of all workers of a run.
#[derive(Default)]
pub(crate) struct Collector {
    tallies: Mutex<Vec<Arc<Mutex<Tally>>>>,
    stopped: AtomicBool,
    taken: AtomicBool,
}

/// What one worker found.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) outcome: Outcome,
    /// The path of the file that is being searched, and its findings.
    pub(crate) path: Vec<u8>,
    pub(crate) caught: Vec<Caught>,
}

impl Tally {
    /// Makes records of the findings of the current file, which may not be `done`.
    pub(crate) fn settle(&mut self, done: bool, plan: &Plan) {
        if !self.caught.is_empty() {
            let caught = std::mem::take(&mut self.caught);
            let records = records(caught, &self.path, done, &plan.scanner, &plan.policy);
            self.outcome.records.extend(records);
        }
    }
}

impl Collector {
    /// A tally for one more worker.
    pub(crate) fn tally(&self) -> Arc<Mutex<Tally>> {
        let tally = Arc::default();
        lock(&self.tallies).push(Arc::clone(&tally));
        tally
    }

    /// Asks all workers to end, and says whether they were not asked before.
    pub(crate) fn stop(&self) -> bool {
        !self.stopped.swap(true, Ordering::Relaxed)
    }

    /// Whether workers are asked to end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// How many files and bytes have been searched so far.
    pub(crate) fn progress(&self) -> (u64, u64) {
        let mut sum = (0, 0);
        for tally in lock(&self.tallies).iter() {
            let outcome = &lock(tally).outcome;
            sum = (sum.0 + outcome.files, sum.1 + outcome.bytes);
        }
        sum
    }

    /// All that was found, for the first who asks. There is one report.
    pub(crate) fn take(&self, plan: &Plan) -> Option<Outcome> {
        if self.taken.swap(true, Ordering::SeqCst) {
            return None;
        }
        let mut all = Outcome { interrupted: self.is_stopped(), ..Outcome::default() };
        for tally in lock(&self.tallies).iter() {
            let mut tally = lock(tally);
            tally.settle(false, plan);
            all.merge(std::mem::take(&mut tally.outcome));
        }
        all.sort();
        Some(all)
    }
}

/// Locks, also after a panic elsewhere: a tally is never left half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
