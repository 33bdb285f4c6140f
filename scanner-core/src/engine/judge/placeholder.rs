//! Values that stand where a secret would and are none: `xxxx`, `changeme`, `your-token-here`, `1234567890`.

/// Words that say that a value is not meant, sorted.
const WORDS: &[&str] = &[
    "a",
    "abcdef",
    "access",
    "account",
    "actual",
    "admin",
    "and",
    "anything",
    "api",
    "apikey",
    "app",
    "application",
    "auth",
    "bar",
    "battery",
    "baz",
    "change",
    "changeit",
    "changeme",
    "client",
    "config",
    "correct",
    "credential",
    "credentials",
    "database",
    "db",
    "default",
    "demo",
    "dev",
    "development",
    "docker",
    "dragon",
    "dummy",
    "empty",
    "enter",
    "env",
    "example",
    "fake",
    "false",
    "fill",
    "fixme",
    "foo",
    "foobar",
    "for",
    "guest",
    "hello",
    "here",
    "hidden",
    "horse",
    "id",
    "insert",
    "invalid",
    "is",
    "it",
    "key",
    "letmein",
    "local",
    "localhost",
    "login",
    "lorem",
    "masked",
    "master",
    "me",
    "minioadmin",
    "mock",
    "monkey",
    "my",
    "mysecret",
    "mysql",
    "name",
    "new",
    "none",
    "not",
    "null",
    "old",
    "pass",
    "passwd",
    "password",
    "placeholder",
    "postgres",
    "private",
    "prod",
    "production",
    "public",
    "put",
    "pwd",
    "qwerty",
    "rabbitmq",
    "real",
    "redacted",
    "removed",
    "replace",
    "root",
    "sample",
    "secret",
    "server",
    "service",
    "some",
    "something",
    "staging",
    "staple",
    "string",
    "super",
    "supersecret",
    "tbd",
    "test",
    "testing",
    "the",
    "this",
    "todo",
    "token",
    "true",
    "ubuntu",
    "undefined",
    "unknown",
    "user",
    "username",
    "vagrant",
    "valid",
    "value",
    "welcome",
    "whatever",
    "with",
    "world",
    "wrong",
    "xxx",
    "your",
];

/// Why the value of a self-identifying token is a placeholder. Only what chance does not do counts
/// here, because the value is random where the token is real.
pub(in crate::engine) fn classify_token(token: &[u8]) -> Option<&'static str> {
    // Zeros inside of a structure are runs of `A` or `/` in base64, and short beside the whole.
    let run = longest_run(token);
    if (run >= 8 && run * 4 >= token.len()) || has_run_of(token, b"xX*.#", 5) {
        return Some("one character repeated");
    }
    if token.len() >= 16 && distinct(token) < 6 {
        return Some("too few different characters");
    }
    if longest_sequence(token) >= 9 {
        return Some("a run of the alphabet or of the digits");
    }
    if is_cycle(token) {
        return Some("a short piece repeated");
    }
    if contains(token, b"example")
        || contains(token, b"placeholder")
        || contains(token, b"redacted")
    {
        return Some("it says that it is an example");
    }
    let words = words_in(token);
    // One short word between dashes may be chance; half of the token in words is not.
    if words.letters * 2 >= token.len() && words.count >= 2 {
        return Some("it is made of words");
    }
    None
}

/// Why a value that a name was given is a placeholder.
pub(in crate::engine) fn classify(value: &[u8]) -> Option<&'static str> {
    if let Some(why) = classify_token(value) {
        return Some(why);
    }
    if longest_run(value) >= 5 && value.len() < 40 {
        return Some("one character repeated");
    }
    if distinct(value) < 4 {
        return Some("too few different characters");
    }
    if longest_sequence(value) >= 6 && value.len() < 40 {
        return Some("a run of the alphabet or of the digits");
    }
    if contains(value, b"~~") {
        return Some("it is broken on purpose");
    }
    if contains(value, b"...") || contains(value, "…".as_bytes()) || contains(value, b"****") {
        return Some("it is cut off");
    }
    for word in [
        &b"changeme"[..],
        b"change-me",
        b"change_me",
        b"change this",
        b"dummy",
        b"fake",
        b"sample",
        b"your-",
        b"your_",
        b"my-",
        b"my_",
        b"insert",
        b"replace",
        b"todo",
        b"xxxx",
        b"foobar",
        b"lorem",
        b"qwerty",
        b"not-a-",
        b"not_a_",
        b"test_",
        b"test-",
        b"_test",
        b"-test",
        b"dont",
        b"mock",
    ] {
        if contains(value, word) {
            return Some("it says that it is none");
        }
    }
    let made_of_words = |value: &[u8]| {
        let words = words_in(value);
        words.count > 0 && words.letters * 10 >= letters(value) * 7
    };
    if made_of_words(value) || made_of_words(&plain(value)) {
        return Some("it is made of words");
    }
    None
}

/// Whether `@host` behind a password names a host that is reserved for documentation.
pub(in crate::engine) fn is_reserved_host(after: &[u8]) -> bool {
    let host = after.strip_prefix(b"@").unwrap_or_default();
    [
        &b"example."[..],
        b"host:",
        b"host/",
        b"hostname",
        b"server:",
        b"server/",
        b"your",
        b"test.",
        b"foo.",
        b"foo/",
        b"bar.",
    ]
    .iter()
    .any(|reserved| {
        host.len() >= reserved.len() && host[..reserved.len()].eq_ignore_ascii_case(reserved)
    }) || matches!(host, b"host" | b"hostname" | b"server" | b"foo" | b"bar")
}

