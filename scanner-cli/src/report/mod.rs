//! Reports: a run in the form that somebody reads. They know records, and nothing of scanners, files or
//! flags. One file for each form.

mod csv;
mod github;
mod gitlab;
mod html;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod ocsf;
mod sarif;
mod text;
mod xml;

use std::io::{self, Write};

use secscan_core::Severity;

pub(crate) use github::error as github_error;
pub(crate) use text::{Style, finding};

use crate::outcome::Outcome;
use crate::record::Record;

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
    Jsonl,
    Sarif,
    Github,
    Gitlab,
    Junit,
    Csv,
    Html,
    Markdown,
    Ocsf,
}

impl Format {
    /// As it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Junit => "junit",
            Format::Csv => "csv",
            Format::Html => "html",
            Format::Markdown => "markdown",
            Format::Ocsf => "ocsf",
        }
    }

    /// Whether it has fingerprints.
    pub(crate) fn has_fingerprints(self) -> bool {
        match self {
            Format::Text | Format::Github | Format::Junit | Format::Markdown => false,
            Format::Json | Format::Jsonl | Format::Sarif | Format::Gitlab => true,
            Format::Csv | Format::Html | Format::Ocsf => true,
        }
    }

    /// Whether it shows secrets if that is asked for. What is made to be uploaded does not.
    pub(crate) fn may_show_secrets(self) -> bool {
        matches!(self, Format::Text | Format::Json | Format::Jsonl | Format::Csv)
    }
}

/// What a report is made of.
pub(crate) struct View<'v> {
    pub(crate) outcome: &'v Outcome,
    /// Whether what is hidden is listed too.
    pub(crate) with_suppressed: bool,
    /// When the run began and ended, in seconds since 1970.
    pub(crate) began: i64,
    pub(crate) ended: i64,
    pub(crate) style: Style,
    /// What is said before all else of how this scan came to be.
    pub(crate) about: &'v [String],
}

impl View<'_> {
    /// The hidden findings that are to be listed.
    fn suppressed(&self) -> &[Record] {
        if self.with_suppressed { &self.outcome.suppressed } else { &[] }
    }

    /// All findings that are listed, hidden ones last.
    fn listed(&self) -> impl Iterator<Item = &Record> {
        self.outcome.records.iter().chain(self.suppressed())
    }
}

/// Writes a report.
pub(crate) fn write(format: Format, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(view, out),
        Format::Json => json::write(view, out),
        Format::Jsonl => jsonl::write(view, out),
        Format::Sarif => sarif::write(view, out),
        Format::Github => github::write(view, out),
        Format::Gitlab => gitlab::write(view, out),
        Format::Junit => junit::write(view, out),
        Format::Csv => csv::write(view, out),
        Format::Html => html::write(view, out),
        Format::Markdown => markdown::write(view, out),
        Format::Ocsf => ocsf::write(view, out),
    }
}

/// A severity as most programs write it.
fn capital(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        _ => "Info",
    }
}

/// The beginning of a text, where it is too long.
fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A sentence that says what was found, with the secret masked.
fn sentence(record: &Record) -> String {
    format!("{} ({}): {}", record.name, record.reason, record.secret)
}
