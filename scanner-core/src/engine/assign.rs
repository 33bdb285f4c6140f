//! Assignments: a literal that is given to a name with a keyword in it.
//!
//! The languages differ in little: a name, perhaps in quotes or brackets, perhaps a type, a sign, and a
//! value in quotes or bare. So one reader serves them all; names and values are judged apart.

use super::Found;
use super::anchors::Candidate;
use super::explain::Trace;
use super::judge::names;
use super::judge::paths::{self, Kind};
use super::judge::{Rejection, value};
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::rule::Rule;

/// How far a name reaches on either side of its keyword, in bytes.
pub(super) const NAME: usize = 64;

/// How far the sign may stand from the name, in bytes.
const GAP: usize = 64;

/// The longest value that is read, in bytes. Longer ones are no secrets.
const VALUE: usize = 512;

/// How far from its keyword an assignment can reach.
pub(super) const REACH: usize = 2 * NAME + GAP + VALUE;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// In quotes, or between tags.
    Quoted,
    /// As it is.
    Bare,
}

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
    let name = name(haystack, keyword.start, keyword.end);
    // The sign is looked for before anything else: most names are assigned nothing.
    let (value, written) = assigned(haystack, name)?;
    trace.step("assignment", || {
        format!("a value of {} bytes, {written:?}", value.len()).to_lowercase()
    });
    let text = &haystack[name.range()];
    let class = names::classify(text, keyword.start - name.start..keyword.end - name.start)?;
    trace.step("name", || format!("'{}'", text.escape_ascii()));
    let kind = paths::kind(input.get_path());
    if written == Written::Bare && kind != Kind::Config {
        return Err(Rejection::Assignment("a bare word is no literal in such a file"));
    }
    value::judge(&haystack[value.range()], text, class, written == Written::Quoted, kind)?;
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
    })
}

/// Whether the assignment at the candidate has been read to its end, or to where it is seen to be none. Its line
/// must have ended, and two more where it seems to go on: where the last of it is a sign, a bracket or a backslash, or
/// where the candidate is itself what a `name` is given (`- name: DB_PASSWORD`, and the value below).
pub(super) fn is_over(haystack: &[u8], candidate: Candidate) -> bool {
    let before = haystack[begin(haystack, candidate)..candidate.at].iter().rev();
    let before = before.skip_while(|&&byte| in_name(byte));
    let mut before = before.skip_while(|byte| b" \t\"'`:=>".contains(byte));
    let named =
        b"eman".iter().all(|letter| before.next().map(u8::to_ascii_lowercase) == Some(*letter));
    let mut needed = if named { 3 } else { 1 };
    let rest = &haystack[candidate.at + candidate.len..];
    memchr::memchr_iter(b'\n', rest).zip(1..).any(|(at, lines)| {
        let blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r');
        let last = rest[..at].iter().rev().find(|byte| !blank(byte));
        if last.is_some_and(|byte| br"\=:,([{|>+-~".contains(byte)) {
            needed = needed.max(lines + 2);
        }
        lines >= needed
    })
}

