//! Puts what a file says into a rule set: its rules with their exceptions, and which built-in rules run.

use aho_corasick::AhoCorasick;
use regex_automata::meta::Regex;

use super::fields::At;
use super::pattern::pattern;
use super::regex::{Groups, translate};
use super::syntax::{AllowSyntax, RuleSyntax, Target};
use super::{Config, Effect, Note};
use crate::compile::quote::named;
use crate::compile::schema;
use crate::except::{self, Exception, Subject};
use crate::finding::RuleId;
use crate::rule::Rule;
use crate::ruleset::RuleSet;

/// How far from a match a keyword may stand that is no part of it, in bytes.
const NEAR: u16 = 1000;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the configuration: it says whether the built-in rules run, and its allowlists are for all rules.
    Project,
    /// Its rules are added to others, about which it has no say.
    Addition,
}

/// Commits whose findings are left out. Nothing here knows of commits: whoever does compares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commits {
    /// The file and the line that say so.
    pub place: String,
    /// What is said about it, perhaps nothing.
    pub reason: String,
    /// The names of the commits, in lower case.
    pub names: Vec<String>,
    /// The rules that it is about; `None` for all of them.
    pub rules: Option<Vec<RuleId>>,
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopted {
    /// What is not honoured, or not to the letter, in the order of lines.
    pub notes: Vec<Note>,
    /// The commits whose findings are left out.
    pub commits: Vec<Commits>,
    /// The numbers of the rules that were added, with the lines that they stand on.
    pub rules: Vec<(RuleId, usize)>,
}

impl RuleSet {
    /// Takes over the rules and allowlists of a `.gitleaks.toml`.
    ///
    /// What cannot be honoured is noted, and the rest is used. `useDefault` means the built-in rules.
    pub fn adopt(&mut self, config: Config, standing: Standing) -> Adopted {
        let syntax = config.0;
        let mut adopter =
            Adopter { set: self, notes: syntax.notes, commits: Vec::new(), rules: Vec::new() };
        for rule in &syntax.rules {
            adopter.rule(rule, syntax.extend.default);
        }
        let own: Vec<u16> = adopter.rules.iter().map(|(id, ..)| id.0).collect();
        for allow in &syntax.allow {
            let rules = match (adopter.targets(allow), standing) {
                (Some(targets), _) => Some(targets),
                (None, Standing::Project) => None,
                (None, Standing::Addition) => Some(own.clone()),
            };
            adopter.allow(allow, None, rules);
        }
        if standing == Standing::Project {
            let file = syntax.rules.first().map_or("", |rule| &rule.file).to_owned();
            adopter.built_in(&file, syntax.extend.default, &syntax.extend.disabled);
        }
        let Adopter { mut notes, commits, rules, .. } = adopter;
        notes.sort_by(|one, other| one.place().cmp(&other.place()));
        Adopted {
            notes,
            commits,
            rules: rules.into_iter().map(|(id, line, _)| (id, line)).collect(),
        }
    }
}

struct Adopter<'s> {
    set: &'s mut RuleSet,
    notes: Vec<Note>,
    commits: Vec<Commits>,
    /// With the line, and what the file calls it.
    rules: Vec<(RuleId, usize, String)>,
}

