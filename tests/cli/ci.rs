//! `secscan ci` where it is not GitHub's: which CI it is, which commits its variables mean, what is written.

use std::fs;

use crate::repository::Repository;
use crate::support::{Ran, key};

/// A clone of a repository with a branch, both of which have secrets.
pub(crate) struct World {
    pub(crate) source: Repository,
    /// Where the branch left `main`, the tip of `main`, and the three commits of the branch.
    pub(crate) fork: String,
    pub(crate) main: String,
    pub(crate) side: [String; 3],
}

impl World {
    /// The source alone. `main` has the keys 1 and 3, the first before the branch; in the branch, the second
    /// commit takes away the key 2 that the first brought.
    pub(crate) fn new() -> World {
        let source = Repository::new();
        source.git("config uploadpack.allowAnySHA1InWant true");
        source.git("config uploadpack.allowFilter true");
        let fork = source.commit("old", key(1));
        source.git("checkout -q -b side");
        let side = [
            source.commit("new", format!("a = {}\n", key(2))),
            source.commit("new", "a = env\n"),
            source.commit("more", "clean\n"),
        ];
        source.git("checkout -q main");
        let main = source.commit("later", key(3));
        World { source, fork, main, side }
    }

    /// The last commit of the branch.
    pub(crate) fn tip(&self) -> &str {
        &self.side[2]
    }

    /// Clones with these options, and checks out a commit.
    pub(crate) fn clone(self, options: &str, at: &str) -> World {
        let from = format!("file://{}", self.source.project.root().to_str().unwrap());
        self.source.git(&format!("clone -q {options} {from} ../clone").replace("  ", " "));
        self.in_clone(&format!("checkout -q --detach {at}"));
        self
    }

    /// Runs git in the clone.
    #[track_caller]
    pub(crate) fn in_clone(&self, args: &str) -> String {
        self.source.try_git("../clone", args, &[]).expect(0).out.trim().to_owned()
    }

    /// `secscan ci` in the clone.
    pub(crate) fn ci(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let rules = self.source.project.rules();
        let own = ["ci", "--rules", rules.to_str().unwrap(), "-C", "../clone"];
        self.source.run_with(&[&own, args].concat(), env, b"")
    }

    /// What it would do, without the lines that are not asked for.
    #[track_caller]
    fn plan(&self, env: &[(&str, &str)]) -> String {
        let ran = self.ci(&["--dry-run", "--quiet"], env).expect(0);
        let keep = |line: &&str| !line.starts_with("provider=") && !line.starts_with("event=");
        ran.out.lines().filter(keep).collect::<Vec<_>>().join(" ")
    }
}

fn zero() -> String {
    "0".repeat(40)
}

/// What a plan looks like.
fn range(base: &str, head: &str, commits: u64) -> String {
    format!("scan=range base={base} head={head} commits={commits} complete=true")
}

fn all_up_to(head: &str, commits: u64) -> String {
    format!("scan=tip head={head} commits={commits} complete=true")
}

const HISTORY: &str = "scan=history complete=true";

