//! A finding as it leaves the scan: owned, masked, ready for any report.
//!
//! The edge between what borrows from a file and what is kept. Findings of one file are kept as they come
//! ([`Caught`]) until the file is done, because masking one line may take a finding that comes later;
//! then they become records, and the secrets are forgotten.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use secscan_core::stream::{Excerpt, Place};
use secscan_core::{Confidence, Finding, Reason, RuleId, Scanner, Severity};
use serde::{Serialize, Serializer};

use crate::fingerprint::{Fingerprints, Identity, hex, is_fingerprint};
use crate::line::{Line, Raw, without_secrets};
use crate::mask::mask;
use crate::origin::Origin;
use crate::project::Project;
use crate::select::matches;
use crate::suppress::inline::{Marker, markers};
use crate::suppress::{Subject, Suppression, Suppressor};

/// A finding in a report. The fields are those of the JSON report, where new ones may be added.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Record {
    /// The rule's identifier.
    pub(crate) rule: Cow<'static, str>,
    /// What the secret is, for people.
    pub(crate) name: Cow<'static, str>,
    /// The path; what is not in UTF-8 is replaced.
    pub(crate) path: String,
    /// The bytes of such a path, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path_bytes: Option<String>,
    /// The place of the first byte: both from 1, columns in bytes.
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// The line of the last byte, and the column after it.
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
    /// The bytes of the secret in the file: from 0, half-open.
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The secret, masked unless secrets are shown.
    pub(crate) secret: String,
    #[serde(serialize_with = "as_str")]
    pub(crate) severity: Severity,
    pub(crate) confidence: &'static str,
    pub(crate) reason: &'static str,
    /// Empty, where nobody looks at it.
    pub(crate) fingerprint: String,
    /// How the secret is encoded where it stands, the outermost layer first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) decoded: Vec<&'static str>,
    #[serde(serialize_with = "as_map")]
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) fix: Cow<'static, str>,
    /// The issuer's page, or empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) url: Cow<'static, str>,
    /// Why it is hidden, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) suppressed: Option<Box<Suppression>>,
    /// Where git has it from, if that is where it was found.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<Box<Origin>>,
    /// The line to show.
    #[serde(skip)]
    pub(crate) shown: Line,
    /// The path from the top of the project, with slashes.
    #[serde(skip)]
    pub(crate) file: String,
    /// What the secret at this path is known by within the run.
    #[serde(skip)]
    pub(crate) identity: Identity,
    /// The columns in UTF-16 units: of the first byte, and behind the last.
    #[serde(skip)]
    pub(crate) utf16: (usize, usize),
    /// What GitHub knows the line by, when that is wanted.
    #[serde(skip)]
    pub(crate) line_hash: Option<String>,
    /// What detect-secrets knows the secret by, when that is wanted.
    #[serde(skip)]
    pub(crate) sha1: Option<String>,
}

fn as_str<S: Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.as_str())
}

fn as_map<S: Serializer>(
    facts: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(facts.iter().map(|(name, value)| (name, value)))
}

/// What becomes a record, and how.
#[derive(Debug)]
pub(crate) struct Policy {
    /// What is less severe is left out.
    pub(crate) min_severity: Severity,
    /// What is less sure is left out.
    pub(crate) min_confidence: Confidence,
    /// Whether the secrets themselves are shown.
    pub(crate) show_secrets: bool,
    /// A scanner with more rules than the one that searches, when that one was narrowed: what its
    /// rules would find on a line is masked as well.
    pub(crate) masker: Option<Scanner>,
    pub(crate) project: Project,
    pub(crate) suppressor: Suppressor,
    /// Severities that the configuration changes; the last that fits counts.
    pub(crate) severities: Vec<Regrade>,
    /// Whether records are compared with a file of detect-secrets.
    pub(crate) sha1: bool,
    pub(crate) fingerprints: Fingerprints,
}

/// Another severity for some rules.
#[derive(Clone, Debug)]
pub(crate) struct Regrade {
    /// Identifiers, with `*`.
    pub(crate) rules: Vec<String>,
    pub(crate) severity: Severity,
}

impl Regrade {
    /// The severity that a finding of a rule has under all of these; the last that fits counts.
    pub(crate) fn apply(all: &[Regrade], rule: &str, severity: Severity) -> Severity {
        let fits = |regrade: &&Regrade| {
            regrade.rules.iter().any(|one| matches(one.as_bytes(), rule.as_bytes()))
        };
        all.iter().rev().find(fits).map_or(severity, |regrade| regrade.severity)
    }
}

