//! `docs/accuracy.md`: what was measured, as a page.

use std::fmt::Write;
use std::path::PathBuf;

use secscan_core::{RuleSet, Scanner};
use serde::Deserialize;

use crate::clean;
use crate::corpus::Corpus;
use crate::exceptions::{EXCEPTIONS, Exception};
use crate::random::{self, LENGTHS};
use crate::recall::{Record, SEEDS, Tally, Tier};
use crate::surroundings;

const BEGIN: &str = "<!-- measured on a machine: -->\n";
const END: &str = "<!-- : measured on a machine -->\n";

/// Where the page stands.
pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/accuracy.md")
}

/// The part of a written page that depends on the machine.
pub fn corpora_of(page: &str) -> String {
    let part = page.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END));
    part.map_or_else(String::new, |(part, _)| part.to_owned())
}

/// Tokens and what became of them.
#[derive(Clone, Copy, Default)]
struct Sum {
    rules: usize,
    tokens: u32,
    found: u32,
    others: u32,
}

impl Sum {
    fn add(&mut self, tally: &Tally) {
        self.tokens += tally.tokens;
        self.found += tally.found;
        self.others += tally.others;
    }

    /// The columns of a table: tokens, and shares of them.
    fn columns(&self) -> String {
        let share =
            |part: u32| format!("{:.2} %", 100.0 * f64::from(part) / f64::from(self.tokens));
        let missed = self.tokens - self.found - self.others;
        format!(
            "{} | {} | {} | {}",
            self.tokens,
            share(self.found),
            share(self.others),
            share(missed)
        )
    }
}

/// The page, with `corpora` as the part that depends on the machine.
pub fn write(records: &[Record], corpora: &str) -> String {
    let mut page = String::new();
    head(&mut page, records);
    tiers(&mut page, records);
    places(&mut page, records);
    exceptions(&mut page, records);
    silence(&mut page);
    page += "## Text that others wrote\n\n";
    page += BEGIN;
    page += corpora;
    page += END;
    page += "\n";
    values(&mut page);
    page
}

/// Writing to a string does not fail.
macro_rules! line {
    ($page:expr, $($argument:tt)*) => { let _ = writeln!($page, $($argument)*); };
}

fn head(page: &mut String, records: &[Record]) {
    let rules = RuleSet::builtin();
    let off = rules.iter().filter(|(id, _)| !rules.is_enabled(*id)).count();
    let fewest = records.iter().map(Record::complete).min().unwrap_or(0);
    line!(page, "# Accuracy\n");
    line!(
        page,
        "What is found, what is missed, and what is reported where nothing is. This page is written by\n"
    );
    line!(
        page,
        "    cargo run --release -p secscan-eval -- --write --clean ~/.cargo/registry/src --clean /usr/share/doc\n"
    );
    line!(
        page,
        "and a test holds that it is what that command would write, but for the numbers that depend on a machine. Without"
    );
    line!(page, "`--clean`, those are left as they are.\n");
    line!(
        page,
        "There are {} kinds of secrets, {off} of them off unless asked for, because they are public by design or need a",
        records.len()
    );
    line!(
        page,
        "second look. Each has examples and counterexamples in its rule, and each is found in at least {fewest} surroundings.\n"
    );
    line!(
        page,
        "The tokens are made up: from the rule's own pattern, with a checksum where there is one, {SEEDS} of each kind. So this"
    );
    line!(
        page,
        "measures whether a token of the known form is found where people put it, and not whether the form is right. The forms"
    );
    line!(
        page,
        "are those of the issuers' documentation and of the public sources that the rules name.\n"
    );
}

fn tiers(page: &mut String, records: &[Record]) {
    line!(page, "## Recall\n");
    line!(
        page,
        "*Found* is: reported by the rule of its kind, in full. *Otherwise*: reported, but by another rule, mostly as a generic"
    );
    line!(page, "secret. What is missed is listed below.\n");
    line!(page, "| what identifies it | kinds | tokens in files | found | otherwise | missed |");
    line!(page, "|---|---|---|---|---|---|");
    let mut all = Sum::default();
    for tier in Tier::ALL {
        let mut sum = Sum::default();
        for record in records.iter().filter(|record| record.tier == tier) {
            sum.rules += 1;
            record.tallies.iter().for_each(|tally| sum.add(tally));
        }
        line!(page, "| {} | {} | {} |", tier.as_str(), sum.rules, sum.columns());
        all.rules += sum.rules;
        records
            .iter()
            .filter(|one| one.tier == tier)
            .flat_map(|one| &one.tallies)
            .for_each(|one| all.add(one));
    }
    line!(page, "| **all** | {} | {} |\n", all.rules, all.columns());
}

fn places(page: &mut String, records: &[Record]) {
    line!(
        page,
        "By surrounding. Those of the last {} rows are for texts of their own: key blocks, connection strings, lines of a",
        11
    );
    line!(page, "configuration.\n");
    line!(page, "| surrounding | kinds | tokens | found | otherwise | missed |");
    line!(page, "|---|---|---|---|---|---|");
    for name in surroundings::names() {
        let mut sum = Sum::default();
        for tally in
            records.iter().flat_map(|one| &one.tallies).filter(|one| one.surrounding == name)
        {
            sum.rules += 1;
            sum.add(tally);
        }
        line!(page, "| {name} | {} | {} |", sum.rules, sum.columns());
    }
    line!(page, "");
}