/// Where the name at the candidate begins, at the earliest.
pub(super) fn begin(haystack: &[u8], candidate: Candidate) -> usize {
    let floor = candidate.at.saturating_sub(NAME);
    memchr::memrchr(b'\n', &haystack[floor..candidate.at]).map_or(floor, |at| floor + at + 1)
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The whole name around a keyword.
fn name(haystack: &[u8], from: usize, to: usize) -> Span {
    let before = haystack[from.saturating_sub(NAME)..from].iter().rev();
    let after = haystack[to..haystack.len().min(to + NAME)].iter();
    let start = from - before.take_while(|&&byte| in_name(byte)).count();
    let end = to + after.take_while(|&&byte| in_name(byte)).count();
    // Dashes and dots at its edges belong to what surrounds it: `--password`, `config.password`.
    let start =
        start + haystack[start..from].iter().take_while(|&&b| matches!(b, b'-' | b'.')).count();
    let end =
        end - haystack[to..end].iter().rev().take_while(|&&b| matches!(b, b'-' | b'.')).count();
    Span { start, end }
}

/// The value that the name is given.
fn assigned(haystack: &[u8], name: Span) -> Result<(Span, Written), Rejection> {
    let reader = Reader { haystack, limit: haystack.len().min(name.end + GAP) };
    let before = |back: usize| name.start.checked_sub(back).map(|at| haystack[at]);
    let mut at = name.end;

    // `<password>value</password>`
    if before(1) == Some(b'<') && reader.is(at, b'>') {
        return tagged(haystack, at + 1);
    }
    let quoted_name = matches!(before(1), Some(b'"' | b'\'' | b'`')) || before(1) == Some(b':');
    // The end of the name's own quotes and brackets: `"password"`, `['password']`, `\"password\"`.
    at = reader.skip(at, |byte| matches!(byte, b'\\'), 2);
    at = reader.skip(at, |byte| matches!(byte, b'"' | b'\'' | b'`'), 1);
    at = reader.skip(at, |byte| matches!(byte, b']' | b'?' | b'!'), 1);
    let flag = before(1) == Some(b'-') && before(2) == Some(b'-');
    let spaced = reader.blanks(at);

    // The sign.
    let (after, sign) = match haystack.get(spaced..) {
        Some([b':', b'=', ..]) | Some([b'=', b'>', ..]) => (spaced + 2, b'='),
        Some([b'=', b'=', ..]) | Some([b'=', b'~', ..]) | Some([b':', b':', ..]) => {
            return Err(Rejection::Assignment("a comparison or a path, no assignment"));
        }
        Some([b'=', ..]) => (spaced + 1, b'='),
        Some([b':', ..]) => (spaced + 1, b':'),
        // `define('DB_PASSWORD', 'value')`, `put("token", "value")`
        Some([b',', ..]) if quoted_name => (spaced + 1, b','),
        // `setPassword("value")`, `.password("value")`
        Some([b'(', ..]) if spaced == name.end => (spaced + 1, b'('),
        // `--password value`
        Some(_) if flag && spaced > at => (spaced, b' '),
        _ => return Err(Rejection::Assignment("no sign of assignment behind the name")),
    };
    let mut at = reader.blanks(after);
    // A type between colon and sign: `password: &str = "value"`.
    if sign == b':' {
        at = typed(haystack, at).unwrap_or(at);
    }
    // The letter of a literal: b"…", r"…", f"…", N'…', @"…".
    if let (Some(b'a'..=b'z' | b'A'..=b'Z' | b'@'), Some(b'"' | b'\'')) =
        (haystack.get(at), haystack.get(at + 1))
    {
        at += 1;
    }
    let (value, written) = value_at(haystack, at)?;
    if written == Written::Bare && matches!(sign, b',' | b'(') {
        return Err(Rejection::Assignment("an argument that is no literal"));
    }
    if sign == b'(' && !is_setter(&haystack[name.range()], before(1)) {
        return Err(Rejection::Assignment("a call"));
    }
    Ok((value, written))
}

/// Whether a call of that name gives a value to something: `setToken("…")`, `.password("…")`.
fn is_setter(name: &[u8], before: Option<u8>) -> bool {
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    let lower = last.to_ascii_lowercase();
    lower.starts_with(b"set")
        || lower.starts_with(b"with")
        || before == Some(b'.')
        || last.len() < name.len()
}

/// Skips a type annotation and the sign behind it, if that is what stands there.
fn typed(haystack: &[u8], at: usize) -> Option<usize> {
    let rest = &haystack[at..haystack.len().min(at + 40)];
    let in_type = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'_' | b'&' | b'\'' | b'<' | b'>' | b' ' | b'?' | b'[' | b']' | b':' | b'.'
            )
    };
    let sign = rest.iter().position(|&byte| byte == b'=')?;
    let is_type = sign > 0 && rest[0] != b'\'' && rest[..sign].iter().all(|&byte| in_type(byte));
    let value = at + sign + 1 + rest[sign + 1..].iter().take_while(|&&byte| byte == b' ').count();
    let quoted = matches!(haystack.get(value), Some(b'"' | b'\'' | b'b' | b'r' | b'@'));
    (is_type && quoted).then_some(value)
}

/// The text up to the closing tag.
fn tagged(haystack: &[u8], at: usize) -> Result<(Span, Written), Rejection> {
    let rest = &haystack[at..haystack.len().min(at + VALUE)];
    match rest.iter().position(|&byte| byte == b'<' || byte == b'\n') {
        Some(len) if rest[len] == b'<' && len > 0 => {
            Ok((Span { start: at, end: at + len }, Written::Quoted))
        }
        _ => Err(Rejection::Assignment("no text between the tags")),
    }
}

