//! The built-in rules of [secscan](https://docs.rs/secscan-core), as data and nothing else.
//!
//! `README.md` beside this crate's manifest says how a rule is written.

/// The rule files: name and text, sorted by name.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Published example values that are never reported: lines of 16 hex digits (the beginning of the
/// value's SHA-256), two spaces, and where the value comes from.
pub const DOCUMENTED: &str = include_str!("../documented.txt");
