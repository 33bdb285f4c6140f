//! Which heads may be meant by the bytes around a window: the few that are worth to be compared.
//!
//! Heads that are found by the same three bytes are a group. Many rules have the same word in their heads, and `password`
//! in text would be compared with each of twenty that have it. So a group of several is split by one more byte of those
//! around the window, that which tells most of them apart; what it is split into may be split again. A head that has
//! no byte in that place is in every part. So what is left to compare is hardly ever more than what is there.
//!
//! Before it is split, and before heads are compared, the bytes that all heads of a group have around the window are
//! compared at once.

use std::collections::HashMap;

use super::heads::Entry;
use crate::rule::Head;

/// How many bytes around a window are looked at.
pub const NEAR: usize = 16;

/// How many of them stand before it.
pub const BEFORE: usize = 8;

/// By how many bits of a byte a group is split. In these, letters have no case.
const BITS: u32 = 5;

/// How many parts there are.
const PARTS: usize = 1 << BITS;

/// How many heads may be compared one after the other.
const FEW: usize = 2;

/// Heads that may be meant, and what they have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Eight bytes that each of them has around its window, as far as they are looked at.
    pub common: Eight,
    /// How many bytes before the window these begin.
    pub back: u8,
    /// Which of the bytes around the window it is split by; behind them if it is not.
    pub split: u8,
    /// Where the numbers of its parts begin in [`Heads::parts`](super::heads::Heads::parts).
    pub parts: u16,
    /// Where the numbers of its entries begin in [`Heads::members`](super::heads::Heads::members).
    pub member: u16,
    /// How many they are.
    pub count: u8,
}

impl Group {
    /// No head, whatever the text.
    const NONE: Group = Group {
        common: Eight { bytes: 0, bits: !0 },
        back: 0,
        split: NEAR as u8,
        parts: 0,
        member: 0,
        count: 0,
    };

    /// Whether one of its heads may have its window in the middle of `near`.
    #[inline]
    pub fn may_be_in(&self, near: &[u8; NEAR]) -> bool {
        let from = BEFORE - usize::from(self.back & 7);
        self.common.is(u64::from_le_bytes(near[from..from + 8].try_into().expect("eight")))
    }

    /// The place of the number of the part to look at, if it is split.
    #[inline]
    pub fn part(&self, near: &[u8; NEAR]) -> Option<usize> {
        near.get(usize::from(self.split)).map(|&byte| usize::from(self.parts) + part_of(byte))
    }
}

/// The part for what has this byte where a group is split.
#[inline]
fn part_of(byte: u8) -> usize {
    usize::from(byte) % PARTS
}

/// Eight bytes as a little-endian number, and which bits of them count: not that in which the cases of a letter
/// differ, where case is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eight {
    pub bytes: u64,
    pub bits: u64,
}

impl Eight {
    #[inline]
    pub fn is(&self, text: u64) -> bool {
        (text ^ self.bytes) & self.bits == 0
    }

    /// The first bytes of a head.
    pub fn of(head: &Head) -> Eight {
        let (mut bytes, mut bits) = ([0; 8], [0; 8]);
        for (index, &byte) in head.literal.as_bytes().iter().take(8).enumerate() {
            let folds = head.ignore_case && byte.is_ascii_alphabetic();
            bytes[index] = byte;
            bits[index] = if folds { 0xDF } else { 0xFF };
        }
        Eight { bytes: u64::from_le_bytes(bytes), bits: u64::from_le_bytes(bits) }
    }

    /// The same with its beginning so many bytes later or earlier; nothing is known of what comes in.
    fn moved(&self, later: isize) -> Eight {
        let by = 8 * later.unsigned_abs() as u32;
        let shift = |number: u64| {
            let moved = if later > 0 { number.checked_shr(by) } else { number.checked_shl(by) };
            moved.unwrap_or(0)
        };
        Eight { bytes: shift(self.bytes), bits: shift(self.bits) }
    }

    /// What both have in common.
    fn and(&self, other: &Eight) -> Eight {
        Eight { bytes: self.bytes, bits: self.bits & other.bits & !(self.bytes ^ other.bytes) }
    }
}

/// All groups, while they are made.
pub struct Groups<'h> {
    pub all: Vec<Group>,
    pub members: Vec<u16>,
    pub parts: Vec<u16>,
    /// Each entry, and its head's bytes.
    heads: Vec<(Entry, &'h [u8])>,
    /// The groups of these heads, which are made once.
    known: HashMap<Vec<u16>, u16>,
}

