//! From the heads of all rules to the table in which they are looked up, and to the tables of the filter before it.
//!
//! A head is found by three bytes of it, the first of its window, and compared as a whole. So the table is as large as
//! the heads are, and stays near the processor; an automaton over them has megabytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::arrange::arrange;
use super::filter::{Filter, Look, Window};
use crate::rule::{Head, Rule};

/// How many lists the heads are in.
pub(super) const SLOTS: usize = 1 << 12;

/// Heads, to be found by the first three bytes of their windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// One entry for each, those of a group side by side.
    pub entries: Cow<'static, [Entry]>,
    /// The heads of each slot that has some. The first is for all that have none.
    pub groups: Cow<'static, [Group]>,
    /// The number of each slot's group.
    pub slots: Cow<'static, [u16]>,
    /// What longer heads have behind their first eight bytes.
    pub tails: Cow<'static, [u8]>,
    /// The indices of the entries' rules.
    pub rules: Cow<'static, [u16]>,
}

/// The heads of one slot, and what they have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Eight bytes that each of them has around its window, as far as they are looked at.
    pub common: Eight,
    /// How many bytes before the window these begin.
    pub back: u8,
    /// How many heads there are.
    pub count: u8,
    /// The first of their entries.
    pub entry: u16,
}

/// A head, and the rules that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its first eight bytes, as far as it has them.
    pub first: Eight,
    /// Whether case is ignored in its tail.
    pub ignore_case: bool,
    /// The length of the head in bytes.
    pub len: u8,
    /// How many bytes behind the head's beginning the filter's window on it begins.
    pub offset: u8,
    /// Where its tail begins in [`Heads::tails`].
    pub tail: u16,
    /// The first of its rules in [`Heads::rules`].
    pub rule: u16,
    /// How many they are.
    pub count: u16,
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
    fn is(&self, text: u64) -> bool {
        (text ^ self.bytes) & self.bits == 0
    }

    /// The first bytes of a head.
    fn of(head: &Head) -> Eight {
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

/// The slot of a window, by its first three bytes; the case of letters makes no difference.
#[inline]
pub fn slot(window: u32) -> usize {
    let letters = (window | 0x0020_2020) & 0x00FF_FFFF;
    (letters.wrapping_mul(0x9E37_79B1) >> (32 - SLOTS.ilog2())) as usize
}

impl Heads {
    /// Whether a head's window may begin at `at`, by what the heads that could be meant have in common. It takes no
    /// branch that could be guessed wrong; what is looked at for a head does.
    #[inline]
    pub fn may_be_at(&self, haystack: &[u8], at: usize) -> bool {
        let near = at.checked_sub(8).and_then(|from| haystack.get(from..)?.first_chunk::<16>());
        // So near the ends of the text it is not worth while.
        let Some(near) = near else { return true };
        let eight =
            |from: usize| u64::from_le_bytes(near[from..from + 8].try_into().expect("eight"));
        let group = &self.groups[usize::from(self.slots[slot(eight(8) as u32)])];
        group.common.is(eight(8 - usize::from(group.back & 7)))
    }

    /// Calls `visit` with each head whose window begins at `at`: where it begins, and its entry. The haystack must
    /// have three bytes there.
    #[inline]
    pub fn at(&self, haystack: &[u8], at: usize, visit: &mut impl FnMut(usize, &Entry)) {
        let slot = slot(u32::from_le_bytes([haystack[at], haystack[at + 1], haystack[at + 2], 0]));
        let group = &self.groups[usize::from(self.slots[slot])];
        for entry in &self.entries[usize::from(group.entry)..][..usize::from(group.count)] {
            if let Some(start) = at.checked_sub(entry.offset.into())
                && self.is_at(entry, &haystack[start..])
            {
                visit(start, entry);
            }
        }
    }

    /// Whether the text begins with the head.
    #[inline]
    fn is_at(&self, entry: &Entry, text: &[u8]) -> bool {
        let len = usize::from(entry.len);
        let first = match text.first_chunk::<8>() {
            Some(first) => u64::from_le_bytes(*first),
            None => {
                let mut first = [0; 8];
                first[..text.len()].copy_from_slice(text);
                u64::from_le_bytes(first)
            }
        };
        if !entry.first.is(first) || len > text.len() {
            return false;
        }
        if len <= 8 {
            return true;
        }
        let tail = &self.tails[usize::from(entry.tail)..][..len - 8];
        let text = &text[8..len];
        // Many heads begin alike. The last byte tells most of them apart, whatever its case.
        if (text[len - 9] ^ tail[len - 9]) & !0x20 != 0 {
            return false;
        }
        if entry.ignore_case { text.eq_ignore_ascii_case(tail) } else { text == tail }
    }

    /// The rules that an entry leads to.
    #[inline]
    pub fn rules_of(&self, entry: &Entry) -> &[u16] {
        &self.rules[usize::from(entry.rule)..][..usize::from(entry.count)]
    }

    /// The size of the tables in bytes.
    pub fn size(&self) -> usize {
        size_of_val(&*self.entries)
            + size_of_val(&*self.groups)
            + size_of_val(&*self.slots)
            + size_of_val(&*self.tails)
            + size_of_val(&*self.rules)
    }

    fn new(heads: &[(&Head, Vec<u16>)], windows: &[Window]) -> Result<Heads, String> {
        let mut slots: Vec<Vec<Entry>> = vec![Vec::new(); SLOTS];
        let (mut tails, mut rules) = (Vec::new(), Vec::new());
        let place = |at: usize| u16::try_from(at).map_err(|_| "too many heads".to_owned());
        for ((head, of_head), window) in heads.iter().zip(windows) {
            let letters = head.literal.as_bytes();
            let at = usize::from(window.offset);
            // A window on a head of three bytes ends behind it.
            let [a, b, c] = [letters[at], letters[at + 1], letters[at + 2]];
            slots[slot(u32::from_le_bytes([a, b, c, 0]))].push(Entry {
                first: Eight::of(head),
                ignore_case: head.ignore_case,
                len: letters.len() as u8,
                offset: window.offset,
                tail: place(tails.len())?,
                rule: place(rules.len())?,
                count: of_head.len() as u16,
            });
            tails.extend_from_slice(letters.get(8..).unwrap_or_default());
            rules.extend_from_slice(of_head);
        }
        // What stands in an empty slot's place leads to no entry, whatever the text.
        let mut groups =
            vec![Group { common: Eight { bytes: 0, bits: !0 }, back: 0, count: 0, entry: 0 }];
        let (mut numbers, mut entries) = (Vec::new(), Vec::new());
        for slot in slots {
            numbers.push(if slot.is_empty() { 0 } else { groups.len() as u16 });
            if !slot.is_empty() {
                groups.push(Group::of(&slot, entries.len())?);
            }
            entries.extend(slot);
        }
        Ok(Heads {
            entries: entries.into(),
            groups: groups.into(),
            slots: numbers.into(),
            tails: tails.into(),
            rules: rules.into(),
        })
    }
}

impl Group {
    /// The group of these heads, whose entries begin at `entry`.
    fn of(heads: &[Entry], entry: usize) -> Result<Group, String> {
        let many = |_| "too many heads".to_owned();
        let (count, entry) =
            (u8::try_from(heads.len()).map_err(many)?, u16::try_from(entry).map_err(many)?);
        let common = |back: u8| {
            let around = |head: &Entry| head.first.moved(head.offset as isize - back as isize);
            let first = around(&heads[0]);
            heads[1..].iter().fold(first, |common, head| common.and(&around(head)))
        };
        // Where they have most in common.
        let back = (0..8).max_by_key(|&back| common(back).bits.count_ones()).expect("eight");
        Ok(Group { common: common(back), back, count, entry })
    }
}

/// What leads to text that is escaped, among the heads of the built-in rules: a sign behind the last letter of
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

/// Looks up the heads of a user's rules, and lets them pass the filter.
pub fn compile(rules: &[Rule], filter: &mut Filter) -> Result<Heads, String> {
    let heads = by_head(rules, &[])?;
    let windows = filter.extend(&choices(&heads, rules));
    Heads::new(&heads, &windows)
}

/// The heads of the built-in rules, and the marks of what is escaped, with a filter for them.
pub fn compile_builtin(rules: &[Rule], look: Look) -> Result<(Heads, Filter), String> {
    let marks: Vec<Head> =
        MARKS.iter().map(|&mark| Head { literal: mark.into(), ignore_case: false }).collect();
    let heads = by_head(rules, &marks)?;
    let (windows, filter) = arrange(look, &choices(&heads, rules));
    Ok((Heads::new(&heads, &windows)?, filter))
}

fn choices(heads: &[(&Head, Vec<u16>)], rules: &[Rule]) -> Vec<Vec<Window>> {
    let choices = heads.iter().map(|(head, of_head)| {
        Window::choices(head, of_head.iter().filter_map(|&i| rules.get(usize::from(i))))
    });
    choices.collect()
}

/// All heads, each once, with the rules that it leads to.
fn by_head<'r>(rules: &'r [Rule], marks: &'r [Head]) -> Result<Vec<(&'r Head, Vec<u16>)>, String> {
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
    Ok(by_head.into_iter().collect())
}