/// The literal that begins at `at`.
fn value_at(haystack: &[u8], at: usize) -> Result<(Span, Written), Rejection> {
    let escaped = haystack.get(at) == Some(&b'\\');
    let open = at + usize::from(escaped);
    let rest = |at: usize| &haystack[at.min(haystack.len())..haystack.len().min(at + VALUE)];
    if let Some(&quote @ (b'"' | b'\'' | b'`')) = haystack.get(open) {
        let text = rest(open + 1);
        let mut end = 0;
        while end < text.len() {
            match text[end] {
                b'\n' => break,
                // In a string within a string, the closing quote is escaped as the opening one is.
                b'\\' if escaped && text.get(end + 1) == Some(&quote) => {
                    return literal(open + 1, end);
                }
                b'\\' => end += 2,
                byte if byte == quote => return literal(open + 1, end),
                _ => end += 1,
            }
        }
        return Err(Rejection::Assignment("the quotes are not closed"));
    }
    if escaped {
        return Err(Rejection::Assignment("no literal behind the sign"));
    }
    let text = rest(at);
    let stop = |byte: u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b'`' | b'<' | b'>' | b';' | b',' | b')' | b'}' | b']' | b'|'
            )
    };
    // `&` ends a value in a query, and nowhere else; there it is followed by a name and a sign.
    let len = text.iter().position(|&byte| stop(byte)).unwrap_or(text.len());
    let query = text[..len].iter().position(|&byte| byte == b'&');
    let len = query.filter(|&amp| text[amp..len].contains(&b'=')).unwrap_or(len);
    if len == 0 {
        return Err(Rejection::Assignment("no value behind the sign"));
    }
    Ok((Span { start: at, end: at + len }, Written::Bare))
}

fn literal(start: usize, len: usize) -> Result<(Span, Written), Rejection> {
    if len == 0 {
        return Err(Rejection::Assignment("the value is empty"));
    }
    Ok((Span { start, end: start + len }, Written::Quoted))
}

/// Steps over bytes, never beyond its limit.
struct Reader<'h> {
    haystack: &'h [u8],
    limit: usize,
}

impl Reader<'_> {
    fn is(&self, at: usize, byte: u8) -> bool {
        self.haystack.get(at) == Some(&byte)
    }

    fn skip(&self, at: usize, wanted: impl Fn(u8) -> bool, most: usize) -> usize {
        let end = self.limit.min(at + most).max(at);
        at + self.haystack[at..end].iter().take_while(|&&byte| wanted(byte)).count()
    }

    fn blanks(&self, at: usize) -> usize {
        self.skip(at, |byte| byte == b' ' || byte == b'\t', GAP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        let at = text.to_ascii_lowercase().find("passw").unwrap();
        let name = name(text.as_bytes(), at, at + 5);
        let (span, _) = assigned(text.as_bytes(), name).ok()?;
        Some(text[span.range()].to_owned())
    }

    #[test]
    fn assignments_in_many_languages() {
        for text in [
            "password=V4l-ue",
            "password = 'V4l-ue'",
            "password: V4l-ue",
            "\"password\": \"V4l-ue\",",
            "{\\\"password\\\":\\\"V4l-ue\\\"}",
            "'db_password' => 'V4l-ue',",
            "const PASSWORD: &str = \"V4l-ue\";",
            "let password: string = 'V4l-ue'",
            "config[\"password\"] = \"V4l-ue\"",
            "password := \"V4l-ue\"",
            "<password>V4l-ue</password>",
            "define('DB_PASSWORD', 'V4l-ue');",
            "builder.setPassword(\"V4l-ue\")",
            ".password(\"V4l-ue\")",
            "mysql --password V4l-ue -h x",
            "mysql --password=V4l-ue",
            "password = b\"V4l-ue\"",
            "?user=a&password=V4l-ue&x=1",
            "PASSWORD=V4l-ue # comment",
            "password=\"V4l-ue\"",
        ] {
            assert_eq!(value(text).as_deref(), Some("V4l-ue"), "{text}");
        }
    }

    #[test]
    fn no_assignments() {
        for text in [
            "the password is needed",
            "password == \"V4l-ue\"",
            "password",
            "password =",
            "password = \"\"",
            "get_password(\"V4l-ue\")",
            "password::new(x)",
            "password = \"open",
            "password(user, name)",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
