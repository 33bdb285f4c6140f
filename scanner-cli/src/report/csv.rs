//! The report for spreadsheets: a line for each finding, with a heading (RFC 4180).

use std::io::{self, Write};

use super::View;
use crate::origin::Origin;

const HEADING: &str = "path,line,column,severity,rule,name,confidence,secret,fingerprint,commit,author,date,suppressed,reason";

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEADING}")?;
    let none = Origin::default();
    for record in view.listed() {
        let origin = record.origin.as_deref().unwrap_or(&none);
        let why = record.suppressed.as_ref();
        let fields = [
            record.path.as_str(),
            &record.line.to_string(),
            &record.column.to_string(),
            record.severity.as_str(),
            &record.rule,
            &record.name,
            record.confidence,
            &record.secret,
            &record.fingerprint,
            &origin.commit.map(|id| id.to_string()).unwrap_or_default(),
            &origin.author,
            &origin.date,
            why.map_or("", |why| why.by.as_str()),
            why.map_or("", |why| &why.reason),
        ];
        writeln!(out, "{}", fields.map(field).join(","))?;
    }
    Ok(())
}

/// A field. What a spreadsheet would take for a formula is made text.
fn field(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields() {
        for (text, shown) in [
            ("a b", "a b"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\nb", "\"a\nb\""),
            ("=1+1", "\"'=1+1\""),
            ("@x", "\"'@x\""),
            ("", ""),
        ] {
            assert_eq!(field(text), shown);
        }
    }
}
