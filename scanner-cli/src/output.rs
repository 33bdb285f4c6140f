//! Where data goes: the standard output or a file. The one place that writes there.
//!
//! A reader that goes away (`secscan scan | head`) is no error: what it did not want to read does not
//! change what was found.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::exit::{Failure, cause};

/// The target of a report.
pub(crate) enum Output {
    Stdout,
    File(File, PathBuf),
}

impl Output {
    /// Opens the target. That is done before the scan, so that it is not done in vain. What is
    /// `private` is created for the user alone. A link is not followed, but for those like `/dev/stdout`.
    pub(crate) fn open(path: Option<&Path>, private: bool) -> Result<Output, Failure> {
        let Some(path) = path else { return Ok(Output::Stdout) };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        Output::file(path, options, private)
    }

    /// Opens a file that others write to as well, to write behind what is there.
    pub(crate) fn append(path: &Path) -> Result<Output, Failure> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        Output::file(path, options, false)
    }

    fn file(path: &Path, mut options: OpenOptions, private: bool) -> Result<Output, Failure> {
        let fail = |why: &str| Failure::new(format!("cannot write {}: {why}", path.display()));
        if path.is_dir() {
            return Err(fail("it is a directory"));
        }
        // A link may have come with what is scanned, and lead to any file of the user's.
        let is_link = path.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
        if is_link && !["/dev", "/proc"].iter().any(|place| path.starts_with(place)) {
            return Err(fail("it is a symbolic link: name what it leads to, or remove it"));
        }
        #[cfg(unix)]
        if private {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        #[cfg(not(unix))]
        let _ = private;
        match options.open(path) {
            Ok(file) => Ok(Output::File(file, path.to_owned())),
            Err(error) => Err(fail(&cause(&error))),
        }
    }

    /// Whether this is the standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Output::Stdout)
    }

    /// Writes with `write`, buffered.
    pub(crate) fn write(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        // A half of a report would be taken for one that says less.
        let written = match &self {
            Output::File(file, _) => file.try_clone().ok().and_then(|file| {
                let meta = file.metadata().ok().filter(|meta| meta.is_file())?;
                Some((file, meta.len()))
            }),
            Output::Stdout => None,
        };
        let (name, target): (_, Box<dyn Write>) = match self {
            Output::Stdout => ("the standard output".to_owned(), Box::new(io::stdout().lock())),
            Output::File(file, path) => (path.display().to_string(), Box::new(file)),
        };
        let mut target = BufWriter::with_capacity(64 << 10, target);
        match write(&mut target).and_then(|()| target.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                // What is buffered must not be written when this is dropped, behind what is taken back here.
                let (_, _) = target.into_parts();
                if let Some((file, length)) = written {
                    let _ = file.set_len(length);
                }
                Err(Failure::new(format!("cannot write {name}: {}", cause(&error))))
            }
            _ => {
                // What is left must not be written again, into a closed pipe, on the way out.
                let (_, _) = target.into_parts();
                Ok(())
            }
        }
    }
}
