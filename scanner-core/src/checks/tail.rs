//! Checksums written as text at (or near) the end of a token: one computation serves the check
//! and the making of tokens.
//!
//! Apart from the other families because nothing here needs the token decoded.

use sha2::{Digest, Sha256};

use super::crc::{crc32, crc32_of};
use super::encoding::{
    BASE32, BASE36, BASE62, BASE64, encode_base32, encode_base64, find, write_number,
};
use super::{Check, Verdict};

/// A checksum as it must stand in the token.
pub(super) struct Tail {
    /// Where it begins.
    pub(super) at: usize,
    /// Its characters, of which `len` count.
    pub(super) text: [u8; 8],
    pub(super) len: usize,
    /// What it means if it is right, and if it is wrong.
    pub(super) hit: Verdict,
    pub(super) miss: Verdict,
}

impl Tail {
    /// A checksum of up to 8 characters at `at`: right proves the token, wrong rules it out.
    pub(super) fn new(at: usize, text: &[u8]) -> Tail {
        let mut tail = Tail {
            at,
            text: [0; 8],
            len: text.len().min(8),
            hit: Verdict::Verified,
            miss: Verdict::Rejected,
        };
        tail.text[..tail.len].copy_from_slice(&text[..tail.len]);
        tail
    }

    fn number<const N: usize>(at: usize, number: u32, digits: &[u8]) -> Tail {
        let mut text = [0; N];
        write_number(number, digits, &mut text);
        Tail::new(at, &text)
    }

    /// The same where the algorithm is not proven: a mismatch is no proof.
    fn unproven(mut self) -> Tail {
        self.miss = Verdict::Doubtful;
        self
    }
}

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    verdict(expected(check, token), token)
}

/// Compares the token with the checksum that it should have.
pub(super) fn verdict(tail: Option<Tail>, token: &[u8]) -> Verdict {
    let Some(tail) = tail else { return Verdict::Rejected };
    let right = token.get(tail.at..tail.at + tail.len) == Some(&tail.text[..tail.len]);
    if right { tail.hit } else { tail.miss }
}

pub(super) fn fill(check: Check, token: &mut [u8]) {
    if check == Check::GitlabRoutable {
        fill_gitlab_length(token);
    }
    write(expected(check, token), token);
}

/// Writes the checksum into the token.
pub(super) fn write(tail: Option<Tail>, token: &mut [u8]) {
    if let Some(tail) = tail
        && let Some(place) = token.get_mut(tail.at..tail.at + tail.len)
    {
        place.copy_from_slice(&tail.text[..tail.len]);
    }
}

fn expected(check: Check, token: &[u8]) -> Option<Tail> {
    let from_end = |n: usize| token.len().checked_sub(n);
    let after_prefix = || token.iter().position(|&byte| byte == b'_').map(|at| at + 1);
    // What stands before the underscore that parts the checksum, and where the checksum begins.
    let before_underscore = |n: usize| {
        let at = from_end(n)?;
        Some((token[..at].strip_suffix(b"_")?, at))
    };
    match check {
        Check::Crc32Base62 => {
            let at = from_end(6)?;
            let body = token.get(after_prefix()?..at)?;
            Some(Tail::number::<6>(at, crc32(body), BASE62))
        }
        Check::GithubFineGrained => {
            // `github_pat_`, 22 characters, `_`, and 43 of the last 59.
            let body = token.get(..77).filter(|_| token.len() == 93)?;
            let digest = Sha256::digest(body);
            Some(Tail::new(77, &encode_base32(&digest[..5], BASE32)).unproven())
        }
        Check::GitlabRoutable => gitlab(token),
        Check::Crc32HexTail => {
            let at = from_end(8)?;
            let crc = crc32_of(unescaped(&token[..at]));
            let tail = Tail::new(at, format_hex(crc, b"0123456789ABCDEF").as_slice());
            // That service accounts use the same checksum is only presumed.
            Some(if token.starts_with(b"ATST") { tail.unproven() } else { tail })
        }
        Check::Cloudflare => {
            let at = from_end(8)?;
            let body = token.get(after_prefix()?..at)?;
            Some(Tail::new(at, &format_hex(crc32(body), BASE36)))
        }
        Check::Zuplo => {
            let (all, at) = before_underscore(8)?;
            let body = all.get(after_prefix()?..)?;
            Some(Tail::new(at, &format_hex(crc32(body), BASE36)))
        }
        Check::Confluent => {
            let body = token.get(4..58).filter(|_| token.len() == 64)?;
            let text = encode_base64(&crc32(body).to_le_bytes(), BASE64);
            Some(Tail::new(58, &text))
        }
        Check::GrafanaServiceAccount => {
            let (body, at) = before_underscore(8)?;
            let crc = crc32(body);
            Some(Tail::new(at, &format_hex(crc.swap_bytes(), BASE36)))
        }
        Check::Synapse => {
            let (body, at) = before_underscore(6)?;
            Some(Tail::number::<6>(at, crc32(body), BASE62).unproven())
        }
        Check::Mas => {
            let (body, at) = before_underscore(6)?;
            Some(Tail::new(at, &lowest_first(crc32(body))).unproven())
        }
        Check::CratesTrustpub => {
            let at = from_end(1)?;
            let body = token.get(b"cio_tp_".len()..at)?;
            let sum = body.iter().fold(0, |sum, byte| sum ^ byte);
            // Letters before digits, unlike `BASE62`.
            let digit = BASE64[usize::from(sum) % 62];
            // One character is right by chance too often to prove anything.
            Some(Tail { hit: Verdict::Structural, ..Tail::new(at, &[digit]) })
        }
        _ => None,
    }
}

