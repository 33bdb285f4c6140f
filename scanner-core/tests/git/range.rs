//! Ranges of commits: what each brings, merges included, and what git tells a pre-push hook.

use secscan_core::source::git::{Kind, Range, Repo, Scope, Spec, Totals, range, survey};

use crate::scratch::{Keep, Scratch};

const ZERO: &str = "0000000000000000000000000000000000000000";

fn look(scratch: &Scratch, range_: &Range) -> (Keep, Totals) {
    let repo = Repo::open(scratch.path()).unwrap();
    let mut visitors = [Keep::default(), Keep::default()];
    let totals = range(&repo, range_, &mut visitors).unwrap();
    let keep = Keep::merge(visitors);
    assert_eq!(totals.problems as usize, keep.problems.len(), "{:?}", keep.problems);
    (keep, totals)
}

fn text(spec: &str) -> Spec {
    Spec::Text(spec.to_owned())
}

fn push(local: &str, remote: &str) -> Spec {
    Spec::Push {
        local: local.to_owned(),
        remote: remote.to_owned(),
        name: Some("origin".to_owned()),
    }
}

#[track_caller]
fn check(scratch: &Scratch, spec: Spec, commits: u64, expected: &[&str]) {
    let (keep, totals) = look(scratch, &Range::new([spec]));
    assert_eq!(keep.added(), expected);
    assert_eq!(totals.commits, commits);
    assert_eq!(
        keep.seen.iter().filter(|seen| seen.kind == Kind::CommitMessage).count() as u64,
        commits
    );
    assert!(keep.problems.is_empty(), "{:?}", keep.problems);
}

/// Three commits on main.
fn base() -> (Scratch, Vec<String>) {
    let scratch = Scratch::init();
    let ids = vec![
        scratch.commit("a.txt", "one\n"),
        scratch.commit("dir/b.txt", "b\n"),
        scratch.commit("a.txt", "one\ntwo\n"),
    ];
    (scratch, ids)
}

#[test]
fn linear() {
    let (scratch, ids) = base();
    check(&scratch, text("HEAD~2..HEAD"), 2, &["a.txt: two/", "dir/b.txt: b/"]);
    check(&scratch, text("HEAD~1.."), 1, &["a.txt: two/"]);
    check(&scratch, text(&ids[1]), 1, &["dir/b.txt: b/"]);
    check(&scratch, text(&ids[0]), 1, &["a.txt: one/"]);
    check(&scratch, text("main..main"), 0, &[]);
    check(&scratch, Spec::Since(ids[1].clone()), 1, &["a.txt: two/"]);
    check(
        &scratch,
        Spec::From("main".to_owned()),
        3,
        &["a.txt: one/", "a.txt: two/", "dir/b.txt: b/"],
    );
    let (keep, _) = look(&scratch, &Range::new([text("HEAD~..HEAD")]));
    let message = keep.seen.iter().find(|seen| seen.kind == Kind::CommitMessage).unwrap();
    assert_eq!(message.path, format!("{}:message", &ids[2][..12]));
    assert_eq!(message.text, "change a.txt\n");
    assert_eq!(message.commit.as_ref(), Some(&ids[2]));
}

#[test]
fn each_blob_once() {
    let (scratch, _) = base();
    let first = scratch.commit("x.txt", "same\n");
    scratch.commit("x.txt", "other\n");
    scratch.commit("x.txt", "same\n");
    scratch.commit("y.txt", "same\n");
    let (keep, totals) = look(&scratch, &Range::new([text("HEAD~4..HEAD"), text("HEAD~3..HEAD")]));
    assert_eq!((totals.commits, totals.blobs), (4, 2));
    assert_eq!(keep.with("same").commit, Some(first));
}

