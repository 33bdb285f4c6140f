//! What is to become of a call: nothing, or why it is stopped, or what it is changed to.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use secscan_core::chat::{self, Names};
use secscan_core::json::{Document, Edits, Value};
use secscan_core::sanitize::Counts;
use secscan_core::stream::is_utf16;

use super::call::{Call, Event, string};
use super::credential::is_credential;
use super::mention::{mentions, readings};
use super::protocol::Protocol;
use super::restore::{Restore, writes_files};
use super::shell::{self, Danger};
use super::withhold::withheld;
use crate::args::{Assistant, Mode};
use crate::exit::{Failure, cause};
use crate::redact::Redactor;

/// Files that are larger are not read.
pub(super) const MAX_FILE: u64 = 32 << 20;
/// The longest text that is handed back: assistants cut what is longer.
const MAX_COPY: usize = 8 << 10;

/// What becomes of a call.
#[derive(Debug)]
pub(super) enum Verdict {
    Pass,
    /// It passes, and the user is told.
    Warn(String),
    /// A prompt is not sent.
    Stop(String),
    /// A tool is not called, or a file not sent.
    Refuse(String),
    /// The user is asked, where the assistant can do that.
    Ask(String),
    /// A tool's input, its output, a prompt or a request becomes this JSON.
    Change {
        json: Vec<u8>,
        note: String,
    },
}

/// Tools that read files. Their names in lower case.
const READERS: &[&str] = &[
    "read",
    "read_file",
    "readfile",
    "view",
    "view_file",
    "cat",
    "open",
    "open_file",
    "read_many_files",
    "notebookread",
    "grep",
    "grep_search",
    "search_file_content",
    "search_files",
];
/// Tools that run commands.
const SHELLS: &[&str] = &[
    "bash",
    "shell",
    "powershell",
    "git_bash",
    "run_in_terminal",
    "run_shell_command",
    "execute_command",
    "monitor",
    "local_shell",
    "exec_command",
    "run_command",
    "terminal",
];
pub(super) const PATHS: &[&str] =
    &["file_path", "filePath", "path", "absolute_path", "target_file", "filename", "notebook_path"];
const COMMANDS: &[&str] = &["command", "command_line", "cmd", "script"];

/// Flags of a hook that `secscan prompt --quiet` does not take.
const OWN_FLAGS: &[&str] = &["--restore-files", "-q", "--quiet", "-v", "--verbose"];

/// Judges calls.
pub(super) struct Judge<'r> {
    pub(super) redactor: &'r mut Redactor,
    pub(super) protocol: &'r Protocol,
    pub(super) restore: Restore<'r>,
}

