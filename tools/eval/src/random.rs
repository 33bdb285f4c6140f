//! Random values and words that are given to the name of a key or of a password, and how many are believed.

use secscan_core::Scanner;

use crate::noise::{Noise, capital};

/// How many values of a kind are tried.
const COUNT: usize = 1000;

/// The lengths of random values.
pub const LENGTHS: [usize; 5] = [16, 20, 24, 32, 40];

const ALPHABETS: [(&str, &[u8]); 5] = [
    ("hexadecimal", b"0123456789abcdef"),
    ("lower case and digits", b"0123456789abcdefghijklmnopqrstuvwxyz"),
    ("letters and digits", b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    ("base 64", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
    ("letters", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
];

/// How many in a thousand values of a kind are believed.
#[derive(Debug)]
pub struct Row {
    /// The kind.
    pub kind: &'static str,
    /// One number for each length, or one in all.
    pub believed: Vec<usize>,
}

/// Random values, in `api_key = "…"`: all should be believed.
pub fn random(scanner: &Scanner) -> Vec<Row> {
    let mut noise = Noise::new(1);
    let rows = ALPHABETS.iter().map(|&(kind, alphabet)| {
        let count = |len| share(scanner, "api_key", || noise.run(alphabet, len));
        Row { kind, believed: LENGTHS.into_iter().map(count).collect() }
    });
    rows.collect()
}

/// Words as identifiers have them, in `api_key = "…"` and `password = "…"`: none should be believed.
pub fn words(scanner: &Scanner) -> Vec<Row> {
    type Write = fn(&mut Noise) -> String;
    let kinds: [(&'static str, Write); 6] = [
        ("words, as in `some_long_name`", |n| n.words(4, "_")),
        ("words, as in `some-long-name`", |n| n.words(3, "-")),
        ("words, as in `someLongName`", |n| n.camel(4)),
        ("words, as in `somelongname`", |n| n.words(3, "")),
        ("words, as in `SOME_LONG_NAME_2`", |n| n.words(3, "_").to_uppercase() + "_2"),
        ("words, as in `SomeName2024`", |n| capital(&n.camel(2)) + "2024"),
    ];
    let mut noise = Noise::new(2);
    let rows = kinds.into_iter().map(|(kind, write)| {
        let believed = ["api_key", "password"]
            .into_iter()
            .map(|name| share(scanner, name, || write(&mut noise)))
            .collect();
        Row { kind, believed }
    });
    rows.collect()
}

/// How many of `COUNT` values are reported when the name is given them.
fn share(scanner: &Scanner, name: &str, mut value: impl FnMut() -> String) -> usize {
    let text = |value: String| format!("{name} = \"{value}\"\n");
    (0..COUNT).filter(|_| !scanner.find_all(&text(value())).is_empty()).count()
}
