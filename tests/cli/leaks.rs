//! Every fixture through every command and every form of report: no secret that is planted in it comes out, on the
//! standard output, the standard error, or in a file that was written.

use std::fs;
use std::path::Path;

use secscan_core::RuleSet;
use secscan_core::generate::expand;
use serde_json::json;

use crate::repository::Repository;
use crate::support::{Project, builtin, fed};

const FORMATS: [&str; 11] = [
    "text", "json", "jsonl", "sarif", "github", "gitlab", "junit", "csv", "html", "ocsf",
    "markdown",
];

/// What makes libraries and panics talk.
const LOUD: [(&str, &str); 3] =
    [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full"), ("RUST_LIB_BACKTRACE", "1")];

/// How much is said, and with what colours.
const TALK: [&[&str]; 3] = [&["--quiet"], &["--stats", "--color", "always"], &["--verbose"]];

/// The longest part of a secret that may be seen, in bytes: a token's well-known prefix, and no more.
const PART: usize = 16;

/// A fixture with its secrets made up.
struct Planted {
    path: String,
    text: Vec<u8>,
    secrets: Vec<Vec<u8>>,
    /// Lines with a secret, from 1.
    lines: Vec<usize>,
}

fn planted() -> Vec<Planted> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let rules = RuleSet::builtin();
    let lookup = |name: &str| rules.find(name).map(|id| rules.get(id));
    let mut all = Vec::new();
    for case in fs::read_dir(&root).unwrap().map(|case| case.unwrap().path()) {
        if !case.is_dir() {
            continue;
        }
        for file in fs::read_dir(&case).unwrap().map(|file| file.unwrap().path()) {
            let template = fs::read_to_string(&file).unwrap();
            let made = expand(&template, &lookup, 11).unwrap();
            let spans = made.expected.iter().map(|(_, span)| span.clone());
            let line =
                |at: usize| 1 + made.text[..at].iter().filter(|&&byte| byte == b'\n').count();
            all.push(Planted {
                path: file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"),
                secrets: spans.clone().map(|span| made.text[span].to_vec()).collect(),
                lines: spans.map(|span| line(span.start)).collect(),
                text: made.text,
            });
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(all.iter().map(|one| one.secrets.len()).sum::<usize>() > 50);
    all
}

/// Fails where a part of a secret stands in what was written.
#[track_caller]
fn holds_none(all: &[Planted], written: &[u8], what: &str) {
    for one in all {
        for secret in &one.secrets {
            // The end of a secret is its own, whatever its beginning is.
            let part = &secret[secret.len().saturating_sub(PART)..];
            let found = holds(written, part);
            assert!(!found, "{what} shows a part of a secret of {}", one.path);
        }
    }
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The text of every file below, but for the fixtures themselves.
fn files(directory: &Path, except: &Path, each: &mut impl FnMut(&Path, &[u8])) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true if path != except => files(&path, except, each),
            true => {}
            false => each(&path, &fs::read(&path).unwrap()),
        }
    }
}

#[test]
fn in_no_report_of_a_scan() {
    let all = planted();
    let project = Project::new();
    all.iter().for_each(|one| _ = project.file(&one.path, &one.text));
    for format in FORMATS {
        let report = project.outside(&format!("report.{format}"));
        let output = format!("{format}={}", report.display());
        for talk in TALK {
            let args = ["scan", "--no-ignore", "-o", &output, "--format", format];
            let ran = project.command(&[&args, talk].concat()).envs(LOUD).output().unwrap();
            assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
            holds_none(&all, &ran.stdout, format);
            holds_none(&all, &ran.stderr, format);
            let written = fs::read(&report).unwrap();
            assert!(!written.is_empty());
            holds_none(&all, &written, format);
        }
    }
}

#[test]
fn in_no_baseline_and_nothing_that_is_hidden() {
    let all = planted();
    let project = Project::new();
    all.iter().for_each(|one| _ = project.file(&one.path, &one.text));
    for args in [
        &["baseline", "create"][..],
        &["baseline", "update"],
        &["scan", "--no-ignore", "--report-suppressed"],
        &["scan", "--no-ignore", "--report-suppressed", "--format", "json"],
    ] {
        let ran = project.command(args).output().unwrap();
        assert!(ran.status.code() != Some(2), "{}", String::from_utf8_lossy(&ran.stderr));
        holds_none(&all, &[ran.stdout, ran.stderr].concat(), &args.join(" "));
    }
    let baseline = fs::read(project.path(".secscan-baseline.json")).unwrap();
    assert!(holds(&baseline, b"\"v1:"));
    holds_none(&all, &baseline, "the baseline");
}

#[test]
fn in_no_explanation() {
    let all = planted();
    let project = Project::new();
    all.iter().for_each(|one| _ = project.file(&one.path, &one.text));
    for one in all.iter().filter(|one| !one.lines.is_empty()) {
        let line = format!("{}:{}", one.path, one.lines[0]);
        let ran = project.command(&["explain", &line]).output().unwrap();
        assert!(ran.stdout.len() > line.len());
        holds_none(&all, &[ran.stdout, ran.stderr].concat(), &line);
    }
}

#[test]
fn in_no_report_of_a_repository_or_a_diff() {
    let all = planted();
    let repository = Repository::new();
    for one in &all {
        repository.file(&one.path, &one.text);
    }
    repository.git("add -A -f");
    let diff = repository.git("diff --cached --binary");
    let each = |commands: &[&[&str]]| {
        for (number, format) in FORMATS.iter().enumerate() {
            for args in commands {
                let how = TALK[number % TALK.len()];
                let args = [*args, &["--format", format], how].concat();
                let ran = repository.run_with(&args, &LOUD, diff.as_bytes()).expect(1);
                holds_none(&all, [ran.out, ran.err].concat().as_bytes(), &args.join(" "));
            }
        }
    };
    each(&[&["git", "--staged"], &["diff"]]);
    repository.git("commit -q -n -m fixtures");
    each(&[
        &["git", "--history"],
        &["git", "HEAD^..HEAD"],
        &["ci", "--provider", "jenkins", "--history"],
    ]);
}

