//! Rule files: a user's own, or whatever lies where one should.

use std::ops::ControlFlow;

use super::plant;
use crate::generate::generate;
use crate::{Input, RuleSet, Scanner};

/// A rule file is read or refused, with its name in the error; with what was read a search can be made.
pub fn rules(data: &[u8]) {
    let (text, _) = plant(data);
    let Ok(text) = std::str::from_utf8(&text) else { return };
    let builtin = RuleSet::builtin().len();
    let mut part = RuleSet::builtin();
    let _ = part.add_part("x.toml", text);
    let mut rules = RuleSet::builtin();
    match rules.add("x.toml", text) {
        Err(error) => {
            assert_eq!(rules.len(), builtin, "something was added");
            assert!(error.to_string().contains("x.toml"), "{error}");
        }
        Ok(()) => searched(rules, builtin),
    }
}

fn searched(rules: RuleSet, builtin: usize) {
    let mut haystack = b"key = \"\n".to_vec();
    for (_, rule) in rules.iter().skip(builtin).take(4) {
        for head in rule.heads.iter() {
            haystack.extend_from_slice(head.literal.as_bytes());
        }
        haystack.push(b'\n');
        haystack.extend_from_slice(&generate(rule, 1).text);
        haystack.extend_from_slice(b"\"\n");
    }
    let Ok(scanner) = Scanner::new(rules) else { return };
    let mut cache = scanner.create_cache();
    let flow: ControlFlow<()> = scanner.scan(&mut cache, &Input::new(&haystack), |finding| {
        assert!(finding.span.start < finding.span.end && finding.span.end <= haystack.len());
        ControlFlow::Continue(())
    });
    assert!(flow.is_continue());
}
