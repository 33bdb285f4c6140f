//! What the project accepts, in text on its way to a model: what is passed on, and what never is.

use serde_json::{Value, json};

use crate::support::{Project, Ran, fed, key, token};

const BASELINE: &str = ".secscan-baseline.json";

fn prompt(project: &Project, args: &[&str], input: &str) -> Ran {
    let mut command = project.command(&["prompt", "--rules"]);
    command.arg(project.rules()).args(args);
    Ran::from(fed(command, input.as_bytes()))
}

/// What a hook answers to a payload.
fn hook(project: &Project, args: &[&str], payload: &Value) -> Ran {
    let mut command = project.command(&["hook", "claude-code", "--rules"]);
    command.arg(project.rules()).args(args);
    Ran::from(fed(command, payload.to_string().as_bytes())).expect(0)
}

fn allow(what: &str) -> String {
    format!("[[allow]]\n{what}\nreason = 'known'\n")
}

fn fingerprint(project: &Project, file: &str) -> String {
    project.json(&["--no-config", "--no-baseline", file])["findings"][0]["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A project with the same key in two files.
fn project() -> Project {
    let project = Project::new();
    project.repository();
    project.file("tests/a.txt", format!("key = {}\n", key(1)));
    project.file("src/b.txt", format!("key = {}\n", key(1)));
    project
}

#[test]
fn the_configuration_is_asked_about_rule_path_fingerprint_and_severity() {
    let project = project();
    let secret = key(1);
    let ours = fingerprint(&project, "tests/a.txt");
    let low = "[[severity]]\nrules = ['acme-key']\nlevel = 'low'\nreason = 'internal'\n";
    // Whether it is passed on in tests/a.txt, in src/b.txt, and where there is no path.
    for (config, passed) in [
        (String::new(), [false, false, false]),
        (allow("rules = ['acme-*']"), [true, true, true]),
        (allow("rules = ['acme-test-*']"), [false, false, false]),
        (allow("paths = ['/tests']"), [true, false, false]),
        (allow("rules = ['acme-key']\npaths = ['src']"), [false, true, false]),
        (allow(&format!("fingerprints = ['{ours}']")), [true, false, false]),
        (allow(&format!("rules = ['jwt']\nfingerprints = ['{ours}']")), [false, false, false]),
        (allow("max-severity = 'low'"), [false, false, false]),
        (format!("{low}{}", allow("max-severity = 'low'")), [true, true, true]),
        ("disable = ['acme-key']".to_owned(), [true, true, true]),
    ] {
        project.file("secscan.toml", &config);
        let text = format!("key = {secret}\n");
        let escaped = json!({"messages": [{"role": "user", "content": text}]}).to_string();
        for (args, input, passed) in [
            (&["tests/a.txt"][..], "", passed[0]),
            (&["src/../tests/a.txt"], "", passed[0]),
            (&["src/b.txt"], "", passed[1]),
            (&[], &text, passed[2]),
            (&["--format", "chat"], &escaped, passed[2]),
            (&["--format", "jsonl"], &escaped, passed[2]),
        ] {
            let ran = prompt(&project, args, input).expect(0);
            let place = format!("{args:?} with {config}: {}", ran.all());
            assert_eq!(ran.out.contains(&secret), passed, "{place}");
            // It is not counted either.
            assert_eq!(ran.err.is_empty(), passed, "{place}");
            let ran = prompt(&project, &[&["--mode", "block"], args].concat(), input);
            assert_eq!(ran.code, Some(i32::from(!passed)), "{place}");
            assert_eq!(ran.out.contains(&secret), passed, "{place}");
        }
        // Nothing of the repository counts.
        let ran = prompt(&project, &["--no-config", "tests/a.txt"], "").expect(0);
        assert_eq!(ran.out, "key = [REDACTED:acme-key]\n");
    }
}

#[test]
fn the_rest_of_a_text_is_redacted_all_the_same() {
    let project = Project::new();
    let (real, test) = (key(1), token("acmt_", 1));
    project.file("secscan.toml", allow("rules = ['acme-test-*']"));
    let text = format!("a = {test}\nb = {real}\nc = {test}");
    let ran = prompt(&project, &[], &text).expect(0).says("acme-key: 1 redacted");
    assert_eq!(ran.out, format!("a = {test}\nb = [REDACTED:acme-key]\nc = {test}"));
    assert!(!ran.err.contains("acme-test-key"), "{}", ran.err);
    // What is known to be secret is, whatever is allowed, and also as a part of it.
    for value in [&*test, &test[..20]] {
        project.file(".env", format!("KEY={value}\n"));
        let ran = prompt(&project, &["--env-file", ".env"], &text).expect(0);
        assert!(!ran.out.contains(value), "{}", ran.out);
        assert!(ran.err.contains("known-value: 2 redacted"), "{}", ran.err);
    }
}

#[test]
fn of_the_baseline_false_alarms_alone() {
    let project = project();
    let secret = key(1);
    let ours = fingerprint(&project, "tests/a.txt");
    let false_alarm = r#","verdict":"false-alarm""#;
    for (verdict, passed) in [
        ("", false),
        (r#","verdict":"accepted""#, false),
        (r#","verdict":"accepted","until":"2999-01-01""#, false),
        (false_alarm, true),
        (r#","verdict":"false-alarm","until":"2001-01-01""#, false),
    ] {
        let entry = format!(r#""{ours}":{{"path":"tests/a.txt","rule":"acme-key"{verdict}}}"#);
        project.file(BASELINE, format!("{{\n{entry},\n\"version\":1\n}}\n"));
        let ran = prompt(&project, &["tests/a.txt"], "").expect(0);
        assert_eq!(ran.out.contains(&secret), passed, "{verdict}");
        assert_eq!(ran.err.is_empty(), passed, "{verdict}");
        for (args, input) in
            [(&["src/b.txt"][..], ""), (&[], &*secret), (&["--no-config", "tests/a.txt"], "")]
        {
            let ran = prompt(&project, args, input).expect(0);
            assert!(!ran.out.contains(&secret), "{verdict} {args:?}");
        }
    }
    // Another secret in the same file.
    project.file("tests/a.txt", key(2));
    assert_eq!(prompt(&project, &["tests/a.txt"], "").out, "[REDACTED:acme-key]");
    // One that cannot be read says nothing of what is a false alarm.
    project.file(BASELINE, "{");
    let ran = prompt(&project, &["tests/a.txt"], "").expect(2).says(BASELINE);
    assert_eq!(ran.out, "");
}

#[test]
fn a_comment_in_the_text_does_not_count() {
    let project = Project::new();
    for marker in ["secscan:allow", "gitleaks:allow", "pragma: allowlist secret"] {
        let text = format!("key = {}  # {marker}\n", key(1));
        project.file("a", &text);
        project.scan(&["a"]).expect(0);
        for (args, input) in [(&[][..], &*text), (&["a"], "")] {
            let ran = prompt(&project, args, input).expect(0).says("acme-key: 1 redacted");
            assert_eq!(ran.out, format!("key = [REDACTED:acme-key]  # {marker}\n"));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lend_its_name() {
    let project = project();
    project.file("secscan.toml", allow("paths = ['/tests']"));
    std::os::unix::fs::symlink("../src/b.txt", project.path("tests/link")).unwrap();
    std::os::unix::fs::symlink("../src", project.path("tests/up")).unwrap();
    for file in ["tests/link", "tests/up/b.txt"] {
        let ran = prompt(&project, &[file, "tests/a.txt"], "").expect(0);
        assert!(ran.err.contains("acme-key: 1 redacted"), "{file}: {}", ran.all());
    }
    // Nor does the project's configuration reach what lies outside of it.
    std::fs::create_dir(project.outside("tests")).unwrap();
    std::fs::write(project.outside("tests/c"), key(1)).unwrap();
    let outside = project.outside("tests/c");
    prompt(&project, &[outside.to_str().unwrap()], "").expect(0).says("acme-key: 1 redacted");
}

#[test]
fn hooks_ask_the_project_of_the_current_directory() {
    let project = project();
    let secret = key(1);
    let root = project.root();
    let prompted = json!({"hook_event_name": "UserPromptSubmit", "prompt": secret, "cwd": root});
    let mention = |file: &str| json!({"hook_event_name": "UserPromptSubmit", "prompt": format!("see @{file}"), "cwd": root});
    let called = json!({"hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": root,
        "tool_input": {"command": format!("echo {secret}")}});
    let read = |path: Value, cwd: Value| {
        json!({"hook_event_name": "PostToolUse", "tool_name": "Read", "cwd": cwd,
            "tool_input": {"file_path": path}, "tool_response": format!("key = {secret}")})
    };
    let own = read(json!(project.path("tests/a.txt")), json!(root));
    let other = read(json!(project.path("src/b.txt")), json!(root));
    // Named as in the project, but of another directory.
    let lent = read(json!("tests/a.txt"), json!(project.outside("")));
    let by_path = allow("paths = ['/tests']");
    let by_rule = allow("rules = ['acme-key']");
    let by_fingerprint =
        allow(&format!("fingerprints = ['{}']", fingerprint(&project, "tests/a.txt")));
    for (config, payload, passed) in [
        ("", &prompted, false),
        (&*by_rule, &prompted, true),
        (&*by_path, &prompted, false),
        (&*by_rule, &called, true),
        (&*by_path, &called, false),
        (&*by_path, &mention("tests/a.txt"), true),
        (&*by_path, &mention("src/b.txt"), false),
        (&*by_path, &own, true),
        (&*by_path, &other, false),
        (&*by_path, &lent, false),
        (&*by_fingerprint, &own, true),
        (&*by_fingerprint, &other, false),
    ] {
        project.file("secscan.toml", config);
        for mode in ["redact", "block"] {
            let ran = hook(&project, &["--mode", mode], payload);
            let answer = serde_json::from_str::<Value>(&ran.out).unwrap_or(Value::Null);
            let is_silent = answer.is_null() || answer == json!({});
            assert_eq!(is_silent, passed, "{config} {payload}: {}", ran.all());
        }
        let ran = hook(&project, &["--no-config"], payload);
        assert!(ran.out.contains("acme-key"), "{config} {payload}: {}", ran.all());
    }
    // The filter behind a command that nobody watches does as the hook does.
    let unseen = json!({"hook_event_name": "PreToolUse", "tool_name": "Bash", "cwd": root,
        "tool_input": {"command": "make", "run_in_background": true}});
    hook(&project, &["--no-config"], &unseen).prints("'--no-config'");
    assert!(!hook(&project, &[], &unseen).out.contains("--no-config"));
}
