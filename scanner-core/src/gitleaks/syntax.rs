//! What a file says, before it is made sense of: rules, allowlists, what it extends.

use toml::de::DeTable;

use super::fields::{At, Fields, line};
use super::{Effect, Error, Note};
use crate::compile::quote::named;

/// What an allowlist compares its regular expressions with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Secret,
    Match,
    Line,
}

/// `[[rules]]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RuleSyntax {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) description: Option<String>,
    pub(super) regex: Option<At<String>>,
    pub(super) path: Option<At<String>>,
    pub(super) group: Option<At<f64>>,
    pub(super) entropy: Option<At<f64>>,
    pub(super) keywords: Vec<String>,
    pub(super) allow: Vec<AllowSyntax>,
    /// Whether it counts only where others are near.
    pub(super) required: bool,
    pub(super) silent: bool,
}

/// `[allowlist]`, `[[allowlists]]`, `[[rules.allowlists]]` and their older names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AllowSyntax {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) description: String,
    /// Whether all that it names must hold.
    pub(super) all: bool,
    pub(super) target: Target,
    pub(super) regexes: Vec<At<String>>,
    pub(super) paths: Vec<At<String>>,
    pub(super) commits: Vec<String>,
    pub(super) stopwords: Vec<String>,
    pub(super) rules: Vec<At<String>>,
}

/// `[extend]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extend {
    pub(super) default: bool,
    pub(super) path: Option<At<String>>,
    pub(super) disabled: Vec<(String, At<String>)>,
}

/// All of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Syntax {
    pub(super) rules: Vec<RuleSyntax>,
    pub(super) allow: Vec<AllowSyntax>,
    pub(super) extend: Extend,
    pub(super) notes: Vec<Note>,
}

/// Reads a file.
pub(super) fn read(file: &str, text: &str) -> Result<Syntax, Error> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Error {
            file: file.to_owned(),
            line: line(text, at),
            message: crate::shortened(error.message()),
        }
    })?;
    let mut fields = Fields::new(text, 0, table.get_ref());
    let mut reader = Reader { file, notes: Vec::new() };
    let extend = reader.extend(&mut fields);
    let allow = fields
        .tables(&["allowlist", "allowlists", "whitelist"])
        .into_iter()
        .filter_map(|fields| reader.allow(None, fields))
        .collect();
    let rules = fields.tables(&["rules"]).into_iter().map(|fields| reader.rule(fields)).collect();
    reader.leave(None, fields, &["title", "description", "minVersion"]);
    Ok(Syntax { rules, allow, extend, notes: reader.notes })
}

struct Reader<'f> {
    file: &'f str,
    notes: Vec<Note>,
}