impl Policy {
    /// A line that somebody wrote, with no secret in it.
    pub(crate) fn masked(&self, text: &str, scanner: &Scanner) -> String {
        if self.show_secrets || text.is_empty() {
            return text.to_owned();
        }
        let mut found: Vec<_> = [Some(scanner), self.masker.as_ref()]
            .into_iter()
            .flatten()
            .flat_map(|scanner| scanner.find_all(text))
            .map(|finding| finding.span.range())
            .collect();
        if found.is_empty() {
            return text.to_owned();
        }
        found.sort_by_key(|span| span.start);
        without_secrets(text.as_bytes(), &found)
    }
}

/// A finding of a file that is not done, with its secret.
pub(crate) struct Caught {
    rule: RuleId,
    place: Place,
    severity: Severity,
    confidence: Confidence,
    reason: Reason,
    decoded: Vec<&'static str>,
    facts: Vec<(&'static str, String)>,
    secret: Vec<u8>,
    /// The text around, and where the secret is in it.
    text: Vec<u8>,
    within: Range<usize>,
    /// The markers beside it.
    markers: Vec<Marker>,
    /// What stands before it on its line, as far as that is known: how many bytes and UTF-16 units.
    indent: (usize, usize),
    /// What GitHub knows the line by, when that is wanted.
    pub(crate) line_hash: Option<String>,
    /// Whether it is only there to be masked where it stands beside one that is reported.
    dismissed: bool,
}

impl Caught {
    pub(crate) fn new(finding: &Finding<'_>, place: Place, excerpt: &Excerpt<'_>) -> Caught {
        let line = excerpt.before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let indent = &excerpt.before[line..];
        Caught {
            rule: finding.rule,
            place,
            severity: finding.severity,
            confidence: finding.confidence,
            reason: finding.reason,
            decoded: finding.decoded.iter().map(|layer| layer.as_str()).collect(),
            facts: finding.facts.clone(),
            secret: finding.secret.expose().to_vec(),
            text: excerpt.text.to_vec(),
            within: excerpt.secret.clone(),
            markers: markers(excerpt.before, excerpt.after),
            indent: (indent.len(), utf16(indent)),
            line_hash: None,
            dismissed: finding.confidence == Confidence::Generic
                && is_fingerprint(excerpt.before, finding.secret.expose()),
        }
    }

    /// The columns of its first byte and behind its last one in UTF-16 units. What is not known of a long
    /// line is taken to be ASCII.
    fn utf16(&self) -> (usize, usize) {
        let Place { from, to, .. } = self.place;
        let less = self.indent.0 - self.indent.1;
        let start = from.column - less.min(from.column - 1);
        // As it is written, which a secret that was decoded is not.
        let written = &self.text[self.within.clone()];
        let last = written.iter().rposition(|&byte| byte == b'\n');
        let end = match last {
            Some(at) if to.line > from.line => 1 + utf16(&written[at + 1..]),
            _ => start + utf16(written),
        };
        (start, end)
    }

    /// Where the secret is in what was searched.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Keeps it out of the report. It is still masked where it stands beside another.
    pub(crate) fn dismiss(&mut self) {
        self.dismissed = true;
    }

