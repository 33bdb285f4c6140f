//! One pattern for each check, and what must hold of every check: made-up tokens pass, spoilt
//! ones do not, and no input makes any of them panic.

mod patterns;

use super::*;
use crate::generate::tests::rule;
use crate::generate::{generate, whole};
use patterns::PATTERNS;
use random::Random;

/// Checks whose checksum covers every character but the last, whatever it is.
const CHECKSUMS: &[Check] = &[
    Check::GrafanaServiceAccount,
    Check::Nkey,
    Check::StellarSeed,
    Check::Base58check,
    Check::Base58checkWif,
    Check::Base58checkXprv,
    Check::RippleSeed,
    Check::Crc32HexTail,
    Check::Synapse,
    Check::GitlabRoutable,
    Check::AzureStorage,
    Check::AzureCosmos,
    Check::AzureBatch,
    Check::AzureApim,
    Check::AzureMl,
    Check::AzureServicebus,
    Check::AzureIot,
    Check::AzureRedis,
    Check::AzureEventgrid,
    Check::AzureAcr,
    Check::AzureSearch,
    Check::AzureFunctions,
];

#[test]
fn every_check_has_a_pattern_and_a_name() {
    for &check in Check::ALL {
        assert!(PATTERNS.iter().any(|(with, _)| *with == check), "{}", check.name());
        assert_eq!(Check::from_name(check.name()), Some(check));
    }
}

#[test]
fn made_up_tokens_pass_and_match_and_spoilt_ones_do_not_pass() {
    for &(check, pattern) in PATTERNS {
        let (rule, regex) = (rule(check.name(), pattern, Some(check)), whole(pattern).unwrap());
        for seed in 0..20 {
            let token = generate(&rule, seed).text;
            let show = || format!("{} {seed}: {}", check.name(), token.escape_ascii());
            assert!(check.run(&token).passes(), "{}", show());
            assert!(regex.is_match(&token), "{}", show());

            let mut broken = token.clone();
            check.spoil(&mut broken);
            assert_eq!(broken.len(), token.len(), "{}", show());
            let changed = broken.iter().zip(&token).filter(|(a, b)| a != b).count();
            assert_eq!(changed, 1, "{}", show());
            // The seventh kind of Entra secret has nothing that could be spoilt.
            if !(check == Check::EntraClientSecret && token[3] == b'7') {
                assert!(!check.run(&broken).passes(), "{} {}", show(), broken.escape_ascii());
            }
        }
    }
}

#[test]
fn any_other_character_spoils_a_checksum() {
    for &(check, pattern) in PATTERNS.iter().filter(|(check, _)| CHECKSUMS.contains(check)) {
        let rule = rule(check.name(), pattern, Some(check));
        let token = generate(&rule, 5).text;
        for at in 0..token.len() {
            for byte in (0x21..0x7f).filter(|&byte| byte != token[at]) {
                let mut other = token.clone();
                other[at] = byte;
                // `-` and `_` are `+` and `/` where either alphabet is read, and case is folded.
                let same = matches!(
                    (byte, token[at]),
                    (b'-', b'+') | (b'_', b'/') | (b'+', b'-') | (b'/', b'_')
                ) || byte.eq_ignore_ascii_case(&token[at])
                    || (byte == b'=') != (token[at] == b'=')
                    // Seeds that differ in their second half make the same state of first bytes
                    // that differ by as much.
                    || (check == Check::AzureCosmos && at < 6);
                let verdict = check.run(&other);
                assert!(same || verdict != Verdict::Verified, "{} {at} {byte}", check.name());
            }
        }
    }
}

/// Checks whose checksum covers a part, that part, and how many of the other characters in one place may pass:
/// a short checksum leaves some room for chance.
const COVERED: &[(Check, &str, std::ops::Range<usize>, u32)] = &[
    (Check::Crc32Base62, "ghp_[0-9A-Za-z]{36}", 4..40, 0),
    (Check::GithubFineGrained, "github_pat_11[0-9A-Z]{20}_[0-9A-Za-z]{59}", 0..85, 0),
    (Check::Cloudflare, "cfut_[0-9A-Za-z]{48}", 5..53, 0),
    (Check::Zuplo, "zpka_[0-9a-z]{32}_[0-9a-f]{8}", 5..37, 0),
    (Check::Zuplo, "zpka_[0-9a-z]{32}_[0-9a-f]{8}", 38..46, 0),
    (Check::Confluent, "cflt[0-9A-Za-z+/]{60}", 4..64, 0),
    (Check::Mas, "mat_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}", 0..34, 0),
    (Check::Mas, "mat_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}", 35..41, 0),
    (Check::Bech32, "nsec1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}", 0..63, 0),
    // A remainder by 62 of what is below 128: two values have the same.
    (Check::CratesTrustpub, "cio_tp_[0-9A-Za-z]{32}", 7..39, 2),
    (
        Check::AzureCask,
        "[0-9A-Za-z]{52}JQQJ9[9DH][A-Za-z0-9][A-L][0-9A-Za-z]{16}AZDO[0-9A-Za-z]{4}",
        0..84,
        0,
    ),
    // Three characters of base 66.
    (Check::EntraClientSecret, r"[\w~.-]{3}8Q~[\w~.-]{34}", 0..3, 1),
    (Check::EntraClientSecret, r"[\w~.-]{3}8Q~[\w~.-]{34}", 6..40, 1),
];

