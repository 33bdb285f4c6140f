//! The report for whatever reads test results: each finding is a test that failed. Without any there is one
//! test that passed, since a suite without tests is an error to some.

use std::io::{self, Write};

use super::xml::escape;
use super::{View, sentence};

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let (failures, errors) = (outcome.records.len(), outcome.errors.len());
    let skipped = view.suppressed().len();
    let tests = (failures + errors + skipped).max(1);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let counts = format!(r#"tests="{tests}" failures="{failures}" errors="{errors}""#);
    writeln!(out, r#"<testsuites name="secscan" {counts}>"#)?;
    writeln!(out, r#"  <testsuite name="secscan" {counts} skipped="{skipped}">"#)?;
    if failures + errors + skipped == 0 {
        writeln!(out, r#"    <testcase classname="secscan" name="no secrets"/>"#)?;
    }
    for record in view.listed() {
        let name = format!("{}:{}:{}", record.file, record.line, record.column);
        writeln!(
            out,
            r#"    <testcase classname="{}" name="{}" file="{}" line="{}">"#,
            escape(&record.rule),
            escape(&name),
            escape(&record.file),
            record.line,
        )?;
        match &record.suppressed {
            Some(why) => {
                let message = format!("{} {}", why.source, why.reason);
                writeln!(out, r#"      <skipped message="{}"/>"#, escape(message.trim()))?;
            }
            None => writeln!(
                out,
                r#"      <failure message="{}" type="{}">{}</failure>"#,
                escape(&sentence(record)),
                record.severity,
                escape(&record.fix),
            )?,
        }
        writeln!(out, "    </testcase>")?;
    }
    for error in &outcome.errors {
        let (path, message) = (escape(&error.path), escape(&error.message));
        writeln!(out, r#"    <testcase classname="secscan" name="{path}">"#)?;
        writeln!(out, r#"      <error message="cannot read it: {message}"/>"#)?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}
