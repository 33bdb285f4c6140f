//! Whether a literal that was given the name of a secret is one.

use crate::mark;

use super::names::Class;
use super::paths::{self, Kind};
use super::{Rejection, entropy, is_documented, letters, placeholder, reference};

/// The shortest password that is reported, in bytes. Shorter ones are flags, units and test data.
const SHORTEST_PASSWORD: usize = 8;

/// The shortest value of any class, however it is encoded.
pub(in crate::engine) const SHORTEST: usize = SHORTEST_PASSWORD;

/// The shortest key. What a machine makes is longer.
const SHORTEST_KEY: usize = 16;

/// The longest value. What is longer is data.
pub(in crate::engine) const LONGEST: usize = 256;

/// Whether a value of that class is seen at once not to be believed. Of the names of keys most are given words,
/// which the other questions cost more to find.
pub(in crate::engine) fn is_plain(value: &[u8], class: Class) -> bool {
    class == Class::Key && !entropy::is_random(&mark::beside(value))
}

/// Judges a value in the file at `path`.
pub(in crate::engine) fn judge_in(
    path: Option<&[u8]>,
    value: &[u8],
    name: &[u8],
    class: Class,
    quoted: bool,
) -> Result<(), Rejection> {
    let value = &*mark::beside(value);
    judge(value, name, class, quoted, paths::kind(path))?;
    if paths::is_for_show(path) && !entropy::is_random(value) {
        return Err(Rejection::Value("passwords in such files are mostly made up"));
    }
    Ok(())
}

/// Judges a value.
fn judge(
    value: &[u8],
    name: &[u8],
    class: Class,
    quoted: bool,
    kind: Kind,
) -> Result<(), Rejection> {
    let shortest = match class {
        Class::Password => SHORTEST_PASSWORD,
        Class::Key => SHORTEST_KEY,
    };
    if value.len() < shortest {
        return Err(Rejection::Value("too short for a secret"));
    }
    // How long it may be, a pattern says itself.
    if value.len() > LONGEST && !name.is_empty() {
        return Err(Rejection::Value("too long for a secret"));
    }
    if let Some(what) = reference::classify(value, quoted) {
        return Err(Rejection::Reference(what));
    }
    if value.iter().any(|byte| byte.is_ascii_whitespace()) {
        return Err(Rejection::Value("a sentence"));
    }
    if !value.iter().all(u8::is_ascii_graphic) {
        return Err(Rejection::Value("not made of printable ASCII"));
    }
    if let Some(what) = placeholder::classify(value) {
        return Err(Rejection::Placeholder(what));
    }
    if same_word(value, name) {
        return Err(Rejection::Value("the name over again"));
    }
    if let Some(what) = identifier(value, class == Class::Password) {
        return Err(Rejection::Value(what));
    }
    if is_documented(value) {
        return Err(Rejection::Documented);
    }
    let believed = match class {
        Class::Key => entropy::is_random(value),
        Class::Password => looks_chosen(value) || (value.len() >= 16 && entropy::is_random(value)),
    };
    if !believed {
        return Err(match class {
            Class::Key => Rejection::Value("it does not look random"),
            Class::Password => Rejection::Value("a word or an identifier"),
        });
    }
    // Where a value of another kind is the rule, the doubt is greater.
    let is_random = || {
        let drawn = class == Class::Password
            && value.len() < 20
            && value.iter().all(u8::is_ascii_alphanumeric)
            && letters::unlikelihood(value) >= 2.0 * letters::CHANCE_BEGINS
            && value.iter().any(u8::is_ascii_digit)
            && is_drawn(value);
        drawn || entropy::is_random(value)
    };
    if kind == Kind::Lock || (kind == Kind::Prose && !is_random()) {
        return Err(Rejection::Value("values in such files are mostly something else"));
    }
    Ok(())
}

/// Whether a value looks like a password that a person chose with care or a machine made, and not like a word.
pub(in crate::engine) fn looks_made(value: &[u8]) -> bool {
    looks_chosen(value) || entropy::is_random(value)
}

/// The same of one whose name says little: drawn at random by far, or chosen with digits and signs.
pub(in crate::engine) fn is_far_from_words(value: &[u8]) -> bool {
    let value = &*mark::beside(value);
    let chosen = value.iter().any(|byte| byte.is_ascii_punctuation() && !b"_-./:,".contains(byte))
        && value.iter().any(u8::is_ascii_digit);
    // Images and packages are called so, too: `pass:1.2.3@sha256:…`, `"pass": "git+https://…"`.
    if value.contains(&b':') {
        return false;
    }
    // What is in the form of a path must be too long to be one.
    let is_path = value.contains(&b'/') && value.len() < 24;
    chosen
        || (entropy::is_random(value) && !is_path)
        || (!is_path
            && is_drawn(value)
            && letters::unlikelihood(value) >= 2.0 * letters::CHANCE_BEGINS)
}

/// The same of one that nothing but a sentence says to be one. Where a word leads to it, signs and digits are enough.
pub(in crate::engine) fn is_made_beyond_doubt(value: &[u8], is_led: bool) -> bool {
    let sign = |byte: &u8| byte.is_ascii_punctuation() && !b"_-./:,".contains(byte);
    // In the next column of a table of users stands a digest.
    let is_digest = !is_led && value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit);
    value.iter().any(u8::is_ascii_digit)
        && !is_digest
        && (is_drawn(value) || (is_led && value.iter().any(sign) && looks_chosen(value)))
}