impl Judge<'_> {
    /// What becomes of a call.
    pub(super) fn verdict(&mut self, call: &Call<'_>) -> Result<Verdict, Failure> {
        let verdict = match call.event {
            Event::Prompt => self.prompt(call)?,
            Event::Input => self.input(call)?,
            Event::File => self.file(call)?,
            Event::Output => self.change(call, call.output)?,
            Event::Sent | Event::Request => self.change(call, call.text)?,
            Event::Shown => self.shown(call),
            Event::Other => Verdict::Pass,
        };
        if self.redactor.mode() != Mode::Warn {
            return Ok(verdict);
        }
        Ok(match verdict {
            Verdict::Stop(why) | Verdict::Refuse(why) | Verdict::Ask(why) => Verdict::Warn(why),
            Verdict::Change { note, .. } => Verdict::Warn(note),
            verdict => verdict,
        })
    }

    fn prompt(&mut self, call: &Call<'_>) -> Result<Verdict, Failure> {
        let mut counts = Counts::default();
        let typed = call.text.and_then(|prompt| prompt.text()).unwrap_or_default();
        let copy = {
            let done = self.redactor.redact(None, &typed)?;
            counts.merge(&done.counts);
            done.text.into_owned()
        };
        let mut more = Counts::default();
        // What a command of the user's own was given, and a prompt in parts.
        let parts = call.text.filter(|prompt| prompt.text().is_none());
        for part in call.root.get("command_args").into_iter().chain(parts) {
            self.edits(part, None, &mut more)?;
        }
        counts.merge(&more);
        if !counts.is_empty() {
            let copy = String::from_utf8_lossy(&copy);
            let copy = match self.redactor.mode() {
                Mode::Warn => "".into(),
                _ if copy.is_empty() => "".into(),
                _ => handed_back(&copy),
            };
            let done = match self.redactor.mode() {
                Mode::Warn => "is sent as it is (--mode warn)",
                _ => "was not sent",
            };
            return Ok(Verdict::Stop(format!(
                "secscan: this prompt holds {} and {done}. {copy}",
                summary(&counts)
            )));
        }
        let typed = String::from_utf8_lossy(&typed);
        let attached = call.root.get("attachments").into_iter().flat_map(|list| list.children());
        let attached = attached.filter_map(|one| one.get_any(&["file_path", "filePath"])?.str());
        let files = mentions(&typed).into_iter().chain(attached.map(|path| path.into_owned()));
        for path in files {
            if let Some(why) =
                readings(&path).into_iter().find_map(|path| self.in_file(call, path).transpose())
            {
                return Ok(Verdict::Stop(format!(
                    "secscan: this prompt mentions {path}, which {}. Leave the file out, or paste a redacted copy \
                     of it: secscan prompt {path}",
                    why?
                )));
            }
        }
        Ok(Verdict::Pass)
    }

    fn input(&mut self, call: &Call<'_>) -> Result<Verdict, Failure> {
        let Some(input) = call.input else { return Ok(Verdict::Pass) };
        let mut counts = Counts::default();
        self.edits(input, None, &mut counts)?;
        if !counts.is_empty() {
            return Ok(Verdict::Refuse(format!(
                "secscan: this call holds {}. Put the value where the program reads it itself (the \
                 environment, a file that git ignores), and refer to it by its name",
                summary(&counts)
            )));
        }
        // Some give the arguments as JSON in a string.
        let text = input.text().unwrap_or_default();
        let arguments = Document::parse(&text);
        let input = arguments.as_ref().map_or(input, Document::root);
        let tool = call.tool.as_str();
        if SHELLS.contains(&tool) {
            if tool == "monitor" && input.get("ws").is_some() {
                return Ok(Verdict::Refuse(
                    "secscan: what a socket sends cannot be looked at on its way to the model"
                        .to_owned(),
                ));
            }
            if let Some(command) = command(input) {
                if let Some(danger) = shell::danger(&command) {
                    return Ok(Verdict::Ask(told(&danger)));
                }
                return self.command(call, input, &command);
            }
        }
        if READERS.contains(&tool) {
            return self.reading(call, input);
        }
        let restores = self.restore.files && self.protocol.changes_inputs && input.is_object();
        if restores
            && writes_files(tool)
            && let Some(json) = self.restore.apply(input, false)
        {
            let note =
                "secscan: placeholders in this call are what they stand for in the file".to_owned();
            return Ok(Verdict::Change { json, note });
        }
        Ok(Verdict::Pass)
    }

    /// What the model said, for the user to read.
    fn shown(&self, call: &Call<'_>) -> Verdict {
        let json = call.text.and_then(|text| self.restore.apply(text, true));
        json.map_or(Verdict::Pass, |json| Verdict::Change { json, note: String::new() })
    }

    /// A command that may run: what it reads, and what it prints when nobody looks.
    fn command(
        &mut self,
        call: &Call<'_>,
        input: Value<'_>,
        command: &str,
    ) -> Result<Verdict, Failure> {
        if !self.protocol.withholds {
            for path in shell::files(command) {
                if let Some(why) = self.in_file(call, &path)? {
                    return Ok(refused_file(&path, &why));
                }
            }
        }
        let background = input.get("run_in_background").is_some_and(|yes| yes.is_true());
        let unseen = call.tool == "monitor" || (call.tool == "bash" && background);
        let unseen = unseen && self.redactor.mode() != Mode::Warn;
        match input.get("command") {
            Some(text) if unseen && self.protocol.changes_inputs => {
                let mut edits = Edits::default();
                edits.replace(text.span(), filtered(command)?.as_bytes());
                Ok(Verdict::Change {
                    json: edits.within(input.span()).apply(input.raw()).into_owned(),
                    note: "secscan: what this command prints goes through `secscan prompt`"
                        .to_owned(),
                })
            }
            _ => Ok(Verdict::Pass),
        }
    }

    fn reading(&mut self, call: &Call<'_>, input: Value<'_>) -> Result<Verdict, Failure> {
        let one = input.get_any(PATHS).and_then(|path| path.str()).map(|path| path.into_owned());
        let many = input.get_any(&["paths", "include", "file_paths"]);
        let many = many.into_iter().flat_map(|list| list.children()).filter_map(|path| path.str());
        for path in one.into_iter().chain(many.map(|path| path.into_owned())) {
            if is_credential(&path) {
                return Ok(Verdict::Ask(told(&Danger::Reads(path))));
            }
            if !self.protocol.withholds
                && let Some(why) = self.in_file(call, &path)?
            {
                return Ok(refused_file(&path, &why));
            }
        }
        Ok(Verdict::Pass)
    }

    /// A file whose content is at hand.
    fn file(&mut self, call: &Call<'_>) -> Result<Verdict, Failure> {
        let path = string(call.root.get("file_path")).into_owned();
        if is_credential(&path) {
            return Ok(Verdict::Refuse(told(&Danger::Reads(path))));
        }
        let mut counts = Counts::default();
        if let Some(content) = call.text {
            let text = content.text().unwrap_or_default();
            counts = self.redactor.redact(Some(path.as_bytes()), &text)?.counts;
        }
        if counts.is_empty() {
            return Ok(Verdict::Pass);
        }
        Ok(refused_file(&path, &format!("holds {}", summary(&counts))))
    }

    /// What can be changed, with its secrets replaced.
    fn change(&mut self, call: &Call<'_>, value: Option<Value<'_>>) -> Result<Verdict, Failure> {
        let nothing = Document::parse(b"\"\"").map_err(|error| Failure::new(error.to_string()))?;
        let value = value.unwrap_or(nothing.root());
        let path = (call.event == Event::Output).then(|| call.argument(PATHS)).flatten();
        let mut counts = Counts::default();
        let edits = self.edits(value, path.as_deref(), &mut counts)?;
        // The same output once more, as text: of use to assistants that take nothing in its place.
        let also = ["tool_output_text", "tool_error"];
        for text in also.iter().filter_map(|name| call.root.get(name)) {
            let mut more = Counts::default();
            self.edits(text, None, &mut more)?;
            if counts.is_empty() {
                counts = more;
            }
        }
        if counts.is_empty() {
            return Ok(Verdict::Pass);
        }
        let what = match call.event {
            Event::Output if call.tool.is_empty() => "the output".to_owned(),
            Event::Output => format!("the output of {}", call.tool),
            _ => "what is sent".to_owned(),
        };
        let count = summary(&counts);
        Ok(if self.redactor.mode() == Mode::Block {
            let note = format!("secscan: {what} holds {count}, and is withheld");
            Verdict::Change { json: withheld(value.raw()), note }
        } else {
            let note = match self.redactor.mode() {
                Mode::Warn => format!(
                    "secscan: {what} holds {count}, and is passed on as it is (--mode warn)"
                ),
                _ => format!(
                    "secscan: {count} replaced in {what}; the values are not needed to go on"
                ),
            };
            Verdict::Change {
                json: edits.within(value.span()).apply(value.raw()).into_owned(),
                note,
            }
        })
    }

    /// The changes that redact a value.
    fn edits(
        &mut self,
        value: Value<'_>,
        path: Option<&str>,
        counts: &mut Counts,
    ) -> Result<Edits, Failure> {
        let redactor = &mut *self.redactor;
        let mut redact = |text: &[u8]| -> Result<Option<Vec<u8>>, Failure> {
            let done = redactor.redact(path.map(str::as_bytes), text)?;
            counts.merge(&done.counts);
            Ok((!done.counts.is_empty()).then(|| done.text.into_owned()))
        };
        let names =
            if value.key().as_deref() == Some(b"llm_request") { Names::Api } else { Names::Free };
        chat::edits(value, names, false, &mut redact).map_err(|error| match error {
            chat::Error::Redact(failure) => failure,
            error => Failure::new(error.to_string()),
        })
    }

    /// What is wrong with a file that is going to be read, if it is there and anything is.
    fn in_file(&mut self, call: &Call<'_>, path: &str) -> Result<Option<String>, Failure> {
        let full = resolved(&call.directory, path);
        let failed =
            |error: &io::Error| Failure::new(format!("cannot read {path}: {}", cause(error)));
        // What is no file, or may not be read, is not read by the assistant either.
        let Ok(metadata) = std::fs::metadata(&full) else { return Ok(None) };
        if !metadata.is_file() {
            return Ok(None);
        }
        if call.event == Event::Prompt && is_credential(path) {
            return Ok(Some("is a file of credentials".to_owned()));
        }
        if metadata.len() > MAX_FILE {
            return Ok(Some(format!("is too large to be looked into ({} bytes)", metadata.len())));
        }
        let mut text = Vec::new();
        match File::open(&full) {
            Ok(file) => {
                file.take(MAX_FILE).read_to_end(&mut text).map_err(|error| failed(&error))?
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        if is_utf16(&text) {
            return Ok(Some("is in UTF-16, and is not looked into".to_owned()));
        }
        let part = call.input.and_then(|input| lines(input, &text)).unwrap_or(&text);
        let counts = self.redactor.redact(Some(path.as_bytes()), part)?.counts;
        Ok((!counts.is_empty()).then(|| format!("holds {}", summary(&counts))))
    }
}

/// The lines that are asked for.
fn lines<'t>(input: Value<'_>, text: &'t [u8]) -> Option<&'t [u8]> {
    let number = |name| input.get(name).and_then(|value| value.whole());
    let (first, count) =
        match (number("offset"), number("limit"), number("startLine"), number("endLine")) {
            (first, Some(count), ..) => (first.unwrap_or(1).max(1), count),
            (.., Some(first), Some(last)) => {
                (first.max(1), last.saturating_sub(first).saturating_add(1))
            }
            _ => return None,
        };
    // Some count from 0: one line more on both sides.
    let (first, count) = ((first - 1).saturating_sub(1), count.saturating_add(2));
    let all = text.split_inclusive(|&byte| byte == b'\n');
    let length = |range: u64, skip: u64| {
        let lines = all.clone().skip(skip as usize).take(range as usize);
        lines.map(<[u8]>::len).sum::<usize>()
    };
    let start = length(first, 0);
    Some(&text[start..start + length(count, first)])
}

/// The command line of a tool's input: a string, or a list as for a process.
fn command(input: Value<'_>) -> Option<String> {
    let command = input.get_any(COMMANDS)?;
    match command.str() {
        Some(text) => Some(text.into_owned()),
        None => {
            let quoted =
                |word: Value<'_>| format!("'{}'", string(Some(word)).replace('\'', r"'\''"));
            let words: Vec<String> = command.children().map(quoted).collect();
            (!words.is_empty()).then(|| words.join(" "))
        }
    }
}

