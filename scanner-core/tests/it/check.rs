//! The one check that all cases go through, and the internal paths that must agree on them.

use std::collections::BTreeSet;

use secscan_core::generate::{Expanded, expand};
use secscan_core::{Input, RuleSet, Scanner, Span, stream};

/// Findings as cases state them: rule and span.
pub(crate) type Found = BTreeSet<(String, usize, usize)>;

/// A scanner with the rules that are on, and those named.
pub(crate) fn scanner(also: &[&str]) -> Scanner {
    let mut rules = RuleSet::builtin();
    for name in also {
        let id = rules.find(name).unwrap_or_else(|| panic!("no rule '{name}'"));
        rules.set_enabled(id, true);
    }
    Scanner::new(rules).unwrap()
}

/// A template with its tokens filled in, and what must be found in it.
pub(crate) fn expanded(scanner: &Scanner, template: &str, seed: u64) -> (Vec<u8>, Found) {
    let rules = scanner.rules();
    let lookup = |name: &str| rules.find(name).map(|id| rules.get(id));
    let Expanded { text, expected, .. } =
        expand(template, &lookup, seed).unwrap_or_else(|error| panic!("{error}"));
    let expected = expected.into_iter().map(|(rule, span)| (rule, span.start, span.end)).collect();
    (text, expected)
}

/// What the scanner finds in a whole text.
pub(crate) fn whole(scanner: &Scanner, path: Option<&[u8]>, text: &[u8]) -> Found {
    let mut found = Found::new();
    let mut cache = scanner.create_cache();
    stream::scan_bytes(scanner, &mut cache, path, text, &mut |finding, place, excerpt| {
        assert_eq!(excerpt.text[excerpt.secret.clone()].len(), finding.span.len());
        found.insert((
            scanner.rule(finding).id.to_string(),
            place.start as usize,
            place.end as usize,
        ));
    });
    found
}

/// Asserts that exactly `expected` is found in `text`, by every path that can be taken.
pub(crate) fn check(
    scanner: &Scanner,
    case: &str,
    path: Option<&[u8]>,
    text: &[u8],
    expected: &Found,
) {
    let found = whole(scanner, path, text);
    if found != *expected {
        let mut notes = String::new();
        for wanted in expected.difference(&found) {
            notes.push_str(&format!("\n  missing: {wanted:?}"));
        }
        for extra in found.difference(expected) {
            notes.push_str(&format!("\n  unexpected: {extra:?}"));
        }
        let input = Input::new(text);
        let input = path.map_or(input, |path| input.path(path));
        for considered in scanner.explain(&input, Span { start: 0, end: text.len() }) {
            let rule = &scanner.rules().get(considered.rule).id;
            notes.push_str(&format!("\n  {rule} at {}: {:?}", considered.at, considered.outcome));
        }
        panic!("{case}:{notes}\n  in {:?}", String::from_utf8_lossy(text));
    }
    // A reader that gives one byte at a time, or in odd pieces, changes nothing.
    for size in [1, 7, 4096] {
        let mut reader = Pieces { text, size };
        let mut streamed = Found::new();
        let mut cache = scanner.create_cache();
        stream::scan_reader(scanner, &mut cache, path, &mut reader, &mut |finding, place, _| {
            streamed.insert((
                scanner.rule(finding).id.to_string(),
                place.start as usize,
                place.end as usize,
            ));
        })
        .unwrap();
        assert_eq!(&streamed, expected, "{case}, in pieces of {size}");
    }
}

/// Reads a text a few bytes at a time.
pub(crate) struct Pieces<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) size: usize,
}

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.size.min(buffer.len()).min(self.text.len());
        buffer[..len].copy_from_slice(&self.text[..len]);
        self.text = &self.text[len..];
        Ok(len)
    }
}
