//! Which files a scan of a directory reads.

use crate::support::{Project, key};

#[test]
fn what_git_ignores_is_passed_over() {
    let project = Project::new();
    project.repository();
    project.file(".gitignore", "ignored\nbuild/\n");
    for (seed, name) in ["ignored", "build/x", "kept", "sub/ignored", "sub/kept"].iter().enumerate()
    {
        project.file(name, key(seed as u64));
    }
    assert_eq!(project.found(&[]), ["kept", "sub/kept"]);
    assert_eq!(
        project.found(&["--no-ignore"]),
        ["build/x", "ignored", "kept", "sub/ignored", "sub/kept"]
    );
    // From below, and by name.
    assert_eq!(project.found(&["sub"]), ["sub/kept"]);
    assert_eq!(project.found(&["ignored", "build/x"]), ["build/x", "ignored"]);
}

#[test]
fn files_that_are_named_are_read_by_threads_too() {
    let project = Project::new();
    project.repository().file(".gitignore", "*");
    let fill = " ".repeat(1 << 20);
    project.file("a", format!("{} {fill}", key(1))).file(".b", format!("{} {fill}", key(2)));
    let args = ["--hidden=false", "-t", "rust", "-g", "!*", "a", ".b"];
    assert_eq!(project.found(&args), [".b", "a"]);
    assert_eq!(project.found(&args[..6]), ["a"]);
}

#[test]
fn outside_of_a_repository_gitignore_says_nothing() {
    let project = Project::new();
    project.file(".gitignore", "a").file("a", key(1));
    assert_eq!(project.found(&[]), ["a"]);
}

#[test]
fn files_for_other_tools_say_nothing() {
    let project = Project::new();
    project.repository().file(".ignore", "a").file("a", key(1));
    assert_eq!(project.found(&[]), ["a"]);
}

#[test]
fn hidden_files_are_scanned_and_git_is_not() {
    let project = Project::new();
    project.file(".env", key(1)).file(".config/x", key(2)).file(".git/config", key(3));
    // In a worktree it is a file.
    project.file("worktree/.git", key(4)).file("x", key(5));
    assert_eq!(project.found(&[]), [".config/x", ".env", "x"]);
    assert_eq!(project.found(&["--hidden"]), [".config/x", ".env", "x"]);
    assert_eq!(project.found(&["--hidden=false"]), ["x"]);
    assert_eq!(project.found(&["--no-ignore"]), [".config/x", ".env", "x"]);
    // What is named is read.
    assert_eq!(project.found(&["--hidden=false", ".env", ".git"]), [".env", ".git/config"]);
}

#[test]
fn globs_types_and_sizes_choose() {
    let project = Project::new();
    project.file("a.rs", key(1)).file("b.py", key(2)).file("d/c.rs", key(3));
    project.file("large.txt", format!("{} {}", key(4), "-".repeat(2000)));
    assert_eq!(project.found(&["-g", "*.rs"]), ["a.rs", "d/c.rs"]);
    assert_eq!(project.found(&["-g", "!*.rs", "-g", "!large*"]), ["b.py"]);
    assert_eq!(project.found(&["-g", "!d/**"]), ["a.rs", "b.py", "large.txt"]);
    assert_eq!(project.found(&["-t", "rust", "-t", "py"]), ["a.rs", "b.py", "d/c.rs"]);
    assert_eq!(project.found(&["-T", "rust"]), ["b.py", "large.txt"]);
    assert_eq!(project.found(&["--max-filesize", "1K"]), ["a.rs", "b.py", "d/c.rs"]);
    let report = project.json(&["--max-filesize", "1K"]);
    assert_eq!(report["summary"]["skipped"]["too_large"], 1);
}

#[test]
fn paths_are_shown_as_they_were_named() {
    let project = Project::new();
    project.file("d/a", key(1));
    let all = project.path("d/a").to_str().unwrap().to_owned();
    for (arg, shown) in [
        (".", "d/a"),
        ("./d", "./d/a"),
        ("d", "d/a"),
        ("d/", "d/a"),
        ("./d/a", "./d/a"),
        (&all, &all),
    ] {
        assert_eq!(project.found(&[arg]), [shown], "{arg}");
    }
    // A file that is named twice is one.
    assert_eq!(project.found(&["d/a", "d"]), ["d/a"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use crate::support::{Project, fifo, key};

    #[test]
    fn links_are_followed_on_demand() {
        let project = Project::new();
        std::fs::write(project.outside("target"), key(1)).unwrap();
        symlink(project.outside("target"), project.path("link")).unwrap();
        project.file("a", "");
        let report = project.json(&[]);
        assert_eq!(report["findings"].as_array().unwrap().len(), 0);
        assert_eq!(report["summary"]["skipped"]["symlink"], 1);
        assert_eq!(project.found(&["-L"]), ["link"]);
        assert_eq!(project.found(&["link"]), ["link"]);
    }

    #[test]
    fn a_loop_of_links_is_an_error() {
        let project = Project::new();
        project.file("d/a", key(1));
        symlink("..", project.path("d/up")).unwrap();
        project.scan(&[]).expect(1);
        project
            .scan(&["-L"])
            .expect(2)
            .prints("d/a:1:1:")
            .says("cannot read d/up: this link leads");
    }

    #[test]
    fn a_link_to_nowhere_is_an_error_when_followed() {
        let project = Project::new();
        project.file("a", "");
        symlink("missing", project.path("link")).unwrap();
        project.scan(&[]).expect(0).says("skipped 1 (symbolic link)");
        project.scan(&["-L"]).expect(2).says("link: no such file");
        project.scan(&["link"]).expect(2).says("link: no such file");
    }

    /// Root may read everything.
    #[test]
    fn what_cannot_be_read_is_an_error() {
        use std::os::unix::fs::PermissionsExt;
        let project = Project::new();
        project.file("a", key(1)).file("b", key(2)).file("d/c", key(3));
        for name in ["a", "d"] {
            let none = std::fs::Permissions::from_mode(0o000);
            std::fs::set_permissions(project.path(name), none).unwrap();
        }
        if std::fs::read(project.path("a")).is_err() {
            project
                .scan(&[])
                .expect(2)
                .prints("b:1:1:")
                .says("cannot read a: permission denied")
                .says("cannot read d: permission denied")
                .says("2 unreadable");
        }
        let all = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(project.path("d"), all).unwrap();
    }

    #[test]
    fn fifos_are_never_opened() {
        let project = Project::new();
        project.file("a", key(1));
        fifo(&project.path("pipe"));
        project.scan(&[]).expect(1).says("skipped 1 (not a regular file)");
        project.scan(&["pipe"]).expect(2).says("nothing was scanned: all was skipped");
        project.scan(&["/dev/null"]).expect(2).says("not a regular file");
    }

    #[test]
    fn files_that_say_they_are_empty_are_read_to_their_end() {
        let project = Project::new();
        if std::fs::metadata("/proc/self/status").is_ok_and(|meta| meta.len() == 0) {
            let report = project.json(&["/proc/self/status"]);
            assert!(report["summary"]["bytes"].as_u64().unwrap() > 100, "{report}");
        }
    }

    #[test]
    fn paths_that_are_not_text_are_given_in_bytes_too() {
        let project = Project::new();
        let name = std::ffi::OsStr::from_bytes(b"a\xffb");
        if std::fs::write(project.root().join(name), key(1)).is_ok() {
            let report = project.json(&[]);
            assert_eq!(report["findings"][0]["path"], "a\u{fffd}b");
            assert_eq!(report["findings"][0]["path_bytes"], "61ff62");
        }
    }
}
