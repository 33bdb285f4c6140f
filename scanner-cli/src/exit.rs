//! How a run ends: the exit status, and the error that ends it early.

use std::fmt;
use std::process::ExitCode;

/// The exit status. Finding something is not the same as failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was scanned and is clean.
    Clean,
    /// Everything was scanned, and there are secrets.
    Found,
    /// Something could not be done or not be scanned, whatever else was found.
    Error,
    /// The user ended the run.
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Clean => 0,
            Exit::Found => 1,
            Exit::Error => 2,
            // 128 and the number of SIGINT, as shells have it.
            Exit::Interrupted => 130,
        }
    }

    /// Ends the process now, whatever other threads do.
    pub(crate) fn now(self) -> ! {
        std::process::exit(i32::from(self.code()))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a run could not be done: one sentence, in lower case, with no full stop.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// An operating system's message as a part of a sentence: `permission denied (os error 13)`.
pub(crate) fn cause(error: &std::io::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        // Not when it is an acronym.
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text,
    }
}
