//! Why a candidate became a finding, or why not: the same code as a search, with its steps written down.

use super::judge::Rejection;
use super::{Cache, Engine, Found, bare, resolve};
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};

/// What became of one candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consideration {
    /// The rule whose head stood there.
    pub rule: RuleId,
    /// Where the head begins, in bytes from the beginning of the haystack.
    pub at: usize,
    /// The length of the head in bytes.
    pub len: usize,
    /// The steps that it passed, each with a detail that holds nothing of the secret.
    pub steps: Vec<(&'static str, String)>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a candidate ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is reported.
    Reported {
        /// Where the secret stands.
        span: Span,
        /// How sure it is.
        confidence: Confidence,
        /// Why it is believed.
        reason: Reason,
    },
    /// It would be reported, but another rule says more of the same bytes.
    Superseded {
        /// The other rule.
        by: RuleId,
    },
    /// It is not reported.
    Rejected {
        /// The step that it failed.
        step: &'static str,
        /// What was wrong with it.
        why: String,
    },
}

/// Takes notes of the steps that a candidate passes. A search takes none, at no cost.
pub(super) trait Trace {
    fn step(&mut self, name: &'static str, detail: impl FnOnce() -> String);
}

impl Trace for () {
    fn step(&mut self, _: &'static str, _: impl FnOnce() -> String) {}
}

impl Trace for Vec<(&'static str, String)> {
    fn step(&mut self, name: &'static str, detail: impl FnOnce() -> String) {
        self.push((name, detail()));
    }
}

impl Engine {
    /// See [`Scanner::explain`](crate::Scanner::explain).
    pub(crate) fn explain(&self, input: &Input<'_>, span: Span) -> Vec<Consideration> {
        let mut cache = Cache::default();
        let mut positions = Vec::new();
        let mut considered = Vec::new();
        self.anchors.candidates(input.haystack(), 0, &mut positions, &mut |candidate| {
            let mut steps = Vec::new();
            let outcome = self.consider(&mut cache, input, candidate, &mut steps);
            let head = Span::from(candidate.at..candidate.at + candidate.len);
            let touched = match &outcome {
                Ok(found) => found.matched.overlaps(span) || head.overlaps(span),
                Err(_) => head.overlaps(span),
            };
            if let Ok(found) = &outcome {
                cache.found.push(*found);
            }
            // What lies inside of a match of the same rule is no candidate of its own.
            if touched && outcome != Err(Rejection::Claimed) {
                considered.push((candidate, steps, outcome));
            }
        });
        let mut found = std::mem::take(&mut cache.found);
        for &rule in &self.bare {
            bare::scan(self.rules.get(RuleId(rule)), RuleId(rule), input, 0, &mut found);
        }
        resolve(&mut found);
        let mut all: Vec<Consideration> = considered
            .into_iter()
            .map(|(candidate, steps, outcome)| Consideration {
                rule: RuleId(candidate.rule),
                at: candidate.at,
                len: candidate.len,
                steps,
                outcome: match outcome {
                    Ok(this) => outcome_of(&this, &found),
                    Err(rejection) => {
                        Outcome::Rejected { step: rejection.step(), why: rejection.to_string() }
                    }
                },
            })
            .collect();
        // A bare run has no head, and so no candidate: what is reported of it is added here.
        for bare in found.iter().filter(|f| self.bare.contains(&f.rule.0) && f.span.overlaps(span))
        {
            all.push(Consideration {
                rule: bare.rule,
                at: bare.span.start,
                len: 0,
                steps: Vec::new(),
                outcome: outcome_of(bare, &found),
            });
        }
        all
    }
}

fn outcome_of(this: &Found, kept: &[Found]) -> Outcome {
    let winner = kept.iter().find(|other| other.span.overlaps(this.span));
    match winner {
        Some(other) if other.rule != this.rule || other.span != this.span => {
            Outcome::Superseded { by: other.rule }
        }
        _ => {
            Outcome::Reported { span: this.span, confidence: this.confidence, reason: this.reason }
        }
    }
}
