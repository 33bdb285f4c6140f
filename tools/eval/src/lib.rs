//! Measures what secscan finds and where it is wrong, and writes `docs/accuracy.md`.
//!
//! - [`recall`]: tokens of every built-in rule, made up and put into the surroundings in which such tokens
//!   occur ([`surroundings`]), and which of them are found.
//! - [`clean`]: text of many shapes without a secret, made from a fixed seed, and what is reported of it.
//! - [`corpus`]: the same for directories of a machine.
//! - [`random`] values of an assignment, and words, and how many of them are believed.
//! - [`planted`]: the made-up tokens as files, for other scanners to look at.
//! - [`document`]: all that as a page.
//!
//! Apart from the library because nothing of it is shipped.

pub mod clean;
pub mod corpus;
pub mod document;
pub mod exceptions;
pub mod noise;
pub mod place;
pub mod planted;
pub mod random;
pub mod recall;
pub mod surroundings;
