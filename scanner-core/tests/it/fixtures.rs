//! The cases of the `fixtures/` folder: files as people have them, with markers for the secrets.

use std::path::Path;

use crate::check::{check, expanded, scanner};

/// Each file of each case is expanded and searched under its own name. Its markers are what must be
/// found; a case whose name begins with `clean-` has none.
#[test]
fn fixtures_are_found_as_marked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let scanner = scanner(&[]);
    let mut files = 0;
    let mut failures = Vec::new();
    let mut cases: Vec<_> =
        std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases.iter().filter(|path| path.is_dir()) {
        let clean = case.file_name().unwrap().to_string_lossy().starts_with("clean-");
        for entry in std::fs::read_dir(case).unwrap() {
            let path = entry.unwrap().path();
            let template = std::fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            for seed in 0..3 {
                let (text, expected) = expanded(&scanner, &template, seed);
                assert_eq!(
                    expected.is_empty(),
                    clean,
                    "{name}: markers in a clean case, or none in another"
                );
                let case = format!("{name}, seed {seed}");
                let bytes = name.as_bytes();
                if std::panic::catch_unwind(|| {
                    check(&scanner, &case, Some(bytes), &text, &expected)
                })
                .is_err()
                {
                    failures.push(case);
                    break;
                }
            }
            files += 1;
        }
    }
    assert!(files > 0, "no fixtures in {}", root.display());
    assert!(failures.is_empty(), "{failures:#?}");
}
