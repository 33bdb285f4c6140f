//! Values that stand where a secret would and are none: `xxxx`, `changeme`, `your-token-here`, `1234567890`.

use std::cell::OnceCell;

use super::letters;
use crate::rule::ByteSet;

/// Words that say that a value is not meant.
static WORDS: Lexicon = Lexicon::new(&[
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
]);

/// What says so wherever it stands in a token.
static EXAMPLES: Lexicon = Lexicon::new(&["example", "placeholder", "redacted"]);

/// What stands where a value was broken or cut off.
static BROKEN: Lexicon = Lexicon::new(&["~~"]);
static CUT: Lexicon = Lexicon::new(&["****", "...", "…"]);

/// What says that a value is none wherever it stands in it.
static SAYINGS: Lexicon = Lexicon::new(&[
    "-test",
    "_test",
    "change this",
    "change-me",
    "change_me",
    "changeme",
    "dont",
    "dummy",
    "fake",
    "foobar",
    "insert",
    "lorem",
    "mock",
    "not-a-",
    "not_a_",
    "qwerty",
    "replace",
    "sample",
    "test-",
    "test_",
    "todo",
    "xxxx",
    "your-",
    "your_",
]);

/// Why the value of a self-identifying token is a placeholder. Only what chance does not do counts
/// here, because the value is random where the token is real.
pub(in crate::engine) fn classify_token(token: &[u8]) -> Option<&'static str> {
    of_token(token, &Look::at(token))
}

fn of_token(token: &[u8], look: &Look) -> Option<&'static str> {
    // Zeros inside of a structure are runs of `A` or `/` in base64, and short beside the whole.
    if (look.run >= 8 && look.run * 4 >= token.len()) || has_run_of(token, b"xX*.#", 5) {
        return Some("one character repeated");
    }
    if token.len() >= 16 && look.distinct < 6 {
        return Some("too few different characters");
    }
    if look.sequence >= 9 {
        return Some("a run of the alphabet or of the digits");
    }
    if is_cycle(token) {
        return Some("a short piece repeated");
    }
    if EXAMPLES.stand_in(token) {
        return Some("it says that it is an example");
    }
    // One short word between dashes may be chance; half of the token in words is not.
    let words = look.words(token);
    if words.letters * 2 >= token.len() && words.count >= 2 {
        return Some("it is made of words");
    }
    None
}

/// Why a value that a name was given is a placeholder.
pub(in crate::engine) fn classify(value: &[u8]) -> Option<&'static str> {
    let look = Look::at(value);
    if let Some(why) = of_token(value, &look) {
        return Some(why);
    }
    if look.run >= 5 && value.len() < 40 {
        return Some("one character repeated");
    }
    if look.distinct < 4 {
        return Some("too few different characters");
    }
    if look.sequence >= 6 && value.len() < 40 {
        return Some("a run of the alphabet or of the digits");
    }
    if BROKEN.stand_in(value) {
        return Some("it is broken on purpose");
    }
    if CUT.stand_in(value) {
        return Some("it is cut off");
    }
    if SAYINGS.stand_in(value) || is_called_mine(value) {
        return Some("it says that it is none");
    }
    let made_of =
        |value: &[u8], words: &Words| words.count > 0 && words.letters * 10 >= letters(value) * 7;
    let plain = plain(value);
    if made_of(value, look.words(value)) || made_of(&plain, &words_in(&plain)) {
        return Some("it is made of words");
    }
    None
}

/// Whether it says `my-` of a word: `my-company-pw`. Without the word, three bytes are chance.
fn is_called_mine(value: &[u8]) -> bool {
    value.windows(3).enumerate().any(|(at, three)| {
        three[..2].eq_ignore_ascii_case(b"my")
            && matches!(three[2], b'-' | b'_')
            && !value[..at].last().is_some_and(u8::is_ascii_alphanumeric)
            && begins_with_word(&value[at + 3..])
    })
}

/// Whether letters that could be a word come first, and after them no more than a few digits before the next sign.
fn begins_with_word(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(text.len());
    let letters = text[..end].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, digits) = text[..end].split_at(letters);
    word.len() >= 2
        && digits.len() * 2 <= word.len()
        && digits.iter().all(u8::is_ascii_digit)
        && humps(word).all(|hump| hump.len() > 1)
        && letters::bits(word) < letters::SHORT_WORDS_END
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

/// What is counted in a value.
struct Look {
    /// The longest run of one character.
    run: usize,
    /// The longest stretch in which each character follows the one before, up or down: `6789`, `fedc`.
    sequence: usize,
    /// How many characters are different.
    distinct: usize,
    /// Looked for when asked for: most placeholders are told by the rest.
    words: OnceCell<Words>,
}

