//! Named secrets: values with no mark of their own, known by their shape and by whose they are said to be.
//!
//! Many providers hand out bare hexadecimal, base62 or UUIDs. Nothing in such a value leads to it, so a
//! named rule has no heads: where an assignment has been read (`assign.rs`), the provider's word is looked
//! for in the name, or just before it. A text without assignments to secrets costs nothing more.

use std::ops::{Range, RangeInclusive};
use std::sync::OnceLock;

use super::explain::Trace;
use super::judge::{self, entropy, is_documented, paths, placeholder, reference, value};
use super::{Cache, Engine, Found};
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::rule::{ByteSet, Rule};
use crate::ruleset::RuleSet;

mod spelling;

use spelling::{all_roles, begins_word, ends_word, holds, is_separator, spelled};

/// Words of fewer letters are parts of too many others: they must be a word of the name itself.
const LONG: usize = 5;

/// The shortest value that is looked at, in bytes.
pub(super) const SHORTEST: usize = value::SHORTEST;

/// A bare value without what follows an escape, which in a string of code ends it: `"TOKEN=…\n"`.
pub(super) fn unescaped(haystack: &[u8], value: Span) -> Span {
    let escape = memchr::memchr(b'\\', &haystack[value.range()]);
    Span { start: value.start, end: escape.map_or(value.end, |at| value.start + at) }
}

/// Whether a bare word of code may be a literal: only where no identifier looks like it.
pub(super) fn may_be_bare(value: &[u8]) -> bool {
    entropy::is_random(value)
}

/// An assignment as it was read, to a name that may be one of a secret.
pub(super) struct Given {
    /// All of the name.
    pub(super) name: Span,
    pub(super) value: Span,
    /// Whether the value stands without quotes.
    pub(super) bare: bool,
    /// What kind of file it stands in.
    pub(super) kind: paths::Kind,
}

impl Given {
    fn name_in<'h>(&self, haystack: &'h [u8]) -> &'h [u8] {
        &haystack[self.name.range()]
    }
}

/// The words of all named rules, made on first need.
pub(super) struct Index {
    is_on: bool,
    words: OnceLock<Words>,
}

struct Words {
    /// Those of one first letter side by side, in the order of their second letters.
    entries: Vec<Entry>,
    /// The bytes that any rule's value may have.
    alphabet: ByteSet,
    /// How long the values are of the rules that want no digits, and what they are made of: most words have none.
    letters: Vec<(RangeInclusive<u16>, ByteSet)>,
    /// Where the entries of a first byte begin.
    starts: [u16; 257],
    /// The most bytes before a name that any rule looks at.
    within: usize,
    /// The longest value of any rule, in bytes.
    longest: usize,
}

/// Where a provider's word may stand.
#[derive(Clone, Copy)]
enum Place {
    /// In the name that the value is given.
    Name,
    /// In the bytes before the name.
    Before,
    /// In the line that the name stands under.
    Above,
}

/// A word of a rule.
#[derive(Clone, Copy)]
struct Entry {
    rule: u16,
    word: u16,
    /// The second letter of the word.
    second: u8,
    /// How long the rule's values are, in bytes.
    least: u16,
    most: u16,
}

/// A rule that fits, and how well.
#[derive(Clone, Copy)]
struct Fit {
    rule: u16,
    word: u16,
    /// How much its word says, then whether a role of its own does, then how few bytes it allows.
    says: (usize, bool, std::cmp::Reverse<usize>),
}

impl Index {
    pub(super) fn new(rules: &RuleSet) -> Index {
        let is_on = rules.named().any(|(id, _)| rules.is_enabled(id));
        Index { is_on, words: OnceLock::new() }
    }

    /// Whether any named rule runs.
    pub(super) fn is_on(&self) -> bool {
        self.is_on
    }
}

