//! Repositories that nobody made with git. What lies in `.git` is foreign, too, where it came in an archive.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Stdio;

use super::bounded;
use crate::repository::Repository;
use crate::support::{Ran, fifo, key};

impl Repository {
    /// `secscan git` within bounds.
    #[track_caller]
    fn bounded(&self, args: &[&str]) -> Ran {
        let rules = self.project.rules();
        let mut command = self.project.command(&["git", "--rules", rules.to_str().unwrap()]);
        command.args(args);
        for (name, value) in [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CEILING_DIRECTORIES", "/")] {
            command.env(name, value);
        }
        command.env("GIT_CONFIG_GLOBAL", self.project.outside("gitconfig"));
        bounded(&command)
    }

    /// Stores an object of any content, and says its name.
    fn object_of(&self, kind: &str, content: &[u8]) -> String {
        let mut command = std::process::Command::new("git");
        command.args(["hash-object", "-w", "--literally", "--stdin", "-t", kind]);
        command.current_dir(self.project.root()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), content).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Makes `main` another commit.
    fn point(&self, id: &str) {
        fs::write(self.project.path(".git/refs/heads/main"), format!("{id}\n")).unwrap();
    }

    fn inside(&self, name: &str) -> PathBuf {
        let path = self.project.path(".git").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        path
    }
}

fn bytes(id: &str) -> Vec<u8> {
    (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect()
}

const ALL: [&[&str]; 3] = [&["--staged"], &["--history"], &["HEAD"]];

#[test]
fn what_should_be_a_file_and_never_ends() {
    for name in [
        "HEAD",
        "config",
        "packed-refs",
        "refs/heads/x",
        "index",
        "objects/info/alternates",
        "shallow",
        "logs/HEAD",
        "objects/12/34567890123456789012345678901234567890",
        "objects/pack/pack-0123456789012345678901234567890123456789.idx",
        "commondir",
    ] {
        let repository = Repository::new();
        repository.file("a", key(1)).git("add a");
        fifo(&repository.inside(name));
        let said = format!(".git/{name}: it is no regular file");
        for what in ALL {
            repository.bounded(what).expect(2).says("cannot read ").says(&said);
        }
        symlink("/dev/zero", repository.inside(name)).unwrap();
        for what in ALL {
            repository.bounded(what).expect(2).says(&said);
        }
    }
    // In the place of `.git` itself, and below what it names.
    let repository = Repository::new();
    fs::rename(repository.project.path(".git"), repository.project.outside("own")).unwrap();
    fifo(&repository.project.path(".git"));
    repository.bounded(&["HEAD"]).expect(2).says(".git: it is no regular file");
    fs::remove_file(repository.project.path(".git")).unwrap();
    fs::write(repository.project.path(".git"), "gitdir: ../own\n").unwrap();
    repository.bounded(&["HEAD"]).expect(0);
    fifo(&repository.project.outside("own/refs/x"));
    repository.bounded(&["HEAD"]).expect(2).says("own/refs/x: it is no regular file");
}

/// git's file system monitor listens there.
#[test]
fn a_socket_is_no_harm() {
    let repository = Repository::new();
    repository.commit("a", key(1));
    let socket = repository.inside("fsmonitor--daemon.ipc");
    let _listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    repository.bounded(&["--history"]).expect(1).prints("a:1:1:");
}

#[test]
fn alternates_in_a_circle() {
    let repository = Repository::new();
    repository.commit("a", key(1));
    let other = repository.project.outside("other");
    repository.git(&format!("clone -q . {}", other.to_str().unwrap()));
    let objects = |path: PathBuf| format!("{}\n", path.join(".git/objects").display());
    fs::write(repository.inside("objects/info/alternates"), objects(other.clone())).unwrap();
    fs::create_dir_all(other.join(".git/objects/info")).unwrap();
    repository.bounded(&["--history"]).expect(1).prints("a:1:1:");
    let back = other.join(".git/objects/info/alternates");
    fs::write(&back, objects(repository.project.root())).unwrap();
    for what in ALL {
        repository.bounded(what).expect(2).says("cycle");
    }
    fs::write(&back, "/nowhere\n").unwrap();
    repository.bounded(&["--history"]).expect(2).says("/nowhere");
}

#[test]
fn refs_that_lead_nowhere() {
    let repository = Repository::new();
    repository.commit("a", key(1));
    let missing = "0123456789012345678901234567890123456789";
    fs::write(repository.inside("refs/heads/gone"), format!("{missing}\n")).unwrap();
    repository.bounded(&["--history"]).expect(2).says("refs/heads/gone").prints("a:1:1:");
    fs::remove_file(repository.inside("refs/heads/x")).unwrap_or_default();
    let _ = fs::remove_file(repository.project.path(".git/refs/heads/gone"));
    // Names that name each other.
    fs::write(repository.inside("refs/heads/x"), "ref: refs/heads/y\n").unwrap();
    fs::write(repository.inside("refs/heads/y"), "ref: refs/heads/x\n").unwrap();
    let ran = repository.bounded(&["--history"]);
    assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.all());
    ran.prints("a:1:1:");
    fs::write(repository.project.path(".git/HEAD"), "ref: refs/heads/x\n").unwrap();
    repository.bounded(&["HEAD"]).expect(2).says("HEAD");
}

