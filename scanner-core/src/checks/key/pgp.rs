//! OpenPGP secret keys: the first packet, and the checksum of the armour.
//!
//! Apart because packets are a format of their own.

use super::armor::Block;
use super::{Key, Reading};
use crate::checks::Verdict;
use crate::checks::crc::crc24;
use crate::checks::encoding::decode_base64;

pub(super) fn read(bytes: &[u8], block: &Block) -> Option<Reading> {
    let key = secret_key(bytes)?;
    let mut sum = [0; 3];
    let verdict = match block.checksum {
        Some(text) if decode_base64(&text, &mut sum) == Some(3) => {
            let [a, b, c] = sum;
            if crc24(bytes) == u32::from_be_bytes([0, a, b, c]) {
                Verdict::Verified
            } else {
                Verdict::Doubtful
            }
        }
        // RFC 9580 leaves it out.
        _ => Verdict::Structural,
    };
    Some(Reading { key, verdict })
}

/// The key in the first packet, which must be a secret key or subkey.
fn secret_key(bytes: &[u8]) -> Option<Key> {
    let (&head, rest) = bytes.split_first()?;
    // The old and the new way to write a packet's kind and length.
    let (kind, skip) = match head {
        0xC0.. => {
            let len = match rest.first()? {
                0..192 => 1,
                192..224 => 2,
                224..255 => 1,
                255 => 5,
            };
            (head & 0x3f, len)
        }
        0x80.. => (head >> 2 & 0xf, [1, 2, 4, 0][usize::from(head & 3)]),
        _ => return None,
    };
    if !matches!(kind, 5 | 7) {
        return None;
    }
    let body = rest.get(skip..)?;
    let version = *body.first()?;
    // Version, time and, before version 4, days of validity.
    let start = if version < 4 { 7 } else { 5 };
    let algorithm = *body.get(start)?;
    let kind = match algorithm {
        1..=3 => "PGP RSA",
        16 | 20 => "PGP ElGamal",
        17 => "PGP DSA",
        18 => "PGP ECDH",
        19 => "PGP ECDSA",
        22 | 27 | 28 => "PGP EdDSA",
        25 | 26 => "PGP X25519",
        _ => return None,
    };
    let encrypted = (version == 4)
        .then(|| s2k_usage(algorithm, &body[start + 1..]))
        .flatten()
        .map(|usage| usage != 0);
    Some(Key { kind, bits: None, encrypted })
}

/// The byte after the public numbers: 0 if the secret ones are in the clear.
fn s2k_usage(algorithm: u8, mut rest: &[u8]) -> Option<u8> {
    let mut skip = |mpis: usize, named: bool| {
        if named {
            let (&len, after) = rest.split_first()?;
            rest = after.get(usize::from(len)..)?;
        }
        for _ in 0..mpis {
            let (bits, after) = rest.split_first_chunk::<2>()?;
            rest = after.get(usize::from(u16::from_be_bytes(*bits)).div_ceil(8)..)?;
        }
        Some(())
    };
    match algorithm {
        1..=3 => skip(2, false)?,
        16 | 20 => skip(3, false)?,
        17 => skip(4, false)?,
        19 | 22 => skip(1, true)?,
        18 => {
            skip(1, true)?;
            skip(0, true)?;
        }
        25 | 27 => rest = rest.get(32..)?,
        26 => rest = rest.get(56..)?,
        _ => rest = rest.get(57..)?,
    }
    rest.first().copied()
}
