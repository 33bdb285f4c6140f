//! Tests of the library as its users see it: rules, fixtures, hostile input, pieces.
#![allow(missing_docs)]

mod check;
mod fixtures;
mod hostile;
mod pieces;
mod rules;
mod user_rules;
