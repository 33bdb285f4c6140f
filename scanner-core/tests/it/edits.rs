//! Texts that change at random: secrets come and go, whole and in pieces, and what stands around them too.
//!
//! Used by the tests of `sift`, alone and over packs that real git makes.

use secscan_core::generate::expand;
use secscan_core::{Copied, Scanner};

/// One version of a text, and what of it was there before.
pub(crate) struct Version {
    /// Which earlier version it is made of.
    pub(crate) base: Option<usize>,
    pub(crate) copied: Vec<Copied>,
    pub(crate) text: Vec<u8>,
}

/// What another version is to complete.
struct Half {
    version: usize,
    at: usize,
    rest: Vec<u8>,
}

/// A sample of every rule that is on: a secret with what has to stand around it.
pub(crate) fn samples(scanner: &Scanner, seed: u64) -> Vec<Vec<u8>> {
    let rules = scanner.rules();
    let lookup = |name: &str| rules.find(name).map(|id| rules.get(id));
    let enabled = rules.iter().filter(|(_, rule)| rule.enabled);
    let text = |template: &str| expand(template, &lookup, seed).unwrap().text;
    enabled.map(|(_, rule)| text(&rule.examples[0])).collect()
}

/// So many versions of a text. The same seed gives the same ones.
pub(crate) fn versions(samples: &[Vec<u8>], seed: u64, count: usize) -> Vec<Version> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let first = random.lines(200 + 2000 * (seed as usize % 3));
    let mut all = vec![Version { base: None, copied: Vec::new(), text: first }];
    // Those in which no whole sample was put: most of what follows is made of them.
    let mut plain = vec![0];
    let (mut halves, mut next): (Vec<Half>, usize) = (Vec::new(), seed as usize);
    while all.len() < count {
        let mut base = match random.below(5) {
            0 => random.below(all.len()),
            _ => plain[random.below(plain.len())],
        };
        let len = all[base].text.len();
        let mut at = random.below(len + 1);
        let sample = &samples[next % samples.len()];
        let cut = 1 + random.below(sample.len().max(2) - 1);
        let (mut end, mut new, mut is_plain) = (at, Vec::new(), plain.contains(&base));
        match random.below(20) {
            0..6 if !halves.is_empty() => {
                let half = halves.swap_remove(random.below(halves.len()));
                (base, at, end, new) = (half.version, half.at, half.at, half.rest);
                is_plain = false;
            }
            0..9 => {
                next += 1;
                new = [b"\n", &sample[..cut.min(sample.len())]].concat();
                let rest = [&sample[cut.min(sample.len())..], b"\n"].concat();
                halves.push(Half { version: all.len(), at: at + new.len(), rest });
            }
            9..12 => {
                next += 1;
                new = [b"\n", &sample[..], b"\n"].concat();
                is_plain = false;
            }
            12..15 => end = (at + random.below(3000)).min(len),
            15..18 => new = random.lines(5),
            // The end becomes the beginning.
            18 => {
                let text = [&all[base].text[at..], &all[base].text[..at]].concat();
                let mut copied = vec![
                    Copied { at: 0, from: at, len: len - at },
                    Copied { at: len - at, from: 0, len: at },
                ];
                copied.retain(|run| run.len > 0);
                if is_plain {
                    plain.push(all.len());
                }
                all.push(Version { base: Some(base), copied, text });
                continue;
            }
            // It becomes binary, or UTF-16 by its mark.
            _ => {
                (at, end) = (0, 0);
                new = [&b"\0"[..], b"\xFF\xFE", b"\xEF\xBB\xBF"][random.below(3)].to_vec();
                is_plain = false;
            }
        }
        let old = &all[base].text;
        let text = [&old[..at], &new, &old[end..]].concat();
        let mut copied = vec![
            Copied { at: 0, from: 0, len: at },
            Copied { at: at + new.len(), from: end, len: old.len() - end },
        ];
        copied.retain(|run| run.len > 0);
        if is_plain {
            plain.push(all.len());
        }
        all.push(Version { base: Some(base), copied, text });
    }
    all
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % limit.max(1)
    }

    /// Lines of what may be source code, without a secret.
    fn lines(&mut self, count: usize) -> Vec<u8> {
        const WORDS: &[&str] =
            &["token", "stream", "key", "index", "config", "leaf", "password", "buffer"];
        let mut text = String::new();
        for _ in 0..count {
            let (a, b) = (WORDS[self.below(8)], WORDS[self.below(8)]);
            text +=
                &format!("    let {a}_{} = self.{b}.next({});\n", self.below(900), self.below(99));
        }
        text.into_bytes()
    }
}
