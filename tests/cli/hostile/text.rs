//! Text that is small and means much: archives in archives, brackets without an end.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{bounded, scan, skipped};
use crate::support::{Project, builtin, key};

/// What a filter of the command makes of a file.
#[track_caller]
fn filtered(project: &Project, args: &[&str]) -> crate::support::Ran {
    bounded(&project.command(args))
}

/// Runs a program of the system on some bytes.
pub(super) fn piped(program: &str, args: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let child =
        Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.ok()?;
    let mut stdin = child.stdin.take()?;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().ok().map(|output| output.stdout)
    })
}

#[test]
fn archives_that_swell() {
    let project = Project::new();
    // A hundred megabytes of the same in some hundred bytes.
    let zeros = vec![b'\n'; 100 << 20];
    let bomb = piped("gzip", &["-9"], &zeros).and_then(|once| piped("gzip", &["-9"], &once));
    let Some(bomb) = bomb else { return skipped("there is no gzip") };
    assert!((64..16 << 10).contains(&bomb.len()), "{}", bomb.len());
    let Some(text) = piped("base64", &["-w", "0"], &bomb) else {
        return skipped("there is no base64");
    };
    let text = String::from_utf8(text).unwrap();
    // Many of them, and by themselves.
    let many = format!("a = \"{text}\"\n").repeat(100);
    project.file("z", key(1)).file("bomb.gz", &bomb).file("bombs", format!("{many}{}\n", key(2)));
    let ran = scan(&project, &["--stats"]).expect(1);
    ran.prints("z:1:1:").prints("bombs:101:1:");
}

/// JSON of so many levels.
fn nested(levels: usize) -> String {
    format!("{{\"content\": {}\"{}\"{}}}", "[".repeat(levels), key(1), "]".repeat(levels))
}

#[test]
fn brackets_without_an_end() {
    let project = Project::new();
    let deep = nested(1_000_000);
    project.file("deep.json", &deep).file("secscan.toml", format!("a = {}", "[".repeat(100_000)));
    // As text it is read like any other.
    scan(&project, &["--no-config", "deep.json"]).expect(1).prints("deep.json:1:1000014:");
    // As a configuration, rules or a baseline it is refused, with its name.
    scan(&project, &["deep.json"]).expect(2).says("secscan.toml:1: ");
    filtered(&project, &["scan", "--no-config", "--rules", "secscan.toml"])
        .expect(2)
        .says("secscan.toml");
    for text in [nested(100_000), format!("{{\"version\":1,\"v1:0\":{}", "[".repeat(100_000))] {
        project.file("b.json", text);
        let args = ["scan", "--no-config", "--baseline", "b.json", "deep.json"];
        filtered(&project, &args).expect(2).says("b.json:1: ");
        let args = ["baseline", "import", "--no-config", "b.json", "deep.json"];
        filtered(&project, &args).expect(2).says("b.json");
    }
}

#[test]
fn bodies_without_an_end() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 1);
    for levels in [400, 600, 1_000_000] {
        project.file("body", nested(levels).replace(&key(1), &token));
        let ran = filtered(&project, &["prompt", "--no-config", "--format", "chat", "body"]);
        assert!(!ran.all().contains(&token), "{levels}");
        if levels < 512 {
            ran.expect(0).prints("[REDACTED:github-pat-classic]");
        } else {
            assert!(ran.out.is_empty());
            ran.expect(2).says("cannot redact body: this is no JSON: ");
        }
        // A line of a transcript that is no JSON is text.
        let ran =
            filtered(&project, &["prompt", "--no-config", "--format", "jsonl", "body"]).expect(0);
        assert!(!ran.all().contains(&token), "{levels}");
        ran.prints("[REDACTED:github-pat-classic]");
    }
}

#[test]
fn diffs_that_lie() {
    let project = Project::new();
    let large = "9".repeat(19);
    let nothing = format!("--- a/x\n+++ b/x\n@@ -1,{large} +1,{large} @@\n+{}\n", key(1));
    let deep = format!("--- a/x\n+++ b/x\n{} -1 +1 {}\n", "@".repeat(100_000), "@".repeat(100_000));
    for (text, said) in
        [(&*nothing, "the diff ends within a hunk"), (&*deep, ""), ("\n\n\n", "it is no diff")]
    {
        project.file("d", text);
        filtered(&project, &["diff", "--no-config", "d"]).says(said);
    }
}
