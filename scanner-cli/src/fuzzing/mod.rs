//! What must hold for any input of the command: hooks, and the files that are read besides what is scanned.
//!
//! As [`secscan_core`]'s own module of that name: functions of bytes, called by the fuzzers in `fuzz/`, for which
//! `main.rs` is the root of a library, and by tests.

mod files;
mod hook;
#[cfg(test)]
mod tests;

pub use files::{baseline, config};
pub use hook::{hook, settings};

pub use crate::redact::vault_of as vault;