#[test]
fn a_character_in_the_covered_part_spoils_the_others() {
    for (check, pattern, covered, most) in COVERED {
        let token = generate(&rule(check.name(), pattern, Some(*check)), 9).text;
        for at in covered.clone() {
            let mut passing = 0;
            for byte in (b'0'..=b'9').chain(b'a'..=b'z').filter(|&byte| byte != token[at]) {
                let mut other = token.clone();
                other[at] = byte;
                passing += u32::from(check.run(&other).passes());
            }
            assert!(passing <= *most, "{} {at}: {passing}", check.name());
        }
    }
}

/// Most of what differs in one letter holds no word of the list; of what does, one in sixteen passes.
#[test]
fn a_letter_spoils_a_mnemonic() {
    let pattern = PATTERNS.iter().find(|(check, _)| *check == Check::Bip39).unwrap().1;
    for seed in 0..8 {
        let token = generate(&rule("words", pattern, Some(Check::Bip39)), seed).text;
        let (mut tried, mut passing) = (0, 0);
        for at in (0..token.len()).filter(|&at| token[at] != b' ') {
            for byte in (b'a'..=b'z').filter(|&byte| byte != token[at]) {
                let mut other = token.clone();
                other[at] = byte;
                tried += 1;
                passing += u32::from(Check::Bip39.run(&other).passes());
            }
        }
        assert!(tried > 1000 && passing <= 4, "{seed}: {passing} of {tried}");
    }
}

/// Of key blocks, those that have a checksum of their own.
#[test]
fn another_digit_spoils_the_checksum_of_a_key_block() {
    let mut verified = 0;
    for (_, pattern) in PATTERNS.iter().filter(|(check, _)| *check == Check::PrivateKey) {
        let token = generate(&rule("key", pattern, Some(Check::PrivateKey)), 2).text;
        if Check::PrivateKey.run(&token) != Verdict::Verified {
            continue;
        }
        verified += 1;
        let body = key::body_start(&token);
        let end = token.len() - token.iter().rev().position(|&byte| byte == b'=').unwrap_or(0);
        for at in (body..end).filter(|&at| token[at].is_ascii_alphanumeric()) {
            let mut other = token.clone();
            other[at] = if token[at] == b'7' { b'8' } else { b'7' };
            assert_ne!(Check::PrivateKey.run(&other), Verdict::Verified, "{at}");
        }
    }
    assert!(verified > 0);
}

/// No checksum is left out of the tests above.
#[test]
fn every_checksum_is_tried_with_every_character() {
    for &(check, pattern) in PATTERNS {
        let token = generate(&rule(check.name(), pattern, Some(check)), 2).text;
        if check.run(&token) == Verdict::Verified {
            let tried = CHECKSUMS.contains(&check)
                || COVERED.iter().any(|(covered, ..)| *covered == check)
                || matches!(check, Check::Bip39 | Check::PrivateKey);
            assert!(tried, "{}", check.name());
        }
    }
}

