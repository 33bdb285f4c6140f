//! Which rules there are, and which of them run.
//!
//! Built-in rules are constants; a user's are read here, compiled at once, and refused with the file,
//! rule and key that is wrong.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::compile::schema;
use crate::engine::builtin;
use crate::except::Exceptions;
use crate::finding::RuleId;
use crate::rule::{Rule, Shape};

/// The built-in rules, and perhaps a user's, each of them on or off.
///
/// ```
/// use secscan_core::RuleSet;
/// let mut rules = RuleSet::builtin();
/// rules.add("mine.toml", r#"
///     [[rule]]
///     id = "acme-key"
///     name = "Acme key"
///     severity = "high"
///     heads = ["acme_"]
///     pattern = 'acme_[0-9a-f]{32}'
///     fix = "Revoke it at https://acme.example/keys."
///     examples = ["{{acme-key}}"]
/// "#)?;
/// assert!(rules.find("acme-key").is_some());
/// # Ok::<(), secscan_core::RuleError>(())
/// ```
#[derive(Clone)]
pub struct RuleSet {
    own: Vec<Rule>,
    enabled: Vec<bool>,
    pub(crate) exceptions: Exceptions,
}

/// Why a rule file was refused: it names the file, the rule and the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError(schema::Error);

impl RuleError {
    /// The file, as it was named, with a line where one is known.
    pub fn file(&self) -> &str {
        self.0.file()
    }

    /// The identifier of the rule that is wrong.
    pub fn rule(&self) -> Option<&str> {
        self.0.rule()
    }

    /// The key that is wrong.
    pub fn key(&self) -> Option<&str> {
        self.0.key()
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for RuleError {}

impl RuleSet {
    /// The built-in rules, each as its file says: on, or off for what is public by design.
    pub fn builtin() -> RuleSet {
        RuleSet {
            own: Vec::new(),
            exceptions: Exceptions::default(),
            enabled: builtin::ENABLED.to_vec(),
        }
    }

    /// Adds the rules of a file's text. `file` names it in errors.
    ///
    /// # Errors
    /// When the text is no rule file, when a pattern has no bounds or does not compile, and when a rule
    /// has the identifier of another. Nothing is added then.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), RuleError> {
        self.extend(file, schema::parse(file, text).map_err(RuleError)?)
    }

    /// Adds the rules of a text that may hold other things than rules, such as a configuration. Keys that
    /// belong to no rule are not looked at.
    ///
    /// # Errors
    /// As [`RuleSet::add`].
    pub fn add_part(&mut self, file: &str, text: &str) -> Result<(), RuleError> {
        self.extend(file, schema::parse_part(file, text).map_err(RuleError)?)
    }

    fn extend(&mut self, file: &str, rules: Vec<Rule>) -> Result<(), RuleError> {
        for (index, rule) in rules.iter().enumerate() {
            let fail = |key, message: String| {
                Err(RuleError(schema::Error::new(file, Some(&rule.id), Some(key), message)))
            };
            let twin = rules[..index].iter().any(|other| other.id == rule.id);
            if twin || self.find(&rule.id).is_some() {
                return fail("id", "there is already a rule of that name".to_owned());
            }
            if self.len() + rules.len() > schema::MAX_RULES {
                return fail("id", format!("more than {} rules", schema::MAX_RULES));
            }
            if let Err(message) = crate::engine::check_pattern(rule) {
                return fail("pattern", message);
            }
        }
        self.enabled.extend(rules.iter().map(|rule| rule.enabled));
        self.own.extend(rules);
        Ok(())
    }

    /// Adds one rule.
    pub(crate) fn add_one(&mut self, rule: Rule) -> Result<RuleId, String> {
        if self.find(&rule.id).is_some() {
            return Err("there is already a rule of that name".to_owned());
        }
        if self.len() >= schema::MAX_RULES {
            return Err(format!("more than {} rules", schema::MAX_RULES));
        }
        crate::engine::check_pattern(&rule)?;
        let id = RuleId(self.len() as u16);
        self.enabled.push(rule.enabled);
        self.own.push(rule);
        Ok(id)
    }

    /// Whether exceptions were taken over: see [`RuleSet::adopt`].
    pub fn has_exceptions(&self) -> bool {
        !self.exceptions.is_empty()
    }

    /// Forgets all exceptions, so that what they cover is found.
    pub fn clear_exceptions(&mut self) {
        self.exceptions = Exceptions::default();
    }

    /// Says how exceptions are to name a path: from the top of a project, most likely.
    pub fn name_paths(
        &mut self,
        names: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + UnwindSafe + RefUnwindSafe + 'static,
    ) {
        self.exceptions.set_names(std::sync::Arc::new(names));
    }

    /// Whether the rule is built in.
    pub fn is_built_in(&self, id: RuleId) -> bool {
        id.index() < builtin::RULES.len()
    }

    /// How many rules there are, on or off.
    pub fn len(&self) -> usize {
        self.enabled.len()
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.enabled.is_empty()
    }

    /// The rule of that number.
    ///
    /// # Panics
    /// When the number is another set's and there is no such rule in this one.
    pub fn get(&self, id: RuleId) -> &Rule {
        self.at(id.index())
    }

    /// The number of the rule of that name.
    pub fn find(&self, name: &str) -> Option<RuleId> {
        self.iter().find(|(_, rule)| rule.id == name).map(|(id, _)| id)
    }

    /// All rules with their numbers, built-in ones first.
    pub fn iter(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0..self.len()).map(|index| (RuleId(index as u16), self.at(index)))
    }

