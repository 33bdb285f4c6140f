//! The engine of secscan: bytes in, secrets out.
//!
//! For tools that must not let a key, token or password pass: a hook, a log shipper, a gateway in
//! front of a language model. It does no I/O unless a feature asks for it, has no global state, and
//! never prints what it finds.
//!
//! ```
//! use secscan_core::Scanner;
//!
//! let scanner = Scanner::builtin();
//! // Assembled here, because no complete token stands in this repository, not even a false one.
//! let text = format!("db: postgres://app:{}@db.internal/main", "Vq7-tR2m.x9L");
//! for finding in scanner.find_all(&text) {
//!     let rule = scanner.rule(&finding);
//!     println!("{} at {:?}: {}", rule.name, finding.span, finding.reason);
//! }
//! ```
//!
//! # Where to go from here
//! - [`Scanner`] searches, [`Cache`] is its scratch, one for each thread; [`Input`] is what it is given and
//!   [`Finding`] what it reports.
//! - [`RuleSet`] and [`Rule`] say what is looked for.
//! - [`stream`] searches what is too large to hold or is not in UTF-8, and gives places in the original.
//! - [`chat`] redacts the JSON that goes to a model; [`json`] reads and changes JSON without loss.
//! - [`gitleaks`] takes over the rules of a `.gitleaks.toml`.
//! - [`sanitize`] replaces secrets, for text on its way to a model; whole or in pieces.
//! - [`sift`] says of many texts that are made of each other which hold any secret.
//! - [`source`] reads files and directories in parallel (feature `fs`).
//!
//! # Features
//! - `fs` (default): [`source::fs`], walking directories.
//! - `generate`: making tokens that satisfy a rule, for tests and `secscan rules test`; [`lint`], which needs them.
//!
//! Built with `default-features = false` the crate has no I/O and no threads.

pub mod chat;
pub mod checks;
// Half of it is for the build script, which includes the same files.
#[allow(unreachable_pub, dead_code)]
mod compile;
mod decode;
mod encoding;
mod engine;
mod except;
mod finding;
#[cfg(all(any(test, fuzzing), feature = "generate"))]
#[allow(unreachable_pub, missing_docs, clippy::missing_panics_doc)]
pub mod fuzzing;
#[cfg(feature = "generate")]
pub mod generate;
pub mod gitleaks;
mod input;
pub mod json;
#[cfg(feature = "generate")]
pub mod lint;
mod location;
mod mark;
pub mod rule;
mod ruleset;
pub mod sanitize;
mod scanner;
pub mod sift;
pub mod source;
mod stored;
pub mod stream;

#[doc(hidden)]
pub use compile::quote::{named, shortened};
pub use finding::{Confidence, Finding, Layer, Reason, RuleId, Secret};
pub use input::{Content, Copied, Input, Span};
pub use location::{Lines, Location};
pub use rule::{Rule, Severity};
pub use ruleset::{RuleError, RuleSet};
pub use scanner::{Cache, Consideration, Outcome, Scanner, ScannerError, Work};
