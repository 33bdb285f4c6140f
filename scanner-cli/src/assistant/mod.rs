//! `secscan hook ASSISTANT`: between an assistant and its model.
//!
//! An assistant calls a hook with JSON on the standard input, for each prompt, each tool call and each
//! result, and does what the answer says. [`call`] reads what any assistant says, [`judge`] decides what is to
//! become of it, and [`protocol`] says it in the assistant's own words.
//!
//! It fails closed: when something goes wrong, a prompt is stopped, a tool is not called, and an output is
//! withheld, and why is said.

mod call;
mod credential;
mod install;
mod judge;
mod mention;
mod protocol;
mod restore;
mod settings;
mod shell;
mod withhold;
mod words;

use std::io::{self, Read, Write};

use secscan_core::json::Document;

use crate::args::{AnswerArgs, Assistant};
use crate::exit::{Exit, Failure, cause};
use crate::panic;
use crate::redact::Redactor;
use crate::talk::Talk;
use call::{Call, Event};
pub(crate) use install::{install, uninstall};
use judge::{Judge, Verdict};
use protocol::{Answer, Protocol};
use restore::Restore;
#[cfg(any(test, fuzzing))]
pub(crate) use settings::settings_of;
use withhold::{withheld, withheld_of};

/// The longest payload. What is longer is refused, as far as it can be understood.
const MAX_PAYLOAD: u64 = 32 << 20;

/// Answers one event.
pub(crate) fn answer(assistant: Assistant, args: &AnswerArgs, talk: Talk) -> Result<Exit, Failure> {
    let Answer { out, say, exit } = answer_to(&read()?, assistant, args);
    if !say.is_empty() {
        talk.error(say.trim_start_matches("secscan: "));
    }
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(&out)
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::new(format!("cannot write the answer: {}", cause(&error))))?;
    Ok(exit)
}

fn read() -> Result<Vec<u8>, Failure> {
    let mut payload = Vec::new();
    io::stdin()
        .lock()
        .take(MAX_PAYLOAD + 1)
        .read_to_end(&mut payload)
        .map_err(|error| Failure::new(format!("cannot read the payload: {}", cause(&error))))?;
    Ok(payload)
}

/// What an assistant is told, on the standard output and the standard error.
#[cfg(any(test, fuzzing))]
pub(crate) fn told(payload: &[u8], assistant: Assistant, args: &AnswerArgs) -> (Vec<u8>, String) {
    let Answer { out, say, .. } = answer_to(payload, assistant, args);
    (out, say)
}

fn answer_to(payload: &[u8], assistant: Assistant, args: &AnswerArgs) -> Answer {
    answer_by(payload, assistant, |protocol, call| {
        let mut redactor = Redactor::new(&args.redact, &[], &call.directory)?;
        let restore = Restore { vault: &args.redact.vault, files: args.restore_files };
        Judge { redactor: &mut redactor, protocol, restore }.verdict(call)
    })
}

/// The answer to a call, as `judge` has it. Where that fails or panics, what is asked about is withheld.
fn answer_by(
    payload: &[u8],
    assistant: Assistant,
    judge: impl FnOnce(&Protocol, &Call<'_>) -> Result<Verdict, Failure>,
) -> Answer {
    let read = if payload.len() as u64 > MAX_PAYLOAD {
        let most = MAX_PAYLOAD >> 20;
        Err(Failure::new(format!("the payload is larger than {most} MiB, and is not looked into")))
    } else {
        Document::parse(payload).map_err(|error| Failure::new(error.to_string()))
    };
    let (document, broken) = match read {
        Ok(document) => (document, None),
        Err(failure) => match Document::parse_beginning(payload) {
            Some(document) => (document, Some(failure)),
            None => return Answer::failed(&failure),
        },
    };
    let call = match Call::new(&document) {
        Ok(call) => call,
        Err(failure) => return Answer::failed(broken.as_ref().unwrap_or(&failure)),
    };
    let protocol = protocol::of(protocol::speaker(assistant, &call));
    if let Some(failure) = &broken {
        return failed(protocol, &call, failure, false);
    }
    let bug = Failure::new("this is a bug, please report it");
    let last = failed(protocol, &call, &bug, true);
    panic::last_words(last.out, last.exit);
    match judge(protocol, &call) {
        Ok(verdict) => (protocol.answer)(&call, verdict),
        Err(failure) => failed(protocol, &call, &failure, true),
    }
}

/// The answer when a call could not be judged. `whole` says whether all of it was read.
fn failed(protocol: &Protocol, call: &Call<'_>, failure: &Failure, whole: bool) -> Answer {
    let note = format!("secscan: {failure}; so this is withheld");
    let verdict = match call.event {
        Event::Prompt | Event::Request => Verdict::Stop(note.clone()),
        Event::Input | Event::File => Verdict::Refuse(note.clone()),
        Event::Output | Event::Sent => {
            let value = if call.event == Event::Sent { call.text } else { call.output };
            let json = match value {
                Some(value) if whole => withheld(value.raw()),
                _ => withheld_of(&call.tool),
            };
            Verdict::Change { json, note: note.clone() }
        }
        Event::Shown | Event::Other => Verdict::Pass,
    };
    let mut answer = (protocol.answer)(call, verdict);
    answer.say = note;
    answer
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Output};

    use super::*;

    /// What the judge trips over: a part of what it was shown.
    const QUOTED: &str = "the part that was quoted";

    /// The events that a model waits for, or that lead to it.
    const EVENTS: &[&str] = &["UserPromptSubmit", "PreToolUse", "PostToolUse"];

    fn payload(event: &str) -> String {
        format!(
            r#"{{"hook_event_name": "{event}", "cwd": "/", "prompt": "{QUOTED}", "tool_name": "Bash",
               "tool_input": {{"command": "{QUOTED}"}}, "tool_response": {{"stdout": "{QUOTED}"}}}}"#
        )
    }

    /// Not a test by itself: a process that panics while it judges, for the test below to run.
    #[test]
    #[ignore = "ends the process"]
    fn a_judge_that_panics() {
        let Ok(event) = std::env::var("SECSCAN_TEST_EVENT") else { return };
        panic::install();
        answer_by(payload(&event).as_bytes(), Assistant::ClaudeCode, |_, _| panic!("at {QUOTED}"));
    }

    #[test]
    fn a_panic_withholds_and_quotes_nothing() {
        for event in EVENTS {
            let Output { status, stdout, stderr } = Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "assistant::tests::a_judge_that_panics",
                    "--ignored",
                    "--nocapture",
                ])
                .env("SECSCAN_TEST_EVENT", event)
                .output()
                .unwrap();
            let (stdout, stderr) =
                (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
            assert!(!stdout.contains(QUOTED) && !stderr.contains(QUOTED), "{stdout}{stderr}");
            assert!(stderr.contains("this is a bug"), "{stderr}");
            // What the test program says of itself stands before the answer.
            let answer = &stdout[stdout.find('{').expect("an answer")..];
            let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
            let specific = &answer["hookSpecificOutput"];
            match *event {
                "UserPromptSubmit" => assert_eq!(answer["decision"], "block", "{answer}"),
                "PreToolUse" => assert_eq!(specific["permissionDecision"], "deny", "{answer}"),
                _ => assert!(!specific["updatedToolOutput"].is_null(), "{answer}"),
            }
            assert_eq!(status.code(), Some(0), "the answer is read");
        }
    }
}
