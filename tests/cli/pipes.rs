//! The filter in real pipelines: writers that are slow, readers that go away, signals.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use crate::support::{Project, ends, key, signal};

fn filter(project: &Project, args: &[&str]) -> Child {
    let mut command = project.command(&["prompt", "--rules"]);
    command.arg(project.rules()).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A pipeline of the shell, in which `secscan` is the binary.
fn shell(project: &Project, pipeline: &str) -> std::process::Output {
    let script = format!("secscan() {{ '{}' \"$@\"; }}\n{pipeline}", env!("CARGO_BIN_EXE_secscan"));
    let mut command = Command::new("sh");
    command.current_dir(project.root()).args(["-c", &script]).stdin(Stdio::null());
    command.output().unwrap()
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let project = Project::new();
    let output =
        shell(&project, "yes 'a line of text' | { secscan prompt; echo \"$?\" >&2; } | head -n 3");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "a line of text\n".repeat(3));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "0\n");
}

/// Nobody reads, from the beginning: no word of it, and no failure.
#[test]
fn answers_that_nobody_reads_are_quiet() {
    let project = Project::new();
    for args in
        [&["--help"][..], &["--version"], &["help", "scan"], &["man"], &["completions", "zsh"]]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = project.command(args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{args:?}");
    }
}

#[test]
fn lines_pass_as_they_come() {
    let project = Project::new();
    let mut child = filter(&project, &[]);
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let secret = key(1);
    let (begin, end) = secret.split_at(17);
    let mut line = String::new();
    for n in 0..5 {
        // A secret in two pieces: nothing of it passes before it is whole.
        write!(stdin, "line {n}: {begin}").unwrap();
        stdin.flush().unwrap();
        writeln!(stdin, "{end} and more").unwrap();
        stdin.flush().unwrap();
        line.clear();
        // Would wait for ever, if the filter did.
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, format!("line {n}: [REDACTED:acme-key] and more\n"));
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_signal_leaves_no_part_of_a_secret() {
    for name in ["INT", "TERM", "PIPE"] {
        let project = Project::new();
        let mut child = filter(&project, &[]);
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let secret = key(1);
        write!(stdin, "first\nkey = {}", &secret[..30]).unwrap();
        stdin.flush().unwrap();
        let mut out = String::new();
        stdout.read_line(&mut out).unwrap();
        signal(child.id(), name);
        if name == "INT" {
            // Under `nohup`, and in the background of a script, that one is ignored.
            signal(child.id(), "TERM");
        }
        if name == "PIPE" {
            // Not heeded: a closed pipe is seen when it is written to.
            drop(stdin);
        }
        let status = ends(&mut child);
        stdout.read_to_string(&mut out).unwrap();
        if name == "PIPE" {
            assert_eq!(status.code(), Some(0));
        } else {
            assert!(status.signal().is_some());
            assert_eq!(out, "first\n");
        }
    }
}

#[test]
fn an_input_without_an_end_of_line_is_passed_on_in_bounded_memory() {
    let project = Project::new();
    let mut child = filter(&project, &[]);
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    // All but a little comes out before the end: what is left then fits into the pipes.
    let writer = std::thread::spawn(move || {
        for _ in 0..200 {
            stdin.write_all(&[b'x'; 64 * 1024]).unwrap();
        }
        stdin
    });
    stdout.read_exact(&mut vec![0; 198 * 64 * 1024]).unwrap();
    let stdin = writer.join().unwrap();
    drop(stdin);
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    assert_eq!(rest.len(), 2 * 64 * 1024);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
