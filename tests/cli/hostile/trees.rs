//! Directories that go on and on, and what lies in them for others to read.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::{json, scan};
use crate::support::{Project, fifo, key};

#[test]
fn a_hundred_thousand_files_in_a_directory() {
    let project = Project::new();
    for number in 0..100_000 {
        fs::write(project.path(&format!("{number}")), "x\n").unwrap();
    }
    project.file("50000", key(1));
    let report = json(&project, &[]);
    assert_eq!(report["summary"]["files"], 100_000);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["path"], "50000");
}

#[test]
fn a_thousand_levels() {
    let project = Project::new();
    let deep = "d/".repeat(1000);
    project.file("z", key(1)).file(&format!("{deep}y"), key(2));
    let report = json(&project, &[]);
    assert_eq!(report["summary"]["files"], 2);
    assert_eq!(report["findings"][0]["path"], format!("{deep}y"));
    assert_eq!(report["findings"][1]["path"], "z");
}

/// No path may be longer than 4,096 bytes; a directory that is moved makes longer ones.
#[cfg(target_os = "linux")]
#[test]
fn paths_that_are_too_long_to_be_opened() {
    let project = Project::new();
    let name = "n".repeat(250);
    let chain = |top: &str| format!("{top}/{}", [name.as_str(); 9].join("/"));
    project.file("z", key(1)).file(&format!("{}/x", chain("a")), key(2));
    let below = chain("b");
    project.file(&format!("{below}/y"), key(3));
    fs::rename(project.path("a"), project.path(&below).join("a")).unwrap();
    let ran = scan(&project, &[]).expect(2).prints("z:1:1:").says("file name too long");
    let ran = ran.prints(&format!("{below}/y:1:1:"));
    // It is named.
    ran.says(&format!("cannot read {below}/a/"));
    let report = json(&project, &[]);
    assert_eq!(report["summary"]["unreadable"], 1, "{report}");
}

#[test]
fn links_that_lead_in_circles() {
    let project = Project::new();
    project.file("d/e/z", key(1));
    symlink("b", project.path("a")).unwrap();
    symlink("a", project.path("b")).unwrap();
    symlink("self", project.path("self")).unwrap();
    for number in 0..20 {
        symlink("../..", project.path(&format!("d/e/{number}"))).unwrap();
    }
    scan(&project, &[]).expect(1).prints("d/e/z:1:1:").says("skipped 23 (symbolic link)");
    let ran = scan(&project, &["-L"]).expect(2).prints("d/e/z:1:1:");
    assert_eq!(ran.out.matches("acme-key").count(), 1, "{}", ran.out);
    ran.says("cannot read a: ")
        .says("cannot read self: ")
        .says("cannot read d/e/7: this link leads back");
    scan(&project, &["a"]).expect(2).says("cannot read a: ");
}

#[test]
fn names_that_are_no_text() {
    let project = Project::new();
    for name in
        [&b"\xff\xfe"[..], b"a\nb", b"-", b" ", b"\\", b"\"x\"", b"--help", "\u{202e}".as_bytes()]
    {
        fs::write(project.root().join(OsStr::from_bytes(name)), key(1)).unwrap();
    }
    let directory = project.root().join(OsStr::from_bytes(b"d\xc3"));
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("x"), key(1)).unwrap();
    let report = json(&project, &[]);
    assert_eq!(report["summary"]["files"], 9, "{report}");
    assert_eq!(report["findings"].as_array().unwrap().len(), 9);
}

/// What says what git ignores is opened by the walk itself: only if it is a file.
#[test]
fn ignore_files_that_are_none() {
    let make = |name: &str| {
        let project = Project::new();
        project.repository().file("z", key(1)).file("sub/y", key(2)).file("sub/.gitignore", "y");
        let path = project.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        (project, path)
    };
    for name in [".gitignore", ".git/info/exclude", "sub/.gitignore"] {
        let (project, path) = make(name);
        fifo(&path);
        // More is read then, and not less.
        scan(&project, &[]).expect(1).prints("z:1:1:").prints("sub/y:1:1:");
        scan(&project, &["sub"]).expect(1).prints("sub/y:1:1:");
        let (project, path) = make(name);
        symlink("/dev/zero", path).unwrap();
        scan(&project, &[]).expect(1).prints("z:1:1:").prints("sub/y:1:1:");
        let (project, path) = make(name);
        fs::File::create(path).unwrap().set_len(5 << 20).unwrap();
        scan(&project, &["z", "sub"]).expect(1).prints("z:1:1:").prints("sub/y:1:1:");
    }
    // A link to one that is a file counts, as ever.
    let (project, path) = make("sub/.gitignore");
    fs::write(project.outside("ignored"), "y").unwrap();
    symlink(project.outside("ignored"), path).unwrap();
    assert_eq!(project.found(&[]), ["z"]);
}

/// Patterns take much more memory than they do on disk: so many are not believed, in one file or on one path.
#[test]
fn ignore_files_without_an_end() {
    let patterns = |bytes: usize| {
        let mut text = String::new();
        while text.len() < bytes {
            text += &format!("**/x{}*[a-z]?/*.y{}\n", text.len(), text.len());
        }
        text
    };
    let project = Project::new();
    project.repository().file("z", key(1)).file("ignored", key(2));
    project.file(".gitignore", format!("ignored\n{}", patterns(3 << 20)));
    scan(&project, &[]).expect(1).prints("z:1:1:").prints("ignored:1:1:");
    // Each of them is small.
    let project = Project::new();
    project.repository();
    let mut deep = String::new();
    for _ in 0..100 {
        project.file(&format!("{deep}.gitignore"), format!("ignored\n{}", patterns(200 << 10)));
        deep += "d/";
    }
    project.file("ignored", key(1)).file(&format!("{deep}z"), key(2));
    let ran = scan(&project, &[]).expect(1).prints(&format!("{deep}z:1:1:"));
    assert!(!ran.out.contains("ignored:1:1:"), "{}", ran.out);
}

/// A worktree's `.git` names directories, of which one names another.
#[test]
fn the_git_file_of_a_worktree_that_lies() {
    let project = Project::new();
    project.file("z", key(1)).file("w/y", key(2));
    let own = project.outside("own");
    fs::create_dir(&own).unwrap();
    fs::write(project.path("w/.git"), format!("gitdir: {}\n", own.display())).unwrap();
    fifo(&own.join("commondir"));
    scan(&project, &[]).expect(1).prints("z:1:1:").prints("w/y:1:1:");
    fs::remove_file(own.join("commondir")).unwrap();
    fs::write(own.join("commondir"), project.outside("common").to_str().unwrap()).unwrap();
    fs::create_dir_all(project.outside("common/info")).unwrap();
    fifo(&project.outside("common/info/exclude"));
    scan(&project, &[]).expect(1).prints("z:1:1:").prints("w/y:1:1:");
}

/// Configuration and baseline of a project that are none.
#[test]
fn configuration_that_is_no_file() {
    for name in ["secscan.toml", ".secscan.toml", ".secscan-baseline.json"] {
        let project = Project::new();
        project.file("z", key(1));
        fifo(&project.path(name));
        scan(&project, &[]).expect(1).prints("z:1:1:");
        fs::remove_file(project.path(name)).unwrap();
        symlink("/dev/zero", project.path(name)).unwrap();
        scan(&project, &[]).expect(1).prints("z:1:1:");
    }
}
