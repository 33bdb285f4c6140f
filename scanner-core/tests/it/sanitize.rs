//! Text without its secrets: the same however it comes, and nothing else changed.

use std::path::Path;

use secscan_core::Input;
use std::collections::BTreeMap;

use secscan_core::sanitize::{Form, Known, Leak, Restorer, Sanitizer, Stream, label};

use crate::check::{expanded, scanner};

fn whole(sanitizer: &Sanitizer, path: Option<&[u8]>, text: &[u8]) -> Vec<u8> {
    let input = Input::new(text);
    let input = path.map_or(input, |path| input.path(path));
    let mut cache = sanitizer.scanner().create_cache();
    let Ok(done) = sanitizer.sanitize(&mut cache, &input, label);
    done.text.into_owned()
}

fn stream<'s>(sanitizer: &'s Sanitizer, path: Option<&[u8]>) -> Stream<'s> {
    let stream = Stream::new(sanitizer);
    match path {
        Some(path) => stream.path(path),
        None => stream,
    }
}

/// What comes of a text in pieces. The stream is used again: to make its automata anew takes longer.
fn streamed<'t>(stream: &mut Stream<'_>, pieces: impl IntoIterator<Item = &'t [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in pieces {
        let Ok(()) = stream.push(piece, &mut out, label);
    }
    let Ok(()) = stream.finish(&mut out, label);
    assert_eq!(stream.held(), 0);
    out
}

/// A text gives the same in two pieces, wherever it is cut, and in many of any size.
fn check(sanitizer: &Sanitizer, case: &str, path: Option<&[u8]>, text: &[u8]) -> Vec<u8> {
    let expected = whole(sanitizer, path, text);
    let differs = |found: &[u8], how: String| {
        let show = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
        panic!("{case}, {how}:\n{}\nand not\n{}", show(found), show(&expected));
    };
    let mut stream = stream(sanitizer, path);
    let step = 1 + text.len() / 1500;
    for cut in (0..=text.len()).step_by(step) {
        let (one, other) = text.split_at(cut);
        let found = streamed(&mut stream, [one, other]);
        if found != expected {
            differs(&found, format!("cut at {cut}"));
        }
    }
    for size in [1, 2, 3, 5, 17, 64, 100, 1000] {
        let found = streamed(&mut stream, text.chunks(size));
        if found != expected {
            differs(&found, format!("in pieces of {size}"));
        }
    }
    let found = streamed(&mut stream, text.split_inclusive(|&byte| byte == b'\n'));
    if found != expected {
        differs(&found, "line by line".to_owned());
    }
    expected
}

fn fixtures() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut all = Vec::new();
    for case in std::fs::read_dir(&root).unwrap() {
        let case = case.unwrap().path();
        if case.is_dir() {
            for file in std::fs::read_dir(&case).unwrap() {
                let file = file.unwrap().path();
                let name = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                all.push((name, std::fs::read_to_string(&file).unwrap()));
            }
        }
    }
    assert!(!all.is_empty());
    all
}

#[test]
fn every_cut_of_every_fixture_gives_the_same() {
    let plain = Sanitizer::new(scanner(&[]));
    let strict = Sanitizer::new(scanner(&["generic-high-entropy"]));
    for (name, template) in fixtures() {
        let (text, expected) = expanded(plain.scanner(), &template, 1);
        let safe = check(&plain, &name, Some(name.as_bytes()), &text);
        assert_eq!(safe == text, expected.is_empty(), "{name}");
        check(&strict, &name, None, &text);
    }
}

/// Out in pieces of one size and back in pieces of another, every fixture is what it was.
#[test]
fn every_fixture_comes_back_byte_for_byte() {
    let sanitizer = Sanitizer::new(scanner(&["generic-high-entropy"]));
    for (name, template) in fixtures() {
        let (text, _) = expanded(sanitizer.scanner(), &template, 2);
        for size in [1, 7, 64, 1000, text.len()] {
            let mut values: BTreeMap<Vec<u8>, String> = BTreeMap::new();
            let mut replace = |leak: &Leak<'_>, out: &mut Vec<u8>| {
                let next = format!("__SECRET_{}_k{:05}__", "A", 10_000 + values.len());
                let text = values.entry(leak.secret.expose().to_vec()).or_insert(next);
                out.extend_from_slice(text.as_bytes());
                Ok::<(), ()>(())
            };
            let mut stream = Stream::new(&sanitizer).path(name.as_bytes());
            let mut safe = Vec::new();
            for piece in text.chunks(size) {
                stream.push(piece, &mut safe, &mut replace).unwrap();
            }
            stream.finish(&mut safe, &mut replace).unwrap();
            for secret in values.keys() {
                let holds = safe.windows(secret.len()).any(|window| window == secret);
                assert!(!holds, "{name}: a secret is left");
            }
            let values = values.into_iter().map(|(secret, text)| (text, secret));
            let mut restorer = Restorer::new(values, Form::Plain);
            let mut back = Vec::new();
            for piece in safe.chunks(size % 13 + 1) {
                restorer.push(piece, &mut back);
            }
            restorer.finish(&mut back);
            assert!(back == text, "{name} in pieces of {size}");
        }
    }
}

