//! `secscan prompt`: text in, the same text without its secrets out.
//!
//! It fails closed: what was not looked at is not written, whatever happens. Nothing is held longer than
//! must be, so it can stand behind `tail -f`. An interrupt ends the process as it ends any filter: what was
//! written until then was looked at.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use secscan_core::sanitize::Counts;
use secscan_core::stream::is_utf16;

use crate::args::{Mode, PromptArgs, PromptFormat};
use crate::chat::Chat;
use crate::exit::{Exit, Failure};
use crate::filter::{Source, open, write};
use crate::redact::{Filter, Redactor};
use crate::talk::Talk;

/// How many bytes tell whether a text is in UTF-16.
const SNIFF: usize = 512;

/// How much can be held until it is known that nothing is to be blocked, in bytes.
const MOST: usize = 256 << 20;

/// Replaces the secrets of all files, or of the standard input.
pub(crate) fn run(args: PromptArgs, talk: Talk) -> Result<Exit, Failure> {
    let mut redactor = Redactor::new(&args.redact, &args.inputs, Path::new(""))?;
    redactor.notes().iter().for_each(|note| talk.detail(note));
    let mode = redactor.mode();
    if args.format != PromptFormat::Text {
        return structured(&args, redactor, talk);
    }
    let mut counts = Counts::default();
    let mut out = Vec::new();
    for mut source in open(args.inputs)? {
        let path = source.path();
        let mut filter = redactor.filter(path.as_deref());
        let flow = pass(&mut source, &mut filter, mode, &mut out);
        // What was found is said also when the text could not be read to its end.
        counts.merge(filter.counts());
        match flow {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(failure) => {
                summarize(&counts, mode, talk);
                return Err(failure);
            }
        }
    }
    summarize(&counts, mode, talk);
    match mode {
        Mode::Block if !counts.is_empty() => Ok(Exit::Found),
        _ => write(&mut out).map(|_| Exit::Clean),
    }
}

/// Passes JSON through, whose strings are looked at one by one.
fn structured(args: &PromptArgs, mut redactor: Redactor, talk: Talk) -> Result<Exit, Failure> {
    let mode = redactor.mode();
    let mut chat = Chat::new(&mut redactor, args.redact.strict);
    let done = chat.run(args.format, &args.inputs, &mut io::stdout().lock());
    let counts = chat.into_counts();
    summarize(&counts, mode, talk);
    done?;
    Ok(if mode == Mode::Block && !counts.is_empty() { Exit::Found } else { Exit::Clean })
}

/// Passes one text through. With [`Mode::Block`] everything stays in `out`.
fn pass(
    source: &mut Source,
    filter: &mut Filter<'_>,
    mode: Mode,
    out: &mut Vec<u8>,
) -> Result<ControlFlow<()>, Failure> {
    let mut head = Some(Vec::new());
    let mut refused = false;
    let mut too_long = false;
    let mut pass = |piece: &[u8], ended: bool| {
        if let Some(begun) = &mut head {
            begun.extend_from_slice(piece);
            if !ended && (begun.len() < 2 || may_be_utf16(begun) && begun.len() < SNIFF) {
                return Ok(ControlFlow::Continue(()));
            }
            refused = is_utf16(begun);
            let begun = head.take().unwrap_or_default();
            if refused {
                return Ok(ControlFlow::Break(()));
            }
            filter.push(&begun, out)?;
        } else {
            filter.push(piece, out)?;
        }
        if ended {
            filter.finish(out)?;
        }
        if mode != Mode::Block {
            return write(out);
        }
        if !filter.counts().is_empty() {
            // Nothing of it will be written.
            out.clear();
        }
        too_long = out.len() > MOST;
        Ok(if too_long { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let mut flow = source.pieces(|piece| pass(piece, false))?;
    if flow.is_continue() {
        flow = pass(b"", true)?;
    }
    if refused {
        return Err(
            source.failure("it is in UTF-16: convert it, as with `iconv -f UTF-16 -t UTF-8`")
        );
    }
    if too_long {
        return Err(source.failure("it is too long to be held with --mode block"));
    }
    Ok(flow)
}

/// Whether the first two bytes leave that open.
fn may_be_utf16(begun: &[u8]) -> bool {
    matches!(begun, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..])
}

fn summarize(counts: &Counts, mode: Mode, talk: Talk) {
    let done = match mode {
        Mode::Redact => "redacted",
        Mode::Mask => "masked",
        Mode::Block => "blocked",
        Mode::Warn => "left in the text",
    };
    for (id, count) in counts.iter() {
        talk.note(format_args!("{id}: {count} {done}"));
    }
}
