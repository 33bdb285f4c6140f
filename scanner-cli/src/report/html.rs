//! The report as one page that needs nothing else: the template with the findings in it as data.
//!
//! The page shows text as text and never as markup, and its policy forbids it to load or send anything.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::{View, sequence};
use crate::git::date;
use crate::record::Record;
use crate::summary::scanned;

/// The page, with `{{data}}` where the data belongs.
const PAGE: &str = include_str!("page.html");

/// What the page's script reads.
#[derive(Serialize)]
struct Data<'d, E: Serialize, F: Serialize> {
    date: &'d str,
    errors: E,
    findings: F,
    interrupted: bool,
    scanned: String,
    version: &'d str,
}

/// A finding of it.
#[derive(Serialize)]
struct Finding<'r> {
    column: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    commit: String,
    fingerprint: &'r str,
    fix: &'r str,
    #[serde(skip_serializing_if = "String::is_empty")]
    hidden: String,
    line: usize,
    name: &'r str,
    path: &'r str,
    reason: &'r str,
    rule: &'r str,
    severity: &'static str,
    /// The line before the secret, what stands for it, and behind it.
    text: [String; 3],
    #[serde(skip_serializing_if = "str::is_empty")]
    url: &'r str,
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
    let data = Data {
        date: &date::show(view.ended, 0)[..10],
        errors: sequence(|| {
            outcome.errors.iter().map(|one| format!("{}: {}", one.path, one.message))
        }),
        findings: sequence(|| view.listed().map(Finding::of)),
        interrupted: outcome.interrupted,
        scanned: scanned(outcome),
        version: env!("CARGO_PKG_VERSION"),
    };
    let (before, after) = PAGE.split_once("{{data}}").unwrap_or((PAGE, ""));
    out.write_all(before.as_bytes())?;
    data.serialize(&mut Serializer::with_formatter(&mut *out, InScript))?;
    out.write_all(after.as_bytes())
}

/// JSON that may stand in a script: nothing in a string ends it.
struct InScript;

impl Formatter for InScript {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        mut text: &str,
    ) -> io::Result<()> {
        while let Some(at) = text.find(['<', '\u{2028}']) {
            out.write_all(&text.as_bytes()[..at])?;
            let is_less = text.as_bytes()[at] == b'<';
            out.write_all(if is_less { b"\\u003c" } else { b"\\u2028" })?;
            text = &text[at + if is_less { 1 } else { '\u{2028}'.len_utf8() }..];
        }
        out.write_all(text.as_bytes())
    }
}
