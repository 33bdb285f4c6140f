//! The tables of the filter before the heads: how heads are seen through windows of four bytes.
//!
//! A window may lie anywhere in a head, and where it lies decides how often it fires by accident: `toke`
//! is rarer than `pass`, `_key` than `secr`. The windows of all heads are put into buckets for the vector code, which
//! knows of a bucket only what its look at a byte says is in each place; windows that let little pass together
//! share one ([`arrange`](super::arrange)). Behind the buckets stands a table of bits that knows the hash of every
//! window.

use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, hybrid, nfa::thompson};

use crate::rule::{ByteSet, Head, Rule, Shape};

/// How many bytes of a head the filter looks at.
pub const WINDOW: usize = 4;

/// How many places in a head a window may be chosen from.
pub const OFFSETS: usize = 8;

/// What vector code can look up of a byte. Windows that are rare for one look are not for the other, so each has
/// tables, and windows, of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Its class, of sixty-four.
    Classes,
    /// Its low nibble, and the four bits below the highest, apart.
    Nibbles,
}

impl Look {
    /// What is looked up of a byte.
    pub const fn at(self) -> &'static [fn(u8) -> u8] {
        match self {
            Look::Classes => &[class],
            Look::Nibbles => &[low, high],
        }
    }

    /// How many buckets there are: eight a table. More let less pass, and cost more at each byte.
    pub const fn buckets(self) -> usize {
        match self {
            Look::Classes => 8 * CLASS_TABLES,
            Look::Nibbles => 8 * NIBBLE_TABLES,
        }
    }
}

pub const CLASS_TABLES: usize = 3;
pub const NIBBLE_TABLES: usize = 2;

/// The class of a byte, whatever its highest bit.
fn class(byte: u8) -> u8 {
    CLASSES[usize::from(byte & 127)]
}

/// How many classes there are.
pub const CLASS_COUNT: usize = 64;

/// The class of each ASCII byte. Bytes that are in one are rare in text or in heads: control characters, brackets, some
/// signs and capitals. What is together is of consequence for speed only.
#[rustfmt::skip]
pub const CLASSES: [u8; 128] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    2, 3, 4, 5, 6, 6, 3, 7, 8, 0, 9, 10, 0, 11, 12, 13, 14, 15, 16, 17, 5, 18, 9, 7, 3, 19, 20, 8, 3, 21, 8, 0,
    22, 23, 24, 25, 26, 27, 28, 24, 19, 29, 6, 6, 30, 31, 32, 33, 34, 22, 35, 36, 37, 10, 18, 22, 10, 38, 22, 0, 5, 0, 0, 39,
    0, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 49, 56, 57, 58, 59, 60, 61, 62, 63, 38, 8, 8, 9, 22, 0,
];

/// The low nibble of a byte.
fn low(byte: u8) -> u8 {
    byte & 15
}

/// The four bits of a byte below the highest. They have one in common with the low nibble: so letters, which have
/// two values of the high nibble, have four of these.
fn high(byte: u8) -> u8 {
    byte >> HIGH & 15
}

/// How far the four bits below the highest are shifted.
pub const HIGH: u32 = 3;

/// How many words of bits there are.
const WORDS: usize = 1 << 13;

/// The tables of the filter: for one look, those of the other are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub look: Look,
    /// For each eight buckets and each byte of the window: which of them have a window with a byte of this class there.
    pub classes: [[[u8; CLASS_COUNT]; WINDOW]; CLASS_TABLES],
    /// The same for the byte's low nibble alone.
    pub low: [[[u8; 16]; WINDOW]; NIBBLE_TABLES],
    /// The same for the four bits below its highest.
    pub high: [[[u8; 16]; WINDOW]; NIBBLE_TABLES],
    /// Two bits for each window, in one word.
    pub words: [u32; WORDS],
}

/// What a window, read as little-endian, is multiplied with. What is left of the first product behind [`FIRST`] bits are
/// the number of its word and that of one bit in it; of the second behind [`SECOND`], the number of the other bit.
pub const FACTORS: [u32; 2] = [0x9E37_79B1, 0x85EB_CA77];

/// See [`FACTORS`].
pub const FIRST: u32 = u32::BITS - WORDS.ilog2() - u32::BITS.ilog2();

/// See [`FACTORS`].
pub const SECOND: u32 = u32::BITS - u32::BITS.ilog2();

impl Filter {
    /// Whether a head may have these four bytes for a window.
    #[inline(always)]
    pub fn knows(&self, window: u32) -> bool {
        let first = window.wrapping_mul(FACTORS[0]) >> FIRST;
        let second = window.wrapping_mul(FACTORS[1]) >> SECOND;
        let word = self.words[(first / u32::BITS) as usize];
        // No branch: there would be nothing to guess by.
        (word >> (first % u32::BITS)) & (word >> second) & 1 != 0
    }