/// A command whose output goes through the filter.
fn filtered(command: &str) -> Result<String, Failure> {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program: {}", cause(&error))))?;
    let program = quoted(&program.to_string_lossy());
    // The same rules, known values and vault as here.
    let flags: String = std::env::args_os()
        .map(|arg| arg.to_string_lossy().into_owned())
        .skip_while(|arg| Assistant::from_str(arg, false).is_err())
        .skip(1)
        .filter(|arg| !OWN_FLAGS.contains(&arg.as_str()))
        .map(|arg| format!(" {}", quoted(&arg)))
        .collect();
    let command = quoted(command);
    Ok(format!("bash -o pipefail -c {command} 2>&1 | {program} prompt --quiet{flags}"))
}

fn resolved(directory: &Path, path: &str) -> PathBuf {
    let home = path.strip_prefix("~/").zip(std::env::var_os("HOME"));
    match home {
        Some((rest, home)) => Path::new(&home).join(rest),
        None => directory.join(path),
    }
}

fn refused_file(path: &str, why: &str) -> Verdict {
    Verdict::Refuse(format!(
        "secscan: {path} {why}. A redacted copy can be had with: secscan prompt {path}"
    ))
}

fn told(danger: &Danger) -> String {
    match danger {
        Danger::Reads(path) => format!("secscan: {path} is a file of credentials, and would be sent to the model"),
        Danger::Environment => {
            "secscan: this prints the environment, or a variable that holds a secret, and it would be sent to \
             the model. Ask for a variable that is none by its name, or whether it is set: ${NAME:+set}"
                .to_owned()
        }
        Danger::PastHooks => {
            "secscan: this commits or pushes past the hooks that look for secrets. Leave that option out".to_owned()
        }
    }
}

/// How many secrets there are, and which rules found them.
fn summary(counts: &Counts) -> String {
    let total = counts.total();
    let ids: Vec<&str> = counts.iter().map(|(id, _)| id).collect();
    let noun = if total == 1 { "secret" } else { "secrets" };
    format!("{total} {noun} ({})", ids.join(", "))
}

/// A redacted copy for the user to send instead.
fn handed_back(copy: &str) -> String {
    if copy.len() <= MAX_COPY {
        return format!("This copy can be:\n\n{copy}");
    }
    let end = (0..=MAX_COPY).rev().find(|&at| copy.is_char_boundary(at)).unwrap_or(0);
    format!(
        "The beginning of a copy that can be (the rest with `secscan prompt`):\n\n{}",
        &copy[..end]
    )
}
