//! What an assistant says: one event, with the parts that matter found under the names that any of them has.
//!
//! The names do not contradict each other, so that one reader serves all. What is not known is passed over;
//! payloads grow fields with every release.

use std::borrow::Cow;
use std::path::PathBuf;

use secscan_core::json::{Document, Value};

use crate::exit::Failure;

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// What the user typed, which can be stopped and not changed.
    Prompt,
    /// A prompt in the form that the model sees, which can be changed.
    Sent,
    /// A whole request to the model, which can be changed.
    Request,
    /// A tool is about to be called.
    Input,
    /// A tool has answered.
    Output,
    /// A file is about to be sent.
    File,
    /// What the model said is about to be shown.
    Shown,
    /// Nothing of ours.
    Other,
}

/// The names of events, in any case and without underscores.
const EVENTS: &[(&str, Event)] = &[
    ("userpromptsubmit", Event::Prompt),
    ("userpromptsubmitted", Event::Prompt),
    ("userpromptexpansion", Event::Prompt),
    ("beforesubmitprompt", Event::Prompt),
    ("preuserprompt", Event::Prompt),
    ("beforeagent", Event::Prompt),
    ("userprompttransformed", Event::Sent),
    ("beforemodel", Event::Request),
    ("pretooluse", Event::Input),
    ("pretool", Event::Input),
    ("beforetool", Event::Input),
    ("beforeshellexecution", Event::Input),
    ("beforemcpexecution", Event::Input),
    ("prereadcode", Event::Input),
    ("prewritecode", Event::Input),
    ("preruncommand", Event::Input),
    ("premcptooluse", Event::Input),
    ("posttooluse", Event::Output),
    ("posttool", Event::Output),
    ("aftertool", Event::Output),
    ("posttoolusefailure", Event::Output),
    ("postmcptooluse", Event::Output),
    ("postruncommand", Event::Output),
    ("messagedisplay", Event::Shown),
    ("aftermodel", Event::Shown),
    ("beforereadfile", Event::File),
    ("beforetabfileread", Event::File),
];

/// One event.
pub(super) struct Call<'d> {
    pub(super) event: Event,
    /// Its name as it was given; empty if it had none.
    pub(super) name: String,
    pub(super) root: Value<'d>,
    /// What the user typed, a request, or the content of a file.
    pub(super) text: Option<Value<'d>>,
    pub(super) tool: String,
    pub(super) input: Option<Value<'d>>,
    pub(super) output: Option<Value<'d>>,
    /// What relative paths are relative to.
    pub(super) directory: PathBuf,
}

impl<'d> Call<'d> {
    /// Finds out what the payload says.
    pub(super) fn new(document: &'d Document<'_>) -> Result<Call<'d>, Failure> {
        let root = document.root();
        // Cline puts what belongs to an event in an object of its own.
        let inner = root.get_any(&["preToolUse", "postToolUse", "userPromptSubmit"]);
        let part = inner.unwrap_or(root);
        let named =
            root.get_any(&["hook_event_name", "hookEventName", "agent_action_name", "hookName"]);
        let name = match (named, inner) {
            (Some(name), _) => string(Some(name)).into_owned(),
            (None, Some(inner)) => {
                String::from_utf8_lossy(&inner.key().unwrap_or_default()).into_owned()
            }
            (None, None) => inferred(root).to_owned(),
        };
        if name.is_empty() {
            return Err(Failure::new("the payload names no event: is this the right assistant?"));
        }
        let plain: String =
            name.chars().filter(|&char| char != '_').collect::<String>().to_ascii_lowercase();
        let known = EVENTS.iter().find(|(known, _)| *known == plain);
        let event = known.map_or(Event::Other, |(_, event)| *event);
        let text = match event {
            Event::Sent => root.get_any(&["transformedPrompt", "transformed_prompt"]),
            Event::Request => root.get("llm_request"),
            Event::File => root.get("content"),
            Event::Shown => root.get_any(&["delta", "llm_response"]),
            Event::Prompt => {
                part.get("prompt").or_else(|| root.get("tool_info")?.get("user_prompt"))
            }
            _ => None,
        };
        let input = match event {
            // The command stands beside the name of the event.
            Event::Input if plain == "beforeshellexecution" => Some(root),
            _ => part.get_any(&["tool_input", "toolArgs", "tool_info", "parameters"]),
        };
        Ok(Call {
            event,
            tool: tool(&plain, part),
            text,
            input,
            output: part
                .get_any(&[
                    "tool_response",
                    "tool_output",
                    "toolResult",
                    "tool_result",
                    "result",
                    "error",
                ])
                .or_else(|| root.get("tool_info")?.get("mcp_result")),
            directory: directory(root),
            name,
            root,
        })
    }

    /// A string among the tool's inputs.
    pub(super) fn argument(&self, names: &[&str]) -> Option<String> {
        self.input?.get_any(names)?.str().map(Cow::into_owned)
    }
}

/// The tool by the name that its assistant has for it, in lower case.
fn tool(event: &str, part: Value<'_>) -> String {
    let name = match event {
        "beforeshellexecution" | "preruncommand" | "postruncommand" => "shell".into(),
        "prereadcode" => "read".into(),
        "prewritecode" => "write".into(),
        "beforemcpexecution" | "premcptooluse" | "postmcptooluse" => "mcp".into(),
        _ => string(part.get_any(&["tool_name", "toolName", "tool"])),
    };
    name.to_ascii_lowercase()
}

/// The event of a payload that does not name it.
fn inferred(root: Value<'_>) -> &'static str {
    let has = |names: &[&str]| root.get_any(names).is_some();
    if has(&["transformedPrompt"]) {
        "userPromptTransformed"
    } else if has(&["toolResult"]) {
        "postToolUse"
    } else if has(&["toolName"]) {
        "preToolUse"
    } else if has(&["prompt"]) {
        "userPromptSubmitted"
    } else if has(&["sessionId", "session_id", "taskId"]) {
        // The beginning or end of something.
        "other"
    } else {
        ""
    }
}

fn directory(root: Value<'_>) -> PathBuf {
    let named = root
        .get_any(&["cwd", "workspacePath"])
        .or_else(|| root.get_any(&["workspace_roots", "workspaceRoots"])?.children().next());
    let named = named.or_else(|| root.get("tool_info")?.get("cwd"));
    PathBuf::from(&*string(named))
}

/// A string, empty if there is none.
pub(super) fn string(value: Option<Value<'_>>) -> Cow<'_, str> {
    match value.and_then(|value| value.text()) {
        Some(Cow::Borrowed(text)) => String::from_utf8_lossy(text),
        Some(Cow::Owned(text)) => Cow::Owned(String::from_utf8_lossy(&text).into_owned()),
        None => Cow::Borrowed(""),
    }
}
