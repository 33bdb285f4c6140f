//! The filter before the automaton: at which positions of a haystack the window of a head may begin.
//!
//! # How it works
//! Every head is seen through a window: four bytes of it, chosen to be rare. Windows are grouped into
//! sixteen buckets. For each place there are two tables of sixteen entries, one for the
//! low nibble of a byte and one for the high; an entry has a bit for each bucket that allows that
//! nibble there. A position may begin a window of a bucket when the bucket's bit survives the AND of all
//! eight look-ups. A vector instruction does thirty-two or sixty-four of these look-ups at once, and sixteen buckets
//! are two such sets of tables. The group's masks are a superset of its windows, so no head is
//! lost; what passes by accident is thrown out by a bitmap of the hashes of all four-byte windows
//! that a head can have, and then by the automaton, which is exact.
//!
//! # Contract
//! A position passes if its four bytes are the window of some head; for a head of three bytes, the fourth is
//! one that its rules' patterns allow there. Positions of which fewer than four bytes are
//! left always pass. Which other positions pass is of no consequence but speed; the portable code and the
//! vector code agree on them all the same.
//!
//! This is the SIMD room: the one place, with the loading of the automaton, where `unsafe` is allowed.
#![allow(unsafe_code)]

use crate::compile::filter::{Filter, WINDOW, hash};

/// How many bytes one call of [`Filter::positions`] looks at.
pub(crate) const BLOCK: usize = 32 * 1024;

/// Which code looks at the haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// The bitmap alone, byte by byte.
    None,
    /// Thirty-two positions at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Sixty-four positions at a time, with all tables in registers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Vectors {
    /// The best that this machine has.
    pub(crate) fn detect() -> Vectors {
        Vectors::available().pop().unwrap_or(Vectors::None)
    }

    /// All that this machine has, the best last.
    pub(crate) fn available() -> Vec<Vectors> {
        let mut available = vec![Vectors::None];
        #[cfg(target_arch = "x86_64")]
        {
            if std::arch::is_x86_feature_detected!("avx2") {
                available.push(Vectors::Avx2);
            }
            if std::arch::is_x86_feature_detected!("avx512bw") {
                available.push(Vectors::Avx512);
            }
        }
        available
    }

    /// The name in `--stats`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Vectors::None => "portable",
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => "avx512",
        }
    }
}

impl Filter {
    /// Whether the hash of these four bytes is that of a head's beginning.
    #[inline]
    fn knows(&self, window: u32) -> bool {
        let bit = usize::from(hash(window));
        self.hashes[bit / 64] & (1 << (bit % 64)) != 0
    }

    /// How many bytes before `at` the heads begin of which the four bytes there may be the window: a bit
    /// for each number. At the haystack's end, where four are not left, only short heads are.
    #[inline]
    pub(crate) fn offsets(&self, haystack: &[u8], at: usize) -> u8 {
        match haystack[at..].first_chunk::<WINDOW>() {
            Some(window) => self.offsets[usize::from(hash(u32::from_le_bytes(*window))) / 16],
            None => 1,
        }
    }

    /// Whether a head may have these four bytes for a window: what the vector code asks of many at once.
    #[inline]
    pub(crate) fn allows(&self, window: [u8; WINDOW]) -> bool {
        self.knows(u32::from_le_bytes(window))
            && (0..2).any(|half| {
                let buckets = window.iter().enumerate().fold(u8::MAX, |buckets, (place, byte)| {
                    let (low, high) = (usize::from(byte & 15), usize::from(byte >> 4));
                    buckets & self.low[half][place][low] & self.high[half][place][high]
                });
                buckets != 0
            })
    }

