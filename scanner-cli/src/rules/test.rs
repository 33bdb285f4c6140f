//! `secscan rules test`: whether rules find what their examples say, and nothing in their counterexamples.

use std::io::{self, Write};

use secscan_core::generate::{Expanded, expand};
use secscan_core::{Input, RuleId, RuleSet, Scanner, Span};
use serde::Serialize;

use crate::exit::Failure;
use crate::explain::steps;
use crate::plan::scanner;
use crate::report::Style;

/// How many tokens each template is tried with.
const SEEDS: u64 = 3;

/// What came of one template.
#[derive(Debug, Serialize)]
pub(super) struct Tried {
    rule: String,
    kind: &'static str,
    /// Which of them, from 1.
    number: usize,
    template: String,
    pub(super) passed: bool,
    problems: Vec<String>,
}

/// Runs the templates of these rules, and writes what fails to `out` as it goes.
pub(super) fn run(
    rules: &RuleSet,
    ids: &[RuleId],
    style: &Style,
) -> Result<(Vec<Tried>, Vec<u8>), Failure> {
    let mut on = rules.clone();
    on.clear_exceptions();
    let usual = scanner(on.clone())?;
    let (mut all, mut told) = (Vec::new(), Vec::new());
    for id in ids {
        let rule = rules.get(*id);
        // One that is off is tried beside those that are on, and not beside all.
        let scanner = match on.is_enabled(*id) {
            true => usual.clone(),
            false => {
                let mut also = on.clone();
                also.set_enabled(*id, true);
                scanner(also)?
            }
        };
        let bench = Bench { scanner, style };
        let alone = [format!("{{{{{}}}}}", rule.id)];
        let examples: Vec<&str> = match rule.examples.is_empty() {
            true => alone.iter().map(String::as_str).collect(),
            false => rule.examples.iter().map(|text| &**text).collect(),
        };
        let counter: Vec<&str> = rule.counterexamples.iter().map(|text| &**text).collect();
        for (kind, templates) in [("example", examples), ("counterexample", counter)] {
            for (index, template) in templates.into_iter().enumerate() {
                let mut problems = Vec::new();
                let mut steps = Vec::new();
                for seed in 0..SEEDS {
                    problems = bench.problems(*id, template, kind == "example", seed, &mut steps);
                    if !problems.is_empty() {
                        break;
                    }
                }
                let passed = problems.is_empty();
                let one = Tried {
                    rule: rule.id.to_string(),
                    kind,
                    number: index + 1,
                    template: template.to_owned(),
                    passed,
                    problems,
                };
                if !passed {
                    // A Vec does not fail to be written to.
                    let _ = one.tell(&steps, style, &mut told);
                }
                all.push(one);
            }
        }
    }
    Ok((all, told))
}

impl Tried {
    fn tell(&self, steps: &[u8], style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let Tried { rule, kind, number, .. } = self;
        writeln!(out, "{}: {kind} {number} fails", style.strong(rule))?;
        for line in self.template.lines() {
            writeln!(out, "  {} {line}", style.faint("|"))?;
        }
        for problem in &self.problems {
            writeln!(out, "  {}", style.good(false, problem))?;
        }
        out.write_all(steps)?;
        writeln!(out)
    }
}

struct Bench<'s> {
    scanner: Scanner,
    style: &'s Style,
}

impl Bench<'_> {
    /// What is wrong with what is found. The steps of the rule itself are added where they tell why.
    fn problems(
        &self,
        id: RuleId,
        template: &str,
        is_example: bool,
        seed: u64,
        told: &mut Vec<u8>,
    ) -> Vec<String> {
        let rules = self.scanner.rules();
        let lookup = |name: &str| rules.find(name).map(|id| rules.get(id));
        let Expanded { text, mut expected } = match expand(template, &lookup, seed) {
            Ok(expanded) => expanded,
            Err(error) => return vec![error.to_string()],
        };
        let own = &*rules.get(id).id;
        if !is_example {
            // What belongs to other rules may be found.
            expected.retain(|(name, _)| *name != *own);
        }
        let found = self.scanner.find_all(&text);
        let mut problems = Vec::new();
        for (name, span) in &expected {
            if found.iter().any(|one| one.span.range() == *span && rules.get(one.rule).id == **name)
            {
                continue;
            }
            let other = found.iter().find(|one| one.span.overlaps(Span::from(span.clone())));
            problems.push(match other {
                Some(one) if rules.get(one.rule).id == **name => {
                    format!(
                        "{{{{{name}}}}} is found, but {} bytes of it and not {}",
                        one.span.len(),
                        span.len()
                    )
                }
                Some(one) => format!("{{{{{name}}}}} is found as {}", rules.get(one.rule).id),
                None => format!("{{{{{name}}}}} is not found"),
            });
            let mut seen = self.scanner.explain(&Input::new(&text), Span::from(span.clone()));
            // A pattern that begins before its secret has its head there.
            if !seen.iter().any(|one| rules.get(one.rule).id == **name) {
                seen = self.scanner.explain(&Input::new(&text), Span::from(0..text.len()));
            }
            seen.retain(|one| rules.get(one.rule).id == **name);
            if seen.is_empty() {
                problems.push(format!("none of the heads of {name} stands there"));
            }
            for one in seen.iter().take(4) {
                let _ = steps(one, &text, one.at + 1, self.style, told);
            }
        }
        for one in &found {
            let wanted = |(name, span): &(String, std::ops::Range<usize>)| {
                *span == one.span.range() && rules.get(one.rule).id == **name
            };
            if expected.iter().any(wanted) {
                continue;
            }
            let overlaps = |(_, span): &(String, std::ops::Range<usize>)| {
                one.span.overlaps(Span::from(span.clone()))
            };
            if expected.iter().any(overlaps) {
                continue;
            }
            let name = &rules.get(one.rule).id;
            let what =
                if *name == *own { "it finds something" } else { "another rule finds something" };
            problems.push(format!(
                "{what}: {name}, {} bytes at byte {} ({})",
                one.span.len(),
                one.span.start,
                one.reason
            ));
        }
        problems
    }
}
