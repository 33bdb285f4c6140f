//! Seeds and wallet keys: bech32, base58check and the base 32 of NATS and Stellar.
//!
//! Apart because each is a public standard with a checksum that every valid key has.

use sha2::{Digest, Sha256};

use super::crc::crc16;
use super::encoding::{
    BASE32, BASE58, BASE58_MAX, decode_base32, decode_base58, encode_base32, encode_base58,
};
use super::random::Random;
use super::{Check, Verdict};

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// What extended private keys begin with, and the version that it comes from.
const XPRV: [(&[u8; 4], [u8; 4]); 6] = [
    (b"xprv", [0x04, 0x88, 0xAD, 0xE4]),
    (b"tprv", [0x04, 0x35, 0x83, 0x94]),
    (b"yprv", [0x04, 0x9D, 0x78, 0x78]),
    (b"zprv", [0x04, 0xB2, 0x43, 0x0C]),
    (b"uprv", [0x04, 0x4A, 0x4E, 0x28]),
    (b"vprv", [0x04, 0x5F, 0x18, 0xBC]),
];

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    let right = match check {
        Check::Nkey => base32_crc16(token, 58),
        Check::StellarSeed => base32_crc16(token, 56),
        Check::Bech32 => bech32(token),
        Check::RippleSeed => ripple(token),
        _ => base58check(check, token),
    };
    if right { Verdict::Verified } else { Verdict::Rejected }
}

pub(super) fn fill(check: Check, token: &mut Vec<u8>) {
    match check {
        Check::Nkey => fill_base32(token, 58),
        Check::StellarSeed => fill_base32(token, 56),
        Check::Bech32 => fill_bech32(token),
        Check::RippleSeed => fill_ripple(token),
        _ => fill_base58check(check, token),
    }
}

/// Base 32 of bytes that begin with `S` and end with their CRC-16, lowest byte first.
fn base32_crc16(token: &[u8], len: usize) -> bool {
    let mut bytes = [0; 36];
    let Some(decoded) = decode_base32(token, &mut bytes).filter(|_| token.len() == len) else {
        return false;
    };
    let Some((body, crc)) = bytes[..decoded].split_last_chunk::<2>() else { return false };
    // NATS keeps half of the kind of key in the low bits of the first byte.
    let seed = if len == 58 { body[0] & 0xF8 == 0x90 } else { body[0] == 0x90 };
    // The last digit of 58 has two bits over: compared as text they must be zero too.
    seed && crc16(body).to_le_bytes() == *crc
        && encode_base32(&bytes[..decoded], BASE32).eq_ignore_ascii_case(token)
}

fn fill_base32(token: &mut Vec<u8>, len: usize) {
    let mut bytes = [0; 36];
    token.resize(len, b'A');
    let Some(decoded) = decode_base32(token, &mut bytes) else { return };
    bytes[0] = if len == 58 { 0x90 | bytes[0] & 7 } else { 0x90 };
    if let Some((body, crc)) = bytes[..decoded].split_last_chunk_mut::<2>() {
        *crc = crc16(body).to_le_bytes();
    }
    *token = encode_base32(&bytes[..decoded], BASE32);
}

fn polymod(sum: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let sum = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
    GENERATOR.iter().enumerate().fold(
        sum,
        |sum, (i, generator)| {
            if top >> i & 1 == 1 { sum ^ generator } else { sum }
        },
    )
}

/// The checksum over the human part and `data`, or nothing where a byte is no digit.
fn bech32_sum(human: &[u8], data: &[u8]) -> Option<u32> {
    let fold = |byte: &u8| byte.to_ascii_lowercase();
    let sum = human.iter().map(fold).fold(1, |sum, byte| polymod(sum, byte >> 5));
    let sum = human.iter().map(fold).fold(polymod(sum, 0), |sum, byte| polymod(sum, byte & 31));
    data.iter().map(fold).try_fold(sum, |sum, byte| {
        let value = BECH32.iter().position(|&digit| digit == byte)?;
        Some(polymod(sum, value as u8))
    })
}

/// Where the data of a bech32 text begins: after the last `1`.
fn bech32_data(token: &[u8]) -> Option<usize> {
    let at = token.iter().rposition(|&byte| byte == b'1')?;
    (at > 0 && token.len() - at > 6).then_some(at + 1)
}

fn bech32(token: &[u8]) -> bool {
    let mixed =
        token.iter().any(u8::is_ascii_lowercase) && token.iter().any(u8::is_ascii_uppercase);
    let Some(at) = bech32_data(token).filter(|_| !mixed) else { return false };
    bech32_sum(&token[..at - 1], &token[at..]) == Some(1)
}

