//! Files and directories: walked in parallel, each regular file read once into its thread's buffer.
//!
//! Directories are walked with `ignore`, as ripgrep walks them: what git ignores is passed over, and so
//! is `.git` itself. A file that is named is always read. Nothing is opened that is not a regular file,
//! because opening a FIFO or a device may block for ever or have effects.
// Reading files in threads is what this room is for.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod globs;
mod ignored;
mod read;
#[cfg(target_os = "linux")]
mod sparse;
mod visitor;

use std::fmt;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::overrides::{Override, OverrideBuilder};
use ignore::types::{Types, TypesBuilder};
use ignore::{DirEntry, WalkBuilder};

use super::{Problem, Skip, Worker};
pub use globs::Globs;
use ignored::Odd;
use read::Reader;
use visitor::{Builder, Shared};

/// Up to this many bytes of named files are read on the calling thread: reading them takes less time
/// than starting a thread.
const TOO_LITTLE_FOR_THREADS: u64 = 1 << 20;

/// What is walked and what is passed over.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Whether what git ignores (`.gitignore`, `.git/info/exclude`, the user's global file) is passed
    /// over. As for git, `.gitignore` counts inside a repository only.
    ///
    /// Not so `.ignore`: it says what is of no interest to a search, and a file that is committed can
    /// leak whether it is of interest or not.
    pub ignore_files: bool,
    /// Whether files and directories whose name begins with a dot are walked.
    pub hidden: bool,
    /// Globs for what is walked; with `!` before it, for what is passed over. They win over
    /// everything else. The last one that matches decides.
    pub globs: Vec<String>,
    /// Names of file types (`rust`, `py`, as ripgrep has them) to walk, and no others. Empty for all.
    pub types: Vec<String>,
    /// Names of file types to pass over.
    pub types_not: Vec<String>,
    /// The largest file that is read, in bytes.
    pub max_filesize: Option<u64>,
    /// Whether symbolic links are followed. Links that are named always are.
    pub follow: bool,
    /// Whether to stay on the file system of each path that is named.
    pub one_file_system: bool,
    /// How many threads; 0 for as many as the machine runs at once.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            ignore_files: true,
            hidden: true,
            globs: Vec::new(),
            types: Vec::new(),
            types_not: Vec::new(),
            max_filesize: None,
            follow: false,
            one_file_system: false,
            threads: 0,
        }
    }
}

/// A walk that is ready to go: the options, with their globs compiled.
///
/// ```
/// use std::ops::ControlFlow;
/// use secscan_core::source::fs::{Options, Walk};
/// use secscan_core::source::{Blob, Problem, Skip, Worker};
///
/// #[derive(Default)]
/// struct Count(u64);
///
/// impl Worker for Count {
///     fn blob(&mut self, _: Blob<'_>) -> ControlFlow<()> {
///         self.0 += 1;
///         ControlFlow::Continue(())
///     }
///     fn problem(&mut self, problem: Problem) {
///         panic!("{problem}");
///     }
///     fn skipped(&mut self, _: &[u8], _: Skip) {}
/// }
///
/// let walk = Walk::new(Options::default())?;
/// let workers = walk.visit(&["src".into()], Count::default);
/// assert!(workers.iter().map(|worker| worker.0).sum::<u64>() > 10);
/// # Ok::<(), secscan_core::source::fs::OptionsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Walk {
    options: Options,
    overrides: Override,
    /// If any were named: matchers without a type, too, ask how many processors there are.
    types: Option<Types>,
}

impl Walk {
    /// Prepares a walk. Globs are relative to the current directory.
    ///
    /// # Errors
    /// When a glob cannot be parsed, when there is no file type of some name, and when there are globs
    /// but no current directory.
    pub fn new(options: Options) -> Result<Walk, OptionsError> {
        Ok(Walk { overrides: overrides(&options)?, types: types(&options)?, options })
    }

