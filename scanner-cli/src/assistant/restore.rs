//! Placeholders turned back into what they stand for: where the user reads them, and, if that was asked for,
//! in what is written to files here.
//!
//! Nowhere else. A model that was talked into it can write a command that sends a placeholder away, so
//! commands and what goes to servers keep theirs.

use secscan_core::json::{Edits, Kind, Value};
use secscan_core::sanitize::{Form, Restorer};

use super::judge::PATHS;
use crate::args::VaultArgs;
use crate::redact::Vault;

/// Tools that write files and do nothing else. Their names in lower case.
const WRITERS: &[&str] = &[
    "write",
    "edit",
    "multiedit",
    "notebookedit",
    "write_file",
    "replace",
    "create",
    "create_file",
    "replace_string_in_file",
    "insert_edit_into_file",
    "str_replace",
    "str_replace_editor",
    "search_replace",
];

/// What text is called in what a model answers.
const SHOWN: &[&str] = &["delta", "text"];

/// Whether a tool writes files and does nothing else.
pub(super) fn writes_files(tool: &str) -> bool {
    WRITERS.contains(&tool)
}

/// What to put back.
#[derive(Clone, Copy)]
pub(super) struct Restore<'a> {
    pub(super) vault: &'a VaultArgs,
    /// Also in what is written to files, and not in their names.
    pub(super) files: bool,
}

impl Restore<'_> {
    /// The value with its placeholders turned back; none if it has none. Of what a model answers, only the
    /// text that is shown.
    pub(super) fn apply(self, value: Value<'_>, shown: bool) -> Option<Vec<u8>> {
        // No placeholder, no vault to be opened.
        if !value.raw().windows(6).any(|word| word.eq_ignore_ascii_case(b"secret")) {
            return None;
        }
        // Without a vault, or when it cannot be read, placeholders stay: that harms nobody.
        let entries = Vault::entries(&Vault::named(self.vault).ok()?).ok()?;
        let mut edits = Edits::default();
        walk(value, shown, &mut |value, text| {
            let mut restorer = Restorer::new(entries.iter().cloned(), Form::Plain);
            let mut new = Vec::new();
            restorer.push(text, &mut new);
            restorer.finish(&mut new);
            if new != text {
                edits.replace(value.span(), &new);
            }
        });
        let changed = !edits.is_empty();
        changed.then(|| edits.within(value.span()).apply(value.raw()).into_owned())
    }
}

fn walk(value: Value<'_>, shown: bool, string: &mut dyn FnMut(Value<'_>, &[u8])) {
    if value.kind() == Kind::String {
        let key = value.key().unwrap_or_default();
        let is_path = PATHS.iter().any(|name| name.as_bytes() == &*key);
        if !shown && !is_path || shown && SHOWN.iter().any(|name| name.as_bytes() == &*key) {
            string(value, &value.text().unwrap_or_default());
        }
    }
    for child in value.children() {
        walk(child, shown, string);
    }
}
