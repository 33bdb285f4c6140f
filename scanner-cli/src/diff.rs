//! `secscan diff`: what a diff adds, wherever it comes from.
//!
//! A hunk is searched whole, lines that were there before included, since they say what a new line means;
//! what is reported touches a line that was added.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use secscan_core::source::diff::{Diff as Reader, Event, Hunk};
use secscan_core::source::fs::Globs;
use secscan_core::stream::scan_bytes;
use secscan_core::{Cache, Scanner};

use crate::collector::{Tally, lock};
use crate::exit::{Failure, cause};
use crate::outcome::{Passed, Unread};
use crate::record::Caught;
use crate::search::Shared;
use crate::show::visible;
use crate::stdin::Stdin;
use crate::talk::Talk;

const BINARY: Passed = Passed { key: "binary", words: "binary, not in the diff" };

/// A scan of a diff that is ready to go.
pub(crate) struct Diff {
    pub(crate) file: PathBuf,
    pub(crate) globs: Globs,
}

impl Diff {
    /// Searches the diff. One that is empty is no error, and text that is no diff is one.
    pub(crate) fn search(&self, shared: &Shared, talk: Talk) -> Result<(), Failure> {
        let name = if self.file == Path::new("-") {
            "the standard input".to_owned()
        } else {
            visible(self.file.as_os_str().as_encoded_bytes()).into_owned()
        };
        let unreadable =
            |error: io::Error| Failure::new(format!("cannot read {name}: {}", cause(&error)));
        let mut input: Box<dyn BufRead + '_> = if self.file == Path::new("-") {
            Box::new(BufReader::new(Stdin::new(&shared.collector)))
        } else {
            Box::new(BufReader::new(File::open(&self.file).map_err(unreadable)?))
        };
        let tally = shared.collector.tally();
        lock(&tally).outcome.may_be_empty = true;
        if input.fill_buf().map_err(unreadable)?.is_empty() {
            talk.note("nothing to scan: the diff is empty");
            return Ok(());
        }
        let mut search = Search {
            shared,
            globs: &self.globs,
            cache: shared.plan.scanner.create_cache(),
            last: None,
            tally,
        };
        let mut diff = Reader::new(input);
        while !shared.collector.is_stopped() {
            match diff.next_event() {
                Ok(Some(Event::Hunk(hunk))) => search.hunk(hunk),
                Ok(Some(Event::Binary(path))) => search.binary(path),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    search.fail(&name, error.to_string());
                    return Ok(());
                }
            }
        }
        if diff.files() == 0 && !shared.collector.is_stopped() {
            search.fail(&name, "it is no diff".to_owned());
        }
        Ok(())
    }
}

struct Search<'s> {
    shared: &'s Shared,
    globs: &'s Globs,
    cache: Cache,
    /// The path of the last hunk.
    last: Option<Vec<u8>>,
    tally: Arc<Mutex<Tally>>,
}

impl Search<'_> {
    fn hunk(&mut self, hunk: Hunk<'_>) {
        if !self.globs.wants(hunk.path()) {
            return;
        }
        let mut all = Vec::new();
        let scanner: &Scanner = &self.shared.plan.scanner;
        scan_bytes(
            scanner,
            &mut self.cache,
            Some(hunk.path()),
            hunk.text(),
            &mut |one, place, text| {
                let mut caught = Caught::new(one, place, &text);
                let (start, end) = (place.start as usize, place.end as usize);
                if !hunk.is_added(start..end) {
                    caught.dismiss();
                }
                let line = |at| hunk.line_number(at) as usize;
                caught.set_lines(line(start), line(end.max(start + 1) - 1));
                all.push(caught);
            },
        );
        let work = self.cache.work();
        let is_new = self.last.as_deref() != Some(hunk.path());
        if is_new {
            self.last = Some(hunk.path().to_vec());
        }
        let mut tally = lock(&self.tally);
        tally.path.clear();
        tally.path.extend_from_slice(hunk.path());
        tally.caught = all;
        tally.settle(true, &self.shared.plan);
        tally.outcome.files += u64::from(is_new);
        tally.outcome.bytes += hunk.text().len() as u64;
        tally.outcome.candidates = work.candidates;
        tally.outcome.confirmations = work.confirmations;
    }

    fn binary(&mut self, path: &[u8]) {
        if !self.globs.wants(path) {
            return;
        }
        let mut tally = lock(&self.tally);
        *tally.outcome.skipped.entry(BINARY).or_default() += 1;
        if self.shared.named {
            tally.outcome.skipped_paths.push((String::from_utf8_lossy(path).into_owned(), BINARY));
        }
    }

    fn fail(&mut self, name: &str, message: String) {
        lock(&self.tally).outcome.errors.push(Unread { path: name.to_owned(), message });
    }
}
