//! `secscan hook`: writing the hooks that scan each commit or push, and taking them away again.
//!
//! A hook that is there already is kept: it is renamed, and ours runs it first. What we did not write is
//! never overwritten unless that is asked for.

mod place;
mod script;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::args::HookCommand;
use crate::assistant;
use crate::exit::{Exit, Failure, cause};
use crate::talk::Talk;
use place::Place;
use script::Hook;

/// What is added to the name of a hook that was there before.
const CHAINED: &str = ".secscan-chained";

/// Does what the command says.
pub(crate) fn run(command: &HookCommand, talk: Talk) -> Result<Exit, Failure> {
    match command {
        HookCommand::Assistant(command) => {
            let (name, args) = command.parts();
            return assistant::answer(name, args, talk);
        }
        HookCommand::Install { which, settings, pre_push, force } => {
            if let Some(name) = settings.assistant {
                return assistant::install(name, *settings, talk);
            }
            let place = Place::to_install(which.global, *force)?;
            let hooks: &[Hook] =
                if *pre_push { &[Hook::Push] } else { &[Hook::Commit, Hook::MergeCommit] };
            fs::create_dir_all(&place.directory)
                .map_err(|error| failed("create", &place.directory, &error))?;
            for &hook in hooks {
                install(&place.directory.join(hook.name()), hook, *force, talk)?;
            }
            place.finish(talk)?;
        }
        HookCommand::Uninstall { which, settings } => {
            if let Some(name) = settings.assistant {
                return assistant::uninstall(name, *settings, talk);
            }
            let place = Place::to_uninstall(which.global)?;
            let mut removed = false;
            for hook in [Hook::Commit, Hook::MergeCommit, Hook::Push] {
                removed |= uninstall(&place.directory.join(hook.name()), talk)?;
            }
            place.forget()?;
            if !removed {
                let directory = place.directory.display();
                talk.note(format_args!("there is no hook of secscan in {directory}"));
            }
        }
    }
    Ok(Exit::Clean)
}

/// What is at a hook's path.
enum Found {
    Nothing,
    Ours,
    Other,
}

fn look(path: &Path) -> Result<Found, Failure> {
    match fs::read(path) {
        Ok(text) if script::is_ours(&text) => Ok(Found::Ours),
        Ok(_) => Ok(Found::Other),
        // A link that leads nowhere is somebody's, too.
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            Ok(Found::Nothing)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Other),
        Err(error) => Err(failed("read", path, &error)),
    }
}

fn install(path: &Path, hook: Hook, force: bool, talk: Talk) -> Result<(), Failure> {
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program: {}", cause(&error))))?;
    let text = script::text(hook, &program);
    let shown = path.display();
    let chained = chained(path);
    match look(path)? {
        Found::Nothing => {}
        Found::Ours if fs::read(path).is_ok_and(|there| there == text.as_bytes()) => {
            talk.note(format_args!("{shown} is installed already"));
            return Ok(());
        }
        Found::Ours => {}
        Found::Other => {
            if (chained.exists() || chained.is_symlink()) && !force {
                return Err(Failure::new(format!(
                    "{shown} is not of secscan, and {} is there as well: --force keeps the first and \
                     drops the second",
                    chained.display()
                )));
            }
            fs::rename(path, &chained).map_err(|error| failed("rename", path, &error))?;
            talk.note(format_args!(
                "{shown} was there: it is kept as {}, and runs first",
                chained.display()
            ));
        }
    }
    write(path, &text)?;
    talk.note(format_args!("installed {shown}"));
    Ok(())
}

/// Removes a hook of ours and puts back the one before it. Says whether there was one.
fn uninstall(path: &Path, talk: Talk) -> Result<bool, Failure> {
    let shown = path.display();
    match look(path)? {
        Found::Nothing => return Ok(false),
        Found::Other => {
            talk.detail(format_args!("{shown} is not of secscan, and stays"));
            return Ok(false);
        }
        Found::Ours => {}
    }
    let chained = chained(path);
    if chained.exists() || chained.is_symlink() {
        fs::rename(&chained, path).map_err(|error| failed("rename", &chained, &error))?;
        talk.note(format_args!("removed {shown}, and put back the hook that was there before"));
    } else {
        fs::remove_file(path).map_err(|error| failed("remove", path, &error))?;
        talk.note(format_args!("removed {shown}"));
    }
    Ok(true)
}

fn chained(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(CHAINED);
    PathBuf::from(name)
}

/// Writes a program, whole or not at all.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut new = path.as_os_str().to_owned();
    new.push(format!(".secscan-{}", std::process::id()));
    let new = PathBuf::from(new);
    // Not through a link that somebody put there.
    let create = || io::Write::write_all(&mut fs::File::create_new(&new)?, text.as_bytes());
    let written = create().and_then(|()| {
        #[cfg(unix)]
        fs::set_permissions(&new, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        fs::rename(&new, path)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&new);
        failed("write", path, &error)
    })
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot {what} {}: {}", path.display(), cause(error)))
}
