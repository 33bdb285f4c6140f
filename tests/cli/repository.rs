//! A repository made by real git, with nothing of this machine's configuration, and secscan run in it.

use std::cell::Cell;
use std::process::{Command, Stdio};

use crate::support::{Project, Ran};

/// How variables begin that say where these tests run, which is not what they are about.
const SURROUNDINGS: [&str; 14] = [
    "GIT_",
    "PRE_COMMIT",
    "GITHUB_",
    "GITLAB_",
    "CI_",
    "CIRCLE",
    "TF_BUILD",
    "BUILD_",
    "SYSTEM_",
    "BITBUCKET_",
    "JENKINS_",
    "CHANGE_",
    "BRANCH_NAME",
    "TAG_NAME",
];

/// A project that is a repository, with `main` checked out.
pub(crate) struct Repository {
    pub(crate) project: Project,
    clock: Cell<u64>,
}

impl Repository {
    /// With no commit.
    pub(crate) fn empty() -> Repository {
        let repository = Repository::uninitialized();
        repository.git("init -q -b main .");
        repository
    }

    /// Not yet a repository.
    pub(crate) fn uninitialized() -> Repository {
        Repository { project: Project::new(), clock: Cell::new(1_700_000_000) }
    }

    /// With a file that is committed.
    pub(crate) fn new() -> Repository {
        let repository = Repository::empty();
        repository.commit("base.txt", "one\ntwo\nthree\nfour\nfive\n");
        repository
    }

    /// Runs git in the repository, and expects it to do what it is told. `_` in an argument is a blank.
    #[track_caller]
    pub(crate) fn git(&self, args: &str) -> String {
        let ran = self.try_git(".", args, &[]);
        assert_eq!(ran.code, Some(0), "git {args}: {}", ran.all());
        ran.out.trim().to_owned()
    }

    /// Runs git, which may fail.
    pub(crate) fn try_git(&self, dir: &str, args: &str, env: &[(&str, &str)]) -> Ran {
        let mut command = Command::new("git");
        self.surround(&mut command);
        command.current_dir(self.project.path(dir)).stdin(Stdio::null()).envs(env.iter().copied());
        command.args(args.split(' ').map(|arg| arg.replace('_', " ")));
        Ran::from(command.output().unwrap())
    }

    /// secscan, with `input`.
    pub(crate) fn run_with(&self, args: &[&str], env: &[(&str, &str)], input: &[u8]) -> Ran {
        let mut command = self.project.command(args);
        self.surround(&mut command);
        command.envs(env.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may not read any.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input);
        Ran::from(child.wait_with_output().unwrap())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[], b"")
    }

    /// `secscan git` with the tests' rules.
    pub(crate) fn scan(&self, args: &[&str]) -> Ran {
        let rules = self.project.rules();
        let own = ["git", "--rules", rules.to_str().unwrap()];
        self.run(&[&own, args].concat())
    }

    /// The same as JSON.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> serde_json::Value {
        let ran = self.scan(&[args, &["--format", "json"]].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.all()))
    }

    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> &Repository {
        self.project.file(name, text);
        self
    }

    /// Commits a file, and says the commit's name. No hook is asked.
    pub(crate) fn commit(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        self.file(name, text);
        self.git("add -A");
        self.git(&format!("commit -q -n -m change_{}", name.replace(['/', '_', ' '], "-")));
        self.git("rev-parse HEAD")
    }

    pub(crate) fn surround(&self, command: &mut Command) {
        let now = self.clock.get();
        self.clock.set(now + 60);
        for (name, _) in std::env::vars() {
            if SURROUNDINGS.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command
            .env("HOME", self.project.outside("home"))
            .env("XDG_CONFIG_HOME", self.project.outside("config"))
            .env("GIT_CONFIG_GLOBAL", self.project.outside("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", format!("{now} +0100"))
            .env("GIT_COMMITTER_DATE", format!("{now} +0100"))
            .env("GIT_EDITOR", "true");
    }
}