impl Look {
    fn at(value: &[u8]) -> Look {
        let mut seen = ByteSet::default();
        let (mut run, mut up, mut down) = (0, 0, 0);
        let (mut longest, mut sequence) = (0, 0);
        let mut last = None;
        for &byte in value {
            seen.insert(byte);
            let goes_on = |joined: fn(u8, u8) -> bool, len: usize| match last {
                Some(last) if joined(last, byte) => len + 1,
                _ => 1,
            };
            run = goes_on(|a, b| a == b, run);
            up = goes_on(follows, up);
            down = goes_on(|a, b| follows(b, a), down);
            longest = run.max(longest);
            sequence = up.max(down).max(sequence);
            last = Some(byte);
        }
        Look { run: longest, sequence, distinct: seen.count(), words: OnceCell::new() }
    }

    /// The words in the value that was looked at.
    fn words(&self, value: &[u8]) -> &Words {
        self.words.get_or_init(|| words_in(value))
    }
}

/// Whether `b` is the letter or digit behind `a`, whatever their case.
fn follows(a: u8, b: u8) -> bool {
    let lower = b.to_ascii_lowercase();
    a.is_ascii_alphanumeric()
        && b.is_ascii_alphanumeric()
        && (a.to_ascii_lowercase() + 1 == lower || (a == b'9' && (b == b'0' || lower == b'a')))
}

fn has_run_of(bytes: &[u8], set: &[u8], len: usize) -> bool {
    bytes.chunk_by(|a, b| a == b).any(|run| run.len() >= len && set.contains(&run[0]))
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
    let lower = value.to_ascii_lowercase();
    let mut words = Words { count: 0, letters: 0 };
    let mut at = 0;
    for part in value.split(|byte| !byte.is_ascii_alphabetic()) {
        for hump in humps(part) {
            if is_words(&lower[at..at + hump.len()], 3) {
                words.count += 1;
                words.letters += hump.len();
            }
            at += hump.len();
        }
        at += 1;
    }
    words
}

/// Letters taken apart where lower case turns to upper.
fn humps(letters: &[u8]) -> impl Iterator<Item = &[u8]> {
    letters.chunk_by(|a, b| !(a.is_ascii_lowercase() && b.is_ascii_uppercase()))
}

/// Whether a part in lower case is a word of the list, or up to so many of them written together.
fn is_words(part: &[u8], most: u8) -> bool {
    let Some(&first) = part.first() else { return true };
    if most == 0 || part.len() > 40 {
        return false;
    }
    let words = WORDS.of(first).iter();
    words.filter_map(|word| part.strip_prefix(word.as_bytes())).any(|rest| is_words(rest, most - 1))
}

/// Words in lower case, sorted, and where those of each first byte begin.
struct Lexicon {
    words: &'static [&'static str],
    starts: [u8; 257],
}

impl Lexicon {
    const fn new(words: &'static [&'static str]) -> Lexicon {
        assert!(words.len() <= u8::MAX as usize);
        let mut starts = [0; 257];
        let (mut word, mut first) = (0, 0);
        while first < 256 {
            while word < words.len() && words[word].as_bytes()[0] as usize == first {
                word += 1;
            }
            first += 1;
            starts[first] = word as u8;
        }
        assert!(word == words.len(), "the words are sorted");
        Lexicon { words, starts }
    }

    /// The words that begin with this byte.
    fn of(&self, first: u8) -> &'static [&'static str] {
        let first = usize::from(first);
        &self.words[usize::from(self.starts[first])..usize::from(self.starts[first + 1])]
    }

    /// Whether any of the words stands in the value, whatever its case.
    fn stand_in(&self, value: &[u8]) -> bool {
        value.iter().enumerate().any(|(at, first)| {
            let stands = |word: &&str| {
                let there = value.get(at..at + word.len());
                there.is_some_and(|there| there.eq_ignore_ascii_case(word.as_bytes()))
            };
            self.of(first.to_ascii_lowercase()).iter().any(stands)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "my-company-pw",
            "My_Strong_Phrase",
            "MY-COMPANY-92",
            "p4:my-orchard7!",
            "my-ownDevice",
        ] {
            assert!(classify(value.as_bytes()).is_some(), "{value}");
        }
    }

    #[test]
    fn values_are_not() {
        for value in [
            "Tr7#kq9!vPz2",
            "kX93nfQp20dLwz71",
            "9f8a1c7e33b04d52",
            "Winter-Garden-82!",
            "My-9kQz7vTd2x",
            "Vq7#my-4PzwT83",
            "q8Tmy-garden93Zk",
            "84Zk!Vq2wmy_",
            "My-qXzWvKjqZtRw",
        ] {
            assert!(classify(value.as_bytes()).is_none(), "{value}");
        }
    }

    fn random(seed: &mut u64, len: usize) -> Vec<u8> {
        let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
        let mut next = || {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            alphabet[(*seed >> 58) as usize]
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn random_tokens_are_not() {
        let mut seed = 1;
        for _ in 0..20_000 {
            assert_eq!(classify_token(&random(&mut seed, 40)), None);
        }
    }

    #[test]
    fn random_values_with_mine_in_them_are_not() {
        let mut seed = 1;
        let mut taken = 0;
        for at in (0..=17).cycle().take(18_000) {
            let mut value = random(&mut seed, 20);
            value[at..at + 3].copy_from_slice(b"My-");
            taken += usize::from(is_called_mine(&value));
        }
        assert!(taken < 180, "{taken} of 18,000");
    }
}
