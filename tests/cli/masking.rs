//! No secret leaves the process, unless `--show-secrets` asks for it.

use crate::support::{Project, builtin, key, token};

/// Runs a scan with all reports, and asserts that none shows the text.
#[track_caller]
fn hides(project: &Project, args: &[&str], secrets: &[&str]) {
    for more in [&["--format", "text", "-v", "--stats"][..], &["--format", "json"]] {
        let ran = project.scan(&[args, more].concat());
        for secret in secrets {
            // Not the whole secret, and no part of it that says anything.
            let parts = secret.as_bytes().windows(8.min(secret.len()));
            for part in parts.map(|part| std::str::from_utf8(part).unwrap()) {
                assert!(!ran.out.contains(part), "{part} in {}", ran.all());
                assert!(!ran.err.contains(part), "{part} in {}", ran.all());
            }
        }
    }
}

#[test]
fn secrets_are_masked_unless_they_are_asked_for() {
    let project = Project::new();
    let key = key(1);
    project.file("a", format!("key = '{key}'"));
    hides(&project, &[], &[&key]);
    project.scan(&[]).expect(1).prints("1 | key = 'acme************'\n");
    assert_eq!(project.json(&[])["findings"][0]["secret"], "acme************");
    project.scan(&["--show-secrets"]).expect(1).prints(&format!("1 | key = '{key}'\n"));
    assert_eq!(project.json(&["--show-secrets"])["findings"][0]["secret"], key);
}

#[test]
fn the_other_secrets_of_a_line_are_masked_too() {
    let project = Project::new();
    let [one, two, three] = [key(1), token("acmt_", 2), token("acmp_", 3)];
    project.file("a", format!("a {one} b {two} c {three} d"));
    let secrets = [&*one, &two];
    hides(&project, &[], &secrets);
    // Also when they are not reported.
    hides(&project, &["--min-severity", "high"], &secrets);
    hides(&project, &["--rule", "acme-key"], &secrets);
    hides(&project, &["--disable", "acme-key"], &secrets);
    hides(&project, &["--enable", "acme-public-id"], &[&one, &two, &three]);
    project.scan(&["--rule", "acme-test-key"]).expect(1).prints("a ******** b acmt************ c ");
}

#[test]
fn built_in_tokens_are_masked() {
    let project = Project::new();
    let token = builtin("github-pat-classic", 7);
    project.file("a.env", format!("GITHUB_TOKEN={token}\n"));
    hides(&project, &[], &[&token]);
    project
        .scan(&[])
        .expect(1)
        .prints("github-pat-classic")
        .prints("(verified by checksum)")
        .prints("GITHUB_TOKEN=ghp_************\n");
}

#[test]
fn of_a_password_nothing_is_shown() {
    let project = Project::new();
    let password = format!("Zq{}", &token("", 5)[..9]);
    project.file("a.py", format!("db_password = \"{password}\"\n"));
    hides(&project, &[], &[&password]);
    project.scan(&[]).expect(1).prints("db_password = \"********\"\n");
}

#[test]
fn of_a_secret_with_many_lines_the_first_is_shown() {
    let project = Project::new();
    // However it was generated, its body in short lines.
    let pem = builtin("private-key", 3);
    let (begin, rest) = pem.trim_start_matches('-').split_once("-----").unwrap();
    let (body, end) = rest.split_once("-----").unwrap();
    let body: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
    let body: Vec<String> = body.chunks(40).map(|line| line.iter().collect()).collect();
    let pem = format!("-----{begin}-----\n{}\n-----{end}", body.join("\n"));
    project.file("key.pem", format!("# ours\n{pem}\n"));
    let inner: Vec<&str> = body.iter().map(|line| &**line).collect();
    assert!(inner.len() > 1);
    hides(&project, &[], &inner);
    let lines = pem.trim_end().lines().count();
    project.scan(&[]).expect(1).prints("key.pem:2:1:").prints(&format!("({lines} lines)\n"));
}

#[test]
fn text_in_utf_16_is_masked_too() {
    let project = Project::new();
    let [one, two] = [key(1), key(2)];
    let mut bytes = vec![0xff, 0xfe];
    let text = format!("größe\n é {one} and {two}\n");
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    project.file("a.txt", &bytes);
    hides(&project, &[], &[&one, &two]);
    project.scan(&[]).expect(1).prints("a.txt:2:5:").prints("é acme************ and ********\n");
    let start = 2 + 2 * "größe\n é ".encode_utf16().count();
    let report = project.json(&[]);
    assert_eq!(report["findings"][0]["start"], start);
    assert_eq!(report["findings"][0]["end"], start + 2 * one.len());
}

#[test]
fn nothing_in_a_file_steers_the_terminal() {
    let project = Project::new();
    let key = key(1);
    project.file("a", format!("\x1b[2J\x07\u{202e} {key} \x1b]0;title\x07"));
    let ran = project.scan(&[]).expect(1);
    assert!(!ran.out.contains(['\x1b', '\x07', '\u{202e}']), "{}", ran.all());
}

#[test]
fn explain_masks_lines() {
    let project = Project::new();
    let [one, two] = [key(1), token("acmp_", 2)];
    project.file("a", format!("x\na {one} b {two}\n"));
    let rules = project.rules();
    let ran = project.run(&["explain", "--rules", rules.to_str().unwrap(), "a:2"]).expect(0);
    let ran = ran.prints("a ******** b ********").prints("acme-key: reported");
    let ran = ran.prints("the rule is off; --enable acme-public-id turns it on");
    assert!(!ran.out.contains(&one) && !ran.out.contains(&two), "{}", ran.all());
}
