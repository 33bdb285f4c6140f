//! Private keys: what kind of key a block holds, whether a passphrase protects it, and whether
//! it is a key at all.
//!
//! Apart from the other checks because a key is parsed in layers: armour, then what it holds.

mod armor;
mod der;
mod forge;
mod json;
mod openssh;
mod pgp;
mod putty;
#[cfg(test)]
mod tests;

use super::encoding::{base64_to_vec, find, is_base64};
use super::random::Random;
use super::{Check, Facts, Verdict, fact};
use armor::Block;

/// What is known of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Key {
    /// The algorithm, or the format where that is hidden.
    kind: &'static str,
    /// The size, where it is not part of the kind.
    bits: Option<usize>,
    /// Whether a passphrase protects it, where that can be seen.
    encrypted: Option<bool>,
}

/// A key, and how sure it is that it is one.
struct Reading {
    key: Key,
    verdict: Verdict,
}

impl Reading {
    fn new(key: Key, whole: bool) -> Reading {
        Reading { key, verdict: if whole { Verdict::Structural } else { Verdict::Doubtful } }
    }
}

/// Fewer base 64 characters than this are no key: the shortest (Ed25519) has 64.
const SHORTEST: usize = 60;
/// A key that was cut off, or that could not be parsed, must be at least this long to count.
const LONG: usize = 100;

fn read(check: Check, token: &[u8]) -> Option<Reading> {
    match check {
        Check::PrivateKey => block(token),
        Check::Base64Pem => block(&unwrapped(token)?),
        Check::GcpServiceAccount => json::service_account(token),
        Check::JwkPrivate => json::jwk(token),
        _ => {
            let der = base64_to_vec(token)?;
            let (key, whole) = der::identify(&der)?;
            // Without armour nothing else says that this is a key.
            whole.then(|| Reading::new(key, true))
        }
    }
}

/// A PEM block, OpenPGP armour or PuTTY file.
fn block(token: &[u8]) -> Option<Reading> {
    if let Some(at) = find(token, b"PuTTY-User-Key-File-") {
        return putty::read(&token[at..]);
    }
    let block = Block::parse(token)?;
    if block.text.len() < SHORTEST || !block.looks_real() {
        return None;
    }
    let long = block.text.len() >= LONG;
    // The body of a block that was cut off may end anywhere.
    let cut = if block.text.len() % 4 == 1 { 1 } else { 0 };
    let bytes = base64_to_vec(&block.text[..block.text.len() - cut])?;
    let cut_off = !block.whole && long;

    if block.encrypted {
        let key = Key { kind: armor::kind(&block.label), bits: None, encrypted: Some(true) };
        return Some(Reading::new(key, block.whole && cut == 0 || cut_off));
    }
    let found = if block.label.starts_with(b"PGP") {
        return pgp::read(&bytes, &block);
    } else if block.label.starts_with(b"OPENSSH") {
        openssh::identify(&bytes)
    } else if block.label.starts_with(b"SSH2") {
        let key = Key { kind: "SSH2", bits: None, encrypted: None };
        Some((key, bytes.starts_with(&[0x3f, 0x6f, 0xf9, 0xeb])))
    } else {
        der::identify(&bytes)
    };
    match found {
        Some((key, whole)) => Some(Reading::new(key, whole || cut_off)),
        // The armour is there and much stands in it. It may be a format not known here.
        None if long => {
            let key = Key { kind: armor::kind(&block.label), ..Key::default() };
            Some(Reading::new(key, false))
        }
        None => None,
    }
}

/// A block that was encoded once more. The match may begin inside a group of four digits, so
/// each of the alignments is tried.
fn unwrapped(token: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = token.iter().copied().filter(|&byte| is_base64(byte)).collect();
    (0..4).find_map(|skipped| {
        let mut text = vec![b'A'; skipped];
        text.extend_from_slice(&digits);
        text.truncate(text.len() / 4 * 4);
        // What was cut off at the end is not missed.
        base64_to_vec(&text).filter(|bytes| find(bytes, b"-BEGIN ").is_some())
    })
}

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    read(check, token).map_or(Verdict::Rejected, |reading| reading.verdict)
}

pub(super) fn facts(check: Check, token: &[u8]) -> Facts {
    let mut facts = Facts::new();
    if check == Check::GcpServiceAccount {
        for (name, key) in [("account", "client_email"), ("project", "project_id")] {
            fact(&mut facts, name, json::string(token, key));
        }
    }
    let Some(reading) = read(check, token) else { return facts };
    fact(&mut facts, "kind", Some(reading.key.kind.as_bytes()));
    facts.extend(reading.key.bits.map(|bits| ("bits", bits.to_string())));
    let encrypted = reading.key.encrypted.map(|yes| if yes { "yes" } else { "no" });
    facts.extend(encrypted.map(|text| ("encrypted", text.to_owned())));
    facts
}

pub(super) fn protected(check: Check, token: &[u8]) -> bool {
    read(check, token).is_some_and(|reading| reading.key.encrypted == Some(true))
}

pub(super) fn fill(check: Check, token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    match check {
        Check::PrivateKey => *token = forge::block(token, &mut random),
        Check::Base64Pem => *token = forge::wrapped(token, &mut random),
        Check::GcpServiceAccount => *token = json::forge_service_account(&mut random),
        Check::JwkPrivate => *token = json::forge_jwk(&mut random),
        _ => *token = super::encoding::encode_padded(&forge::pkcs1(&mut random)),
    }
}

/// Where the first character of a key's body stands: changing it spoils the key.
pub(super) fn body_start(token: &[u8]) -> usize {
    let begin = find(token, b"BEGIN ").unwrap_or(0);
    let Some(label) = find(&token[begin..], b"KEY").map(|at| begin + at + 3) else { return 0 };
    let rest = &token[label..];
    let skip = if rest.starts_with(b" BLOCK") { 6 } else { 0 };
    let rest = &rest[skip..];
    let mut at = rest.iter().take_while(|byte| b"- ".contains(byte)).count();
    // Past line ends, written or real.
    while let Some(b'\\' | b'\n' | b'\r' | b' ' | b'"') = rest.get(at) {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    label + skip + at
}
