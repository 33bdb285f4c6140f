//! `secscan hook install --assistant`: our hooks in an assistant's settings, and out of them again.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::settings::{self, Command, Form, marked};
use crate::args::{Assistant, SettingsArgs};
use crate::exit::{Exit, Failure, cause};
use crate::output::Output;
use crate::talk::Talk;

/// Where an assistant keeps its hooks, and how.
struct Settings {
    /// The name after `secscan hook`.
    name: &'static str,
    /// In the project's directory.
    project: &'static str,
    /// In the home directory.
    user: &'static str,
    /// A variable that names the first directory of `user`.
    moved: Option<&'static str>,
    kind: Kind,
    /// What is left for the user to do.
    then: &'static str,
}

enum Kind {
    Json(Form),
    /// A block at the end of a file, in which `COMMAND` is the command.
    Block(&'static str),
    /// A directory with a program for each of these events.
    Programs(&'static [&'static str]),
}

const VIBE: &str = r#"[[hooks]]
name = "secscan-pre-tool"
type = "pre_tool"
match = "*"
command = "COMMAND"
timeout = 30.0
strict = true

[[hooks]]
name = "secscan-post-tool"
type = "post_tool"
match = "*"
command = "COMMAND"
timeout = 30.0
strict = true
"#;

fn settings(assistant: Assistant) -> Settings {
    let grouped = |events, more| {
        Kind::Json(Form { versioned: false, grouped: true, events, more, typed: true })
    };
    match assistant {
        Assistant::ClaudeCode => Settings {
            name: "claude-code",
            project: ".claude/settings.json",
            user: ".claude/settings.json",
            moved: Some("CLAUDE_CONFIG_DIR"),
            kind: grouped(
                &[
                    ("UserPromptSubmit", None),
                    ("PreToolUse", Some("*")),
                    ("PostToolUse", Some("*")),
                ],
                "\"timeout\": 30",
            ),
            then: "",
        },
        Assistant::Codex => Settings {
            name: "codex",
            project: ".codex/hooks.json",
            user: ".codex/hooks.json",
            moved: Some("CODEX_HOME"),
            kind: grouped(
                &[
                    ("UserPromptSubmit", None),
                    ("PreToolUse", Some(".*")),
                    ("PostToolUse", Some(".*")),
                ],
                "\"timeout\": 30",
            ),
            then: "Codex does not run new hooks until you trust them: do that with /hooks",
        },
        Assistant::Cursor => Settings {
            name: "cursor",
            project: ".cursor/hooks.json",
            user: ".cursor/hooks.json",
            moved: None,
            kind: Kind::Json(Form {
                versioned: true,
                grouped: false,
                events: &[
                    ("beforeSubmitPrompt", None),
                    ("preToolUse", None),
                    ("postToolUse", None),
                    ("beforeReadFile", None),
                ],
                more: "\"timeout\": 30,\n  \"failClosed\": true",
                typed: false,
            }),
            then: "",
        },
        Assistant::Copilot => Settings {
            name: "copilot",
            project: ".github/hooks/secscan-copilot.json",
            user: ".copilot/hooks/secscan-copilot.json",
            moved: None,
            kind: Kind::Json(Form {
                versioned: true,
                grouped: false,
                events: &[
                    ("userPromptTransformed", None),
                    ("preToolUse", None),
                    ("postToolUse", None),
                ],
                more: "\"timeoutSec\": 30",
                typed: true,
            }),
            then: "",
        },
        Assistant::Vscode => Settings {
            name: "vscode",
            project: ".github/hooks/secscan-vscode.json",
            user: ".copilot/hooks/secscan-vscode.json",
            moved: None,
            kind: grouped(
                &[
                    ("UserPromptSubmit", None),
                    ("PreToolUse", Some("*")),
                    ("PostToolUse", Some("*")),
                ],
                "\"timeout\": 30",
            ),
            then: "",
        },
        Assistant::Gemini => Settings {
            name: "gemini",
            project: ".gemini/settings.json",
            user: ".gemini/settings.json",
            moved: None,
            kind: grouped(
                &[("BeforeModel", None), ("BeforeTool", Some(".*")), ("AfterTool", Some(".*"))],
                // Milliseconds.
                "\"timeout\": 30000",
            ),
            then: "",
        },
        Assistant::Windsurf => Settings {
            name: "windsurf",
            project: ".windsurf/hooks.json",
            user: ".codeium/windsurf/hooks.json",
            moved: None,
            kind: Kind::Json(Form {
                versioned: false,
                grouped: false,
                events: &[
                    ("pre_user_prompt", None),
                    ("pre_read_code", None),
                    ("pre_write_code", None),
                    ("pre_run_command", None),
                    ("pre_mcp_tool_use", None),
                    ("post_mcp_tool_use", None),
                ],
                more: "\"show_output\": true",
                typed: false,
            }),
            then: "",
        },
        Assistant::Vibe => Settings {
            name: "vibe",
            project: ".vibe/hooks.toml",
            user: ".vibe/hooks.toml",
            moved: Some("VIBE_HOME"),
            kind: Kind::Block(VIBE),
            then: "Vibe runs a project's hooks in trusted folders only",
        },
        Assistant::Cline => Settings {
            name: "cline",
            project: ".clinerules/hooks",
            user: "Documents/Cline/Hooks",
            moved: None,
            kind: Kind::Programs(&["PreToolUse", "PostToolUse", "UserPromptSubmit"]),
            then: "hooks must be enabled in Cline's settings",
        },
    }
}

