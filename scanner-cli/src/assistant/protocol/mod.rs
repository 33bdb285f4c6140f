//! How each assistant is answered. They all ask for much the same; what they understand differs.

mod claude;
mod cline;
mod codex;
mod copilot;
mod cursor;
mod gemini;
mod vibe;
mod vscode;
mod windsurf;

use secscan_core::json::{Document, Object};

use super::call::{Call, string};
use super::judge::Verdict;
use crate::args::Assistant;
use crate::exit::{Exit, Failure};

/// What an assistant can do, and how it is told.
pub(super) struct Protocol {
    /// Whether what a tool gives can be kept from the model. If not, files are looked at before they are
    /// read.
    pub(super) withholds: bool,
    /// Whether what a tool is given can be changed, and the user is asked all the same whether it may run.
    pub(super) changes_inputs: bool,
    pub(super) answer: fn(&Call<'_>, Verdict) -> Answer,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// For the standard output.
    pub(super) out: Vec<u8>,
    /// For the standard error.
    pub(super) say: String,
    pub(super) exit: Exit,
}

impl Answer {
    fn nothing() -> Answer {
        Answer { out: Vec::new(), say: String::new(), exit: Exit::Clean }
    }

    fn json(object: Object) -> Answer {
        let mut out = object.into_bytes();
        out.push(b'\n');
        Answer { out, ..Answer::nothing() }
    }

    /// The status that stops whatever is going on, and why on the standard error.
    fn blocked(why: String) -> Answer {
        Answer { say: why, exit: Exit::Error, ..Answer::nothing() }
    }

    /// The same, when it is not even known what is going on.
    pub(super) fn failed(failure: &Failure) -> Answer {
        Answer::blocked(failure.to_string())
    }
}

/// The protocol of an assistant.
pub(super) fn of(assistant: Assistant) -> &'static Protocol {
    match assistant {
        Assistant::ClaudeCode => &claude::PROTOCOL,
        Assistant::Codex => &codex::PROTOCOL,
        Assistant::Cursor => &cursor::PROTOCOL,
        Assistant::Copilot => &copilot::PROTOCOL,
        Assistant::Vscode => &vscode::PROTOCOL,
        Assistant::Gemini => &gemini::PROTOCOL,
        Assistant::Vibe => &vibe::PROTOCOL,
        Assistant::Windsurf => &windsurf::PROTOCOL,
        Assistant::Cline => &cline::PROTOCOL,
    }
}

/// Who speaks. Cursor and VS Code run the hooks that were written for Claude Code, too, and Copilot and
/// VS Code look for theirs in the same directory.
pub(super) fn speaker(named: Assistant, call: &Call<'_>) -> Assistant {
    let transcript = string(call.root.get("transcript_path")).to_ascii_lowercase();
    match named {
        Assistant::ClaudeCode if call.root.get("cursor_version").is_some() => Assistant::Cursor,
        Assistant::ClaudeCode | Assistant::Copilot
            if transcript.contains("github.copilot-chat") =>
        {
            Assistant::Vscode
        }
        Assistant::Vscode if transcript.is_empty() => Assistant::Copilot,
        named => named,
    }
}

/// JSON as a text to read: what a string says, or the JSON itself.
fn plain(json: &[u8]) -> Vec<u8> {
    let text = Document::parse(json)
        .ok()
        .and_then(|document| document.root().text().map(|text| text.into_owned()));
    text.unwrap_or_else(|| json.to_vec())
}

/// A note, and the redacted output under it.
fn with_output(note: &str, json: &[u8]) -> Vec<u8> {
    [note.as_bytes(), b"\n\n", &plain(json)].concat()
}

/// How Claude Code, and others after it, are told that a tool may not be called.
fn permission(decision: &str, reason: &str) -> Answer {
    let output = Object::new()
        .string("hookEventName", "PreToolUse")
        .string("permissionDecision", decision)
        .string("permissionDecisionReason", reason);
    Answer::json(Object::new().object("hookSpecificOutput", output))
}

/// A message to the user, in the words of most.
fn system_message(note: &str) -> Answer {
    Answer::json(Object::new().string("systemMessage", note))
}

/// That something is blocked, in the words of most.
fn block(reason: impl AsRef<[u8]>) -> Object {
    Object::new().string("decision", "block").string("reason", reason)
}
