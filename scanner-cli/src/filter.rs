//! What the filters have in common: files or the standard input in pieces, and an output that may go away.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::exit::{Failure, cause};
use crate::show::visible;

/// How much is read at a time, in bytes: what a pipe holds, twice.
const PIECE: usize = 128 << 10;

/// A text to be read.
pub(crate) struct Source {
    name: PathBuf,
    reader: Box<dyn Read>,
}

/// Opens all files before any is read, so that a name that is wrong is told before anything is written.
pub(crate) fn open(names: Vec<PathBuf>) -> Result<Vec<Source>, Failure> {
    let open = |name: PathBuf| {
        let reader: Box<dyn Read> = if name == Path::new("-") {
            // Not locked: it may be named twice, and is at its end the second time.
            Box::new(io::stdin())
        } else {
            let file = File::open(&name).and_then(|file| match file.metadata()?.is_dir() {
                true => Err(io::ErrorKind::IsADirectory.into()),
                false => Ok(file),
            });
            Box::new(file.map_err(|error| unreadable(&name, &error))?)
        };
        Ok(Source { name, reader })
    };
    names.into_iter().map(open).collect()
}

impl Source {
    /// The path of a file; the standard input has none.
    pub(crate) fn path(&self) -> Option<Vec<u8>> {
        let name = self.name.as_os_str().as_encoded_bytes();
        (name != b"-").then(|| name.to_vec())
    }

    /// Calls `piece` with what has come, as soon as it has, until the end or until it breaks.
    pub(crate) fn pieces(
        &mut self,
        mut piece: impl FnMut(&[u8]) -> Result<ControlFlow<()>, Failure>,
    ) -> Result<ControlFlow<()>, Failure> {
        let mut buffer = vec![0; PIECE];
        loop {
            match self.reader.read(&mut buffer) {
                Ok(0) => return Ok(ControlFlow::Continue(())),
                Ok(len) => {
                    if piece(&buffer[..len])?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unreadable(&self.name, &error)),
            }
        }
    }

    pub(crate) fn failure(&self, why: &str) -> Failure {
        Failure::new(format!("cannot read {}: {why}", shown(&self.name)))
    }
}

/// Writes to the standard output what is in the buffer, at once, and empties it. It breaks when nobody reads any
/// more, which is no error.
pub(crate) fn write(buffer: &mut Vec<u8>) -> Result<ControlFlow<()>, Failure> {
    if buffer.is_empty() {
        return Ok(ControlFlow::Continue(()));
    }
    let mut out = io::stdout().lock();
    let outcome = out.write_all(buffer).and_then(|()| out.flush());
    buffer.clear();
    match outcome {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => {
            Err(Failure::new(format!("cannot write the standard output: {}", cause(&error))))
        }
    }
}

fn unreadable(name: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot read {}: {}", shown(name), cause(error)))
}

fn shown(name: &Path) -> String {
    match name.to_str() {
        Some("-") => "the standard input".to_owned(),
        _ => visible(name.as_os_str().as_encoded_bytes()).into_owned(),
    }
}
