//! `secscan rules lint`: what is wrong with rules although they load.

use std::io::{self, Write};

use secscan_core::gitleaks::{Effect, Note};
use secscan_core::lint::{lint, shadow};
use secscan_core::{RuleId, RuleSet};
use serde::Serialize;

use crate::exit::Failure;
use crate::plan::scanner;
use crate::report::Style;

/// One thing to mend.
#[derive(Debug, Serialize)]
pub(super) struct Complaint {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    lint: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    what: String,
    mend: String,
}

/// Looks at these rules. Those that were `adopted` from a file of another scanner cannot have examples.
pub(super) fn run(
    rules: &RuleSet,
    ids: &[RuleId],
    adopted: &[RuleId],
    notes: &[Note],
) -> Result<Vec<Complaint>, Failure> {
    let mut all: Vec<Complaint> = notes.iter().filter_map(of_note).collect();
    let mut on = rules.clone();
    on.clear_exceptions();
    for id in ids {
        on.set_enabled(*id, true);
    }
    let scanner = scanner(on)?;
    for id in ids {
        let rule = rules.get(*id);
        let complete = !adopted.contains(id);
        let mut lints = lint(rule, rules, complete);
        // The tests of built-in rules hold their examples against all the others.
        if let Some(other) = shadow(rule, &scanner).filter(|_| !rules.is_built_in(*id)) {
            lints.push(secscan_core::lint::Lint {
                name: "shadowed",
                what: format!("what it matches is reported as {}", other.id),
                mend: "drop it, or `disable` the other",
            });
        }
        all.extend(lints.into_iter().map(|one| Complaint {
            rule: Some(rule.id.to_string()),
            lint: one.name,
            file: None,
            line: None,
            what: one.what,
            mend: one.mend.to_owned(),
        }));
    }
    Ok(all)
}

fn of_note(note: &Note) -> Option<Complaint> {
    let lint = match note.effect() {
        Effect::Dropped => "not-used",
        Effect::Differs => "differs",
        _ => return None,
    };
    let (file, line) = note.place();
    Some(Complaint {
        rule: note.rule().map(str::to_owned),
        lint,
        file: Some(file.to_owned()),
        line: Some(line),
        what: note.what().to_owned(),
        mend: note.advice().to_owned(),
    })
}

pub(super) fn text(all: &[Complaint], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    for one in all {
        if let (Some(file), Some(line)) = (&one.file, one.line) {
            write!(out, "{file}:{line}: ")?;
        }
        if let Some(rule) = &one.rule {
            write!(out, "{}: ", style.strong(rule))?;
        }
        writeln!(out, "{} ({})", one.what, one.lint)?;
        if !one.mend.is_empty() {
            writeln!(out, "    {}", style.faint(&one.mend))?;
        }
    }
    Ok(())
}
