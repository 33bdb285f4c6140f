//! The baseline: findings that are known, in a file that is kept in the repository.
//!
//! One finding is one line, under its fingerprint, sorted by path and rule, and every such line ends with
//! a comma since the version comes last: so two branches that add findings merge like any other text, and
//! what git keeps of both is a baseline. Nothing in it changes from run to run.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use secscan_core::shortened;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{By, Subject, Suppression};
use crate::exit::{Failure, cause};
use crate::outcome::Known;
use crate::record::Record;
use crate::whole::read_text;

/// What the file is called, at the top of the project.
pub(crate) const NAME: &str = ".secscan-baseline.json";
const VERSION: u64 = 1;

/// How many old paths are tried for a finding that may have moved: each costs a fingerprint.
const TRIES: usize = 100;

/// What is known of one finding. It hides what has its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) rule: String,
    /// What an audit said of it; none has, otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    /// The last day on which it is accepted: `2026-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// Whether no file has it any more, but the history of the repository.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) history: bool,
}

/// What a person thinks of a finding. What is real has no entry, so that it is reported until it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Verdict {
    FalseAlarm,
    Accepted,
}

impl Entry {
    /// Whether its last day is over.
    pub(crate) fn has_expired(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until < today)
    }
}

/// The entries of a file, by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries(pub(crate) HashMap<String, Entry>);

/// A baseline in use, which keeps count of the entries that are met.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    /// As it is named to people.
    shown: String,
    root: PathBuf,
    today: String,
    entries: Entries,
    met: Mutex<HashSet<String>>,
    /// By rule, the old paths at which nothing is any more.
    gone: OnceLock<HashMap<String, Vec<String>>>,
    /// Where a file was and where it is, once a finding of it has been met again.
    moves: Mutex<HashMap<String, String>>,
}

impl Baseline {
    /// Puts entries in use. `root` is what their paths start from.
    pub(crate) fn new(shown: String, root: &Path, entries: Entries) -> Baseline {
        Baseline { shown, root: root.to_owned(), today: today(), entries, ..Baseline::default() }
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.0.is_empty()
    }

    /// Why the finding is hidden, if it is known.
    pub(super) fn judge(&self, subject: &Subject<'_>) -> Option<Suppression> {
        if self.is_empty() {
            return None;
        }
        let (fingerprint, entry, moved) = match self.entries.0.get_key_value(subject.fingerprint) {
            Some((fingerprint, entry)) => (fingerprint, entry, false),
            None => {
                let (fingerprint, entry) = self.moved(subject)?;
                (fingerprint, entry, true)
            }
        };
        self.meet(fingerprint);
        if entry.has_expired(&self.today) {
            return None;
        }
        Some(Suppression {
            by: By::Baseline,
            source: self.shown.clone(),
            reason: entry.reason.clone().unwrap_or_default(),
            moved_from: moved.then(|| entry.path.clone()),
            entry: Some(fingerprint.clone()),
        })
    }

    /// The entry of the same secret in a file that is not there any more: the file was renamed.
    fn moved(&self, subject: &Subject<'_>) -> Option<(&String, &Entry)> {
        let gone = self.gone.get_or_init(|| self.gone()).get(subject.rule)?;
        let before = lock(&self.moves).get(subject.path).cloned();
        let found = before.iter().chain(likely(gone, subject.path)).find_map(|path| {
            let fingerprint = (subject.at)(path);
            self.entries.0.get_key_value(&fingerprint)
        });
        let (fingerprint, entry) = found?;
        lock(&self.moves).insert(subject.path.to_owned(), entry.path.clone());
        Some((fingerprint, entry))
    }

    fn meet(&self, fingerprint: &str) {
        let mut met = lock(&self.met);
        if !met.contains(fingerprint) {
            met.insert(fingerprint.to_owned());
        }
    }

    fn gone(&self) -> HashMap<String, Vec<String>> {
        let mut there: HashMap<&str, bool> = HashMap::new();
        let mut gone: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // What is known from the history alone has not moved when it comes up somewhere else.
        for entry in self.entries.0.values().filter(|entry| !entry.history) {
            let is_there = there
                .entry(&entry.path)
                .or_insert_with(|| self.root.join(&entry.path).symlink_metadata().is_ok());
            if !*is_there {
                gone.entry(entry.rule.clone()).or_default().push(entry.path.clone());
            }
        }
        for paths in gone.values_mut() {
            paths.sort();
            paths.dedup();
        }
        gone.into_iter().collect()
    }

