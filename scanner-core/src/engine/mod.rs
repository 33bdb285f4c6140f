//! How a search is done: anchors, confirm, judge.
//!
//! - **anchors**: one pass of the one filter over the haystack gives candidates, each a rule and the
//!   place of its head;
//! - **confirm**: that rule's own pattern, anchored at the head and bounded, says whether a match
//!   stands there;
//! - **judge**: checksum, structure, entropy, context and placeholders decide whether to believe it.
//!
//! Nothing here knows of files, git, threads, printing, the environment or the clock.

use regex_automata::meta;
use std::ops::{Index, Range};
use std::sync::OnceLock;

use crate::compile::heads::MARK;
use crate::except::{Candidate, Why};
use crate::finding::{Confidence, Layer, Reason, RuleId};
use crate::input::{Content, Input, Span};
use crate::rule::{Rule, Severity, Shape};
use crate::ruleset::RuleSet;
use crate::scanner::Work;

mod anchors;
mod assign;
mod bare;
pub(crate) mod builtin;
mod confirm;
pub(crate) mod explain;
mod filter;
mod judge;
mod known;
mod layers;
pub(crate) mod lone;
mod manifest;
mod named;
pub(crate) mod open;
mod pairs;
mod read;
mod screen;

use anchors::{Anchors, Candidate as Head};
use confirm::Pattern;
pub(crate) use confirm::check as check_pattern;
use explain::Trace;
use judge::Rejection;
use known::Known;

/// A set of rules, ready to search.
pub(crate) struct Engine {
    rules: RuleSet,
    anchors: Anchors,
    /// Made on first need: most rules never see a candidate.
    patterns: Vec<OnceLock<Pattern>>,
    /// Those of patterns that fail often.
    screens: Rare<screen::Automaton>,
    /// The patterns as automata that can be followed byte by byte, for text that goes on; `None` if one is too large.
    automata: Rare<Option<Box<regex_automata::hybrid::dfa::DFA>>>,
    /// The rules that look at every run of characters, if they are on.
    bare: Vec<u16>,
    named: named::Index,
    now: Option<i64>,
}

/// What few scanners make of any rule: the room for it is made when the first does.
struct Rare<T> {
    rules: usize,
    all: OnceLock<Box<[OnceLock<T>]>>,
}

impl<T> Rare<T> {
    fn new(rules: usize) -> Rare<T> {
        Rare { rules, all: OnceLock::new() }
    }
}

impl<T> Index<usize> for Rare<T> {
    type Output = OnceLock<T>;

    fn index(&self, rule: usize) -> &OnceLock<T> {
        &self.all.get_or_init(|| (0..self.rules).map(|_| OnceLock::new()).collect())[rule]
    }
}

/// What a search changes.
#[derive(Default)]
pub(crate) struct Cache {
    scratch: anchors::Scratch,
    pub(crate) found: Vec<Found>,
    patterns: Vec<Option<Box<meta::Cache>>>,
    screens: Vec<screen::Screen>,
    /// What is known of each rule in this haystack.
    seen: Vec<Seen>,
    /// The rules of which something is known.
    touched: Vec<u16>,
    pub(crate) work: Work,
    marks: Vec<usize>,
    /// How many bytes may still be decoded of the piece at hand.
    budget: usize,
    open: open::Scratch,
    /// The kind of the file, or the layer of it, that is at hand, once it was asked for.
    kind: Option<judge::paths::Kind>,
    /// The value without quotes that was read last.
    bare: read::Bare,
}

/// What a search knows of one rule, so that no byte is looked at again for it.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// The rule's last match: heads in it are part of it.
    claimed: (usize, usize),
    /// A stretch of bytes of the rule's alphabet: its beginning, and how far it was followed.
    run: (usize, usize),
    /// The byte that every match has.
    required: Known,
    /// The stretch that every match has.
    stretch: Known,
    /// Whether the rule is one of those of which something is known.
    is_touched: bool,
}

impl Cache {
    /// Notes that something is known of a rule.
    fn touch(&mut self, rule: usize) {
        if !std::mem::replace(&mut self.seen[rule].is_touched, true) {
            self.touched.push(rule as u16);
        }
    }
}

/// A finding before it is given its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) rule: RuleId,
    /// The secret.
    pub(crate) span: Span,
    /// All that the pattern matched.
    pub(crate) matched: Span,
    pub(crate) confidence: Confidence,
    pub(crate) reason: Reason,
    /// The secret, where what stands in the haystack is an encoded form of it.
    pub(crate) decoded: Option<Box<Unveiled>>,
}

/// A secret that was decoded.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Unveiled {
    pub(crate) secret: Vec<u8>,
    /// How it was encoded, the outermost layer first.
    pub(crate) layers: Vec<Layer>,
}

impl std::fmt::Debug for Unveiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unveiled({} bytes, {:?})", self.secret.len(), self.layers)
    }
}

/// The names of the filters that this machine can run, the best last.
#[cfg(feature = "generate")]
pub(crate) fn filters() -> Vec<&'static str> {
    filter::Vectors::available().into_iter().map(filter::Vectors::name).collect()
}

