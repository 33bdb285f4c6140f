//! Findings that the configuration hides: the `[[allow]]` entries, each with a reason.

use secscan_core::Severity;
use secscan_core::source::fs::Globs;

use super::Subject;
use crate::select::matches;

/// An entry. What it names must all hold; of each list, one item.
#[derive(Debug)]
pub(crate) struct Allow {
    /// The file with the entry, and its line.
    pub(crate) source: String,
    pub(crate) reason: String,
    /// Globs of paths, from the top of the project.
    pub(crate) paths: Option<Globs>,
    /// Identifiers of rules, with `*`.
    pub(crate) rules: Vec<String>,
    pub(crate) fingerprints: Vec<String>,
    /// What is more severe is not hidden.
    pub(crate) max_severity: Option<Severity>,
}

impl Allow {
    pub(super) fn hides(&self, subject: &Subject<'_>) -> bool {
        self.is_about(subject.rule, subject.path, subject.severity)
            && self.wants(|| subject.fingerprint)
    }

    /// Whether all holds but the fingerprint.
    pub(crate) fn is_about(&self, rule: &str, path: &str, severity: Severity) -> bool {
        let fits = |one: &String| matches(one.as_bytes(), rule.as_bytes());
        (self.rules.is_empty() || self.rules.iter().any(fits))
            && self.max_severity.is_none_or(|most| severity <= most)
            && self.paths.as_ref().is_none_or(|globs| globs.wants(path.as_bytes()))
    }

    /// Whether the fingerprint holds, which is only made if there is one to compare it with.
    pub(crate) fn wants<'f>(&self, fingerprint: impl FnOnce() -> &'f str) -> bool {
        if self.fingerprints.is_empty() {
            return true;
        }
        let fingerprint = fingerprint();
        self.fingerprints.iter().any(|one| one == fingerprint)
    }

    /// Whether it says nothing without the path of a file.
    pub(crate) fn needs_path(&self) -> bool {
        self.paths.is_some() || !self.fingerprints.is_empty()
    }
}
