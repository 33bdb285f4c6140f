//! One rule as data: what to look for, what must hold, and what to tell the user.
//!
//! Apart from the engine so that the build script, the rule files and the command line can speak
//! of rules without knowing how they are matched.

use std::fmt;

use crate::checks::Check;
pub use crate::stored::{List, Store, Stored, Text};

/// What one kind of secret looks like, and what a finding of it means.
///
/// Rules are read from TOML (see `docs/writing-rules.md`) by [`RuleSet`](crate::RuleSet); they are not
/// built by hand, so the struct may grow.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// The identifier, kebab-case. It never changes once released.
    pub id: Text,
    /// What the secret is, for people.
    pub name: Text,
    /// Who issues the secret.
    pub issuer: Text,
    /// How much harm the secret can do.
    pub severity: Severity,
    /// The issuer's own page about the secret, or empty.
    pub url: Text,
    /// What to do about a finding, in one sentence.
    pub fix: Text,
    /// Whether the rule runs unless it is turned off.
    pub enabled: bool,
    /// Whether the rule's pattern identifies the secret by itself, so that it may be looked for
    /// in binary files too.
    pub self_identifying: bool,
    /// How a candidate is confirmed.
    pub shape: Shape,
    /// The literals that every match holds. The engine looks for nothing else.
    pub heads: List<Head>,
    /// The byte pattern (no Unicode), or empty where the shape has no need of one. A group named
    /// `secret` is the secret; without it the whole match is.
    pub pattern: Text,
    /// How many bytes before its head a match begins: least and most.
    pub offset: (u16, u16),
    /// The longest match in bytes.
    pub window: u32,
    /// The shortest match in bytes.
    pub min_len: u32,
    /// A byte that occurs in every match behind its head, if there is one.
    pub required: Option<u8>,
    /// What every match begins with up to a sign, if it shows early that there is none.
    pub sign: Option<Sign>,
    /// Bytes in a row that stand in every match behind its head, if to look for them is worth it.
    pub stretch: Option<Stretch>,
    /// Whether a person may have chosen the secret, so that words in it tell a placeholder.
    pub chosen: bool,
    /// Whether the secret is judged as the value of an assignment is, and as which kind: where the
    /// pattern knows the place and not the look.
    pub judge: Option<Value>,
    /// What the secret belongs to, if that is looked for near it.
    pub pair: Option<Pair>,
    /// The bytes that may occur in a match.
    pub alphabet: ByteSet,
    /// The bytes that a match may begin with.
    pub first: ByteSet,
    /// The bytes that may follow that, or all where a match may end there.
    pub second: ByteSet,
    /// What must not stand directly before a match.
    pub left: Boundary,
    /// What must not stand directly after a match.
    pub right: Boundary,
    /// The offline check that a candidate must pass.
    pub check: Option<Check>,
    /// The least Shannon entropy of the secret, in hundredths of a bit per byte; 0 for none.
    pub min_entropy: u16,
    /// Words of which one must stand near, or empty. Lower case, without separators.
    pub context: List<Text>,
    /// How near, in bytes before the match and after it. For a named rule: before the name, and 0 where
    /// the word must stand in the name itself.
    pub within: u16,
    /// Words of which one must stand in the name that a named rule's value is given, or empty. Written as
    /// those of the context.
    pub role: List<Text>,
    /// Templates that must be found.
    pub examples: List<Text>,
    /// Templates in which nothing may be found.
    pub counterexamples: List<Text>,
}

impl Rule {
    /// Whether a match may begin before its head.
    pub(crate) fn is_led(&self) -> bool {
        self.offset.1 > 0
    }

    /// How far before a head a match, or a word that it needs, may begin, in bytes.
    pub(crate) fn behind(&self) -> usize {
        usize::from(self.offset.1) + usize::from(self.within)
    }
}

/// A literal that leads to a rule's matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Head {
    /// The bytes to find: ASCII, at least three of them.
    pub literal: Text,
    /// Whether ASCII case is ignored.
    pub ignore_case: bool,
}

/// How candidates of a rule are confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// By the rule's pattern, anchored at the head.
    Token,
    /// As the assignment of a literal to a name that holds the head.
    Assignment,
    /// As an assignment that a rule of that shape leads to, whose value the pattern matches in whole, and
    /// whose name says by a word of the context who issued it.
    Named,
    /// As the entries of the Kubernetes Secret that begins at the head, one finding for each.
    Manifest,
    /// As a long random-looking run with no name near. It has no head: every run is looked at.
    Bare,
}

/// What the value of an assignment may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A person may have chosen it.
    Password,
    /// A machine made it.
    Key,
}

/// The other half of a secret: what it belongs to, and what opens nothing without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// The access key ID of AWS.
    AwsKeyId,
    /// The AccessKey ID of Alibaba Cloud.
    AlibabaKeyId,
    /// The SecretId of Tencent Cloud.
    TencentSecretId,
    /// The access key of Scaleway.
    ScalewayKeyId,
    /// The API key of Exoscale.
    ExoscaleKeyId,
    /// The account SID of Twilio.
    TwilioAccount,
    /// What is given to a name that ends as `client_id` does.
    Client,
    /// What is given to a name that ends as `username` does.
    User,
}

