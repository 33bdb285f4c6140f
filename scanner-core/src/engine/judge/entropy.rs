//! How random a string looks, with its alphabet taken into account.

use super::letters;

/// Shannon entropy in bits per byte.
pub(in crate::engine) fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    // Each byte that stands there more than once is seen by the first of its places.
    let mut repeated = 0.0;
    for &byte in bytes {
        let count = std::mem::take(&mut counts[usize::from(byte)]) as usize;
        if count > 1 {
            repeated += count as f64 * log2(count);
        }
    }
    match bytes.len() {
        0 => 0.0,
        len => log2(len) - repeated / len as f64,
    }
}

/// The binary logarithm of a number that is not 0. With the one of `std`, the loader opens the C library's
/// mathematics in each process, which takes longer than to search a prompt.
fn log2(number: usize) -> f64 {
    match LOGARITHMS.get(number) {
        Some(&known) => known,
        None => logarithm(number),
    }
}

/// Those of the numbers that are asked for.
static LOGARITHMS: [f64; 128] = {
    let mut all = [0.0; 128];
    let mut number = 1;
    while number < all.len() {
        all[number] = logarithm(number);
        number += 1;
    }
    all
};

const fn logarithm(number: usize) -> f64 {
    let exponent = number.ilog2();
    if number.is_power_of_two() {
        return exponent as f64;
    }
    // ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m - 1) / (m + 1), which is less than 1/3.
    let mantissa = number as f64 / (1_u64 << exponent) as f64;
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let (mut sum, mut odd) = (0.0, 33);
    while odd > 0 {
        sum = sum * s * s + 1.0 / odd as f64;
        odd -= 2;
    }
    exponent as f64 + 2.0 * sum * s / std::f64::consts::LN_2
}

/// The classes of characters that alternate in a random string.
fn class(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// The entropy to expect of `len` characters drawn at random from `symbols`. A short string does not show
/// all of its alphabet: its entropy is bounded by its length, less what the repetitions take.
fn expected(length: usize, alphabet: usize) -> f64 {
    let (len, symbols) = (length as f64, alphabet as f64);
    let short = log2(length) - (len - 1.0) / symbols;
    let long = log2(alphabet) - (symbols - 1.0) / (2.0 * len * std::f64::consts::LN_2);
    short.max(long)
}

/// Whether a string of 16 bytes or more looks drawn at random from its alphabet.
///
/// Words, identifiers and numbers fail it: their letters are uneven, or letters and digits alternate
/// seldom. Where there are too few digits to alternate, the letters must be unlike words. Of random strings
/// in hexadecimal, base 36, base 62, base 64 and letters a few in a hundred fail, the short ones (see the
/// test).
pub(in crate::engine) fn is_random(bytes: &[u8]) -> bool {
    let len = bytes.len();
    if len < 16 {
        return false;
    }
    let count = |of: fn(&u8) -> bool| bytes.iter().filter(|&byte| of(byte)).count();
    let (lower, upper) = (count(u8::is_ascii_lowercase) > 0, count(u8::is_ascii_uppercase) > 0);
    let digits = count(u8::is_ascii_digit);
    if !(lower || upper) {
        return false;
    }
    let hex = !(lower && upper) && bytes.iter().all(u8::is_ascii_hexdigit);
    let letters = if lower && upper { 52 } else { 26 };
    let symbols = match digits {
        _ if hex => 16,
        0 => letters,
        _ => letters + 10,
    };
    let changes = |differ: fn(u8, u8) -> bool| {
        bytes.windows(2).filter(|pair| differ(pair[0], pair[1])).count()
    };
    let mixed = changes(|a, b| class(a) != class(b)) * 5 >= len;
    let alternating =
        mixed && digits >= 2 && changes(|a, b| a.is_ascii_digit() != b.is_ascii_digit()) * 8 >= len;
    let unlike_words = || {
        let letters = letters::count(bytes);
        !hex && (mixed || !(lower && upper))
            && letters * 4 >= len * 3
            && letters >= 14
            && letters::bits(bytes) >= letters::WORDS_END
    };
    // To count each byte takes longest.
    (alternating || unlike_words()) && shannon(bytes) >= expected(len, symbols) - 0.55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_those_of_std() {
        for number in (1..5000).chain([65_535, 1 << 40, (1 << 40) + 12_345]) {
            let difference = log2(number) - (number as f64).log2();
            assert!(difference.abs() < 1e-13, "{number}: {difference:e}");
        }
    }

    #[test]
    fn entropy_of_known_strings() {
        assert_eq!(shannon(b"aaaa"), 0.0);
        assert_eq!(shannon(b"abcd"), 2.0);
        assert!((shannon(b"0123456789abcdef") - 4.0).abs() < 1e-9);
    }

    #[test]
    fn words_and_identifiers_are_not_random() {
        for text in [
            "this_is_a_long_identifier_1",
            "Sha256WithRsaEncryption2048",
            "getUserAccessTokenFromCache",
            "ERROR_CODE_INVALID_TOKEN_401",
            "com.example.service.v1.Thing",
            "11111111112222222222333333",
            "aaaaaaaaaaaaaaaa1a",
            "authenticationMiddleware",
            "PKCS8EncodedKeySpecification",
        ] {
            assert!(!is_random(text.as_bytes()), "{text}");
        }
    }

    /// A small generator of our own, so that the share of random strings that pass is a fixed number.
    #[test]
    fn most_random_strings_are_random() {
        let mut seed = 42u64;
        let mut next = |n: usize| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % n
        };
        let alphabets: [&[u8]; 6] = [
            b"abcdefghijklmnopqrstuvwxyz",
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            b"0123456789abcdef",
            b"0123456789abcdefghijklmnopqrstuvwxyz",
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/",
        ];
        for alphabet in alphabets {
            for len in [24, 32, 40, 64] {
                let passed = (0..1000)
                    .filter(|_| {
                        let text: Vec<u8> =
                            (0..len).map(|_| alphabet[next(alphabet.len())]).collect();
                        is_random(&text)
                    })
                    .count();
                assert!(
                    passed > 850,
                    "{} of 1000 with {} symbols, {len} long",
                    passed,
                    alphabet.len()
                );
            }
        }
    }
}
