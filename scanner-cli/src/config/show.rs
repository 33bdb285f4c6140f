//! `secscan config show`: what holds, and where it comes from.

use super::{Config, KEYS, user_file, variable};
use crate::args::ConfigCommand;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::project::Project;
use crate::report::Style;
use crate::talk::Talk;

/// Runs the command. What it prints is a configuration that says the same.
pub(crate) fn show(command: ConfigCommand, talk: Talk) -> Result<Exit, Failure> {
    let ConfigCommand::Show { path, origin, config } = command;
    let project = Project::of_paths(&path.into_iter().collect::<Vec<_>>())?;
    let config = Config::load(&config, &project)?;
    let style = Style::new(talk.colors_stdout());
    Output::Stdout.write(|out| {
        for key in &KEYS {
            let setting = config.one(key.name);
            let list: Vec<&str> = config.all(key.name).collect();
            let value = match (key.is_list, setting) {
                (true, _) => format!("{list:?}"),
                (false, Some(setting)) => literal(&setting.values[0]),
                (false, None) if key.default.is_empty() => {
                    writeln!(out, "{}", style.faint(format!("# {} is not set", key.name)))?;
                    continue;
                }
                (false, None) => literal(key.default),
            };
            write!(out, "{} = {value}", style.strong(key.name))?;
            if origin {
                let from: Vec<&str> = match key.is_list {
                    true => config.origins(key.name).collect(),
                    false => setting.map(|setting| setting.origin.as_str()).into_iter().collect(),
                };
                let from = if from.is_empty() { "default".to_owned() } else { from.join(", ") };
                write!(out, "  {}", style.faint(format!("# {from}")))?;
            }
            writeln!(out)?;
        }
        for (what, from) in &config.entries {
            let from = if origin { format!("  ({from})") } else { String::new() };
            writeln!(
                out,
                "{}",
                style.faint(format!("# [[{}{from}", what.replacen(' ', "]] ", 1)))
            )?;
        }
        Ok(())
    })?;
    let files: Vec<String> = config.files.iter().map(|(path, _)| super::short(path)).collect();
    talk.note(match files.is_empty() {
        true => "no configuration file".to_owned(),
        false => format!("read {}", files.join(", ")),
    });
    if origin {
        let user =
            user_file().map_or_else(String::new, |path| format!("{}, then ", path.display()));
        talk.note(format_args!(
            "later counts for more: {user}secscan.toml, .secscan.toml or else .gitleaks.toml up to {}, {}, flags",
            project.root().display(),
            variable("key"),
        ));
    }
    Ok(Exit::Clean)
}

/// A value as TOML writes it.
fn literal(value: &str) -> String {
    let bare = matches!(value, "true" | "false") || value.parse::<u64>().is_ok();
    if bare { value.to_owned() } else { format!("{value:?}") }
}

impl Config {
    fn origins<'c>(&'c self, key: &'c str) -> impl Iterator<Item = &'c str> {
        let settings = self.settings.iter().filter(move |setting| setting.key == key);
        settings.map(|setting| setting.origin.as_str())
    }
}
