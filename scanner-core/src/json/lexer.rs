//! From bytes to tokens, with the grammar checked and no memory but one bit for each level of nesting.
//!
//! The one place that reads JSON: documents are built on it, and so is the look into tokens that
//! [`checks`](crate::checks) take.

use std::fmt;
use std::ops::Range;

use super::Kind;

/// How deep arrays and objects may stand in each other.
pub const MAX_DEPTH: usize = 512;

/// Why a text is no JSON, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    offset: usize,
    why: &'static str,
}

impl Error {
    pub(super) fn new(offset: usize, why: &'static str) -> Error {
        Error { offset, why }
    }

    /// The byte at which it was noticed, counted from 0.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no JSON: {} at byte {}", self.why, self.offset)
    }
}

impl std::error::Error for Error {}

/// A piece of JSON. Commas and colons are checked and not reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name in an object, with its quotes.
    Key(Range<usize>),
    /// A string, number, boolean or null.
    Scalar(Kind, Range<usize>),
    /// An array or object begins.
    Open(Kind, usize),
    /// It ends, after this many bytes of text.
    Close(usize),
}

/// Reads tokens until the text ends.
#[derive(Clone)]
pub(crate) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
    /// For each level, whether it is an object.
    objects: [u64; MAX_DEPTH / 64],
    expect: Expect,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// In an array that has just begun.
    ValueOrEnd,
    /// In an object that has just begun.
    KeyOrEnd,
    /// After a value: a comma or an end.
    More,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Lexer<'t> {
        // A byte order mark is what some shells put before what they pipe.
        let at = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Lexer { text, at, depth: 0, objects: [0; MAX_DEPTH / 64], expect: Expect::Value }
    }

    /// How many arrays and objects are open.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// The next token, or none at the end of a text that was JSON.
    pub(crate) fn next(&mut self) -> Result<Option<Token>, Error> {
        self.space();
        if self.expect == Expect::More {
            if self.depth == 0 {
                return match self.peek() {
                    None => Ok(None),
                    Some(_) => Err(self.wrong("there is more after the end")),
                };
            }
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.space();
                    if self.in_object() {
                        return self.key().map(Some);
                    }
                    self.expect = Expect::Value;
                }
                Some(b'}' | b']') => return self.close().map(Some),
                _ => return Err(self.wrong("a comma or a closing bracket is missing")),
            }
        }
        match (self.expect, self.peek()) {
            (Expect::ValueOrEnd, Some(b']')) | (Expect::KeyOrEnd, Some(b'}')) => {
                self.close().map(Some)
            }
            (Expect::KeyOrEnd, _) => self.key().map(Some),
            _ => self.value().map(Some),
        }
    }

    fn key(&mut self) -> Result<Token, Error> {
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a name in quotes is missing"));
        }
        let span = self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.wrong("a colon is missing"));
        }
        self.at += 1;
        self.expect = Expect::Value;
        Ok(Token::Key(span))
    }

    fn value(&mut self) -> Result<Token, Error> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => return self.open(Kind::Object),
            Some(b'[') => return self.open(Kind::Array),
            Some(b'"') => {
                let span = self.string()?;
                self.expect = Expect::More;
                return Ok(Token::Scalar(Kind::String, span));
            }
            Some(b't') => self.word(b"true", Kind::Boolean)?,
            Some(b'f') => self.word(b"false", Kind::Boolean)?,
            Some(b'n') => self.word(b"null", Kind::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) => return Err(self.wrong("a value is missing")),
            None => return Err(self.wrong("the text ends too early")),
        };
        self.expect = Expect::More;
        Ok(Token::Scalar(kind, start..self.at))
    }

    fn open(&mut self, kind: Kind) -> Result<Token, Error> {
        if self.depth == MAX_DEPTH {
            return Err(self.wrong("arrays and objects are nested too deep"));
        }
        let (word, bit) = (self.depth / 64, 1u64 << (self.depth % 64));
        if kind == Kind::Object {
            self.objects[word] |= bit;
            self.expect = Expect::KeyOrEnd;
        } else {
            self.objects[word] &= !bit;
            self.expect = Expect::ValueOrEnd;
        }
        self.depth += 1;
        self.at += 1;
        Ok(Token::Open(kind, self.at - 1))
    }

    fn close(&mut self) -> Result<Token, Error> {
        if (self.peek() == Some(b'}')) != self.in_object() {
            return Err(self.wrong("brackets do not match"));
        }
        self.depth -= 1;
        self.at += 1;
        self.expect = Expect::More;
        Ok(Token::Close(self.at))
    }

    fn in_object(&self) -> bool {
        let level = self.depth - 1;
        self.objects[level / 64] >> (level % 64) & 1 == 1
    }

    /// A string, from quote to quote.
    fn string(&mut self) -> Result<Range<usize>, Error> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(self.wrong("a string does not end")),
                Some(b'"') => break,
                Some(0..0x20) => return Err(self.wrong("a control character stands in a string")),
                Some(b'\\') => match self.text.get(self.at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
                    Some(b'u') => {
                        let digits = self.text.get(self.at + 2..self.at + 6).unwrap_or_default();
                        if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                            return Err(self.wrong("an escape is not complete"));
                        }
                        self.at += 6;
                    }
                    Some(_) => return Err(self.wrong("there is no such escape")),
                    None => return Err(self.wrong("a string does not end")),
                },
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(start..self.at)
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<Kind, Error> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wrong("a value is missing"));
        }
        self.at += word.len();
        Ok(kind)
    }

    fn number(&mut self) -> Result<Kind, Error> {
        self.skip(b"-");
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.skip(b"+-");
            self.digits()?;
        }
        Ok(Kind::Number)
    }

    fn skip(&mut self, any: &[u8]) {
        if self.peek().is_some_and(|byte| any.contains(&byte)) {
            self.at += 1;
        }
    }

    fn digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(self.wrong("a digit is missing")) } else { Ok(()) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn wrong(&self, why: &'static str) -> Error {
        Error::new(self.at, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<usize, Error> {
        let mut lexer = Lexer::new(text);
        let mut count = 0;
        while lexer.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn what_is_json() {
        for (text, tokens) in [
            ("{}", 2),
            (" [ ] \r\n", 2),
            ("\u{feff}null", 1),
            ("-0.5e+10", 1),
            ("1E9", 1),
            (r#""a\"\\\/\b\f\n\r\t\u00e9\ud800""#, 1),
            (r#"{"a":[1,{"a":true,"a":false}],"":null}"#, 14),
        ] {
            assert_eq!(read(text.as_bytes()), Ok(tokens), "{text}");
        }
        assert_eq!(read(b"[\"\xff\xfe\"]"), Ok(3));
    }

    #[test]
    fn what_is_not_and_where() {
        for (text, offset) in [
            ("", 0),
            ("  ", 2),
            ("{", 1),
            ("{]", 1),
            ("[}", 1),
            ("[1}", 2),
            ("{\"a\"}", 4),
            ("{\"a\":}", 5),
            ("{\"a\":1,}", 7),
            ("{\"a\":1 \"b\":2}", 7),
            ("{a:1}", 1),
            ("[1,]", 3),
            ("[,1]", 1),
            ("[1 2]", 3),
            ("1 2", 2),
            ("01", 1),
            ("1.", 2),
            ("-", 1),
            (".5", 0),
            ("1e", 2),
            ("tru", 0),
            ("NaN", 0),
            ("'a'", 0),
            ("\"a", 2),
            ("\"a\\", 2),
            ("\"\\x\"", 1),
            ("\"\\u12g4\"", 1),
            ("\"a\nb\"", 2),
            ("// c\n1", 0),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap_err().offset(), offset, "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(read(nested(MAX_DEPTH).as_bytes()), Ok(2 * MAX_DEPTH));
        assert_eq!(read(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err().offset(), MAX_DEPTH);
        assert!(read("{\"a\":".repeat(1_000_000).as_bytes()).is_err());
    }
}
