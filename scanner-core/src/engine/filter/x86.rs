//! The filter with x86-64's vectors.
//!
//! Each function looks at as many whole steps as there are between `from` and `to`, puts the positions
//! that pass, relative to `from`, into `out`, and says where it stopped. The last vector of a step begins
//! `WINDOW - 1` bytes behind the first, and the loops' conditions keep it within the haystack.
//!
//! What passes the tables is first written down, with as few branches as there can be, and then looked up in the
//! bitmaps: to decide at each position would be to guess wrong at many of them.

use std::arch::x86_64::*;

use super::digits::Run;
use super::{BLOCK, STEP};
use crate::compile::filter::{FACTORS, Filter, SHIFT, WINDOW};
use crate::decode::is_digit;

/// For the low nibble of a byte and for its high one: the rows of the ASCII table in which it makes a digit.
const DIGITS: [[u8; 16]; 2] = {
    let mut tables = [[0; 16]; 2];
    let mut byte = 0;
    while byte < 128 {
        if is_digit(byte) {
            tables[0][byte as usize & 15] |= 1 << (byte >> 4);
            tables[1][byte as usize >> 4] = 1 << (byte >> 4);
        }
        byte += 1;
    }
    tables
};

/// The same for whole bytes: the highest bit where one is a digit.
const WHOLE_DIGITS: [u8; 128] = {
    let mut table = [0; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = if is_digit(byte) { 128 } else { 0 };
        byte += 1;
    }
    table
};

/// The filter by nibbles, and the digits of runs, for one width of vectors. `$any` gives a bit for each byte that
/// is not zero.
macro_rules! by_nibbles {
    (
        $positions:ident, $digits:ident, $features:literal, $width:literal,
        $load:ident, $broadcast:expr, $and:ident, $or:ident, $shift:ident, $shuffle:ident, $set:ident, $zero:ident,
        $any:expr
    ) => {
        impl Filter {
            #[target_feature(enable = $features)]
            pub(super) fn $positions(
                &self,
                haystack: &[u8],
                from: usize,
                to: usize,
                out: &mut Vec<u32>,
            ) -> usize {
                let table = |nibbles: &[u8; 16]| {
                    // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
                    $broadcast(unsafe { _mm_loadu_si128(nibbles.as_ptr().cast()) })
                };
                let low = self.low.each_ref().map(|part| part.each_ref().map(table));
                let high = self.high.each_ref().map(|part| part.each_ref().map(table));
                let (low_bits, high_bits) = ($set(15), $set(7));

                // A position for each byte of the block, and what the last of them write behind it.
                out.reserve(to - from + STEP);
                let hits = out.as_mut_ptr();
                let mut count = 0;
                let mut at = from;
                while at + STEP <= to && at + STEP + WINDOW - 1 <= haystack.len() {
                    let mut mask = 0;
                    for part in (0..STEP).step_by($width) {
                        let mut nibbles = [($zero(), $zero()); WINDOW];
                        for (place, nibbles) in nibbles.iter_mut().enumerate() {
                            let from = haystack[at..].as_ptr().wrapping_add(part + place);
                            // SAFETY: `part + $width` is at most `STEP`, so the load ends at most at
                            // `at + STEP + WINDOW - 1`, which is within the haystack. It needs no alignment.
                            let bytes = unsafe { $load(from.cast()) };
                            *nibbles = ($and(bytes, low_bits), $and($shift::<4>(bytes), high_bits));
                        }
                        let mut any = $zero();
                        for (low, high) in low.iter().zip(&high) {
                            let mut buckets = $set(-1);
                            for place in 0..WINDOW {
                                let (lows, highs) = nibbles[place];
                                buckets = $and(buckets, $shuffle(low[place], lows));
                                buckets = $and(buckets, $shuffle(high[place], highs));
                            }
                            any = $or(any, buckets);
                        }
                        mask |= ($any(any) as u64) << part;
                    }
                    // SAFETY: `count` is at most the bytes looked at before this step, and `STEP` positions
                    // behind it are reserved.
                    count += unsafe { write_down(mask, (at - from) as u32, hits.add(count)) };
                    at += STEP;
                }
                // SAFETY: `count` positions were written, and no more than are reserved.
                unsafe { out.set_len(count) };
                self.keep_allowed(&haystack[from..], out);
                at
            }
        }

        /// Tells `run` of the digits in as many whole steps as there are, and says where it stopped.
        #[target_feature(enable = $features)]
        pub(super) fn $digits(haystack: &[u8], run: &mut Run, starts: &mut Vec<usize>) -> usize {
            let [low, high] = DIGITS.map(|table| {
                // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
                $broadcast(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
            });
            let bits = $set(15);
            let mut at = 0;
            while at + STEP <= haystack.len() {
                let mut mask = 0;
                for part in (0..STEP).step_by($width) {
                    // SAFETY: `at + part + $width` is at most `at + STEP`, which is within the haystack.
                    let bytes = unsafe { $load(haystack.as_ptr().add(at + part).cast()) };
                    let rows = $shuffle(low, $and(bytes, bits));
                    let row = $shuffle(high, $and($shift::<4>(bytes), bits));
                    mask |= ($any($and(rows, row)) as u64) << part;
                }
                run.step(at, mask, starts);
                at += STEP;
            }
            at
        }
    };
}

by_nibbles!(
    positions_ssse3,
    digits_ssse3,
    "ssse3",
    16,
    _mm_loadu_si128,
    |table| table,
    _mm_and_si128,
    _mm_or_si128,
    _mm_srli_epi16,
    _mm_shuffle_epi8,
    _mm_set1_epi8,
    _mm_setzero_si128,
    |bytes| !(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())) as u16)
);

