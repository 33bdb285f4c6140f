//! The hooks of assistants: what an assistant says, and its settings.

use clap::ValueEnum;
use secscan_core::generate::{apart, plant};
use secscan_core::json::Object;

use crate::args::{AnswerArgs, Assistant, RedactArgs};
use crate::assistant::{settings_of, told};

/// A payload gets an answer that is JSON or nothing; in one that is made around it, a token that is plainly text is
/// in no answer.
pub fn hook(data: &[u8]) {
    let (template, choices) = data.split_at(data.len().saturating_sub(2));
    let (text, _) = plant(template);
    let choice = |at: usize| choices.get(at).copied().map_or(0, usize::from);
    let all = Assistant::value_variants();
    let assistant = all[choice(0) % all.len()];
    let mut redact = RedactArgs::default();
    redact.rules.config.no_config = true;
    let args = AnswerArgs { redact: Box::new(redact), restore_files: false };
    let (out, _) = told(&text, assistant, &args);
    assert!(is_json(&out), "{assistant:?} is told {}", String::from_utf8_lossy(&out));
    let token = apart();
    // Not a part of it may be shown, but for what its issuer begins all of them with.
    let holds = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|window| window == part);
    let shows = |text: &[u8]| token[4..].windows(12).any(|part| holds(text, part));
    // A fuzzer sees what is compared, and writes it down itself.
    if shows(&text) {
        return;
    }
    let (out, say) = told(&made(&text, &token, choice(1)), assistant, &args);
    assert!(is_json(&out), "{assistant:?} is told {}", String::from_utf8_lossy(&out));
    for (name, told) in [("answer", &out[..]), ("error", say.as_bytes())] {
        assert!(!shows(told), "the {name} for {assistant:?} shows the token");
    }
}

fn is_json(out: &[u8]) -> bool {
    out.is_empty() || serde_json::from_slice::<serde::de::IgnoredAny>(out).is_ok()
}

/// Events, by the names that most have for them.
const EVENTS: [&str; 8] = [
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "beforeReadFile",
    "BeforeModel",
    "userPromptTransformed",
    "beforeShellExecution",
    "AfterModel",
];

const TOOLS: [&str; 6] = ["Bash", "Read", "Write", "mcp__x__y", "Grep", "WebFetch"];

/// A payload with any text around a token on a line of its own, wherever an assistant may have text.
fn made(text: &[u8], token: &[u8], choice: usize) -> Vec<u8> {
    let (before, behind) = text.split_at(text.len() / 2);
    let text = [before, b"\n", token, b"\n", behind].concat();
    let request = Object::new().string("role", "user").string("content", &text).into_bytes();
    Object::new()
        .string("hook_event_name", EVENTS[choice % EVENTS.len()])
        .string("tool_name", TOOLS[choice / EVENTS.len() % TOOLS.len()])
        .string("session_id", "s")
        .string("cwd", "/nowhere")
        .string("prompt", &text)
        .string("transformedPrompt", &text)
        .string("content", &text)
        .string("command", &text)
        .raw("llm_request", &request)
        .object("tool_input", Object::new().string("command", &text).string("content", &text))
        .object("tool_response", Object::new().string("stdout", &text))
        .into_bytes()
}

/// Settings with our hooks put in are JSON still, and without them again they are what they were, or are refused.
pub fn settings(data: &[u8]) {
    let (text, _) = plant(data);
    if let Ok(text) = std::str::from_utf8(&text) {
        settings_of(text);
    }
}