    /// Replaces the content of `out` by the positions of the block that begins at `from` at which the
    /// window of a head may begin, relative to `from`; in ascending order. The block ends [`BLOCK`] bytes on, or
    /// with the haystack.
    pub(crate) fn positions(
        &self,
        vectors: Vectors,
        haystack: &[u8],
        from: usize,
        out: &mut Vec<u32>,
    ) {
        out.clear();
        let to = (from + BLOCK).min(haystack.len());
        let done = match vectors {
            Vectors::None => from,
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Vectors::Avx2` is made only by `available`, which found AVX2 on this machine.
            Vectors::Avx2 => unsafe { self.positions_avx2(haystack, from, to, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Vectors::Avx512` likewise, with AVX-512BW.
            Vectors::Avx512 => unsafe { self.positions_avx512(haystack, from, to, out) },
        };
        self.positions_portable(haystack, from, done, to, out);
    }

    fn positions_portable(
        &self,
        haystack: &[u8],
        from: usize,
        done: usize,
        to: usize,
        out: &mut Vec<u32>,
    ) {
        let whole = (haystack.len() + 1).saturating_sub(WINDOW).clamp(done, to);
        for at in done..whole {
            let window = [haystack[at], haystack[at + 1], haystack[at + 2], haystack[at + 3]];
            if self.allows(window) {
                out.push((at - from) as u32);
            }
        }
        out.extend((whole..to).map(|at| (at - from) as u32));
    }

    /// Looks at as many whole vectors as there are between `from` and `to`, and says where it stopped.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn positions_avx2(&self, haystack: &[u8], from: usize, to: usize, out: &mut Vec<u32>) -> usize {
        use std::arch::x86_64::{
            __m128i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256,
            _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256,
            _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
        };
        const WIDTH: usize = 32;

        let table = |nibbles: &[u8; 16]| {
            // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
            let table = unsafe { _mm_loadu_si128(nibbles.as_ptr().cast::<__m128i>()) };
            _mm256_broadcastsi128_si256(table)
        };
        let low = self.low.each_ref().map(|half| half.each_ref().map(table));
        let high = self.high.each_ref().map(|half| half.each_ref().map(table));
        let nibble = _mm256_set1_epi8(0x0F);
        let zero = _mm256_setzero_si256();