#[test]
fn gitlab() {
    let world = World::new().clone("", "origin/side");
    let zero = zero();
    let World { fork, main, side, .. } = &world;
    let tip = world.tip();
    let ci = ("GITLAB_CI", "true");
    let of = |source| [ci, ("CI_PIPELINE_SOURCE", source), ("CI_DEFAULT_BRANCH", "main")];
    let plan = |source, more: &[(&str, &str)]| world.plan(&[&of(source), more].concat());
    let at_tip = ("CI_COMMIT_SHA", tip);
    // A merge request, and one in a pipeline for merged results, whose commit is none of its own.
    let base = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &**fork);
    assert_eq!(plan("merge_request_event", &[base, at_tip]), range(fork, tip, 3));
    let source = ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", tip);
    let merged = ("CI_COMMIT_SHA", &**main);
    assert_eq!(plan("merge_request_event", &[base, source, merged]), range(fork, tip, 3));
    let name = ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main");
    assert_eq!(plan("merge_request_event", &[name, at_tip]), range(main, tip, 3));
    // Pushes.
    let branch = ("CI_COMMIT_BRANCH", "side");
    let before = ("CI_COMMIT_BEFORE_SHA", &*side[0]);
    assert_eq!(plan("push", &[branch, before, at_tip]), range(&side[0], tip, 2));
    let none = ("CI_COMMIT_BEFORE_SHA", &*zero);
    assert_eq!(plan("push", &[branch, none, at_tip]), range(main, tip, 3));
    assert_eq!(plan("push", &[("CI_COMMIT_BRANCH", "main"), none, merged]), all_up_to(main, 3));
    assert_eq!(plan("push", &[("CI_COMMIT_TAG", "v1"), none, at_tip]), range(main, tip, 3));
    for source in ["schedule", "web", "api"] {
        assert_eq!(plan(source, &[branch, none, at_tip]), HISTORY);
    }
    // Its report is written, and text printed.
    let args = [&of("merge_request_event")[..], &[base, at_tip]].concat();
    world
        .ci(&[], &args)
        .expect(1)
        .prints("new:1:5: high acme-key")
        .says("GitLab CI, merge_request_event");
    let file = world.source.project.path("gl-secret-detection-report.json");
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(report["vulnerabilities"].as_array().unwrap().len(), 1);
    fs::remove_file(&file).unwrap();
    world.ci(&["-o", "gitlab=../mine.json"], &args).expect(1);
    assert!(world.source.project.path("../mine.json").exists() && !file.exists());
}

#[test]
fn circleci() {
    let world = World::new().clone("", "origin/side");
    let tip = world.tip();
    let push = |branch| [("CIRCLECI", "true"), ("CIRCLE_SHA1", tip), ("CIRCLE_BRANCH", branch)];
    assert_eq!(world.plan(&push("side")), range(&world.main, tip, 3));
    assert_eq!(world.plan(&push("main")), all_up_to(tip, 5));
    let tag = [("CIRCLECI", "true"), ("CIRCLE_SHA1", tip), ("CIRCLE_TAG", "v1")];
    assert_eq!(world.plan(&tag), range(&world.main, tip, 3));
    // What a pipeline knows is passed on, also if it knows nothing.
    let plan = |base: &str| world.ci(&["--dry-run", "--base", base], &push("side")).expect(0);
    plan(&world.side[1]).prints("commits=1\n").prints("scan=range\n").says("since --base");
    plan("").prints("commits=3\n");
    plan(&zero()).prints("commits=3\n");
    // A blobless clone is not whole.
    let world = World::new().clone("--no-checkout --filter=blob:none", "--no-guess origin/main");
    let push = [("CIRCLECI", "true"), ("CIRCLE_SHA1", world.tip()), ("CIRCLE_BRANCH", "side")];
    let ran = world.ci(&["--allow-shallow"], &push).expect(2);
    ran.says("this clone is partial: 3 objects").says("`- checkout: {method: full}`");
}

