//! Tokens of package registries and build services whose structure shows when they are decoded.
//!
//! Apart from `tail` because there is no checksum: only fields that must be what they are.

use super::encoding::{
    BASE32_LOWER, BASE58, BASE58_MAX, BASE64, BASE64_URL, base64_to_vec, decode_base32,
    decode_base58, decode_base64, encode_base32, encode_base58, encode_base64,
};
use super::random::Random;
use super::{Check, Verdict, structural, structural_or_doubtful};

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    match check {
        Check::Circleci => structural(circleci(token).is_some()),
        Check::PypiMacaroon => pypi(token).unwrap_or(Verdict::Rejected),
        // Known from the issuer's source, not tried on real keys.
        Check::Nuget => structural_or_doubtful(nuget(token)),
        Check::JfrogReference => jfrog_reference(token).unwrap_or(Verdict::Rejected),
        Check::JfrogApiKey => match decode_base58(token, &mut [0; BASE58_MAX]) {
            Some(54) => Verdict::Structural,
            // Peers disagree on whether the alphabet is base 58.
            _ => Verdict::Doubtful,
        },
        _ => structural_or_doubtful(uuid_v4(token)),
    }
}

pub(super) fn fill(check: Check, token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    match check {
        Check::Circleci => fill_circleci(token, &mut random),
        Check::PypiMacaroon => fill_pypi(token, &mut random),
        Check::Nuget => fill_nuget(token),
        Check::JfrogReference => {
            let text = random.sample("reftkn:01:**********:^^^^^^^^^^^^^^^^^^^^^^^^^^^");
            *token = encode_base64(&text, BASE64);
        }
        Check::JfrogApiKey => {
            for byte in token.iter_mut().filter(|byte| !BASE58.contains(byte)) {
                *byte = random.pick(BASE58);
            }
        }
        _ => {
            if let Some(at) = token.len().checked_sub(36) {
                token[at + 14] = b'4';
                token[at + 19] = random.pick(b"89ab");
            }
        }
    }
}

/// The UUID in the middle of a CircleCI token.
fn circleci(token: &[u8]) -> Option<()> {
    let mut out = [0; BASE58_MAX];
    let mut parts = token.split(|&byte| byte == b'_');
    let len = decode_base58(parts.nth(1)?, &mut out)?;
    parts.next()?;
    // Leading zero bytes of the UUID may be written or not.
    let significant = out[..len].iter().position(|&byte| byte != 0)?;
    let number = &out[significant..len];
    let mut uuid = [0; 16];
    uuid.get_mut(16usize.checked_sub(number.len())?..)?.copy_from_slice(number);
    (uuid[6] >> 4 == 4 && uuid[8] >> 6 == 0b10).then_some(())
}

fn fill_circleci(token: &mut Vec<u8>, random: &mut Random) {
    let Some(start) = token.iter().position(|&byte| byte == b'_').map(|at| at + 1) else { return };
    let Some(len) = token[start..].iter().position(|&byte| byte == b'_') else { return };
    let mut uuid = random.bytes(16);
    uuid[6] = uuid[6] & 0x0f | 0x40;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    // From 2^125 on the number has 22 digits; below 2^122 it has 21 at most.
    uuid[0] = if len < 22 { uuid[0] % 4 } else { uuid[0] | 0x20 };
    token.splice(start..start + len, encode_base58(&uuid));
}

/// A version 2 macaroon: its head must be right, and its tail unless the token was cut off.
fn pypi(token: &[u8]) -> Option<Verdict> {
    let bytes = base64_to_vec(token.strip_prefix(b"pypi-")?)?;
    let rest = bytes.strip_prefix(&[2, 1])?;
    let rest = rest
        .strip_prefix(b"\x08pypi.org\x02")
        .or_else(|| rest.strip_prefix(b"\x0dtest.pypi.org\x02"))?;
    let (&len, rest) = rest.split_first()?;
    let (_, rest) = rest.split_at_checked(usize::from(len))?;
    let signed = rest.len() >= 36 && rest[rest.len() - 35..].starts_with(&[0, 6, 32]);
    let whole = len == 36 && rest.first() == Some(&0) && signed;
    Some(if whole { Verdict::Structural } else { Verdict::Doubtful })
}

