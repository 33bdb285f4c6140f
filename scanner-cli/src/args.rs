//! The command line as data: what may be written, and the help that teaches it.
//!
//! Nothing here looks at the world or knows the scanner: values stay as they were written until
//! [`plan`](crate::plan) makes sense of them.

mod assistant;
mod ci;
mod git;
mod later;
mod redact;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use assistant::AssistantCommand;
pub(crate) use assistant::{AnswerArgs, Assistant, SettingsArgs};
pub(crate) use ci::{CiArgs, Provider};
pub(crate) use git::{DiffArgs, GitArgs, HookCommand};
pub(crate) use later::Later;
pub(crate) use redact::{
    Mode, PromptArgs, PromptFormat, RedactArgs, RestoreArgs, VaultArgs, VaultKey,
};

const FILES: &str = "Which files";
const RULES: &str = "Which secrets";
const REPORT: &str = "Report";
const RUN: &str = "Run";
const HIDE: &str = "What is hidden";
const CONFIG: &str = "Configuration";

const EXIT_STATUS: &str = "\
Exit status:
  0    clean
  1    secrets were found
  2    something went wrong, or could not be scanned
  130  interrupted";

const RULES_STATUS: &str = "\
Exit status:
  0  nothing is wrong
  1  something is
  2  the rules could not be read";

/// Finds secrets (keys, tokens, passwords) before they leak
///
/// Without a command, scans the current directory.
#[derive(Debug, Parser)]
#[command(name = "secscan", version, after_help = EXIT_STATUS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

/// What holds for every command.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct GlobalArgs {
    /// When to use colours (NO_COLOR is honoured)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: When,
    /// Print findings and errors, and nothing else
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Name each file that is passed over, and why
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files, directories or the standard input
    #[command(after_help = EXIT_STATUS)]
    Scan(Later<ScanArgs>),
    /// Scan what git holds: staged changes, ranges of commits, all of history
    #[command(after_help = EXIT_STATUS)]
    Git(Later<GitArgs>),
    /// Scan the lines that a diff adds
    ///
    /// Reads unified and combined diffs, as from `git diff` or a pull request.
    #[command(after_help = EXIT_STATUS)]
    Diff(Later<DiffArgs>),
    /// Scan what the event of a CI brought: a pull request, a push, a schedule
    ///
    /// Tells GitHub Actions, GitLab CI, CircleCI, Azure Pipelines, Bitbucket Pipelines and Jenkins by their
    /// environment, and says on the standard error what it scans and why.
    #[command(after_help = ci::HELP)]
    Ci(Later<CiArgs>),
    /// Replace the secrets in text on its way to a model
    ///
    /// A filter: reads files or the standard input, and writes the same text with a placeholder in the
    /// place of each secret. What was replaced is said on the standard error.
    #[command(after_help = redact::EXIT_STATUS)]
    Prompt(Later<PromptArgs>),
    /// Put the secrets back into an answer
    ///
    /// The inverse of `secscan prompt --vault`: placeholders become what they stand for, also where a model
    /// changed their case, their marks or broke them over two lines.
    Restore(Later<RestoreArgs>),
    /// Install or remove hooks that scan each commit, or stand between an assistant and its model
    #[command(subcommand)]
    Hook(HookCommand),
    /// List, show, test and check the rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Say why something is reported, or why it is not
    ///
    /// For every place on the line where a rule began to look: the steps that it passed, and the one
    /// that it failed.
    Explain(Later<ExplainArgs>),
    /// Keep a file of findings that are known, which all scans leave out
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Show what is configured
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the manual page, of secscan or of a command
    Man {
        /// The command: `scan`, `baseline create`
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Files and directories; `-` is the standard input
    ///
    /// Files that are named are read even if they are hidden or ignored. Directories are walked:
    /// hidden files are scanned, what git ignores is not, and nor is `.git`.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) files: FileArgs,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = RUN)]
pub(crate) struct RunArgs {
    /// Threads to scan with; 0, as many as the machine runs at once, unless it is said
    #[arg(short = 'j', long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Count files, bytes and candidates, and time the stages, on the standard error
    #[arg(long)]
    pub(crate) stats: bool,
    /// Do not show progress on a terminal
    #[arg(long)]
    pub(crate) no_progress: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = FILES)]