#[test]
fn azure() {
    let world = World::new().clone("", "origin/side");
    let (main, tip) = (&*world.main, world.tip());
    let of =
        |reason| [("TF_BUILD", "True"), ("BUILD_REASON", reason), ("BUILD_SOURCEVERSION", tip)];
    let plan = |reason, more: &[(&str, &str)]| world.plan(&[&of(reason), more].concat());
    let target = ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main");
    let source = ("SYSTEM_PULLREQUEST_SOURCECOMMITID", &*world.side[1]);
    assert_eq!(plan("PullRequest", &[target, source]), range(main, &world.side[1], 2));
    assert_eq!(
        plan("PullRequest", &[("SYSTEM_PULLREQUEST_TARGETBRANCH", "main")]),
        range(main, tip, 3)
    );
    let branch = |name| [("BUILD_SOURCEBRANCH", name)];
    assert_eq!(plan("IndividualCI", &branch("refs/heads/side")), range(main, tip, 3));
    assert_eq!(plan("BatchedCI", &branch("refs/heads/main")), all_up_to(tip, 5));
    assert_eq!(plan("IndividualCI", &branch("refs/tags/v1")), range(main, tip, 3));
    assert_eq!(plan("Schedule", &branch("refs/heads/side")), HISTORY);
    // Nothing to compare with.
    let ran = world.ci(&["--dry-run"], &of("PullRequest")).expect(2);
    ran.says("does not say what it is compared with");
    let world = World::new().clone("--depth 1 --no-single-branch", "origin/side");
    let of = [("TF_BUILD", "True"), ("BUILD_REASON", "PullRequest"), target];
    world.ci(&[], &of).expect(2).says("this clone is shallow").says("`fetchDepth: 0`");
}

#[test]
fn bitbucket() {
    let world = World::new().clone("", "origin/side");
    let (main, tip) = (&*world.main, world.tip());
    let of = [("BITBUCKET_BUILD_NUMBER", "7"), ("BITBUCKET_COMMIT", tip)];
    let plan = |more: &[(&str, &str)]| world.plan(&[&of, more].concat());
    let pr = ("BITBUCKET_PR_ID", "3");
    let branch = ("BITBUCKET_BRANCH", "side");
    let onto = ("BITBUCKET_PR_DESTINATION_BRANCH", "main");
    // It shortens names of commits.
    let short = ("BITBUCKET_PR_DESTINATION_COMMIT", &main[..12]);
    assert_eq!(plan(&[pr, branch, onto, short]), range(main, tip, 3));
    assert_eq!(plan(&[pr, branch, onto]), range(main, tip, 3));
    assert_eq!(plan(&[branch]), range(main, tip, 3));
    assert_eq!(plan(&[("BITBUCKET_TAG", "v1")]), range(main, tip, 3));
    assert_eq!(plan(&[]), HISTORY);
}

#[test]
fn jenkins() {
    let world = World::new().clone("", "origin/side");
    let (main, tip) = (&*world.main, world.tip());
    let of = [("JENKINS_URL", "https://ci.example/"), ("GIT_COMMIT", tip)];
    let plan = |more: &[(&str, &str)]| world.plan(&[&of, more].concat());
    let change = [("CHANGE_ID", "3"), ("CHANGE_TARGET", "main"), ("BRANCH_NAME", "PR-3")];
    assert_eq!(plan(&change), range(main, tip, 3));
    let branch = ("GIT_BRANCH", "origin/side");
    let failed = ("GIT_PREVIOUS_COMMIT", &*world.side[1]);
    let good = ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", &*world.side[0]);
    assert_eq!(plan(&[branch, failed, good]), range(&world.side[0], tip, 2));
    assert_eq!(plan(&[branch, failed]), range(&world.side[1], tip, 1));
    assert_eq!(plan(&[branch]), range(main, tip, 3));
    assert_eq!(plan(&[("BRANCH_NAME", "main")]), all_up_to(tip, 5));
    assert_eq!(plan(&[("TAG_NAME", "v1")]), range(main, tip, 3));
    // A clone of one branch knows no other.
    let world = World::new().clone("--single-branch --branch side", "HEAD");
    let of = [("JENKINS_URL", "https://ci.example/"), ("GIT_BRANCH", "origin/topic")];
    assert_eq!(world.plan(&of), all_up_to(world.tip(), 5));
    let of = [("JENKINS_URL", "x"), ("CHANGE_ID", "3"), ("CHANGE_TARGET", "main")];
    world.ci(&[], &of).expect(2).says("refs/remotes/origin/main is not in this clone");
}

