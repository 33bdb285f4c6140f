//! Files that say what git ignores, looked at before they are opened.
//!
//! Apart from the walk because `ignore` opens whatever lies under their names: a FIFO would be waited for, and a link
//! to `/dev/zero` read to the end of the memory. A directory in which one of them is no file, or is of a size that
//! nobody writes, is walked as if nothing was ignored in it: more is read then, and not less.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How many bytes are believed, of a file and of all from a directory up: a pattern costs four hundred times the
/// memory that it takes on disk.
const MOST: u64 = 512 << 10;

/// Directories that were put off, since what they have for ignore files is none.
#[derive(Clone, Default)]
pub(super) struct Odd(Arc<Mutex<Vec<PathBuf>>>);

impl Odd {
    /// Whether the directory was put off.
    pub(super) fn puts_off(&self, directory: &Path) -> bool {
        let odd = is_odd(directory);
        if odd {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(directory.to_owned());
        }
        odd
    }

    /// The same for one at which a walk begins: what is ignored above it counts, too.
    pub(super) fn puts_off_root(&self, directory: &Path) -> bool {
        let real = directory.canonicalize();
        let odd = real.is_ok_and(|real| real.ancestors().any(is_odd));
        if odd {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(directory.to_owned());
        }
        odd
    }

    /// Those that were put off, in order.
    pub(super) fn take(&self) -> Vec<PathBuf> {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.sort();
        all
    }
}

/// Whether the directory's ignore files may not be opened, or are too much with those above it.
fn is_odd(directory: &Path) -> bool {
    match weight(directory) {
        None => true,
        Some(0) => false,
        Some(own) => {
            let mut sum = own;
            directory.ancestors().skip(1).any(|above| {
                sum += weight(above).unwrap_or(0);
                sum > MOST
            })
        }
    }
}

/// How many bytes the directory's own ignore files have; none, if one of them may not be opened.
fn weight(directory: &Path) -> Option<u64> {
    let own = length(&directory.join(".gitignore"))?;
    let git = directory.join(".git");
    let excluded = match fs::metadata(&git) {
        Ok(meta) if meta.is_dir() => length(&git.join("info/exclude"))?,
        // Of a worktree: the name of the directory that has the name of the one that has the file.
        Ok(meta) if meta.is_file() => match line(&git) {
            None if meta.len() > MOST => return None,
            None => 0,
            Some(named) => match named.strip_prefix("gitdir: ").map(PathBuf::from) {
                None => 0,
                Some(own) => {
                    let common = own.join("commondir");
                    length(&common)?;
                    line(&common)
                        .map_or(Some(0), |named| length(&own.join(named).join("info/exclude")))?
                }
            },
        },
        _ => 0,
    };
    Some(own + excluded)
}

/// How long a file is, if it is there; none, if it is no file or too long.
fn length(path: &Path) -> Option<u64> {
    match fs::metadata(path) {
        Ok(meta) if !meta.is_file() || meta.len() > MOST => None,
        Ok(meta) => Some(meta.len()),
        Err(_) => Some(0),
    }
}

/// The first line of a small file.
fn line(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    if !meta.is_file() || meta.len() > MOST {
        return None;
    }
    let mut text = Vec::new();
    fs::File::open(path).ok()?.take(MOST).read_to_end(&mut text).ok()?;
    String::from_utf8(text).ok()?.lines().next().map(str::to_owned)
}
