//! Microsoft's keys: a Marvin32 checksum under a seed that names the service.
//!
//! Apart because the formats are three, the services many and the seeds a table.

use super::encoding::{
    BASE62, BASE64, BASE64_URL, base64_tail_clear, decode_base64, edit_base64, encode_base64,
    unpadded, write_number,
};
use super::marvin::marvin32;
use super::tail::Tail;
use super::{Check, Verdict};

/// Digits of base 66, as Entra writes them.
const BASE66: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// The seeds of the services that a check covers: eight letters each.
fn seeds(check: Check) -> &'static [&'static [u8; 8]] {
    match check {
        Check::AzureStorage => &[b"Default0"],
        Check::AzureCosmos => &[
            b"MastRW00",
            b"MastRO00",
            b"SystRW00",
            b"SystRO00",
            b"SysAll00",
            b"Resour00",
            b"Encryp00",
        ],
        Check::AzureBatch => &[b"AbAcct00"],
        Check::AzureApim => &[b"Tenant00", b"IoTHub00", b"Gatewy00", b"GitKey00"],
        Check::AzureMl => &[b"Classic0"],
        Check::AzureServicebus => {
            &[b"Send0000", b"Listen00", b"Manage00", b"System00", b"Unknown0"]
        }
        Check::AzureIot => &[b"IoTHub00", b"DpsKey00", b"Device00"],
        Check::AzureRedis => &[b"Access00"],
        Check::AzureEventgrid => &[b"SendRecv"],
        Check::AzureAcr => &[b"ACRDflt0"],
        Check::AzureSearch => &[b"PAdmin00", b"Query000"],
        Check::AzureFunctions => &[b"Functi00", b"Master00", b"System00"],
        _ => &[],
    }
}

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    match check {
        Check::AzureCask => cask_verdict(token),
        Check::EntraClientSecret => super::tail::verdict(entra(token), token),
        _ => identifiable(check, token),
    }
}

pub(super) fn fill(check: Check, token: &mut [u8]) {
    match check {
        Check::AzureCask => fill_cask(token),
        Check::EntraClientSecret => super::tail::write(entra(token), token),
        _ => fill_identifiable(check, token),
    }
}

/// The last four bytes are the checksum of the others.
fn identifiable(check: Check, token: &[u8]) -> Verdict {
    let mut bytes = [0; 72];
    let Some(len) = decode_base64(token, &mut bytes) else { return Verdict::Rejected };
    let Some((body, sum)) = bytes[..len].split_last_chunk::<4>() else { return Verdict::Rejected };
    let sum = u32::from_le_bytes(*sum);
    let right = seeds(check).iter().any(|seed| marvin32(body, u64::from_be_bytes(**seed)) == sum);
    match (right && base64_tail_clear(token), check) {
        (true, _) => Verdict::Verified,
        // The two that were tried on real keys.
        (false, Check::AzureStorage | Check::AzureCosmos) => Verdict::Rejected,
        (false, _) => Verdict::Doubtful,
    }
}

fn fill_identifiable(check: Check, token: &mut [u8]) {
    let [seed, ..] = seeds(check) else { return };
    let digits = if check == Check::AzureFunctions { BASE64_URL } else { BASE64 };
    let len = token.len();
    // Search keys have letters and digits only: another first character until they have.
    for &first in BASE62 {
        edit_base64(token, 0..len, digits, |bytes| {
            if let Some((body, sum)) = bytes.split_last_chunk_mut::<4>() {
                *sum = marvin32(body, u64::from_be_bytes(**seed)).to_le_bytes();
            }
        });
        if check != Check::AzureSearch || unpadded(token).iter().all(u8::is_ascii_alphanumeric) {
            break;
        }
        token[0] = first;
    }
}

/// The two ways in which the tail of a CASK key may be written.
fn cask(token: &[u8]) -> Option<([u8; 6], [u8; 6])> {
    let mut bytes = [0; 60];
    decode_base64(token.get(..80)?, &mut bytes)?;
    let hash = marvin32(&bytes, u64::from_be_bytes(*b"Default0")).to_le_bytes();

    // A number without leading zeros, filled up on the right.
    let mut number = [b'0'; 6];
    write_number(u32::from_be_bytes(hash), BASE62, &mut number);
    let zeros = number.iter().take_while(|&&digit| digit == b'0').count();
    number.rotate_left(zeros);

    let mut plain = [0; 6];
    plain.copy_from_slice(&encode_base64(&hash, BASE64));
    Some((number, plain))
}

fn cask_verdict(token: &[u8]) -> Verdict {
    let Some((number, plain)) = cask(token) else { return Verdict::Rejected };
    let right = match unpadded(&token[80..]) {
        // Three bytes of base 64 take four digits whatever follows.
        tail if matches!(tail.len(), 4 | 6) => number.starts_with(tail) || plain.starts_with(tail),
        _ => false,
    };
    // Only one of the two ways was seen in a real key.
    if right { Verdict::Verified } else { Verdict::Doubtful }
}

fn fill_cask(token: &mut [u8]) {
    for byte in token.iter_mut().take(80).filter(|byte| !super::encoding::is_base64(**byte)) {
        *byte = b'A';
    }
    let Some((number, _)) = cask(token) else { return };
    let len = unpadded(&token[80..]).len().min(6);
    token[80..80 + len].copy_from_slice(&number[..len]);
}

/// The last three characters of a secret of the eighth kind; the others have no checksum.
fn entra(token: &[u8]) -> Option<Tail> {
    if token.get(4..6)? != b"Q~" || !token.get(3)?.is_ascii_digit() {
        return None;
    }
    if token[3] != b'8' {
        return Some(Tail { hit: Verdict::Structural, ..Tail::new(0, b"") });
    }
    let at = token.len().checked_sub(3)?;
    let hash = marvin32(token.get(..at)?, u64::from_be_bytes(*b"AadPwd00"));
    let mut text = [0; 6];
    write_number(hash, BASE66, &mut text);
    Some(Tail::new(at, &text[..3]))
}
