//! How the words of a name are told apart, and how a provider's is found among them.
//!
//! A word is found whatever its case and across `_`, `-` and `.`, as `customerio` is in `CUSTOMER_IO_KEY`.

use std::ops::Range;

use crate::engine::judge::MARGIN;
use crate::engine::judge::names::{Word, listed, words_of};

/// The words that a name has beside the provider's: what the value is for, and where.
static ROLES: &[Word] = &words_of([
    "access",
    "account",
    "admin",
    "api",
    "apikey",
    "apitoken",
    "app",
    "application",
    "auth",
    "authorization",
    "authtoken",
    "bearer",
    "bot",
    "cli",
    "client",
    "clientsecret",
    "cloud",
    "com",
    "config",
    "consumer",
    "credential",
    "credentials",
    "default",
    "deploy",
    "dev",
    "developer",
    "development",
    "env",
    "global",
    "http",
    "https",
    "integration",
    "io",
    "key",
    "live",
    "main",
    "master",
    "my",
    "oauth",
    "oauth2",
    "org",
    "password",
    "personal",
    "private",
    "prod",
    "production",
    "project",
    "pwd",
    "read",
    "rest",
    "root",
    "sandbox",
    "sdk",
    "secret",
    "secretkey",
    "server",
    "service",
    "session",
    "settings",
    "shared",
    "sign",
    "signing",
    "staging",
    "system",
    "team",
    "test",
    "token",
    "upload",
    "user",
    "v1",
    "v2",
    "v3",
    "value",
    "web",
    "webhook",
    "workspace",
    "write",
    "x",
]);

/// Whether a word stands anywhere in `text`.
pub(super) fn holds(text: &[u8], word: &str) -> bool {
    (0..text.len()).any(|at| spelled(text, at, word.as_bytes()).is_some())
}

pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.')
}

/// Whether a word begins at `at`: behind what is no letter or digit, or at a hump.
pub(super) fn begins_word(text: &[u8], at: usize) -> bool {
    let byte = text[at];
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else {
        return byte.is_ascii_alphanumeric();
    };
    let next_is_lower = text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    byte.is_ascii_alphanumeric()
        && (!before.is_ascii_alphanumeric()
            || (byte.is_ascii_uppercase() && (!before.is_ascii_uppercase() || next_is_lower)))
}

/// Whether a word that ends before `end` is not part of a longer one.
pub(super) fn ends_word(text: &[u8], end: usize) -> bool {
    end >= text.len() || begins_word(text, end) || !text[end].is_ascii_alphanumeric()
}

/// Where `word` ends if it begins at `at`, whatever its case and across separators.
pub(super) fn spelled(text: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let mut end = at;
    for &wanted in word {
        while end > at && text.get(end).is_some_and(|&byte| is_separator(byte)) {
            end += 1;
        }
        if text.get(end)?.to_ascii_lowercase() != wanted {
            return None;
        }
        end += 1;
    }
    Some(end)
}

/// The line that the name at `name` stands under: the nearest that is indented less, or the head of a section
/// (`[mail]`). It lies as near as the judge may look.
pub(super) fn above(text: &[u8], name: usize) -> Option<Range<usize>> {
    let least = name.saturating_sub(MARGIN);
    let start_of_line = |end: usize| {
        let newline = text[least..end].iter().rposition(|&byte| byte == b'\n');
        newline.map(|at| least + at + 1).or((least == 0).then_some(0))
    };
    let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut start = start_of_line(name)?;
    let own = &text[start..name];
    if !own.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'-')) {
        return None;
    }
    let depth = indent(own);
    while start > least {
        let end = start - 1;
        start = start_of_line(end)?;
        let line = &text[start..end];
        let first = line.get(indent(line));
        if first == Some(&b'[') || (indent(line) < depth && first.is_some_and(|&b| b != b'\r')) {
            return Some(start..end);
        }
    }
    None
}

/// Whether each word of a name is one of those that say nothing of whose it is.
pub(super) fn all_roles(name: &[u8]) -> bool {
    let mut start = 0;
    (1..=name.len()).all(|at| {
        if at < name.len() && !begins_word(name, at) && name[at].is_ascii_alphanumeric() {
            return true;
        }
        let word = &name[start..at];
        start = at;
        word.iter().all(|&byte| is_separator(byte) || byte == b' ') || listed(word, ROLES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_at_separators_and_humps() {
        let starts = |text: &str| -> Vec<usize> {
            (0..text.len()).filter(|&at| begins_word(text.as_bytes(), at)).collect()
        };
        assert_eq!(starts("MY_DATADOG-key"), [0, 3, 11]);
        assert_eq!(starts("myShodanKey"), [0, 2, 8]);
        assert_eq!(starts("AWSKey"), [0, 3]);
        assert_eq!(starts(" .x"), [2]);
    }

    #[test]
    fn words_are_spelled_across_separators() {
        assert_eq!(spelled(b"customer.io_key", 0, b"customerio"), Some(11));
        assert_eq!(spelled(b"CUSTOMER_IO", 0, b"customerio"), Some(11));
        assert_eq!(spelled(b"customers", 0, b"customerio"), None);
        assert_eq!(spelled(b"cust", 0, b"customerio"), None);
    }

    #[test]
    fn lines_above() {
        let of = |text: &str| {
            let name = text.find("key").unwrap();
            above(text.as_bytes(), name).map(|line| text[line].to_owned())
        };
        for (text, line) in [
            ("a:\n  b: 1\n\n  key: 2", Some("a:")),
            ("x:\n a:\n   - key: 2", Some(" a:")),
            ("[a]\r\nb = 1\r\nkey = 2", Some("[a]\r")),
            ("{\n \"a\": {\n  \"b\": 1,\n  \"key\": 2", Some(" \"a\": {")),
            ("a:\nkey: 2", None),
            ("a:\n  b: key", None),
            ("key", None),
        ] {
            assert_eq!(of(text).as_deref(), line, "{text}");
        }
        let far = format!("a:\n{}  key: 2", "  b: 1\n".repeat(50));
        assert_eq!(of(&far), None);
    }

    #[test]
    fn names_of_roles_only() {
        for name in
            ["api_key", "token", "x-api-key", "clientSecret", "MY_API_TOKEN", "auth.token", "__key"]
        {
            assert!(all_roles(name.as_bytes()), "{name}");
        }
        for name in ["stripe_key", "vertexKey", "tokenizer", "sortKey"] {
            assert!(!all_roles(name.as_bytes()), "{name}");
        }
    }
}
