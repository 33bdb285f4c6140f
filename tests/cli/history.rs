//! All of history: wherever a secret hides, it is found, and its origin with it.

use std::fs;

use serde_json::Value;

use crate::repository::Repository;
use crate::support::{builtin, key};

fn find<'v>(report: &'v Value, path: &str) -> &'v Value {
    let findings = report["findings"].as_array().unwrap();
    let mut found = findings.iter().filter(|one| one["path"].as_str().unwrap().ends_with(path));
    let one = found.next().unwrap_or_else(|| panic!("nothing in {path}: {report:#}"));
    assert!(found.next().is_none(), "more than one in {path}: {report:#}");
    one
}

#[test]
fn every_hiding_place() {
    let repository = Repository::new();
    // In a merge alone.
    repository.git("checkout -q -b side");
    repository.commit("side", "clean\n");
    repository.git("checkout -q main");
    repository.commit("main", "clean\n");
    repository.git("merge -q --no-ff --no-commit side");
    let merge = repository.commit("evil", key(1));
    // A note, a stash, a tag's message, a commit's message.
    let message = |seed| {
        repository.file("../message", format!("about\n\nuse {}\n", key(seed)));
        repository.project.outside("message").to_str().unwrap().to_owned()
    };
    repository.git(&format!("notes add -F {}", message(2)));
    repository.file("base.txt", key(3)).git("stash -q");
    repository.git(&format!("tag -a -F {} v1", message(4)));
    repository.git(&format!("commit -q --allow-empty -F {}", message(5)));
    let told = repository.git("rev-parse HEAD");
    // A branch that was deleted, which HEAD's reflog remembers.
    repository.git("checkout -q -b gone");
    let gone = repository.commit("gone", key(6));
    repository.git("checkout -q main");
    repository.git("branch -q -D gone");
    // Removed since, and repeated by each later version of the file.
    let first = repository.commit("many", format!("x\n{}\n", key(7)));
    for turn in 0..5 {
        repository.commit("many", format!("x\n{}\n{turn}\n", key(7)));
    }
    repository.git("rm -q many");
    repository.git("commit -q -m removed");
    repository.commit("here", key(8));
    // What only an annotated tag reaches, and what nothing does.
    repository.git("checkout -q --detach");
    let tagged = repository.commit("tagged", key(10));
    repository.git("tag -a -m about v2");
    repository.git("checkout -q main");
    repository.git("checkout -q --detach");
    let lost = repository.commit("lost", key(9));
    repository.git("checkout -q main");
    let log = repository.project.path(".git/logs/HEAD");
    let text = fs::read_to_string(&log).unwrap();
    let kept: Vec<&str> =
        text.lines().filter(|line| !line.contains(&lost) && !line.contains(&tagged)).collect();
    fs::write(&log, kept.join("\n") + "\n").unwrap();

    for packed in [false, true] {
        let report = repository.json(&["--history"]);
        assert_eq!(report["errors"], serde_json::json!([]), "{report:#}");
        assert_eq!(report["findings"].as_array().unwrap().len(), 9, "{report:#}");
        assert_eq!(find(&report, "tagged")["commit"], tagged.as_str());
        assert_eq!(find(&report, "tagged")["in_head"], false);
        assert_eq!(find(&report, "evil")["commit"], merge.as_str());
        assert_eq!(find(&report, "evil")["in_head"], true);
        let stash = find(&report, "base.txt")["subject"].as_str().unwrap();
        assert!(stash.starts_with("WIP on main: "), "{stash}");
        let tag = repository.git("rev-parse v1");
        assert_eq!(find(&report, &format!("{}:message", &tag[..12]))["commit"], tag.as_str());
        let message = find(&report, &format!("{}:message", &told[..12]));
        assert_eq!((&message["commit"], &message["line"]), (&told.as_str().into(), &3.into()));
        assert_eq!(message["in_head"], true);
        assert_eq!(find(&report, "gone")["commit"], gone.as_str());
        assert_eq!(find(&report, "gone")["in_head"], false);
        let many = find(&report, "many");
        assert_eq!((&many["commit"], &many["in_head"]), (&first.as_str().into(), &false.into()));
        assert_eq!(many["author"], "Ada <ada@example.com>");
        assert_eq!(find(&report, "here")["in_head"], true);
        let noted = report["findings"].as_array().unwrap().iter();
        assert!(
            noted.filter(|one| one["subject"] == "Notes added by 'git notes add'").count() == 1
        );

        let report = repository.json(&["--history", "--unreachable"]);
        assert_eq!(find(&report, "lost")["commit"], lost.as_str());
        assert_eq!(report["findings"].as_array().unwrap().len(), 10, "{report:#}");
        let ran = repository.scan(&["--history", "--unreachable"]).expect(1);
        for seed in 1..=10 {
            assert!(!ran.all().contains(&key(seed)[5..]), "{}", ran.all());
        }
        if !packed {
            repository.git("repack -q -a -d -k");
        }
    }
}

