//! Secrets that are encoded: found, named by their layers, and placed in the original.

use std::io::Write;

use secscan_core::{Layer, Scanner, stream};

use crate::check::{Found, Pieces, check, expanded, scanner};

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { digit.into() } else { '=' });
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn each(bytes: &[u8], encode: impl Fn(u8) -> String) -> String {
    bytes.iter().map(|&byte| encode(byte)).collect()
}

fn utf16(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|&byte| [byte, 0]).collect()
}

/// A gzip file whose one block is stored: no compressor is needed to make it.
fn gzip(text: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1];
    let len = text.len() as u16;
    file.extend(len.to_le_bytes());
    file.extend((!len).to_le_bytes());
    file.write_all(text).unwrap();
    // Checksum and length, which nobody reads here.
    file.extend([0; 8]);
    file
}

/// The one finding: its rule, its layers, its secret and what stands there.
fn found(scanner: &Scanner, text: &[u8]) -> (String, Vec<Layer>, Vec<u8>, String) {
    let all = scanner.find_all(text);
    assert_eq!(all.len(), 1, "{}: {all:?}", String::from_utf8_lossy(text));
    let finding = &all[0];
    (
        scanner.rule(finding).id.to_string(),
        finding.decoded.clone(),
        finding.secret.expose().to_vec(),
        String::from_utf8_lossy(&text[finding.span.range()]).into_owned(),
    )
}

#[test]
fn each_layer_is_taken_off() {
    let scanner = scanner(&[]);
    let (plain, expected) =
        expanded(&scanner, "user = app, token = {{github-pat-classic}}, more = text", 5);
    let (_, start, end) = expected.first().unwrap();
    let token = &plain[*start..*end];
    let entity = |byte: u8| format!("&#{byte};");
    for (encoded, layers) in [
        (base64(&plain), vec![Layer::Base64]),
        (base64(&plain).replace('+', "-").replace('/', "_").replace('=', ""), vec![Layer::Base64]),
        (hex(&plain), vec![Layer::Hex]),
        (each(&plain, |byte| format!("%{byte:02X}")), vec![Layer::Percent]),
        (each(&plain, |byte| format!("\\u{byte:04x}")), vec![Layer::Escape]),
        (each(&plain, |byte| format!("\\x{byte:02x}")), vec![Layer::Escape]),
        (each(&plain, entity), vec![Layer::Entity]),
        (base64(&utf16(&plain)), vec![Layer::Base64, Layer::Utf16]),
        (base64(&gzip(&plain)), vec![Layer::Base64, Layer::Gzip]),
        (base64(base64(&plain).as_bytes()), vec![Layer::Base64; 2]),
        (base64(base64(&gzip(&plain)).as_bytes()), vec![Layer::Base64, Layer::Base64, Layer::Gzip]),
    ] {
        for around in ["data: {}\n", "x(\"{}\");", "{}"] {
            let text = around.replace("{}", &encoded);
            let (rule, decoded, secret, there) = found(&scanner, text.as_bytes());
            assert_eq!(rule, "github-pat-classic");
            assert_eq!(decoded, layers, "{text}");
            assert_eq!(secret, token);
            assert!(encoded.contains(&there), "{there}");
            // What is redacted is the secret and hardly more, unless all of it was packed.
            if !layers.contains(&Layer::Gzip) {
                assert!(there.len() * plain.len() < encoded.len() * (token.len() + 8), "{there}");
            }
        }
    }
}

#[test]
fn wrapped_base64_is_one_piece() {
    let scanner = scanner(&[]);
    let (plain, _) = expanded(
        &scanner,
        "# a file of settings\nhost = db.internal\nDB_PASSWORD={{generic-password}}\nport = 1\n",
        2,
    );
    let encoded = base64(&plain);
    for (gap, width) in [("\n", 60), ("\n      ", 40), ("\" +\n  \"", 44), ("\\n", 64)] {
        let lines: Vec<_> = encoded.as_bytes().chunks(width).map(String::from_utf8_lossy).collect();
        let text = format!("data = \"{}\"", lines.join(gap));
        let (rule, layers, ..) = found(&scanner, text.as_bytes());
        assert_eq!((&*rule, layers), ("generic-password", vec![Layer::Base64]), "{text}");
    }
}

#[test]
fn signs_may_be_escaped() {
    let scanner = scanner(&[]);
    let (value, _) = expanded(&scanner, "{{generic-password}}", 4);
    let value = String::from_utf8(value).unwrap();
    for (text, layer) in [
        (format!("?next=%2Fx%3Fdb_password%3D{value}%26a%3D1"), Layer::Percent),
        (format!(r"\u0022password\u0022:\u0022{value}\u0022"), Layer::Escape),
        (format!("<a b=\"{{&quot;password&quot;: &quot;{value}&quot;}}\">"), Layer::Entity),
        (format!("postgres%3A%2F%2Fapp%3A{value}%40db.internal%2Fapp"), Layer::Percent),
    ] {
        let (_, layers, secret, there) = found(&scanner, text.as_bytes());
        assert_eq!((layers, secret), (vec![layer], value.clone().into_bytes()), "{text}");
        assert_eq!(there, value);
    }
}

