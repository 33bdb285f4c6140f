//! One configuration file: its keys, and what is said of a file that has others.

use std::path::Path;

use clap::ValueEnum;
use secscan_core::source::fs::Globs;
use secscan_core::{Severity, shortened};
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::{Config, Rules, Setting, short};
use crate::args::{ConfidenceArg, Format, SeverityArg, parse_size};
use crate::exit::{Failure, cause};
use crate::record::Regrade;
use crate::suppress::allow::Allow;
use crate::whole::read_toml;

/// A key with a value or a list.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) is_list: bool,
    /// Whether the values are files, which are named from the directory of the configuration.
    is_file: bool,
    pub(crate) default: &'static str,
    check: fn(&str) -> Result<(), String>,
}

impl Key {
    pub(crate) fn check(&self, value: &str) -> Result<(), String> {
        (self.check)(value)
    }
}

const fn one(
    name: &'static str,
    default: &'static str,
    check: fn(&str) -> Result<(), String>,
) -> Key {
    Key { name, is_list: false, is_file: false, default, check }
}

const fn list(name: &'static str) -> Key {
    Key { name, is_list: true, is_file: false, default: "", check: anything }
}

/// All keys but the tables. The names are those of the flags.
pub(crate) const KEYS: [Key; 14] = [
    one("format", "text", of_enum::<Format>),
    one("min-severity", "info", of_enum::<SeverityArg>),
    one("min-confidence", "generic", of_enum::<ConfidenceArg>),
    one("report-suppressed", "false", truth),
    one("threads", "0", number),
    Key { is_file: true, ..one("baseline", ".secscan-baseline.json", anything) },
    Key { is_file: true, ..list("rules") },
    list("enable"),
    list("disable"),
    one("no-ignore", "false", truth),
    one("hidden", "true", truth),
    one("follow", "false", truth),
    one("one-file-system", "false", truth),
    one("max-filesize", "", |value| parse_size(value).map(drop)),
];

fn anything(_: &str) -> Result<(), String> {
    Ok(())
}

fn truth(value: &str) -> Result<(), String> {
    match value {
        "true" | "false" => Ok(()),
        _ => Err(format!("`{value}` is neither true nor false")),
    }
}

fn number(value: &str) -> Result<(), String> {
    value.parse::<usize>().map(drop).map_err(|_| format!("`{value}` is no number"))
}

fn of_enum<T: ValueEnum>(value: &str) -> Result<(), String> {
    if T::from_str(value, false).is_ok() {
        return Ok(());
    }
    let names: Vec<String> = T::value_variants()
        .iter()
        .filter_map(|variant| Some(variant.to_possible_value()?.get_name().to_owned()))
        .collect();
    let hint = nearest(value, names.iter().map(String::as_str));
    Err(match hint {
        Some(name) => format!("`{value}` is not known; did you mean `{name}`?"),
        None => format!("`{value}` is not known; there are {}", names.join(", ")),
    })
}

/// The tables.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AllowSyntax {
    reason: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    fingerprints: Vec<String>,
    max_severity: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SeveritySyntax {
    rules: Vec<String>,
    level: String,
    reason: String,
}

/// What a file may hold beside keys. `[[rule]]` is read by the engine.
const TABLES: [&str; 5] = ["allow", "severity", "rule", "issuer", "url"];

/// A file with its text, to say where something stands in it.
struct Source<'s> {
    name: String,
    text: &'s str,
}

impl Source<'_> {
    fn at(&self, offset: usize) -> String {
        let offset = offset.min(self.text.len());
        let line = 1 + self.text.as_bytes()[..offset].iter().filter(|&&byte| byte == b'\n').count();
        format!("{}:{line}", self.name)
    }

    fn fail(&self, offset: usize, why: impl std::fmt::Display) -> Failure {
        self.says(offset, shortened(&why.to_string()))
    }

    /// What quotes nothing long.
    fn says(&self, offset: usize, what: String) -> Failure {
        Failure::new(format!("{}: {what}", self.at(offset)))
    }

    fn wrong(&self, error: &toml::de::Error) -> Failure {
        let offset = error.span().map_or(0, |span| span.start);
        self.says(offset, suggest(&shortened(error.message())))
    }
}

impl Config {
    /// Takes in a file. What it says counts for more than what was read before.
    pub(super) fn read(&mut self, path: &Path) -> Result<(), Failure> {
        let name = short(path);
        let text = read_toml(path)
            .map_err(|error| Failure::new(format!("cannot read {name}: {}", cause(&error))))?;
        self.take_text(path, name, text)
    }

    /// Takes in the text of a file.
    pub(crate) fn take_text(
        &mut self,
        path: &Path,
        name: String,
        text: String,
    ) -> Result<(), Failure> {
        if secscan_core::gitleaks::is_one(&text) {
            let config = super::gitleaks::load(path, &text)?;
            self.files.push((path.to_owned(), Rules::Gitleaks(Box::new(config))));
            return Ok(());
        }
        let source = Source { name, text: &text };
        let parsed: toml::Table = toml::from_str(&text).map_err(|error| source.wrong(&error))?;
        let base = path.parent().unwrap_or(Path::new(""));
        for (name, value) in &parsed {
            if let Some(key) = KEYS.iter().find(|key| key.name == name) {
                self.take(key, value, base, &source)?;
            } else if !TABLES.contains(&name.as_str()) {
                let known = KEYS.iter().map(|key| key.name).chain(TABLES);
                let hint = match nearest(name, known) {
                    Some(known) => format!("; did you mean `{known}`?"),
                    None => "; `secscan config show` lists the keys".to_owned(),
                };
                let what = shortened(&format!("unknown key `{name}`")) + &hint;
                return Err(source.says(offset(&text, name), what));
            }
        }
        if parsed.contains_key("allow") || parsed.contains_key("severity") {
            self.take_tables(&source)?;
        }
        let has_rules = parsed.contains_key("rule");
        let rules = if has_rules { Rules::Own(text) } else { Rules::None };
        self.files.push((path.to_owned(), rules));
        Ok(())
    }

