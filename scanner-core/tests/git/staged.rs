//! The index against `HEAD`, in every state that a commit can be made from.

use std::process::Command;

use secscan_core::source::git::{Repo, Scope, Totals, staged};

use crate::scratch::{Keep, Scratch};

fn look(scratch: &Scratch, dir: &str, scope: Scope) -> (Keep, Totals) {
    let repo = Repo::open(scratch.path().join(dir)).unwrap();
    let mut visitors = [Keep::default(), Keep::default()];
    let totals = staged(&repo, scope, u64::MAX, &mut visitors).unwrap();
    let keep = Keep::merge(visitors);
    assert_eq!(totals.problems as usize, keep.problems.len());
    (keep, totals)
}

#[track_caller]
fn check(scratch: &Scratch, expected: &[&str]) {
    let (keep, totals) = look(scratch, ".", Scope::Added);
    assert_eq!(keep.added(), expected);
    assert_eq!(totals.blobs as usize, expected.len());
    assert!(keep.problems.is_empty(), "{:?}", keep.problems);
}

fn base() -> Scratch {
    let scratch = Scratch::init();
    scratch
        .write("a.txt", "one\ntwo\nthree\n")
        .write("dir/sub/b.txt", "b\n")
        .write("dir/c.txt", "c\n");
    scratch.git("add -A");
    scratch.git("commit -q -m first");
    scratch
}

#[test]
fn first_commit() {
    let scratch = Scratch::init();
    check(&scratch, &[]);
    scratch.write("a.txt", "one\n").write("d/b.txt", "");
    check(&scratch, &[]);
    scratch.git("add -A");
    check(&scratch, &["a.txt: one/", "d/b.txt: "]);
}

#[test]
fn nothing_staged() {
    let scratch = base();
    check(&scratch, &[]);
    scratch.write("a.txt", "unstaged\n").write("new.txt", "untracked\n");
    check(&scratch, &[]);
}

#[test]
fn changed_lines() {
    let scratch = base();
    scratch.write("a.txt", "one\nTWO\nthree\nfour\n").write("dir/sub/new.txt", "n\n");
    scratch.git("add -A");
    scratch.write("a.txt", "reverted\n");
    check(&scratch, &["a.txt: TWO/four/", "dir/sub/new.txt: n/"]);
}

#[test]
fn partially_staged() {
    let scratch = base();
    scratch.write("a.txt", "one\nstaged\ntwo\nthree\n");
    scratch.git("add a.txt");
    scratch.write("a.txt", "one\nstaged\ntwo\nthree\nnot staged\n");
    check(&scratch, &["a.txt: staged/"]);
}

#[test]
fn another_index() {
    let scratch = base();
    scratch.write("other.txt", "other\n");
    let env = [("GIT_INDEX_FILE", "next.lock")];
    scratch.git_in(".", "read-tree HEAD", &env, b"");
    scratch.git_in(".", "add other.txt", &env, b"");
    check(&scratch, &[]);
    assert_eq!(in_child(&scratch, &[("GIT_INDEX_FILE", "next.lock")]), "other.txt: other/");
    assert_eq!(
        in_child(&scratch, &[("GIT_INDEX_FILE", "next.lock"), ("GIT_DIR", ".git")]),
        "other.txt: other/"
    );
}

#[test]
fn another_object_directory() {
    let scratch = base();
    scratch.write("other.txt", "quarantined\n");
    let objects = scratch.path().join(".git/objects");
    let quarantine = scratch.path().join("quarantine");
    std::fs::create_dir(&quarantine).unwrap();
    let env = [
        ("GIT_OBJECT_DIRECTORY", quarantine.to_str().unwrap()),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.to_str().unwrap()),
    ];
    scratch.git_in(".", "add other.txt", &env, b"");
    let (keep, totals) = look(&scratch, ".", Scope::Added);
    assert_eq!(totals.problems, 1, "{keep:?}");
    assert!(
        keep.problems[0].starts_with("other.txt: object ") && keep.problems[0].contains("missing")
    );
    assert_eq!(in_child(&scratch, &env), "other.txt: quarantined/");
}

