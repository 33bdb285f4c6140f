//! What of made-up tokens is found, by rule and by surrounding.

use std::ops::ControlFlow;

use secscan_core::rule::{Rule, Shape};
use secscan_core::{Cache, Confidence, Input, Outcome, RuleSet, Scanner, Span};

use crate::place::place;
use crate::surroundings::{Sample, samples};

/// How many tokens of each rule are tried.
pub const SEEDS: u64 = 3;

/// What became of a rule's tokens in one surrounding.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The surrounding.
    pub surrounding: &'static str,
    /// How many tokens stood there.
    pub tokens: u32,
    /// How many were found by the rule.
    pub found: u32,
    /// How many were reported by another rule, and which that was for the last.
    pub others: u32,
    /// The other rule that the last of those was reported by.
    pub other: String,
    /// The step that decided against the last one that was not reported, and why.
    pub why: String,
}

/// What became of a rule's tokens.
#[derive(Clone, Debug)]
pub struct Record {
    /// The rule.
    pub rule: String,
    /// What identifies its tokens.
    pub tier: Tier,
    /// One entry for each surrounding.
    pub tallies: Vec<Tally>,
}

/// What identifies a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// A checksum.
    Checksum,
    /// Its own look.
    Structure,
    /// Its look, and words near it.
    Context,
    /// The name that it is given, and whose it says it is.
    Named,
    /// The name that it is given, or nothing at all.
    Generic,
}

impl Tier {
    /// All of them, the surest first.
    pub const ALL: [Tier; 5] =
        [Tier::Checksum, Tier::Structure, Tier::Context, Tier::Named, Tier::Generic];

    /// The name in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Checksum => "verified by checksum",
            Tier::Structure => "structural",
            Tier::Context => "contextual, by a pattern",
            Tier::Named => "contextual, by the provider's word",
            Tier::Generic => "generic",
        }
    }
}

impl Record {
    /// The surroundings in which all tokens were found.
    pub fn complete(&self) -> usize {
        self.tallies.iter().filter(|tally| tally.found == tally.tokens).count()
    }
}

/// Tries each built-in rule.
pub fn measure(seeds: u64) -> Vec<Record> {
    let rules = RuleSet::builtin();
    let usual = Bench::new(RuleSet::builtin());
    let ids: Vec<_> = rules.iter().map(|(id, _)| id).collect();
    ids.into_iter()
        .map(|id| {
            let rule = rules.get(id);
            if rules.is_enabled(id) {
                return usual.try_rule(rule, seeds);
            }
            let mut on = RuleSet::builtin();
            on.set_enabled(id, true);
            Bench::new(on).try_rule(rule, seeds)
        })
        .collect()
}

/// A scanner that is kept.
struct Bench {
    scanner: Scanner,
    cache: std::cell::RefCell<Cache>,
}

impl Bench {
    fn new(rules: RuleSet) -> Bench {
        let scanner = Scanner::new(rules).expect("the built-in rules make a scanner");
        Bench { cache: scanner.create_cache().into(), scanner }
    }

    fn try_rule(&self, rule: &Rule, seeds: u64) -> Record {
        let mut tier = match rule.shape {
            Shape::Named => Tier::Named,
            Shape::Assignment | Shape::Manifest | Shape::Bare => Tier::Generic,
            Shape::Token => Tier::Context,
        };
        let mut tallies: Vec<Tally> = Vec::new();
        for seed in 1..=seeds {
            for sample in samples(&place(self.scanner.rules(), rule, seed)) {
                let known = tallies.iter().position(|one| one.surrounding == sample.surrounding);
                let at = known.unwrap_or_else(|| {
                    tallies.push(Tally::new(sample.surrounding));
                    tallies.len() - 1
                });
                let tally = &mut tallies[at];
                tally.tokens += 1;
                match self.look(rule, &sample) {
                    Seen::Found(confidence) => {
                        tally.found += 1;
                        tier = match confidence {
                            Confidence::Verified => Tier::Checksum,
                            Confidence::Structural => tier.min(Tier::Structure),
                            _ => tier,
                        };
                    }
                    Seen::Other(id) => {
                        tally.others += 1;
                        tally.other = id;
                    }
                    Seen::Missed => tally.why = self.why(rule, &sample),
                }
            }
        }
        Record { rule: rule.id.to_string(), tier, tallies }
    }

    /// Whether the sample's secret is reported, and by which rule.
    fn look(&self, rule: &Rule, sample: &Sample) -> Seen {
        let input = Input::new(&sample.text).path(sample.path.as_bytes());
        let mut seen = Seen::Missed;
        let Some(wanted) = sample.secrets.first().cloned() else { return seen };
        let mut cache = self.cache.borrow_mut();
        let flow = self.scanner.scan(&mut cache, &input, |finding| {
            let span = finding.span;
            if span.start >= wanted.end || wanted.start >= span.end {
                return ControlFlow::Continue(());
            }
            if self.scanner.rule(&finding).id == rule.id {
                let whole = span.start <= wanted.start && wanted.end <= span.end;
                if whole {
                    seen = Seen::Found(finding.confidence);
                    return ControlFlow::Break(());
                }
            }
            seen = Seen::Other(self.scanner.rule(&finding).id.to_string());
            ControlFlow::Continue(())
        });
        debug_assert!(flow.is_continue() || matches!(seen, Seen::Found(_)));
        seen
    }

    /// What decided against it: the last word on the rule itself, or else on any other.
    fn why(&self, rule: &Rule, sample: &Sample) -> String {
        let input = Input::new(&sample.text).path(sample.path.as_bytes());
        let span = Span { start: 0, end: sample.text.len() };
        let considered = self.scanner.explain(&input, span);
        let rejected = |own: bool| {
            considered.iter().rev().find_map(|one| match &one.outcome {
                Outcome::Rejected { step, why } if own == (self.id(one.rule) == &*rule.id) => {
                    let id = if own { String::new() } else { format!("{}: ", self.id(one.rule)) };
                    Some(format!("{id}{step}: {why}"))
                }
                _ => None,
            })
        };
        rejected(true)
            .or_else(|| rejected(false))
            .unwrap_or_else(|| "no head of any rule stands there".to_owned())
    }

    fn id(&self, rule: secscan_core::RuleId) -> &str {
        &self.scanner.rules().get(rule).id
    }
}

/// What became of one secret.
enum Seen {
    Found(Confidence),
    Other(String),
    Missed,
}

impl Tally {
    fn new(surrounding: &'static str) -> Tally {
        let (other, why) = (String::new(), String::new());
        Tally { surrounding, tokens: 0, found: 0, others: 0, other, why }
    }

    /// How many were not reported at all.
    pub fn missed(&self) -> u32 {
        self.tokens - self.found - self.others
    }
}
