//! Scans files and directories with all cores, as `secscan scan` does: `.gitignore` is honoured, large files are read in
//! windows, and what cannot be read is named. Ends with 1 if there is a secret, with 2 if something was unread.
//!
//! ```sh
//! cargo run -q -p secscan-core --example scan_directory -- src tests
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use secscan_core::source::fs::{Options, OptionsError, Walk};
use secscan_core::source::{Blob, Body, Problem, Skip, Worker};
use secscan_core::{Cache, Scanner, stream};

/// What one thread has: the scanner is shared, the cache is its own, and so is what it found.
struct Searcher<'s> {
    scanner: &'s Scanner,
    cache: Cache,
    /// Path, line and rule.
    found: Vec<(String, usize, String)>,
    problems: Vec<Problem>,
}

impl Worker for Searcher<'_> {
    fn blob(&mut self, blob: Blob<'_>) -> ControlFlow<()> {
        let Searcher { scanner, cache, found, problems } = self;
        let path = String::from_utf8_lossy(blob.path);
        let mut note = |finding: &secscan_core::Finding<'_>,
                        place: stream::Place,
                        _: stream::Excerpt<'_>| {
            found.push((path.to_string(), place.from.line, scanner.rule(finding).id.to_string()));
        };
        // The path is given too: names of files say what their content is.
        match blob.body {
            Body::Whole(bytes) => {
                stream::scan_bytes(scanner, cache, Some(blob.path), bytes, &mut note)
            }
            Body::Stream(reader) => {
                if let Err(cause) =
                    stream::scan_reader(scanner, cache, Some(blob.path), reader, &mut note)
                {
                    problems.push(Problem::new(&*path, cause));
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn skipped(&mut self, _: &[u8], _: Skip) {}
}

fn main() -> Result<ExitCode, OptionsError> {
    let mut paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        paths.push(".".into());
    }
    let scanner = Scanner::builtin();
    let workers = Walk::new(Options::default())?.visit(&paths, || Searcher {
        scanner: &scanner,
        cache: scanner.create_cache(),
        found: Vec::new(),
        problems: Vec::new(),
    });

    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for worker in workers {
        found.extend(worker.found);
        problems.extend(worker.problems);
    }
    // Threads end in any order.
    found.sort();
    for (path, line, rule) in &found {
        println!("{path}:{line}: {rule}");
    }
    for problem in &problems {
        eprintln!("{problem}");
    }
    Ok(ExitCode::from(match (problems.is_empty(), found.is_empty()) {
        (false, _) => 2,
        (true, false) => 1,
        (true, true) => 0,
    }))
}