    /// Says where the secret is in the whole of which a part was searched: the lines of its first byte
    /// and of its last.
    pub(crate) fn set_lines(&mut self, first: usize, last: usize) {
        (self.place.from.line, self.place.to.line) = (first, last);
    }
}

/// How many UTF-16 units a text has.
fn utf16(text: &[u8]) -> usize {
    String::from_utf8_lossy(text).encode_utf16().count()
}

/// Makes the records of one file's findings. Unless the file is `done`, what stands behind the last
/// finding of a line is not shown, since it has not been searched.
pub(crate) fn records(
    mut all: Vec<Caught>,
    path: &[u8],
    done: bool,
    scanner: &Scanner,
    policy: &Policy,
) -> Vec<Record> {
    all.sort_by_key(|one| one.place.start);
    let shown_path = String::from_utf8_lossy(path);
    let file =
        if all.is_empty() { Cow::Borrowed("") } else { policy.project.relative(&shown_path) };
    let path_bytes = std::str::from_utf8(path).err().map(|_| {
        let mut text = String::new();
        hex(path, &mut text);
        text
    });
    let severity = |one: &Caught| {
        Regrade::apply(&policy.severities, &scanner.rules().get(one.rule).id, one.severity)
    };
    let is_reported = |one: &&Caught| {
        !one.dismissed
            && severity(one) >= policy.min_severity
            && one.confidence >= policy.min_confidence
    };
    // The same key in each line of a log is one fingerprint.
    let mut distinct: HashMap<(RuleId, &[u8]), usize> = HashMap::new();
    let mut secrets = Vec::new();
    for one in all.iter().filter(is_reported) {
        distinct.entry((one.rule, &one.secret)).or_insert_with(|| {
            secrets.push((&*scanner.rules().get(one.rule).id, &*one.secret));
            secrets.len() - 1
        });
    }
    let fingerprints = policy.fingerprints.of(&file, &secrets);
    let mut records = Vec::new();
    for (index, one) in all.iter().enumerate().filter(|(_, one)| is_reported(one)) {
        let rule = scanner.rules().get(one.rule);
        let severity = severity(one);
        let masked = (!policy.show_secrets).then(|| mask(rule, one.confidence, &one.secret));
        let shown = line(&all, index, done, masked.as_deref(), policy.masker.as_ref());
        let fingerprint = &fingerprints[distinct[&(one.rule, &*one.secret)]];
        let suppressed = policy.suppressor.judge(&Subject {
            rule: &rule.id,
            path: &file,
            severity,
            fingerprint,
            markers: &one.markers,
            at: &|path| crate::fingerprint::fingerprint(&rule.id, path, &one.secret),
        });
        let suppressed = suppressed.map(|mut why| {
            why.reason = policy.masked(&why.reason, scanner);
            Box::new(why)
        });
        records.push(Record {
            rule: rule.id.clone().into(),
            name: rule.name.clone().into(),
            path: shown_path.clone().into_owned(),
            path_bytes: path_bytes.clone(),
            line: one.place.from.line,
            column: one.place.from.column,
            end_line: one.place.to.line,
            end_column: one.place.to.column + 1,
            start: one.place.start,
            end: one.place.end,
            secret: masked.unwrap_or_else(|| String::from_utf8_lossy(&one.secret).into_owned()),
            severity,
            confidence: one.confidence.as_str(),
            reason: one.reason.as_str(),
            fingerprint: fingerprint.clone(),
            decoded: one.decoded.clone(),
            facts: one.facts.clone(),
            fix: rule.fix.clone().into(),
            url: rule.url.clone().into(),
            suppressed,
            origin: None,
            shown,
            identity: policy.fingerprints.identity(&rule.id, &file, &one.secret),
            file: file.clone().into_owned(),
            utf16: one.utf16(),
            line_hash: one.line_hash.clone(),
            sha1: policy.sha1.then(|| sha1(&one.secret)),
        });
    }
    records
}

/// A plain hash, as detect-secrets has it. It is compared and not kept.
fn sha1(secret: &[u8]) -> String {
    let mut text = String::new();
    hex(&<sha1::Sha1 as sha1::Digest>::digest(secret), &mut text);
    text
}

/// The first line of the finding at `index`, with all secrets on it masked.
fn line(
    all: &[Caught],
    index: usize,
    done: bool,
    own: Option<&str>,
    masker: Option<&Scanner>,
) -> Line {
    let one = &all[index];
    let at = one.within.start;
    let start = one.text[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let end = one.text[at..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(one.text.len(), |length| at + length);
    let mut text = &one.text[start..end];
    let secret = at - start..one.within.end.min(end) - start;
    let mut others = neighbours(all, index, secret.start, text.len());
    if !done {
        let known = others.iter().map(|other| other.end).max().unwrap_or(0).max(secret.end);
        text = &text[..known];
    }
    if let (Some(masker), Some(_)) = (masker, own) {
        others.extend(masker.find_all(text).iter().map(|finding| finding.span.range()));
    }
    let cut = one.place.from.column > secret.start + 1;
    Line::new(&Raw { text, secret, cut }, own, &others)
}

/// Where the other findings stand in the text of this one's line, whose secret begins at `anchor`.
/// Told by line and column, which count the same bytes as the text does also where the file's do not.
fn neighbours(all: &[Caught], index: usize, anchor: usize, length: usize) -> Vec<Range<usize>> {
    let from = all[index].place.from;
    let offset = |column: usize| (anchor + column).saturating_sub(from.column).min(length);
    let range = |other: &Caught| {
        let Place { from: first, to: last, .. } = other.place;
        let start = if first.line < from.line { 0 } else { offset(first.column) };
        let end = if last.line > from.line { length } else { offset(last.column + 1) };
        start..end
    };
    let before = all[..index].iter().rev().take_while(|other| other.place.to.line >= from.line);
    let after = all[index + 1..].iter().take_while(|other| other.place.from.line <= from.line);
    // Findings are in order and do not overlap: behind the first that is outside of the text, all are.
    before
        .map(range)
        .take_while(|other| other.end > 0)
        .chain(after.map(range).take_while(|other| other.start < length))
        .filter(|other| !other.is_empty())
        .collect()
}
