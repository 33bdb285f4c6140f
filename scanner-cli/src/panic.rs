//! What is said when there is a bug: where, and nothing else.
//!
//! The message of a panic may quote what was being looked at, and that may be a secret.

use std::io::Write;
use std::sync::OnceLock;

use crate::exit::Exit;
use crate::talk::say;

/// What is written to the standard output when there is a bug, and how the run ends then.
static LAST_WORDS: OnceLock<(Vec<u8>, Exit)> = OnceLock::new();

/// From now on, a panic ends the run with this answer: for those who take silence for a yes.
pub(crate) fn last_words(answer: Vec<u8>, exit: Exit) {
    let _ = LAST_WORDS.set((answer, exit));
}

/// From now on, a panic on any thread ends the run as an error.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        say(format_args!(
            "secscan: this is a bug, please report it: panic{place} (the message is withheld, since it \
             may hold a secret)\n"
        ));
        if let Some((answer, exit)) = LAST_WORDS.get() {
            let _ = std::io::stdout().write_all(answer);
            exit.now();
        }
        // What was found so far cannot be trusted to be all, and this must not pass for clean.
        Exit::Error.now();
    }));
}
