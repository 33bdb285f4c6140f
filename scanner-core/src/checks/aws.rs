//! AWS: key ids, session tokens and Bedrock keys.
//!
//! Apart because nothing here has a checksum: the account and the first bytes must make sense.

use super::encoding::{
    BASE32, BASE62, BASE64, base64_to_vec, decode_base32, decode_base64_start, edit_base64,
    encode_base64, find, is_base64, unpadded,
};
use super::random::Random;
use super::{Check, Facts, Verdict, date};

/// Accounts whose keys are planted to be found: real, but bait (trufflehog's list).
const CANARIES: [u64; 26] = [
    44858866125,
    52310077262,
    171436882533,
    251535659677,
    266735846894,
    344043088457,
    351906852752,
    390477818340,
    426127672474,
    427150556519,
    439872796651,
    445142720921,
    465867158099,
    534261010715,
    595918472158,
    637958123769,
    693412236332,
    717712589309,
    730335385048,
    732624840810,
    735421457923,
    819147034852,
    893192397702,
    959235150393,
    982842642351,
    992382622183,
];

/// What session tokens begin with, decoded.
const SESSIONS: [&[u8]; 4] =
    [b"!\n\torigin", b"\x17\n\x06er/aws", b"\x15\n\x06er/aws", b"\x15\n\x03aws"];

const BEDROCK: &[u8] = b"BedrockAPIKey-";

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    match check {
        Check::AwsKeyId => key_id(token),
        Check::AwsSessionToken => session(token),
        Check::AwsBedrockLong => match bedrock_long(token) {
            None => Verdict::Rejected,
            Some(None) => Verdict::Doubtful,
            Some(Some(_)) => Verdict::Structural,
        },
        _ => match bedrock_short(token) {
            None => Verdict::Rejected,
            Some(url) => match find(&url, b"X-Amz-Signature=") {
                Some(_) => Verdict::Structural,
                None => Verdict::Doubtful,
            },
        },
    }
}

pub(super) fn facts(check: Check, token: &[u8]) -> Facts {
    let account = match check {
        Check::AwsKeyId => account(token),
        Check::AwsBedrockLong => bedrock_long(token).flatten(),
        _ => None,
    };
    let Some(account) = account.filter(|&account| account <= MAX_ACCOUNT) else {
        return Facts::new();
    };
    let mut facts = vec![("account", format!("{account:012}"))];
    if CANARIES.contains(&account) {
        facts.push(("canary", "yes".to_owned()));
    }
    facts
}

/// When a short-lived Bedrock key ends.
pub(super) fn expires(token: &[u8]) -> Option<i64> {
    date::of_signed_url(&bedrock_short(token)?)
}

pub(super) fn fill(check: Check, token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    let len = token.len();
    match check {
        Check::AwsKeyId => fill_key_id(token, &mut random),
        Check::AwsSessionToken => edit_base64(token, 0..len, BASE64, |bytes| {
            let known = SESSIONS.iter().any(|start| bytes.starts_with(start));
            if !known && let Some(start) = bytes.get_mut(..9) {
                start.copy_from_slice(SESSIONS[0]);
            }
        }),
        Check::AwsBedrockLong => edit_base64(token, 4..len, BASE64, |bytes| {
            let text = random.sample("BedrockAPIKey-^^^^-at-************:");
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = text.get(at).copied().unwrap_or_else(|| random.pick(BASE62));
            }
        }),
        _ => {
            let url = random.sample(
                "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256\
                 &X-Amz-Credential=^^^^^&X-Amz-Date=20260101T000000Z&X-Amz-Expires=43200\
                 &X-Amz-Security-Token=^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\
                 &X-Amz-Signature=%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%\
                 &X-Amz-SignedHeaders=host&Version=1",
            );
            *token = b"bedrock-api-key-".to_vec();
            token.extend(encode_base64(&url, BASE64));
        }
    }
}

const MAX_ACCOUNT: u64 = 999_999_999_999;

