//! The built-in rules as the build script left them: constants without a pointer, and bytes to load in place.

use crate::checks::Check;
use crate::compile::filter::Filter;
use crate::compile::heads::Entry;
use crate::rule::{
    Boundary, ByteSet, Head, Pair, Rule, Severity, Shape, Store, Stored, Text, Value,
};

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The automaton's bytes, aligned as its tables need.
#[repr(C, align(8))]
pub(crate) struct Aligned<B: ?Sized>(pub(crate) B);

/// The automaton of all heads of [`RULES`].
pub(crate) static DFA: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/heads.dfa")));

impl Store for str {
    fn built_in() -> &'static str {
        TEXTS
    }
}

impl Store for [Text] {
    fn built_in() -> &'static [Text] {
        &LISTED
    }
}

impl Store for [Head] {
    fn built_in() -> &'static [Head] {
        &HEADS
    }
}
