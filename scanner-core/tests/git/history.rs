//! Whole histories: everything is found wherever it hides, once, and its origin is known.

use std::fs;

use secscan_core::source::git::{History, Id, Kind, Origin, Reach, Repo, Totals, history, origins};

use crate::scratch::{Keep, Scratch};

fn look(scratch: &Scratch, dir: &str) -> (Keep, Totals) {
    look_at(&Repo::open(scratch.path().join(dir)).unwrap(), &History::default())
}

fn look_at(repo: &Repo, options: &History) -> (Keep, Totals) {
    let mut visitors = [Keep::default(), Keep::default()];
    let totals = history(repo, options, &mut visitors).unwrap();
    let keep = Keep::merge(visitors);
    assert_eq!(totals.problems as usize, keep.problems.len(), "{:?}", keep.problems);
    let mut ids: Vec<Id> = keep.seen.iter().map(|seen| seen.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), keep.seen.len(), "each object once");
    (keep, totals)
}

fn origin(scratch: &Scratch, keep: &Keep, word: &str, reach: Reach) -> Option<Origin> {
    let repo = Repo::open(scratch.path()).unwrap();
    let id = keep.with(word).id;
    origins(&repo, &[id], reach).unwrap().remove(&id)
}

/// A repository with a word in each of the places where things hide.
fn hiding() -> (Scratch, Vec<(&'static str, String)>) {
    let scratch = Scratch::init();
    let mut places = vec![("w-first", scratch.commit("a.txt", "w-first\n"))];
    places.push(("w-changed", scratch.commit("a.txt", "w-changed\n")));
    places.push(("w-kept", scratch.commit("dir/kept.txt", "w-kept\n")));
    scratch.git("commit -q --allow-empty -m w-message");
    places.push(("w-message", scratch.git("rev-parse HEAD")));

    scratch.git("checkout -q -b side HEAD~2");
    scratch.commit("side.txt", "side\n");
    scratch.git("checkout -q main");
    scratch.git("merge -q --no-commit side");
    scratch.write("merged.txt", "w-merge\n");
    scratch.git("add -A");
    scratch.git("commit -q -m merge");
    places.push(("w-merge", scratch.git("rev-parse HEAD")));

    scratch.git("notes add -m w-note HEAD");
    places.push(("w-note", scratch.git("rev-parse refs/notes/commits")));
    scratch.git("tag -a -m w-tag v1");
    places.push(("w-tag", scratch.git("rev-parse v1")));
    let (blob, _) = scratch.git_in(".", "hash-object -w --stdin", &[], b"w-blob\n");
    scratch.git(&format!("tag -a -m on_a_blob blob {blob}"));
    places.push(("w-blob", scratch.git("rev-parse blob")));

    scratch.git("checkout -q -b doomed");
    places.push(("w-doomed", scratch.commit("doomed.txt", "w-doomed\n")));
    scratch.git("checkout -q main");
    scratch.git("branch -q -D doomed");

    scratch.write("a.txt", "w-stash\n");
    scratch.git("stash -q");
    places.push(("w-stash", scratch.git("rev-parse stash@{0}")));
    (scratch, places)
}

#[track_caller]
fn all_found(scratch: &Scratch, places: &[(&str, String)]) {
    let (keep, totals) = look(scratch, ".");
    assert!(keep.problems.is_empty(), "{:?}", keep.problems);
    for (word, commit) in places {
        let origin = origin(scratch, &keep, word, Reach::Refs)
            .unwrap_or_else(|| panic!("{word} has no origin"));
        assert_eq!(origin.commit.unwrap().to_string(), *commit, "{word}");
        assert_eq!(
            (&origin.author[..], &origin.mail[..], origin.offset),
            ("Ada", "ada@example.com", 3600)
        );
        let here = ["w-changed", "w-kept", "w-message", "w-merge"].contains(word);
        assert_eq!(origin.in_head, here, "{word}");
    }
    let commits: u64 = scratch.git("rev-list --count --all --reflog").parse().unwrap();
    assert_eq!((totals.commits, totals.tags), (commits, 2));
    assert_eq!(keep.with("w-note").kind, Kind::Blob);
    assert_eq!(keep.with("w-tag").kind, Kind::TagMessage);
    let first = origin(scratch, &keep, "w-first", Reach::Refs).unwrap();
    assert_eq!((&first.subject[..], &first.paths[..]), ("change a.txt", &[b"a.txt".to_vec()][..]));
}

#[test]
fn loose() {
    let (scratch, places) = hiding();
    all_found(&scratch, &places);
}

#[test]
fn packed() {
    let (scratch, places) = hiding();
    scratch.git("config gc.reflogExpire never");
    scratch.git("config gc.reflogExpireUnreachable never");
    scratch.git("gc -q");
    all_found(&scratch, &places);
    scratch.git("repack -q -adf --depth=50 --window=50");
    all_found(&scratch, &places);
}

#[test]
fn several_packs() {
    let (scratch, mut places) = hiding();
    scratch.git("repack -q -d");
    places.push(("w-later", scratch.commit("later.txt", "w-later\n")));
    places.retain(|(word, _)| *word != "w-message");
    places.push(("w-message", scratch.git("log -1 --format=%H --grep=w-message main")));
    scratch.git("repack -q -d");
    scratch.git("repack -q -a");
    assert!(scratch.packs().len() > 1);
    scratch.git("multi-pack-index write");
    let (keep, _) = look(&scratch, ".");
    places.iter().for_each(|(word, _)| _ = keep.with(word));
}

#[test]
fn alternates() {
    let (scratch, places) = hiding();
    scratch.git("clone -q --shared . borrower");
    scratch.write("borrower/own.txt", "w-own\n");
    scratch.git_in("borrower", "add -A", &[], b"");
    let (keep, _) = look(&scratch, "borrower");
    keep.with("w-own");
    places.iter().for_each(|(word, _)| _ = keep.with(word));
}

#[test]
fn unreachable() {
    let (scratch, _) = hiding();
    let lost = scratch.commit("lost.txt", "w-lost\n");
    scratch.git("reset -q --hard HEAD~");
    scratch.git("reflog expire --expire=now --expire-unreachable=now --all");
    for _ in 0..2 {
        let (keep, _) = look(&scratch, ".");
        assert_eq!(origin(&scratch, &keep, "w-lost", Reach::Refs), None);
        let origin = origin(&scratch, &keep, "w-lost", Reach::Store).unwrap();
        assert_eq!(origin.commit.unwrap().to_string(), lost);
        assert!(!origin.in_head);
        scratch.git("gc -q --no-prune --cruft");
    }
}

#[test]
fn long_chains_of_deltas() {
    let scratch = Scratch::init();
    let mut input = String::from("reset refs/heads/main\n");
    for version in 0..400 {
        let text: String = (0..60)
            .map(|line| format!("line {line} of version {}\n", version / (line + 1)))
            .collect();
        let text = format!("{text}unique-{version}-\n");
        input += &format!("blob\nmark :{}\ndata {}\n{text}\n", 2 * version + 1, text.len());
        input += &format!(
            "commit refs/heads/main\nmark :{}\ncommitter A <a@b> {} +0000\ndata 1\nm\nM 100644 :{} f.txt\n\n",
            2 * version + 2,
            1_600_000_000 + version,
            2 * version + 1
        );
    }
    scratch.git_in(".", "fast-import --quiet", &[], input.as_bytes());
    for how in ["--depth=1", "--depth=7", "--depth=250 --window=100"] {
        scratch.git(&format!("repack -q -adf {how}"));
        let (keep, totals) = look(&scratch, ".");
        assert_eq!((totals.commits, totals.blobs, totals.problems), (400, 400, 0));
        (0..400).for_each(|version| _ = keep.with(&format!("unique-{version}-")));
    }
}

#[test]
fn limited() {
    let (scratch, _) = hiding();
    let repo = Repo::open(scratch.path()).unwrap();
    let mut options = History::default();
    options.branches = vec!["side".to_owned()];
    let (keep, totals) = look_at(&repo, &options);
    assert_eq!(totals.commits, 3);
    assert_eq!(keep.with("w-first").path, "a.txt");
    options.branches.clear();
    options.max_commits = Some(2);
    assert_eq!(look_at(&repo, &options).1.commits, 2);
}

#[test]
fn shallow() {
    let (scratch, _) = hiding();
    scratch.git(&format!("clone -q --depth 2 file://{} shallow", scratch.path().display()));
    let (keep, totals) = look(&scratch, "shallow");
    assert!(keep.problems.is_empty(), "{:?}", keep.problems);
    assert!(totals.shallow > 0);
    keep.with("w-merge");
}

#[test]
fn partial() {
    let (scratch, _) = hiding();
    scratch.git("config uploadpack.allowFilter true");
    scratch.git(&format!(
        "clone -q --bare --filter=blob:none file://{} partial",
        scratch.path().display()
    ));
    let (keep, totals) = look(&scratch, "partial");
    assert!(totals.problems > 4 && totals.commits > 4);
    assert!(keep.problems.iter().any(|problem| problem.starts_with("dir/kept.txt: object ")
        && problem.ends_with("left out of this partial clone")));
}

#[test]
fn missing_objects() {
    let (scratch, _) = hiding();
    let id = scratch.git("rev-parse HEAD:dir/kept.txt");
    fs::remove_file(scratch.path().join(format!(".git/objects/{}/{}", &id[..2], &id[2..])))
        .unwrap();
    let (keep, _) = look(&scratch, ".");
    assert_eq!(
        keep.problems,
        [format!("dir/kept.txt: object {id}: missing from the object store")]
    );
    fs::write(scratch.path().join(".git/refs/heads/broken"), "ab".repeat(20)).unwrap();
    let (keep, _) = look(&scratch, ".");
    assert_eq!(keep.problems.len(), 2);
    assert!(keep.problems[1].starts_with("refs/heads/broken: object abab"), "{:?}", keep.problems);
}

#[test]
fn corrupt_packs() {
    let scratch = Scratch::init();
    for version in 0..30u32 {
        let noise: String = (0..200)
            .map(|line| format!("{:x}\n", (line ^ version).wrapping_mul(0x9e37_79b9)))
            .collect();
        scratch.commit("f.txt", format!("{noise}unique-{version}-\n"));
    }
    scratch.git("repack -q -adf");
    let pack = scratch.packs().remove(0);
    let bytes = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    let (mut named, mut whole) = (0, 0);
    for at in (12..bytes.len() - 20).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x55;
        fs::write(&pack, flipped).unwrap();
        let repo = Repo::open(scratch.path()).unwrap();
        let mut keep = [Keep::default(), Keep::default()];
        let totals = history(&repo, &History::default(), &mut keep).unwrap();
        let keep = Keep::merge(keep);
        whole += keep.seen.len();
        named += usize::from(totals.problems > 0);
        assert!(
            keep.problems
                .iter()
                .all(|problem| problem.starts_with("object ") || problem.contains(": object "))
        );
        assert!(
            keep.seen.len() + keep.problems.len() >= 60,
            "at {at}: {} {:?}",
            keep.seen.len(),
            keep.problems
        );
    }
    assert!(named >= 40, "{named}");
    assert!(whole > 40 * 20, "{whole}");
    let index = pack.with_extension("idx");
    fs::write(&index, b"nonsense").unwrap_or_else(|_| panic!("{}", index.display()));
    let (keep, _) = look(&scratch, ".");
    assert!(keep.problems.iter().any(|problem| problem.contains(".idx: ")), "{:?}", keep.problems);
}

