//! Codex. A field or decision that it does not know makes it ignore the hook, so it is told only what it
//! knows: to deny, and to put a reason in the place of an output. A changed input would have to be allowed in
//! the user's place, so none is.

use super::{Answer, Protocol, block, permission, system_message, with_output};
use crate::assistant::call::{Call, Event};
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: true, changes_inputs: false, answer };

fn answer(call: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => Answer::nothing(),
        Verdict::Warn(note) => system_message(&note),
        Verdict::Stop(reason) => Answer::json(block(reason)),
        Verdict::Refuse(reason) | Verdict::Ask(reason) => permission("deny", &reason),
        Verdict::Change { json, note } if call.event == Event::Output => {
            Answer::json(block(with_output(&note, &json)))
        }
        Verdict::Change { note, .. } => permission("deny", &note),
    }
}
