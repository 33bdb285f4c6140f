//! The name of a finding that outlives edits of the file: for baselines and for comparing runs.
//!
//! It is made of the rule, the path and the secret, and of nothing that moves: no line, no column, no
//! commit. Reports are kept and shared, and a plain hash of a short password can be reversed by trying
//! passwords. So the secret goes through PBKDF2, which makes each try a thousand times dearer, with the
//! rule and path as salt, so that no table serves twice. A report with fingerprints still tells whether
//! a guess is right; it is no place for passwords that can be guessed.

use sha2::{Digest, Sha256};

const VERSION: &str = "v1:";
const ROUNDS: u32 = 1_000;
const BLOCK: usize = 64;

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

/// Appends bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
}

/// The first block of PBKDF2 with HMAC-SHA-256, which is all that is needed here (RFC 8018, 5.2).
fn pbkdf2(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let mac = Hmac::new(password);
    let mut step = mac.of(&[salt, &1_u32.to_be_bytes()]);
    let mut sum = step;
    for _ in 1..rounds {
        step = mac.of(&[&step]);
        for (byte, other) in sum.iter_mut().zip(step) {
            *byte ^= other;
        }
    }
    sum
}

/// HMAC-SHA-256 with one key (RFC 2104), whose blocks are hashed once for all messages.
pub(crate) struct Hmac {
    inner: Sha256,
    outer: Sha256,
}

impl Hmac {
    pub(crate) fn new(key: &[u8]) -> Hmac {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let keyed = |pad: u8| Sha256::new().chain_update(block.map(|byte| byte ^ pad));
        Hmac { inner: keyed(0x36), outer: keyed(0x5c) }
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
