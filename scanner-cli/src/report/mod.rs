//! Reports: a run as text or as JSON. They know records, and nothing of scanners, files or flags.

mod json;
mod text;

use std::io::{self, Write};

pub(crate) use text::Style;

use crate::outcome::Outcome;

/// The form of a report.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Text,
    Json,
}

/// Writes a report.
pub(crate) fn write(
    format: Format,
    outcome: &Outcome,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(outcome, style, out),
        Format::Json => json::write(outcome, out),
    }
}
