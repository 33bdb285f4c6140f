//! From rule flags to a set of rules: a user's files read, identifiers and globs applied.

use std::path::{Path, PathBuf};

use secscan_core::gitleaks::{self, Commits, Effect, Note, Standing};
use secscan_core::{RuleId, RuleSet, named};

use crate::args::RuleArgs;
use crate::config::{self, Config, Rules};
use crate::exit::{Failure, cause};
use crate::quantity::things;
use crate::whole::read_toml;

/// The rules that the flags ask for.
pub(crate) struct Selection {
    /// All rules, those that are asked for turned on.
    pub(crate) rules: RuleSet,
    /// The same, with every rule on that would run without flags, or `None` when none of them is off.
    pub(crate) wider: Option<RuleSet>,
    /// What of a `.gitleaks.toml` is not honoured.
    pub(crate) notes: Vec<Note>,
    /// The rules that come from one.
    pub(crate) adopted: Vec<RuleId>,
    /// The commits whose findings are left out.
    pub(crate) commits: Vec<Commits>,
}

/// Reads the rule files, and turns rules on and off: first as it is configured, then as it is said.
pub(crate) fn select(args: &RuleArgs, config: &Config) -> Result<Selection, Failure> {
    select_as(args, config, Standing::Project)
}

/// The same, where a `.gitleaks.toml` of the project has this standing.
pub(crate) fn select_as(
    args: &RuleArgs,
    config: &Config,
    standing: Standing,
) -> Result<Selection, Failure> {
    let mut rules = RuleSet::builtin();
    let mut notes = Vec::new();
    let mut lines = Vec::new();
    let mut commits = Vec::new();
    let mut adopt = |rules: &mut RuleSet, config, standing| {
        let adopted = rules.adopt(config, standing);
        notes.extend(adopted.notes);
        lines.extend(adopted.rules);
        commits.extend(adopted.commits);
    };
    for (path, held) in &config.files {
        match held {
            Rules::None => {}
            Rules::Own(text) => rules
                .add_part(&path.display().to_string(), text)
                .map_err(|error| Failure::new(error.to_string()))?,
            Rules::Gitleaks(config) => adopt(&mut rules, (**config).clone(), standing),
        }
    }
    for path in config.all("rules").map(Path::new).chain(args.files.iter().map(PathBuf::as_path)) {
        let name = path.display().to_string();
        let text = read_toml(path)
            .map_err(|error| Failure::new(format!("cannot read {name}: {}", cause(&error))))?;
        if gitleaks::is_one(&text) {
            let config = config::gitleaks::load(path, &text)?;
            adopt(&mut rules, config, Standing::Addition);
            continue;
        }
        rules.add(&name, &text).map_err(|error| Failure::new(error.to_string()))?;
    }
    if let Some(project) = config.project.clone().filter(|_| rules.has_exceptions()) {
        rules.name_paths(move |path| {
            project.relative(&String::from_utf8_lossy(path)).into_owned().into_bytes()
        });
    }
    let before = rules.clone();
    for (key, yes) in [("enable", true), ("disable", false)] {
        for pattern in config.all(key) {
            set(&mut rules, pattern, yes)?;
        }
    }
    if !args.only.is_empty() {
        let all: Vec<RuleId> = rules.iter().map(|(id, _)| id).collect();
        for id in all {
            rules.set_enabled(id, false);
        }
    }
    for (patterns, yes) in [(&args.only, true), (&args.enable, true), (&args.disable, false)] {
        for pattern in patterns {
            set(&mut rules, pattern, yes)?;
        }
    }
    let narrowed = rules.has_exceptions()
        || before.iter().any(|(id, _)| before.is_enabled(id) && !rules.is_enabled(id));
    let wider = narrowed.then(|| {
        // What is excepted is no finding, and is masked all the same beside one.
        let mut wider = before;
        wider.clear_exceptions();
        let on: Vec<RuleId> =
            rules.iter().map(|(id, _)| id).filter(|&id| rules.is_enabled(id)).collect();
        for id in on {
            wider.set_enabled(id, true);
        }
        wider
    });
    let adopted = lines.into_iter().map(|(id, _)| id).collect();
    Ok(Selection { rules, wider, notes, adopted, commits })
}

impl Selection {
    /// What there is to say of a `.gitleaks.toml` each time: what is not used, and how much else there is.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let differs = self.notes.iter().filter(|note| note.effect() == Effect::Differs).count();
        let told = self.notes.iter().filter(|note| note.effect() != Effect::Differs);
        let mut all: Vec<String> = told.map(Note::to_string).collect();
        if differs > 0 {
            let notes = things(differs as u64, "thing means", "things mean");
            all.push(format!("{notes} a little else here: `secscan rules lint` lists them"));
        }
        all
    }
}

/// Turns the rules whose identifier matches on or off.
fn set(rules: &mut RuleSet, pattern: &str, yes: bool) -> Result<(), Failure> {
    for id in matching(rules, pattern)? {
        rules.set_enabled(id, yes);
    }
    Ok(())
}

/// The rules whose identifier matches.
pub(crate) fn matching(rules: &RuleSet, pattern: &str) -> Result<Vec<RuleId>, Failure> {
    let ids: Vec<RuleId> = rules
        .iter()
        .filter(|(_, rule)| matches(pattern.as_bytes(), rule.id.as_bytes()))
        .map(|(id, _)| id)
        .collect();
    if ids.is_empty() {
        return Err(unknown(pattern));
    }
    Ok(ids)
}

/// What is said when there is no such rule.
pub(crate) fn unknown(id: &str) -> Failure {
    let id = named(id);
    Failure::new(format!("there is no rule `{id}`: `secscan rules list` shows those there are"))
}

/// Whether `text` matches a pattern in which `*` is any run of characters and `?` is any one.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on when the rest fails: behind the last star, one character later than before.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                retry = Some((p, t));
            }
            Some(&byte) if byte == b'?' || byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    p = star;
                    t = from + 1;
                    retry = Some((star, t));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn globs() {
        for (pattern, text, expected) in [
            ("aws-key", "aws-key", true),
            ("aws-key", "aws-keys", false),
            ("aws-*", "aws-key", true),
            ("*-key", "aws-key", true),
            ("*-k*y", "aws-kky", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xxaxxbxx", false),
            ("?ws", "aws", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }
}
