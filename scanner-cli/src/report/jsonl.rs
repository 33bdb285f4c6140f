//! The report for programs that read line by line: each line an object with a `type`, the summary last.

use std::io::{self, Write};

use serde::Serialize;

use super::View;
use super::json::{Error, Summary, VERSION, errors};
use crate::record::Record;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Entry<'r> {
    Finding(&'r Record),
    Suppressed(&'r Record),
    Error(Error<'r>),
    Summary {
        version: u32,
        #[serde(flatten)]
        summary: Box<Summary>,
    },
}

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let mut line = |entry: Entry<'_>| {
        serde_json::to_writer(&mut *out, &entry)?;
        writeln!(out)
    };
    for record in &outcome.records {
        line(Entry::Finding(record))?;
    }
    for record in view.suppressed() {
        line(Entry::Suppressed(record))?;
    }
    for error in errors(outcome) {
        line(Entry::Error(error))?;
    }
    line(Entry::Summary { version: VERSION, summary: Box::new(Summary::of(outcome)) })
}
