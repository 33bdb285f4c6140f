//! Deterministic noise for made-up tokens: the same on every platform and in every run.
//!
//! Apart because both the checks' `fill` and the generator draw from it, and because nothing
//! here may ever serve as real randomness.

use super::encoding::{BASE62, BASE64};

/// A SplitMix64 generator.
pub(crate) struct Random(u64);

impl Random {
    /// Noise that depends on `bytes` alone.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Random {
        // FNV-1a.
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Random(hash)
    }

    /// The same noise in another variant.
    #[cfg(feature = "generate")]
    pub(crate) fn variant(mut self, seed: u64) -> Random {
        self.0 ^= seed.wrapping_mul(0xd6e8_feb8_6659_fd93);
        self
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// One of `choices`, which are not empty.
    pub(crate) fn pick(&mut self, choices: &[u8]) -> u8 {
        choices[self.below(choices.len())]
    }

    /// That many bytes.
    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// A template with every `^` made a letter or digit, `*` a digit, `%` a hex digit and `~` a
    /// digit of base 64.
    pub(crate) fn sample(&mut self, template: &str) -> Vec<u8> {
        let choose = |byte| match byte {
            b'^' => self.pick(BASE62),
            b'*' => self.pick(b"123456789"),
            b'%' => self.pick(b"0123456789abcdef"),
            b'~' => self.pick(BASE64),
            other => other,
        };
        template.bytes().map(choose).collect()
    }
}
