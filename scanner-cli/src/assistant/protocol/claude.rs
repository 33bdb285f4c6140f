//! Claude Code. It takes changed inputs and outputs, and prompts only blocked.

use secscan_core::json::Object;

use super::{Answer, Protocol, block, permission, system_message};
use crate::assistant::call::{Call, Event};
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: true, changes_inputs: true, answer };

fn answer(call: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => Answer::nothing(),
        Verdict::Warn(note) => system_message(&note),
        Verdict::Stop(reason) => {
            Answer::json(block(reason).boolean("suppressOriginalPrompt", true))
        }
        Verdict::Refuse(reason) => permission("deny", &reason),
        Verdict::Ask(reason) => permission("ask", &reason),
        Verdict::Change { json, note } => change(call, &json, &note),
    }
}

fn change(call: &Call<'_>, json: &[u8], note: &str) -> Answer {
    if call.event == Event::Shown {
        let output =
            Object::new().string("hookEventName", "MessageDisplay").raw("displayContent", json);
        return Answer::json(Object::new().object("hookSpecificOutput", output));
    }
    if call.event != Event::Output {
        // Without a decision: the usual question whether it may run is still asked.
        let output = Object::new()
            .string("hookEventName", "PreToolUse")
            .raw("updatedInput", json)
            .string("additionalContext", note);
        return Answer::json(Object::new().object("hookSpecificOutput", output));
    }
    if !call.name.eq_ignore_ascii_case("PostToolUse") {
        // How a tool failed cannot be changed.
        return system_message(&format!("{note} (it could not be kept from the model: revoke it)"));
    }
    let output =
        Object::new().string("hookEventName", "PostToolUse").raw("updatedToolOutput", json);
    let output = if call.tool.starts_with("mcp__") {
        output.raw("updatedMCPToolOutput", json)
    } else {
        output
    };
    Answer::json(
        Object::new().object("hookSpecificOutput", output.string("additionalContext", note)),
    )
}