#[test]
fn literals_may_be_joined() {
    let scanner = scanner(&[]);
    let (token, _) = expanded(&scanner, "{{github-pat-classic}}", 4);
    let (first, rest) = token.split_at(12);
    let (first, rest) = (String::from_utf8_lossy(first), String::from_utf8_lossy(rest));
    for text in [
        format!("a = \"{first}\" + \"{rest}\";"),
        format!("$a = '{first}' . '{rest}';"),
        format!("a = \"{first}\" +\n    \"{rest}\"\n"),
        format!("a = \"{first}\" \\\n    \"{rest}\"\n"),
    ] {
        let (rule, layers, secret, there) = found(&scanner, text.as_bytes());
        assert_eq!((&*rule, layers), ("github-pat-classic", vec![Layer::Joined]), "{text}");
        assert_eq!(secret, token);
        assert!(there.starts_with(&*first) && there.ends_with(&*rest), "{there}");
    }
}

#[test]
fn a_secret_of_kubernetes_is_judged_by_what_it_stands_for() {
    let scanner = scanner(&[]);
    let manifest = |value: &[u8]| {
        format!("kind: Secret\ndata:\n  user: YXBw\n  db-password: {}\n", base64(value))
    };
    let text = manifest(b"Tr7#kq9!vPz2");
    let (rule, layers, secret, there) = found(&scanner, text.as_bytes());
    assert_eq!((&*rule, layers), ("generic-password", vec![Layer::Base64]));
    assert_eq!((secret, there), (b"Tr7#kq9!vPz2".to_vec(), base64(b"Tr7#kq9!vPz2")));
    for value in [&b"changeme"[..], b"my-secret-password", b"{{ .Values.password }}"] {
        assert!(scanner.find_all(&manifest(value)).is_empty(), "{value:?}");
    }
}

#[test]
fn windows_decode_what_one_search_decodes() {
    let scanner = scanner(&[]);
    let mut text = Vec::new();
    let mut expected = Found::new();
    let mut seed = 11u64;
    while text.len() < 9 << 20 {
        let index = expected.len() as u64;
        let (plain, _) = expanded(&scanner, "the token is {{github-pat-classic}} here", index);
        let start = text.len();
        let encoded = match index % 3 {
            0 => base64(&plain),
            1 => base64(base64(&plain).as_bytes()),
            _ => each(&plain, |byte| format!("%{byte:02x}")),
        };
        text.extend_from_slice(format!("line {start}\ndata: {encoded}\n").as_bytes());
        for finding in scanner.find_all(&text[start..]) {
            let (from, to) = (start + finding.span.start, start + finding.span.end);
            expected.insert(("github-pat-classic".to_owned(), from, to));
        }
        assert_eq!(expected.len() as u64, index + 1);
        // Data between: random digits in a long run, which are no text.
        for _ in 0..2500 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let word = (seed >> 16).to_le_bytes();
            text.extend(word.iter().map(|&byte| DIGITS[usize::from(byte) & 63]));
        }
        text.push(b'\n');
    }
    let mut found = Found::new();
    let mut cache = scanner.create_cache();
    let mut reader = Pieces { text: &text, size: 64 * 1024 };
    stream::scan_reader(&scanner, &mut cache, None, &mut reader, &mut |finding, place, _| {
        let rule = scanner.rule(finding).id.to_string();
        found.insert((rule, place.start as usize, place.end as usize));
    })
    .unwrap();
    assert!(found == expected, "{} found, {} expected", found.len(), expected.len());
}

#[test]
fn what_is_unpacked_is_bounded() {
    let scanner = scanner(&[]);
    // A gzip file of nothing but zeros of text would be a thousand times as large.
    let (plain, expected) = expanded(&scanner, "{{github-pat-classic}}", 1);
    check(&scanner, "plain", None, &plain, &expected);
    let mut cache = scanner.create_cache();
    let text = base64(&gzip(&[b'a'; 20_000]));
    let input = secscan_core::Input::new(&text);
    let flow: std::ops::ControlFlow<()> =
        scanner.scan(&mut cache, &input, |_| std::ops::ControlFlow::Continue(()));
    assert!(flow.is_continue());
    let work = cache.work();
    assert!(work.decoded_bytes > 0 && work.decoded_bytes <= 17 * text.len() as u64, "{work:?}");
}