    /// The same by one of the two bits.
    #[inline(always)]
    pub fn may_know(&self, window: u32) -> bool {
        let first = window.wrapping_mul(FACTORS[0]) >> FIRST;
        self.words[(first / u32::BITS) as usize] & 1 << (first % u32::BITS) != 0
    }

    fn learn(&mut self, window: u32) {
        let first = window.wrapping_mul(FACTORS[0]) >> FIRST;
        let second = window.wrapping_mul(FACTORS[1]) >> SECOND;
        self.words[(first / u32::BITS) as usize] |= 1 << (first % u32::BITS) | 1 << second;
    }
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

    /// What may be seen in each place, by each look at it.
    fn seen(&self, look: Look) -> Vec<u128> {
        let of = |set: &ByteSet, look: &fn(u8) -> u8| {
            (0..=255)
                .filter(|&byte| set.contains(byte))
                .fold(0, |seen, byte| seen | 1 << look(byte))
        };
        self.places.iter().flat_map(|set| look.at().iter().map(move |look| of(set, look))).collect()
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
    /// A filter for windows, each in a bucket.
    pub fn new(look: Look, windows: impl Iterator<Item = (Window, usize)>) -> Filter {
        let mut filter = Filter {
            look,
            classes: [[[0; CLASS_COUNT]; WINDOW]; CLASS_TABLES],
            low: [[[0; 16]; WINDOW]; NIBBLE_TABLES],
            high: [[[0; 16]; WINDOW]; NIBBLE_TABLES],
            words: [0; WORDS],
        };
        windows.for_each(|(window, bucket)| filter.fill(&window, bucket));
        filter
    }

    /// Lets one window of each head pass, and says which: the rarest. It goes to the bucket that becomes least
    /// permissive by it.
    pub fn extend(&mut self, choices: &[Vec<Window>]) -> Vec<Window> {
        let look = self.look;
        let mut buckets: Vec<_> = (0..look.buckets()).map(|bucket| self.bucket(bucket)).collect();
        let place = |windows: &Vec<Window>| {
            let window = *least(windows, |window| cost(look, &window.seen(look)));
            let own = window.seen(look);
            let into = least(0..look.buckets(), |&to| {
                cost(look, &union(&buckets[to], &own)) - cost(look, &buckets[to])
            });
            buckets[into] = union(&buckets[into], &own);
            self.fill(&window, into);
            window
        };
        choices.iter().map(place).collect()
    }

    /// Puts a window into a bucket, and its hashes among the bits.
    fn fill(&mut self, window: &Window, bucket: usize) {
        let (table, bit) = (bucket / 8, 1 << (bucket % 8));
        for (place, set) in window.places.iter().enumerate() {
            for byte in (0..=255u8).filter(|&byte| set.contains(byte)) {
                match self.look {
                    Look::Classes => self.classes[table][place][usize::from(class(byte))] |= bit,
                    Look::Nibbles => {
                        self.low[table][place][usize::from(low(byte))] |= bit;
                        self.high[table][place][usize::from(high(byte))] |= bit;
                    }
                }
            }
        }
        window.each(&mut |bytes| self.learn(bytes));
    }

    /// What a bucket allows to be seen in each place, by each look at it.
    fn bucket(&self, bucket: usize) -> Vec<u128> {
        let (table, bit) = (bucket / 8, bucket % 8);
        match self.look {
            Look::Classes => self.classes[table].iter().map(|table| having(table, bit)).collect(),
            Look::Nibbles => {
                let places = self.low[table].iter().zip(&self.high[table]);
                places.flat_map(|(low, high)| [having(low, bit), having(high, bit)]).collect()
            }
        }
    }
}

/// The entries of a table that have the bit.
fn having(table: &[u8], bit: usize) -> u128 {
    let has = |&(_, entry): &(usize, &u8)| entry >> bit & 1 != 0;
    table.iter().enumerate().filter(has).fold(0, |set, (index, _)| set | 1 << index)
}

fn union(one: &[u128], other: &[u128]) -> Vec<u128> {
    one.iter().zip(other).map(|(one, other)| one | other).collect()
}

/// How often a window of source code passes what is allowed in each place by each look, in windows of 10^20.
fn cost(look: Look, allowed: &[u128]) -> f64 {
    let looks = look.at();
    let weight = |allowed: &[u128]| -> f64 {
        let passes =
            |byte: u8| allowed.iter().zip(looks).all(|(set, look)| set >> look(byte) & 1 != 0);
        (0..128).filter(|&byte| passes(byte)).map(frequency).sum()
    };
    allowed.chunks(looks.len()).map(weight).product()
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
