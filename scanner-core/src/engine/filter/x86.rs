//! The filter with x86-64's vectors.
//!
//! Each function looks at as many whole vectors as there are between `from` and `to`, puts the positions
//! that pass, relative to `from`, into `out`, and says where it stopped. The last vector of a step begins
//! `WINDOW - 1` bytes behind the first, and the loops' conditions keep it within the haystack.

use std::arch::x86_64::*;

use super::BLOCK;
use crate::compile::filter::{FACTORS, Filter, SHIFT, WINDOW};

impl Filter {
    #[target_feature(enable = "avx2")]
    pub(super) fn positions_avx2(
        &self,
        haystack: &[u8],
        from: usize,
        to: usize,
        out: &mut Vec<u32>,
    ) -> usize {
        const WIDTH: usize = 32;
        let table = |nibbles: &[u8; 16]| {
            // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
            let table = unsafe { _mm_loadu_si128(nibbles.as_ptr().cast()) };
            _mm256_broadcastsi128_si256(table)
        };
        let low = self.low.each_ref().map(|half| half.each_ref().map(table));
        let high = self.high.each_ref().map(|half| half.each_ref().map(table));
        let (low_bits, high_bits) = (_mm256_set1_epi8(15), _mm256_set1_epi8(7));
        let zero = _mm256_setzero_si256();

        let mut at = from;
        while at + WIDTH <= to && at + WIDTH + WINDOW - 1 <= haystack.len() {
            let mut buckets = [_mm256_set1_epi8(-1); 2];
            for place in 0..WINDOW {
                // SAFETY: `at + place + WIDTH` is at most `at + WIDTH + WINDOW - 1`, which is within
                // the haystack. The load needs no alignment.
                let bytes = unsafe { _mm256_loadu_si256(haystack.as_ptr().add(at + place).cast()) };
                let lows = _mm256_and_si256(bytes, low_bits);
                let highs = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), high_bits);
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
    #[target_feature(enable = "avx512bw")]
    pub(super) fn positions_avx512(
        &self,
        haystack: &[u8],
        from: usize,
        to: usize,
        out: &mut Vec<u32>,
    ) -> usize {
        const WIDTH: usize = 64;
        let table = |nibbles: &[u8; 16]| {
            // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
            let table = unsafe { _mm_loadu_si128(nibbles.as_ptr().cast()) };
            _mm512_broadcast_i32x4(table)
        };
        let low = self.low.each_ref().map(|half| half.each_ref().map(table));
        let high = self.high.each_ref().map(|half| half.each_ref().map(table));
        let (low_bits, high_bits) = (_mm512_set1_epi8(15), _mm512_set1_epi8(7));

        let mut at = from;
        while at + WIDTH <= to && at + WIDTH + WINDOW - 1 <= haystack.len() {
            let mut buckets = [_mm512_set1_epi8(-1); 2];
            for place in 0..WINDOW {
                // SAFETY: as above, the load ends within the haystack. It needs no alignment.
                let bytes = unsafe { _mm512_loadu_si512(haystack.as_ptr().add(at + place).cast()) };
                let lows = _mm512_and_si512(bytes, low_bits);
                let highs = _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), high_bits);
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

    /// Puts those of the positions `at + bit` for which `hits` has a bit and which are allowed into `out`.
    /// The caller has seen to it that four bytes follow each of them.
    #[inline(always)]
    fn sift(&self, haystack: &[u8], from: usize, at: usize, mut hits: u64, out: &mut Vec<u32>) {
        while hits != 0 {
            let hit = at + hits.trailing_zeros() as usize;
            hits &= hits - 1;
            let window = [haystack[hit], haystack[hit + 1], haystack[hit + 2], haystack[hit + 3]];
            if self.allows(window) {
                out.push((hit - from) as u32);
            }
        }
    }

    /// Whole bytes are looked up, so the tables alone let little pass. What does is written down without a
    /// branch, and then its hashes are looked up sixteen at a time: half of them would be mispredicted.
    #[target_feature(enable = "avx512bw,avx512vbmi,avx512vbmi2")]
    pub(super) fn positions_vbmi(
        &self,
        haystack: &[u8],
        from: usize,
        to: usize,
        out: &mut Vec<u32>,
    ) -> usize {
        const WIDTH: usize = 64;
        let table = |bytes: &[u8; 128]| {
            // SAFETY: the array is twice sixty-four bytes long, and the loads have no need of alignment.
            unsafe {
                let first = bytes.as_ptr();
                (_mm512_loadu_si512(first.cast()), _mm512_loadu_si512(first.add(WIDTH).cast()))
            }
        };
        let tables = self.exact.each_ref().map(|half| half.each_ref().map(table));
        let order: [u8; WIDTH] = std::array::from_fn(|lane| lane as u8);
        // SAFETY: the array is sixty-four bytes long, and the load has no need of alignment.
        let order = unsafe { _mm512_loadu_si512(order.as_ptr().cast()) };

        // A position for each byte of the block, and what the last store writes behind them.
        out.reserve(BLOCK + WIDTH);
        let hits = out.as_mut_ptr();
        let mut count = 0;
        let mut at = from;
        while at + WIDTH <= to && at + WIDTH + WINDOW - 1 <= haystack.len() {
            let mut buckets = [_mm512_set1_epi8(-1); 2];
            for place in 0..WINDOW {
                // SAFETY: as above, the load ends within the haystack. It needs no alignment.
                let bytes = unsafe { _mm512_loadu_si512(haystack.as_ptr().add(at + place).cast()) };
                for (buckets, half) in buckets.iter_mut().zip(&tables) {
                    let (first, second) = half[place];
                    let allowed = _mm512_permutex2var_epi8(first, bytes, second);
                    *buckets = _mm512_and_si512(*buckets, allowed);
                }
            }
            let any = _mm512_or_si512(buckets[0], buckets[1]);
            let mask = _mm512_test_epi8_mask(any, any);
            let lanes = _mm512_maskz_compress_epi8(mask, order);
            let base = _mm512_set1_epi32((at - from) as i32);
            let write = |written: usize, lanes: __m128i| {
                let positions = _mm512_add_epi32(base, _mm512_cvtepu8_epi32(lanes));
                // SAFETY: `count` is at most the bytes looked at before this step, and sixteen positions
                // from `count + written`, which is below `count + WIDTH`, are within what is reserved.
                unsafe { _mm512_storeu_si512(hits.add(count + written).cast(), positions) };
            };
            let found = mask.count_ones() as usize;
            write(0, _mm512_castsi512_si128(lanes));
            if found > 16 {
                write(16, _mm512_extracti32x4_epi32::<1>(lanes));
                write(32, _mm512_extracti32x4_epi32::<2>(lanes));
                write(48, _mm512_extracti32x4_epi32::<3>(lanes));
            }
            count += found;
            at += WIDTH;
        }
        // SAFETY: `count` positions were written, and no more than are reserved.
        unsafe { out.set_len(count) };
        self.keep_known(&haystack[from..], out);
        at
    }

    /// Keeps the positions whose four bytes have a known hash. Each must have four bytes in the haystack.
    #[target_feature(enable = "avx512bw,avx512vbmi,avx512vbmi2")]
    fn keep_known(&self, haystack: &[u8], positions: &mut Vec<u32>) {
        const LANES: usize = 16;
        let factors = FACTORS.map(|factor| _mm512_set1_epi32(factor as i32));
        let all = positions.as_mut_ptr();
        let (count, mut kept) = (positions.len(), 0);
        for done in (0..count).step_by(LANES) {
            let lanes = (1_u32 << (count - done).min(LANES)).wrapping_sub(1) as __mmask16;
            // SAFETY: the lanes of the mask are positions below `count`; others are not loaded.
            let at = unsafe { _mm512_maskz_loadu_epi32(lanes, all.add(done).cast()) };
            // SAFETY: by the contract four bytes from each position are within the haystack.
            let windows = unsafe {
                _mm512_mask_i32gather_epi32::<1>(at, lanes, at, haystack.as_ptr().cast())
            };
            let mut known = lanes;
            for (bitmap, factor) in self.hashes.iter().zip(factors) {
                let hash = _mm512_srli_epi32::<SHIFT>(_mm512_mullo_epi32(windows, factor));
                let word = _mm512_srli_epi32::<5>(hash);
                // SAFETY: a hash is less than the number of bits in a bitmap, so its word of thirty-two of them is
                // within it. Words are in little-endian order, as they are in the bitmap's words of sixty-four.
                let words = unsafe {
                    _mm512_mask_i32gather_epi32::<4>(word, known, word, bitmap.as_ptr().cast())
                };
                let bits = _mm512_srlv_epi32(words, _mm512_and_si512(hash, _mm512_set1_epi32(31)));
                known = _mm512_mask_test_epi32_mask(known, bits, _mm512_set1_epi32(1));
            }
            // SAFETY: `kept` is at most `done`, and what is written there has been loaded already.
            unsafe {
                let packed = _mm512_maskz_compress_epi32(known, at);
                _mm512_mask_storeu_epi32(all.add(kept).cast(), lanes, packed);
            }
            kept += known.count_ones() as usize;
        }
        positions.truncate(kept);
    }
}