    fn take(
        &mut self,
        key: &Key,
        value: &toml::Value,
        base: &Path,
        source: &Source<'_>,
    ) -> Result<(), Failure> {
        let at = offset(source.text, key.name);
        let fail = |why: String| source.fail(at, format!("{}: {why}", key.name));
        let plain = |value: &toml::Value| match value {
            toml::Value::String(text) => Ok(text.clone()),
            toml::Value::Boolean(yes) => Ok(yes.to_string()),
            toml::Value::Integer(number) => Ok(number.to_string()),
            _ => Err(fail("this is neither text nor a number".to_owned())),
        };
        let mut values = match (value, key.is_list) {
            (toml::Value::Array(all), true) => all.iter().map(plain).collect::<Result<_, _>>()?,
            (toml::Value::Array(_), false) => {
                return Err(fail("one value is needed, not a list".into()));
            }
            (_, true) => return Err(fail("a list is needed: [\"…\"]".to_owned())),
            (value, false) => vec![plain(value)?],
        };
        for value in &mut values {
            key.check(value).map_err(fail)?;
            if key.is_file {
                *value = base.join(&*value).to_string_lossy().into_owned();
            }
        }
        self.settings.push(Setting { key: key.name, values, origin: source.at(at) });
        Ok(())
    }

    fn take_tables(&mut self, source: &Source<'_>) -> Result<(), Failure> {
        #[derive(Deserialize)]
        struct Tables {
            #[serde(default)]
            allow: Vec<Spanned<AllowSyntax>>,
            #[serde(default)]
            severity: Vec<Spanned<SeveritySyntax>>,
            #[serde(flatten)]
            _rest: IgnoredAny,
        }
        let tables: Tables = toml::from_str(source.text).map_err(|error| source.wrong(&error))?;
        for entry in tables.allow {
            let at = entry.span().start;
            let allow =
                allow(entry.into_inner(), source.at(at)).map_err(|why| source.fail(at, why))?;
            let shown = format!("{:?}", allow.reason);
            self.entries.push((format!("allow {shown}"), allow.source.clone()));
            self.allow.push(allow);
        }
        for entry in tables.severity {
            let at = entry.span().start;
            let SeveritySyntax { rules, level, reason } = entry.into_inner();
            given(&reason).map_err(|why| source.fail(at, why))?;
            let severity = severity(&level).map_err(|why| source.fail(at, why))?;
            self.entries.push((format!("severity {} {level}", rules.join(" ")), source.at(at)));
            self.regrades.push(Regrade { rules, severity });
        }
        Ok(())
    }
}

fn allow(syntax: AllowSyntax, source: String) -> Result<Allow, String> {
    let AllowSyntax { reason, paths, rules, fingerprints, max_severity } = syntax;
    given(&reason)?;
    if paths.is_empty() && rules.is_empty() && fingerprints.is_empty() && max_severity.is_none() {
        return Err(
            "this would hide everything: say paths, rules, fingerprints or max-severity".into()
        );
    }
    let globs: Vec<String> = paths.iter().flat_map(|path| with_all_below(path)).collect();
    Ok(Allow {
        source,
        reason,
        paths: match globs.is_empty() {
            true => None,
            false => Some(Globs::new(globs).map_err(|error| error.to_string())?),
        },
        rules,
        fingerprints,
        max_severity: max_severity.as_deref().map(severity).transpose()?,
    })
}

fn given(reason: &str) -> Result<(), String> {
    match reason.trim() {
        "" => Err("reason: it is empty; whoever reads this later will want to know".to_owned()),
        _ => Ok(()),
    }
}

/// A glob that names a directory is for all that is in it.
fn with_all_below(glob: &str) -> [String; 2] {
    let bare = glob.trim_end_matches('/');
    let inner = bare.trim_start_matches('!');
    let below = if inner.contains('/') {
        format!("{bare}/**")
    } else {
        format!("{}**/{inner}/**", &bare[..bare.len() - inner.len()])
    };
    [bare.to_owned(), below]
}

fn severity(name: &str) -> Result<Severity, String> {
    of_enum::<SeverityArg>(name)?;
    SeverityArg::from_str(name, false).map(Severity::from)
}

/// Where a key stands in a file: the first line that begins with it.
fn offset(text: &str, key: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = line.trim_start().trim_start_matches(['[', '"', '\'']);
        if word.strip_prefix(key).is_some_and(|rest| {
            !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_')
        }) {
            return at;
        }
        at += line.len();
    }
    0
}

/// The name that is meant, if one is near.
fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_lowercase().replace('_', "-");
    names
        .map(|name| (strsim::damerau_levenshtein(&word, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, name)| name)
}

/// What serde says of an unknown key, with the one that is meant.
fn suggest(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    match (message.starts_with("unknown field"), quoted.next()) {
        (true, Some(word)) => match nearest(word, quoted) {
            Some(name) => format!("unknown key `{word}`; did you mean `{name}`?"),
            None => message.replacen("unknown field", "unknown key", 1),
        },
        _ => message.to_owned(),
    }
}
