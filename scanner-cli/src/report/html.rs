//! The report as one page that needs nothing else: the template with the findings in it as data.
//!
//! The page shows text as text and never as markup, and its policy forbids it to load or send anything.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use super::View;
use crate::git::date;
use crate::record::Record;
use crate::summary::scanned;

/// The page, with `{{data}}` where the data belongs.
const PAGE: &str = include_str!("page.html");

/// A finding as the page's script reads it.
#[derive(Serialize)]
struct Finding<'r> {
    path: &'r str,
    line: usize,
    column: usize,
    severity: &'static str,
    rule: &'r str,
    name: &'r str,
    reason: &'r str,
    /// The line before the secret, what stands for it, and behind it.
    text: [String; 3],
    fix: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'r str,
    fingerprint: &'r str,
    #[serde(skip_serializing_if = "String::is_empty")]
    commit: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    hidden: String,
}

impl<'r> Finding<'r> {
    fn of(record: &'r Record) -> Finding<'r> {
        let (text, mark) = (&record.shown.text, &record.shown.mark);
        let part = |from: usize, to: usize| text.chars().skip(from).take(to - from).collect();
        let commit = record.origin.as_deref().and_then(|origin| {
            let date = origin.date.get(..10).unwrap_or_default();
            Some(format!("{} {date} {} {}", origin.short()?, origin.author, origin.subject))
        });
        Finding {
            path: &record.path,
            line: record.line,
            column: record.column,
            severity: record.severity.as_str(),
            rule: &record.rule,
            name: &record.name,
            reason: record.reason,
            text: [
                part(0, mark.start),
                part(mark.start, mark.end),
                part(mark.end, text.len().max(mark.end)),
            ],
            fix: &record.fix,
            url: &record.url,
            fingerprint: &record.fingerprint,
            commit: commit.unwrap_or_default(),
            hidden: record
                .suppressed
                .as_ref()
                .map(|why| format!("{} {}", why.source, why.reason).trim().to_owned())
                .unwrap_or_default(),
        }
    }
}

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let data = json!({
        "scanned": scanned(outcome),
        "date": &date::show(view.ended, 0)[..10],
        "version": env!("CARGO_PKG_VERSION"),
        "errors": outcome.errors.iter().map(|one| format!("{}: {}", one.path, one.message)).collect::<Vec<_>>(),
        "interrupted": outcome.interrupted,
        "findings": view.listed().map(Finding::of).collect::<Vec<_>>(),
    });
    // Nothing in a string ends the script.
    let data = data.to_string().replace('<', "\\u003c").replace("\u{2028}", "\\u2028");
    let (before, after) = PAGE.split_once("{{data}}").unwrap_or((PAGE, ""));
    out.write_all(before.as_bytes())?;
    out.write_all(data.as_bytes())?;
    out.write_all(after.as_bytes())
}
