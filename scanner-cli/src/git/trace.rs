//! Where findings come from: who made the commit, when, and whether the content is still in `HEAD`.
//!
//! Done once the visit is over, for the objects with findings alone. Of one secret at one path, which each
//! later version of the file repeats, the oldest is reported.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use secscan_core::source::git::{self, Id, Reach};

use super::{Git, What, date};
use crate::line::without_secrets;
use crate::mask::HIDDEN;
use crate::outcome::{Outcome, Unread};
use crate::plan::Plan;
use crate::record::Record;

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
                mine.author = masked(&person, plan);
                mine.subject = masked(&told.subject, plan);
                if mine.subject == told.subject
                    && !plan.policy.show_secrets
                    && mine.commit.is_some_and(|id| telling.contains(&id))
                {
                    mine.subject = HIDDEN.to_owned();
                }
            }
        }
        keep_oldest(&mut outcome.records);
        outcome.sort();
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

/// A line that somebody wrote, with no secret in it.
fn masked(text: &str, plan: &Plan) -> String {
    if plan.policy.show_secrets {
        return text.to_owned();
    }
    let scanners = [Some(&plan.scanner), plan.policy.masker.as_ref()];
    let mut found: Vec<_> = scanners
        .into_iter()
        .flatten()
        .flat_map(|scanner| scanner.find_all(text))
        .map(|finding| finding.span.range())
        .collect();
    if found.is_empty() {
        return text.to_owned();
    }
    found.sort_by_key(|span| span.start);
    without_secrets(text.as_bytes(), &found)
}

/// Of the objects that have the same secret at the same path, keeps the findings in the oldest. It is still
/// in `HEAD` if it is in any of them.
fn keep_oldest(records: &mut Vec<Record>) {
    // One secret that an object has several times is several findings; at several paths, too.
    let mut oldest: HashMap<String, (usize, i64, Option<Id>)> = HashMap::new();
    let mut here: HashSet<String> = HashSet::new();
    let rank = |record: &Record| {
        let origin = record.origin.as_deref()?;
        Some((origin.age.0, origin.age.1, origin.object))
    };
    for record in records.iter() {
        let Some(mine) = rank(record) else { continue };
        let known = oldest.entry(record.fingerprint.clone()).or_insert(mine);
        *known = (*known).min(mine);
        if record.origin.as_ref().is_some_and(|origin| origin.in_head == Some(true)) {
            here.insert(record.fingerprint.clone());
        }
    }
    records.retain(|record| rank(record).is_none_or(|mine| oldest[&record.fingerprint] == mine));
    for record in records.iter_mut() {
        if let Some(origin) = record.origin.as_deref_mut()
            && here.contains(&record.fingerprint)
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
