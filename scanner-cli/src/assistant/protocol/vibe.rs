//! Mistral Vibe. It has no event for prompts, and takes no changed output.

use secscan_core::json::Object;

use super::{Answer, Protocol};
use crate::assistant::call::{Call, Event};
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: false, changes_inputs: true, answer };

fn answer(call: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => Answer::nothing(),
        Verdict::Warn(note) => Answer::json(Object::new().string("system_message", note)),
        Verdict::Stop(reason) | Verdict::Refuse(reason) | Verdict::Ask(reason) => deny(&reason),
        Verdict::Change { note, .. } if call.event == Event::Output => deny(&note),
        Verdict::Change { json, .. } => {
            let output = Object::new().raw("tool_input", &json);
            Answer::json(Object::new().object("hook_specific_output", output))
        }
    }
}

fn deny(reason: &str) -> Answer {
    Answer::json(Object::new().string("decision", "deny").string("reason", reason))
}
