//! OpenSSH's own format of private keys.
//!
//! Apart because it is not DER: strings with their lengths before them.

use super::Key;

/// What the format begins with.
pub(super) const MAGIC: &[u8] = b"openssh-key-v1\0";

/// A string with its length before it.
fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, after) = rest.split_first_chunk::<4>()?;
    let (text, after) = after.split_at_checked(u32::from_be_bytes(*len) as usize)?;
    *rest = after;
    Some(text)
}

/// The key and whether all of it is there.
pub(super) fn identify(bytes: &[u8]) -> Option<(Key, bool)> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let cipher = string(&mut rest)?;
    let _derivation = string(&mut rest)?;
    let _options = string(&mut rest)?;
    let (_count, mut rest) = rest.split_at_checked(4)?;
    let mut public = string(&mut rest)?;
    let kind = match string(&mut public)? {
        b"ssh-rsa" => "RSA",
        b"ssh-dss" => "DSA",
        b"ssh-ed25519" => "Ed25519",
        b"ecdsa-sha2-nistp256" => "EC P-256",
        b"ecdsa-sha2-nistp384" => "EC P-384",
        b"ecdsa-sha2-nistp521" => "EC P-521",
        // The key itself is in hardware: this is a handle.
        name if name.starts_with(b"sk-") => "security key",
        _ => "unknown",
    };
    let bits = (kind == "RSA").then(|| {
        let _exponent = string(&mut public);
        string(&mut public).map(|modulus| {
            let zeros = modulus.iter().take_while(|&&byte| byte == 0).count();
            (modulus.len() - zeros) * 8
        })
    });
    let open = cipher == b"none";
    let private = string(&mut rest);
    // Two numbers that must be equal show that nothing is garbled.
    let whole = private.is_some_and(|text| !open || text.get(..4) == text.get(4..8));
    Some((Key { kind, bits: bits.flatten(), encrypted: Some(!open) }, whole))
}