        let mut at = from;
        // The last vector of a step begins three bytes later than the first.
        while at + WIDTH <= to && at + WIDTH + WINDOW - 1 <= haystack.len() {
            let mut buckets = [_mm256_set1_epi8(-1); 2];
            for place in 0..WINDOW {
                // SAFETY: `at + place + WIDTH` is at most `at + WIDTH + WINDOW - 1`, which the
                // condition of the loop keeps within the haystack. The load needs no alignment.
                let bytes = unsafe { _mm256_loadu_si256(haystack.as_ptr().add(at + place).cast()) };
                let lows = _mm256_and_si256(bytes, nibble);
                let highs = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), nibble);
                for half in 0..2 {
                    let allowed = _mm256_and_si256(
                        _mm256_shuffle_epi8(low[half][place], lows),
                        _mm256_shuffle_epi8(high[half][place], highs),
                    );
                    buckets[half] = _mm256_and_si256(buckets[half], allowed);
                }
            }
            let any = _mm256_or_si256(buckets[0], buckets[1]);
            let hits = !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, zero)) as u32);
            self.sift(haystack, from, at, hits.into(), out);
            at += WIDTH;
        }
        at
    }

    /// The same with vectors of twice the width.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512bw")]
    fn positions_avx512(
        &self,
        haystack: &[u8],
        from: usize,
        to: usize,
        out: &mut Vec<u32>,
    ) -> usize {
        use std::arch::x86_64::{
            __m128i, _mm_loadu_si128, _mm512_and_si512, _mm512_broadcast_i32x4, _mm512_loadu_si512,
            _mm512_or_si512, _mm512_set1_epi8, _mm512_shuffle_epi8, _mm512_srli_epi16,
            _mm512_test_epi8_mask,
        };
        const WIDTH: usize = 64;

        let table = |nibbles: &[u8; 16]| {
            // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
            let table = unsafe { _mm_loadu_si128(nibbles.as_ptr().cast::<__m128i>()) };
            _mm512_broadcast_i32x4(table)
        };
        let low = self.low.each_ref().map(|half| half.each_ref().map(table));
        let high = self.high.each_ref().map(|half| half.each_ref().map(table));
        let nibble = _mm512_set1_epi8(0x0F);

        let mut at = from;
        while at + WIDTH <= to && at + WIDTH + WINDOW - 1 <= haystack.len() {
            let mut buckets = [_mm512_set1_epi8(-1); 2];
            for place in 0..WINDOW {
                // SAFETY: `at + place + WIDTH` is at most `at + WIDTH + WINDOW - 1`, which the
                // condition of the loop keeps within the haystack. The load needs no alignment.
                let bytes = unsafe { _mm512_loadu_si512(haystack.as_ptr().add(at + place).cast()) };
                let lows = _mm512_and_si512(bytes, nibble);
                let highs = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), nibble);
                for half in 0..2 {
                    let allowed = _mm512_and_si512(
                        _mm512_shuffle_epi8(low[half][place], lows),
                        _mm512_shuffle_epi8(high[half][place], highs),
                    );
                    buckets[half] = _mm512_and_si512(buckets[half], allowed);
                }
            }
            let any = _mm512_or_si512(buckets[0], buckets[1]);
            self.sift(haystack, from, at, _mm512_test_epi8_mask(any, any), out);
            at += WIDTH;
        }
        at
    }

    /// Puts those of the positions `at + bit` for which `hits` has a bit that the bitmap knows into `out`.
    /// The caller has seen to it that four bytes follow each of them.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    fn sift(&self, haystack: &[u8], from: usize, at: usize, mut hits: u64, out: &mut Vec<u32>) {
        while hits != 0 {
            let hit = at + hits.trailing_zeros() as usize;
            hits &= hits - 1;
            let window = [haystack[hit], haystack[hit + 1], haystack[hit + 2], haystack[hit + 3]];
            if self.knows(u32::from_le_bytes(window)) {
                out.push((hit - from) as u32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All positions that pass, block by block.
    fn all(filter: &Filter, vectors: Vectors, haystack: &[u8]) -> Vec<usize> {
        let mut all = Vec::new();
        let mut block = Vec::new();
        for from in (0..haystack.len()).step_by(BLOCK) {
            filter.positions(vectors, haystack, from, &mut block);
            all.extend(block.iter().map(|&at| from + at as usize));
        }
        all
    }

    /// Bytes in which the beginnings of heads are frequent.
    fn noise(len: usize, mut seed: u64) -> Vec<u8> {
        let pieces: [&[u8]; 8] =
            [b"AKIA", b"ghp_", b"eyJ", b"passw", b"-BEGIN ", b"\x00\xFF", b"x", b"TOKEN"];
        let mut noise = Vec::with_capacity(len + 8);
        while noise.len() < len {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            noise.extend_from_slice(pieces[(seed >> 61) as usize]);
        }
        noise.truncate(len);
        noise
    }

    #[test]
    fn vectors_and_portable_code_agree_at_every_length_and_alignment() {
        let filter = &crate::engine::builtin::FILTER;
        let haystack = noise(400, 7);
        for start in 0..64 {
            for len in 0..=256 {
                let part = &haystack[start..start + len];
                let portable = all(filter, Vectors::None, part);
                for vectors in Vectors::available() {
                    assert!(portable == all(filter, vectors, part), "{vectors:?} {start} {len}");
                }
            }
        }
    }

    #[test]
    fn blocks_join_without_a_gap() {
        let filter = &crate::engine::builtin::FILTER;
        let haystack = noise(3 * BLOCK + 17, 11);
        let portable = all(filter, Vectors::None, &haystack);
        for vectors in Vectors::available() {
            assert!(portable == all(filter, vectors, &haystack), "{vectors:?}");
        }
    }
}
