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

/// How many bits each bitmap has.
const BITS: usize = 1 << 17;

/// How many slots of offsets there are.
const SLOTS: usize = 1 << 15;

/// The tables of the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// For each half of the buckets and each byte of the window: which buckets have a window with this
    /// byte there. The highest bit of a byte is not looked at, in this table and the next two.
    pub exact: [[[u8; 128]; WINDOW]; 2],
    /// The same for the byte's low nibble alone, and for other buckets: what is alike by nibbles is together.
    pub low: [[[u8; 16]; WINDOW]; 2],
    /// The same for the high nibble.
    pub high: [[[u8; 16]; WINDOW]; 2],
    /// Two bitmaps, with a bit for each hash of a window.
    pub hashes: [[u64; BITS / 64]; 2],
    /// For each slot of four hashes, a bit for each offset that a window of them has in its head.
    pub offsets: [u8; SLOTS],
}

/// What a window is multiplied with for each of its hashes.
pub const FACTORS: [u32; 2] = [0x9E37_79B1, 0x85EB_CA77];

/// A hash is what is left of the product behind so many bits.
pub const SHIFT: u32 = 32 - BITS.ilog2();

/// One of the two hashes of a window of four bytes, read as little-endian.
#[inline]
pub fn hash(which: usize, window: u32) -> usize {
    (window.wrapping_mul(FACTORS[which]) >> SHIFT) as usize
}

/// The slot of offsets of a window.
#[inline]
pub fn slot(window: u32) -> usize {
    hash(0, window) / (BITS / SLOTS)
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
            hashes: [[0; BITS / 64]; 2],
            offsets: [0; SLOTS],
        }
    }

    /// Chooses a window for each head, and makes the tables for them.
    pub fn new(choices: &[Vec<Window>]) -> (Vec<Window>, Filter) {
        let (windows, bytes) = arrange::<Bytes>(choices);
        let fixed: Vec<_> = windows.iter().map(|&window| vec![window]).collect();
        let (_, nibbles) = arrange::<Nibbles>(&fixed);
        let mut filter = Filter::empty();
        for ((window, &bytes), &nibbles) in windows.iter().zip(&bytes).zip(&nibbles) {
            filter.fill(window, bytes, nibbles);
        }
        filter.mark(&windows);
        (windows, filter)
    }

    /// Lets more windows pass: each goes to the buckets that become least permissive by it.
    pub fn extend(&mut self, windows: &[Window]) {
        let (mut bytes, mut nibbles) = (self.bytes(), self.nibbles());
        for window in windows {
            let (into, masks) = (cheapest(&bytes, &Bytes::of(window)).0, Bytes::of(window));
            bytes[into] = bytes[into].union(&masks);
            let (other, masks) = (cheapest(&nibbles, &Nibbles::of(window)).0, Nibbles::of(window));
            nibbles[other] = nibbles[other].union(&masks);
            self.fill(window, into, other);
        }
        self.mark(windows);
    }

    fn mark(&mut self, windows: &[Window]) {
        for window in windows {
            window.each(&mut |bytes| {
                for (which, bitmap) in self.hashes.iter_mut().enumerate() {
                    let bit = hash(which, bytes);
                    bitmap[bit / 64] |= 1 << (bit % 64);
                }
                self.offsets[slot(bytes)] |= 1 << window.offset;
            });
        }
    }

    /// Puts a window into a bucket of bytes, and one of nibbles.
    fn fill(&mut self, window: &Window, bytes: usize, nibbles: usize) {
        for (place, set) in window.places.iter().enumerate() {
            for byte in (0..=255u8).filter(|&byte| set.contains(byte)) {
                self.exact[bytes / 8][place][usize::from(byte & 127)] |= 1 << (bytes % 8);
                let (low, high) = (usize::from(byte & 15), usize::from(byte >> 4 & 7));
                self.low[nibbles / 8][place][low] |= 1 << (nibbles % 8);
                self.high[nibbles / 8][place][high] |= 1 << (nibbles % 8);
            }
        }
    }

    fn bytes(&self) -> Vec<Bytes> {
        let of = |bucket: usize| {
            Bytes(self.exact[bucket / 8].each_ref().map(|table| {
                (0..128)
                    .filter(|&b| table[b] >> (bucket % 8) & 1 != 0)
                    .fold(0, |set, b| set | 1 << b)
            }))
        };
        (0..BUCKETS).map(of).collect()
    }

    fn nibbles(&self) -> Vec<Nibbles> {
        let of = |bucket: usize| {
            let mask = |table: &[u8; 16]| {
                (0..16)
                    .filter(|&n| table[n] >> (bucket % 8) & 1 != 0)
                    .fold(0, |set, n| set | 1 << n)
            };
            Nibbles {
                low: self.low[bucket / 8].each_ref().map(mask),
                high: self.high[bucket / 8].each_ref().map(mask),
            }
        };
        (0..BUCKETS).map(of).collect()
    }
}