pub(crate) struct FileArgs {
    /// Scan what git ignores too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Whether to scan hidden files; they are, unless it is said
    #[arg(
        long,
        value_name = "true|false",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true,
        action = clap::ArgAction::Set
    )]
    pub(crate) hidden: Option<bool>,
    /// Scan files that match, or with `!` in front those that do not; may be repeated
    ///
    /// The last glob that matches decides. Globs win over what git ignores.
    #[arg(short, long = "glob", value_name = "GLOB", allow_hyphen_values = true)]
    pub(crate) globs: Vec<String>,
    /// Scan files of this type only (rust, py, …); may be repeated
    #[arg(short, long = "type", value_name = "TYPE")]
    pub(crate) types: Vec<String>,
    /// Pass over files of this type; may be repeated
    #[arg(short = 'T', long = "type-not", value_name = "TYPE")]
    pub(crate) types_not: Vec<String>,
    /// Pass over files that are larger (500K, 10M, 1G)
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub(crate) max_filesize: Option<u64>,
    /// Follow symbolic links
    #[arg(short = 'L', long)]
    pub(crate) follow: bool,
    /// Stay on the file system of each path
    #[arg(long)]
    pub(crate) one_file_system: bool,
    /// The name of what comes from the standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_path: Option<OsString>,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = RULES)]
pub(crate) struct RuleArgs {
    /// Add the rules of a file, or of a .gitleaks.toml; may be repeated
    #[arg(long = "rules", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Use these rules and no others, even if they are off by default (`aws-*`); may be repeated
    #[arg(long = "rule", value_name = "ID")]
    pub(crate) only: Vec<String>,
    /// Turn rules on (`*-test-key`); may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) enable: Vec<String>,
    /// Turn rules off; wins over --enable; may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) disable: Vec<String>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = CONFIG)]
pub(crate) struct ConfigArgs {
    /// Read this file (it may be a .gitleaks.toml), and not that of the project
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = REPORT)]
pub(crate) struct ReportArgs {
    /// Leave out what is less severe [default: info]
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) min_severity: Option<SeverityArg>,
    /// Leave out what is less sure [default: generic]
    #[arg(long, value_name = "CONFIDENCE")]
    pub(crate) min_confidence: Option<ConfidenceArg>,
    /// The form of the report [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Write the report to a file; with a form, one more report (sarif=out.sarif); may be repeated
    #[arg(short, long, value_name = "[FORMAT=]FILE")]
    pub(crate) output: Vec<OsString>,
    /// Show the secrets themselves; the report is then as secret as they are
    ///
    /// Refused where CI is set, since its logs are kept and shared: `--show-secrets=force` does it there.
    #[arg(
        long,
        value_name = "force",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "yes",
        hide_possible_values = true
    )]
    pub(crate) show_secrets: Option<ShowSecrets>,
    #[command(flatten)]
    pub(crate) hide: HideArgs,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = HIDE)]
