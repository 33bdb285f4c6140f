//! Where long runs of the digits of base 64 begin: what may be decoded is looked for there.
//!
//! Apart from decoding because it is asked about every byte: vector code gives a mask of the digits of each step.

use super::STEP;
use crate::compile::filter::HIGH;
use crate::decode::{SHORTEST, is_digit};

const _: () = assert!(STEP < 2 * SHORTEST && SHORTEST <= STEP, "a step has room for one whole run");

/// For the low nibble of a byte and for the four bits below its highest, the two looks of the filter by nibbles: of which
/// kind it may be, where bytes that have these four bits and are digits with the same low nibbles are of one kind.
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), allow(dead_code))]
pub(super) const NIBBLES: [[u8; 16]; 2] = {
    let [mut low, mut high] = [[0; 16]; 2];
    // Both looks have the bit in the middle, so kinds where it is set and where it is not have nothing to do with
    // each other, and may have the same number.
    let (mut kinds, mut count) = ([[0; 8]; 2], [0; 2]);
    let mut upper = 0;
    while upper < 16 {
        let mut kind = 0_u8;
        let mut lower = 0;
        while lower < 8 {
            if is_digit((upper << HIGH | lower) as u8) {
                kind |= 1 << lower;
            }
            lower += 1;
        }
        let middle = upper & 1;
        let mut number = 0;
        while number < count[middle] && kinds[middle][number] != kind {
            number += 1;
        }
        if kind != 0 && number == count[middle] {
            kinds[middle][number] = kind;
            count[middle] += 1;
        }
        lower = 0;
        while lower < 8 {
            if kind >> lower & 1 != 0 {
                high[upper] = 1 << number;
                low[middle << HIGH | lower] |= 1 << number;
            }
            lower += 1;
        }
        upper += 1;
    }
    [low, high]
};

/// Where long runs of digits begin in a haystack, as far as it was looked at.
#[derive(Debug, Default)]
pub(crate) struct Digits {
    starts: Vec<usize>,
    run: Run,
    /// The bytes before were looked at.
    pub(super) seen: usize,
}

impl Digits {
    /// Begins with another haystack.
    pub(crate) fn reset(&mut self) {
        self.starts.clear();
        self.run = Run::default();
        self.seen = 0;
    }

    /// The beginnings that are known.
    pub(crate) fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// Where a pass begins that is to come to `start`: there, or a little before, where the next whole step begins.
    pub(crate) fn begin(&self, start: usize) -> usize {
        if self.seen <= start && start - self.seen < STEP { self.seen } else { start }
    }

    /// Adds whole steps that begin at `at`: a mask of the digits of each. They are no news if something was left out
    /// before them, or nothing.
    #[inline(always)]
    pub(super) fn add(&mut self, at: usize, masks: &[u64]) {
        if at != self.seen {
            return;
        }
        if self.run.may_be_long(masks) {
            for (&mask, at) in masks.iter().zip((at..).step_by(STEP)) {
                self.run.step(at, mask, &mut self.starts);
            }
        } else if let Some(last) = masks.last() {
            self.run.len = last.leading_ones() as usize;
        }
        self.seen += masks.len() * STEP;
    }

    /// Adds the bytes behind the last whole step.
    pub(super) fn finish(&mut self, haystack: &[u8]) {
        self.run.finish(haystack, self.seen, &mut self.starts);
        self.seen = haystack.len();
    }
}

/// The run of digits that has not ended yet.
#[derive(Debug, Default)]
struct Run {
    len: usize,
}

/// How far a mask is moved, one after the other, to leave the bits that begin a long run: by doubling.
const LONG: &[u32] = &[1, 2, 4, 8, 16, 8];

/// The same for a run of half a step.
const HALF: &[u32] = &[1, 2, 4, 8, 16];

/// The bits of a mask that are followed by as many as these moves are in all.
#[inline(always)]
fn followed(mask: u64, by: &[u32]) -> u64 {
    by.iter().fold(mask, |mask, by| mask & mask >> by)
}

impl Run {
    /// Whether a long run may end in these steps or go on behind them, by a look at all of them without a branch: most
    /// have none.
    #[inline(always)]
    fn may_be_long(&self, masks: &[u64]) -> bool {
        let mut any = 0;
        for &mask in masks {
            any |= followed(mask, LONG);
        }
        // Of a run over an end, half a step on either side holds all, or more than this half.
        for pair in masks.windows(2) {
            any |= followed(pair[0] >> 32 | pair[1] << 32, HALF);
        }
        let first = masks.first().map_or(0, |mask| mask.trailing_ones() as usize);
        any != 0 || self.len + first >= SHORTEST
    }