impl Adopter<'_> {
    fn note(
        &mut self,
        rule: &RuleSyntax,
        line: usize,
        effect: Effect,
        what: impl Into<String>,
        advice: &str,
    ) {
        self.notes.push(Note::new(&rule.file, line, Some(&rule.id), effect, what.into(), advice));
    }

    fn rule(&mut self, syntax: &RuleSyntax, extends_default: bool) {
        let line = syntax.line;
        let id = kebab(&syntax.id);
        let Some(regex) = &syntax.regex else {
            return self.without_regex(syntax, &id, extends_default);
        };
        if syntax.silent {
            let advice = "the rules that require it are reported without it";
            return self.note(
                syntax,
                line,
                Effect::Dropped,
                "`skipReport` leaves it to other rules",
                advice,
            );
        }
        let group = syntax.group.as_ref().map(|group| group.value as usize);
        let made = match pattern(&regex.value, group, &syntax.keywords) {
            Ok(made) => made,
            Err((why, advice)) => {
                return self.note(
                    syntax,
                    regex.line,
                    Effect::Dropped,
                    format!("regex: {why}"),
                    advice,
                );
            }
        };
        let path = match syntax.path.as_ref().map(|path| (path.line, compile(&path.value))) {
            Some((line, Err(why))) => {
                let advice = "the rule is not used, since it would be for all files";
                return self.note(syntax, line, Effect::Dropped, format!("path: {why}"), advice);
            }
            Some((_, Ok(path))) => Some(path),
            None => None,
        };
        let built_in = self.set.find(&id);
        let mut name = id.clone();
        if built_in.is_some() {
            name.push_str("-own");
            if self.set.find(&name).is_some() {
                let advice = "the first is used; give this one another name";
                return self.note(
                    syntax,
                    line,
                    Effect::Dropped,
                    "there is already a rule of that name",
                    advice,
                );
            }
        }
        let (heads, keywords) = match made.ignore_case {
            true => (Vec::new(), made.heads.clone()),
            false => (made.heads.clone(), Vec::new()),
        };
        let context = match made.has_keyword {
            true => Vec::new(),
            false => syntax.keywords.iter().filter(|word| word.len() > 1).cloned().collect(),
        };
        let entropy = syntax.entropy.as_ref().map_or(0.0, |entropy| entropy.value);
        let text = schema::RuleSyntax {
            id: name,
            name: syntax.description.clone().unwrap_or_else(|| syntax.id.clone()),
            severity: "high".to_owned(),
            fix: "Revoke it where it was issued, and put a new one where it does not leak."
                .to_owned(),
            heads,
            keywords,
            pattern: made.text.clone(),
            offset: Some(schema::OffsetSyntax::Between(made.offset.0, made.offset.1)),
            window: Some(made.window),
            boundary: Some("none".to_owned()),
            min_entropy: entropy,
            within: Some(if context.is_empty() { 0 } else { NEAR }),
            context,
            self_identifying: Some(false),
            ..schema::RuleSyntax::default()
        };
        let built = schema::build(&syntax.file, "", "", text).map_err(|error| error.to_string());
        let added = built.and_then(|rule: Rule| self.set.add_one(rule));
        let number = match added {
            Ok(number) => number,
            Err(why) => {
                return self.note(syntax, line, Effect::Dropped, why, "it is not used; mend it");
            }
        };
        if let Some(built_in) = built_in {
            self.set.set_enabled(built_in, false);
            let advice = "that one is off, and this one is listed with `-own` behind its name";
            self.note(syntax, line, Effect::Meant, "a built-in rule has the same name", advice);
        }
        for why in made.differs {
            self.note(syntax, regex.line, Effect::Differs, why, "");
        }
        if !made.has_keyword {
            let what = "its keywords are no part of what it matches: one must stand within 1000 bytes, \
                        not anywhere in the file";
            self.note(syntax, line, Effect::Differs, what, "");
        }
        if syntax.required {
            let advice = "it is reported wherever it matches";
            self.note(syntax, line, Effect::Differs, "`required` rules are not looked for", advice);
        }
        if let Some(path) = path {
            self.set.exceptions.restrict(number.0, path);
        }
        for allow in &syntax.allow {
            self.allow(allow, Some(&syntax.id), Some(vec![number.0]));
        }
        self.rules.push((number, line, syntax.id.clone()));
    }

    /// A rule without a regex changes one of the defaults, or names files.
    fn without_regex(&mut self, syntax: &RuleSyntax, id: &str, extends_default: bool) {
        match self.set.find(id).filter(|_| extends_default) {
            Some(number) => {
                for allow in &syntax.allow {
                    self.allow(allow, Some(&syntax.id), Some(vec![number.0]));
                }
                if syntax.entropy.is_some() || syntax.path.is_some() || syntax.group.is_some() {
                    let what = "of a rule without a regex only the allowlists are used, for the built-in one";
                    self.note(syntax, syntax.line, Effect::Dropped, what, "");
                }
            }
            None if syntax.path.is_some() => {
                let advice = "it is not used; secscan looks into files, and does not report names";
                self.note(
                    syntax,
                    syntax.line,
                    Effect::Dropped,
                    "it has a path and no regex",
                    advice,
                );
            }
            None => {
                let what = "it has no regex, and no built-in rule has that name";
                let advice = "it is not used; `secscan rules list` shows the names here";
                self.note(syntax, syntax.line, Effect::Dropped, what, advice);
            }
        }
    }

    /// The rules that an allowlist is for, if it says so.
    fn targets(&mut self, allow: &AllowSyntax) -> Option<Vec<u16>> {
        if allow.rules.is_empty() {
            return None;
        }
        let mut targets = Vec::new();
        for At { line, value } in &allow.rules {
            let own = self.rules.iter().find(|(.., id)| id == value).map(|(id, ..)| *id);
            match own.or_else(|| self.set.find(&kebab(value))) {
                Some(id) => targets.push(id.0),
                None => {
                    let what = format!("`targetRules`: there is no rule '{}'", named(value));
                    let advice = "`secscan rules list` shows those there are";
                    let note = Note::new(&allow.file, *line, None, Effect::Dropped, what, advice);
                    self.notes.push(note);
                }
            }
        }
        targets.sort_unstable();
        Some(targets)
    }

    fn allow(&mut self, allow: &AllowSyntax, rule: Option<&str>, rules: Option<Vec<u16>>) {
        let fail = |line, what, advice: &str| {
            Note::new(&allow.file, line, rule, Effect::Dropped, what, advice)
        };
        if !allow.commits.is_empty() {
            let alone =
                allow.regexes.is_empty() && allow.paths.is_empty() && allow.stopwords.is_empty();
            if allow.all && !alone {
                let what = "`commits` together with what else must hold".to_owned();
                let advice = "the allowlist is not used; let it name one of them";
                self.notes.push(fail(allow.line, what, advice));
                return;
            }
            self.commits.push(Commits {
                place: format!("{}:{}", allow.file, allow.line),
                reason: allow.description.clone(),
                names: allow.commits.iter().map(|name| name.to_ascii_lowercase()).collect(),
                rules: rules.clone().map(|all| all.into_iter().map(RuleId).collect()),
            });
        }
        let mut failed = false;
        let mut compiled = |list: &[At<String>]| -> Vec<Regex> {
            let mut all = Vec::new();
            for At { line, value } in list {
                match compile(value) {
                    Ok(regex) => all.push(regex),
                    Err(why) => {
                        failed = true;
                        self.notes.push(fail(*line, why, "this line of the allowlist is not used"));
                    }
                }
            }
            all
        };
        let (regexes, paths) = (compiled(&allow.regexes), compiled(&allow.paths));
        let words: Vec<&String> = allow.stopwords.iter().filter(|word| !word.is_empty()).collect();
        let stopwords = (!words.is_empty())
            .then(|| AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok())
            .flatten();
        let nothing = regexes.is_empty() && paths.is_empty() && stopwords.is_none();
        // Of what must hold together, nothing may be missing.
        if nothing || failed && allow.all {
            return;
        }
        self.set.exceptions.push(Exception {
            place: format!("{}:{}", allow.file, allow.line).into(),
            rules,
            all: allow.all,
            subject: match allow.target {
                Target::Secret => Subject::Secret,
                Target::Match => Subject::Match,
                Target::Line => Subject::Line,
            },
            regexes,
            paths,
            stopwords,
        });
    }

    /// Which built-in rules run.
    fn built_in(&mut self, file: &str, extends: bool, disabled: &[(String, At<String>)]) {
        for (file, At { line, value }) in disabled {
            match self.set.find(&kebab(value)) {
                Some(id) => self.set.set_enabled(id, false),
                None => {
                    let what =
                        format!("`disabledRules`: no built-in rule is called '{}'", named(value));
                    let advice =
                        "the rules here have names of their own: `secscan rules list` shows them";
                    let note = Note::new(file, *line, None, Effect::Dropped, what, advice);
                    self.notes.push(note);
                }
            }
        }
        // With nothing of its own, it is there for its allowlists.
        if extends || self.rules.is_empty() {
            return;
        }
        let ids = self.set.iter().map(|(id, _)| id).filter(|id| self.set.is_built_in(*id));
        for id in ids.collect::<Vec<RuleId>>() {
            self.set.set_enabled(id, false);
        }
        let what = "it does not extend the default rules, so the built-in ones are off".to_owned();
        let advice = "`useDefault = true` under `[extend]` turns them on";
        self.notes.push(Note::new(file, 1, None, Effect::Meant, what, advice));
    }
}

/// A regular expression that is searched for anywhere.
fn compile(go: &str) -> Result<Regex, String> {
    except::compile(&translate(go, Groups::Drop)?)
}

/// An identifier as rules have them here.
fn kebab(id: &str) -> String {
    let words = id.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let id = words.map(str::to_ascii_lowercase).collect::<Vec<String>>().join("-");
    if id.is_empty() { "unnamed".to_owned() } else { id }
}
