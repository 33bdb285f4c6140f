//! Base 64, 32 and 58 and numbers in other bases, lenient where tokens are, without allocation.
//!
//! Apart from the checks because every family needs some of it, and because general decoders
//! refuse what stands in real tokens: missing padding, either alphabet, either case.

use std::ops::Range;

/// Digits of base 62 as most issuers write it. The first 36 in lower case are base 36.
pub(crate) const BASE62: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of base 36.
pub(crate) const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// The standard base 64 alphabet.
pub(crate) const BASE64: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The URL-safe base 64 alphabet.
pub(crate) const BASE64_URL: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// RFC 4648 base 32.
pub(crate) const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// The same in lower case.
pub(crate) const BASE32_LOWER: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Bitcoin's base 58: no `0`, `O`, `I`, `l`.
pub(crate) const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The longest base 58 text that is decoded: the work grows with the square of the length.
pub(crate) const BASE58_MAX: usize = 128;

/// Marks a byte that is not a digit.
const NONE: u8 = 0xff;
static FROM_BASE64: [u8; 256] = values(values([NONE; 256], BASE64), BASE64_URL);
static FROM_BASE32: [u8; 256] = values(values([NONE; 256], BASE32), BASE32_LOWER);
static FROM_BASE58: [u8; 256] = values([NONE; 256], BASE58);

const fn values(mut table: [u8; 256], digits: &[u8]) -> [u8; 256] {
    let mut i = 0;
    while i < digits.len() {
        table[digits[i] as usize] = i as u8;
        i += 1;
    }
    table
}

/// Whether `byte` is a digit of base 64 in either alphabet.
pub(crate) fn is_base64(byte: u8) -> bool {
    FROM_BASE64[usize::from(byte)] != NONE
}

/// `text` without its padding.
pub(crate) fn unpadded(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"=").unwrap_or(text);
    text.strip_suffix(b"=").unwrap_or(text)
}

/// Decodes base 64 of either alphabet, padded or not, and returns the length, or nothing where a
/// byte does not belong, a digit is left over or `out` is too short.
pub(crate) fn decode_base64(text: &[u8], out: &mut [u8]) -> Option<usize> {
    let text = unpadded(text);
    if text.len() % 4 == 1 || text.len() / 4 * 3 + text.len() % 4 > out.len() + 1 {
        return None;
    }
    decode_bits(text, &FROM_BASE64, 6, out)
}

/// Decodes as much of the beginning of `text` as is base 64 and fits into `out`.
pub(crate) fn decode_base64_start(text: &[u8], out: &mut [u8]) -> usize {
    let digits = text.iter().take(out.len().div_ceil(3) * 4).take_while(|&&b| is_base64(b)).count();
    let fits = digits.min(out.len() * 8 / 6);
    decode_bits(&text[..fits], &FROM_BASE64, 6, out).unwrap_or(0)
}

/// Decodes base 64 of any length.
pub(crate) fn base64_to_vec(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; text.len() / 4 * 3 + 3];
    let len = decode_base64(text, &mut out)?;
    out.truncate(len);
    Some(out)
}

/// Whether the bits of the last digit that stand for nothing are zero, as every encoder leaves
/// them.
pub(crate) fn base64_tail_clear(text: &[u8]) -> bool {
    let text = unpadded(text);
    let unused = match text.len() % 4 {
        2 => 0b1111,
        3 => 0b11,
        _ => 0,
    };
    text.last().is_none_or(|&last| FROM_BASE64[usize::from(last)] & unused == 0)
}

/// Decodes base 32 of either case without padding.
pub(crate) fn decode_base32(text: &[u8], out: &mut [u8]) -> Option<usize> {
    decode_bits(text, &FROM_BASE32, 5, out)
}

/// Digits of `width` bits each to bytes. Bits left over are dropped.
fn decode_bits(text: &[u8], table: &[u8; 256], width: u32, out: &mut [u8]) -> Option<usize> {
    let (mut bits, mut have, mut len) = (0u32, 0, 0);
    for &byte in text {
        let value = table[usize::from(byte)];
        if value == NONE {
            return None;
        }
        bits = bits << width | u32::from(value);
        have += width;
        if have >= 8 {
            have -= 8;
            *out.get_mut(len)? = (bits >> have) as u8;
            len += 1;
        }
    }
    Some(len)
}

/// Bytes to digits of `width` bits each, without padding.
fn encode_bits(bytes: &[u8], digits: &[u8], width: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 8 / width as usize + 1);
    let (mut bits, mut have) = (0u32, 0);
    for &byte in bytes {
        bits = bits << 8 | u32::from(byte);
        have += 8;
        while have >= width {
            have -= width;
            out.push(digits[(bits >> have) as usize % digits.len()]);
        }
    }
    if have > 0 {
        out.push(digits[(bits << (width - have)) as usize % digits.len()]);
    }
    out
}