by_nibbles!(
    positions_avx2,
    digits_avx2,
    "avx2,bmi1,popcnt",
    32,
    _mm256_loadu_si256,
    |table| _mm256_broadcastsi128_si256(table),
    _mm256_and_si256,
    _mm256_or_si256,
    _mm256_srli_epi16,
    _mm256_shuffle_epi8,
    _mm256_set1_epi8,
    _mm256_setzero_si256,
    |bytes| !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) as u32)
);

by_nibbles!(
    positions_avx512,
    digits_avx512,
    "avx512bw,bmi1,popcnt",
    64,
    _mm512_loadu_si512,
    |table| _mm512_broadcast_i32x4(table),
    _mm512_and_si512,
    _mm512_or_si512,
    _mm512_srli_epi16,
    _mm512_shuffle_epi8,
    _mm512_set1_epi8,
    _mm512_setzero_si512,
    |bytes| _mm512_test_epi8_mask(bytes, bytes)
);

/// Writes `base` and the number of each bit of the mask, and says how many there are. Eight at a time are written,
/// and what is written of those that are not there does not count.
///
/// # Safety
/// There must be room for sixty-four numbers.
#[inline(always)]
unsafe fn write_down(mut mask: u64, base: u32, out: *mut u32) -> usize {
    let count = mask.count_ones() as usize;
    let mut written = 0;
    loop {
        for place in written..written + 8 {
            // SAFETY: `written` is a multiple of eight and below `count`, or zero: the room is not exceeded.
            unsafe { out.add(place).write(base + mask.trailing_zeros()) };
            mask &= mask.wrapping_sub(1);
        }
        written += 8;
        if written >= count {
            return count;
        }
    }
}

impl Filter {
    /// Keeps the positions whose four bytes have a known hash. Each must have four bytes in the haystack.
    #[inline(always)]
    fn keep_allowed(&self, haystack: &[u8], positions: &mut Vec<u32>) {
        let mut kept = 0;
        for index in 0..positions.len() {
            let position = positions[index];
            let window = haystack[position as usize..].first_chunk::<WINDOW>();
            positions[kept] = position;
            kept += usize::from(window.is_some_and(|window| self.allows(*window)));
        }
        positions.truncate(kept);
    }

    /// Whole bytes are looked up, so the tables alone let little pass; and hashes sixteen at a time.
    #[target_feature(enable = "avx512bw,avx512vbmi,avx512vbmi2,popcnt")]
    pub(super) fn positions_vbmi(
        &self,
        haystack: &[u8],
        from: usize,
        to: usize,
        out: &mut Vec<u32>,
    ) -> usize {
        let tables = self.exact.each_ref().map(|part| part.each_ref().map(|table| halves(table)));
        let order: [u8; STEP] = std::array::from_fn(|lane| lane as u8);
        // SAFETY: the array is sixty-four bytes long, and the load has no need of alignment.
        let order = unsafe { _mm512_loadu_si512(order.as_ptr().cast()) };

        // A position for each byte of the block, and what the last store writes behind them.
        out.reserve(to - from + STEP);
        let hits = out.as_mut_ptr();
        let mut count = 0;
        let mut at = from;
        while at + STEP <= to && at + STEP + WINDOW - 1 <= haystack.len() {
            let mut buckets = [_mm512_set1_epi8(-1); 2];
            for place in 0..WINDOW {
                // SAFETY: as above, the load ends within the haystack. It needs no alignment.
                let bytes = unsafe { _mm512_loadu_si512(haystack.as_ptr().add(at + place).cast()) };
                for (buckets, part) in buckets.iter_mut().zip(&tables) {
                    let (first, second) = part[place];
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
                // from `count + written`, which is below `count + STEP`, are within what is reserved.
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
            at += STEP;
        }
        // SAFETY: `count` positions were written, and no more than are reserved.
        unsafe { out.set_len(count) };
        self.keep_known(&haystack[from..], out);
        at
    }

    /// Keeps the positions whose four bytes have a known hash. Each must have four bytes in the haystack.
    #[target_feature(enable = "avx512bw,avx512vbmi,avx512vbmi2,popcnt")]
    fn keep_known(&self, haystack: &[u8], positions: &mut Vec<u32>) {
        const LANES: usize = 16;
        const { assert!(BLOCK < 1 << 31, "positions are lanes with a sign") };
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

/// A table of 128 entries, as `_mm512_permutex2var_epi8` takes it.
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn halves(table: &[u8; 128]) -> (__m512i, __m512i) {
    // SAFETY: the array is twice sixty-four bytes long, and the loads have no need of alignment.
    unsafe {
        let first = table.as_ptr();
        (_mm512_loadu_si512(first.cast()), _mm512_loadu_si512(first.add(STEP).cast()))
    }
}

/// As the functions by nibbles, with one look at each byte.
#[target_feature(enable = "avx512bw,avx512vbmi")]
pub(super) fn digits_vbmi(haystack: &[u8], run: &mut Run, starts: &mut Vec<usize>) -> usize {
    let (first, second) = halves(&WHOLE_DIGITS);
    let mut at = 0;
    while at + STEP <= haystack.len() {
        // SAFETY: the load ends within the haystack, and needs no alignment.
        let bytes = unsafe { _mm512_loadu_si512(haystack.as_ptr().add(at).cast()) };
        let is_digit = _mm512_permutex2var_epi8(first, bytes, second);
        // A byte with its highest bit set was looked up as if it had not.
        run.step(at, _mm512_movepi8_mask(_mm512_andnot_si512(bytes, is_digit)), starts);
        at += STEP;
    }
    at
}