fn key_id(token: &[u8]) -> Verdict {
    match (token.len(), token.get(4)) {
        // Ids from before 2019 hold no account.
        (20, Some(b'I' | b'J')) => Verdict::Structural,
        (20, _) => match account(token) {
            Some(..=MAX_ACCOUNT) => Verdict::Structural,
            // Very old ids have digits that base 32 lacks, and the limit is arithmetic, not
            // documented: a key lost for it would cost more than it saves.
            _ => Verdict::Doubtful,
        },
        _ => Verdict::Rejected,
    }
}

/// The account of a key id.
fn account(token: &[u8]) -> Option<u64> {
    let mut bytes = [0; 10];
    let id = token.get(4..20).filter(|id| !matches!(id[0], b'I' | b'J'))?;
    decode_base32(id, &mut bytes)?;
    let number = bytes[..6].iter().fold(0, |number, &byte| number << 8 | u64::from(byte));
    Some((number & 0x7fff_ffff_ff80) >> 7)
}

fn fill_key_id(token: &mut [u8], random: &mut Random) {
    for byte in token.iter_mut().skip(4).filter(|byte| !BASE32.contains(byte)) {
        *byte = random.pick(BASE32);
    }
    // A new id has its first bit set; the next four being less than 14 keeps the account below
    // the limit.
    if let Some(first) = token.get_mut(4) {
        *first = random.pick(b"QRSTUVWXYZ2345");
    }
}

fn session(token: &[u8]) -> Verdict {
    let mut start = [0; 9];
    if !unpadded(token).iter().all(|&byte| is_base64(byte)) {
        return Verdict::Rejected;
    }
    decode_base64_start(token, &mut start);
    if SESSIONS.iter().any(|known| start.starts_with(known)) {
        Verdict::Structural
    } else {
        // The openings are observed, not documented.
        Verdict::Doubtful
    }
}

/// The account of a long-lived Bedrock key, if it has one; nothing if it is no such key.
fn bedrock_long(token: &[u8]) -> Option<Option<u64>> {
    let mut bytes = [0; 96];
    let len = decode_base64_start(token.get(4..)?, &mut bytes);
    let name = bytes[..len].strip_prefix(BEDROCK)?;
    let account = find(name, b"-at-").and_then(|at| name.get(at + 4..at + 16));
    Some(account.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok()))
}

fn bedrock_short(token: &[u8]) -> Option<Vec<u8>> {
    let at = find(token, b"YmVkcm9j")?;
    base64_to_vec(&token[at..]).filter(|url| url.starts_with(b"bedrock.amazonaws.com"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_of_a_published_key_id() {
        let facts = facts(Check::AwsKeyId, concat!("ASIA", "QNZGKIQY56JQ7WML").as_bytes());
        assert_eq!(facts, [("account", "029608264753".to_owned())]);
    }

    #[test]
    fn canaries_are_named() {
        // The account in the low 40 of the upper 48 bits, as the id holds it.
        let number: u64 = 1 << 47 | CANARIES[2] << 7;
        let mut token = b"AKIA".to_vec();
        let bytes = [&number.to_be_bytes()[2..], &[0; 4]].concat();
        token.extend(super::super::encoding::encode_base32(&bytes, BASE32));
        assert_eq!(token.len(), 20);
        let facts = facts(Check::AwsKeyId, &token);
        assert_eq!(facts[0].1, "171436882533");
        assert_eq!(facts[1], ("canary", "yes".to_owned()));
    }

    #[test]
    fn very_old_ids_and_impossible_accounts_are_only_doubted() {
        let verdict = |id: &str| key_id(format!("AKIA{id}").as_bytes());
        assert_eq!(verdict(&"7".repeat(16)), Verdict::Doubtful);
        assert_eq!(verdict(&"Q018".repeat(4)), Verdict::Doubtful);
        assert_eq!(verdict(&"I018".repeat(4)), Verdict::Structural);
        assert_eq!(verdict("SHORT"), Verdict::Rejected);
    }

    #[test]
    fn an_expiring_bedrock_key() {
        let mut token = b"seed".to_vec();
        fill(Check::AwsBedrockShort, &mut token);
        assert_eq!(run(Check::AwsBedrockShort, &token), Verdict::Structural);
        assert_eq!(expires(&token), Some(1_767_225_600 + 43_200));
    }
}
