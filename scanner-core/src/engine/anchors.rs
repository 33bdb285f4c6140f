//! From a haystack to candidates: which rule's head stands where.
//!
//! One automaton knows the heads of all built-in rules; it is embedded and loaded in place. A user's
//! rules have a small one of their own, so that nobody waits for the big one to be built. Both are run
//! where the filter lets a position pass. They are tries, searched at one place: an automaton that finds
//! heads anywhere has ten times the states, and what the filter saves it need not do. The tests build
//! that one, and hold both answers against each other.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;

use super::builtin;
use super::filter::{BLOCK, Vectors};
use crate::compile::filter::{Filter, OFFSETS, WINDOW};
use crate::compile::heads::{self, Entry, HEADER};
use crate::rule::Rule;

/// A place where a rule's secret may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    /// Where the head begins.
    pub(crate) at: usize,
    /// How long it is.
    pub(crate) len: usize,
    /// The rule's index; of a mark, [`heads::MARK`].
    pub(crate) rule: u16,
}

/// The heads of all rules of a set.
pub(crate) struct Anchors {
    builtin: Trie<&'static [u32]>,
    own: Option<Trie<Vec<u32>>>,
    /// The filter that knows a user's heads too. It is 64 KiB, and would be moved with all that holds it.
    filter: Option<Box<Filter>>,
    vectors: Vectors,
}

impl Anchors {
    /// The heads of the built-in rules, and of `own` rules whose indices follow theirs.
    pub(crate) fn new(own: &[Rule]) -> Result<Anchors, String> {
        let builtin = embedded().map_err(|error| error.to_string())?;
        let vectors = Vectors::detect();
        let mut anchors = Anchors { builtin, own: None, filter: None, vectors };
        if !own.is_empty() {
            anchors.add(own)?;
        }
        Ok(anchors)
    }

    /// Adds the heads of a user's rules. Apart, because it needs the stack for two filters.
    #[cold]
    #[inline(never)]
    fn add(&mut self, own: &[Rule]) -> Result<(), String> {
        let compiled = heads::compile(own)?;
        let mut filter = Box::new(builtin::FILTER.clone());
        filter.extend(&compiled.windows);
        let base = builtin::RULES.len() as u16;
        let own = Trie::new(compiled.dfa, compiled.entries.into(), compiled.rules.into(), base)?;
        (self.own, self.filter) = (Some(own), Some(filter));
        Ok(())
    }

    /// The same without vector code.
    #[cfg(all(any(test, fuzzing), feature = "generate"))]
    pub(crate) fn portable(self) -> Anchors {
        Anchors { vectors: Vectors::None, ..self }
    }

