//! Reads an assignment: the whole name around a keyword, the sign behind it, and the value.
//!
//! Apart from `assign` because it knows how languages write such things and nothing of secrets: what name and
//! value are worth is judged there.

use super::assign::{GAP, NAME, VALUE};
use super::judge::Rejection;
use crate::input::Span;

mod markup;
mod pair;
mod prose;

pub(super) use prose::{may_be_said, said};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// In quotes, or between tags.
    Quoted,
    /// As it is.
    Bare,
    /// In a sentence about it.
    Said,
}

/// The bytes of names. A table, because it is asked most often of all.
const IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'-' | b'.');
        byte += 1;
    }
    table
};

fn in_name(byte: u8) -> bool {
    IN_NAME[usize::from(byte)]
}

/// The whole name around a keyword.
pub(super) fn name(haystack: &[u8], from: usize, to: usize) -> Span {
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

/// How far is looked for the value of a name whose value may begin on another line: one that is a value itself,
/// or a tag. To the end of the value, if it has been found.
pub(super) fn looks_to(haystack: &[u8], name: Span) -> Option<usize> {
    if !markup::may_be_tag(haystack, name) && !pair::may_be_entry(haystack, name) {
        return None;
    }
    match pair::of_entry(haystack, name, &mut Bare::default()) {
        Some(Ok((value, _))) => Some(value.end),
        _ => Some(name.end + pair::reach(haystack, name)),
    }
}

/// The value that the name is given.
pub(super) fn assigned(
    haystack: &[u8],
    name: Span,
    bare: &mut Bare,
) -> Result<(Span, Written), Rejection> {
    let reader = Reader { haystack, limit: haystack.len().min(name.end + GAP) };
    let before = |back: usize| name.start.checked_sub(back).map(|at| haystack[at]);
    let mut at = name.end;

    if matches!(before(1), Some(b'<' | b':'))
        && let Some(value) = markup::of_element(haystack, name)
    {
        return value;
    }
    if before(1).is_some_and(pair::leads)
        && let Some(value) = pair::of_entry(haystack, name, bare)
    {
        return value;
    }
    let quoted_name = matches!(before(1), Some(b'"' | b'\'' | b'`')) || before(1) == Some(b':');
    // The end of the name's own quotes and brackets: `"password"`, `['password']`, `\"password\"`.
    at = reader.skip(at, |byte| matches!(byte, b'\\'), 2);
    at = reader.skip(at, |byte| matches!(byte, b'"' | b'\'' | b'`'), 1);
    at = reader.skip(at, |byte| matches!(byte, b']' | b'?' | b'!'), 1);
    // The end of its emphasis: `**password**:`, and the sign within it: `*password:*`.
    at = reader.skip(at, |byte| byte == b'*', 2);
    let flag = before(1) == Some(b'-') && before(2) == Some(b'-');
    // `secret key: value`, in prose.
    if haystack[at..].len() > 5
        && haystack[at..at + 4].eq_ignore_ascii_case(b" key")
        && !quoted_name
    {
        at += 4;
    }
    let spaced = reader.blanks(at);

    // The sign.
    let (after, sign) = match haystack.get(spaced..) {
        Some([b':', b'=', ..]) | Some([b'=', b'>', ..]) => (spaced + 2, b'='),
        Some([b'=', b'=', ..]) | Some([b'=', b'~', ..]) | Some([b':', b':', ..]) => {
            return Err(Rejection::Assignment("a comparison or a path, no assignment"));
        }
        Some([b'=', ..]) => (spaced + 1, b'='),
        Some([b':', ..]) => (spaced + 1, b':'),
        // `define('DB_PASSWORD', 'value')`, `put("token", "value")`, `"--password", "value"`
        Some([b',', ..]) if quoted_name || (flag && at > name.end) => (spaced + 1, b','),
        // `setPassword("value")`, `.password("value")`
        Some([b'(', ..]) if spaced == name.end => (spaced + 1, b'('),
        // `the password is value`, `api key is: value`
        Some([b'i' | b'I', b's', mark @ (b' ' | b':'), ..]) if spaced > at && !quoted_name => {
            (spaced + 2 + usize::from(*mark == b':'), b'i')
        }
        // `--password value`, `ENV PASSWORD value`
        Some(_) if spaced > at && (flag || is_environment(haystack, name)) => (spaced, b' '),
        _ => return Err(Rejection::Assignment("no sign of assignment behind the name")),
    };
    if sign == b'(' && !is_setter(&haystack[name.range()], before(1)) {
        return Err(Rejection::Assignment("a call"));
    }
    let after = match sign {
        // Of a list of arguments, each may stand in a line of its own.
        b',' if flag => reader.skip(after, |byte| byte.is_ascii_whitespace(), GAP),
        _ => after,
    };
    let mut at = reader.blanks(reader.skip(after, |byte| byte == b'*', 2));
    // A type between colon and sign: `password: &str = "value"`.
    if sign == b':' {
        if let Some(value) = block(haystack, at) {
            return value;
        }
        at = typed(haystack, at).unwrap_or(at);
    }
    // The letter of a literal: b"…", r"…", f"…", N'…', @"…".
    if let (Some(b'a'..=b'z' | b'A'..=b'Z' | b'@'), Some(b'"' | b'\'')) =
        (haystack.get(at), haystack.get(at + 1))
    {
        at += 1;
    }
    if matches!(sign, b',' | b'(')
        && !matches!(haystack.get(at..), Some([b'"' | b'\'' | b'`' | b'\\', ..]))
    {
        return Err(Rejection::Assignment("an argument that is no literal"));
    }
    let (mut value, written) = value_at(haystack, at, bare)?;
    if written == Written::Bare {
        if sign == b'i' {
            // The end of the sentence.
            let text = &haystack[value.range()];
            let dots = text.iter().rev().take_while(|&&byte| matches!(byte, b'.' | b'!' | b'?'));
            value.end -= dots.count();
            if haystack[value.range()].iter().all(u8::is_ascii_lowercase) {
                return Err(Rejection::Assignment("a sentence goes on"));
            }
        } else if haystack.get(value.end).is_some_and(|byte| !byte.is_ascii_whitespace())
            && begins_line(haystack, name.start)
        {
            value = to_line_end(haystack, value);
        }
    }
    Ok((value, written))
}

/// Whether the name stands behind a word that sets a variable of the environment to what follows.
fn is_environment(haystack: &[u8], name: Span) -> bool {
    let before = &haystack[name.start.saturating_sub(8)..name.start];
    let before = before.trim_ascii_end();
    ["\nenv", "\nsetenv", "setenv"].iter().any(|word| {
        before.len() >= word.len()
            && before[before.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes())
    }) || (name.start <= 8 && before.eq_ignore_ascii_case(b"env"))
}

/// Whether nothing but blanks, list marks and `export` stands before the name on its line.
fn begins_line(haystack: &[u8], start: usize) -> bool {
    let before = &haystack[start.saturating_sub(NAME)..start];
    let line = memchr::memrchr(b'\n', before).map_or(before, |end| &before[end + 1..]);
    let line = line.trim_ascii();
    matches!(line, b"" | b"-" | b"export" | b"set" | b"ENV" | b"ARG")
        && (before.len() < NAME || before.contains(&b'\n'))
}

/// A bare value that is the rest of its line may hold what ends one elsewhere: `pa)ss,wd`.
fn to_line_end(haystack: &[u8], value: Span) -> Span {
    let rest = &haystack[value.start..haystack.len().min(value.start + VALUE)];
    // What has been read holds no blank, and of the signs only two.
    let (read, more) = rest.split_at(value.len());
    let more = &more[..more.iter().position(u8::is_ascii_whitespace).unwrap_or(more.len())];
    let len = read.len() + more.len();
    let ends = rest[len..].iter().find(|&&byte| !matches!(byte, b' ' | b'\t' | b'\r'));
    let text = &rest[..len];
    let signs = b"\"'`<>|(&";
    if !matches!(ends, None | Some(b'\n'))
        || memchr::memchr2(b'(', b'&', read).is_some()
        || more.iter().any(|byte| signs.contains(byte))
    {
        return value;
    }
    let trailing = text.iter().rev().take_while(|byte| matches!(byte, b';' | b',')).count();
    Span { start: value.start, end: (value.start + len - trailing).max(value.end) }
}

/// The one line of a YAML block scalar: `password: |` and the value below.
fn block(haystack: &[u8], at: usize) -> Option<Result<(Span, Written), Rejection>> {
    let rest = &haystack[at..haystack.len().min(at + VALUE)];
    if !matches!(rest.first(), Some(b'|' | b'>')) {
        return None;
    }
    let head =
        1 + rest[1..].iter().take_while(|byte| matches!(byte, b'-' | b'+' | b'1'..=b'9')).count();
    let mut lines = rest[head..].split(|&byte| byte == b'\n');
    if !lines.next()?.trim_ascii().is_empty() {
        return None;
    }
    let line = lines.next()?;
    let indent = line.iter().take_while(|&&byte| byte == b' ').count();
    let text = line[indent..].trim_ascii_end();
    let next = lines.next().unwrap_or_default();
    let goes_on = !next.trim_ascii().is_empty()
        && next.iter().take_while(|&&byte| byte == b' ').count() >= indent;
    if text.is_empty() || indent == 0 || goes_on {
        return Some(Err(Rejection::Assignment("a block of several lines")));
    }
    let start = at + (text.as_ptr() as usize - rest.as_ptr() as usize);
    Some(Ok((Span { start, end: start + text.len() }, Written::Bare)))
}

/// Words of which one stands beside the password in a connection string.
const CONNECTION: &[&[u8]] = &[
    b"server=",
    b"data source=",
    b"datasource=",
    b"host=",
    b"hostname=",
    b"user id=",
    b"userid=",
    b"uid=",
    b"user=",
    b"username=",
    b"database=",
    b"catalog=",
    b"dbname=",
    b"driver=",
    b"provider=",
    b"endpoint=",
    b"accountname=",
];

/// Whether a bare value is given within a string: a header (`"X-Api-Key: value"`), or a connection string
/// (`"Server=db;Password=value;"`). Then it is a literal in source code too.
pub(super) fn is_within_string(haystack: &[u8], name: Span, value: Span) -> bool {
    // Most of code has no quote behind the value on its line.
    let after = &haystack[value.end..haystack.len().min(value.end + VALUE / 2)];
    let close = after.iter().find(|&&byte| matches!(byte, b'"' | b'\'' | b'`' | b'\n'));
    let Some(&close) = close.filter(|&&byte| byte != b'\n') else { return false };
    let after = memchr::memchr(b'\n', after).map_or(after, |end| &after[..end]);
    let floor = name.start.saturating_sub(VALUE / 2);
    let before = &haystack[floor..name.start];
    let before = memchr::memrchr(b'\n', before).map_or(before, |end| &before[end + 1..]);
    if before.last() == Some(&close) && after[0] == close {
        return true;
    }
    // The string that the value stands in, as far as the line has it.
    let opened = before.iter().rposition(|&byte| byte == close).map(|at| &before[at + 1..]);
    let Some(opened) = opened else { return false };
    let closed = &after[..after.iter().position(|&byte| byte == close).unwrap_or(0)];
    // `"https://host/?limit=1&api_key=value"`
    if matches!(before.last(), Some(b'?' | b'&')) {
        return true;
    }
    let holds = |text: &[u8], word: &[u8]| {
        text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
    };
    CONNECTION.iter().any(|word| holds(opened, word) || holds(closed, word))
}

/// Whether a call of that name gives a value to something: `setToken("…")`, `.password("…")`.
fn is_setter(name: &[u8], before: Option<u8>) -> bool {
    let last = name.rsplit(|&byte| byte == b'.').next().unwrap_or(name);
    let begins =
        |word: &[u8]| last.get(..word.len()).is_some_and(|first| first.eq_ignore_ascii_case(word));
    begins(b"set") || begins(b"with") || before == Some(b'.') || last.len() < name.len()
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

/// The bytes that end a bare value.
const ENDS_VALUE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let signs = b"\"'`<>;,)}]|";
        let mut sign = 0;
        table[byte] = (byte as u8).is_ascii_whitespace();
        while sign < signs.len() {
            table[byte] |= byte as u8 == signs[sign];
            sign += 1;
        }
        byte += 1;
    }
    table
};

