//! The binary as its users see it: what is written where, and how it ends.
//!
//! Every test makes its own directory and needs no network. No complete token stands here: they are
//! generated.

mod accepted;
// It is a shell script.
#[cfg(unix)]
mod action;
mod assistant;
mod baseline;
mod chat;
mod ci;
mod ci_github;
mod config;
mod formats;
mod git;
#[cfg(target_os = "linux")]
mod hardening;
mod history;
// The hooks are shell scripts, with modes and links.
#[cfg(unix)]
mod hook;
mod json;
mod masking;
mod own_rules;
mod pipes;
mod process;
mod prompt;
mod report;
mod repository;
mod rules;
mod scan;
mod support;
mod suppress;
mod unreadable;
mod walk;
