//! From a haystack to candidates: which rule's head stands where.
//!
//! One automaton knows the heads of all built-in rules; it is embedded and loaded in place. A user's
//! rules have a small one of their own, so that nobody waits for the big one to be built. Both are run
//! where the filter lets a position pass. They are tries, searched at one place: an automaton that finds
//! heads anywhere has ten times the states, and what the filter saves it need not do. The tests build
//! that one, and hold both answers against each other.

use std::borrow::Cow;
use std::fmt;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;

use super::builtin;
use super::filter::{BLOCK, Vectors};
use crate::compile::filter::Filter;
use crate::compile::heads::{self, Entry, HEADER, Starts};
use crate::rule::Rule;

/// A place where a rule's secret may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    /// Where the head begins.
    pub(crate) at: usize,
    /// How long it is.
    pub(crate) len: usize,
    /// The rule's index.
    pub(crate) rule: u16,
}

/// The heads of all rules of a set.
pub(crate) struct Anchors {
    builtin: Trie<&'static [u32]>,
    own: Option<Trie<Vec<u32>>>,
    filter: Cow<'static, Filter>,
    vectors: Vectors,
}

impl Anchors {
    /// The heads of the built-in rules, and of `own` rules whose indices follow theirs.
    pub(crate) fn new(own: &[Rule]) -> Result<Anchors, String> {
        let builtin = load(&builtin::DFA.0).map_err(|error| error.to_string())?;
        let vectors = Vectors::detect();
        if own.is_empty() {
            let filter = Cow::Borrowed(&builtin::FILTER);
            return Ok(Anchors { builtin, own: None, filter, vectors });
        }
        let compiled = heads::compile(own, Starts::Anchored)?;
        let mut filter = builtin::FILTER.clone();
        filter.extend(&compiled.windows);
        let base = builtin::RULES.len() as u16;
        let own = Trie::new(compiled.dfa, compiled.entries.into(), compiled.rules.into(), base)?;
        Ok(Anchors { builtin, own: Some(own), filter: Cow::Owned(filter), vectors })
    }

    /// Calls `visit` with every candidate at `begin` or behind it, in the order of their windows.
    /// `positions` is scratch.
    pub(crate) fn candidates(
        &self,
        haystack: &[u8],
        begin: usize,
        positions: &mut Vec<u32>,
        visit: &mut impl FnMut(Candidate),
    ) {
        for from in (begin..haystack.len()).step_by(BLOCK) {
            self.filter.positions(self.vectors, haystack, from, positions);
            for &position in positions.iter() {
                let window = from + position as usize;
                let mut offsets = self.filter.offsets(haystack, window);
                while offsets != 0 {
                    let offset = offsets.trailing_zeros() as u8;
                    offsets &= offsets - 1;
                    let at = window.checked_sub(offset.into()).filter(|&at| at >= begin);
                    let Some(at) = at else { break };
                    self.builtin.at(haystack, at, offset, visit);
                    if let Some(own) = &self.own {
                        own.at(haystack, at, offset, visit);
                    }
                }
            }
        }
    }

    /// What the search uses: the filter's code, and the size in bytes of the automata's tables.
    pub(crate) fn describe(&self) -> (&'static str, usize) {
        let own = self.own.as_ref().map_or(0, |own| own.dfa.memory_usage());
        (self.vectors.name(), self.builtin.dfa.memory_usage() + own)
    }

    #[cfg(test)]
    pub(crate) fn without_vectors(mut self) -> Anchors {
        self.vectors = Vectors::None;
        self
    }
}

/// An automaton over heads, and what its patterns mean.
struct Trie<T> {
    dfa: dense::DFA<T>,
    start: StateID,
    entries: Cow<'static, [Entry]>,
    rules: Cow<'static, [u16]>,
    /// The index of the first rule that the automaton knows.
    base: u16,
}

