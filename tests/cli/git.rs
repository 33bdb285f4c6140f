//! What is staged, ranges and diffs: what is read, what is reported, how it ends.

use crate::repository::Repository;
use crate::support::{Ran, builtin, key};

fn paths(report: &serde_json::Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_staged_is_clean() {
    let repository = Repository::new();
    repository.file("untracked", key(1)).file("base.txt", key(2));
    repository.scan(&["--staged"]).expect(0).says("nothing staged").says("0 blobs, 0 bytes");
}

#[test]
fn staged_findings_have_no_commit() {
    let repository = Repository::new();
    repository.file("d/a", format!("x\nkey = {}\n", key(1))).git("add -A");
    let report = repository.json(&["--staged"]);
    let finding = report["findings"][0].as_object().unwrap();
    assert_eq!((&finding["path"], &finding["line"]), (&"d/a".into(), &2.into()));
    assert!(!finding.contains_key("commit") && !finding.contains_key("paths"), "{finding:?}");
    assert_eq!(report["summary"]["blobs"], 1);
    let ran = repository.scan(&["--staged"]).expect(1).prints("d/a:2:7: high acme-key");
    assert!(!ran.all().contains(&key(1)[5..]));
}

#[test]
fn a_dismissed_neighbour_is_masked() {
    // One finding is old and on a line before, in the excerpt of none; the two on one line are both new.
    let repository = Repository::new();
    repository.commit("a", format!("{}\nx\n", key(1)));
    repository.file("a", format!("{}\nx\n{} {}\n", key(1), key(2), key(3))).git("add -A");
    let ran = repository.scan(&["--staged"]).expect(1).says("2 secrets in 1 file");
    for seed in 1..=3 {
        assert!(!ran.out.contains(&key(seed)[5..]), "{}", ran.all());
    }
    repository.scan(&["--staged", "--whole-file"]).expect(1).says("3 secrets in 1 file");
}

#[test]
fn globs_are_for_the_repositorys_paths() {
    let repository = Repository::new();
    repository.file("d/a.py", key(1)).file("b.rs", key(2)).git("add -A");
    assert_eq!(paths(&repository.json(&["--staged", "-g", "*.rs"])), ["b.rs"]);
    assert_eq!(paths(&repository.json(&["--staged", "-g", "!d/"])), ["b.rs"]);
    repository.scan(&["--staged", "-g", "*.txt"]).expect(0).says("0 blobs");
}

#[test]
fn submodules_and_pointers_are_counted() {
    let repository = Repository::new();
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 1\n",
        "a".repeat(64)
    );
    repository.file("large.bin", pointer).git("add large.bin");
    let head = repository.git("rev-parse HEAD");
    repository.git(&format!("update-index --add --cacheinfo 160000,{head},sub"));
    repository.scan(&["--staged"]).expect(0).says("1 (submodule)").says("1 (git-lfs pointer)");
    assert_eq!(repository.json(&["--staged"])["summary"]["skipped"]["submodule"], 1);
}