fn fill_pypi(token: &mut Vec<u8>, random: &mut Random) {
    let mut bytes = vec![2, 1];
    if token.starts_with(b"pypi-AgEN") {
        bytes.extend_from_slice(b"\x0dtest.pypi.org");
    } else {
        bytes.extend_from_slice(b"\x08pypi.org");
    }
    bytes.extend_from_slice(b"\x02\x24");
    bytes.extend(random.sample("%%%%%%%%-%%%%-4%%%-8%%%-%%%%%%%%%%%%\0"));
    let caveat = random.sample("[3,\"%%%%%%%%-%%%%-4%%%-8%%%-%%%%%%%%%%%%\"]");
    bytes.extend_from_slice(&[2, caveat.len() as u8]);
    bytes.extend(caveat);
    bytes.extend_from_slice(&[0, 0, 6, 32]);
    bytes.extend(random.bytes(32));
    *token = b"pypi-".to_vec();
    token.extend(encode_base64(&bytes, BASE64_URL));
}

/// `v4`, ten bytes and sixteen bytes, in two runs of base 32.
fn nuget(token: &[u8]) -> bool {
    let mut out = [0; 17];
    let Some((head, body)) = token.split_at_checked(20).filter(|(_, body)| body.len() == 26) else {
        return false;
    };
    // The bits of a run's last digit that stand for nothing.
    let clear = |text: &[u8], unused: u8| {
        let last = text.last().map_or(0, u8::to_ascii_lowercase);
        BASE32_LOWER
            .iter()
            .position(|&digit| digit == last)
            .is_some_and(|at| at as u8 & unused == 0)
    };
    decode_base32(head, &mut out).is_some()
        && out.starts_with(b"v4")
        && clear(head, 0b1111)
        && decode_base32(body, &mut out).is_some()
        && clear(body, 0b11)
}

fn fill_nuget(token: &mut Vec<u8>) {
    let mut out = [0; 32];
    token.resize(46, b'a');
    let (head, body) = token.split_at_mut(20);
    if let Some(12..) = decode_base32(head, &mut out) {
        out[..2].copy_from_slice(b"v4");
        head.copy_from_slice(&encode_base32(&out[..12], BASE32_LOWER));
    }
    if let Some(16..) = decode_base32(body, &mut out) {
        body.copy_from_slice(&encode_base32(&out[..16], BASE32_LOWER));
    }
}

/// `reftkn:`, two digits, ten digits and a name. Only the first word is beyond doubt.
fn jfrog_reference(token: &[u8]) -> Option<Verdict> {
    let mut out = [0; 96];
    let len = decode_base64(token, &mut out)?;
    let mut fields = out[..len].strip_prefix(b"reftkn:")?.splitn(3, |&byte| byte == b':');
    let mut digits = |len: usize| {
        fields
            .next()
            .is_some_and(|field| field.len() == len && field.iter().all(u8::is_ascii_digit))
    };
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let right = digits(2)
        && digits(10)
        && fields.next().is_some_and(|field| field.len() >= 27 && field.iter().all(name));
    Some(structural_or_doubtful(right))
}

/// The last 36 characters are a UUID of version 4.
fn uuid_v4(token: &[u8]) -> bool {
    let Some(at) = token.len().checked_sub(36) else { return false };
    let well = |(at, &byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        14 => byte == b'4',
        19 => matches!(byte, b'8' | b'9' | b'a' | b'b' | b'A' | b'B'),
        _ => byte.is_ascii_hexdigit(),
    };
    token[at..].iter().enumerate().all(well)
}