/// Whether a value looks like a password that a person or a generator chose: letters with digits or
/// signs among them, and not the shape of an identifier, a version or a pattern.
fn looks_chosen(value: &[u8]) -> bool {
    let lower = value.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let upper = value.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let signs = value.len() - lower - upper - digits;
    let classes = [lower, upper, digits, signs].iter().filter(|&&count| count > 0).count();
    // Signs that join words and never make a password by themselves.
    let joints =
        value.iter().filter(|byte| matches!(byte, b'_' | b'-' | b'.' | b'/' | b':')).count();
    let real_signs = signs - joints;
    if lower + upper == 0 || entropy::shannon(value) < 2.5 {
        return false;
    }
    // Patterns and markup are full of signs.
    if signs * 2 > value.len()
        || value.iter().any(|byte| matches!(byte, b'\\' | b'<' | b'>' | b'|' | b'"' | b'`'))
    {
        return false;
    }
    if is_drawn(value) {
        return true;
    }
    let changes = value
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    // Letters that no words are made of.
    let plain = joints == 0 && real_signs == 0 && lower + upper >= 10;
    if plain && letters::bits(value) >= letters::SHORT_WORDS_END {
        return true;
    }
    if real_signs > 0 {
        digits > 0 || classes >= 3
    } else {
        digits >= 2 && (classes >= 3 || changes >= 3) && joints <= 2
    }
}

/// Whether chance is the likelier author of a password than somebody who writes words: by its letters, and by where
/// case changes and digits stand. Without a digit, in both cases and by far; what is in one case is abbreviations,
/// or of a language that the model does not know.
fn is_drawn(value: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| value.iter().any(class);
    let hexadecimal = value.strip_prefix(b"0x").or(value.strip_prefix(b"0X"));
    if hexadecimal.is_some_and(|rest| rest.iter().all(u8::is_ascii_hexdigit)) {
        return false;
    }
    let bits = letters::unlikelihood(value);
    if has(u8::is_ascii_digit) {
        return bits >= letters::CHANCE_BEGINS;
    }
    let both = has(u8::is_ascii_lowercase) && value[1..].iter().any(u8::is_ascii_uppercase);
    both && bits >= 2.0 * letters::CHANCE_BEGINS
}

/// Whether the value repeats the name, but for case and separators.
fn same_word(value: &[u8], name: &[u8]) -> bool {
    let fold = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    let (value, name) = (fold(value), fold(name));
    let holds = |a: &[u8], b: &[u8]| !b.is_empty() && a.windows(b.len()).any(|window| window == b);
    holds(&name, &value) || (holds(&value, &name) && name.len() >= 5)
}

/// The shapes of identifiers that are no secrets.
fn identifier(value: &[u8], is_password: bool) -> Option<&'static str> {
    let is_uuid = value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    if is_uuid {
        return Some("a UUID");
    }
    if value.contains(&b'@')
        && value.iter().rposition(|b| *b == b'.') > value.iter().position(|b| *b == b'@')
    {
        let host = value.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
        if host.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')) {
            return Some("a mail address");
        }
    }
    if value.iter().all(|byte| {
        byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b'/' | b'T' | b'Z' | b'+')
    }) {
        return Some("a number, date or version");
    }
    // Words joined by separators, whatever their case: kebab, snake, dotted names, paths, constants.
    let joints = |byte: &u8| matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b',' | b'=' | b'+');
    let mut parts = value.split(|byte| joints(byte)).filter(|part| !part.is_empty()).peekable();
    let wordlike = |part: &[u8]| {
        let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let rest = &part[letters..];
        let humps = part[..letters]
            .windows(2)
            .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
            .count();
        (rest.is_empty() || (rest.len() <= 4 && rest.iter().all(u8::is_ascii_digit)))
            && (letters == 0 || humps * 4 <= letters)
            && letters::are_words(&part[..letters])
    };
    if parts.peek().is_some() && parts.all(wordlike) && !(is_password && is_drawn(value)) {
        return Some("words, as an identifier has them");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(value: &str, class: Class) -> bool {
        judge(value.as_bytes(), b"the_name", class, true, Kind::Config).is_ok()
    }

    #[test]
    fn passwords() {
        for value in
            ["Tr7#kq9!vPz2", "Winter-Garden-82!", "d0lph1nR4in9x", "hj7Kd92mQx", "xkqvzrtmwpfd"]
        {
            assert!(judged(value, Class::Password), "{value}");
        }
        for value in [
            "password",
            "changeme",
            "short1!",
            "user_password",
            "PasswordField",
            "correct horse",
            "admin@example.com",
            "2024-01-01",
            "my-app-password",
            "^[a-z]+$",
            "application/json",
            "550e8400-e29b-41d4-a716-446655440000",
            "MinimumLength8",
            "\\d+\\w+",
        ] {
            assert!(!judged(value, Class::Password), "{value}");
        }
    }

    #[test]
    fn keys() {
        for value in [
            "9f8a1c7e33b04d52a7",
            "kX93nfQp20dLwz71Bv",
            "q8Zt+Lm02/xK9vRw3Yb7==",
            "qjzvxkwpbnmtrlfhdscg",
            "kWxQzVbNfRtLpHjMdGcSvKqZ",
            "BQXMZKWVTRLPNHJFDGSCYQKX7",
        ] {
            assert!(judged(value, Class::Key), "{value}");
        }
        for value in [
            "Tr7#kq9!",
            "this-is-a-long-name",
            "AccessTokenProvider",
            "org.apache.Token1",
            "0000000000000000000000",
            "AAAAAAAAAAAAAAAAAAAA1b",
            "eu-west-1-token-service",
        ] {
            assert!(!judged(value, Class::Key), "{value}");
        }
    }
}
