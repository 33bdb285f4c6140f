//! Rule files, `secscan rules`, `secscan explain` and `secscan completions`.

use std::fs;

use crate::support::{MISSING, Project, RULES, builtin, key};

#[test]
fn a_bad_rule_file_is_refused_with_its_place() {
    let project = Project::new();
    project.file("a", key(1));
    let path = project.rules();
    for (text, parts) in [
        ("nonsense", &["acme.toml"][..]),
        (&RULES.replace("severity = \"high\"", "severity = \"huge\""), &["acme.toml", "severity"]),
        (&RULES.replace("[0-9a-f]{32}", "[0-9a-f"), &["acme.toml", "acme-key", "pattern"]),
        (&RULES.replace("acme-test-key", "acme-key"), &["acme.toml", "acme-key", "id"]),
        (&RULES.replace("fix =", "fixed ="), &["acme.toml", "fix"]),
    ] {
        fs::write(&path, text).unwrap();
        let ran = project.scan(&[]).expect(2);
        for part in parts {
            assert!(ran.err.contains(part), "no {part} in {}", ran.all());
        }
        assert!(ran.err.starts_with("secscan: ") && ran.out.is_empty(), "{}", ran.all());
    }
    fs::remove_file(&path).unwrap();
    project.scan(&[]).expect(2).says("cannot read ").says(&format!("acme.toml: {MISSING}"));
}

#[test]
fn rules_are_listed() {
    let project = Project::new();
    let path = project.rules();
    let rules = path.to_str().unwrap();
    let ran = project.run(&["rules", "list", "--rules", rules]).expect(0).says("rules, ");
    for (id, state) in [("acme-key", "on"), ("acme-public-id", "off"), ("github-pat-classic", "on")]
    {
        let line = ran.out.lines().find(|line| line.starts_with(&format!("{id} "))).unwrap();
        assert!(line.split_whitespace().any(|word| word == state), "{line}");
    }
    let ran = project.run(&["rules", "list", "--format", "json", "--rule", "github-*"]).expect(0);
    let all: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    for rule in &all {
        let id = rule["id"].as_str().unwrap();
        assert_eq!(rule["enabled"], id.starts_with("github-"), "{id}");
    }
}

#[test]
fn a_rule_is_shown() {
    let project = Project::new();
    let path = project.rules();
    let args = ["--rules", path.to_str().unwrap()];
    project
        .run(&[&["rules", "show", "acme-key"], &args[..]].concat())
        .expect(0)
        .prints("acme-key: Acme key")
        .prints("acme_[0-9a-f]{32}")
        .prints("key = {{acme-key}}")
        .prints("https://acme.example/docs/keys");
    let ran = project.run(&["rules", "show", "github-pat-classic", "--format", "json"]).expect(0);
    let rule: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(rule["heads"][0], "ghp_");
    project.run(&["rules", "show", "acme-key"]).expect(2).says("there is no rule `acme-key`");
}

#[test]
fn every_rule_can_be_shown() {
    let project = Project::new();
    let ran = project.run(&["rules", "list", "--format", "json"]).expect(0);
    let all: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    assert!(all.len() > 50);
    for rule in all.iter().step_by(9) {
        project.run(&["rules", "show", rule["id"].as_str().unwrap()]).expect(0);
    }
}

#[test]
fn explain_says_why_and_why_not() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 1);
    let mut broken = token.clone();
    let last = if broken.pop() == Some('0') { '1' } else { '0' };
    broken.push(last);
    project.file("a", format!("one\ntoken = {token}\ntoken = {broken}\n\nlast\n"));
    project.run(&["explain", "a:2"]).expect(0).prints("github-pat-classic: reported");
    project
        .run(&["explain", "a:3"])
        .expect(0)
        .prints("github-pat-classic: not reported")
        .prints("`ghp_` at column 9");
    project.run(&["explain", "a:2:9"]).expect(0).prints("github-pat-classic");
    project.run(&["explain", "a:1"]).expect(0).prints("no rule begins to look here");
    project.run(&["explain", "a:4"]).expect(0).prints("no rule begins to look here");
    let whole = project.run(&["explain", "a"]).expect(0).prints("a:2").prints("a:3");
    assert!(!whole.out.contains(&token), "{}", whole.all());
    project.run(&["explain", "a:99"]).expect(2).says("there is no line 99 in a");
    project.run(&["explain", "a:1:99"]).expect(2).says("there is no column 99");
    project.run(&["explain", "missing:1"]).expect(2).says("cannot read missing");
}

#[test]
fn completions_for_every_shell() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = project.run(&["completions", shell]).expect(0);
        assert!(ran.out.contains("secscan") && ran.out.contains("explain"), "{shell}");
    }
    project.run(&["completions", "nonsense"]).expect(2);
}
