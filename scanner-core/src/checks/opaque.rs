//! Tokens that are base 64 of something readable: a JSON object, a word, `user:password`.
//!
//! Apart from `registry` because the form is the same for all of them and only the words differ.

use super::encoding::{
    BASE62, BASE64, BASE64_URL, base64_to_vec, decode_base64_start, edit_base64, encode_base64,
    encode_padded, is_base64,
};
use super::json::{Object, Value};
use super::jwt::json_start;
use super::random::Random;
use super::{Check, Verdict, structural};

/// A token that holds a JSON object.
struct Json {
    check: Check,
    /// The keys that it must have.
    keys: &'static [&'static str],
    /// What a made-up one begins with unless the given token has something there.
    sample: &'static str,
    /// Random characters after the object, with what parts them from it.
    end: &'static str,
    /// Whether the base 64 is URL-safe.
    url: bool,
}

const JSONS: [Json; 7] = [
    Json {
        check: Check::GrafanaCloud,
        keys: &["o", "k"],
        sample: r#"{"o":"******","n":"n-^^^^^^^^","k":"^^^^^^^^^^^^^^^^^^^^^^^^","m":{"r":"us"}}"#,
        end: "",
        url: false,
    },
    Json {
        check: Check::GrafanaApiKey,
        keys: &["k", "n", "id"],
        sample: r#"{"k":"^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^","n":"n^^^^^^^^","id":1}"#,
        end: "",
        url: false,
    },
    Json {
        check: Check::SentryOrg,
        keys: &["iat"],
        sample: r#"{"iat":17********.******,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"o-^^^^^^"}"#,
        end: "_~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
        url: false,
    },
    Json {
        check: Check::OnepasswordServiceAccount,
        keys: &["signInAddress", "userAuth"],
        sample: r#"{"signInAddress":"my.1password.com","userAuth":{"method":"SRPg-4096","alg":"PBES2g-HS256","iterations":650000,"salt":"^^^^^^^^^^^^^^^^^^^^^^"},"email":"^^^^^^^^^^@1passwordserviceaccounts.com","srpX":"%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%","muk":{"alg":"A256GCM","k":"^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"},"secretKey":"A3-^^^^^^"}"#,
        end: "",
        url: false,
    },
    Json {
        check: Check::Snyk,
        keys: &["e", "h", "j"],
        sample: r#"{"e":40********,"h":"snyk.io","j":"^^^^^^^^^^^^^^^^^^^^","s":"^^^^^^^^^^"}"#,
        end: ".^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        url: true,
    },
    Json {
        check: Check::Mapbox,
        keys: &["u", "a"],
        sample: r#"{"u":"u^^^^^^^^","a":"c^^^^^^^^^^^^^^^^^^^^^^^^"}"#,
        end: ".^^^^^^^^^^^^^^^^^^^^^^",
        url: true,
    },
    Json {
        check: Check::CloudflareTunnel,
        keys: &["a", "t", "s"],
        sample: r#"{"a":"%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%","t":"%%%%%%%%-%%%%-4%%%-8%%%-%%%%%%%%%%%%","s":"^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"}"#,
        end: "",
        url: false,
    },
];

fn json_kind(check: Check) -> Option<&'static Json> {
    JSONS.iter().find(|json| json.check == check)
}

/// The stretch of a token that is base 64.
fn json_text(check: Check, token: &[u8]) -> Option<&[u8]> {
    let text = token.get(json_start(token)?..)?;
    let end = match check {
        // Standard base 64, in which `_` cannot stand.
        Check::SentryOrg => text.iter().rposition(|&byte| byte == b'_'),
        _ => text.iter().position(|&byte| byte == b'.'),
    };
    Some(&text[..end.unwrap_or(text.len())])
}

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    if let Some(json) = json_kind(check) {
        let bytes = json_text(check, token).and_then(base64_to_vec).unwrap_or_default();
        let object = Object::parse(&bytes);
        let has = |key: &&str| object.is_some_and(|object| object.get(key).is_some());
        return structural(json.keys.iter().all(has));
    }
    let mut buffer = [0; 96];
    let text = after(token, &[b"BBDC-", b"essu_", b"sk_live_", b"sk_test_"]);
    let len = decode_base64_start(text, &mut buffer);
    let bytes = &buffer[..len];
    structural(match check {
        Check::DiscordBot => discord(token),
        Check::Intercom => bytes.starts_with(b"tok:"),
        Check::Workos => bytes.starts_with(b"key_"),
        Check::AtlassianDatacenter => {
            let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (4..=12).contains(&digits)
                && bytes.get(digits) == Some(&b':')
                && bytes.len() == digits + 21
        }
        Check::ElasticApiKey => {
            let mut parts = bytes.split(|&byte| byte == b':');
            let mut part = || parts.next().is_some_and(|part| part.len() >= 8 && printable(part));
            part() && part() && parts.next().is_none()
        }
        Check::MacaroonV1 => {
            bytes.iter().take(4).all(u8::is_ascii_hexdigit)
                && bytes.get(4..13) == Some(b"location ")
        }
        Check::Flyio => flyio(token),
        _ => return basic_auth(token),
    })
}

/// When the token ends, if its JSON says so.
pub(super) fn expires(token: &[u8]) -> Option<i64> {
    let bytes = base64_to_vec(json_text(Check::Snyk, token)?)?;
    Object::parse(&bytes)?.get("e").and_then(Value::number)
}

