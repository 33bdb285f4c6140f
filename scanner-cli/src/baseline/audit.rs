//! `secscan baseline audit`: a person looks at each finding and says what it is.
//!
//! Each answer is written at once, so that whoever stops halfway has lost nothing.

use std::collections::HashSet;
use std::io::{self, BufRead};

use super::{Scan, Scanned, entry, is_known};
use crate::config::short;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::quantity::things;
use crate::record::Record;
use crate::report::{self, Style};
use crate::suppress::baseline::{Entries, Verdict, today};
use crate::talk::Talk;

const QUESTION: &str = "\
[r] real: report it until it is gone   [f] a false alarm   [a] accept it   [s] skip   [q] quit";

/// Goes through the findings that the baseline knows without a verdict, and those that it does not know.
pub(super) fn run(scan: Scan, old: Entries, all: bool, talk: Talk) -> Result<Exit, Failure> {
    let mut entries = old.clone();
    let Scanned { outcome, file, .. } = scan.search(&old, talk)?;
    let mut asked = HashSet::new();
    let mut waiting: Vec<&Record> = outcome
        .records
        .iter()
        .chain(outcome.suppressed.iter().filter(|record| is_known(record)))
        .filter(|record| {
            let known = entries.0.get(key(record));
            let is_open =
                known.is_none_or(|entry| entry.verdict.is_none() || entry.has_expired(&today()));
            (all || is_open) && asked.insert(key(record))
        })
        .collect();
    waiting.sort_by_key(|record| (&record.file, record.line, record.column));
    let style = Style::new(talk.colors_stdout());
    let mut lines = io::stdin().lock().lines();
    let mut ask = |question: &str| -> Result<Option<String>, Failure> {
        talk.prompt(question);
        let line = lines.next().transpose();
        let line = line.map_err(|error| {
            Failure::new(format!("cannot read the standard input: {}", crate::exit::cause(&error)))
        })?;
        Ok(line.map(|line| line.trim().to_owned()))
    };
    let mut answered = 0;
    let total = waiting.len();
    'findings: for (index, record) in waiting.iter().enumerate() {
        talk.answer(format_args!("\n{} of {total}", index + 1));
        let mut plain = (*record).clone();
        plain.suppressed = None;
        plain.path.clone_from(&record.file);
        Output::Stdout.write(|out| report::finding(&plain, &style, out))?;
        if let Some(known) = entries.0.get(key(record)) {
            let reason = known.reason.as_deref().unwrap_or("no reason given");
            let until = known.until.as_deref().map_or(String::new(), |day| format!(" until {day}"));
            match known.verdict {
                Some(Verdict::FalseAlarm) => {
                    talk.answer(format_args!("was: a false alarm ({reason})"))
                }
                Some(Verdict::Accepted) => {
                    talk.answer(format_args!("was: accepted{until} ({reason})"))
                }
                None => {}
            }
        }
        let verdict = loop {
            let Some(answer) = ask(&format!("{QUESTION}\n> "))? else { break 'findings };
            match answer.as_str() {
                "r" | "real" => break None,
                "f" | "false" => break Some(Verdict::FalseAlarm),
                "a" | "accept" => break Some(Verdict::Accepted),
                "s" | "skip" | "" => continue 'findings,
                "q" | "quit" => break 'findings,
                _ => talk.answer("one of r, f, a, s, q"),
            }
        };
        match verdict {
            None => {
                entries.0.remove(key(record));
            }
            Some(verdict) => {
                let mut until = None;
                if verdict == Verdict::Accepted {
                    until = loop {
                        let Some(day) = ask("until which day, as 2026-01-31 (empty: for good)? ")?
                        else {
                            break 'findings;
                        };
                        match day.as_str() {
                            "" => break None,
                            day if is_day(day) => break Some(day.to_owned()),
                            _ => talk.answer("that is no day"),
                        }
                    };
                }
                let Some(reason) = ask("why? ")? else { break 'findings };
                let mut new = entries.0.remove(key(record)).unwrap_or_else(|| entry(record));
                new.verdict = Some(verdict);
                new.until = until;
                new.reason = (!reason.is_empty()).then_some(reason);
                entries.0.insert(key(record).to_owned(), new);
            }
        }
        answered += 1;
        entries.write(&file)?;
    }
    let left = things((total - answered) as u64, "finding", "findings");
    talk.note(format_args!("{}: {answered} answered, {left} left", short(&file)));
    Ok(if outcome.errors.is_empty() { Exit::Clean } else { Exit::Error })
}

/// What the finding has in the baseline, or would have.
fn key(record: &Record) -> &str {
    let known = record.suppressed.as_ref().and_then(|why| why.entry.as_deref());
    known.unwrap_or(&record.fingerprint)
}

/// Whether this is a day as it is written in a baseline.
fn is_day(text: &str) -> bool {
    text.len() == 10
        && crate::git::date::parse(text)
            .is_ok_and(|time| crate::git::date::show(time, 0).starts_with(text))
}

#[cfg(test)]
mod tests {
    use super::is_day;

    #[test]
    fn days() {
        for (text, yes) in [
            ("2026-01-31", true),
            ("2028-02-29", true),
            ("2026-02-29", false),
            ("2026-1-31", false),
            ("tomorrow", false),
            ("2 days ago", false),
        ] {
            assert_eq!(is_day(text), yes, "{text}");
        }
    }
}
