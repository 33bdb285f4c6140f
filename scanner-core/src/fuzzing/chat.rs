//! Request bodies: JSON stays JSON, and a token that is plainly text does not pass.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::OnceLock;

use super::{Choices, plant, scanner};
use crate::chat::{Error, rewrite};
use crate::generate::apart;
use crate::json::{Document, MAX_DEPTH, Object};
use crate::sanitize::{Sanitizer, label};
use crate::{Cache, Input};

/// What is JSON to the standard reader is so to ours, and stays so; with a token put into the text of a message, the
/// token is gone.
pub fn chat(data: &[u8]) {
    let (template, mut choices) = Choices::split(data, 2);
    let (text, _) = plant(template);
    let strict = choices.next() % 2 == 1;
    anything(&text, strict);
    message(&text, strict);
}

fn anything(text: &[u8], strict: bool) {
    let ours = Document::parse(text);
    let standard = serde_json::from_slice::<serde::de::IgnoredAny>(text);
    match (&ours, &standard) {
        // Ours is looser about what stands in strings: lone surrogates, broken UTF-8.
        (Err(error), Ok(_)) => {
            let deep = text.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > MAX_DEPTH;
            assert!(deep, "serde_json reads it, and here {error}");
        }
        (Ok(_), Err(error)) => {
            let text = error.to_string();
            let loose = ["recursion", "surrogate", "unicode", "escape", "number out of range"];
            let known =
                loose.iter().any(|word| text.contains(word)) || text.contains("control character");
            assert!(known, "serde_json says {error}, and it is read here");
        }
        _ => {}
    }
    match (redacted(text, strict), ours) {
        (Ok(new), Ok(_)) => {
            if let Err(error) = Document::parse(&new) {
                panic!("what was JSON is none any more: {error}");
            }
            if standard.is_ok() && std::str::from_utf8(text).is_ok() {
                let again = serde_json::from_slice::<serde::de::IgnoredAny>(&new);
                assert!(again.is_ok(), "what was JSON is none any more: {again:?}");
            }
        }
        (Err(Error::Json(_)), Err(_)) => {}
        (Err(Error::Media(at)), Ok(_)) => assert!(strict && at < text.len()),
        (outcome, ours) => panic!("{:?} and {:?}", outcome.map(|new| new.len()), ours.map(|_| ())),
    }
}

/// A message whose text is any text with a token on a line of its own.
fn message(text: &[u8], strict: bool) {
    let token = apart();
    // A fuzzer sees what is compared, and writes it down itself.
    if memchr::memmem::find(text, &token).is_some() {
        return;
    }
    let half = text.len() / 2;
    let content = [&text[..half], b"\n", &token, b"\n", &text[half..]].concat();
    let body = Object::new()
        .string("role", "user")
        .raw("n", b"1.50")
        .string("content", &content)
        .into_bytes();
    let Ok(new) = redacted(&body, strict) else { panic!("it was made here") };
    assert!(memchr::memmem::find(&new, &token).is_none(), "the token is still there");
    let document = match Document::parse(&new) {
        Ok(document) => document,
        Err(error) => panic!("what was JSON is none any more: {error}"),
    };
    assert_eq!(
        document.root().get("role").and_then(|role| role.text()).as_deref(),
        Some(&b"user"[..])
    );
    assert_eq!(document.root().get("n").map(|n| n.raw()), Some(&b"1.50"[..]));
}

fn redacted(text: &[u8], strict: bool) -> Result<Vec<u8>, Error<Infallible>> {
    static SANITIZER: OnceLock<Sanitizer> = OnceLock::new();
    thread_local! {
        static CACHE: RefCell<Cache> = RefCell::default();
    }
    let sanitizer = SANITIZER.get_or_init(|| Sanitizer::new(scanner().clone()));
    CACHE.with_borrow_mut(|cache| {
        let mut redact = |text: &[u8]| {
            let done = sanitizer.sanitize(cache, &Input::new(text), label)?;
            Ok((!done.counts.is_empty()).then(|| done.text.into_owned()))
        };
        rewrite(text, strict, &mut redact).map(std::borrow::Cow::into_owned)
    })
}
