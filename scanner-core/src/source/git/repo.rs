//! Opening a repository the way git would, with the environment's overrides, and saying clearly why not.
//!
//! Apart from the sources, because all of them start here and none of them opens anything itself.

use std::env;
use std::error;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use gix::hash::Kind as Hash;
use gix::open::Options;
use gix::sec::trust::{DefaultForLevel, Mapping};

use super::kept::Visited;
use super::store::Reader;

/// A repository. Cheap to share between threads.
pub struct Repo {
    pub(super) inner: gix::ThreadSafeRepository,
    /// The directory of objects that belongs to the repository, whatever the environment says.
    pub(super) own_objects: PathBuf,
    /// Directories of objects, the repository's own first, then what the environment adds.
    pub(super) object_dirs: Vec<PathBuf>,
    /// Whether the environment adds any.
    pub(super) more_objects: bool,
    /// The commits at which a shallow clone ends, sorted.
    pub(super) shallow: Vec<gix::ObjectId>,
    pub(super) partial: bool,
    /// What the last visit of everything leaves for the search for origins.
    pub(super) visited: Mutex<Option<Visited>>,
}

impl Repo {
    /// Opens the repository that `path` lies in, or the one that the environment names.
    ///
    /// `GIT_DIR`, `GIT_INDEX_FILE`, `GIT_WORK_TREE`, `GIT_OBJECT_DIRECTORY` and
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES` count, since git sets them for its hooks. A repository of
    /// another user is refused as git does, unless `safe.directory` names it.
    ///
    /// # Errors
    /// There is no repository, it belongs to somebody else, or its format is not supported.
    pub fn open(path: impl AsRef<Path>) -> Result<Repo, Error> {
        let path = path.as_ref();
        super::guard::check(path)?;
        let level =
            |level| Options::default_for_level(level).bail_if_untrusted(true).strict_config(false);
        let trust = Mapping {
            full: level(gix::sec::Trust::Full),
            reduced: level(gix::sec::Trust::Reduced),
        };
        let upwards = gix::discover::upwards::Options {
            match_ceiling_dir_or_error: false,
            ..Default::default()
        };
        let inner = gix::ThreadSafeRepository::discover_with_environment_overrides_opts(
            path, upwards, trust,
        )
        .map_err(|cause| refused(path, cause))?;
        let local = inner.to_thread_local();
        if local
            .config_snapshot()
            .string("extensions.refStorage")
            .is_some_and(|kind| kind != "files")
        {
            return Err(Error::new(
                "the repository keeps its refs in a format that is not supported (reftable)",
            ));
        }
        let shallow = local
            .shallow_commits()
            .map_err(|cause| Error::caused("cannot read the shallow file", cause))?;
        let mut shallow: Vec<_> = shallow.iter().flat_map(|ids| ids.iter().copied()).collect();
        shallow.sort();
        let partial = local.config_snapshot().string("extensions.partialClone").is_some()
            || local.remote_names().iter().any(|name| {
                local
                    .config_snapshot()
                    .boolean(format!("remote.{name}.promisor").as_str())
                    .unwrap_or(false)
            });
        let own_objects = local.common_dir().join("objects");
        let object_dirs = object_dirs(&own_objects, local.current_dir())?;
        let more_objects =
            env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").is_some_and(|dirs| !dirs.is_empty());
        let visited = Mutex::default();
        Ok(Repo { inner, own_objects, object_dirs, more_objects, shallow, partial, visited })
    }

    /// Whether history was cut off when the repository was cloned.
    pub fn is_shallow(&self) -> bool {
        !self.shallow.is_empty()
    }

    /// Whether objects were left out when the repository was cloned.
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// The name of the ref that a symbolic ref, such as `refs/remotes/origin/HEAD`, stands for.
    pub fn symbolic(&self, name: &str) -> Option<String> {
        let local = self.inner.to_thread_local();
        let found = local.try_find_reference(name).ok()??;
        Some(found.target().try_name()?.as_bstr().to_string())
    }

    /// The directory with the repository's `HEAD`.
    pub fn git_dir(&self) -> &Path {
        self.inner.path()
    }

    /// The directory with the checked-out files, if there is one.
    pub fn work_dir(&self) -> Option<&Path> {
        self.inner.work_dir()
    }

    pub(super) fn hash(&self) -> Hash {
        self.inner.objects.object_hash()
    }

    pub(super) fn reader(&self) -> Result<Reader, Error> {
        Reader::new(self)
    }
}

impl fmt::Debug for Repo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repo").field("git_dir", &self.git_dir()).finish_non_exhaustive()
    }
}

/// Says why a repository was not opened, and for one of another user, what to do about it.
fn refused(path: &Path, cause: gix::Error) -> Error {
    let text = chain(&cause);
    if cause.is_permission_denied() && text.contains("unsafe") {
        let named = text.split('"').nth(1).unwrap_or_default();
        return Error::new(format!(
            "dubious ownership: {named} belongs to another user; to trust it, run: \
             git config --global --add safe.directory {named}"
        ));
    }
    Error::new(format!("cannot open a git repository at {}: {text}", path.display()))
}

/// The repository's own directory of objects, or the environment's in its place, and those that a hook
/// on a server is told to look into besides.
fn object_dirs(own: &Path, current_dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let own = match env::var_os("GIT_OBJECT_DIRECTORY") {
        Some(dir) => PathBuf::from(dir),
        None => own.to_owned(),
    };
    let more = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    let more = env::split_paths(OsStr::new(&more)).filter(|dir| !dir.as_os_str().is_empty());
    let mut dirs = vec![own.clone()];
    for dir in std::iter::once(own).chain(more) {
        let beyond = gix::odb::alternate::resolve(dir.clone(), current_dir)
            .map_err(|cause| Error::caused("cannot read the alternates file", cause))?;
        dirs.push(dir);
        dirs.extend(beyond);
    }
    let mut seen = std::collections::HashSet::new();
    dirs.retain(|dir| seen.insert(dir.canonicalize().unwrap_or_else(|_| dir.clone())));
    Ok(dirs)
}

/// All that an error says, from the outermost cause to the innermost, on one line.
pub(super) fn chain(error: &dyn error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = inner.source();
    }
    text.replace('\n', " ")
}

/// Why a git source could not do its work at all.
#[derive(Debug)]
pub struct Error {
    message: String,
}

impl Error {
    pub(super) fn new(message: impl Into<String>) -> Error {
        Error { message: message.into() }
    }

    pub(super) fn caused(what: &str, cause: impl error::Error) -> Error {
        Error { message: format!("{what}: {}", chain(&cause)) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for Error {}
