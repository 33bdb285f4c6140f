//! The reports, and what they may depend on.

use std::fs;

use crate::support::{MISSING, Project, key, token};

#[test]
fn the_json_report() {
    let project = Project::new();
    project.file("b", "clean").file("a/x.txt", format!("one\n  key={}\n", key(1)));
    let report = project.json(&[]);
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&report), ["errors", "findings", "summary", "version"]);
    assert_eq!(report["version"], 1);
    let summary = serde_json::json!({
        "files": 2,
        "bytes": 5 + 4 + 6 + 37 + 1,
        "skipped": {},
        "unreadable": 0,
        "findings": {"total": 1, "critical": 0, "high": 1, "medium": 0, "low": 0, "info": 0},
        "suppressed": {"inline": 0, "config": 0, "baseline": 0},
        "interrupted": false,
    });
    assert_eq!(report["summary"], summary);
    let finding = &report["findings"][0];
    let fingerprint = finding["fingerprint"].as_str().unwrap();
    assert!(fingerprint.starts_with("v1:") && fingerprint.len() == 35, "{fingerprint}");
    let expected = serde_json::json!({
        "rule": "acme-key",
        "name": "Acme key",
        "path": "a/x.txt",
        "line": 2,
        "column": 7,
        "end_line": 2,
        "end_column": 7 + 37,
        "start": 10,
        "end": 10 + 37,
        "secret": "acme************",
        "severity": "high",
        "confidence": "structural",
        "reason": "structure",
        "fingerprint": fingerprint,
        "facts": {},
        "fix": "Revoke it at https://acme.example/keys.",
        "url": "https://acme.example/docs/keys",
    });
    assert_eq!(*finding, expected);
}

#[test]
fn errors_are_in_the_json_report() {
    let project = Project::new();
    let report = project.json(&["missing"]);
    assert_eq!(report["errors"][0]["path"], "missing");
    let message = report["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with(MISSING), "{message}");
    assert_eq!(report["summary"]["unreadable"], 1);
}

#[test]
fn fingerprints_outlive_edits() {
    let project = Project::new();
    let fingerprint = |args: &[&str]| -> String {
        project.json(args)["findings"][0]["fingerprint"].as_str().unwrap().to_owned()
    };
    project.file("d/a", format!("{}\n", key(1)));
    let first = fingerprint(&["d"]);
    project.file("d/a", format!("\n\n  more = {}\n", key(1)));
    assert_eq!(fingerprint(&["d"]), first);
    assert_eq!(fingerprint(&["./d/a"]), first);
    project.file("d/a", key(2));
    assert_ne!(fingerprint(&["d"]), first);
}

#[test]
fn the_report_does_not_depend_on_the_threads() {
    let project = Project::new();
    for file in 0..60 {
        let lines: Vec<String> = (0..file % 4).map(|line| key(100 * file + line)).collect();
        project.file(&format!("d{}/f{file}", file % 7), lines.join("\n"));
    }
    for format in ["text", "json"] {
        let one = project.scan(&["--format", format, "-j1"]).expect(1);
        for threads in ["-j2", "-j8", "-j0"] {
            let many = project.scan(&["--format", format, threads]).expect(1);
            assert_eq!(one.out, many.out);
        }
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let project = Project::new();
    project.file("a", key(1));
    let colored = |args: &[&str], set: &[(&str, &str)]| {
        let output = project.scan_command(args).envs(set.iter().copied()).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    // Not a terminal.
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[]));
    assert!(!colored(&["--color", "never"], &[]));
    assert!(!colored(&[], &[("NO_COLOR", "1")]));
    // What the command line says counts for more than what the surroundings say.
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1"), ("TERM", "dumb")]));
    assert!(!colored(&["--color", "always", "--format", "json"], &[]));
}

#[test]
fn a_report_in_a_file() {
    let project = Project::new();
    project.file("a", key(1));
    let path = project.outside("report.json");
    let name = path.to_str().unwrap();
    let ran = project.scan(&["--format", "json", "-o", name]).expect(1);
    assert_eq!(ran.out, "");
    let report = fs::read_to_string(&path).unwrap();
    assert_eq!(report, project.scan(&["--format", "json"]).expect(1).out);
    // Nothing is left of a longer one.
    project.file("a", "");
    project.scan(&["-o", name, "--color", "always"]).expect(0);
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
}

#[cfg(unix)]
#[test]
fn a_report_with_secrets_is_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new();
    project.file("a", key(1));
    let path = project.outside("report");
    project.scan(&["--show-secrets", "-o", path.to_str().unwrap()]).expect(1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn long_lines_are_cut() {
    let project = Project::new();
    let fill = "lorem ipsum dolor ".repeat(50);
    project.file("a", format!("{fill}{} {fill}", key(1)));
    let ran = project.scan(&[]).expect(1);
    let line = ran.out.lines().find(|line| line.starts_with(" 1 |")).unwrap();
    assert!(line.starts_with(" 1 | …") && line.ends_with('…'), "{line}");
    assert!(line.chars().count() < 130, "{line}");
    assert_eq!(line.find("acme").map(|_| ()), Some(()));
}

#[test]
fn many_on_one_line() {
    let project = Project::new();
    let all: Vec<String> = (0..9).map(|seed| token("acme_", seed)).collect();
    project.file("a", all.join(","));
    let report = project.json(&[]);
    let columns: Vec<u64> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["column"].as_u64().unwrap())
        .collect();
    assert_eq!(columns, (0..9).map(|index| 1 + 38 * index).collect::<Vec<u64>>());
    let ran = project.scan(&[]).expect(1).says("9 secrets in 1 file");
    for secret in &all {
        assert!(!ran.out.contains(&secret[5..]), "{}", ran.all());
    }
}
