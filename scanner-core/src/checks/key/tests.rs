//! Keys in the dress in which they are found, and what only looks like a key.

use super::*;

/// A made-up block with the given label, and real line ends.
fn pem(label: &str) -> String {
    let mut token = format!("-----BEGIN {label}-----\n...\n-----END {label}-----").into_bytes();
    fill(Check::PrivateKey, &mut token);
    String::from_utf8(token).unwrap()
}

fn verdict(text: &str) -> Verdict {
    run(Check::PrivateKey, text.as_bytes())
}

fn facts_of(text: &str) -> String {
    let facts = facts(Check::PrivateKey, text.as_bytes());
    facts.iter().map(|(name, value)| format!("{name}={value} ")).collect::<String>().trim().into()
}

#[test]
fn what_is_said_of_a_key() {
    let pgp = "PGP PRIVATE KEY BLOCK";
    for (label, expected) in [
        ("RSA PRIVATE KEY", "kind=RSA bits=2048 encrypted=no"),
        ("EC PRIVATE KEY", "kind=EC P-256 encrypted=no"),
        ("DSA PRIVATE KEY", "kind=DSA bits=1024 encrypted=no"),
        ("OPENSSH PRIVATE KEY", "kind=Ed25519 encrypted=no"),
        ("ENCRYPTED PRIVATE KEY", "kind=PKCS#8 encrypted=yes"),
        (pgp, "kind=PGP EdDSA encrypted=no"),
    ] {
        let key = pem(label);
        assert_eq!(facts_of(&key), expected);
        let verified = if label == pgp { Verdict::Verified } else { Verdict::Structural };
        assert_eq!(verdict(&key), verified, "{label}");
        let guarded = expected.ends_with("yes");
        assert_eq!(protected(Check::PrivateKey, key.as_bytes()), guarded, "{label}");
    }
    // The label lies: the contents count.
    let lying = pem("EC PRIVATE KEY").replace("EC PRIVATE", "RSA PRIVATE");
    assert_eq!(facts_of(&lying), "kind=EC P-256 encrypted=no");
}

#[test]
fn a_key_is_found_in_any_dress() {
    for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY"] {
        let key = pem(label);
        let expected = facts_of(&key);
        let each = |before: &str, after: &str| -> String {
            key.lines().map(|line| format!("{before}{line}{after}")).collect()
        };
        let dresses = [
            key.replace('\n', "\r\n"),
            key.replace('\n', "\\n"),
            key.replace('\n', "\\r\\n"),
            key.replace('\n', "\\\\n"),
            key.replace('\n', "\\\\\\\\n"),
            key.replace('\n', "\\\n"),
            key.replace('\n', "\\n\\\n"),
            key.replace('\n', " "),
            key.replace('\n', "%0A").replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
            key.replace('\n', "\\n").replace('/', "\\/").replace('=', "\\u003d"),
            each("    ", "\n"),
            each("\t> ", "\n"),
            each("# ", "\n"),
            each("#", "\n"),
            each(" * ", "\n"),
            each("// ", "\n"),
            each("//", "\n"),
            each("+", "\n"),
            each("-", "\n"),
            each("\"", "\\n\" +\n"),
            each("\"", "\\n\"\n"),
            each("'", "' + \"\\n\" +\n"),
            each("'", "\\n' .\n"),
            each("\"", "\",\n"),
            each("\"", "\" + "),
            key.replace('\n', ""),
        ];
        for dress in dresses {
            assert_eq!(verdict(&dress), Verdict::Structural, "{dress}");
            assert_eq!(facts_of(&dress), expected, "{dress}");
        }
    }
}

#[test]
fn a_key_that_was_cut_off_counts_if_much_of_it_is_there() {
    let key = pem("RSA PRIVATE KEY");
    for len in [140, 200, 601, 1000] {
        assert_eq!(verdict(&key[..len]), Verdict::Structural, "{len}");
    }
    assert!(!verdict(&key[..100]).passes());
    assert_eq!(verdict(&key[..60]), Verdict::Rejected);
    // A piece from the middle is gone although the end is there.
    let gap = format!("{}{}", &key[..500], &key[820..]);
    assert_eq!(verdict(&gap), Verdict::Doubtful);
}

