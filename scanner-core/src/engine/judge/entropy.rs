//! How random a string looks, with its alphabet taken into account.

/// Shannon entropy in bits per byte.
pub(in crate::engine) fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        })
        .sum()
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

/// Whether a string of 16 bytes or more looks drawn at random from its alphabet.
///
/// Words, identifiers and numbers fail it: their letters are uneven, or their classes change seldom. Of
/// random strings in hexadecimal, base 36, base 62 and base 64 about one in fifty fails, the short ones.
pub(in crate::engine) fn is_random(bytes: &[u8]) -> bool {
    let len = bytes.len();
    if len < 16 || !bytes.iter().any(u8::is_ascii_digit) || !bytes.iter().any(u8::is_ascii_alphabetic) {
        return false;
    }
    let entropy = shannon(bytes);
    if bytes.iter().all(u8::is_ascii_hexdigit) {
        // Sixteen symbols: 4 bits at the most, and a short string does not show them all.
        return entropy >= if len < 32 { 2.8 } else { 3.2 };
    }
    // A random string of n characters out of 64 has about log2(n) bits while n is small.
    let least = 0.88 * (len.min(40) as f64).log2();
    let changes = bytes.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    entropy >= least && changes * 5 >= len && digits >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

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
        ] {
            assert!(!is_random(text.as_bytes()), "{text}");
        }
    }

    /// A small generator of our own, so that the share of random strings that pass is a fixed number.
    #[test]
    fn most_random_strings_are_random() {
        let mut seed = 42u64;
        let mut next = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % n
        };
        let alphabets: [&[u8]; 4] = [
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
                assert!(passed > 900, "{} of 1000 with {} symbols, {len} long", passed, alphabet.len());
            }
        }
    }
}
