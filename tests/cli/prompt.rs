//! `secscan prompt` and `secscan restore`: what leaves, what comes back, and what never shows.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use secscan_core::RuleSet;
use secscan_core::generate::expand;

use crate::support::{Project, Ran, fed, key};

/// `secscan prompt` with the tests' rules, and a place of its own for vaults.
fn prompt(project: &Project, args: &[&str]) -> Command {
    let mut command = project.command(&["prompt", "--rules"]);
    command.arg(project.rules()).args(args).env("XDG_STATE_HOME", project.outside("state"));
    command
}

fn restore(project: &Project, args: &[&str]) -> Command {
    let mut command = project.command(&["restore"]);
    command.args(args).env("XDG_STATE_HOME", project.outside("state"));
    command
}

/// No part of the secret longer than eight bytes shows in what was written.
#[track_caller]
fn hidden(secret: &str, texts: &[&[u8]]) {
    for part in secret.as_bytes().windows(9) {
        for text in texts {
            assert!(
                !text.windows(part.len()).any(|window| window == part),
                "a part of a secret shows in {:?}",
                String::from_utf8_lossy(text)
            );
        }
    }
}

#[test]
fn what_people_paste() {
    let project = Project::new();
    let rules = RuleSet::builtin();
    let lookup = |name: &str| rules.find(name).map(|id| rules.get(id));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/prompts");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let template = fs::read_to_string(&path).unwrap();
        let expanded = expand(&template, &lookup, 3).unwrap();
        let (mut expected, mut done) = (Vec::new(), 0);
        for (id, span) in &expanded.expected {
            expected.extend_from_slice(&expanded.text[done..span.start]);
            expected.extend_from_slice(format!("[REDACTED:{id}]").as_bytes());
            done = span.end;
        }
        expected.extend_from_slice(&expanded.text[done..]);
        let output = fed(prompt(&project, &[]), &expanded.text);
        let (shown, wanted) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&expected));
        assert_eq!(shown, wanted, "{}", path.display());
        assert_eq!(output.status.code(), Some(0));
        for (id, span) in &expanded.expected {
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(err.contains(&format!("{id}: ")), "{err}");
            let secret = String::from_utf8_lossy(&expanded.text[span.clone()]).into_owned();
            if secret.len() < 100 {
                hidden(&secret, &[&output.stdout, &output.stderr]);
            }
        }
        // With a vault it comes back byte for byte.
        let session = path.file_stem().unwrap().to_str().unwrap();
        let coded = fed(prompt(&project, &["--session", session]), &expanded.text);
        assert_eq!(coded.status.code(), Some(0), "{}", String::from_utf8_lossy(&coded.stderr));
        let back = fed(restore(&project, &["--session", session]), &coded.stdout);
        assert!(back.stdout == expanded.text, "{}", path.display());
        files += 1;
    }
    assert!(files >= 7);
}

#[test]
fn modes() {
    let project = Project::new();
    let secret = key(1);
    let text = format!("one\nkey = {secret}\r\nlast");
    let run = |mode: &str| Ran::from(fed(prompt(&project, &["--mode", mode]), text.as_bytes()));
    let ran = run("redact").expect(0).says("acme-key: 1 redacted");
    assert_eq!(ran.out, "one\nkey = [REDACTED:acme-key]\r\nlast");
    let ran = run("mask").expect(0).says("acme-key: 1 masked");
    assert_eq!(ran.out, text.replace(&secret, &"*".repeat(secret.len())));
    let ran = run("block").expect(1).says("acme-key: 1 blocked");
    assert_eq!(ran.out, "");
    let ran = run("warn").expect(0).says("acme-key: 1 left in the text");
    assert_eq!(ran.out, text);
    hidden(&secret, &[ran.err.as_bytes()]);
    let clean = Ran::from(fed(prompt(&project, &["--mode", "block"]), b"nothing\0 here")).expect(0);
    assert_eq!((&*clean.out, &*clean.err), ("nothing\0 here", ""));
}

#[test]
fn what_is_no_secret_is_not_changed() {
    let project = Project::new();
    for text in [
        &b""[..],
        b"\xFF\xC3 not UTF-8\r\n\0\0\0\n\r",
        b"\0",
        b"a\0b\0",
        b"no end of line",
        b"\n\n\n",
    ] {
        let output = fed(prompt(&project, &["--strict", "-", "-"]), text);
        assert_eq!(output.stdout, text);
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    }
}

