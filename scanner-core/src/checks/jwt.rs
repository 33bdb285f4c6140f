//! JSON Web Tokens: signed, encrypted, and those of issuers that can be told by their claims.
//!
//! Apart because they are parsed, not decoded: two JSON objects that must make sense together.

use super::encoding::{BASE64_URL, base64_to_vec, encode_base64, is_base64};
use super::json::{Object, Value};
use super::random::Random;
use super::{Check, Facts, Verdict, date, fact};

/// An issuer whose tokens have a rule of their own: what some claims hold, and a payload for
/// made-up tokens.
struct Issuer {
    check: Check,
    claims: &'static [(&'static str, &'static str)],
    sample: &'static str,
}

const ISSUERS: [Issuer; 6] = [
    Issuer {
        check: Check::JwtSupabase,
        claims: &[("iss", "supabase"), ("role", "service_role")],
        sample: r#"{"iss":"supabase","ref":"^^^^^^^^^^^^^^^^^^^^","role":"service_role","iat":17********,"exp":40********}"#,
    },
    Issuer {
        check: Check::JwtKubernetes,
        claims: &[("iss", "kubernetes")],
        sample: r#"{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"n^^^^","sub":"system:serviceaccount:n^^^^:s^^^^"}"#,
    },
    Issuer {
        check: Check::JwtJfrog,
        claims: &[("iss", "jf")],
        sample: r#"{"ext":"{}","iss":"jfac@01^^^^^^^^^^^^^^^^^^^^^^^^","sub":"u^^^^","scp":"applied-permissions/user","aud":"jfrt","iat":17********,"jti":"%%%%%%%%"}"#,
    },
    Issuer {
        check: Check::JwtCalendly,
        claims: &[("iss", "https://auth.calendly.com")],
        sample: r#"{"iss":"https://auth.calendly.com","sub":"^^^^^^^^^^^^","iat":17********,"jti":"%%%%%%%%"}"#,
    },
    Issuer {
        check: Check::JwtAuth0,
        claims: &[("aud", ".auth0.com/api/v2/")],
        sample: r#"{"iss":"https://t^^^^.us.auth0.com/","aud":"https://t^^^^.us.auth0.com/api/v2/","iat":17********,"exp":40********}"#,
    },
    Issuer {
        check: Check::JwtTemporal,
        claims: &[("aud", "temporal.io")],
        sample: r#"{"account_id":"^^^^^","aud":["temporal.io"],"exp":40********,"iss":"temporal.io","jti":"^^^^^^^^","key_id":"^^^^^^^^^^^^^^^^"}"#,
    },
];

/// Lengths of signatures in base 64, for the algorithms that have one.
const SIGNATURES: [(&[u8], &[usize]); 7] = [
    (b"HS256", &[43]),
    (b"HS384", &[64]),
    (b"HS512", &[86]),
    (b"ES256", &[86]),
    (b"ES384", &[128]),
    (b"ES512", &[176]),
    (b"EdDSA", &[86, 152]),
];

/// A signed token's parts, decoded.
struct Jwt {
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl Jwt {
    fn parse(token: &[u8]) -> Option<Jwt> {
        let mut parts = token.get(json_start(token)?..)?.split(|&byte| byte == b'.');
        let header = base64_to_vec(parts.next()?)?;
        let payload = base64_to_vec(parts.next()?)?;
        let signature = parts.next().unwrap_or_default();
        let plain = signature.iter().all(|&byte| is_base64(byte) || byte == b'=');
        (plain && parts.next().is_none()).then_some(())?;
        let jwt = Jwt { header, payload, signature: signature.to_vec() };
        jwt.algorithm()?;
        Object::parse(&jwt.payload)?;
        Some(jwt)
    }

    fn algorithm(&self) -> Option<&[u8]> {
        match Object::parse(&self.header)?.get("alg")? {
            Value::String(name) => Some(name),
            Value::Raw(_) => None,
        }
    }

    fn claim(&self, name: &str) -> Option<Value<'_>> {
        Object::parse(&self.payload)?.get(name)
    }

    fn holds(&self, claims: &[(&str, &str)]) -> bool {
        claims.iter().all(|(name, part)| {
            let text = self.claim(name).and_then(Value::text).unwrap_or_default();
            super::encoding::find(text, part.as_bytes()).is_some()
        })
    }

