//! Events for a SIEM: an OCSF detection finding (class 2004) for each finding, one a line.

use std::io::{self, Write};

use secscan_core::{Confidence, Severity};
use serde_json::{Value, json};

use super::{View, capital, sentence};
use crate::record::Record;

/// The version of the schema that the events follow.
const VERSION: &str = "1.3.0";

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    for record in view.listed() {
        serde_json::to_writer(&mut *out, &event(record, view.ended * 1000))?;
        writeln!(out)?;
    }
    Ok(())
}

fn event(record: &Record, time: i64) -> Value {
    let (severity, name) = match record.severity {
        Severity::Critical => (5, "Critical"),
        Severity::High => (4, "High"),
        Severity::Medium => (3, "Medium"),
        Severity::Low => (2, "Low"),
        _ => (1, "Informational"),
    };
    let (confidence, sure) = match record.confidence {
        name if name == Confidence::Generic.as_str() => (1, "Low"),
        name if name == Confidence::Contextual.as_str() => (2, "Medium"),
        _ => (3, "High"),
    };
    let (status, state) = if record.suppressed.is_some() { (3, "Suppressed") } else { (1, "New") };
    let base = record.file.rsplit('/').next().unwrap_or(&record.file);
    let mut unmapped = json!({
        "rule": record.rule,
        "line": record.line,
        "column": record.column,
        "end_line": record.end_line,
        "end_column": record.end_column,
        "secret": record.secret,
        "reason": record.reason,
        "severity": capital(record.severity),
    });
    if let Some(origin) = record.origin.as_deref() {
        if let Some(commit) = origin.commit {
            unmapped["commit"] = json!(commit.to_string());
        }
        unmapped["author"] = json!(origin.author);
        unmapped["date"] = json!(origin.date);
    }
    if let Some(why) = &record.suppressed {
        unmapped["suppressed"] =
            json!({ "by": why.by, "source": why.source, "reason": why.reason });
    }
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "time": time,
        "severity_id": severity,
        "severity": name,
        "confidence_id": confidence,
        "confidence": sure,
        "status_id": status,
        "status": state,
        "is_alert": record.suppressed.is_none(),
        "message": sentence(record),
        "metadata": {
            "version": VERSION,
            "product": {
                "name": "secscan",
                "vendor_name": "secscan",
                "version": env!("CARGO_PKG_VERSION"),
            },
        },
        "finding_info": {
            "uid": record.fingerprint,
            "title": record.name,
            "desc": sentence(record),
            "types": ["Secret"],
            "analytic": { "type_id": 1, "type": "Rule", "uid": record.rule, "name": record.name },
        },
        "resources": [{ "type": "file", "name": base, "uid": record.file }],
        "remediation": { "desc": record.fix },
        "unmapped": unmapped,
    })
}