#[test]
fn renames() {
    let (scratch, _) = base();
    scratch.git("mv dir/b.txt c.txt");
    scratch.git("commit -q -m move");
    check(&scratch, text("HEAD~..HEAD"), 1, &[]);
    let mut whole = Range::new([text("HEAD~..HEAD")]);
    whole.scope = Scope::Whole;
    assert_eq!(look(&scratch, &whole).0.added(), ["c.txt: "]);
}

#[test]
fn merges() {
    let (scratch, _) = base();
    scratch.git("checkout -q -b side HEAD~");
    scratch.commit("side.txt", "side\n");
    scratch.git("checkout -q main");
    scratch.commit("main.txt", "main\n");
    scratch.git("merge -q --no-commit side");
    scratch.write("evil.txt", "only the merge\n").write("a.txt", "one\ntwo\nmerged\n");
    scratch.git("add -A");
    scratch.git("commit -q -m merge");
    check(&scratch, text("HEAD"), 1, &["a.txt: merged/", "evil.txt: only the merge/"]);
    check(
        &scratch,
        text("HEAD^1..HEAD"),
        2,
        &["a.txt: merged/", "evil.txt: only the merge/", "side.txt: side/"],
    );
}

#[test]
fn both_sides() {
    let (scratch, ids) = base();
    scratch.git("checkout -q -b side HEAD~");
    scratch.commit("side.txt", "side\n");
    check(&scratch, text("main...side"), 2, &["a.txt: two/", "side.txt: side/"]);
    check(&scratch, text(&format!("{}...", ids[2])), 2, &["a.txt: two/", "side.txt: side/"]);
    check(&scratch, text("side..main"), 1, &["a.txt: two/"]);
}

#[test]
fn a_new_root() {
    let (scratch, _) = base();
    scratch.git("checkout -q --orphan fresh");
    scratch.git("rm -q -rf .");
    scratch.commit("root.txt", "root\n");
    check(&scratch, text("main..fresh"), 1, &["root.txt: root/"]);
    check(&scratch, text("fresh"), 1, &["root.txt: root/"]);
}

#[test]
fn dates_out_of_order() {
    let (scratch, _) = base();
    let commit = |path: &str, date: &str| {
        scratch.write(path, path);
        scratch.git("add -A");
        let env = [("GIT_COMMITTER_DATE", date)];
        scratch.git_in(".", &format!("commit -q -m {path}"), &env, b"");
    };
    commit("old.txt", "100000000 +0000");
    commit("new.txt", "1900000000 +0000");
    commit("old2.txt", "200000000 +0000");
    check(
        &scratch,
        text("HEAD~3..HEAD"),
        3,
        &["new.txt: new.txt", "old.txt: old.txt", "old2.txt: old2.txt"],
    );
    check(&scratch, text("HEAD~1..HEAD"), 1, &["old2.txt: old2.txt"]);
}

#[test]
fn pushes() {
    let (scratch, ids) = base();
    check(&scratch, push(ZERO, &ids[0]), 0, &[]);
    check(&scratch, push(&ids[2], &ids[1]), 1, &["a.txt: two/"]);
    check(&scratch, push(&ids[2], ZERO), 3, &["a.txt: one/", "a.txt: two/", "dir/b.txt: b/"]);
    scratch.git(&format!("update-ref refs/remotes/origin/main {}", ids[1]));
    check(&scratch, push(&ids[2], ZERO), 1, &["a.txt: two/"]);
    check(&scratch, push(&ids[2], &"ab".repeat(20)), 1, &["a.txt: two/"]);
    scratch.git("tag -a -m tag_with_a_word v1");
    let tag = scratch.git("rev-parse v1");
    let (keep, totals) = look(&scratch, &Range::new([push(&tag, ZERO)]));
    assert_eq!((totals.commits, totals.tags), (1, 1));
    assert_eq!(keep.with("with a word").kind, Kind::TagMessage);
}

