//! What is said when there is a bug: where, and nothing else.
//!
//! The message of a panic may quote what was being looked at, and that may be a secret.

use crate::exit::Exit;
use crate::talk::say;

/// From now on, a panic on any thread ends the run as an error.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        say(format_args!(
            "secscan: this is a bug, please report it: panic{place} (the message is withheld, since it \
             may hold a secret)\n"
        ));
        // What was found so far cannot be trusted to be all, and this must not pass for clean.
        Exit::Error.now();
    }));
}
