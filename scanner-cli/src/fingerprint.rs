//! The name of a finding that outlives edits of the file: for baselines and for comparing runs.
//!
//! It is made of the rule, the path and the secret, and of nothing that moves: no line, no column, no
//! commit. Reports are kept and shared, and a plain hash of a short password can be reversed by trying
//! passwords. So the secret goes through PBKDF2, which makes each try a thousand times dearer, with the
//! rule and path as salt, so that no table serves twice. A report with fingerprints still tells whether
//! a guess is right; it is no place for passwords that can be guessed.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::thread;

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

const VERSION: &str = "v1:";
const ROUNDS: u32 = 1_000;
const BLOCK: usize = 64;
/// How many fingerprints take longer than a thread does to start, by far.
const WORTH_A_THREAD: usize = 16;
/// What the key is padded with, inside and outside (RFC 2104).
const INNER: u8 = 0x36;
const OUTER: u8 = 0x5c;
/// The state that SHA-256 begins with (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The fingerprint of a secret that `rule` found in `path`, which is written as it is shown.
pub(crate) fn fingerprint(rule: &str, path: &str, secret: &[u8]) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut salt = b"secscan fingerprint v1\0".to_vec();
    salt.extend_from_slice(rule.as_bytes());
    salt.push(0);
    if cfg!(windows) {
        salt.extend(path.bytes().map(|byte| if byte == b'\\' { b'/' } else { byte }));
    } else {
        salt.extend_from_slice(path.as_bytes());
    }
    let key = pbkdf2(secret, &salt, ROUNDS);
    let mut text = VERSION.to_owned();
    hex(&key[..16], &mut text);
    text
}

/// Makes the fingerprints of a run, where anybody looks at them.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    /// Whether a report shows them or something is compared with them. They cost more than all else of a
    /// scan with many findings.
    pub(crate) wanted: bool,
    /// Those that were made, where versions of a file repeat its secrets.
    made: Option<Mutex<HashMap<Identity, String>>>,
    random: [RandomState; 2],
}

/// What is the same for findings of one fingerprint: a hash whose key is known to this process alone, and
/// not to it either. It costs nothing, and must not be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Identity([u64; 2]);

impl Fingerprints {
    /// Where they are `wanted`, they are made; each once, if they `repeat`.
    pub(crate) fn new(wanted: bool, repeat: bool) -> Fingerprints {
        Fingerprints { wanted, made: repeat.then(Mutex::default), random: Default::default() }
    }

    /// Tells one finding from another.
    pub(crate) fn identity(&self, rule: &str, path: &str, secret: &[u8]) -> Identity {
        Identity([0, 1].map(|at| self.random[at].hash_one((rule, path, secret))))
    }

    /// The fingerprints of secrets that are found in one file, under the rules that found them. Empty, unless
    /// they are wanted.
    pub(crate) fn of(&self, path: &str, secrets: &[(&str, &[u8])]) -> Vec<String> {
        let mut all = vec![String::new(); secrets.len()];
        if !self.wanted {
            return all;
        }
        let make = |secrets: &[(&str, &[u8])], all: &mut [String]| {
            for ((rule, secret), text) in secrets.iter().zip(all) {
                *text = self.one(rule, path, secret);
            }
        };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let part = secrets.len().div_ceil(threads).max(WORTH_A_THREAD);
        thread::scope(|scope| {
            let mut parts = secrets.chunks(part).zip(all.chunks_mut(part));
            let own = parts.next();
            for (secrets, all) in parts {
                scope.spawn(move || make(secrets, all));
            }
            if let Some((secrets, all)) = own {
                make(secrets, all);
            }
        });
        all
    }

    fn one(&self, rule: &str, path: &str, secret: &[u8]) -> String {
        let Some(made) = &self.made else { return fingerprint(rule, path, secret) };
        let identity = self.identity(rule, path, secret);
        let made = || made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made().get(&identity) {
            return known.clone();
        }
        let text = fingerprint(rule, path, secret);
        made().insert(identity, text.clone());
        text
    }
}

/// Whether a text is a fingerprint, or the digits of one with what stands `before` it. They are kept in
/// baselines, configuration and reports, which are scanned too, and they look as random as they are.
pub(crate) fn is_fingerprint(before: &[u8], text: &[u8]) -> bool {
    let digits = match text.strip_prefix(VERSION.as_bytes()) {
        Some(digits) => digits,
        None if before.ends_with(VERSION.as_bytes()) => text,
        None => return false,
    };
    digits.len() == 32 && digits.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Appends bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
}