#[test]
fn which_ci_it_is() {
    let world = World::new().clone("", "origin/side");
    let ran = world.ci(&[], &[]).expect(2);
    ran.says("no CI is recognised").says("GITHUB_ACTIONS, GITLAB_CI, CIRCLECI").says("--provider");
    world.ci(&[], &[("GITHUB_ACTIONS", "false")]).expect(2).says("no CI is recognised");
    let ran = world.ci(&["--provider", "bitbucket", "--dry-run"], &[]).expect(0);
    assert_eq!(ran.out, "provider=bitbucket\nevent=run by hand\nscan=history\ncomplete=true\n");
    world.ci(&["--provider", "travis"], &[]).expect(2).says("possible values");
    // An agent of Jenkins inside of another.
    let both = [("JENKINS_URL", "x"), ("GITLAB_CI", "true")];
    world.ci(&["--dry-run"], &both).expect(0).prints("provider=gitlab\n");
}

#[test]
fn a_name_is_no_revision() {
    let world = World::new().clone("", "origin/side");
    // As git would read them, these are commits.
    for name in ["main^{/x}", "side~1", "-x", "main..side", "a\nb"] {
        let env = [("JENKINS_URL", "x"), ("CHANGE_ID", "3"), ("CHANGE_TARGET", name)];
        world.ci(&[], &env).expect(2).says("does not say what it is compared with");
    }
    // In a commit's place, a name is not believed either.
    let env = [("CIRCLECI", "true"), ("CIRCLE_SHA1", "origin/main"), ("CIRCLE_BRANCH", "side")];
    world.ci(&["--dry-run"], &env).expect(0).prints(&format!("head={}\n", world.tip()));
}

#[test]
fn flags_as_in_git() {
    let world = World::new().clone("", "origin/side");
    let tip = world.tip();
    let env = [("CIRCLECI", "true"), ("CIRCLE_SHA1", tip), ("CIRCLE_BRANCH", "side")];
    world.ci(&[], &env).expect(1).prints("new:1:5: high acme-key").says("3 commits");
    world.ci(&["--min-severity", "critical"], &env).expect(0);
    world.ci(&["-g", "!new"], &env).expect(0);
    world.ci(&["--disable", "acme-key"], &env).expect(0);
    world.ci(&["--history"], &env).expect(1).prints("old:1:1:").says("as asked for");
    world.ci(&["--history", "--base", "main"], &env).expect(2);
    world.ci(&["--show-secrets"], &env).expect(2).says("refused");
    world.ci(&["--show-secrets=force"], &env).expect(1).prints(&key(2));
    world.ci(&["--base", "nowhere"], &env).expect(2).says("there is no such commit here");
    // What the project has configured, and what it knows, holds.
    let report = world.ci(&["--format", "json"], &env).expect(1).out;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let print = report["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let allow = format!("[[allow]]\nfingerprints = [\"{print}\"]\nreason = \"known\"\n");
    fs::write(world.source.project.path("../clone/secscan.toml"), allow).unwrap();
    world.ci(&[], &env).expect(0).says("1 hidden (1 config)");
    world.ci(&["--no-config"], &env).expect(1);
    fs::write(world.source.project.path("../clone/secscan.toml"), "format = \"json\"\n").unwrap();
    world.ci(&[], &env).expect(1).prints("\"summary\"");
    fs::remove_file(world.source.project.path("../clone/secscan.toml")).unwrap();
    let baseline = world.source.project.path("../clone/.secscan-baseline.json");
    let rules = world.source.project.rules();
    let create = ["baseline", "create", "--history", "--rules", rules.to_str().unwrap()];
    let mut command = world.source.project.command(&create);
    command.current_dir(world.source.project.path("../clone"));
    assert!(command.output().unwrap().status.success());
    assert!(baseline.exists());
    world.ci(&[], &env).expect(0).says("1 hidden (1 baseline)");
    world.ci(&["--no-baseline"], &env).expect(1);
}
