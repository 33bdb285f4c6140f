//! The git source against repositories that real git builds.

mod diff;
mod history;
mod range;
mod scratch;
mod staged;
