//! A repository is looked at before it is opened: what should be a file has to be one.
//!
//! Apart from opening it because gix, as git does, opens whatever lies under a name: a FIFO in the place of `HEAD`
//! or of a ref would be waited for, and a link to `/dev/zero` read to the end of the memory. Who unpacks an
//! archive with a `.git` in it gets what its maker put there.

use std::env;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::repo::Error;

/// How deep refs may be.
const DEEPEST: usize = 64;
/// The longest file that names a directory, in bytes.
const LONGEST: u64 = 64 << 10;

/// Looks at the repository that `path` lies in, or the one that the environment names, if there is one.
pub(super) fn check(path: &Path) -> Result<(), Error> {
    let named = env::var_os("GIT_DIR").map(PathBuf::from);
    match named.or_else(|| find(path)) {
        None => Ok(()),
        Some(place) if place.is_dir() => directory(&place),
        Some(file) => {
            // A worktree or a submodule.
            let Some(own) = target(&file, "gitdir: ")? else { return Ok(()) };
            directory(&own)
        }
    }
}

/// The `.git` at `path` or above it, or what is itself a repository without files.
fn find(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    path.ancestors().find_map(|above| {
        let inside = above.join(".git");
        let bare =
            || above.join("HEAD").symlink_metadata().is_ok() && above.join("objects").is_dir();
        match inside.symlink_metadata() {
            Ok(_) => Some(inside),
            Err(_) => bare().then(|| above.to_owned()),
        }
    })
}

/// Looks at a repository's own directory, and at the one that it shares with others.
fn directory(own: &Path) -> Result<(), Error> {
    files(own, 0)?;
    if let Some(common) = target(&own.join("commondir"), "")? {
        files(&common, 0)?;
        inside(&common)?;
    }
    inside(own)
}

fn inside(directory: &Path) -> Result<(), Error> {
    for (name, depth) in [("refs", DEEPEST), ("logs", DEEPEST), ("info", 0)] {
        files(&directory.join(name), depth)?;
    }
    // Loose objects, too.
    files(&directory.join("objects"), 1)
}

/// Nothing in the directory, and so far below it, is read without an end. A directory that cannot be read is for who
/// needs it to complain of.
fn files(directory: &Path, deeper: usize) -> Result<(), Error> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(()) };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(mut kind) = entry.file_type() else { continue };
        let is_link = kind.is_symlink();
        if is_link {
            let Ok(meta) = fs::metadata(&path) else { continue };
            kind = meta.file_type();
        }
        if kind.is_dir() {
            if deeper > 0 && !is_link {
                files(&path, deeper - 1)?;
            }
        } else if goes_on(kind) {
            return Err(odd(&path));
        }
    }
    Ok(())
}

/// Whether to read it may never end. A socket cannot be opened: git's file system monitor has one.
#[cfg(unix)]
fn goes_on(kind: fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
}

#[cfg(not(unix))]
fn goes_on(_: fs::FileType) -> bool {
    false
}

/// The directory that a file names.
fn target(file: &Path, mark: &str) -> Result<Option<PathBuf>, Error> {
    match fs::metadata(file) {
        Ok(meta) if meta.is_file() && meta.len() <= LONGEST => {}
        Ok(meta) if meta.is_dir() => return Ok(None),
        Ok(_) => return Err(odd(file)),
        Err(_) => return Ok(None),
    }
    let mut text = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
    let text = String::from_utf8_lossy(match read {
        Ok(_) => &text,
        Err(_) => return Ok(None),
    });
    let named = text.trim_end().strip_prefix(mark).map(str::to_owned);
    Ok(named.map(|named| file.parent().unwrap_or(Path::new("")).join(named)))
}

fn odd(path: &Path) -> Error {
    Error::new(format!("cannot read {}: it is no regular file, and is not opened", path.display()))
}
