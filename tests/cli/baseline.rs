//! The baseline: what it hides, what it does not, and what it says of itself.

use std::fs;

use crate::repository::Repository;
use crate::support::{Ran, key, token};

const NAME: &str = ".secscan-baseline.json";

/// `secscan baseline` with the tests' rules.
fn baseline(repository: &Repository, args: &[&str]) -> Ran {
    let rules = repository.project.rules();
    repository.run(&[&["baseline"], args, &["--rules", rules.to_str().unwrap()]].concat())
}

fn read(repository: &Repository) -> String {
    fs::read_to_string(repository.project.path(NAME)).unwrap()
}

/// A repository with two secrets that are known.
fn known() -> Repository {
    let repository = Repository::new();
    repository.file("src/a.py", format!("one\n  a = '{}'\n", key(1)));
    repository.file("src/deep/b.py", format!("b = '{}'\n", key(2)));
    baseline(&repository, &["create"]).expect(0).says("2 added; 2 in all");
    repository
}

#[test]
fn every_command_honours_it_however_files_are_named() {
    let repository = known();
    let project = &repository.project;
    let root = project.root();
    let root = root.to_str().unwrap();
    for args in [
        &["."][..],
        &[],
        &["src"],
        &["./src/"],
        &["src/a.py", "src/deep/b.py"],
        &["src/../src/a.py"],
        &[root],
        &[&format!("{root}/src/deep")],
    ] {
        project.scan(args).expect(0).says("(").says("baseline)");
    }
    for (dir, args) in
        [("src", &["."][..]), ("src", &["a.py"]), ("src/deep", &["..", "."]), ("src/deep", &[])]
    {
        let mut command = project.scan_command(args);
        let ran = Ran::from(command.current_dir(project.path(dir)).output().unwrap());
        ran.expect(0).says("baseline)");
    }
    let elsewhere = Ran::from(
        project.scan_command(&["project/src"]).current_dir(project.outside("")).output().unwrap(),
    );
    elsewhere.expect(0).says("2 hidden (2 baseline)");
    repository.git("add -A");
    repository.scan(&["--staged"]).expect(0).says("2 hidden (2 baseline)");
    let diff = repository.git("diff --cached --no-color");
    let rules = project.rules();
    let args = ["diff", "--rules", rules.to_str().unwrap()];
    repository.run_with(&args, &[], format!("{diff}\n").as_bytes()).expect(0);
    repository.git("commit -q -n -m x");
    repository.scan(&["HEAD~1..HEAD"]).expect(0).says("2 hidden (2 baseline)");
    repository.scan(&["--history"]).expect(0).says("2 hidden (2 baseline)");
    // The standard input, when it is said what it is.
    let text = fs::read(project.path("src/a.py")).unwrap();
    let rules = project.rules();
    let args = ["scan", "-", "--stdin-path", "src/a.py", "--rules", rules.to_str().unwrap()];
    repository.run_with(&args, &[], &text).expect(0);
    // What is not wanted is not read.
    project.scan(&["--no-baseline"]).expect(1).says("2 secrets");
}

#[cfg(unix)]
#[test]
fn links_to_directories_lead_to_the_same_fingerprints() {
    let repository = known();
    let project = &repository.project;
    std::os::unix::fs::symlink(project.root(), project.outside("link")).unwrap();
    let ran = project.scan_command(&["link"]).current_dir(project.outside("")).output().unwrap();
    Ran::from(ran).expect(0).says("2 hidden (2 baseline)");
}