#[test]
fn in_nothing_that_goes_to_a_model_and_in_no_vault() {
    let all = planted();
    let project = Project::new();
    for one in &all {
        project.file(&one.path, &one.text);
        for args in [
            &["--mode", "redact"][..],
            &["--mode", "mask"],
            &["--mode", "block"],
            &["--session", "leaks"],
            &["--format", "jsonl"],
        ] {
            let ran =
                project.command(&[&["prompt"], args, &[&one.path]].concat()).output().unwrap();
            assert!(ran.status.code() != Some(2), "{}", String::from_utf8_lossy(&ran.stderr));
            holds_none(
                &all,
                &[ran.stdout, ran.stderr].concat(),
                &format!("{args:?} of {}", one.path),
            );
        }
        let text = String::from_utf8_lossy(&one.text);
        for event in ["UserPromptSubmit", "PreToolUse", "PostToolUse"] {
            let payload = json!({
                "hook_event_name": event, "cwd": project.root(), "prompt": text, "tool_name": "Write",
                "tool_input": {"file_path": project.path(&one.path), "content": text},
                "tool_response": {"stdout": text},
            });
            let command = project.command(&["hook", "claude-code"]);
            let ran = fed(command, payload.to_string().as_bytes());
            holds_none(
                &all,
                &[ran.stdout, ran.stderr].concat(),
                &format!("{event} of {}", one.path),
            );
        }
    }
    let mut vaults = 0;
    files(project.root().parent().unwrap(), &project.root(), &mut |path, text| {
        vaults += 1;
        holds_none(&all, text, &path.display().to_string());
    });
    assert!(vaults >= 3, "the rules, a vault and its key");
}

#[test]
fn in_no_error() {
    let project = Project::new();
    let secret = builtin("github-pat-classic", 5);
    let planted = Planted {
        path: "-".into(),
        text: vec![],
        secrets: vec![secret.clone().into()],
        lines: vec![],
    };
    let toml = format!("[[rule]]\nid = \"a\"\nname = \"{secret}\nseverity = 3\n");
    let typed =
        format!("[[rule]]\nid = \"a\"\nname = \"a\"\nseverity = \"{secret}\"\nfix = \"x\"\n");
    let json = format!("{{\"version\": \"{secret}\", \"findings\": [{secret}");
    project.file("typed.toml", &typed).file("named.toml", format!("{secret} = 1\n"));
    project
        .file("broken.toml", &toml)
        .file("broken.json", &json)
        .file(".gitleaks.toml", format!("[[rules]]\nregex='''({secret}'''"));
    project
        .file("value.toml", format!("min-severity = \"{secret}\"\n"))
        .file("mark.toml", format!("\"a`{secret}\" = 1\n"))
        .file("off.toml", format!("disable = [\"{secret}\"]\n"))
        .file("level.toml", format!("[[severity]]\nrules=[]\nreason=\"x\"\nlevel=\"{secret}\"\n"))
        .file("glob.toml", format!("[[allow]]\nreason=\"x\"\npaths=[\"{secret}[\"]\n"))
        .file(
            "id.toml",
            format!("[[rule]]\nid=\"{secret}\"\nname=\"a\"\nseverity=\"low\"\nfix=\"x\"\n"),
        )
        .file(
            "theirs.toml",
            format!(
                "[extend]\nuseDefault = true\npath = \"{secret}\"\ndisabledRules = [\"{secret}\"]\n\
                 [[allowlists]]\ncondition = \"'{secret}\"\npaths = [\"a\"]\n\
                 [[allowlists]]\nregexTarget = \"{secret}\"\npaths = [\"a\"]\n\
                 [[allowlists]]\ntargetRules = [\"{secret}\"]\npaths = [\"a\"]\n\
                 [[rules]]\nid = \"{secret}\"\nregex = \"(\"\n"
            ),
        );
    for args in [
        &["scan", "--rules", "broken.toml"][..],
        &["scan", "--config", "value.toml"],
        &["scan", "--config", "mark.toml"],
        &["scan", "--config", "off.toml"],
        &["scan", "--config", "level.toml"],
        &["scan", "--config", "glob.toml"],
        &["scan", "--rules", "id.toml"],
        &["scan", "--config", "theirs.toml"],
        &["scan", "--rules", "typed.toml"],
        &["scan", "--rules", "named.toml"],
        &["scan", "--config", "named.toml"],
        &["scan", "--config", "broken.toml"],
        &["scan", "--config", ".gitleaks.toml"],
        &["scan", "--baseline", "broken.json"],
        &["baseline", "import", "broken.json"],
        &["prompt", "--format", "chat", "broken.json"],
        &["prompt", "--vault", "broken.json"],
        &["restore", "--vault", "broken.json"],
        &["rules", "lint", "--rules", "broken.toml"],
        &["hook", "claude-code"],
    ] {
        let ran = fed(project.command(args), json.as_bytes());
        let err = String::from_utf8_lossy(&ran.stderr);
        assert!(!err.is_empty() && !err.contains("this is a bug"), "{args:?}: {err}");
        let written = [ran.stdout, ran.stderr].concat();
        holds_none(std::slice::from_ref(&planted), &written, &format!("{args:?}"));
    }
}
