//! A report for pages that show Markdown: the summary of a CI's job, a comment.
//!
//! Everything that comes from a file or a commit is made harmless: it is no markup, and mentions nobody.

use std::io::{self, Write};

use secscan_core::Severity;

use super::{View, capital};
use crate::record::Record;
use crate::show::visible;
use crate::summary;

/// The most findings that are listed. A job's summary may have a megabyte, and nobody reads as far.
const MOST: usize = 500;

/// The longest cell, in characters.
const LONGEST: usize = 300;

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let failed = !outcome.errors.is_empty() || outcome.interrupted;
    let title = match (outcome.records.len(), failed) {
        (0, false) => "no secrets".to_owned(),
        (0, true) => "not everything was scanned".to_owned(),
        _ => summary::found(outcome),
    };
    writeln!(out, "### secscan: {title}\n")?;
    for line in view.about {
        writeln!(out, "{}\n", text(line))?;
    }
    if !outcome.records.is_empty() {
        writeln!(out, "| severity | what | where | secret | what to do |")?;
        writeln!(out, "|---|---|---|---|---|")?;
    }
    let mut sorted: Vec<&Record> = outcome.records.iter().collect();
    sorted.sort_by_key(|record| std::cmp::Reverse(record.severity));
    for record in sorted.iter().take(MOST) {
        row(record, out)?;
    }
    if sorted.len() > MOST {
        writeln!(out, "\nThe {MOST} gravest of {} are listed.", sorted.len())?;
    }
    let hidden = view.suppressed();
    if !hidden.is_empty() {
        writeln!(out, "\n<details><summary>{} hidden</summary>\n", hidden.len())?;
        writeln!(out, "| what | where | by | why |\n|---|---|---|---|")?;
        for record in hidden.iter().take(MOST) {
            let Some(why) = &record.suppressed else { continue };
            let (rule, source) = (code(&record.rule), code(&why.source));
            writeln!(out, "| {rule} | {} | {source} | {} |", place(record), text(&why.reason))?;
        }
        writeln!(out, "\n</details>")?;
    }
    writeln!(out, "\n{}.", text(&summary::scope(outcome)))?;
    if failed {
        writeln!(out, "\n**Not everything was scanned.**\n")?;
        for error in outcome.errors.iter().take(MOST) {
            writeln!(out, "- {}: {}", code(&error.path), text(&error.message))?;
        }
        if outcome.interrupted {
            writeln!(out, "- the run was interrupted")?;
        }
    }
    writeln!(out)
}

fn row(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let commit = record.origin.as_deref().and_then(|origin| origin.short());
    let commit = commit.map(|id| format!("<br>commit {}", code(&id))).unwrap_or_default();
    let icon = match record.severity {
        Severity::Critical | Severity::High => "🔴",
        Severity::Medium => "🟠",
        _ => "🔵",
    };
    writeln!(
        out,
        "| {icon} {} | {}<br>{} | {}{commit} | {} | {} |",
        capital(record.severity),
        text(&record.name),
        code(&record.rule),
        place(record),
        code(&record.secret),
        text(&record.fix),
    )
}

fn place(record: &Record) -> String {
    code(&format!("{}:{}:{}", record.file, record.line, record.column))
}

/// Text that is nothing but text, on one line.
fn text(text: &str) -> String {
    let mut safe = String::new();
    for c in visible(text.as_bytes()).chars().take(LONGEST) {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // A name with this before it would be told of it.
            '@' => safe.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

/// The same in the letters of code.
fn code(text: &str) -> String {
    let mut safe = String::from("<code>");
    for c in visible(text.as_bytes()).chars().take(LONGEST) {
        match c {
            ' ' | ',' | '-' | '.' | '/' => safe.push(c),
            '!'..='/' | ':'..='@' | '['..='`' | '{'..='~' => {
                safe.push_str(&format!("&#{};", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe + "</code>"
}

#[cfg(test)]
mod tests {
    use super::{code, text};

    #[test]
    fn nothing_is_markup() {
        assert_eq!(text("a|b\n<img> @you [x](y)"), "a\\|b\u{240a}&lt;img&gt; &#64;you \\[x\\](y)");
        assert_eq!(code("a`|*</code>"), "<code>a&#96;&#124;&#42;&#60;/code&#62;</code>");
        assert_eq!(code("ab/9ü.py"), "<code>ab/9ü.py</code>");
    }
}
