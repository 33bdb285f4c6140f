//! Systems that give less than is asked of them: no room, no memory, no files, no threads, no directory, nobody who
//! reads.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{as_somebody, bounded, scan, skipped};
use crate::repository::Repository;
use crate::support::{Project, Ran, key, signal};

const FORMATS: [&str; 11] = [
    "text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "html", "ocsf",
    "markdown",
];

/// A project with so many secrets that a report of them does not fit in what is allowed below.
fn many() -> Project {
    let project = Project::new();
    let lines: Vec<String> = (0..200).map(key).collect();
    project.file("a", lines.join("\n"));
    project
}

/// Runs a command with something said to the shell before.
#[track_caller]
fn after(before: &str, command: &Command) -> Ran {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{before}; exec \"$@\"")).arg("sh");
    shell.arg(command.get_program()).args(command.get_args());
    shell.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    bounded(&shell)
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let project = many();
    for format in FORMATS {
        let full = "cannot write the standard output: no space left on device";
        let command = project.scan_command(&["--format", format]);
        after("exec >/dev/full", &command).expect(2).says(full);
        let command = project.scan_command(&["--output", &format!("{format}=/dev/full")]);
        bounded(&command).expect(2).says("cannot write /dev/full: no space left on device");
    }
    after("exec >/dev/full", &project.command(&["rules", "list"])).expect(2).says("no space left");
    // Where nothing can be said, the exit status still says it.
    after("exec 2>/dev/full", &project.scan_command(&[])).expect(1);
    after("exec >&- 2>&-", &project.scan_command(&["--format", "json"]));
}

/// No file may be longer than 4 KiB: what is cut off there is taken back, and what was there before stays.
#[test]
fn nothing_is_half_written() {
    let project = many();
    let little = "trap '' XFSZ; ulimit -f 8";
    for format in FORMATS {
        let report = project.outside(format);
        let output = format!("{format}={}", report.display());
        let ran = after(little, &project.scan_command(&["--format", "json", "-o", &output]));
        ran.expect(2).says("cannot write ").says("file too large");
        assert_eq!(fs::read(&report).unwrap(), b"", "{format}");
    }
    // A baseline that was not there is not, and one that was is as it was.
    let create = || {
        let mut command = project.command(&["baseline", "create", "--rules"]);
        command.arg(project.rules());
        command
    };
    let left = || fs::read_dir(project.root()).unwrap().count();
    after(little, &create()).expect(2).says("cannot write ").says("file too large");
    assert_eq!(left(), 1);
    let lines: Vec<String> = (0..10).map(key).collect();
    project.file("a", lines.join("\n"));
    bounded(&create()).expect(0);
    let before = fs::read(project.path(".secscan-baseline.json")).unwrap();
    let lines: Vec<String> = (0..200).map(key).collect();
    project.file("a", lines.join("\n"));
    let mut update = project.command(&["baseline", "update", "--rules"]);
    update.arg(project.rules());
    after(little, &update).expect(2).says("file too large");
    assert_eq!(fs::read(project.path(".secscan-baseline.json")).unwrap(), before);
    assert_eq!(left(), 2);
    // Nor is a vault cut: what it has so far can still be put back.
    let vault = project.outside("vault");
    let prompt = |file: &str| {
        let mut command = project.command(&["prompt", "--vault", vault.to_str().unwrap()]);
        command.args(["--vault-key", "file", "--rules"]).arg(project.rules()).arg(file);
        command
    };
    project.file("one", key(1));
    let ran = bounded(&prompt("one")).expect(0);
    let before = fs::read(&vault).unwrap();
    let refused = after(little, &prompt("a")).expect(2);
    assert!(!refused.out.contains("acme_"), "{}", refused.all());
    assert_eq!(fs::read(&vault).unwrap(), before);
    project.file("shown", &ran.out);
    let mut restore = project.command(&["restore", "--vault", vault.to_str().unwrap()]);
    restore.arg("shown");
    bounded(&restore).expect(0).prints(&key(1));
}

