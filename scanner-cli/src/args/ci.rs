//! What may be written behind `ci`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{GitArgs, ReportArgs, RuleArgs, RunArgs, parse_size};

const WHAT: &str = "What to read";
const LIMITS: &str = "Which part of it";

pub(super) const HELP: &str = "\
What is scanned:
  a pull or merge request  the commits that it would merge
  a push                   the commits that are new
  a new branch or a tag    the commits that the default branch has not
  a push by force          the same, if what was there before is gone
  a schedule, a hand       all of the history

Exit status:
  0    clean
  1    secrets were found
  2    something went wrong, or the clone ends before what was to be scanned does
  130  interrupted

docs/ci.md has a ready workflow for each of them.";

#[derive(Debug, Args)]
pub(crate) struct CiArgs {
    /// Which CI this is, where it is not to be told from the environment
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub(crate) provider: Option<Provider>,
    /// What was there before: a commit or a ref, in the place of what the CI says
    #[arg(long, value_name = "REF", help_heading = WHAT)]
    pub(crate) base: Option<String>,
    /// All of the history, whatever the event
    #[arg(long, conflicts_with = "base", help_heading = WHAT)]
    pub(crate) history: bool,
    /// Say what would be scanned and why, and scan nothing
    ///
    /// For scripts, on the standard output, a `name=value` on each line: provider, event, scan (range, tip,
    /// history or nothing), base, head, commits, complete; and a `fetch` for each refspec that would bring
    /// what a shallow clone has not. The status is 0 if all of it is here.
    #[arg(long, help_heading = WHAT)]
    pub(crate) dry_run: bool,
    /// Scan what is here of a shallow clone, and say what is not
    #[arg(long, help_heading = LIMITS)]
    pub(crate) allow_shallow: bool,
    /// Report all of a changed file, not only what touches lines that were added
    #[arg(long, help_heading = LIMITS)]
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

/// A CI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Provider {
    Github,
    Gitlab,
    Circleci,
    Azure,
    Bitbucket,
    Jenkins,
}

impl CiArgs {
    /// The same of `secscan git`, with nothing yet to read.
    pub(crate) fn git(self) -> GitArgs {
        let CiArgs { repo, rules, report, run, .. } = self;
        GitArgs {
            history: false,
            whole_file: self.whole_file,
            globs: self.globs,
            max_filesize: self.max_filesize,
            ..GitArgs::of_history(&repo, rules, report, run)
        }
    }
}