/// The examples and counterexamples of every rule, in one text each, with words around them.
#[test]
fn every_cut_of_every_example_gives_the_same() {
    let scanner = scanner(&[]);
    let sanitizer = Sanitizer::new(scanner.clone());
    let mut stream = stream(&sanitizer, None);
    for (_, rule) in scanner.rules().iter() {
        let mut text = b"{ begin\n".to_vec();
        for template in rule.examples.iter().chain(rule.counterexamples.iter()) {
            // What is needed in more than one text is made once.
            text.extend_from_slice(&expanded(&scanner, template, 5).0);
            text.extend_from_slice(b"\nand so on\n");
        }
        text.truncate(6000);
        let expected = whole(&sanitizer, None, &text);
        for cut in (0..=text.len()).step_by(1 + text.len() / 100) {
            let (one, other) = text.split_at(cut);
            let found = streamed(&mut stream, [one, other]);
            assert!(found == expected, "{} cut at {cut}", rule.id);
        }
        let found = streamed(&mut stream, text.split_inclusive(|&byte| byte == b'\n'));
        assert!(found == expected, "{} line by line", rule.id);
    }
}

#[test]
fn what_is_no_secret_stays_byte_for_byte() {
    let strict = Sanitizer::new(scanner(&["generic-high-entropy"]));
    let mut noise = 1_u64;
    let mut bytes = || {
        noise = noise.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (noise >> 56) as u8
    };
    let texts = [
        b"".to_vec(),
        b"\n".to_vec(),
        b"\r\n\r\nlast".to_vec(),
        b"\0\0\xFF\xFE\x80 no end of line".to_vec(),
        (0..5000).map(|_| bytes()).collect(),
        (0..5000).map(|_| b"\n \r\0{-=:\""[usize::from(bytes()) % 9]).collect(),
    ];
    for text in texts {
        assert!(check(&strict, "noise", None, &text) == text);
    }
}

#[test]
fn what_stands_beside_a_placeholder_is_looked_at() {
    let sanitizer = Sanitizer::new(scanner(&[]));
    for (template, expected) in [
        (
            "password = \"[REDACTED:jwt]VALUE\"",
            "password = \"[REDACTED:jwt][REDACTED:generic-password]\"",
        ),
        (
            "password = \"VALUE__SECRET_A_abcd__\"",
            "password = \"[REDACTED:generic-password]__SECRET_A_abcd__\"",
        ),
    ] {
        let text = template.replace("VALUE", concat!("Vq7-tR2m", ".x9L"));
        let safe = check(&sanitizer, template, None, text.as_bytes());
        assert_eq!(String::from_utf8(safe).unwrap(), expected);
        assert_eq!(check(&sanitizer, template, None, expected.as_bytes()), expected.as_bytes());
    }
}

#[test]
fn lines_are_passed_on_as_they_end() {
    let sanitizer = Sanitizer::new(scanner(&[]));
    let mut stream = Stream::new(&sanitizer);
    for line in [
        "2026-01-31T12:00:00Z INFO listening on 0.0.0.0:8080\n",
        "{\"level\":\"info\",\"msg\":\"done\",\"id\":\"4be2c1d0-9fd1-4a4e-8d6f-0d6f2c7c1a11\"}\n",
        "password = \"not this\"\n",
        "export TOKEN=$TOKEN\r\n",
        "-----BEGIN CERTIFICATE-----\n",
        "\n",
    ] {
        let mut out = Vec::new();
        let Ok(()) = stream.push(line.as_bytes(), &mut out, label);
        assert_eq!(String::from_utf8(out).unwrap(), line);
        assert_eq!(stream.held(), 0);
    }
}

#[test]
fn lines_that_seem_to_go_on_wait() {
    let sanitizer = Sanitizer::new(scanner(&[]));
    for (begin, rest) in [
        ("password:\n", "a\nb\n"),
        ("password = \\\n", "a\nb\n"),
        ("- name: DB_PASSWORD\n", "  value: x\nb\n"),
        ("-----BEGIN PRIVATE KEY-----\n", "no key\x01\n"),
    ] {
        let mut stream = Stream::new(&sanitizer);
        let mut out = Vec::new();
        let Ok(()) = stream.push(begin.as_bytes(), &mut out, label);
        assert!(out.is_empty(), "{begin:?}");
        let Ok(()) = stream.push(rest.as_bytes(), &mut out, label);
        assert_eq!(String::from_utf8(out).unwrap(), format!("{begin}{rest}"));
    }
}

