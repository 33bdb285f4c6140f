//! From the heads of all rules to the one automaton, and to the tables of the filter before it.
//!
//! The automaton is a dense DFA over short literals: class bytes after a head would multiply its
//! states, so they are left to each rule's own pattern. The filter knows the first four bytes of
//! each head, roughly (a bucket of nibble masks, for SIMD) and exactly (a bitmap of hashes).

use std::collections::BTreeMap;

use regex_automata::dfa::{StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind, hybrid};

use crate::rule::{ByteSet, Head, Rule, Shape};

/// How many bytes of a head the filter looks at.
pub const FINGERPRINT: usize = 4;

/// How many buckets the fingerprints are put in: two bytes of bits.
pub const BUCKETS: usize = 16;

/// A head, as the automaton numbers them, and the rules that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The length of the head in bytes.
    pub len: u8,
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

/// What the engine searches with.
pub struct Compiled {
    /// The automaton.
    pub dfa: dense::DFA<Vec<u32>>,
    /// One entry for each of its patterns.
    pub entries: Vec<Entry>,
    /// The indices of the entries' rules.
    pub rules: Vec<u16>,
    /// The filter before it.
    pub filter: Filter,
}

/// Which searches an automaton can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    /// At a given place only: a small trie, built in a moment.
    Anchored,
    /// Also anywhere, in one pass over the haystack: half a second of work.
    Both,
}

/// The tables of the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// For each half of the buckets and each byte of the window: which buckets have a fingerprint
    /// with this low nibble there.
    pub low: [[[u8; 16]; FINGERPRINT]; 2],
    /// The same for the high nibble.
    pub high: [[[u8; 16]; FINGERPRINT]; 2],
    /// A bit for each hash of a window with which a head may begin.
    pub windows: [u64; 1024],
}

/// The hash of a window of four bytes, read as little-endian: an index into 65,536 bits.
#[inline]
pub fn hash(window: u32) -> u16 {
    (window.wrapping_mul(0x9E37_79B1) >> 16) as u16
}

/// Compiles the heads of all rules. Built-in ones are compiled for both kinds of search.
pub fn compile(rules: &[Rule], starts: Starts) -> Result<Compiled, String> {
    let mut by_head: BTreeMap<&Head, Vec<u16>> = BTreeMap::new();
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
            first: u16::try_from(indices.len()).map_err(|_| "too many heads".to_owned())?,
            count: of_head.len() as u16,
        });
        indices.extend_from_slice(of_head);
    }
    let fingerprints: Vec<Fingerprint> =
        by_head.iter().map(|(head, of_head)| Fingerprint::of(head, of_head, rules)).collect();
    Ok(Compiled {
        dfa: automaton(by_head.keys().copied(), starts)?,
        entries,
        rules: indices,
        filter: Filter::new(&fingerprints),
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

fn automaton<'h>(
    heads: impl Iterator<Item = &'h Head>,
    starts: Starts,
) -> Result<dense::DFA<Vec<u32>>, String> {
    let patterns: Vec<String> = heads
        .map(|head| {
            let flag = if head.ignore_case { "(?i)" } else { "" };
            format!("{flag}{}", regex_syntax::escape(&head.literal))
        })
        .collect();
    let start_kind = match starts {
        Starts::Anchored => StartKind::Anchored,
        Starts::Both => StartKind::Both,
    };
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .match_kind(MatchKind::All)
                .start_kind(start_kind)
                .accelerate(false)
                .minimize(false),
        )
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).shrink(false))
        .build_many(&patterns)
        .map_err(|error| format!("the automaton was not built: {error}"))
}

/// The bytes that may stand in each place of the window at which a head begins.
struct Fingerprint([ByteSet; FINGERPRINT]);

impl Fingerprint {
    fn of(head: &Head, of_head: &[u16], rules: &[Rule]) -> Fingerprint {
        let mut places = [ByteSet::default(); FINGERPRINT];
        let literal = head.literal.as_bytes();
        for (place, set) in places.iter_mut().enumerate() {
            match literal.get(place) {
                Some(&byte) => {
                    set.insert(byte);
                    if head.ignore_case {
                        set.insert(byte.to_ascii_uppercase());
                    }
                }
                None => {
                    for &index in of_head {
                        let next = follow(&rules[usize::from(index)], literal);
                        (0..=255).filter(|&b| next.contains(b)).for_each(|b| set.insert(b));
                    }
                }
            }
        }
        Fingerprint(places)
    }

