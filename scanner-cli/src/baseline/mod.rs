//! `secscan baseline`: making the file of known findings, keeping it true, and asking a person about it.

mod audit;
mod import;

#[cfg(any(test, fuzzing))]
pub(crate) use import::readable;

use std::collections::HashSet;
use std::path::PathBuf;

use crate::args::{BaselineArgs, BaselineCommand, Later};
use crate::config::short;
use crate::exit::{Exit, Failure};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::quantity::count;
use crate::record::Record;
use crate::run::collect;
use crate::suppress::By;
use crate::suppress::baseline::{Baseline, Entries, Entry};
use crate::talk::Talk;

/// Runs the command.
pub(crate) fn run(command: BaselineCommand, talk: Talk) -> Result<Exit, Failure> {
    match command {
        BaselineCommand::Create { force, what: Later(what) } => {
            let scan = Scan::prepare(*what, false)?;
            if scan.file.exists() && !force {
                return Err(Failure::new(format!(
                    "{} is there already: `secscan baseline update` keeps what its audit said, --force \
                     does not",
                    short(&scan.file)
                )));
            }
            scan.run(&Entries::default(), talk)?.write(talk)
        }
        BaselineCommand::Update { what: Later(what) } => {
            let scan = Scan::prepare(*what, false)?;
            let old = scan.read()?;
            scan.run(&old, talk)?.write(talk)
        }
        BaselineCommand::Audit { all, what: Later(what) } => {
            let scan = Scan::prepare(*what, false)?;
            let old = scan.read()?;
            audit::run(scan, old, all, talk)
        }
        BaselineCommand::Import { file, what: Later(what) } => {
            let foreign = import::read(&file)?;
            let scan = Scan::prepare(*what, true)?;
            let old = if scan.file.exists() { scan.read()? } else { Entries::default() };
            import::run(scan, old, &foreign, talk)
        }
    }
}

/// A scan for the sake of a baseline.
struct Scan {
    plan: Plan,
    /// The history of the repository, if it is wanted too.
    history: Option<Plan>,
    file: PathBuf,
}

/// What it came to.
struct Scanned {
    outcome: Outcome,
    /// With the entries in use, and how many of them were met.
    plan: Plan,
    history: Option<Plan>,
    file: PathBuf,
}

/// What a baseline becomes.
struct Change {
    file: PathBuf,
    entries: Entries,
    added: usize,
    moved: usize,
    dropped: usize,
    /// What could not be read.
    errors: usize,
}

impl Scan {
    fn prepare(what: BaselineArgs, sha1: bool) -> Result<Scan, Failure> {
        let (mut plan, mut history, file) = Plan::baseline(what)?;
        for plan in [Some(&mut plan), history.as_mut()].into_iter().flatten() {
            plan.policy.sha1 = sha1;
            plan.policy.fingerprints.wanted = true;
        }
        Ok(Scan { plan, history, file })
    }

    fn read(&self) -> Result<Entries, Failure> {
        if !self.file.exists() {
            return Err(Failure::new(format!(
                "there is no {}: `secscan baseline create` makes it",
                short(&self.file)
            )));
        }
        Entries::read(&self.file)
    }

    /// Scans with the old entries in use. What could not be scanned keeps its entries.
    fn search(self, old: &Entries, talk: Talk) -> Result<Scanned, Failure> {
        let Scan { plan, history, file } = self;
        let one = |mut plan: Plan| {
            let root = plan.policy.project.root().to_owned();
            let shown = short(&file);
            plan.policy.suppressor.baseline = Baseline::new(shown, &root, old.clone());
            collect(plan, talk)
        };
        let (mut outcome, plan) = one(plan)?;
        if outcome.files == 0 && outcome.errors.is_empty() {
            return Err(Failure::new("nothing was scanned: there is no file"));
        }
        let mut old_plan = None;
        if let Some(history) = history {
            let (mut older, plan) = one(history)?;
            // What a file has is no matter of the history.
            let here: HashSet<String> =
                outcome.records.iter().map(|record| record.fingerprint.clone()).collect();
            older.records.retain(|record| !here.contains(&record.fingerprint));
            outcome.merge(older);
            old_plan = Some(plan);
        }
        for error in &outcome.errors {
            talk.error(format_args!("cannot read {}: {}", error.path, error.message));
        }
        Ok(Scanned { outcome, plan, history: old_plan, file })
    }

    /// Scans, and brings the entries up to date.
    fn run(self, old: &Entries, talk: Talk) -> Result<Change, Failure> {
        let Scanned { outcome, plan, history, file } = self.search(old, talk)?;
        let baseline = &plan.policy.suppressor.baseline;
        let mut change = Change {
            file,
            entries: old.clone(),
            added: 0,
            moved: 0,
            dropped: 0,
            errors: outcome.errors.len(),
        };
        let entries = &mut change.entries.0;
        let whole = plan.is_complete && outcome.errors.is_empty();
        let older = history.as_ref().map(|history| &history.policy.suppressor.baseline);
        let is_old = |fingerprint: &str| older.is_some_and(|older| older.is_met(fingerprint));
        for (fingerprint, _) in baseline.stale(|path| whole && plan.policy.project.covers(path)) {
            if is_old(fingerprint) {
                entries.entry(fingerprint.clone()).and_modify(|entry| entry.history = true);
            } else {
                entries.remove(fingerprint);
                change.dropped += 1;
            }
        }
        entries.retain(|fingerprint, entry| {
            if entry.history && baseline.is_met(fingerprint) {
                entry.history = false;
            }
            let keep = !entry.history || older.is_none() || !whole || is_old(fingerprint);
            change.dropped += usize::from(!keep);
            keep
        });
        for record in &outcome.suppressed {
            let moved = record.suppressed.as_ref().filter(|why| why.moved_from.is_some());
            let Some(old) = moved.and_then(|why| why.entry.as_deref()) else { continue };
            if let Some(entry) = entries.remove(old) {
                if is_old(old) {
                    // The history has it at the old path for good.
                    entries.insert(old.to_owned(), Entry { history: true, ..entry.clone() });
                }
                let entry = Entry { path: record.file.clone(), ..entry };
                entries.insert(record.fingerprint.clone(), entry);
                change.moved += 1;
            }
        }
        for record in &outcome.records {
            // An entry that has expired is still there: its verdict is not renewed in passing.
            entries.entry(record.fingerprint.clone()).or_insert_with(|| {
                change.added += 1;
                entry(record)
            });
        }
        Ok(change)
    }
}

impl Change {
    fn write(self, talk: Talk) -> Result<Exit, Failure> {
        self.entries.write(&self.file)?;
        let parts: Vec<String> =
            [(self.added, "added"), (self.moved, "moved"), (self.dropped, "dropped")]
                .into_iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, what)| format!("{} {what}", count(number as u64)))
                .collect();
        let what = if parts.is_empty() { "nothing changed".to_owned() } else { parts.join(", ") };
        let all = count(self.entries.0.len() as u64);
        talk.note(format_args!("{}: {what}; {all} in all", short(&self.file)));
        Ok(if self.errors > 0 { Exit::Error } else { Exit::Clean })
    }
}

/// The entry of a finding that nobody has looked at. What has a commit is of the history.
fn entry(record: &Record) -> Entry {
    Entry {
        path: record.file.clone(),
        rule: record.rule.clone().into_owned(),
        verdict: None,
        until: None,
        reason: None,
        history: record.origin.is_some(),
    }
}

/// Whether the baseline hides the finding.
fn is_known(record: &Record) -> bool {
    record.suppressed.as_ref().is_some_and(|why| why.by == By::Baseline)
}
