//! A user's rules: `.gitleaks.toml`, `secscan rules test` and `lint`, and the pages that teach them.

use std::fs;

use crate::repository::Repository;
use crate::support::{Project, RULES, builtin, key, token};

const THEIRS: &str = r#"
title = "ours"
[extend]
useDefault = true
[[rules]]
id = "zorb-token"
regex = '''zorb_[0-9a-f]{32}'''
[[rules.allowlists]]
paths = ['''^fixtures/''']
[[rules]]
id = "hopeless"
regex = '''[0-9a-f]{32}'''
"#;

#[test]
fn a_gitleaks_toml_is_found_and_read() {
    let project = Project::new();
    project.repository().file(".gitleaks.toml", THEIRS);
    let text = format!("a {}\n", token("zorb_", 1));
    project.file("src/a.txt", &text).file("fixtures/a.txt", &text);
    project.file("b.txt", format!("t = {}\n", builtin("github-pat-classic", 1)));
    assert_eq!(project.found(&[]), ["b.txt", "src/a.txt"]);
    project.scan(&[]).expect(1).says(".gitleaks.toml:12: rule 'hopeless': ").says("keywords");
    // Paths start at the top, wherever the scan does.
    let ran =
        project.command(&["scan", "."]).current_dir(project.path("fixtures")).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert_eq!(project.found(&["--no-config"]), ["b.txt"]);
    // The project's own kind of file counts for more.
    project.file("secscan.toml", "disable = [\"github-*\"]\n");
    assert!(project.found(&[]).is_empty());
    // By name, it adds rules, and takes none away.
    let named = ["--config", ".gitleaks.toml"];
    assert_eq!(project.found(&named), ["b.txt", "src/a.txt"]);
    project.file("secscan.toml", "rules = [\".gitleaks.toml\"]\n");
    assert_eq!(project.found(&[]), ["b.txt", "src/a.txt"]);
}

#[test]
fn a_file_that_extends_another() {
    let project = Project::new();
    project.file("base/rules.toml", THEIRS);
    project.file(
        ".gitleaks.toml",
        "[extend]\npath = \"base/rules.toml\"\ndisabledRules = [\"hopeless\"]\n",
    );
    project.file("a.txt", format!("a {}\n", token("zorb_", 1)));
    assert_eq!(project.found(&[]), ["a.txt"]);
    project.file(
        ".gitleaks.toml",
        "[extend]\npath = \"gone.toml\"\n[[rules]]\nid = \"x\"\nregex = 'zorb_x[0-9]{9}'\n",
    );
    project.scan(&[]).says(".gitleaks.toml:2: ").says("gone.toml");
    project.file(".gitleaks.toml", "[[rules]\n");
    project.scan(&["--config", ".gitleaks.toml"]).expect(2);
}

#[test]
fn a_commit_that_is_left_out() {
    let repository = Repository::new();
    let token = |seed| format!("t = {}\n", builtin("github-pat-classic", seed));
    let first = repository.commit("a.txt", token(1));
    repository.commit("b.txt", token(2));
    repository.project.file(
        ".gitleaks.toml",
        format!("[[allowlists]]\ndescription = \"revoked\"\ncommits = [\"{first}\"]\n"),
    );
    let args = ["git", "--history", "--format", "json", "--report-suppressed"];
    let ran = repository.run_with(&args, &[], b"").expect(1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let found = report["findings"].as_array().unwrap();
    let reported: Vec<&str> = found.iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(reported, ["b.txt"], "{report:#}");
    let hidden = &report["suppressed"][0];
    assert_eq!(hidden["suppressed"]["source"], ".gitleaks.toml:1");
    assert_eq!(hidden["suppressed"]["reason"], "revoked");
}

#[test]
fn text_for_a_model_loses_no_rule() {
    let project = Project::new();
    project
        .repository()
        .file(".gitleaks.toml", "[[rules]]\nid = \"x\"\nregex = 'zorb_x[0-9]{9}'\n");
    let secret = builtin("github-pat-classic", 1);
    project.file("a.txt", format!("t = {secret}\n"));
    project.run(&["scan"]).expect(0).says("built-in ones are off");
    let ran = project.run(&["prompt", "a.txt"]);
    assert!(!ran.out.contains(&secret), "{}", ran.all());
}

#[test]
fn examples_are_run() {
    let project = Project::new();
    let path = project.rules();
    let args = ["rules", "test", "--rules", path.to_str().unwrap()];
    project.run(&args).expect(0).says("3 examples and counterexamples, 0 failed");
    let bad = RULES.replace("key = {{acme-key}}", "key = x{{acme-key}}");
    fs::write(&path, bad).unwrap();
    let ran = project
        .run(&args)
        .expect(1)
        .prints("acme-key: example 1 fails")
        .prints("{{acme-key}} is not found")
        .prints("- boundary: it continues a longer word on its left");
    assert!(!ran.out.contains(&key(1)));
    let bad = format!("{RULES}counterexamples = [\"x = {{{{acme-public-id}}}}\"]\n");
    fs::write(&path, bad).unwrap();
    project
        .run(&args)
        .expect(1)
        .prints("acme-public-id: counterexample 1 fails")
        .prints("it finds something: acme-public-id");
    let ran = project.run(&[&args[..], &["acme-public-id", "--format", "json"]].concat()).expect(1);
    let all: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((all.len(), &all[1]["passed"]), (2, &serde_json::json!(false)));
    project.run(&[&args[..], &["no-such"]].concat()).expect(2);
    project.run(&["rules", "test", "github-*"]).expect(0);
}

#[test]
fn rules_are_linted() {
    let project = Project::new();
    let path = project.rules();
    let args = ["rules", "lint", "--rules", path.to_str().unwrap()];
    project.run(&args).expect(1).prints("acme-key: it has no counterexample (no-counterexample)");
    project.run(&["rules", "lint"]).expect(0);
    project.file("g.toml", THEIRS);
    let ran = project.run(&["rules", "lint", "--rules", "g.toml", "--format", "json"]).expect(1);
    let all: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&all[0]["rule"], &all[0]["line"]), (&"hopeless".into(), &12.into()), "{all:?}");
    assert_eq!(all.len(), 1, "{all:?}");
}

#[test]
fn what_the_page_teaches_works() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/writing-rules.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() > 4);
    for (number, block) in blocks.iter().enumerate() {
        let project = Project::new();
        project.file("page.toml", block);
        for command in ["test", "lint"] {
            let ran = project.run(&["rules", command, "--rules", "page.toml"]);
            assert_eq!(ran.code, Some(0), "block {number} {command}: {}", ran.all());
        }
    }
}