    /// Calls `visit` with every window that the fingerprint stands for.
    fn windows(&self, visit: &mut dyn FnMut(u32)) {
        let members =
            |set: &ByteSet| -> Vec<u8> { (0..=255).filter(|&b| set.contains(b)).collect() };
        let [a, b, c, d] = self.0.each_ref().map(members);
        for &a in &a {
            for &b in &b {
                for &c in &c {
                    for &d in &d {
                        visit(u32::from_le_bytes([a, b, c, d]));
                    }
                }
            }
        }
    }
}

/// The bytes that may follow a head shorter than the window, by the rule's pattern. Without a
/// pattern that begins with the head, any byte may.
fn follow(rule: &Rule, head: &[u8]) -> ByteSet {
    if rule.shape != Shape::Token || rule.offset != (0, 0) {
        return ByteSet::ALL;
    }
    next_bytes(&rule.pattern, head).unwrap_or(ByteSet::ALL)
}

fn next_bytes(pattern: &str, head: &[u8]) -> Option<ByteSet> {
    let dfa = hybrid::dfa::Builder::new()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false))
        .build(pattern)
        .ok()?;
    let mut cache = dfa.create_cache();
    let input = Input::new(head).anchored(Anchored::Yes);
    let mut state = dfa.start_state_forward(&mut cache, &input).ok()?;
    for &byte in head {
        state = dfa.next_state(&mut cache, state, byte).ok()?;
    }
    let mut set = ByteSet::default();
    for byte in 0..=255 {
        let next = dfa.next_state(&mut cache, state, byte).ok()?;
        if !next.is_dead() {
            set.insert(byte);
        }
    }
    Some(set)
}

impl Filter {
    /// A filter that lets nothing pass.
    pub fn empty() -> Filter {
        Filter {
            low: [[[0; 16]; FINGERPRINT]; 2],
            high: [[[0; 16]; FINGERPRINT]; 2],
            windows: [0; 1024],
        }
    }

    fn new(fingerprints: &[Fingerprint]) -> Filter {
        let mut filter = Filter::empty();
        for (bucket, masks) in group(fingerprints).iter().enumerate() {
            filter.fill_bucket(bucket, masks);
        }
        filter.mark_windows(fingerprints);
        filter
    }

    /// Lets the heads of more rules pass: each goes to the bucket that becomes least permissive.
    pub fn extend(&mut self, rules: &[Rule]) {
        let mut fingerprints = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for head in rule.heads.iter() {
                fingerprints.push(Fingerprint::of(head, &[index as u16], rules));
            }
        }
        let mut buckets = self.buckets();
        for fingerprint in &fingerprints {
            let masks = Masks::of(fingerprint);
            let best = (0..BUCKETS)
                .min_by(|&a, &b| {
                    let cost = |i: usize| buckets[i].union(&masks).cost() - buckets[i].cost();
                    cost(a).total_cmp(&cost(b))
                })
                .expect("there are buckets");
            buckets[best] = buckets[best].union(&masks);
            self.fill_bucket(best, &buckets[best]);
        }
        self.mark_windows(&fingerprints);
    }

    fn mark_windows(&mut self, fingerprints: &[Fingerprint]) {
        for fingerprint in fingerprints {
            fingerprint.windows(&mut |window| {
                let bit = usize::from(hash(window));
                self.windows[bit / 64] |= 1 << (bit % 64);
            });
        }
    }

    fn fill_bucket(&mut self, bucket: usize, masks: &Masks) {
        let bit = 1 << (bucket % 8);
        for place in 0..FINGERPRINT {
            for nibble in 0..16 {
                if masks.low[place] & (1 << nibble) != 0 {
                    self.low[bucket / 8][place][nibble] |= bit;
                }
                if masks.high[place] & (1 << nibble) != 0 {
                    self.high[bucket / 8][place][nibble] |= bit;
                }
            }
        }
    }

    fn buckets(&self) -> [Masks; BUCKETS] {
        std::array::from_fn(|bucket| {
            let bit = 1 << (bucket % 8);
            let mask = |table: &[u8; 16]| {
                (0..16).filter(|&n| table[n] & bit != 0).fold(0u16, |mask, n| mask | 1 << n)
            };
            Masks {
                low: self.low[bucket / 8].each_ref().map(mask),
                high: self.high[bucket / 8].each_ref().map(mask),
            }
        })
    }
}

/// The nibbles that a bucket lets pass in each place: a superset of its fingerprints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Masks {
    low: [u16; FINGERPRINT],
    high: [u16; FINGERPRINT],
}

