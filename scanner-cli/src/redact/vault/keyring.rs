//! The key in the system's keyring, kept by the tool that comes with it: `secret-tool` (libsecret) where there is
//! a session bus, `security` on macOS. What is secret goes through pipes, and never stands among the arguments,
//! which all processes can see.
//!
//! A tool and no library, for it is started by who uses a vault, and costs nobody else anything: the library for
//! the Secret Service is either a D-Bus of its own with an asynchronous runtime (`zbus`), whose tables every start
//! of the program would pay for, or C (`libdbus`), which would have to be there to build. The crate `keyring`
//! chooses between these two. On Windows there is no such tool, and the key is in a file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::key::Key;
use crate::exit::{Failure, cause};
use crate::show::visible;

/// Whether a vault that is begun has its key there if nothing was said. Not on macOS, where that was never
/// tried.
pub(super) const IS_USUAL: bool = cfg!(all(unix, not(target_os = "macos")));

/// How long the user has to unlock it.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the key is called there.
const LABEL: &str = "The key of secscan's vaults";
const SECRET_TOOL: [&str; 4] = ["application", "secscan", "use", "vault-key"];
const SECURITY: [&str; 4] = ["-s", "secscan", "-a", "vault-key"];

/// The status of `security` when there is no such item.
const NO_ITEM: i32 = 44;

/// The key, if it is there.
pub(super) fn lookup() -> Result<Option<Key>, Failure> {
    let mut command = tool()?;
    if cfg!(target_os = "macos") {
        command.arg("find-generic-password").args(SECURITY).arg("-w");
    } else {
        command.arg("lookup").args(SECRET_TOOL);
    }
    let output = ask(command, b"")?;
    if output.status.success() {
        return match from_hex(output.stdout.trim_ascii()) {
            Some(key) => Ok(Some(key)),
            None => Err(Failure::new("what is there is no key of secscan")),
        };
    }
    // `secret-tool` says nothing at all if there is no such item.
    if output.status.code() == Some(NO_ITEM) || output.stderr.trim_ascii().is_empty() {
        return Ok(None);
    }
    let why = output.stderr.trim_ascii().split(|&byte| byte == b'\n').next().unwrap_or_default();
    Err(Failure::new(format!("it did not open: {}", visible(&why[..why.len().min(200)]))))
}

/// Keeps the key, in the place of one that is there. What the tool says is not passed on: it was given the key.
pub(super) fn store(key: &Key) -> Result<(), Failure> {
    let mut text = String::new();
    crate::fingerprint::hex(key, &mut text);
    let mut command = tool()?;
    if cfg!(target_os = "macos") {
        // It reads commands, and their arguments do not become those of a process.
        command.arg("-i");
        text = format!("add-generic-password -U {} -l \"{LABEL}\" -w {text}\n", SECURITY.join(" "));
    } else {
        command.arg("store").arg(format!("--label={LABEL}")).args(SECRET_TOOL);
    }
    let output = ask(command, text.as_bytes())?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("it did not keep the key ({})", output.status)))
}

/// The tool, where it can be of use.
fn tool() -> Result<Command, Failure> {
    if cfg!(target_os = "macos") {
        return Ok(Command::new("/usr/bin/security"));
    }
    if !cfg!(unix) {
        return Err(Failure::new("that of this system cannot be used: take --vault-key file"));
    }
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let has_bus = set("DBUS_SESSION_BUS_ADDRESS").is_some()
        || set("XDG_RUNTIME_DIR")
            .is_some_and(|directory| Path::new(&directory).join("bus").exists());
    if !has_bus {
        return Err(Failure::new("there is no session bus here to reach it by"));
    }
    // Not from where we happen to be.
    let path = set("PATH").unwrap_or_default();
    let mut directories = std::env::split_paths(&path).filter(|path| path.is_absolute());
    let program: Option<PathBuf> =
        directories.find_map(|path| Some(path.join("secret-tool")).filter(|path| path.is_file()));
    let missing = || Failure::new("the program secret-tool is not on the PATH (libsecret-tools)");
    Ok(Command::new(program.ok_or_else(missing)?))
}

/// Runs the tool.
fn ask(mut command: Command, input: &[u8]) -> Result<Output, Failure> {
    let failed =
        |error: std::io::Error| Failure::new(format!("its tool does not run: {}", cause(&error)));
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child: Child = pipes.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // It is shorter than what a pipe holds. Who does not read it will not succeed.
        let _ = stdin.write_all(input);
    }
    let began = Instant::now();
    while child.try_wait().map_err(failed)?.is_none() {
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            let seconds = PATIENCE.as_secs();
            return Err(Failure::new(format!("it did not open in {seconds} seconds: unlock it")));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().map_err(failed)
}

fn from_hex(text: &[u8]) -> Option<Key> {
    let mut key = Key::default();
    if text.len() != 2 * key.len() {
        return None;
    }
    for (byte, two) in key.iter_mut().zip(text.chunks_exact(2)) {
        let digit = |at: usize| char::from(two[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_as_text() {
        let key: Key = std::array::from_fn(|at| at as u8 * 7);
        let mut text = String::new();
        crate::fingerprint::hex(&key, &mut text);
        assert_eq!(from_hex(text.as_bytes()), Some(key));
        for text in ["", &text[..62], &text.replace('e', "g"), &format!("{text}00")] {
            assert_eq!(from_hex(text.as_bytes()), None, "{text}");
        }
    }
}
