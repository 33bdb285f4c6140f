//! Assignments: a literal that is given to a name with a keyword in it.
//!
//! The languages differ in little: a name, perhaps in quotes or brackets, perhaps a type, a sign, and a
//! value in quotes or bare. So one reader serves them all; names and values are judged apart.

use std::ops::Range;

use super::anchors::Candidate;
use super::explain::{Trace, is_read};
use super::judge::names;
use super::judge::paths::{self, Kind};
use super::judge::{Rejection, value, vectors};
use super::named::{self, Given, SHORTEST};
use super::read::{self, Written};
use super::{Cache, Engine, Found, Unveiled};
use crate::compile::schema::MAX_VALUE;
use crate::decode;
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::mark;

/// How far a name reaches on either side of its keyword, in bytes.
pub(super) const NAME: usize = 64;

/// Names that mean other things, too: tests pass, and passes are made.
const SHORT: [&[u8]; 2] = [b"pass", b"pw"];

/// How far the sign may stand from the name, in bytes.
pub(super) const GAP: usize = 64;

/// The longest value that is read, in bytes.
pub(super) const VALUE: usize = MAX_VALUE as usize;

/// How far from its keyword an assignment can reach.
pub(super) const REACH: usize = 2 * NAME + 2 * GAP + VALUE;

/// Confirms and judges an assignment to the name at the candidate.
pub(super) fn consider(
    engine: &Engine,
    cache: &mut Cache,
    input: &Input<'_>,
    candidate: Candidate,
    trace: &mut impl Trace,
) -> Result<Found, Rejection> {
    let id = RuleId(candidate.rule);
    let haystack = input.haystack();
    let keyword = keyword(haystack, candidate);
    let name = read::name(haystack, keyword.start, keyword.end);
    // The sign is looked for before anything else: most names are assigned nothing.
    let (value, written) = match read::assigned(haystack, name, &mut cache.bare) {
        // Of a password, a sentence may tell.
        Err(why)
            if read::may_be_said(haystack, name)
                && names::is_of_password(&haystack[keyword.clone()]) =>
        {
            (said(input, name).ok_or(why)?, Written::Said)
        }
        read => read?,
    };
    trace.step("assignment", || {
        format!("a value of {} bytes, {written:?}", value.len()).to_lowercase()
    });
    let kind = *cache.kind.get_or_insert_with(|| paths::kind(input.get_path()));
    if !is_read(trace)
        && (value.len() < SHORTEST
            || is_word_of_code(haystack, name, value, written, kind)
            || is_data(engine, &haystack[value.range()], written))
    {
        return Err(Rejection::Value("too short, too long or no literal"));
    }
    if names::is_of_digest(&haystack[..name.start]) {
        return Err(Rejection::Name("the name is one of a digest, as checksum/secret is"));
    }
    let text = &haystack[name.range()];
    let word = keyword.start - name.start..keyword.end - name.start;
    let class = names::classify(text, word.clone())?;
    let given = Given { name, value, bare: written == Written::Bare, kind };
    if written != Written::Said
        && let Some(found) = engine.named(cache, input, &given, trace)
    {
        return Ok(found);
    }
    if !engine.rules.is_enabled(id) {
        return Err(Rejection::Off);
    }
    // Of code, most is told by this.
    let is_no_literal = match kind {
        Kind::Config | Kind::Prose => false,
        Kind::Code => written != Written::Quoted && !read::is_within_string(haystack, name, value),
        Kind::Lock => written != Written::Quoted,
    };
    if is_no_literal {
        return Err(Rejection::Assignment("a bare word is no literal in such a file"));
    }
    names::check_key(text, word)?;
    trace.step("name", || format!("'{}'", text.escape_ascii()));
    // In a Secret of Kubernetes and the like, what counts is what the value stands for.
    let decoded = decode::plain_value(&haystack[value.range()]);
    let plain = decoded.as_ref().map_or(&haystack[value.range()], |decoded| &decoded.text);
    if !is_read(trace) && value::is_plain(plain, class) {
        return Err(Rejection::Value("it does not look random"));
    }
    value::judge_in(input.get_path(), plain, text, class, written == Written::Quoted)?;
    let is_short = SHORT.iter().any(|short| text.eq_ignore_ascii_case(short));
    if is_short && !value::is_far_from_words(plain) {
        return Err(Rejection::Value("not far from words, for what has so short a name"));
    }
    if vectors::is_one(input, value) {
        return Err(Rejection::Value(vectors::WHAT));
    }
    trace.step("value", || "a literal that looks like a secret".to_owned());
    Ok(Found {
        rule: id,
        span: value,
        matched: Span { start: name.start, end: value.end },
        confidence: Confidence::Generic,
        reason: if engine.rules.get(id).min_entropy > 0 || class == names::Class::Key {
            Reason::Entropy
        } else {
            Reason::Context
        },
        decoded: decoded
            .map(|decoded| Box::new(Unveiled { secret: decoded.text, layers: decoded.layers })),
    })
}