/// Looks from another process, since the environment of this one is everybody's.
fn in_child(scratch: &Scratch, env: &[(&str, &str)]) -> String {
    let answer = scratch.path().join("answer");
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "staged::child", "--ignored"])
        .current_dir(scratch.path())
        .env("SECSCAN_TEST_ANSWER", &answer)
        .envs(env.iter().copied())
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    std::fs::read_to_string(answer).unwrap()
}

#[test]
#[ignore = "run by other tests, in a process of its own"]
fn child() {
    let repo = Repo::open(".").unwrap();
    let mut visitors = [Keep::default()];
    staged(&repo, Scope::Added, u64::MAX, &mut visitors).unwrap();
    let [keep] = visitors;
    assert!(keep.problems.is_empty(), "{:?}", keep.problems);
    std::fs::write(std::env::var("SECSCAN_TEST_ANSWER").unwrap(), keep.added().join("\n")).unwrap();
}

#[test]
fn linked_worktree() {
    let scratch = base();
    scratch.git("worktree add -q -b side tree");
    scratch.write("tree/a.txt", "one\ntwo\nthree\nside\n");
    scratch.git_in("tree", "add a.txt", &[], b"");
    assert_eq!(look(&scratch, "tree", Scope::Added).0.added(), ["a.txt: side/"]);
    check(&scratch, &[]);
}

#[test]
fn renames() {
    let scratch = base();
    let text: String = (0..20).map(|line| format!("line {line}\n")).collect();
    scratch.commit("long.txt", &text);
    scratch.git("mv long.txt moved.txt");
    scratch.git("mv dir/sub elsewhere");
    check(&scratch, &[]);
    assert_eq!(look(&scratch, ".", Scope::Whole).0.added(), ["elsewhere/b.txt: ", "moved.txt: "]);
    scratch.write("moved.txt", text + "edited\n");
    scratch.git("add -A");
    check(&scratch, &["moved.txt: edited/"]);
}

#[test]
fn copies_count() {
    let scratch = base();
    scratch.write("copy.txt", "one\ntwo\nthree\n");
    scratch.git("add -A");
    check(&scratch, &["copy.txt: one/two/three/"]);
}

#[test]
fn deletions_and_modes() {
    let scratch = base();
    scratch.git("rm -q -r dir");
    scratch.git("update-index --chmod=+x a.txt");
    check(&scratch, &[]);
}

#[test]
fn a_file_becomes_a_directory() {
    let scratch = base();
    scratch.git("rm -q -r dir a.txt");
    scratch
        .write("dir", "now a file\n")
        .write("a.txt/in", "now a directory\n")
        .write("a.txt-more", "m\n");
    scratch.git("add -A");
    check(&scratch, &["a.txt-more: m/", "a.txt/in: now a directory/", "dir: now a file/"]);
}

#[cfg(unix)]
#[test]
fn symbolic_links() {
    let scratch = base();
    std::os::unix::fs::symlink("secret/target", scratch.path().join("link")).unwrap();
    scratch.git("add -A");
    check(&scratch, &["link: secret/target"]);
}

#[test]
fn submodules_and_pointers() {
    let scratch = base();
    let id = scratch.git("rev-parse HEAD");
    scratch.git(&format!("update-index --add --cacheinfo 160000,{id},module"));
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n",
        "a1".repeat(32)
    );
    scratch.write("big.bin", &pointer).write("fake.bin", pointer + "token=x\n");
    scratch.git("add big.bin fake.bin");
    let (keep, totals) = look(&scratch, ".", Scope::Added);
    assert_eq!((totals.submodules, totals.lfs_pointers, totals.blobs), (1, 1, 1));
    assert_eq!(keep.blobs().next().unwrap().path, "fake.bin");
    assert_eq!(keep.skipped.len(), 2);
}

