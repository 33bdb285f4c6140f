//! From flags to what is to be done. Nothing after this sees a flag.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use secscan_core::source::fs::{Globs, Options, OptionsError, Walk};
use secscan_core::{Confidence, RuleSet, Scanner, Severity};

use crate::args::{
    self, ConfidenceArg, DiffArgs, FileArgs, GitArgs, ReportArgs, RuleArgs, RunArgs, ScanArgs,
    SeverityArg,
};
use crate::diff::Diff;
use crate::exit::Failure;
use crate::git::Git;
use crate::record::Policy;
use crate::report::Format;
use crate::select::select;

/// A scan that is ready to go.
pub(crate) struct Plan {
    pub(crate) scanner: Scanner,
    pub(crate) policy: Policy,
    pub(crate) source: Source,
    pub(crate) format: Format,
    pub(crate) output: Option<PathBuf>,
    pub(crate) stats: bool,
    pub(crate) progress: bool,
}

/// What is scanned.
pub(crate) enum Source {
    Files(Box<Files>),
    Git(Box<Git>),
    Diff(Diff),
}

/// Files, directories and the standard input.
pub(crate) struct Files {
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) walk: Walk,
    /// The name of what comes from the standard input, if it is scanned.
    pub(crate) stdin: Option<Vec<u8>>,
    /// What may be the reason when no file is found.
    pub(crate) narrowed: Narrowed,
}

/// What keeps files from being scanned, beside not being there.
pub(crate) struct Narrowed {
    /// A walk on which nothing does.
    pub(crate) all: Walk,
    pub(crate) by_globs_or_types: bool,
    pub(crate) by_ignore_files: bool,
    pub(crate) by_hidden: bool,
}

impl Plan {
    /// Makes sense of the flags of a scan of files.
    pub(crate) fn new(args: ScanArgs) -> Result<Plan, Failure> {
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            args.paths.into_iter().partition(|path| path.as_os_str() == "-");
        let name = args.files.stdin_path.clone().unwrap_or_else(|| "<stdin>".into());
        let narrowed = Narrowed {
            all: Walk::new(everything(args.files.follow)).map_err(bad_option)?,
            by_globs_or_types: !args.files.globs.is_empty()
                || !args.files.types.is_empty()
                || !args.files.types_not.is_empty(),
            by_ignore_files: !args.files.no_ignore,
            by_hidden: !args.files.hidden,
        };
        let files = Files {
            paths,
            walk: Walk::new(options(args.files, args.run.threads)).map_err(bad_option)?,
            stdin: (!stdin.is_empty()).then(|| name.into_encoded_bytes()),
            narrowed,
        };
        Plan::of(Source::Files(Box::new(files)), &args.rules, args.report, &args.run)
    }

    /// Makes sense of the flags of a scan of a repository.
    pub(crate) fn git(args: GitArgs) -> Result<Plan, Failure> {
        let GitArgs { rules, report, run, .. } = &args;
        let (rules, report, run) = (rules.clone(), report.clone(), run.clone());
        let git = Git::new(args)?;
        Plan::of(Source::Git(Box::new(git)), &rules, report, &run)
    }

    /// Makes sense of the flags of a scan of a diff.
    pub(crate) fn diff(args: DiffArgs) -> Result<Plan, Failure> {
        let globs = Globs::new(args.globs).map_err(bad_option)?;
        let diff = Diff { file: args.file, globs };
        Plan::of(Source::Diff(diff), &args.rules, args.report, &args.run)
    }

    fn of(
        source: Source,
        rules: &RuleArgs,
        report: ReportArgs,
        run: &RunArgs,
    ) -> Result<Plan, Failure> {
        let (scanner, masker) = scanners(rules)?;
        let policy = Policy {
            min_severity: severity(report.min_severity),
            min_confidence: confidence(report.min_confidence),
            show_secrets: report.show_secrets,
            masker,
        };
        Ok(Plan {
            scanner,
            policy,
            source,
            format: match report.format {
                args::Format::Text => Format::Text,
                args::Format::Json => Format::Json,
            },
            output: report.output,
            stats: run.stats,
            progress: !run.no_progress,
        })
    }
}

/// A glob or a type that means nothing.
pub(crate) fn bad_option(error: OptionsError) -> Failure {
    Failure::new(error.to_string())
}

/// The scanner that the flags ask for, and the one that masks lines if that one was narrowed.
pub(crate) fn scanners(args: &RuleArgs) -> Result<(Scanner, Option<Scanner>), Failure> {
    let selection = select(args)?;
    let masker = selection.wider.map(scanner).transpose()?;
    Ok((scanner(selection.rules)?, masker))
}

/// A scanner that knows what time it is, so that a token that has expired counts for less.
pub(crate) fn scanner(rules: RuleSet) -> Result<Scanner, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Scanner::at(rules, now as i64).map_err(|error| Failure::new(error.to_string()))
}

fn options(args: FileArgs, threads: usize) -> Options {
    let mut options = Options::default();
    options.ignore_files = !args.no_ignore;
    options.hidden = args.hidden;
    options.globs = args.globs;
    options.types = args.types;
    options.types_not = args.types_not;
    options.max_filesize = args.max_filesize;
    options.follow = args.follow;
    options.one_file_system = args.one_file_system;
    options.threads = threads;
    options
}

fn severity(arg: SeverityArg) -> Severity {
    match arg {
        SeverityArg::Info => Severity::Info,
        SeverityArg::Low => Severity::Low,
        SeverityArg::Medium => Severity::Medium,
        SeverityArg::High => Severity::High,
        SeverityArg::Critical => Severity::Critical,
    }
}

fn confidence(arg: ConfidenceArg) -> Confidence {
    match arg {
        ConfidenceArg::Generic => Confidence::Generic,
        ConfidenceArg::Contextual => Confidence::Contextual,
        ConfidenceArg::Structural => Confidence::Structural,
        ConfidenceArg::Verified => Confidence::Verified,
    }
}

/// Options under which every file is walked.
fn everything(follow: bool) -> Options {
    let mut options = Options::default();
    options.ignore_files = false;
    options.follow = follow;
    // Used to look for one file.
    options.threads = 1;
    options
}