/// Bytes in a row none of which ends a bare value, as far as they were followed: no byte is looked at again for the
/// next name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bare {
    from: usize,
    to: usize,
}

impl Bare {
    /// How long the bare value is that begins at `at`.
    fn len(&mut self, haystack: &[u8], at: usize) -> usize {
        let limit = haystack.len().min(at + VALUE);
        let is_known = self.from <= at && at < self.to;
        let from = if is_known { self.to.min(limit) } else { at };
        let more = haystack[from..limit].iter().position(|&byte| ENDS_VALUE[usize::from(byte)]);
        let end = more.map_or(limit, |more| from + more);
        *self = Bare {
            from: if is_known { self.from } else { at },
            to: end.max(if is_known { self.to } else { end }),
        };
        end - at
    }
}

/// The literal that begins at `at`.
pub(super) fn value_at(
    haystack: &[u8],
    at: usize,
    bare: &mut Bare,
) -> Result<(Span, Written), Rejection> {
    let escaped = haystack.get(at) == Some(&b'\\');
    let open = at + usize::from(escaped);
    let rest = |at: usize| &haystack[at.min(haystack.len())..haystack.len().min(at + VALUE)];
    if let Some(&quote @ (b'"' | b'\'' | b'`')) = haystack.get(open) {
        // `"""value"""`
        let open = open + 2 * usize::from(rest(open).starts_with(&[quote; 3]));
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
    let at = at.min(haystack.len());
    let text = &haystack[at..at + bare.len(haystack, at)];
    // `&` ends a value in a query, and nowhere else; there it is followed by a name and a sign.
    let query = memchr::memchr(b'&', text);
    let len = query.filter(|&amp| text[amp..].contains(&b'=')).unwrap_or(text.len());
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
        let (span, _) = assigned(text.as_bytes(), name, &mut Bare::default()).ok()?;
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
            "[\"--password\",\n  \"V4l-ue\"]",
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
            "password = \"\"\"V4l-ue\"\"\"",
            "FROM x\nENV DB_PASSWORD V4l-ue\n",
            "password: |-\n  V4l-ue\nuser: x",
            "<db:password type=\"s\">V4l-ue</db:password>",
            "<password><![CDATA[V4l-ue]]></password>",
            "<add key=\"Password\" value=\"V4l-ue\" />",
            "<property name=\"password\">V4l-ue</property>",
            "<setting name=\"Password\" serializeAs=\"String\"><value>V4l-ue</value></setting>",
            "<key>password</key>\n  <string>V4l-ue</string>",
            "- name: DB_PASSWORD\n  value: V4l-ue",
            "{\"name\": \"DB_PASSWORD\", \"value\": \"V4l-ue\"}",
            "{\"key\":\"password\",\"type\":\"secret\",\"value\":\"V4l-ue\"}",
            "{ name = \"DB_PASSWORD\", value = \"V4l-ue\" }",
            "\"Server=db;Password=V4l-ue;\"",
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
            "\"user:password\",\n  \"V4l-ue\"",
            "password::new(x)",
            "password = \"open",
            "password(user, name)",
            "- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: x",
            "password: |\n  V4l-ue\n  and more",
            "<password/> V4l-ue",
            "<input name=\"password\" type=\"text\"> V4l-ue",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    #[test]
    fn bare_values_at_the_end_of_a_line_are_whole() {
        let text = "DB_PASSWORD=V4(l,ue;\n";
        assert_eq!(value(text).as_deref(), Some("V4(l"));
        let text = "DB_PASSWORD=V4)l,ue;\n";
        assert_eq!(value(text).as_deref(), Some("V4)l,ue"));
    }

    #[test]
    fn strings_around_bare_values() {
        let within = |text: &str| {
            let at = text.to_ascii_lowercase().find("passw").unwrap();
            let name = name(text.as_bytes(), at, at + 5);
            let (span, _) = assigned(text.as_bytes(), name, &mut Bare::default()).unwrap();
            is_within_string(text.as_bytes(), name, span)
        };
        assert!(within("c = \"Server=db;Password=V4l-ue;\""));
        assert!(within("c = 'host=db password=V4l-ue dbname=x'"));
        assert!(within("-H \"X-Password: V4l-ue\""));
        assert!(!within("let a = \"x\"; password = value; b = \"y\""));
        assert!(!within("// \"the password: is needed\""));
        assert!(!within("password = value;"));
    }
}
