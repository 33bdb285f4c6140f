//! Inputs made of others, for running the fuzzers' targets as ordinary tests. The packages include this file in theirs.
//!
//! No coverage is looked at: a few thousand changed inputs, the same in every run, show that a target is sound and
//! catch what is broken grossly. The fuzzers look for the rest.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// What is put into inputs: what the parts that read them look for.
const WORDS: &[&str] = &[
    "{{github-pat-classic}}",
    "{{aws-access-key-id}}",
    "{{jwt}}",
    "{{private-key}}",
    "password=\"",
    "api_key: ",
    "://a:",
    "\"",
    "\\\"",
    "\\u0041",
    "%3D",
    "&quot;",
    "\n",
    "\r\n",
    "\0",
    "=",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-----BEGIN ",
    "\u{e9}",
    "\u{202e}",
    "\n@@ -1 +1 @@\n",
    "\n+++ b/x\n",
    "+",
    "-",
    "[[rule]]\n",
    "pattern = '",
    "{1,9}",
    "(?P<secret>",
    "H4sIAAAA",
    "eyJ",
    "a~~",
    "type",
    "content",
    "text",
    "true",
    "1e9",
    "-0",
];

/// The longest input that is made, in bytes.
const LONGEST: usize = 2048;

/// The inputs that are kept for a target, `fuzz/corpus/NAME.txt`: one on each line, escaped.
pub(crate) fn kept(root: &Path, name: &str) -> Vec<Vec<u8>> {
    let path = root.join("fuzz/corpus").join(format!("{name}.txt"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let all: Vec<Vec<u8>> = lines.map(unescaped).collect();
    assert!(!all.is_empty(), "{} holds no input", path.display());
    all
}

/// Undoes `escape_ascii`.
fn unescaped(line: &str) -> Vec<u8> {
    let (mut out, mut bytes) = (Vec::new(), line.bytes());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'x') => {
                    let digits = [bytes.next(), bytes.next()].map(|byte| byte.unwrap_or_default());
                    let digits = std::str::from_utf8(&digits).unwrap_or_default();
                    u8::from_str_radix(digits, 16)
                        .unwrap_or_else(|_| panic!("\\x{digits} in {line}"))
                }
                Some(other) => other,
                None => panic!("a backslash at the end of {line}"),
            },
            other => other,
        });
    }
    out
}

/// Runs a target with all seeds, and with `count` inputs that are made of them.
pub(crate) fn run(target: fn(&[u8]), seeds: &[Vec<u8>], count: usize) {
    for seed in seeds {
        attempt(target, seed);
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..count {
        let mut input = random.one_of(seeds).clone();
        for _ in 0..1 + random.below(4) {
            random.change(&mut input, seeds);
            input.truncate(LONGEST);
        }
        attempt(target, &input);
    }
}

/// One input. If it does harm, the input is told: it is a template, and holds no token.
fn attempt(target: fn(&[u8]), input: &[u8]) {
    if catch_unwind(AssertUnwindSafe(|| target(input))).is_err() {
        panic!("this input does harm: {}", input.escape_ascii());
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A part of `len` bytes, not long.
    fn part(&mut self, len: usize) -> std::ops::Range<usize> {
        let start = self.below(len + 1);
        start..start + self.below((len - start).min(64) + 1)
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        match self.below(8) {
            0 => input.insert(at, self.below(256) as u8),
            1 if at < input.len() => input[at] ^= 1 << self.below(8),
            2 | 3 => drop(input.splice(at..at, self.one_of(WORDS).bytes())),
            4 => drop(input.drain(self.part(input.len()))),
            5 => {
                let again = input[self.part(input.len())].to_vec();
                input.splice(at..at, again);
            }
            6 => input.truncate(at),
            _ => {
                let other = self.one_of(seeds);
                let part = self.part(other.len());
                input.splice(at..at, other[part].iter().copied());
            }
        }
    }
}
