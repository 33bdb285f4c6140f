//! Copilot, on the command line and in the cloud. It takes changed prompts and outputs.

use secscan_core::json::{Document, Object};

use super::{Answer, Protocol, block};
use crate::assistant::call::{Call, Event};
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: true, changes_inputs: true, answer };

fn answer(call: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => Answer::nothing(),
        Verdict::Warn(note) => Answer { say: note, ..Answer::nothing() },
        Verdict::Stop(reason) => Answer::json(block(reason)),
        Verdict::Refuse(reason) => permission("deny", &reason),
        Verdict::Ask(reason) => permission("ask", &reason),
        Verdict::Change { json, note } => match call.event {
            Event::Sent => Answer::json(Object::new().raw("modifiedTransformedPrompt", &json)),
            Event::Output if call.name.to_ascii_lowercase().contains("failure") => Answer {
                say: note.clone(),
                ..Answer::json(Object::new().string("additionalContext", note))
            },
            Event::Output => {
                let changed = Object::new().object("modifiedResult", result(&json));
                Answer::json(changed.string("additionalContext", note))
            }
            _ => Answer::json(Object::new().raw("modifiedArgs", &json)),
        },
    }
}

fn permission(decision: &str, reason: &str) -> Answer {
    let object = Object::new().string("permissionDecision", decision);
    Answer::json(object.string("permissionDecisionReason", reason))
}

/// A result under the names that are understood, whatever names it came under.
fn result(json: &[u8]) -> Object {
    let document = Document::parse(json);
    let root = document.as_ref().ok().map(Document::root);
    let member = |names| root.and_then(|root| root.get_any(names)).and_then(|value| value.text());
    let kind = member(&["resultType", "result_type"]);
    let text = member(&["textResultForLlm", "text_result_for_llm"]);
    let text = text.or_else(|| root.and_then(|root| root.text())).unwrap_or(json.into());
    Object::new()
        .string("resultType", kind.unwrap_or(b"success".into()))
        .string("textResultForLlm", text)
}
