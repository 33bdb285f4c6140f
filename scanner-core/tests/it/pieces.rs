//! Searching in pieces and in other encodings gives what a search of the whole gives.

use secscan_core::Scanner;

use crate::check::{Found, Pieces, check, expanded, scanner, whole};

/// A long text with a token every few kilobytes: one of each rule that is on.
fn long_text(scanner: &Scanner, padding: usize) -> (Vec<u8>, Found) {
    let mut text = Vec::new();
    let mut all = Found::new();
    for (index, (_, rule)) in scanner.rules().iter().filter(|(_, rule)| rule.enabled).enumerate() {
        let (part, expected) = expanded(scanner, &rule.examples[0], 7);
        all.extend(
            expected
                .into_iter()
                .map(|(rule, start, end)| (rule, text.len() + start, text.len() + end)),
        );
        text.extend_from_slice(&part);
        // Lines of words: nothing in them is near to a secret.
        for line in 0..(padding + index % 7 * 100) / 40 {
            text.extend_from_slice(
                format!("\n    let line_{line} = compute(index, {line});").as_bytes(),
            );
        }
        text.push(b'\n');
    }
    (text, all)
}

#[test]
fn windows_find_what_one_search_finds() {
    let scanner = scanner(&[]);
    // Longer than several windows.
    let (text, _) = long_text(&scanner, 60_000);
    assert!(text.len() > 9 * 1024 * 1024);
    let expected = whole(&scanner, None, &text);
    assert!(expected.len() > 150);
    for size in [4096, 64 * 1024, usize::MAX] {
        let mut found = Found::new();
        let mut lines = Vec::new();
        let mut cache = scanner.create_cache();
        let mut reader = Pieces { text: &text, size };
        secscan_core::stream::scan_reader(
            &scanner,
            &mut cache,
            None,
            &mut reader,
            &mut |finding, place, _| {
                found.insert((
                    scanner.rule(finding).id.to_string(),
                    place.start as usize,
                    place.end as usize,
                ));
                lines.push((place.start as usize, place.from));
            },
        )
        .unwrap();
        assert_eq!(found, expected, "in pieces of {size}");
        for (start, from) in lines {
            let before = &text[..start];
            let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
            let column = before.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
            assert_eq!((from.line, from.column), (line, column));
        }
    }
}

#[test]
fn utf_16_is_decoded_and_places_are_the_originals() {
    let scanner = scanner(&[]);
    let (text, expected) = expanded(
        &scanner,
        "Windows PowerShell \u{e9}\u{1F511}\r\n$env:GITHUB_TOKEN = \"{{github-pat-classic}}\"\r\n",
        3,
    );
    let text = String::from_utf8(text).unwrap();
    for big_endian in [false, true] {
        for mark in ["", "\u{FEFF}"] {
            let marked = format!("{mark}{text}");
            let bytes: Vec<u8> = marked
                .encode_utf16()
                .flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            let place =
                |at: usize| 2 * (mark.encode_utf16().count() + text[..at].encode_utf16().count());
            let expected: Found = expected
                .iter()
                .map(|(rule, start, end)| (rule.clone(), place(*start), place(*end)))
                .collect();
            check(&scanner, "utf-16", None, &bytes, &expected);
        }
    }
}

#[test]
fn binary_content_is_searched_for_what_identifies_itself() {
    let scanner = scanner(&[]);
    let template = "\u{0}\u{1}ELF {{github-pat-classic}}\u{0}password = \"hj7Kd92mQx\"\u{0}";
    let (text, expected) = expanded(&scanner, template, 1);
    check(&scanner, "binary", None, &text, &expected);
}

#[test]
fn broken_utf_8_hides_nothing() {
    let scanner = scanner(&[]);
    let (token, _) = expanded(&scanner, "{{github-pat-classic}}", 1);
    let mut text = b"\xFF\xFE\x80 caf\xE9: ".to_vec();
    let start = text.len();
    text.extend_from_slice(&token);
    let expected = Found::from([("github-pat-classic".to_owned(), start, text.len())]);
    text.extend_from_slice(b"\xC3");
    // It begins like UTF-16 and is not: the mark decides, so the text is put behind a letter.
    text.insert(0, b'x');
    let expected = expected.into_iter().map(|(rule, s, e)| (rule, s + 1, e + 1)).collect();
    check(&scanner, "broken", None, &text, &expected);
}

#[test]
fn a_reader_that_fails_reports_what_it_gave() {
    struct Failing(Vec<u8>);
    impl std::io::Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return Err(std::io::Error::other("gone"));
            }
            let len = self.0.len().min(buffer.len());
            buffer[..len].copy_from_slice(&self.0[..len]);
            self.0.drain(..len);
            Ok(len)
        }
    }
    let scanner = scanner(&[]);
    let (text, expected) = expanded(&scanner, "token: {{github-pat-classic}}\n", 1);
    let mut count = 0;
    let outcome = secscan_core::stream::scan_reader(
        &scanner,
        &mut scanner.create_cache(),
        None,
        &mut Failing(text),
        &mut |_, _, _| count += 1,
    );
    assert_eq!(outcome.unwrap_err().to_string(), "gone");
    assert_eq!(count, expected.len());
}
