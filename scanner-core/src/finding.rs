//! What a search reports: which rule, where, and why it was believed.
//!
//! A finding borrows from the haystack and never prints the secret; see [`Secret`].

use std::borrow::Cow;
use std::fmt;

use crate::checks::Facts;
use crate::input::Span;
use crate::rule::Severity;

/// The number of a rule in its [`RuleSet`](crate::RuleSet).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(crate) u16);

impl RuleId {
    /// The number as an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A secret in a haystack.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding<'h> {
    /// The rule that found it.
    pub rule: RuleId,
    /// Where the secret stands in the haystack.
    pub span: Span,
    /// The secret itself.
    pub secret: Secret<'h>,
    /// How much harm it can do: the rule's severity, lowered for what is expired or encrypted.
    pub severity: Severity,
    /// How sure the finding is.
    pub confidence: Confidence,
    /// Why it was believed.
    pub reason: Reason,
    /// How the secret was encoded where it stands, the outermost layer first; empty for most. The span
    /// covers the encoded form.
    pub decoded: Vec<Layer>,
    /// What the check read from the secret (an algorithm, an issuer, an account); never the secret.
    pub facts: Facts,
}

/// How sure a finding is, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// A name and the look of a value.
    Generic,
    /// A pattern with the right words near.
    Contextual,
    /// A pattern that identifies itself.
    Structural,
    /// A checksum that matches.
    Verified,
}

impl Confidence {
    /// All, least first.
    pub const ALL: [Confidence; 4] =
        [Confidence::Generic, Confidence::Contextual, Confidence::Structural, Confidence::Verified];

    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Generic => "generic",
            Confidence::Contextual => "contextual",
            Confidence::Structural => "structural",
            Confidence::Verified => "verified-by-checksum",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a finding was believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A checksum inside the secret matches.
    Checksum,
    /// The secret has the structure of its kind.
    Structure,
    /// The words near it say what it is.
    Context,
    /// It stands where a secret would, and looks random.
    Entropy,
}

impl Reason {
    /// The words in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Checksum => "verified by checksum",
            Reason::Structure => "structure",
            Reason::Context => "context",
            Reason::Entropy => "entropy",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A way in which a secret was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// Base 64, in either alphabet, wrapped or not.
    Base64,
    /// Hexadecimal.
    Hex,
    /// Percent signs, as in URLs.
    Percent,
    /// Backslashes with `u` or `x`.
    Escape,
    /// Entities of HTML and XML.
    Entity,
    /// UTF-16.
    Utf16,
    /// A gzip file.
    Gzip,
    /// A zlib stream.
    Zlib,
    /// String literals that are joined by a sign or a line continuation.
    Joined,
}

impl Layer {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Base64 => "base64",
            Layer::Hex => "hex",
            Layer::Percent => "percent",
            Layer::Escape => "escape",
            Layer::Entity => "entity",
            Layer::Utf16 => "utf-16",
            Layer::Gzip => "gzip",
            Layer::Zlib => "zlib",
            Layer::Joined => "joined",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The bytes of a secret. It prints its length and nothing else.
///
/// ```
/// use secscan_core::Secret;
/// let secret = Secret::new(b"hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret(7 bytes)");
/// assert_eq!(secret.expose(), b"hunter2");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret<'h>(Cow<'h, [u8]>);

impl<'h> Secret<'h> {
    /// Takes the bytes as a secret.
    pub fn new(bytes: impl Into<Cow<'h, [u8]>>) -> Secret<'h> {
        Secret(bytes.into())
    }

    /// The bytes themselves: the one way to them, so that every use can be found by its name.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'h> From<&'h [u8]> for Secret<'h> {
    fn from(bytes: &'h [u8]) -> Secret<'h> {
        Secret(Cow::Borrowed(bytes))
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}
