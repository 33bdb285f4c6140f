//! Assignments: a literal that is given to a name with a keyword in it.
//!
//! The languages differ in little: a name, perhaps in quotes or brackets, perhaps a type, a sign, and a
//! value in quotes or bare. So one reader serves them all; names and values are judged apart.

use super::anchors::Candidate;
use super::explain::Trace;
use super::judge::names;
use super::judge::paths::{self, Kind};
use super::judge::{Rejection, value};
use super::read::{self, Written};
use super::{Found, Unveiled};
use crate::decode;
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::rule::Rule;

/// How far a name reaches on either side of its keyword, in bytes.
pub(super) const NAME: usize = 64;

/// How far the sign may stand from the name, in bytes.
pub(super) const GAP: usize = 64;

/// The longest value that is read, in bytes. Longer ones are no secrets.
pub(super) const VALUE: usize = 512;

/// How far from its keyword an assignment can reach.
pub(super) const REACH: usize = 2 * NAME + 2 * GAP + VALUE;

/// Confirms and judges an assignment to the name at the candidate.
pub(super) fn consider(
    rule: &Rule,
    id: RuleId,
    input: &Input<'_>,
    candidate: Candidate,
    trace: &mut impl Trace,
) -> Result<Found, Rejection> {
    let haystack = input.haystack();
    let keyword = candidate.at..candidate.at + candidate.len;
    let name = read::name(haystack, keyword.start, keyword.end);
    // The sign is looked for before anything else: most names are assigned nothing.
    let (value, written) = read::assigned(haystack, name)?;
    trace.step("assignment", || {
        format!("a value of {} bytes, {written:?}", value.len()).to_lowercase()
    });
    let text = &haystack[name.range()];
    let class = names::classify(text, keyword.start - name.start..keyword.end - name.start)?;
    trace.step("name", || format!("'{}'", text.escape_ascii()));
    let kind = paths::kind(input.get_path());
    if written == Written::Bare
        && kind != Kind::Config
        && !(kind == Kind::Code && read::is_within_string(haystack, name, value))
    {
        return Err(Rejection::Assignment("a bare word is no literal in such a file"));
    }
    // In a Secret of Kubernetes and the like, what counts is what the value stands for.
    let decoded = decode::plain_value(&haystack[value.range()]);
    let plain = decoded.as_ref().map_or(&haystack[value.range()], |decoded| &decoded.text);
    value::judge_in(input.get_path(), plain, text, class, written == Written::Quoted)?;
    trace.step("value", || "a literal that looks like a secret".to_owned());
    Ok(Found {
        rule: id,
        span: value,
        matched: Span { start: name.start, end: value.end },
        confidence: Confidence::Generic,
        reason: if rule.min_entropy > 0 || class == names::Class::Key {
            Reason::Entropy
        } else {
            Reason::Context
        },
        decoded: decoded
            .map(|decoded| Box::new(Unveiled { secret: decoded.text, layers: decoded.layers })),
    })
}
