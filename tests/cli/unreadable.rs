//! What cannot be read is never passed over in silence: it is named, the rest is scanned, and the run ends
//! with 2.
// A test that cannot be made here says so.
#![allow(clippy::print_stdout)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::repository::Repository;
use crate::support::key;

impl Repository {
    fn object(&self, id: &str) -> PathBuf {
        self.project.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))
    }

    /// The only file with this ending in the directory of packs.
    fn pack(&self, end: &str) -> PathBuf {
        let directory = fs::read_dir(self.project.path(".git/objects/pack")).unwrap();
        let mut files = directory
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == end));
        let file = files.next().unwrap();
        assert!(files.next().is_none());
        file
    }
}

/// With two commits, of which the second brings a secret, and that in a pack.
fn packed() -> Repository {
    let repository = Repository::new();
    let noise: String =
        (0..3000).map(|line| format!("{line} {}\n", key(line).split_at(5).1)).collect();
    repository.commit("noise", noise);
    repository.commit("a", key(1));
    repository.git("repack -q -a -d");
    repository
}

/// Changes a file that git may have made read-only.
fn change(path: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[cfg(unix)]
#[test]
fn the_repository_of_another_user() {
    let repository = Repository::new();
    repository.commit("a", key(1));
    repository.file("b", key(2)).git("add b");
    let root = repository.project.root();
    let chown = Command::new("chown").args(["-R", "12345"]).arg(&root).output();
    if !chown.is_ok_and(|output| output.status.success()) {
        println!("skipped: only root can give a repository to another user");
        return;
    }
    for what in [&["--staged"][..], &["--history"], &["HEAD"]] {
        let ran = repository.scan(what).expect(2);
        let ran = ran.says("dubious ownership").says("git config --global --add safe.directory ");
        assert!(ran.out.is_empty(), "{}", ran.all());
    }
    // As it is told, with the name that is told.
    let ran = repository.scan(&["--staged"]);
    let (_, name) = ran.err.trim().split_once("safe.directory ").unwrap();
    repository.git(&format!("config --global --add safe.directory {name}"));
    repository.scan(&["--staged"]).expect(1).prints("b:1:1:");
    repository.scan(&["--history"]).expect(1).prints("a:1:1:");
}

#[test]
fn sha256_is_read() {
    let repository = Repository::uninitialized();
    if repository.try_git(".", "init -q -b main --object-format=sha256 .", &[]).code != Some(0) {
        println!("skipped: this git knows no sha256 repositories");
        return;
    }
    let commit = repository.commit("a", key(1));
    assert_eq!(commit.len(), 64);
    repository.file("b", key(2)).git("add b");
    repository.scan(&["--staged"]).expect(1).prints("b:1:1:");
    for _ in 0..2 {
        let report = repository.json(&["--history"]);
        assert_eq!(report["findings"][0]["commit"], commit.as_str());
        assert_eq!(repository.json(&["HEAD"])["findings"][0]["path"], "a");
        repository.git("gc -q");
    }
}

#[test]
fn a_partial_clone() {
    let repository = Repository::new();
    repository.commit("dir/a", "clean\n");
    repository.git("config uploadpack.allowFilter true");
    let source = repository.project.root();
    let from = format!("file://{}", source.to_str().unwrap());
    repository.git(&format!("clone -q --no-checkout --filter=blob:none {from} ../partial"));
    let id = repository.git("rev-parse HEAD:dir/a");
    for what in
        [&["--history"][..], &["HEAD"], &["HEAD~1..HEAD"], &["--history", "--branch", "main"]]
    {
        let ran = repository.scan(&[&["-C", "../partial"], what].concat());
        ran.expect(2).says("dir/a: object ").says(&id).says("left out of this partial clone");
    }
    // What is here is scanned all the same.
    fs::write(repository.project.path("../partial/b"), key(1)).unwrap();
    repository.try_git("../partial", "read-tree HEAD", &[]).expect(0);
    repository.try_git("../partial", "add b", &[]).expect(0);
    repository.scan(&["-C", "../partial", "--staged"]).expect(1).prints("b:1:1:");
    repository.scan(&["-C", "../partial", "--history"]).expect(2);
}

#[test]
fn a_shallow_clone() {
    let repository = Repository::new();
    repository.commit("a", "a\n");
    repository.commit("b", key(1));
    let from = format!("file://{}", repository.project.root().to_str().unwrap());
    repository.git(&format!("clone -q --depth 2 {from} ../shallow"));
    let scan = |what: &[&str]| repository.scan(&[&["-C", "../shallow"], what].concat());
    for what in [&["--history"][..], &["--history", "--branch", "main"], &["HEAD~1"]] {
        scan(what).expect(2).says("this clone is shallow").says("git fetch --unshallow");
    }
    scan(&["--history"]).expect(2).prints("b:1:1:");
    // What ends before the end of the clone is whole.
    scan(&["HEAD~1..HEAD"]).expect(1).says("1 commit, 1 blob");
    scan(&["HEAD~2..HEAD"]).expect(2).says("HEAD~2");
}

#[test]
fn a_corrupt_pack() {
    let repository = packed();
    let pack = repository.pack("pack");
    let id = repository.git("rev-parse HEAD:noise");
    let verified = repository.git(&format!("verify-pack -v {}", pack.to_str().unwrap()));
    let line = verified.lines().find(|line| line.starts_with(&id)).unwrap();
    let fields: Vec<usize> =
        line.split_whitespace().skip(2).map(|number| number.parse().unwrap()).collect();
    change(&pack, |bytes| bytes[fields[2] + fields[1] / 2] ^= 0x55);
    // The one object is named, and the others are searched.
    repository.scan(&["--history"]).expect(2).says(&id).prints("a:1:1:").says("1 unreadable");
    repository
        .scan(&["HEAD~2..HEAD"])
        .expect(2)
        .says(&format!("noise: object {id}"))
        .prints("a:1:1:");
}

#[test]
fn a_pack_that_is_cut_off() {
    let repository = packed();
    change(&repository.pack("pack"), |bytes| bytes.truncate(bytes.len() / 2));
    repository.scan(&["--history"]).expect(2).says("cannot read ").says(".idx: ");
    repository.scan(&["HEAD~2..HEAD"]).expect(2).says("cannot read object ");
    change(&repository.pack("pack"), |bytes| bytes.truncate(40));
    for what in [&["--staged"][..], &["--history"], &["HEAD"]] {
        repository.scan(what).expect(2).says("cannot ");
    }
}

#[test]
fn a_pack_that_is_gone() {
    for end in ["pack", "idx"] {
        let repository = packed();
        fs::remove_file(repository.pack(end)).unwrap();
        repository.scan(&["--history"]).expect(2).says("refs/heads/main");
        repository.scan(&["HEAD"]).expect(2);
        repository.scan(&["--staged"]).expect(2);
    }
}

#[test]
fn missing_objects() {
    let repository = Repository::new();
    let commit = repository.commit("dir/a", "clean\n");
    repository.file("b", key(1)).file("c", key(2)).git("add -A");
    // A blob that is staged.
    let blob = repository.git("rev-parse :b");
    fs::remove_file(repository.object(&blob)).unwrap();
    let named = format!("cannot read b: object {blob}: missing from the object store");
    repository.scan(&["--staged"]).expect(2).says(&named).prints("c:1:1:");
    // A tree below HEAD's.
    let tree = repository.git("rev-parse HEAD:dir");
    fs::remove_file(repository.object(&tree)).unwrap();
    for what in [&["--staged"][..], &["--history"], &["HEAD"]] {
        repository.scan(what).expect(2).says(&tree).says("missing from the object store");
    }
    // A commit that a branch names.
    fs::remove_file(repository.object(&commit)).unwrap();
    for what in [&["--staged"][..], &["--history"], &["HEAD"]] {
        repository.scan(what).expect(2).says(&commit);
    }
}

#[test]
fn an_index_that_cannot_be_read() {
    let repository = Repository::new();
    repository.file("a", key(1)).git("add a");
    let index = repository.project.path(".git/index");
    let whole = fs::read(&index).unwrap();
    for len in [0, 7, 20, whole.len() / 2, whole.len() - 1] {
        fs::write(&index, &whole[..len]).unwrap();
        repository.scan(&["--staged"]).expect(2).says("index");
    }
    // Like git, secscan does not hash the index on every commit; but what it names has to be there.
    let mut flipped = whole.clone();
    flipped[12 + 40] ^= 0x55;
    fs::write(&index, flipped).unwrap();
    repository.scan(&["--staged"]).expect(2).says("cannot read a: object ").says("missing");
    // One that is no file: who may not read it gets no further either.
    fs::remove_file(&index).unwrap();
    fs::create_dir(&index).unwrap();
    repository.scan(&["--staged"]).expect(2).says("index");
    fs::remove_dir(&index).unwrap();
    fs::write(&index, whole).unwrap();
    repository.scan(&["--staged"]).expect(1);
}

#[test]
fn a_head_that_makes_no_sense() {
    let repository = Repository::new();
    repository.file("a", key(1)).git("add a");
    fs::write(repository.project.path(".git/refs/heads/main"), "nonsense\n").unwrap();
    for what in [&["--staged"][..], &["--history"], &["HEAD"]] {
        repository.scan(what).expect(2).says("main");
    }
}
