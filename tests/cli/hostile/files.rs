//! Single files that are not what they seem.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{as_somebody, bounded, json, scan, skipped};
use crate::support::{Project, fifo, key};

#[test]
fn sockets_and_devices_are_passed_over() {
    let project = Project::new();
    project.file("z", key(1));
    let _listener = UnixListener::bind(project.path("socket")).unwrap();
    fifo(&project.path("fifo"));
    let mut special = 2;
    for (name, kind, major, minor) in [("zero", "c", "1", "5"), ("disk", "b", "7", "0")] {
        let made =
            Command::new("mknod").arg(project.path(name)).args([kind, major, minor]).output();
        match made {
            Ok(output) if output.status.success() => special += 1,
            _ => skipped("only root makes devices"),
        }
    }
    for args in [&["."][..], &["--no-ignore"], &["-L"]] {
        let said = format!("skipped {special} (not a regular file)");
        scan(&project, args).expect(1).prints("z:1:1:").says(&said);
    }
    symlink("/dev/zero", project.path("link")).unwrap();
    scan(&project, &["-L"]).expect(1).prints("z:1:1:").says(&format!("skipped {}", special + 1));
    scan(&project, &["link"]).expect(2).says("not a regular file");
}

/// In `/proc` there are files of terabytes that say they are empty, and others that fail when they are read.
#[cfg(target_os = "linux")]
#[test]
fn proc_comes_to_an_end() {
    let project = Project::new();
    project.file("z", key(1));
    let ran = scan(&project, &["/proc/self", "z"]).expect(2);
    ran.prints("z:1:1:").says("/mem: input/output error").says("/pagemap: it goes on and on");
}

/// A secret behind a hole. `bytes` says that all of it was looked at.
fn sparse(size: u64) {
    let project = Project::new();
    project.file("z", key(1));
    let file = File::create(project.path("sparse")).unwrap();
    file.write_all_at(b"\nkey = ", size).unwrap();
    file.write_all_at(key(2).as_bytes(), size + 7).unwrap();
    let report = json(&project, &[]);
    let bytes = report["summary"]["bytes"].as_u64().unwrap();
    assert_eq!(bytes, size + 7 + 2 * key(1).len() as u64);
    let found = report["findings"].as_array().unwrap();
    assert_eq!(found.len(), 2, "{report}");
    assert_eq!((&found[0]["path"], &found[0]["line"]), (&"sparse".into(), &2.into()), "{report}");
}

#[test]
fn a_sparse_file() {
    sparse(512 << 20);
}

#[test]
#[ignore = "ten gigabytes take a minute without optimisation"]
fn a_sparse_file_of_ten_gigabytes() {
    sparse(10 << 30);
}

/// One line, with a secret at its end.
fn line(size: usize) {
    let project = Project::new();
    let file = File::create(project.path("line")).unwrap();
    let piece = "let a = b + c; ".repeat(70_000);
    let mut at = 0;
    while at < size {
        file.write_all_at(piece.as_bytes(), at as u64).unwrap();
        at += piece.len();
    }
    file.write_all_at(key(2).as_bytes(), at as u64).unwrap();
    let report = json(&project, &[]);
    let found = report["findings"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{report}");
    assert_eq!((&found[0]["line"], &found[0]["column"]), (&1.into(), &(at + 1).into()));
    // The report quotes what is near, not the line.
    assert!(report.to_string().len() < 4000);
}

#[test]
fn a_long_line() {
    line(48 << 20);
}

#[test]
#[ignore = "a gigabyte takes a minute without optimisation"]
fn a_line_of_a_gigabyte() {
    line(1 << 30);
}

/// Secrets in every line, in some forms of a report, within the memory that others have.
fn secrets(count: u64, main: &str, formats: &[&str]) {
    use std::io::Write;
    let project = Project::new();
    let mut file = std::io::BufWriter::new(File::create(project.path("a")).unwrap());
    (0..count).for_each(|seed| writeln!(file, "{}", key(seed)).unwrap());
    drop(file);
    let mut command = project.scan_command(&["--format", main]);
    for format in formats {
        command.arg("-o").arg(format!("{format}={}", project.outside(format).display()));
    }
    let ran = bounded(&command).expect(1);
    assert!(ran.out.matches("acme-key").count() as u64 >= count, "{main}");
    for format in formats {
        let report = fs::read_to_string(project.outside(format)).unwrap();
        // GitHub shows ten of a kind, and a comment has its limit.
        let least = if matches!(*format, "github" | "markdown") { 10 } else { count };
        assert!(report.matches("acme-key").count() as u64 >= least, "{format}");
    }
}

#[test]
fn secrets_in_every_line() {
    let formats = ["json", "sarif", "github", "junit", "markdown", "gitlab", "csv", "html", "ocsf"];
    secrets(5_000, "text", &formats);
    secrets(5_000, "jsonl", &["text"]);
}

#[test]
#[ignore = "a million take half a minute without optimisation"]
fn a_million_secrets() {
    secrets(1_000_000, "text", &["github", "markdown"]);
}

/// Files are cut, emptied, removed, and made links and FIFOs, while they are read.
#[test]
fn files_that_change_while_they_are_read() {
    let project = Project::new();
    project.file("z", key(1));
    // Larger than what is read at once.
    let large = "let a = b + c;\n".repeat(800_000);
    project.file("large", &large);
    project.file("small", key(2));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (large, small) = (project.path("large"), project.path("small"));
            while !done.load(Ordering::Relaxed) {
                let file = File::options().write(true).open(&large).unwrap();
                file.set_len(4096).unwrap();
                file.set_len(12 << 20).unwrap();
                let _ = fs::remove_file(&small);
                symlink("/dev/zero", &small).unwrap();
                fs::remove_file(&small).unwrap();
                fifo(&small);
                fs::remove_file(&small).unwrap();
                fs::write(&small, key(2)).unwrap();
            }
        });
        for _ in 0..12 {
            let ran = scan(&project, &[]);
            assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.all());
            ran.prints("z:1:1:");
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// As somebody who may not read everything; root may.
#[test]
fn what_may_not_be_read_is_named() {
    let project = Project::new();
    project.file("a", key(1)).file("b", key(2)).file("d/c", key(3)).file("e/f", key(4));
    let mode = |name: &str, bits| {
        fs::set_permissions(project.path(name), fs::Permissions::from_mode(bits)).unwrap();
    };
    // A directory that can be listed, and not entered.
    [("a", 0), ("d", 0), ("e", 0o444)].into_iter().for_each(|(name, bits)| mode(name, bits));
    let scan = project.scan_command(&[]);
    if let Some(nobody) = as_somebody(65_534, &project, &scan, "true") {
        let ran =
            bounded(&nobody).expect(2).prints("b:1:1:").says("cannot read a: permission denied");
        let ran =
            ran.says("cannot read d: permission denied").says("cannot read e/f: permission denied");
        ran.says("3 unreadable");
    } else {
        skipped("there is no setpriv, or nobody cannot run what is built here");
    }
    [("a", 0o644), ("d", 0o755), ("e", 0o755)]
        .into_iter()
        .for_each(|(name, bits)| mode(name, bits));
}
