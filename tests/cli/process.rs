//! Pipes and signals.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{Project, key, signal};

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
    // The second key has not come in full, and so is none yet; it is not shown either.
    let half = &key(2)[..30];
    write!(stdin, "key = {} {half}", key(1)).unwrap();
    stdin.flush().unwrap();
    // Until the handler is there; the pipe stays open.
    sleep(Duration::from_millis(400));
    signal(child.id(), "INT");
    let began = Instant::now();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let (out, err) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (out, err) = (out.unwrap(), err.unwrap());
    assert_eq!(output.status.code(), Some(130), "{out}{err}");
    assert!(out.contains("<stdin>:1:7: high acme-key"), "{out}{err}");
    assert!(!out.contains(&half[5..12]), "{out}{err}");
    assert!(err.contains("interrupted"), "{out}{err}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_interrupted_scan_without_findings_is_not_clean() {
    let project = Project::new();
    let child = piped(&project, &["-", "--format", "json"]);
    sleep(Duration::from_millis(400));
    signal(child.id(), "INT");
    let mut out = String::new();
    let mut child = child;
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["summary"]["interrupted"], true);
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let project = Project::new();
    let lines: Vec<String> = (0..3000).map(key).collect();
    project.file("a", lines.join("\n"));
    // Blocked while it writes the report, which nobody reads.
    let mut child = piped(&project, &["."]);
    sleep(Duration::from_millis(1500));
    assert_eq!(child.try_wait().unwrap(), None);
    signal(child.id(), "INT");
    sleep(Duration::from_millis(100));
    assert_eq!(child.try_wait().unwrap(), None);
    signal(child.id(), "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
