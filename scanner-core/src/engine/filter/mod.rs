//! The filter before the heads: at which positions of a haystack the window of a head may begin.
//!
//! # How it works
//! Every head is seen through a window: four bytes of it, chosen to be rare. Windows are put into buckets. For each
//! place of a window there is a table that has, for each value of a byte, a bit
//! for each bucket that allows it there. A position may begin a window of a bucket when the bucket's bit
//! survives the AND of its four look-ups; a table has eight buckets, and there are several sets of tables. A bucket's
//! tables are a superset of its windows, so no head is lost; what passes by accident is thrown out by a table of two bits
//! for the hash of each window, and then by comparing the heads themselves.
//!
//! Vector code looks at many positions at once ([`x86`], `neon`). With AVX-512 VBMI each byte is first given one of
//! sixty-four classes, which one instruction looks up for sixty-four bytes; twenty-four buckets let one position in fifty
//! of source code pass. Other machines look up four bits, in tables of sixteen: one for the low nibble and one for the
//! four bits below the highest, which together let more pass: of sixteen buckets, one position in ten. What is rare for
//! one kind of tables is not for the other, so each has windows of its own.
//!
//! # Contract
//! A position passes if its four bytes are the window of some head; for a head of three bytes, the fourth is
//! one that its rules' patterns allow there. Positions of which fewer than four bytes are
//! left always pass. Which other positions pass is of no consequence but speed: portable code looks at the
//! hashes alone, vector code at its tables as well. The tests of `anchors` hold all of them against each other and
//! against plain passes.
//!
//! The same pass finds the runs of digits that may be decoded ([`digits`]); there, all must say the same.
//!
//! This is the SIMD room: the one place where `unsafe` is allowed. Most of it loads bytes from a haystack, behind a loop's
//! condition that they are there; the rest writes positions into room that was reserved. Functions for a
//! machine's features are called by the variants of [`Vectors`], which are made where the features were found.
#![allow(unsafe_code)]

use crate::compile::filter::{Filter, Look, WINDOW};

mod digits;
#[cfg(target_arch = "aarch64")]
mod neon;
mod passed;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use digits::Digits;

/// How many bytes one call of [`Filter::positions`] looks at.
pub(crate) const BLOCK: usize = 32 * 1024;

/// How many of them are looked up in the tables before those that pass are looked up among the hashes: all of it stays
/// in the nearest cache.
const PART: usize = 4 * 1024;

/// How many bytes vector code looks at in one step.
const STEP: usize = 64;

/// Which code looks at the haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// The hashes alone, byte by byte.
    None,
    /// Sixteen positions at a time, by nibbles.
    #[cfg(target_arch = "aarch64")]
    Neon,
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
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            available.push(Vectors::Neon);
        }
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            let has_scalar = has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt");
            if has!("ssse3") {
                available.push(Vectors::Ssse3);
            }
            if has!("avx2") && has_scalar {
                available.push(Vectors::Avx2);
            }
            if has!("avx512bw") && has_scalar {
                available.push(Vectors::Avx512);
                if has!("avx512vbmi") && has!("avx512vbmi2") {
                    available.push(Vectors::Vbmi);
                }
            }
        }
        available
    }

    /// The look at bytes for which it has need of tables.
    pub(crate) fn look(self) -> Look {
        match self {
            #[cfg(target_arch = "x86_64")]
            Vectors::Vbmi => Look::Classes,
            _ => Look::Nibbles,
        }
    }

    /// The name in `--stats`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Vectors::None => "portable",
            #[cfg(target_arch = "aarch64")]
            Vectors::Neon => "neon",
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
    /// Looks for runs of digits in as many whole steps as there are up to `to`.
    pub(crate) fn look_for_runs(self, haystack: &[u8], to: usize, digits: &mut Digits) {
        let haystack = &haystack[..to.max(digits.seen)];
        match self {
            Vectors::None => {}
            // SAFETY: a variant is made only by `available`, which found its features on this machine.
            #[cfg(target_arch = "aarch64")]
            Vectors::Neon => unsafe { neon::digits(haystack, digits) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Ssse3 => unsafe { x86::digits_ssse3(haystack, digits) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx2 => unsafe { x86::digits_avx2(haystack, digits) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => unsafe { x86::digits_avx512(haystack, digits) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Vectors::Vbmi => unsafe { x86::digits_vbmi(haystack, digits) },
        }
    }

    /// Looks for those that are left.
    pub(crate) fn finish_runs(self, haystack: &[u8], digits: &mut Digits) {
        self.look_for_runs(haystack, haystack.len(), digits);
        digits.finish(haystack);
    }
}

impl Filter {
    /// Replaces the content of `out` by the positions of the block that begins at `from` at which the
    /// window of a head may begin, relative to `from`; in ascending order. The block ends [`BLOCK`] bytes on, or
    /// with the haystack. Where `digits` has come to the block, it comes to know the whole steps in it.
    pub(crate) fn positions(
        &self,
        vectors: Vectors,
        haystack: &[u8],
        from: usize,
        out: &mut Vec<u32>,
        digits: &mut Digits,
    ) {
        debug_assert!(matches!(vectors, Vectors::None) || self.look == vectors.look());
        out.clear();
        let to = (from + BLOCK).min(haystack.len());
        let mut done = from;
        while done < to {
            let part = done..to.min(done + PART);
            let end = part.end;
            done = match vectors {
                Vectors::None => part.start,
                // SAFETY: a variant is made only by `available`, which found its features on this machine.
                #[cfg(target_arch = "aarch64")]
                Vectors::Neon => unsafe { self.positions_neon(haystack, from, part, out, digits) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Vectors::Ssse3 => unsafe {
                    self.positions_ssse3(haystack, from, part, out, digits)
                },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Vectors::Avx2 => unsafe { self.positions_avx2(haystack, from, part, out, digits) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Vectors::Avx512 => unsafe {
                    self.positions_avx512(haystack, from, part, out, digits)
                },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Vectors::Vbmi => unsafe { self.positions_vbmi(haystack, from, part, out, digits) },
            };
            if done < end {
                break;
            }
        }
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
        // Each is written down, and counted where it passes: a branch would be guessed wrong too often.
        let mut passed = [0; STEP];
        for at in (done..whole).step_by(STEP) {
            let mut count = 0;
            let step = &haystack[at..whole.min(at + STEP) + WINDOW - 1];
            for (index, window) in step.windows(WINDOW).enumerate() {
                passed[count % STEP] = index as u8;
                count += usize::from(self.may_know(read(window)));
            }
            for &index in &passed[..count] {
                if self.knows(read(&step[usize::from(index)..])) {
                    out.push((at - from) as u32 + u32::from(index));
                }
            }
        }
        out.extend((whole..to).map(|at| (at - from) as u32));
    }
}

/// The four bytes that these begin with.
fn read(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |window| u32::from_le_bytes(*window))
}
