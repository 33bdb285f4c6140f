//! Files that say what git ignores, looked at before they are opened.
//!
//! Apart from the walk because `ignore` opens whatever lies under their names: a FIFO would be waited for, and a link
//! to `/dev/zero` read to the end of the memory. A directory in which one of them is no file, or is of a size that
//! nobody writes, is walked as if nothing was ignored in it: more is read then, and not less.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The largest file that is believed, in bytes.
const MOST: u64 = 4 << 20;

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

/// Whether one of the directory's ignore files may not be opened.
fn is_odd(directory: &Path) -> bool {
    if may_not_be_opened(&directory.join(".gitignore")) {
        return true;
    }
    let git = directory.join(".git");
    match fs::metadata(&git) {
        Ok(meta) if meta.is_dir() => may_not_be_opened(&git.join("info/exclude")),
        // Of a worktree: the name of the directory that has the name of the one that has the file.
        Ok(meta) if meta.is_file() => {
            let Some(named) = line(&git) else { return meta.len() > MOST };
            let Some(own) = named.strip_prefix("gitdir: ").map(PathBuf::from) else { return false };
            let common = own.join("commondir");
            may_not_be_opened(&common)
                || line(&common)
                    .is_some_and(|named| may_not_be_opened(&own.join(named).join("info/exclude")))
        }
        _ => false,
    }
}

/// Whether there is something that is no file or too large.
fn may_not_be_opened(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.is_file() || meta.len() > MOST)
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
