//! The form of a rule file: TOML in, [`Rule`]s out, errors that name the file, the rule and the key.

use std::fmt;

use serde::Deserialize;

use super::pattern::{self, Bounds};
use super::quote::{named, shortened};
use crate::checks::Check;
use crate::rule::{Boundary, ByteSet, Head, List, Pair, Rule, Severity, Shape, Text, Value};

/// The longest window a rule may have, in bytes: what one candidate may cost.
pub const MAX_WINDOW: u32 = 65_536;

/// The longest value of an assignment that is read, in bytes. Longer ones are no secrets.
pub const MAX_VALUE: u32 = 512;

/// How far a manifest is read, in bytes.
pub const MAX_MANIFEST: u32 = 8192;

/// The most rules that one table of heads serves.
pub const MAX_RULES: usize = u16::MAX as usize;

/// The shortest head, in bytes. Shorter ones would fire on every line.
pub const MIN_HEAD: usize = 3;

/// Why a rule file was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    file: String,
    rule: Option<String>,
    key: Option<&'static str>,
    message: String,
}

impl Error {
    pub(crate) fn new(
        file: &str,
        rule: Option<&str>,
        key: Option<&'static str>,
        message: String,
    ) -> Error {
        let message = shortened(&message);
        Error { file: file.to_owned(), rule: rule.map(str::to_owned), key, message }
    }

    /// The file that holds the mistake, as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The identifier of the rule that holds it.
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// The key that holds it.
    pub fn key(&self) -> Option<&str> {
        self.key
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule '{}': ", named(rule))?;
        }
        if let Some(key) = self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A rule file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileSyntax {
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    rule: Vec<RuleSyntax>,
}

/// The same among other things.
#[derive(Deserialize)]
struct PartSyntax {
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    rule: Vec<RuleSyntax>,
}

/// One rule of it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleSyntax {
    pub id: String,
    pub name: String,
    pub severity: String,
    pub fix: String,
    pub issuer: Option<String>,
    pub url: Option<String>,
    #[serde(default)]
    pub heads: Vec<String>,
    #[serde(default)]
    pub keywords: Vec<String>,
    #[serde(default)]
    pub pattern: String,
    pub offset: Option<OffsetSyntax>,
    pub window: Option<u32>,
    pub boundary: Option<String>,
    pub left: Option<String>,
    pub right: Option<String>,
    pub check: Option<String>,
    #[serde(default)]
    pub min_entropy: f64,
    #[serde(default)]
    pub chosen: bool,
    pub judge: Option<String>,
    pub pair: Option<String>,
    #[serde(default)]
    pub context: Vec<String>,
    pub within: Option<u16>,
    #[serde(default)]
    pub role: Vec<String>,
    pub enabled: Option<bool>,
    pub self_identifying: Option<bool>,
    pub shape: Option<String>,
    #[serde(default)]
    pub examples: Vec<String>,
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

/// The value of `offset`.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum OffsetSyntax {
    Exactly(u16),
    Between(u16, u16),
}

/// Reads one rule file. `file` names it in errors.
pub fn parse(file: &str, text: &str) -> Result<Vec<Rule>, Error> {
    let FileSyntax { issuer, url, rule } = read(file, text)?;
    rule.into_iter().map(|rule| build(file, &issuer, &url, rule)).collect()
}

/// Reads the rules of a file that holds other things as well.
#[allow(dead_code, reason = "the build script, which has this module too, reads rule files only")]
pub fn parse_part(file: &str, text: &str) -> Result<Vec<Rule>, Error> {
    let PartSyntax { issuer, url, rule } = read(file, text)?;
    rule.into_iter().map(|rule| build(file, &issuer, &url, rule)).collect()
}

fn read<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| {
            1 + text.as_bytes()[..span.start.min(text.len())]
                .iter()
                .filter(|&&b| b == b'\n')
                .count()
        });
        Error::new(&format!("{file}:{line}"), None, None, error.message().to_owned())
    })
}

