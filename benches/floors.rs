//! What a search is held against, in the same run and over the same bytes.
//!
//! `memchr` of a byte that is not there is about what reading memory costs. The Aho-Corasick DFA over the
//! same literals is what a scanner does that looks for all its prefixes and keywords in one plain pass; it
//! finds them and does nothing with them.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use secscan_core::Scanner;

use crate::corpus::Corpus;

/// A byte that text does not have.
const RARE: u8 = 0x01;

pub(crate) struct Floors {
    /// How many heads the rules have.
    pub(crate) heads: usize,
    dfa: AhoCorasick,
    /// An automaton that finds all of them, also those that overlap.
    all: AhoCorasick,
    /// The same literals by another automaton, to know the answer.
    nfa: AhoCorasick,
}

impl Floors {
    pub(crate) fn new(scanner: &Scanner) -> Floors {
        let mut heads = BTreeSet::new();
        let mut literals = BTreeSet::new();
        for (_, rule) in scanner.rules().iter() {
            for head in rule.heads.iter() {
                heads.insert(head.clone());
                literals.insert(head.literal.to_string());
                if head.ignore_case {
                    // The three usual spellings: the automaton cannot ignore the case of some literals
                    // only, and ignoring that of all would make it find more and be slower.
                    literals.insert(head.literal.to_ascii_uppercase());
                    let (first, rest) = head.literal.split_at(1);
                    literals.insert(first.to_ascii_uppercase() + rest);
                }
            }
        }
        let build = |kind, matches| {
            AhoCorasick::builder()
                .kind(Some(kind))
                .match_kind(matches)
                .build(&literals)
                .expect("a few hundred literals make an automaton")
        };
        Floors {
            heads: heads.len(),
            dfa: build(AhoCorasickKind::DFA, MatchKind::LeftmostFirst),
            all: build(AhoCorasickKind::DFA, MatchKind::Standard),
            nfa: build(AhoCorasickKind::ContiguousNFA, MatchKind::LeftmostFirst),
        }
    }

    pub(crate) fn aho_corasick(&self, corpus: &Corpus) -> usize {
        corpus.files.iter().map(|(_, text)| self.dfa.find_iter(text).count()).sum()
    }

    /// As the filter and the table of heads do, which tell of every head.
    pub(crate) fn aho_corasick_overlapping(&self, corpus: &Corpus) -> usize {
        corpus.files.iter().map(|(_, text)| self.all.find_overlapping_iter(text).count()).sum()
    }

    pub(crate) fn memchr(&self, corpus: &Corpus) -> usize {
        corpus.files.iter().map(|(_, text)| memchr::memchr_iter(RARE, text).count()).sum()
    }

    /// Asserts that the floors count right.
    pub(crate) fn check(&self, corpus: &Corpus) {
        let literals: usize =
            corpus.files.iter().map(|(_, text)| self.nfa.find_iter(text).count()).sum();
        assert!(literals > 0);
        assert_eq!(self.aho_corasick(corpus), literals);
        let bytes: usize = corpus
            .files
            .iter()
            .map(|(_, text)| text.iter().filter(|&&byte| byte == RARE).count())
            .sum();
        assert_eq!(self.memchr(corpus), bytes);
    }
}
