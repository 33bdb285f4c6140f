//! Noise that is the same on every platform, and the pieces that made-up text consists of.

/// English words, as the library has them for mnemonics.
const WORDS: &str = include_str!("../../../scanner-core/src/checks/bip39.txt");

const HEX: &[u8] = b"0123456789abcdef";
const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A SplitMix64 generator.
#[derive(Clone, Debug)]
pub struct Noise {
    state: u64,
    words: Vec<&'static str>,
}

impl Noise {
    /// Noise that depends on `seed` alone.
    pub fn new(seed: u64) -> Noise {
        Noise { state: seed, words: WORDS.split_whitespace().collect() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    /// One of `choices`, which are not empty.
    pub fn of<'c>(&mut self, choices: &[&'c str]) -> &'c str {
        choices[self.below(choices.len())]
    }

    /// That many characters of `alphabet`, which is ASCII.
    pub fn run(&mut self, alphabet: &[u8], len: usize) -> String {
        (0..len).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }

    /// Hexadecimal digits in lower case.
    pub fn hex(&mut self, len: usize) -> String {
        self.run(HEX, len)
    }

    /// Letters and digits.
    pub fn base62(&mut self, len: usize) -> String {
        self.run(BASE62, len)
    }

    /// Base 64 of that many bytes, padded.
    pub fn base64(&mut self, bytes: usize) -> String {
        let mut text = self.run(BASE64, (bytes * 4).div_ceil(3));
        while !text.len().is_multiple_of(4) {
            text.push('=');
        }
        text
    }

    /// Base 64 for URLs, not padded.
    pub fn base64_url(&mut self, bytes: usize) -> String {
        self.run(BASE64_URL, (bytes * 4).div_ceil(3))
    }

    /// Base 64 in lines of 64 characters.
    pub fn wrapped(&mut self, bytes: usize) -> String {
        let text = self.base64(bytes);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap_or("")).collect();
        lines.join("\n")
    }

    /// A UUID of version 4.
    pub fn uuid(&mut self) -> String {
        let (a, b, c, d) = (self.hex(8), self.hex(4), self.hex(3), self.hex(3));
        let (variant, e) = (self.of(&["8", "9", "a", "b"]), self.hex(12));
        format!("{a}-{b}-4{c}-{variant}{d}-{e}")
    }

    /// An English word.
    pub fn word(&mut self) -> &'static str {
        let at = self.below(self.words.len());
        self.words[at]
    }

    /// Words with something between them.
    pub fn words(&mut self, count: usize, between: &str) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(between)
    }

    /// Words as a variable's name.
    pub fn camel(&mut self, count: usize) -> String {
        let first = self.word().to_owned();
        (1..count).fold(first, |name, _| name + &capital(self.word()))
    }

    /// A sentence. Small words between the others keep it from being a mnemonic.
    pub fn sentence(&mut self) -> String {
        let mut text = capital(self.word());
        for _ in 0..self.between(3, 7) {
            let joint = self.of(&["of the", "in a", "to", "and its", "is the", "with", "for"]);
            text = format!("{text} {joint} {}", self.word());
        }
        text + "."
    }

    /// A date and a time.
    pub fn time(&mut self) -> String {
        let (month, day) = (self.between(1, 12), self.between(1, 28));
        let (hour, minute, second) = (self.below(24), self.below(60), self.below(60));
        format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// A version.
    pub fn version(&mut self) -> String {
        format!("{}.{}.{}", self.below(12), self.below(40), self.below(20))
    }

    /// An address for documentation.
    pub fn address(&mut self) -> String {
        format!("203.0.113.{}", self.below(256))
    }
}

/// The word with its first letter in upper case.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
