//! Annotations of GitHub Actions: workflow commands on the standard output.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word, so
//! the gravest are annotations, and the others lines of the log.

use std::io::{self, Write};

use secscan_core::Severity;

use super::{View, sentence};
use crate::quantity::things;
use crate::record::Record;
use crate::show::visible;

/// How many annotations of one level a step may have.
const MOST: usize = 10;

/// The longest message, in characters; GitHub cuts it after 4,096.
const LONGEST: usize = 4000;

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let mut sorted: Vec<&Record> = outcome.records.iter().collect();
    sorted.sort_by_key(|record| std::cmp::Reverse(record.severity));
    let mut counts = [("error", 0), ("warning", 0), ("notice", 0)];
    let mut dropped = 0;
    for unread in &outcome.errors {
        let message = format!("cannot read {}: {}", unread.path, unread.message);
        if counts[0].1 < MOST {
            counts[0].1 += 1;
            out.write_all(error(&message).as_bytes())?;
        } else {
            writeln!(out, "secscan: {}", plain(&message))?;
        }
    }
    for record in sorted {
        let level = match record.severity {
            Severity::Critical | Severity::High => 0,
            Severity::Medium => 1,
            _ => 2,
        };
        let (name, count) = &mut counts[level];
        let message = format!("{}\n{}", sentence(record), record.fix);
        if *count == MOST {
            dropped += 1;
            let Record { file, line, column, severity, rule, .. } = record;
            let text = format!("{file}:{line}:{column}: {severity} {rule} {}", record.name);
            writeln!(out, "secscan: {}", plain(&text))?;
            continue;
        }
        *count += 1;
        write!(
            out,
            "::{name} file={},line={},endLine={}",
            property(&record.file),
            record.line,
            record.end_line
        )?;
        if record.line == record.end_line {
            let (start, end) = record.utf16;
            write!(out, ",col={start},endColumn={end}")?;
        }
        writeln!(out, ",title={}::{}", property(&record.rule), data(&message))?;
    }
    if dropped > 0 {
        let dropped = things(dropped, "finding", "findings");
        writeln!(
            out,
            "secscan: {dropped} above have no annotation, since GitHub shows {MOST} of a level"
        )?;
    }
    Ok(())
}

/// One annotation that is about no file.
pub(crate) fn error(message: &str) -> String {
    format!("::error title=secscan::{}\n", data(message))
}

fn data(text: &str) -> String {
    let text: String = text.chars().take(LONGEST).collect();
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line of the log that is no command, whatever a path looks like.
fn plain(text: &str) -> String {
    visible(text.as_bytes()).replace("##[", "## [")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(data("50%\r\n::error::x"), "50%25%0D%0A::error::x");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
        assert_eq!(plain("a\n::error::x ##[error]y"), "a\u{240a}::error::x ## [error]y");
    }
}
