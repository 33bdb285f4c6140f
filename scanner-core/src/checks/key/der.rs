//! Private keys in DER: PKCS#1, PKCS#8, SEC1 and DSA, told apart by their structure alone.
//!
//! Apart because labels lie and bare keys have none.

use super::Key;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// Algorithms of PKCS#8.
const ALGORITHMS: [(&[u8], &str); 8] = [
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", "RSA"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", "RSA"),
    (b"\x2a\x86\x48\xce\x38\x04\x01", "DSA"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x03\x01", "DH"),
    (b"\x2b\x65\x6e", "X25519"),
    (b"\x2b\x65\x6f", "X448"),
    (b"\x2b\x65\x70", "Ed25519"),
    (b"\x2b\x65\x71", "Ed448"),
];
const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";

/// Elliptic curves.
const CURVES: [(&[u8], &str); 5] = [
    (b"\x2a\x86\x48\xce\x3d\x03\x01\x07", "EC P-256"),
    (b"\x2b\x81\x04\x00\x21", "EC P-224"),
    (b"\x2b\x81\x04\x00\x22", "EC P-384"),
    (b"\x2b\x81\x04\x00\x23", "EC P-521"),
    (b"\x2b\x81\x04\x00\x0a", "EC secp256k1"),
];

/// Reads one value after the other. A value may be cut off by the end of the input.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next value: its tag, its contents as far as they go, and whether all are there.
    fn next(&mut self) -> Option<(u8, &'a [u8], bool)> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut len = usize::from(first);
        if first >= 0x80 {
            // Four bytes of length are gigabytes already.
            let count = usize::from(first & 0x7f);
            let (bytes, after) =
                rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
            len = bytes.iter().fold(0, |len, &byte| len << 8 | usize::from(byte));
            rest = after;
        }
        let whole = len <= rest.len();
        let (body, rest) = rest.split_at(len.min(rest.len()));
        self.0 = rest;
        Some((tag, body, whole))
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|value| value.0 == tag).map(|value| value.1)
    }
}

/// The key that `der` holds and whether all of it is there, or nothing if it is no private key.
pub(super) fn identify(der: &[u8]) -> Option<(Key, bool)> {
    let mut outer = Reader(der);
    let (tag, body, whole) = outer.next()?;
    if tag != SEQUENCE {
        return None;
    }
    // Bytes after the key do not belong there, but harm nothing.
    let key = inside(Reader(body), whole)?;
    Some((key, whole))
}

fn inside(mut body: Reader<'_>, whole: bool) -> Option<Key> {
    let (tag, first, _) = body.next()?;
    match tag {
        // Encrypted PKCS#8 begins with the cipher. A certificate begins with a sequence too, but
        // its first value is no name of an algorithm.
        SEQUENCE => {
            Reader(first).expect(OID)?;
            if whole {
                body.expect(OCTETS)?;
                body.0.is_empty().then_some(())?;
            }
            Some(Key { kind: "PKCS#8", bits: None, encrypted: Some(true) })
        }
        INTEGER if first.len() == 1 => {
            let (tag, second, _) = body.next()?;
            match tag {
                INTEGER => integers(second, body, whole),
                SEQUENCE => {
                    if whole {
                        body.clone().expect(OCTETS)?;
                    }
                    pkcs8(Reader(second), body)
                }
                // SEC1: the number, then the curve if it is named.
                OCTETS if (16..=66).contains(&second.len()) => {
                    let curve = body.expect(0xA0).and_then(|curve| Reader(curve).expect(OID));
                    Some(key(curve.map_or("EC", curve_name)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn key(kind: &'static str) -> Key {
    Key { kind, bits: None, encrypted: Some(false) }
}

/// The bits of a positive number.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    let number = &number[zeros..];
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// RSA has nine numbers, DSA six; the first is the version.
fn integers(second: &[u8], mut rest: Reader<'_>, whole: bool) -> Option<Key> {
    let mut count = 2;
    while rest.expect(INTEGER).is_some() {
        count += 1;
    }
    let kind = match (whole, count) {
        (true, 6) => "DSA",
        (true, 9) => "RSA",
        (true, _) => return None,
        (false, _) => "RSA",
    };
    // Numbers of a toy or of something else altogether.
    let bits = bits(second);
    (bits >= 256).then_some(Key { kind, bits: Some(bits), encrypted: Some(false) })
}

fn pkcs8(mut algorithm: Reader<'_>, mut rest: Reader<'_>) -> Option<Key> {
    let oid = algorithm.expect(OID)?;
    if oid == EC {
        return Some(key(algorithm.expect(OID).map_or("EC", curve_name)));
    }
    let kind =
        ALGORITHMS.iter().find(|(known, _)| *known == oid).map_or("unknown", |(_, name)| name);
    let bits = match kind {
        "RSA" => rest.expect(OCTETS).and_then(|inner| identify(inner)?.0.bits),
        "DSA" | "DH" => {
            let parameters = algorithm.expect(SEQUENCE);
            parameters.and_then(|body| Reader(body).expect(INTEGER)).map(bits)
        }
        _ => None,
    };
    Some(Key { bits, ..key(kind) })
}

fn curve_name(oid: &[u8]) -> &'static str {
    CURVES.iter().find(|(known, _)| *known == oid).map_or("EC", |(_, name)| name)
}
