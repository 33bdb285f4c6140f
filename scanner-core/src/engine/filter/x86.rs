//! The filter with x86-64's vectors.
//!
//! Each function looks at as many whole steps as there are in `part`, adds the positions that pass, relative to
//! `block`, to `out`, and says where it stopped. The last vector of a step begins
//! `WINDOW - 1` bytes behind the first, and the loops' conditions keep it within the haystack.

use std::arch::x86_64::*;
use std::ops::Range;

use super::digits::{Digits, NIBBLES};
use super::passed::write_down;
use super::{BLOCK, PART, STEP};
use crate::compile::filter::{CLASSES, FACTORS, FIRST, Filter, HIGH, SECOND, WINDOW};
use crate::decode::is_digit;

/// The class of each byte, and the highest bit where it is a digit of a run.
const KINDS: [u8; 128] = {
    let mut kinds = CLASSES;
    let mut byte = 0;
    while byte < 128 {
        if is_digit(byte) {
            kinds[byte as usize] |= 128;
        }
        byte += 1;
    }
    kinds
};

/// How far ahead memory is asked for, in bytes: this code is faster than memory is where nobody asks.
const AHEAD: usize = 1024;

/// The filter by nibbles, and the digits of runs, for one width of vectors. `$any` gives a bit for each byte that
/// is not zero.
macro_rules! by_nibbles {
    (
        $positions:ident, $digits:ident, $features:literal, $width:literal,
        $load:ident, $broadcast:expr, $and:ident, $or:ident, $shift:ident, $shuffle:ident, $set:ident, $zero:ident,
        $any:expr, $keep_known:expr
    ) => {
        impl Filter {
            #[target_feature(enable = $features)]
            pub(super) fn $positions(
                &self,
                haystack: &[u8],
                block: usize,
                part: Range<usize>,
                out: &mut Vec<u32>,
                digits: &mut Digits,
            ) -> usize {
                let table = |nibbles: &[u8; 16]| {
                    // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
                    $broadcast(unsafe { _mm_loadu_si128(nibbles.as_ptr().cast()) })
                };
                let low = self.low.each_ref().map(|part| part.each_ref().map(table));
                let high = self.high.each_ref().map(|part| part.each_ref().map(table));
                let kinds = NIBBLES.each_ref().map(table);
                let mut masks = [0; PART / STEP];
                let bits = $set(15);

                // A position for each byte of the part, and what the last of them write behind it.
                out.reserve(part.len() + STEP);
                let first = out.len();
                let hits = out.as_mut_ptr();
                let mut count = first;
                let mut at = part.start;
                while at + STEP <= part.end && at + STEP + WINDOW - 1 <= haystack.len() {
                    _mm_prefetch::<_MM_HINT_T0>(haystack.as_ptr().wrapping_add(at + AHEAD).cast());
                    let (mut mask, mut digit) = (0, 0);
                    for offset in (0..STEP).step_by($width) {
                        let mut nibbles = [($zero(), $zero()); WINDOW];
                        for (place, nibbles) in nibbles.iter_mut().enumerate() {
                            let from = haystack[at..].as_ptr().wrapping_add(offset + place);
                            // SAFETY: `offset + $width` is at most `STEP`, so the load ends at most at
                            // `at + STEP + WINDOW - 1`, which is within the haystack. It needs no alignment.
                            let bytes = unsafe { $load(from.cast()) };
                            let high = $shift::<{ HIGH as _ }>(bytes);
                            *nibbles = ($and(bytes, bits), $and(high, bits));
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
                        mask |= ($any(any) as u64) << offset;
                        // SAFETY: as above.
                        let bytes = unsafe { $load(haystack.as_ptr().add(at + offset).cast()) };
                        // Nothing is looked up of a byte whose highest bit is set.
                        let kind = $shuffle(kinds[0], bytes);
                        let kind = $and(kind, $shuffle(kinds[1], nibbles[0].1));
                        digit |= ($any(kind) as u64) << offset;
                    }
                    masks[(at - part.start) / STEP] = digit;
                    // SAFETY: `count` is at most `first` and the bytes looked at before this step, and `STEP` positions
                    // behind it are reserved.
                    count += unsafe { write_down::<8>(mask, (at - block) as u32, hits.add(count)) };
                    at += STEP;
                }
                // SAFETY: `count` positions were written, and no more than are reserved.
                unsafe { out.set_len(count) };
                // SAFETY: each position that passed has a whole window, by the loop's condition.
                unsafe { $keep_known(self, &haystack[block..], out, first) };
                digits.add(part.start, &masks[..(at - part.start) / STEP]);
                at
            }
        }

        /// Looks for runs of digits in as many whole steps as there are.
        #[target_feature(enable = $features)]
        pub(super) fn $digits(haystack: &[u8], digits: &mut Digits) {
            let [low, high] = NIBBLES.map(|table| {
                // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
                $broadcast(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
            });
            let bits = $set(15);
            while digits.seen + STEP <= haystack.len() {
                let at = digits.seen;
                let mut mask = 0;
                for part in (0..STEP).step_by($width) {
                    // SAFETY: `at + part + $width` is at most `at + STEP`, which is within the haystack.
                    let bytes = unsafe { $load(haystack.as_ptr().add(at + part).cast()) };
                    // Nothing is looked up of a byte whose highest bit is set.
                    let kinds = $shuffle(low, bytes);
                    let kind = $shuffle(high, $and($shift::<{ HIGH as _ }>(bytes), bits));
                    mask |= ($any($and(kinds, kind)) as u64) << part;
                }
                digits.add(at, &[mask]);
            }
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
    |bytes| !(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())) as u16),
    |filter: &Filter, haystack, out, first| filter.keep_known(haystack, out, first, first)
);

by_nibbles!(
    positions_avx2,
    digits_avx2,
    "avx2,bmi1,bmi2,lzcnt,popcnt",
    32,
    _mm256_loadu_si256,
    |table| _mm256_broadcastsi128_si256(table),
    _mm256_and_si256,
    _mm256_or_si256,
    _mm256_srli_epi16,
    _mm256_shuffle_epi8,
    _mm256_set1_epi8,
    _mm256_setzero_si256,
    |bytes| !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) as u32),
    Filter::keep_known_avx2
);

