//! Gemini CLI. It takes changed requests, so that what the user typed needs no blocking.

use secscan_core::json::Object;

use super::{Answer, Protocol, system_message};
use crate::assistant::call::{Call, Event};
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: true, changes_inputs: true, answer };

fn answer(call: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => Answer::nothing(),
        Verdict::Warn(note) => system_message(&note),
        Verdict::Stop(reason) | Verdict::Refuse(reason) | Verdict::Ask(reason) => {
            Answer::json(Object::new().string("decision", "deny").string("reason", reason))
        }
        Verdict::Change { json, note } => {
            let (event, field) = match call.event {
                Event::Output => ("AfterTool", "tool_output"),
                Event::Request => ("BeforeModel", "llm_request"),
                Event::Shown => ("AfterModel", "llm_response"),
                _ => ("BeforeTool", "tool_input"),
            };
            let output = Object::new().string("hookEventName", event).raw(field, &json);
            let told = if note.is_empty() {
                Object::new()
            } else {
                Object::new().string("systemMessage", note)
            };
            Answer::json(told.object("hookSpecificOutput", output))
        }
    }
}
