//! What may be said of how secrets are replaced: the same for every command that passes text on.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::RuleArgs;

pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0    what was written is safe to send (with --mode warn: secrets are named, and still in it)
  1    with --mode block, secrets were found, and nothing was written
  2    something went wrong; what was not looked at was not written
  130  interrupted";

const REPLACE: &str = "What becomes of secrets";

/// `secscan prompt`.
#[derive(Debug, Args)]
pub(crate) struct PromptArgs {
    /// Files to read, one after the other; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) inputs: Vec<PathBuf>,
    /// What the text is
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: PromptFormat,
    #[command(flatten)]
    pub(crate) redact: RedactArgs,
}

/// What `secscan prompt` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PromptFormat {
    /// Anything
    Text,
    /// The body of a request to a model: JSON, whose strings are looked at one by one. Identifiers, media
    /// and what the provider needs pass; with --strict nothing does
    Chat,
    /// The same on each line, as in the transcripts of assistants; a line that is no JSON is text
    Jsonl,
}

/// How text is made safe to pass on.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = REPLACE)]
pub(crate) struct RedactArgs {
    /// What is done about secrets
    #[arg(long, value_name = "MODE", default_value = "redact")]
    pub(crate) mode: Mode,
    /// Look for long random strings with no name near, too
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Put a placeholder in the place of each
    #[default]
    Redact,
    /// Put as many `*` in the place of each as it has bytes
    Mask,
    /// Write nothing if there is one
    Block,
    /// Write everything, and say what there is
    Warn,
}
