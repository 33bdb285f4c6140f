//! The built-in rules as the build script left them: constants, and those of the rules without a pointer.

use std::borrow::Cow;

use crate::checks::Check;
use crate::compile::filter::{Filter, Look};
use crate::compile::groups::{Eight, Group};
use crate::compile::heads::{Entry, Heads};
use crate::rule::{
    Boundary, ByteSet, Head, Pair, Rule, Severity, Shape, Sign, Store, Stored, Stretch, Text, Value,
};

/// The heads of all rules, and the filter before them, for one look at bytes.
pub(crate) struct Tables {
    pub(crate) heads: Heads,
    pub(crate) filter: Filter,
}

/// Those for this look.
pub(crate) fn tables(look: Look) -> &'static Tables {
    match look {
        Look::Classes => &BY_CLASSES,
        Look::Nibbles => &BY_NIBBLES,
    }
}

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
include!(concat!(env!("OUT_DIR"), "/heads.rs"));

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
