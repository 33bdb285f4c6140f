//! From the heads of all rules to the one automaton, and to the tables of the filter before it.
//!
//! The automaton is a dense DFA over short literals: class bytes after a head would multiply its
//! states, so they are left to each rule's own pattern.

use std::collections::BTreeMap;

use regex_automata::MatchKind;
use regex_automata::dfa::{StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;

use super::filter::{Filter, Window};
use crate::rule::{Head, Rule};

/// A head, as the automaton numbers them, and the rules that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The length of the head in bytes.
    pub len: u8,
    /// How many bytes behind the head's beginning the filter's window on it begins.
    pub offset: u8,
    /// The first of its rules in [`Compiled::rules`].
    pub first: u16,
    /// How many they are.
    pub count: u16,
}

/// What the bytes of an embedded automaton begin with.
pub const LABEL: [u8; 8] = *b"secscan\0";

/// The version of everything that [`Compiled`] holds. A loader refuses any other.
pub const FORMAT: u32 = 1;

/// The length of the header in bytes: label, version, four bytes of padding, hash of the rules.
pub const HEADER: usize = 24;

/// What leads to text that is escaped, in the automaton of the built-in rules: a sign behind the last letter of
/// a name, the signs of URLs and JSON, and letters that hardly any text lacks, should all of it be escaped. Marks
/// of three bytes would let too much through the filter. What is escaped around one is decoded (see `decode`).
pub const MARKS: &[&str] = &[
    "d%3D",
    "d%3d",
    "D%3D",
    "n%3D",
    "n%3d",
    "N%3D",
    "t%3D",
    "t%3d",
    "T%3D",
    "y%3D",
    "y%3d",
    "Y%3D",
    "%3A%2F%2F",
    "%3a%2f%2f",
    "%22%3A",
    "%22%3a",
    "%5F%",
    "%5f%",
    "\\u003d",
    "\\u003D",
    "\\u0022",
    "\\u005f",
    "\\u005F",
    "\\u0065",
    "\\u0061",
    "\\x3d",
    "\\x3D",
    "\\x22",
    "\\x5f",
    "\\x5F",
    "\\x65",
    "\\x61",
    "&quot;",
    "&#34;",
    "&#39;",
    "&#61;",
    "&#97;",
    "&#101;",
    "&#x22;",
    "&#x3d;",
    "&#x3D;",
    "&#x61;",
    "&#x65;",
    "\" + \"",
    "' + '",
    "' . '",
    "\" . \"",
    "\" +\n",
    "' +\n",
    "' .\n",
    "\" \\\n",
    "' \\\n",
];

/// The rule that a mark leads to: none. There are fewer rules.
pub const MARK: u16 = u16::MAX;

/// What the engine searches with.
pub struct Compiled {
    /// The automaton.
    pub dfa: dense::DFA<Vec<u32>>,
    /// One entry for each of its patterns.
    pub entries: Vec<Entry>,
    /// The indices of the entries' rules.
    pub rules: Vec<u16>,
    /// The windows through which the filter sees the heads, one for each entry.
    pub windows: Vec<Window>,
    /// The filter before it.
    pub filter: Filter,
}

/// Compiles the heads of a user's rules.
pub fn compile(rules: &[Rule]) -> Result<Compiled, String> {
    compile_with(rules, &[])
}

/// Compiles the heads of the built-in rules, and the marks of what is escaped.
pub fn compile_builtin(rules: &[Rule]) -> Result<Compiled, String> {
    let marks: Vec<Head> =
        MARKS.iter().map(|&mark| Head { literal: mark.into(), ignore_case: false }).collect();
    compile_with(rules, &marks)
}

fn compile_with(rules: &[Rule], marks: &[Head]) -> Result<Compiled, String> {
    let mut by_head: BTreeMap<&Head, Vec<u16>> = BTreeMap::new();
    for mark in marks {
        by_head.entry(mark).or_default().push(MARK);
    }
    for (index, rule) in rules.iter().enumerate() {
        for head in rule.heads.iter() {
            let index = u16::try_from(index).map_err(|_| "too many rules".to_owned())?;
            let of_head = by_head.entry(head).or_default();
            if of_head.last() != Some(&index) {
                of_head.push(index);
            }
        }
    }
    let mut entries = Vec::new();
    let mut indices = Vec::new();
    for (head, of_head) in &by_head {
        entries.push(Entry {
            len: head.literal.len() as u8,
            offset: 0,
            first: u16::try_from(indices.len()).map_err(|_| "too many heads".to_owned())?,
            count: of_head.len() as u16,
        });
        indices.extend_from_slice(of_head);
    }
    let choices: Vec<Vec<Window>> = by_head
        .iter()
        .map(|(head, of_head)| {
            Window::choices(head, of_head.iter().filter_map(|&i| rules.get(usize::from(i))))
        })
        .collect();
    let (windows, filter) = Filter::new(&choices);
    for (entry, window) in entries.iter_mut().zip(&windows) {
        entry.offset = window.offset;
    }
    Ok(Compiled {
        dfa: automaton(by_head.keys().copied())?,
        entries,
        rules: indices,
        windows,
        filter,
    })
}

impl Compiled {
    /// The automaton as bytes to embed, for a machine of that byte order.
    pub fn to_bytes(&self, rules_hash: u64, big_endian: bool) -> Vec<u8> {
        let mut bytes = LABEL.to_vec();
        let (tables, padding) = if big_endian {
            bytes.extend(FORMAT.to_be_bytes().into_iter().chain([0; 4]));
            bytes.extend(rules_hash.to_be_bytes());
            self.dfa.to_bytes_big_endian()
        } else {
            bytes.extend(FORMAT.to_le_bytes().into_iter().chain([0; 4]));
            bytes.extend(rules_hash.to_le_bytes());
            self.dfa.to_bytes_little_endian()
        };
        bytes.extend_from_slice(&tables[padding..]);
        bytes
    }
}

fn automaton<'h>(heads: impl Iterator<Item = &'h Head>) -> Result<dense::DFA<Vec<u32>>, String> {
    let patterns: Vec<String> = heads
        .map(|head| {
            let flag = if head.ignore_case { "(?i)" } else { "" };
            format!("{flag}{}", regex_syntax::escape(&head.literal))
        })
        .collect();
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .match_kind(MatchKind::All)
                .start_kind(StartKind::Anchored)
                .accelerate(false)
                .minimize(false),
        )
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).shrink(false))
        .build_many(&patterns)
        .map_err(|error| format!("the automaton was not built: {error}"))
}
