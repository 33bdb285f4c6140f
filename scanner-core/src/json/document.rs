//! A JSON text with its values as places in it, so that a walk can look at what stands beside a value.

use std::borrow::Cow;
use std::ops::Range;

use super::lexer::{Error, Lexer, Token};
use super::{Edits, decode};

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

/// A text that is JSON.
pub struct Document<'t> {
    text: &'t [u8],
    nodes: Vec<Node>,
}

/// A value: its place, that of its key, and the node after all that stands in it.
///
/// Small, since there may be as many of them as half the text has bytes.
struct Node {
    kind: Kind,
    span: Place,
    key: Place,
    after: u32,
}

/// Where something stands.
#[derive(Clone, Copy, Default)]
struct Place {
    start: u32,
    end: u32,
}

impl From<Range<usize>> for Place {
    fn from(span: Range<usize>) -> Place {
        // Longer texts are not read.
        Place { start: span.start as u32, end: span.end as u32 }
    }
}

impl Place {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value in a [`Document`].
#[derive(Clone, Copy)]
pub struct Value<'d> {
    pub(super) text: &'d [u8],
    nodes: &'d [Node],
    index: usize,
}

impl<'t> Document<'t> {
    /// Reads a text. It may begin with a byte order mark; bytes that are not UTF-8 may stand in strings.
    ///
    /// # Errors
    /// When it is no JSON, nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH), or 4 GiB long.
    pub fn parse(text: &'t [u8]) -> Result<Document<'t>, Error> {
        Document::read(text).map_err(|(error, _)| error)
    }

    /// What can be read of a text that is no JSON, or not all there: all values until the error, and what
    /// was open then is closed there. None if there is not even a beginning.
    pub fn parse_beginning(text: &'t [u8]) -> Option<Document<'t>> {
        let document = match Document::read(text) {
            Ok(document) => document,
            Err((_, document)) => document,
        };
        (!document.nodes.is_empty()).then_some(document)
    }

    fn read(text: &'t [u8]) -> Result<Document<'t>, (Error, Document<'t>)> {
        let mut lexer = Lexer::new(text);
        let mut nodes: Vec<Node> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut key = Place::default();
        if u32::try_from(text.len()).is_err() {
            let error = Error::new(text.len(), "the text is too long");
            return Err((error, Document { text, nodes }));
        }
        let outcome = loop {
            match lexer.next() {
                Ok(Some(Token::Key(span))) => key = span.into(),
                Ok(Some(Token::Scalar(kind, span))) => {
                    let (key, after) = (std::mem::take(&mut key), nodes.len() as u32 + 1);
                    nodes.push(Node { kind, span: span.into(), key, after });
                }
                Ok(Some(Token::Open(kind, start))) => {
                    open.push(nodes.len());
                    let key = std::mem::take(&mut key);
                    nodes.push(Node { kind, span: (start..start).into(), key, after: 0 });
                }
                Ok(Some(Token::Close(end))) => {
                    let after = nodes.len() as u32;
                    if let Some(index) = open.pop() {
                        nodes[index].span.end = end as u32;
                        nodes[index].after = after;
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        let after = nodes.len() as u32;
        for index in open {
            nodes[index].span.end = text.len() as u32;
            nodes[index].after = after;
        }
        let document = Document { text, nodes };
        match outcome {
            Ok(()) => Ok(document),
            Err(error) => Err((error, document)),
        }
    }

    /// The value that the text is.
    pub fn root(&self) -> Value<'_> {
        Value { text: self.text, nodes: &self.nodes, index: 0 }
    }

    /// The text with changes.
    pub fn edited(&self, edits: Edits) -> Cow<'t, [u8]> {
        edits.apply(self.text)
    }
}

impl<'d> Value<'d> {
    fn node(&self) -> &'d Node {
        &self.nodes[self.index]
    }

    /// What kind of value it is.
    pub fn kind(&self) -> Kind {
        self.node().kind
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        self.kind() == Kind::Array
    }

    /// Where it stands in the text; a string with its quotes.
    pub fn span(&self) -> Range<usize> {
        self.node().span.range()
    }

    /// As it is written.
    pub fn raw(&self) -> &'d [u8] {
        &self.text[self.span()]
    }

    /// The string without quotes and escapes, if it is one.
    pub fn text(&self) -> Option<Cow<'d, [u8]>> {
        (self.kind() == Kind::String).then(|| decode(inner(self.raw())))
    }

    /// The same, if it is UTF-8.
    pub fn str(&self) -> Option<Cow<'d, str>> {
        match self.text()? {
            Cow::Borrowed(text) => std::str::from_utf8(text).ok().map(Cow::Borrowed),
            Cow::Owned(text) => String::from_utf8(text).ok().map(Cow::Owned),
        }
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        self.raw() == b"true"
    }

    /// The number, if it is a whole one.
    pub fn whole(&self) -> Option<u64> {
        std::str::from_utf8(self.raw()).ok()?.parse().ok()
    }

    /// Its key without quotes and escapes, if it stands in an object.
    pub fn key(&self) -> Option<Cow<'d, [u8]>> {
        self.key_span().map(|span| decode(inner(&self.text[span])))
    }

    /// Where its key stands, with its quotes.
    pub fn key_span(&self) -> Option<Range<usize>> {
        let span = self.node().key.range();
        (!span.is_empty()).then_some(span)
    }

    /// The value under a key; the last one, if the key stands there more than once.
    pub fn get(&self, key: &str) -> Option<Value<'d>> {
        self.children().filter(|value| value.key().as_deref() == Some(key.as_bytes())).last()
    }

    /// The first of several keys that is there.
    pub fn get_any(&self, keys: &[&str]) -> Option<Value<'d>> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// What stands directly in it.
    pub fn children(&self) -> impl Iterator<Item = Value<'d>> + use<'d> {
        let Value { text, nodes, index } = *self;
        let container = matches!(self.kind(), Kind::Object | Kind::Array);
        let end = if container { nodes[index].after as usize } else { index };
        let mut next = index + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = Value { text, nodes, index: next };
                next = nodes[next].after as usize;
                child
            })
        })
    }
}

/// A string without its quotes.
fn inner(raw: &[u8]) -> &[u8] {
    &raw[1..raw.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_places() {
        let text = br#" {"a":"x\n", "b" : [1, {"c":true}, []], "n\u0041":null, "a":"last"} "#;
        let document = Document::parse(text).unwrap();
        let root = document.root();
        assert_eq!(root.raw(), text.trim_ascii());
        assert_eq!(root.get("a").unwrap().text().unwrap(), &b"last"[..]);
        assert_eq!(root.children().next().unwrap().text().unwrap(), &b"x\n"[..]);
        assert_eq!(root.get("nA").unwrap().kind(), Kind::Null);
        let b: Vec<&[u8]> = root.get("b").unwrap().children().map(|value| value.raw()).collect();
        assert_eq!(b, [&b"1"[..], br#"{"c":true}"#, b"[]"]);
        assert!(root.get("b").unwrap().children().nth(1).unwrap().get("c").unwrap().is_true());
        assert!(root.get("x").is_none());
        assert_eq!(root.get("a").unwrap().children().count(), 0);
    }

    #[test]
    fn a_beginning() {
        let document = Document::parse_beginning(br#"{"event":"x","in":{"a":"#).unwrap();
        let root = document.root();
        assert_eq!(root.get("event").unwrap().str().unwrap(), "x");
        assert_eq!(root.get("in").unwrap().raw(), br#"{"a":"#);
        assert!(Document::parse_beginning(b"nonsense").is_none());
    }
}