/// Makes a rule of what was read, or says which key is wrong.
pub fn build(file: &str, issuer: &str, url: &str, syntax: RuleSyntax) -> Result<Rule, Error> {
    let id = syntax.id.clone();
    let fail = |key, message: String| Err(Error::new(file, Some(&id), Some(key), message));
    let kebab = |id: &str| {
        !id.is_empty()
            && !id.starts_with('-')
            && !id.ends_with('-')
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !kebab(&id) {
        return fail(
            "id",
            "must be lower-case letters, digits and hyphens, as in 'acme-api-key'".into(),
        );
    }
    let Some(severity) = Severity::ALL.into_iter().find(|s| s.as_str() == syntax.severity) else {
        return fail(
            "severity",
            format!("'{}' is not one of info, low, medium, high, critical", syntax.severity),
        );
    };
    let shape = match syntax.shape.as_deref() {
        None | Some("token") => Shape::Token,
        Some("assignment") => Shape::Assignment,
        Some("named") => Shape::Named,
        Some("manifest") => Shape::Manifest,
        Some("bare") => Shape::Bare,
        Some(other) => {
            return fail(
                "shape",
                format!("'{other}' is not one of token, assignment, named, manifest, bare"),
            );
        }
    };
    let heads: Vec<Head> = syntax
        .heads
        .into_iter()
        .map(|literal| Head { literal: literal.into(), ignore_case: false })
        .chain(syntax.keywords.into_iter().map(|literal| Head {
            literal: literal.to_ascii_lowercase().into(),
            ignore_case: true,
        }))
        .collect();
    let headless = matches!(shape, Shape::Bare | Shape::Named);
    if shape == Shape::Named && !heads.is_empty() {
        return fail("heads", "a named rule has none: assignments lead to it".into());
    }
    if heads.is_empty() && !headless {
        return fail("heads", "at least one head or keyword is needed".into());
    }
    for head in &heads {
        if head.literal.len() < MIN_HEAD || head.literal.len() > 64 || !head.literal.is_ascii() {
            return fail("heads", format!("'{}' is not 3 to 64 ASCII bytes", head.literal));
        }
    }
    let boundary = |key: &'static str, name: Option<&str>, default: Boundary| match name {
        None => Ok(default),
        Some("none") => Ok(Boundary::None),
        Some("word") => Ok(Boundary::Word),
        Some("dashed") => Ok(Boundary::Dashed),
        Some("dotted") => Ok(Boundary::Dotted),
        Some("base64") => Ok(Boundary::Base64),
        Some(other) => Err(Error::new(
            file,
            Some(&id),
            Some(key),
            format!("'{other}' is not one of word, dashed, dotted, base64, none"),
        )),
    };
    let both = boundary("boundary", syntax.boundary.as_deref(), Boundary::Word)?;
    let left = boundary("left", syntax.left.as_deref(), both)?;
    let right = boundary("right", syntax.right.as_deref(), both)?;
    let offset = match syntax.offset {
        None => (0, 0),
        Some(OffsetSyntax::Exactly(bytes)) => (bytes, bytes),
        Some(OffsetSyntax::Between(least, most)) if least <= most && most - least <= 256 => {
            (least, most)
        }
        Some(OffsetSyntax::Between(..)) => {
            return fail("offset", "the least comes first, and at most 256 lie between".into());
        }
    };
    let check = match syntax.check.as_deref() {
        None => None,
        Some(name) => match Check::from_name(name) {
            Some(check) => Some(check),
            None => return fail("check", format!("there is no check '{name}'")),
        },
    };
    let judge = match syntax.judge.as_deref() {
        None => None,
        Some("password") => Some(Value::Password),
        Some("key") => Some(Value::Key),
        Some(other) => return fail("judge", format!("'{other}' is not one of password, key")),
    };
    let pair = match syntax.pair.as_deref() {
        None => None,
        Some(name) => match Pair::from_name(name) {
            Some(pair) => Some(pair),
            None => {
                let known: Vec<&str> = Pair::NAMES.iter().map(|(name, _)| *name).collect();
                return fail("pair", format!("'{name}' is not one of {}", known.join(", ")));
            }
        },
    };
    if !(0.0..=8.0).contains(&syntax.min_entropy) {
        return fail("min-entropy", "must lie between 0 and 8 bits per byte".into());
    }

    let bounds = match shape {
        Shape::Token | Shape::Named if syntax.pattern.is_empty() => {
            return fail("pattern", "rules of shape token and named need one".into());
        }
        Shape::Token | Shape::Named => match pattern::bounds(&syntax.pattern) {
            Ok(bounds) => bounds,
            Err(message) => return fail("pattern", message),
        },
        Shape::Assignment | Shape::Manifest | Shape::Bare if !syntax.pattern.is_empty() => {
            return fail("pattern", "only rules of shape token and named have a pattern".into());
        }
        Shape::Assignment | Shape::Manifest | Shape::Bare => Bounds {
            min_len: 1,
            max_len: Some(if shape == Shape::Manifest { MAX_MANIFEST } else { 1024 }),
            alphabet: ByteSet::ALL,
            first: ByteSet::ALL,
            second: ByteSet::ALL,
            required: None,
            sign: None,
            stretch: None,
        },
    };
    let window = match (syntax.window, bounds.max_len) {
        (Some(window), _) => window,
        (None, Some(max)) => max,
        (None, None) => {
            return fail("window", "needed, because the pattern has no longest match: write `{n,m}`, or a window of 200 bytes to end it there"
                .into());
        }
    };
    if window == 0 || window > MAX_WINDOW || window < bounds.min_len {
        return fail(
            "window",
            format!("must lie between the shortest match ({}) and {MAX_WINDOW}", bounds.min_len),
        );
    }

    if shape == Shape::Named && window > MAX_VALUE {
        return fail("window", format!("no value longer than {MAX_VALUE} bytes is read"));
    }

    let words_only = heads.iter().all(|head| head.ignore_case);
    let folded = |words: &[String]| -> List<Text> {
        let fold = |word: &String| {
            let letters = word.chars().filter(|c| !matches!(c, '_' | '-' | '.' | ' '));
            letters.map(|c| c.to_ascii_lowercase()).collect::<String>().into()
        };
        words.iter().map(fold).collect()
    };
    let (context, role) = (folded(&syntax.context), folded(&syntax.role));
    if context.iter().any(|word| word.len() < 2) {
        return fail("context", "a word needs two letters or more".into());
    }
    if shape == Shape::Named && context.is_empty() {
        return fail("context", "a named rule needs a word that says whose secret it is".into());
    }
    if shape != Shape::Named && !role.is_empty() {
        return fail("role", "only rules of shape named have one".into());
    }
    let own = |list: Vec<String>| -> List<Text> { list.into_iter().map(Text::from).collect() };
    Ok(Rule {
        id: syntax.id.into(),
        name: syntax.name.into(),
        issuer: syntax.issuer.unwrap_or_else(|| issuer.to_owned()).into(),
        severity,
        url: syntax.url.unwrap_or_else(|| url.to_owned()).into(),
        fix: syntax.fix.into(),
        enabled: syntax.enabled.unwrap_or(true),
        self_identifying: syntax
            .self_identifying
            .unwrap_or(shape == Shape::Token && context.is_empty() && !words_only),
        shape,
        heads: heads.into(),
        pattern: syntax.pattern.into(),
        offset,
        window,
        min_len: bounds.min_len,
        required: bounds.required,
        sign: bounds.sign,
        stretch: bounds.stretch,
        chosen: syntax.chosen,
        judge,
        pair,
        alphabet: bounds.alphabet,
        first: bounds.first,
        second: bounds.second,
        left,
        right,
        check,
        min_entropy: (syntax.min_entropy * 100.0).round() as u16,
        context,
        within: syntax.within.unwrap_or(if shape == Shape::Named { 40 } else { 100 }),
        role,
        examples: own(syntax.examples),
        counterexamples: own(syntax.counterexamples),
    })
}
