//! How far a search is decided when its text goes on: what no byte that is still to come can change.
//!
//! A search of text that arrives in pieces must give what a search of the whole gives, and give it soon. So each
//! candidate near the end is asked whether it is *open*: whether more text could make its match another,
//! make it one, or put a word near it that it needs. Everything before the first open one is decided. Being
//! wrong here in one direction costs a delay, in the other a secret: where it is not certain, a
//! candidate is open.

use regex_automata::hybrid::dfa;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input as Search};

use super::anchors::Candidate;
use super::confirm::joined_before;
use super::judge::Rejection;
use super::{Cache, Engine, Found, assign, bare, lone, manifest};
use crate::decode;
use crate::except;
use crate::input::{Input, Span};
use crate::rule::{Rule, Shape};

/// How far behind a secret a host is looked at, in bytes.
const HOST: usize = 16;

/// The longest head, in bytes.
const HEAD: usize = 64;

/// What else is known of text that goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ahead<'a> {
    /// Whether what is decided is to end with a line.
    pub(crate) lines: bool,
    /// Nothing behind it is decided.
    pub(crate) limit: usize,
    /// What is decided as a whole or not at all, in order.
    pub(crate) whole: &'a [Span],
}

/// Scratch of the automata that tell whether a match may go on.
#[derive(Default)]
pub(super) struct Scratch(Vec<Option<Box<dfa::Cache>>>);

impl Engine {
    /// Leaves in `cache.found` the secrets of the haystack whose heads stand at `from` or behind it, and
    /// says up to where that is decided: findings that end there or before are those of any longer text.
    /// Nothing may be undecided at `from`.
    ///
    /// A haystack that ends with a line break can be decided to its end; with any other byte, a head may
    /// have begun.
    pub(crate) fn scan_open(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        from: usize,
        ahead: Ahead<'_>,
    ) -> usize {
        let haystack = input.haystack();
        if from == 0 && lone::may_be(input.get_path(), haystack.len()) {
            cache.found.clear();
            return 0;
        }
        let mut scratch = std::mem::take(&mut cache.open);
        let mut decided = self.edge(&mut scratch, haystack).min(ahead.limit);
        self.collect(cache, input, from, &mut |candidate, outcome| {
            decided = self.open(&mut scratch, haystack, candidate, outcome, decided);
        });
        cache.open = scratch;
        if let Some(open) = decode::open(haystack, from, &cache.marks, cache.scratch.starts()) {
            decided = decided.min(open);
        }
        // A match is weighed against what overlaps it: it is decided as a whole.
        cache.found.sort_by_key(|found| std::cmp::Reverse(found.matched.start));
        loop {
            let matches = cache.found.iter().map(|found| found.matched);
            for matched in matches.chain(ahead.whole.iter().rev().copied()) {
                if matched.start < decided && decided < matched.end {
                    decided = matched.start;
                }
            }
            let line = match ahead.lines {
                true => memchr::memrchr(b'\n', &haystack[..decided]).map_or(0, |at| at + 1),
                false => decided,
            };
            let settled = line == decided && !matches_cross(&cache.found, ahead.whole, decided);
            decided = line;
            if settled {
                break;
            }
        }
        super::resolve(&mut cache.found);
        decided.max(from)
    }

    /// How much before a place a search that begins there looks at, in bytes.
    pub(crate) fn behind(&self) -> usize {
        // Before a name, a provider's word; and as much of a line as tells that it is too long to be unescaped.
        (self.rules.behind().max(assign::NAME) + super::judge::MARGIN).max(decode::LONGEST + 1)
    }

    /// Where the first match may begin whose head has not come in full.
    fn edge(&self, scratch: &mut Scratch, haystack: &[u8]) -> usize {
        let end = haystack.len();
        let led = || self.rules.led().filter(|(id, _)| self.rules.is_enabled(*id));
        let mut first = end;
        if haystack.last() == Some(&b'\n') {
            // No head holds a line break, and few matches do.
            for (id, rule) in led() {
                let offset = usize::from(rule.offset.1);
                if rule.shape == Shape::Token && rule.alphabet.contains(b'\n') {
                    let alive = |&at: &usize| {
                        rule.first.contains(haystack[at])
                            && self.may_go_on(scratch, id.index(), rule, haystack, at)
                    };
                    first = (end.saturating_sub(offset)..first).find(alive).unwrap_or(first);
                }
            }
            return first;
        }
        let offset = led().map(|(_, rule)| usize::from(rule.offset.1)).max().unwrap_or(0);
        first = end.saturating_sub(HEAD + offset.max(assign::NAME));
        if !self.bare.is_empty()
            && let Some(start) = bare::open(haystack)
        {
            first = first.min(start);
        }
        first
    }