fn exceptions(page: &mut String, records: &[Record]) {
    let rules = RuleSet::builtin();
    let mut missed = vec![(0, Vec::new()); EXCEPTIONS.len()];
    for record in records {
        let Some(rule) = rules.find(&record.rule).map(|id| rules.get(id)) else { continue };
        for tally in record.tallies.iter().filter(|tally| tally.missed() > 0) {
            if let Some(at) = Exception::of(rule, tally.surrounding) {
                missed[at].0 += tally.missed();
                if missed[at].1.last() != Some(&&*record.rule) {
                    missed[at].1.push(&*record.rule);
                }
            }
        }
    }
    line!(page, "### What is missed\n");
    line!(page, "Everything that is missed falls under one of these, and a test holds that.\n");
    for (exception, (count, rules)) in EXCEPTIONS.iter().zip(&missed) {
        let places: Vec<_> =
            exception.surroundings.iter().map(|name| format!("`{name}`")).collect();
        line!(
            page,
            "- **{}**, in {}: {count} tokens of {} kinds. {}",
            exception.whose,
            places.join(", "),
            rules.len(),
            exception.why
        );
        if rules.len() <= 40 {
            line!(page, "  ({})", rules.join(", "));
        }
    }
    line!(page, "");
}

fn silence(page: &mut String) {
    let scanner = Scanner::builtin();
    let (mut files, mut bytes, mut alarms) = (0, 0, 0);
    for file in clean::files() {
        files += 1;
        bytes += file.text.len();
        alarms += clean::alarms(&scanner, &file).len();
    }
    line!(page, "## Clean text\n");
    line!(
        page,
        "{:.1} MB in {files} files of as many shapes, made from a fixed seed (`tools/eval/src/clean/`): source code that names",
        bytes as f64 / 1e6
    );
    line!(
        page,
        "secrets, configuration that refers to them, lock files, digests, certificates, identifiers, test vectors, dumps, logs,"
    );
    line!(
        page,
        "traces, bundles, translations, documentation with placeholders. **{alarms} findings**; a test holds that. What is small"
    );
    line!(page, "stands in `fixtures/clean-*`.\n");
}

fn values(page: &mut String) {
    let scanner = Scanner::builtin();
    line!(page, "## Random values and words\n");
    line!(
        page,
        "The generic rules believe what looks random. How many in a thousand random values of `api_key = \"…\"` they report, by"
    );
    line!(page, "the length of the value:\n");
    let lengths: Vec<_> = LENGTHS.iter().map(usize::to_string).collect();
    line!(page, "| characters | {} |", lengths.join(" | "));
    line!(page, "|---|{}", "---|".repeat(LENGTHS.len()));
    let rows = |page: &mut String, rows: Vec<random::Row>| {
        for row in rows {
            let numbers: Vec<_> = row.believed.iter().map(usize::to_string).collect();
            line!(page, "| {} | {} |", row.kind, numbers.join(" | "));
        }
    };
    rows(page, random::random(&scanner));
    line!(page, "\nAnd in a thousand names made of English words, none of which is a secret:\n");
    line!(page, "| value | as an `api_key` | as a `password` |");
    line!(page, "|---|---|---|");
    rows(page, random::words(&scanner));
    line!(
        page,
        "\nHow random letters are told from words, what the table for it is made of and what it scores on words that it has"
    );
    line!(page, "not seen: [matching.md](matching.md#letters-unlike-words).");
}

/// A finding that somebody has looked at.
#[derive(Deserialize)]
struct Known {
    rule: String,
    path: String,
    why: String,
}

#[derive(Deserialize)]
struct Explained {
    alarm: Vec<Known>,
}

/// The part about directories of this machine, and how many findings nobody has explained.
pub fn corpora(corpora: &[Corpus]) -> (String, usize) {
    let explained: Explained = toml::from_str(include_str!("../explained.toml"))
        .expect("the list of explanations is TOML");
    let mut page = String::new();
    let mut unexplained = 0;
    line!(
        page,
        "Directories of one machine, all files in them, with the built-in rules as they are. A false alarm is a finding"
    );
    line!(
        page,
        "that is no secret of the kind it is said to be. Each row is a `--clean` of the command above.\n"
    );
    line!(page, "| directory | files | MB | findings | false alarms | for each 10 MB |");
    line!(page, "|---|---|---|---|---|---|");
    let why = |alarm: &clean::Alarm| {
        let known = |one: &&Known| one.rule == alarm.rule && alarm.path.ends_with(&one.path);
        explained.alarm.iter().find(known).map(|one| &*one.why)
    };
    for corpus in corpora {
        let false_ones = corpus.alarms.iter().filter(|alarm| why(alarm).is_none()).count();
        unexplained += false_ones;
        let rate = 10.0 * false_ones as f64 / corpus.megabytes().max(1.0);
        line!(
            page,
            "| `{}` | {} | {:.1} | {} | {false_ones} | {rate:.2} |",
            corpus.root,
            corpus.files,
            corpus.megabytes(),
            corpus.alarms.len()
        );
    }
    line!(page, "\nThe findings, each looked at:\n");
    for alarm in corpora.iter().flat_map(|corpus| &corpus.alarms) {
        let why = why(alarm).unwrap_or("**A false alarm, or not looked at yet.**");
        line!(page, "- `{}`, {}:{}. {why}", alarm.rule, alarm.path, alarm.line);
    }
    line!(page, "");
    (page, unexplained)
}
