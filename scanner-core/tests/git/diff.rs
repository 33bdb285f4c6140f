//! Diffs as git prints them, and as others mangle them.

use secscan_core::source::diff::{Diff, Event};

use crate::scratch::Scratch;

/// Each hunk as `path first-line text`, added lines marked with `+`, and binary files as `path binary`.
fn read(diff: impl AsRef<[u8]>) -> Result<Vec<String>, String> {
    let mut diff = Diff::new(diff.as_ref());
    let mut events = Vec::new();
    while let Some(event) = diff.next_event().map_err(|error| error.to_string())? {
        events.push(match event {
            Event::Hunk(hunk) => {
                let path = String::from_utf8_lossy(hunk.path());
                let mut shown = format!("{path} {}", hunk.line_number(0));
                let mut at = 0;
                for line in hunk.text().split_inclusive(|byte| *byte == b'\n') {
                    assert_eq!(hunk.line_start(at + line.len() - 1), at);
                    let mark = if hunk.is_added(at..at + line.len()) { '+' } else { ' ' };
                    shown +=
                        &format!(" {mark}{}", String::from_utf8_lossy(line).trim_end_matches('\n'));
                    at += line.len();
                }
                shown
            }
            Event::Binary(path) => format!("{} binary", String::from_utf8_lossy(path)),
            _ => unreachable!(),
        });
    }
    Ok(events)
}

#[track_caller]
fn check(diff: impl AsRef<[u8]>, expected: &[&str]) {
    assert_eq!(read(diff).unwrap(), expected);
}

fn repository() -> Scratch {
    let scratch = Scratch::init();
    scratch
        .write("a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n")
        .write("crlf.txt", "x\r\ny\r\n")
        .write("end.txt", "no end");
    scratch
        .write("gone.txt", "gone\n")
        .write("bin", b"\0one")
        .write("old name.txt", "n\nn\nn\nn\nn\n");
    scratch.write("tools/b/ä \"q\"\t.txt", "q\n");
    scratch.git("add -A");
    scratch.git("commit -q -m first");
    scratch
        .write("a.txt", "1\ntwo\n3\n4\n5\n6\n7\n8\n9\n-- ten\n\\ eleven\n")
        .write("crlf.txt", "x\r\nz\r\n");
    scratch.write("end.txt", "still no end").write("bin", b"\0two").write("new.txt", "new\n");
    scratch.write("tools/b/ä \"q\"\t.txt", "q\nr\n").write("+++ b/c.txt", "odd\n");
    scratch.git("rm -q gone.txt");
    scratch.git("mv old_name.txt new_name.txt");
    scratch.git("add -A");
    scratch
}

const CHANGES: &[&str] = &[
    "+++ b/c.txt 1 +odd",
    "a.txt 1  1 +two  3  4  5",
    "a.txt 7  7  8  9 +-- ten +\\ eleven",
    "bin binary",
    "crlf.txt 1  x\r +z\r",
    "end.txt 1 +still no end",
    "gone.txt 0",
    "new.txt 1 +new",
    "tools/b/ä \"q\"\t.txt 1  q +r",
];

#[test]
fn as_git_prints_them() {
    let scratch = repository();
    for how in [
        "diff --cached -M",
        "diff --cached -M --binary",
        "diff --cached -M --no-prefix",
        "-c diff.mnemonicPrefix=true diff --cached -M",
        "-c core.quotePath=false diff --cached -M",
        "diff --cached -M --src-prefix=x/ --dst-prefix=y/",
    ] {
        let (diff, _) = scratch.git_in(".", how, &[], b"");
        let expected: Vec<String> = match how.contains("src-prefix") {
            false => CHANGES.iter().map(|&line| line.to_owned()).collect(),
            true => continue,
        };
        assert_eq!(read(diff).unwrap(), expected, "{how}");
    }
    scratch.git("commit -q -m +++_b/x");
    let (patch, _) = scratch.git_in(".", "format-patch -M --stdout HEAD~", &[], b"");
    check(patch, CHANGES);
    let (log, _) = scratch.git_in(".", "log -p -M -1", &[], b"");
    check(log, CHANGES);
}

