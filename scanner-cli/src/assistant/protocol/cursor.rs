//! Cursor. Only what an MCP tool gives can be changed; it asks the user before commands and MCP tools only.

use secscan_core::json::{Document, Object};

use super::{Answer, Protocol, plain};
use crate::assistant::call::{Call, Event};
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: false, changes_inputs: true, answer };

fn answer(call: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => pass(call, Object::new()),
        Verdict::Warn(note) => Answer { say: note, ..pass(call, Object::new()) },
        Verdict::Stop(reason) => {
            Answer::json(Object::new().boolean("continue", false).string("user_message", reason))
        }
        Verdict::Refuse(reason) => permission(call, "deny", &reason),
        Verdict::Ask(reason) => {
            let asks = ["beforeShellExecution", "beforeMCPExecution"].contains(&call.name.as_str());
            permission(call, if asks { "ask" } else { "deny" }, &reason)
        }
        Verdict::Change { json, note } if call.event == Event::Input => {
            Answer::json(Object::new().raw("updated_input", &json).string("agent_message", note))
        }
        Verdict::Change { json, note } if call.tool.starts_with("mcp") => {
            // It comes as JSON in a string.
            let text = plain(&json);
            let json = if Document::parse(&text).is_ok() { text } else { json };
            let object = Object::new().raw("updated_mcp_tool_output", &json);
            Answer::json(object.string("additional_context", note))
        }
        Verdict::Change { note, .. } => {
            let note = format!("{note} (it could not be kept from the model: revoke it)");
            Answer {
                say: note.clone(),
                ..pass(call, Object::new().string("additional_context", note))
            }
        }
    }
}

fn pass(call: &Call<'_>, object: Object) -> Answer {
    Answer::json(if call.event == Event::Prompt {
        object.boolean("continue", true)
    } else {
        object
    })
}

fn permission(call: &Call<'_>, decision: &str, reason: &str) -> Answer {
    let object = Object::new().string("permission", decision).string("user_message", reason);
    Answer::json(if call.event == Event::File {
        object
    } else {
        object.string("agent_message", reason)
    })
}