/// The first block of PBKDF2 with HMAC-SHA-256, which is all that is needed here (RFC 8018, 5.2).
///
/// The rounds are nearly all of the cost. What each authenticates is one hash, so that it is two blocks of
/// SHA-256 from two states that never change, with nothing copied between.
fn pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let block = Hmac::block(password);
    let keyed = |pad: u8| {
        let mut state = INITIAL;
        compress256(&mut state, &[block.map(|byte| byte ^ pad)]);
        state
    };
    let (inner, outer) = (keyed(INNER), keyed(OUTER));
    let mut step = [0; 8];
    let first = Hmac::new(password).of(&[salt, &1_u32.to_be_bytes()]);
    for (word, bytes) in step.iter_mut().zip(first.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let mut sum = step;
    let mut message = [0; BLOCK];
    message[32] = 0x80;
    message[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK as u64 + 32)).to_be_bytes());
    for _ in 1..rounds {
        for keyed in [inner, outer] {
            for (bytes, word) in message.as_chunks_mut().0.iter_mut().zip(step) {
                *bytes = word.to_be_bytes();
            }
            step = keyed;
            compress256(&mut step, &[message]);
        }
        for (word, other) in sum.iter_mut().zip(step) {
            *word ^= other;
        }
    }
    let mut key = [0; 32];
    for (bytes, word) in key.as_chunks_mut().0.iter_mut().zip(sum) {
        *bytes = word.to_be_bytes();
    }
    key
}

/// HMAC-SHA-256 with one key (RFC 2104), whose blocks are hashed once for all messages.
pub(crate) struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    pub(crate) fn new(key: &[u8]) -> Hmac {
        let block = Hmac::block(key);
        let keyed = |pad: u8| Sha256::new().chain_update(block.map(|byte| byte ^ pad));
        Hmac { inner: keyed(INNER), outer: keyed(OUTER) }
    }

    /// The block that a key fills, before it is padded.
    fn block(key: &[u8]) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        block
    }

    pub(crate) fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut inner = self.inner.clone();
        for part in parts {
            inner.update(part);
        }
        self.outer.clone().chain_update(inner.finalize()).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        // RFC 7914, section 11, first 32 bytes; and the well-known ones for 1 and 4,096 rounds.
        for (password, salt, rounds, expected) in [
            (
                "passwd",
                "salt",
                1,
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
            ),
            (
                "password",
                "salt",
                1,
                "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b",
            ),
            (
                "password",
                "salt",
                4096,
                "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
            ),
        ] {
            let mut text = String::new();
            hex(&pbkdf2(password.as_bytes(), salt.as_bytes(), rounds), &mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn many_are_made_as_one_is() {
        let secrets: Vec<Vec<u8>> = (0..100).map(|n| format!("secret {n}").into_bytes()).collect();
        let asked: Vec<(&str, &[u8])> = secrets.iter().map(|one| ("rule", &one[..])).collect();
        let expected: Vec<String> =
            secrets.iter().map(|one| fingerprint("rule", "a/b", one)).collect();
        assert_eq!(Fingerprints::new(true, false).of("a/b", &asked), expected);
        let mut all = Fingerprints::new(true, true);
        for _ in 0..2 {
            assert_eq!(all.of("a/b", &asked), expected);
        }
        assert_eq!(all.made.as_ref().unwrap().lock().unwrap().len(), 100);
        all.wanted = false;
        assert!(all.of("a/b", &asked).iter().all(String::is_empty));
    }

    #[test]
    fn an_identity_is_of_rule_path_and_secret() {
        let all = Fingerprints::default();
        let one = all.identity("rule", "a/b", b"secret");
        assert_eq!(one, all.identity("rule", "a/b", b"secret"));
        for other in
            [("rul", "ea/b", "secret"), ("rule", "a/", "bsecret"), ("rule", "a/b", "secre")]
        {
            assert_ne!(one, all.identity(other.0, other.1, other.2.as_bytes()), "{other:?}");
        }
        // Another run has another key.
        assert_ne!(one, Fingerprints::default().identity("rule", "a/b", b"secret"));
    }

    #[test]
    fn what_a_fingerprint_looks_like() {
        let digits = "0123456789abcdef".repeat(2);
        for (before, text, yes) in [
            ("\"v1:", &*digits, true),
            ("\"", &format!("v1:{digits}"), true),
            ("\"", &digits, false),
            ("v1:", &digits[1..], false),
            ("v1:", &digits.to_uppercase(), false),
        ] {
            assert_eq!(is_fingerprint(before.as_bytes(), text.as_bytes()), yes, "{before}{text}");
        }
    }

    #[test]
    fn it_depends_on_rule_path_and_secret_only() {
        let one = fingerprint("rule", "a/b", b"secret");
        assert_eq!(one, fingerprint("rule", "./a/b", b"secret"));
        assert_eq!(one.len(), 3 + 32);
        for other in [
            fingerprint("rul", "ea/b", b"secret"),
            fingerprint("rule", "a/c", b"secret"),
            fingerprint("rule", "a/b", b"secret2"),
            fingerprint("rule", "a/b", &[b's'; 100]),
        ] {
            assert_ne!(one, other);
        }
    }
}
