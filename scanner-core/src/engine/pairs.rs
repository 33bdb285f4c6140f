//! The other half of a secret: the account, client or user that it belongs to, where that stands near.
//!
//! The secret is what is reported, at its own place; the other half opens nothing by itself and is named in the
//! facts. Where it is a finding of another rule, that one is not reported besides.

use super::judge::entropy;
use super::read::{self, Bare};
use super::{Engine, Found};
use crate::finding::RuleId;
use crate::input::Span;
use crate::rule::Pair;

/// How far from the secret the other half may stand, in bytes on either side.
pub(super) const WITHIN: usize = 1024;

/// How far a name may stand, for what is known by its name only.
const NEAR: usize = 256;

/// The longest other half that is named, in bytes.
const LONGEST: usize = 128;

/// What is known of the other half, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) fact: &'static str,
    pub(crate) span: Span,
}

impl Engine {
    /// Leaves out what is the other half of another finding.
    pub(super) fn join(&self, haystack: &[u8], found: &mut Vec<Found>) {
        let halves = self.halves(haystack, found);
        if !halves.is_empty() {
            found.retain(|one| !halves.iter().any(|(span, _)| *span == one.span));
        }
    }

    /// Where findings stand that are the other half of one: only key IDs have rules of their own.
    pub(super) fn halves(&self, haystack: &[u8], found: &[Found]) -> Vec<(Span, RuleId)> {
        let paired = |one: &&Found| self.rules.get(one.rule).pair.and_then(form).is_some();
        let other = |one: &Found| Some((self.other_half(haystack, one)?.span, one.rule));
        found.iter().filter(paired).filter_map(other).collect()
    }

    /// The other half of a finding's secret.
    pub(crate) fn other_half(&self, haystack: &[u8], found: &Found) -> Option<Other> {
        if found.decoded.is_some() {
            return None;
        }
        let pair = self.rules.get(found.rule).pair?;
        let (span, fact) = match (form(pair), pair) {
            (Some(form), _) => (nearest(haystack, found.span, form)?, form.fact),
            (None, Pair::User) => (named(haystack, found, USERS)?, "user"),
            (None, _) => (named(haystack, found, CLIENTS)?, "client"),
        };
        Some(Other { fact, span })
    }
}

/// How an ID looks that is known by its look.
#[derive(Clone, Copy)]
struct Form {
    fact: &'static str,
    heads: &'static [&'static [u8]],
    /// Which bytes stand behind the head.
    tail: fn(&u8) -> bool,
    /// How long it is with its head, in bytes: the least and the most.
    len: (usize, usize),
}

fn form(pair: Pair) -> Option<Form> {
    fn capital(byte: &u8) -> bool {
        byte.is_ascii_uppercase() || byte.is_ascii_digit()
    }
    let form = |fact, heads, tail, len| Some(Form { fact, heads, tail, len });
    match pair {
        Pair::AwsKeyId => form("key id", &[b"AKIA", b"ASIA"], capital, (20, 20)),
        Pair::AlibabaKeyId => form("key id", &[b"LTAI"], u8::is_ascii_alphanumeric, (16, 24)),
        Pair::TencentSecretId => form("key id", &[b"AKID"], u8::is_ascii_alphanumeric, (36, 36)),
        Pair::ScalewayKeyId => form("key id", &[b"SCW"], capital, (20, 20)),
        Pair::ExoscaleKeyId => form("key id", &[b"EXO"], u8::is_ascii_hexdigit, (27, 27)),
        Pair::TwilioAccount => form("account", &[b"AC"], u8::is_ascii_hexdigit, (34, 34)),
        Pair::Client | Pair::User => None,
    }
}

impl Form {
    /// How long the ID is that the text begins with, in bytes.
    fn length(&self, text: &[u8]) -> Option<usize> {
        let head = self.heads.iter().find(|head| text.starts_with(head))?;
        let tail = text[head.len()..].iter().take_while(|byte| (self.tail)(byte)).count();
        let len = head.len() + tail;
        let ends = !text.get(len).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        (ends && (self.len.0..=self.len.1).contains(&len)).then_some(len)
    }
}

