//! Values that are known to be secret: found wherever they stand, whatever they look like.
//!
//! The values of a `.env` file have often no form that a rule could know. They are looked for as they are, in
//! base64 and in the encoding of URLs, and kept in memory only.

use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::input::Span;

/// The identifier of what is found here, beside those of rules.
pub(super) const ID: &str = "known-value";

/// The shortest value that is looked for, in bytes: shorter ones stand in any text by chance.
const SHORTEST: usize = 6;

/// The longest, in bytes.
const LONGEST: usize = 16 * 1024;

/// How many values there may be.
const MOST: usize = 10_000;

/// The shortest part of a value in base64 that is looked for, in bytes.
const ENCODED: usize = 12;

/// Words that stand in many a configuration, and in many a text. Those of four letters and fewer need not be here.
const WORDS: &[&str] = &[
    "admin",
    "alpine",
    "always",
    "amazonaws",
    "application",
    "backend",
    "central",
    "client",
    "cluster",
    "console",
    "container",
    "database",
    "debug",
    "default",
    "deploy",
    "develop",
    "development",
    "disable",
    "disabled",
    "docker",
    "email",
    "enable",
    "enabled",
    "error",
    "example",
    "false",
    "frontend",
    "github",
    "gitlab",
    "google",
    "guest",
    "internal",
    "kubernetes",
    "latest",
    "linux",
    "local",
    "localhost",
    "master",
    "memory",
    "mongo",
    "mongodb",
    "mysql",
    "never",
    "nginx",
    "north",
    "northeast",
    "other",
    "password",
    "postgres",
    "postgresql",
    "private",
    "prefer",
    "preview",
    "production",
    "public",
    "python",
    "rabbitmq",
    "redis",
    "release",
    "required",
    "sandbox",
    "secret",
    "server",
    "service",
    "session",
    "silent",
    "smtps",
    "south",
    "southeast",
    "sqlite",
    "stable",
    "staging",
    "standard",
    "storage",
    "strict",
    "support",
    "system",
    "testing",
    "trace",
    "undefined",
    "ubuntu",
    "username",
    "value",
    "verbose",
    "warning",
    "webhook",
    "worker",
    "world",
];

/// Values to look for.
///
/// ```
/// use secscan_core::sanitize::{Known, Sanitizer, Unfit, mask};
/// use secscan_core::{Input, Scanner};
///
/// let mut known = Known::builder();
/// known.add(b"tangerine-4711").unwrap();
/// // What stands in any text is not looked for.
/// assert_eq!(known.add(b"true"), Err(Unfit::TooShort));
/// assert_eq!(known.add(b"localhost"), Err(Unfit::TooCommon));
///
/// let sanitizer = Sanitizer::new(Scanner::builtin()).known(known.build());
/// let mut cache = sanitizer.scanner().create_cache();
/// let safe = sanitizer.sanitize(&mut cache, &Input::new("is it tangerine-4711?"), mask)?;
/// assert_eq!(&*safe.text, b"is it **************?");
/// # Ok::<(), std::convert::Infallible>(())
/// ```
#[derive(Clone, Default)]
pub struct Known {
    /// Nothing if there is no value.
    automaton: Option<AhoCorasick>,
    /// The length of the longest pattern.
    longest: usize,
    /// The beginnings of patterns that end with a line break.
    lines: Vec<Box<[u8]>>,
}

/// Collects values.
#[derive(Default)]
pub struct Builder(Vec<Vec<u8>>);

/// Why a value is not looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// It has fewer than six bytes, or more than 16 KiB.
    TooShort,
    /// It has more than 16 KiB.
    TooLong,
    /// It is a word, a number, a date, a version, a place on the disk or in the network.
    TooCommon,
    /// There are 10,000 values already.
    TooMany,
}

impl Known {
    /// Begins with no values.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where the values stand behind `from`, in order and without overlap.
    pub(super) fn find(&self, haystack: &[u8], from: usize) -> Vec<Span> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let spans = automaton.find_iter(&haystack[from..]);
        spans.map(|found| Span { start: from + found.start(), end: from + found.end() }).collect()
    }

    /// Where the first value may begin that has not come in full.
    pub(super) fn edge(&self, haystack: &[u8]) -> usize {
        let end = haystack.len();
        if haystack.last() != Some(&b'\n') {
            return end.saturating_sub(self.longest.saturating_sub(1));
        }
        let begun = self.lines.iter().filter(|begin| haystack.ends_with(begin));
        end - begun.map(|begin| begin.len()).max().unwrap_or(0)
    }
}

impl Builder {
    /// Adds a value.
    ///
    /// # Errors
    /// When it would be found where it is no secret.
    pub fn add(&mut self, value: &[u8]) -> Result<(), Unfit> {
        if value.len() < SHORTEST {
            return Err(Unfit::TooShort);
        }
        if value.len() > LONGEST {
            return Err(Unfit::TooLong);
        }
        if is_common(value) {
            return Err(Unfit::TooCommon);
        }
        if self.0.len() >= 16 * MOST {
            return Err(Unfit::TooMany);
        }
        self.0.push(value.to_vec());
        for lower in [true, false] {
            let encoded = url_encoded(value, lower);
            if encoded != value {
                self.0.push(encoded);
            }
        }
        for skipped in 0..3 {
            self.0.extend(in_base64(value, skipped).into_iter().flatten());
        }
        Ok(())
    }