#[test]
fn no_input_makes_a_check_panic() {
    let mut random = Random::from_bytes(b"noise");
    let mut inputs: Vec<Vec<u8>> =
        vec![vec![], vec![b'='; 3], vec![0; 5], vec![0xff; 300], vec![b'A'; 100_000]];
    for text in [
        "_",
        "__",
        "....",
        "eyJ",
        "eyJ.eyJ.",
        "1",
        "a1",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\\",
        "BEGIN KEY-END",
        "PuTTY-User-Key-File-",
        "pypi-",
        "8Q~",
        "xxx8Q~",
        "{",
        "\"private_key\": \"-----BEGIN",
        "glpat-.",
        "gl.",
        ".-gl",
        "ABSK",
        "{\"kty\":",
        "-----BEGIN PRIVATE KEY-----\n:DEK-Info:",
        "-----BEGIN PRIVATE KEY-----:\n\\u00",
        "%",
        "=",
        "==",
    ] {
        inputs.push(text.into());
    }
    for _ in 0..400 {
        let len = random.below(120);
        inputs.push(random.bytes(len));
        inputs.push((0..len).map(|_| random.pick(encoding::BASE64_URL)).collect());
    }
    // Real tokens, cut off and garbled.
    for &(check, pattern) in PATTERNS {
        let token = generate(&rule(check.name(), pattern, Some(check)), 3).text;
        for _ in 0..25 {
            let mut garbled = token.clone();
            let at = random.below(garbled.len());
            garbled[at] = random.next() as u8;
            garbled.truncate(random.below(token.len() * 2));
            inputs.push(garbled);
        }
    }
    for (number, input) in inputs.iter().enumerate() {
        for &check in Check::ALL {
            check.run(input);
            check.facts(input);
            check.protected(input);
            check.expires(input);
            // The slow ones, on short inputs and not on all of them.
            if number < 60 || number % 8 == 0 {
                let mut token = input.clone();
                token.truncate(90);
                check.fill(&mut token);
                token.truncate(90);
                check.spoil(&mut token);
            }
        }
    }
}

#[test]
fn long_inputs_come_to_an_end() {
    // Quadratic code would be noticed here: a hundred thousand repetitions, for every check.
    for unit in [
        "A",
        "eyJ",
        "eyJ.",
        "\\",
        "\\n",
        "1",
        "-",
        "-----BEGIN PRIVATE KEY-----\n",
        "{\"a\":[",
        "%3D",
        "_",
        " :",
    ] {
        let input = unit.repeat(300_000 / unit.len());
        for &check in Check::ALL {
            check.run(input.as_bytes());
            let armoured = format!("-----BEGIN PRIVATE KEY-----\n{input}");
            if matches!(check.family(), Family::Key) {
                check.run(armoured.as_bytes());
            }
        }
    }
}

#[test]
fn published_values() {
    let cases: &[(Check, &[&str], Verdict)] = &[
        (
            Check::Crc32Base62,
            &["np", "m_qkJaB6MffYVzZXWqmc", "oF49yrUxP3wf0LsakP"],
            Verdict::Verified,
        ),
        (
            Check::Crc32Base62,
            &["gh", "s_16C7e42F292c69C2E7", "C10c838347Ae178B4a"],
            Verdict::Rejected,
        ),
        (
            Check::Crc32Base62,
            &["gh", "o_16C7e42F292c6912E7", "710c838347Ae178B4a"],
            Verdict::Rejected,
        ),
        (
            Check::Circleci,
            &["CCI", "PAT_ULUhR6rJLxYbyzyrP19iMZ_8fb1e3510325", "f7f09361de22b9420346c53ca2cb"],
            Verdict::Structural,
        ),
        (
            Check::Base58checkWif,
            &["5Hue", "CGU8rMjxEXxiPuD5BDku4MkF", "qeZyd4dZ1jvhTVqvbTLvyTJ"],
            Verdict::Verified,
        ),
        (
            Check::Base58checkWif,
            &["5KQw", "rPbwdL6PhXujxW37FSSQZ1Ji", "wsST4cqQzDeyXtP79zkvFD3"],
            Verdict::Verified,
        ),
        (
            Check::Bech32,
            &["ns", "ec1vl029mgpspedva04g90vltkh6fvh240", "zqtv9k0t9af8935ke9laqsnlfe5"],
            Verdict::Verified,
        ),
        (
            Check::DiscordBot,
            &["MTk4NjIyNDgzNDcx", "OTI1MjQ4.Cl2FMQ", ".ZnCjm1XVW7vRze4b7Cq4se7kKWs"],
            Verdict::Structural,
        ),
        (Check::RippleSeed, &["sn", "oPBrXtMeMyMHUVTgbuq", "Afg1SUTb"], Verdict::Verified),
        (Check::RippleSeed, &["sE", "dTM1uX8pu2do5XvTnutH6", "HsouMaM2"], Verdict::Verified),
        (Check::AwsKeyId, &["AK", "IAIOSFODNN7EXAMPLE"], Verdict::Structural),
    ];
    for (check, parts, verdict) in cases {
        assert_eq!(check.run(parts.concat().as_bytes()), *verdict, "{} {}", check.name(), parts[1]);
    }
    // The documented token is what jwt.io shows; its end is left out here.
    let token =
        ["ey", "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", ".ey", "JzdWIiOiIxMjM0NTY3ODkwIn0", ".abc"];
    assert_eq!(Check::Jwt.run(token.concat().as_bytes()), Verdict::Doubtful);
}
