//! Seed phrases of wallets (BIP 39): words of a list whose last bits are a checksum.
//!
//! Apart from `wallet` because of the list: 2048 words, sorted, which the standard fixes.

use sha2::{Digest, Sha256};

use super::random::Random;
use super::{Check, Verdict, structural};

/// The English list of the standard, one word a line.
static WORDS: &str = include_str!("bip39.txt");

/// The most words a phrase has, and how many bits each stands for.
const MOST: usize = 24;
const BITS: usize = 11;

pub(super) fn run(_: Check, token: &[u8]) -> Verdict {
    // Four bits of a checksum prove nothing by themselves; that every word is of the list does.
    structural(indexes(token).is_some_and(|(words, len)| checksum_holds(&words[..len])))
}

pub(super) fn fill(_: Check, token: &mut Vec<u8>) {
    let mut random = Random::from_bytes(token);
    let mut words = [0; 12];
    for byte in random
        .bytes(16)
        .into_iter()
        .enumerate()
        .flat_map(|(at, byte)| (0..8).map(move |bit| (at * 8 + bit, byte >> (7 - bit) & 1)))
    {
        words[byte.0 / BITS] |= u16::from(byte.1) << (BITS - 1 - byte.0 % BITS);
    }
    // The last word holds seven bits of the entropy and four of the checksum.
    words[11] |= u16::from(digest(&words)[0] >> 4);
    let list: Vec<&str> = WORDS.lines().collect();
    let phrase: Vec<&str> = words.iter().map(|&word| list[usize::from(word)]).collect();
    *token = phrase.join(" ").into_bytes();
}

/// The places in the list of the words of a phrase, whatever stands between them, and how many.
fn indexes(token: &[u8]) -> Option<([u16; MOST], usize)> {
    let (mut found, mut len) = ([0; MOST], 0);
    let words = token.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    for word in words {
        *found.get_mut(len)? = index(word)?;
        len += 1;
    }
    matches!(len, 12 | 15 | 18 | 21 | 24).then_some((found, len))
}

/// The place of a word: the list is sorted, so half of it is left out at each step.
fn index(word: &[u8]) -> Option<u16> {
    let list = WORDS.as_bytes();
    let line_start = |at: usize| memchr::memrchr(b'\n', &list[..at]).map_or(0, |before| before + 1);
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let start = line_start(low + (high - low) / 2);
        let end = start + memchr::memchr(b'\n', &list[start..])?;
        match list[start..end].cmp(word) {
            std::cmp::Ordering::Equal => {
                let before = list[..start].iter().filter(|&&byte| byte == b'\n').count();
                return u16::try_from(before).ok();
            }
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    None
}

/// The SHA-256 of the entropy that the words hold: 32 bits of it for each three words.
fn digest(words: &[u16]) -> [u8; 32] {
    let mut entropy = [0u8; 32];
    let len = words.len() * BITS * 32 / 33 / 8;
    for (at, byte) in entropy[..len].iter_mut().enumerate() {
        for bit in at * 8..at * 8 + 8 {
            let set = words[bit / BITS] >> (BITS - 1 - bit % BITS) & 1;
            *byte = *byte << 1 | set as u8;
        }
    }
    Sha256::digest(&entropy[..len]).into()
}

fn checksum_holds(words: &[u16]) -> bool {
    let bits = words.len() / 3;
    let last = words[words.len() - 1] & ((1 << bits) - 1);
    last == u16::from(digest(words)[0] >> (8 - bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_in_its_place() {
        for (at, word) in WORDS.lines().enumerate() {
            assert_eq!(index(word.as_bytes()), Some(at as u16), "{word}");
        }
        for word in ["", "a", "zzz", "abandons", "aban"] {
            assert_eq!(index(word.as_bytes()), None, "{word}");
        }
    }

    #[test]
    fn phrases_of_the_standard() {
        let verdict = |text: &str| run(Check::Bip39, text.as_bytes());
        let abandon = "abandon ".repeat(11);
        assert_eq!(verdict(&format!("{abandon}about")), Verdict::Structural);
        assert_eq!(verdict(&format!("{}art", "abandon ".repeat(23))), Verdict::Structural);
        assert_eq!(verdict(&format!("{}agent", "abandon ".repeat(17))), Verdict::Structural);
        assert_eq!(verdict(&format!("{}vote", "zoo ".repeat(23))), Verdict::Structural);
        assert_eq!(verdict(&format!("{}\", \"wrong", "zoo\", \"".repeat(11))), Verdict::Structural);
        for text in [abandon.clone(), format!("{abandon}able"), format!("{abandon}about about")] {
            assert_eq!(verdict(&text), Verdict::Rejected, "{text}");
        }
    }
}
