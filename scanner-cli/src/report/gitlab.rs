//! A secret detection report of GitLab, version 15.2.1 of its schema.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::{View, capital, cut, sentence, sequence};
use crate::git::date;
use crate::record::Record;

const VERSION: &str = "15.2.1";

/// The longest texts that it allows, in characters.
const NAME: usize = 255;
const SOLUTION: usize = 7000;

/// What GitLab's own analyzer says where no commit is scanned but files.
const NO_COMMIT: &str = "0000000";

#[derive(Serialize)]
struct Report<V: Serialize> {
    scan: Value,
    schema: String,
    version: &'static str,
    vulnerabilities: V,
}

pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let outcome = view.outcome;
    let tool = json!({
        "id": "secscan",
        "name": "secscan",
        "version": env!("CARGO_PKG_VERSION"),
        "url": env!("CARGO_PKG_REPOSITORY"),
        "vendor": { "name": "secscan" },
    });
    let whole = outcome.errors.is_empty() && !outcome.interrupted;
    let messages: Vec<Value> = outcome
        .errors
        .iter()
        .map(|error| {
            let text = format!("cannot read {}: {}", error.path, error.message);
            json!({ "level": "warn", "value": text })
        })
        .collect();
    let report = Report {
        scan: json!({
            "analyzer": &tool,
            "scanner": &tool,
            "type": "secret_detection",
            "start_time": time(view.began),
            "end_time": time(view.ended),
            "status": if whole { "success" } else { "failure" },
            "messages": messages,
        }),
        schema: format!(
            "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v{VERSION}/dist/secret-detection-report-format.json"
        ),
        version: VERSION,
        vulnerabilities: sequence(|| {
            // The same secret may stand in a file several times.
            let mut seen: HashMap<&str, usize> = HashMap::new();
            outcome.records.iter().map(move |record| {
                let count = seen.entry(&record.fingerprint).or_default();
                *count += 1;
                vulnerability(record, *count)
            })
        }),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn vulnerability(record: &Record, count: usize) -> Value {
    let origin = record.origin.as_deref();
    let sha = origin.and_then(|origin| origin.commit).map(|id| id.to_string());
    let mut commit = json!({ "sha": sha.as_deref().unwrap_or(NO_COMMIT) });
    if let Some(origin) = origin {
        let known =
            [("author", &origin.author), ("date", &origin.date), ("message", &origin.subject)];
        for (key, value) in known.into_iter().filter(|(_, value)| !value.is_empty()) {
            commit[key] = json!(value);
        }
    }
    let mut links = Vec::new();
    if record.url.starts_with("https://") || record.url.starts_with("http://") {
        links.push(json!({ "url": record.url }));
    }
    json!({
        "id": uuid(&format!("{}#{count}", record.fingerprint)),
        "name": cut(&record.name, NAME),
        "description": sentence(record),
        "severity": capital(record.severity),
        "solution": cut(&record.fix, SOLUTION),
        // GitLab tells findings apart by the first of these.
        "identifiers": [{
            "type": "secscan_rule_id",
            "name": format!("secscan rule {}", record.rule),
            "value": record.rule,
        }],
        "links": links,
        "location": {
            "file": record.file,
            "start_line": record.line,
            "end_line": record.end_line,
            "commit": commit,
        },
    })
}

/// `2026-01-31T12:00:00`, in UTC, as the schema has it.
fn time(seconds: i64) -> String {
    date::show(seconds, 0)[..19].to_owned()
}

/// A UUID that is made of a name (RFC 9562, version 5), so that it is the same each time.
fn uuid(name: &str) -> String {
    /// The namespace of URLs.
    const SPACE: [u8; 16] = [
        0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30,
        0xc8,
    ];
    let digest = Sha1::new().chain_update(SPACE).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut hex = String::new();
    crate::fingerprint::hex(&bytes, &mut hex);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn a_known_uuid() {
        // As Python's uuid.uuid5(uuid.NAMESPACE_URL, "https://www.example.com/") has it.
        assert_eq!(uuid("https://www.example.com/"), "3d3ed9d2-aa3d-5fa6-90e8-ed662e90f559");
    }
}
