//! Cline. It can cancel, and nothing be changed: an output with a secret in it ends the task.

use secscan_core::json::Object;

use super::{Answer, Protocol};
use crate::assistant::call::Call;
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: false, changes_inputs: false, answer };

fn answer(_: &Call<'_>, verdict: Verdict) -> Answer {
    let go_on = Object::new().boolean("cancel", false);
    let stop = Object::new().boolean("cancel", true);
    Answer::json(match verdict {
        Verdict::Pass => go_on,
        Verdict::Warn(note) => go_on.string("contextModification", note),
        Verdict::Stop(why) | Verdict::Refuse(why) | Verdict::Ask(why) => {
            stop.string("errorMessage", why)
        }
        Verdict::Change { note, .. } => stop.string("errorMessage", note),
    })
}
