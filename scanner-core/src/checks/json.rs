//! A look at the top level of a JSON object: is it one, and what does it say under a key.
//!
//! Apart, and no library, because tokens hold small objects of which one or two values matter,
//! the text is hostile, and nothing may allocate or recurse.

/// A JSON object's text, already known to be well formed at its top level.
#[derive(Clone, Copy)]
pub(super) struct Object<'a>(&'a [u8]);

/// A value as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A string without its quotes, escapes left as they are.
    String(&'a [u8]),
    /// Anything else.
    Raw(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The string, or the first string of an array.
    pub(super) fn text(self) -> Option<&'a [u8]> {
        match self {
            Value::String(text) => Some(text),
            Value::Raw(raw) => match (Cursor { text: raw, at: 1 }).value()? {
                Value::String(text) if raw.starts_with(b"[") => Some(text),
                _ => None,
            },
        }
    }

    /// A whole number, its fraction dropped.
    pub(super) fn number(self) -> Option<i64> {
        let (Value::Raw(text) | Value::String(text)) = self;
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&text[..digits]).ok()?.parse().ok()
    }
}

impl<'a> Object<'a> {
    /// The object that `text` is. White space may stand around it, nothing else.
    pub(super) fn parse(text: &'a [u8]) -> Option<Object<'a>> {
        let mut members = Members::new(text)?;
        while members.next()?.is_some() {}
        members.cursor.space();
        (members.cursor.at == text.len()).then_some(Object(text))
    }

    /// The value of the first member with that key.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        let mut members = Members::new(self.0)?;
        while let Some((name, value)) = members.next()? {
            if name == key.as_bytes() {
                return Some(value);
            }
        }
        None
    }
}

/// Goes through the members of an object. The outer `None` of `next` is an error.
struct Members<'a> {
    cursor: Cursor<'a>,
    first: bool,
    done: bool,
}

impl<'a> Members<'a> {
    fn new(text: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor { text, at: 0 };
        cursor.expect(b'{')?;
        Some(Members { cursor, first: true, done: false })
    }

    fn next(&mut self) -> Option<Option<(&'a [u8], Value<'a>)>> {
        if self.done {
            return Some(None);
        }
        let cursor = &mut self.cursor;
        if cursor.expect(b'}').is_some() {
            self.done = true;
            return Some(None);
        }
        if !std::mem::take(&mut self.first) {
            cursor.expect(b',')?;
        }
        let Value::String(name) = cursor.value()? else { return None };
        cursor.expect(b':')?;
        Some(Some((name, cursor.value()?)))
    }
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.text.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn value(&mut self) -> Option<Value<'a>> {
        self.space();
        let start = self.at;
        match self.text.get(start)? {
            b'"' => self.string().map(Value::String),
            b'{' | b'[' => self.container().map(Value::Raw),
            _ => {
                // A number, `true`, `false` or `null`: told apart by nobody here.
                let plain = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let len = self.text[start..].iter().take_while(plain).count();
                self.at += len;
                (len > 0).then(|| Value::Raw(&self.text[start..self.at]))
            }
        }
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            match self.text.get(at)? {
                b'"' => break,
                b'\\' => at += 2,
                0..0x20 => return None,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        Some(&self.text[start..at])
    }

    /// An inner object or array: its brackets balance and its strings end.
    fn container(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let mut depth = 0usize;
        loop {
            match self.text.get(self.at)? {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                b'"' => {
                    self.string()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(&self.text[start..self.at]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get<'a>(text: &'a str, key: &str) -> Option<Value<'a>> {
        Object::parse(text.as_bytes())?.get(key)
    }

    #[test]
    fn values_under_keys() {
        let text = r#" { "a" : "x\"y", "b":[{"c":"]"},1], "n": 12.5, "e":{} } "#;
        assert_eq!(get(text, "a"), Some(Value::String(br#"x\"y"#)));
        assert_eq!(get(text, "b"), Some(Value::Raw(br#"[{"c":"]"},1]"#)));
        assert_eq!(get(text, "n").unwrap().number(), Some(12));
        assert_eq!(get(text, "c"), None);
        assert_eq!(get(r#"{"aud":["one","two"]}"#, "aud").unwrap().text(), Some(&b"one"[..]));
        assert_eq!(get(r#"{"aud":[]}"#, "aud").unwrap().text(), None);
        assert_eq!(get(r#"{"aud":5}"#, "aud").unwrap().text(), None);
    }

    #[test]
    fn what_is_no_object() {
        for text in [
            "",
            "{",
            "[]",
            "\"a\"",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1}x",
            "{\"a\":[}",
            "{\"a\":\"\\",
            "{,}",
            "{\"a\":1}}",
        ] {
            assert!(Object::parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Object::parse(b"{}").is_some());
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(Object::parse(deep.as_bytes()).is_none());
    }
}
