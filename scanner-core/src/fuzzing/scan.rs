//! A search of any bytes.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use super::{Choices, PATHS, plant, scanner};
use crate::{Cache, Content, Finding, Input, Outcome, Scanner, Span};

/// Findings stand in the text, in order and apart; a cache that was used before, portable code and `explain` say the
/// same; the work is bounded.
pub fn scan(data: &[u8]) {
    thread_local! {
        static USED: RefCell<Cache> = RefCell::default();
    }
    let (template, mut choices) = Choices::split(data, 2);
    let (text, _) = plant(template);
    let mut input = Input::new(&text);
    if let Some(path) = PATHS[choices.next() % PATHS.len()] {
        input = input.path(path);
    }
    if choices.next() % 4 == 3 {
        input = input.content(Content::Binary);
    }
    let scanner = scanner();
    let mut cache = scanner.create_cache();
    let found = search(scanner, &mut cache, &input);
    let mut end = 0;
    for finding in &found {
        let Span { start, end: to } = finding.span;
        assert!(end <= start && start < to && to <= text.len(), "{finding:?} after {end}");
        assert!(!finding.secret.is_empty());
        if finding.decoded.is_empty() {
            assert!(finding.secret.expose() == &text[start..to], "{finding:?}");
        }
        end = to;
    }
    let bytes = text.len() as u64;
    let work = cache.work();
    assert!(work.bytes >= bytes && work.candidates <= 4 * (bytes + work.decoded_bytes), "{work:?}");
    // Each piece may be decoded to a kilobyte, however small it is: it is 16 bytes at least.
    assert!(work.decoded_bytes <= 96 * bytes, "{work:?}");
    assert!(work.confirmed_bytes <= 2048 * (bytes + work.decoded_bytes) + (1 << 20), "{work:?}");
    USED.with_borrow_mut(|used| same(&found, &search(scanner, used, &input), "a used cache"));
    let portable = portable();
    same(&found, &search(portable, &mut portable.create_cache(), &input), "portable code");
    explained(scanner, &input, &found);
}

/// The same scanner without vector code.
fn portable() -> &'static Scanner {
    static PORTABLE: OnceLock<Scanner> = OnceLock::new();
    PORTABLE.get_or_init(|| {
        let rules = scanner().rules().clone();
        Scanner::with_filter(rules, "portable").expect("every machine has it")
    })
}

fn search<'h>(scanner: &Scanner, cache: &mut Cache, input: &Input<'h>) -> Vec<Finding<'h>> {
    let mut found = Vec::new();
    let flow: ControlFlow<()> = scanner.scan(cache, input, |finding| {
        found.push(finding);
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
    found
}

fn same(one: &[Finding<'_>], other: &[Finding<'_>], what: &str) {
    let all = |found: &[Finding<'_>]| -> Vec<_> {
        found
            .iter()
            .map(|one| (one.rule, one.span, one.secret.expose().to_vec(), one.severity, one.reason))
            .collect()
    };
    assert!(all(one) == all(other), "{what} finds {other:?} and not {one:?}");
}

/// What is found is explained, and nothing else is said to be reported.
fn explained(scanner: &Scanner, input: &Input<'_>, found: &[Finding<'_>]) {
    let whole = Span { start: 0, end: input.haystack().len() };
    let considered = scanner.explain(input, whole);
    let mut reported: Vec<_> = considered
        .iter()
        .filter_map(|one| match one.outcome {
            Outcome::Reported { span, .. } => Some((span, one.rule)),
            _ => None,
        })
        .collect();
    reported.sort_unstable();
    reported.dedup();
    let found: Vec<_> = found.iter().map(|one| (one.span, one.rule)).collect();
    let name = |all: &[(Span, crate::RuleId)]| -> Vec<_> {
        all.iter().map(|(span, rule)| (*span, scanner.rules().get(*rule).id.clone())).collect()
    };
    assert!(
        reported == found,
        "explain reports {:?}, and found is {:?}",
        name(&reported),
        name(&found)
    );
}
