//! Files that lie in a project: the baseline, those of other scanners, the configuration.

use std::ops::Range;
use std::path::Path;

use secscan_core::generate::{plant, shown};

use crate::config::Config;
use crate::suppress::baseline::Entries;

/// A baseline is read or refused, and what was read is written so that it is read as the same. So are those of other
/// scanners. No error shows a token.
pub fn baseline(data: &[u8]) {
    let (text, planted) = plant(data);
    let Ok(text) = std::str::from_utf8(&text) else { return };
    match Entries::parse("x.json", text) {
        Err(failure) => refused(&failure.to_string(), "x.json", text, &planted),
        Ok(entries) => {
            let written = entries.text();
            let again = Entries::parse("x.json", &written);
            assert!(again.as_ref().is_ok_and(|again| *again == entries), "{again:?}: {written}");
            // Both sides of a merge, one behind the other.
            let lines = || written.lines().filter(|line| line.starts_with("\"v1:"));
            let merged: Vec<&str> = lines().chain(lines()).collect();
            let merged = format!("{{\n{}\n\"version\":1\n}}\n", merged.join("\n"));
            let merged = Entries::parse("x.json", &merged);
            assert!(merged.is_ok_and(|merged| merged == entries), "{written}");
        }
    }
    if let Err(failure) = crate::baseline::readable(text) {
        assert!(failure.starts_with("x:"), "{failure}");
        assert!(
            shown(&failure, text.as_bytes(), &planted).is_none(),
            "it shows a token: {failure}"
        );
    }
}

/// A configuration is read or refused, with the line and no token.
pub fn config(data: &[u8]) {
    let (text, planted) = plant(data);
    let Ok(text) = String::from_utf8(text) else { return };
    let mut config = Config::default();
    let taken = config.take_text(Path::new("d/x.toml"), "x.toml".to_owned(), text.clone());
    if let Err(failure) = taken {
        refused(&failure.to_string(), "x.toml", &text, &planted);
    }
}

/// An error names the file with a line that it has, and shows no token.
fn refused(said: &str, name: &str, text: &str, planted: &[Range<usize>]) {
    let lines = 1 + text.matches('\n').count();
    let line = said.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
    let line = line.and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
    assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "{said}");
    assert!(shown(said, text.as_bytes(), planted).is_none(), "it shows a token: {said}");
}