/// Eight hex digits.
fn format_hex(number: u32, digits: &[u8]) -> [u8; 8] {
    let mut text = [0; 8];
    write_number(number, &digits[..16], &mut text);
    text
}

/// Six digits of base 62, the lowest first but with the zeros still on the left.
fn lowest_first(mut number: u32) -> [u8; 6] {
    let (mut digits, mut len) = ([0; 6], 0);
    while number > 0 {
        digits[len] = BASE62[(number % 62) as usize];
        number /= 62;
        len += 1;
    }
    let mut text = [b'0'; 6];
    text[6 - len..].copy_from_slice(&digits[..len]);
    text
}

/// The bytes of an Atlassian token whose `=` is written `\=` or `%3D`.
fn unescaped(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while let [b'\\', after @ ..] = rest {
            rest = after;
        }
        let (byte, after) = match rest {
            [b'%', b'3', b'D' | b'd', after @ ..] => (b'=', after),
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        rest = after;
        Some(byte)
    })
}

fn gitlab(token: &[u8]) -> Option<Tail> {
    let Some(payload) = gitlab_payload(token) else {
        // Not routable: 20 random characters that nothing can be said of.
        return Some(Tail { hit: Verdict::Structural, ..Tail::new(0, b"") });
    };
    let at = token.len().checked_sub(7)?;
    let tail = Tail::number::<7>(at, crc32(&token[..at]), BASE36);
    let mut length = [0; 2];
    write_number(payload as u32, BASE36, &mut length);
    // The checksum covers an instance's own prefix, which the match may have left behind
    // (`acme-glpat-`). A right length is enough to doubt the mismatch.
    let glued = token.get(at.checked_sub(2)?..at)? == length;
    Some(if glued { tail.unproven() } else { tail })
}

/// The length of a routable token's payload: what stands between the prefix and the first dot.
fn gitlab_payload(token: &[u8]) -> Option<usize> {
    let dot = token.iter().position(|&byte| byte == b'.')?;
    let kind = find(token, b"gl").unwrap_or(0);
    let start = kind + token[kind..dot.max(kind)].iter().position(|&byte| byte == b'-')? + 1;
    let skip = match token.get(start..) {
        Some([b't', digit, b'_', ..]) if digit.is_ascii_digit() => 3,
        _ => 0,
    };
    dot.checked_sub(start + skip)
}

fn fill_gitlab_length(token: &mut [u8]) {
    if let Some(payload) = gitlab_payload(token)
        && let Some(at) = token.len().checked_sub(9)
    {
        write_number(payload as u32, BASE36, &mut token[at..at + 2]);
    }
}
