//! The standard input as a reader that an interrupt can end.
//!
//! A read of a terminal or a pipe blocks until somebody writes, and no signal wakes it. So a thread of
//! its own reads, and the search waits for that thread, but not longer than it takes to notice that
//! the user has had enough: then what was read so far is searched, and reported.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::collector::Collector;

const CHUNK: usize = 128 << 10;
/// How many chunks may wait: enough for reading and searching to overlap.
const AHEAD: usize = 4;
const PATIENCE: Duration = Duration::from_millis(50);

/// Reads the standard input until its end or until the run is stopped.
pub(crate) struct Stdin<'c> {
    chunks: Receiver<io::Result<Vec<u8>>>,
    current: io::Cursor<Vec<u8>>,
    collector: &'c Collector,
}

impl<'c> Stdin<'c> {
    pub(crate) fn new(collector: &'c Collector) -> Stdin<'c> {
        let (sender, chunks) = sync_channel(AHEAD);
        // Not joined: after an interrupt it may be blocked, and ends with the process.
        std::thread::spawn(move || {
            let mut stdin = io::stdin().lock();
            loop {
                let mut chunk = vec![0; CHUNK];
                let outcome = match stdin.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(length) => {
                        chunk.truncate(length);
                        Ok(chunk)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = outcome.is_err();
                if sender.send(outcome).is_err() || failed {
                    return;
                }
            }
        });
        Stdin { chunks, current: io::Cursor::default(), collector }
    }
}

impl Read for Stdin<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.current.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => self.current = io::Cursor::new(chunk?),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) if self.collector.is_stopped() => return Ok(0),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