by_nibbles!(
    positions_avx512,
    digits_avx512,
    "avx512bw,bmi1,bmi2,lzcnt,popcnt",
    64,
    _mm512_loadu_si512,
    |table| _mm512_broadcast_i32x4(table),
    _mm512_and_si512,
    _mm512_or_si512,
    _mm512_srli_epi16,
    _mm512_shuffle_epi8,
    _mm512_set1_epi8,
    _mm512_setzero_si512,
    |bytes| _mm512_test_epi8_mask(bytes, bytes),
    Filter::keep_known_avx2
);

impl Filter {
    /// Keeps, from the `first` on, the positions whose four bytes have a known hash, eight at a time.
    ///
    /// # Safety
    /// Each must have four bytes in the haystack.
    #[target_feature(enable = "avx2,popcnt")]
    unsafe fn keep_known_avx2(&self, haystack: &[u8], positions: &mut Vec<u32>, first: usize) {
        const LANES: usize = 8;
        const { assert!(BLOCK < 1 << 31, "positions are lanes with a sign") };
        let factors = FACTORS.map(|factor| _mm256_set1_epi32(factor as i32));
        let all = positions.as_mut_ptr();
        let (count, mut done, mut kept) = (positions.len(), first, first);
        while done + LANES <= count {
            // SAFETY: there are eight positions behind `done`.
            let at = unsafe { _mm256_loadu_si256(all.add(done).cast()) };
            // SAFETY: by the contract four bytes from each position are within the haystack.
            let windows = unsafe { _mm256_i32gather_epi32::<1>(haystack.as_ptr().cast(), at) };
            let first =
                _mm256_srli_epi32::<{ FIRST as i32 }>(_mm256_mullo_epi32(windows, factors[0]));
            let second =
                _mm256_srli_epi32::<{ SECOND as i32 }>(_mm256_mullo_epi32(windows, factors[1]));
            let number = _mm256_srli_epi32::<5>(first);
            // SAFETY: the number is that of a word, by the choice of `FIRST`.
            let words = unsafe { _mm256_i32gather_epi32::<4>(self.words.as_ptr().cast(), number) };
            let bit = _mm256_and_si256(first, _mm256_set1_epi32(31));
            let (one, other) = (_mm256_srlv_epi32(words, bit), _mm256_srlv_epi32(words, second));
            let both = _mm256_slli_epi32::<31>(_mm256_and_si256(one, other));
            let known = _mm256_movemask_ps(_mm256_castsi256_ps(both)) as usize;
            // SAFETY: an order is eight bytes long.
            let order = unsafe { _mm_loadl_epi64(ORDERS[known].as_ptr().cast()) };
            let packed = _mm256_permutevar8x32_epi32(at, _mm256_cvtepu8_epi32(order));
            // SAFETY: `kept` is at most `done`, and what is written there has been loaded already.
            unsafe { _mm256_storeu_si256(all.add(kept).cast(), packed) };
            kept += known.count_ones() as usize;
            done += LANES;
        }
        // SAFETY: by the contract.
        unsafe { self.keep_known(haystack, positions, done, kept) };
    }