/// What a bucket lets pass: a superset of its windows.
trait Masks: Copy + Default + PartialEq {
    fn of(window: &Window) -> Self;
    fn union(&self, other: &Self) -> Self;
    /// How often a window of source code passes, in windows of 10^20.
    fn cost(&self) -> f64;
}

/// The bytes in each place, without their highest bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bytes([u128; WINDOW]);

impl Masks for Bytes {
    fn of(window: &Window) -> Bytes {
        Bytes(window.places.map(|set| {
            (0..=255u8).filter(|&b| set.contains(b)).fold(0, |bytes, b| bytes | 1 << (b & 127))
        }))
    }

    fn union(&self, other: &Bytes) -> Bytes {
        Bytes(std::array::from_fn(|place| self.0[place] | other.0[place]))
    }

    fn cost(&self) -> f64 {
        let weight = |&set: &u128| {
            let mut left = set;
            let mut weight = 0.5;
            while left != 0 {
                weight += f64::from(FREQUENCY[left.trailing_zeros() as usize]) + 0.5;
                left &= left - 1;
            }
            weight
        };
        self.0.iter().map(weight).product()
    }
}

/// The nibbles in each place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Nibbles {
    low: [u16; WINDOW],
    high: [u16; WINDOW],
}

impl Masks for Nibbles {
    fn of(window: &Window) -> Nibbles {
        let mut masks = Nibbles::default();
        for (place, set) in window.places.iter().enumerate() {
            for byte in (0..=255).filter(|&byte| set.contains(byte)) {
                masks.low[place] |= 1 << (byte & 15);
                masks.high[place] |= 1 << (byte >> 4 & 7);
            }
        }
        masks
    }

    fn union(&self, other: &Nibbles) -> Nibbles {
        Nibbles {
            low: std::array::from_fn(|place| self.low[place] | other.low[place]),
            high: std::array::from_fn(|place| self.high[place] | other.high[place]),
        }
    }

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
fn cheapest<M: Masks>(buckets: &[M], masks: &M) -> (usize, f64) {
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
fn arrange<M: Masks>(choices: &[Vec<Window>]) -> (Vec<Window>, Vec<usize>) {
    let made: Vec<Vec<M>> =
        choices.iter().map(|windows| windows.iter().map(M::of).collect()).collect();
    let rarest = |masks: &Vec<M>| {
        let costs = masks.iter().map(M::cost);
        costs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index)
    };
    let mut chosen: Vec<usize> = made.iter().map(rarest).collect();
    let masks = |head: usize, choice: usize| made[head][choice];
    let mut bucket =
        merge(&chosen.iter().enumerate().map(|(h, &c)| masks(h, c)).collect::<Vec<_>>());
    let union = |bucket: &[usize], chosen: &[usize], wanted: usize, without: Option<usize>| {
        (0..choices.len())
            .filter(|&head| bucket[head] == wanted && Some(head) != without)
            .fold(M::default(), |union, head| union.union(&masks(head, chosen[head])))
    };
    let mut buckets: Vec<M> =
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
fn merge<M: Masks>(masks: &[M]) -> Vec<usize> {
    let mut groups: Vec<M> = Vec::new();
    let mut group_of: Vec<usize> = Vec::new();
    for masks in masks {
        let group = groups.iter().position(|group| group == masks).unwrap_or_else(|| {
            groups.push(*masks);
            groups.len() - 1
        });
        group_of.push(group);
    }
    let mut alive: Vec<usize> = (0..groups.len()).collect();
    let rise = |groups: &[M], a: usize, b: usize| {
        groups[a].union(&groups[b]).cost() - groups[a].cost() - groups[b].cost()
    };
    // For each group the cheapest partner, so that a merger looks at a few pairs and not at all.
    let partner = |groups: &[M], alive: &[usize], a: usize| {
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
