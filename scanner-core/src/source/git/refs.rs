//! Everything in a repository that names an object: refs, heads of work trees, reflogs.
//!
//! Apart from `history` and `origins`, which both start from here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gix::ObjectId;

use super::repo::{Error, Repo};

/// One thing that names an object.
pub(super) struct Tip {
    pub(super) name: String,
    pub(super) id: ObjectId,
    /// A reflog may name what was pruned since; a ref may not.
    pub(super) must_exist: bool,
}

/// All of them, refs first, each object once.
pub(super) fn all(repo: &Repo) -> Result<Vec<Tip>, Error> {
    let mut tips = named(repo)?;
    let mut seen = std::collections::HashSet::new();
    tips.retain(|tip| seen.insert(tip.id));
    Ok(tips)
}

/// All of them, under every name.
fn named(repo: &Repo) -> Result<Vec<Tip>, Error> {
    let local = repo.inner.to_thread_local();
    let mut tips = Vec::new();
    let refs = local.references().map_err(|cause| Error::caused("cannot read refs", cause))?;
    let refs = refs.all().map_err(|cause| Error::caused("cannot read refs", cause))?;
    for reference in refs {
        let reference =
            reference.map_err(|cause| Error::new(format!("cannot read a ref: {cause}")))?;
        if let Some(id) = reference.target().try_id() {
            let name = reference.name().as_bstr().to_string();
            tips.push(Tip { name, id: id.to_owned(), must_exist: true });
        }
    }
    let common = local.common_dir();
    let mut heads = vec![common.to_owned()];
    heads.extend(list(&common.join("worktrees"))?);
    for dir in heads {
        let head = read(&dir.join("HEAD"))?;
        tips.extend(hex(&head, repo).map(|id| Tip {
            name: "HEAD".to_owned(),
            id,
            must_exist: true,
        }));
        let mut logs = Vec::new();
        files(dir.join("logs"), &mut logs)?;
        for log in logs {
            for line in read(&log)?.split(|byte| *byte == b'\n') {
                let ids =
                    line.split(|byte| *byte == b' ').take(2).filter_map(|text| hex(text, repo));
                tips.extend(ids.map(|id| Tip {
                    name: log.display().to_string(),
                    id,
                    must_exist: false,
                }));
            }
        }
    }
    tips.retain(|tip| !tip.id.is_null());
    Ok(tips)
}

/// The ids of the refs below a prefix such as `refs/remotes/origin/`.
pub(super) fn below(repo: &Repo, prefix: &str) -> Result<Vec<ObjectId>, Error> {
    Ok(named(repo)?
        .into_iter()
        .filter(|tip| tip.must_exist && tip.name.starts_with(prefix))
        .map(|tip| tip.id)
        .collect())
}

fn hex(text: &[u8], repo: &Repo) -> Option<ObjectId> {
    ObjectId::from_hex(text.trim_ascii()).ok().filter(|id| id.kind() == repo.hash())
}

/// The files below a directory, if there is one.
fn files(path: PathBuf, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    if !path.is_dir() {
        found.extend(path.is_file().then_some(path));
        return Ok(());
    }
    list(&path)?.into_iter().try_for_each(|path| files(path, found))
}

/// The paths in a directory; none, if it is not there.
fn list(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |cause| Error::caused(&format!("cannot list {}", dir.display()), cause);
    match fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(failed(cause)),
    }
}

/// A file's bytes; none, if it is not there.
fn read(file: &Path) -> Result<Vec<u8>, Error> {
    match fs::read(file) {
        Ok(bytes) => Ok(bytes),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(Error::caused(&format!("cannot read {}", file.display()), cause)),
    }
}
