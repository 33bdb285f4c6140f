//! Redacting the JSON that goes to a model: request bodies, tool inputs and results, transcripts.
//!
//! Every string is looked at, decoded, and only those that hold a secret are written anew. What is not text
//! passes: media, signatures that must come back byte for byte, and the credentials
//! that the provider itself needs. A string that is JSON in turn (the `arguments` of a tool call) is
//! redacted inside, so that it stays JSON.
//!
//! One set of names serves the Messages API of Anthropic, Chat Completions and Responses of OpenAI, and
//! Gemini: what is not known is text, so a field that is new is looked at and not let through.
//!
//! A secret of which one half stands in one string and the other in the next is not seen.

mod keep;
mod walk;

use std::borrow::Cow;
use std::fmt;

use crate::json::{Document, Edits, Value};
use walk::Walk;

/// What the names in a JSON text mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Those of an API: `id` is an identifier, and `signature` beside `thinking` is one.
    Api,
    /// Anybody's, as in the input of a tool: nothing is known of them, and keys may hold secrets too.
    Free,
}

/// What redacts: it is given the text of one string, and returns what to put in its place, or `None` if it is
/// to stay.
pub type Redact<'r, E> = dyn FnMut(&[u8]) -> Result<Option<Vec<u8>>, E> + 'r;

/// Redacts a JSON text. `redact` is given the text of one string, and returns what to put in its place, or
/// `None` if it is to stay. With `strict`, nothing passes unseen: what is no text is looked at too,
/// and media that cannot be looked into are an error.
///
/// ```
/// use secscan_core::chat::{Error, rewrite};
///
/// let body = br#"{"model": "m", "messages": [{"role": "user", "content": "it is hunter2!"}]}"#;
/// let new = rewrite(body, false, &mut |text: &[u8]| {
///     let text = std::str::from_utf8(text).unwrap_or("");
///     let new = text.contains("hunter2").then(|| text.replace("hunter2", "[PASSWORD]").into_bytes());
///     Ok::<_, std::convert::Infallible>(new)
/// })?;
/// assert!(new.ends_with(br#""content": "it is [PASSWORD]!"}]}"#));
/// # Ok::<(), Error<std::convert::Infallible>>(())
/// ```
///
/// # Errors
/// When the text is no JSON, holds media that may not pass, or `redact` fails. Nothing of it may be sent.
pub fn rewrite<'t, E>(
    text: &'t [u8],
    strict: bool,
    redact: &mut Redact<'_, E>,
) -> Result<Cow<'t, [u8]>, Error<E>> {
    let document = Document::parse(text).map_err(Error::Json)?;
    let edits = edits(document.root(), Names::Api, strict, redact)?;
    Ok(document.edited(edits))
}

/// The changes that redact a value, as changes to the text of its document.
///
/// # Errors
/// As for [`rewrite`].
pub fn edits<E>(
    value: Value<'_>,
    names: Names,
    strict: bool,
    redact: &mut Redact<'_, E>,
) -> Result<Edits, Error<E>> {
    let mut edits = Edits::default();
    Walk::new(strict, redact).value(value, None, names, &mut edits)?;
    Ok(edits)
}

/// Why a text could not be redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error<E> {
    /// It is no JSON.
    Json(crate::json::Error),
    /// Nothing may pass unseen, and the string that begins at this byte is an image, a document or sound.
    Media(usize),
    /// The redaction failed.
    Redact(E),
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Json(error) => error.fmt(f),
            Error::Media(offset) => {
                write!(
                    f,
                    "the media at byte {offset} cannot be looked into, and nothing passes unseen"
                )
            }
            Error::Redact(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for Error<E> {}

#[cfg(test)]
mod tests;
