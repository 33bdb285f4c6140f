//! Input made to cost much: the work stays linear, counted in steps and not in time.

use std::ops::ControlFlow;

use secscan_core::{Input, Scanner, Work};

use crate::check::scanner;

/// What so many bytes of the piece cost.
fn work(scanner: &Scanner, piece: &str, len: usize) -> Work {
    let text: String = piece.repeat(len / piece.len());
    let mut cache = scanner.create_cache();
    let flow: ControlFlow<()> =
        scanner.scan(&mut cache, &Input::new(&text), |_| ControlFlow::Continue(()));
    assert!(flow.is_continue());
    assert_eq!(cache.work().bytes, text.len() as u64);
    cache.work()
}

/// How many bytes the patterns may be handed for each byte of the haystack: a candidate can stand every
/// few bytes, and each may look as far as its rule's window. A quadratic search would hand over hundreds
/// of thousands. Key blocks have windows of 16 KiB: they are handed more, and turned away at the second
/// dash, which this count does not show.
fn bound(piece: &str) -> u64 {
    if piece.starts_with("-----BEGIN ") { 2048 } else { 512 }
}

#[test]
fn repeated_heads_cost_a_constant_for_each_byte() {
    let scanner = scanner(&[]);
    for piece in [
        "eyJ",
        "AKIA",
        ":",
        "(",
        "eyJ.",
        ".eyJ",
        "eyJ-",
        "=eyJ",
        "=eyJ.",
        "ghp_",
        " ghp_",
        "=AKIA",
        "://",
        "a://b:c@",
        "://:@",
        "://a:",
        "password=",
        "password=\"",
        "token: ",
        "secret=x",
        "-----BEGIN ",
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIE",
        "sk-",
        " sk-ant-api",
        "xoxb-1",
        "xoxb-1-",
        "AIza",
        "AIza\n",
        "hf_",
        "+ASt",
        "T3BlbkFJ",
        "glpat-",
        "-glpat-",
        "Basic ",
        "Bearer ",
        "Bearer eyJ",
        "<password>",
        "\"password\": ",
        "aws_secret=",
        "jdbc:",
        "LS0tLS1CRUdJTi",
        "JQQJ9",
        "1//0",
        "ya29.",
        "sig=",
        "\\n",
        "%3D",
        "\u{1b}[0m",
        "SG.",
        "SG.a.",
        "dapi0",
        "postgres://a:",
        "FlyV1 fm2_",
        "$argon2",
        "age-secret-key-1",
        "AGE-SECRET-KEY-1",
        "vault:s.",
        "{{",
        "AAAA",
        "passwordpassword",
        "datadog_api_key=",
        "dd_api_key=0123456789abcdef0123456789abcdef ",
        "shodan_mailjet_sinch_key=\"a\" ",
        "ssssssss_key=aaaaaaaaa ",
        "a.b.c.d.e_key=aaaaaaaaa ",
        "%3D",
        "%3D ",
        "%253D",
        "\\u0025\\u0033D",
        "&quot;",
        "&#61;&quot; ",
        "password%3D",
        "eW91IGFyZSBkZWNvZGVkIA",
        "eW91IGFyZSBkZWNvZGVkIA \n",
        "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVV\n",
        "H4sIAAAAAAAA/0tMTEpOSU1Lz8jMys7JzcsvKCwqLiktK6+o\n",
        "6565656565656565656565656565656565656565656565",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
        "<password><![CDATA[",
        "- name: token\n  value",
        "<key>password</key>",
        "{\"key\":\"password\",",
        "curl -u a:",
        "curl \"a\" ",
        "mysql -p",
        "mysql a ",
        "machine a login b password ",
        "identified by '",
        "authorization: token ",
        "password: |\n ",
        "\" + \"",
        "\" +\n\"a",
        "a\" +\n",
        "x; Password=",
        "\"Password=a;",
    ] {
        let half = work(&scanner, piece, 1 << 19);
        let whole = work(&scanner, piece, 1 << 20);
        assert!(
            whole.confirmed_bytes <= bound(piece) * whole.bytes
                && whole.candidates <= 4 * whole.bytes,
            "{piece:?}: too much for {} bytes: {whole:?}",
            whole.bytes
        );
        assert!(
            whole.decoded_bytes <= 32 * whole.bytes,
            "{piece:?}: too much decoded of {} bytes: {whole:?}",
            whole.bytes
        );
        // Twice the bytes, twice the work, but for the windows at the end.
        let slack = 1 << 20;
        assert!(
            whole.confirmed_bytes * 10 <= 21 * half.confirmed_bytes + slack,
            "{piece:?}: {half:?}, then {whole:?}"
        );
    }
}

#[test]
fn a_megabyte_in_one_line_is_searched_to_its_end() {
    let scanner = scanner(&[]);
    let (token, expected) = crate::check::expanded(&scanner, "{{github-pat-classic}}", 1);
    let mut text = vec![b'a'; 1 << 20];
    text.push(b' ');
    let start = text.len();
    text.extend_from_slice(&token);
    let found = scanner.find_all(&text);
    assert_eq!(found.len(), expected.len());
    assert_eq!(found[0].span.start, start);
}

#[test]
fn arbitrary_bytes_do_no_harm() {
    let scanner = scanner(&["generic-high-entropy"]);
    let mut seed = 3u64;
    let mut text = vec![0; 1 << 18];
    for alphabet in [256, 128, 96, 16, 4] {
        for byte in &mut text {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = ((seed >> 33) % alphabet) as u8 + if alphabet < 128 { 32 } else { 0 };
        }
        for finding in scanner.find_all(&text) {
            assert!(finding.span.end <= text.len() && !finding.span.is_empty());
        }
    }
}
