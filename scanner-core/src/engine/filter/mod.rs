//! The filter before the automaton: at which positions of a haystack the window of a head may begin.
//!
//! # How it works
//! Every head is seen through a window: four bytes of it, chosen to be rare. Windows are grouped into
//! sixteen buckets. For each place of a window there is a table that has, for each value of a byte, a bit
//! for each bucket that allows it there. A position may begin a window of a bucket when the bucket's bit
//! survives the AND of its four look-ups. Sixteen buckets are two such sets of tables. A bucket's tables
//! are a superset of its windows, so no head is lost; what passes by accident is thrown out by two bitmaps of
//! the hashes of all windows, and then by the automaton, which is exact.
//!
//! Vector code looks at many positions at once ([`x86`]). With AVX-512 VBMI one instruction looks up
//! sixty-four bytes in a table of 128 entries. Older machines look up nibbles, in tables of sixteen: one for
//! the low nibble and one for the high, which together let more pass; what is too much is sifted out.
//!
//! # Contract
//! A position passes if its four bytes are the window of some head; for a head of three bytes, the fourth is
//! one that its rules' patterns allow there. Positions of which fewer than four bytes are
//! left always pass. Which other positions pass is of no consequence but speed: portable code looks at the
//! bitmaps alone, vector code at its tables as well. The tests of `anchors` hold all of them against each other and
//! against one plain pass.
//!
//! This is the SIMD room: the one place, with the loading of the automaton, where `unsafe` is allowed.
#![allow(unsafe_code)]

use crate::compile::filter::{Filter, WINDOW, hash, slot};

#[cfg(target_arch = "x86_64")]
mod x86;

/// How many bytes one call of [`Filter::positions`] looks at.
pub(crate) const BLOCK: usize = 32 * 1024;

/// Which code looks at the haystack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vectors {
    /// The bitmaps alone, byte by byte.
    None,
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
            if has!("avx2") {
                available.push(Vectors::Avx2);
            }
            if has!("avx512bw") {
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
            Vectors::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Vectors::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Vectors::Vbmi => "avx512-vbmi",
        }
    }
}

impl Filter {
    /// How many bytes before `at` the heads begin of which the four bytes there may be the window: a bit
    /// for each number. At the haystack's end, where four are not left, only short heads are.
    #[inline]
    pub(crate) fn offsets(&self, haystack: &[u8], at: usize) -> u8 {
        match haystack[at..].first_chunk::<WINDOW>() {
            Some(window) => self.offsets[slot(u32::from_le_bytes(*window))],
            None => 1,
        }
    }

    /// Whether a head may have these four bytes for a window, by the bitmaps.
    #[inline]
    pub(crate) fn allows(&self, window: [u8; WINDOW]) -> bool {
        let window = u32::from_le_bytes(window);
        self.hashes.iter().enumerate().all(|(which, bitmap)| {
            let bit = hash(which, window);
            bitmap[bit / 64] & (1 << (bit % 64)) != 0
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
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `Vectors::Vbmi` likewise, with AVX-512BW, VBMI and VBMI2.
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
