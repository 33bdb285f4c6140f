//! Templates of any bytes: what the input of a fuzzer means.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::generate;
use crate::RuleSet;

/// How many tokens an input may ask for.
const MOST: usize = 32;

/// The text of a template of any bytes, and where tokens of the built-in rules were put: for fuzzers, so that no token
/// stands in what they keep. What is no marker of a rule stays, and each token is made once in a process.
pub fn plant(template: &[u8]) -> (Vec<u8>, Vec<Range<usize>>) {
    let (mut text, mut planted) = (Vec::with_capacity(template.len()), Vec::new());
    let mut rest = template;
    while let Some(at) = memchr::memmem::find(rest, b"{{") {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let name = rest[2..].split(|byte| *byte == b'}').next().unwrap_or_default();
        let marker = 2 + name.len() + 2;
        let made =
            rest.get(marker - 2..marker).filter(|end| *end == b"}}").and_then(|_| token(name));
        match made.filter(|_| planted.len() < MOST) {
            Some(token) => {
                planted.push(text.len()..text.len() + token.len());
                text.extend_from_slice(&token);
                rest = &rest[marker..];
            }
            None => {
                text.extend_from_slice(b"{{");
                rest = &rest[2..];
            }
        }
    }
    text.extend_from_slice(rest);
    (text, planted)
}

/// The token of which a text shows more than 20 bytes in a row, which no message may quote.
pub fn shown<'t>(said: &str, text: &'t [u8], planted: &[Range<usize>]) -> Option<&'t [u8]> {
    let tokens = planted.iter().map(|range| &text[range.clone()]);
    let mut parts = tokens.flat_map(|token| token.windows(21).map(move |part| (token, part)));
    // A private key says in words what it is.
    parts
        .find(|(_, part)| {
            !part.contains(&b'-') && memchr::memmem::find(said.as_bytes(), part).is_some()
        })
        .map(|(token, _)| token)
}

/// A token of GitHub's that no template asks for.
pub fn apart() -> Vec<u8> {
    let rules = RuleSet::builtin();
    let id = rules.find("github-pat-classic");
    id.map(|id| generate(rules.get(id), 2).text).unwrap_or_default()
}

fn token(name: &[u8]) -> Option<Vec<u8>> {
    static MADE: Mutex<Option<HashMap<Vec<u8>, Vec<u8>>>> = Mutex::new(None);
    if name.len() > 64 || !name.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    {
        return None;
    }
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let made = made.get_or_insert_default();
    if let Some(token) = made.get(name) {
        return Some(token.clone());
    }
    let rules = RuleSet::builtin();
    let rule = rules.get(rules.find(std::str::from_utf8(name).ok()?)?);
    let token = generate(rule, 1).text;
    made.insert(name.to_vec(), token.clone());
    Some(token)
}