    /// Makes them ready to be looked for.
    pub fn build(mut self) -> Known {
        self.0.sort();
        self.0.dedup();
        if self.0.is_empty() {
            return Known::default();
        }
        let lines = |pattern: &Vec<u8>| {
            let ends = memchr::memchr_iter(b'\n', pattern).map(|at| at + 1);
            let ends = ends.filter(|&end| end < pattern.len());
            ends.map(|end| pattern[..end].into()).collect::<Vec<Box<[u8]>>>()
        };
        Known {
            longest: self.0.iter().map(Vec::len).max().unwrap_or(0),
            lines: self.0.iter().flat_map(lines).collect(),
            automaton: AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(&self.0)
                .ok(),
        }
    }
}

/// Whether a value stands in texts that have nothing to do with it.
fn is_common(value: &[u8]) -> bool {
    let all = |wanted: fn(u8) -> bool| value.iter().all(|&byte| wanted(byte));
    // Numbers, dates, versions, addresses.
    let number = all(|b| b.is_ascii_digit() || b".,:/-+_ TZ".contains(&b)) && value.len() < 24;
    // Words, in one of the ways that words are joined: `production`, `us-east-1`, `Europe/Berlin`.
    let joined = all(|b| b.is_ascii_alphanumeric() || b"-_./: ,".contains(&b));
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let mut parts = value.split(|b| !b.is_ascii_alphabetic()).filter(|part| !part.is_empty());
    let is_word = |word: &[u8]| {
        let one_case =
            word[1..].iter().all(|b| b.is_ascii_lowercase() == word[1].is_ascii_lowercase());
        let listed = WORDS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word));
        word.len() == 1 || one_case && (word.len() <= 4 || listed)
    };
    let zone = [&b"Africa/"[..], b"America/", b"Asia/", b"Australia/", b"Europe/", b"Pacific/"];
    let zone = zone.iter().any(|zone| value.starts_with(zone));
    let words = joined && digits <= 2 && (zone || parts.all(is_word));
    // Places: `/var/lib/app`, `./data`, `http://localhost:8080/`, unless they hold a user's password.
    let scheme = memchr::memmem::find(value, b"://").is_some_and(|at| at < 16);
    let place = (scheme || value.starts_with(b"/") || value.starts_with(b"./"))
        && !value.contains(&b'@')
        && !value.contains(&b'=')
        && all(|b| b.is_ascii_graphic())
        && !value.rsplit(|&byte| byte == b'/').any(|part| part.len() >= 16);
    number || words || place
}

/// The value in the encoding of URLs.
fn url_encoded(value: &[u8], lower: bool) -> Vec<u8> {
    let digits = if lower { b"0123456789abcdef" } else { b"0123456789ABCDEF" };
    let mut encoded = Vec::with_capacity(value.len());
    for &byte in value {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte);
        } else {
            encoded.extend([b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
    }
    encoded
}

/// What stands in base64 and base64url wherever the value is encoded with `skipped` bytes (modulo three) before
/// it, and whatever stands around it.
fn in_base64(value: &[u8], skipped: usize) -> Option<[Vec<u8>; 2]> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // The first digit that holds none of the bits before the value, and the last that holds none behind.
    let bits = 8 * skipped..8 * (skipped + value.len());
    let digits = bits.start.div_ceil(6)..bits.end / 6;
    if digits.len() < ENCODED {
        return None;
    }
    let bit = |at: usize| {
        let at = at - bits.start;
        usize::from(value[at / 8] >> (7 - at % 8) & 1)
    };
    let plain: Vec<u8> = digits
        .map(|digit| DIGITS[(6 * digit..6 * digit + 6).fold(0, |sum, at| sum << 1 | bit(at))])
        .collect();
    let url = plain.iter().map(|&digit| match digit {
        b'+' => b'-',
        b'/' => b'_',
        digit => digit,
    });
    let url = url.collect();
    Some([plain, url])
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = self.automaton.as_ref().map_or(0, AhoCorasick::patterns_len);
        write!(f, "Known({patterns} patterns)")
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({} patterns)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_values_are_not_looked_for() {
        for value in [
            "true",
            "false",
            "localhost",
            "production",
            "us-east-1",
            "8080",
            "2026-01-31",
            "127.0.0.1",
            "Europe/Berlin",
            "/var/lib/app/data",
            "http://localhost:8080/",
            "development",
            "1234567890",
            "postgres",
            "info,debug",
            "utf-8",
        ] {
            assert!(Known::builder().add(value.as_bytes()).is_err(), "{value}");
        }
        for value in [
            "tangerine-4711",
            "kVr92m",
            "Zx8!kq",
            "https://u:kVr92mX@host/",
            "p4ssw0rd99x",
            "xqzvkrtw",
            "hunter2hunter2",
        ] {
            assert_eq!(Known::builder().add(value.as_bytes()), Ok(()), "{value}");
        }
    }

    #[test]
    fn encoded_values_are_found() {
        let mut builder = Known::builder();
        builder.add(b"kV/92m X%tr-ange_r").unwrap();
        let known = builder.build();
        for (text, found) in [
            ("a kV/92m X%tr-ange_r b", true),
            ("a kV%2F92m%20X%25tr-ange_r b", true),
            ("a kV%2f92m%20X%25tr-ange_r b", true),
            // Of `x:…`, `xy:…` and `…` with something behind.
            ("eDprVi85Mm0gWCV0ci1hbmdlX3I=", true),
            ("eHk6a1YvOTJtIFgldHItYW5nZV9y", true),
            ("a1YvOTJtIFgldHItYW5nZV9yMQ==", true),
            ("kV/92m X%tr-ange_", false),
        ] {
            assert_eq!(!known.find(text.as_bytes(), 0).is_empty(), found, "{text}");
        }
        assert_eq!(format!("{known:?}"), "Known(6 patterns)");
    }
}
