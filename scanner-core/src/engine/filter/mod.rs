//! The filter before the heads: at which positions of a haystack the window of a head may begin.
//!
//! # How it works
//! Every head is seen through a window: four bytes of it, chosen to be rare. Windows are put into buckets. For each
//! place of a window there is a table that has, for each value of a byte, a bit
//! for each bucket that allows it there. A position may begin a window of a bucket when the bucket's bit
//! survives the AND of its four look-ups; a table has eight buckets, and there are several sets of tables. A bucket's
//! tables are a superset of its windows, so no head is lost; what passes by accident is thrown out by two bitmaps of
//! the hashes of all windows, and then by comparing the heads themselves.
//!
//! Vector code looks at many positions at once ([`x86`]). With AVX-512 VBMI one instruction looks up
//! sixty-four bytes in a table of 128 entries, and sixteen buckets let one position in twenty-five of source code pass.
//! Older machines look up nibbles, in tables of sixteen: one for the low nibble and one for the high, which together
//! let more pass. They have thirty-two buckets, and one position in ten passes.
//!
//! # Contract
//! A position passes if its four bytes are the window of some head; for a head of three bytes, the fourth is
//! one that its rules' patterns allow there. Positions of which fewer than four bytes are
//! left always pass. Which other positions pass is of no consequence but speed: portable code looks at the
//! bitmaps alone, vector code at its tables as well. The tests of `anchors` hold all of them against each other and
//! against plain passes.
//!
//! The same vectors find the runs of digits that may be decoded ([`digits`]); there, all must say the same.
//!
//! This is the SIMD room: the one place where `unsafe` is allowed. Most of it loads bytes from a haystack, behind a loop's
//! condition that they are there; the rest writes positions into room that was reserved. Functions for a
//! machine's features are called by the variants of [`Vectors`], which are made where the features were found.
#![allow(unsafe_code)]

use crate::compile::filter::{Filter, WINDOW, hash};

mod digits;
#[cfg(target_arch = "x86_64")]
mod x86;

use digits::Run;

/// How many bytes one call of [`Filter::positions`] looks at.
pub(crate) const BLOCK: usize = 32 * 1024;

/// How many bytes vector code looks at in one step.
const STEP: usize = 64;

/// Which code looks at the haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// The bitmaps alone, byte by byte.
    None,
    /// Sixteen positions at a time, by nibbles.
    #[cfg(target_arch = "x86_64")]
    Ssse3,
    /// Thirty-two positions at a time, by nibbles.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Sixty-four positions at a time, by nibbles.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Sixty-four positions at a time, by whole bytes, and sixteen hashes at a time.
    #[cfg(target_arch = "x86_64")]
    Vbmi,
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
            use std::arch::is_x86_feature_detected as has;
            if has!("ssse3") {
                available.push(Vectors::Ssse3);
            }
            if has!("avx2") && has!("bmi1") && has!("popcnt") {
                available.push(Vectors::Avx2);
            }
            if has!("avx512bw") && has!("bmi1") && has!("popcnt") {
                available.push(Vectors::Avx512);
                if has!("avx512vbmi") && has!("avx512vbmi2") {
                    available.push(Vectors::Vbmi);
                }
            }
        }
        available
    }

    /// The name in `--stats`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Vectors::None => "portable",
            #[cfg(target_arch = "x86_64")]
            Vectors::Ssse3 => "ssse3",
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Vectors::Vbmi => "avx512-vbmi",
        }
    }
}

impl Vectors {
    /// Adds to `starts` where the runs of digits begin that are as long as one that is decoded.
    pub(crate) fn runs(self, haystack: &[u8], starts: &mut Vec<usize>) {
        let mut run = Run::default();
        let done = match self {
            Vectors::None => 0,
            // SAFETY: a variant is made only by `available`, which found its features on this machine.
            #[cfg(target_arch = "x86_64")]
            Vectors::Ssse3 => unsafe { x86::digits_ssse3(haystack, &mut run, starts) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => unsafe { x86::digits_avx2(haystack, &mut run, starts) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => unsafe { x86::digits_avx512(haystack, &mut run, starts) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Vbmi => unsafe { x86::digits_vbmi(haystack, &mut run, starts) },
        };
        run.finish(haystack, done, starts);
    }
}

impl Filter {
    /// Whether a head may have these four bytes for a window, by the bitmaps.
    #[inline(always)]
    pub(crate) fn allows(&self, window: [u8; WINDOW]) -> bool {
        let window = u32::from_le_bytes(window);
        let known = |which: usize| {
            let bit = hash(which, window);
            self.hashes[which][bit / 64] >> (bit % 64) & 1
        };
        // Both are looked up, so that there is nothing to guess.
        known(0) & known(1) != 0
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
            // SAFETY: a variant is made only by `available`, which found its features on this machine.
            #[cfg(target_arch = "x86_64")]
            Vectors::Ssse3 => unsafe { self.positions_ssse3(haystack, from, to, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => unsafe { self.positions_avx2(haystack, from, to, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => unsafe { self.positions_avx512(haystack, from, to, out) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Vbmi => unsafe { self.positions_vbmi(haystack, from, to, out) },
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
}
