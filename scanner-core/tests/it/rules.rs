//! Every built-in rule's own examples and counterexamples.

use secscan_core::RuleSet;

use crate::check::{check, expanded, scanner};

/// How many tokens of each rule are tried.
const SEEDS: u64 = 4;

#[test]
fn examples_are_found_and_nothing_else_is() {
    let mut failures = Vec::new();
    for (_, rule) in RuleSet::builtin().iter() {
        let scanner = scanner(&[&rule.id]);
        for (number, example) in rule.examples.iter().enumerate() {
            for seed in 0..SEEDS {
                let (text, expected) = expanded(&scanner, example, seed);
                assert!(!expected.is_empty(), "{}: example {number} marks nothing", rule.id);
                let case = format!("{} example {number} seed {seed}", rule.id);
                let outcome =
                    std::panic::catch_unwind(|| check(&scanner, &case, None, &text, &expected));
                if outcome.is_err() {
                    failures.push(case);
                    break;
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failed: {failures:#?}", failures.len());
}

#[test]
fn counterexamples_are_silent() {
    let mut failures = Vec::new();
    for (_, rule) in RuleSet::builtin().iter() {
        let scanner = scanner(&[&rule.id]);
        for (number, counterexample) in rule.counterexamples.iter().enumerate() {
            for seed in 0..SEEDS {
                let (text, expected) = expanded(&scanner, counterexample, seed);
                let case = format!("{} counterexample {number} seed {seed}", rule.id);
                let outcome =
                    std::panic::catch_unwind(|| check(&scanner, &case, None, &text, &expected));
                if outcome.is_err() {
                    failures.push(case);
                    break;
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failed: {failures:#?}", failures.len());
}

#[test]
fn every_rule_is_complete() {
    for (_, rule) in RuleSet::builtin().iter() {
        assert!(!rule.examples.is_empty(), "{}: no example", rule.id);
        assert!(!rule.counterexamples.is_empty(), "{}: no counterexample", rule.id);
        assert!(rule.fix.ends_with('.'), "{}: the fix is a sentence", rule.id);
        assert!(rule.name.len() < 80, "{}: the name is long", rule.id);
        let own = rule.examples.iter().any(|example| example.contains(&format!("{{{{{}", rule.id)));
        assert!(own, "{}: no example holds its own marker", rule.id);
    }
}
