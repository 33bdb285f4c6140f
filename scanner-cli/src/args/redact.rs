//! What may be said of how secrets are replaced: the same for every command that passes text on.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::RuleArgs;

pub(super) const EXIT_STATUS: &str = "\
Exit status:
  0    what was written is safe to send (with --mode warn: secrets are named, and still in it)
  1    with --mode block, secrets were found, and nothing was written
  2    something went wrong; what was not looked at was not written
  130  interrupted";

const REPLACE: &str = "What becomes of secrets";
const VAULT: &str = "To turn placeholders back";

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
    /// Take the values of a .env file for secrets wherever they stand; may be repeated
    ///
    /// Also in base64 and in URLs. Values that are short or common (`true`, `localhost`) are left out; --verbose
    /// names them.
    #[arg(long = "env-file", value_name = "FILE")]
    pub(crate) env_files: Vec<PathBuf>,
    /// The same for a file with a value on each line; may be repeated
    #[arg(long = "known-file", value_name = "FILE")]
    pub(crate) known_files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) vault: VaultArgs,
    /// How long the vault is kept after it was last used (30m, 12h, 7d); 7d unless given
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) ttl: Option<Duration>,
    /// Where the key of a vault that is begun lies; one that is there has its own
    #[arg(long, value_name = "WHERE", default_value = "auto", help_heading = VAULT)]
    pub(crate) vault_key: VaultKey,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

/// Where the key of a vault lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum VaultKey {
    /// In the keyring where there is one, else in a file; on macOS and Windows in a file
    #[default]
    Auto,
    /// In the system's keyring, by `secret-tool` or macOS's `security`
    Keyring,
    /// In a file that is yours alone
    File,
}

/// Which vault.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = VAULT)]
pub(crate) struct VaultArgs {
    /// Keep which placeholder stands for which secret in a file, encrypted
    #[arg(long, value_name = "FILE")]
    pub(crate) vault: Option<PathBuf>,
    /// The same in a vault of that name, in your state directory
    #[arg(long, value_name = "NAME", conflicts_with = "vault")]
    pub(crate) session: Option<String>,
}

/// `secscan restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Files to read, one after the other; `-` is the standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) inputs: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) vault: VaultArgs,
    /// The text is JSON: escape what is put into its strings
    #[arg(long)]
    pub(crate) json: bool,
}

/// A time in seconds, minutes, hours or days.
fn parse_time(text: &str) -> Result<Duration, String> {
    let wrong = || "a number with s, m, h or d is needed, as in 12h".to_owned();
    let unit = text.char_indices().next_back().ok_or_else(wrong)?;
    let factor = match unit.1 {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..unit.0].parse().map_err(|_| wrong())?;
    match number.checked_mul(factor) {
        Some(seconds @ 1..=0xFFFF_FFFF) => Ok(Duration::from_secs(seconds)),
        _ => Err("between a second and a hundred years".to_owned()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, seconds) in [("30s", 30), ("5m", 300), ("12h", 43_200), ("7d", 604_800)] {
            assert_eq!(parse_time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "12", "0h", "-1h", "1.5h", "9999999999999d", "12\u{e9}"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