/// The ID nearest to the secret; of two, the one before.
fn nearest(haystack: &[u8], secret: Span, form: Form) -> Option<Span> {
    let floor = secret.start.saturating_sub(WITHIN);
    let ceiling = haystack.len().min(secret.end + WITHIN);
    let distance = |span: &Span| secret.start.abs_diff(span.start);
    // The heads of one form begin alike.
    let first = form.heads[0][0];
    (floor..secret.start)
        .chain(secret.end..ceiling)
        .filter(|&at| haystack[at] == first)
        .filter(|&at| at == 0 || !haystack[at - 1].is_ascii_alphanumeric())
        .filter_map(|at| {
            form.length(&haystack[at..ceiling]).map(|len| Span { start: at, end: at + len })
        })
        .min_by_key(distance)
}

const CLIENTS: &[&[u8]] = &[b"clientid", b"appid", b"applicationid", b"keyid"];
const USERS: &[&[u8]] = &[b"user", b"username", b"userid", b"uid", b"login", b"usr"];

/// What the nearest of these names is given, where the name around the secret's has no other beginning:
/// `db_user` belongs to `db_password`, `smtp_user` does not.
fn named(haystack: &[u8], found: &Found, names: &[&[u8]]) -> Option<Span> {
    let floor = found.matched.start.saturating_sub(NEAR);
    let ceiling = haystack.len().min(found.matched.end + NEAR);
    let in_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let mut best: Option<(usize, Span)> = None;
    let mut at = floor;
    while at < ceiling {
        let rest = &haystack[at..ceiling];
        let Some(skip) = rest.iter().position(|&byte| in_word(byte)) else { break };
        let start = at + skip;
        let len = haystack[start..ceiling].iter().take_while(|&&byte| in_word(byte)).count();
        at = start + len;
        let name = Span { start, end: at };
        if len > LONGEST
            || name.overlaps(found.matched)
            || !is_named(&haystack[name.range()], names)
        {
            continue;
        }
        let Ok((value, _)) = read::assigned(haystack, name, &mut Bare::default()) else { continue };
        let text = &haystack[value.range()];
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.@+:\\/".contains(byte);
        // A token may stand where a user name does.
        let is_secret = names == USERS && entropy::is_random(text);
        if is_secret
            || value.len() > LONGEST
            || value.overlaps(found.span)
            || !text.iter().all(is_name)
        {
            continue;
        }
        let distance = name.start.abs_diff(found.matched.start);
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, value));
        }
    }
    best.map(|(_, value)| value)
}

/// Whether a name ends with one of the words, whatever its case and separators.
fn is_named(name: &[u8], words: &[&[u8]]) -> bool {
    let letters: Vec<u8> =
        name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    words.iter().any(|word| letters.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_halves() {
        for name in ["user", "DB_USER", "dbUserName", "spring.datasource.username"] {
            assert!(is_named(name.as_bytes(), USERS), "{name}");
        }
        for name in ["users", "user_password", "superuser_id_list"] {
            assert!(!is_named(name.as_bytes(), USERS), "{name}");
        }
    }

    #[test]
    fn identifiers_of_accounts() {
        let length = |pair, text: &str| form(pair).and_then(|form| form.length(text.as_bytes()));
        let id = format!("AKIA{}", "Q3EGRFT2VKLMNPBX");
        assert_eq!(length(Pair::AwsKeyId, &id), Some(20));
        assert_eq!(length(Pair::AwsKeyId, &format!("{id}A")), None);
        assert_eq!(length(Pair::AlibabaKeyId, &format!("LTAI{}", "5tQ3EGRFT2VKLMNP")), Some(20));
        assert_eq!(length(Pair::TencentSecretId, &format!("AKID{}", "z8".repeat(16))), Some(36));
        assert_eq!(length(Pair::ScalewayKeyId, &format!("SCW{}", "Q3EGRFT2VKLMNPBXZ")), Some(20));
        assert_eq!(length(Pair::ExoscaleKeyId, &format!("EXO{}", "9f8a".repeat(6))), Some(27));
        assert_eq!(length(Pair::TwilioAccount, &format!("AC{}", "9f".repeat(16))), Some(34));
        assert_eq!(length(Pair::TwilioAccount, "ACCOUNT"), None);
    }
}
