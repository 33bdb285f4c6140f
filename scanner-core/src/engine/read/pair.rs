//! Names that are values themselves, with the secret beside them: `<add key="Password" value="…"/>`,
//! `{"name": "TOKEN", "value": "…"}`, `- name: TOKEN` and `value: …` below, `<key>token</key><string>…`.

use super::{Bare, Written, markup, value_at};
use crate::engine::judge::Rejection;
use crate::input::Span;

/// How far behind the name its value may begin, in bytes.
pub(super) const REACH: usize = 96;

/// The same in a block of Terraform, which describes the variable before it gives it a default.
const BLOCK: usize = 256;

/// What says that a name follows.
const NAMES: &[&[u8]] = &[b"key", b"name", b"variable", b"parametername", b"property"];

/// What begins a block of Terraform for the name.
const VARIABLE: &[u8] = b"variable \"";

/// What says that its value follows.
const VALUES: &[&[u8]] = &[b"value", b"defaultvalue", b"parametervalue", b"default", b"content"];

/// How far behind the name its value may begin.
pub(super) fn reach(haystack: &[u8], name: Span) -> usize {
    if haystack[..name.start].ends_with(VARIABLE) { BLOCK } else { REACH }
}

/// Whether what says that a name follows stands before the name.
pub(super) fn may_be_entry(haystack: &[u8], name: Span) -> bool {
    let before = &haystack[name.start.saturating_sub(32)..name.start];
    let signs =
        |byte: &&u8| !matches!(**byte, b'"' | b'\'' | b'`' | b'\\' | b' ' | b'\t' | b'=' | b':');
    if let Some(tag) = before.strip_suffix(b">") {
        return ends_with_word(tag).is_some();
    }
    let len = before.iter().rposition(|byte| signs(&byte)).map_or(0, |at| at + 1);
    ends_with_word(&before[..len]).is_some()
}

/// Whether the byte before a name may be the last of what says that a name follows.
pub(super) fn leads(byte: u8) -> bool {
    matches!(byte, b'>' | b'=' | b':' | b'"' | b'\'' | b'`' | b'\\') || byte.is_ascii_whitespace()
}

/// The value that stands beside the name, if the name is an entry's.
pub(super) fn of_entry(
    haystack: &[u8],
    name: Span,
    bare: &mut Bare,
) -> Option<Result<(Span, Written), Rejection>> {
    let before = &haystack[name.start.saturating_sub(32)..name.start];
    if let Some(tag) = before.strip_suffix(b">") {
        let word = ends_with_word(tag)?;
        return tag[..tag.len() - word].ends_with(b"<").then(|| of_next_tag(haystack, name.end));
    }
    if before.ends_with(VARIABLE) {
        return Some(of_variable(haystack, name.end, bare));
    }
    let before = strip(before, b"\"'`");
    let before = strip(before, b"\\").trim_ascii_end();
    let before = before.strip_suffix(b"=").or_else(|| before.strip_suffix(b":"))?;
    let before = strip(strip(before.trim_ascii_end(), b"\"'`"), b"\\");
    ends_with_word(before)?;
    // Behind the name: its own quote, then the value's name, or the end of the tag.
    let rest = &haystack[name.end..haystack.len().min(name.end + REACH)];
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            b'>' => {
                let at = markup::tag_end(haystack, name.end)?;
                let inner = haystack[at..].strip_prefix(b"<value>").map_or(at, |_| at + 7);
                return Some(markup::text(haystack, inner));
            }
            b'<' | b'{' | b'}' | b'(' | b')' => return None,
            byte if byte.is_ascii_alphabetic() => {
                let len = rest[at..]
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
                    .count();
                let word = &rest[at..at + len];
                at += len;
                if VALUES.iter().any(|known| word.eq_ignore_ascii_case(known)) {
                    if let Some(value) = given(haystack, name.end + at, bare) {
                        return Some(value);
                    }
                } else if word == b"valueFrom" || word == b"value_from" {
                    return Some(Err(Rejection::Assignment("the value is elsewhere")));
                }
            }
            _ => at += 1,
        }
    }
    None
}

/// The default in the block of the variable whose name ends at `at`.
fn of_variable(haystack: &[u8], at: usize, bare: &mut Bare) -> Result<(Span, Written), Rejection> {
    let none = Rejection::Assignment("a variable without a default");
    let rest = &haystack[at..haystack.len().min(at + BLOCK)];
    let rest = &rest[..memchr::memmem::find(rest, b"\n}").unwrap_or(rest.len())];
    let open = rest
        .strip_prefix(b"\"")
        .map(<[u8]>::trim_ascii_start)
        .is_some_and(|rest| rest.starts_with(b"{"));
    let word = memchr::memmem::find(rest, b"default").filter(|_| open).ok_or(none)?;
    given(haystack, at + word + b"default".len(), bare).unwrap_or(Err(none))
}

/// The value behind the word for it and a sign.
fn given(
    haystack: &[u8],
    at: usize,
    bare: &mut Bare,
) -> Option<Result<(Span, Written), Rejection>> {
    let rest = &haystack[at..haystack.len().min(at + 16)];
    let sign = rest.iter().position(|byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'\t'))?;
    if !matches!(rest[sign], b'=' | b':') {
        return None;
    }
    let blanks = rest[sign + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(value_at(haystack, at + sign + 1 + blanks, bare))
}

/// The text of the element behind the one that the name is the text of.
fn of_next_tag(haystack: &[u8], at: usize) -> Result<(Span, Written), Rejection> {
    let none = Rejection::Assignment("no element with the value");
    let rest = &haystack[at..haystack.len().min(at + REACH)];
    let closed = rest.starts_with(b"</").then(|| rest.iter().position(|&byte| byte == b'>'));
    let closed = closed.flatten().ok_or(none)? + 1;
    let blanks = rest[closed..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let open = closed + blanks;
    if rest.get(open) != Some(&b'<') || rest.get(open + 1) == Some(&b'/') {
        return Err(none);
    }
    let end = rest[open..].iter().position(|&byte| byte == b'>').ok_or(none)?;
    markup::text(haystack, at + open + end + 1)
}

/// The length of the word for a name at the end of `text`.
fn ends_with_word(text: &[u8]) -> Option<usize> {
    let len = text.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let word = &text[text.len() - len..];
    NAMES.iter().any(|known| word.eq_ignore_ascii_case(known)).then_some(len)
}

/// `text` without one of these bytes at its end.
fn strip<'t>(text: &'t [u8], bytes: &[u8]) -> &'t [u8] {
    match text.split_last() {
        Some((last, rest)) if bytes.contains(last) => rest,
        _ => text,
    }
}
