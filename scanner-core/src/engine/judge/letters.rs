//! How unlike words a run of letters is: the mean over its letters of how unlikely each is behind the two
//! before it.
//!
//! The table is trained by `tools/train-letters` on source code and documentation; `docs/matching.md` says
//! on which, and what it scores. Case does not count, and what is no letter begins a new word.

/// What the two symbols before a letter and the letter cost, in sixteenths of a bit.
static TABLE: &[u8; SYMBOLS * SYMBOLS * SYMBOLS] = include_bytes!("letters.bin");

/// The letters, and one for all else.
const SYMBOLS: usize = 27;

/// The same for the classes of characters, which show where case and digits alternate as they do in no name.
static CLASSES: &[u8; EDGES * EDGES * EDGES] = include_bytes!("classes.bin");

/// Lower case, upper case, digits, signs, and the edge of a word.
const EDGES: usize = 5;

/// What a character of each class costs by chance, and which letter it is, in bits: of 62 letters and digits, and
/// signs that are seldom.
const CHANCE: [f64; EDGES - 1] = [1.254, 1.254, 2.632, 6.0];
const LETTER: f64 = 4.700;

/// Of what a password is given as, words of eight characters and more stay below this, and nineteen in twenty random
/// values above.
pub(in crate::engine) const CHANCE_BEGINS: f64 = 8.0;

/// Words of twelve letters and more stay below this, all but one in a hundred, and random letters above.
pub(in crate::engine) const WORDS_END: f64 = 5.2;

/// The same for a run so short that words and chance meet. Words go higher one time in five hundred.
pub(in crate::engine) const SHORT_WORDS_END: f64 = 6.0;

/// The mean cost of the letters in bits. Words of English and of programs cost 3, random letters 7. Without a
/// letter it is 0.
pub(in crate::engine) fn bits(text: &[u8]) -> f64 {
    let (mut total, mut letters) = (0u32, 0u32);
    let (mut first, mut second) = (0, 0);
    for &byte in text {
        let symbol = if byte.is_ascii_alphabetic() {
            usize::from(byte.to_ascii_lowercase() - b'`')
        } else {
            0
        };
        if symbol > 0 {
            total += u32::from(TABLE[(first * SYMBOLS + second) * SYMBOLS + symbol]);
            letters += 1;
        }
        (first, second) = (second, symbol);
    }
    if letters == 0 { 0.0 } else { f64::from(total) / 16.0 / f64::from(letters) }
}

/// How many bits more it takes to say a value in words, as names and programs have them, than by chance: above 0, a
/// machine is the likelier author. Digits say nothing by themselves, but by where they stand.
pub(in crate::engine) fn unlikelihood(text: &[u8]) -> f64 {
    let (mut first, mut second) = (0, 0);
    let (mut before, mut last) = (EDGES - 1, EDGES - 1);
    let mut bits = 0.0;
    for &byte in text {
        let (symbol, class) = match byte {
            b'a'..=b'z' => (usize::from(byte - b'`'), 0),
            b'A'..=b'Z' => (usize::from(byte - b'@'), 1),
            b'0'..=b'9' => (0, 2),
            _ => (0, 3),
        };
        bits += f64::from(CLASSES[(before * EDGES + last) * EDGES + class]) / 16.0 - CHANCE[class];
        if symbol > 0 {
            let cost = TABLE[(first * SYMBOLS + second) * SYMBOLS + symbol];
            bits += f64::from(cost) / 16.0 - LETTER;
        }
        (first, second) = (second, symbol);
        (before, last) = (last, class);
    }
    bits
}

/// How many bytes are letters.
pub(in crate::engine) fn count(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_alphabetic()).count()
}

/// Whether letters could be words.
pub(in crate::engine) fn are_words(letters: &[u8]) -> bool {
    let end = if letters.len() < 12 { SHORT_WORDS_END } else { WORDS_END };
    letters.len() < 6 || bits(letters) < end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: &mut u64, alphabet: &[u8], len: usize) -> Vec<u8> {
        let mut next = || {
            *seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (*seed >> 33) as usize
        };
        (0..len).map(|_| alphabet[next() % alphabet.len()]).collect()
    }

    /// The score that `docs/matching.md` states. The words are those of our own sources, which the table was
    /// not trained on.
    #[test]
    fn words_and_random_letters_lie_apart() {
        let texts = [
            include_str!("../../scanner.rs"),
            include_str!("../../stream.rs"),
            include_str!("../../rule.rs"),
            include_str!("../../ruleset.rs"),
            include_str!("../../input.rs"),
            include_str!("../../finding.rs"),
            include_str!("../../source/mod.rs"),
            include_str!("../../source/fs/mod.rs"),
            include_str!("../../compile/schema.rs"),
            include_str!("../anchors.rs"),
            include_str!("../confirm.rs"),
            include_str!("../explain.rs"),
            include_str!("../mod.rs"),
            include_str!("../read.rs"),
            include_str!("names.rs"),
            include_str!("mod.rs"),
        ];
        let mut words: Vec<&str> = texts
            .iter()
            .flat_map(|text| text.split(|c: char| !(c.is_ascii_alphabetic() || c == '_')))
            .filter(|word| word.len() >= 12 && !word.contains("xxx"))
            .collect();
        words.sort_unstable();
        words.dedup();
        assert!(words.len() > 100);
        let over: Vec<_> = words.iter().filter(|word| bits(word.as_bytes()) >= WORDS_END).collect();
        assert!(over.len() * 50 <= words.len(), "{} of {}: {over:?}", over.len(), words.len());

        let mut seed = 7;
        let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for (alphabet, len, least) in
            [(&letters[..26], 16, 980), (&letters[..], 16, 980), (&letters[26..], 24, 995)]
        {
            let random =
                (0..1000).filter(|_| bits(&drawn(&mut seed, alphabet, len)) >= WORDS_END).count();
            assert!(random >= least, "{random} of 1000 of {len} letters");
        }
    }

    /// The shares that `docs/matching.md` states, on passwords of letters and digits.
    #[test]
    fn random_passwords_are_likelier_by_chance() {
        let both = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut seed = 11;
        for (len, least) in [(8, 915), (10, 970), (12, 985), (16, 998)] {
            let drawn = (0..1000).map(|_| unlikelihood(&drawn(&mut seed, both, len)));
            let random = drawn.filter(|&bits| bits >= CHANCE_BEGINS).count();
            assert!(random >= least, "{random} of 1000 of {len} characters");
        }
        for word in [
            "Winter2024",
            "base64url",
            "utf8mb4_bin",
            "OAuth2Token",
            "sha256sum",
            "x509Cert",
            "v2beta3Key",
            "AES256GCM",
            "myDbPass1",
            "ISO8859",
            "http2Client",
            "i18nKeys",
        ] {
            let bits = unlikelihood(word.as_bytes());
            assert!(bits < CHANCE_BEGINS, "{word}: {bits:.1}");
        }
    }

    #[test]
    fn what_is_no_letter_costs_nothing() {
        assert_eq!(bits(b"0123 -"), 0.0);
        assert!(bits(b"the password of the user") < 4.0);
        assert!(are_words(b"password") && are_words(b"xkq"));
        assert!(!are_words(b"qzxvkjwqpzbn"));
    }
}