/// Files are opened in turn, and packs are mapped: few handles are enough, and too few are said.
#[test]
fn few_files_may_be_open() {
    let repository = Repository::new();
    for number in 0..30 {
        repository.commit(&format!("d{number}/a"), key(number));
        repository.git("repack -q -d");
    }
    let project = &repository.project;
    let rules = project.rules();
    let git = |what: &str| project.command(&["git", "--rules", rules.to_str().unwrap(), what]);
    for files in [4, 6, 8, 12, 20, 40] {
        let limit = format!("ulimit -n {files}");
        for command in [project.scan_command(&[]), git("--history"), git("HEAD~20..HEAD")] {
            let expected = match command.get_args().any(|arg| arg == "HEAD~20..HEAD") {
                true => 20,
                false => 30,
            };
            let ran = after(&limit, &command);
            match ran.code {
                Some(1) => assert_eq!(ran.out.matches(": high acme-key ").count(), expected),
                Some(2) => {
                    assert!(
                        ran.err.to_lowercase().contains("too many open files"),
                        "{files}: {}",
                        ran.all()
                    );
                }
                _ => panic!("{files}: {}", ran.all()),
            }
            assert!(files < 40 || ran.code == Some(1), "{}", ran.all());
        }
    }
}

/// Whatever the memory, a run that says it is done has found all.
#[test]
fn little_memory_is_never_a_clean_run() {
    let project = many();
    let mut done = 0;
    for mebibytes in [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512] {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("ulimit -v {} && exec \"$@\"", mebibytes << 10)).arg("sh");
        let scan = project.scan_command(&["--threads", "2"]);
        shell.arg(scan.get_program()).args(scan.get_args()).current_dir(project.root());
        let output = shell.stdin(Stdio::null()).output().unwrap();
        let found = String::from_utf8_lossy(&output.stdout).matches(": high acme-key ").count();
        let all = output.status.code() == Some(1) && found == 200;
        done += usize::from(all);
        // It ends by a signal, or says why; a half of the findings is never the whole.
        let failed = output.status.signal().is_some()
            || output.status.code().is_some_and(|code| code == 2 || code > 100);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(all || failed, "{mebibytes} MiB: {:?} {found} {err}", output.status);
        assert!(!err.contains("this is a bug"), "{mebibytes} MiB: {err}");
    }
    assert!(done > 0);
}

#[test]
fn no_threads_may_be_started() {
    let project = many();
    let scan = project.scan_command(&["--threads", "4"]);
    let Some(command) = as_somebody(54_321, &project, &scan, "ulimit -u 1") else {
        return skipped("there is no setpriv, or nobody cannot run what is built here");
    };
    let ran = bounded(&command);
    // Root has no such limit, and in some containers nobody has.
    match ran.code {
        Some(1) => assert_eq!(ran.out.matches(": high acme-key ").count(), 200),
        _ => _ = ran.expect(2).says("cannot start a thread"),
    }
}

