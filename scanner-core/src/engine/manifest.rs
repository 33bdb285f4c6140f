//! Secrets of Kubernetes: every value of theirs is one, whatever its name.
//!
//! Apart from `assign` because a name says nothing here: what counts is the manifest that an entry stands in. The head
//! is where a manifest begins (`apiVersion: v1`); what follows is read to the manifest's end, line by line in YAML and
//! member by member in JSON. Another head ends it, so no byte is read for two of them.

use super::anchors::Candidate;
use super::judge::{Rejection, value};
use super::{Found, Unveiled};
use crate::compile::schema::MAX_MANIFEST;
use crate::decode;
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::rule::Value;

/// How far a manifest is read, in bytes.
pub(super) const REACH: usize = MAX_MANIFEST as usize;

/// The key that a manifest begins with.
const BEGIN: &[u8] = b"apiVersion";

/// Keys whose members are secrets.
const SECTIONS: [&[u8]; 2] = [b"data", b"stringData"];

/// Names of what is no secret: they stand beside the password in every other manifest.
const PLAIN: &[&[u8]] = &[
    b"user",
    b"username",
    b"login",
    b"host",
    b"hostname",
    b"port",
    b"server",
    b"database",
    b"dbname",
    b"name",
    b"namespace",
    b"region",
    b"bucket",
    b"url",
    b"uri",
    b"endpoint",
    b"email",
    b"id",
    b"crt",
    b"cert",
    b"pub",
    b"type",
    b"version",
    b"path",
];

/// What was read of a manifest.
#[derive(Default)]
struct Manifest {
    is_secret: bool,
    entries: Vec<Entry>,
    /// Whether its end was seen, so that nothing that follows belongs to it.
    is_over: bool,
}

struct Entry {
    name: Span,
    value: Span,
}

/// Adds the values of the Secret that begins at the candidate to `found`, all but the last, which is the answer.
pub(super) fn consider(
    input: &Input<'_>,
    candidate: Candidate,
    found: &mut Vec<Found>,
) -> Result<Found, Rejection> {
    let haystack = input.haystack();
    let manifest = read(haystack, candidate);
    if !manifest.is_secret {
        return Err(Rejection::Assignment("no Secret, or none with entries"));
    }
    let mut last = Err(Rejection::Assignment("a Secret without entries"));
    for Entry { name, value } in manifest.entries {
        match judge(input, RuleId(candidate.rule), name, value) {
            Ok(this) => found.extend(std::mem::replace(&mut last, Ok(this)).ok()),
            Err(why) => last = last.or(Err(why)),
        }
    }
    last
}

/// Whether no text that is still to come belongs to the manifest at the candidate.
pub(super) fn is_over(haystack: &[u8], candidate: Candidate) -> bool {
    read(haystack, candidate).is_over
}

fn judge(input: &Input<'_>, rule: RuleId, name: Span, span: Span) -> Result<Found, Rejection> {
    let haystack = input.haystack();
    let text = &haystack[name.range()];
    let last = text.rsplit(|byte| !byte.is_ascii_alphanumeric()).next().unwrap_or(text);
    if PLAIN.iter().any(|plain| last.eq_ignore_ascii_case(plain)) {
        return Err(Rejection::Name("the name is one of something else, as username is"));
    }
    let decoded = decode::plain_value(&haystack[span.range()]);
    if decoded.is_none() && decode::is_base64_of_lines(&haystack[span.range()]) {
        return Err(Rejection::Value("a text of several lines, which is searched by itself"));
    }
    let plain = decoded.as_ref().map_or(&haystack[span.range()], |decoded| &decoded.text);
    value::judge_in(input.get_path(), plain, text, Value::Password, true)?;
    Ok(Found {
        rule,
        span,
        matched: Span { start: name.start, end: span.end },
        confidence: Confidence::Generic,
        reason: Reason::Context,
        decoded: decoded
            .map(|decoded| Box::new(Unveiled { secret: decoded.text, layers: decoded.layers })),
    })
}

