//! The report for people: where, what and why, the line with the secret underlined, and what to do.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style as Ansi};
use secscan_core::Severity;

use super::View;
use crate::line::Line;
use crate::origin::Origin;
use crate::quantity::count;
use crate::record::Record;
use crate::show::visible;
use crate::suppress::Suppression;

/// How many of a blob's paths are named.
const PATHS: usize = 5;

/// How things look: with colours or without, and with links that a terminal opens or without.
pub(crate) struct Style {
    colors: bool,
    /// What paths start from, where they are links.
    links: Option<PathBuf>,
}

impl Style {
    pub(crate) fn new(colors: bool) -> Style {
        Style { colors, links: None }
    }

    /// Paths of the project at `root` are links.
    pub(crate) fn with_links(self, root: &Path) -> Style {
        Style { links: Some(root.to_owned()), ..self }
    }

    /// A text that leads to a file of the project, if it is there.
    fn link(&self, file: &str, text: String) -> String {
        let path = self.links.as_ref().map(|root| root.join(file)).filter(|path| path.is_file());
        match path {
            Some(path) => {
                let path = path.to_string_lossy().replace('\\', "/");
                let uri = format!("file:///{}", percent(path.trim_start_matches('/')));
                format!("\x1b]8;;{uri}\x1b\\{text}\x1b]8;;\x1b\\")
            }
            None => text,
        }
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

/// A path as a part of a URI (RFC 3986).
pub(super) fn percent(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri += &format!("%{byte:02X}"),
        }
    }
    uri
}

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    for record in view.listed() {
        finding(record, &view.style, out)?;
    }
    Ok(())
}

/// Writes one finding.
pub(crate) fn finding(record: &Record, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let place = format!("{}:{}:{}:", visible(record.path.as_bytes()), record.line, record.column);
    let place = style.link(&record.file, style.strong(place).to_string());
    match &record.suppressed {
        None => write!(out, "{place} {} ", style.severity(record.severity, record.severity))?,
        Some(_) => write!(out, "{place} {} ", style.faint("suppressed"))?,
    }
    write!(
        out,
        "{} {} ({}",
        style.strong(visible(record.rule.as_bytes())),
        visible(record.name.as_bytes()),
        record.reason
    )?;
    if !record.decoded.is_empty() {
        write!(out, "; decoded: {}", record.decoded.join(", "))?;
    }
    writeln!(out, ")")?;
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
    if let Some(why) = &record.suppressed {
        return writeln!(out, "{} {}\n", label("hidden by"), visible(hidden_by(why).as_bytes()));
    }
    writeln!(out, "{} {}\n", label("fix"), visible(record.fix.as_bytes()))
}

/// What hides a finding, and why.
fn hidden_by(why: &Suppression) -> String {
    let mut text = why.source.clone();
    if let Some(old) = &why.moved_from {
        text += &format!(", moved from {old}");
    }
    if !why.reason.is_empty() {
        text += &format!(": {}", why.reason);
    }
    text
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
