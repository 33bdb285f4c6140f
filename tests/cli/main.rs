//! The binary as its users see it: what is written where, and how it ends.
//!
//! Every test makes its own directory and needs no network. No complete token stands here: they are
//! generated.

mod masking;
mod process;
mod report;
mod rules;
mod scan;
mod support;
mod walk;