impl Engine {
    pub(crate) fn new(rules: RuleSet, now: Option<i64>) -> Result<Engine, String> {
        let anchors = Anchors::new(rules.own())?;
        let patterns = (0..rules.len()).map(|_| OnceLock::new()).collect();
        let bare =
            rules.bare().filter(|(id, _)| rules.is_enabled(*id)).map(|(id, _)| id.0).collect();
        let named = named::Index::new(&rules);
        let (automata, screens) = (Rare::new(rules.len()), Rare::new(rules.len()));
        Ok(Engine { rules, anchors, patterns, screens, automata, bare, named, now })
    }

    pub(crate) fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Uses the filter of that name, if this machine can.
    #[cfg(feature = "generate")]
    pub(crate) fn use_filter(&mut self, name: &str) -> bool {
        let Some(named) = Anchors::named(name, self.rules.own()) else { return false };
        self.anchors = named;
        true
    }

    /// How many heads stand in a text, one for each rule that they lead to.
    #[cfg(feature = "generate")]
    pub(crate) fn count_heads(&self, text: &[u8]) -> usize {
        let mut count = 0;
        let mut scratch = anchors::Scratch::default();
        self.anchors.candidates(text, 0..text.len(), &mut scratch, &mut |_| count += 1);
        count
    }

    pub(crate) fn describe(&self) -> (&'static str, usize) {
        self.anchors.describe()
    }

    /// See [`Scanner::reach`](crate::Scanner::reach).
    pub(crate) fn reach(&self) -> usize {
        let longest = self.rules.iter().map(|(_, rule)| reach_of(rule)).max().unwrap_or(0);
        longest.max(NEAR).max(crate::decode::REACH + judge::MARGIN.max(pairs::WITHIN))
    }

    /// Leaves the secrets of the haystack in `cache.found`, in order and without overlap.
    pub(crate) fn scan(&self, cache: &mut Cache, input: &Input<'_>) {
        self.scan_rest(cache, input, 0);
        self.join(input.haystack(), &mut cache.found);
    }

    /// The same for those whose heads stand at `from` or behind it, each half of a pair by itself: what is
    /// before was told by [`Engine::scan_open`].
    pub(crate) fn scan_rest(&self, cache: &mut Cache, input: &Input<'_>, from: usize) {
        self.collect(cache, input, from, &mut |_, _| {});
        resolve(&mut cache.found);
    }

    /// Leaves in `cache.found` what was believed, and tells `considered` of every candidate.
    fn collect(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        from: usize,
        considered: &mut dyn FnMut(Head, &Result<Found, Rejection>),
    ) {
        cache.found.clear();
        let rest = [Span { start: from, end: input.haystack().len() }.range()];
        let parts = input.get_parts().unwrap_or(&rest);
        cache.work.bytes += parts.iter().map(|part| part.len() as u64).sum::<u64>();
        self.layer(cache, input, parts, 0, considered);
    }

    /// Adds the secrets whose heads stand in `parts` of the haystack to `cache.found`, and those of what is
    /// encoded there.
    fn layer(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        parts: &[Range<usize>],
        depth: usize,
        considered: &mut dyn FnMut(Head, &Result<Found, Rejection>),
    ) {
        let from = parts.first().map_or(0, |part| part.start);
        cache.kind = None;
        cache.bare = read::Bare::default();
        let mut scratch = std::mem::take(&mut cache.scratch);
        scratch.reset();
        let mut marks = std::mem::take(&mut cache.marks);
        marks.clear();
        for part in parts {
            self.anchors.candidates(input.haystack(), part.clone(), &mut scratch, &mut |one| {
                if one.rule == MARK {
                    marks.push(one.at);
                    return;
                }
                let outcome = self.consider(cache, input, one, &mut ());
                considered(one, &outcome);
                if let Ok(found) = outcome {
                    cache.found.push(found);
                }
            });
        }
        cache.scratch = scratch;
        if depth == 0 && from == 0 && input.get_content() == Content::Text {
            self.lone(input, &mut cache.found);
        }
        for &rule in &self.bare {
            if input.get_content() == Content::Text {
                let id = RuleId(rule);
                let first = cache.found.len();
                bare::scan(self.rules.get(id), id, input, from, &mut cache.found);
                let found = cache.found.split_off(first).into_iter();
                let kept = found.filter(|found| self.except(input, found, &mut ()).is_ok());
                cache.found.extend(kept);
            }
        }
        for rule in cache.touched.drain(..) {
            cache.seen[usize::from(rule)] = Seen::default();
        }
        self.decode(cache, input, from, depth, &mut marks);
        cache.marks = marks;
    }

