//! Whether a rule's pattern matches where its head stands.
//!
//! Patterns run anchored and over a bounded window, with Unicode off in this one place; the cheap
//! conditions come first, because most candidates fail one of them.

use std::borrow::Cow;

use regex_automata::meta::{self, Regex};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input as Search, PatternID};

use super::anchors::Candidate;
use super::explain::Trace;
use super::judge::Rejection;
use super::screen::{self, Look};
use super::{Cache, Engine};
use crate::input::{Input, Span};
use crate::rule::{Boundary, Rule, Shape};

/// How many groups a pattern may have, the whole match included.
const GROUPS: usize = 8;

/// A rule's pattern, compiled.
pub(super) struct Pattern {
    regex: Regex,
    /// The group that is the secret; 0 is the whole match.
    secret: usize,
}

impl Pattern {
    /// The pattern's own room among those of `rules` rules, made on first need.
    fn scratch<'c>(
        &self,
        all: &'c mut Vec<Option<Box<meta::Cache>>>,
        index: usize,
        rules: usize,
    ) -> &'c mut meta::Cache {
        if all.len() <= index {
            all.resize_with(rules, || None);
        }
        all[index].get_or_insert_with(|| Box::new(self.regex.create_cache()))
    }

    /// The whole match and the secret in it, if there is one.
    fn spans(&self, scratch: &mut meta::Cache, search: &Search<'_>) -> Option<(Span, Span)> {
        let mut slots: [Option<NonMaxUsize>; 2 * GROUPS] = [None; 2 * GROUPS];
        let used = 2 * (self.secret + 1);
        self.regex.search_slots_with(scratch, search, &mut slots[..used])?;
        let span = |group: usize| {
            let (start, end) = (slots[2 * group]?, slots[2 * group + 1]?);
            Some(Span { start: start.get(), end: end.get() })
        };
        span(0).zip(span(self.secret))
    }
}

/// Where a pattern matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Matched {
    pub(super) whole: Span,
    pub(super) secret: Span,
}

/// Says why the rule's pattern does not compile, or cannot match at its head.
pub(crate) fn check(rule: &Rule) -> Result<(), String> {
    if rule.pattern.is_empty() { Ok(()) } else { compile(rule).map(|_| ()) }
}

fn compile(rule: &Rule) -> Result<Pattern, String> {
    // The value of a named rule is all that there is to match.
    let pattern = match rule.shape {
        Shape::Named => Cow::Owned(format!(r"(?:{})\z", rule.pattern)),
        _ => Cow::Borrowed(&*rule.pattern),
    };
    // Anchored searches in short windows: the one-pass automaton where the pattern allows it, a
    // bounded backtracker elsewhere. A lazy DFA for each rule and thread would cost megabytes.
    let regex = Regex::builder()
        .configure(
            meta::Config::new()
                .utf8_empty(false)
                .hybrid(false)
                .dfa(false)
                .auto_prefilter(false)
                .onepass_size_limit(Some(1 << 20))
                .nfa_size_limit(Some(8 << 20)),
        )
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(&pattern)
        .map_err(|error| match error.syntax_error() {
            Some(error) => error.to_string(),
            None => error.to_string(),
        })?;
    if regex.group_info().group_len(PatternID::ZERO) > GROUPS {
        return Err(format!("more than {} groups; (?:…) groups without capturing", GROUPS - 1));
    }
    let secret = regex.group_info().to_index(PatternID::ZERO, "secret").unwrap_or(0);
    Ok(Pattern { regex, secret })
}

impl Engine {
    /// Whether the pattern of a named rule matches all of `value`.
    pub(super) fn is_whole(&self, cache: &mut Cache, index: usize, value: &[u8]) -> bool {
        let rule = self.rules.get(crate::finding::RuleId(index as u16));
        let len = rule.min_len as usize..=rule.window as usize;
        if !len.contains(&value.len()) || !value.iter().all(|&byte| rule.alphabet.contains(byte)) {
            return false;
        }
        cache.work.confirmations += 1;
        cache.work.confirmed_bytes += value.len() as u64;
        let pattern = self.pattern(rule, index);
        let scratch = pattern.scratch(&mut cache.patterns, index, self.rules.len());
        let search = Search::new(value).anchored(Anchored::Yes).earliest(true);
        pattern.regex.search_half_with(scratch, &search).is_some()
    }

    fn pattern(&self, rule: &Rule, index: usize) -> &Pattern {
        self.patterns[index].get_or_init(|| {
            compile(rule).expect("a rule set refuses rules whose pattern does not compile")
        })
    }

    /// Tries the candidate's rule at each place where its match may begin, the nearest first.
    pub(super) fn confirm(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        candidate: Candidate,
        trace: &mut impl Trace,
    ) -> Result<Matched, Rejection> {
        let rule = self.rules.get(crate::finding::RuleId(candidate.rule));
        let (least, most) = (usize::from(rule.offset.0), usize::from(rule.offset.1));
        let mut rejection = Rejection::TooShort;
        for offset in least..=most {
            let Some(start) = candidate.at.checked_sub(offset) else { break };
            let mut bytes = input.haystack().get(start..).unwrap_or_default().iter();
            if !bytes.next().is_some_and(|&byte| rule.first.contains(byte))
                || bytes.next().is_some_and(|&byte| !rule.second.contains(byte))
            {
                continue;
            }
            match self.confirm_at(cache, input.haystack(), rule, candidate, start) {
                Ok(matched) => {
                    trace.step("pattern", || {
                        format!("matches {} bytes at byte {start}", matched.whole.len())
                    });
                    return Ok(matched);
                }
                Err(why) => rejection = why,
            }
        }
        Err(rejection)
    }

