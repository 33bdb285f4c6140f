//! The git source against repositories that real git builds.
// Tests build repositories with real git.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod diff;
#[cfg(feature = "generate")]
#[path = "../it/edits.rs"]
#[expect(dead_code, reason = "here, git says what is made of what")]
mod edits;
mod history;
mod range;
mod scratch;
#[cfg(feature = "generate")]
mod sift;
mod staged;
