//! Pipes and signals.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::support::{Project, ends, key, more_than_a_pipe_holds, signal};

fn piped(project: &Project, args: &[&str]) -> Child {
    project
        .scan_command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = Project::new();
    let lines: Vec<String> = (0..3000).map(key).collect();
    project.file("a", lines.join("\n"));
    let mut child = piped(&project, &["."]);
    let mut line = String::new();
    // The report is longer than the pipe can hold.
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.starts_with("3,000 secrets in 1 file"), "{err}");
}

#[test]
fn an_interrupt_reports_what_was_found_so_far() {
    let project = Project::new();
    let mut child = piped(&project, &["-"]);
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "key = {}", key(1)).unwrap();
    // It reads, and so the handler is there; the pipe stays open.
    more_than_a_pipe_holds(&mut stdin);
    // The last key has not come in full, and so is none yet; it is not shown either.
    let half = &key(2)[..30];
    write!(stdin, "key = {} {half}", key(3)).unwrap();
    signal(child.id(), "INT");
    ends(&mut child);
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let (out, err) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (out, err) = (out.unwrap(), err.unwrap());
    assert_eq!(output.status.code(), Some(130), "{out}{err}");
    assert!(out.contains("<stdin>:1:7: high acme-key"), "{out}{err}");
    assert!(!out.contains(&half[5..12]), "{out}{err}");
    assert!(err.contains("interrupted"), "{out}{err}");
}

#[test]
fn an_interrupted_scan_without_findings_is_not_clean() {
    let project = Project::new();
    let mut child = piped(&project, &["-", "--format", "json"]);
    let mut stdin = child.stdin.take().unwrap();
    more_than_a_pipe_holds(&mut stdin);
    signal(child.id(), "INT");
    assert_eq!(ends(&mut child).code(), Some(130));
    drop(stdin);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["summary"]["interrupted"], true);
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let project = Project::new();
    let lines: Vec<String> = (0..3000).map(key).collect();
    project.file("a", lines.join("\n"));
    // Blocked while it writes the report, which nobody reads but for its beginning.
    let mut child = piped(&project, &["."]);
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0]).unwrap();
    signal(child.id(), "INT");
    sleep(Duration::from_millis(100));
    assert_eq!(child.try_wait().unwrap(), None);
    // One that comes before the first was heeded is one with it.
    for _ in 0..100 {
        signal(child.id(), "INT");
        sleep(Duration::from_millis(10));
        if child.try_wait().unwrap().is_some() {
            break;
        }
    }
    assert_eq!(ends(&mut child).code(), Some(130));
}