    /// What became of the entries, if there are any: those that were met elsewhere, and of those whose path
    /// was `covered` by the scan, those that were not met.
    pub(crate) fn tell(&self, hidden: &[Record], covered: impl Fn(&str) -> bool) -> Option<Known> {
        if self.is_empty() {
            return None;
        }
        let mut moved: Vec<(String, String)> = hidden
            .iter()
            .filter_map(|record| {
                let from = record.suppressed.as_ref()?.moved_from.clone()?;
                Some((from, record.file.clone()))
            })
            .collect();
        moved.sort();
        moved.dedup();
        let stale = self.stale(covered).into_iter();
        let stale = stale.map(|(_, entry)| (entry.path.clone(), entry.rule.clone())).collect();
        Some(Known { name: self.shown.clone(), moved, stale })
    }

    /// Whether a finding met the entry.
    pub(crate) fn is_met(&self, fingerprint: &str) -> bool {
        lock(&self.met).contains(fingerprint)
    }

    /// The entries that no finding met, of those whose path could have been scanned.
    pub(crate) fn stale(&self, covered: impl Fn(&str) -> bool) -> Vec<(&String, &Entry)> {
        let met = lock(&self.met);
        let unmet = |(fingerprint, entry): &(&String, &Entry)| {
            !met.contains(*fingerprint) && !entry.history && covered(&entry.path)
        };
        let mut stale: Vec<_> = self.entries.0.iter().filter(unmet).collect();
        stale.sort_by_key(|(fingerprint, entry)| (&entry.path, &entry.rule, *fingerprint));
        stale
    }
}

/// Where the file at a path may have been: at most so many of the paths as are tried, those first that end in
/// the same directories and name.
fn likely<'g>(gone: &'g [String], path: &str) -> Vec<&'g String> {
    let shared = |old: &String| {
        let both = old.rsplit('/').zip(path.rsplit('/'));
        both.take_while(|(old, new)| old == new).count()
    };
    let mut all: Vec<_> = gone.iter().map(|old| (std::cmp::Reverse(shared(old)), old)).collect();
    if all.len() > TRIES {
        all.select_nth_unstable(TRIES);
        all.truncate(TRIES);
    }
    all.sort();
    all.into_iter().map(|(_, old)| old).collect()
}

impl Entries {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Entries, Failure> {
        let name = path.display();
        let text = read_text(path)
            .map_err(|error| Failure::new(format!("cannot read {name}: {}", cause(&error))))?;
        Entries::parse(&name.to_string(), &text)
    }

    /// Reads the text of a file of that name.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Entries, Failure> {
        if let Some(line) = text.lines().position(|line| line.starts_with("<<<<<<< ")) {
            return Err(Failure::new(format!(
                "{name}:{}: a merge left a conflict here: keep the lines of both sides, then run \
                 `secscan baseline update`",
                line + 1
            )));
        }
        serde_json::from_str::<Entries>(text).map_err(|error| {
            let text = error.to_string();
            let what = shortened(text.split(" at line ").next().unwrap_or(&text));
            Failure::new(format!("{name}:{}: {what}", error.line()))
        })
    }

    /// Writes the file in one piece: a half of it would be a baseline that hides less.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let fail = |error: std::io::Error| {
            Failure::new(format!("cannot write {}: {}", path.display(), cause(&error)))
        };
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let write = || {
            // Not through a link that somebody put there.
            match fs::remove_file(&beside) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = fs::File::create_new(&beside)?;
            file.write_all(self.text().as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, path)
        };
        write().map_err(|error| {
            let _ = fs::remove_file(&beside);
            fail(error)
        })
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> String {
        let mut all: Vec<(&String, &Entry)> = self.0.iter().collect();
        all.sort_by_key(|(fingerprint, entry)| (&entry.path, &entry.rule, *fingerprint));
        let mut text = "{\n".to_owned();
        for (fingerprint, entry) in all {
            let json = serde_json::to_string(entry).unwrap_or_else(|_| unreachable!("plain data"));
            text += &format!("\"{fingerprint}\":{json},\n");
        }
        text + &format!("\"version\":{VERSION}\n}}\n")
    }
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        struct Lines;
        impl<'de> Visitor<'de> for Lines {
            type Value = Entries;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a baseline")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = HashMap::new();
                let mut version = None;
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "version" => version = Some(map.next_value::<u64>()?),
                        name if is_name(name) => {
                            let entry: Entry = map.next_value()?;
                            // Both sides of a merge may have brought it; the one that says more counts.
                            let known = entries.entry(key).or_insert_with(|| entry.clone());
                            if known.verdict.is_none() {
                                *known = entry;
                            }
                        }
                        name => {
                            return Err(A::Error::custom(format!("`{name}` is no fingerprint")));
                        }
                    }
                }
                match version {
                    Some(VERSION) => Ok(Entries(entries)),
                    Some(other) => Err(A::Error::custom(format!(
                        "version {other} of the baseline is not known; a newer secscan wrote it"
                    ))),
                    None => Err(A::Error::custom("this is no baseline: it has no version")),
                }
            }
        }
        deserializer.deserialize_map(Lines)
    }
}

