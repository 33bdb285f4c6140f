//! The git source against repositories that real git builds.
// Tests build repositories with real git.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod diff;
mod history;
mod range;
mod scratch;
mod staged;
