//! Rule files: a user's own, another scanner's, or whatever lies where one should.

use std::ops::{ControlFlow, Range};

use super::plant;
use crate::generate::{generate, shown};
use crate::gitleaks::{self, Standing};
use crate::{Input, RuleSet, Scanner};

/// A rule file is read or refused, with its name in the error and no token; so is a `.gitleaks.toml`. With what was
/// read a search can be made.
pub fn rules(data: &[u8]) {
    let (text, planted) = plant(data);
    let Ok(text) = std::str::from_utf8(&text) else { return };
    ours(text, &planted);
    theirs(text, &planted);
}

fn ours(text: &str, planted: &[Range<usize>]) {
    let builtin = RuleSet::builtin().len();
    let mut part = RuleSet::builtin();
    let of_part = part.add_part("x.toml", text);
    let mut rules = RuleSet::builtin();
    match rules.add("x.toml", text) {
        Err(error) => {
            assert_eq!(rules.len(), builtin, "something was added");
            let said = error.to_string();
            assert!(said.starts_with("x.toml:"), "{said}");
            let token = shown(&said, text.as_bytes(), planted);
            assert!(token.is_none(), "the error shows a token: {said}");
        }
        Ok(()) => {
            assert!(of_part.is_ok(), "it is read alone, and among others {of_part:?}");
            assert_eq!(rules.len(), part.len());
            searched(rules, text);
        }
    }
}

fn theirs(text: &str, planted: &[Range<usize>]) {
    let config = match gitleaks::parse("x.toml", text) {
        Ok(config) => config,
        Err(error) => {
            let said = error.to_string();
            assert!(said.starts_with("x.toml:"), "{said}");
            assert!(shown(&said, text.as_bytes(), planted).is_none(), "it shows a token: {said}");
            assert!(!gitleaks::is_one(text));
            return;
        }
    };
    let lines = 1 + text.matches('\n').count();
    let twice = config.clone().over(config.clone());
    let standings = [
        (config.clone(), Standing::Addition),
        (config.without_base("x"), Standing::Project),
        (twice, Standing::Project),
    ];
    let mut last = None;
    for (config, standing) in standings {
        let mut rules = RuleSet::builtin();
        let builtin = rules.len();
        let adopted = rules.adopt(config, standing);
        assert_eq!(rules.len(), builtin + adopted.rules.len());
        for (at, (id, line)) in adopted.rules.iter().enumerate() {
            assert_eq!(id.index(), builtin + at);
            assert!((1..=lines).contains(line), "line {line}");
        }
        for note in &adopted.notes {
            assert!((1..=lines).contains(&note.place().1), "{note}");
            let said = note.to_string();
            assert!(shown(&said, text.as_bytes(), planted).is_none(), "it shows a token: {said}");
        }
        last = (!adopted.rules.is_empty()).then_some(rules);
    }
    if let Some(rules) = last {
        searched(rules, text);
    }
}

/// A search of what the rules are for, and of the file itself.
fn searched(rules: RuleSet, file: &str) {
    let mut haystack = b"key = \"\n".to_vec();
    let own = rules.iter().filter(|(id, _)| !rules.is_built_in(*id));
    for (_, rule) in own.take(4) {
        for head in rule.heads.iter() {
            haystack.extend_from_slice(head.literal.as_bytes());
        }
        haystack.push(b'\n');
        haystack.extend_from_slice(&generate(rule, 1).text);
        haystack.extend_from_slice(b"\"\n");
    }
    haystack.extend_from_slice(file.as_bytes());
    let scanner = Scanner::new(rules).expect("rules that were taken in");
    let mut cache = scanner.create_cache();
    let mut end = 0;
    let flow: ControlFlow<()> = scanner.scan(&mut cache, &Input::new(&haystack), |finding| {
        let span = finding.span;
        assert!(end <= span.start && span.start < span.end && span.end <= haystack.len());
        end = span.end;
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
}