#[test]
fn ranges() {
    let repository = Repository::new();
    let first = repository.commit("a", format!("key = {}\n", key(1)));
    repository.commit("b", "clean\n");
    repository.commit("a", format!("key = {}\nmore\n", key(1)));
    let report = repository.json(&["HEAD~3..HEAD"]);
    assert_eq!(paths(&report), ["a"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["commit"], first.as_str());
    assert_eq!(finding["author"], "Ada <ada@example.com>");
    assert_eq!(finding["subject"], "change a");
    assert!(finding["date"].as_str().unwrap().ends_with("+01:00"));
    assert_eq!(report["summary"]["commits"], 3);
    // Of a later commit, it is not.
    repository.scan(&["HEAD~2..HEAD"]).expect(0).says("2 commits, 2 blobs");
    repository.scan(&["HEAD~2..HEAD", "--whole-file"]).expect(1);
    repository.scan(&["HEAD~2"]).expect(1).prints(&format!("commit: {} of 2023-", &first[..12]));
    repository.scan(&["--since-ref", "HEAD~3"]).expect(1);
    repository.scan(&["HEAD~3...HEAD"]).expect(1);
    repository.scan(&["HEAD", "HEAD~2"]).expect(1);
}

#[test]
fn what_only_a_merge_brought() {
    let repository = Repository::new();
    repository.git("checkout -q -b side");
    repository.commit("side", "clean\n");
    repository.git("checkout -q main");
    repository.commit("main", "clean\n");
    repository.git("merge -q --no-ff --no-commit side");
    let merge = repository.commit("evil", key(1));
    let report = repository.json(&["HEAD^1..HEAD"]);
    assert_eq!(report["findings"][0]["commit"], merge.as_str());
}

#[test]
fn empty_ranges() {
    let repository = Repository::new();
    repository.commit("a", "a\n");
    repository.scan(&["HEAD..HEAD"]).expect(0).says("nothing to scan").says("0 commits, 0 blobs");
    repository.scan(&["HEAD..HEAD~1"]).expect(2).says("no commit is in HEAD..HEAD~1");
    repository.scan(&["nonsense..HEAD"]).expect(2).says("cannot resolve nonsense");
    repository.scan(&["--since-ref", "HEAD"]).expect(0).says("nothing to scan");
    repository.scan(&[]).expect(2).says("--staged");
    repository.scan(&["--staged", "--history"]).expect(2);
}

#[test]
fn a_commits_subject_hides_its_secret() {
    let repository = Repository::new();
    repository.file("a", key(2)).git("add a");
    repository.git("commit -q -m x");
    let body = format!("use {}\n", key(1));
    repository.file("../message", &body);
    let name = repository.project.outside("message");
    repository.git(&format!("commit -q --amend -F {}", name.to_str().unwrap()));
    let ran = repository.scan(&["HEAD"]).expect(1).prints(":message:1:5:").prints("a:1:1:");
    for seed in [1, 2] {
        assert!(!ran.all().contains(&key(seed)[5..]), "{}", ran.all());
    }
    repository.scan(&["--history"]).expect(1).prints(":message:1:5:");
}

#[test]
fn pre_push_lines() {
    let repository = Repository::new();
    let old = repository.git("rev-parse HEAD");
    let new = repository.commit("a", key(1));
    let zero = "0".repeat(40);
    let rules = repository.project.rules();
    let args = ["git", "--rules", rules.to_str().unwrap(), "--pre-push"];
    let push = |text: String| repository.run_with(&args, &[], text.as_bytes());
    push(format!("refs/heads/main {new} refs/heads/main {old}\n")).expect(1);
    push(format!("refs/heads/main {old} refs/heads/main {new}\n"))
        .expect(0)
        .says("nothing to scan");
    push(format!("refs/heads/main {new} refs/heads/main {zero}\n")).expect(1);
    push(format!("(delete) {zero} refs/heads/main {new}\n")).expect(0);
    push(String::new()).expect(0);
    push("nonsense\n".to_owned()).expect(2).says("not what git tells a pre-push hook");
}

#[test]
fn under_pre_commit() {
    let repository = Repository::new();
    repository.commit("old", key(1));
    repository.file("untracked", key(2));
    let rules = repository.project.rules();
    let run = |args: &[&str], env: &[(&str, &str)]| -> Ran {
        let own = ["git", "--rules", rules.to_str().unwrap()];
        repository.run_with(&[&own, args].concat(), env, b"")
    };
    let by_hand = ("PRE_COMMIT", "1");
    let index = repository.project.path(".git/index");
    let in_commit = ("GIT_INDEX_FILE", index.to_str().unwrap());
    // With --all-files nothing is staged: all that is tracked is scanned.
    run(&["--staged"], &[by_hand]).expect(1).says("all files that git tracks").prints("old:1:1:");
    // In a commit that adds nothing, it is not.
    run(&["--staged"], &[by_hand, in_commit]).expect(0).says("nothing staged");
    run(&["--staged"], &[]).expect(0).says("nothing staged");
    let range = [by_hand, ("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", "HEAD")];
    run(&["--staged"], &range).expect(1).says("1 commit, 1 blob");
    run(&["--pre-push"], &range).expect(1).says("1 commit, 1 blob");
    // The first push of a branch: everything that no remote has.
    run(&["--pre-push"], &[by_hand]).expect(1).says("2 commits, 2 blobs");
    repository.file("new", "clean").git("add new");
    run(&["--staged"], &[by_hand]).expect(0).says("0 commits, 1 blob");
}

#[test]
fn diffs() {
    let repository = Repository::new();
    repository.commit("d/a b", format!("1\n2\nold = {}\n4\n", key(1)));
    repository.file("d/a b", format!("1\n2\nold = {}\nnew = {}\n4\n", key(1), key(2)));
    repository.file("gone", "").git("add -A");
    let rules = repository.project.rules();
    let args = ["diff", "--rules", rules.to_str().unwrap()];
    let diff = repository.git("diff --cached");
    let scan = |text: &str| repository.run_with(&args, &[], text.as_bytes());
    let ran = scan(&format!("{diff}\n")).expect(1).prints("d/a b:4:7: high acme-key");
    assert!(!ran.out.contains("d/a b:3:"), "{}", ran.all());
    assert!(!ran.all().contains(&key(2)[5..]), "{}", ran.all());
    // From a file.
    repository.file("../a.diff", format!("{diff}\n"));
    repository.run(&[&args[..], &["../a.diff"]].concat()).expect(1).says("1 secret in 1 file");
    repository.run(&[&args[..], &["../none.diff"]].concat()).expect(2).says("cannot read ../none");
    repository.run(&[&args[..], &["../a.diff", "-g", "*.rs"]].concat()).expect(0);
    scan("").expect(0).says("the diff is empty");
    scan("hello\n").expect(2).says("it is no diff");
    scan(&diff[..diff.find("+new").unwrap()]).expect(2).says("ends within a hunk");
    // What is removed does not count.
    repository.git("commit -q -m all");
    repository.git("rm -q -r d");
    scan(&format!("{}\n", repository.git("diff --cached"))).expect(0);
}

#[test]
fn built_in_rules_and_the_environment() {
    let repository = Repository::new();
    repository.file("a.py", format!("t = '{}'\n", builtin("github-pat-classic", 7)));
    // An index elsewhere.
    let index = repository.project.outside("index");
    let env = [("GIT_INDEX_FILE", index.to_str().unwrap())];
    repository.try_git(".", "add a.py", &env).expect(0);
    repository.run_with(&["git", "--staged"], &[], b"").expect(0);
    repository.run_with(&["git", "--staged"], &env, b"").expect(1).prints("github-pat-classic");
}

#[test]
fn outside_of_a_repository() {
    let repository = Repository::new();
    let elsewhere = repository.project.outside("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let dir = elsewhere.to_str().unwrap();
    repository.run(&["git", "--staged", "-C", dir]).expect(2).says("cannot open a git repository");
}
