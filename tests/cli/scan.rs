//! What is scanned, and how the run ends.

use std::io::Write;
use std::process::Stdio;

use crate::support::{MISSING, Project, Ran, key, token};

fn with_stdin(project: &Project, args: &[&str], text: &[u8]) -> Ran {
    let mut child = project
        .scan_command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    Ran::from(child.wait_with_output().unwrap())
}

#[test]
fn clean_is_0() {
    let project = Project::new();
    project.file("a.txt", "nothing here").file("b/c.txt", "");
    let ran = project.scan(&[]).expect(0).says("no secrets; 2 files, 12 bytes scanned");
    assert_eq!(ran.out, "");
}

#[test]
fn found_is_1() {
    let project = Project::new();
    project.file("a.txt", format!("x\nkey = {}\n", key(1)));
    project
        .scan(&[])
        .expect(1)
        .prints("a.txt:2:7: high acme-key Acme key (structure)\n")
        .prints("\n 2 | key = acme************\n   |       ^^^^^^^^^^^^^^^^\n")
        .prints("= fix: Revoke it at https://acme.example/keys.\n")
        .says("1 secret in 1 file; 1 file, ");
}

#[test]
fn an_error_is_2_and_the_rest_is_reported() {
    let project = Project::new();
    project.file("a.txt", key(1));
    project
        .scan(&["a.txt", "missing"])
        .expect(2)
        .prints("a.txt:1:1:")
        .says(&format!("secscan: cannot read missing: {MISSING}"))
        .says("1 unreadable");
}

#[test]
fn nothing_scanned_is_an_error_that_says_why() {
    let project = Project::new();
    project.scan(&[]).expect(2).says("nothing was scanned: there is no file in .");
    project.repository().file(".gitignore", "*").file("a", "");
    project
        .scan(&[])
        .expect(2)
        .says("nothing was scanned: every file in . is ignored")
        .says("--no-ignore");
    project.scan(&["-g", "*.rs"]).expect(2).says("no --glob or --type");
    project.scan(&["--max-filesize", "0", "acme"]).expect(2).says("cannot read acme");
    project.file("large", "large");
    project.scan(&["--max-filesize", "1", "large"]).expect(2).says("skipped: 1 (too large)");
}

#[test]
fn wrong_arguments_are_2() {
    let project = Project::new();
    project.file("a", "");
    for (args, message) in [
        (&["--max-filesize", "many"][..], "a number is needed"),
        (&["-g", "{"], "bad glob `{`"),
        (&["-t", "nonsense"], "there is no file type `nonsense`"),
        (&["--rule", "nonsense-*"], "there is no rule `nonsense-*`"),
        (&["--disable", "nonsense"], "there is no rule `nonsense`"),
        (&["--format", "nonsense"], "invalid value 'nonsense'"),
        (&["-o", "."], "cannot write .: it is a directory"),
        (&["-o", "missing/report"], "cannot write missing/report: "),
    ] {
        let ran = project.scan(args).expect(2).says(message);
        assert_eq!(ran.out, "");
    }
}

#[test]
fn without_a_command_the_current_directory_is_scanned() {
    let project = Project::new();
    project.file("a", "");
    project.run(&[]).expect(0).says("1 file, 0 bytes scanned");
}

#[test]
fn the_standard_input_is_scanned() {
    let project = Project::new();
    let text = format!("a\nkey: {}", key(1));
    with_stdin(&project, &["-"], text.as_bytes()).expect(1).prints("<stdin>:2:6: high acme-key");
    with_stdin(&project, &["-", "--stdin-path", "x/y"], text.as_bytes())
        .expect(1)
        .prints("x/y:2:6: ");
    with_stdin(&project, &["-"], b"").expect(0).says("1 file, 0 bytes");
    // Together with files, and large.
    project.file("b", key(2));
    let mut large = vec![b'\n'; 20 << 20];
    large.extend_from_slice(key(3).as_bytes());
    with_stdin(&project, &["b", "-"], &large)
        .expect(1)
        .prints("<stdin>:20971521:1:")
        .prints("b:1:1:")
        .says("2 secrets in 2 files; 2 files, 21.0 MB");
}

#[test]
fn large_files_are_read_in_pieces() {
    let project = Project::new();
    let mut text = vec![b'.'; 9 << 20];
    let middle = (8 << 20) - 10;
    text[middle..middle + 37].copy_from_slice(key(1).as_bytes());
    text[middle - 1] = b' ';
    text[middle + 37] = b'\n';
    project.file("large", &text);
    let report = project.json(&[]);
    assert_eq!(report["findings"][0]["start"], middle);
    assert_eq!(report["findings"][0]["column"], middle + 1);
    assert_eq!(report["summary"]["bytes"], text.len());
}

#[test]
fn what_is_less_severe_or_sure_can_be_left_out() {
    let project = Project::new();
    project.file("a", key(1)).file("b", token("acmt_", 2)).file("c", token("acmp_", 3));
    assert_eq!(project.found(&[]), ["a", "b"]);
    assert_eq!(project.found(&["--min-severity", "medium"]), ["a"]);
    assert_eq!(project.found(&["--min-confidence", "verified"]), [""; 0]);
    assert_eq!(project.found(&["--enable", "acme-public-id"]), ["a", "b", "c"]);
    assert_eq!(project.found(&["--disable", "acme-key"]), ["b"]);
    assert_eq!(project.found(&["--rule", "acme-p*"]), ["c"]);
    assert_eq!(project.found(&["--rule", "acme-*", "--disable", "*-test-*"]), ["a", "c"]);
}

#[test]
fn quiet_and_verbose() {
    let project = Project::new();
    project.file("a", key(1)).file("large", "large");
    let ran = project.scan(&["-q"]).expect(1).prints("a:1:1:");
    assert_eq!(ran.err, "");
    project.scan(&["-q", "missing"]).expect(2).says("cannot read missing");
    let size = ["--max-filesize", "40"];
    project.file("larger", [b'-'; 41]);
    project.scan(&size).expect(1).says("skipped 1 (too large)");
    project.scan(&[&size[..], &["-v"]].concat()).expect(1).says("skipped larger: too large\n");
}

#[test]
fn stats_go_to_the_standard_error() {
    let project = Project::new();
    project.file("a", key(1));
    let ran = project.scan(&["--stats"]).expect(1);
    for what in ["files       1", "bytes       37", "candidates  1", "search", "filter"] {
        assert!(ran.err.contains(what), "{}", ran.all());
        assert!(!ran.out.contains(what), "{}", ran.all());
    }
}
