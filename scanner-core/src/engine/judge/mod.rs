//! Whether to believe a match: check, documented values, placeholders, entropy, context.
//!
//! Each step either passes or rejects with a reason; the order is from what decides most to what
//! costs most.

use std::fmt;

use super::Found;
use super::builtin::DOCUMENTED;
use super::confirm::Matched;
use super::explain::{Trace, is_read};
use crate::checks::Verdict;
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::mark;
use crate::rule::Rule;

pub(super) mod context;
pub(super) mod entropy;
pub(super) mod letters;
pub(super) mod names;
pub(super) mod paths;
pub(super) mod placeholder;
pub(super) mod reference;
pub(super) mod value;
pub(super) mod vectors;

/// How many bytes around a match the judge may look at beyond a rule's own `within`.
pub(super) const MARGIN: usize = 256;

/// Why a candidate is not reported. None of them holds a part of what was looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rejection {
    /// The rule is off.
    Off,
    /// The rule is not for binary content.
    Binary,
    /// The head lies inside of the rule's last match.
    Claimed,
    LeftBoundary,
    RightBoundary,
    TooShort,
    Pattern,
    Check(&'static str),
    Documented,
    Placeholder(&'static str),
    Reference(&'static str),
    Entropy {
        measured: f64,
        least: f64,
    },
    Context,
    /// The name that is assigned to is not one of a secret.
    Name(&'static str),
    /// Nothing is assigned, or nothing that could be a literal.
    Assignment(&'static str),
    /// The rule is for other files.
    Elsewhere,
    /// An exception covers it.
    Excepted,
    /// The value is no secret.
    Value(&'static str),
}

impl Rejection {
    /// The step that failed.
    pub(super) fn step(self) -> &'static str {
        match self {
            Rejection::Off | Rejection::Binary | Rejection::Claimed => "rule",
            Rejection::LeftBoundary | Rejection::RightBoundary => "boundary",
            Rejection::TooShort | Rejection::Pattern => "pattern",
            Rejection::Check(_) => "check",
            Rejection::Documented => "documented",
            Rejection::Placeholder(_) => "placeholder",
            Rejection::Reference(_) => "reference",
            Rejection::Entropy { .. } => "entropy",
            Rejection::Context => "context",
            Rejection::Name(_) => "name",
            Rejection::Assignment(_) => "assignment",
            Rejection::Value(_) => "value",
            Rejection::Elsewhere => "path",
            Rejection::Excepted => "allowlist",
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejection::Off => f.write_str("the rule is off"),
            Rejection::Binary => f.write_str("the content is binary, and the rule is for text"),
            Rejection::Claimed => f.write_str("part of the match before"),
            Rejection::LeftBoundary => f.write_str("it continues a longer word on its left"),
            Rejection::RightBoundary => f.write_str("it goes on as a longer word on its right"),
            Rejection::TooShort => {
                f.write_str("too few characters of the kind the pattern asks for")
            }
            Rejection::Pattern => f.write_str("the pattern does not match"),
            Rejection::Check(name) => write!(f, "the check '{name}' fails"),
            Rejection::Documented => f.write_str("a published example value"),
            Rejection::Placeholder(what) | Rejection::Value(what) => f.write_str(what),
            Rejection::Reference(what) => write!(f, "no literal but {what}"),
            Rejection::Entropy { measured, least } => {
                write!(f, "entropy {measured:.2} bits per byte, and {least:.2} are needed")
            }
            Rejection::Context => f.write_str("none of the words that must stand near does"),
            Rejection::Elsewhere => f.write_str("the rule is for files of other names"),
            Rejection::Excepted => f.write_str("it says that this is no secret"),
            Rejection::Name(what) | Rejection::Assignment(what) => f.write_str(what),
        }
    }
}

/// Judges a match of a token rule.
pub(super) fn token(
    rule: &Rule,
    id: RuleId,
    input: &Input<'_>,
    matched: Matched,
    trace: &mut impl Trace,
) -> Result<Found, Rejection> {
    let secret = &input.haystack()[matched.secret.range()];
    let verdict = rule.check.map(|check| check.run(secret));
    if let (Some(check), Some(verdict)) = (rule.check, verdict) {
        if verdict == Verdict::Rejected {
            return Err(Rejection::Check(check.name()));
        }
        trace.step("check", || format!("{}: {verdict:?}", check.name()).to_lowercase());
    }
    // It says most, and takes longest to find out.
    if is_read(trace) && is_documented(secret) {
        return Err(Rejection::Documented);
    }
    // A checksum that matches by chance is rarer than a token with an unlucky word in it.
    if verdict != Some(Verdict::Verified) {
        if rule.chosen {
            chosen(input, secret, matched.secret)?;
        } else if let Some(what) = placeholder::classify_token(secret) {
            return Err(Rejection::Placeholder(what));
        }
        trace.step("placeholder", || "looks like none".to_owned());
        if rule.min_entropy > 0 {
            let (measured, least) = (entropy::shannon(secret), f64::from(rule.min_entropy) / 100.0);
            if measured < least {
                return Err(Rejection::Entropy { measured, least });
            }
            trace.step("entropy", || format!("{measured:.2} bits per byte"));
        }
    }
    if let Some(class) = rule.judge {
        value::judge_in(input.get_path(), secret, b"", class, true)?;
        trace.step("value", || "a literal that looks like a secret".to_owned());
    }
    if !rule.context.is_empty() {
        let word =
            context::near(rule, input.haystack(), matched.whole).ok_or(Rejection::Context)?;
        trace.step("context", || format!("'{word}' stands near"));
    }
    if needs_words(rule) && vectors::is_one(input, matched.secret) {
        return Err(Rejection::Value(vectors::WHAT));
    }
    if is_documented(secret) {
        return Err(Rejection::Documented);
    }
    let (confidence, reason) = match verdict {
        Some(Verdict::Verified) => (Confidence::Verified, Reason::Checksum),
        Some(Verdict::Doubtful) => (Confidence::Contextual, Reason::Structure),
        _ if rule.judge.is_some() || needs_words(rule) => (Confidence::Contextual, Reason::Context),
        _ => (Confidence::Structural, Reason::Structure),
    };
    Ok(Found {
        rule: id,
        span: matched.secret,
        matched: matched.whole,
        confidence,
        reason,
        decoded: None,
    })
}

/// Judges a secret that a person may have chosen: as it stands in the text and, in a URL, as what that stands for.
fn chosen(input: &Input<'_>, secret: &[u8], span: Span) -> Result<(), Rejection> {
    let secret = &*mark::beside(secret);
    let plain = percent_decoded(secret);
    for text in [secret, &plain] {
        if let Some(what) = placeholder::classify(text) {
            return Err(Rejection::Placeholder(what));
        }
        if let Some(what) = reference::classify(text, true) {
            return Err(Rejection::Reference(what));
        }
    }
    let (_, after) = around(input.haystack(), span, 16);
    if placeholder::is_reserved_host(after) {
        return Err(Rejection::Placeholder("the host is one for documentation"));
    }
    if paths::is_for_show(input.get_path()) && !value::looks_made(&plain) {
        return Err(Rejection::Value("passwords in such files are mostly made up"));
    }
    Ok(())
}

/// The bytes that percent signs with two digits stand for, and all others as they are.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let escaped = match after {
            [high, low, after @ ..] if *byte == b'%' => {
                digit(*high).zip(digit(*low)).map(|(high, low)| (high << 4 | low, after))
            }
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*byte, after));
        plain.push(byte);
        rest = after;
    }
    plain
}

/// Whether what identifies the rule's matches is words around a value.
fn needs_words(rule: &Rule) -> bool {
    !rule.context.is_empty() || rule.heads.iter().all(|head| head.ignore_case)
}

/// Whether the value is one that documentation publishes. The list holds hashes, so that no complete
/// token stands in the repository.
pub(super) fn is_documented(secret: &[u8]) -> bool {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(secret);
    let head = u64::from_be_bytes(digest[..8].try_into().expect("a digest is longer"));
    DOCUMENTED.binary_search(&head).is_ok()
}

/// The text around a span, at most `reach` bytes on each side.
pub(super) fn around(haystack: &[u8], span: Span, reach: usize) -> (&[u8], &[u8]) {
    let before = &haystack[span.start.saturating_sub(reach)..span.start];
    let after = &haystack[span.end..haystack.len().min(span.end + reach)];
    (before, after)
}
