//! The walk through a JSON value that hands each text to the redaction.

use super::{Error, Names, Redact, keep};
use crate::checks::encoding::{base64_to_vec, encode_padded};
use crate::json::{Document, Edits, Kind, Value};

/// How often a string may be JSON whose strings are JSON.
const MAX_NESTED: usize = 3;
/// The longest string that is shown with its name. What is longer is no password.
const LONGEST_VALUE: usize = 512;

/// A walk with what it does to each text.
pub(super) struct Walk<'r, E> {
    redact: &'r mut Redact<'r, E>,
    strict: bool,
    nested: usize,
}

impl<'r, E> Walk<'r, E> {
    /// A walk; see [`rewrite`](super::rewrite) for what it is given.
    pub(super) fn new(strict: bool, redact: &'r mut Redact<'r, E>) -> Walk<'r, E> {
        Walk { redact, strict, nested: 0 }
    }

    /// Redacts a value and all in it. The depth of a document is bounded, so this may recurse.
    pub(super) fn value(
        &mut self,
        value: Value<'_>,
        parent: Option<Value<'_>>,
        names: Names,
        edits: &mut Edits,
    ) -> Result<(), Error<E>> {
        match value.kind() {
            Kind::String => {
                if let Some(new) = self.string(value, parent, names)? {
                    edits.replace(value.span(), &new);
                }
            }
            Kind::Array => {
                for child in value.children() {
                    self.value(child, None, names, edits)?;
                }
            }
            Kind::Object => {
                for child in value.children() {
                    self.member(child, value, names, edits)?;
                }
            }
            Kind::Number | Kind::Boolean | Kind::Null => {}
        }
        Ok(())
    }

    fn member(
        &mut self,
        child: Value<'_>,
        parent: Value<'_>,
        names: Names,
        edits: &mut Edits,
    ) -> Result<(), Error<E>> {
        let key = child.key().unwrap_or_default();
        if names == Names::Api {
            if !self.strict && keep::passes_whole(&key, parent) {
                return Ok(());
            }
            let names = if keep::is_free(&key, child) { Names::Free } else { Names::Api };
            return self.value(child, Some(parent), names, edits);
        }
        if let (Some(new), Some(span)) = (self.plain(&key)?, child.key_span()) {
            edits.replace(span, &new);
        }
        self.value(child, Some(parent), names, edits)
    }

    fn string(
        &mut self,
        value: Value<'_>,
        parent: Option<Value<'_>>,
        names: Names,
    ) -> Result<Option<Vec<u8>>, Error<E>> {
        let text = value.text().unwrap_or_default();
        let key = value.key().unwrap_or_default();
        if let (Names::Api, false, Some(parent)) = (names, self.strict, parent) {
            if keep::passes(&key, parent) {
                return Ok(None);
            }
            if keep::is_identifier(&key) {
                return self.plain(&text);
            }
        }
        if let Some(media) = keep::media(&key, &text, parent) {
            // What comes before the bytes is mostly a type, but nothing keeps a secret from standing in it.
            if !media.lead.is_empty() && self.plain(media.lead)?.is_some() {
                return self.plain(&text);
            }
            let decoded = if media.is_text { base64_to_vec(media.base64) } else { None };
            match decoded {
                Some(decoded) => {
                    let new = self.text(None, &decoded)?;
                    return Ok(new.map(|new| [media.lead, &encode_padded(&new)].concat()));
                }
                None if self.strict => return Err(Error::Media(value.span().start)),
                // What should be text and cannot be read is looked at as it stands.
                None if media.is_text => return self.plain(&text),
                None => return Ok(None),
            }
        }
        // In a list of names and values, the name is the one beside it.
        let name = match &*key {
            b"value" => parent.and_then(|parent| parent.get_any(&["name", "key"])?.text()),
            _ => None,
        };
        let name = name.as_deref().unwrap_or(&key);
        self.text((!name.is_empty()).then_some(name), &text)
    }

    /// Redacts a text that may be JSON itself. What the walk through it does not see, for it looks at one
    /// string at a time, is seen when it is looked at as a text.
    pub(super) fn text(
        &mut self,
        name: Option<&[u8]>,
        text: &[u8],
    ) -> Result<Option<Vec<u8>>, Error<E>> {
        let mut new = None;
        if self.nested < MAX_NESTED
            && matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
            && let Ok(document) = Document::parse(text)
        {
            let mut edits = Edits::default();
            self.nested += 1;
            let walked = self.value(document.root(), None, Names::Free, &mut edits);
            self.nested -= 1;
            walked?;
            if !edits.is_empty() {
                new = Some(document.edited(edits).into_owned());
            }
        }
        let current = new.as_deref().unwrap_or(text);
        let again = match self.named(name, current)? {
            Some(again) => Some(again),
            None => self.plain(current)?,
        };
        Ok(again.or(new))
    }

    /// Redacts a value as it would be seen behind its name: a password is one for what it is called.
    fn named(&mut self, name: Option<&[u8]>, value: &[u8]) -> Result<Option<Vec<u8>>, Error<E>> {
        let Some(name) = name else { return Ok(None) };
        let plain = |text: &[u8]| text.iter().all(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20));
        if value.is_empty() || value.len() > LONGEST_VALUE || !plain(value) || !plain(name) {
            return Ok(None);
        }
        let lead = [b"\"", name, b"\": \""].concat();
        let line = [&lead, value, b"\""].concat();
        let new = self.plain(&line)?;
        // Otherwise it was the name.
        let value =
            |new: Vec<u8>| new.strip_prefix(&lead[..])?.strip_suffix(b"\"").map(<[u8]>::to_vec);
        Ok(new.and_then(value))
    }

    fn plain(&mut self, text: &[u8]) -> Result<Option<Vec<u8>>, Error<E>> {
        (self.redact)(text).map_err(Error::Redact)
    }
}
