//! The tables of the filter before the automaton: how heads are seen through windows of four bytes.
//!
//! A window may lie anywhere in a head, and where it lies decides how often it fires by accident: `toke`
//! is rarer than `pass`, `_key` than `secr`. The windows of all heads are put into sixteen buckets for the
//! vector code, which knows of a bucket only which bytes it has in each place, or on older machines only
//! which nibbles; alike windows share a bucket. A bitmap knows the hash of every window exactly.

use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, hybrid, nfa::thompson};

use crate::rule::{ByteSet, Head, Rule, Shape};

/// How many bytes of a head the filter looks at.
pub const WINDOW: usize = 4;

/// How many buckets the windows are put in: two bytes of bits.
pub const BUCKETS: usize = 16;

/// How far behind a head's beginning its window may begin: the offsets of a slot are a byte of bits.
pub const OFFSETS: usize = 8;

/// The tables of the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// For each half of the buckets and each byte of the window: which buckets have a window with this
    /// byte there. The highest bit of a byte is not looked at, in this table and the next two.
    pub exact: [[[u8; 128]; WINDOW]; 2],
    /// The same for the byte's low nibble alone.
    pub low: [[[u8; 16]; WINDOW]; 2],
    /// The same for the high nibble.
    pub high: [[[u8; 16]; WINDOW]; 2],
    /// A bit for each hash of a window.
    pub hashes: [u64; 1024],
    /// For each slot of sixteen hashes, a bit for each offset that a window of them has in its head.
    pub offsets: [u8; 4096],
}

/// What a window is multiplied with for its hash.
pub const HASH_FACTOR: u32 = 0x9E37_79B1;

/// The hash is what is left of the product behind so many bits.
pub const HASH_SHIFT: u32 = 16;

/// The hash of a window of four bytes, read as little-endian: an index into 65,536 bits.
#[inline]
pub fn hash(window: u32) -> u16 {
    (window.wrapping_mul(HASH_FACTOR) >> HASH_SHIFT) as u16
}

/// Four bytes of a head, and where in it they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many bytes behind the head's beginning it begins.
    pub offset: u8,
    /// The bytes that may stand in each place.
    places: [ByteSet; WINDOW],
}

