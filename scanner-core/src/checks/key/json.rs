//! Private keys inside JSON: Google's service account files and JSON Web Keys.
//!
//! Apart because a match may be a piece of a file, which no JSON parser takes.

use super::{Key, Reading, block, forge};
use crate::checks::Verdict;
use crate::checks::encoding::{BASE64_URL, encode_base64, find};
use crate::checks::json::{Object, Value};
use crate::checks::random::Random;

/// The string that stands after a name, in JSON or in what is left of it. Quotes may be escaped.
pub(super) fn string<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let rest = &text[find(text, name.as_bytes())? + name.len()..];
    let skip = rest.iter().take_while(|byte| b"\\\"': \t\r\n=".contains(byte)).count();
    let rest = &rest[skip..];
    let end = rest.iter().position(|byte| b"\\\"', \t\r\n".contains(byte))?;
    Some(&rest[..end])
}

pub(super) fn service_account(text: &[u8]) -> Option<Reading> {
    let mut reading = block(&text[find(text, b"-----BEGIN")?..])?;
    let named = string(text, "client_email")
        .is_some_and(|email| email.ends_with(b".gserviceaccount.com") && email.contains(&b'@'));
    if !named {
        reading.verdict = Verdict::Doubtful;
    }
    Some(reading)
}

/// A key with `d`, or a symmetric one with `k`.
pub(super) fn jwk(text: &[u8]) -> Option<Reading> {
    let object = Object::parse(text)?;
    let get = |key| object.get(key).and_then(Value::text).filter(|text| !text.is_empty());
    let (kind, secret) = match get("kty")? {
        b"RSA" => ("RSA", "d"),
        b"EC" => ("EC", "d"),
        b"OKP" => ("Ed25519", "d"),
        b"oct" => ("symmetric", "k"),
        _ => return None,
    };
    get(secret)?;
    Some(Reading::new(Key { kind, bits: None, encrypted: Some(false) }, true))
}

pub(super) fn forge_service_account(random: &mut Random) -> Vec<u8> {
    let mut text = random.sample(
        r#"{"type": "service_account", "project_id": "p-^^^^^^", "private_key_id": "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%", "private_key": ""#,
    );
    text.extend(forge::escaped_rsa(random));
    text.extend_from_slice(br#"", "client_email": "robot@"#);
    text.extend(random.sample("p-^^^^^^"));
    text.extend_from_slice(br#".iam.gserviceaccount.com", "#);
    text.extend(random.sample(r#""client_id": "*********************"}"#));
    text
}

pub(super) fn forge_jwk(random: &mut Random) -> Vec<u8> {
    let mut part = |name: &str| {
        let number = encode_base64(&random.bytes(32), BASE64_URL);
        format!(r#","{name}":"{}""#, String::from_utf8_lossy(&number))
    };
    let parts = part("x") + &part("y") + &part("d");
    format!(r#"{{"kty":"EC","crv":"P-256"{parts}}}"#).into_bytes()
}
