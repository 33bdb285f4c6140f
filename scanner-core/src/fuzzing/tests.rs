//! The targets with what the fuzzers kept, with the fixtures, and with inputs that are made of these.

use std::path::Path;

#[path = "../../../fuzz/mutate.rs"]
#[allow(clippy::disallowed_methods, clippy::disallowed_types)]
mod mutate;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn kept(name: &str) -> Vec<Vec<u8>> {
    mutate::kept(root(), name)
}

#[test]
fn scan() {
    mutate::run(super::scan, &kept("scan"), 1500);
}

#[test]
fn pieces() {
    mutate::run(super::pieces, &kept("pieces"), 400);
}

#[test]
fn sanitize() {
    mutate::run(super::sanitize, &kept("sanitize"), 600);
}

#[test]
fn diff() {
    mutate::run(super::diff, &kept("diff"), 4000);
}

#[test]
fn rules() {
    mutate::run(super::rules, &kept("rules"), 300);
}

#[test]
fn chat() {
    mutate::run(super::chat, &kept("chat"), 1000);
}
