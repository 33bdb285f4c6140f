//! Changes to a JSON text: strings replaced, members and elements added and taken away, everything else as
//! it was.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::{Document, Value, encode};

/// Changes to a text, to be made all at once.
#[derive(Default)]
pub struct Edits {
    list: Vec<(Range<usize>, Vec<u8>)>,
}

impl Edits {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Puts a string in the place of a string or key, quotes included in `span`.
    pub fn replace(&mut self, span: Range<usize>, bytes: &[u8]) {
        let mut string = Vec::with_capacity(bytes.len() + 2);
        string.push(b'"');
        encode(bytes, &mut string);
        string.push(b'"');
        self.replace_raw(span, string);
    }

    /// Puts JSON in the place of a value.
    pub fn replace_raw(&mut self, span: Range<usize>, json: Vec<u8>) {
        self.list.push((span, json));
    }

    /// The changes that lie in `span`, as changes to that part alone.
    #[must_use]
    pub fn within(mut self, span: Range<usize>) -> Edits {
        self.list.retain_mut(|(range, _)| {
            let inside = span.start <= range.start && range.end <= span.end;
            if inside {
                *range = range.start - span.start..range.end - span.start;
            }
            inside
        });
        self
    }

    /// The changed text. Borrowed when nothing was changed.
    ///
    /// # Panics
    /// When changes overlap or lie outside of the text.
    pub fn apply(mut self, text: &[u8]) -> Cow<'_, [u8]> {
        if self.list.is_empty() {
            return Cow::Borrowed(text);
        }
        self.list.sort_by_key(|(span, _)| (span.start, span.end));
        let mut out = Vec::with_capacity(text.len());
        let mut done = 0;
        for (span, new) in &self.list {
            out.extend_from_slice(&text[done..span.start]);
            out.extend_from_slice(new);
            done = span.end;
        }
        out.extend_from_slice(&text[done..]);
        Cow::Owned(out)
    }
}

// What is put into a text may be secret, as where secrets are put back.
impl fmt::Debug for Edits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list.iter().map(|(span, _)| span)).finish()
    }
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({:?}, {} bytes)", self.key, self.json.len())
    }
}

/// What a text is indented with: as most of it is, or two spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit(String);

impl Unit {
    /// That of a text.
    pub fn of(document: &Document<'_>) -> Unit {
        let root = document.root();
        let indent = root.children().next().map_or("", |first| indent(root.text, start(first)));
        Unit(if indent.is_empty() { "  ".to_owned() } else { indent.to_owned() })
    }
}

/// A member or an element to add: a key, if it is for an object, and JSON that is indented by two spaces.
#[derive(Clone, Copy)]
pub struct Member<'m> {
    /// The key.
    pub key: Option<&'m str>,
    /// The value.
    pub json: &'m str,
}

impl Edits {
    /// Adds a member at the end of an object, or an element at the end of an array.
    pub fn append(&mut self, container: Value<'_>, member: Member<'_>, unit: &Unit) {
        let text = container.text;
        let span = container.span();
        let outer = indent(text, span.start).to_owned();
        let inner = match container.children().last() {
            // A line of its own, like its neighbour.
            Some(last) if line_begins(text, start(last)) => indent(text, start(last)).to_owned(),
            _ => format!("{outer}{}", unit.0),
        };
        let newline = if memchr::memmem::find(text, b"\r\n").is_some() { "\r\n" } else { "\n" };
        let mut new = String::new();
        if let Some(key) = member.key {
            let mut name = Vec::new();
            encode(key.as_bytes(), &mut name);
            new.push_str(&format!("\"{}\": ", String::from_utf8_lossy(&name)));
        }
        for (number, line) in member.json.lines().enumerate() {
            let depth = (line.len() - line.trim_start_matches(' ').len()) / 2;
            if number > 0 {
                new.push_str(newline);
                new.push_str(&inner);
            }
            new.push_str(&unit.0.repeat(depth));
            new.push_str(line.trim_start_matches(' '));
        }
        match container.children().last() {
            None => {
                let json = format!("{newline}{inner}{new}{newline}{outer}");
                self.replace_raw(span.start + 1..span.end - 1, json.into_bytes());
            }
            Some(last) => {
                let at = last.span().end;
                let close = span.end - 1;
                let mut json = format!(",{newline}{inner}{new}");
                let mut end = at;
                if !line_begins(text, close) {
                    json.push_str(&format!("{newline}{outer}"));
                    end = close;
                }
                self.replace_raw(at..end, json.into_bytes());
            }
        }
    }

