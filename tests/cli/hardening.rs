//! The examples under docs/hardening are what the programs that read them accept.

use std::io::ErrorKind;
use std::process::Command;

/// Runs a checker; none if it is not installed, which is said.
#[allow(clippy::print_stdout)]
fn check(program: &str, args: &[&str], file: &str) -> Option<(bool, String)> {
    let directory = tempfile::tempdir().unwrap();
    let path = format!("{}/docs/hardening/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(program);
    command.args(args).arg(&path).env("XDG_RUNTIME_DIR", directory.path());
    match command.output() {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: {program} is not installed, so {file} is not checked");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

#[test]
fn systemd_unit() {
    let file = "desktop-assistant.service";
    if let Some((good, said)) = check("systemd-analyze", &["verify", "--user", "--man=no"], file) {
        // What it does not know it names, and is content with.
        assert!(good && !said.contains(file), "{said}");
    }
}

#[test]
fn apparmor_profile() {
    let file = "desktop-assistant.apparmor";
    let args = ["--skip-kernel-load", "--skip-cache"];
    let found = check("apparmor_parser", &args, file)
        .or_else(|| check("/usr/sbin/apparmor_parser", &args, file));
    if let Some((good, said)) = found {
        assert!(good, "{said}");
    }
}
