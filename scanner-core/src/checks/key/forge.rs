//! Made-up private keys for tests: right in every length and tag, random in every number.
//!
//! Apart from the parsers so that they do not share a mistake, and because nothing here runs
//! when a file is scanned.

use super::armor;
use super::openssh::MAGIC;
use crate::checks::crc::crc24;
use crate::checks::encoding::{BASE64, encode_base64, encode_padded, find};
use crate::checks::random::Random;

/// A tag, a length and contents.
fn tlv(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match body.len() {
        len @ 0..128 => out.push(len as u8),
        len @ 128..256 => out.extend([0x81, len as u8]),
        len => out.extend([0x82, (len >> 8) as u8, len as u8]),
    }
    out.extend_from_slice(body);
    out
}

/// A positive number of that many bytes with the highest bit set.
fn integer(random: &mut Random, len: usize) -> Vec<u8> {
    let mut body = random.bytes(len);
    body[0] |= 0x80;
    body.insert(0, 0);
    tlv(2, &body)
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// RSA of 2048 bits.
pub(super) fn pkcs1(random: &mut Random) -> Vec<u8> {
    let mut parts = vec![tlv(2, &[0]), integer(random, 256), tlv(2, &[1, 0, 1])];
    for len in [256, 128, 128, 128, 128, 128] {
        parts.push(integer(random, len));
    }
    sequence(&parts)
}

const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";

fn sec1(random: &mut Random, named: bool) -> Vec<u8> {
    let public = [&[0, 4][..], &random.bytes(64)].concat();
    let mut parts = vec![tlv(2, &[1]), tlv(4, &random.bytes(32))];
    if named {
        parts.push(tlv(0xA0, &tlv(6, P256)));
    }
    parts.push(tlv(0xA1, &tlv(3, &public)));
    sequence(&parts)
}

/// RSA, an elliptic curve or Ed25519, as the noise will have it.
fn pkcs8(random: &mut Random) -> Vec<u8> {
    let (algorithm, key) = match random.below(3) {
        0 => return rsa_pkcs8(random),
        1 => {
            let ec = b"\x2a\x86\x48\xce\x3d\x02\x01";
            (vec![tlv(6, ec), tlv(6, P256)], sec1(random, false))
        }
        _ => (vec![tlv(6, b"\x2b\x65\x70")], tlv(4, &random.bytes(32))),
    };
    sequence(&[tlv(2, &[0]), sequence(&algorithm), tlv(4, &key)])
}

fn rsa_pkcs8(random: &mut Random) -> Vec<u8> {
    let rsa = tlv(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
    let key = pkcs1(random);
    sequence(&[tlv(2, &[0]), sequence(&[rsa, tlv(5, &[])]), tlv(4, &key)])
}

fn encrypted_pkcs8(random: &mut Random) -> Vec<u8> {
    let derivation = sequence(&[tlv(4, &random.bytes(8)), tlv(2, &[8, 0])]);
    let derivation = sequence(&[tlv(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"), derivation]);
    let cipher = tlv(6, b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a");
    let cipher = sequence(&[cipher, tlv(4, &random.bytes(16))]);
    let scheme = tlv(6, b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d");
    let scheme = sequence(&[scheme, sequence(&[derivation, cipher])]);
    sequence(&[scheme, tlv(4, &random.bytes(240))])
}

fn dsa(random: &mut Random) -> Vec<u8> {
    let mut parts = vec![tlv(2, &[0])];
    for len in [128, 20, 128, 128, 20] {
        parts.push(integer(random, len));
    }
    sequence(&parts)
}

fn openssh(random: &mut Random) -> Vec<u8> {
    let string = |text: &[u8]| [&(text.len() as u32).to_be_bytes()[..], text].concat();
    let public = random.bytes(32);
    let head = [string(b"ssh-ed25519"), string(&public)].concat();
    let check = random.bytes(4);
    let secret = [random.bytes(32), public].concat();
    let mut private = [&check[..], &check, &head, &string(&secret), &string(b"me@host")].concat();
    for pad in 1..=8 {
        if private.len() % 8 != 0 {
            private.push(pad);
        }
    }
    let mut out = MAGIC.to_vec();
    for part in [&b"none"[..], b"none", b""] {
        out.extend(string(part));
    }
    out.extend_from_slice(&1u32.to_be_bytes());
    out.extend(string(&head));
    out.extend(string(&private));
    out
}

/// A version 4 packet with an Ed25519 key in the clear.
fn pgp(random: &mut Random) -> Vec<u8> {
    let mut body = vec![4];
    body.extend(random.bytes(4));
    body.extend_from_slice(b"\x16\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01\x01\x07\x40");
    body.extend(random.bytes(32));
    body.extend_from_slice(&[0, 1, 0]);
    let secret = random.bytes(32);
    body.push(secret[0] | 0x80);
    body.extend_from_slice(&secret[1..]);
    body.extend(random.bytes(2));
    let mut out = vec![0xC5, body.len() as u8];
    out.extend(body);
    out
}

fn putty(random: &mut Random) -> Vec<u8> {
    let public = encode_padded(&random.bytes(51));
    let private = encode_padded(&random.bytes(36));
    let mac = random.sample("%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%");
    [
        b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: key\nPublic-Lines: 2\n",
        &public[..64],
        b"\n",
        &public[64..],
        b"\nPrivate-Lines: 1\n",
        &private,
        b"\nPrivate-MAC: ",
        &mac,
        b"\n",
    ]
    .concat()
}

/// A key in the armour that `token` has: its label, its line ends and its end, if it has one.
pub(super) fn block(token: &[u8], random: &mut Random) -> Vec<u8> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if find(token, b"PuTTY-User-Key-File-").is_some() {
        return putty(random);
    }
    let Some(begin) = find(token, b"BEGIN ") else { return token.to_vec() };
    let label_end = token[begin..].iter().position(|&byte| byte == b'-').map(|len| begin + len);
    let label_end = label_end.unwrap_or(token.len());
    let dashes = token[label_end..].iter().take_while(|&&byte| byte == b'-').count().min(5);
    let head = &token[..label_end + dashes];
    let label = text(token[begin + 6..label_end].trim_ascii());
    let rest = &token[head.len()..];
    let line = match rest {
        [b'\\', b'r', ..] => "\\r\\n",
        [b'\\', b'\\', ..] => "\\\\n",
        [b'\\', ..] => "\\n",
        [b'\r', ..] => "\r\n",
        _ => "\n",
    };
    let mut out = text(head);
    out.push_str(line);
    let kind = armor::kind(label.as_bytes());
    let der = match kind {
        "RSA" => pkcs1(random),
        "EC" => sec1(random, true),
        "DSA" => dsa(random),
        "OpenSSH" => openssh(random),
        "PGP" => pgp(random),
        "PKCS#8" => encrypted_pkcs8(random),
        _ if label.starts_with("SSH2") => {
            [&[0x3f, 0x6f, 0xf9, 0xeb][..], &random.bytes(200)].concat()
        }
        // Cut off, only a long key counts.
        _ if find(rest, b"END").is_none() => rsa_pkcs8(random),
        _ => pkcs8(random),
    };
    if find(rest, b"Proc-Type").is_some() {
        let salt = text(&random.sample("%%%%%%%%%%%%%%%%").to_ascii_uppercase());
        out += &format!("Proc-Type: 4,ENCRYPTED{line}DEK-Info: DES-EDE3-CBC,{salt}{line}{line}");
        out = format!("{out}{}", lines(&random.bytes(608), line));
    } else {
        if kind == "PGP" {
            out.push_str(line);
        }
        out += &lines(&der, line);
    }
    if kind == "PGP" {
        let sum = encode_base64(&crc24(&der).to_be_bytes()[1..], BASE64);
        out += &format!("={}{line}", text(&sum));
    }
    if find(rest, b"END").is_some() {
        out += &if dashes == 5 {
            format!("-----END {label}-----")
        } else {
            format!("---- END {label} ----")
        };
    }
    out.into_bytes()
}

fn lines(bytes: &[u8], end: &str) -> String {
    let mut out = String::new();
    for line in encode_padded(bytes).chunks(64) {
        out += &String::from_utf8_lossy(line);
        out += end;
    }
    out
}

/// An RSA key on one line with `\n` for line ends, as in Google's files.
pub(super) fn escaped_rsa(random: &mut Random) -> Vec<u8> {
    let label = "PRIVATE KEY";
    let end = "\\n";
    let body = lines(&rsa_pkcs8(random), end);
    format!("-----BEGIN {label}-----{end}{body}-----END {label}-----{end}").into_bytes()
}

/// A block in base 64 once more, in the alignment that `token` begins with.
pub(super) fn wrapped(token: &[u8], random: &mut Random) -> Vec<u8> {
    let label = "PRIVATE KEY";
    let block = format!("-----BEGIN {label}-----\n{}", lines(&pkcs8(random), "\n"));
    let block = format!("{block}-----END {label}-----\n");
    let start = &token[..token.len().min(12)];
    let aligned = (0..3).find_map(|skipped| {
        let encoded = encode_padded(format!("{}{block}", &"   "[..skipped]).as_bytes());
        let at = find(&encoded[..32], start)?;
        Some(encoded[at..].to_vec())
    });
    aligned.unwrap_or_else(|| encode_padded(block.as_bytes()))
}
