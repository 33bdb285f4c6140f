//! The report for programs: one object. Fields may be added, and keep their meaning.
//!
//! Nothing in it depends on the number of threads: the same files give the same bytes.

use std::collections::BTreeMap;
use std::io::{self, Write};

use secscan_core::Severity;
use serde::Serialize;

use crate::outcome::Outcome;
use crate::record::Record;

#[derive(Serialize)]
struct Report<'r> {
    version: u32,
    summary: Summary,
    findings: &'r [Record],
    errors: Vec<Error<'r>>,
}

#[derive(Serialize)]
struct Summary {
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
    interrupted: bool,
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
struct Error<'r> {
    path: &'r str,
    message: &'r str,
}

pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let of = |severity: Severity| {
        outcome.records.iter().filter(|record| record.severity == severity).count()
    };
    let report = Report {
        version: 1,
        summary: Summary {
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
            interrupted: outcome.interrupted,
        },
        findings: &outcome.records,
        errors: outcome
            .errors
            .iter()
            .map(|error| Error { path: &error.path, message: &error.message })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}
