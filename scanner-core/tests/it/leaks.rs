//! What is printed of a value by `{:?}`, as a log or a panic would: nothing of what was searched.

use std::convert::Infallible;
use std::fmt::Debug;
use std::ops::ControlFlow;

use secscan_core::generate::generate;
use secscan_core::json::{Document, Edits, Member, Object, Unit};
use secscan_core::sanitize::{Form, Known, Restorer, Sanitizer, Stream};
use secscan_core::source::diff::Diff;
use secscan_core::source::{Blob, Body};
use secscan_core::stream::{scan_bytes, scan_reader};
use secscan_core::{Input, RuleSet, Scanner, Span, chat};

/// A token that the built-in rules find.
fn secret() -> String {
    let rules = RuleSet::builtin();
    let rule = rules.get(rules.find("github-pat-classic").unwrap());
    String::from_utf8(generate(rule, 7).text).unwrap()
}

/// Fails where a value shows a part of the secret: as text, or as a list of bytes.
#[track_caller]
fn silent(what: &str, value: &dyn Debug, secret: &str) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        let plain: String = shown.chars().filter(|one| !one.is_whitespace()).collect();
        for part in secret.as_bytes().windows(8) {
            let text = String::from_utf8_lossy(part);
            let bytes: Vec<String> = part.iter().map(u8::to_string).collect();
            assert!(!plain.contains(&*text), "{what} shows its text");
            assert!(!plain.contains(&bytes.join(",")), "{what} shows its bytes");
        }
    }
}

/// That the check above sees what it is to see.
#[test]
fn what_is_shown_is_seen() {
    let secret = secret();
    for value in [&secret as &dyn Debug, &secret.as_bytes(), &vec![Some(secret.as_bytes())]] {
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            silent("a text", value, &secret);
        }));
        assert!(seen.is_err());
    }
}

#[test]
fn a_search_shows_nothing() {
    let secret = secret();
    let text = format!("one = 1\ntoken = {secret}\n");
    let scanner = Scanner::builtin();
    let input = Input::new(&text).path(b"a.env");
    silent("an input", &input, &secret);
    let mut cache = scanner.create_cache();
    let flow: ControlFlow<()> = scanner.scan(&mut cache, &input, |finding| {
        silent("a finding", &finding, &secret);
        silent("a secret", &finding.secret, &secret);
        ControlFlow::Break(())
    });
    assert!(flow.is_break());
    silent("a scanner", &scanner, &secret);
    let at = text.find(&secret).unwrap();
    let why = scanner.explain(&input, Span { start: at, end: at + secret.len() });
    assert!(!why.is_empty());
    silent("an explanation", &why, &secret);
    // Text that is decoded, or comes in pieces, stays in the cache's buffers.
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&b"\xff\xfe"[..], &utf16].concat();
    let mut found = 0;
    let mut seen = |what: &str, values: [&dyn Debug; 3]| {
        values.iter().for_each(|value| silent(what, *value, &secret));
        found += 1;
    };
    for bytes in [&utf16[..], text.as_bytes()] {
        scan_bytes(&scanner, &mut cache, None, bytes, &mut |finding, place, excerpt| {
            seen("a finding of bytes", [finding, &place, &excerpt]);
        });
        silent("a cache", &cache, &secret);
        scan_reader(&scanner, &mut cache, None, &mut &*bytes, &mut |finding, place, excerpt| {
            seen("a finding of a reader", [finding, &place, &excerpt]);
        })
        .unwrap();
        silent("a cache", &cache, &secret);
    }
    assert_eq!(found, 4);
}

#[test]
fn a_replacement_shows_nothing() {
    let secret = secret();
    let text = format!("token = {secret} and hunter2-{secret}\n");
    let mut known = Known::builder();
    known.add(secret.as_bytes()).unwrap();
    silent("values to be", &known, &secret);
    let known = known.build();
    silent("values", &known, &secret);
    let sanitizer = Sanitizer::new(Scanner::builtin()).known(known);
    silent("a sanitizer", &sanitizer, &secret);
    let mut cache = Scanner::builtin().create_cache();
    let shown = sanitizer.sanitize(&mut cache, &Input::new(&text), |leak, out| {
        silent("a leak", leak, &secret);
        out.extend_from_slice(leak.secret.expose());
        Ok::<_, Infallible>(())
    });
    silent("a text without its secrets", &shown, &secret);
    let mut stream = Stream::new(&sanitizer);
    let mut out = Vec::new();
    stream
        .push(&text.as_bytes()[..text.len() / 2], &mut out, |_, _| Ok::<_, Infallible>(()))
        .unwrap();
    assert!(stream.held() > 0);
    silent("a stream", &stream, &secret);
    let mut restorer = Restorer::new([("__A__".to_owned(), secret.clone().into())], Form::Plain);
    silent("a restorer", &restorer, &secret);
    restorer.push(b"it is __A_", &mut Vec::new());
    silent("a restorer", &restorer, &secret);
}

#[test]
fn json_shows_nothing() {
    let secret = secret();
    let text = format!(r#"{{"a": "{secret}", "b": []}}"#);
    let document = Document::parse(text.as_bytes()).unwrap();
    let root = document.root();
    let mut edits = Edits::default();
    let member = Member { key: Some("c"), json: &format!("\"{secret}\"") };
    silent("a member", &member, &secret);
    edits.append(root, member, &Unit::of(&document));
    edits.replace(0..1, secret.as_bytes());
    silent("edits", &edits, &secret);
    silent("an object", &Object::new().string("a", &secret).string(&secret, "a"), &secret);
    silent("a value's kind", &root.kind(), &secret);
    // What is wrong with a text is said without it.
    for end in [0, 1, 8, 20, text.len() - 1] {
        let cut = &text.as_bytes()[..end];
        let Err(error) = Document::parse(cut) else { panic!("a cut text is whole") };
        silent("an error", &error, &secret);
        silent("an error", &error.to_string(), &secret);
        let error = chat::rewrite(cut, true, &mut |_| Ok::<_, Infallible>(None)).unwrap_err();
        silent("an error of a chat", &error, &secret);
        silent("an error of a chat", &error.to_string(), &secret);
    }
    silent("a blob", &Blob::new(b"a", Body::Whole(text.as_bytes())), &secret);
}

#[test]
fn a_diff_shows_nothing() {
    let secret = secret();
    let diff = format!("--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+token = {secret}\n+{secret}\n");
    let mut reader = Diff::new(diff.as_bytes());
    silent("a diff", &reader, &secret);
    let mut events = 0;
    while let Some(event) = reader.next_event().unwrap() {
        silent("an event", &event, &secret);
        events += 1;
    }
    assert!(events > 0);
    silent("a diff", &reader, &secret);
    let cut = format!("--- a/x\n+++ b/x\n@@ -{secret}\n+token = {secret}\n{secret}\n");
    let mut reader = Diff::new(cut.as_bytes());
    loop {
        match reader.next_event() {
            Ok(Some(event)) => silent("an event", &event, &secret),
            Ok(None) => break,
            Err(error) => {
                silent("an error", &error, &secret);
                silent("an error", &error.to_string(), &secret);
                break;
            }
        }
    }
}
