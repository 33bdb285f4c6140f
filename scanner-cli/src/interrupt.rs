//! Ctrl-C: the first ends the scan and reports what was found so far, the second ends the process.

use std::sync::Arc;
use std::time::Duration;

use crate::exit::Exit;
use crate::run::Run;
use crate::talk::say;

/// How long the workers have to end before the report is written without them: one may be blocked in
/// a read of a file system that does not answer.
const PATIENCE: Duration = Duration::from_millis(300);

/// The same, where it has to be found out where findings come from.
const LONGER: Duration = Duration::from_secs(5);

/// Watches for Ctrl-C from now on.
pub(crate) fn watch(run: &Arc<Run>) {
    let run = Arc::clone(run);
    let watching = ctrlc::set_handler(move || {
        if !run.stop() {
            Exit::Interrupted.now();
        }
        let run = Arc::clone(&run);
        // On a thread of its own, since this one must be there for the second Ctrl-C.
        std::thread::spawn(move || {
            std::thread::sleep(if run.traces() { LONGER } else { PATIENCE });
            if let Some(written) = run.report() {
                if let Err(failure) = written {
                    say(format_args!("secscan: {failure}\n"));
                }
                Exit::Interrupted.now();
            }
        });
    });
    // Without a handler Ctrl-C ends the process as ever, which is no reason not to scan.
    drop(watching);
}
