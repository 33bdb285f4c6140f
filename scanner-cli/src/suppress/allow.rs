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
        let any =
            |list: &[String], is: &dyn Fn(&String) -> bool| list.is_empty() || list.iter().any(is);
        any(&self.rules, &|rule| matches(rule.as_bytes(), subject.rule.as_bytes()))
            && any(&self.fingerprints, &|one| one == subject.fingerprint)
            && self.max_severity.is_none_or(|most| subject.severity <= most)
            && self.paths.as_ref().is_none_or(|globs| globs.wants(subject.path.as_bytes()))
    }
}
