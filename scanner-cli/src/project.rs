//! Which project a scan is about: the directory that its configuration, its baseline and the paths in its
//! fingerprints start from.
//!
//! Apart because a fingerprint must be the same however a file is named (`scan .`, `scan src`, from inside
//! `src`, `git --staged`), while reports show paths as the user wrote them.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use crate::exit::{Failure, cause};

/// A project, and how to name files in it.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The top of the repository; outside of one the current directory, or what is scanned if that is
    /// somewhere else.
    root: PathBuf,
    /// The directory that all that is scanned lies in.
    start: PathBuf,
    current: PathBuf,
    /// What was named: as it was written, made absolute, and where it really is.
    named: Option<Vec<(PathBuf, PathBuf)>>,
}

impl Project {
    /// The project of files and directories; without any, that of the current directory.
    pub(crate) fn of_paths(paths: &[PathBuf]) -> Result<Project, Failure> {
        let current = std::env::current_dir().map_err(|error| {
            Failure::new(format!("there is no current directory: {}", cause(&error)))
        })?;
        let named: Vec<(PathBuf, PathBuf)> = paths
            .iter()
            .map(|path| {
                let written = plain(&current.join(path));
                let real = real(&written);
                (written, real)
            })
            .collect();
        let here = real(&current);
        let mut starts = named.iter().map(|(_, real)| match real.is_dir() {
            true => real.as_path(),
            false => real.parent().unwrap_or(real),
        });
        let first = starts.next().unwrap_or(&here);
        let start = starts.fold(first, common).to_owned();
        let root = start.ancestors().find(|above| above.join(".git").exists());
        let root = match root {
            Some(root) => root.to_owned(),
            None if start.starts_with(&here) => here,
            None => start.clone(),
        };
        Ok(Project { root, start, current, named: Some(named) })
    }

    /// The project of a repository, whose own paths are those in fingerprints.
    pub(crate) fn of_repository(root: &Path) -> Project {
        let root = real(root);
        Project { start: root.clone(), current: root.clone(), root, named: None }
    }

    /// Paths are taken to be those of the project already, as in a diff.
    pub(crate) fn with_own_paths(mut self) -> Project {
        self.named = None;
        self
    }

    /// Where the baseline is, and where configuration is looked for last.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The directories in which configuration is looked for, in this order.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Path> {
        self.start.ancestors().take_while(|place| place.starts_with(&self.root))
    }

    /// Whether all of the project is scanned, or a path in it is.
    pub(crate) fn covers(&self, path: &str) -> bool {
        let path = self.root.join(path);
        self.named
            .as_ref()
            .is_some_and(|named| named.iter().any(|(_, real)| path.starts_with(real)))
    }

    /// A path, which is written as it is shown, from the top of the project and with slashes.
    pub(crate) fn relative<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let Some(named) = &self.named else { return Cow::Borrowed(path) };
        let written = plain(&self.current.join(path));
        let real = named
            .iter()
            .filter_map(|(from, to)| Some((from, to, written.strip_prefix(from).ok()?)))
            .max_by_key(|(from, ..)| from.as_os_str().len())
            .map_or_else(|| written.clone(), |(_, to, rest)| to.join(rest));
        match real.strip_prefix(&self.root) {
            Ok(inside) if inside != Path::new("") => Cow::Owned(slashes(inside)),
            _ => Cow::Borrowed(path),
        }
    }

    /// A file that is there, from the top of the project: by where it really is, so that no link lends it
    /// the name of another.
    pub(crate) fn real_file(&self, path: &Path) -> Option<String> {
        let real = self.current.join(path).canonicalize().ok()?;
        real.strip_prefix(&self.root).ok().filter(|_| real.is_file()).map(slashes)
    }
}

/// A path inside of the project as it is kept: parts with slashes between them.
fn slashes(path: &Path) -> String {
    let parts: Vec<Cow<'_, str>> =
        path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Where a path leads. For a file that is a link it is the link itself that git knows, but not the
/// directories on the way.
fn real(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.canonicalize().unwrap_or_else(|_| path.to_owned());
    }
    match (path.parent().and_then(|parent| parent.canonicalize().ok()), path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// The deepest directory that both lie in.
fn common<'p>(one: &'p Path, other: &Path) -> &'p Path {
    one.ancestors().find(|above| other.starts_with(above)).unwrap_or(one)
}