#[test]
fn on_an_error_nothing_that_was_not_scanned_is_written() {
    let project = Project::new();
    let secret = key(1);
    let text = format!("key = {secret}\n");
    project.file("a", &text).file("vault", "no vault");
    #[cfg(unix)]
    fs::set_permissions(project.path("vault"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .unwrap();
    for (args, why) in [
        (&["--rule", "nobody"][..], "there is no rule"),
        (&["--env-file", "gone"], "cannot read gone"),
        (&["--vault", "vault"], "it is no vault of secscan"),
        (&["--session", "../x"], "the name of a session"),
        (&["a", "gone"], "cannot read gone"),
        (&["."], "cannot read ."),
        (&["--mode", "mask", "--session", "x"], "--mode redact only"),
    ] {
        let ran = Ran::from(fed(prompt(&project, args), text.as_bytes())).expect(2).says(why);
        assert_eq!(ran.out, "", "{args:?}");
        hidden(&secret, &[ran.err.as_bytes()]);
    }
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ran = Ran::from(fed(prompt(&project, &[]), &utf16)).expect(2).says("UTF-16");
    assert_eq!(ran.out, "");
}

#[test]
fn a_secret_has_one_placeholder() {
    let project = Project::new();
    let (one, two) = (key(1), key(2));
    let text = format!("a {one} b {two} c {one}\n");
    let first = Ran::from(fed(prompt(&project, &["--vault", "v"]), text.as_bytes())).expect(0);
    let words: Vec<&str> = first.out.split_whitespace().collect();
    assert!(words[1].starts_with("__SECRET_ACME_KEY_") && words[1].ends_with("__"), "{words:?}");
    assert_eq!(words[1], words[5]);
    assert_ne!(words[1], words[3]);
    let again = Ran::from(fed(prompt(&project, &["--vault", "v"]), text.as_bytes())).expect(0);
    assert_eq!(again.out, first.out);
    // What has placeholders already passes as it is.
    let over = Ran::from(fed(prompt(&project, &["--vault", "v"]), first.out.as_bytes())).expect(0);
    assert_eq!(over.out, first.out);
    // Another vault has other codes.
    let other = Ran::from(fed(prompt(&project, &["--vault", "w"]), text.as_bytes())).expect(0);
    assert_ne!(other.out, first.out);
    let answer = format!("use `{}`, or {}", words[1].to_lowercase(), words[3].replace('_', "\\_"));
    let back = Ran::from(fed(restore(&project, &["--vault", "v"]), answer.as_bytes())).expect(0);
    assert_eq!(back.out, format!("use `{one}`, or {two}"));
    let vault = fs::read(project.path("v")).unwrap();
    hidden(&one, &[&vault, first.out.as_bytes(), first.err.as_bytes()]);
}

#[test]
fn values_are_escaped_in_json() {
    let project = Project::new();
    project.file(".env", "PASS='vio\"let\\4711'\n");
    let args = ["--env-file", ".env", "--session", "json"];
    let ran = Ran::from(fed(prompt(&project, &args), b"is it vio\"let\\4711?")).expect(0);
    let answer =
        serde_json::json!({ "text": ran.out, "args": format!("{{\"a\":\"{}\"}}", ran.out) });
    let restore = restore(&project, &["--session", "json", "--json"]);
    let back = Ran::from(fed(restore, answer.to_string().as_bytes())).expect(0);
    let back: serde_json::Value = serde_json::from_str(&back.out).unwrap();
    assert_eq!(back["text"], "is it vio\"let\\4711?");
    let args: serde_json::Value = serde_json::from_str(back["args"].as_str().unwrap()).unwrap();
    assert_eq!(args["a"], "is it vio\"let\\4711?");
}

#[test]
fn values_of_env_files_are_secrets() {
    let project = Project::new();
    project
        .file(".env", "export API=\"violet okapi/4711\"\nDEBUG=true\nHOST=localhost\n")
        .file("list", "tangerine-99\n\n");
    let args = ["-v", "--env-file", ".env", "--known-file", "list"];
    let text = "true localhost violet okapi/4711 violet%20okapi%2F4711 dmlvbGV0IG9rYXBpLzQ3MTE= \
                tangerine-99";
    let ran = Ran::from(fed(prompt(&project, &args), text.as_bytes())).expect(0);
    let known = "[REDACTED:known-value]";
    // Padding says nothing.
    assert_eq!(ran.out, format!("true localhost {known} {known} {known}E= {known}"));
    let ran = ran.says("known-value: 4 redacted").says("DEBUG, HOST");
    hidden("violet okapi/4711", &[ran.err.as_bytes()]);
}

#[test]
fn writers_side_by_side_agree() {
    let project = Project::new();
    let texts: Vec<String> =
        (0..6).map(|n| (n..n + 4).map(|seed| key(seed) + "\n").collect()).collect();
    let outputs: Vec<Ran> = std::thread::scope(|scope| {
        let runs: Vec<_> = texts
            .iter()
            .map(|text| {
                let command = prompt(&project, &["--session", "shared"]);
                scope.spawn(move || Ran::from(fed(command, text.as_bytes())))
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let mut by_key = std::collections::BTreeMap::new();
    for (text, ran) in texts.iter().zip(outputs) {
        let ran = ran.expect(0);
        for (key, placeholder) in text.lines().zip(ran.out.lines()) {
            let known = by_key.entry(key).or_insert_with(|| placeholder.to_owned());
            assert_eq!(known, placeholder);
        }
        let back = restore(&project, &["--session", "shared"]);
        assert_eq!(Ran::from(fed(back, ran.out.as_bytes())).expect(0).out, *text);
    }
    assert_eq!(by_key.len(), 9);
    let codes: std::collections::BTreeSet<&String> = by_key.values().collect();
    assert_eq!(codes.len(), 9);
}

/// In `prompt | model | restore` the last is there before the first has made the vault.
#[test]
fn a_vault_is_opened_when_there_is_text() {
    let project = Project::new();
    let mut back = restore(&project, &["--vault", "v"]);
    back.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut back = back.spawn().unwrap();
    let text = format!("{}\n", key(1));
    let ran = Ran::from(fed(prompt(&project, &["--vault", "v"]), text.as_bytes())).expect(0);
    assert_ne!(ran.out, text);
    back.stdin.take().unwrap().write_all(ran.out.as_bytes()).unwrap();
    assert_eq!(Ran::from(back.wait_with_output().unwrap()).expect(0).out, text);
}

#[cfg(unix)]
#[test]
fn vaults_are_for_their_owner_and_for_a_time() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let project = Project::new();
    let text = format!("{}\n", key(1));
    Ran::from(fed(prompt(&project, &["--vault", "v"]), text.as_bytes())).expect(0);
    let vault = project.path("v");
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&vault), 0o600);
    assert_eq!(mode(&project.outside("state/secscan/vault.key")), 0o600);
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o640)).unwrap();
    for command in [prompt(&project, &["--vault", "v"]), restore(&project, &["--vault", "v"])] {
        let ran = Ran::from(fed(command, text.as_bytes())).expect(2).says("chmod 600");
        assert_eq!(ran.out, "");
    }
    fs::set_permissions(&vault, fs::Permissions::from_mode(0o600)).unwrap();
    let mut bytes = fs::read(&vault).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let changed = project.path("changed");
    fs::copy(&vault, &changed).unwrap();
    fs::write(&changed, bytes).unwrap();
    Ran::from(fed(restore(&project, &["--vault", "changed"]), b"")).expect(2).says("was changed");
    let short = prompt(&project, &["--vault", "short", "--ttl", "1s"]);
    let coded = Ran::from(fed(short, text.as_bytes())).expect(0).out;
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let ran = fed(restore(&project, &["--vault", "short"]), coded.as_bytes());
    assert_eq!(Ran::from(ran).expect(2).says("has expired").out, "");
    assert!(!project.path("short").exists());
    let gone = fed(restore(&project, &["--vault", "short"]), b"");
    Ran::from(gone).expect(2).says("there is no vault");
    Ran::from(fed(restore(&project, &[]), b"")).expect(2).says("--session NAME");
}

/// A keyring that is a file, by a tool that is a script.
#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn the_key_of_a_vault_lies_in_the_keyring_where_there_is_one() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new();
    let (tool, kept) = (project.outside("bin/secret-tool"), project.outside("kept"));
    fs::create_dir(project.outside("bin")).unwrap();
    let script = format!(
        "#!/bin/sh\nif [ $1 = store ]; then cat > '{0}'; else cat '{0}' 2>/dev/null; fi\n",
        kept.display()
    );
    fs::write(&tool, script).unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let secret = key(1);
    let path = format!("{}:/usr/bin:/bin", project.outside("bin").display());
    let with = |mut command: Command, text: &str| {
        command.env("PATH", &path).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        Ran::from(fed(command, text.as_bytes()))
    };
    let coded = with(prompt(&project, &["--vault", "v"]), &secret).expect(0).out;
    assert_eq!(fs::read(&kept).unwrap().len(), 64);
    assert!(!project.outside("state/secscan/vault.key").exists());
    let first = |name: &str| {
        let vault = fs::read(project.path(name)).unwrap();
        let line = vault.split(|&byte| byte == b'\n').next().unwrap();
        String::from_utf8(line.to_vec()).unwrap()
    };
    assert!(first("v").ends_with(" keyring"));
    assert_eq!(with(restore(&project, &["--vault", "v"]), &coded).expect(0).out, secret);
    assert_eq!(with(prompt(&project, &["--vault", "v"]), &secret).expect(0).out, coded);
    // Without the keyring it is an error, and no new key is made.
    for command in [prompt(&project, &["--vault", "v"]), restore(&project, &["--vault", "v"])] {
        let ran = Ran::from(fed(command, coded.as_bytes())).expect(2).says("no session bus");
        assert_eq!(ran.out, "");
    }
    fs::remove_file(&kept).unwrap();
    with(restore(&project, &["--vault", "v"]), &coded).expect(2).says("is gone");
    with(prompt(&project, &["--vault", "v"]), &secret).expect(2).says("is gone");
    assert!(!kept.exists());
    // Other vaults have theirs in a file, if that is wanted or there is no keyring.
    with(prompt(&project, &["--vault", "w", "--vault-key", "file"]), &secret).expect(0);
    Ran::from(fed(prompt(&project, &["--vault", "x"]), secret.as_bytes())).expect(0);
    assert!(!first("w").contains("keyring") && !first("x").contains("keyring"));
    let must = ["--vault", "y", "--vault-key", "keyring"];
    let ran = Ran::from(fed(prompt(&project, &must), secret.as_bytes())).expect(2);
    assert_eq!(ran.says("no session bus").out, "");
}
