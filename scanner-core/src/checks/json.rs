//! A look at the top level of a JSON object: is it one, and what does it say under a key.
//!
//! Apart from [`json`](crate::json), on whose tokens it stands, because tokens hold small objects of which one
//! or two values matter, and nothing may be allocated for them.

use crate::json::{Kind, Lexer, Token};

/// A JSON object's text, already known to be one.
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
            Value::Raw(raw) => {
                let mut lexer = Lexer::new(raw);
                let array = matches!(lexer.next(), Ok(Some(Token::Open(Kind::Array, _))));
                match array.then(|| value(raw, &mut lexer))?? {
                    Value::String(text) => Some(text),
                    Value::Raw(_) => None,
                }
            }
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
        Some(Object(text))
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
    text: &'a [u8],
    lexer: Lexer<'a>,
}

impl<'a> Members<'a> {
    fn new(text: &'a [u8]) -> Option<Self> {
        let mut lexer = Lexer::new(text);
        matches!(lexer.next(), Ok(Some(Token::Open(Kind::Object, _))))
            .then_some(Members { text, lexer })
    }

    fn next(&mut self) -> Option<Option<(&'a [u8], Value<'a>)>> {
        match self.lexer.next().ok()? {
            Some(Token::Key(key)) => {
                let value = value(self.text, &mut self.lexer)?;
                Some(Some((&self.text[key.start + 1..key.end - 1], value)))
            }
            // The end of the object, after which there is nothing.
            _ => self.lexer.next().ok()?.is_none().then_some(None),
        }
    }
}

/// The next value, whole.
fn value<'a>(text: &'a [u8], lexer: &mut Lexer<'a>) -> Option<Value<'a>> {
    match lexer.next().ok()?? {
        Token::Scalar(Kind::String, span) => {
            Some(Value::String(&text[span.start + 1..span.end - 1]))
        }
        Token::Scalar(_, span) => Some(Value::Raw(&text[span])),
        Token::Open(_, start) => {
            let outside = lexer.depth() - 1;
            loop {
                if let Token::Close(end) = lexer.next().ok()??
                    && lexer.depth() == outside
                {
                    return Some(Value::Raw(&text[start..end]));
                }
            }
        }
        Token::Key(_) | Token::Close(_) => None,
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