/// Whether the value is a bare word of code that no rule takes for a literal. Most of what is assigned in code is one,
/// so it is asked before the name is looked at.
fn is_word_of_code(haystack: &[u8], name: Span, value: Span, written: Written, kind: Kind) -> bool {
    kind == Kind::Code
        && written == Written::Bare
        && !named::may_be_bare(&haystack[named::unescaped(haystack, value).range()])
        && !read::is_within_string(haystack, name, value)
}

/// Whether a value is far too long for all rules, however it is encoded, and holds nothing that would be taken out of it:
/// where there is no end to a value, each name in it has one.
fn is_data(engine: &Engine, text: &[u8], written: Written) -> bool {
    text.len() > value::LONGEST
        && !engine.may_be_named(text, written == Written::Bare)
        && decode::plain_value(text).is_none()
        && mark::placeholders(text).next().is_none()
}

/// Whether the assignment at the candidate has been read to its end, or to where it is seen to be none: no text
/// that is still to come can change what becomes of it.
///
/// Its line must have ended, and two more where it seems to go on: where the last of it is a sign, a bracket or a
/// backslash. Where the name is itself a value or a tag, its own value may stand on another line, unless it has
/// been found already.
pub(super) fn is_over(
    haystack: &[u8],
    candidate: Candidate,
    outcome: &Result<Found, Rejection>,
) -> bool {
    let Range { start, end } = keyword(haystack, candidate);
    let name = read::name(haystack, start, end);
    let seen = match outcome {
        Ok(found) => found.matched.end,
        Err(_) => read::looks_to(haystack, name).unwrap_or(end),
    };
    let mut needed = 1;
    let rest = &haystack[end..];
    memchr::memchr_iter(b'\n', rest).zip(1..).any(|(at, lines)| {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r');
        let last = rest[..at].iter().rev().find(|byte| !blank(byte));
        if last.is_some_and(|byte| br"\=:,([{|>+-~".contains(byte)) {
            needed = needed.max(lines + 2);
        }
        lines >= needed && end + at >= seen
    })
}

/// A password that a sentence tells: one that looks made, because words alone say that it is one.
fn said(input: &Input<'_>, name: Span) -> Option<Span> {
    let said = read::said(input.haystack(), name)?;
    let text = &input.haystack()[said.value.range()];
    value::is_made_beyond_doubt(text, said.is_led).then_some(said.value)
}

/// The word in the head at the candidate. Short ones are looked for with a sign beside them: `"pass"`, `pass:`.
fn keyword(haystack: &[u8], candidate: Candidate) -> Range<usize> {
    let head = &haystack[candidate.at..candidate.at + candidate.len];
    let sign = |byte: &&u8| matches!(**byte, b'"' | b'\'' | b' ' | b':' | b'=' | b'<' | b'>');
    let before = head.iter().take_while(sign).count();
    let behind = head.iter().rev().take_while(sign).count();
    candidate.at + before..candidate.at + head.len() - behind
}

/// Where the name at the candidate begins, at the earliest.
pub(super) fn begin(haystack: &[u8], candidate: Candidate) -> usize {
    let floor = candidate.at.saturating_sub(NAME);
    memchr::memrchr(b'\n', &haystack[floor..candidate.at]).map_or(floor, |at| floor + at + 1)
}