impl<T: AsRef<[u32]>> Trie<T> {
    fn new(
        dfa: dense::DFA<T>,
        entries: Cow<'static, [Entry]>,
        rules: Cow<'static, [u16]>,
        base: u16,
    ) -> Result<Trie<T>, String> {
        let start = dfa
            .universal_start_state(Anchored::Yes)
            .ok_or("the automaton has no anchored start")?;
        Ok(Trie { dfa, start, entries, rules, base })
    }

    /// Calls `visit` for every head that begins at `at` and has its window so far behind it. The others
    /// are found through windows of their own, so each is found once.
    #[inline]
    fn at(&self, haystack: &[u8], at: usize, offset: u8, visit: &mut impl FnMut(Candidate)) {
        let mut state = self.start;
        for &byte in &haystack[at..] {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return;
                }
                self.matches(state, at, offset, visit);
            }
        }
        self.matches(self.dfa.next_eoi_state(state), at, offset, visit);
    }

    fn matches(&self, state: StateID, at: usize, offset: u8, visit: &mut impl FnMut(Candidate)) {
        if self.dfa.is_match_state(state) {
            for index in 0..self.dfa.match_len(state) {
                let pattern = self.dfa.match_pattern(state, index);
                let entry = self.entries[pattern.as_usize()];
                if entry.offset == offset {
                    self.visit(entry, at, visit);
                }
            }
        }
    }

    fn visit(&self, entry: Entry, at: usize, visit: &mut impl FnMut(Candidate)) {
        let first = usize::from(entry.first);
        for rule in &self.rules[first..first + usize::from(entry.count)] {
            visit(Candidate { at, len: usize::from(entry.len), rule: self.base + rule });
        }
    }
}

/// Why an embedded automaton was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoadError {
    /// It does not begin as ours do.
    Label,
    /// It was made by another version of the compiler.
    Version(u32),
    /// It was made from other rules.
    Rules,
    /// Its tables are damaged, or made for another kind of machine.
    Tables(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Label => f.write_str("not an automaton of secscan"),
            LoadError::Version(version) => {
                write!(f, "the automaton has format {version}, not {}", heads::FORMAT)
            }
            LoadError::Rules => f.write_str("the automaton was made from other rules"),
            LoadError::Tables(why) => write!(f, "the automaton's tables: {why}"),
        }
    }
}

