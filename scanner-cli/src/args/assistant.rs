//! Which assistants there are, and what may be said about them.

use clap::{Args, Subcommand, ValueEnum};

use super::{Later, RedactArgs};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Assistant {
    #[value(alias = "claude")]
    ClaudeCode,
    Codex,
    Cursor,
    /// Copilot CLI and the cloud agent
    Copilot,
    /// Copilot in VS Code
    Vscode,
    #[value(alias = "gemini-cli")]
    Gemini,
    /// Mistral Vibe
    Vibe,
    Windsurf,
    Cline,
}

/// `secscan hook ASSISTANT`: one event on the standard input, the answer on the standard output.
#[derive(Debug, Subcommand)]
pub(crate) enum AssistantCommand {
    /// Answer a hook of Claude Code: an event on stdin, the decision on stdout
    #[command(alias = "claude")]
    ClaudeCode(Later<AnswerArgs>),
    /// Answer a hook of Codex
    Codex(Later<AnswerArgs>),
    /// Answer a hook of Cursor
    Cursor(Later<AnswerArgs>),
    /// Answer a hook of Copilot CLI or of the cloud agent
    Copilot(Later<AnswerArgs>),
    /// Answer a hook of Copilot in VS Code
    Vscode(Later<AnswerArgs>),
    /// Answer a hook of Gemini CLI
    #[command(alias = "gemini-cli")]
    Gemini(Later<AnswerArgs>),
    /// Answer a hook of Mistral Vibe
    Vibe(Later<AnswerArgs>),
    /// Answer a hook of Windsurf
    Windsurf(Later<AnswerArgs>),
    /// Answer a hook of Cline
    Cline(Later<AnswerArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    #[command(flatten)]
    pub(crate) redact: Box<RedactArgs>,
    /// Put secrets back into what tools write to files; not into commands, nor what goes to servers
    ///
    /// With --vault or --session. What is shown to you has them put back in any case, where the assistant
    /// can do that.
    #[arg(long)]
    pub(crate) restore_files: bool,
}

impl AssistantCommand {
    /// Who is answered, and how secrets are replaced.
    pub(crate) fn parts(&self) -> (Assistant, &AnswerArgs) {
        let (assistant, Later(args)) = match self {
            AssistantCommand::ClaudeCode(args) => (Assistant::ClaudeCode, args),
            AssistantCommand::Codex(args) => (Assistant::Codex, args),
            AssistantCommand::Cursor(args) => (Assistant::Cursor, args),
            AssistantCommand::Copilot(args) => (Assistant::Copilot, args),
            AssistantCommand::Vscode(args) => (Assistant::Vscode, args),
            AssistantCommand::Gemini(args) => (Assistant::Gemini, args),
            AssistantCommand::Vibe(args) => (Assistant::Vibe, args),
            AssistantCommand::Windsurf(args) => (Assistant::Windsurf, args),
            AssistantCommand::Cline(args) => (Assistant::Cline, args),
        };
        (assistant, args)
    }
}

/// The settings file of an assistant that is written.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct SettingsArgs {
    /// In the settings of an assistant, instead of git's hooks
    #[arg(long, value_name = "NAME")]
    pub(crate) assistant: Option<Assistant>,
    /// For this project (the default)
    #[arg(long, requires = "assistant", conflicts_with = "user")]
    pub(crate) project: bool,
    /// For all projects of this user
    #[arg(long, requires = "assistant")]
    pub(crate) user: bool,
    /// Print what would be written, and write nothing
    #[arg(long, requires = "assistant")]
    pub(crate) print: bool,
}
