//! The way back: placeholders with a code to the values that they stand for.
//!
//! A model copies a placeholder, but not always as it was: in other case, with its underscores escaped for
//! Markdown or taken for emphasis, or with a line break in it. All of these are understood. What is written as it
//! was made is replaced whatever stands around it, so that a text that was sanitized comes back byte for byte.

use std::fmt;

/// How many bytes of text a placeholder may take up, mangled as it may be.
const REACH: usize = 512;

/// How many line breaks may stand in one.
const BREAKS: usize = 2;

/// How values are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// As they are.
    #[default]
    Plain,
    /// Escaped for the JSON string that the placeholder stands in, and twice where that string holds JSON
    /// itself, as the arguments of tools do.
    Json,
}

/// Puts values back into one text that arrives in pieces.
///
/// ```
/// use secscan_core::sanitize::{Form, Restorer};
///
/// let values = [("__SECRET_API_KEY_k7q2m9__".to_owned(), b"s3same-0pen".to_vec())];
/// let mut restorer = Restorer::new(values, Form::Plain);
/// let mut out = Vec::new();
/// restorer.push(b"export KEY=__SECRET_API_KEY_k7q2m9__ # or secret\\_api\\_", &mut out);
/// restorer.push(b"key\\_k7q2m9", &mut out);
/// restorer.finish(&mut out);
/// assert_eq!(out, b"export KEY=s3same-0pen # or s3same-0pen");
/// ```
pub struct Restorer {
    /// Sorted by the placeholder's core in upper case: `SECRET_API_KEY_K7Q2M9`.
    values: Vec<(Vec<u8>, Value)>,
    held: Vec<u8>,
    /// What was passed on last.
    last: Option<u8>,
    form: Form,
    json: Json,
}

struct Value {
    /// The placeholder's core as it was made.
    core: Vec<u8>,
    value: Vec<u8>,
}

/// What stands at a place.
enum At {
    Nothing,
    /// A value's number, and where it begins and ends.
    Placeholder(usize, usize, usize),
    /// The text must go on to tell.
    Begun,
}

impl Restorer {
    /// Placeholders, and the values that they stand for.
    pub fn new(values: impl IntoIterator<Item = (String, Vec<u8>)>, form: Form) -> Restorer {
        let value = |(placeholder, value): (String, Vec<u8>)| {
            let core = placeholder.trim_matches('_').as_bytes().to_vec();
            (core.to_ascii_uppercase(), Value { core, value })
        };
        let mut values: Vec<(Vec<u8>, Value)> = values.into_iter().map(value).collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        Restorer { values, held: Vec::new(), last: None, form, json: Json::default() }
    }