#[test]
fn it_holds_no_secret_and_nothing_that_moves() {
    let repository = known();
    let text = read(&repository);
    assert!(
        !text.contains(&key(1)[5..]) && !text.contains(repository.project.root().to_str().unwrap())
    );
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert_eq!((lines[0], lines[3], lines[4]), ("{", "\"version\":1", "}"));
    assert!(lines[1].ends_with(r#"{"path":"src/a.py","rule":"acme-key"},"#), "{text}");
    assert!(lines[2].ends_with(r#"{"path":"src/deep/b.py","rule":"acme-key"},"#), "{text}");
    // The same again, by one thread or many, from wherever.
    for threads in ["1", "8"] {
        let env = [("SECSCAN_THREADS", threads)];
        let rules = repository.project.rules();
        let args = ["baseline", "create", "--force", "--rules", rules.to_str().unwrap()];
        repository.run_with(&args, &env, b"").expect(0);
        assert_eq!(read(&repository), text);
    }
    baseline(&repository, &["update"]).expect(0).says("nothing changed");
    assert_eq!(read(&repository), text);
    baseline(&repository, &["create"]).expect(2).says("is there already");
}

#[test]
fn moving_code_changes_nothing_and_another_secret_is_new() {
    let repository = known();
    let project = &repository.project;
    project.file("src/a.py", format!("zero\none\n\n\t\ta   =  \"{}\"\n", key(1)));
    project.scan(&[]).expect(0).says("2 hidden (2 baseline)");
    // Another secret on the same line.
    project.file("src/a.py", format!("one\n  a = '{}'\n", key(3)));
    project.scan(&[]).expect(1).says("1 secret in 1 file").says("1 entry is stale");
    // And another beside the known one.
    project.file("src/a.py", format!("one\n  a = '{}' + '{}'\n", key(1), key(3)));
    project.scan(&[]).expect(1).says("1 secret in 1 file").says("2 hidden");
}

#[test]
fn a_file_that_was_renamed_is_followed() {
    let repository = known();
    let project = &repository.project;
    for (from, to) in [("src/a.py", "src/c.py"), ("src/deep/b.py", "lib/b.py")] {
        fs::create_dir_all(project.path(to).parent().unwrap()).unwrap();
        fs::rename(project.path(from), project.path(to)).unwrap();
    }
    let ran = project.scan(&[]).expect(0);
    ran.says("src/a.py has moved to src/c.py").says("src/deep/b.py has moved to lib/b.py");
    let report = project.json(&["--report-suppressed"]);
    assert_eq!(report["suppressed"][0]["suppressed"]["moved_from"], "src/deep/b.py");
    assert_eq!(report["summary"]["baseline"], serde_json::json!({"moved": 2, "stale": 0}));
    baseline(&repository, &["update"]).expect(0).says("2 moved; 2 in all");
    assert!(read(&repository).contains("src/c.py") && !read(&repository).contains("src/a.py"));
    let ran = project.scan(&[]).expect(0);
    assert!(!ran.err.contains("moved"), "{}", ran.all());
    // A copy is another place to leak from.
    fs::copy(project.path("src/c.py"), project.path("src/copy.py")).unwrap();
    project.scan(&[]).expect(1).says("1 secret in 1 file");
}

#[test]
fn stale_entries_are_told_when_all_was_scanned_and_dropped_on_demand() {
    let repository = known();
    let project = &repository.project;
    project.file("src/a.py", "nothing\n");
    project.scan(&[]).expect(0).says("1 entry is stale").says("baseline update");
    project.scan(&["-v"]).says("stale: src/a.py acme-key");
    project.scan(&["src/a.py"]).says("1 entry is stale");
    for args in [
        &["src/deep"][..],
        &["-g", "*.py"],
        &["--rule", "acme-test-key"],
        &["--min-severity", "critical"],
    ] {
        let ran = project.scan(args);
        assert!(!ran.err.contains("stale"), "{}", ran.all());
    }
    baseline(&repository, &["update"]).expect(0).says("1 dropped; 1 in all");
    let ran = project.scan(&[]).expect(0);
    assert!(!ran.err.contains("stale"), "{}", ran.all());
}

#[test]
fn an_update_keeps_what_the_audit_said_and_lets_nothing_expire_quietly() {
    let repository = known();
    let text = read(&repository)
        .replace(
            r#"{"path":"src/a.py","rule":"acme-key"}"#,
            r#"{"path":"src/a.py","rule":"acme-key","verdict":"accepted","until":"2020-01-31","reason":"rotating"}"#,
        )
        .replace(
            r#"{"path":"src/deep/b.py","rule":"acme-key"}"#,
            r#"{"path":"src/deep/b.py","rule":"acme-key","verdict":"false-alarm","reason":"a hash"}"#,
        );
    repository.file(NAME, &text);
    let project = &repository.project;
    project.scan(&[]).expect(1).says("1 secret in 1 file").says("1 hidden (1 baseline)");
    project.file("new", key(7));
    baseline(&repository, &["update"]).expect(0).says("1 added; 3 in all");
    for line in text.lines().filter(|line| line.contains("verdict")) {
        assert!(read(&repository).contains(line), "{}", read(&repository));
    }
    project.scan(&["src"]).expect(1);
    project.file(NAME, text.replace("2020-01-31", "2999-12-31"));
    project.scan(&["src"]).expect(0);
}

#[test]
fn its_own_fingerprints_are_no_secrets() {
    let repository = known();
    let text = read(&repository);
    baseline(&repository, &["create", "--force", "--enable", "*"]).expect(0);
    assert_eq!(read(&repository), text);
    repository.project.scan(&["--enable", "*"]).expect(0);
}

#[test]
fn branches_merge() {
    let repository = known();
    repository.git("add -A");
    repository.git("commit -q -n -m base");
    for (branch, name, seed) in [("one", "a-first", 11), ("two", "z-last", 12)] {
        repository.git("checkout -q main");
        repository.git(&format!("checkout -q -b {branch}"));
        repository.file(name, key(seed));
        baseline(&repository, &["update"]).expect(0).says("1 added; 3 in all");
        repository.git("add -A");
        repository.git(&format!("commit -q -n -m {branch}"));
    }
    repository.git("merge -q --no-verify -m merged one");
    let merged = read(&repository);
    repository.project.scan(&[]).expect(0).says("4 hidden (4 baseline)");
    baseline(&repository, &["update"]).expect(0).says("nothing changed");
    assert_eq!(read(&repository), merged);
}

#[test]
fn what_is_wrong_with_the_file_is_said() {
    let repository = known();
    let text = read(&repository);
    for (text, message) in [
        (format!("<<<<<<< HEAD\n{text}"), ".secscan-baseline.json:1: a merge left a conflict"),
        (text.replace("\"version\":1", "\"version\":9"), "version 9 of the baseline is not known"),
        (text.replace("\"rule\"", "\"rul\""), ".secscan-baseline.json:2: unknown field `rul`"),
        ("[]".to_owned(), "expected a baseline"),
        // Written again, it would be no JSON.
        (text.replacen("\"v1:", "\"v1:\\\"", 1), "is no fingerprint"),
        // A secret may be a list of numbers, and may have quotation marks around it.
        (
            "{\"a`=`07, 86, 5, 3, 24, 8, 11`\":1}".to_owned(),
            ".secscan-baseline.json:1: `…` is no fingerprint",
        ),
    ] {
        repository.file(NAME, &text);
        repository.project.scan(&[]).expect(2).says(message);
    }
    baseline(&repository, &["update"]).expect(2);
    fs::remove_file(repository.project.path(NAME)).unwrap();
    baseline(&repository, &["update"]).expect(2).says("baseline create");
    repository.project.scan(&["--baseline", "missing.json"]).expect(2).says("missing.json");
}

#[test]
fn outside_of_a_repository_it_is_in_the_directory_that_is_scanned() {
    let project = crate::support::Project::new();
    project.file("src/a", key(1));
    let rules = project.rules();
    project.run(&["baseline", "create", "--rules", rules.to_str().unwrap()]).expect(0);
    assert!(project.path(NAME).exists());
    for args in [&["."][..], &["src"], &["src/a"]] {
        project.scan(args).expect(0);
    }
}

#[test]
fn an_audit_asks_and_keeps_each_answer() {
    let repository = known();
    repository.file("src/c.py", format!("c = '{}'\n", token("acmt_", 3)));
    let rules = repository.project.rules();
    let args = ["baseline", "audit", "--rules", rules.to_str().unwrap()];
    // The first is real, the second a mistake and then accepted, the third a false alarm.
    let answers = "r\nx\nf\nnot a key\na\nsoon\n2999-01-31\nrotating in May\n";
    let ran = repository.run_with(&args, &[], answers.as_bytes()).expect(0);
    let ran = ran
        .prints("\nsrc/deep/b.py:1:6: high")
        .says("1 of 3")
        .says("3 of 3")
        .says("one of r, f, a, s, q")
        .says("that is no day");
    for secret in [key(1), key(2), token("acmt_", 3)] {
        assert!(!ran.out.contains(&secret[5..]) && !ran.err.contains(&secret[5..]));
    }
    let text = read(&repository);
    assert!(!text.contains("src/a.py"), "{text}");
    assert!(text.contains(r#""path":"src/c.py","rule":"acme-test-key","verdict":"false-alarm","reason":"not a key""#), "{text}");
    assert!(
        text.contains(r#""verdict":"accepted","until":"2999-01-31","reason":"rotating in May""#),
        "{text}"
    );
    // What is real is reported from now on, and asked about again.
    repository.project.scan(&[]).expect(1).prints("src/a.py").says("1 secret");
    let ran = repository.run_with(&args, &[], b"q\n").expect(0);
    ran.says("1 of 1").says("0 answered, 1 finding left");
    // Nothing is lost when the answers end.
    let ran = repository.run_with(&[&args[..], &["--all"]].concat(), &[], b"s\nf\n").expect(0);
    ran.says("0 answered");
    assert_eq!(read(&repository), text);
}

#[test]
fn what_detect_secrets_was_told_is_taken_over() {
    let repository = Repository::new();
    repository.file("a.py", format!("a = '{}'\nb = '{}'\n", key(1), key(2)));
    repository.file("c.py", format!("c = '{}'\n", key(3)));
    let theirs = serde_json::json!({
        "version": "1.5.0",
        "plugins_used": [],
        "results": {
            "a.py": [
                {"type": "Secret Keyword", "filename": "a.py", "hashed_secret": sha1_of(&key(1)), "is_verified": false, "line_number": 9, "is_secret": false},
                {"type": "Secret Keyword", "filename": "a.py", "hashed_secret": sha1_of("gone"), "is_verified": false, "line_number": 2}
            ],
            "c.py": [{"type": "X", "filename": "c.py", "hashed_secret": sha1_of(&key(3)), "is_verified": false, "line_number": 1, "is_secret": true}]
        },
        "generated_at": "2026-01-31T00:00:00Z"
    });
    repository.file(".secrets.baseline", theirs.to_string());
    let ran = baseline(&repository, &["import", ".secrets.baseline"]).expect(0);
    ran.says("2 added; 2 in all")
        .says("1 entry matches no finding of these files as they are now: a.py");
    let text = read(&repository);
    assert!(
        text.contains(r#""verdict":"false-alarm","reason":"from .secrets.baseline""#),
        "{text}"
    );
    assert!(text.contains("where it is said to be real"), "{text}");
    repository.project.scan(&["a.py", "c.py"]).expect(1).says("1 secret").says("2 hidden");
    // It is taken over once.
    let ran = baseline(&repository, &["import", ".secrets.baseline"]).expect(0);
    ran.says("nothing changed");
}

fn sha1_of(text: &str) -> String {
    use sha1::Digest;
    sha1::Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_gitleaks_was_told_is_taken_over() {
    let repository = Repository::new();
    repository.file("d/a.py", format!("\na = '{}'\nb = '{}'\n", key(1), key(2)));
    let commit = repository.git("rev-parse HEAD");
    let theirs = format!("# known\n\nd/a.py:generic-api-key:2\n{commit}:d/old.py:aws:7\n");
    repository.file(".gitleaksignore", theirs);
    let ran = baseline(&repository, &["import", ".gitleaksignore"]).expect(0);
    ran.says("1 added; 1 in all").says("1 entry matches").says("d/old.py");
    repository.project.scan(&["d"]).expect(1).says("1 secret").says("1 hidden");
    repository.file(".gitleaksignore", "what is this\n");
    baseline(&repository, &["import", ".gitleaksignore"]).expect(2).says(".gitleaksignore:1:");
}

#[test]
fn what_only_the_history_has_can_be_known_too() {
    let repository = Repository::new();
    repository.commit("old.env", key(1));
    repository.commit("old.env", "nothing");
    repository.commit("now.env", key(2));
    baseline(&repository, &["create"]).expect(0).says("1 added");
    repository.scan(&["--history"]).expect(1).says("1 secret");
    baseline(&repository, &["update", "--history"]).expect(0).says("1 added; 2 in all");
    repository.scan(&["--history"]).expect(0).says("2 hidden (2 baseline)");
    let text = read(&repository);
    assert!(text.contains(r#"{"path":"old.env","rule":"acme-key","history":true}"#), "{text}");
    // It is not stale, and an update that does not look there leaves it alone.
    let ran = repository.project.scan(&[]).expect(0);
    assert!(!ran.err.contains("stale"), "{}", ran.all());
    for args in [&["update"][..], &["update", "--history"]] {
        baseline(&repository, args).expect(0).says("nothing changed");
        assert_eq!(read(&repository), text);
    }
    // It has not moved when it comes up in a new file: that is reported.
    repository.git("rm -q old.env");
    repository.file("new.env", key(1));
    repository.project.scan(&[]).expect(1).says("1 secret in 1 file");
    repository.project.file("new.env", "");
    // What leaves the files goes on in the history.
    repository.commit("now.env", "nothing");
    repository.project.scan(&[]).expect(0).says("1 entry is stale");
    baseline(&repository, &["update", "--history"]).expect(0);
    repository.scan(&["--history"]).expect(0).says("2 hidden (2 baseline)");
    let ran = repository.project.scan(&[]).expect(0);
    assert!(!ran.err.contains("stale"), "{}", ran.all());
    // A renamed file is known at both paths then.
    repository.commit("last.env", key(3));
    baseline(&repository, &["update", "--history"]).expect(0).says("3 in all");
    repository.git("mv last.env moved.env");
    repository.git("commit -q -n -m moved");
    baseline(&repository, &["update", "--history"]).expect(0).says("1 moved; 4 in all");
    repository.scan(&["--history"]).expect(0);
    repository.project.scan(&[]).expect(0);
    baseline(&repository, &["create", "--history", "src"]).expect(2);
}
