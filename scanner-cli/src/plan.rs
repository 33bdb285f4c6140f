//! From flags to what is to be done. Nothing after this sees a flag.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use secscan_core::gitleaks::Commits;
use secscan_core::source::fs::{Globs, Options, OptionsError, Walk};
use secscan_core::source::git::Repo;
use secscan_core::{Confidence, RuleSet, Scanner, Severity};

use crate::args::{
    self, BaselineArgs, ConfidenceArg, DiffArgs, FileArgs, GitArgs, HideArgs, ReportArgs, RuleArgs,
    RunArgs, ScanArgs, SeverityArg, ShowSecrets,
};
use crate::config::Config;
use crate::diff::Diff;
use crate::exit::Failure;
use crate::fingerprint::Fingerprints;
use crate::git::Git;
use crate::project::Project;
use crate::record::Policy;
use crate::report::Format;
use crate::select::select;
use crate::suppress::Suppressor;
use crate::suppress::baseline::{self, Baseline, Entries};

/// A scan that is ready to go.
pub(crate) struct Plan {
    pub(crate) scanner: Scanner,
    pub(crate) policy: Policy,
    pub(crate) source: Source,
    pub(crate) reports: Vec<Target>,
    /// A file that a summary in Markdown is written to, behind what is there.
    pub(crate) summary: Option<PathBuf>,
    /// What a summary says before all else of how the scan came to be.
    pub(crate) about: Vec<String>,
    /// Whether what is hidden is listed.
    pub(crate) report_suppressed: bool,
    /// Whether a report needs what GitHub knows lines by.
    pub(crate) line_hashes: bool,
    /// Whether all was asked for, so that what is not found is not there.
    pub(crate) is_complete: bool,
    /// What there is to say of the configuration.
    pub(crate) remarks: Vec<String>,
    /// The commits whose findings are left out.
    pub(crate) commits: Vec<Commits>,
    pub(crate) stats: bool,
    pub(crate) progress: bool,
}

/// A report, and the file that it goes to, if that is not the standard output.
pub(crate) struct Target {
    pub(crate) format: Format,
    pub(crate) file: Option<PathBuf>,
}

/// What is different in a CI.
pub(crate) struct InCi {
    /// Whether what a shallow clone has not is told, and no error.
    pub(crate) allow_shallow: bool,
    /// The form of the report, unless something else is asked for.
    pub(crate) format: args::Format,
    pub(crate) about: Vec<String>,
    pub(crate) summary: Option<PathBuf>,
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
    pub(crate) fn new(mut args: ScanArgs) -> Result<Plan, Failure> {
        let (stdin, paths): (Vec<PathBuf>, Vec<PathBuf>) =
            args.paths.into_iter().partition(|path| path.as_os_str() == "-");
        let name = args.files.stdin_path.clone().unwrap_or_else(|| "<stdin>".into());
        let mut named = paths.clone();
        if !stdin.is_empty() && args.files.stdin_path.is_some() {
            named.push(PathBuf::from(&name));
        }
        let project = Project::of_paths(&named)?;
        let config = Config::load(&args.rules.config, &project)?;
        config.fill_files(&mut args.files);
        config.fill_run(&mut args.run);
        let is_complete = args.files.globs.is_empty()
            && args.files.types.is_empty()
            && args.files.types_not.is_empty()
            && args.files.max_filesize.is_none()
            && args.files.hidden != Some(false);
        let narrowed = Narrowed {
            all: Walk::new(everything(args.files.follow)).map_err(bad_option)?,
            by_globs_or_types: !args.files.globs.is_empty()
                || !args.files.types.is_empty()
                || !args.files.types_not.is_empty(),
            by_ignore_files: !args.files.no_ignore,
            by_hidden: args.files.hidden == Some(false),
        };
        let files = Files {
            paths,
            walk: Walk::new(options(args.files, args.run.threads)).map_err(bad_option)?,
            stdin: (!stdin.is_empty()).then(|| name.into_encoded_bytes()),
            narrowed,
        };
        let source = Source::Files(Box::new(files));
        let mut plan = Plan::of(source, (project, config), &args.rules, args.report, &args.run)?;
        plan.is_complete &= is_complete;
        Ok(plan)
    }

    /// Makes sense of the flags of a scan of a repository.
    pub(crate) fn git(args: GitArgs) -> Result<Plan, Failure> {
        let (repo, project) = Git::open(&args.repo)?;
        Plan::repository(args, repo, project, None)
    }

    /// The same for what the event of a CI brought.
    pub(crate) fn ci(
        args: GitArgs,
        repo: Repo,
        project: Project,
        in_ci: InCi,
    ) -> Result<Plan, Failure> {
        Plan::repository(args, repo, project, Some(in_ci))
    }