impl<'h> Groups<'h> {
    /// The groups of slots that have so many of the entries, one after the other; and the number of each slot's.
    pub fn of(
        heads: Vec<(Entry, &'h [u8])>,
        slots: impl Iterator<Item = usize>,
    ) -> Result<(Groups<'h>, Vec<u16>), String> {
        let many = || "too many heads".to_owned();
        let all = u16::try_from(heads.len()).map_err(|_| many())?;
        let mut groups = Groups {
            all: vec![Group::NONE],
            members: (0..all).collect(),
            parts: Vec::new(),
            heads,
            known: HashMap::new(),
        };
        let (mut numbers, mut first) = (Vec::new(), 0);
        for count in slots {
            let count = u16::try_from(count).map_err(|_| many())?;
            numbers.push(if count == 0 { 0 } else { groups.all.len() as u16 });
            if count != 0 {
                let members: Vec<u16> = (first..first + count).collect();
                let group = groups.group(&members, first).ok_or_else(many)?;
                groups.all.push(group);
            }
            first += count;
        }
        // The groups of slots stand together: each position that passes the filter looks at one.
        for slot in 1..groups.all.len() {
            groups.split(slot);
        }
        Ok((groups, numbers))
    }

    /// The group of these heads, whose numbers stand at `member`; not split. `None` if they are too many.
    fn group(&self, members: &[u16], member: u16) -> Option<Group> {
        let common = |back: u8| {
            let around = |&member: &u16| {
                let entry = &self.heads[usize::from(member)].0;
                entry.first.moved(isize::from(entry.offset) - isize::from(back))
            };
            let first = around(&members[0]);
            members[1..].iter().fold(first, |common, head| common.and(&around(head)))
        };
        // Where they have most in common.
        let back = (0..8).max_by_key(|&back| common(back).bits.count_ones())?;
        let count = u8::try_from(members.len()).ok()?;
        Some(Group { common: common(back), back, member, count, ..Group::NONE })
    }

    /// Splits a group that is not, and what it is split into, where that is worth while and there is room.
    fn split(&mut self, number: usize) {
        let group = self.all[number];
        let members =
            usize::from(group.member)..usize::from(group.member) + usize::from(group.count);
        let members = self.members[members].to_vec();
        if members.len() <= FEW {
            return;
        }
        let ways = (0..NEAR).map(|at| (at, self.parts_by(at, &members)));
        // What is in the text is most likely one of the heads: how many others are in the same part?
        let costs = |(_, parts): &(usize, Vec<Vec<u16>>)| -> usize {
            parts.iter().map(|part| part.len() * part.len()).sum()
        };
        let best = ways
            .filter(|(_, parts)| parts.iter().all(|part| part.len() < members.len()))
            .min_by_key(costs);
        let Some((at, parts)) = best else { return };
        let room = usize::from(u16::MAX) - PARTS;
        if self.parts.len().max(self.all.len()).max(self.members.len() + PARTS * members.len())
            > room
        {
            return;
        }
        let first = self.parts.len();
        self.parts.resize(first + PARTS, 0);
        (self.all[number].split, self.all[number].parts) = (at as u8, first as u16);
        // What is made is split when all of it is there: until then the room is spoken for.
        let made = self.all.len();
        for (part, members) in parts.into_iter().enumerate() {
            self.parts[first + part] = self.number_of(members);
        }
        (made..self.all.len()).for_each(|part| self.split(part));
    }

    /// The heads that are in each part of these, if they are split by this byte.
    fn parts_by(&self, at: usize, members: &[u16]) -> Vec<Vec<u16>> {
        let mut parts = vec![Vec::new(); PARTS];
        for &member in members {
            let (entry, literal) = &self.heads[usize::from(member)];
            let byte = (at + usize::from(entry.offset)).checked_sub(BEFORE);
            match byte.and_then(|byte| literal.get(byte)) {
                Some(&byte) => parts[part_of(byte)].push(member),
                None => parts.iter_mut().for_each(|part| part.push(member)),
            }
        }
        parts
    }

    /// The number of the group of these heads, which is made if there is none yet.
    fn number_of(&mut self, members: Vec<u16>) -> u16 {
        if members.is_empty() {
            return 0;
        }
        if let Some(&number) = self.known.get(&members) {
            return number;
        }
        let (number, member) = (self.all.len() as u16, self.members.len() as u16);
        let group = self.group(&members, member).expect("fewer than those that are split");
        self.members.extend(&members);
        self.all.push(group);
        self.known.insert(members, number);
        number
    }
}
