//! Where findings come from: who made the commit, when, and whether the content is still in `HEAD`.
//!
//! Done once the visit is over, for the objects with findings alone. Of one secret at one path, which each
//! later version of the file repeats, the oldest is reported.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use secscan_core::gitleaks::Commits;
use secscan_core::source::git::{self, Id, Reach};

use super::{Git, What, date};
use crate::fingerprint::Identity;
use crate::mask::HIDDEN;
use crate::outcome::{Outcome, Unread};
use crate::plan::Plan;
use crate::record::Record;
use crate::suppress::{By, Suppression};

impl Git {
    /// Says of each finding where it comes from, and reports each secret of a path once.
    pub(crate) fn complete(&self, outcome: &mut Outcome, plan: &Plan) {
        let limited = match &self.what {
            What::Staged { .. } => {
                for record in &mut outcome.records {
                    record.origin = None;
                }
                outcome.sort();
                return;
            }
            What::Range { .. } => false,
            What::History { history, .. } => {
                !history.branches.is_empty()
                    || history.max_commits.is_some()
                    || history.since.is_some()
            }
        };
        if outcome.records.is_empty() {
            return;
        }
        let store = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        let mut origins = store.clone();
        drop(store);
        let mut failures = Vec::new();
        if limited && !outcome.interrupted {
            let ids = objects(&outcome.records);
            match git::origins(&self.repo, &ids, Reach::Refs) {
                Ok(found) => origins = found,
                Err(error) => failures.push(error),
            }
        }
        let commits: HashSet<Id> = outcome.records.iter().filter_map(commit).collect();
        let commits: Vec<Id> = commits.into_iter().collect();
        let described = git::describe(&self.repo, &commits).unwrap_or_else(|error| {
            failures.push(error);
            HashMap::new()
        });
        for error in failures {
            outcome.errors.push(Unread {
                path: "where findings come from".to_owned(),
                message: error.to_string(),
            });
        }
        // A message that holds a secret is not shown where another finding of its commit is.
        let telling: HashSet<Id> = outcome
            .records
            .iter()
            .filter(|record| record.path.ends_with(":message"))
            .filter_map(|record| record.origin.as_ref()?.object)
            .collect();
        for record in &mut outcome.records {
            let Some(mine) = record.origin.as_deref_mut() else { continue };
            let found = mine.object.and_then(|id| origins.get(&id));
            if let Some(found) = found {
                mine.commit = mine.commit.or(found.commit);
                mine.in_head = Some(found.in_head);
                mine.age.0 = found.order;
                let shown = |path: &Vec<u8>| String::from_utf8_lossy(path).into_owned();
                mine.paths =
                    found.paths.iter().filter(|path| self.globs.wants(path)).map(shown).collect();
            }
            let told = mine.commit.and_then(|id| described.get(&id));
            if let Some(told) = told.or(found) {
                mine.age.1 = told.time;
                mine.date = date::show(told.time, told.offset);
                let person = format!("{} <{}>", told.author, told.mail);
                mine.author = plan.policy.masked(&person, &plan.scanner);
                mine.subject = plan.policy.masked(&told.subject, &plan.scanner);
                if mine.subject == told.subject
                    && !plan.policy.show_secrets
                    && mine.commit.is_some_and(|id| telling.contains(&id))
                {
                    mine.subject = HIDDEN.to_owned();
                }
            }
        }
        keep_oldest(&mut outcome.records);
        for record in &mut outcome.records {
            leave_out(record, plan);
        }
        outcome.sort();
    }
}

/// Hides what was brought by a commit that the configuration leaves out.
fn leave_out(record: &mut Record, plan: &Plan) {
    let Some(commit) = commit(record).filter(|_| record.suppressed.is_none()) else { return };
    let name = commit.to_string();
    let rule = plan.scanner.rules().find(&record.rule);
    let holds = |one: &&Commits| {
        let is_about =
            one.rules.as_ref().is_none_or(|all| rule.is_some_and(|id| all.contains(&id)));
        is_about && one.names.contains(&name)
    };
    if let Some(one) = plan.commits.iter().find(holds) {
        record.suppressed = Some(Box::new(Suppression {
            by: By::Config,
            source: one.place.clone(),
            reason: plan.policy.masked(&one.reason, &plan.scanner),
            moved_from: None,
            entry: None,
        }));
    }
}

fn commit(record: &Record) -> Option<Id> {
    record.origin.as_ref()?.commit
}

fn objects(records: &[Record]) -> Vec<Id> {
    let ids: HashSet<Id> =
        records.iter().filter_map(|record| record.origin.as_ref()?.object).collect();
    ids.into_iter().collect()
}

/// Of the objects that have the same secret at the same path, keeps the findings in the oldest. It is still
/// in `HEAD` if it is in any of them.
fn keep_oldest(records: &mut Vec<Record>) {
    // One secret that an object has several times is several findings; at several paths, too.
    // What is hidden in one and not in another is two things.
    let key = |record: &Record| (record.identity, record.suppressed.is_some());
    let mut oldest: HashMap<(Identity, bool), (usize, i64, Option<Id>)> = HashMap::new();
    let mut here: HashSet<(Identity, bool)> = HashSet::new();
    let rank = |record: &Record| {
        let origin = record.origin.as_deref()?;
        Some((origin.age.0, origin.age.1, origin.object))
    };
    for record in records.iter() {
        let Some(mine) = rank(record) else { continue };
        let known = oldest.entry(key(record)).or_insert(mine);
        *known = (*known).min(mine);
        if record.origin.as_ref().is_some_and(|origin| origin.in_head == Some(true)) {
            here.insert(key(record));
        }
    }
    records.retain(|record| rank(record).is_none_or(|mine| oldest[&key(record)] == mine));
    for record in records.iter_mut() {
        if let Some(origin) = record.origin.as_deref_mut()
            && here.contains(&(record.identity, record.suppressed.is_some()))
        {
            origin.in_head = Some(true);
        }
    }
    keep_first_path(records);
}

/// Content that stands at several paths is reported at the first at which a rule finds it.
fn keep_first_path(records: &mut Vec<Record>) {
    let place = |record: &Record| {
        let origin = record.origin.as_deref()?;
        let rank = origin.paths.iter().position(|path| *path == record.path)?;
        let Record { rule, line, column, end_line, end_column, .. } = record;
        Some(((origin.object, rule.clone(), *line, *column, *end_line, *end_column), rank))
    };
    let mut first = HashMap::new();
    for (key, rank) in records.iter().filter_map(place) {
        let known = first.entry(key).or_insert(rank);
        *known = rank.min(*known);
    }
    records.retain(|record| place(record).is_none_or(|(key, rank)| first[&key] == rank));
}