    fn repository(
        mut args: GitArgs,
        repo: Repo,
        project: Project,
        in_ci: Option<InCi>,
    ) -> Result<Plan, Failure> {
        let config = Config::load(&args.rules.config, &project)?;
        config.fill_size(&mut args.max_filesize);
        config.fill_run(&mut args.run);
        let GitArgs { rules, report, run, .. } = &args;
        let (rules, mut report, run) = (rules.clone(), report.clone(), run.clone());
        let mut git = Git::new(args, repo)?;
        if let Some(in_ci) = &in_ci {
            git = git.of_event(in_ci.allow_shallow);
            if report.format.is_none() && config.one("format").is_none() {
                report.format = Some(in_ci.format);
            }
        }
        let source = Source::Git(Box::new(git));
        let mut plan = Plan::of(source, (project, config), &rules, report, &run)?;
        if let Some(in_ci) = in_ci {
            (plan.about, plan.summary) = (in_ci.about, in_ci.summary);
        }
        Ok(plan)
    }

    /// Makes sense of the flags of a scan of a diff.
    pub(crate) fn diff(args: DiffArgs) -> Result<Plan, Failure> {
        let project = Project::of_paths(&[])?.with_own_paths();
        let config = Config::load(&args.rules.config, &project)?;
        let globs = Globs::new(args.globs).map_err(bad_option)?;
        let diff = Diff { file: args.file, globs };
        Plan::of(Source::Diff(diff), (project, config), &args.rules, args.report, &args.run)
    }

    /// Makes sense of the flags of a scan for a baseline: of files, and if that is asked for, of the history.
    /// Says which file the baseline is.
    pub(crate) fn baseline(what: BaselineArgs) -> Result<(Plan, Option<Plan>, PathBuf), Failure> {
        let BaselineArgs { mut paths, baseline, history, files, rules } = what;
        if paths.is_empty() {
            paths.push(Project::of_paths(&[])?.root().to_owned());
        }
        let hide = HideArgs { baseline: None, no_baseline: true, report_suppressed: false };
        let report = ReportArgs { hide, ..ReportArgs::default() };
        let run = RunArgs { threads: None, stats: false, no_progress: true };
        let project = Project::of_paths(&paths)?;
        let configured = Config::load(&rules.config, &project)?
            .one("baseline")
            .map(|setting| PathBuf::from(&setting.values[0]));
        let history = match history {
            true => {
                let (rules, report, run) = (rules.clone(), report.clone(), run.clone());
                Some(Plan::git(GitArgs::of_history(project.root(), rules, report, run))?)
            }
            false => None,
        };
        let plan = Plan::new(ScanArgs { paths, files, rules, report, run })?;
        let file = baseline.or(configured).unwrap_or_else(|| project.root().join(baseline::NAME));
        Ok((plan, history, file))
    }

    fn of(
        source: Source,
        (project, config): (Project, Config),
        rules: &RuleArgs,
        mut report: ReportArgs,
        run: &RunArgs,
    ) -> Result<Plan, Failure> {
        let said = rules.only.is_empty() && rules.disable.is_empty();
        config.fill_report(&mut report);
        let selection = select(rules, &config)?;
        let remarks = selection.remarks();
        let commits = selection.commits;
        let masker = selection.wider.map(self::scanner).transpose()?;
        let scanner = self::scanner(selection.rules)?;
        let reports = targets(&report)?;
        let baseline = baseline(&report.hide, &project)?;
        let suppressor = Suppressor { allow: config.allow, baseline };
        let wanted = suppressor.wants_fingerprints()
            || reports.iter().any(|report| report.format.has_fingerprints());
        let fingerprints = Fingerprints::new(wanted, matches!(source, Source::Git(_)));
        let policy = Policy {
            min_severity: report.min_severity.map_or(Severity::Info, Severity::from),
            min_confidence: report.min_confidence.map_or(Confidence::Generic, confidence),
            show_secrets: shows_secrets(&report, &reports)?,
            masker,
            project,
            suppressor,
            fingerprints,
            severities: config.regrades,
            sha1: false,
        };
        Ok(Plan {
            is_complete: matches!(source, Source::Files(_))
                && said
                && policy.min_severity == Severity::Info
                && policy.min_confidence == Confidence::Generic,
            scanner,
            policy,
            source,
            line_hashes: reports.iter().any(|report| report.format == Format::Sarif),
            reports,
            summary: None,
            about: Vec::new(),
            report_suppressed: report.hide.report_suppressed,
            remarks,
            commits,
            stats: run.stats,
            progress: !run.no_progress,
        })
    }
}