    fn confirm_at(
        &self,
        cache: &mut Cache,
        haystack: &[u8],
        rule: &Rule,
        candidate: Candidate,
        start: usize,
    ) -> Result<Matched, Rejection> {
        if joined_before(rule.left, haystack, start) {
            return Err(Rejection::LeftBoundary);
        }
        let index = usize::from(candidate.rule);
        if let Some(sign) = rule.sign {
            let most = haystack.len().min(start + rule.window as usize);
            let (stands, seen) = sign.look(&haystack[start..most]);
            cache.work.confirmed_bytes += seen as u64;
            if !stands {
                return Err(Rejection::Pattern);
            }
        }
        let run = run(cache, index, haystack, rule, start);
        if run < rule.min_len as usize {
            return Err(Rejection::TooShort);
        }
        let end = start + run;
        let seen = &mut cache.seen[index];
        if rule.required.is_some_and(|byte| !seen.required.byte(haystack, start, end, byte)) {
            return Err(Rejection::Pattern);
        }
        if rule.stretch.is_some_and(|one| !seen.stretch.stretch(haystack, start, end, &one)) {
            return Err(Rejection::Pattern);
        }
        cache.work.confirmations += 1;
        cache.work.confirmed_bytes += run as u64;
        let search = Search::new(haystack).span(start..start + run).anchored(Anchored::Yes);
        if cache.screens.len() <= index {
            cache.screens.resize_with(self.rules.len(), Default::default);
        }
        let pattern = self.pattern(rule, index);
        let screen = &mut cache.screens[index];
        let automaton = || self.screens[index].get_or_init(|| screen::automaton(rule));
        let (whole, secret) = match screen.look(&search, pattern.secret == 0, automaton) {
            Look::Nothing => return Err(Rejection::Pattern),
            Look::Match(end) if pattern.secret == 0 => {
                let whole = Span { start, end };
                (whole, whole)
            }
            Look::Match(_) | Look::Unknown => {
                let scratch = pattern.scratch(&mut cache.patterns, index, self.rules.len());
                match pattern.spans(scratch, &search) {
                    Some(spans) => spans,
                    None => {
                        cache.screens[index].fail();
                        return Err(Rejection::Pattern);
                    }
                }
            }
        };
        if whole.end <= candidate.at {
            return Err(Rejection::Pattern);
        }
        if haystack.get(whole.end).is_some_and(|&next| rule.right.joins(next)) {
            cache.screens[index].fail();
            return Err(Rejection::RightBoundary);
        }
        Ok(Matched { whole, secret })
    }
}

/// How many bytes from `start` on may belong to a match: bytes of the rule's alphabet, within its window.
/// What an earlier candidate of the rule saw is not looked at again.
fn run(cache: &mut Cache, index: usize, haystack: &[u8], rule: &Rule, start: usize) -> usize {
    let limit = haystack.len().min(start + rule.window as usize);
    let (known_from, known_to) = cache.seen[index].run;
    let from = if (known_from..=known_to).contains(&start) { known_to.min(limit) } else { start };
    let more =
        haystack[from..limit].iter().take_while(|&&byte| rule.alphabet.contains(byte)).count();
    cache.work.confirmed_bytes += more as u64;
    let end = from + more;
    if end > known_to || from == start {
        cache.seen[index].run = (if from == start { start } else { known_from }, end);
        cache.touch(index);
    }
    end - start
}

/// Whether the byte before `start` makes a match there part of something longer. The last character of
/// an escape does not: `%3D`, `\n`, `\u003d` and the colour sequences of terminals end in letters and
/// digits, and secrets stand behind them.
pub(super) fn joined_before(left: Boundary, haystack: &[u8], start: usize) -> bool {
    let before = &haystack[start.saturating_sub(24)..start];
    match before.last() {
        Some(&byte) => left.joins_before(byte) && !ends_with_escape(before),
        None => false,
    }
}

fn ends_with_escape(before: &[u8]) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    match before {
        [.., b'%', a, b] if hex(&[*a, *b]) => true,
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f'] => true,
        [.., b'\\', b'x', a, b] if hex(&[*a, *b]) => true,
        [.., b'\\', b'u', a, b, c, d] if hex(&[*a, *b, *c, *d]) => true,
        [head @ .., b'm'] => {
            let numbers =
                head.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b';');
            head[..head.len() - numbers.count()].ends_with(b"\x1b[")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_do_not_join() {
        for before in
            [&b"%3D"[..], b"\\n", b"x\\u003d", b"\\x3a", b"\x1b[0m", b"\x1b[1;31m", b"m\x1b[m"]
        {
            assert!(!joined_before(Boundary::Word, before, before.len()), "{before:?}");
        }
        for before in [&b"a"[..], b"3D", b"n", b"[0m", b"%GG", b"m", b"1m"] {
            assert!(joined_before(Boundary::Word, before, before.len()), "{before:?}");
        }
        assert!(!joined_before(Boundary::Word, b"=", 1));
        assert!(!joined_before(Boundary::Word, b"abc", 0));
    }
}
