//! `secscan baseline`: making the file of known findings, keeping it true, and asking a person about it.

mod audit;
mod import;

use std::path::PathBuf;

use crate::args::{BaselineArgs, BaselineCommand};
use crate::exit::{Exit, Failure};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::quantity::count;
use crate::record::Record;
use crate::run::collect;
use crate::suppress::By;
use crate::suppress::baseline::{Entries, Entry};
use crate::talk::Talk;

/// Runs the command.
pub(crate) fn run(command: BaselineCommand, talk: Talk) -> Result<Exit, Failure> {
    match command {
        BaselineCommand::Create { force, what } => {
            let scan = Scan::prepare(what, false)?;
            if scan.file.exists() && !force {
                return Err(Failure::new(format!(
                    "{} is there already: `secscan baseline update` keeps what its audit said, --force \
                     does not",
                    scan.file.display()
                )));
            }
            scan.run(Entries::default(), talk)?.write(talk)
        }
        BaselineCommand::Update { what } => {
            let scan = Scan::prepare(what, false)?;
            let old = scan.read()?;
            scan.run(old, talk)?.write(talk)
        }
        BaselineCommand::Audit { all, what } => {
            let scan = Scan::prepare(what, false)?;
            let old = scan.read()?;
            audit::run(scan, old, all, talk)
        }
        BaselineCommand::Import { file, what } => {
            let foreign = import::read(&file)?;
            let scan = Scan::prepare(what, true)?;
            let old = if scan.file.exists() { scan.read()? } else { Entries::default() };
            import::run(scan, old, &foreign, talk)
        }
    }
}

/// A scan for the sake of a baseline.
struct Scan {
    plan: Plan,
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
        let (mut plan, file) = Plan::baseline(what)?;
        plan.policy.sha1 = sha1;
        Ok(Scan { plan, file })
    }

    fn read(&self) -> Result<Entries, Failure> {
        if !self.file.exists() {
            return Err(Failure::new(format!(
                "there is no {}: `secscan baseline create` makes it",
                self.file.display()
            )));
        }
        Entries::read(&self.file)
    }

    /// Scans with the old entries in use. What could not be scanned keeps its entries.
    fn search(self, old: Entries, talk: Talk) -> Result<(Outcome, Plan, PathBuf), Failure> {
        let Scan { mut plan, file } = self;
        let root = plan.policy.project.root().to_owned();
        let baseline =
            crate::suppress::baseline::Baseline::new(file.display().to_string(), &root, old);
        plan.policy.suppressor.baseline = baseline;
        let (outcome, plan) = collect(plan, talk)?;
        for error in &outcome.errors {
            talk.error(format_args!("cannot read {}: {}", error.path, error.message));
        }
        if outcome.files == 0 && outcome.errors.is_empty() {
            return Err(Failure::new("nothing was scanned: there is no file"));
        }
        Ok((outcome, plan, file))
    }

    /// Scans, and brings the entries up to date.
    fn run(self, old: Entries, talk: Talk) -> Result<Change, Failure> {
        let (outcome, plan, file) = self.search(old, talk)?;
        let baseline = &plan.policy.suppressor.baseline;
        let mut change = Change {
            file,
            entries: baseline.entries().clone(),
            added: 0,
            moved: 0,
            dropped: 0,
            errors: outcome.errors.len(),
        };
        let entries = &mut change.entries.0;
        let whole = plan.is_complete && outcome.errors.is_empty();
        for (fingerprint, _) in baseline.stale(|path| whole && plan.policy.project.covers(path)) {
            entries.remove(fingerprint);
            change.dropped += 1;
        }
        for record in &outcome.suppressed {
            let Some(why) = record.suppressed.as_ref().filter(|why| why.moved_from.is_some())
            else {
                continue;
            };
            let old = why.entry.as_ref().and_then(|old| entries.remove(old));
            if let Some(old) = old {
                let entry = Entry { path: record.file.clone(), ..old };
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
        talk.note(format_args!("{}: {what}; {all} in all", self.file.display()));
        Ok(if self.errors > 0 { Exit::Error } else { Exit::Clean })
    }
}

/// The entry of a finding that nobody has looked at.
fn entry(record: &Record) -> Entry {
    Entry {
        path: record.file.clone(),
        rule: record.rule.clone().into_owned(),
        verdict: None,
        until: None,
        reason: None,
    }
}

/// Whether the baseline hides the finding.
fn is_known(record: &Record) -> bool {
    record.suppressed.as_ref().is_some_and(|why| why.by == By::Baseline)
}
