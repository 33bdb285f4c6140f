//! The report for people: where, what and why, the line with the secret underlined, and what to do.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use secscan_core::Severity;

use crate::line::Line;
use crate::origin::Origin;
use crate::outcome::Outcome;
use crate::quantity::count;
use crate::record::Record;
use crate::show::visible;

/// How many of a blob's paths are named.
const PATHS: usize = 5;

/// How things look: with colours or without.
pub(crate) struct Style {
    colors: bool,
}

impl Style {
    pub(crate) fn new(colors: bool) -> Style {
        Style { colors }
    }

    fn paint(&self, ansi: Ansi, text: impl Display) -> String {
        if self.colors { format!("{ansi}{text}{ansi:#}") } else { text.to_string() }
    }

    /// For what matters most.
    pub(crate) fn strong(&self, text: impl Display) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    /// For frames and labels.
    pub(crate) fn faint(&self, text: impl Display) -> String {
        self.paint(AnsiColor::BrightBlue.on_default(), text)
    }

    /// For what holds and what does not.
    pub(crate) fn good(&self, yes: bool, text: impl Display) -> String {
        let color = if yes { AnsiColor::Green } else { AnsiColor::Red };
        self.paint(color.on_default(), text)
    }

    /// For a severity, or what is as severe.
    pub(crate) fn severity(&self, severity: Severity, text: impl Display) -> String {
        let color = match severity {
            Severity::Critical | Severity::High => AnsiColor::Red,
            Severity::Medium => AnsiColor::Yellow,
            _ => AnsiColor::Cyan,
        };
        self.paint(color.on_default().bold(), text)
    }
}

pub(super) fn write(outcome: &Outcome, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for record in &outcome.records {
        finding(record, style, out)?;
    }
    Ok(())
}

fn finding(record: &Record, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let place = format!("{}:{}:{}:", visible(record.path.as_bytes()), record.line, record.column);
    writeln!(
        out,
        "{} {} {} {} ({}{})",
        style.strong(place),
        style.severity(record.severity, record.severity),
        style.strong(&record.rule),
        record.name,
        record.reason,
        if record.decoded.is_empty() {
            String::new()
        } else {
            format!("; decoded: {}", record.decoded.join(", "))
        },
    )?;
    let lines = record.end_line - record.line + 1;
    let note = if lines > 1 { format!(" ({} lines)", count(lines as u64)) } else { String::new() };
    let width = quoted(record.line, &record.shown, &note, record.severity, style, out)?;
    let label = |name: &str| format!("{:width$} {} {name}:", "", style.faint("="));
    for (name, value) in &record.facts {
        writeln!(out, "{} {}", label(name), visible(value.as_bytes()))?;
    }
    if let Some(origin) = &record.origin {
        for (name, value) in origin_lines(origin) {
            writeln!(out, "{} {}", label(name), visible(value.as_bytes()))?;
        }
    }
    writeln!(out, "{} {}\n", label("fix"), record.fix)
}

/// Where git has a finding from, as labels and what they say.
fn origin_lines(origin: &Origin) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(commit) = origin.short() {
        let mut text = commit;
        if !origin.date.is_empty() {
            text += &format!(" of {} by {}", &origin.date[..10], origin.author);
        }
        if !origin.subject.is_empty() {
            text += &format!(": {}", origin.subject);
        }
        lines.push(("commit", text));
    }
    if let Some(here) = origin.in_head {
        let text = if here { "still in HEAD" } else { "no longer in HEAD, but in the history" };
        lines.push(("state", text.to_owned()));
    }
    if origin.paths.len() > 1 {
        let mut text = origin.paths.iter().take(PATHS).cloned().collect::<Vec<_>>().join(", ");
        if let Some(more @ 1..) = origin.paths.len().checked_sub(PATHS) {
            text += &format!(" and {more} more");
        }
        lines.push(("paths", text));
    }
    lines
}

/// Writes a line as compilers do, with its number before it and the secret underlined. Says how wide
/// the margin is.
fn quoted(
    number: usize,
    line: &Line,
    note: &str,
    severity: Severity,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let number = number.to_string();
    let width = number.len() + 1;
    let bar = style.faint("|");
    writeln!(out, "{} {bar} {}", style.faint(format!("{number:>width$}")), line.text)?;
    let carets = style.severity(severity, "^".repeat(line.mark.len().max(1)));
    writeln!(out, "{:width$} {bar} {:indent$}{carets}{note}", "", "", indent = line.mark.start)?;
    Ok(width)
}
