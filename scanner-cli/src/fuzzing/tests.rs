//! The targets with what the fuzzers kept, and with inputs that are made of it.

use std::path::Path;

#[path = "../../../fuzz/mutate.rs"]
mod mutate;

fn run(target: fn(&[u8]), name: &str, count: usize) {
    mutate::run(target, &mutate::kept(Path::new(env!("CARGO_MANIFEST_DIR")), name), count);
}

#[test]
fn hook() {
    run(super::hook, "hook", 200);
}

#[test]
fn settings() {
    run(super::settings, "settings", 2000);
}

#[test]
fn baseline() {
    run(super::baseline, "baseline", 4000);
}

#[test]
fn config() {
    run(super::config, "config", 4000);
}

#[test]
fn vault() {
    run(super::vault, "vault", 2000);
}