fn read(haystack: &[u8], candidate: Candidate) -> Manifest {
    let end = haystack.len().min(candidate.at + REACH);
    // The head lacks the key's first letter.
    let before = &haystack[..candidate.at];
    let mut manifest = if before.ends_with(b"\"a") {
        json(&haystack[..end], candidate.at - 2)
    } else if before.ends_with(b"a") {
        yaml(&haystack[..end], candidate.at - 1)
    } else {
        Manifest { is_over: true, ..Manifest::default() }
    };
    manifest.is_over |= end < haystack.len();
    manifest
}

/// Where the line that holds `at` begins.
fn line_start(haystack: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(256);
    memchr::memrchr(b'\n', &haystack[floor..at]).map_or(floor, |end| floor + end + 1)
}

fn yaml(haystack: &[u8], at: usize) -> Manifest {
    let mut manifest = Manifest::default();
    let start = line_start(haystack, at);
    let column = at - start;
    if !haystack[start..at].iter().all(|byte| matches!(byte, b' ' | b'-')) {
        return Manifest { is_over: true, ..manifest };
    }
    // Some write the kind first.
    let above = &haystack[line_start(haystack, start.saturating_sub(1))..start];
    manifest.is_secret = above.trim_ascii() == b"kind: Secret";
    // The column of a section's entries, within a section: none is known before the first of them.
    let mut section: Option<Option<usize>> = None;
    let mut from =
        at + memchr::memchr(b'\n', &haystack[at..]).map_or(haystack.len() - at, |end| end + 1);
    while from < haystack.len() {
        let end = memchr::memchr(b'\n', &haystack[from..]).map_or(haystack.len(), |end| from + end);
        let whole = end < haystack.len();
        let line = &haystack[from..end];
        let indent = line.iter().take_while(|&&byte| byte == b' ').count();
        let text = line[indent..].trim_ascii_end();
        let start = from + indent;
        from = end + 1;
        let begins = memchr::memmem::find(text, BEGIN).is_some();
        let is_item = text.starts_with(b"- ") && indent >= column && !begins;
        if text.is_empty() || text.starts_with(b"#") || text.starts_with(b"{{") || is_item {
            continue;
        }
        let key = key(text);
        let ends = indent < column || (indent == column && key.is_none());
        if ends || begins {
            manifest.is_over = whole;
            return manifest;
        }
        let Some((name, rest)) = key else { continue };
        if indent == column {
            manifest.is_secret |= name == b"kind" && unquoted(rest) == b"Secret";
            section = (SECTIONS.contains(&name) && rest.is_empty()).then_some(None);
        } else if let Some(known) = &mut section
            && *known.get_or_insert(indent) == indent
        {
            let value = unquoted(rest);
            if !value.is_empty() && !matches!(value[0], b'|' | b'>') {
                let place = |part: &[u8]| {
                    let at = start + (part.as_ptr() as usize - text.as_ptr() as usize);
                    Span { start: at, end: at + part.len() }
                };
                manifest.entries.push(Entry { name: place(name), value: place(value) });
            }
        }
    }
    manifest
}

/// The key that a line of YAML begins with, and what stands behind its colon.
fn key(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let (name, rest) = (unquoted(&line[..colon]), &line[colon + 1..]);
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    let ends = rest.is_empty() || rest.starts_with(b" ");
    (!name.is_empty() && ends && name.iter().all(is_name)).then(|| (name, rest.trim_ascii()))
}

/// A scalar of YAML without its quotes, or without the comment behind it.
fn unquoted(text: &[u8]) -> &[u8] {
    match text.first() {
        Some(&quote @ (b'"' | b'\'')) => {
            let inner = &text[1..];
            memchr::memchr(quote, inner).map_or(inner, |end| &inner[..end])
        }
        _ => memchr::memmem::find(text, b" #").map_or(text, |end| text[..end].trim_ascii_end()),
    }
}