pub(crate) struct HideArgs {
    /// The file of known findings [default: .secscan-baseline.json at the top of the repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Report known findings too
    #[arg(long, conflicts_with = "baseline")]
    pub(crate) no_baseline: bool,
    /// List what comments, configuration and baseline hide, and why
    #[arg(long)]
    pub(crate) report_suppressed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowSecrets {
    Yes,
    Force,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show what is configured, in the form of a configuration file
    Show {
        /// What would be scanned: its configuration is looked for from there upwards
        #[arg(value_name = "PATH")]
        path: Option<PathBuf>,
        /// Say where each value comes from
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write down all that is found now, as known
    Create {
        /// Write over the baseline that is there, and lose what its audit said
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        what: Later<BaselineArgs>,
    },
    /// Add what is new, follow files that moved, drop what is gone; keep what an audit said
    Update {
        #[command(flatten)]
        what: Later<BaselineArgs>,
    },
    /// Go through the findings one by one: real, a false alarm, or accepted, and until when
    Audit {
        /// Ask also about what was answered before
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        what: Later<BaselineArgs>,
    },
    /// Take over what another scanner was told: a .secrets.baseline or a .gitleaksignore
    Import {
        /// The file; what it is is told from what is in it
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        what: Later<BaselineArgs>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// What is scanned [default: all of the repository]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The file [default: .secscan-baseline.json at the top of the repository]
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Also what no file has any more but the history of the repository, as `git --history` finds it
    #[arg(long, conflicts_with = "paths")]
    pub(crate) history: bool,
    #[command(flatten)]
    pub(crate) files: FileArgs,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List all rules
    List {
        #[command(flatten)]
        rules: Later<RuleArgs>,
        /// The form of the list
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: ListFormat,
    },
    /// Show everything about a rule
    Show {
        /// The rule's identifier
        id: String,
        #[command(flatten)]
        rules: Later<RuleArgs>,
        /// The form of the description
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: ListFormat,
    },
    /// Run the examples of rules: your own, or those that are named
    ///
    /// Tokens are made for `{{rule-id}}`, and exactly they must be found; in a counterexample, nothing. A rule
    /// without examples is given a token by itself. Of what fails, the steps are told that it took.
    #[command(after_help = RULES_STATUS)]
    Test {
        /// Identifiers (`acme-*`) [default: all that are not built in, or if there are none, all]
        #[arg(value_name = "RULE")]
        ids: Vec<String>,
        #[command(flatten)]
        rules: Later<RuleArgs>,
        /// The form of the report
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: ListFormat,
    },
    /// Say what is wrong with rules although they load, and how to mend it
    ///
    /// Patterns without end, slow ones, those that never match or whose heads do not lead to them; rules
    /// that are the same or hide each other; what lacks an example, a fix or a link; and what of a
    /// .gitleaks.toml is not honoured.
    #[command(after_help = RULES_STATUS)]
    Lint {
        /// Identifiers (`acme-*`) [default: all that are not built in, or if there are none, all]
        #[arg(value_name = "RULE")]
        ids: Vec<String>,
        #[command(flatten)]
        rules: Later<RuleArgs>,
        /// The form of the report
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: ListFormat,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// FILE, FILE:LINE or FILE:LINE:COLUMN; `-` is the standard input
    #[arg(value_name = "FILE[:LINE[:COLUMN]]")]
    pub(crate) place: OsString,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs: one object
    Json,
    /// For programs: an object a line
    Jsonl,
    /// For code scanning (SARIF 2.1.0)
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A secret detection report of GitLab
    Gitlab,
    /// For test reports (XML)
    Junit,
    /// For spreadsheets
    Csv,
    /// A page to look at, filter and sort
    Html,
    /// A table for the summary of a CI's job, or a comment
    Markdown,
    /// Events for a SIEM (OCSF detection findings), one a line
    Ocsf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SeverityArg {
    /// Public by design, or of no use by itself
    Info,
    /// Short-lived, encrypted or for tests only
    Low,
    /// Limited access
    Medium,
    /// Access to an account or a service
    High,
    /// Access to much, or the right to give access
    Critical,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfidenceArg {
    /// A name and the look of a value
    Generic,
    /// A pattern with the right words near
    Contextual,
    /// A pattern that identifies itself
    Structural,
    /// A checksum that matches
    #[value(alias = "verified-by-checksum")]
    Verified,
}

/// A size in bytes, with K, M or G for powers of 1024.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| "a number is needed, as in 10M".to_owned())?;
    let unit = text[digits.len()..].to_ascii_lowercase();
    let factor = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return Err("the units are K, M and G".to_owned()),
    };
    number.checked_mul(factor).ok_or_else(|| "that is too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("17", 17),
            ("1K", 1024),
            ("10m", 10 << 20),
            ("2GiB", 2 << 30),
            ("5KB", 5120),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "1.5M", "-1", "1T", "99999999999G"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