    /// Whether the rule runs.
    pub fn is_enabled(&self, id: RuleId) -> bool {
        self.enabled[id.index()]
    }

    /// Turns a rule on or off.
    pub fn set_enabled(&mut self, id: RuleId, yes: bool) {
        self.enabled[id.index()] = yes;
    }

    /// The rules that look at every run of characters.
    pub(crate) fn bare(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.some(&builtin::BARE, |rule| rule.shape == Shape::Bare)
    }

    /// The rules that assignments lead to.
    pub(crate) fn named(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.some(&builtin::NAMED, |rule| rule.shape == Shape::Named)
    }

    /// The rules whose matches may begin before their heads.
    pub(crate) fn led(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        self.some(&builtin::LED, Rule::is_led)
    }

    /// How far before a head any match, or a word that it needs, may begin, in bytes.
    pub(crate) fn behind(&self) -> usize {
        self.own.iter().map(Rule::behind).fold(builtin::BEHIND, usize::max)
    }

    /// Those that are wanted. Of the built-in rules they are known: a start need not look at a thousand.
    fn some(
        &self,
        known: &'static [u16],
        wanted: fn(&Rule) -> bool,
    ) -> impl Iterator<Item = (RuleId, &Rule)> {
        let own = (builtin::RULES.len()..).zip(&self.own).filter(move |(_, rule)| wanted(rule));
        let own = own.map(|(index, rule)| (RuleId(index as u16), rule));
        known.iter().map(|&index| (RuleId(index), self.at(index.into()))).chain(own)
    }

    /// The rules that are not built in.
    pub(crate) fn own(&self) -> &[Rule] {
        &self.own
    }

    fn at(&self, index: usize) -> &Rule {
        match builtin::RULES.get(index) {
            Some(rule) => rule,
            None => &self.own[index - builtin::RULES.len()],
        }
    }
}

impl Default for RuleSet {
    fn default() -> RuleSet {
        RuleSet::builtin()
    }
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleSet({} built in, {} own)", builtin::RULES.len(), self.own.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_the_built_in_rules_is_so() {
        let mut rules = RuleSet::builtin();
        let own = r#"
            [[rule]]
            id = "own-bare"
            name = "Own"
            severity = "low"
            shape = "bare"
            enabled = false
            fix = "None."
            [[rule]]
            id = "own-led"
            name = "Own"
            severity = "low"
            heads = ["acme_"]
            offset = [0, 9]
            within = 4000
            pattern = '[a-z]{0,9}acme_[0-9]{9}'
            fix = "None."
        "#;
        rules.add("own.toml", own).unwrap();
        let wanted = |wanted: fn(&Rule) -> bool| {
            rules.iter().filter(move |(_, rule)| wanted(rule)).map(|(id, _)| id)
        };
        assert!(rules.bare().map(|(id, _)| id).eq(wanted(|rule| rule.shape == Shape::Bare)));
        assert!(rules.named().map(|(id, _)| id).eq(wanted(|rule| rule.shape == Shape::Named)));
        assert!(rules.led().map(|(id, _)| id).eq(wanted(|rule| rule.offset.1 > 0)));
        assert!(rules.bare().count() > 1 && rules.named().count() > 100 && rules.led().count() > 9);
        for rules in [RuleSet::builtin(), rules.clone()] {
            assert_eq!(Some(rules.behind()), rules.iter().map(|(_, rule)| rule.behind()).max());
            assert!(rules.iter().all(|(id, rule)| rules.is_enabled(id) == rule.enabled));
        }
    }
}
