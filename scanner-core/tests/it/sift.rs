//! Sifting a text by what is known of another says what a search of the whole says.

use secscan_core::sift::{Base, Known, sift};

use crate::check::{scanner, whole};
use crate::edits::{samples, versions};

#[test]
fn what_is_copied_need_not_be_searched() {
    let scanner = scanner(&[]);
    let (mut searched, mut all, mut hits, mut late) = (0, 0, 0, 0);
    for seed in 0..6 {
        let samples = samples(&scanner, seed);
        let versions = versions(&samples, seed, 300);
        let mut known: Vec<Known> = Vec::new();
        let mut cache = scanner.create_cache();
        for (number, version) in versions.iter().enumerate() {
            let before = cache.work().bytes;
            let base = version.base.map(|base| Base {
                known: known[base],
                len: versions[base].text.len(),
                copied: &version.copied,
            });
            let (any, now) = sift(&scanner, &mut cache, &version.text, base);
            let expected = whole(&scanner, None, &version.text);
            assert_eq!(any, !expected.is_empty(), "version {number} of seed {seed}: {expected:?}");
            searched += cache.work().bytes - before;
            all += version.text.len() as u64;
            hits += usize::from(any);
            late += usize::from(any && base.is_some_and(|base| base.known != Known::NOTHING));
            known.push(now);
        }
    }
    // Otherwise this test would say nothing.
    assert!(hits > 200 && late > 100, "{hits} {late}");
    assert!(searched < all * 2 / 3, "{searched} of {all}");
}

/// Every rule's sample, cut in two at each of its bytes: the second half comes later, or the first does.
#[test]
fn halves_that_meet() {
    let scanner = scanner(&[]);
    let mut cache = scanner.create_cache();
    let padding = b"    let index = compute(buffer);\n".repeat(100);
    let middle = padding.len() / 2 + 1;
    for sample in samples(&scanner, 3) {
        let step = 1 + sample.len() / 12;
        for cut in (0..=sample.len()).step_by(step) {
            let (head, tail) = sample.split_at(cut);
            for (old, new, at) in [(head, tail, middle + cut), (tail, head, middle)] {
                let old = [&padding[..middle], old, &padding[middle..]].concat();
                let text = [&old[..at], new, &old[at..]].concat();
                let (_, known) = sift(&scanner, &mut cache, &old, None);
                let copied = [
                    secscan_core::Copied { at: 0, from: 0, len: at },
                    secscan_core::Copied { at: at + new.len(), from: at, len: old.len() - at },
                ];
                let base = Base { known, len: old.len(), copied: &copied };
                let (any, _) = sift(&scanner, &mut cache, &text, Some(base));
                let expected = whole(&scanner, None, &text);
                assert_eq!(any, !expected.is_empty(), "cut at {cut}: {expected:?}");
            }
        }
    }
}
