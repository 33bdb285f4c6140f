//! What must hold for any input: one function of bytes for each part that reads what strangers write.
//!
//! The fuzzers in `fuzz/` call them, and so do tests, with the inputs that are kept in `fuzz/corpus/` and with
//! changed ones. Nothing of this is in a build for others.
//!
//! An input is a template: `{{rule-id}}` in it becomes a token of that rule. So whatever a fuzzer invents and keeps,
//! no token stands in a file.

mod chat;
mod diff;
mod pieces;
mod rules;
mod sanitize;
mod scan;
#[cfg(test)]
mod tests;

pub use chat::chat;
pub use diff::diff;
pub use pieces::pieces;
pub use rules::rules;
pub use sanitize::sanitize;
pub use scan::scan;

use std::sync::OnceLock;

use crate::generate::plant;
use crate::{RuleSet, Scanner};

/// Names that a text may have: configuration, source, markup, documentation, a test.
const PATHS: [Option<&[u8]>; 8] = [
    None,
    Some(b".env"),
    Some(b"src/main.py"),
    Some(b"deploy/values.yaml"),
    Some(b"web.config"),
    Some(b"docs/README.md"),
    Some(b"tests/fixtures/a.json"),
    Some(b"x\xff/Dockerfile"),
];

/// With every rule that there is, those that are off unless asked for too.
fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| {
        let mut rules = RuleSet::builtin();
        let all: Vec<_> = rules.iter().map(|(id, _)| id).collect();
        all.into_iter().for_each(|id| rules.set_enabled(id, true));
        Scanner::new(rules).expect("the built-in rules")
    })
}

/// Numbers out of an input: from its end, so that the text before it stays what it was.
struct Choices<'d> {
    rest: &'d [u8],
}

impl<'d> Choices<'d> {
    /// Splits off the last `count` bytes for choices.
    fn split(data: &'d [u8], count: usize) -> (&'d [u8], Choices<'d>) {
        let (text, rest) = data.split_at(data.len() - count.min(data.len()));
        (text, Choices { rest })
    }

    fn next(&mut self) -> usize {
        match self.rest.split_last() {
            Some((last, rest)) => {
                self.rest = rest;
                usize::from(*last)
            }
            None => 0,
        }
    }
}
