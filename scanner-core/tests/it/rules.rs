//! Every built-in rule's own examples and counterexamples.

use secscan_core::RuleSet;

use crate::check::{check, expanded, scanner};

/// How many tokens of each rule are tried.
const SEEDS: u64 = 4;

#[test]
fn examples_are_found_and_nothing_else_is() {
    let mut failures = Vec::new();
    for (_, rule) in RuleSet::builtin().iter() {
        let scanner = scanner(&[&rule.id]);
        for (number, example) in rule.examples.iter().enumerate() {
            for seed in 0..SEEDS {
                let (text, expected) = expanded(&scanner, example, seed);
                assert!(!expected.is_empty(), "{}: example {number} marks nothing", rule.id);
                let case = format!("{} example {number} seed {seed}", rule.id);
                let outcome =
                    std::panic::catch_unwind(|| check(&scanner, &case, None, &text, &expected));
                if outcome.is_err() {
                    failures.push(case);
                    break;
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failed: {failures:#?}", failures.len());
}

#[test]
fn counterexamples_are_silent() {
    let mut failures = Vec::new();
    for (_, rule) in RuleSet::builtin().iter() {
        let scanner = scanner(&[&rule.id]);
        for (number, counterexample) in rule.counterexamples.iter().enumerate() {
            for seed in 0..SEEDS {
                let (text, expected) = expanded(&scanner, counterexample, seed);
                let case = format!("{} counterexample {number} seed {seed}", rule.id);
                let outcome =
                    std::panic::catch_unwind(|| check(&scanner, &case, None, &text, &expected));
                if outcome.is_err() {
                    failures.push(case);
                    break;
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failed: {failures:#?}", failures.len());
}

#[test]
fn every_rule_is_complete() {
    for (_, rule) in RuleSet::builtin().iter() {
        assert!(!rule.examples.is_empty(), "{}: no example", rule.id);
        assert!(!rule.counterexamples.is_empty(), "{}: no counterexample", rule.id);
        assert!(rule.fix.ends_with('.'), "{}: the fix is a sentence", rule.id);
        assert!(rule.name.len() < 80, "{}: the name is long", rule.id);
        let own = rule.examples.iter().any(|example| example.contains(&format!("{{{{{}", rule.id)));
        assert!(own, "{}: no example holds its own marker", rule.id);
    }
}

/// Base64 as PEM has it, in lines of 70.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (index, chunk) in bytes.chunks(3).enumerate() {
        if index % 17 == 0 && index > 0 {
            text.push('\n');
        }
        let word = chunk.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                text.push(DIGITS[(word >> (18 - 6 * place)) as usize & 63].into());
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// An OpenSSH key is full of zeros, which are runs of one character in base64, and no placeholder.
#[test]
fn openssh_keys_are_found_and_told_whether_they_are_encrypted() {
    let string = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let material: Vec<u8> = (0..64u32).map(|n| (n * 97 + n * n * 31 + 7) as u8).collect();
    for (cipher, kdf, encrypted) in [("none", "none", "no"), ("aes256-ctr", "bcrypt", "yes")] {
        let public = [string(b"ssh-ed25519"), string(&material[..32])].concat();
        let check = 0x5A17_33C9u32.to_be_bytes();
        let private =
            [&check[..], &check, &public, &string(&material), &string(b"user@host"), &[1, 2, 3]]
                .concat();
        let blob = [
            b"openssh-key-v1\0".to_vec(),
            string(cipher.as_bytes()),
            string(kdf.as_bytes()),
            string(if encrypted == "yes" { &material[..24] } else { b"" }),
            1u32.to_be_bytes().to_vec(),
            string(&public),
            string(&private),
        ]
        .concat();
        let label = "OPENSSH PRIVATE KEY";
        let text = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(&blob));
        for text in [text.clone(), text.replace('\n', "\\n")] {
            let scanner = scanner(&[]);
            let found = scanner.find_all(&text);
            assert_eq!(found.len(), 1, "{cipher}");
            assert_eq!(scanner.rule(&found[0]).id, "private-key");
            let fact = found[0].facts.iter().find(|(name, _)| *name == "encrypted");
            assert_eq!(fact.map(|(_, value)| value.as_str()), Some(encrypted));
        }
    }
}

/// `my-` before a word says that a password is none; chance says nothing.
#[test]
fn passwords_in_urls_that_are_called_mine() {
    let scanner = scanner(&[]);
    for (password, is_one) in [
        (concat!("Kz7!M", "y-9fQw2T"), true),
        (concat!("q4vXTm", "y_orchard8L"), true),
        (concat!("M", "y-7hVq2Zk9"), true),
        ("my-orchard-pw", false),
        ("My_Orchard_Pw", false),
        ("app.my-orchard7", false),
    ] {
        let text = format!("DATABASE_URL=postgres://app:{password}@db:5432/app");
        let found = scanner.find_all(&text);
        let rules: Vec<_> = found.iter().map(|one| scanner.rule(one).id).collect();
        assert_eq!(rules, if is_one { &["database-url"][..] } else { &[] }, "{password}");
    }
}