/// The reports that are asked for. One goes to the standard output, unless `--output FILE` says where.
fn targets(args: &ReportArgs) -> Result<Vec<Target>, Failure> {
    let format = args.format.map_or(Format::Text, format);
    let mut main = None;
    let mut more = Vec::new();
    for output in &args.output {
        let text = output.to_string_lossy();
        let named = text.split_once('=').and_then(|(name, file)| {
            Some((args::Format::from_str(name, false).ok()?, PathBuf::from(file)))
        });
        match named {
            Some((_, file)) if file.as_os_str().is_empty() => {
                return Err(Failure::new(format!(
                    "--output {text}: there is no file behind the `=`"
                )));
            }
            Some((name, file)) => {
                more.push(Target { format: self::format(name), file: Some(file) })
            }
            None if main.is_some() => {
                return Err(Failure::new(format!(
                    "--output {text}: there is one report of --format already; say which form this one \
                     has, as in --output sarif=FILE"
                )));
            }
            None => main = Some(PathBuf::from(output)),
        }
    }
    let mut all = vec![Target { format, file: main }];
    all.append(&mut more);
    for (index, one) in all.iter().enumerate() {
        if one.file.is_some() && all[..index].iter().any(|other| other.file == one.file) {
            let name = one.file.as_deref().unwrap_or(Path::new("")).display().to_string();
            return Err(Failure::new(format!("two reports go to {name}")));
        }
    }
    Ok(all)
}

fn shows_secrets(args: &ReportArgs, reports: &[Target]) -> Result<bool, Failure> {
    let Some(how) = args.show_secrets else { return Ok(false) };
    let in_ci = std::env::var("CI").is_ok_and(|ci| !matches!(&*ci, "" | "false" | "0"));
    if in_ci && how != ShowSecrets::Force {
        return Err(shown_in_ci());
    }
    match reports.iter().find(|report| !report.format.may_show_secrets()) {
        Some(report) => Err(Failure::new(format!(
            "--show-secrets is for text, json, jsonl and csv: {} reports are made to be passed on",
            report.format.name()
        ))),
        None => Ok(true),
    }
}

/// Why secrets are not shown in a CI.
pub(crate) fn shown_in_ci() -> Failure {
    Failure::new(
        "--show-secrets is refused where CI is set, since logs and artifacts are kept and shared; \
         --show-secrets=force shows them all the same",
    )
}

/// The baseline that is named, or the one at the top of the project.
fn baseline(args: &HideArgs, project: &Project) -> Result<Baseline, Failure> {
    if args.no_baseline {
        return Ok(Baseline::default());
    }
    let own = project.root().join(baseline::NAME);
    let (path, shown) = match &args.baseline {
        Some(path) => (path.clone(), path.display().to_string()),
        None if own.is_file() => (own, baseline::NAME.to_owned()),
        None => return Ok(Baseline::default()),
    };
    Ok(Baseline::new(shown, project.root(), Entries::read(&path)?))
}

/// A glob or a type that means nothing.
pub(crate) fn bad_option(error: OptionsError) -> Failure {
    Failure::new(error.to_string())
}

/// A scanner that knows what time it is, so that a token that has expired counts for less.
pub(crate) fn scanner(rules: RuleSet) -> Result<Scanner, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Scanner::at(rules, now as i64).map_err(|error| Failure::new(error.to_string()))
}

fn options(args: FileArgs, threads: Option<usize>) -> Options {
    let mut options = Options::default();
    options.ignore_files = !args.no_ignore;
    options.hidden = args.hidden.unwrap_or(true);
    options.globs = args.globs;
    options.types = args.types;
    options.types_not = args.types_not;
    options.max_filesize = args.max_filesize;
    options.follow = args.follow;
    options.one_file_system = args.one_file_system;
    options.threads = threads.unwrap_or(0);
    options
}

impl From<SeverityArg> for Severity {
    fn from(arg: SeverityArg) -> Severity {
        match arg {
            SeverityArg::Info => Severity::Info,
            SeverityArg::Low => Severity::Low,
            SeverityArg::Medium => Severity::Medium,
            SeverityArg::High => Severity::High,
            SeverityArg::Critical => Severity::Critical,
        }
    }
}

fn format(arg: args::Format) -> Format {
    match arg {
        args::Format::Text => Format::Text,
        args::Format::Json => Format::Json,
        args::Format::Jsonl => Format::Jsonl,
        args::Format::Sarif => Format::Sarif,
        args::Format::Github => Format::Github,
        args::Format::Gitlab => Format::Gitlab,
        args::Format::Junit => Format::Junit,
        args::Format::Csv => Format::Csv,
        args::Format::Html => Format::Html,
        args::Format::Markdown => Format::Markdown,
        args::Format::Ocsf => Format::Ocsf,
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