    /// Adds the beginnings of long runs to `starts`, as soon as they are long enough: `mask` has a bit for each of the
    /// bytes at `at`.
    #[inline(always)]
    fn step(&mut self, at: usize, mask: u64, starts: &mut Vec<usize>) {
        let goes_on = mask.trailing_ones() as usize;
        let long = followed(mask, LONG);
        if (long != 0) | (self.len + goes_on >= SHORTEST) {
            self.tell(at, goes_on, long, starts);
        }
        self.len = if goes_on == STEP { self.len + STEP } else { mask.leading_ones() as usize };
    }

    /// The same where there may be one: few steps have any.
    #[cold]
    fn tell(&self, at: usize, goes_on: usize, long: u64, starts: &mut Vec<usize>) {
        if self.len < SHORTEST && self.len + goes_on >= SHORTEST {
            starts.push(at - self.len);
        }
        if long != 0 && long & 1 == 0 {
            starts.push(at + long.trailing_zeros() as usize);
        }
    }

    /// The same for the bytes behind the last whole step; without vectors for all of them. A stretch as long as a run
    /// is read from its end, back to what is no digit: most bytes are not looked at.
    fn finish(&self, haystack: &[u8], from: usize, starts: &mut Vec<usize>) {
        let digits = |at: usize| haystack[at..].iter().take_while(|&&byte| is_digit(byte)).count();
        // A run that is long already has been told.
        let told = self.len >= SHORTEST;
        let mut at = if told { from + digits(from) } else { from - self.len };
        while let Some(stretch) = haystack.get(at..at + SHORTEST) {
            match stretch.iter().rposition(|&byte| !is_digit(byte)) {
                Some(last) => at += last + 1,
                None => {
                    starts.push(at);
                    at += digits(at);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::filter::Vectors;

    fn by_looking_at_each_byte(haystack: &[u8]) -> Vec<usize> {
        let begins = |&at: &usize| at == 0 || !is_digit(haystack[at - 1]);
        let long = |&at: &usize| {
            haystack[at..].iter().take_while(|&&byte| is_digit(byte)).count() >= SHORTEST
        };
        (0..haystack.len()).filter(begins).filter(long).collect()
    }

    fn runs(vectors: Vectors, haystack: &[u8]) -> Vec<usize> {
        let mut digits = Digits::default();
        vectors.look_for_runs(haystack, haystack.len(), &mut digits);
        digits.finish(haystack);
        digits.starts
    }

    #[test]
    fn every_byte_is_classed_alike() {
        for byte in 0..=255 {
            let haystack = [byte; 200];
            for vectors in Vectors::available() {
                let expected = if is_digit(byte) { vec![0] } else { vec![] };
                assert_eq!(runs(vectors, &haystack), expected, "{vectors:?} {byte}");
            }
        }
    }

    #[test]
    fn runs_of_every_length_are_found_at_every_alignment() {
        for (gap, len) in (0..130).flat_map(|gap| (0..=256).map(move |len| (gap, len))) {
            let mut haystack = vec![b'.'; gap];
            haystack.extend(std::iter::repeat_n(b'x', len));
            haystack.push(b' ');
            haystack.extend(std::iter::repeat_n(b'7', SHORTEST));
            let expected = by_looking_at_each_byte(&haystack);
            for vectors in Vectors::available() {
                assert_eq!(runs(vectors, &haystack), expected, "{vectors:?} {gap} {len}");
            }
        }
    }

    #[test]
    fn runs_and_gaps_by_chance() {
        let mut state = 9_u64;
        let mut below = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % bound
        };
        for _ in 0..300 {
            let mut haystack = Vec::new();
            while haystack.len() < 1000 {
                let len = 30 + below(25) as usize;
                haystack.extend((0..len).map(|_| b"azAZ09+/-_"[below(10) as usize]));
                haystack.extend((0..=below(3)).map(|_| b" .=\n\xC3\xFF"[below(6) as usize]));
            }
            let expected = by_looking_at_each_byte(&haystack);
            assert!(expected.len() > 3);
            for vectors in Vectors::available() {
                assert_eq!(runs(vectors, &haystack), expected, "{vectors:?}");
            }
        }
    }
}
