//! Where hooks go: the repository's own directory, or a template for repositories to come.
//!
//! Asked of git itself, since it alone knows what its configuration comes to; without git there are no
//! hooks. For all repositories we use `init.templateDir` and not `core.hooksPath`: the latter would
//! silently turn off every hook that a repository has of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::exit::{Failure, cause};
use crate::talk::Talk;

const TEMPLATE: &str = "init.templateDir";

/// A directory for hooks.
pub(super) struct Place {
    pub(super) directory: PathBuf,
    /// The template that the directory belongs to, if it is for repositories to come.
    template: Option<PathBuf>,
}

impl Place {
    /// Where to install. Hooks that other repositories share are left alone unless `force` says otherwise.
    pub(super) fn to_install(global: bool, force: bool) -> Result<Place, Failure> {
        if global {
            let place = Place::template()?;
            match configured(TEMPLATE)? {
                Some(other) if Some(Path::new(&other)) != place.template.as_deref() && !force => {
                    return Err(Failure::new(format!(
                        "{TEMPLATE} is {other} already: copy hooks into it by hand, or let --force \
                         change it"
                    )));
                }
                _ => return Ok(place),
            }
        }
        let place = Place::repository()?;
        let scope = git(&["config", "--show-scope", "--get", "core.hooksPath"])?;
        if let Some((scope @ ("global" | "system" | "command"), path)) =
            scope.as_deref().and_then(|line| line.split_once('\t'))
            && !force
        {
            return Err(Failure::new(format!(
                "core.hooksPath is {path} by the {scope} configuration, so a hook there is one for many \
                 repositories: --force installs it all the same"
            )));
        }
        Ok(place)
    }

    /// Where it may be installed.
    pub(super) fn to_uninstall(global: bool) -> Result<Place, Failure> {
        if global { Place::template() } else { Place::repository() }
    }

    fn repository() -> Result<Place, Failure> {
        let Some(path) = git(&["rev-parse", "--git-path", "hooks"])? else {
            return Err(Failure::new("this is not a git repository"));
        };
        Ok(Place { directory: expand(&path), template: None })
    }

    fn template() -> Result<Place, Failure> {
        let set =
            |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config = set("XDG_CONFIG_HOME")
            .or_else(|| set("HOME").map(|home| home.join(".config")))
            .or_else(|| set("APPDATA"))
            .ok_or_else(|| Failure::new("there is no home directory to keep a template in"))?;
        let template = config.join("secscan").join("git-template");
        Ok(Place { directory: template.join("hooks"), template: Some(template) })
    }

    /// Makes what was installed count.
    pub(super) fn finish(&self, talk: Talk) -> Result<(), Failure> {
        let Some(template) = &self.template else { return Ok(()) };
        set(TEMPLATE, Some(template.as_os_str()))?;
        talk.note(format_args!(
            "{TEMPLATE} is {}: `git init` and `git clone` copy the hooks from there; in a repository that \
             you have, run `secscan hook install`",
            template.display()
        ));
        Ok(())
    }

    /// Undoes [`Place::finish`].
    pub(super) fn forget(&self) -> Result<(), Failure> {
        let Some(template) = &self.template else { return Ok(()) };
        match configured(TEMPLATE)? {
            Some(path) if Path::new(&path) == template => set(TEMPLATE, None),
            _ => Ok(()),
        }
    }
}

/// A path as git's configuration has it, from where we are.
fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

fn configured(name: &str) -> Result<Option<String>, Failure> {
    git(&["config", "--global", "--get", name])
}

fn set(name: &str, value: Option<&OsStr>) -> Result<(), Failure> {
    let mut command = Command::new("git");
    command.args(["config", "--global"]);
    match value {
        Some(value) => command.arg(name).arg(value),
        None => command.args(["--unset", name]),
    };
    let output = command.output().map_err(|error| no_git(&error))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::new(format!("cannot set {name}: {why}")))
}

/// What git answers, or none if it says no.
fn git(args: &[&str]) -> Result<Option<String>, Failure> {
    let output = Command::new("git").args(args).output().map_err(|error| no_git(&error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(output.status.success().then(|| text.trim_end_matches(['\n', '\r']).to_owned()))
}

fn no_git(error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot run git: {}", cause(error)))
}
