//! What somebody made to break us: nothing hangs, nothing runs out of memory, the rest is scanned all the same, and
//! what could not be read is named.
//!
//! Memory and work are bounded by the system: a process that maps too much, or computes too long, is ended by it.
#![allow(clippy::print_stdout)]

mod files;
mod shown;
mod stores;
mod surroundings;
mod text;
mod trees;

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

use crate::support::{Project, Ran};

/// So much memory may be mapped, in MiB. What a build without optimisation maps of itself is a part of it.
const MEMORY: u64 = 1024;
/// So many seconds of processor time. Waiting costs none: see [`WAIT`].
const WORK: u64 = 120;
/// And so many on the clock, for what would wait for ever.
const WAIT: u64 = 400;

/// Runs a command within bounds.
#[track_caller]
pub(crate) fn bounded(command: &Command) -> Ran {
    let mut shell = Command::new("timeout");
    shell.arg(WAIT.to_string()).args(["sh", "-c"]);
    shell.arg(format!("ulimit -v {} && ulimit -t {WORK} && exec \"$@\"", MEMORY << 10)).arg("sh");
    shell.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    shell.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell.output().unwrap();
    assert_eq!(output.status.signal(), None, "{}", String::from_utf8_lossy(&output.stderr));
    assert_ne!(output.status.code(), Some(124), "it waits for something");
    let ran = Ran::from(output);
    assert!(!ran.err.contains("panic"), "{}", ran.all());
    // What a shell says of a child that was killed.
    assert!(ran.code.is_some_and(|code| code < 128), "{}", ran.all());
    ran
}

/// A scan within bounds.
#[track_caller]
pub(crate) fn scan(project: &Project, args: &[&str]) -> Ran {
    bounded(&project.scan_command(args))
}

/// The same as JSON.
#[track_caller]
pub(crate) fn json(project: &Project, args: &[&str]) -> serde_json::Value {
    let ran = scan(project, &[&["--format", "json"], args].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.all()))
}

/// The same command as another user, who may not write or read everything, behind something said to the shell; none,
/// if that cannot be.
pub(crate) fn as_somebody(
    user: u32,
    project: &Project,
    command: &Command,
    before: &str,
) -> Option<Command> {
    use std::os::unix::fs::PermissionsExt;
    let above = project.root().parent().unwrap().to_owned();
    std::fs::set_permissions(&above, std::fs::Permissions::from_mode(0o755)).unwrap();
    let user = user.to_string();
    let become_them = ["--reuid", &user, "--regid", &user, "--clear-groups"];
    let mut test = Command::new("setpriv");
    test.args(become_them).args(["test", "-x"]).arg(command.get_program());
    if !test.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return None;
    }
    let mut somebody = Command::new("setpriv");
    somebody.args(become_them).args(["sh", "-c", &format!("{before}; exec \"$@\""), "sh"]);
    somebody.arg(command.get_program()).args(command.get_args()).current_dir(project.root());
    somebody.env("HOME", "/nowhere").env("XDG_CONFIG_HOME", "/nowhere");
    Some(somebody)
}

/// Says that a test cannot be made here.
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
}
