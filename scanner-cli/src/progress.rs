//! How far a long scan is, for someone who watches: on a terminal, after half a second, and gone at the
//! end.

use std::io::{self, IsTerminal};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use crate::collector::{Collector, lock};
use crate::quantity::{size, things};
use crate::talk::steer;

const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(200);

/// A line that is drawn again and again until it is ended.
#[derive(Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    ended: bool,
    drawn: bool,
}

impl Progress {
    /// Whether anyone watches.
    pub(crate) fn is_seen() -> bool {
        io::stderr().is_terminal()
    }

    /// Draws until it is ended. For a thread of its own.
    pub(crate) fn draw(&self, collector: &Collector) {
        let mut patience = PATIENCE;
        let mut state = lock(&self.state);
        loop {
            let waited = self.ended.wait_timeout_while(state, patience, |state| !state.ended);
            state = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
            if state.ended {
                return;
            }
            let (files, bytes) = collector.progress();
            steer(format_args!("\r{}, {}\x1b[K", things(files, "file", "files"), size(bytes)));
            state.drawn = true;
            patience = TICK;
        }
    }

    /// Wipes the line. Nothing is drawn afterwards.
    pub(crate) fn end(&self) {
        let mut state = lock(&self.state);
        state.ended = true;
        if std::mem::take(&mut state.drawn) {
            steer(format_args!("\r\x1b[K"));
        }
        self.ended.notify_all();
    }
}