#[test]
fn limits() {
    let repository = Repository::new();
    let old = repository.commit("old", key(1));
    repository.commit("new.py", key(2));
    repository.git("checkout -q -b side HEAD~1");
    repository.commit("side", key(3));
    repository.git("checkout -q main");
    let paths = |args: &[&str]| -> Vec<String> {
        let report = repository.json(&[&["--history"], args].concat());
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(|one| one["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(&[]), ["new.py", "old", "side"]);
    assert_eq!(paths(&["--branch", "main"]), ["new.py", "old"]);
    assert_eq!(paths(&["--branch", "main", "--max-commits", "1"]), ["new.py"]);
    assert_eq!(paths(&["--max-commits", "100"]), ["new.py", "old", "side"]);
    assert_eq!(paths(&["-g", "*.py"]), ["new.py"]);
    assert_eq!(paths(&["-g", "!old"]), ["new.py", "side"]);
    let time = repository.git(&format!("log -1 --format=%ct {old}"));
    let after = format!("@{}", time.parse::<u64>().unwrap() + 1);
    assert_eq!(paths(&["--since", &after]), ["new.py", "side"]);
    let report = repository.json(&["--history", "--branch", "side"]);
    assert_eq!(find(&report, "side")["in_head"], false);
    assert_eq!(find(&report, "old")["in_head"], true);
    repository.scan(&["--history", "--since", "never"]).expect(2).says("is no date");
    repository.scan(&["--history", "--branch", "none"]).expect(2).says("cannot resolve none");
}

#[test]
fn paths_count_as_in_a_scan_of_files() {
    let repository = Repository::new();
    repository.commit("a/one", key(1));
    repository.commit("b/two", key(1));
    let report = repository.json(&["--history"]);
    assert_eq!(find(&report, "a/one")["paths"], serde_json::json!(["a/one", "b/two"]));
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    // At the path that is asked for.
    let report = repository.json(&["--history", "-g", "b/*"]);
    assert_eq!(find(&report, "b/two")["paths"], serde_json::json!(["b/two"]));
}

/// Sifting knows no paths, and a file may be a secret by its own alone.
#[test]
fn files_that_are_secrets_by_their_names() {
    let repository = Repository::new();
    let value = builtin("generic-key", 1);
    repository.commit("config/master.key", format!("{value}\n"));
    repository.commit("config/revision", format!("{}\n", builtin("generic-key", 2)));
    repository.git("rm -q config/master.key");
    repository.git("commit -q -m removed");
    let report = repository.json(&["--history"]);
    assert_eq!(find(&report, "config/master.key")["in_head"], false);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report:#}");
}

#[test]
fn an_empty_repository() {
    let repository = Repository::empty();
    repository.scan(&["--history"]).expect(0).says("the repository has no commit");
}

#[test]
fn a_shallow_clone_is_not_all_of_history() {
    let repository = Repository::new();
    repository.commit("a", "a\n");
    repository.commit("b", "b\n");
    let source = repository.project.root();
    repository.git(&format!("clone -q --depth 1 file://{} ../shallow", source.to_str().unwrap()));
    let ran = repository.scan(&["--history", "-C", "../shallow"]);
    ran.expect(2).says("this clone is shallow").says("git fetch --unshallow");
}

#[test]
fn a_corrupt_object_is_named() {
    let repository = Repository::new();
    repository.commit("a", key(1));
    repository.commit("b", "something else\n");
    let id = repository.git("rev-parse HEAD:b");
    let object = repository.project.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    fs::remove_file(&object).unwrap();
    for text in [None, Some("garbage")] {
        if let Some(text) = text {
            fs::write(&object, text).unwrap();
        }
        // The rest is reported all the same.
        let ran = repository.scan(&["--history"]);
        ran.expect(2).says(&id).prints("a:1:1:").says("1 unreadable");
        repository.scan(&["HEAD~2..HEAD"]).expect(2).says(&id).prints("a:1:1:");
    }
}

#[test]
fn threads_do_not_matter() {
    let repository = Repository::new();
    for number in 0..40 {
        repository.file(&format!("d{}/f{number}", number % 5), key(number));
        repository.file(&format!("d{}/g{number}", number % 3), key(number % 7));
    }
    repository.git("add -A");
    for args in [&["--staged"][..], &["--history"]] {
        let one = repository.scan(&[args, &["-j1", "--format", "json"]].concat());
        for threads in ["-j2", "-j8"] {
            let many = repository.scan(&[args, &[threads, "--format", "json"]].concat());
            assert_eq!(one.out, many.out);
        }
        repository.git("commit -q --allow-empty -m all");
    }
}
