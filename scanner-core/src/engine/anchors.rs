//! From a haystack to candidates: which rule's head stands where.
//!
//! The heads of all built-in rules are in one table, which the build script made; those of a user's rules are in one of
//! their own. Both are asked where the filter lets a position pass: first what the heads that could be meant have in
//! common, without a branch, which leaves few that are none; then whole heads are compared. The tests hold the answer
//! against that of plain automata over every byte.

use std::ops::Range;

use super::builtin::{self, Tables};
use super::filter::{BLOCK, Digits, Vectors};
use crate::compile::filter::{Filter, OFFSETS, WINDOW};
use crate::compile::heads::{self, Heads};
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

/// What the passes over a haystack change.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    positions: Vec<u32>,
    digits: Digits,
}

impl Scratch {
    /// Begins with another haystack.
    pub(crate) fn reset(&mut self) {
        self.digits.reset();
    }

    /// Where the runs of digits begin that may be decoded, behind [`Anchors::finish`].
    pub(crate) fn starts(&self) -> &[usize] {
        self.digits.starts()
    }
}

/// The heads of all rules of a set.
pub(crate) struct Anchors {
    builtin: &'static Tables,
    own: Option<Own>,
    vectors: Vectors,
}

/// The heads of a user's rules, and the filter that lets them pass beside the built-in ones.
struct Own {
    heads: Heads,
    /// It is some 34 KiB, and would be moved with all that holds it.
    filter: Box<Filter>,
}

impl Anchors {
    /// The heads of the built-in rules, and of `own` rules whose indices follow theirs.
    pub(crate) fn new(own: &[Rule]) -> Result<Anchors, String> {
        Anchors::by(Vectors::detect(), own)
    }

    fn by(vectors: Vectors, own: &[Rule]) -> Result<Anchors, String> {
        let mut anchors = Anchors { builtin: builtin::tables(vectors.look()), own: None, vectors };
        if !own.is_empty() {
            anchors.add(own)?;
        }
        Ok(anchors)
    }

    /// The same with the filter of that name, if this machine can run it.
    #[cfg(feature = "generate")]
    pub(crate) fn named(name: &str, own: &[Rule]) -> Option<Anchors> {
        let named = Vectors::available().into_iter().find(|vectors| vectors.name() == name)?;
        Anchors::by(named, own).ok()
    }

    /// Adds the heads of a user's rules. Apart, because it needs the stack for two filters.
    #[cold]
    #[inline(never)]
    fn add(&mut self, own: &[Rule]) -> Result<(), String> {
        let mut filter = Box::new(self.builtin.filter.clone());
        let heads = heads::compile(own, &mut filter)?;
        self.own = Some(Own { heads, filter });
        Ok(())
    }

    /// Calls `visit` with every candidate whose head begins in `part`, and perhaps with a few beside it, in
    /// the order of their windows. The parts of a haystack come in order.
    pub(crate) fn candidates(
        &self,
        haystack: &[u8],
        part: Range<usize>,
        Scratch { positions, digits }: &mut Scratch,
        visit: &mut impl FnMut(Candidate),
    ) {
        // A head's window may begin behind the part, and is whole there.
        let seen = &haystack[..haystack.len().min(part.end + OFFSETS + WINDOW)];
        let filter = self.own.as_ref().map_or(&self.builtin.filter, |own| &*own.filter);
        // The same pass looks for runs of digits, if it begins where that for them has come to.
        self.vectors.look_for_runs(haystack, part.start, digits);
        for from in (digits.begin(part.start)..seen.len()).step_by(BLOCK) {
            filter.positions(self.vectors, seen, from, positions, digits);
            self.keep_likely(seen, from, positions);
            for &position in positions.iter() {
                let window = from + position as usize;
                if window + 3 > haystack.len() {
                    break;
                }
                let mut tell = |heads: &Heads, base: u16| {
                    heads.at(haystack, window, &mut |at, entry| {
                        if at >= part.start {
                            for rule in heads.rules_of(entry) {
                                let len = usize::from(entry.len);
                                visit(Candidate { at, len, rule: base + rule });
                            }
                        }
                    });
                };
                tell(&self.builtin.heads, 0);
                if let Some(own) = &self.own {
                    tell(&own.heads, builtin::RULES.len() as u16);
                }
            }
        }
    }

    /// Keeps the positions, relative to `from`, at which the window of some head may begin by what stands around.
    fn keep_likely(&self, haystack: &[u8], from: usize, positions: &mut Vec<u32>) {
        let mut kept = 0;
        for index in 0..positions.len() {
            let position = positions[index];
            let at = from + position as usize;
            let of_own = self.own.as_ref().is_some_and(|own| own.heads.may_be_at(haystack, at));
            positions[kept] = position;
            kept += usize::from(self.builtin.heads.may_be_at(haystack, at) | of_own);
        }
        positions.truncate(kept);
    }

