//! What is wrong with a rule although it loads: slow, never matching, the same as another, or lacking what a
//! report needs.
//!
//! Apart from loading because it makes tokens, and takes time: for `secscan rules lint` and for tests.

use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

use crate::Scanner;
use crate::compile::pattern;
use crate::engine::check_pattern;
use crate::generate::{Generated, generate};
use crate::gitleaks::heads::bits;
use crate::rule::{Rule, Shape};
use crate::ruleset::RuleSet;

/// How many tokens of a rule are looked at.
const TOKENS: u64 = 12;
/// What one candidate may cost: the places at which a match may begin, times the bytes that it may have.
const COST: u64 = 1 << 20;
/// The longest window that is no cause for a question, in bytes.
const WIDE: u32 = 32_768;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// What kind of thing, in kebab-case.
    pub name: &'static str,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: &'static str,
}

/// What is wrong with `rule`, which is one of `all`. What a rule must have to be passed on (examples, a fix, a
/// link) is asked of it only if it is `complete`: a rule in a file of another scanner cannot have it.
pub fn lint(rule: &Rule, all: &RuleSet, complete: bool) -> Vec<Lint> {
    let mut lints = Vec::new();
    let mut lint = |name, what: String, mend| lints.push(Lint { name, what, mend });
    if complete {
        lacking(rule, &mut lint);
    }
    let twin = all.iter().map(|(_, other)| other).find(|other| is_twin(rule, other));
    if let Some(twin) = twin {
        let what = format!("it looks for the same as {}", twin.id);
        lint("duplicate", what, "drop one of them, or give each what tells them apart");
    }
    if rule.shape != Shape::Token && rule.shape != Shape::Named {
        return lints;
    }
    if let Err(why) = check_pattern(rule) {
        lint("never-matches", why, "mend the pattern");
        return lints;
    }
    let places = u64::from(rule.offset.1 - rule.offset.0) + 1;
    if places * u64::from(rule.window) > COST {
        let what = format!(
            "a match may begin at {places} places and be {} bytes long: that is tried at every head",
            rule.window
        );
        lint("slow", what, "narrow `offset`, or `window`, or take a head nearer to the beginning");
    }
    let bounds = pattern::bounds(&rule.pattern);
    let open = bounds.is_ok_and(|bounds| bounds.max_len.is_none());
    if open && rule.window > WIDE {
        let what = format!("the pattern has no end, and a window of {} bytes", rule.window);
        lint(
            "unbounded",
            what,
            "give the longest match that there is: `{n,m}`, or a smaller `window`",
        );
    }
    for head in rule.heads.iter() {
        // Letters in lower case stand everywhere, three of them.
        if bits(&head.literal, head.ignore_case) < 9.0
            && rule.shape == Shape::Token
            && !needs_more(rule)
        {
            let what = format!("the head '{}' stands in every other file", head.literal);
            lint("common-head", what, "take a longer head, or a sign beside it into the head");
        }
    }
    let most = entropy_at_most(rule);
    if f64::from(rule.min_entropy) / 100.0 > most {
        let what = format!("no match has an entropy of more than {most:.2} bits per byte");
        lint("never-matches", what, "lower `min-entropy`");
    }
    leads(rule, &mut lint);
    lints
}

/// Whether a common head is made up for by the rest: by signs that must stand with it.
fn needs_more(rule: &Rule) -> bool {
    rule.required.is_some() || !rule.context.is_empty() || rule.check.is_some()
}

fn lacking(rule: &Rule, lint: &mut impl FnMut(&'static str, String, &'static str)) {
    if rule.examples.is_empty() {
        let what = "it has no example".to_owned();
        lint("no-example", what, "write `examples = [\"key = {{the-rule's-id}}\"]`");
    }
    if rule.counterexamples.is_empty() {
        let what = "it has no counterexample".to_owned();
        lint(
            "no-counterexample",
            what,
            "write down what looks like it and is none: `counterexamples`",
        );
    }
    if rule.fix.trim().is_empty() {
        lint("no-fix", "`fix` is empty".to_owned(), "say in one sentence where to revoke it");
    }
    let link = rule.url.contains("://") || rule.fix.contains("://");
    if !link && !rule.issuer.is_empty() && rule.enabled && rule.shape == Shape::Token {
        let what = format!("nothing links to {}", rule.issuer);
        lint("no-link", what, "give the issuer's page: `url`, for a rule or the file");
    }
}

