//! `secscan ci` in GitHub Actions: events as GitHub writes them, cut to what is read and a little around it.

use std::fs;

use serde_json::{Value, json};

use crate::ci::World;
use crate::support::{Ran, key};

impl World {
    /// What GitHub would run: the clone, with an event.
    pub(crate) fn github(&self, args: &[&str], name: &str, event: &Value) -> Ran {
        let path = self.event(event);
        let summary = self.source.project.outside("summary.md");
        let _ = fs::remove_file(&summary);
        let env = [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", &path),
            ("GITHUB_SHA", &self.in_clone("rev-parse HEAD")),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ];
        self.ci(args, &env)
    }

    /// Writes an event, and says where.
    pub(crate) fn event(&self, event: &Value) -> String {
        let path = self.source.project.outside("event.json");
        let repository = json!({ "default_branch": "main", "full_name": "acme/app" });
        let mut event = event.clone();
        event["repository"] = repository;
        fs::write(&path, event.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn summary(&self) -> String {
        fs::read_to_string(self.source.project.outside("summary.md")).unwrap()
    }

    pub(crate) fn pull_request(&self) -> Value {
        json!({
            "action": "synchronize",
            "number": 1,
            "before": self.side[0],
            "after": self.tip(),
            "pull_request": {
                "number": 1,
                "title": "Ada's ``` change",
                "base": { "ref": "main", "sha": self.main, "repo": { "full_name": "acme/app" } },
                "head": { "ref": "side", "sha": self.tip(), "repo": { "full_name": "acme/app" } },
            },
        })
    }

    fn push(&self, branch: &str, before: &str, after: &str) -> Value {
        let zero = |name: &str| name.bytes().all(|byte| byte == b'0');
        json!({
            "ref": format!("refs/heads/{branch}"),
            "before": before,
            "after": after,
            "created": zero(before),
            "deleted": zero(after),
            "forced": false,
        })
    }
}

fn zero() -> String {
    "0".repeat(40)
}

#[test]
fn a_pull_request() {
    let world = World::new().clone("", "origin/side");
    let event = world.pull_request();
    let sarif = world.source.project.outside("out.sarif");
    let ran = world.github(
        &["-o", &format!("sarif={}", sarif.to_str().unwrap())],
        "pull_request",
        &event,
    );
    let ran = ran.expect(1).says("GitHub Actions, pull_request: what the pull request would merge");
    let ran = ran.says("3 commits").prints("::error file=new,line=1,endLine=1,col=5,endColumn=42");
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.all());
    let summary = world.summary();
    for part in ["### secscan: 1 secret in 1 file", "GitHub Actions, pull\\_request", "3 commits, "]
    {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    assert!(summary.contains(&format!("<br>commit <code>{}</code>", &world.side[0][..12])));
    let log: Value = serde_json::from_slice(&fs::read(&sarif).unwrap()).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "new");
    for text in [ran.all(), summary, log.to_string()] {
        assert!(!text.contains(&key(2)[5..]), "{text}");
    }
    // Whatever reviews are about, it is the same pull request.
    world.github(&["--dry-run"], "pull_request_review", &event).expect(0).prints("commits=3\n");
}

#[test]
fn a_summary_is_written_behind_what_is_there() {
    let world = World::new().clone("", "origin/side");
    let path = world.event(&world.pull_request());
    let summary = world.source.project.outside("summary.md");
    fs::write(&summary, "# mine\n").unwrap();
    let env = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", &*path),
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
    ];
    world.ci(&["--format", "text"], &env).expect(1).prints("new:1:5:");
    assert!(world.summary().starts_with("# mine\n### secscan: "));
    // And asked for by name, it is a report as any.
    let ran = world.ci(&["--format", "markdown", "--min-severity", "critical"], &env).expect(0);
    assert!(ran.out.starts_with("### secscan: no secrets\n"), "{}", ran.all());
}