    /// Finds the runs of digits that may be decoded, as far as the passes for candidates have not.
    pub(crate) fn finish(&self, haystack: &[u8], scratch: &mut Scratch) {
        self.vectors.finish_runs(haystack, &mut scratch.digits);
    }

    /// What the search uses: the filter's code, and the size in bytes of the tables.
    pub(crate) fn describe(&self) -> (&'static str, usize) {
        let own = self.own.as_ref().map_or(0, |own| own.heads.size());
        (self.vectors.name(), size_of::<Filter>() + self.builtin.heads.size() + own)
    }
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;

    use super::*;
    use crate::compile::filter::Look;
    use crate::compile::heads::Entry;

    fn anchors(vectors: Vectors) -> Anchors {
        Anchors::by(vectors, &[]).unwrap()
    }

    fn by_filter(anchors: &Anchors, haystack: &[u8]) -> Vec<Candidate> {
        let mut all = Vec::new();
        let part = 0..haystack.len();
        anchors.candidates(haystack, part, &mut Scratch::default(), &mut |candidate| {
            all.push(candidate);
        });
        all.sort_unstable();
        all
    }

    /// The candidates by plain automata over every byte: no filter, no table.
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

    /// Text that was not made for the purpose: sources, and the rules themselves, where heads are many.
    #[test]
    fn all_vectors_and_plain_passes_find_the_same_in_real_text() {
        let sources =
            [include_str!("read.rs"), include_str!("mod.rs"), include_str!("../scanner.rs")];
        let rules = secscan_rules::FILES.iter().map(|(_, text)| *text);
        for text in sources.into_iter().chain(rules) {
            let expected = by_plain_passes(text.as_bytes());
            for vectors in Vectors::available() {
                let found = by_filter(&anchors(vectors), text.as_bytes());
                let known = |one: &Candidate| expected.binary_search(one).is_ok();
                assert!(found.iter().all(known), "{vectors:?}");
                let long = |all: &[Candidate]| all.iter().filter(|one| one.len > 3).count();
                assert_eq!(long(&found), long(&expected), "{vectors:?}");
            }
        }
    }

