//! JSON as text: read without loss, and changed only where somebody asks for it.
//!
//! Apart from serde, because what passes through here must come out byte for byte but for the strings that
//! were changed: order and spelling of numbers, white space, escapes, fields that nobody knows, keys that
//! stand twice. And because it is hostile: nesting is bounded, nothing recurses.
//!
//! ```
//! use secscan_core::json::{Document, Edits};
//!
//! let text = br#"{ "a":1.50, "b" : ["caf\u00e9", "x"] }"#;
//! let document = Document::parse(text)?;
//! let b = document.root().get("b").unwrap();
//! let mut edits = Edits::default();
//! for value in b.children().filter(|value| value.text().as_deref() == Some(b"x")) {
//!     edits.replace(value.span(), b"say \"y\"");
//! }
//! assert_eq!(*edits.apply(text), *br#"{ "a":1.50, "b" : ["caf\u00e9", "say \"y\""] }"#);
//! # Ok::<(), secscan_core::json::Error>(())
//! ```

mod document;
mod edit;
mod escape;
mod lexer;
mod write;

pub use document::{Document, Kind, Value};
pub use edit::{Edits, Member, Unit};
pub use escape::{decode, encode};
pub use lexer::{Error, MAX_DEPTH};
pub(crate) use lexer::{Lexer, Token};
pub use write::Object;
