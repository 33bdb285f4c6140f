//! Windsurf. It knows exit statuses only: what comes before something can be stopped, and nothing changed.

use super::{Answer, Protocol};
use crate::assistant::call::Call;
use crate::assistant::judge::Verdict;

pub(super) static PROTOCOL: Protocol = Protocol { withholds: false, changes_inputs: false, answer };

fn answer(_: &Call<'_>, verdict: Verdict) -> Answer {
    match verdict {
        Verdict::Pass => Answer::nothing(),
        Verdict::Stop(reason) | Verdict::Refuse(reason) | Verdict::Ask(reason) => {
            Answer::blocked(reason)
        }
        Verdict::Warn(note) => Answer { say: note, ..Answer::nothing() },
        Verdict::Change { note, .. } => {
            let say = format!("{note} (it could not be kept from the model: revoke it)");
            Answer { say, ..Answer::nothing() }
        }
    }
}