#[test]
fn a_pull_request_from_a_fork() {
    let world = World::new();
    // Its commits are on no branch here, only behind the merge that GitHub tries.
    world.source.git("checkout -q --detach side");
    world.source.git("merge -q --no-edit main");
    world.source.git("update-ref refs/pull/1/merge HEAD");
    world.source.git("checkout -q main");
    world.source.git("branch -q -D side");
    let world = world.clone("", "origin/main");
    world.in_clone("fetch -q origin +refs/pull/1/merge:refs/remotes/pull/1/merge");
    world.in_clone("checkout -q --detach refs/remotes/pull/1/merge");
    let mut event = world.pull_request();
    event["pull_request"]["head"]["repo"]["full_name"] = "eve/app".into();
    world.github(&[], "pull_request", &event).expect(1).prints("file=new,").says("3 commits");
    // With the right to secrets, the base is checked out, and the commits are not there.
    world.in_clone("checkout -q --detach origin/main");
    world.in_clone("update-ref -d refs/remotes/pull/1/merge");
    world.in_clone("reflog expire --expire=now --all");
    world.in_clone("gc -q --prune=now");
    let ran = world.github(&[], "pull_request_target", &event).expect(2);
    ran.says(&format!("{} is not in this clone, whose HEAD is {}", world.tip(), world.main));
}

#[test]
fn pushes() {
    let world = World::new().clone("", "origin/side");
    let (zero, tip) = (zero(), world.tip());
    let push = |branch, before, after| {
        world.github(&["--dry-run"], "push", &world.push(branch, before, after))
    };
    push("side", &world.side[0], tip)
        .expect(0)
        .prints(&format!("base={}\nhead={tip}\ncommits=2\n", world.side[0]))
        .says("what was pushed");
    // The first push of a branch, and of all.
    push("side", &zero, tip)
        .expect(0)
        .prints(&format!("base={}\nhead={tip}\ncommits=3\n", world.main))
        .says("a new branch: what main has not");
    push("main", &zero, &world.main).expect(0).prints("scan=tip\n").prints("commits=3\n");
    // By force: what was there is gone.
    let gone = "ab".repeat(20);
    push("side", &gone, tip).expect(0).prints("commits=3\n").says("as after a push by force");
    push("main", &gone, &world.main)
        .expect(0)
        .prints("scan=tip\n")
        .says("main is the default branch");
    // Or it is still there: what is new is the rest.
    push("side", &world.main, tip).expect(0).prints("commits=3\n");
    push("side", tip, &zero).expect(0).prints("scan=nothing\n").says("it was deleted");
    let deleted = world.push("side", tip, &zero);
    world.github(&[], "push", &deleted).expect(0).says("0 commits");
    world
        .github(&["--dry-run"], "delete", &json!({ "ref": "side" }))
        .expect(0)
        .says("it was deleted");
    world
        .github(&["--dry-run"], "create", &json!({ "ref": "side" }))
        .expect(0)
        .prints("commits=3\n");
    // What was found, and what was not.
    world.github(&[], "push", &world.push("side", &zero, tip)).expect(1).prints("file=new,");
    world.github(&[], "push", &world.push("side", &world.side[0], tip)).expect(0).says("2 commits");
    world
        .github(&[], "push", &world.push("main", &zero, &world.main))
        .expect(1)
        .prints("file=later,");
}

#[test]
fn a_tag() {
    let world = World::new();
    let name = world.source.project.outside("message");
    fs::write(&name, format!("release {}\n", key(4))).unwrap();
    world.source.git(&format!("tag -a -F {} v1 main", name.to_str().unwrap()));
    let tag = world.source.git("rev-parse v1");
    let world = world.clone("", "v1");
    let event = json!({ "ref": "refs/tags/v1", "before": zero(), "after": tag, "created": true });
    // The default branch has its commits, and not its message.
    let ran = world.github(&[], "push", &event).expect(1).says("a tag: what main has not");
    ran.prints("title=acme-key").says("0 commits, 1 tag");
    // Checked out as actions/checkout does, the tag is a name for the commit.
    world.in_clone("update-ref refs/tags/v1 origin/main");
    world.github(&[], "push", &event).expect(0).says("no commit is new");
}

#[test]
fn schedules_hands_and_queues() {
    let world = World::new().clone("", "origin/main");
    for name in ["schedule", "workflow_dispatch", "repository_dispatch", "release"] {
        let ran = world.github(&[], name, &json!({ "schedule": "0 3 * * 1" })).expect(1);
        ran.prints("file=old,")
            .prints("file=new,")
            .prints("file=later,")
            .says("all of the history");
    }
    let group = json!({
        "action": "checks_requested",
        "merge_group": {
            "base_ref": "refs/heads/main", "base_sha": world.fork,
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-1-x", "head_sha": world.tip(),
        },
    });
    world.github(&[], "merge_group", &group).expect(1).says("what the merge group would merge");
}

