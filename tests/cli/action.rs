//! The script that GitHub's action runs: what it fetches, what it passes on, how it ends.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::ci::World;
use crate::support::{Ran, key};

/// What the runner gives to the script.
struct Runner {
    world: World,
    inputs: Vec<(String, String)>,
}

fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scripts/github-action")
}

impl Runner {
    fn new(world: World) -> Runner {
        let rules = world.source.project.rules();
        let runner = Runner { world, inputs: Vec::new() };
        let runner = runner.with("PROGRAM", env!("CARGO_BIN_EXE_secscan"));
        runner.with("ARGS", &format!("--rules\n{}\n", rules.to_str().unwrap()))
    }

    fn with(mut self, name: &str, value: &str) -> Runner {
        self.inputs.retain(|(other, _)| *other != format!("INPUT_{name}"));
        self.inputs.push((format!("INPUT_{name}"), value.to_owned()));
        self
    }

    fn run(&self, what: &str, name: &str, event: &Value) -> Ran {
        let outside = |name: &str| self.world.source.project.outside(name);
        let event = self.world.event(event);
        for name in ["summary.md", "output"] {
            let _ = fs::remove_file(outside(name));
        }
        let mut command = Command::new("bash");
        self.world.source.surround(&mut command);
        command
            .arg(script())
            .arg(what)
            .current_dir(outside("clone"))
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", name)
            .env("GITHUB_EVENT_PATH", event)
            .env("GITHUB_WORKSPACE", outside("clone"))
            .env("GITHUB_STEP_SUMMARY", outside("summary.md"))
            .env("GITHUB_OUTPUT", outside("output"))
            .env("RUNNER_TEMP", outside("temp"))
            .envs(self.inputs.iter().cloned());
        Ran::from(command.output().unwrap())
    }

    fn scan(&self) -> Ran {
        self.run("scan", "pull_request", &self.world.pull_request())
    }

    fn output(&self) -> String {
        fs::read_to_string(self.world.source.project.outside("output")).unwrap()
    }
}

#[test]
fn what_a_shallow_clone_lacks_is_fetched() {
    for event in ["pull_request", "push", "create", "schedule"] {
        let world = World::new().clone("--depth 1 --no-single-branch", "origin/side");
        world.in_clone("update-ref -d refs/remotes/origin/main");
        let push = json!({ "ref": "refs/heads/side", "before": world.fork, "after": world.tip() });
        let payload = match event {
            "pull_request" => world.pull_request(),
            "push" => push,
            "create" => json!({ "ref": "side" }),
            _ => json!({}),
        };
        let runner = Runner::new(world);
        let ran = runner.run("scan", event, &payload).expect(1).prints("file=new,");
        ran.prints("since this clone is shallow");
        assert_eq!(runner.output(), "exit-status=1\n");
    }
}

#[test]
fn what_was_pushed_away_does_not_keep_the_rest_from_being_fetched() {
    let world = World::new().clone("--depth 1 --no-single-branch", "origin/side");
    let gone = "ab".repeat(20);
    let push =
        json!({ "ref": "refs/heads/side", "before": gone, "after": world.tip(), "forced": true });
    let runner = Runner::new(world);
    let ran = runner.run("scan", "push", &push).expect(1).prints("file=new,");
    ran.says("as after a push by force: what main has not");
}

#[test]
fn without_fetching() {
    let world = World::new().clone("--depth 1 --no-single-branch", "origin/side");
    let runner = Runner::new(world).with("FETCH", "false");
    runner.scan().expect(2).prints("::error title=secscan::this clone is shallow");
    assert_eq!(runner.output(), "exit-status=2\n");
    // Without a place to fetch from it is the same.
    runner.world.in_clone("remote set-url origin file:///nowhere");
    let runner = runner.with("FETCH", "true").with("SARIF_FILE", "a.sarif");
    runner.scan().expect(2).says("fetch-depth: 0");
    let runner = runner.with("ALLOW_SHALLOW", "true");
    runner.scan().expect(1).prints("file=old,");
    assert_eq!(runner.output(), "exit-status=1\nsarif-file=a.sarif\n");
}

#[test]
fn a_workspace_of_somebody_else_is_trusted_for_the_step() {
    let runner = Runner::new(World::new().clone("", "origin/side"));
    let clone = runner.world.source.project.outside("clone");
    let given = Command::new("chown").args(["-R", "12345"]).arg(&clone).output().unwrap();
    // Only root can give files away.
    if !given.status.success() {
        return;
    }
    let env = [("CIRCLECI", "true"), ("CIRCLE_SHA1", runner.world.tip())];
    runner.world.ci(&[], &env).expect(2).says("dubious ownership");
    runner.scan().expect(1).prints("file=new,");
}