impl Masks {
    fn of(fingerprint: &Fingerprint) -> Masks {
        let mut masks = Masks { low: [0; FINGERPRINT], high: [0; FINGERPRINT] };
        for (place, set) in fingerprint.0.iter().enumerate() {
            for byte in (0..=255).filter(|&byte| set.contains(byte)) {
                masks.low[place] |= 1 << (byte & 15);
                masks.high[place] |= 1 << (byte >> 4);
            }
        }
        masks
    }

    fn union(&self, other: &Masks) -> Masks {
        let mut union = *self;
        for place in 0..FINGERPRINT {
            union.low[place] |= other.low[place];
            union.high[place] |= other.high[place];
        }
        union
    }

    /// How often, in a hundred thousand bytes of source code to the fourth, the bucket lets a window
    /// pass that need not be a head.
    fn cost(&self) -> f64 {
        let mut cost = 1.0;
        for place in 0..FINGERPRINT {
            let mut weight = 0.0;
            for (byte, &frequency) in FREQUENCY.iter().enumerate() {
                if self.low[place] & (1 << (byte & 15)) != 0
                    && self.high[place] & (1 << (byte >> 4)) != 0
                {
                    weight += f64::from(frequency) + 0.5;
                }
            }
            cost *= weight;
        }
        cost
    }
}

/// Puts the fingerprints into buckets so that alike ones share one: the two groups whose union costs
/// least become one, until there are no more than the buckets.
fn group(fingerprints: &[Fingerprint]) -> Vec<Masks> {
    let mut groups: Vec<Masks> = Vec::new();
    for fingerprint in fingerprints {
        let masks = Masks::of(fingerprint);
        if !groups.contains(&masks) {
            groups.push(masks);
        }
    }
    let mut costs: Vec<f64> = groups.iter().map(Masks::cost).collect();
    // The cheapest partner behind each group, so that a merger recomputes a few rows, not all.
    let partner = |groups: &[Masks], costs: &[f64], i: usize| {
        (i + 1..groups.len())
            .map(|j| (groups[i].union(&groups[j]).cost() - costs[i] - costs[j], j))
            .min_by(|a, b| a.0.total_cmp(&b.0))
    };
    let mut partners: Vec<_> = (0..groups.len()).map(|i| partner(&groups, &costs, i)).collect();
    while groups.len() > BUCKETS {
        let (i, (_, j)) = partners
            .iter()
            .enumerate()
            .filter_map(|(i, partner)| Some((i, (*partner)?)))
            .min_by(|a, b| a.1.0.total_cmp(&b.1.0))
            .expect("two groups are left");
        groups[i] = groups[i].union(&groups[j]);
        costs[i] = groups[i].cost();
        groups.remove(j);
        costs.remove(j);
        partners.remove(j);
        for k in 0..groups.len() {
            let stale = k == i
                || match partners[k] {
                    Some((_, p)) if p == i || p == j => true,
                    Some((delta, p)) => {
                        partners[k] = Some((delta, if p > j { p - 1 } else { p }));
                        false
                    }
                    None => k + 1 < groups.len(),
                };
            if stale {
                partners[k] = partner(&groups, &costs, k);
            } else if k < i {
                let delta = groups[k].union(&groups[i]).cost() - costs[k] - costs[i];
                if partners[k].is_none_or(|(least, _)| delta < least) {
                    partners[k] = Some((delta, i));
                }
            }
        }
    }
    groups
}

/// How often each ASCII byte occurs in a hundred thousand bytes of source code, JSON and
/// documentation (counted over 300 MB of the Rust, Go and Python standard libraries and packages).
/// Only relations matter, and only for speed.
#[rustfmt::skip]
const FREQUENCY: [u16; 128] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 1236, 2944, 0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    19858, 111, 1147, 188, 24, 37, 107, 270, 1109, 1109, 251, 89, 1898, 296, 1129, 908,
    1627, 777, 773, 548, 422, 271, 412, 221, 347, 214, 1478, 324, 119, 850, 218, 18,
    11, 638, 239, 521, 456, 750, 350, 197, 150, 584, 22, 84, 371, 317, 451, 477,
    442, 42, 577, 699, 720, 244, 193, 130, 151, 94, 31, 377, 227, 376, 8, 1815,
    211, 3043, 1013, 1848, 1674, 5420, 1400, 992, 865, 2917, 76, 338, 2024, 1216, 3164, 2757,
    1526, 107, 3297, 3116, 4166, 1835, 480, 433, 1210, 684, 122, 394, 70, 393, 6, 0,
];
