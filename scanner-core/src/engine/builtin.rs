//! The built-in rules as the build script left them: constants.

use std::borrow::Cow;

use crate::checks::Check;
use crate::compile::filter::Filter;
use crate::compile::heads::{Entry, Heads};
use crate::rule::{Boundary, ByteSet, Head, Pair, Rule, Severity, Shape, Value};

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
include!(concat!(env!("OUT_DIR"), "/heads.rs"));