impl Reader<'_> {
    fn note(
        &mut self,
        line: usize,
        rule: Option<&str>,
        effect: Effect,
        what: String,
        advice: &str,
    ) {
        self.notes.push(Note::new(self.file, line, rule, effect, what, advice));
    }

    /// Notes what of a table was not read.
    fn leave(&mut self, rule: Option<&str>, fields: Fields<'_>, ignored: &[&str]) {
        for (line, what) in fields.rest(ignored) {
            self.note(line, rule, Effect::Differs, what, "it is passed over");
        }
    }

    fn extend(&mut self, fields: &mut Fields<'_>) -> Extend {
        let mut extend = Extend::default();
        for mut fields in fields.tables(&["extend"]) {
            extend.default |= fields.flag("useDefault").unwrap_or(false);
            extend.path = fields.text(&["path"]).filter(|path| !path.value.is_empty());
            let disabled = fields.list(&["disabledRules"]).into_iter();
            extend.disabled.extend(disabled.map(|id| (self.file.to_owned(), id)));
            if let Some(url) = fields.text(&["url"]).filter(|url| !url.value.is_empty()) {
                let what = "`url` is not followed: nothing is read from the network".to_owned();
                let advice = "save the file beside this one and name it by `path`";
                self.note(url.line, None, Effect::Dropped, what, advice);
            }
            self.leave(None, fields, &[]);
        }
        extend
    }

    fn rule(&mut self, mut fields: Fields<'_>) -> RuleSyntax {
        let line = fields.line;
        let description = fields.text(&["description"]).map(|text| text.value);
        let id = fields.text(&["id"]).map(|id| id.value).filter(|id| !id.is_empty());
        // The oldest files have descriptions only.
        let id = id.or_else(|| description.clone()).unwrap_or_else(|| format!("line-{line}"));
        let mut rule = RuleSyntax {
            file: self.file.to_owned(),
            line,
            description,
            regex: fields.text(&["regex"]).filter(|regex| !regex.value.is_empty()),
            path: fields.text(&["path"]).filter(|path| !path.value.is_empty()),
            group: fields.number(&["secretGroup", "reportGroup"]),
            entropy: fields.number(&["entropy"]),
            keywords: fields.list(&["keywords"]).into_iter().map(|word| word.value).collect(),
            allow: Vec::new(),
            required: !fields.tables(&["required"]).is_empty(),
            silent: fields.flag("skipReport").unwrap_or(false),
            id,
        };
        if let Some(file) = fields.text(&["file"]).filter(|file| !file.value.is_empty()) {
            // Of the name alone, where `path` is of all of it.
            let name = file.value.strip_prefix('^').map(|rest| format!("(?:^|/){rest}"));
            rule.path.get_or_insert(At { line: file.line, value: name.unwrap_or(file.value) });
        }
        for mut range in fields.tables(&["entropies"]) {
            rule.entropy = rule.entropy.or_else(|| range.number(&["min"]));
            rule.group =
                rule.group.or_else(|| range.number(&["group"]).filter(|at| at.value > 0.0));
            self.leave(Some(&rule.id), range, &["max", "min", "group"]);
        }
        for allow in fields.tables(&["allowlist", "allowlists", "whitelist"]) {
            rule.allow.extend(self.allow(Some(&rule.id), allow));
        }
        self.leave(Some(&rule.id), fields, &["tags", "multi"]);
        rule
    }

    fn allow(&mut self, rule: Option<&str>, mut fields: Fields<'_>) -> Option<AllowSyntax> {
        let line = fields.line;
        let description = fields.text(&["description"]).map(|text| text.value).unwrap_or_default();
        let condition = fields.text(&["condition"]);
        let all = match condition.as_ref().map(|at| at.value.to_ascii_uppercase()).as_deref() {
            None | Some("" | "OR" | "||") => false,
            Some("AND" | "&&") => true,
            Some(other) => {
                let what = format!("`condition` is '{}', and neither AND nor OR", named(other));
                self.note(line, rule, Effect::Dropped, what, "the allowlist is not used");
                return None;
            }
        };
        let target = fields.text(&["regexTarget"]);
        let target = match target.as_ref().map(|at| at.value.to_ascii_lowercase()).as_deref() {
            None | Some("" | "secret") => Target::Secret,
            Some("match") => Target::Match,
            Some("line") => Target::Line,
            Some(other) => {
                let what = format!(
                    "`regexTarget` is '{}', and none of match, line and secret",
                    named(other)
                );
                self.note(line, rule, Effect::Dropped, what, "the allowlist is not used");
                return None;
            }
        };
        let texts = |list: Vec<At<String>>| list.into_iter().map(|at| at.value).collect();
        let mut allow = AllowSyntax {
            file: self.file.to_owned(),
            line,
            description,
            all,
            target,
            regexes: fields.list(&["regexes"]),
            paths: fields.list(&["paths"]),
            commits: texts(fields.list(&["commits"])),
            stopwords: texts(fields.list(&["stopwords"])),
            rules: fields.list(&["targetRules"]),
        };
        allow.regexes.extend(fields.text(&["regex"]));
        allow.paths.extend(fields.list(&["files"]));
        allow.paths.extend(fields.text(&["file"]));
        if !fields.list(&["repos"]).is_empty() {
            let what = "`repos` is not known of a file".to_owned();
            self.note(
                line,
                rule,
                Effect::Dropped,
                what,
                "put a configuration into each repository",
            );
        }
        self.leave(rule, fields, &[]);
        let is_empty = allow.regexes.is_empty()
            && allow.paths.is_empty()
            && allow.commits.is_empty()
            && allow.stopwords.is_empty();
        // A generated file has many of these, and they say nothing.
        (!is_empty).then_some(allow)
    }
}