    /// Takes a piece, and appends to `out` what can be told.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.held.extend_from_slice(piece);
        self.pass(false, out);
    }

    /// Appends to `out` what is left, since the text has ended. Another may begin then.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.pass(true, out);
        (self.last, self.json) = (None, Json::default());
    }

    fn pass(&mut self, ended: bool, out: &mut Vec<u8>) {
        let held = std::mem::take(&mut self.held);
        let (mut done, mut at) = (0, 0);
        let mut end = held.len();
        if !ended {
            // Marks before a placeholder belong to it.
            let marks = held.iter().rev().take(4).take_while(|byte| br"_\*".contains(byte));
            end -= marks.count();
        }
        while let Some(found) = memchr::memchr2(b'S', b's', &held[at..]) {
            let word = at + found;
            at = word + 1;
            match self.at(&held, done, word, ended) {
                At::Nothing => {}
                At::Placeholder(index, from, to) => {
                    self.plain(&held[done..from], out);
                    let value = &self.values[index].1.value;
                    self.json.write(self.form, value, out);
                    self.last = Some(b'_');
                    (done, at) = (to, to);
                }
                At::Begun => {
                    end = end.min(before(&held, done, word).start);
                    break;
                }
            }
        }
        let end = end.max(done);
        self.plain(&held[done..end], out);
        self.held.extend_from_slice(&held[end..]);
    }

    /// Passes on what holds no placeholder.
    fn plain(&mut self, text: &[u8], out: &mut Vec<u8>) {
        if self.form == Form::Json {
            text.iter().for_each(|&byte| self.json.follow(byte));
        }
        self.last = text.last().copied().or(self.last);
        out.extend_from_slice(text);
    }

    /// What stands around `word`, where an S does. What is before `done` is none of it.
    fn at(&self, text: &[u8], done: usize, word: usize, ended: bool) -> At {
        let opening = before(text, done, word);
        let alone = match word.checked_sub(1) {
            Some(at) if at >= done => !text[at].is_ascii_alphanumeric(),
            _ => !self.last.is_some_and(|byte| byte.is_ascii_alphanumeric()),
        };
        if opening.start == word && !alone {
            return At::Nothing;
        }
        let mut core: Vec<u8> = Vec::new();
        let mut at = word;
        let mut breaks = 0;
        loop {
            let first = self.values.partition_point(|(known, _)| known < &core);
            match self.values.get(first) {
                Some((known, value)) if *known == core => {
                    let exact = text[word..].starts_with(&value.core) && opening.marks >= 2;
                    match after(&text[at..], &opening, exact, ended) {
                        Some(Some(len)) => {
                            let from = if exact { word - 2 } else { opening.start };
                            return At::Placeholder(first, from, at + len);
                        }
                        Some(None) => {}
                        None => return At::Begun,
                    }
                }
                Some((known, _)) if known.starts_with(&core) => {}
                _ => return At::Nothing,
            }
            match &text[at..] {
                _ if at - word > REACH => return At::Nothing,
                [] | [b'\\'] | [b'\r'] if ended => return At::Nothing,
                [] | [b'\\'] | [b'\r'] => return At::Begun,
                [b'\\', b'_', ..] => {
                    core.push(b'_');
                    at += 2;
                }
                [b'\n', ..] | [b'\r', b'\n', ..] if breaks < BREAKS => {
                    breaks += 1;
                    let blank = |byte: &&u8| byte.is_ascii_whitespace() && **byte != b'\n';
                    at = at + 1 + usize::from(text[at] == b'\r');
                    at += text[at..].iter().take_while(blank).count();
                }
                [byte, ..] if byte.is_ascii_alphanumeric() || *byte == b'_' => {
                    core.push(byte.to_ascii_uppercase());
                    at += 1;
                }
                _ => return At::Nothing,
            }
        }
    }
}

/// The marks before a placeholder's core.
struct Opening {
    start: usize,
    /// How many underscores.
    marks: usize,
    /// Whether they were taken for emphasis.
    bold: bool,
}

fn before(text: &[u8], done: usize, word: usize) -> Opening {
    let text = &text[done..word];
    if text.ends_with(b"**") {
        return Opening { start: word - 2, marks: 0, bold: true };
    }
    let (mut len, mut marks) = (0, 0);
    while marks < 2 && text[..text.len() - len].ends_with(b"_") {
        marks += 1;
        len += 1;
        len += usize::from(text[..text.len() - len].ends_with(b"\\"));
    }
    Opening { start: word - len, marks, bold: false }
}

/// The length of the marks behind a core; `Some(None)` if it goes on there as another, and `None` if the text must
/// go on to tell.
fn after(text: &[u8], opening: &Opening, exact: bool, ended: bool) -> Option<Option<usize>> {
    if exact && text.starts_with(b"__") {
        return Some(Some(2));
    }
    let marks: &[&[u8]] = if opening.bold { &[b"*", b"*"] } else { &[b"_", b"\\_"] };
    let (mut len, mut count) = (0, 0);
    while count < 2 {
        match marks.iter().find(|mark| text[len..].starts_with(mark)) {
            Some(mark) => len += mark.len(),
            None if !ended && matches!(text[len..], [] | [b'\\']) => return None,
            None => break,
        }
        count += 1;
    }
    let goes_on = count < 2 && text.get(len).is_some_and(u8::is_ascii_alphanumeric);
    Some((!goes_on).then_some(len))
}

/// Where in JSON a text is.
#[derive(Default)]
struct Json {
    /// In a string.
    outer: bool,
    /// The string holds JSON itself: it began with a bracket.
    nested: Option<bool>,
    /// In a string of that.
    inner: bool,
    /// How many backslashes stand before.
    escapes: usize,
}

impl Json {
    fn follow(&mut self, byte: u8) {
        let escapes = std::mem::take(&mut self.escapes);
        match byte {
            b'\\' if self.outer => self.escapes = escapes + 1,
            b'"' if escapes == 0 => {
                *self = Json { outer: !self.outer, ..Json::default() };
            }
            // `\"` is a quote of the JSON within, `\\\"` one of its content.
            b'"' if escapes == 1 && self.nested == Some(true) => self.inner = !self.inner,
            // `\\` is a backslash, and what follows it stands for itself.
            b'"' if escapes.is_multiple_of(2) => *self = Json::default(),
            byte if byte.is_ascii_whitespace() || escapes > 0 => {}
            byte => self.nested = self.nested.or(Some(matches!(byte, b'{' | b'['))),
        }
    }

