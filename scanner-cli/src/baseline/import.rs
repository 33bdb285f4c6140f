//! What other scanners were told to leave out: `.secrets.baseline` of detect-secrets, `.gitleaksignore`.
//!
//! Neither says what our fingerprint would be. So the files are scanned, and a finding that theirs names
//! becomes an entry: by a hash of the secret, or by its line.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use secscan_core::shortened;
use serde::Deserialize;

use super::{Change, Scan, Scanned, entry, is_known};
use crate::exit::{Exit, Failure, cause};
use crate::quantity::things;
use crate::record::Record;
use crate::suppress::baseline::{Entries, Verdict};
use crate::talk::Talk;
use crate::whole::read_text;

/// How many entries that match nothing are named.
const NAMED: usize = 10;

/// A file of another scanner.
pub(super) struct Foreign {
    name: String,
    entries: Vec<Mark>,
}

/// One entry of it.
struct Mark {
    path: String,
    what: What,
    /// What a person said of it, where that was kept.
    is_real: Option<bool>,
}

enum What {
    Sha1(String),
    Line(usize),
}

#[derive(Deserialize)]
struct SecretsBaseline {
    results: HashMap<String, Vec<SecretsEntry>>,
}

#[derive(Deserialize)]
struct SecretsEntry {
    hashed_secret: String,
    is_secret: Option<bool>,
}

/// Reads a file, whichever of the two it is.
pub(super) fn read(path: &Path) -> Result<Foreign, Failure> {
    let name = path.display().to_string();
    let text = read_text(path)
        .map_err(|error| Failure::new(format!("cannot read {name}: {}", cause(&error))))?;
    parse(name, &text)
}

/// Reads the text of a file of that name.
fn parse(name: String, text: &str) -> Result<Foreign, Failure> {
    let entries = if text.trim_start().starts_with('{') {
        let parsed: SecretsBaseline = serde_json::from_str(text).map_err(|error| {
            Failure::new(format!(
                "{name}: this is no .secrets.baseline of detect-secrets: {}",
                shortened(&error.to_string())
            ))
        })?;
        let mut all: Vec<Mark> = Vec::new();
        for (path, entries) in parsed.results {
            all.extend(entries.into_iter().map(|entry| Mark {
                path: path.replace('\\', "/"),
                what: What::Sha1(entry.hashed_secret.to_ascii_lowercase()),
                is_real: entry.is_secret,
            }));
        }
        all
    } else {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        lines
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(number, line)| {
                parse_line(line).ok_or_else(|| {
                    Failure::new(format!("{name}:{number}: this is not [COMMIT:]FILE:RULE:LINE"))
                })
            })
            .collect::<Result<_, _>>()?
    };
    Ok(Foreign { name, entries })
}

/// Whether a text is a file of another scanner, or what is said of it.
#[cfg(any(test, fuzzing))]
pub(crate) fn readable(text: &str) -> Result<(), String> {
    parse("x".to_owned(), text).map(drop).map_err(|failure| failure.to_string())
}

/// A line of a .gitleaksignore. The rule is theirs and does not count.
fn parse_line(line: &str) -> Option<Mark> {
    let mut parts = line.rsplitn(3, ':');
    let number = parts.next()?.trim().parse().ok()?;
    let (_rule, path) = (parts.next()?, parts.next()?);
    let path = match path.split_once(':') {
        Some((commit, path))
            if commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            path
        }
        _ => path,
    };
    Some(Mark { path: path.replace('\\', "/"), what: What::Line(number), is_real: None })
}

/// Adds what the file names to the baseline.
pub(super) fn run(
    scan: Scan,
    old: Entries,
    foreign: &Foreign,
    talk: Talk,
) -> Result<Exit, Failure> {
    let mut entries = old.clone();
    let Scanned { outcome, file, .. } = scan.search(&old, talk)?;
    let mut by_path: HashMap<&str, Vec<&Record>> = HashMap::new();
    let known = outcome.suppressed.iter().filter(|record| is_known(record));
    for record in outcome.records.iter().chain(known) {
        by_path.entry(&record.file).or_default().push(record);
    }
    let mut added = 0;
    let mut lost: HashSet<&str> = HashSet::new();
    let mut lost_count = 0;
    for mark in &foreign.entries {
        let there = by_path.get(mark.path.strip_prefix("./").unwrap_or(&mark.path));
        let matching = there.into_iter().flatten().filter(|record| match &mark.what {
            What::Sha1(hash) => record.sha1.as_deref() == Some(hash),
            What::Line(line) => (record.line..=record.end_line).contains(line),
        });
        let mut any = false;
        for record in matching {
            any = true;
            if is_known(record) {
                continue;
            }
            entries.0.entry(record.fingerprint.clone()).or_insert_with(|| {
                added += 1;
                let mut new = entry(record);
                new.verdict = (mark.is_real == Some(false)).then_some(Verdict::FalseAlarm);
                new.reason = Some(match mark.is_real {
                    Some(true) => format!("from {}, where it is said to be real", foreign.name),
                    _ => format!("from {}", foreign.name),
                });
                new
            });
        }
        if !any {
            lost_count += 1;
            lost.insert(&mark.path);
        }
    }
    if lost_count > 0 {
        let mut names: Vec<&str> = lost.into_iter().collect();
        names.sort_unstable();
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        talk.note(format_args!(
            "{}: {} no finding of these files as they are now: {}{more}",
            foreign.name,
            things(lost_count, "entry matches", "entries match"),
            names.join(", "),
        ));
    }
    let change =
        Change { file, entries, added, moved: 0, dropped: 0, errors: outcome.errors.len() };
    change.write(talk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_gitleaksignore() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for (line, expected) in [
            ("a/b.env:aws-key:12".to_owned(), Some(("a/b.env", 12))),
            (format!("{commit}:a/b.env:aws-key:12"), Some(("a/b.env", 12))),
            ("C:/a/b.env:aws-key:3".to_owned(), Some(("C:/a/b.env", 3))),
            ("a/b.env:12".to_owned(), None),
            ("a/b.env:aws-key:x".to_owned(), None),
        ] {
            let found = parse_line(&line).map(|mark| match mark.what {
                What::Line(number) => (mark.path, number),
                What::Sha1(_) => unreachable!(),
            });
            let expected = expected.map(|(path, line)| (path.to_owned(), line));
            assert_eq!(found, expected, "{line}");
        }
    }
}
