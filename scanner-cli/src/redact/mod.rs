//! The redactor of the command line: text in, text that is safe to pass on out.
//!
//! Everything that passes text on goes through it (`secscan prompt`, the hooks of assistants), so that the same
//! rules, modes and placeholders hold everywhere. What is allowed by a baseline or an allowlist is to be
//! asked here too, where a secret is replaced, and nowhere else.

use std::borrow::Cow;

use secscan_core::sanitize::{self, Counts, Leak, Sanitizer};
use secscan_core::{Cache, Input};

use crate::args::{Mode, RedactArgs, RuleArgs};
use crate::exit::Failure;
use crate::plan;
use crate::select::select;

/// Replaces secrets as the flags say. Make one and keep it: its buffers are used again.
pub(crate) struct Redactor {
    sanitizer: Sanitizer,
    cache: Cache,
    mode: Mode,
}

/// A text that was looked at.
pub(crate) struct Redacted<'t> {
    /// The text with its secrets replaced; the text itself, borrowed, if nothing was.
    pub(crate) text: Cow<'t, [u8]>,
    /// What was found, for each rule. In [`Mode::Warn`] it is still in the text.
    pub(crate) counts: Counts,
}

impl Redactor {
    pub(crate) fn new(args: &RedactArgs) -> Result<Redactor, Failure> {
        let mut rules: RuleArgs = args.rules.clone();
        if args.strict {
            rules.enable.push("generic-high-entropy".to_owned());
        }
        let scanner = plan::scanner(select(&rules)?.rules)?;
        let cache = scanner.create_cache();
        Ok(Redactor { sanitizer: Sanitizer::new(scanner), cache, mode: args.mode })
    }

    /// What is done about secrets. What [`Mode::Block`] means is for the caller to do: it is given redacted text.
    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    /// Replaces the secrets of a text. `path` is where it comes from, if that is known: a name tells
    /// configuration from code.
    ///
    /// When this fails, nothing may be passed on.
    pub(crate) fn redact<'t>(
        &mut self,
        path: Option<&'t [u8]>,
        text: &'t [u8],
    ) -> Result<Redacted<'t>, Failure> {
        let mode = self.mode;
        let input = Input::new(text);
        let input = path.map_or(input, |path| input.path(path));
        let replace = |leak: &Leak<'_>, out: &mut Vec<u8>| {
            let done = match mode {
                Mode::Redact | Mode::Block => sanitize::label(leak, out),
                Mode::Mask => sanitize::mask(leak, out),
                Mode::Warn => {
                    out.extend_from_slice(leak.secret.expose());
                    Ok(())
                }
            };
            done.map_err(|never| match never {})
        };
        let done = self.sanitizer.sanitize::<Failure>(&mut self.cache, &input, replace)?;
        Ok(Redacted { text: done.text, counts: done.counts })
    }
}