#[test]
fn tags_of_blobs_and_trees() {
    let (scratch, ids) = base();
    let (blob, _) = scratch.git_in(".", "hash-object -w --stdin", &[], b"tagged blob\n");
    scratch.git(&format!("tag -a -m message blob {blob}"));
    let (keep, totals) = look(&scratch, &Range::new([push(&scratch.git("rev-parse blob"), ZERO)]));
    assert_eq!((totals.commits, totals.tags, totals.blobs), (0, 1, 1));
    keep.with("tagged blob");
    scratch.git(&format!("tag tree {}^{{tree}}", ids[1]));
    let (keep, _) = look(&scratch, &Range::new([text("tree")]));
    assert_eq!(keep.added(), ["a.txt: one/", "dir/b.txt: b/"]);
}

#[test]
fn limits() {
    let (scratch, _) = base();
    let mut some = Range::new([Spec::From("main".to_owned())]);
    some.max_commits = Some(1);
    let (keep, totals) = look(&scratch, &some);
    assert_eq!((totals.commits, keep.added()), (1, vec!["a.txt: two/".to_owned()]));
    let time: i64 = scratch.git("log -1 --format=%ct HEAD~").parse().unwrap();
    (some.max_commits, some.since) = (None, Some(time));
    assert_eq!(look(&scratch, &some).1.commits, 2);
}

#[test]
fn names_that_mean_nothing() {
    let (scratch, _) = base();
    let repo = Repo::open(scratch.path()).unwrap();
    for spec in
        ["nowhere..HEAD", "nowhere", &format!("{}..HEAD", "ab".repeat(20)), "HEAD:a.txt..HEAD"]
    {
        let error = range(&repo, &Range::new([text(spec)]), &mut [Keep::default()])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("cannot re") || error.contains("not a commit"),
            "{spec}: {error}"
        );
    }
}

#[test]
fn shallow() {
    let (scratch, _) = base();
    scratch.git(&format!("clone -q --depth 1 file://{} shallow", scratch.path().display()));
    let repo = Repo::open(scratch.path().join("shallow")).unwrap();
    assert!(repo.is_shallow());
    let mut keep = [Keep::default()];
    let totals = range(&repo, &Range::new([text("HEAD")]), &mut keep).unwrap();
    assert_eq!((totals.commits, totals.shallow, totals.problems), (1, 1, 0));
    assert_eq!(keep[0].added(), ["a.txt: one/two/", "dir/b.txt: b/"]);
    let error =
        range(&repo, &Range::new([text("HEAD~..HEAD")]), &mut keep).unwrap_err().to_string();
    assert!(error.contains("shallow"), "{error}");
}

#[test]
fn a_survey_counts_and_says_what_is_not_here() {
    let (scratch, _) = base();
    let survey = |dir: &str, spec: &str| {
        let repo = Repo::open(scratch.path().join(dir)).unwrap();
        let survey = survey(&repo, &Range::new([text(spec)])).unwrap();
        (survey.commits, survey.shallow, survey.absent)
    };
    scratch.commit("c.txt", "1\n");
    scratch.commit("c.txt", "2\n");
    let from = format!("file://{}", scratch.path().display());
    assert_eq!(survey(".", "HEAD~2..HEAD"), (2, 0, 0));
    assert_eq!(survey(".", "HEAD..HEAD~2"), (0, 0, 0));
    scratch.git(&format!("clone -q --depth 2 {from} shallow"));
    assert_eq!(survey("shallow", "HEAD~1..HEAD"), (1, 0, 0));
    assert_eq!(survey("shallow", "HEAD..HEAD~1"), (0, 0, 0));
    // The clone ends with the second commit, whose own change is against nothing that is here.
    assert_eq!(survey("shallow", "HEAD~1"), (1, 1, 0));
    scratch.git("config uploadpack.allowFilter true");
    scratch.git(&format!("clone -q --no-checkout --filter=blob:none {from} partial"));
    assert_eq!(survey("partial", "origin/main~2..origin/main"), (2, 0, 2));
}
