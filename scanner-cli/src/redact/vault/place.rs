//! Where vaults and their key lie.

use std::io;
use std::path::{Path, PathBuf};

use crate::args::VaultArgs;
use crate::exit::Failure;

/// The vault that the flags name.
pub(super) fn vault(args: &VaultArgs) -> Result<Option<PathBuf>, Failure> {
    match (&args.vault, &args.session) {
        (Some(path), _) => Ok(Some(path.clone())),
        (None, Some(name)) => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if name.is_empty()
                || name.len() > 64
                || name.starts_with('.')
                || !name.chars().all(allowed)
            {
                return Err(Failure::new(
                    "the name of a session is made of up to 64 letters, digits, `-`, `_` and `.`",
                ));
            }
            Ok(Some(home()?.join("sessions").join(format!("{name}.vault"))))
        }
        (None, None) => Ok(None),
    }
}

/// The key of all vaults of the user.
pub(super) fn key() -> Result<PathBuf, Failure> {
    Ok(home()?.join("vault.key"))
}

/// Makes a directory for the user alone, unless it is there.
pub(super) fn make(directory: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Where secscan keeps what outlives a run.
fn home() -> Result<PathBuf, Failure> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else {
        let own = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
        own.or_else(|| Some(set("HOME")?.join(".local").join("state")))
    };
    let state = state.ok_or_else(|| {
        Failure::new("there is no place for vaults: neither XDG_STATE_HOME nor HOME is set")
    })?;
    Ok(state.join("secscan"))
}