/// A file as it is to be.
struct Change {
    path: PathBuf,
    /// None if it is to be removed.
    text: Option<String>,
    program: bool,
}

/// Puts our hooks in.
pub(crate) fn install(
    assistant: Assistant,
    args: SettingsArgs,
    talk: Talk,
) -> Result<Exit, Failure> {
    let settings = settings(assistant);
    let program = program(args.user)?;
    let command = Command { program: &program, assistant: settings.name };
    let path = place(&settings, args.user)?;
    let changes = match &settings.kind {
        Kind::Json(form) => {
            let text =
                settings::with(&read(&path)?, form, &command).map_err(|why| cannot(&path, &why))?;
            vec![Change { path, text: Some(text), program: false }]
        }
        Kind::Block(block) => {
            let there = read(&path)?;
            if there.lines().any(|line| line.trim_start().starts_with("hooks =")) {
                return Err(cannot(
                    &path,
                    &Failure::new("its hooks are in a list; write them as [[hooks]]"),
                ));
            }
            let command = command.text().replace('\\', "\\\\").replace('"', "\\\"");
            let text = marked::with(&there, &block.replace("COMMAND", &command));
            vec![Change { path, text: Some(text), program: false }]
        }
        Kind::Programs(events) => {
            let text = format!(
                "#!/bin/sh\n# Written by `secscan hook install`\nexec {}\n",
                command.text()
            );
            let change = |event: &&str| {
                let path = path.join(event);
                let there = read(&path)?;
                if !there.is_empty() && !is_ours(&there) {
                    return Err(cannot(
                        &path,
                        &Failure::new("there is a hook of somebody else already"),
                    ));
                }
                Ok(Change { path, text: Some(text.clone()), program: true })
            };
            events.iter().map(change).collect::<Result<_, _>>()?
        }
    };
    if args.print {
        return print(&changes, talk);
    }
    for change in &changes {
        let shown = change.path.display();
        if change.text.as_deref() == Some(read(&change.path)?.as_str()) {
            talk.note(format_args!("{shown} has the hooks already"));
        } else {
            write(change)?;
            talk.note(format_args!("installed hooks in {shown}"));
        }
    }
    if !args.user {
        talk.note("everybody who works on this project needs secscan on the PATH, or the hooks do nothing");
    }
    if !settings.then.is_empty() {
        talk.note(settings.then);
    }
    Ok(Exit::Clean)
}