#[test]
fn fifty_thousand_refs() {
    let repository = Repository::new();
    let ids: Vec<String> =
        (0..5).map(|number| repository.commit(&format!("f{number}"), key(number))).collect();
    let refs: Vec<String> =
        (0..50_000).map(|at| format!("{} refs/heads/b{at:05}\n", ids[at % 5])).collect();
    fs::write(repository.inside("packed-refs"), refs.concat()).unwrap();
    let ran = repository.bounded(&["--history"]).expect(1);
    assert_eq!(ran.out.matches("acme-key").count(), 5, "{}", ran.out);
    repository.bounded(&["HEAD~2..HEAD"]).expect(1).prints("f4:1:1:");
    // One that names nothing is told, among all of them.
    let missing = "0123456789012345678901234567890123456789";
    let refs = format!("{}{missing} refs/heads/c\n", refs.concat());
    fs::write(repository.inside("packed-refs"), refs).unwrap();
    repository.bounded(&["--history"]).expect(2).says("refs/heads/c").prints("f0:1:1:");
}

/// Loose objects are inflated no further than is good, and each that is broken is named.
#[test]
fn loose_objects_that_lie() {
    let repository = Repository::new();
    let good = repository.commit("a", key(1));
    let blob = |content: &[u8]| repository.object_of("blob", content);
    let place = |id: &str| repository.inside(&format!("objects/{}/{}", &id[..2], &id[2..]));
    let zlib = |content: &[u8]| {
        let stored = super::text::piped("gzip", &["-c"], content).unwrap();
        // The body of gzip, in the frame of zlib.
        let body = &stored[10..stored.len() - 8];
        let (mut a, mut b) = (1u32, 0u32);
        for &byte in content {
            a = (a + u32::from(byte)) % 65521;
            b = (b + a) % 65521;
        }
        [&[0x78, 1][..], body, &(b << 16 | a).to_be_bytes()].concat()
    };
    let sound = blob(key(2).as_bytes());
    let mut named = Vec::new();
    for (seed, file) in [
        // Much longer than it says, and much shorter; more than can be; nothing, and nonsense.
        zlib(&[b"blob 5\0".to_vec(), vec![b'x'; 300 << 20]].concat()),
        zlib(b"blob 99999\0short"),
        zlib(b"blob 999999999999999\0short"),
        zlib(b"blob 99999999999999999999999999\0short"),
        zlib(b"blob"),
        zlib(b"nonsense 5\0short"),
        zlib(&[b"blob 1048576\0".to_vec(), vec![b'x'; 1 << 20]].concat())[..600].to_vec(),
        Vec::new(),
        b"nonsense".to_vec(),
    ]
    .into_iter()
    .enumerate()
    {
        let id = blob(format!("of no interest {seed}").as_bytes());
        fs::write(place(&id), file).unwrap();
        named.push(id);
    }
    let ran = repository.bounded(&["--history", "--unreachable"]).expect(2).prints("a:1:1:");
    let ran = ran.prints(&format!("{}:object:1:1:", &sound[..12]));
    for id in &named {
        let told = ran.err.contains(&format!("cannot read object {id}: "));
        assert!(told, "{id}: {}", ran.all());
    }
    assert_eq!(ran.err.matches("cannot read ").count(), named.len(), "{}", ran.all());
    // One that swells and says so is read, if that is allowed.
    let id = blob(b"of no interest");
    fs::write(place(&id), zlib(&[b"blob 209715200\0".to_vec(), vec![b'x'; 200 << 20]].concat()))
        .unwrap();
    let said = format!("skipped object {id}");
    let args = ["--history", "--max-filesize", "1M", "-v"];
    repository.bounded(&args).expect(2).says(&said).prints("a:1:1:");
    assert!(!good.is_empty());
}

#[test]
fn a_tree_of_thousands_and_trees_in_trees() {
    let repository = Repository::new();
    let blob = repository.object_of("blob", key(1).as_bytes());
    let mut tree = Vec::new();
    for number in 0..5_000 {
        tree.extend_from_slice(format!("100644 {number:05}\0").as_bytes());
        tree.extend_from_slice(&bytes(&blob));
    }
    let mut top = repository.object_of("tree", &tree);
    // Each names the one before twice: 2^60 paths, and 61 trees.
    for _ in 0..60 {
        let mut tree = Vec::new();
        for name in ["a", "b"] {
            tree.extend_from_slice(format!("40000 {name}\0").as_bytes());
            tree.extend_from_slice(&bytes(&top));
        }
        top = repository.object_of("tree", &tree);
    }
    let who = "A <a@example.com> 1700000000 +0000";
    let commit = format!("tree {top}\nauthor {who}\ncommitter {who}\n\nbomb\n");
    let commit = repository.object_of("commit", commit.as_bytes());
    repository.point(&commit);
    for what in [&["--history"][..], &["HEAD"]] {
        repository.bounded(what).expect(1).prints("acme-key");
    }
}

