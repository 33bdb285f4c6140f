//! The redactor of the command line: text in, text that is safe to pass on out.
//!
//! Everything that passes text on goes through it (`secscan prompt`, the hooks of assistants), so that the same
//! rules, modes and placeholders hold everywhere, and what the project accepts is passed on: see [`accepted`].

mod accepted;
mod known;
mod vault;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use secscan_core::gitleaks::Standing;
use secscan_core::sanitize::{self, Counts, Leak, Sanitizer, Stream};
use secscan_core::{Cache, Input};

use crate::args::{Mode, RedactArgs, RuleArgs};
use crate::config::Config;
use crate::exit::Failure;
use crate::plan;
use crate::project::Project;
use crate::select::select_as;

use accepted::Accepted;
pub(crate) use vault::Vault;

/// Replaces secrets as the flags say. Make one and keep it: its buffers are used again.
pub(crate) struct Redactor {
    sanitizer: Sanitizer,
    cache: Cache,
    placeholders: Placeholders,
    notes: Vec<String>,
}

/// A text that was looked at.
pub(crate) struct Redacted<'t> {
    /// The text with its secrets replaced; the text itself, borrowed, if nothing was.
    pub(crate) text: Cow<'t, [u8]>,
    /// What was found and is not accepted, for each rule. In [`Mode::Warn`] it is still in the text.
    pub(crate) counts: Counts,
}

/// Replaces the secrets of one text that arrives in pieces.
pub(crate) struct Filter<'r> {
    stream: Stream<'r>,
    placeholders: &'r mut Placeholders,
}

/// What stands in the place of secrets.
struct Placeholders {
    mode: Mode,
    vault: Option<Vault>,
}

impl Redactor {
    /// Reads what the flags name (rules, known values, the vault), and what the project accepts: that of
    /// the files which are named, or else of the current directory. Relative paths start at `directory`.
    pub(crate) fn new(
        args: &RedactArgs,
        files: &[PathBuf],
        directory: &Path,
    ) -> Result<Redactor, Failure> {
        let mut rules: RuleArgs = args.rules.clone();
        if args.strict {
            rules.enable.push("generic-high-entropy".to_owned());
        }
        // What is no file lies nowhere: a pipe, the standard input.
        let files: Vec<PathBuf> = files
            .iter()
            .filter(|file| *file != Path::new("-") && file.is_file())
            .cloned()
            .collect();
        let project = Project::of_paths(&files)?;
        let config = Config::load(&rules.config, &project)?;
        // A file that was written for scans takes nothing away from what a model must not see.
        let selection = select_as(&rules, &config, Standing::Addition)?;
        let remarks = selection.remarks();
        let scanner = plan::scanner(selection.rules)?;
        let with_baseline = !rules.config.no_config;
        let accepted = Accepted::read(config, project, with_baseline, directory)?;
        let (known, mut notes) = known::read(args)?;
        notes.extend(remarks);
        let vault = Vault::open(&args.vault, args.ttl, args.vault_key)?;
        if vault.is_some() && args.mode != Mode::Redact {
            return Err(Failure::new("a vault is of use with --mode redact only"));
        }
        let mut sanitizer = Sanitizer::new(scanner.clone()).known(known);
        if !accepted.is_empty() {
            let scanner = scanner.clone();
            sanitizer = sanitizer.accept(move |finding, path| {
                accepted.holds(&scanner.rules().get(finding.rule).id, finding, path)
            });
        }
        Ok(Redactor {
            cache: scanner.create_cache(),
            sanitizer,
            placeholders: Placeholders { mode: args.mode, vault },
            notes,
        })
    }

    /// What is done about secrets. To block is for the caller: the text that it is given then is redacted.
    pub(crate) fn mode(&self) -> Mode {
        self.placeholders.mode
    }

    /// What there is to say of the flags, to who wants details.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
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
        let Redactor { sanitizer, cache, placeholders, .. } = self;
        let input = Input::new(text);
        let input = path.map_or(input, |path| input.path(path));
        let replace = |leak: &Leak<'_>, out: &mut Vec<u8>| placeholders.write(leak, out);
        let done = sanitizer.sanitize(cache, &input, replace)?;
        self.placeholders.commit()?;
        Ok(Redacted { text: done.text, counts: done.counts })
    }

    /// Begins a text that arrives in pieces.
    pub(crate) fn filter(&mut self, path: Option<&[u8]>) -> Filter<'_> {
        let stream = Stream::new(&self.sanitizer);
        let stream = match path {
            Some(path) => stream.path(path),
            None => stream,
        };
        Filter { stream, placeholders: &mut self.placeholders }
    }
}

impl Filter<'_> {
    /// Takes a piece, and appends to `out` what may be passed on. When this fails, nothing may.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        self.stream.push(piece, out, |leak, out| self.placeholders.write(leak, out))?;
        self.placeholders.commit()
    }

    /// The text has ended: appends what is left.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Failure> {
        self.stream.finish(out, |leak, out| self.placeholders.write(leak, out))?;
        self.placeholders.commit()
    }

    /// What was found so far.
    pub(crate) fn counts(&self) -> &Counts {
        self.stream.counts()
    }
}

impl Placeholders {
    /// Writes what stands in the place of a secret.
    fn write(&mut self, leak: &Leak<'_>, out: &mut Vec<u8>) -> Result<(), Failure> {
        let done = match (self.mode, &mut self.vault) {
            (Mode::Warn, _) => {
                out.extend_from_slice(leak.secret.expose());
                Ok(())
            }
            (Mode::Mask, _) => sanitize::mask(leak, out),
            (_, None) => sanitize::label(leak, out),
            (_, Some(vault)) => {
                let text = vault.placeholder(leak.id, leak.secret.expose())?;
                out.extend_from_slice(text.as_bytes());
                Ok(())
            }
        };
        done.map_err(|never| match never {})
    }

    /// Must come before anything that was written leaves this process.
    fn commit(&mut self) -> Result<(), Failure> {
        self.vault.as_mut().map_or(Ok(()), Vault::commit)
    }
}