impl Pair {
    /// Every pair, and its name in rule files.
    pub const NAMES: &[(&str, Pair)] = &[
        ("aws-key-id", Pair::AwsKeyId),
        ("alibaba-key-id", Pair::AlibabaKeyId),
        ("tencent-secret-id", Pair::TencentSecretId),
        ("scaleway-key-id", Pair::ScalewayKeyId),
        ("exoscale-key-id", Pair::ExoscaleKeyId),
        ("twilio-account", Pair::TwilioAccount),
        ("client", Pair::Client),
        ("user", Pair::User),
    ];

    /// Its name in rule files.
    ///
    /// ```
    /// assert_eq!(secscan_core::rule::Pair::User.name(), "user");
    /// ```
    pub fn name(self) -> &'static str {
        Pair::NAMES.iter().find(|(_, pair)| *pair == self).map_or("", |(name, _)| name)
    }

    /// The pair of that name in rule files.
    pub fn from_name(name: &str) -> Option<Pair> {
        Pair::NAMES.iter().find(|(known, _)| *known == name).map(|(_, pair)| *pair)
    }
}

/// How much harm a secret can do in the wrong hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Public by design, or of no use by itself.
    Info,
    /// Short-lived, encrypted or for tests only.
    Low,
    /// Limited access.
    Medium,
    /// Access to an account or a service.
    High,
    /// Access to much, or the right to give access.
    Critical,
}

impl Severity {
    /// All severities, least first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The name in rule files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// One step less severe.
    #[must_use]
    pub fn lower(self) -> Severity {
        Severity::ALL[(self as usize).saturating_sub(1)]
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which bytes may not stand next to a match, because they would make it part of a longer word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Anything may stand there.
    None,
    /// Not `[0-9A-Za-z_]`.
    Word,
    /// Not `[0-9A-Za-z_-]`, for base64url and kebab-case.
    Dashed,
    /// Not `[0-9A-Za-z_.-]`, for tokens with dotted parts.
    Dotted,
    /// Not `[0-9A-Za-z+/=]`, for base64.
    Base64,
}

impl Boundary {
    /// Whether `byte` before a match makes it part of something longer. Padding ends base64, so what
    /// stands behind `=` begins anew.
    #[inline]
    pub fn joins_before(self, byte: u8) -> bool {
        self.joins(byte) && !(self == Boundary::Base64 && byte == b'=')
    }

    /// Whether `byte` behind a match makes it part of something longer.
    #[inline]
    pub fn joins(self, byte: u8) -> bool {
        match self {
            Boundary::None => false,
            Boundary::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Boundary::Dashed => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Boundary::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Boundary::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        }
    }

    /// The name in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Boundary::None => "none",
            Boundary::Word => "word",
            Boundary::Dashed => "dashed",
            Boundary::Dotted => "dotted",
            Boundary::Base64 => "base64",
        }
    }
}

/// A set of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct ByteSet(pub [u64; 4]);

impl ByteSet {
    /// The set of all bytes.
    pub const ALL: ByteSet = ByteSet([u64::MAX; 4]);

    /// Whether `byte` is in the set.
    #[inline]
    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & (1 << (byte & 63)) != 0
    }

    /// How many bytes are in the set.
    pub fn count(&self) -> usize {
        self.0.iter().map(|part| part.count_ones() as usize).sum()
    }

    /// The bytes that are in either.
    pub(crate) fn union(self, other: ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|part| self.0[part] | other.0[part]))
    }

    /// Puts `byte` into the set.
    pub fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
}

/// How every match of a pattern begins: fixed bytes, others out of a set, and a sign that is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// How many bytes are fixed.
    pub skip: u16,
    /// The bytes that may stand between.
    pub before: ByteSet,
    /// The sign.
    pub byte: u8,
}

impl Sign {
    /// How many bytes are looked at. What does not show so early is left to others, who look at no byte again for the
    /// next candidate.
    const MOST: usize = 64;

    /// Whether the sign may stand behind the first bytes of `text`, with nothing between that may not be there, and how
    /// many bytes were looked at to find out.
    pub(crate) fn look(&self, text: &[u8]) -> (bool, usize) {
        let rest = text.get(usize::from(self.skip)..).unwrap_or_default();
        let first = &rest[..rest.len().min(Sign::MOST)];
        match first.iter().position(|&byte| !self.before.contains(byte)) {
            Some(at) => (rest[at] == self.byte, at + 1),
            None => (first.len() < rest.len(), first.len()),
        }
    }
}

/// Bytes in a row that all belong to one set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// How many there are at least.
    pub len: u16,
    /// What each of them may be.
    pub bytes: ByteSet,
}

impl Stretch {
    /// Where such bytes stand in `text`. Most of it is not looked at: each step goes to where the next
    /// stretch would end, and back as far as bytes belong to it.
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let len = usize::from(self.len);
        let mut from = 0;
        while let Some(place) = text.get(from..from + len) {
            match place.iter().rposition(|&byte| !self.bytes.contains(byte)) {
                Some(last) => from += last + 1,
                None => return Some(from),
            }
        }
        None
    }
}

impl fmt::Debug for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<u8> = (0..=255).filter(|&byte| self.contains(byte)).collect();
        write!(f, "ByteSet({})", members.escape_ascii())
    }
}