fn letters(value: &[u8]) -> usize {
    value.iter().filter(|byte| byte.is_ascii_alphabetic()).count()
}

fn contains(haystack: &[u8], lower: &[u8]) -> bool {
    haystack.windows(lower.len()).any(|window| window.eq_ignore_ascii_case(lower))
}

fn distinct(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    bytes.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|&&seen| seen).count()
}

fn longest_run(bytes: &[u8]) -> usize {
    longest(bytes, |a, b| a == b)
}

fn has_run_of(bytes: &[u8], set: &[u8], len: usize) -> bool {
    bytes.chunk_by(|a, b| a == b).any(|run| run.len() >= len && set.contains(&run[0]))
}

/// The longest stretch in which each character follows the one before, up or down: `6789`, `fedc`.
fn longest_sequence(bytes: &[u8]) -> usize {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    let next = |a: u8, b: u8| {
        a.is_ascii_alphanumeric()
            && b.is_ascii_alphanumeric()
            && (lower(a) + 1 == lower(b) || (a == b'9' && (b == b'0' || lower(b) == b'a')))
    };
    longest(bytes, next).max(longest(bytes, |a, b| next(b, a)))
}

fn longest(bytes: &[u8], mut joined: impl FnMut(u8, u8) -> bool) -> usize {
    bytes.chunk_by(|&a, &b| joined(a, b)).map(<[u8]>::len).max().unwrap_or(0)
}

/// Whether a piece of up to eight characters is repeated all along: `abcabcabc`, `deadbeefdeadbeef`.
fn is_cycle(bytes: &[u8]) -> bool {
    (1..=8).any(|period| {
        bytes.len() >= period * 3
            && bytes.iter().zip(&bytes[period..]).filter(|(a, b)| a == b).count() * 10
                >= (bytes.len() - period) * 9
    })
}

/// A value with letters for what stands for them: `P@ssw0rd`. At its end, digits and signs stand for
/// themselves.
fn plain(value: &[u8]) -> Vec<u8> {
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1);
    let letter = |byte: u8| match byte {
        b'@' | b'4' => b'a',
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'5' | b'$' => b's',
        b'7' => b't',
        _ => byte,
    };
    let mut plain = value.to_vec();
    plain[..end].iter_mut().for_each(|byte| *byte = letter(*byte));
    plain
}

/// How much of a value is words of the list.
struct Words {
    count: usize,
    letters: usize,
}

/// Takes a value apart at separators, at digits and where lower case turns to upper, and looks the parts
/// up.
fn words_in(value: &[u8]) -> Words {
    let mut words = Words { count: 0, letters: 0 };
    for part in value.split(|byte| !byte.is_ascii_alphabetic()) {
        let humps = part.chunk_by(|a, b| !(a.is_ascii_lowercase() && b.is_ascii_uppercase()));
        for hump in humps.filter(|hump| !hump.is_empty()) {
            if is_words(&hump.to_ascii_lowercase()) {
                words.count += 1;
                words.letters += hump.len();
            }
        }
    }
    words
}

/// Whether a part is a word of the list, or up to three of them written together.
fn is_words(part: &[u8]) -> bool {
    fn split(part: &[u8], left: u8) -> bool {
        let Some(&first) = part.first() else { return true };
        if left == 0 || part.len() > 40 {
            return false;
        }
        let from = WORDS.partition_point(|word| word.as_bytes()[0] < first);
        let words = WORDS[from..].iter().take_while(|word| word.as_bytes()[0] == first);
        words
            .filter_map(|word| part.strip_prefix(word.as_bytes()))
            .any(|rest| split(rest, left - 1))
    }
    split(part, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn placeholders_are_recognised() {
        for value in [
            "xxxxxxxxxxxx",
            "XXXX-XXXX-XXXX",
            "changeme",
            "change_me_please",
            "your-api-key-here",
            "YOUR_TOKEN",
            "1234567890",
            "abcdefghijkl",
            "mysecretpassword",
            "password123",
            "secret",
            "supersecret",
            "Passw0rd-example",
            "abcabcabcabc",
            "deadbeefdeadbeefdeadbeef",
            "sk-...abcd",
            "testpassword",
            "dummy-value-1",
            "some_secret_token",
            "admin123",
            "0123456789abcdef",
            "test1234",
            "foobarbaz1",
            "P@ssw0rd",
            "Pa$$w0rd!2023",
            "S3cr3t-T0ken!",
        ] {
            assert!(classify(value.as_bytes()).is_some(), "{value}");
        }
    }

    #[test]
    fn values_are_not() {
        for value in ["Tr7#kq9!vPz2", "kX93nfQp20dLwz71", "9f8a1c7e33b04d52", "Winter-Garden-82!"] {
            assert!(classify(value.as_bytes()).is_none(), "{value}");
        }
    }

    #[test]
    fn random_tokens_are_not() {
        let mut seed = 1u64;
        let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
        for _ in 0..20_000 {
            let token: Vec<u8> = (0..40)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
                    alphabet[(seed >> 58) as usize]
                })
                .collect();
            assert_eq!(classify_token(&token), None);
        }
    }
}
