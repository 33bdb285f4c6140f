//! From the heads of all rules to the table in which they are looked up, and to the tables of the filter before it.
//!
//! A head is found by three bytes of it, the first of its window, and compared as a whole. So the table is as large as
//! the heads are, and stays near the processor; an automaton over them has megabytes. Where these three bytes are those of
//! many heads, others tell them apart ([`groups`](super::groups)): few are compared where a word stands that many have.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::arrange::arrange;
use super::filter::{Filter, Look, Window};
use super::groups::{BEFORE, Eight, Group, Groups, NEAR};
use crate::rule::{Head, Rule};

/// How many lists the heads are in.
pub(super) const SLOTS: usize = 1 << 12;

/// Heads, to be found by the first three bytes of their windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heads {
    /// One entry for each, those of a slot side by side.
    pub entries: Cow<'static, [Entry]>,
    /// What may stand at a window. The first of them is nothing; those of the slots follow, then what these are split
    /// into.
    pub groups: Cow<'static, [Group]>,
    /// The numbers of the entries in each group.
    pub members: Cow<'static, [u16]>,
    /// The numbers of the groups that a group is split into.
    pub parts: Cow<'static, [u16]>,
    /// The number of each slot's group.
    pub slots: Cow<'static, [u16]>,
    /// What longer heads have behind their first eight bytes.
    pub tails: Cow<'static, [u8]>,
    /// The indices of the entries' rules.
    pub rules: Cow<'static, [u16]>,
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
        // So near the ends of the text it is not worth while.
        near(haystack, at).is_none_or(|near| self.group(near).may_be_in(near))
    }

    /// The group of what may have its window in the middle of this.
    #[inline]
    fn group(&self, near: &[u8; NEAR]) -> &Group {
        let window = u32::from_le_bytes(near[BEFORE..BEFORE + 4].try_into().expect("four"));
        &self.groups[usize::from(self.slots[slot(window)])]
    }

    /// The entries of the heads that may have their window at `at`, by the bytes around it. The haystack must have
    /// three bytes there.
    #[inline]
    pub fn compared(&self, haystack: &[u8], at: usize) -> &[u16] {
        let group = match near(haystack, at) {
            Some(near) => {
                let mut group = self.group(near);
                while group.may_be_in(near)
                    && let Some(part) = group.part(near)
                {
                    group = &self.groups[usize::from(self.parts[part])];
                }
                if !group.may_be_in(near) {
                    return &[];
                }
                group
            }
            None => {
                let window = [haystack[at], haystack[at + 1], haystack[at + 2], 0];
                &self.groups[usize::from(self.slots[slot(u32::from_le_bytes(window))])]
            }
        };
        &self.members[usize::from(group.member)..][..usize::from(group.count)]
    }

    /// Calls `visit` with each head whose window begins at `at`: where it begins, and its entry. The haystack must
    /// have three bytes there.
    #[inline]
    pub fn at(&self, haystack: &[u8], at: usize, visit: &mut impl FnMut(usize, &Entry)) {
        for &member in self.compared(haystack, at) {
            let entry = &self.entries[usize::from(member)];
            if let Some(start) = at.checked_sub(entry.offset.into())
                && self.is_at(entry, &haystack[start..])
            {
                visit(start, entry);
            }
        }
    }

    /// Whether the text begins with the head.
    #[inline]
    pub fn is_at(&self, entry: &Entry, text: &[u8]) -> bool {
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
            + size_of_val(&*self.members)
            + size_of_val(&*self.parts)
            + size_of_val(&*self.slots)
            + size_of_val(&*self.tails)
            + size_of_val(&*self.rules)
    }

    fn new(heads: &[(&Head, Vec<u16>)], windows: &[Window]) -> Result<Heads, String> {
        let mut slots: Vec<Vec<usize>> = vec![Vec::new(); SLOTS];
        let (mut tails, mut rules) = (Vec::new(), Vec::new());
        let place = |at: usize| u16::try_from(at).map_err(|_| "too many heads".to_owned());
        let mut all = Vec::new();
        for ((head, of_head), window) in heads.iter().zip(windows) {
            let letters = head.literal.as_bytes();
            let at = usize::from(window.offset);
            // A window on a head of three bytes ends behind it.
            let [a, b, c] = [letters[at], letters[at + 1], letters[at + 2]];
            slots[slot(u32::from_le_bytes([a, b, c, 0]))].push(all.len());
            all.push(Entry {
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
        // Those of a slot side by side, and in the order of their heads.
        let order: Vec<usize> = slots.iter().flatten().copied().collect();
        let placed = order.iter().map(|&head| (all[head], heads[head].0.literal.as_bytes()));
        let (groups, numbers) = Groups::of(placed.collect(), slots.iter().map(Vec::len))?;
        Ok(Heads {
            entries: order.iter().map(|&head| all[head]).collect(),
            groups: groups.all.into(),
            members: groups.members.into(),
            parts: groups.parts.into(),
            slots: numbers.into(),
            tails: tails.into(),
            rules: rules.into(),
        })
    }
}

/// What stands around a window, if it is not too near to the ends of the text.
#[inline]
fn near(haystack: &[u8], at: usize) -> Option<&[u8; NEAR]> {
    haystack.get(at.checked_sub(BEFORE)?..)?.first_chunk()
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