    fn write(&mut self, form: Form, value: &[u8], out: &mut Vec<u8>) {
        match form {
            Form::Plain => out.extend_from_slice(value),
            Form::Json if self.outer && self.nested == Some(true) && self.inner => {
                let mut once = Vec::new();
                escape(value, &mut once);
                escape(&once, out);
            }
            Form::Json => escape(value, out),
        }
        self.nested = self.nested.or(self.outer.then_some(false));
        self.escapes = 0;
    }
}

/// What stands for the bytes in a JSON string.
fn escape(value: &[u8], out: &mut Vec<u8>) {
    for &byte in value {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            0..0x20 => {
                let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
                out.extend(b"\\u00");
                out.extend([digit(byte >> 4), digit(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
}

impl fmt::Debug for Restorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Restorer({} values)", self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "__SECRET_API_KEY_k7q2m9__";

    fn restored(form: Form, text: &str) -> String {
        let restore = |size: usize| {
            let values = [
                (ONE.to_owned(), b"a\"b\\c\n".to_vec()),
                ("__SECRET_API_KEY_k7q2m9x__".to_owned(), b"longer".to_vec()),
                ("__SECRET_JWT_abcdef__".to_owned(), b"plain".to_vec()),
            ];
            let mut restorer = Restorer::new(values, form);
            let mut out = Vec::new();
            text.as_bytes().chunks(size).for_each(|piece| restorer.push(piece, &mut out));
            restorer.finish(&mut out);
            String::from_utf8(out).unwrap()
        };
        let whole = restore(text.len().max(1));
        for size in 1..text.len() {
            assert_eq!(restore(size), whole, "in pieces of {size}");
        }
        whole
    }

    #[test]
    fn mangled_placeholders_are_understood() {
        for text in [
            "__SECRET_JWT_abcdef__",
            "__secret_jwt_ABCDEF__",
            "\\_\\_SECRET\\_JWT\\_abcdef\\_\\_",
            "**SECRET_JWT_abcdef**",
            "SECRET_JWT_abcdef",
            "_SECRET_JWT_abcdef_",
            "__SECRET_\n  JWT_abcdef__",
            "__SEC\r\nRET_JWT_abc\ndef__",
        ] {
            assert_eq!(restored(Form::Plain, text), "plain", "{text}");
            assert_eq!(restored(Form::Plain, &format!("a `{text}`, b")), "a `plain`, b", "{text}");
        }
        for (text, expected) in [
            ("__SECRET_API_KEY_k7q2m9x__", "longer"),
            ("x__SECRET_JWT_abcdef__y", "xplainy"),
            ("x___SECRET_JWT_abcdef___y", "x_plain_y"),
            ("__SECRET_JWT_abcdef____SECRET_JWT_abcdef__", "plainplain"),
            ("SECRET_JWT_abcdef\nSECRET_JWT_abcdef", "plain\nplain"),
        ] {
            assert_eq!(restored(Form::Plain, text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_none_stays() {
        for text in [
            "",
            "s",
            "secrets",
            "SECRET_JWT_abcdefg",
            "xSECRET_JWT_abcdef",
            "__SECRET_JWT_abcde__",
            "__SECRET_JWT_",
            "**__\\",
            "__SECRET_JWT_\n\n\n\nabcdef__",
        ] {
            assert_eq!(restored(Form::Plain, text), text);
        }
    }

    #[test]
    fn values_are_escaped_for_the_string_they_stand_in() {
        for (text, expected) in [
            (format!("{{\"a\": \"x {ONE}\"}}"), r#"{"a": "x a\"b\\c\n"}"#),
            (format!("\"say \\\"{ONE}\\\"\""), r#""say \"a\"b\\c\n\"""#),
            (
                format!("{{\"args\": \"{{\\\"a\\\": \\\"{ONE}\\\"}}\"}}"),
                r#"{"args": "{\"a\": \"a\\\"b\\\\c\\n\"}"}"#,
            ),
        ] {
            let found = restored(Form::Json, &text);
            assert_eq!(found, expected);
        }
    }
}
