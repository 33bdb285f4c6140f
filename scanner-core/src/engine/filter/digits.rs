//! Where long runs of the digits of base 64 begin: what may be decoded is looked for there.
//!
//! Apart from decoding because it is asked about every byte: vector code gives a mask of the digits of each step.

use super::STEP;
use crate::decode::{SHORTEST, is_digit};

const _: () = assert!(STEP < 2 * SHORTEST && SHORTEST <= STEP, "a step has room for one whole run");

/// The run of digits that has not ended yet.
#[derive(Default)]
pub(super) struct Run {
    len: usize,
}

impl Run {
    /// Adds the beginnings of long runs to `starts`, as soon as they are long enough: `mask` has a bit for each of the
    /// bytes at `at`.
    #[inline(always)]
    pub(super) fn step(&mut self, at: usize, mask: u64, starts: &mut Vec<usize>) {
        let goes_on = mask.trailing_ones() as usize;
        if self.len < SHORTEST && self.len + goes_on >= SHORTEST {
            starts.push(at - self.len);
        }
        // Bits of which enough follow: by doubling.
        let long = [1, 2, 4, 8, 16, 8].iter().fold(mask, |mask, by| mask & mask >> by);
        if long != 0 && long & 1 == 0 {
            starts.push(at + long.trailing_zeros() as usize);
        }
        self.len = if goes_on == STEP { self.len + STEP } else { mask.leading_ones() as usize };
    }

    /// The same for the bytes behind the last whole step; without vectors for all of them. A stretch as long as a run
    /// is read from its end, back to what is no digit: most bytes are not looked at.
    pub(super) fn finish(&self, haystack: &[u8], from: usize, starts: &mut Vec<usize>) {
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
        let mut starts = Vec::new();
        vectors.runs(haystack, &mut starts);
        starts
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
