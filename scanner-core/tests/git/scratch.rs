//! Repositories made by real git in temporary directories, and a visitor that keeps what it is told.

use std::cell::Cell;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use secscan_core::source::git::{Kind, Object, Visitor};
use secscan_core::source::{Problem, Skip};

/// A directory to build repositories in, gone at the end.
pub(crate) struct Scratch {
    dir: tempfile::TempDir,
    clock: Cell<u64>,
}

impl Scratch {
    /// A repository with no commit.
    pub(crate) fn init() -> Scratch {
        let scratch = Scratch::empty();
        scratch.git("init -q -b main .");
        scratch
    }

    pub(crate) fn empty() -> Scratch {
        Scratch { dir: tempfile::tempdir().unwrap(), clock: Cell::new(1_700_000_000) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Runs git with arguments split at blanks; `_` in an argument stands for a blank.
    pub(crate) fn git(&self, args: &str) -> String {
        self.git_in(".", args, &[], b"").0
    }

    pub(crate) fn git_in(
        &self,
        dir: &str,
        args: &str,
        env: &[(&str, &str)],
        input: &[u8],
    ) -> (String, bool) {
        let mut command = self.command(dir, env);
        command.args(args.split(' ').map(|arg| arg.replace('_', " ")));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input).unwrap();
        let output = child.wait_with_output().unwrap();
        let ok = output.status.success();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(ok || args.contains("merge") || args.contains("rebase"), "git {args}: {stderr}");
        (String::from_utf8_lossy(&output.stdout).trim().to_owned(), ok)
    }

    fn command(&self, dir: &str, env: &[(&str, &str)]) -> Command {
        let mut command = Command::new("git");
        let now = self.clock.get();
        self.clock.set(now + 60);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.path().join(dir))
            .env("HOME", self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", format!("{now} +0100"))
            .env("GIT_COMMITTER_DATE", format!("{now} +0100"))
            .env("GIT_EDITOR", "true")
            .envs(env.iter().copied());
        command
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Scratch {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes a file, stages all, commits.
    pub(crate) fn commit(&self, path: &str, text: impl AsRef<[u8]>) -> String {
        self.write(path, text);
        self.git("add -A");
        self.git(&format!("commit -q -m change_{}", path.replace('/', "-")));
        self.git("rev-parse HEAD")
    }

    pub(crate) fn packs(&self) -> Vec<PathBuf> {
        let packs = fs::read_dir(self.path().join(".git/objects/pack")).unwrap();
        packs
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "pack"))
            .collect()
    }
}

/// One object that was handed out.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) id: secscan_core::source::git::Id,
    pub(crate) kind: Kind,
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) commit: Option<String>,
    pub(crate) added: String,
}

/// Keeps everything.
#[derive(Debug, Default)]
pub(crate) struct Keep {
    pub(crate) seen: Vec<Seen>,
    pub(crate) problems: Vec<String>,
    pub(crate) skipped: Vec<String>,
}

impl Visitor for Keep {
    fn object(&mut self, object: Object<'_>) -> ControlFlow<()> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let added = object.added().unwrap();
        self.seen.push(Seen {
            id: object.id,
            kind: object.kind,
            path: text(object.path.unwrap_or(b"-")),
            text: text(object.bytes),
            commit: object.commit.map(|id| id.to_string()),
            added: added.ranges().iter().map(|range| text(&object.bytes[range.clone()])).collect(),
        });
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem.to_string());
    }

    fn skipped(&mut self, path: &[u8], why: Skip) {
        self.skipped.push(format!("{}: {}", String::from_utf8_lossy(path), why.as_str()));
    }
}

impl Keep {
    /// Two visitors into one.
    pub(crate) fn merge(visitors: [Keep; 2]) -> Keep {
        let mut all = Keep::default();
        for visitor in visitors {
            all.seen.extend(visitor.seen);
            all.problems.extend(visitor.problems);
            all.skipped.extend(visitor.skipped);
        }
        all.seen.sort_by(|a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
        all.problems.sort();
        all
    }

    /// `path: added lines` of every blob.
    pub(crate) fn added(&self) -> Vec<String> {
        self.blobs()
            .map(|seen| format!("{}: {}", seen.path, seen.added.replace('\n', "/")))
            .collect()
    }

    pub(crate) fn blobs(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(|seen| seen.kind == Kind::Blob)
    }

    /// The object whose text holds a word. There must be just one.
    pub(crate) fn with(&self, word: &str) -> &Seen {
        let found: Vec<_> = self.seen.iter().filter(|seen| seen.text.contains(word)).collect();
        assert_eq!(found.len(), 1, "{word} in {:#?}", self);
        found[0]
    }
}
