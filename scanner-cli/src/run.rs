//! A scan from its plan to its report.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use secscan_core::source::{Blob, Body, Problem, Skip, Worker};

use crate::collector::{Collector, lock};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::outcome::{Known, Outcome};
use crate::output::Output;
use crate::plan::{Files, Plan, Source};
use crate::progress::Progress;
use crate::quantity::things;
use crate::report::{self, Format, Style, View};
use crate::search::{Searcher, Shared};
use crate::show::visible;
use crate::stdin::Stdin;
use crate::summary;
use crate::talk::Talk;

/// A scan that is under way.
pub(crate) struct Run {
    shared: Shared,
    progress: Progress,
    /// Taken by who writes the reports.
    outputs: Mutex<Option<Vec<(Format, Output)>>>,
    began: Instant,
    began_at: i64,
    talk: Talk,
}

/// Scans, and writes the report.
pub(crate) fn scan(plan: Plan, talk: Talk) -> Result<Exit, Failure> {
    for remark in &plan.remarks {
        talk.note(remark);
    }
    let mut outputs = Vec::new();
    for target in &plan.reports {
        let output = Output::open(target.file.as_deref(), plan.policy.show_secrets)?;
        outputs.push((target.format, output));
    }
    if let Some(file) = &plan.summary {
        outputs.push((Format::Markdown, Output::append(file)?));
    }
    let run = Arc::new(Run {
        shared: Shared { plan, collector: Collector::default(), named: talk.is_verbose() },
        progress: Progress::default(),
        outputs: Mutex::new(Some(outputs)),
        began: Instant::now(),
        began_at: now(),
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
        let outputs = lock(&self.outputs).take()?;
        self.complete(&mut outcome);
        self.progress.end();
        Some(self.write(&outcome, outputs))
    }

    /// What is said of findings when all of them are there.
    fn complete(&self, outcome: &mut Outcome) {
        let plan = self.plan();
        if let Source::Git(git) = &plan.source {
            git.complete(outcome, plan);
        }
        outcome.part();
        let is_complete = plan.is_complete && !outcome.interrupted && outcome.errors.is_empty();
        let covers = |path: &str| is_complete && plan.policy.project.covers(path);
        outcome.baseline = plan.policy.suppressor.baseline.tell(&outcome.suppressed, covers);
    }

    fn write(&self, outcome: &Outcome, outputs: Vec<(Format, Output)>) -> Result<Exit, Failure> {
        let plan = self.plan();
        let took = self.began.elapsed();
        let began = Instant::now();
        let mut view = View {
            outcome,
            with_suppressed: plan.report_suppressed,
            began: self.began_at,
            ended: now(),
            style: Style::new(false),
            about: &plan.about,
        };
        for (format, output) in outputs {
            view.style = Style::new(output.is_stdout() && self.talk.colors_stdout());
            if output.is_stdout() && self.talk.links_stdout() {
                view.style = view.style.with_links(plan.policy.project.root());
            }
            output.write(|out| report::write(format, &view, out))?;
        }
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
        if let Some(known) = &outcome.baseline {
            self.tell_baseline(known);
        }
        self.talk.note(summary::sentence(outcome, took));
        if plan.stats {
            let filter = plan.scanner.describe();
            self.talk.answer(summary::stats(outcome, took, began.elapsed(), filter));
        }
        Ok(outcome.exit())
    }
}

impl Run {
    /// What of the baseline is out of date.
    fn tell_baseline(&self, known: &Known) {
        for (from, to) in &known.moved {
            let (from, to) = (visible(from.as_bytes()), visible(to.as_bytes()));
            self.talk.note(format_args!("{}: {from} has moved to {to}", known.name));
        }
        for (path, rule) in &known.stale {
            let path = visible(path.as_bytes());
            self.talk.detail(format_args!("{}: stale: {path} {rule}", known.name));
        }
        let stale = known.stale.len() as u64;
        if stale > 0 || !known.moved.is_empty() {
            let stale = match stale {
                0 => String::new(),
                _ => format!("{} stale; ", things(stale, "entry is", "entries are")),
            };
            self.talk
                .note(format_args!("{}: {stale}`secscan baseline update` mends it", known.name));
        }
    }
}

/// A scan whose findings are not reported but used.
pub(crate) fn collect(plan: Plan, talk: Talk) -> Result<(Outcome, Plan), Failure> {
    let run = Run {
        shared: Shared { plan, collector: Collector::default(), named: talk.is_verbose() },
        progress: Progress::default(),
        outputs: Mutex::default(),
        began: Instant::now(),
        began_at: 0,
        talk,
    };
    run.search()?;
    let mut outcome = run.shared.collector.take(run.plan()).unwrap_or_default();
    run.complete(&mut outcome);
    Ok((outcome, run.shared.plan))
}

/// The time in seconds since 1970; where SOURCE_DATE_EPOCH is set, that one, so that reports with a time in
/// them can be the same again.
fn now() -> i64 {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|time| time.parse().ok());
    set.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0, |since| since.as_secs() as i64)
    })
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