impl Window {
    /// The windows on a head. A head of three bytes has one, whose last byte is what the patterns of its
    /// rules allow behind the head.
    pub fn choices<'r>(head: &Head, of_head: impl Iterator<Item = &'r Rule>) -> Vec<Window> {
        let literal = head.literal.as_bytes();
        let mut bytes: Vec<ByteSet> = literal
            .iter()
            .map(|&byte| {
                let mut set = ByteSet::default();
                set.insert(byte);
                if head.ignore_case {
                    set.insert(byte.to_ascii_uppercase());
                }
                set
            })
            .collect();
        if literal.len() < WINDOW {
            let mut next = ByteSet::default();
            let mut of_head = of_head.peekable();
            // A mark leads to no rule that says what follows.
            if of_head.peek().is_none() {
                next = ByteSet::ALL;
            }
            for rule in of_head {
                let follow = follow(rule, literal);
                (0..=255).filter(|&byte| follow.contains(byte)).for_each(|byte| next.insert(byte));
            }
            bytes.push(next);
        }
        bytes
            .windows(WINDOW)
            .take(OFFSETS)
            .enumerate()
            .map(|(offset, places)| Window {
                offset: offset as u8,
                places: places.try_into().expect("windows are of that length"),
            })
            .collect()
    }

    /// Calls `visit` with all bytes that the window stands for.
    fn each(&self, visit: &mut dyn FnMut(u32)) {
        let members =
            |set: &ByteSet| -> Vec<u8> { (0..=255).filter(|&b| set.contains(b)).collect() };
        let [a, b, c, d] = self.places.each_ref().map(members);
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

/// The bytes that may follow a head shorter than a window, by the rule's pattern. Without a pattern that
/// begins with the head, any byte may.
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
    fn empty() -> Filter {
        Filter {
            exact: [[[0; 128]; WINDOW]; 2],
            low: [[[0; 16]; WINDOW]; 2],
            high: [[[0; 16]; WINDOW]; 2],
            hashes: [0; 1024],
            offsets: [0; 4096],
        }
    }

    /// Chooses a window for each head, and makes the tables for them.
    pub fn new(choices: &[Vec<Window>]) -> (Vec<Window>, Filter) {
        let (windows, buckets) = arrange(choices);
        let mut filter = Filter::empty();
        for (window, &bucket) in windows.iter().zip(&buckets) {
            filter.fill(bucket, window);
        }
        filter.mark(&windows);
        (windows, filter)
    }

    /// Lets more windows pass: each goes to the bucket that becomes least permissive by it.
    pub fn extend(&mut self, windows: &[Window]) {
        let mut buckets = self.buckets();
        for window in windows {
            let masks = Masks::of(window);
            let (best, _) = cheapest(&buckets, &masks);
            buckets[best] = buckets[best].union(&masks);
            self.fill(best, window);
        }
        self.mark(windows);
    }

    fn mark(&mut self, windows: &[Window]) {
        for window in windows {
            window.each(&mut |bytes| {
                let bit = usize::from(hash(bytes));
                self.hashes[bit / 64] |= 1 << (bit % 64);
                self.offsets[bit / 16] |= 1 << window.offset;
            });
        }
    }

    fn fill(&mut self, bucket: usize, window: &Window) {
        let (half, bit) = (bucket / 8, 1 << (bucket % 8));
        for (place, set) in window.places.iter().enumerate() {
            for byte in (0..=255u8).filter(|&byte| set.contains(byte)) {
                self.exact[half][place][usize::from(byte & 127)] |= bit;
                self.low[half][place][usize::from(byte & 15)] |= bit;
                self.high[half][place][usize::from(byte >> 4 & 7)] |= bit;
            }
        }
    }

    fn buckets(&self) -> Vec<Masks> {
        (0..BUCKETS)
            .map(|bucket| {
                let bit = 1 << (bucket % 8);
                let mask = |table: &[u8; 16]| {
                    (0..16).filter(|&n| table[n] & bit != 0).fold(0u16, |mask, n| mask | 1 << n)
                };
                Masks {
                    low: self.low[bucket / 8].each_ref().map(mask),
                    high: self.high[bucket / 8].each_ref().map(mask),
                }
            })
            .collect()
    }
}

/// The nibbles that a bucket lets pass in each place: a superset of its windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    low: [u16; WINDOW],
    high: [u16; WINDOW],
}

impl Masks {
    fn of(window: &Window) -> Masks {
        let mut masks = Masks::default();
        for (place, set) in window.places.iter().enumerate() {
            for byte in (0..=255).filter(|&byte| set.contains(byte)) {
                masks.low[place] |= 1 << (byte & 15);
                masks.high[place] |= 1 << (byte >> 4 & 7);
            }
        }
        masks
    }

    fn union(&self, other: &Masks) -> Masks {
        let mut union = *self;
        for place in 0..WINDOW {
            union.low[place] |= other.low[place];
            union.high[place] |= other.high[place];
        }
        union
    }

    /// How often the masks let a window of source code pass, in windows of 10^20.
    fn cost(&self) -> f64 {
        (0..WINDOW).map(|place| weight(self.low[place], self.high[place])).product()
    }
}

/// How many of a hundred thousand bytes have these nibbles.
fn weight(low: u16, high: u16) -> f64 {
    let mut weight = 0.5;
    for row in (0..8).filter(|row| high & (1 << row) != 0) {
        for column in (0..16).filter(|column| low & (1 << column) != 0) {
            weight += f64::from(FREQUENCY[row * 16 + column]) + 0.5;
        }
    }
    weight
}

/// The bucket whose cost rises least by the masks, and by how much.
fn cheapest(buckets: &[Masks], masks: &Masks) -> (usize, f64) {
    buckets
        .iter()
        .enumerate()
        .map(|(index, bucket)| (index, bucket.union(masks).cost() - bucket.cost()))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .expect("there are buckets")
}

