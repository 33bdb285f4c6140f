//! The tables of the filter before the heads: how heads are seen through windows of four bytes.
//!
//! A window may lie anywhere in a head, and where it lies decides how often it fires by accident: `toke`
//! is rarer than `pass`, `_key` than `secr`. The windows of all heads are put into buckets for the vector code, which
//! knows of a bucket only which bytes it has in each place, or on older machines only which nibbles; windows that
//! let little pass together share one ([`arrange`](super::arrange)). A bitmap knows the hash of every window exactly.

use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, hybrid, nfa::thompson};

use crate::rule::{ByteSet, Head, Rule, Shape};

/// How many bytes of a head the filter looks at.
pub const WINDOW: usize = 4;

/// How many buckets of bytes there are, for every eight a table.
pub const BUCKETS: usize = 16;

/// How many buckets of nibbles there are: nibbles say less, so more of them are needed.
pub const NIBBLE_BUCKETS: usize = 32;

/// How many places in a head a window may be chosen from.
pub const OFFSETS: usize = 8;

/// How many bits each bitmap has.
const BITS: usize = 1 << 17;

/// The tables of the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// For each eighth of the buckets and each byte of the window: which buckets have a window with this
    /// byte there. The highest bit of a byte is not looked at, in this table and the next two.
    pub exact: [[[u8; 128]; WINDOW]; BUCKETS / 8],
    /// The same for the byte's low nibble alone, and for other buckets: what is alike by nibbles is together.
    pub low: [[[u8; 16]; WINDOW]; NIBBLE_BUCKETS / 8],
    /// The same for the high nibble.
    pub high: [[[u8; 16]; WINDOW]; NIBBLE_BUCKETS / 8],
    /// Two bitmaps, with a bit for each hash of a window.
    pub hashes: [[u64; BITS / 64]; 2],
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

/// Four bytes of a head, and where in it they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many bytes behind the head's beginning it begins.
    pub offset: u8,
    /// The bytes that may stand in each place.
    pub places: [ByteSet; WINDOW],
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

    /// The bytes that may stand in each place, without their highest bits.
    fn bytes(&self) -> [u128; WINDOW] {
        self.places.map(|set| {
            (0..=255u8).filter(|&b| set.contains(b)).fold(0, |bytes, b| bytes | 1 << (b & 127))
        })
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
    /// A filter for windows, each in a bucket of bytes and one of nibbles.
    pub fn new(windows: impl Iterator<Item = (Window, usize, usize)>) -> Filter {
        let mut filter = Filter {
            exact: [[[0; 128]; WINDOW]; BUCKETS / 8],
            low: [[[0; 16]; WINDOW]; NIBBLE_BUCKETS / 8],
            high: [[[0; 16]; WINDOW]; NIBBLE_BUCKETS / 8],
            hashes: [[0; BITS / 64]; 2],
        };
        windows.for_each(|(window, bytes, nibbles)| filter.fill(&window, bytes, nibbles));
        filter
    }

    /// Lets one window of each head pass, and says which: the rarest. It goes to the buckets that become least
    /// permissive by it.
    pub fn extend(&mut self, choices: &[Vec<Window>]) -> Vec<Window> {
        let mut bytes: Vec<_> = (0..BUCKETS).map(|bucket| self.bytes(bucket)).collect();
        let mut nibbles: Vec<_> = (0..NIBBLE_BUCKETS).map(|bucket| self.nibbles(bucket)).collect();
        let place = |windows: &Vec<Window>| {
            let window = *least(windows, |window| cost(&window.bytes()));
            let (own, own_nibbles) = (window.bytes(), Nibbles::of(&window));
            let into = least(0..BUCKETS, |&to| cost(&union(&bytes[to], &own)) - cost(&bytes[to]));
            let other = least(0..NIBBLE_BUCKETS, |&to| {
                cost(&nibbles[to].union(&own_nibbles).bytes()) - cost(&nibbles[to].bytes())
            });
            bytes[into] = union(&bytes[into], &own);
            nibbles[other] = nibbles[other].union(&own_nibbles);
            self.fill(&window, into, other);
            window
        };
        choices.iter().map(place).collect()
    }

    /// Puts a window into a bucket of bytes and one of nibbles, and its hashes into the bitmaps.
    fn fill(&mut self, window: &Window, bytes: usize, nibbles: usize) {
        for (place, set) in window.places.iter().enumerate() {
            for byte in (0..=255u8).filter(|&byte| set.contains(byte)) {
                self.exact[bytes / 8][place][usize::from(byte & 127)] |= 1 << (bytes % 8);
                let (low, high) = (usize::from(byte & 15), usize::from(byte >> 4 & 7));
                self.low[nibbles / 8][place][low] |= 1 << (nibbles % 8);
                self.high[nibbles / 8][place][high] |= 1 << (nibbles % 8);
            }
        }
        window.each(&mut |bytes| {
            for (which, bitmap) in self.hashes.iter_mut().enumerate() {
                let bit = hash(which, bytes);
                bitmap[bit / 64] |= 1 << (bit % 64);
            }
        });
    }

    /// What a bucket of bytes allows in each place.
    fn bytes(&self, bucket: usize) -> [u128; WINDOW] {
        self.exact[bucket / 8].each_ref().map(|table| bits(table, bucket % 8))
    }

    /// What a bucket of nibbles allows in each place.
    fn nibbles(&self, bucket: usize) -> Nibbles {
        let of =
            |tables: &[[u8; 16]; WINDOW]| tables.each_ref().map(|table| bits(table, bucket % 8));
        Nibbles { low: of(&self.low[bucket / 8]), high: of(&self.high[bucket / 8]) }
    }
}

