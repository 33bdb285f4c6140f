//! What must hold of recall and of silence, and that `docs/accuracy.md` says what is measured.
#![allow(missing_docs)]

use std::sync::OnceLock;

use secscan_core::{RuleSet, Scanner};
use secscan_eval::document;
use secscan_eval::exceptions::{EXCEPTIONS, Exception};
use secscan_eval::recall::{self, Record};
use secscan_eval::{clean, planted, surroundings};

/// Measured once for all tests.
fn records() -> &'static [Record] {
    static RECORDS: OnceLock<Vec<Record>> = OnceLock::new();
    RECORDS.get_or_init(|| recall::measure(recall::SEEDS))
}

#[test]
fn each_kind_is_found_in_three_surroundings() {
    let short: Vec<_> = records()
        .iter()
        .filter(|record| record.complete() < 3)
        .map(|record| format!("{} in {}", record.rule, record.complete()))
        .collect();
    assert!(short.is_empty(), "{short:#?}");
}

#[test]
fn every_miss_is_an_exception() {
    let rules = RuleSet::builtin();
    let mut used = [false; EXCEPTIONS.len()];
    let mut unexplained = Vec::new();
    for record in records() {
        let rule = rules.get(rules.find(&record.rule).unwrap());
        for tally in record.tallies.iter().filter(|tally| tally.missed() > 0) {
            match Exception::of(rule, tally.surrounding) {
                Some(at) => used[at] = true,
                None => unexplained
                    .push(format!("{} in {}: {}", record.rule, tally.surrounding, tally.why)),
            }
        }
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    for (exception, used) in EXCEPTIONS.iter().zip(used) {
        assert!(used, "nothing is missed any more: {}", exception.whose);
    }
}

#[test]
fn surroundings_of_exceptions_exist() {
    for exception in EXCEPTIONS {
        for name in exception.surroundings {
            assert!(surroundings::names().any(|known| known == *name), "{name}");
        }
    }
}

#[test]
fn nothing_is_reported_of_clean_text() {
    let scanner = Scanner::builtin();
    let alarms: Vec<_> = clean::files().flat_map(|file| clean::alarms(&scanner, &file)).collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

/// What depends on the machine is left out of the comparison.
#[test]
fn the_document_says_what_is_measured() {
    let written = std::fs::read_to_string(document::path()).unwrap();
    let measured = document::write(records(), &document::corpora_of(&written));
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines(&written),
        lines(&measured),
        "write it anew: cargo run --release -p secscan-eval -- --write"
    );
}

#[test]
fn planted_files_hold_the_secrets_that_are_asked_for_and_no_others() {
    let directory = std::env::temp_dir().join(format!("secscan-planted-{}", std::process::id()));
    let rules = ["github-pat-classic".to_owned(), "private-key".to_owned()];
    let count = planted::write(&directory, &rules).unwrap();
    let scanner = Scanner::builtin();
    let mut found = Vec::new();
    let mut folders = vec![directory.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read(&path).unwrap();
            let all = scanner.find_all(&text);
            let rule = path.strip_prefix(&directory).unwrap().iter().next().unwrap();
            assert_eq!(all.len(), 1, "{}", path.display());
            assert_eq!(&*scanner.rule(&all[0]).id, rule.to_str().unwrap(), "{}", path.display());
            found.push(all[0].secret.expose().to_vec());
        }
    }
    assert_eq!(found.len(), count);
    assert!(count > 30);
    found.sort();
    found.dedup();
    assert_eq!(found.len(), count, "each is another");
    assert!(planted::write(&directory, &["no-such-rule".to_owned()]).is_err());
    std::fs::remove_dir_all(directory).unwrap();
}
