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
        if is_of_threads(info) {
            say(format_args!(
                "secscan: cannot start a thread: the system allows no more processes or memory (`ulimit -u`, \
                 `ulimit -v`, or the limits of a container)\n"
            ));
        } else {
            say(format_args!(
                "secscan: this is a bug, please report it: panic{place} (the message is withheld, since it \
                 may hold a secret)\n"
            ));
        }
        if let Some((answer, exit)) = LAST_WORDS.get() {
            let _ = std::io::stdout().write_all(answer);
            exit.now();
        }
        // What was found so far cannot be trusted to be all, and this must not pass for clean.
        Exit::Error.now();
    }));
}

/// Whether it is the library's own panic where a thread cannot be started, which is no bug.
fn is_of_threads(info: &std::panic::PanicHookInfo<'_>) -> bool {
    let is_own = info.location().is_some_and(|place| place.file().contains("/std/src/thread/"));
    let text = info.payload().downcast_ref::<String>();
    is_own && text.is_some_and(|text| text.starts_with("failed to spawn thread"))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Output};

    /// What is being looked at when it happens.
    const QUOTED: &str = "the part that was quoted";

    /// Not a test by itself: a process that panics, for the test below to run.
    #[test]
    #[ignore = "ends the process"]
    fn a_process_that_panics() {
        let Ok(how) = std::env::var("SECSCAN_TEST_PANIC") else { return };
        super::install();
        let text = vec![QUOTED.to_owned()];
        match &*how {
            "message" => panic!("at {QUOTED}"),
            "unwrap" => _ = text[0].parse::<u8>().map_err(|_| &text).unwrap(),
            "expect" => _ = text.get(1).expect(QUOTED),
            "assert" => assert_eq!(text, [""]),
            "index" => _ = &text[0][..QUOTED.len() + usize::from(how == "index")],
            "thread" => {
                // Nobody waits for it, and the process ends all the same.
                std::thread::spawn(|| panic!("at {QUOTED}"));
                std::thread::sleep(std::time::Duration::from_secs(600));
            }
            "payload" => std::panic::panic_any(text),
            "caught" => {
                let caught = std::panic::catch_unwind(|| panic!("at {QUOTED}"));
                drop(caught);
            }
            "drop" => {
                struct Twice;
                impl Drop for Twice {
                    fn drop(&mut self) {
                        panic!("again at {QUOTED}");
                    }
                }
                let _twice = Twice;
                panic!("at {QUOTED}");
            }
            _ => {
                let failed = std::io::Error::from_raw_os_error(11);
                panic!("failed to spawn thread: {failed:?} {QUOTED}");
            }
        }
    }

    #[test]
    fn a_panic_quotes_nothing_and_is_an_error() {
        let ways = [
            "message",
            "unwrap",
            "expect",
            "assert",
            "index",
            "thread",
            "payload",
            "caught",
            "drop",
            "disguised",
        ];
        for how in ways {
            for backtrace in ["0", "full"] {
                let Output { status, stdout, stderr } =
                    Command::new(std::env::current_exe().unwrap())
                        .args(["--exact", "panic::tests::a_process_that_panics", "--ignored"])
                        .arg("--nocapture")
                        .env("SECSCAN_TEST_PANIC", how)
                        .env("RUST_BACKTRACE", backtrace)
                        .output()
                        .unwrap();
                let said = [stdout, stderr].concat();
                let said = String::from_utf8_lossy(&said);
                assert!(!said.contains(QUOTED), "{how}: {said}");
                assert!(said.contains("this is a bug"), "{how}: {said}");
                assert!(said.contains("panic.rs") || said.contains("/std/"), "{how}: {said}");
                assert_eq!(status.code(), Some(2), "{how}: {said}");
            }
        }
    }
}