#[test]
fn sha256() {
    let scratch = Scratch::empty();
    scratch.git("init -q --object-format=sha256 .");
    scratch.commit("a.txt", "w-sha\n");
    scratch.git("gc -q");
    let (keep, _) = look(&scratch, ".");
    assert!(keep.problems.is_empty(), "{:?}", keep.problems);
    assert!(origin(&scratch, &keep, "w-sha", Reach::Refs).unwrap().in_head);
}

/// What a visit keeps for the search is what the store says.
#[test]
fn origins_from_what_was_kept() {
    let (scratch, _) = hiding();
    for packed in [false, true] {
        if packed {
            scratch.git("repack -q -adf");
        }
        let repo = Repo::open(scratch.path()).unwrap();
        let (keep, _) = look_at(&repo, &History::default());
        let ids: Vec<Id> = keep.seen.iter().map(|seen| seen.id).collect();
        for reach in [Reach::Store, Reach::Refs] {
            look_at(&repo, &History::default());
            let kept = origins(&repo, &ids, reach).unwrap();
            assert!(kept.len() > 15, "{}", kept.len());
            // There is nothing left of the visit now.
            assert_eq!(kept, origins(&repo, &ids, reach).unwrap());
            assert_eq!(kept, origins(&Repo::open(scratch.path()).unwrap(), &ids, reach).unwrap());
        }
    }
}
