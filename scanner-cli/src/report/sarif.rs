//! SARIF 2.1.0, as GitHub's code scanning takes it: limits kept, lines known by GitHub's own hash.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use secscan_core::{Confidence, Severity};
use serde::Serialize;
use serde_json::{Value, json};

use super::text::percent;
use super::{View, cut, sentence, sequence};
use crate::record::Record;

/// The most results of a run that GitHub takes.
const RESULTS: usize = 25_000;

/// The longest name and description of a rule.
const NAME: usize = 255;
const TEXT: usize = 1024;

#[derive(Serialize)]
struct Log<R: Serialize> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<R>; 1],
    version: &'static str,
}

/// The results come one by one: there may be many.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R: Serialize> {
    automation_details: Value,
    column_kind: &'static str,
    invocations: Value,
    results: R,
    tool: Value,
}

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let mut listed: Vec<&Record> = view.listed().collect();
    let dropped = listed.len().saturating_sub(RESULTS);
    if dropped > 0 {
        // The gravest are kept, in the order of the report.
        let mut order: Vec<usize> = (0..listed.len()).collect();
        order.sort_by_key(|&index| (Reverse(listed[index].severity), index));
        order.truncate(RESULTS);
        order.sort_unstable();
        listed = order.into_iter().map(|index| listed[index]).collect();
    }
    let mut rules: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in &listed {
        rules.entry(&record.rule).or_default().push(record);
    }
    let index: BTreeMap<&str, usize> =
        rules.keys().enumerate().map(|(index, &rule)| (rule, index)).collect();
    let mut notes: Vec<Value> = outcome
        .errors
        .iter()
        .map(|error| {
            let text = format!("cannot read {}: {}", error.path, error.message);
            json!({ "level": "error", "message": { "text": text } })
        })
        .collect();
    if dropped > 0 {
        let text = format!("{dropped} less severe findings are left out: a run may have {RESULTS}");
        notes.push(json!({ "level": "warning", "message": { "text": text } }));
    }
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        runs: [Run {
            automation_details: json!({ "id": "secscan/" }),
            column_kind: "utf16CodeUnits",
            invocations: json!([{
                "executionSuccessful": outcome.errors.is_empty() && !outcome.interrupted,
                "toolExecutionNotifications": notes,
            }]),
            results: sequence(|| listed.iter().map(|one| result(one, index[&*one.rule]))),
            tool: json!({ "driver": {
                "name": "secscan",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.values().map(|records| rule(records)).collect::<Vec<_>>(),
            } }),
        }],
        version: "2.1.0",
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// A rule, as the findings of it tell it.
fn rule(records: &[&Record]) -> Value {
    let worst = records.iter().max_by_key(|record| record.severity);
    let Some(worst) = worst else { unreachable!("a rule is listed for its findings") };
    let surest = records.iter().filter_map(|record| precision(record.confidence)).max();
    let (score, _) = score(worst.severity);
    let mut help = worst.fix.to_string();
    let mut markdown = help.clone();
    if !worst.url.is_empty() {
        help += &format!("\n\n{}", worst.url);
        markdown += &format!("\n\n<{}>", worst.url);
    }
    let mut rule = json!({
        "id": worst.rule,
        "name": cut(&worst.name, NAME),
        "shortDescription": { "text": cut(&worst.name, TEXT) },
        "fullDescription": { "text": cut(&format!("{} was found.", worst.name), TEXT) },
        "help": { "text": help, "markdown": markdown },
        "defaultConfiguration": { "level": level(worst.severity) },
        "properties": {
            "tags": ["security", "secret", "external/cwe/cwe-798"],
            "precision": surest.map_or("low", |(_, name)| name),
            "security-severity": score,
        },
    });
    if worst.url.starts_with("https://") {
        rule["helpUri"] = json!(worst.url);
    }
    rule
}

fn result(record: &Record, index: usize) -> Value {
    let (start, end) = record.utf16;
    let mut prints = json!({ "secscan/v1": record.fingerprint });
    if let Some(hash) = &record.line_hash {
        prints["primaryLocationLineHash"] = json!(hash);
    }
    let mut result = json!({
        "ruleId": record.rule,
        "ruleIndex": index,
        "level": level(record.severity),
        "message": { "text": escaped(&sentence(record)) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": percent(&record.file), "uriBaseId": "%SRCROOT%" },
            "region": {
                "startLine": record.line,
                "startColumn": start,
                "endLine": record.end_line,
                "endColumn": end,
            },
        } }],
        "partialFingerprints": prints,
    });
    if let Some(commit) = record.origin.as_ref().and_then(|origin| origin.commit) {
        result["properties"] = json!({ "commit": commit.to_string() });
    }
    if let Some(why) = &record.suppressed {
        let kind = match why.by {
            crate::suppress::By::Inline => "inSource",
            _ => "external",
        };
        let reason = if why.reason.is_empty() { &why.source } else { &why.reason };
        result["suppressions"] =
            json!([{ "kind": kind, "status": "accepted", "justification": reason }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    score(severity).1
}

/// The score that GitHub sorts by, and the level.
fn score(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Critical => ("9.5", "error"),
        Severity::High => ("8.0", "error"),
        Severity::Medium => ("5.5", "warning"),
        Severity::Low => ("3.0", "note"),
        _ => ("1.0", "note"),
    }
}

/// How precise a finding of that confidence is, surest last.
fn precision(confidence: &str) -> Option<(usize, &'static str)> {
    [
        (Confidence::Generic, "low"),
        (Confidence::Contextual, "medium"),
        (Confidence::Structural, "high"),
        (Confidence::Verified, "very-high"),
    ]
    .into_iter()
    .enumerate()
    .find(|(_, (one, _))| one.as_str() == confidence)
    .map(|(rank, (_, name))| (rank, name))
}

/// In messages, brackets begin links.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}
