//! The inside of a JSON string: to bytes and back.

use std::borrow::Cow;

/// The bytes that the inside of a string stands for. Half of a surrogate pair becomes three bytes as in
/// UTF-8, and [`encode`] writes it as it was.
///
/// ```
/// use secscan_core::json::{decode, encode};
/// assert_eq!(*decode(br"\u00e9\n"), *"é\n".as_bytes());
/// let mut out = Vec::new();
/// encode(b"a\"b\n", &mut out);
/// assert_eq!(out, br#"a\"b\n"#);
/// ```
pub fn decode(inside: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', inside) else { return Cow::Borrowed(inside) };
    let mut out = Vec::with_capacity(inside.len());
    out.extend_from_slice(&inside[..first]);
    let mut rest = &inside[first..];
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(&escape) = rest.first() else { break };
        rest = &rest[1..];
        out.push(match escape {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let (unit, after) = unit(rest);
                rest = after;
                let code = match (unit, rest.strip_prefix(b"\\u").map(self::unit)) {
                    (0xd800..0xdc00, Some((low @ 0xdc00..0xe000, after))) => {
                        rest = after;
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    _ => unit,
                };
                push(&mut out, code);
                continue;
            }
            same => same,
        });
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Four hexadecimal digits, and what comes after them.
fn unit(digits: &[u8]) -> (u32, &[u8]) {
    let (digits, rest) = digits.split_at(digits.len().min(4));
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
    (digits.iter().fold(0, |number, byte| number * 16 + digit(byte)), rest)
}

/// Writes a code point as UTF-8 would, surrogates included.
fn push(out: &mut Vec<u8>, code: u32) {
    match char::from_u32(code) {
        Some(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 0x3f) as u8,
            0x80 | (code & 0x3f) as u8,
        ]),
    }
}

/// Appends the inside of a string that stands for `bytes`. Bytes that are not UTF-8 stay what they are.
pub fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match (byte, bytes.get(at + 1..at + 3)) {
            (b'"' | b'\\', _) => out.extend_from_slice(&[b'\\', byte]),
            (b'\n', _) => out.extend_from_slice(b"\\n"),
            (b'\r', _) => out.extend_from_slice(b"\\r"),
            (b'\t', _) => out.extend_from_slice(b"\\t"),
            (0..0x20, _) => {
                let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&digits);
            }
            // Half of a pair has no other way to be written.
            (0xed, Some(&[second @ 0xa0..=0xbf, third @ 0x80..=0xbf])) => {
                let code = 0xd000 | u32::from(second & 0x3f) << 6 | u32::from(third & 0x3f);
                out.extend_from_slice(format!("\\u{code:04x}").as_bytes());
                at += 2;
            }
            _ => out.push(byte),
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (inside, bytes) in [
            (r"plain", &b"plain"[..]),
            (r#"\"\\\/\b\f\n\r\t"#, b"\"\\/\x08\x0c\n\r\t"),
            (r"\u0041\u00e9\u20ac", "Aé€".as_bytes()),
            (r"\ud83d\ude00x", "😀x".as_bytes()),
            (r"\ud83d\u0041", b"\xed\xa0\xbdA"),
            (r"\ude00", b"\xed\xb8\x80"),
            (r"\u0000", b"\0"),
        ] {
            assert_eq!(*decode(inside.as_bytes()), *bytes, "{inside}");
            let mut again = Vec::new();
            encode(bytes, &mut again);
            assert_eq!(*decode(&again), *bytes, "{inside}");
            assert!(again.iter().all(|&byte| byte >= 0x20));
        }
        let mut lone = Vec::new();
        encode(b"\xed\xa0\xbdA\xff", &mut lone);
        assert_eq!(lone, b"\\ud83dA\xff");
    }
}