    #[test]
    fn heads_of_a_users_rules_are_found_beside_the_built_in_ones() {
        let mut rules = crate::RuleSet::builtin();
        for (name, head) in [("one", "zqx"), ("two", "Zebra_Token_Of_Some_Length-")] {
            let rule = format!(
                "issuer = \"x\"\n[[rule]]\nid = \"{name}\"\nname = \"{name}\"\nseverity = \"high\"\n\
                 fix = \"x\"\nheads = [\"{head}\"]\npattern = '{head}[0-9a-z]{{20}}'\n"
            );
            rules.add("own.toml", &rule).unwrap();
        }
        let base = builtin::RULES.len() as u16;
        let haystack = heads_and_noise();
        let text = b"zqx1 Zebra_Token_Of_Some_Length-1 Zebra_Token_Of_Some_length-1 zqx";
        for vectors in Vectors::available() {
            let both = Anchors::by(vectors, rules.own()).unwrap();
            let own = by_filter(&both, text).into_iter().filter(|one| one.rule >= base);
            let own: Vec<_> = own.map(|one| (one.at, one.rule)).collect();
            assert_eq!(own, [(0, base), (5, base + 1), (63, base)], "{vectors:?}");
            let mut found = by_filter(&both, &haystack);
            found.retain(|one| one.rule < base || one.rule == heads::MARK);
            // The longer list of hashes lets more pass behind heads of three bytes.
            found.retain(|one| one.len > 3);
            let mut builtin = by_filter(&anchors(vectors), &haystack);
            builtin.retain(|one| one.len > 3);
            assert!(found == builtin, "{vectors:?}");
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

    /// What costs most: heads over and over, with those around them that have the same words.
    #[test]
    fn all_vectors_and_plain_passes_find_the_same_in_text_of_nothing_but_heads() {
        let pieces = [
            "password",
            "password=",
            " password 'md5",
            "cpassword=\"",
            "AKIA",
            "AKIA ",
            "eyJ",
            "aws_secret_",
            "PRIVATE KEY-----\n",
            "://",
            ":::",
            "sk_live_",
            "SEC",
            "secret_key_base ",
        ];
        for piece in pieces {
            let mut text = vec![b'.'; 64];
            text.extend(piece.bytes().cycle().take(200));
            let all = by_plain_passes(&text);
            // The first of them at every place of a step.
            for cut in 0..64 {
                let rest = all.iter().filter(|one| one.at >= cut);
                let expected: Vec<_> =
                    rest.map(|one| Candidate { at: one.at - cut, ..*one }).collect();
                let long = |all: &[Candidate]| all.iter().filter(|one| one.len > 3).count();
                for vectors in Vectors::available() {
                    let found = by_filter(&anchors(vectors), &text[cut..]);
                    let known = |one: &Candidate| expected.binary_search(one).is_ok();
                    assert!(found.iter().all(known), "{vectors:?} {piece:?} {cut}");
                    assert_eq!(long(&found), long(&expected), "{vectors:?} {piece:?} {cut}");
                }
            }
        }
    }

    /// All heads whose window has these three bytes, one after the other: as if groups were not split.
    fn by_comparing_each(heads: &Heads, haystack: &[u8], at: usize) -> Vec<(usize, Entry)> {
        let all = heads.entries.iter().filter_map(|entry| {
            let start = at.checked_sub(entry.offset.into())?;
            heads.is_at(entry, &haystack[start..]).then_some((start, *entry))
        });
        all.collect()
    }

    fn by_groups(heads: &Heads, haystack: &[u8], at: usize) -> Vec<(usize, Entry)> {
        let mut found = Vec::new();
        heads.at(haystack, at, &mut |start, entry| found.push((start, *entry)));
        found
    }

    #[test]
    fn groups_lead_to_the_same_heads_in_the_same_order() {
        let haystack = heads_and_noise();
        for look in [Look::Classes, Look::Nibbles] {
            let heads = &builtin::tables(look).heads;
            let mut several = 0;
            for at in 0..haystack.len() - 2 {
                let expected = by_comparing_each(heads, &haystack, at);
                several += usize::from(expected.len() > 1);
                assert!(by_groups(heads, &haystack, at) == expected, "{look:?} {at}");
            }
            assert!(several > 100, "{several}");
        }
    }

    /// That a word is in many heads must not cost at each place where it stands. Not all is told apart: heads may differ
    /// only in what is too far behind their windows.
    #[test]
    fn few_heads_are_compared_where_one_stands() {
        for look in [Look::Classes, Look::Nibbles] {
            let heads = &builtin::tables(look).heads;
            let largest = heads.groups.iter().map(|group| usize::from(group.count)).max().unwrap();
            assert!(largest > 20);
            for head in builtin::RULES.iter().flat_map(|rule| rule.heads.iter()) {
                let text = format!("........{0}{0}{0}........", head.literal);
                for at in 8..text.len() - 8 {
                    let compared = heads.compared(text.as_bytes(), at).len();
                    assert!(2 * compared <= largest, "{look:?} {text:?} {at} {compared}");
                }
            }
        }
    }

    /// A user's heads are split, too.
    #[test]
    fn many_heads_with_one_word_are_found() {
        let mut rules = crate::RuleSet::builtin();
        let heads: Vec<String> = (0..200).map(|n| format!("{n:03}zqxzqx{:02}", n % 7)).collect();
        let rule = format!(
            "issuer = \"x\"\n[[rule]]\nid = \"many\"\nname = \"many\"\nseverity = \"high\"\n\
             fix = \"x\"\nheads = {heads:?}\npattern = '[0-9]{{3}}zqxzqx[0-9]{{2}}[0-9a-z]{{20}}'\n"
        );
        rules.add("own.toml", &rule).unwrap();
        let base = builtin::RULES.len() as u16;
        let text = heads.concat();
        for vectors in Vectors::available() {
            let anchors = Anchors::by(vectors, rules.own()).unwrap();
            let found = by_filter(&anchors, text.as_bytes()).into_iter();
            let own = found.filter(|one| one.rule == base).map(|one| one.at);
            assert!(own.eq((0..text.len()).step_by(11)), "{vectors:?}");
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
                let mut scratch = Scratch::default();
                anchors.candidates(&haystack, part.clone(), &mut scratch, &mut |candidate| {
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
    fn the_embedded_tables_are_what_a_fresh_compile_gives() {
        let rules = crate::compile::builtin_rules().unwrap();
        assert_eq!(rules, builtin::RULES);
        for look in [Look::Classes, Look::Nibbles] {
            let (heads, filter) = heads::compile_builtin(&rules, look).unwrap();
            let embedded = builtin::tables(look);
            assert!(heads == embedded.heads, "the heads differ: {look:?}");
            assert!(filter == embedded.filter, "the filters differ: {look:?}");
        }
    }
}
