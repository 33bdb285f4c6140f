//! Findings that are hidden by a comment or by the configuration, and the list of them.

use crate::repository::Repository;
use crate::support::{Project, key, token};

#[test]
fn comments_hide_in_files_in_git_and_in_diffs() {
    let repository = Repository::new();
    let [one, two, three] = [key(1), key(2), key(3)];
    let text = format!(
        "a = {one}  # secscan:allow reason=a fixture\n# secscan:allow acme-*\nb = {two}\nc = {three}\n"
    );
    repository.file("x.py", &text);
    let project = &repository.project;
    project.scan(&[]).expect(1).says("1 secret in 1 file").says("2 hidden (2 inline)");
    repository.git("add -A");
    repository.scan(&["--staged"]).expect(1).says("1 secret in 1 file").says("2 hidden (2 inline)");
    let diff = repository.git("diff --cached --no-color");
    let rules = project.rules();
    let args = ["diff", "--rules", rules.to_str().unwrap()];
    let ran = repository.run_with(&args, &[], format!("{diff}\n").as_bytes());
    ran.expect(1).says("1 secret in 1 file").says("2 hidden (2 inline)");
    repository.git("commit -q -n -m x");
    repository
        .scan(&["--history"])
        .expect(1)
        .says("1 secret in 1 file")
        .says("2 hidden (2 inline)");
    // In a stream, whose windows have edges.
    let fill = "lorem ipsum dolor sit amet\n".repeat(400_000);
    let ran = run_stdin(project, &format!("{fill}{text}{fill}"));
    ran.expect(1).says("1 secret in 1 file").says("2 hidden (2 inline)");
}

fn run_stdin(project: &Project, text: &str) -> crate::support::Ran {
    use std::io::Write;
    use std::process::Stdio;
    let mut command = project.scan_command(&["-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    crate::support::Ran::from(child.wait_with_output().unwrap())
}

#[test]
fn a_marker_does_not_hide_what_follows_or_other_rules() {
    let project = Project::new();
    let [one, two, three] = [key(1), key(2), token("acmt_", 3)];
    project.file("a", format!("{one} # secscan:allow\n{two}\n{three} # secscan:allow acme-key\n"));
    let report = project.json(&["--report-suppressed"]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
    assert_eq!(report["findings"][0]["line"], 2);
    assert_eq!(report["findings"][1]["rule"], "acme-test-key");
    assert_eq!(report["suppressed"][0]["line"], 1);
}

#[test]
fn markers_of_other_scanners_count() {
    let project = Project::new();
    let nextline = format!("# pragma: allowlist nextline secret\n{}\n", key(9));
    project.file("next", nextline);
    for (index, marker) in [
        "gitleaks:allow",
        "betterleaks:allow",
        "pragma: allowlist secret",
        "trufflehog:ignore",
        "kingfisher:ignore",
        "secretlint-disable-line",
    ]
    .iter()
    .enumerate()
    {
        project.file(&format!("f{index}"), format!("{}  // {marker}\n", key(index as u64)));
    }
    project.scan(&[]).expect(0).says("7 hidden (7 inline)");
    for marker in ["nosec", "noqa", "NOLINT", "secscan:allowed"] {
        project.file("other", format!("{} # {marker}\n", key(40)));
        project.scan(&["other"]).expect(1);
    }
}

#[test]
fn what_is_hidden_is_listed_with_its_reason_and_masked() {
    let project = Project::new();
    let [one, other] = [key(1), token("acmt_", 2)];
    project.file("a", format!("{one} # secscan:allow acme-key reason=like {other}\n"));
    for format in ["text", "json", "jsonl", "sarif", "csv", "html", "junit", "ocsf", "markdown"] {
        let ran = project.scan(&["--report-suppressed", "--format", format, "--rule", "acme-key"]);
        let ran = ran.expect(0).prints("like ");
        assert!(!ran.out.contains(&other[5..]) && !ran.out.contains(&one[5..]), "{}", ran.all());
        // It is not there unless it is asked for.
        let ran = project.scan(&["--format", format, "--rule", "acme-key"]).expect(0);
        assert!(!ran.out.contains("like "), "{}", ran.all());
    }
    let report = project.json(&["--report-suppressed", "--rule", "acme-key"]);
    let why = &report["suppressed"][0]["suppressed"];
    assert_eq!(why["by"], "inline");
    assert_eq!(why["source"], "secscan:allow");
    assert_eq!(why["reason"], "like ********");
    assert_eq!(report["summary"]["suppressed"]["inline"], 1);
}

#[test]
fn the_configuration_hides_with_a_reason() {
    let project = Project::new();
    project.repository();
    for name in ["tests/deep/a", "src/tests/b", "src/c", "docs/d.md", "e"] {
        project.file(name, key(1));
    }
    project.file("low", token("acmt_", 1));
    let report = project.json(&["e"]);
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap();
    let found = |config: String| {
        project.file("secscan.toml", config);
        project.found(&[])
    };
    let all = ["./docs/d.md", "./e", "./low", "./src/c", "./src/tests/b", "./tests/deep/a"];
    let without = |hidden: &[&str]| -> Vec<String> {
        let left = all.iter().filter(|name| !hidden.contains(&&name[2..]));
        left.map(|name| (*name)[2..].to_owned()).collect()
    };
    let strip = |names: Vec<String>| -> Vec<String> {
        names.into_iter().map(|name| name.trim_start_matches("./").to_owned()).collect()
    };
    let allow = |what: &str| format!("[[allow]]\n{what}\nreason = 'known'\n");
    for (what, hidden) in [
        ("paths = ['tests']", &["tests/deep/a", "src/tests/b"][..]),
        ("paths = ['/tests/']", &["tests/deep/a"]),
        ("paths = ['src/tests']", &["src/tests/b"]),
        ("paths = ['*.md', 'src/c']", &["docs/d.md", "src/c"]),
        ("rules = ['acme-test-*']", &["low"]),
        ("max-severity = 'low'", &["low"]),
        ("rules = ['acme-key']\npaths = ['src']", &["src/c", "src/tests/b"]),
        (&format!("fingerprints = ['{fingerprint}']"), &["e"]),
    ] {
        assert_eq!(strip(found(allow(what))), without(hidden), "{what}");
    }
    let ran = project.scan(&["--report-suppressed", "e"]).expect(0);
    ran.prints("suppressed").prints("secscan.toml:1: known");
}

#[test]
fn severities_are_configured() {
    let project = Project::new();
    project.file("a", key(1));
    let config = "[[severity]]\nrules = ['acme-*']\nlevel = 'low'\nreason = 'internal'\n";
    project.file("secscan.toml", config);
    assert_eq!(project.json(&["a"])["findings"][0]["severity"], "low");
    project.scan(&["--min-severity", "medium", "a"]).expect(0);
}
