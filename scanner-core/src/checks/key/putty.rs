//! PuTTY's key files.
//!
//! Apart because they are lines of names and values around base 64.

use super::{Key, Reading};
use crate::checks::encoding::find;

/// The value of a line, with escaped line ends or real ones.
fn value<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = &text[find(text, name)? + name.len()..];
    let rest = &rest[rest.iter().position(|&byte| byte == b':')? + 1..];
    let end = rest.iter().position(|byte| b"\r\n\\\"".contains(byte)).unwrap_or(rest.len());
    Some(rest[..end].trim_ascii())
}

pub(super) fn read(text: &[u8]) -> Option<Reading> {
    let kind = match value(text, b"PuTTY-User-Key-File-")? {
        b"ssh-rsa" => "RSA",
        b"ssh-dss" => "DSA",
        b"ssh-ed25519" => "Ed25519",
        b"ssh-ed448" => "Ed448",
        b"ecdsa-sha2-nistp256" => "EC P-256",
        b"ecdsa-sha2-nistp384" => "EC P-384",
        b"ecdsa-sha2-nistp521" => "EC P-521",
        _ => "unknown",
    };
    let encryption = value(text, b"Encryption");
    let encrypted = encryption.map(|name| name != b"none");
    let key = Key { kind, bits: None, encrypted };
    let whole = encryption.is_some() && find(text, b"Private-Lines:").is_some();
    Some(Reading::new(key, whole && kind != "unknown"))
}
