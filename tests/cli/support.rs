//! A directory to scan, a command that scans it, and what came of it.

use std::fs;
use std::io::Write;
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;
#[cfg(unix)]
use std::process::{Child, ExitStatus};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A rule of the tests' own, so that they do not depend on the built-in ones.
pub(crate) const RULES: &str = r#"
issuer = "Acme"
url = "https://acme.example/docs/keys"

[[rule]]
id = "acme-key"
name = "Acme key"
severity = "high"
heads = ["acme_"]
pattern = 'acme_[0-9a-f]{32}'
fix = "Revoke it at https://acme.example/keys."
examples = ["key = {{acme-key}}"]

[[rule]]
id = "acme-test-key"
name = "Acme test key"
severity = "low"
heads = ["acmt_"]
pattern = 'acmt_[0-9a-f]{32}'
fix = "Revoke it at https://acme.example/keys."
examples = ["key = {{acme-test-key}}"]

[[rule]]
id = "acme-public-id"
name = "Acme public identifier"
severity = "info"
enabled = false
heads = ["acmp_"]
pattern = 'acmp_[0-9a-f]{32}'
fix = "Nothing: it is public."
examples = ["id = {{acme-public-id}}"]
"#;

/// How the operating system's message for a missing file begins.
pub(crate) const MISSING: &str =
    if cfg!(windows) { "the system cannot find the" } else { "no such file" };

/// A directory that is deleted in the end, with `RULES` beside it.
pub(crate) struct Project {
    directory: TempDir,
}

/// What a command did.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    pub(crate) fn new() -> Project {
        let project = Project { directory: tempfile::tempdir().unwrap() };
        fs::create_dir(project.root()).unwrap();
        fs::write(project.rules(), RULES).unwrap();
        project
    }

    /// The directory to scan, which is empty at first.
    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().join("project")
    }

    /// A path outside of it.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn rules(&self) -> PathBuf {
        self.outside("acme.toml")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Writes a file, with the directories that it needs.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Project {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Makes it look like a repository, so that `.gitignore` counts.
    pub(crate) fn repository(&self) -> &Project {
        fs::create_dir(self.path(".git")).unwrap();
        self
    }

    /// The command, in the directory, with nothing of this process's surroundings that matters.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_secscan"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SECSCAN_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.root())
            .args(args)
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            // Where these tests run is not what they are about.
            .env_remove("CI")
            // No test writes to the keyring of who runs it.
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("XDG_RUNTIME_DIR")
            .env("HOME", self.outside("home"))
            .env("XDG_CONFIG_HOME", self.outside("config"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// `secscan scan` with the tests' rules.
    pub(crate) fn scan(&self, args: &[&str]) -> Ran {
        Ran::from(self.scan_command(args).output().unwrap())
    }

    pub(crate) fn scan_command(&self, args: &[&str]) -> Command {
        let mut command = self.command(&["scan", "--rules"]);
        command.arg(self.rules()).args(args);
        command
    }

    /// The report of a scan as JSON.
    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        let ran = self.scan(&[&["--format", "json"], args].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.all()))
    }

    /// The paths in which a scan finds something.
    pub(crate) fn found(&self, args: &[&str]) -> Vec<String> {
        let report = self.json(args);
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(|one| one["path"].as_str().unwrap().replace('\\', "/")).collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    pub(crate) fn all(&self) -> String {
        format!("code {:?}\nstdout:\n{}\nstderr:\n{}", self.code, self.out, self.err)
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}", self.all());
        self
    }

    #[track_caller]
    pub(crate) fn says(self, what: &str) -> Ran {
        assert!(self.err.contains(what), "no {what:?} in {}", self.all());
        self
    }

    #[track_caller]
    pub(crate) fn prints(self, what: &str) -> Ran {
        assert!(self.out.contains(what), "no {what:?} in {}", self.all());
        self
    }
}

/// A key that the tests' own rules find; another for each seed.
pub(crate) fn key(seed: u64) -> String {
    token("acme_", seed)
}

/// A prefix and 32 hexadecimal digits that look random.
pub(crate) fn token(prefix: &str, seed: u64) -> String {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let digits = (0..32).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b"0123456789abcdef"[(state >> 40) as usize % 16])
    });
    prefix.chars().chain(digits).collect()
}

/// A token of a built-in rule.
pub(crate) fn builtin(rule: &str, seed: u64) -> String {
    let rules = secscan_core::RuleSet::builtin();
    let id = rules.find(rule).unwrap_or_else(|| panic!("no rule {rule}"));
    let generated = secscan_core::generate::generate(rules.get(id), seed);
    String::from_utf8(generated.text).unwrap()
}

/// Runs a command to its end, with this on its standard input.
pub(crate) fn fed(mut command: Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // It may end before it has read all.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Sends a signal by name.
#[cfg(unix)]
pub(crate) fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Waits until a process ends; one that does not is ended, and the test with it.
#[cfg(unix)]
#[track_caller]
pub(crate) fn ends(child: &mut Child) -> ExitStatus {
    for _ in 0..6000 {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("it does not end");
}

/// Writes more than a pipe holds: when that is done, who reads it has read of it.
#[cfg(unix)]
pub(crate) fn more_than_a_pipe_holds(pipe: &mut impl Write) {
    pipe.write_all(&b"nothing to be found\n".repeat(100_000)).unwrap();
}

/// Makes a FIFO.
#[cfg(unix)]
pub(crate) fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