    /// Confirms and judges one candidate.
    fn consider(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        candidate: Head,
        trace: &mut impl Trace,
    ) -> Result<Found, Rejection> {
        let id = RuleId(candidate.rule);
        let rule = self.rules.get(id);
        cache.work.candidates += 1;
        // An assignment leads to named rules, too, which may be on where its own is off.
        let leads = rule.shape == Shape::Assignment && self.named.is_on();
        if !self.rules.is_enabled(id) && !leads {
            return Err(Rejection::Off);
        }
        if input.get_content() == Content::Binary && !rule.self_identifying {
            return Err(Rejection::Binary);
        }
        cache.work.far += u64::from(reach_of(rule) > NEAR);
        cache.seen.resize(self.rules.len(), Seen::default());
        let (start, end) = cache.seen[id.index()].claimed;
        if (start..end).contains(&candidate.at) {
            return Err(Rejection::Claimed);
        }
        let found = match rule.shape {
            Shape::Token => {
                let matched = self.confirm(cache, input, candidate, trace)?;
                judge::token(rule, id, input, matched, trace)?
            }
            Shape::Assignment => assign::consider(self, cache, input, candidate, trace)?,
            Shape::Manifest => self.manifest(cache, input, candidate)?,
            Shape::Bare | Shape::Named => return Err(Rejection::Off),
        };
        self.except(input, &found, trace)?;
        cache.seen[id.index()].claimed = (found.matched.start, found.matched.end);
        cache.touch(id.index());
        Ok(found)
    }

    /// Adds all but one entry of the Secret at the candidate to what was found, and answers with that one.
    fn manifest(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        candidate: Head,
    ) -> Result<Found, Rejection> {
        let mut entries = Vec::new();
        let last = manifest::consider(input, candidate, &mut entries);
        entries.retain(|entry| self.except(input, entry, &mut ()).is_ok());
        cache.found.append(&mut entries);
        last
    }

    /// Whether an exception covers what would be reported.
    fn except(
        &self,
        input: &Input<'_>,
        found: &Found,
        trace: &mut impl Trace,
    ) -> Result<(), Rejection> {
        let (rule, secret, matched) = (found.rule.0, found.span, found.matched);
        match self.rules.exceptions.judge(&Candidate { rule, secret, matched, input: *input }) {
            None => Ok(()),
            Some(Why::Elsewhere) => Err(Rejection::Elsewhere),
            Some(Why::Excepted(place)) => {
                trace.step("allowlist", || format!("the one at {place} holds"));
                Err(Rejection::Excepted)
            }
        }
    }

    /// What only the secret itself can tell: the severity, lower for what is expired or encrypted, and
    /// facts for the report.
    pub(crate) fn describe_secret(
        &self,
        found: &Found,
        secret: &[u8],
    ) -> (Severity, crate::checks::Facts) {
        let rule = self.rules.get(found.rule);
        let Some(check) = rule.check else { return (rule.severity, Vec::new()) };
        let expired =
            matches!((check.expires(secret), self.now), (Some(at), Some(now)) if at < now);
        let severity = if check.protected(secret) || expired {
            rule.severity.lower().lower()
        } else {
            rule.severity
        };
        let mut facts = check.facts(secret);
        if expired {
            facts.push(("expired", "yes".to_owned()));
        }
        (severity, facts)
    }
}

/// How far from a candidate of most rules lies what is looked at for it, in bytes.
pub(crate) const NEAR: usize = assign::REACH + judge::MARGIN;

/// How far from a candidate of a rule lies what is looked at for it, in bytes.
pub(crate) fn reach_of(rule: &Rule) -> usize {
    let of_match = match rule.shape {
        Shape::Token => {
            rule.window as usize + usize::from(rule.offset.1) + usize::from(rule.within)
        }
        Shape::Manifest => manifest::REACH,
        Shape::Assignment | Shape::Named | Shape::Bare => assign::REACH,
    };
    of_match + judge::MARGIN
}

/// Whether a rule is no user's own.
fn is_built_in(rule: RuleId) -> bool {
    rule.index() < builtin::RULES.len()
}

/// Sorts findings and keeps, of those that overlap, the one that says most: the surest, then the
/// least encoded, the longest, that of a user's own rule, that of the earlier one.
fn resolve(found: &mut Vec<Found>) {
    if found.len() < 2 {
        return;
    }
    found.sort_by(|a, b| {
        b.confidence
            .cmp(&a.confidence)
            .then(a.depth().cmp(&b.depth()))
            .then(b.span.len().cmp(&a.span.len()))
            .then(is_built_in(a.rule).cmp(&is_built_in(b.rule)))
            .then(a.rule.cmp(&b.rule))
            .then(a.span.cmp(&b.span))
    });
    // Spans that are kept, sorted: overlap can only be with a neighbour.
    let mut kept: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    found.retain(|found| {
        let before = kept.range(..found.span.end).next_back();
        let free = before.is_none_or(|(_, &end)| end <= found.span.start);
        if free {
            kept.insert(found.span.start, found.span.end);
        }
        free
    });
    found.sort_by_key(|found| found.span);
}

impl Found {
    /// In how many layers the secret is encoded.
    fn depth(&self) -> usize {
        self.decoded.as_ref().map_or(0, |decoded| decoded.layers.len())
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cache({:?})", self.work)
    }
}