impl Words {
    fn new(rules: &RuleSet) -> Words {
        let mut entries = Vec::new();
        let (mut within, mut longest) = (0, 0);
        let mut alphabet = ByteSet::default();
        let mut letters = Vec::new();
        let length = |bytes: u32| u16::try_from(bytes).unwrap_or(u16::MAX);
        for (id, rule) in rules.named() {
            if rules.is_enabled(id) {
                within = within.max(usize::from(rule.within));
                let (least, most) = (length(rule.min_len), length(rule.window));
                longest = longest.max(usize::from(most));
                if !wants_digits(rule) {
                    letters.push((least..=most, rule.alphabet));
                }
                entries.extend(rule.context.iter().zip(0..).map(|(letters, word)| Entry {
                    rule: id.0,
                    word,
                    second: letters.as_bytes()[1],
                    least,
                    most,
                }));
                alphabet.0.iter_mut().zip(rule.alphabet.0).for_each(|(all, own)| *all |= own);
            }
        }
        let first = |entry: &Entry| {
            let rule = rules.get(RuleId(entry.rule));
            usize::from(rule.context[usize::from(entry.word)].as_bytes()[0])
        };
        entries.sort_by_key(|entry| (first(entry), entry.second));
        let mut starts = [0; 257];
        for entry in &entries {
            starts[first(entry) + 1] += 1;
        }
        for byte in 0..256 {
            starts[byte + 1] += starts[byte];
        }
        Words { entries, alphabet, letters, starts, within: within.min(judge::MARGIN), longest }
    }

    /// Those that may begin at `at`.
    fn at(&self, text: &[u8], at: usize) -> &[Entry] {
        let first = usize::from(text[at].to_ascii_lowercase());
        let all =
            &self.entries[usize::from(self.starts[first])..usize::from(self.starts[first + 1])];
        match text.get(at + 1).map(u8::to_ascii_lowercase) {
            None => &[],
            // The second letter stands behind it.
            Some(byte) if is_separator(byte) => all,
            Some(second) => {
                let before = all.partition_point(|entry| entry.second < second);
                let all = &all[before..];
                &all[..all.iter().take_while(|entry| entry.second == second).count()]
            }
        }
    }
}

impl Engine {
    /// Whether a value is short enough for some named rule.
    pub(super) fn may_be_named(&self, value: &[u8], bare: bool) -> bool {
        let all = Span { start: 0, end: value.len() };
        let len = if bare { unescaped(value, all).len() } else { value.len() };
        self.named.is_on && len <= self.named.words.get_or_init(|| Words::new(&self.rules)).longest
    }

    /// What a named rule says of the assignment, if one fits it.
    pub(super) fn named(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        given: &Given,
        trace: &mut impl Trace,
    ) -> Option<Found> {
        let haystack = input.haystack();
        let span = if given.bare { unescaped(haystack, given.value) } else { given.value };
        let value = &haystack[span.range()];
        if !self.named.is_on || value.len() < SHORTEST || given.kind == paths::Kind::Lock {
            return None;
        }
        if given.bare && given.kind == paths::Kind::Code && !may_be_bare(value) {
            return None;
        }
        let fit = self.fit(cache, haystack, given, value)?;
        let rule = self.rules.get(RuleId(fit.rule));
        let name = given.name_in(haystack);
        let word = &*rule.context[usize::from(fit.word)];
        trace.step("name", || format!("'{}'", name.escape_ascii()));
        trace.step("context", || format!("'{word}' says whose it is"));
        trace.step("pattern", || format!("matches all {} bytes of the value", value.len()));
        Some(Found {
            rule: RuleId(fit.rule),
            span,
            matched: Span { start: given.name.start, end: given.value.end },
            confidence: Confidence::Contextual,
            reason: Reason::Context,
            decoded: None,
        })
    }

    /// The rule whose word stands in the name or else before it, and whose pattern matches the value.
    fn fit(&self, cache: &mut Cache, haystack: &[u8], given: &Given, value: &[u8]) -> Option<Fit> {
        let words = self.named.words.get_or_init(|| Words::new(&self.rules));
        // Most of what names are given holds a blank or a bracket, or is a word.
        let fits = |(len, letters): &(RangeInclusive<u16>, ByteSet)| {
            (usize::from(*len.start())..=usize::from(*len.end())).contains(&value.len())
                && value.iter().all(|&byte| letters.contains(byte))
        };
        if !value.iter().all(|&byte| words.alphabet.contains(byte))
            || !(may_look_made(value) || words.letters.iter().any(fits))
        {
            return None;
        }
        let text = &haystack[..given.name.end];
        let name = given.name.range();
        let mut best = |place, bytes| self.best(cache, text, given, (place, bytes), value, words);
        let in_name = best(Place::Name, name.clone());
        // What stands before is said of a name that has no provider of its own: `api_key`, `token`.
        if in_name.is_some() || !all_roles(given.name_in(haystack)) {
            return in_name;
        }
        let before = name.start.saturating_sub(words.within)..name.start;
        best(Place::Before, before)
            .or_else(|| best(Place::Above, spelling::above(text, name.start)?))
    }