fn json(haystack: &[u8], at: usize) -> Manifest {
    let mut manifest = Manifest::default();
    // The objects that are open within the manifest's, and whether the outermost is a section.
    let (mut depth, mut in_section) = (0_usize, false);
    let mut name: Option<Span> = None;
    let mut from = at;
    while from < haystack.len() {
        match haystack[from] {
            b'{' | b'[' => {
                let called = name.take().map_or(&b""[..], |name| &haystack[name.range()]);
                in_section = if depth == 0 { SECTIONS.contains(&called) } else { in_section };
                depth += 1;
            }
            b'}' | b']' if depth == 0 => {
                manifest.is_over = true;
                return manifest;
            }
            b'}' | b']' => {
                (depth, name) = (depth - 1, None);
                in_section &= depth > 0;
            }
            b'"' => {
                let Some(string) = string(haystack, from + 1) else { return manifest };
                let text = &haystack[string.range()];
                if text == BEGIN && from > at {
                    manifest.is_over = true;
                    return manifest;
                }
                from = string.end;
                match name.take() {
                    None if is_key(haystack, string.end + 1) => name = Some(string),
                    None => {}
                    Some(key) if depth == 0 => {
                        manifest.is_secret |=
                            &haystack[key.range()] == b"kind" && text == b"Secret";
                    }
                    Some(name) if depth == 1 && in_section && !text.is_empty() => {
                        manifest.entries.push(Entry { name, value: string });
                    }
                    Some(_) => {}
                }
            }
            b',' => name = None,
            _ => {}
        }
        from += 1;
    }
    manifest
}

/// The string of JSON whose first byte stands at `at`.
fn string(haystack: &[u8], at: usize) -> Option<Span> {
    let mut end = at;
    while let Some(&byte) = haystack.get(end) {
        match byte {
            b'"' => return Some(Span { start: at, end }),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    None
}

fn is_key(haystack: &[u8], at: usize) -> bool {
    haystack[at..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> (bool, bool, Vec<(&str, &str)>) {
        let at = text.find("piVersion").unwrap();
        let manifest = read(text.as_bytes(), Candidate { at, len: 9, rule: 0 });
        let all =
            manifest.entries.iter().map(|one| (&text[one.name.range()], &text[one.value.range()]));
        (manifest.is_secret, manifest.is_over, all.collect())
    }

    #[test]
    fn manifests_in_yaml() {
        for (text, is_secret, is_over, expected) in [
            (
                "apiVersion: v1\nkind: Secret\ntype: Opaque\nstringData:\n  a: x y # z\n  \"b.c\": 'q#1'\nmore:\n  d: 1\n",
                true,
                false,
                &[("a", "x y"), ("b.c", "q#1")][..],
            ),
            (
                "apiVersion: v1\ndata:\n  a: eA==\n  b: |\n    c: d\nkind: Secret\n---\n",
                true,
                true,
                &[("a", "eA==")],
            ),
            (
                "- apiVersion: v1\n  data:\n    a: x\n  kind: Secret\n- apiVersion: v1\n",
                true,
                true,
                &[("a", "x")],
            ),
            (
                "kind: Secret\napiVersion: v1\ndata:\n  a: x\nThen apply it.\n",
                true,
                true,
                &[("a", "x")],
            ),
            ("apiVersion: v1\nkind: ConfigMap\ndata:\n  a: x\n", false, false, &[("a", "x")]),
            ("apiVersion: v1\nkind: SealedSecret\n", false, false, &[]),
            ("its apiVersion: v1\nkind: Secret\ndata:\n  a: x\n", false, true, &[]),
            (
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n",
                false,
                true,
                &[],
            ),
        ] {
            assert_eq!(entries(text), (is_secret, is_over, expected.to_vec()), "{text}");
        }
    }

    #[test]
    fn manifests_in_json() {
        for (text, is_secret, is_over, expected) in [
            (
                r#"{"apiVersion": "v1", "data": {"a": "eA==", "b": ""}, "kind": "Secret", "metadata": {"name": "x"}}"#,
                true,
                true,
                &[("a", "eA==")][..],
            ),
            (r#"{"apiVersion":"v1","kind":"Secret","stringData":{"a":"x\"y"#, true, false, &[]),
            (
                r#"{"apiVersion":"v1","kind":"ConfigMap","data":{"a":"x"}}"#,
                false,
                true,
                &[("a", "x")],
            ),
            (
                r#"{"apiVersion":"v1","kind":"Secret","metadata":{"data":{"a":"x"}},"stringData":{"c":"d"}}"#,
                true,
                true,
                &[("c", "d")],
            ),
        ] {
            assert_eq!(entries(text), (is_secret, is_over, expected.to_vec()), "{text}");
        }
    }
}
