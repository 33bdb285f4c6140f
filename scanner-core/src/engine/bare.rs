//! Long random-looking runs with no name near: the rule of last resort, off unless asked for.
//!
//! It has no head, so it looks at every run of base64 and base64url characters.

use super::Found;
use super::judge::{entropy, is_documented, placeholder, reference};
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::rule::Rule;

/// The shortest run that is looked at, in bytes.
const SHORTEST: usize = 20;

/// The longest: what is longer is data and no key.
const LONGEST: usize = 256;

/// Nothing in a run that is longer is looked at, not even the value behind a sign.
const DATA: usize = 4096;

fn in_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-' | b'=')
}

/// Where the run begins that the haystack ends with, if more text may make something of it.
pub(super) fn open(haystack: &[u8]) -> Option<usize> {
    let len = haystack.iter().rev().take(DATA + 1).take_while(|&&byte| in_run(byte)).count();
    (1..=DATA).contains(&len).then(|| haystack.len() - len)
}

/// Adds every run behind `from` that looks random to `found`. A run that goes on at `from` was looked at, or is
/// too long to be.
pub(super) fn scan(
    rule: &Rule,
    id: RuleId,
    input: &Input<'_>,
    from: usize,
    found: &mut Vec<Found>,
) {
    let haystack = input.haystack();
    let mut at = from;
    if from > 0 && in_run(haystack[from - 1]) {
        at += haystack[from..].iter().take_while(|&&byte| in_run(byte)).count();
    }
    while at < haystack.len() {
        let Some(start) = haystack[at..].iter().position(|&byte| in_run(byte)) else { return };
        let start = at + start;
        let len = haystack[start..].iter().position(|&byte| !in_run(byte));
        let end = len.map_or(haystack.len(), |len| start + len);
        at = end;
        let run = &haystack[start..end];
        if run.len() > DATA {
            continue;
        }
        // `name=value` is one run here: the value is what counts.
        let skip = run
            .iter()
            .position(|&byte| byte == b'=')
            .filter(|&sign| run[sign..].iter().any(|&byte| byte != b'='))
            .map_or(0, |sign| sign + 1);
        let run = &run[skip..];
        if (SHORTEST..=LONGEST).contains(&run.len())
            && entropy::is_random(run)
            && entropy::shannon(run) * 100.0 >= f64::from(rule.min_entropy)
            && placeholder::classify(run).is_none()
            && reference::classify(run, true).is_none()
            && !is_documented(run)
        {
            let span = Span { start: start + skip, end };
            found.push(Found {
                rule: id,
                span,
                matched: span,
                confidence: Confidence::Generic,
                reason: Reason::Entropy,
            });
        }
    }
}
