//! The report for programs: one object. Fields may be added, and keep their meaning.
//!
//! Nothing in it depends on the number of threads: the same files give the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use secscan_core::Severity;
use serde::Serialize;

use super::View;
use crate::outcome::Outcome;
use crate::record::Record;
use crate::suppress::By;

/// The version of what is described in docs/output.md.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'r> {
    version: u32,
    summary: Summary,
    findings: &'r [Record],
    /// What is hidden, when that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<&'r [Record]>,
    errors: Vec<Error<'r>>,
}

#[derive(Serialize)]
pub(super) struct Summary {
    /// Files that were scanned, and their bytes.
    files: u64,
    bytes: u64,
    /// Of a repository: how many of the files are blobs, and whose messages were scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    blobs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<u64>,
    /// Files that were passed over, by reason.
    skipped: BTreeMap<&'static str, u64>,
    /// Files and directories that could not be read.
    unreadable: usize,
    findings: Findings,
    suppressed: Suppressed,
    /// Of a baseline: how many of its files have moved, and how many of its entries match nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Baseline>,
    interrupted: bool,
}

/// Findings that are hidden, by what hides them.
#[derive(Serialize)]
struct Suppressed {
    inline: usize,
    config: usize,
    baseline: usize,
}

#[derive(Serialize)]
struct Baseline {
    moved: usize,
    stale: usize,
}

#[derive(Serialize)]
struct Findings {
    total: usize,
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

#[derive(Serialize)]
pub(super) struct Error<'r> {
    path: &'r str,
    message: &'r str,
}

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let report = Report {
        version: VERSION,
        summary: Summary::of(outcome),
        findings: &outcome.records,
        suppressed: view.with_suppressed.then_some(&outcome.suppressed),
        errors: errors(outcome).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// What could not be read.
pub(super) fn errors(outcome: &Outcome) -> impl Iterator<Item = Error<'_>> {
    outcome.errors.iter().map(|error| Error { path: &error.path, message: &error.message })
}

impl Summary {
    pub(super) fn of(outcome: &Outcome) -> Summary {
        let of = |severity: Severity| {
            outcome.records.iter().filter(|record| record.severity == severity).count()
        };
        Summary {
            files: outcome.files,
            bytes: outcome.bytes,
            blobs: outcome.git.map(|_| outcome.files),
            commits: outcome.git.map(|git| git.commits),
            tags: outcome.git.map(|git| git.tags),
            skipped: outcome.skipped.iter().map(|(why, &count)| (why.key, count)).collect(),
            unreadable: outcome.errors.len(),
            findings: Findings {
                total: outcome.records.len(),
                critical: of(Severity::Critical),
                high: of(Severity::High),
                medium: of(Severity::Medium),
                low: of(Severity::Low),
                info: of(Severity::Info),
            },
            suppressed: Suppressed {
                inline: outcome.hidden(By::Inline),
                config: outcome.hidden(By::Config),
                baseline: outcome.hidden(By::Baseline),
            },
            baseline: outcome
                .baseline
                .as_ref()
                .map(|known| Baseline { moved: known.moved.len(), stale: known.stale.len() }),
            interrupted: outcome.interrupted,
        }
    }
}
