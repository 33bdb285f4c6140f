//! The built-in rules as the build script left them: constants, and bytes to load in place.

use std::borrow::Cow;

use crate::checks::Check;
use crate::compile::filter::Filter;
use crate::compile::heads::Entry;
use crate::rule::{Boundary, ByteSet, Head, Pair, Rule, Severity, Shape, Value};

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The automaton's bytes, aligned as its tables need.
#[repr(C, align(8))]
pub(crate) struct Aligned<B: ?Sized>(pub(crate) B);

/// The automaton of all heads of [`RULES`].
pub(crate) static DFA: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/heads.dfa")));
