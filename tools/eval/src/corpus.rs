//! What is reported of directories that nobody here wrote, with the built-in rules as they are.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use secscan_core::source::fs::{Options, Walk};
use secscan_core::source::{Blob, Body, Problem, Skip, Worker};
use secscan_core::{Cache, Scanner, stream};

use crate::clean::Alarm;

/// A directory that was searched.
#[derive(Debug)]
pub struct Corpus {
    /// The directory as it was named.
    pub root: String,
    /// How many files were read.
    pub files: u64,
    /// How many bytes they hold.
    pub bytes: u64,
    /// What was reported, sorted by path and line.
    pub alarms: Vec<Alarm>,
    /// How many files could not be read.
    pub unread: u64,
}

/// Searches all files below `root`, hidden and ignored ones too.
///
/// # Errors
/// When `root` is no directory.
pub fn search(scanner: &Scanner, root: &Path) -> Result<Corpus, String> {
    if !root.is_dir() {
        return Err(format!("{}: there is no such directory", root.display()));
    }
    let mut options = Options::default();
    options.ignore_files = false;
    let walk = Walk::new(options).map_err(|error| error.to_string())?;
    let make = || Reader { scanner, cache: scanner.create_cache(), found: Corpus::empty(root) };
    let readers = walk.visit(&[PathBuf::from(root)], make);
    let mut all = Corpus::empty(root);
    for Reader { found, .. } in readers {
        all.files += found.files;
        all.bytes += found.bytes;
        all.unread += found.unread;
        all.alarms.extend(found.alarms);
    }
    all.alarms.sort_by(|a, b| (&a.path, a.line, &a.rule).cmp(&(&b.path, b.line, &b.rule)));
    Ok(all)
}

impl Corpus {
    fn empty(root: &Path) -> Corpus {
        let root = root.display().to_string();
        Corpus { root, files: 0, bytes: 0, alarms: Vec::new(), unread: 0 }
    }

    /// The size in megabytes of a million bytes.
    pub fn megabytes(&self) -> f64 {
        self.bytes as f64 / 1e6
    }
}

/// One thread's part.
struct Reader<'s> {
    scanner: &'s Scanner,
    cache: Cache,
    found: Corpus,
}

impl Worker for Reader<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> ControlFlow<()> {
        self.found.files += 1;
        let path = String::from_utf8_lossy(blob.path).into_owned();
        let alarms = &mut self.found.alarms;
        let mut note = |rule: &str, line: usize| {
            alarms.push(Alarm { rule: rule.to_owned(), path: path.clone(), line });
        };
        let scanner = self.scanner;
        match blob.body {
            Body::Whole(bytes) => {
                self.found.bytes += bytes.len() as u64;
                let cache = &mut self.cache;
                stream::scan_bytes(
                    scanner,
                    cache,
                    Some(blob.path),
                    bytes,
                    &mut |found, place, _| {
                        note(&scanner.rule(found).id, place.from.line);
                    },
                );
            }
            Body::Stream(reader) => {
                let cache = &mut self.cache;
                let read = stream::scan_reader(
                    scanner,
                    cache,
                    Some(blob.path),
                    reader,
                    &mut |found, place, _| note(&scanner.rule(found).id, place.from.line),
                );
                match read {
                    Ok(bytes) => self.found.bytes += bytes,
                    Err(_) => self.found.unread += 1,
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, _: Problem) {
        self.found.unread += 1;
    }

    fn skipped(&mut self, _: &[u8], _: Skip) {}
}
