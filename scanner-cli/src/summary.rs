//! What is said at the end of a scan: a line for everyone, and a table for those who ask for `--stats`.

use std::time::Duration;

use crate::outcome::Outcome;
use crate::quantity::{count, millis, seconds, size, things};
use crate::suppress::By;

/// `3 secrets in 2 files; 1,204 files, 13.2 MB scanned in 0.04 s; skipped 2 (symbolic link)`.
pub(crate) fn sentence(outcome: &Outcome, took: Duration) -> String {
    format!(
        "{}; {} scanned in {}{}",
        found(outcome),
        scanned(outcome),
        seconds(took),
        rest(outcome)
    )
}

/// The same without the time, for reports that are the same again.
pub(crate) fn scope(outcome: &Outcome) -> String {
    format!("{} scanned{}", scanned(outcome), rest(outcome))
}

/// How much was found: `3 secrets in 2 files`.
pub(crate) fn found(outcome: &Outcome) -> String {
    match outcome.records.len() as u64 {
        0 => "no secrets".to_owned(),
        found => format!(
            "{} in {}",
            things(found, "secret", "secrets"),
            things(outcome.files_with_findings(), "file", "files")
        ),
    }
}

/// What was scanned and is not in the report, or was not scanned.
fn rest(outcome: &Outcome) -> String {
    let mut text = String::new();
    if !outcome.suppressed.is_empty() {
        text += &format!("; {} hidden{}", count(outcome.suppressed.len() as u64), hidden(outcome));
    }
    if let Some(skipped) = skipped(outcome) {
        text += &format!("; skipped {skipped}");
    }
    if !outcome.errors.is_empty() {
        text += &format!("; {} unreadable", count(outcome.errors.len() as u64));
    }
    if outcome.interrupted {
        text += "; interrupted, so there may be more";
    }
    text
}

/// What was scanned: `1,204 files, 13.2 MB`.
pub(crate) fn scanned(outcome: &Outcome) -> String {
    let what = match outcome.git {
        None => things(outcome.files, "file", "files"),
        Some(git) => {
            let mut what = things(git.commits, "commit", "commits");
            if git.tags > 0 {
                what += &format!(", {}", things(git.tags, "tag", "tags"));
            }
            what + ", " + &things(outcome.files, "blob", "blobs")
        }
    };
    format!("{what}, {}", size(outcome.bytes))
}

/// By what findings are hidden: ` (3 baseline, 1 inline)`.
fn hidden(outcome: &Outcome) -> String {
    let parts: Vec<String> = [By::Baseline, By::Config, By::Inline]
        .into_iter()
        .map(|by| (outcome.hidden(by) as u64, by))
        .filter(|&(number, _)| number > 0)
        .map(|(number, by)| format!("{} {}", count(number), by.as_str()))
        .collect();
    format!(" ({})", parts.join(", "))
}

/// What was passed over: `2 (symbolic link), 1 (too large)`.
pub(crate) fn skipped(outcome: &Outcome) -> Option<String> {
    let parts: Vec<String> = outcome
        .skipped
        .iter()
        .map(|(why, &number)| format!("{} ({})", count(number), why.words))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Where the time went. Reading and searching are summed over the threads; what is searched in pieces
/// is read while it is searched, and counts there.
pub(crate) fn stats(
    outcome: &Outcome,
    took: Duration,
    reporting: Duration,
    (filter, tables): (&str, usize),
) -> String {
    let megabytes = outcome.bytes as f64 / 1e6;
    let rate = |time: Duration| megabytes / time.as_secs_f64().max(1e-9);
    let per_megabyte = |number: u64| number as f64 / megabytes.max(1e-9);
    format!(
        "files       {}\n\
         bytes       {}\n\
         throughput  {:.0} MB/s, {:.0} MB/s for each thread while it searches\n\
         candidates  {}, {:.1} for each MB; {} tried\n\
         time        {} in all\n\
         \x20 read      {} to walk and read, over all threads\n\
         \x20 search    {} over all threads\n\
         \x20 report    {}\n\
         filter      {filter}, {} of tables",
        count(outcome.files),
        count(outcome.bytes),
        rate(took),
        rate(outcome.searching),
        count(outcome.candidates),
        per_megabyte(outcome.candidates),
        count(outcome.confirmations),
        millis(took),
        millis(outcome.reading),
        millis(outcome.searching),
        millis(reporting),
        size(tables as u64),
    )
}
