//! The git source against repositories that real git builds.
#![cfg(feature = "git")]

mod diff;
mod history;
mod range;
mod scratch;
mod staged;
