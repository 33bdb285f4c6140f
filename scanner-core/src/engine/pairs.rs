//! The other half of a secret: the account, client or user that it belongs to, where that stands near.
//!
//! The secret is what is reported, at its own place; the other half opens nothing by itself and is named in the
//! facts. Where it is a finding of another rule, that one is not reported besides.

use super::judge::entropy;
use super::read;
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
        let paired = |one: &&Found| self.rules.get(one.rule).pair == Some(Pair::AwsKeyId);
        let other = |one: &Found| Some((self.other_half(haystack, one)?.span, one.rule));
        found.iter().filter(paired).filter_map(other).collect()
    }

    /// The other half of a finding's secret.
    pub(crate) fn other_half(&self, haystack: &[u8], found: &Found) -> Option<Other> {
        if found.decoded.is_some() {
            return None;
        }
        let (span, fact) = match self.rules.get(found.rule).pair? {
            Pair::AwsKeyId => (nearest(haystack, found.span, aws_key_id)?, "key id"),
            Pair::TwilioAccount => (nearest(haystack, found.span, twilio_account)?, "account"),
            Pair::Client => (named(haystack, found, CLIENTS)?, "client"),
            Pair::User => (named(haystack, found, USERS)?, "user"),
        };
        Some(Other { fact, span })
    }
}

fn aws_key_id(text: &[u8]) -> Option<usize> {
    let begins = text.starts_with(b"AKIA") || text.starts_with(b"ASIA");
    let len =
        text.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
    let ends = !text.get(len).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (begins && len == 20 && ends).then_some(20)
}

fn twilio_account(text: &[u8]) -> Option<usize> {
    let len = text.iter().skip(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let ends = !text.get(34).is_some_and(u8::is_ascii_alphanumeric);
    (text.starts_with(b"AC") && len == 32 && ends).then_some(34)
}

/// The word nearest to the secret for which `read` gives a length; of two, the one before.
fn nearest(haystack: &[u8], secret: Span, read: fn(&[u8]) -> Option<usize>) -> Option<Span> {
    let floor = secret.start.saturating_sub(WITHIN);
    let ceiling = haystack.len().min(secret.end + WITHIN);
    let distance = |span: &Span| secret.start.abs_diff(span.start);
    (floor..secret.start)
        .chain(secret.end..ceiling)
        .filter(|&at| haystack[at] == b'A')
        .filter(|&at| at == 0 || !haystack[at - 1].is_ascii_alphanumeric())
        .filter_map(|at| read(&haystack[at..ceiling]).map(|len| Span { start: at, end: at + len }))
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
        let Ok((value, _)) = read::assigned(haystack, name) else { continue };
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
        let id = format!("AKIA{}", "Q3EGRFT2VKLMNPBX");
        assert_eq!(aws_key_id(id.as_bytes()), Some(20));
        assert_eq!(aws_key_id(format!("{id}A").as_bytes()), None);
        assert_eq!(twilio_account(format!("AC{}", "9f".repeat(16)).as_bytes()), Some(34));
        assert_eq!(twilio_account(b"ACCOUNT"), None);
    }
}