    /// Takes away members or elements of one container, with their commas and lines.
    pub fn remove(&mut self, container: Value<'_>, which: impl Fn(Value<'_>) -> bool) {
        let span = container.span();
        let mut kept_end = None;
        // From the end of what is kept, or the bracket, to the end of the last of a run that goes.
        let mut run: Option<Range<usize>> = None;
        let mut end_before = span.start + 1;
        for child in container.children() {
            let end = child.span().end;
            if which(child) {
                match &mut run {
                    Some(run) => run.end = end,
                    None => run = Some(end_before..end),
                }
            } else {
                if let Some(run) = run.take() {
                    match kept_end {
                        // Its comma stays with the next one.
                        Some(_) => self.replace_raw(run, Vec::new()),
                        None => {
                            self.replace_raw(lead(container.text, &run)..start(child), Vec::new())
                        }
                    }
                }
                kept_end = Some(end);
            }
            end_before = end;
        }
        if let Some(run) = run {
            match kept_end {
                Some(_) => self.replace_raw(run, Vec::new()),
                None => self.replace_raw(span.start + 1..span.end - 1, Vec::new()),
            }
        }
    }
}

/// Where the first thing after an opening bracket begins, whose white space is kept.
fn lead(text: &[u8], run: &Range<usize>) -> usize {
    let space = text[run.start..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    run.start + space
}

/// Where a member or element begins.
fn start(value: Value<'_>) -> usize {
    value.key_span().unwrap_or_else(|| value.span()).start
}

/// The white space at the beginning of the line on which `at` stands.
fn indent(text: &[u8], at: usize) -> &str {
    let line = memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
    let space = text[line..at].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    std::str::from_utf8(&text[line..line + space]).unwrap_or("")
}

/// Whether nothing but white space stands before `at` on its line, and there is a line before it.
fn line_begins(text: &[u8], at: usize) -> bool {
    let before = text[..at].trim_ascii_end();
    text[before.len()..at].contains(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appended(text: &str, path: &[&str], key: Option<&str>, json: &str) -> String {
        let document = Document::parse(text.as_bytes()).unwrap();
        let mut container = document.root();
        for key in path {
            container = container.get(key).unwrap();
        }
        let mut edits = Edits::default();
        edits.append(container, Member { key, json }, &Unit::of(&document));
        let new = String::from_utf8(document.edited(edits).into_owned()).unwrap();
        assert!(Document::parse(new.as_bytes()).is_ok(), "{new}");
        new
    }

    #[test]
    fn append() {
        for (text, path, key, new) in [
            ("{}", &[][..], Some("a"), "{\n  \"a\": {\n    \"x\": 1\n  }\n}"),
            ("{ }\n", &[], Some("a"), "{\n  \"a\": {\n    \"x\": 1\n  }\n}\n"),
            (
                "{\n    \"b\": 1\n}\n",
                &[],
                Some("a"),
                "{\n    \"b\": 1,\n    \"a\": {\n        \"x\": 1\n    }\n}\n",
            ),
            ("{\"b\":1}", &[], Some("a"), "{\"b\":1,\n  \"a\": {\n    \"x\": 1\n  }\n}"),
            (
                "{\r\n\t\"l\": [\r\n\t\t1\r\n\t]\r\n}",
                &["l"],
                None,
                "{\r\n\t\"l\": [\r\n\t\t1,\r\n\t\t{\r\n\t\t\t\"x\": 1\r\n\t\t}\r\n\t]\r\n}",
            ),
            (
                "{\n  \"l\": [1, 2]\n}",
                &["l"],
                None,
                "{\n  \"l\": [1, 2,\n    {\n      \"x\": 1\n    }\n  ]\n}",
            ),
        ] {
            assert_eq!(appended(text, path, key, "{\n  \"x\": 1\n}"), new, "{text}");
        }
    }

    #[test]
    fn remove() {
        for (text, new) in [
            ("[9]", "[]"),
            ("[\n  9\n]", "[]"),
            ("[9, 1]", "[1]"),
            ("[ 9, 1 ]", "[ 1 ]"),
            ("[1, 9]", "[1]"),
            ("[1, 9, 9, 2, 9]", "[1, 2]"),
            ("[\n  9,\n  1\n]", "[\n  1\n]"),
            ("[\n  1,\n  9\n]", "[\n  1\n]"),
            ("[\n  1,\n  9,\n  2\n]", "[\n  1,\n  2\n]"),
            ("{\"a\": 9, \"b\": 1}", "{\"b\": 1}"),
            ("{\"b\": 1, \"a\": 9}", "{\"b\": 1}"),
            ("[9, 9]", "[]"),
            ("[1]", "[1]"),
        ] {
            let document = Document::parse(text.as_bytes()).unwrap();
            let mut edits = Edits::default();
            edits.remove(document.root(), |value| value.raw() == b"9");
            assert_eq!(String::from_utf8_lossy(&document.edited(edits)), new, "{text}");
        }
    }

    #[test]
    fn strings_change_and_nothing_else() {
        let text = br#"{ "a" :"\u0041" ,"n":1.0e0,"a":"B"}"#;
        let document = Document::parse(text).unwrap();
        let mut edits = Edits::default();
        for value in document.root().children() {
            if value.text().as_deref() == Some(b"B") {
                edits.replace(value.span(), b"\n");
                edits.replace(value.key_span().unwrap(), b"k");
            }
        }
        assert_eq!(*document.edited(edits), *br#"{ "a" :"\u0041" ,"n":1.0e0,"k":"\n"}"#);
        assert!(matches!(document.edited(Edits::default()), Cow::Borrowed(_)));
    }
}
