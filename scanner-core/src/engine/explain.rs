//! Why a candidate became a finding, or why not: the same code as a search, with its steps written down.

use super::anchors::Scratch;
use super::judge::Rejection;
use super::{Cache, Engine, Found, Seen, bare, resolve};
use crate::compile::heads::MARK;
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Content, Input, Span};
use crate::rule::Shape;

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
    /// Whether anybody will read why a candidate was rejected: then the reason that says most is looked for, and
    /// else any.
    const IS_READ: bool;

    fn step(&mut self, name: &'static str, detail: impl FnOnce() -> String);
}

impl Trace for () {
    const IS_READ: bool = false;

    fn step(&mut self, _: &'static str, _: impl FnOnce() -> String) {}
}

impl Trace for Vec<(&'static str, String)> {
    const IS_READ: bool = true;

    fn step(&mut self, name: &'static str, detail: impl FnOnce() -> String) {
        self.push((name, detail()));
    }
}

/// See [`Trace::IS_READ`].
pub(super) fn is_read<T: Trace>(_: &T) -> bool {
    T::IS_READ
}

impl Engine {
    /// See [`Scanner::explain`](crate::Scanner::explain).
    pub(crate) fn explain(&self, input: &Input<'_>, span: Span) -> Vec<Consideration> {
        let mut cache = Cache::default();
        let mut scratch = Scratch::default();
        let mut considered = Vec::new();
        let all = 0..input.haystack().len();
        let mut marks = Vec::new();
        self.anchors.candidates(input.haystack(), all, &mut scratch, &mut |candidate| {
            if candidate.rule == MARK {
                marks.push(candidate.at);
                return;
            }
            let mut steps = Vec::new();
            let outcome = self.consider(&mut cache, input, candidate, &mut steps);
            let head = Span::from(candidate.at..candidate.at + candidate.len);
            let touched = match &outcome {
                Ok(found) => found.matched.overlaps(span) || head.overlaps(span),
                Err(_) => head.overlaps(span),
            };
            if let Ok(found) = &outcome {
                cache.found.push(found.clone());
            }
            // What lies inside of a match of the same rule is no candidate of its own.
            if touched && outcome != Err(Rejection::Claimed) {
                considered.push((candidate, steps, outcome));
            }
        });
        for rule in cache.touched.drain(..) {
            cache.seen[usize::from(rule)] = Seen::default();
        }
        cache.scratch = scratch;
        if input.get_content() == Content::Text {
            self.lone(input, &mut cache.found);
        }
        self.decode(&mut cache, input, 0, 0, &mut marks);
        let mut found = std::mem::take(&mut cache.found);
        let is_text = input.get_content() == Content::Text;
        for &rule in self.bare.iter().filter(|_| is_text) {
            bare::scan(self.rules.get(RuleId(rule)), RuleId(rule), input, 0, &mut found);
        }
        found.retain(|one| one.depth() > 0 || self.except(input, one, &mut ()).is_ok());
        resolve(&mut found);
        let halves = self.halves(input.haystack(), &found);
        let mut all: Vec<Consideration> = considered
            .into_iter()
            .map(|(candidate, steps, outcome)| Consideration {
                // An assignment may have become the finding of a named rule.
                rule: outcome.as_ref().map_or(RuleId(candidate.rule), |found| found.rule),
                at: candidate.at,
                len: candidate.len,
                steps,
                outcome: match outcome {
                    Ok(this) => outcome_of(&this, &found, &halves),
                    Err(rejection) => {
                        Outcome::Rejected { step: rejection.step(), why: rejection.to_string() }
                    }
                },
            })
            .collect();
        // Several keywords of one name lead to the same named rule: once is enough.
        let mut told: Vec<(RuleId, Outcome)> = Vec::new();
        all.retain(|one| {
            let is_named = self.rules.get(one.rule).shape == Shape::Named;
            let twice = is_named && told.contains(&(one.rule, one.outcome.clone()));
            told.push((one.rule, one.outcome.clone()));
            !twice
        });
        // A bare run has no head, and what is decoded has none here: what is reported of them is added.
        let apart = |found: &Found| {
            let shape = self.rules.get(found.rule).shape;
            // Of a file that is a secret all is the value, and a manifest has several entries.
            let is_lone = shape == Shape::Assignment && found.matched == found.span;
            found.depth() > 0 || is_lone || matches!(shape, Shape::Manifest | Shape::Bare)
        };
        for found_apart in found.iter().filter(|f| apart(f) && f.span.overlaps(span)) {
            let listed = all.iter().any(|other| {
                matches!(other.outcome, Outcome::Reported { span, .. } if span == found_apart.span)
            });
            if listed {
                continue;
            }
            let layers = found_apart.decoded.as_ref().map(|decoded| {
                decoded.layers.iter().map(|layer| layer.as_str()).collect::<Vec<_>>().join(", ")
            });
            all.push(Consideration {
                rule: found_apart.rule,
                at: found_apart.span.start,
                len: 0,
                steps: layers.map(|layers| ("decoded", layers)).into_iter().collect(),
                outcome: outcome_of(found_apart, &found, &halves),
            });
        }
        all
    }
}

fn outcome_of(this: &Found, kept: &[Found], halves: &[(Span, RuleId)]) -> Outcome {
    if let Some((_, by)) = halves.iter().find(|(span, _)| *span == this.span) {
        return Outcome::Superseded { by: *by };
    }
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
