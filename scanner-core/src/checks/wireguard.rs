//! Private keys of WireGuard: bare base 64 of a number for Curve25519.
//!
//! Apart from `key` because there is no armour and no structure but the bits that every such number has.

use super::encoding::{BASE64, base64_tail_clear, decode_base64, edit_base64};
use super::{Verdict, structural_or_doubtful};

/// `wg genkey` sets the bits. Other programs leave that to the kernel, so their keys are only doubtful.
pub(super) fn run(token: &[u8]) -> Verdict {
    let mut key = [0; 33];
    match decode_base64(token, &mut key) {
        Some(32) if base64_tail_clear(token) => structural_or_doubtful(is_clamped(&key[..32])),
        _ => Verdict::Rejected,
    }
}

fn is_clamped(key: &[u8]) -> bool {
    key[0] & 0b111 == 0 && key[31] & 0b1100_0000 == 0b0100_0000
}

pub(super) fn fill(token: &mut [u8]) {
    let len = token.len();
    edit_base64(token, 0..len, BASE64, |key| {
        if let [first, .., last] = key {
            *first &= 0b1111_1000;
            *last = *last & 0b0011_1111 | 0b0100_0000;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::encoding::encode_padded;

    #[test]
    fn keys_are_told_by_their_bits() {
        let mut key = [0x5A; 32];
        key[0] = 0x58;
        assert_eq!(run(&encode_padded(&key)), Verdict::Structural);
        key[31] = 0x9A;
        assert_eq!(run(&encode_padded(&key)), Verdict::Doubtful);
        assert_eq!(run(&encode_padded(&key[..31])), Verdict::Rejected);
        // Bits that stand for nothing are zero.
        assert_eq!(run(&[&encode_padded(&key)[..42], b"b="].concat()), Verdict::Rejected);
        assert_eq!(run(b"no base 64"), Verdict::Rejected);
    }
}
