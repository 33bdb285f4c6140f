//! Why a finding is hidden: a comment beside it, an entry of the configuration, the baseline.
//!
//! One small interface for everything that reports: [`Suppressor::judge`] is given a [`Subject`] and says
//! whether it is hidden and why. Files, git objects and diffs come here through their records; whatever
//! else finds secrets (a prompt, an assistant's tool call) builds a `Subject` of its own.

pub(crate) mod allow;
pub(crate) mod baseline;
pub(crate) mod inline;

use secscan_core::Severity;
use serde::Serialize;

use allow::Allow;
use baseline::Baseline;
use inline::Marker;

/// What is known of a finding by those that may hide it.
pub(crate) struct Subject<'s> {
    pub(crate) rule: &'s str,
    /// From the top of the project, with slashes.
    pub(crate) path: &'s str,
    pub(crate) severity: Severity,
    /// Made, if [`Suppressor::wants_fingerprints`].
    pub(crate) fingerprint: &'s str,
    /// The markers beside it.
    pub(crate) markers: &'s [Marker],
    /// What the fingerprint would be at another path.
    pub(crate) at: &'s dyn Fn(&str) -> String,
}

/// Why a finding is hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Suppression {
    /// What hides it.
    pub(crate) by: By,
    /// The marker, or the file with the entry.
    pub(crate) source: String,
    /// The reason that is given there, which may be none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reason: String,
    /// The path in the baseline, where the file has moved since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) moved_from: Option<String>,
    /// The fingerprint of the entry in the baseline.
    #[serde(skip)]
    pub(crate) entry: Option<String>,
}

/// What hides a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum By {
    Inline,
    Config,
    Baseline,
}

impl By {
    /// As it is written in reports.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            By::Inline => "inline",
            By::Config => "config",
            By::Baseline => "baseline",
        }
    }
}

/// All that hides findings in a run. Asked by all threads at once.
#[derive(Debug, Default)]
pub(crate) struct Suppressor {
    pub(crate) allow: Vec<Allow>,
    pub(crate) baseline: Baseline,
}

impl Suppressor {
    /// Whether anything is compared with fingerprints.
    pub(crate) fn wants_fingerprints(&self) -> bool {
        !self.baseline.is_empty() || self.allow.iter().any(|allow| !allow.fingerprints.is_empty())
    }

    /// Why the finding is hidden, if it is. What stands nearest to it is named first.
    pub(crate) fn judge(&self, subject: &Subject<'_>) -> Option<Suppression> {
        // Asked first, since an entry that matches is not stale.
        let known = self.baseline.judge(subject);
        let marker = subject.markers.iter().find(|marker| marker.applies_to(subject.rule));
        if let Some(marker) = marker {
            return Some(Suppression {
                by: By::Inline,
                source: marker.name.to_owned(),
                reason: marker.reason.clone(),
                moved_from: None,
                entry: None,
            });
        }
        if let Some(allow) = self.allow.iter().find(|allow| allow.hides(subject)) {
            return Some(Suppression {
                by: By::Config,
                source: allow.source.clone(),
                reason: allow.reason.clone(),
                moved_from: None,
                entry: None,
            });
        }
        known
    }
}
