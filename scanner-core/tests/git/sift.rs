//! Packs of files that change at random: what deltas say of them is true, and sifting by it finds what
//! searches of whole blobs find.

use std::ops::ControlFlow;

use secscan_core::sift::{Base, Known, sift};
use secscan_core::source::git::{History, Kind, Object, Repo, Visitor, history};
use secscan_core::source::{Problem, Skip};
use secscan_core::{Cache, Scanner, stream};

use crate::edits::{samples, versions};
use crate::scratch::Scratch;

/// Holds both ways against each other.
struct Both<'s> {
    scanner: &'s Scanner,
    cache: Cache,
    searched: u64,
    bytes: u64,
    blobs: usize,
    hits: usize,
    /// Secrets in what is made of a blob without any.
    late: usize,
}

impl Visitor for Both<'_> {
    fn object(&mut self, object: Object<'_>) -> ControlFlow<()> {
        if object.kind != Kind::Blob {
            return ControlFlow::Continue(());
        }
        let base = object.made_of.map(|other| Base {
            known: Known::from_byte(other.note),
            len: other.len,
            copied: other.copied,
        });
        let before = self.cache.work().bytes;
        let (any, known) = sift(self.scanner, &mut self.cache, object.bytes, base);
        object.note(known.to_byte());
        self.searched += self.cache.work().bytes - before;
        self.bytes += object.bytes.len() as u64;
        let mut whole = Vec::new();
        let mut cache = self.scanner.create_cache();
        stream::scan_bytes(self.scanner, &mut cache, None, object.bytes, &mut |finding, _, _| {
            whole.push((self.scanner.rule(finding).id.clone(), finding.span));
        });
        assert_eq!(any, !whole.is_empty(), "{}: {base:?} {whole:?}", object.id);
        self.blobs += 1;
        self.hits += usize::from(any);
        self.late += usize::from(any && base.is_some_and(|base| base.known != Known::NOTHING));
        ControlFlow::Continue(())
    }

    fn problem(&mut self, problem: Problem) {
        panic!("{problem}");
    }

    fn skipped(&mut self, _: &[u8], why: Skip) {
        panic!("{why:?}");
    }
}

#[test]
fn deltas_and_whole_blobs_say_the_same() {
    let scanner = Scanner::builtin();
    let scratch = Scratch::init();
    let mut input = Vec::new();
    for seed in 0..5 {
        let samples = samples(&scanner, seed);
        for (number, version) in versions(&samples, seed, 120).iter().enumerate() {
            let text = &version.text;
            input.extend_from_slice(
                format!(
                    "commit refs/heads/main\ncommitter A <a@b> {} +0000\ndata 1\nm\n\
                     M 100644 inline file-{seed}.txt\ndata {}\n",
                    1_600_000_000 + number,
                    text.len()
                )
                .as_bytes(),
            );
            input.extend_from_slice(text);
            input.push(b'\n');
        }
    }
    scratch.git_in(".", "fast-import --quiet", &[], &input);
    for how in ["--depth=1", "--depth=20 --window=10", "--depth=250 --window=250"] {
        scratch.git(&format!("repack -q -adf {how}"));
        let repo = Repo::open(scratch.path()).unwrap();
        let mut visitors: Vec<_> = (0..3)
            .map(|_| Both {
                scanner: &scanner,
                cache: scanner.create_cache(),
                searched: 0,
                bytes: 0,
                blobs: 0,
                hits: 0,
                late: 0,
            })
            .collect();
        history(&repo, &History::default(), &mut visitors).unwrap();
        let sum = |of: fn(&Both<'_>) -> u64| visitors.iter().map(of).sum::<u64>();
        let (searched, bytes) = (sum(|one| one.searched), sum(|one| one.bytes));
        let (hits, late) = (sum(|one| one.hits as u64), sum(|one| one.late as u64));
        assert!(sum(|one| one.blobs as u64) > 500 && hits > 150, "{hits}");
        // Otherwise this test would say nothing.
        assert!(late > 10, "{late} of {hits} with {how}");
        // Most versions here are made of one with a secret, and such are searched whole.
        assert!(
            how == "--depth=1" || searched < bytes * 19 / 20,
            "{searched} of {bytes} with {how}"
        );
    }
}
