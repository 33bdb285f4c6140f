//! What may be written behind `git`, `diff` and `hook`.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand};

use super::{AssistantCommand, ReportArgs, RuleArgs, RunArgs, SettingsArgs, parse_size};

const WHAT: &str = "What to read";
const LIMITS: &str = "Which part of it";

#[derive(Debug, Args)]
#[command(
    override_usage = "secscan git [OPTIONS] --staged | RANGE… | --since-ref REF | --pre-push | --history",
    group(
        ArgGroup::new("what")
            .required(true)
            .args(["staged", "ranges", "since_ref", "pre_push", "history"])
    )
)]
pub(crate) struct GitArgs {
    /// Commits: `A..B`, `A...B`, or one commit
    #[arg(value_name = "RANGE", help_heading = WHAT)]
    pub(crate) ranges: Vec<String>,
    /// What the next commit would add: the index against HEAD
    #[arg(long, help_heading = WHAT)]
    pub(crate) staged: bool,
    /// The commits that HEAD has and this ref has not
    #[arg(long, value_name = "REF", help_heading = WHAT)]
    pub(crate) since_ref: Option<String>,
    /// What a push would send: the lines that git writes to a pre-push hook, on the standard input
    ///
    /// Where pre-commit runs the hook, what it says in PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF.
    #[arg(long, help_heading = WHAT)]
    pub(crate) pre_push: bool,
    /// Every object that a branch, tag, stash, note or reflog reaches
    #[arg(long, help_heading = WHAT)]
    pub(crate) history: bool,
    /// The remote that is pushed to; what its branches have is not scanned again
    #[arg(long, value_name = "NAME", requires = "pre_push", help_heading = LIMITS)]
    pub(crate) remote: Option<String>,
    /// Every object in the store, whether anything reaches it or not
    #[arg(long, requires = "history", conflicts_with_all = ["max_commits", "since", "branches"], help_heading = LIMITS)]
    pub(crate) unreachable: bool,
    /// Only this many commits, the newest
    #[arg(long, value_name = "N", conflicts_with_all = ["staged", "pre_push"], help_heading = LIMITS)]
    pub(crate) max_commits: Option<usize>,
    /// Only commits not older than a date (2026-01-31, 2026-01-31T12:00Z, `2 weeks ago`)
    #[arg(long, value_name = "DATE", conflicts_with_all = ["staged", "pre_push"], help_heading = LIMITS)]
    pub(crate) since: Option<String>,
    /// Only what this branch or other revision reaches; may be repeated
    #[arg(long = "branch", value_name = "REF", requires = "history", help_heading = LIMITS)]
    pub(crate) branches: Vec<String>,
    /// Report all of a changed file, not only what touches lines that were added
    #[arg(long, conflicts_with = "history", help_heading = LIMITS)]
    pub(crate) whole_file: bool,
    /// Only paths that match, or with `!` in front those that do not; may be repeated
    ///
    /// Paths are those of the repository, from its top. The last glob that matches decides.
    #[arg(short, long = "glob", value_name = "GLOB", allow_hyphen_values = true, help_heading = LIMITS)]
    pub(crate) globs: Vec<String>,
    /// Pass over objects that are larger (500K, 10M, 1G)
    #[arg(long, value_name = "SIZE", value_parser = parse_size, help_heading = LIMITS)]
    pub(crate) max_filesize: Option<u64>,
    /// The repository, or a directory in it
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", help_heading = LIMITS)]
    pub(crate) repo: PathBuf,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

impl GitArgs {
    /// What `git --history` means in this repository.
    pub(crate) fn of_history(
        repo: &Path,
        rules: RuleArgs,
        report: ReportArgs,
        run: RunArgs,
    ) -> GitArgs {
        GitArgs {
            ranges: Vec::new(),
            staged: false,
            since_ref: None,
            pre_push: false,
            history: true,
            remote: None,
            unreachable: false,
            max_commits: None,
            since: None,
            branches: Vec::new(),
            whole_file: false,
            globs: Vec::new(),
            max_filesize: None,
            repo: repo.to_owned(),
            rules,
            report,
            run,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The diff; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Only paths that match, or with `!` in front those that do not; may be repeated
    #[arg(short, long = "glob", value_name = "GLOB", allow_hyphen_values = true)]
    pub(crate) globs: Vec<String>,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Write the hooks of git, or of an assistant; what is there is kept
    Install {
        #[command(flatten)]
        which: HookArgs,
        #[command(flatten)]
        settings: SettingsArgs,
        /// A hook before each push, instead of before each commit
        #[arg(long, conflicts_with = "assistant")]
        pre_push: bool,
        /// Write also where hooks are shared, and over a hook that cannot be kept
        #[arg(long, conflicts_with = "assistant")]
        force: bool,
    },
    /// Remove the hooks, and put back those that were kept
    Uninstall {
        #[command(flatten)]
        which: HookArgs,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    #[command(flatten)]
    Assistant(AssistantCommand),
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct HookArgs {
    /// For every repository that is made or cloned from now on (git's init.templateDir)
    #[arg(long, conflicts_with = "assistant")]
    pub(crate) global: bool,
}
