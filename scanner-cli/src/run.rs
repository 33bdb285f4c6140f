//! A scan from its plan to its report.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use secscan_core::source::{Blob, Body, Problem, Skip, Worker};

use crate::collector::{Collector, lock};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::outcome::Outcome;
use crate::output::Output;
use crate::plan::{Files, Plan, Source};
use crate::progress::Progress;
use crate::report::{self, Style};
use crate::search::{Searcher, Shared};
use crate::show::visible;
use crate::stdin::Stdin;
use crate::summary;
use crate::talk::Talk;

/// A scan that is under way.
pub(crate) struct Run {
    shared: Shared,
    progress: Progress,
    /// Taken by who writes the report.
    output: Mutex<Option<Output>>,
    began: Instant,
    talk: Talk,
}

/// Scans, and writes the report.
pub(crate) fn scan(plan: Plan, talk: Talk) -> Result<Exit, Failure> {
    let output = Output::open(plan.output.as_deref(), plan.policy.show_secrets)?;
    let run = Arc::new(Run {
        shared: Shared { plan, collector: Collector::default(), named: talk.is_verbose() },
        progress: Progress::default(),
        output: Mutex::new(Some(output)),
        began: Instant::now(),
        talk,
    });
    interrupt::watch(&run);
    run.watch_progress();
    run.search()?;
    match run.report() {
        Some(exit) => exit,
        // An interrupt was faster: its thread writes the report, and ends the process.
        None => loop {
            std::thread::park();
        },
    }
}

impl Run {
    fn plan(&self) -> &Plan {
        &self.shared.plan
    }

    /// Asks the workers to end, and says whether they were not asked before.
    pub(crate) fn stop(&self) -> bool {
        self.shared.collector.stop()
    }

    /// Whether findings are told apart and traced when the search has ended.
    pub(crate) fn traces(&self) -> bool {
        matches!(self.plan().source, Source::Git(_))
    }

    fn watch_progress(self: &Arc<Self>) {
        if self.plan().progress && !self.talk.is_quiet() && Progress::is_seen() {
            let run = Arc::clone(self);
            std::thread::spawn(move || run.progress.draw(&run.shared.collector));
        }
    }

    /// Searches everything.
    fn search(&self) -> Result<(), Failure> {
        match &self.plan().source {
            Source::Files(files) => self.search_files(files),
            Source::Git(git) => git.search(&self.shared, self.talk)?,
            Source::Diff(diff) => diff.search(&self.shared, self.talk)?,
        }
        Ok(())
    }

    fn search_files(&self, files: &Files) {
        if let Some(name) = &files.stdin {
            let mut stdin = Stdin::new(&self.shared.collector);
            // Whether anything is left to do is told below.
            let _ = Searcher::new(&self.shared).blob(Blob::new(name, Body::Stream(&mut stdin)));
        }
        if !files.paths.is_empty() && !self.shared.collector.is_stopped() {
            files.walk.visit(&files.paths, || Searcher::new(&self.shared));
        }
    }

    /// Writes the report, unless that has been done.
    pub(crate) fn report(&self) -> Option<Result<Exit, Failure>> {
        let plan = self.plan();
        let mut outcome = self.shared.collector.take(plan)?;
        let output = lock(&self.output).take()?;
        if let Source::Git(git) = &plan.source {
            git.complete(&mut outcome, plan);
        }
        self.progress.end();
        Some(self.write(&outcome, output))
    }

    fn write(&self, outcome: &Outcome, output: Output) -> Result<Exit, Failure> {
        let plan = self.plan();
        let took = self.began.elapsed();
        let began = Instant::now();
        let style = Style::new(output.is_stdout() && self.talk.colors_stdout());
        output.write(|out| report::write(plan.format, outcome, &style, out))?;
        for error in &outcome.errors {
            let path = visible(error.path.as_bytes());
            self.talk.error(format_args!("cannot read {path}: {}", error.message));
        }
        for (path, why) in &outcome.skipped_paths {
            self.talk.detail(format_args!("skipped {}: {}", visible(path.as_bytes()), why.words));
        }
        if let Source::Files(files) = &plan.source
            && outcome.files == 0
            && outcome.errors.is_empty()
            && !outcome.interrupted
        {
            let why = why_nothing(files, outcome);
            self.talk.error(format_args!("nothing was scanned: {why}"));
        }
        self.talk.note(summary::sentence(outcome, took));
        if plan.stats {
            let filter = plan.scanner.describe();
            self.talk.answer(summary::stats(outcome, took, began.elapsed(), filter));
        }
        Ok(outcome.exit())
    }
}

/// Why there was no file to scan.
fn why_nothing(files: &Files, outcome: &Outcome) -> String {
    if let Some(skipped) = summary::skipped(outcome) {
        return format!("all was skipped: {skipped}");
    }
    let names: Vec<String> = files
        .paths
        .iter()
        .map(|path| visible(path.as_os_str().as_encoded_bytes()).into_owned())
        .collect();
    let names = names.join(", ");
    let any = files.narrowed.all.visit(&files.paths, Finder::default);
    if !any.iter().any(|finder| finder.0) {
        return format!("there is no file in {names}");
    }
    let hints: Vec<&str> = [
        (files.narrowed.by_globs_or_types, "no --glob or --type"),
        (files.narrowed.by_ignore_files, "--no-ignore"),
        (files.narrowed.by_hidden, "--hidden"),
    ]
    .into_iter()
    .filter_map(|(may_be, hint)| may_be.then_some(hint))
    .collect();
    format!("every file in {names} is ignored or excluded; try {}", hints.join(", "))
}

/// A worker that ends at the first file there is.
#[derive(Default)]
struct Finder(bool);

impl Worker for Finder {
    fn blob(&mut self, _: Blob<'_>) -> ControlFlow<()> {
        self.0 = true;
        ControlFlow::Break(())
    }

    fn problem(&mut self, _: Problem) {}

    fn skipped(&mut self, _: &[u8], _: Skip) {}
}