    /// The best fit for words that begin in that part of `text`, which ends with the name.
    fn best(
        &self,
        cache: &mut Cache,
        text: &[u8],
        given: &Given,
        (place, bytes): (Place, Range<usize>),
        value: &[u8],
        words: &Words,
    ) -> Option<Fit> {
        let mut best: Option<Fit> = None;
        for at in bytes.filter(|&at| begins_word(text, at)) {
            for &Entry { rule: id, word, least, most, .. } in words.at(text, at) {
                if !(usize::from(least)..=usize::from(most)).contains(&value.len()) {
                    continue;
                }
                let rule = self.rules.get(RuleId(id));
                let letters = rule.context[usize::from(word)].as_bytes();
                let Some(end) = spelled(text, at, letters) else { continue };
                let bytes = rule.alphabet.count();
                let says = (letters.len(), !rule.role.is_empty(), std::cmp::Reverse(bytes));
                if best.is_none_or(|other| says > other.says)
                    && stands(rule, place, text, at..end, given)
                    && self.is_whole(cache, id.into(), value)
                    && is_believed(rule, value, &rule.context[usize::from(word)])
                {
                    best = Some(Fit { rule: id, word, says });
                }
            }
        }
        best
    }
}

/// Whether a word stands where the rule wants it, and the rule's role in the name.
fn stands(rule: &Rule, place: Place, text: &[u8], word: Range<usize>, given: &Given) -> bool {
    let is_strict = rule.within == 0 || word.len() < LONG;
    let is_there = match place {
        Place::Name => !is_strict || (ends_word(text, word.end) && all_roles(&text[word.end..])),
        Place::Before => !is_strict && given.name.start - word.start <= usize::from(rule.within),
        Place::Above => !is_strict,
    };
    is_there
        && (rule.role.is_empty() || rule.role.iter().any(|role| holds(given.name_in(text), role)))
}

/// Whether a value of the right shape is one that was made, and not written.
fn is_believed(rule: &Rule, value: &[u8], word: &str) -> bool {
    let looks_made = !wants_digits(rule)
        || if value.len() < LONG_VALUE { looks_short(value, rule) } else { may_look_made(value) };
    looks_made
        && !(word.len() >= LONG && holds(value, word))
        && value.iter().any(u8::is_ascii_alphanumeric)
        && entropy::shannon(value) * 100.0 >= f64::from(rule.min_entropy)
        && placeholder::classify(value).is_none()
        && reference::classify(value, true).is_none()
        && !is_documented(value)
}

/// Whether a value of the rule is believed for its digits, because it may have some.
fn wants_digits(rule: &Rule) -> bool {
    rule.alphabet.contains(b'0')
}

/// Of values from this length on, all is told by how their characters change, whatever the rule.
const LONG_VALUE: usize = 16;

/// Whether digits stand in a value as chance puts them there, for some rule that wants them. Identifiers lack them, or
/// have them at an end.
fn may_look_made(value: &[u8]) -> bool {
    if !value.iter().any(u8::is_ascii_digit) {
        return false;
    }
    if value.len() < LONG_VALUE || looks_made(value) {
        return true;
    }
    // A part may have the look, where a prefix or a second part has not.
    let parts = value.split(|byte| !byte.is_ascii_alphanumeric());
    let longest = parts.max_by_key(|part| part.len()).unwrap_or_default();
    longest.len() >= LONG_VALUE && longest.len() < value.len() && looks_made(longest)
}

/// Whether a short value has digits, and letters too where the rule allows them.
fn looks_short(value: &[u8], rule: &Rule) -> bool {
    let can = |byte| rule.alphabet.contains(byte);
    value.iter().any(u8::is_ascii_digit)
        && (value.iter().any(u8::is_ascii_alphabetic) || !(can(b'a') || can(b'A')))
}

/// Whether digits stand among the letters of a long value as chance puts them there.
fn looks_made(value: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| value.iter().any(class);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    if !(has(u8::is_ascii_digit) && (lower || upper)) {
        return false;
    }
    let class = |byte: u8| (byte.is_ascii_lowercase(), byte.is_ascii_uppercase());
    let changes = || value.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    edges(value) * 6 >= value.len()
        || value.iter().all(|&byte| byte.is_ascii_hexdigit() || byte == b'-')
        || (lower && upper && changes() * 5 >= value.len() * 2)
}

/// How often letters and digits alternate.
fn edges(value: &[u8]) -> usize {
    value.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count()
}