    fn unsigned(&self) -> bool {
        self.algorithm().is_some_and(|alg| alg.eq_ignore_ascii_case(b"none"))
    }

    /// Whether the signature is as long as the algorithm makes it.
    fn signature_fits(&self) -> bool {
        let (alg, len) = (self.algorithm().unwrap_or_default(), self.signature.len());
        match SIGNATURES.iter().find(|(name, _)| *name == alg) {
            Some((_, lengths)) => lengths.contains(&len),
            None if self.unsigned() => len == 0,
            // RSA: as long as the key, of which 1024 bits are the shortest.
            None if alg.starts_with(b"RS") || alg.starts_with(b"PS") => len >= 171,
            None => len > 0,
        }
    }
}

/// Where the base 64 of a JSON object begins: `{` and what may follow it.
pub(super) fn json_start(token: &[u8]) -> Option<usize> {
    token.windows(3).position(|window| {
        matches!(window, [b'e', b'y', b'I' | b'J' | b'A' | b'B'])
            || matches!(window, [b'e', b'w', b'o' | b'p' | b'0' | b'1' | b'k' | b'l'])
    })
}

pub(super) fn run(check: Check, token: &[u8]) -> Verdict {
    if check == Check::Jwe {
        return super::structural(jwe_header(token).is_some());
    }
    let Some(jwt) = Jwt::parse(token) else { return Verdict::Rejected };
    let wanted = ISSUERS.iter().find(|issuer| issuer.check == check);
    if wanted.is_some_and(|issuer| !jwt.holds(issuer.claims)) {
        Verdict::Rejected
    } else if jwt.signature_fits() {
        Verdict::Structural
    } else {
        // Cut off, or made up.
        Verdict::Doubtful
    }
}

pub(super) fn facts(check: Check, token: &[u8]) -> Facts {
    let mut facts = Facts::new();
    if check == Check::Jwe {
        let header = jwe_header(token).unwrap_or_default();
        let header = Object::parse(&header);
        for (name, key) in [("algorithm", "alg"), ("encryption", "enc")] {
            let value = header.and_then(|header| header.get(key)).and_then(Value::text);
            fact(&mut facts, name, value);
        }
        return facts;
    }
    let Some(jwt) = Jwt::parse(token) else { return facts };
    fact(&mut facts, "algorithm", jwt.algorithm());
    for (name, key) in
        [("issuer", "iss"), ("audience", "aud"), ("role", "role"), ("scope", "scope")]
    {
        fact(&mut facts, name, jwt.claim(key).and_then(Value::text));
    }
    facts.extend(expires(token).and_then(date::iso_date).map(|date| ("expires", date)));
    facts
}

/// The token gives no access as it stands: it is unsigned, unreadable or public by design.
pub(super) fn protected(check: Check, token: &[u8]) -> bool {
    check == Check::Jwe
        || Jwt::parse(token).is_some_and(|jwt| {
            jwt.unsigned()
                || jwt.signature.is_empty()
                || jwt.holds(&[("iss", "supabase"), ("role", "anon")])
                || jwt.holds(&[("iss", "supabase-demo")])
        })
}

pub(super) fn expires(token: &[u8]) -> Option<i64> {
    Jwt::parse(token)?.claim("exp")?.number()
}

/// The header of an encrypted token, which has five parts.
fn jwe_header(token: &[u8]) -> Option<Vec<u8>> {
    let text = token.get(json_start(token)?..)?;
    let mut parts = text.split(|&byte| byte == b'.');
    let header = base64_to_vec(parts.next()?)?;
    Object::parse(&header)?.get("enc")?.text()?;
    // The key may be empty (direct agreement); the others may not.
    let rest: [&[u8]; 4] = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let well = rest.iter().all(|part| part.iter().all(|&byte| is_base64(byte)));
    let whole = well && rest[1..].iter().all(|part| !part.is_empty()) && parts.next().is_none();
    whole.then_some(header)
}

