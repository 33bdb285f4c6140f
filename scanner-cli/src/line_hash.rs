//! What GitHub tells alerts apart by: a hash of the hundred characters that follow from the beginning of a
//! line, blanks left out, and how often it has come before in the file.
//!
//! GitHub's upload action computes the same, and compares; a report that is sent without the action needs
//! it. Apart from the reports, because it takes the whole file. The arithmetic is that of 64-bit integers
//! which wrap.

use std::collections::HashMap;

use crate::record::Record;

const WINDOW: usize = 100;
const BASE: u64 = 37;

/// Tells each finding of a file the hash of the line that it begins on.
pub(crate) fn hash_lines(all: &mut [Record], file: &[u8]) {
    let mut wanted: Vec<usize> = all.iter().map(|one| one.line).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let hashes = line_hashes(file, &wanted);
    for one in all {
        let found = hashes.binary_search_by_key(&one.line, |&(line, _)| line);
        one.line_hash = found.ok().map(|index| hashes[index].1.clone());
    }
}

/// The hashes of these lines, which are counted from 1 and in order.
fn line_hashes(file: &[u8], wanted: &[usize]) -> Vec<(usize, String)> {
    let Some(&last) = wanted.last() else { return Vec::new() };
    let text = String::from_utf8_lossy(file);
    let mut hasher = Hasher::new(wanted);
    for unit in text.encode_utf16() {
        hasher.take(unit);
        // Later lines change nothing in what has been decided.
        if hasher.decided > last {
            return hasher.hashes;
        }
    }
    hasher.take(u16::MAX);
    for _ in 0..WINDOW {
        hasher.decide();
        hasher.push(0);
    }
    hasher.hashes
}

struct Hasher<'w> {
    wanted: &'w [usize],
    window: [u16; WINDOW],
    /// The line that begins at that place of the window.
    begins: [Option<usize>; WINDOW],
    at: usize,
    hash: u64,
    /// What a unit counts when it leaves the window.
    first: u64,
    line: usize,
    line_starts: bool,
    after_return: bool,
    /// How often each hash has come.
    counts: HashMap<u64, u64>,
    /// The last line whose hash is known.
    decided: usize,
    hashes: Vec<(usize, String)>,
}

impl Hasher<'_> {
    fn new(wanted: &[usize]) -> Hasher<'_> {
        Hasher {
            wanted,
            window: [0; WINDOW],
            begins: [None; WINDOW],
            at: 0,
            hash: 0,
            first: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(BASE)),
            line: 0,
            line_starts: true,
            after_return: false,
            counts: HashMap::new(),
            decided: 0,
            hashes: Vec::new(),
        }
    }

    fn take(&mut self, unit: u16) {
        const SPACE: u16 = b' ' as u16;
        const TAB: u16 = b'\t' as u16;
        const RETURN: u16 = b'\r' as u16;
        const NEWLINE: u16 = b'\n' as u16;
        let is_second = self.after_return && unit == NEWLINE;
        self.after_return = unit == RETURN;
        if unit == SPACE || unit == TAB || is_second {
            return;
        }
        let unit = if unit == RETURN { NEWLINE } else { unit };
        self.decide();
        if std::mem::replace(&mut self.line_starts, unit == NEWLINE) {
            self.line += 1;
            self.begins[self.at] = Some(self.line);
        }
        self.push(unit);
    }

    /// Where a line begins that is about to leave the window, its hash is complete.
    fn decide(&mut self) {
        let Some(line) = self.begins[self.at].take() else { return };
        let count = self.counts.entry(self.hash).or_default();
        *count += 1;
        if self.wanted.binary_search(&line).is_ok() {
            self.hashes.push((line, format!("{:x}:{count}", self.hash)));
        }
        self.decided = line;
    }

    fn push(&mut self, unit: u16) {
        let old = std::mem::replace(&mut self.window[self.at], unit);
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(self.first.wrapping_mul(u64::from(old)));
        self.at = (self.at + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of GitHub's own implementation.
    #[test]
    fn published_vectors() {
        let lorem = "Lorem ipsum dolor sit amet.\n".repeat(10);
        let greeting = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for (file, expected) in [
            ("".to_owned(), &["c129715d7a2bc9a3:1"][..]),
            (
                " a\nb\n  \t\tc\n d".to_owned(),
                &[
                    "271789c17abda88f:1",
                    "54703d4cd895b18:1",
                    "180aee12dab6264:1",
                    "a23a3dc5e078b07b:1",
                ],
            ),
            (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n".to_owned(), &greeting),
            (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n".to_owned(), &greeting),
            (" hello; \t\rworld!!!\r\r\r  \t\tGreetings\r End\r".to_owned(), &greeting),
            (
                lorem,
                &[
                    "a7f2ff13bc495cf2:1",
                    "a7f2ff13bc495cf2:2",
                    "a7f2ff13bc495cf2:3",
                    "a7f2ff13bc495cf2:4",
                    "a7f2ff13bc495cf2:5",
                    "a7f2ff13bc495cf2:6",
                    "a7f2ff1481e87703:1",
                    "a9cf91f7bbf1862b:1",
                    "55ec222b86bcae53:1",
                    "cc97dc7b1d7d8f7b:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
        ] {
            let all: Vec<usize> = (1..=expected.len()).collect();
            let hashes = line_hashes(file.as_bytes(), &all);
            let found: Vec<_> = hashes.iter().map(|(line, hash)| (*line, hash.as_str())).collect();
            assert_eq!(found, Vec::from_iter(all.iter().copied().zip(expected.iter().copied())));
            // One line alone has the same, and needs no more of the file than it takes.
            for &line in &all {
                let one = line_hashes(file.as_bytes(), &[line]);
                assert_eq!(one, [(line, expected[line - 1].to_owned())]);
            }
        }
    }
}
