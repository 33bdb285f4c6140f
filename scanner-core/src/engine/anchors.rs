//! From a haystack to candidates: which rule's head stands where.
//!
//! One automaton knows the heads of all built-in rules; it is embedded and loaded in place. A user's
//! rules have a small one of their own, so that nobody waits for the big one to be built. Both are run
//! where the filter lets a position pass; `everywhere` runs the built-in one over every byte
//! instead, which is what the filter is tested against.

use std::borrow::Cow;
use std::fmt;

use regex_automata::dfa::{Automaton, OverlappingState, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, Input};

use super::builtin;
use super::filter::{BLOCK, Vectors};
use crate::compile::heads::{self, Entry, Filter, HEADER, Starts};
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
        filter.extend(own);
        let base = builtin::RULES.len() as u16;
        let own = Trie::new(compiled.dfa, compiled.entries.into(), compiled.rules.into(), base)?;
        Ok(Anchors { builtin, own: Some(own), filter: Cow::Owned(filter), vectors })
    }

    /// Calls `visit` with every candidate, in the order of their places. `positions` is scratch.
    pub(crate) fn candidates(
        &self,
        haystack: &[u8],
        positions: &mut Vec<u32>,
        visit: &mut impl FnMut(Candidate),
    ) {
        for from in (0..haystack.len()).step_by(BLOCK) {
            self.filter.positions(self.vectors, haystack, from, positions);
            for &position in positions.iter() {
                let at = from + position as usize;
                self.builtin.at(haystack, at, visit);
                if let Some(own) = &self.own {
                    own.at(haystack, at, visit);
                }
            }
        }
    }

    /// The candidates of the built-in rules by the automaton alone, in one pass over every byte: the
    /// answer that [`Anchors::candidates`] must give too, in the order of the heads' ends.
    pub(crate) fn everywhere(&self, haystack: &[u8], visit: &mut impl FnMut(Candidate)) {
        let input = Input::new(haystack);
        let mut state = OverlappingState::start();
        loop {
            self.builtin
                .dfa
                .try_search_overlapping_fwd(&input, &mut state)
                .expect("the automaton has no quit bytes and both kinds of start");
            let Some(end) = state.get_match() else { return };
            let entry = self.builtin.entries[end.pattern().as_usize()];
            let len = usize::from(entry.len);
            self.builtin.visit(entry, end.offset() - len, visit);
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

    /// Calls `visit` for every head that begins at `at`.
    #[inline]
    fn at(&self, haystack: &[u8], at: usize, visit: &mut impl FnMut(Candidate)) {
        let mut state = self.start;
        for &byte in &haystack[at..] {
            state = self.dfa.next_state(state, byte);
            if self.dfa.is_special_state(state) {
                if self.dfa.is_dead_state(state) {
                    return;
                }
                self.matches(state, at, visit);
            }
        }
        self.matches(self.dfa.next_eoi_state(state), at, visit);
    }

    fn matches(&self, state: StateID, at: usize, visit: &mut impl FnMut(Candidate)) {
        if self.dfa.is_match_state(state) {
            for index in 0..self.dfa.match_len(state) {
                let pattern = self.dfa.match_pattern(state, index);
                self.visit(self.entries[pattern.as_usize()], at, visit);
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
    let word = |at: usize| u32::from_ne_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
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