/// The entries of a table that have the bit.
fn bits(table: &[u8], bit: usize) -> u128 {
    let has = |&(_, entry): &(usize, &u8)| entry >> bit & 1 != 0;
    table.iter().enumerate().filter(has).fold(0, |set, (index, _)| set | 1 << index)
}

/// The nibbles that are allowed in each place.
#[derive(Clone, Copy)]
struct Nibbles {
    low: [u128; WINDOW],
    high: [u128; WINDOW],
}

impl Nibbles {
    fn of(window: &Window) -> Nibbles {
        let of = |nibble: fn(u32) -> u32| {
            window.bytes().map(|set| {
                let members = (0..128).filter(|byte| set >> byte & 1 != 0);
                members.fold(0, |set, byte| set | 1 << nibble(byte))
            })
        };
        Nibbles { low: of(|byte| byte & 15), high: of(|byte| byte >> 4) }
    }

    fn union(&self, other: &Nibbles) -> Nibbles {
        Nibbles { low: union(&self.low, &other.low), high: union(&self.high, &other.high) }
    }

    /// The bytes that have both their nibbles allowed.
    fn bytes(&self) -> [u128; WINDOW] {
        std::array::from_fn(|place| {
            let rows = (0..8).filter(|row| self.high[place] >> row & 1 != 0);
            rows.fold(0, |set, row| set | self.low[place] << (16 * row))
        })
    }
}

fn union(one: &[u128; WINDOW], other: &[u128; WINDOW]) -> [u128; WINDOW] {
    std::array::from_fn(|place| one[place] | other[place])
}

/// How often a window of source code passes what is allowed in each place, in windows of 10^20.
fn cost(allowed: &[u128; WINDOW]) -> f64 {
    let weight = |&set: &u128| {
        let mut left = set;
        let mut weight = 0.0;
        while left != 0 {
            weight += frequency(left.trailing_zeros() as u8);
            left &= left - 1;
        }
        weight
    };
    allowed.iter().map(weight).product()
}

/// The one that costs least.
fn least<T>(all: impl IntoIterator<Item = T>, cost: impl Fn(&T) -> f64) -> T {
    let costs = all.into_iter().map(|one| (cost(&one), one));
    costs.min_by(|a, b| a.0.total_cmp(&b.0)).expect("there is something to choose from").1
}

/// How many of a hundred thousand bytes of source code are this one, and never none of them.
pub fn frequency(byte: u8) -> f64 {
    f64::from(FREQUENCY[usize::from(byte & 127)]) + 2.0
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