    /// Each byte is first given its class; tables of classes let little pass, and of one an instruction looks up all.
    #[target_feature(enable = "avx512bw,avx512vbmi,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn positions_vbmi(
        &self,
        haystack: &[u8],
        block: usize,
        part: Range<usize>,
        out: &mut Vec<u32>,
        digits: &mut Digits,
    ) -> usize {
        // Where a position has too few bytes behind it, or is another part's.
        let whole = part.end.min((haystack.len() + 1).saturating_sub(WINDOW));
        if part.start >= whole {
            return part.start;
        }
        let tables = self.classes.each_ref().map(|part| part.each_ref().map(|table| load(table)));
        let kinds = halves(&KINDS);
        let mut masks = [0; PART / STEP];

        // A position for each byte of the part, and what the last of them write behind it.
        out.reserve(part.len() + STEP);
        let first = out.len();
        let hits = out.as_mut_ptr();
        let mut count = first;
        let mut at = part.start;
        let mut bytes = load_from(haystack, at);
        let mut kind = kinds_of(bytes, kinds);
        while at < whole {
            masks[(at - part.start) / STEP] = digits_of(bytes, kind);
            _mm_prefetch::<_MM_HINT_T0>(haystack.as_ptr().wrapping_add(at + AHEAD).cast());
            bytes = load_from(haystack, at + STEP);
            let next = kinds_of(bytes, kinds);
            // Eight bytes further on; the other places of a window lie in both.
            let further = _mm512_alignr_epi64::<1>(next, kind);
            let places = [
                kind,
                _mm512_shrdi_epi64::<8>(kind, further),
                _mm512_shrdi_epi64::<16>(kind, further),
                _mm512_shrdi_epi64::<24>(kind, further),
            ];
            let mut any = _mm512_setzero_si512();
            for table in tables {
                let mut buckets = _mm512_set1_epi8(-1);
                for (place, table) in places.into_iter().zip(table) {
                    // Of what is looked up, only the six bits of the class count.
                    buckets = _mm512_and_si512(buckets, _mm512_permutexvar_epi8(place, table));
                }
                any = _mm512_or_si512(any, buckets);
            }
            let mask =
                _mm512_test_epi8_mask(any, any) & u64::MAX >> (STEP - (whole - at).min(STEP));
            // SAFETY: `count` is at most `first` and the bytes looked at before this step, and `STEP` positions
            // behind it are reserved.
            count += unsafe { write_down_vbmi(mask, (at - block) as u32, hits.add(count)) };
            kind = next;
            at += STEP;
        }
        // SAFETY: `count` positions were written, and no more than are reserved.
        unsafe { out.set_len(count) };
        self.keep_known_vbmi(&haystack[block..], out, first);
        // Of runs, what is behind the last whole step is looked at elsewhere.
        digits.add(part.start, &masks[..(whole - part.start) / STEP]);
        whole
    }

    /// Keeps, from the `first` on, the positions whose four bytes have a known hash. Each must have four bytes in the
    /// haystack.
    #[target_feature(enable = "avx512bw,avx512vbmi,avx512vbmi2,popcnt")]
    fn keep_known_vbmi(&self, haystack: &[u8], positions: &mut Vec<u32>, first: usize) {
        const LANES: usize = 16;
        const { assert!(BLOCK < 1 << 31, "positions are lanes with a sign") };
        let factors = FACTORS.map(|factor| _mm512_set1_epi32(factor as i32));
        let all = positions.as_mut_ptr();
        let (count, mut kept) = (positions.len(), first);
        for done in (first..count).step_by(LANES) {
            let lanes = (1_u32 << (count - done).min(LANES)).wrapping_sub(1) as __mmask16;
            // SAFETY: the lanes of the mask are positions below `count`; others are not loaded.
            let at = unsafe { _mm512_maskz_loadu_epi32(lanes, all.add(done).cast()) };
            // SAFETY: by the contract four bytes from each position are within the haystack.
            let windows = unsafe {
                _mm512_mask_i32gather_epi32::<1>(at, lanes, at, haystack.as_ptr().cast())
            };
            let first = _mm512_srli_epi32::<FIRST>(_mm512_mullo_epi32(windows, factors[0]));
            let second = _mm512_srli_epi32::<SECOND>(_mm512_mullo_epi32(windows, factors[1]));
            let number = _mm512_srli_epi32::<5>(first);
            // SAFETY: the number is that of a word, by the choice of `FIRST`.
            let words = unsafe {
                _mm512_mask_i32gather_epi32::<4>(at, lanes, number, self.words.as_ptr().cast())
            };
            let bit = _mm512_and_si512(first, _mm512_set1_epi32(31));
            let (one, other) = (_mm512_srlv_epi32(words, bit), _mm512_srlv_epi32(words, second));
            let both = _mm512_and_si512(one, other);
            let known = _mm512_mask_test_epi32_mask(lanes, both, _mm512_set1_epi32(1));
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

/// As [`write_down`], sixteen at a time.
///
/// # Safety
/// There must be room for sixty-four numbers.
#[target_feature(enable = "avx512bw,avx512vbmi2,popcnt")]
#[inline]
unsafe fn write_down_vbmi(mask: u64, base: u32, out: *mut u32) -> usize {
    let count = mask.count_ones() as usize;
    let mut places = _mm512_maskz_compress_epi8(mask, load(&PLACES));
    let mut written = 0;
    loop {
        let sixteen = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
        let numbers = _mm512_add_epi32(sixteen, _mm512_set1_epi32(base as i32));
        // SAFETY: `written` is a multiple of sixteen and below `count`, or zero: the room is not exceeded.
        unsafe { _mm512_storeu_si512(out.add(written).cast(), numbers) };
        written += 16;
        if written >= count {
            return count;
        }
        places = _mm512_alignr_epi64::<2>(_mm512_setzero_si512(), places);
    }
}

/// For each mask of eight lanes, the numbers of those that are in it, one after the other.
static ORDERS: [[u8; 8]; 256] = {
    let mut all = [[0; 8]; 256];
    let mut mask = 0;
    while mask < all.len() {
        let (mut lane, mut count) = (0, 0);
        while lane < 8 {
            if mask >> lane & 1 != 0 {
                all[mask][count] = lane as u8;
                count += 1;
            }
            lane += 1;
        }
        mask += 1;
    }
    all
};

/// The numbers of the bytes in a vector.
const PLACES: [u8; STEP] = {
    let mut all = [0; STEP];
    let mut place = 0;
    while place < STEP {
        all[place] = place as u8;
        place += 1;
    }
    all
};

/// A whole vector.
#[target_feature(enable = "avx512bw")]
fn load(bytes: &[u8; STEP]) -> __m512i {
    // SAFETY: the array is sixty-four bytes long, and the load has no need of alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// The bytes from there on, as far as there are any, and zeros.
#[target_feature(enable = "avx512bw")]
#[inline]
fn load_from(haystack: &[u8], at: usize) -> __m512i {
    let rest = haystack.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(bytes) => load(bytes),
        None => load_some(rest),
    }
}

/// Fewer bytes than a vector has, and zeros.
#[target_feature(enable = "avx512bw")]
fn load_some(bytes: &[u8]) -> __m512i {
    let lanes = (1_u64 << bytes.len().min(STEP - 1)) - 1;
    // SAFETY: what is not in the mask, which is at most as long as the bytes, is not loaded.
    unsafe { _mm512_maskz_loadu_epi8(lanes, bytes.as_ptr().cast()) }
}

/// A table of 128 entries, as `_mm512_permutex2var_epi8` takes it.
#[target_feature(enable = "avx512bw")]
fn halves(table: &[u8; 128]) -> (__m512i, __m512i) {
    let (first, second) = table.split_at(STEP);
    (load(first.first_chunk().expect("half")), load(second.first_chunk().expect("half")))
}

/// The kinds of bytes.
#[target_feature(enable = "avx512bw,avx512vbmi")]
fn kinds_of(bytes: __m512i, (first, second): (__m512i, __m512i)) -> __m512i {
    _mm512_permutex2var_epi8(first, bytes, second)
}

/// A bit for each byte that is a digit.
#[target_feature(enable = "avx512bw")]
fn digits_of(bytes: __m512i, kinds: __m512i) -> u64 {
    // A byte with its highest bit set was looked up as if it had not.
    _mm512_movepi8_mask(_mm512_andnot_si512(bytes, kinds))
}

/// As the functions by nibbles, with one look at each byte.
#[target_feature(enable = "avx512bw,avx512vbmi")]
pub(super) fn digits_vbmi(haystack: &[u8], digits: &mut Digits) {
    let kinds = halves(&KINDS);
    while let Some(bytes) = haystack[digits.seen..].first_chunk() {
        let bytes = load(bytes);
        digits.add(digits.seen, &[digits_of(bytes, kinds_of(bytes, kinds))]);
    }
}