/// Loads the built-in automaton in place. Every table is checked, so any bytes are safe to give.
fn load(bytes: &'static [u8]) -> Result<Trie<&'static [u32]>, LoadError> {
    let (header, tables) = bytes.split_at_checked(HEADER).ok_or(LoadError::Label)?;
    let word = |at: usize| {
        u32::from_ne_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    if header[..8] != heads::LABEL {
        return Err(LoadError::Label);
    }
    if word(8) != heads::FORMAT {
        return Err(LoadError::Version(word(8)));
    }
    if header[16..24] != builtin::RULES_HASH.to_ne_bytes() {
        return Err(LoadError::Rules);
    }
    let (dfa, _) =
        dense::DFA::from_bytes(tables).map_err(|error| LoadError::Tables(error.to_string()))?;
    let entries = Cow::Borrowed(&builtin::ENTRIES[..]);
    let rules = Cow::Borrowed(&builtin::HEAD_RULES[..]);
    Trie::new(dfa, entries, rules, 0).map_err(LoadError::Tables)
}

#[cfg(test)]
mod tests {
    use regex_automata::Input;
    use regex_automata::dfa::OverlappingState;

    use super::*;

    fn by_filter(anchors: &Anchors, haystack: &[u8]) -> Vec<Candidate> {
        let mut all = Vec::new();
        anchors.candidates(haystack, 0, &mut Vec::new(), &mut |candidate| all.push(candidate));
        all.sort_unstable();
        all
    }

    /// The candidates by one automaton over every byte: no filter, no tries.
    fn by_one_pass(rules: &[Rule], haystack: &[u8]) -> Vec<Candidate> {
        let compiled = heads::compile(rules, Starts::Everywhere).unwrap();
        let mut all = Vec::new();
        let (input, mut state) = (Input::new(haystack), OverlappingState::start());
        loop {
            compiled.dfa.try_search_overlapping_fwd(&input, &mut state).unwrap();
            let Some(end) = state.get_match() else { break };
            let entry = compiled.entries[end.pattern().as_usize()];
            let (first, len) = (usize::from(entry.first), usize::from(entry.len));
            for &rule in &compiled.rules[first..first + usize::from(entry.count)] {
                all.push(Candidate { at: end.offset() - len, len, rule });
            }
        }
        all.sort_unstable();
        all
    }

    /// Every head in both cases, whole, cut short and run together, with noise between.
    fn heads_and_noise() -> Vec<u8> {
        let mut haystack = Vec::new();
        for (index, rule) in builtin::RULES.iter().enumerate() {
            for head in rule.heads.iter() {
                let literal = head.literal.as_bytes();
                haystack.extend_from_slice(literal);
                haystack.extend_from_slice(&literal.to_ascii_uppercase());
                haystack.extend_from_slice(&literal[..index % literal.len()]);
                haystack.extend((0..index % 40).map(|n| (n * 7 + index) as u8));
            }
        }
        haystack
    }

    #[test]
    fn filter_and_one_pass_find_the_same_candidates() {
        let anchors = Anchors::new(&[]).unwrap();
        let haystack = heads_and_noise();
        // Behind a head of three bytes the filter asks for a byte that the patterns allow there.
        let allowed = |candidate: &Candidate| {
            let window = &haystack[candidate.at..haystack.len().min(candidate.at + 4)];
            candidate.len > 3
                || window.try_into().is_ok_and(|window| builtin::FILTER.allows(window))
        };
        let mut expected = by_one_pass(&builtin::RULES, &haystack);
        expected.retain(allowed);
        assert!(expected.len() > builtin::RULES.len());
        assert!(by_filter(&anchors, &haystack) == expected);
        assert!(by_filter(&anchors.without_vectors(), &haystack) == expected);
    }

    #[test]
    fn the_embedded_automaton_is_what_a_fresh_compile_gives() {
        let rules = crate::compile::builtin_rules().unwrap();
        assert_eq!(rules, builtin::RULES);
        assert_eq!(builtin::RULES_HASH, crate::compile::fingerprint(secscan_rules::FILES));
        let compiled = heads::compile(&rules, Starts::Anchored).unwrap();
        let bytes = compiled.to_bytes(builtin::RULES_HASH, cfg!(target_endian = "big"));
        assert!(bytes == builtin::DFA.0, "the automata differ");
        assert_eq!(compiled.entries, builtin::ENTRIES);
        assert_eq!(compiled.rules, builtin::HEAD_RULES);
        assert!(compiled.filter == builtin::FILTER, "the filters differ");
    }

    #[test]
    fn damaged_automata_are_refused() {
        let bytes = builtin::DFA.0.to_vec();
        let spoilt = |at: usize| -> &'static [u8] {
            // Aligned as the tables need; leaked, because the loader borrows for ever.
            let mut words = vec![0u64; bytes.len().div_ceil(8)];
            for (word, chunk) in words.iter_mut().zip(bytes.chunks(8)) {
                let mut full = [0; 8];
                full[..chunk.len()].copy_from_slice(chunk);
                *word = u64::from_ne_bytes(full);
            }
            words[at / 8] ^= 0xFF << (8 * (at % 8));
            let words: &'static [u64] = words.leak();
            // SAFETY: the words are plain memory of eight times as many bytes.
            #[allow(unsafe_code)]
            unsafe {
                std::slice::from_raw_parts(words.as_ptr().cast(), bytes.len())
            }
        };
        assert_eq!(load(&[]).err(), Some(LoadError::Label));
        assert_eq!(load(spoilt(0)).err(), Some(LoadError::Label));
        assert!(matches!(load(spoilt(8)).err(), Some(LoadError::Version(_))));
        assert_eq!(load(spoilt(16)).err(), Some(LoadError::Rules));
        assert!(matches!(load(spoilt(HEADER)).err(), Some(LoadError::Tables(_))));
    }
}