/// Chooses a window for each head and a bucket for each window, so that little passes by accident: first
/// the rarest windows, alike ones together; then, until nothing is gained, each head in turn the window
/// and the bucket that are best given all others.
fn arrange(choices: &[Vec<Window>]) -> (Vec<Window>, Vec<usize>) {
    let rarest = |windows: &Vec<Window>| {
        let costs = windows.iter().map(|window| Masks::of(window).cost());
        costs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index)
    };
    let mut chosen: Vec<usize> = choices.iter().map(rarest).collect();
    let masks = |head: usize, choice: usize| Masks::of(&choices[head][choice]);
    let mut bucket =
        merge(&chosen.iter().enumerate().map(|(h, &c)| masks(h, c)).collect::<Vec<_>>());
    let union = |bucket: &[usize], chosen: &[usize], wanted: usize, without: Option<usize>| {
        (0..choices.len())
            .filter(|&head| bucket[head] == wanted && Some(head) != without)
            .fold(Masks::default(), |union, head| union.union(&masks(head, chosen[head])))
    };
    let mut buckets: Vec<Masks> =
        (0..BUCKETS).map(|wanted| union(&bucket, &chosen, wanted, None)).collect();
    for _round in 0..12 {
        let mut moved = false;
        for head in 0..choices.len() {
            let old = bucket[head];
            let full = buckets[old];
            buckets[old] = union(&bucket, &chosen, old, Some(head));
            let stay = buckets[old].union(&masks(head, chosen[head])).cost() - buckets[old].cost();
            let (choice, (to, rise)) = (0..choices[head].len())
                .map(|choice| (choice, cheapest(&buckets, &masks(head, choice))))
                .min_by(|a, b| a.1.1.total_cmp(&b.1.1))
                .expect("a head has a window");
            if rise < stay * 0.999 {
                (bucket[head], chosen[head]) = (to, choice);
                buckets[to] = buckets[to].union(&masks(head, choice));
                moved = true;
            } else {
                buckets[old] = full;
            }
        }
        if !moved {
            break;
        }
    }
    (choices.iter().zip(&chosen).map(|(windows, &choice)| windows[choice]).collect(), bucket)
}

/// Puts each of the masks into a bucket: the two groups whose union costs least become one, until there
/// are no more than the buckets.
fn merge(masks: &[Masks]) -> Vec<usize> {
    let mut groups: Vec<Masks> = Vec::new();
    let mut group_of: Vec<usize> = Vec::new();
    for masks in masks {
        let group = groups.iter().position(|group| group == masks).unwrap_or_else(|| {
            groups.push(*masks);
            groups.len() - 1
        });
        group_of.push(group);
    }
    let mut alive: Vec<usize> = (0..groups.len()).collect();
    let rise = |groups: &[Masks], a: usize, b: usize| {
        groups[a].union(&groups[b]).cost() - groups[a].cost() - groups[b].cost()
    };
    // For each group the cheapest partner, so that a merger looks at a few pairs and not at all.
    let partner = |groups: &[Masks], alive: &[usize], a: usize| {
        alive
            .iter()
            .filter(|&&b| b != a)
            .map(|&b| (rise(groups, a, b), b))
            .min_by(|x, y| x.0.total_cmp(&y.0))
    };
    let mut partners: Vec<_> = (0..groups.len()).map(|a| partner(&groups, &alive, a)).collect();
    while alive.len() > BUCKETS {
        let (a, b) = alive
            .iter()
            .filter_map(|&a| partners[a].map(|(rise, b)| (rise, a, b)))
            .min_by(|x, y| x.0.total_cmp(&y.0))
            .map(|(_, a, b)| (a, b))
            .expect("two groups are left");
        groups[a] = groups[a].union(&groups[b]);
        alive.retain(|&group| group != b);
        group_of.iter_mut().filter(|group| **group == b).for_each(|group| *group = a);
        for &c in &alive {
            let stale = c == a || partners[c].is_some_and(|(_, p)| p == a || p == b);
            if stale {
                partners[c] = partner(&groups, &alive, c);
            } else {
                let now = rise(&groups, c, a);
                if partners[c].is_none_or(|(least, _)| now < least) {
                    partners[c] = Some((now, a));
                }
            }
        }
    }
    group_of
        .iter()
        .map(|group| {
            alive
                .iter()
                .position(|other| other == group)
                .expect("groups that are gone have no members")
        })
        .collect()
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
