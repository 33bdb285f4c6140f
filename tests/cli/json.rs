//! The library's JSON against serde_json: the same texts are accepted, and strings mean the same.

use secscan_core::json::{Document, Edits, Value, encode};
use serde::de::IgnoredAny;

const SEEDS: [&str; 6] = [
    r#"{"a": [1, -2.5e+10, true, null], "b\n": {"c": "d\u00e9\ud83d\ude00", "a": []}}"#,
    r#"[ "\"\\\/\b\f\n\r\t", 0, 0.1, 1E-2, {} , [[]] ]"#,
    r#""\u0041\u20ac x""#,
    "-0",
    "{\"\":false ,\"x\":\"\\ud83d\\ude00\\u0000\"}\n",
    r#"{"arguments":"{\"q\":\"[1,2]\"}"}"#,
];
const BYTES: &[u8] = b"{}[]\",:\\/ubfnrt0123456789.eE+-atrulsn \n\tdD8c\x01\x7f\xc3\xa9";

/// A random number below `below`; the same ones in every run.
fn random(state: &mut u64, below: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 33) as usize % below
}

/// A seed with a few bytes changed, added or taken away.
fn mutated(state: &mut u64) -> Vec<u8> {
    let mut text = SEEDS[random(state, SEEDS.len())].as_bytes().to_vec();
    for _ in 0..random(state, 4) {
        let at = random(state, text.len().max(1));
        let byte = BYTES[random(state, BYTES.len())];
        match random(state, 3) {
            0 => text.insert(at, byte),
            1 if at < text.len() => text[at] = byte,
            _ if at < text.len() => drop(text.remove(at)),
            _ => {}
        }
    }
    text
}

#[test]
fn the_same_texts_are_json() {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    let mut good = 0;
    for _ in 0..30_000 {
        let text = mutated(&mut state);
        let theirs = serde_json::from_slice::<IgnoredAny>(&text).is_ok();
        let ours = Document::parse(&text);
        assert_eq!(ours.is_ok(), theirs, "{:?}", String::from_utf8_lossy(&text));
        let Ok(document) = ours else { continue };
        good += 1;
        // Replaced by itself, a string means what it meant; nothing else moves.
        let mut edits = Edits::default();
        let mut strings = Vec::new();
        walk(document.root(), &mut |value| {
            let text = value.text().unwrap().into_owned();
            edits.replace(value.span(), &text);
            strings.push(text);
        });
        let new = document.edited(edits).into_owned();
        let again = Document::parse(&new).unwrap();
        let mut same = Vec::new();
        walk(again.root(), &mut |value| same.push(value.text().unwrap().into_owned()));
        assert_eq!(same, strings);
        if let (Ok(old), Ok(new)) = (
            serde_json::from_slice::<serde_json::Value>(&text),
            serde_json::from_slice::<serde_json::Value>(&new),
        ) {
            assert_eq!(old, new);
        }
    }
    assert!(good > 5_000, "{good}");
}

fn walk(value: Value<'_>, string: &mut dyn FnMut(Value<'_>)) {
    if value.text().is_some() {
        string(value);
    }
    for child in value.children() {
        walk(child, string);
    }
}

#[test]
fn strings_mean_the_same() {
    let mut state = 7;
    for _ in 0..10_000 {
        let text: String = (0..random(&mut state, 12))
            .filter_map(|_| {
                char::from_u32(random(&mut state, 0x1_1000) as u32 >> random(&mut state, 12))
            })
            .collect();
        let theirs = serde_json::to_string(&text).unwrap();
        let document = Document::parse(theirs.as_bytes()).unwrap();
        assert_eq!(document.root().str().unwrap(), text);
        let mut ours = vec![b'"'];
        encode(text.as_bytes(), &mut ours);
        ours.push(b'"');
        assert_eq!(serde_json::from_slice::<String>(&ours).unwrap(), text);
    }
}
