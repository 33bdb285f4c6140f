//! Configuration: what files and the environment say, before flags have their say.
//!
//! A key is a flag's name. The command line counts for more than the environment, that for more than the
//! project's file, and that for more than the user's; lists add up. [`file`](mod@file) reads one file, [`fill`] puts
//! what holds where flags left a gap, and nothing else knows that there is any of this.

mod file;
pub(crate) mod fill;
pub(crate) mod gitleaks;
mod show;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secscan_core::shortened;

pub(crate) use file::KEYS;
pub(crate) use show::show;

use crate::args::ConfigArgs;
use crate::exit::Failure;
use crate::project::Project;
use crate::record::Regrade;
use crate::suppress::allow::Allow;

/// The names of a project's file.
const NAMES: [&str; 2] = ["secscan.toml", ".secscan.toml"];

/// The file of another scanner that is read where there is none of these.
const THEIRS: &str = ".gitleaks.toml";

/// Where the value of a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    /// As text; of a key that is no list, one.
    pub(crate) values: Vec<String>,
    /// A file with a line, or a variable.
    pub(crate) origin: String,
}

/// The rules of a file.
#[derive(Clone, Debug)]
pub(crate) enum Rules {
    None,
    /// The text that holds them.
    Own(String),
    Gitleaks(Box<secscan_core::gitleaks::Config>),
}

/// All that is configured.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// What counts for less comes first.
    settings: Vec<Setting>,
    pub(crate) allow: Vec<Allow>,
    pub(crate) regrades: Vec<Regrade>,
    /// Files that were read, and the rules in them.
    pub(crate) files: Vec<(PathBuf, Rules)>,
    /// What the paths in exceptions start from.
    pub(crate) project: Option<Arc<Project>>,
    /// The same entries as text, to be shown.
    entries: Vec<(String, String)>,
}

impl Config {
    /// Reads what there is for a project.
    pub(crate) fn load(args: &ConfigArgs, project: &Project) -> Result<Config, Failure> {
        let project_of_paths = Some(Arc::new(project.clone()));
        let mut config = Config { project: project_of_paths, ..Config::default() };
        if !args.no_config {
            if let Some(path) = user_file().filter(|path| path.is_file()) {
                config.read(&path)?;
            }
            let named = args.config.clone().or_else(|| {
                env::var_os("SECSCAN_CONFIG").filter(|name| !name.is_empty()).map(PathBuf::from)
            });
            match named {
                Some(path) => config.read(&path)?,
                None => {
                    if let Some(path) = find(project)? {
                        config.read(&path)?;
                    }
                }
            }
        }
        config.read_environment()?;
        Ok(config)
    }

    /// What holds for a key, with where it comes from.
    pub(crate) fn one(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().rev().find(|setting| setting.key == key)
    }

    /// All that the lists of a key hold.
    pub(crate) fn all<'c>(&'c self, key: &'c str) -> impl Iterator<Item = &'c str> {
        let settings = self.settings.iter().filter(move |setting| setting.key == key);
        settings.flat_map(|setting| setting.values.iter().map(String::as_str))
    }

    fn read_environment(&mut self) -> Result<(), Failure> {
        for key in &KEYS {
            let name = variable(key.name);
            let Some(value) = env::var_os(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let value = value
                .into_string()
                .map_err(|_| Failure::new(format!("{name}: this is not UTF-8")))?;
            let values = match key.is_list {
                true => value.split(',').map(|one| one.trim().to_owned()).collect(),
                false => vec![value],
            };
            for value in &values {
                key.check(value)
                    .map_err(|why| Failure::new(format!("{name}: {}", shortened(&why))))?;
            }
            self.settings.push(Setting { key: key.name, values, origin: name });
        }
        Ok(())
    }
}

/// The variable for a key.
pub(crate) fn variable(key: &str) -> String {
    format!("SECSCAN_{}", key.to_ascii_uppercase().replace('-', "_"))
}

/// The nearest file, from where all that is scanned lies up to the top of the project.
fn find(project: &Project) -> Result<Option<PathBuf>, Failure> {
    for place in project.places() {
        let there: Vec<PathBuf> =
            NAMES.iter().map(|name| place.join(name)).filter(|path| path.is_file()).collect();
        match &there[..] {
            [] => {
                let theirs = place.join(THEIRS);
                if theirs.is_file() {
                    return Ok(Some(theirs));
                }
            }
            [one] => return Ok(Some(one.clone())),
            _ => {
                return Err(Failure::new(format!(
                    "{} and {} are both there: keep one of them",
                    short(&there[0]),
                    NAMES[1]
                )));
            }
        }
    }
    Ok(None)
}

/// The user's own file, wherever the system keeps such.
pub(crate) fn user_file() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let directory = set("XDG_CONFIG_HOME").or_else(|| {
        if cfg!(windows) { set("APPDATA") } else { set("HOME").map(|home| home.join(".config")) }
    })?;
    Some(directory.join("secscan").join("config.toml"))
}

/// A file as it is named to people: from the current directory, where it is below.
pub(crate) fn short(path: &Path) -> String {
    let here = env::current_dir().ok().map(|here| here.canonicalize().unwrap_or(here));
    let inside = here.as_ref().and_then(|here| path.strip_prefix(here).ok());
    inside.unwrap_or(path).display().to_string()
}