#[test]
fn what_is_no_key() {
    let begin = "-----BEGIN RSA PRIVATE KEY-----";
    let end = "-----END RSA PRIVATE KEY-----";
    let long = "A1b2".repeat(40);
    let prose =
        "this is where Your own private key with all 64 of its lines has to be put ".repeat(4);
    let code = "if (text.startsWith(KEY_Header1)) { return decode(text.split('')[1]); } ".repeat(4);
    for body in [
        "",
        "...",
        "MIIE...",
        "MIIEpAIBAAKCAQEA...",
        "xxx",
        "<your key>",
        "REDACTED",
        &long,
        &prose,
        &code,
        &"x".repeat(200),
        "MIIEpAIBAAKCAQEAxyzxyz0192837465",
        "your-256-bit-secret",
        "\\n\" + key + \"\\n",
    ] {
        for text in [
            format!("{begin}\n{body}\n{end}"),
            format!("{begin}{body}{end}"),
            format!("{begin}{body}"),
        ] {
            assert_eq!(verdict(&text), Verdict::Rejected, "{text}");
        }
    }
    // Dots in the middle of an otherwise good key.
    let key = pem("RSA PRIVATE KEY");
    let abridged = format!("{}\n...\n{}", &key[..300], &key[1500..]);
    assert_eq!(verdict(&abridged), Verdict::Rejected);
    // A public key in a private key's armour is none, but nothing is sure.
    let noise = encode(&Random::from_bytes(b"x").bytes(300));
    assert_eq!(verdict(&format!("{begin}\n{noise}\n{end}")), Verdict::Doubtful);
}

fn encode(bytes: &[u8]) -> String {
    String::from_utf8(crate::checks::encoding::encode_padded(bytes)).unwrap()
}

#[test]
fn the_old_encrypted_form() {
    let label = "RSA PRIVATE KEY";
    let mut token =
        format!("-----BEGIN {label}-----\nProc-Type: 4,\n\n-----END {label}-----").into_bytes();
    fill(Check::PrivateKey, &mut token);
    let key = String::from_utf8(token).unwrap();
    for text in [key.clone(), key.replace('\n', "\\n"), key.replace('\n', " ")] {
        assert_eq!(verdict(&text), Verdict::Structural, "{text}");
        assert_eq!(facts_of(&text), "kind=RSA encrypted=yes");
    }
}

#[test]
fn openpgp_and_its_checksum() {
    let key = pem("PGP PRIVATE KEY BLOCK");
    let headed = key.replacen("\n\n", "\nVersion: GnuPG v2.0\nComment: a b c\n\n", 1);
    assert_eq!(verdict(&headed), Verdict::Verified);
    let at = key.rfind("\n=").unwrap();
    assert_eq!(verdict(&format!("{}\n{}", &key[..at], &key[at + 7..])), Verdict::Structural);
    let wrong = format!("{}AAAA{}", &key[..at + 2], &key[at + 6..]);
    assert_eq!(verdict(&wrong), Verdict::Doubtful);
}

#[test]
fn putty_files() {
    let mut token = b"PuTTY-User-Key-File-3: x".to_vec();
    fill(Check::PrivateKey, &mut token);
    let key = String::from_utf8(token).unwrap();
    assert_eq!(facts_of(&key), "kind=Ed25519 encrypted=no");
    assert_eq!(facts_of(&key.replace('\n', "\\r\\n")), "kind=Ed25519 encrypted=no");
    let encrypted = key.replace("Encryption: none", "Encryption: aes256-cbc");
    assert!(protected(Check::PrivateKey, encrypted.as_bytes()));
    assert_eq!(verdict("PuTTY-User-Key-File-3: ssh-ed25519\n"), Verdict::Doubtful);
}

#[test]
fn a_block_encoded_once_more_in_each_alignment() {
    let key = pem("RSA PRIVATE KEY");
    for before in ["", "k", "kv", "key: "] {
        let token = encode(format!("{before}{key}").as_bytes());
        assert_eq!(run(Check::Base64Pem, token.as_bytes()), Verdict::Structural, "{before}");
        // As the match of a rule begins: in the middle of the text.
        let at = ["LS0tLS1CRUdJTi", "0tLS0tQkVHSU4g", "tLS0tLUJFR0lO"];
        let at = at.iter().find_map(|head| token.find(head)).unwrap();
        let token = &token[at..];
        assert_eq!(run(Check::Base64Pem, token.as_bytes()), Verdict::Structural, "{before}");
    }
}

#[test]
fn a_service_account() {
    let mut token = vec![1];
    fill(Check::GcpServiceAccount, &mut token);
    let facts = facts(Check::GcpServiceAccount, &token);
    assert!(facts.iter().any(|(name, value)| *name == "account" && value.starts_with("robot@p-")));
    assert!(facts.contains(&("kind", "RSA".to_owned())));
    let text = String::from_utf8(token).unwrap().replace("gserviceaccount", "example");
    assert_eq!(run(Check::GcpServiceAccount, text.as_bytes()), Verdict::Doubtful);
}

#[test]
fn certificates_and_public_keys_are_no_bare_keys() {
    // A SubjectPublicKeyInfo: the algorithm, then a bit string.
    let public = b"\x30\x0d\x30\x05\x06\x03\x2b\x65\x70\x03\x04\x00\x01\x02\x03";
    assert_eq!(run(Check::Base64Der, encode(public).as_bytes()), Verdict::Rejected);
}
