//! `secscan prompt --format chat` and `jsonl`: request bodies and transcripts, redacted string by string.
//!
//! A body is written when all of it was redacted. Of a transcript each line is, as soon as it was.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use secscan_core::chat;
use secscan_core::json::Document;
use secscan_core::sanitize::Counts;

use crate::args::{Mode, PromptFormat};
use crate::exit::{Exit, Failure, cause};
use crate::redact::Redactor;
use crate::show::visible;

/// The longest body, and the longest line of a transcript.
const MAX: u64 = 64 << 20;

/// Redacts bodies or transcripts.
pub(crate) struct Chat<'r> {
    redactor: &'r mut Redactor,
    strict: bool,
    counts: Counts,
}

impl<'r> Chat<'r> {
    pub(crate) fn new(redactor: &'r mut Redactor, strict: bool) -> Chat<'r> {
        Chat { redactor, strict, counts: Counts::default() }
    }

    /// What was found.
    pub(crate) fn into_counts(self) -> Counts {
        self.counts
    }

    /// Redacts all files. With [`Mode::Block`] nothing is written if there is a secret.
    pub(crate) fn run(
        &mut self,
        format: PromptFormat,
        files: &[impl AsRef<Path>],
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let mut held = Vec::new();
        let block = self.redactor.mode() == Mode::Block;
        for file in files {
            let file = file.as_ref();
            let out: &mut dyn Write = if block { &mut held } else { out };
            let reader: Box<dyn Read> = if file == Path::new("-") {
                Box::new(io::stdin().lock())
            } else {
                Box::new(std::fs::File::open(file).map_err(|error| unread(file, &cause(&error)))?)
            };
            match format {
                PromptFormat::Chat => self.body(file, reader, out)?,
                _ => self.lines(file, &mut BufReader::with_capacity(128 << 10, reader), out)?,
            }
        }
        if block && self.counts.is_empty() {
            pass(&held, out)?;
        }
        Ok(())
    }

    fn body(&mut self, file: &Path, reader: impl Read, out: &mut dyn Write) -> Result<(), Failure> {
        let mut text = Vec::new();
        let read = reader.take(MAX + 1).read_to_end(&mut text);
        read.map_err(|error| unread(file, &cause(&error)))?;
        if text.len() as u64 > MAX {
            return Err(unread(file, "it is larger than 64 MiB"));
        }
        let new = self.json(&text).map_err(|error| unread(file, &error.to_string()))?;
        pass(new.as_deref().unwrap_or(&text), out)
    }

    /// A JSON text with its secrets replaced, or none if there were none.
    fn json(&mut self, text: &[u8]) -> Result<Option<Vec<u8>>, chat::Error<Failure>> {
        let Chat { redactor, strict, counts } = self;
        let mut redact = |text: &[u8]| -> Result<Option<Vec<u8>>, Failure> {
            let done = redactor.redact(None, text)?;
            counts.merge(&done.counts);
            Ok((!done.counts.is_empty()).then(|| done.text.into_owned()))
        };
        let new = chat::rewrite(text, *strict, &mut redact)?;
        Ok(match new {
            std::borrow::Cow::Borrowed(_) => None,
            std::borrow::Cow::Owned(new) => Some(new),
        })
    }

    /// Lines of JSON. What is no JSON between them is text; several such lines are looked at as one, for a
    /// key may stand on many.
    fn lines(
        &mut self,
        file: &Path,
        reader: &mut dyn BufRead,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let mut line = Vec::new();
        next(file, reader, &mut line)?;
        while !line.is_empty() {
            let blank = line.trim_ascii().is_empty();
            let new = if blank { Ok(None) } else { self.json(&line) };
            match new {
                Err(chat::Error::Json(_)) => self.plain(file, &mut line, reader, out)?,
                Err(error) => return Err(unread(file, &error.to_string())),
                Ok(new) => {
                    pass(new.as_deref().unwrap_or(&line), out)?;
                    next(file, reader, &mut line)?;
                }
            }
        }
        Ok(())
    }

    /// Passes a line of text on, and those behind it up to the next that is JSON, which is left in `line`.
    fn plain(
        &mut self,
        file: &Path,
        line: &mut Vec<u8>,
        reader: &mut dyn BufRead,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        let mut filter = self.redactor.filter(None);
        let mut safe = Vec::new();
        loop {
            filter.push(line, &mut safe)?;
            pass(&safe, out)?;
            safe.clear();
            next(file, reader, line)?;
            // An empty line between others of text is text.
            let blank = line.trim_ascii().is_empty();
            if line.is_empty() || !blank && Document::parse(line).is_ok() {
                break;
            }
        }
        filter.finish(&mut safe)?;
        self.counts.merge(filter.counts());
        pass(&safe, out)
    }
}

/// Reads a line; it is empty at the end.
fn next(file: &Path, reader: &mut dyn BufRead, line: &mut Vec<u8>) -> Result<(), Failure> {
    line.clear();
    let read = reader.take(MAX + 1).read_until(b'\n', line);
    read.map_err(|error| unread(file, &cause(&error)))?;
    if line.len() as u64 > MAX {
        return Err(unread(file, "it has a line that is longer than 64 MiB"));
    }
    Ok(())
}

/// Writes at once: an error that only shows when the process ends would be lost.
fn pass(text: &[u8], out: &mut dyn Write) -> Result<(), Failure> {
    written(out.write_all(text).and_then(|()| out.flush()))
}

fn unread(file: &Path, why: &str) -> Failure {
    let name = match file.as_os_str().as_encoded_bytes() {
        b"-" => "the standard input".into(),
        name => visible(name),
    };
    Failure::new(format!("cannot redact {name}: {why}"))
}

/// A reader that goes away is no error, and there is nobody left to write for.
fn written(outcome: io::Result<()>) -> Result<(), Failure> {
    outcome.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Exit::Clean.now(),
        _ => Failure::new(format!("cannot write the standard output: {}", cause(&error))),
    })
}
