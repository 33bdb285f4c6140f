//! The filter with the vectors of aarch64, sixteen bytes wide.
//!
//! Like those of `x86`, each function looks at as many whole steps as there are and says where it stopped.

use std::arch::aarch64::*;
use std::ops::Range;

use super::digits::{Digits, NIBBLES};
use super::passed::write_down;
use super::{PART, STEP};
use crate::compile::filter::{Filter, HIGH, NIBBLE_TABLES, WINDOW};

/// How many bytes a vector has.
const WIDTH: usize = 16;

/// Where a byte of a vector stands, as a bit among eight.
const PLACES: [u8; WIDTH] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];

/// The bytes of an array.
#[target_feature(enable = "neon")]
fn load(bytes: &[u8; WIDTH]) -> uint8x16_t {
    // SAFETY: the array is sixteen bytes long, and the load has no need of alignment.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// A bit for each byte that is not zero.
#[target_feature(enable = "neon")]
fn mask(parts: [uint8x16_t; STEP / WIDTH], places: uint8x16_t) -> u64 {
    let [a, b, c, d] = parts.map(|part| vandq_u8(vtstq_u8(part, part), places));
    // Sums of neighbours: of two, of four, of eight bytes.
    let quarters = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(quarters, quarters)))
}

impl Filter {
    #[target_feature(enable = "neon")]
    pub(super) fn positions_neon(
        &self,
        haystack: &[u8],
        block: usize,
        part: Range<usize>,
        out: &mut Vec<u32>,
        digits: &mut Digits,
    ) -> usize {
        let low = self.low.each_ref().map(|table| table.each_ref().map(|nibbles| load(nibbles)));
        let high = self.high.each_ref().map(|table| table.each_ref().map(|nibbles| load(nibbles)));
        let kinds = NIBBLES.each_ref().map(|table| load(table));
        let mut masks = [0; PART / STEP];
        let (bits, places) = (vdupq_n_u8(15), load(&PLACES));

        // A position for each byte of the part, and what the last of them write behind it.
        out.reserve(part.len() + STEP);
        let first = out.len();
        let hits = out.as_mut_ptr();
        let mut count = first;
        let mut at = part.start;
        while at + STEP <= part.end && at + STEP + WINDOW - 1 <= haystack.len() {
            let mut passed = [vdupq_n_u8(0); STEP / WIDTH];
            let mut digit = passed;
            for (index, passed) in passed.iter_mut().enumerate() {
                let mut buckets = [vdupq_n_u8(255); NIBBLE_TABLES];
                for place in 0..WINDOW {
                    // SAFETY: the load ends at most at `at + STEP + WINDOW - 1`, which is within the haystack by the
                    // loop's condition. It needs no alignment.
                    let bytes =
                        unsafe { vld1q_u8(haystack.as_ptr().add(at + index * WIDTH + place)) };
                    let lows = vandq_u8(bytes, bits);
                    let highs = vandq_u8(vshrq_n_u8::<{ HIGH as i32 }>(bytes), bits);
                    if place == 0 {
                        digit[index] = digits_of(bytes, kinds);
                    }
                    for (table, buckets) in buckets.iter_mut().enumerate() {
                        let allowed = vandq_u8(
                            vqtbl1q_u8(low[table][place], lows),
                            vqtbl1q_u8(high[table][place], highs),
                        );
                        *buckets = vandq_u8(*buckets, allowed);
                    }
                }
                *passed = buckets.into_iter().fold(*passed, |any, buckets| vorrq_u8(any, buckets));
            }
            masks[(at - part.start) / STEP] = mask(digit, places);
            // SAFETY: `count` is at most `first` and the bytes looked at before this step, and `STEP` positions behind
            // it are reserved.
            count += unsafe {
                write_down::<8>(mask(passed, places), (at - block) as u32, hits.add(count))
            };
            at += STEP;
        }
        // SAFETY: `count` positions were written, and no more than are reserved.
        unsafe { out.set_len(count) };
        // SAFETY: each position that passed has a whole window, by the loop's condition.
        unsafe { self.keep_known(&haystack[block..], out, first, first) };
        digits.add(part.start, &masks[..(at - part.start) / STEP]);
        at
    }
}

/// What is not zero where a byte is a digit.
#[target_feature(enable = "neon")]
fn digits_of(bytes: uint8x16_t, [low, high]: [uint8x16_t; 2]) -> uint8x16_t {
    // What is shifted keeps the highest bit: there is nothing behind the table's end.
    let kind = vqtbl1q_u8(high, vshrq_n_u8::<{ HIGH as i32 }>(bytes));
    vandq_u8(vqtbl1q_u8(low, vandq_u8(bytes, vdupq_n_u8(15))), kind)
}

/// Looks for runs of digits in as many whole steps as there are.
#[target_feature(enable = "neon")]
pub(super) fn digits(haystack: &[u8], digits: &mut Digits) {
    let tables = NIBBLES.each_ref().map(|table| load(table));
    let places = load(&PLACES);
    while digits.seen + STEP <= haystack.len() {
        let at = digits.seen;
        let mut parts = [vdupq_n_u8(0); STEP / WIDTH];
        for (index, part) in parts.iter_mut().enumerate() {
            // SAFETY: the load ends at most at `at + STEP`, which is within the haystack. It needs no alignment.
            let bytes = unsafe { vld1q_u8(haystack.as_ptr().add(at + index * WIDTH)) };
            *part = digits_of(bytes, tables);
        }
        digits.add(at, &[mask(parts, places)]);
    }
}
