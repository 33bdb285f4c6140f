//! `secscan prompt`: text in, the same text without its secrets out.
//!
//! It fails closed: what was not looked at is not written, whatever happens.

use std::io::{self, Read, Write};
use std::path::Path;

use secscan_core::sanitize::Counts;

use crate::args::{Mode, PromptArgs, PromptFormat};
use crate::chat::Chat;
use crate::exit::{Exit, Failure, cause};
use crate::redact::Redactor;
use crate::show::visible;
use crate::talk::Talk;

/// Replaces the secrets of all files, or of the standard input.
pub(crate) fn run(args: PromptArgs, talk: Talk) -> Result<Exit, Failure> {
    let mut redactor = Redactor::new(&args.redact)?;
    if args.format != PromptFormat::Text {
        return structured(&args, redactor, talk);
    }
    let mut counts = Counts::default();
    let mut out = io::stdout().lock();
    for file in &args.inputs {
        let text = read(file)?;
        let name = file.as_os_str().as_encoded_bytes();
        let path = (name != b"-").then_some(name);
        let done = redactor.redact(path, &text)?;
        counts.merge(&done.counts);
        if redactor.mode() != Mode::Block {
            let _ = out.write_all(&done.text);
        }
    }
    for (id, count) in counts.iter() {
        talk.note(format_args!("{id}: {count}"));
    }
    Ok(Exit::Clean)
}

/// JSON, whose strings are looked at one by one.
fn structured(args: &PromptArgs, mut redactor: Redactor, talk: Talk) -> Result<Exit, Failure> {
    let block = redactor.mode() == Mode::Block;
    let mut chat = Chat::new(&mut redactor, args.redact.strict);
    chat.run(args.format, &args.inputs, &mut io::stdout().lock())?;
    let counts = chat.into_counts();
    for (id, count) in counts.iter() {
        talk.note(format_args!("{id}: {count}"));
    }
    Ok(if block && !counts.is_empty() { Exit::Found } else { Exit::Clean })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let outcome = if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut text).map(|_| ())
    } else {
        std::fs::read(file).map(|read| text = read)
    };
    let name = visible(file.as_os_str().as_encoded_bytes());
    outcome.map(|()| text).map_err(|e| Failure::new(format!("cannot read {name}: {}", cause(&e))))
}