#[test]
fn combined() {
    let scratch = Scratch::init();
    scratch.commit("a.txt", "1\n2\n3\n4\n5\n");
    scratch.git("checkout -q -b side");
    scratch.commit("a.txt", "1\nside\n3\n4\n5");
    scratch.git("checkout -q main");
    scratch.commit("a.txt", "1\nmain\n3\n4\n5\n");
    scratch.git("merge side");
    scratch.write("a.txt", "1\nmerged\n3\n4\n5\\ x");
    scratch.git("add -A");
    scratch.git("commit -q -m merge");
    for how in ["show --cc", "show -c", "show --cc --no-prefix", "diff-tree -p --cc HEAD"] {
        let (diff, _) = scratch.git_in(".", how, &[], b"");
        let events = read(&diff).unwrap_or_else(|error| panic!("{how}: {error} in\n{diff}"));
        assert_eq!(events, ["a.txt 1  1 +merged  3  4 +5\\ x"], "{how}: {diff}");
    }
}

#[test]
fn by_others() {
    check("", &[]);
    check("no diff\n--- \n@@ nothing @@\n--- a\nmore\n", &[]);
    check("--- x.c\t2020-01-01\n+++ x.c\t2020-01-02\n@@ -1 +1,2 @@ fn\n a\n+b\n", &["x.c 1  a +b"]);
    check("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n", &["x 1  a   +c"]);
    check("--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n", &["x 1 +b\r"]);
    check("--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n \\ a\n+\\ b\n", &["x 1  \\ a +\\ b"]);
    check("Binary files a/x.png and b/x.png differ\n", &["b/x.png binary"]);
    check("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n", &["x 1 +a"]);
    check(
        "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n--- a/y\n+++ b/y\n@@ -0,0 +7 @@\n+b\n",
        &["x 0", "y 7 +b"],
    );
}

#[test]
fn broken() {
    let error = |text: &str| read(text).unwrap_err();
    let names = "--- a/x\n+++ b/x\n";
    assert_eq!(
        error(&format!("{names}@@ -1,2 +1,2 @@\n a\n")),
        "line 5 of the diff: the diff ends within a hunk"
    );
    assert_eq!(
        error(&format!("{names}@@ -1 +1 @@\n?a\n")),
        "line 4 of the diff: not a line of the hunk it stands in"
    );
    assert_eq!(
        error(&format!("{names}@@ -1 +1 @@\n+a\n+b\n")),
        "line 5 of the diff: not a line of the hunk it stands in"
    );
    assert_eq!(error("@@ -1 +1 @@\n-a\n+b\n"), "line 1 of the diff: a hunk of no file");
}

#[test]
fn lines_are_counted_whatever_the_first_is_called() {
    let header = format!("@@ -0,0 +{},2 @@", u64::MAX);
    check(format!("--- a/x\n+++ b/x\n{header}\n+a\n+b\n"), &[&format!("x {} +a +b", u64::MAX)]);
}

#[test]
fn large_hunks_come_in_pieces() {
    let count = 60_000;
    let mut text = format!("--- /dev/null\n+++ b/big\n@@ -0,0 +1,{count} @@\n");
    (1..=count).for_each(|line| text += &format!("+this is line number {line} of the file\n"));
    let mut diff = Diff::new(text.as_bytes());
    let (mut pieces, mut added) = (0, vec![0; count + 1]);
    while let Some(event) = diff.next_event().unwrap() {
        let Event::Hunk(hunk) = event else { panic!() };
        pieces += 1;
        assert!(hunk.text().len() < 2 << 20);
        let mut at = 0;
        for line in hunk.text().split_inclusive(|byte| *byte == b'\n') {
            let number = hunk.line_number(at);
            assert_eq!(line, format!("this is line number {number} of the file\n").as_bytes());
            added[number as usize] += u32::from(hunk.is_added(at..at + line.len()));
            at += line.len();
        }
    }
    assert!(pieces > 1);
    assert!(added[1..].iter().all(|times| *times == 1));
}