#[test]
fn trees_that_are_too_deep() {
    let repository = Repository::new();
    let blob = repository.object_of("blob", key(1).as_bytes());
    let object = |kind: &str, content: &[u8]| loose(&repository, kind, content);
    let entry = |mode: &str, id: &str| [format!("{mode} a\0").as_bytes(), &bytes(id)].concat();
    let mut top = object("tree", &entry("100644", &blob));
    for _ in 0..3000 {
        top = object("tree", &entry("40000", &top));
    }
    let who = "A <a@example.com> 1700000000 +0000";
    let commit = format!("tree {top}\nauthor {who}\ncommitter {who}\n\ndeep\n");
    repository.point(&object("commit", commit.as_bytes()));
    repository.git("repack -q -a -d");
    repository.bounded(&["HEAD"]).expect(2).says("directories more than 2048 deep");
    // The store is read object by object, whatever leads there.
    let ran = repository.bounded(&["--history"]);
    assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.all());
    ran.prints("acme-key");
}

/// Stores an object as [`Repository::object_of`] does, a thousand times as fast.
fn loose(repository: &Repository, kind: &str, content: &[u8]) -> String {
    use sha1::Digest;
    let object = [format!("{kind} {}\0", content.len()).as_bytes(), content].concat();
    let id =
        sha1::Sha1::digest(&object).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    // zlib with one stored block.
    let len = u16::try_from(object.len()).unwrap();
    let (mut a, mut b) = (1u32, 0u32);
    for &byte in &object {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    let mut file = vec![0x78, 1, 1];
    file.extend(len.to_le_bytes());
    file.extend((!len).to_le_bytes());
    file.extend(object);
    file.extend((b << 16 | a).to_be_bytes());
    fs::write(repository.inside(&format!("objects/{}/{}", &id[..2], &id[2..])), file).unwrap();
    id
}

#[test]
fn trees_with_names_that_lead_out() {
    let repository = Repository::new();
    let outside = repository.project.outside("target");
    let blob = repository.object_of("blob", key(1).as_bytes());
    let mut tree = Vec::new();
    for name in ["", ".", "..", ".git", "../../target", "/etc/x", "a\nb", "\x1b[31m"] {
        tree.extend_from_slice(format!("100644 {name}\0").as_bytes());
        tree.extend_from_slice(&bytes(&blob));
    }
    // Modes that nobody knows, and an end in the middle.
    tree.extend_from_slice(b"777777 odd\0");
    tree.extend_from_slice(&bytes(&blob));
    for cut in [0, 7] {
        let tree = repository.object_of("tree", &tree[..tree.len() - cut]);
        let who = "A <a@example.com> 1700000000 +0000";
        let commit = format!("tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n");
        repository.point(&repository.object_of("commit", commit.as_bytes()));
        for what in [&["--history"][..], &["HEAD"]] {
            let ran = repository.bounded(what);
            assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.all());
            assert!(!ran.all().contains('\x1b'), "{}", ran.all());
        }
    }
    assert!(!outside.exists());
}

#[test]
fn commits_that_make_no_sense() {
    let repository = Repository::new();
    let secret = repository.commit("a", key(1));
    let tree = repository.git("rev-parse HEAD^{tree}");
    let long = "x".repeat(1 << 20);
    let missing = "0123456789012345678901234567890123456789";
    for text in [
        String::new(),
        "\n\n".to_owned(),
        "tree".to_owned(),
        format!("tree {missing}\nauthor A <a> 1 +0\ncommitter A <a> 1 +0\n\nx"),
        format!("tree {tree}\nparent {missing}\nauthor A <a> 1 +0\ncommitter A <a> 1 +0\n\nx"),
        format!("tree {tree}\nparent {secret}\nauthor\ncommitter\n\n\n"),
        format!(
            "tree {tree}\nparent {secret}\nauthor \x1b[31m{long} <> 99999999999999999999 +9999\ncommitter \n\nx"
        ),
        format!(
            "tree {tree}\n{}author A <a> 1 +0\ncommitter A <a> 1 +0\n\nx",
            format!("parent {secret}\n").repeat(5000)
        ),
        format!(
            "tree {tree}\nauthor A <a> -1 -0\ncommitter A <a> -99 +0\nencoding x\ngpgsig {long}\n\n{long}"
        ),
    ] {
        repository.point(&repository.object_of("commit", text.as_bytes()));
        for what in ALL {
            let ran = repository.bounded(what);
            assert!(matches!(ran.code, Some(0..=2)), "{}", ran.all());
            assert!(!ran.all().contains('\x1b'), "{}", ran.all());
        }
        // The blob with the secret is in the store, whatever the commit says.
        repository.bounded(&["--history"]).prints("acme-key");
    }
}