/// Headers that rules may ask for by their first characters; the first is the usual one.
const HEADERS: [(&str, usize); 5] = [
    (r#"{"alg":"HS256","typ":"JWT"}"#, 32),
    (r#"{"typ":"JWT","alg":"HS256"}"#, 32),
    (r#"{"alg":"RS256","kid":"^^^^^^^^^^^^^^^^^^^^^^"}"#, 256),
    (r#"{"alg":"RS256","typ":"JWT"}"#, 256),
    (r#"{"ver":"2","typ":"JWT","alg":"RS256","kid":"^^^^^^^^^^^^^^^^^^^^^^"}"#, 256),
];

pub(super) fn fill(check: Check, token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    let start = json_start(token).unwrap_or(0);
    let given = token[start..].to_vec();
    token.truncate(start);
    if check == Check::Jwe {
        let header = br#"{"alg":"dir","enc":"A256GCM"}"#;
        token.extend(encode_base64(header, BASE64_URL));
        token.push(b'.');
        for len in [12, 48, 16] {
            token.push(b'.');
            token.extend(encode_base64(&random.bytes(len), BASE64_URL));
        }
        return;
    }
    let mut common = |template: &str| {
        let header = encode_base64(&random.sample(template), BASE64_URL);
        let same = header.iter().zip(&given).take_while(|(a, b)| a == b).count();
        (same, header)
    };
    let mut best = common(HEADERS[0].0);
    let mut signature = HEADERS[0].1;
    for (template, len) in &HEADERS[1..] {
        let candidate = common(template);
        if candidate.0 > best.0 {
            (best, signature) = (candidate, *len);
        }
    }
    token.extend(best.1);
    token.push(b'.');
    let sample = ISSUERS.iter().find(|issuer| issuer.check == check).map_or(
        r#"{"sub":"^^^^^^^^^^^^","iss":"https://id.^^^^.dev","iat":17********,"exp":40********}"#,
        |issuer| issuer.sample,
    );
    token.extend(encode_base64(&random.sample(sample), BASE64_URL));
    token.push(b'.');
    token.extend(encode_base64(&random.bytes(signature), BASE64_URL));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str, signature: &str) -> Vec<u8> {
        let part = |text: &str| encode_base64(text.as_bytes(), BASE64_URL);
        [part(header), part(payload), signature.into()].join(&b'.')
    }

    #[test]
    fn what_is_said_of_a_token() {
        let token = token(
            r#"{"alg":"HS256","typ":"JWT"}"#,
            r#"{"iss":"https:\/\/id.dev\u0007","sub":"me","aud":["api","b"],"scope":"a b","exp":1767225600}"#,
            &"a".repeat(43),
        );
        let facts: Vec<String> = facts(Check::Jwt, &token)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let expected = [
            "algorithm=HS256",
            "issuer=https://id.devu0007",
            "audience=api",
            "scope=a b",
            "expires=2026-01-01",
        ];
        assert_eq!(facts, expected);
        assert_eq!(expires(&token), Some(1_767_225_600));
        assert!(!protected(Check::Jwt, &token));
        assert_eq!(run(Check::Jwt, &token), Verdict::Structural);
    }

    #[test]
    fn tokens_that_give_no_access() {
        let unsigned = token(r#"{"alg":"none"}"#, "{}", "");
        assert_eq!(run(Check::Jwt, &unsigned), Verdict::Structural);
        assert!(protected(Check::Jwt, &unsigned));
        let signature = "a".repeat(43);
        let payload = r#"{"iss":"supabase","role":"anon"}"#;
        let public = token(r#"{"alg":"HS256"}"#, payload, &signature);
        assert!(protected(Check::Jwt, &public));
        assert_eq!(run(Check::JwtSupabase, &public), Verdict::Rejected);
    }

    #[test]
    fn what_is_no_token() {
        let long = "a".repeat(43);
        for (header, payload, signature, verdict) in [
            (r#"{"alg":"HS256"}"#, "{}", "abc", Verdict::Doubtful),
            (r#"{"alg":"HS256"}"#, "{}", "", Verdict::Doubtful),
            (r#"{"alg":"new"}"#, "{}", "abc", Verdict::Structural),
            (r#"{"alg":256}"#, "{}", &long, Verdict::Rejected),
            (r#"{"typ":"JWT"}"#, "{}", &long, Verdict::Rejected),
            (r#"{"alg":"HS256"}"#, "[]", &long, Verdict::Rejected),
            (r#"{"alg":"HS256"}"#, "{}", "a b", Verdict::Rejected),
        ] {
            assert_eq!(run(Check::Jwt, &token(header, payload, signature)), verdict, "{header}");
        }
    }
}
