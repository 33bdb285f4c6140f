//! Files that lie in a project: the baseline, those of other scanners, the configuration.

use std::path::Path;

use secscan_core::generate::plant;

use crate::baseline::readable;
use crate::config::Config;
use crate::suppress::baseline::Entries;

/// A baseline is read or refused, and what was read is written so that it is read as the same. So are those of other
/// scanners.
pub fn baseline(data: &[u8]) {
    let (text, _) = plant(data);
    let Ok(text) = std::str::from_utf8(&text) else { return };
    match Entries::parse("x.json", text) {
        Err(failure) => assert!(failure.to_string().starts_with("x.json:"), "{failure}"),
        Ok(entries) => {
            let again = Entries::parse("x.json", &entries.text());
            assert!(again.is_ok_and(|again| again == entries), "{}", entries.text());
        }
    }
    readable(text);
}

/// A configuration is read or refused, with the line.
pub fn config(data: &[u8]) {
    let (text, _) = plant(data);
    let Ok(text) = String::from_utf8(text) else { return };
    let lines = 1 + text.matches('\n').count();
    let mut config = Config::default();
    if let Err(failure) = config.take_text(Path::new("d/x.toml"), "x.toml".to_owned(), text) {
        let said = failure.to_string();
        let line = said.strip_prefix("x.toml:").and_then(|rest| rest.split(':').next());
        let line = line.and_then(|line| line.parse::<usize>().ok());
        assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "{said}");
    }
}