    /// `decided`, or where the candidate's match may begin if that is before it and is open.
    fn open(
        &self,
        scratch: &mut Scratch,
        haystack: &[u8],
        candidate: Candidate,
        outcome: &Result<Found, Rejection>,
        decided: usize,
    ) -> usize {
        let end = haystack.len();
        let index = usize::from(candidate.rule);
        let rule = self.rules.get(crate::finding::RuleId(candidate.rule));
        // What claims a candidate was itself asked.
        // A generic rule that is off may still lead to a named one.
        let off = matches!(outcome, Err(Rejection::Off)) && rule.shape == Shape::Token;
        if off || matches!(outcome, Err(Rejection::Binary | Rejection::Claimed)) {
            return decided;
        }
        // The rest of its line may say that it is none.
        if self.rules.exceptions.read_lines() {
            let rest = &haystack[candidate.at..];
            if rest.len() <= rule.window as usize + except::LINE && !rest.contains(&b'\n') {
                let before = candidate.at.saturating_sub(usize::from(rule.offset.1) + assign::NAME);
                return decided.min(before);
            }
        }
        match rule.shape {
            Shape::Token => {
                let (within, window) = (usize::from(rule.within), rule.window as usize);
                if candidate.at + window + within.max(HOST) < end {
                    return decided;
                }
                let (least, most) = (usize::from(rule.offset.0), usize::from(rule.offset.1));
                let starts =
                    candidate.at.saturating_sub(most)..(candidate.at + 1).saturating_sub(least);
                let mut starts = starts.take_while(|&start| start < decided);
                let open = |&start: &usize| {
                    if joined_before(rule.left, haystack, start) {
                        return false;
                    }
                    let limit = end.min(start + window);
                    let run = &haystack[start..limit];
                    let run = run.iter().take_while(|&&byte| rule.alphabet.contains(byte)).count();
                    let behind = end - (start + run);
                    let goes_on =
                        behind == 0 && self.may_go_on(scratch, index, rule, haystack, start);
                    let word_may_come =
                        matches!(outcome, Err(Rejection::Context)) && behind < within;
                    let host_may_come =
                        rule.chosen && behind < HOST && !haystack[start + run..].contains(&b'\n');
                    goes_on || word_may_come || host_may_come
                };
                starts.find(open).unwrap_or(decided)
            }
            Shape::Assignment => {
                if candidate.at + assign::REACH < end
                    || assign::is_over(haystack, candidate, outcome)
                {
                    return decided;
                }
                decided.min(assign::begin(haystack, candidate))
            }
            Shape::Manifest => {
                let is_over =
                    candidate.at + manifest::REACH < end || manifest::is_over(haystack, candidate);
                if is_over { decided } else { decided.min(candidate.at) }
            }
            Shape::Bare | Shape::Named => decided,
        }
    }

    /// Whether text behind the haystack's end could change what the rule's pattern matches at `start`.
    fn may_go_on(
        &self,
        scratch: &mut Scratch,
        index: usize,
        rule: &Rule,
        haystack: &[u8],
        start: usize,
    ) -> bool {
        let Some(rest) = haystack.get(start..) else { return false };
        if rest.len() > rule.window as usize {
            return false;
        }
        // Where a line ends, the matches of most rules do; the others are followed byte by byte.
        if !rule.alphabet.contains(b'\n') {
            return true;
        }
        let Some(dfa) = self.automata[index].get_or_init(|| automaton(rule)) else { return true };
        if scratch.0.len() <= index {
            scratch.0.resize_with(self.rules.len(), || None);
        }
        let cache = scratch.0[index].get_or_insert_with(|| Box::new(dfa.create_cache()));
        follow(dfa, cache, haystack, start).unwrap_or(true)
    }
}

/// Whether a place lies within a match.
fn matches_cross(found: &[Found], whole: &[Span], at: usize) -> bool {
    let crosses = |span: Span| span.start < at && at < span.end;
    found.iter().any(|found| crosses(found.matched)) || whole.iter().any(|&span| crosses(span))
}

/// Whether the automaton is still looking for a longer match at the haystack's end.
fn follow(
    dfa: &dfa::DFA,
    cache: &mut dfa::Cache,
    haystack: &[u8],
    start: usize,
) -> Result<bool, Box<dyn std::error::Error>> {
    let search = Search::new(haystack).span(start..haystack.len()).anchored(Anchored::Yes);
    let mut state = dfa.start_state_forward(cache, &search)?;
    for &byte in &haystack[start..] {
        state = dfa.next_state(cache, state, byte)?;
        if state.is_dead() {
            return Ok(false);
        }
    }
    if !state.is_match() {
        return Ok(true);
    }
    // A match is told one byte late: whether it is the last thing shows in what may follow.
    for byte in 0..=u8::MAX {
        if !dfa.next_state(cache, state, byte)?.is_dead() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The automaton of a rule's pattern, or `None` if it is too large to be built.
fn automaton(rule: &Rule) -> Option<Box<dfa::DFA>> {
    dfa::Builder::new()
        .configure(dfa::Config::new().skip_cache_capacity_check(true))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(regex_automata::nfa::thompson::Config::new().utf8(false))
        .build(&rule.pattern)
        .ok()
        .map(Box::new)
}