fn fill_bech32(token: &mut [u8]) {
    let upper = token.iter().any(u8::is_ascii_uppercase);
    let Some(at) = bech32_data(token) else { return };
    let end = token.len() - 6;
    let (human, data) = token.split_at_mut(at);
    let end = end - at;
    data[end..].fill(BECH32[0]);
    let Some(sum) = bech32_sum(&human[..at - 1], data) else { return };
    for (i, digit) in data[end..].iter_mut().enumerate() {
        let value = (sum ^ 1) >> (5 * (5 - i)) & 31;
        *digit = BECH32[value as usize];
        if upper {
            digit.make_ascii_uppercase();
        }
    }
}

fn double_sha256(bytes: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(Sha256::digest(bytes));
    [digest[0], digest[1], digest[2], digest[3]]
}

fn base58check(check: Check, token: &[u8]) -> bool {
    let mut bytes = [0; BASE58_MAX];
    let Some(len) = decode_base58(token, &mut bytes) else { return false };
    let Some((payload, sum)) = bytes[..len].split_last_chunk::<4>() else { return false };
    let shape = match (check, payload) {
        (Check::Base58checkWif, [0x80 | 0xEF, key @ ..]) => {
            key.len() == 32 || (key.len() == 33 && key[32] == 1)
        }
        (Check::Base58checkWif, _) => false,
        (Check::Base58checkXprv, _) => payload.len() == 78 && payload[45] == 0,
        // Shorter than that is no key.
        _ => payload.len() >= 20,
    };
    shape && double_sha256(payload) == *sum
}

/// The digits of base 58 in the order of the XRP Ledger.
const RIPPLE: &[u8; 58] = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

/// What the seeds of both kinds of keys begin with, decoded.
const RIPPLE_SEEDS: [&[u8]; 2] = [&[0x21], &[0x01, 0xE1, 0x4B]];

/// Puts digits of one alphabet in the place of those of another.
fn exchange(text: &[u8], from: &[u8; 58], to: &[u8; 58]) -> Option<Vec<u8>> {
    text.iter().map(|byte| Some(to[from.iter().position(|digit| digit == byte)?])).collect()
}

/// The seed of an account: a version, sixteen bytes and their checksum.
fn ripple(token: &[u8]) -> bool {
    let Some(text) = exchange(token, RIPPLE, BASE58).filter(|text| text.len() <= 31) else {
        return false;
    };
    let mut bytes = [0; BASE58_MAX];
    let Some(len) = decode_base58(&text, &mut bytes) else { return false };
    let Some((payload, sum)) = bytes[..len].split_last_chunk::<4>() else { return false };
    let version = RIPPLE_SEEDS.iter().find(|version| payload.starts_with(version));
    version.is_some_and(|version| payload.len() == version.len() + 16)
        && double_sha256(payload) == *sum
}

fn fill_ripple(token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    let version = RIPPLE_SEEDS[usize::from(token.len() == 31)];
    let payload = [version, &random.bytes(16)].concat();
    let text = encode_base58(&[&payload[..], &double_sha256(&payload)].concat());
    *token = exchange(&text, BASE58, RIPPLE).unwrap_or_default();
}

fn fill_base58check(check: Check, token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    let payload = match check {
        Check::Base58checkWif => {
            let first = token.first().copied().unwrap_or(b'K');
            let mut payload = vec![if matches!(first, b'9' | b'c') { 0xEF } else { 0x80 }];
            payload.extend(random.bytes(32));
            if !matches!(first, b'5' | b'9') {
                payload.push(1);
            }
            payload
        }
        Check::Base58checkXprv => {
            let version = XPRV.iter().find(|(name, _)| token.starts_with(*name));
            let mut payload = version.map_or(XPRV[0].1, |(_, version)| *version).to_vec();
            // Depth, parent and index are zero for a master key.
            payload.resize(13, 0);
            payload.extend(random.bytes(32));
            payload.push(0);
            payload.extend(random.bytes(32));
            payload
        }
        _ => {
            // The prefix is what the first bytes come out as: they stay.
            let mut bytes = [0; BASE58_MAX];
            let Some(len @ 24..) = decode_base58(token, &mut bytes) else { return };
            bytes[..len - 4].to_vec()
        }
    };
    *token = encode_base58(&[&payload[..], &double_sha256(&payload)].concat());
}
