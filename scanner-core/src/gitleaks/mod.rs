//! `.gitleaks.toml`, read as it is: rules, allowlists, what it extends.
//!
//! Reads text and no files: whoever calls opens what `[extend]` names. What cannot be honoured is a [`Note`]
//! with its file, line and rule, and the rest is used. How a regular expression that is searched for
//! everywhere becomes a rule that is looked at where its heads stand is in `heads` and `pattern`.

use std::fmt;

mod adopt;
mod fields;
pub(crate) mod heads;
mod pattern;
mod regex;
mod syntax;

pub use adopt::{Adopted, Commits, Standing};

use crate::compile::quote::named;
use syntax::{RuleSyntax, Syntax};

/// A file that was read.
///
/// ```
/// use secscan_core::{RuleSet, gitleaks};
/// let config = gitleaks::parse(".gitleaks.toml", r#"
///     [extend]
///     useDefault = true
///     [[rules]]
///     id = "acme-key"
///     regex = '''(?i)acme[a-z_]*\s*=\s*"([0-9a-f]{32})"'''
/// "#)?;
/// let mut rules = RuleSet::builtin();
/// let adopted = rules.adopt(config, gitleaks::Standing::Project);
/// assert!(adopted.notes.is_empty() && rules.find("acme-key").is_some());
/// # Ok::<(), gitleaks::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config(Syntax);

/// Reads the text of a file. `file` names it in notes and errors.
///
/// # Errors
/// When it is no TOML.
pub fn parse(file: &str, text: &str) -> Result<Config, Error> {
    syntax::read(file, text).map(Config)
}

/// Whether a text is a file of this kind and not a configuration of secscan: by the tables in it.
pub fn is_one(text: &str) -> bool {
    let Ok(table) = text.parse::<toml::Table>() else { return false };
    let has = |name: &str| table.keys().any(|key| key.eq_ignore_ascii_case(name));
    let tables = |value: &toml::Value| {
        value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(toml::Value::is_table))
    };
    ["extend", "allowlist", "allowlists", "whitelist", "minVersion"].into_iter().any(has)
        || table.get("rules").is_some_and(tables)
}

impl Config {
    /// The file that this one extends, as it is named in it.
    pub fn base(&self) -> Option<&str> {
        self.0.extend.path.as_ref().map(|path| path.value.as_str())
    }

    /// Takes in the file that this one extends. What this one says of a rule counts for more, its keywords
    /// and allowlists add up, and what it disables is left out.
    #[must_use]
    pub fn over(mut self, base: Config) -> Config {
        let mut base = base.0;
        let mut disabled = std::mem::take(&mut self.0.extend.disabled);
        // What disabled one of the other file's is not asked of the built-in ones.
        disabled.retain(|(_, at)| {
            let before = base.rules.len();
            base.rules.retain(|rule| rule.id != at.value);
            base.rules.len() == before
        });
        self.0.extend.disabled = disabled;
        self.0.extend.default |= base.extend.default;
        self.0.extend.path = base.extend.path;
        self.0.extend.disabled.append(&mut base.extend.disabled);
        let mut rules = base.rules;
        for rule in self.0.rules {
            match rules.iter_mut().find(|other| other.id == rule.id) {
                Some(other) => merge(other, rule),
                None => rules.push(rule),
            }
        }
        self.0.rules = rules;
        self.0.allow.append(&mut base.allow);
        self.0.notes.append(&mut base.notes);
        self
    }

    /// Notes that the file which it extends was not read.
    #[must_use]
    pub fn without_base(mut self, why: &str) -> Config {
        if let Some(path) = self.0.extend.path.take() {
            let file = self.0.rules.first().map_or_else(String::new, |rule| rule.file.clone());
            let what = format!("`extend.path` '{}' was not read: {why}", named(&path.value));
            let advice = "its rules are missing; name it from the directory of this file";
            self.0.notes.push(Note::new(&file, path.line, None, Effect::Dropped, what, advice));
        }
        self
    }
}

fn merge(base: &mut RuleSyntax, over: RuleSyntax) {
    base.file = over.file;
    base.line = over.line;
    base.description = over.description.or(base.description.take());
    base.regex = over.regex.or(base.regex.take());
    base.path = over.path.or(base.path.take());
    base.group = over.group.or(base.group.take());
    base.entropy = over.entropy.or(base.entropy.take());
    base.keywords.extend(over.keywords);
    base.allow.extend(over.allow);
    base.required |= over.required;
    base.silent |= over.silent;
}

/// Something in a file that is not honoured, or not to the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    file: String,
    line: usize,
    rule: Option<String>,
    effect: Effect,
    what: String,
    advice: String,
}

/// What a note means for what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It is not used at all.
    Dropped,
    /// It is used, and means something else.
    Differs,
    /// It is used as it says, and that is worth a word.
    Meant,
}

impl Note {
    pub(crate) fn new(
        file: &str,
        line: usize,
        rule: Option<&str>,
        effect: Effect,
        what: String,
        advice: &str,
    ) -> Note {
        let rule = rule.map(str::to_owned);
        Note { file: file.to_owned(), line, rule, effect, what, advice: advice.to_owned() }
    }

    /// The file, and the line from 1.
    pub fn place(&self) -> (&str, usize) {
        (&self.file, self.line)
    }

    /// The rule, as the file calls it.
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// What it means for what is found.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// What is not honoured.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it, or what is done instead.
    pub fn advice(&self) -> &str {
        &self.advice
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, "rule '{}': ", named(rule))?;
        }
        f.write_str(&self.what)?;
        if !self.advice.is_empty() {
            write!(f, "; {}", self.advice)?;
        }
        Ok(())
    }
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    file: String,
    line: usize,
    message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for Error {}