/// `token` without the first of `prefixes` that it has.
fn after<'a>(token: &'a [u8], prefixes: &[&[u8]]) -> &'a [u8] {
    prefixes.iter().find_map(|prefix| token.strip_prefix(*prefix)).unwrap_or(token)
}

fn printable(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, 0x20..0x7f))
}

/// Three parts, the first a number of 17 to 20 digits.
fn discord(token: &[u8]) -> bool {
    let mut number = [0; 24];
    let mut parts = token.split(|&byte| byte == b'.');
    let id = parts.next().unwrap_or_default();
    let len = super::encoding::decode_base64(id, &mut number).unwrap_or(0);
    (17..=20).contains(&len) && number[..len].iter().all(u8::is_ascii_digit) && parts.count() == 2
}

/// The first macaroon of a list is a msgpack array.
fn flyio(token: &[u8]) -> bool {
    let text = after(token, &[b"FlyV1 "]);
    let text = after(text, &[b"fm2_", b"fm1r_", b"fm1a_"]);
    let end = text.iter().position(|&byte| byte == b',').unwrap_or(text.len());
    let mut head = [0; 3];
    let whole = text[..end].iter().all(|&byte| is_base64(byte) || byte == b'=');
    whole
        && decode_base64_start(text, &mut head) > 0
        && matches!(head[0], 0x90..=0x9f | 0xdc | 0xdd)
}

/// Passwords in whose place nobody has put a real one.
const NO_PASSWORDS: [&str; 22] = [
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "changeme",
    "change_me",
    "change-me",
    "example",
    "test",
    "testing",
    "dummy",
    "fake",
    "null",
    "none",
    "undefined",
    "redacted",
    "your_password",
    "your-password",
    "yourpassword",
    "mypassword",
    "placeholder",
];

/// `user:password`, or `token:`.
fn basic_auth(token: &[u8]) -> Verdict {
    let Some(bytes) = base64_to_vec(token) else { return Verdict::Rejected };
    let Ok(text) = std::str::from_utf8(&bytes) else { return Verdict::Rejected };
    if text.chars().any(char::is_control) {
        return Verdict::Rejected;
    }
    let Some((user, password)) = text.split_once(':') else { return Verdict::Rejected };
    // Without a password the name is the token.
    let secret = if password.is_empty() && user.len() >= 16 { user } else { password };
    let same = secret.bytes().all(|byte| secret.as_bytes().first() == Some(&byte));
    let reference = ["<", "${", "{{", "$(", "%{"].iter().any(|start| secret.starts_with(start));
    let no_password = NO_PASSWORDS.iter().any(|word| secret.eq_ignore_ascii_case(word));
    structural(!user.is_empty() && secret.len() >= 4 && !same && !reference && !no_password)
}

pub(super) fn fill(check: Check, token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    let len = token.len();
    if let Some(json) = json_kind(check) {
        token.truncate(json_start(token).unwrap_or(0));
        let object = random.sample(json.sample);
        token.extend(match json.url {
            true => encode_base64(&object, BASE64_URL),
            false => encode_padded(&object),
        });
        token.extend(random.sample(json.end));
        return;
    }
    let prefix = len - after(token, &[b"BBDC-", b"essu_"]).len();
    // Text in place of random bytes: where it begins, and how.
    let mut text = |start: usize, template: &str| {
        let template = random.sample(template);
        edit_base64(token, start..len, BASE64, |bytes| {
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = template.get(at).copied().unwrap_or_else(|| random.pick(BASE62));
            }
        });
    };
    match check {
        Check::DiscordBot => fill_discord(token, &mut random),
        Check::Intercom => text(0, "tok:"),
        Check::Workos => text(8, "key_01"),
        Check::AtlassianDatacenter => {
            let number = random.sample("************:");
            edit_base64(token, prefix..len, BASE64, |bytes| {
                for (byte, digit) in bytes.iter_mut().zip(&number) {
                    *byte = *digit;
                }
            });
        }
        Check::ElasticApiKey => text(prefix, "^^^^^^^^^^^^^^^^^^^^:"),
        Check::MacaroonV1 => text(0, "0015location ^^^^^^^^\n"),
        Check::Flyio => {
            let start = token.iter().rposition(|&byte| byte == b'_').map_or(0, |at| at + 1);
            edit_base64(token, start..len, BASE64, |bytes| {
                if let Some(first) = bytes.first_mut() {
                    *first = 0x94;
                }
            });
        }
        _ => text(0, "u^^^^:"),
    }
}

fn fill_discord(token: &mut Vec<u8>, random: &mut Random) {
    let Some(len) = token.iter().position(|&byte| byte == b'.') else { return };
    let digits = if len <= 24 { "******************" } else { "*******************" };
    token.splice(..len, encode_base64(&random.sample(digits), BASE64_URL));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> Verdict {
        run(Check::BasicAuth, &encode_padded(text.as_bytes()))
    }

    #[test]
    fn user_and_password() {
        for text in ["me:hunter22", "me:a:b:c", "abcdefghijklmnop12:", "jürgen:geheim9"] {
            assert_eq!(basic(text), Verdict::Structural, "{text}");
        }
        for text in [
            "no colon here",
            ":password1",
            "me:abc",
            "me:",
            "me:xxxxxxxx",
            "me:password",
            "me:CHANGEME",
            "me:${PASS}",
            "me:<token>",
            "me:{{ x }}",
            "me:pass\u{7}word",
            "\u{0}\u{1}:abcd",
        ] {
            assert_eq!(basic(text), Verdict::Rejected, "{text}");
        }
    }
}