    /// Visits the files among `paths`, and those below the directories among them.
    ///
    /// `make_worker` is called at most once for each thread, and once more for the calling one; the
    /// workers are returned when the visit is over, to be merged. A worker may break the visit off.
    ///
    /// Paths are given as a user would write them: below what was named, and without the `./` that
    /// walking `.` would add.
    pub fn visit<W: Worker>(
        &self,
        paths: &[PathBuf],
        make_worker: impl Fn() -> W + Sync,
    ) -> Vec<W> {
        let mut own = make_worker();
        let roots = Roots::sort(paths, &mut own);
        if roots.is_little() {
            let mut reader = Reader::new(self.options.max_filesize);
            for file in &roots.files {
                if reader.read(file, &mut own) == ControlFlow::Break(()) {
                    break;
                }
            }
            return vec![own];
        }
        let done = Mutex::new(vec![own]);
        let shared = Shared {
            done: &done,
            make_worker: &make_worker,
            max_filesize: self.options.max_filesize,
            strip_dot: paths.iter().any(|path| path.as_os_str() == "."),
        };
        let odd = Odd::default();
        let ignore = self.options.ignore_files;
        let begins = |root: &&PathBuf| !(ignore && odd.puts_off_root(root));
        let directories: Vec<&PathBuf> = roots.directories.iter().filter(begins).collect();
        let all = roots.files.iter().chain(directories);
        if let Some(walk) = self.builder(all, ignore.then_some(&odd)) {
            walk.build_parallel().visit(&mut Builder(&shared));
        }
        if let Some(walk) = self.builder(odd.take().iter(), None) {
            walk.build_parallel().visit(&mut Builder(&shared));
        }
        done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A walk from these roots. With `odd`, what git ignores is passed over, and directories are put off.
    fn builder<'p>(
        &self,
        mut roots: impl Iterator<Item = &'p PathBuf>,
        odd: Option<&Odd>,
    ) -> Option<WalkBuilder> {
        let ignore_files = odd.is_some();
        let odd = odd.cloned();
        let mut builder = WalkBuilder::new(roots.next()?);
        for root in roots {
            builder.add(root);
        }
        builder
            .ignore(false)
            .parents(ignore_files)
            .git_ignore(ignore_files)
            .git_global(ignore_files)
            .git_exclude(ignore_files)
            .hidden(!self.options.hidden)
            .overrides(self.overrides.clone())
            .follow_links(self.options.follow)
            .same_file_system(self.options.one_file_system)
            .threads(self.options.threads)
            // In a worktree or a submodule `.git` is a file. One that is named is walked.
            .filter_entry(move |entry| {
                entry.depth() == 0 || entry.file_name() != ".git" && !put_off(entry, odd.as_ref())
            });
        if let Some(types) = &self.types {
            builder.types(types.clone());
        }
        Some(builder)
    }
}

/// Whether an entry is a directory that has to wait.
fn put_off(entry: &DirEntry, odd: Option<&Odd>) -> bool {
    let is_directory = || entry.file_type().is_some_and(|kind| kind.is_dir());
    odd.is_some_and(|odd| is_directory() && odd.puts_off(entry.path()))
}

/// The paths that were named, by what they are.
struct Roots {
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
    /// The size of all files.
    bytes: u64,
}

impl Roots {
    fn sort(paths: &[PathBuf], worker: &mut impl Worker) -> Roots {
        let mut roots = Roots { files: Vec::new(), directories: Vec::new(), bytes: 0 };
        for path in paths {
            match fs::metadata(path) {
                Ok(meta) if meta.is_dir() => roots.directories.push(path.clone()),
                Ok(meta) if meta.is_file() => {
                    roots.bytes = roots.bytes.saturating_add(meta.len());
                    roots.files.push(path.clone());
                }
                Ok(_) => worker.skipped(bytes_of(path), Skip::Special),
                Err(cause) => worker.problem(Problem::new(path, cause)),
            }
        }
        roots
    }

    fn is_little(&self) -> bool {
        self.directories.is_empty()
            && (self.files.len() == 1 || self.bytes <= TOO_LITTLE_FOR_THREADS)
    }
}

fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

fn overrides(options: &Options) -> Result<Override, OptionsError> {
    if options.globs.is_empty() {
        return Ok(Override::empty());
    }
    let here = std::env::current_dir()
        .map_err(|cause| OptionsError(format!("cannot read the current directory: {cause}")))?;
    let mut builder = OverrideBuilder::new(here);
    for glob in &options.globs {
        builder.add(glob)?;
    }
    Ok(builder.build()?)
}

fn types(options: &Options) -> Result<Option<Types>, OptionsError> {
    if options.types.is_empty() && options.types_not.is_empty() {
        return Ok(None);
    }
    let mut builder = TypesBuilder::new();
    builder.add_defaults();
    for name in &options.types {
        builder.select(name);
    }
    for name in &options.types_not {
        builder.negate(name);
    }
    Ok(Some(builder.build()?))
}

/// Why options cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsError(String);

impl From<ignore::Error> for OptionsError {
    fn from(error: ignore::Error) -> OptionsError {
        OptionsError(match error {
            ignore::Error::UnrecognizedFileType(name) => {
                format!("there is no file type `{name}`")
            }
            ignore::Error::Glob { glob: Some(glob), err } => {
                format!("bad glob `{glob}`: {err}")
            }
            other => other.to_string(),
        })
    }
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OptionsError {}