/// As on a file system that is read-only: what is there is scanned, and what cannot be written is said.
#[test]
fn where_nothing_may_be_written() {
    let project = many();
    fs::set_permissions(project.root(), fs::Permissions::from_mode(0o555)).unwrap();
    for (args, code, said) in [
        (&["scan", "--rules", "../acme.toml"][..], 1, "200 secrets"),
        (&["scan", "--rules", "../acme.toml", "-o", "json=report"], 2, "cannot write report: "),
        (
            &["baseline", "create", "--rules", "../acme.toml"],
            2,
            ".secscan-baseline.json: permission denied",
        ),
        (&["prompt", "--rules", "../acme.toml", "--vault", "vault", "a"], 2, "permission denied"),
        (&["prompt", "--rules", "../acme.toml", "--session", "x", "a"], 2, "permission denied"),
    ] {
        let command = project.command(args);
        let Some(command) = as_somebody(65_534, &project, &command, "true") else {
            return skipped("there is no setpriv, or nobody cannot run what is built here");
        };
        let ran = bounded(&command).expect(code).says(said);
        assert!(!ran.out.contains(&key(1)), "{}", ran.all());
    }
    assert_eq!(fs::read_dir(project.root()).unwrap().count(), 1);
    fs::set_permissions(project.root(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn nothing_is_known_of_the_user() {
    let project = many();
    for (name, value) in [("", ""), ("TERM", ""), ("LANG", "xx_YY.ZZ"), ("LC_ALL", "\u{fffd}")] {
        let scan = project.scan_command(&["--color", "auto"]);
        let mut bare = Command::new(scan.get_program());
        bare.args(scan.get_args()).current_dir(project.root()).env_clear().stdin(Stdio::null());
        if !name.is_empty() {
            bare.env(name, value);
        }
        let ran = Ran::from(bare.output().unwrap()).expect(1).says("200 secrets");
        assert!(!ran.all().contains('\x1b'));
    }
    // A session has its place below the home directory.
    let mut bare = Command::new(env!("CARGO_BIN_EXE_secscan"));
    bare.args(["prompt", "--rules", "../acme.toml", "--session", "x", "a"]);
    bare.current_dir(project.root()).env_clear();
    let ran = Ran::from(bare.stdin(Stdio::null()).output().unwrap()).expect(2).says("HOME");
    assert!(ran.out.is_empty(), "{}", ran.all());
}

#[test]
fn the_current_directory_is_gone() {
    let project = many();
    let gone = project.outside("gone");
    let whole = project.root();
    for args in [
        &["scan"][..],
        &["scan", whole.to_str().unwrap()],
        &["scan", "-"],
        &["git", "--history"],
        &["git", "--staged"],
        &["diff"],
        &["baseline", "create"],
    ] {
        fs::create_dir(&gone).unwrap();
        let mut command = project.command(args);
        command.current_dir(project.root());
        let there = format!("cd '{0}' && rmdir '{0}'", gone.display());
        let ran = after(&there, &command);
        assert!(matches!(ran.code, Some(1 | 2)), "{args:?}: {}", ran.all());
        assert!(ran.code == Some(1) || ran.err.contains("current "), "{args:?}: {}", ran.all());
    }
}

/// Directories come and go while they are walked.
#[test]
fn directories_that_go_while_they_are_read() {
    let project = Project::new();
    project.file("z", key(1));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for number in 0..50 {
                    let deep = "d/".repeat(number % 7 + 1);
                    project.file(&format!("t{number}/{deep}x"), "text\n");
                }
                for number in 0..50 {
                    let _ = fs::remove_dir_all(project.path(&format!("t{number}")));
                }
            }
        });
        for _ in 0..20 {
            let ran = scan(&project, &[]);
            assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.all());
            ran.prints("z:1:1:");
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// What a scan was asked to write is whole when it is interrupted.
#[test]
fn an_interrupted_scan_writes_whole_reports() {
    let project = Project::new();
    project.file("a", key(1));
    // So long that it is not done when the signal comes.
    let file = fs::File::create(project.path("b")).unwrap();
    file.write_all_at(b"x", 1 << 40).unwrap_or_else(|_| file.set_len(16 << 30).unwrap());
    let (json, sarif) = (project.outside("json"), project.outside("sarif"));
    let mut command = project.scan_command(&["a", "b"]);
    command.arg("-o").arg(format!("json={}", json.display()));
    command.arg("-o").arg(format!("sarif={}", sarif.display()));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The handler is there before the first report is opened and anything is found.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    signal(child.id(), "INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!(report["summary"]["interrupted"], true);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(sarif).unwrap()).unwrap();
    assert_eq!(report["runs"][0]["results"].as_array().unwrap().len(), 1, "{report}");
}

/// Files beside what is scanned are read whole, and so only so long.
#[test]
fn files_of_a_gigabyte_that_should_be_small() {
    let project = Project::new();
    project.file("z", key(1));
    let big = project.outside("big");
    fs::File::create(&big).unwrap().set_len(1 << 30).unwrap();
    let nul = project.outside("nul");
    fs::write(&nul, "a = \"\0\"\n[[rule]]\nid = \"\0\"\n").unwrap();
    let deep = project.outside("deep");
    fs::write(&deep, format!("a = {}", "[".repeat(5 << 20))).unwrap();
    let nested = project.outside("nested");
    fs::write(&nested, format!("a = {}", "[".repeat(3 << 20))).unwrap();
    for (file, said) in [
        (&big, "it is larger than "),
        (&nul, "nul"),
        (&deep, "it is larger than 4 MiB"),
        (&nested, "nested"),
    ] {
        let file = file.to_str().unwrap();
        for args in [
            &["scan", "--rules", file, "z"][..],
            &["scan", "--config", file, "z"],
            &["rules", "lint", "--rules", file],
        ] {
            bounded(&project.command(args)).expect(2).says(file.rsplit('/').next().unwrap());
        }
        bounded(&project.command(&["scan", "--rules", file, "z"])).says(said);
    }
    let big = big.to_str().unwrap();
    for args in [
        &["scan", "--baseline", big, "z"][..],
        &["baseline", "import", big],
        &["prompt", "--env-file", big, "z"],
        &["prompt", "--known-file", big, "z"],
        &["prompt", "--vault", big, "z"],
        &["restore", "--vault", big, "z"],
        &["prompt", "--format", "chat", big],
        &["prompt", "--format", "jsonl", big],
    ] {
        let ran = bounded(&project.command(args)).expect(2);
        assert!(!ran.err.is_empty() && !ran.out.contains(&key(1)), "{args:?}: {}", ran.all());
    }
}