#[test]
fn a_key_block_waits_for_its_end_and_no_longer() {
    let sanitizer = Sanitizer::new(scanner(&[]));
    let (key, _) = expanded(sanitizer.scanner(), "{{private-key}}\n", 1);
    let mut stream = Stream::new(&sanitizer);
    let lines: Vec<&[u8]> = key.split_inclusive(|&byte| byte == b'\n').collect();
    let (last, lines) = lines.split_last().unwrap();
    let mut out = Vec::new();
    for line in lines {
        let Ok(()) = stream.push(line, &mut out, label);
        assert!(out.is_empty());
    }
    let Ok(()) = stream.push(last, &mut out, label);
    assert_eq!(String::from_utf8(out).unwrap(), "[REDACTED:private-key]\n");
}

/// Lines of a megabyte, things that never end, and things that begin again and again.
#[test]
fn memory_is_bounded_whatever_comes() {
    let sanitizer = Sanitizer::new(scanner(&["generic-high-entropy"]));
    let bound = 64 * 1024 + 2 * 65_536 + 16 * 1024;
    for unit in [
        "x",
        "a ",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg",
        "{\"kty\" ",
        "password=\"\\\n",
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t",
        "eyJ",
        "password:\n",
        "Zm9vYmFyCg",
        "=",
        "{\n",
    ] {
        let text = unit.repeat((1 << 18) / unit.len());
        let mut stream = Stream::new(&sanitizer);
        let (mut out, mut count) = (Vec::new(), 0);
        for piece in text.as_bytes().chunks(16 * 1024) {
            let Ok(()) = stream.push(piece, &mut out, label);
            count += out.len();
            out.clear();
            assert!(stream.held() < bound, "{unit:?}: {} bytes are held", stream.held());
        }
        assert!(count > 0, "{unit:?}");
    }
}

#[test]
fn long_lines_give_the_same_in_pieces() {
    let scanner = scanner(&["generic-high-entropy"]);
    let sanitizer = Sanitizer::new(scanner);
    let (tokens, _) = expanded(
        sanitizer.scanner(),
        "{{github-pat-classic}} {\"password\": \"{{generic-password}}\"} {{jwt}} {{private-key}} ",
        3,
    );
    let tokens = String::from_utf8(tokens).unwrap().replace('\n', "\\n");
    let filler = "{\"id\":12,\"name\":\"x y\"},".repeat(700);
    let blob = "QUJD".repeat(20_000);
    let text = format!("{filler}{tokens}{filler}{blob}{tokens}{blob} {tokens}{filler}{tokens}");
    let expected = whole(&sanitizer, None, text.as_bytes());
    assert!(expected.len() < text.len());
    for size in [777, 4096, 10_001, 65_536] {
        let found = streamed(&mut stream(&sanitizer, None), text.as_bytes().chunks(size));
        assert!(found == expected, "in pieces of {size}");
    }
}

#[test]
fn known_values_are_found_across_pieces() {
    let mut known = Known::builder();
    known.add(b"first line\nsecond line\nthird").unwrap();
    known.add(b"violet-4711-okapi").unwrap();
    let sanitizer = Sanitizer::new(scanner(&[])).known(known.build());
    let text = b"a violet-4711-okapi first line\nsecond line\nfirst line\nsecond line\nthird, \
                 password = \"violet-4711-okapi\"\nfirst line\n";
    let safe = check(&sanitizer, "known", Some(b".env"), text);
    assert_eq!(
        String::from_utf8(safe).unwrap(),
        "a [REDACTED:known-value] first line\nsecond line\n[REDACTED:known-value], password = \
         \"[REDACTED:known-value]\"\nfirst line\n"
    );
}

#[test]
fn placeholders_stay() {
    let sanitizer = Sanitizer::new(scanner(&["generic-high-entropy"]));
    let text = b"password = \"__SECRET_GENERIC_PASSWORD_k7q2m9__\"\ntoken: [REDACTED:jwt]\n";
    assert_eq!(check(&sanitizer, "placeholders", Some(b"a.yaml"), text), text);
}

#[test]
fn an_error_gives_nothing_out() {
    let sanitizer = Sanitizer::new(scanner(&[]));
    let (text, _) = expanded(sanitizer.scanner(), "one\nkey {{github-pat-classic}}\n", 1);
    let mut stream = Stream::new(&sanitizer);
    let mut out = b"before".to_vec();
    let outcome = stream.push(&text, &mut out, |_, out| {
        out.extend_from_slice(b"half");
        Err("no")
    });
    assert_eq!(outcome, Err("no"));
    assert_eq!(out, b"before");
}