    /// Calls `visit` with every candidate whose head begins in `part`, and perhaps with a few beside it, in
    /// the order of their windows. `positions` is scratch.
    pub(crate) fn candidates(
        &self,
        haystack: &[u8],
        part: Range<usize>,
        positions: &mut Vec<u32>,
        visit: &mut impl FnMut(Candidate),
    ) {
        // A head's window may begin behind the part, and is whole there.
        let seen = &haystack[..haystack.len().min(part.end + OFFSETS + WINDOW)];
        let filter = self.filter.as_deref().unwrap_or(&builtin::FILTER);
        for from in (part.start..seen.len()).step_by(BLOCK) {
            filter.positions(self.vectors, seen, from, positions);
            for &position in positions.iter() {
                let window = from + position as usize;
                let mut offsets = filter.offsets(haystack, window);
                while offsets != 0 {
                    let offset = offsets.trailing_zeros() as u8;
                    offsets &= offsets - 1;
                    let at = window.checked_sub(offset.into()).filter(|&at| at >= part.start);
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
    /// Its tables were made for another kind of machine.
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

/// The embedded automaton, in place. Its tables are megabytes, and looking at each entry of them would be most of what
/// it takes to start; the header says whether they are ours.
#[allow(unsafe_code)]
fn embedded() -> Result<Trie<&'static [u32]>, LoadError> {
    let tables = tables(&builtin::DFA.0)?;
    // SAFETY: these bytes are what the build script of this very crate had from `to_bytes_*` of the same release of
    // regex-automata, for this byte order; the header, which has just been compared, stands before no others. They
    // are aligned by `Aligned`, and the header keeps the alignment. The tests check every table of them.
    let (dfa, _) = unsafe { dense::DFA::from_bytes_unchecked(tables) }
        .map_err(|error| LoadError::Tables(error.to_string()))?;
    let entries = Cow::Borrowed(&builtin::ENTRIES[..]);
    let rules = Cow::Borrowed(&builtin::HEAD_RULES[..]);
    Trie::new(dfa, entries, rules, 0).map_err(LoadError::Tables)
}

/// What stands behind the header, if that is ours.
fn tables(bytes: &[u8]) -> Result<&[u8], LoadError> {
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
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;

    use super::*;

    fn anchors(vectors: Vectors) -> Anchors {
        Anchors { vectors, ..Anchors::new(&[]).unwrap() }
    }

    fn by_filter(anchors: &Anchors, haystack: &[u8]) -> Vec<Candidate> {
        let mut all = Vec::new();
        let part = 0..haystack.len();
        anchors.candidates(haystack, part, &mut Vec::new(), &mut |candidate| all.push(candidate));
        all.sort_unstable();
        all
    }

    /// The candidates by plain automata over every byte: no filter, no tries.
    fn by_plain_passes(haystack: &[u8]) -> Vec<Candidate> {
        let mut all = Vec::new();
        for ignore_case in [false, true] {
            let marks = heads::MARKS.iter().map(|&mark| (mark, heads::MARK));
            let heads = builtin::RULES.iter().zip(0..).flat_map(|(rule, index)| {
                let heads = rule.heads.iter().filter(|head| head.ignore_case == ignore_case);
                heads.map(move |head| (&*head.literal, index))
            });
            let of: Vec<(&str, u16)> = marks.filter(|_| !ignore_case).chain(heads).collect();
            let plain = AhoCorasick::builder()
                .ascii_case_insensitive(ignore_case)
                .build(of.iter().map(|(literal, _)| literal))
                .unwrap();
            all.extend(plain.find_overlapping_iter(haystack).map(|found| Candidate {
                at: found.start(),
                len: found.len(),
                rule: of[found.pattern().as_usize()].1,
            }));
        }
        all.sort_unstable();
        all.dedup();
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
    fn all_vectors_and_plain_passes_find_the_same_candidates() {
        let haystack = heads_and_noise();
        let expected = by_plain_passes(&haystack);
        let with_heads = builtin::RULES.iter().filter(|rule| !rule.heads.is_empty());
        assert!(expected.len() > with_heads.count());
        for vectors in Vectors::available() {
            let found = by_filter(&anchors(vectors), &haystack);
            // Behind a head of three bytes the filter asks for a byte that the patterns allow there.
            let short = found.iter().filter(|one| one.len == 3);
            assert!(short.clone().count() > 10, "{vectors:?}");
            assert!(short.clone().all(|one| expected.binary_search(one).is_ok()), "{vectors:?}");
            let long = |all: &[Candidate]| -> Vec<Candidate> {
                all.iter().filter(|one| one.len > 3).copied().collect()
            };
            assert!(long(&found) == long(&expected), "{vectors:?}");
        }
    }

    #[test]
    fn vectors_agree_at_every_length_and_alignment() {
        let all = heads_and_noise();
        let middle = all.len() / 2;
        let haystack = &all[middle..middle + 400];
        let portable = anchors(Vectors::None);
        for vectors in Vectors::available() {
            let anchors = anchors(vectors);
            for (start, len) in (0..64).flat_map(|start| (0..=256).map(move |len| (start, len))) {
                let part = &haystack[start..start + len];
                let long = |anchors| {
                    let mut found = by_filter(anchors, part);
                    found.retain(|one| one.len > 3);
                    found
                };
                assert!(long(&portable) == long(&anchors), "{vectors:?} {start} {len}");
            }
        }
    }

    #[test]
    fn blocks_join_without_a_gap() {
        let mut haystack = vec![b'.'; 3 * BLOCK + 17];
        let head = b"github_pat_";
        for start in [BLOCK, 2 * BLOCK, 3 * BLOCK] {
            for before in 0..=head.len() {
                haystack[start - 20..start + 17].fill(b'.');
                haystack[start - before..start - before + head.len()].copy_from_slice(head);
                let expected = by_plain_passes(&haystack);
                assert_eq!(expected.len(), 1);
                for vectors in Vectors::available() {
                    let found = by_filter(&anchors(vectors), &haystack);
                    assert_eq!(found, expected, "{vectors:?} {start} {before}");
                }
            }
            haystack[start - 20..start + 17].fill(b'.');
        }
    }

    #[test]
    fn parts_find_what_begins_in_them() {
        let haystack = heads_and_noise();
        for anchors in [anchors(Vectors::detect()), anchors(Vectors::None)] {
            let expected = by_filter(&anchors, &haystack);
            for (start, len) in
                [(0, 1), (1, 77), (63, 500), (1000, 3), (2000, haystack.len() - 2000)]
            {
                let part = start..start + len;
                let mut found = Vec::new();
                anchors.candidates(&haystack, part.clone(), &mut Vec::new(), &mut |candidate| {
                    found.push(candidate);
                });
                found.sort_unstable();
                found.retain(|candidate| part.contains(&candidate.at));
                let mut expected = expected.clone();
                expected.retain(|candidate| part.contains(&candidate.at));
                assert!(found == expected, "{part:?}");
            }
        }
    }

    #[test]
    fn the_embedded_automaton_is_what_a_fresh_compile_gives() {
        let rules = crate::compile::builtin_rules().unwrap();
        assert_eq!(rules, builtin::RULES);
        assert_eq!(builtin::RULES_HASH, crate::compile::fingerprint(secscan_rules::FILES));
        let compiled = heads::compile_builtin(&rules).unwrap();
        let bytes = compiled.to_bytes(builtin::RULES_HASH, cfg!(target_endian = "big"));
        assert!(bytes == builtin::DFA.0, "the automata differ");
        assert_eq!(compiled.entries, builtin::ENTRIES);
        assert_eq!(compiled.rules, builtin::HEAD_RULES);
        assert!(compiled.filter == builtin::FILTER, "the filters differ");
    }

    #[test]
    fn every_table_of_the_embedded_automaton_is_sound() {
        let (dfa, len) = dense::DFA::from_bytes(tables(&builtin::DFA.0).unwrap()).unwrap();
        assert_eq!(HEADER + len, builtin::DFA.0.len());
        assert!(dfa.memory_usage() > 100_000);
    }

    #[test]
    fn what_is_no_automaton_of_ours_is_refused() {
        let spoilt = |at: usize| {
            let mut bytes = builtin::DFA.0[..HEADER + 64].to_vec();
            bytes[at] ^= 0xFF;
            tables(&bytes).err()
        };
        assert_eq!(tables(&[]).err(), Some(LoadError::Label));
        assert_eq!(spoilt(0), Some(LoadError::Label));
        assert!(matches!(spoilt(8), Some(LoadError::Version(_))));
        assert_eq!(spoilt(16), Some(LoadError::Rules));
        assert_eq!(spoilt(HEADER), None);
    }
}