#[test]
fn a_shallow_clone() {
    let world = World::new().clone("--depth 1 --no-single-branch", "origin/side");
    let event = world.pull_request();
    // Both ends are there, and not what lies between.
    let ran = world.github(&[], "pull_request", &event).expect(2).says("this clone is shallow");
    let ran = ran.says("`fetch-depth: 0` under `with:` of actions/checkout");
    let ran = ran.prints("::error title=secscan::this clone is shallow");
    assert!(!ran.out.contains("file="), "{}", ran.all());
    // Said, and scanned as far as it goes: all that the tip has. What only was there in between is not seen.
    let ran = world.github(&["--allow-shallow"], "pull_request", &event).expect(1);
    ran.prints("file=old,").says("this clone is shallow");
    assert!(world.summary().contains("this clone is shallow"));
    let ran = world.github(&["--dry-run"], "pull_request", &event).expect(2);
    ran.prints("complete=false\n")
        .prints(&format!("fetch={}\n", world.tip()))
        .prints("commits=1\n");
    // Nothing that a push could be compared with: it is not taken for one by force.
    let push = world.push("side", &world.side[0], world.tip());
    let ran = world.github(&[], "push", &push).expect(2).says(&world.side[0]);
    ran.says("is not in it, so what was pushed cannot be told");
    world.github(&["--allow-shallow"], "push", &push).expect(1).prints("file=old,");
    world.github(&[], "schedule", &json!({})).expect(2).says("what came before");
    world.github(&["--allow-shallow"], "schedule", &json!({})).expect(1).prints("file=old,");
    // Nor what main has not, when there is no main.
    world.in_clone("update-ref -d refs/remotes/origin/main");
    let first = world.push("side", &zero(), world.tip());
    let ran = world.github(&["--dry-run"], "push", &first).expect(2);
    ran.prints("fetch=+refs/heads/main:refs/remotes/origin/main\n");
}

#[test]
fn a_clone_that_is_deep_enough() {
    let world = World::new().clone("--depth 4 --single-branch --branch side", "HEAD");
    world.in_clone("fetch -q --depth=2 origin main");
    assert_eq!(world.in_clone("rev-parse --is-shallow-repository"), "true");
    let event = world.pull_request();
    world.github(&[], "pull_request", &event).expect(1).says("3 commits").prints("file=new,");
    // Too short on the side of the base only: what both have would be taken for new.
    let world = World::new();
    for number in 0..4 {
        world.source.commit(&format!("later-{number}"), "clean\n");
    }
    let main = world.source.git("rev-parse HEAD");
    let world = world.clone("--depth 1 --no-single-branch", "origin/main");
    world.in_clone(&format!("fetch -q --depth=5 origin {}", world.tip()));
    let mut event = world.pull_request();
    event["pull_request"]["base"]["sha"] = main.into();
    world.github(&[], "pull_request", &event).expect(2).says("this clone is shallow");
}

#[test]
fn a_partial_clone() {
    let world = World::new().clone("--no-checkout --filter=blob:none", "--no-guess origin/main");
    let event = world.pull_request();
    let ran = world
        .github(&[], "pull_request", &event)
        .expect(2)
        .says("this clone is partial: 3 objects");
    ran.says("were left out").says("`fetch-depth: 0`");
    // Of what is there, nothing is amiss.
    let push = world.push("main", &world.fork, &world.main);
    world.github(&[], "push", &push).expect(1).prints("file=later,");
}

#[test]
fn events_that_are_none() {
    let world = World::new().clone("", "origin/side");
    let path = world.event(&json!({}));
    let run = |path: &str| {
        let env = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_EVENT_PATH", path),
        ];
        world.ci(&[], &env).expect(2)
    };
    run("").says("GITHUB_EVENT_PATH is not set");
    run("/nowhere.json").says("cannot read the event in /nowhere.json");
    // What stands in it is not repeated.
    fs::write(&path, format!("{{\n\"before\": [\"{}\"]}}", key(1))).unwrap();
    let ran = run(&path).says("event.json:2:").says("this is not an event of GitHub");
    assert!(!ran.all().contains(&key(1)[5..]));
    let mut event = world.pull_request();
    event["pull_request"]["head"]["sha"] = "$(touch x)".into();
    let ran = world.github(&[], "pull_request", &event).expect(2);
    ran.says("pull_request.head.sha of the event is not a commit's name");
}