#[test]
fn inputs() {
    let runner = Runner::new(World::new().clone("", "origin/side"));
    runner.scan().expect(1).prints("::error file=new,");
    let runner = runner.with("FAIL_ON_FINDINGS", "false").with("SARIF_FILE", "out a.sarif");
    runner.scan().expect(0).prints("::error file=new,");
    assert_eq!(runner.output(), "exit-status=1\nsarif-file=out a.sarif\n");
    let clone = |name: &str| runner.world.source.project.outside("clone").join(name);
    assert!(fs::read_to_string(clone("out a.sarif")).unwrap().contains("acme-key"));
    let runner = runner.with("OUTPUTS", "json=one.json\ncsv=two.csv").with("ANNOTATIONS", "false");
    runner.scan().expect(0).prints("new:1:5: high acme-key");
    let clone = |name: &str| runner.world.source.project.outside("clone").join(name);
    assert!(clone("one.json").exists() && clone("two.csv").exists());
    let summary = runner.world.source.project.outside("summary.md");
    assert!(summary.exists());
    let runner = runner.with("SUMMARY", "false").with("MIN_SEVERITY", "critical");
    runner.scan().expect(0);
    assert!(!summary.exists());
    assert_eq!(runner.output(), "exit-status=0\nsarif-file=out a.sarif\n");
    let runner = runner.with("MIN_SEVERITY", "grave");
    runner.scan().expect(2).says("possible values");
    let runner = runner.with("MIN_SEVERITY", "").with("HISTORY", "true").with("BASELINE", "none");
    runner.scan().expect(0).prints("later:1:1:").says("as asked for");
    let base = runner.world.side[0].clone();
    let runner = runner.with("HISTORY", "").with("BASE", &base);
    runner.scan().expect(0).says("2 commits");
}

#[test]
fn nothing_in_an_input_is_executed() {
    let evil = "$(touch pwned)`touch pwned`'\";touch pwned;\n--help";
    let names =
        ["BASE", "MIN_SEVERITY", "CONFIG", "BASELINE", "SARIF_FILE", "OUTPUTS", "ARGS", "HISTORY"];
    for name in names {
        let runner = Runner::new(World::new().clone("", "origin/side")).with(name, evil);
        let ran = runner.scan();
        assert!(!ran.out.contains("Usage"), "{name}: {}", ran.all());
        let pwned = runner.world.source.project.outside("clone").join("pwned");
        assert!(!pwned.exists(), "{name}: {}", ran.all());
        assert!(!ran.all().contains(&key(2)[5..]));
    }
}

#[test]
fn a_release_is_held_against_its_sum() {
    let runner = Runner::new(World::new().clone("", "origin/side")).with("PROGRAM", "");
    let outside = runner.world.source.project.outside("releases");
    let place = outside.join("v1.2.3");
    fs::create_dir_all(&place).unwrap();
    // An archive of this system for every system that there is a release for.
    let make = "set -e; cd \"$1\"
        for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl x86_64-apple-darwin aarch64-apple-darwin; do
            name=secscan-v1.2.3-$target; mkdir $name
            printf '#!/bin/sh\\necho \"secscan 1.2.3\"\\n' >$name/secscan; chmod +x $name/secscan
            tar -czf $name.tar.gz $name
        done
        { sha256sum *.tar.gz || shasum -a 256 *.tar.gz; } >SHA256SUMS 2>/dev/null";
    let made = Command::new("bash").args(["-c", make, "-"]).arg(&place).status();
    assert!(made.unwrap().success());
    let url = format!("file://{}", outside.to_str().unwrap());
    let runner = runner.with("RELEASES", &url).with("VERSION", "v1.2.3");
    runner.run("install", "push", &json!({})).expect(0).prints("secscan 1.2.3");
    assert!(runner.world.source.project.outside("temp/secscan/bin/secscan").exists());
    let runner = runner.with("SHA256", &"0".repeat(64));
    runner.run("install", "push", &json!({})).expect(2).prints("has the SHA-256");
    let runner = runner.with("SHA256", "").with("VERSION", "9.9.9");
    runner.run("install", "push", &json!({})).expect(2).prints("cannot download");
    let runner = runner.with("VERSION", "../../x");
    runner.run("install", "push", &json!({})).expect(2).prints("is no version");
    let runner = runner.with("VERSION", "1.2.3");
    fs::write(place.join("SHA256SUMS"), "").unwrap();
    runner.run("install", "push", &json!({})).expect(2).prints("SHA256SUMS has no");
}