/// Takes our hooks out.
pub(crate) fn uninstall(
    assistant: Assistant,
    args: SettingsArgs,
    talk: Talk,
) -> Result<Exit, Failure> {
    let settings = settings(assistant);
    let command = Command { program: "secscan", assistant: settings.name };
    let path = place(&settings, args.user)?;
    let changes = match &settings.kind {
        Kind::Json(form) => {
            let there = read(&path)?;
            let new = match there.is_empty() {
                true => None,
                false => {
                    settings::without(&there, form, &command).map_err(|why| cannot(&path, &why))?
                }
            };
            // A file that is for hooks alone was ours.
            let own = path.file_name().is_some_and(|name| name != "settings.json");
            let change = |(text, left)| Change {
                path,
                text: (left || !own).then_some(text),
                program: false,
            };
            new.map(change).into_iter().collect()
        }
        Kind::Block(_) => {
            let new = marked::without(&read(&path)?);
            let text = |text: String| (!text.trim().is_empty()).then_some(text);
            new.map(|new| Change { path, text: text(new), program: false }).into_iter().collect()
        }
        Kind::Programs(events) => {
            let mut changes = Vec::new();
            for event in *events {
                let path = path.join(event);
                if is_ours(&read(&path)?) {
                    changes.push(Change { path, text: None, program: true });
                }
            }
            changes
        }
    };
    if args.print {
        return print(&changes, talk);
    }
    if changes.is_empty() {
        talk.note(format_args!(
            "there is no hook of secscan in {}",
            place(&settings, args.user)?.display()
        ));
    }
    for change in &changes {
        write(change)?;
        talk.note(format_args!("removed hooks from {}", change.path.display()));
    }
    Ok(Exit::Clean)
}

fn is_ours(program: &str) -> bool {
    program
        .lines()
        .nth(1)
        .is_some_and(|line| line.starts_with("# Written by `secscan hook install`"))
}

fn print(changes: &[Change], talk: Talk) -> Result<Exit, Failure> {
    for change in changes {
        let verb = if change.text.is_some() { "write" } else { "remove" };
        talk.note(format_args!("would {verb} {}", change.path.display()));
    }
    Output::Stdout.write(|out| {
        let mut texts = changes.iter().filter_map(|change| change.text.as_deref());
        texts.try_for_each(|text| out.write_all(text.as_bytes()))
    })?;
    Ok(Exit::Clean)
}

/// The program as a shell is told: for one user by its path, since programs with windows have another
/// PATH; for a project by its name, since others have it elsewhere.
fn program(user: bool) -> Result<String, Failure> {
    if !user {
        return Ok("secscan".to_owned());
    }
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program: {}", cause(&error))))?;
    let text = program.to_string_lossy();
    let plain = |char: char| char.is_alphanumeric() || "/\\.-_:+~".contains(char);
    if text.chars().all(plain) {
        return Ok(text.into_owned());
    }
    Ok(if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    })
}

fn place(settings: &Settings, user: bool) -> Result<PathBuf, Failure> {
    if !user {
        return Ok(project()?.join(settings.project));
    }
    let set =
        |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(directory) = settings.moved.and_then(set) {
        let (_, rest) = settings.user.split_once('/').unwrap_or(("", settings.user));
        return Ok(directory.join(rest));
    }
    let home = set("HOME").or_else(|| set("USERPROFILE"));
    Ok(home.ok_or_else(|| Failure::new("there is no home directory"))?.join(settings.user))
}

/// The top of the repository, or where we are.
fn project() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Failure::new(format!("cannot find this directory: {}", cause(&error))))?;
    let top = here.ancestors().find(|directory| directory.join(".git").exists());
    Ok(top.unwrap_or(&here).to_owned())
}

/// The text of a file, empty if there is none.
fn read(path: &Path) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
            Ok(String::new())
        }
        Err(error) => Err(cannot(path, &Failure::new(cause(&error)))),
    }
}

fn cannot(path: &Path, why: &Failure) -> Failure {
    Failure::new(format!("cannot change {}: {why}", path.display()))
}

/// Writes a file whole or not at all, with the permissions that it had. What a link leads to is written.
fn write(change: &Change) -> Result<(), Failure> {
    let path = fs::canonicalize(&change.path).unwrap_or_else(|_| change.path.clone());
    let failed = |error: io::Error| cannot(&path, &Failure::new(cause(&error)));
    let Some(text) = &change.text else { return fs::remove_file(&change.path).map_err(failed) };
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(failed)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".secscan-{}", std::process::id()));
    let new = directory.join(name);
    let there = fs::metadata(&path).ok();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if there.is_some() {
        // Settings may hold keys: nobody else reads them before they have their permissions.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let written = options.open(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        if let Some(there) = &there {
            file.set_permissions(there.permissions())?;
        }
        #[cfg(unix)]
        if change.program {
            file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        }
        file.sync_all()?;
        fs::rename(&new, &path)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&new);
        failed(error)
    })
}