fn is_twin(rule: &Rule, other: &Rule) -> bool {
    other.id != rule.id
        && !rule.pattern.is_empty()
        && (&rule.pattern, &rule.heads, &rule.context, &rule.role)
            == (&other.pattern, &other.heads, &other.context, &other.role)
        && (rule.shape, rule.check, rule.left, rule.right)
            == (other.shape, other.check, other.left, other.right)
        && rule.min_entropy == other.min_entropy
}

/// The most entropy that a match may have, in bits per byte.
fn entropy_at_most(rule: &Rule) -> f64 {
    let alphabet = (0..=255).filter(|&byte| rule.alphabet.contains(byte)).count();
    (alphabet.min(rule.window as usize) as f64).log2()
}

/// Whether the rule's heads lead to what its pattern matches.
fn leads(rule: &Rule, lint: &mut impl FnMut(&'static str, String, &'static str)) {
    if rule.shape != Shape::Token {
        return;
    }
    let made: Vec<Generated> = (0..TOKENS).map(|seed| generate(rule, seed)).collect();
    let mut without = made.iter().filter(|made| !is_led_to(rule, &made.text)).count();
    if without > 0 {
        let full = in_full(rule);
        let made = (0..TOKENS).map(|seed| generate(&full, seed));
        without = made.filter(|made| !is_led_to(rule, &made.text)).count();
    }
    if without > 0 {
        let share = if without == made.len() { "no match" } else { "not every match" };
        let what = format!(
            "{share} holds a head {} to {} bytes behind its beginning",
            rule.offset.0, rule.offset.1
        );
        lint(
            "anchorless",
            what,
            "list a head for each form of the match, and say by `offset` where it stands",
        );
    }
    let passes = |made: &Generated| {
        rule.check.is_none_or(|check| check.run(&made.text[made.secret.clone()]).passes())
    };
    if !made.iter().any(passes) {
        let what = "no match of the pattern passes the check".to_owned();
        lint("never-matches", what, "compare the pattern with what the check asks for");
    }
}

/// Whether a head stands where it should in a match.
fn is_led_to(rule: &Rule, text: &[u8]) -> bool {
    let (least, most) = (usize::from(rule.offset.0), usize::from(rule.offset.1));
    (least..=most).any(|start| {
        rule.heads.iter().any(|head| {
            let there = text.get(start..start + head.literal.len());
            there.is_some_and(|bytes| match head.ignore_case {
                true => bytes.eq_ignore_ascii_case(head.literal.as_bytes()),
                false => bytes == head.literal.as_bytes(),
            })
        })
    })
}

/// The same rule with all that is optional in its pattern there: a head in an optional part is a condition, and
/// what is without it is not meant to be found.
fn in_full(rule: &Rule) -> Rule {
    let mut full = rule.clone();
    if let Ok(hir) = pattern::parse(&rule.pattern) {
        full.pattern = required(&hir).to_string().into();
    }
    full
}

fn required(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let min = if repetition.max == Some(1) { 1 } else { repetition.min };
            let sub = Box::new(required(&repetition.sub));
            Hir::repetition(Repetition { min, sub, ..repetition.clone() })
        }
        HirKind::Capture(capture) => {
            Hir::capture(Capture { sub: Box::new(required(&capture.sub)), ..capture.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(required).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(required).collect()),
        _ => hir.clone(),
    }
}

/// The rule of `scanner` that is reported in the place of `rule` wherever a token of it stands alone, if there is
/// one: then this one is never seen.
pub fn shadow<'s>(rule: &Rule, scanner: &'s Scanner) -> Option<&'s Rule> {
    if rule.shape != Shape::Token || !rule.context.is_empty() {
        return None;
    }
    let mut shadow = None;
    for seed in 0..4 {
        let text = generate(rule, seed).text;
        let found = scanner.find_all(&text);
        let other = scanner.rule(found.first()?);
        if found.iter().any(|one| scanner.rule(one).id == rule.id) {
            return None;
        }
        shadow = Some(other);
    }
    shadow
}