#[test]
fn conflicts() {
    let scratch = base();
    scratch.git("checkout -q -b side");
    scratch.commit("a.txt", "one\ntheirs\nthree\n");
    scratch.git("checkout -q main");
    scratch.commit("a.txt", "one\nours\nthree\n");
    assert!(!scratch.git_in(".", "merge side", &[], b"").1);
    let (keep, _) = look(&scratch, ".", Scope::Added);
    assert_eq!(
        keep.added(),
        ["a.txt: one/theirs/three/", "a.txt: one/two/three/"],
        "ours is what HEAD has"
    );
    scratch.write("a.txt", "one\nresolved\nthree\n");
    scratch.git("add a.txt");
    check(&scratch, &["a.txt: resolved/"]);
}

#[test]
fn intent_to_add() {
    let scratch = base();
    scratch.write("later.txt", "not yet\n");
    scratch.git("add -N later.txt");
    check(&scratch, &[]);
    scratch.git("add later.txt");
    check(&scratch, &["later.txt: not yet/"]);
}

#[test]
fn split_index() {
    let scratch = base();
    scratch.git("update-index --split-index");
    scratch.write("a.txt", "one\ntwo\nthree\nsplit\n").write("new.txt", "new\n");
    scratch.git("add -A");
    scratch.git("rm -q --cached dir/c.txt");
    check(&scratch, &["a.txt: split/", "new.txt: new/"]);
}

#[test]
fn sparse_index() {
    let scratch = base();
    let other = scratch.commit("out/deep/x.txt", "x\n");
    scratch.git("sparse-checkout set --cone --sparse-index dir");
    check(&scratch, &[]);
    scratch.git("reset -q --soft HEAD~");
    check(&scratch, &["out/deep/x.txt: x/"]);
    scratch.git(&format!("reset -q --soft {other}"));
    scratch.write("dir/c.txt", "c\nd\n");
    scratch.git("add dir/c.txt");
    check(&scratch, &["dir/c.txt: d/"]);
}

#[test]
fn sha256() {
    let scratch = Scratch::empty();
    scratch.git("init -q --object-format=sha256 .");
    scratch.commit("a.txt", "one\n");
    scratch.write("a.txt", "one\ntwo\n");
    scratch.git("add -A");
    check(&scratch, &["a.txt: two/"]);
}

#[test]
fn bare_and_none() {
    let scratch = Scratch::empty();
    let error = Repo::open(scratch.path()).unwrap_err().to_string();
    assert!(error.starts_with("cannot open a git repository at "), "{error}");
    scratch.git("init -q --bare .");
    let repo = Repo::open(scratch.path()).unwrap();
    let error =
        staged(&repo, Scope::Added, u64::MAX, &mut [Keep::default()]).unwrap_err().to_string();
    assert!(error.contains("bare repository"), "{error}");
}

#[test]
fn a_missing_blob_is_a_problem() {
    let scratch = base();
    scratch.write("a.txt", "to be lost\n");
    scratch.git("add a.txt");
    let id = scratch.git("rev-parse :a.txt");
    std::fs::remove_file(scratch.path().join(format!(".git/objects/{}/{}", &id[..2], &id[2..])))
        .unwrap();
    let (keep, totals) = look(&scratch, ".", Scope::Added);
    assert_eq!((totals.blobs, totals.problems), (0, 1));
    assert_eq!(keep.problems, [format!("a.txt: object {id}: missing from the object store")]);
}

#[test]
fn large_blobs_are_skipped() {
    let scratch = base();
    scratch.write("a.txt", "0123456789\n");
    scratch.git("add a.txt");
    let repo = Repo::open(scratch.path()).unwrap();
    let mut keep = [Keep::default()];
    let totals = staged(&repo, Scope::Added, 10, &mut keep).unwrap();
    assert_eq!((totals.too_large, totals.blobs), (1, 0));
    assert_eq!(keep[0].skipped, ["a.txt: too large"]);
}

#[cfg(unix)]
#[test]
fn another_owner() {
    let scratch = base();
    let chown = Command::new("chown").args(["-R", "12345"]).arg(scratch.path()).output();
    if !chown.is_ok_and(|output| output.status.success()) {
        return; // Only root can give a repository to another user.
    }
    let error = Repo::open(scratch.path()).unwrap_err().to_string();
    let advice = "git config --global --add safe.directory ";
    assert!(error.starts_with("dubious ownership: ") && error.contains(advice), "{error}");
}