/// Whether a key is an entry's. It is written as it was read.
fn is_name(key: &str) -> bool {
    key.strip_prefix("v1:").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The day that it is, in UTC.
pub(crate) fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.map_or(0, |since| since.as_secs());
    crate::git::date::show(seconds as i64, 0)[..10].to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, verdict: Option<Verdict>) -> Entry {
        Entry {
            path: path.into(),
            rule: "r".into(),
            verdict,
            until: None,
            reason: None,
            history: false,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let all = Entries(HashMap::from([
            ("v1:02".to_owned(), entry("b", None)),
            ("v1:01".to_owned(), entry("b", Some(Verdict::FalseAlarm))),
            ("v1:03".to_owned(), entry("a", Some(Verdict::Accepted))),
        ]));
        let text = all.text();
        let lines = [
            "{",
            r#""v1:03":{"path":"a","rule":"r","verdict":"accepted"},"#,
            r#""v1:01":{"path":"b","rule":"r","verdict":"false-alarm"},"#,
            r#""v1:02":{"path":"b","rule":"r"},"#,
            r#""version":1"#,
            "}",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), lines);
        assert_eq!(serde_json::from_str::<Entries>(&text).unwrap(), all);
    }

    #[test]
    fn old_paths_that_end_alike_are_tried_first_and_not_too_many() {
        let mut gone: Vec<String> = (0..1000).map(|n| format!("old/{n}/app.env")).collect();
        gone.extend(["b/other".into(), "was/500/app.env".into()]);
        let likely = likely(&gone, "new/500/app.env");
        assert_eq!(likely.len(), TRIES);
        assert_eq!(likely[..3], ["old/500/app.env", "was/500/app.env", "old/0/app.env"]);
        assert_eq!(super::likely(&gone[1000..], "x"), ["b/other", "was/500/app.env"]);
    }

    #[test]
    fn a_merge_may_leave_a_line_twice() {
        let text = r#"{"v1:1":{"path":"a","rule":"r","verdict":"accepted"},
            "v1:1":{"path":"a","rule":"r"},"version":1}"#;
        let all: Entries = serde_json::from_str(text).unwrap();
        assert_eq!(all.0["v1:1"].verdict, Some(Verdict::Accepted));
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for text in [
            "[]",
            "{}",
            r#"{"version":2}"#,
            r#"{"x":{},"version":1}"#,
            r#"{"v1:1":{"path":"a"},"version":1}"#,
            r#"{"v1:1":{"path":"a","rule":"r","line":3},"version":1}"#,
        ] {
            assert!(serde_json::from_str::<Entries>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_day_counts() {
        let one = Entry { until: Some("2026-03-01".into()), ..entry("a", Some(Verdict::Accepted)) };
        for (today, expired) in [("2026-02-28", false), ("2026-03-01", false), ("2026-03-02", true)]
        {
            assert_eq!(one.has_expired(today), expired, "{today}");
        }
    }
}
