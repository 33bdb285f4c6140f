//! Tests of the library as its users see it: rules, fixtures, hostile input, pieces.
#![allow(missing_docs)]
// Tests read the fixtures.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod check;
mod decoded;
mod edits;
mod fixtures;
mod gitleaks;
mod hostile;
#[cfg(feature = "generate")]
mod leaks;
mod lint;
mod lone;
mod named;
mod pairs;
mod pieces;
mod rules;
mod sanitize;
mod sift;
mod user_rules;
