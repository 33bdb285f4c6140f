//! Copilot in VS Code: as Claude Code, but for prompts, and outputs that it does not take in another form.

use secscan_core::json::Object;

use super::{Answer, Protocol, block, permission, system_message, with_output};
use crate::assistant::call::{Call, Event};
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: false, changes_inputs: true, answer };

fn answer(call: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => Answer::nothing(),
        Verdict::Warn(note) => system_message(&note),
        Verdict::Stop(reason) => {
            Answer::json(Object::new().boolean("continue", false).string("stopReason", reason))
        }
        Verdict::Refuse(reason) => permission("deny", &reason),
        Verdict::Ask(reason) => permission("ask", &reason),
        Verdict::Change { json, note } if call.event == Event::Output => {
            Answer::json(block(with_output(&note, &json)))
        }
        Verdict::Change { json, .. } => {
            let output =
                Object::new().string("hookEventName", "PreToolUse").raw("updatedInput", &json);
            Answer::json(Object::new().object("hookSpecificOutput", output))
        }
    }
}