/// Base 64 without padding.
pub(crate) fn encode_base64(bytes: &[u8], digits: &[u8; 64]) -> Vec<u8> {
    encode_bits(bytes, digits, 6)
}

/// Standard base 64 with padding.
pub(crate) fn encode_padded(bytes: &[u8]) -> Vec<u8> {
    let mut out = encode_base64(bytes, BASE64);
    out.resize(out.len().div_ceil(4) * 4, b'=');
    out
}

/// Base 32 without padding.
pub(crate) fn encode_base32(bytes: &[u8], digits: &[u8; 32]) -> Vec<u8> {
    encode_bits(bytes, digits, 5)
}

/// Lets `edit` change the bytes that a stretch of base 64 stands for. Length and padding remain.
pub(crate) fn edit_base64(
    token: &mut [u8],
    range: Range<usize>,
    digits: &[u8; 64],
    edit: impl FnOnce(&mut [u8]),
) {
    let Some(text) = token.get_mut(range) else { return };
    let len = unpadded(text).len();
    let text = &mut text[..len];
    for byte in text.iter_mut().filter(|byte| !is_base64(**byte)) {
        *byte = b'A';
    }
    let mut bytes = vec![0; text.len() + 1];
    let Some(len) = decode_bits(text, &FROM_BASE64, 6, &mut bytes) else { return };
    edit(&mut bytes[..len]);
    let encoded = encode_base64(&bytes[..len], digits);
    text[..encoded.len()].copy_from_slice(&encoded);
}

/// Decodes base 58 and returns the length. Leading `1`s are zero bytes.
pub(crate) fn decode_base58(text: &[u8], out: &mut [u8; BASE58_MAX]) -> Option<usize> {
    if text.len() > BASE58_MAX {
        return None;
    }
    // The number grows in `out`, lowest byte first.
    let mut len = 0;
    for &byte in text {
        let mut carry = u32::from(FROM_BASE58[usize::from(byte)]);
        if carry == u32::from(NONE) {
            return None;
        }
        for digit in &mut out[..len] {
            carry += u32::from(*digit) * 58;
            *digit = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            out[len] = carry as u8;
            len += 1;
        }
    }
    let zeros = text.iter().take_while(|&&byte| byte == b'1').count();
    out[len..len + zeros].fill(0);
    out[..len + zeros].reverse();
    Some(len + zeros)
}

/// Base 58.
pub(crate) fn encode_base58(bytes: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = Vec::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    digits.extend(bytes.iter().take_while(|&&byte| byte == 0).map(|_| 0));
    digits.iter().rev().map(|&digit| BASE58[usize::from(digit)]).collect()
}

/// Writes `number` into the whole of `out`, most significant digit first, zeros on the left.
pub(crate) fn write_number(mut number: u32, digits: &[u8], out: &mut [u8]) {
    let base = digits.len() as u32;
    for slot in out.iter_mut().rev() {
        *slot = digits[(number % base) as usize];
        number /= base;
    }
}

/// Where `needle` first stands in `haystack`.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_either_alphabet_and_any_padding() {
        let mut out = [0; 8];
        for text in ["-_8=", "+/8", "-_8"] {
            assert_eq!(decode_base64(text.as_bytes(), &mut out), Some(2), "{text}");
            assert_eq!(out[..2], [0xfb, 0xff]);
        }
        assert_eq!(decode_base64(b"A", &mut out), None);
        assert_eq!(decode_base64(b"A*==", &mut out), None);
        assert_eq!(decode_base64(b"AAAAAAAAAAAA", &mut out), None);
        assert_eq!(decode_base64_start(b"Zm9vYmFyYmF6", &mut out[..4]), 3);
        assert!(base64_tail_clear(b"+/8=") && !base64_tail_clear(b"+/9="));
        assert_eq!(encode_padded(b"fo"), b"Zm8=");
    }

    #[test]
    fn base32_and_base58_return_what_was_encoded() {
        let bytes = [0, 0, 1, 2, 3, 250, 251, 252];
        let mut out = [0; BASE58_MAX];
        let len = decode_base58(&encode_base58(&bytes), &mut out).unwrap();
        assert_eq!(out[..len], bytes);
        let len = decode_base32(&encode_base32(&bytes, BASE32_LOWER), &mut out).unwrap();
        assert_eq!(out[..len], bytes);
        assert_eq!(encode_base58(b"Hello World!"), b"2NEpo7TZRRrLZSi2U");
        assert_eq!(decode_base58(&[b'z'; 129], &mut out), None);
    }
}
