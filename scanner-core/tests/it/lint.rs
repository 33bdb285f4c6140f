//! What `rules lint` says: nothing of the built-in rules, and the right thing of bad ones.

use secscan_core::lint::{lint, shadow};
use secscan_core::{RuleSet, Scanner};

#[test]
fn the_built_in_rules_are_clean() {
    let rules = RuleSet::builtin();
    let mut bad = Vec::new();
    for (_, rule) in rules.iter() {
        for one in lint(rule, &rules, true) {
            bad.push(format!("{}: {} ({})", rule.id, one.what, one.name));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn each_fault_is_named() {
    let good = "heads = [\"zqx_\"]\npattern = 'zqx_[0-9a-f]{32}'\n";
    let whole = "examples = [\"{{a}}\"]\ncounterexamples = [\"zqx_\"]\n";
    for (text, expected) in [
        (format!("{good}{whole}"), &[][..]),
        (good.to_owned(), &["no-example", "no-counterexample"]),
        (format!("issuer = \"Acme\"\n{good}{whole}"), &["no-link"]),
        (format!("heads = [\"zqy_\"]\npattern = 'zqx_[0-9a-f]{{32}}'\n{whole}"), &["anchorless"]),
        (
            format!("heads = [\"zqx_\"]\npattern = '(?:zqx_|zqy_)[0-9a-f]{{32}}'\n{whole}"),
            &["anchorless"],
        ),
        (format!("heads = [\"key\"]\npattern = 'key[0-9a-f]{{32}}'\n{whole}"), &["common-head"]),
        (
            format!(
                "heads = [\"zqx_\"]\npattern = '.{{0,200}}zqx_.+'\nwindow = 8000\noffset = [0, 200]\n{whole}"
            ),
            &["slow"],
        ),
        (
            format!("heads = [\"zqx_\"]\npattern = 'zqx_.+'\nwindow = 60000\n{whole}"),
            &["unbounded"],
        ),
        (
            format!("heads = [\"zqx_\"]\npattern = 'zqx_[0-9]{{32}}'\nmin-entropy = 4.0\n{whole}"),
            &["never-matches"],
        ),
    ] {
        let text = format!(
            "[[rule]]\nid = \"a\"\nname = \"A\"\nseverity = \"low\"\nfix = \"Revoke it.\"\n{text}"
        );
        let mut rules = RuleSet::builtin();
        rules.add("mine.toml", &text).unwrap();
        let rule = rules.get(rules.find("a").unwrap());
        let names: Vec<&str> = lint(rule, &rules, true).iter().map(|one| one.name).collect();
        assert_eq!(names, expected, "{text}");
    }
}

#[test]
fn rules_that_are_the_same_or_hidden() {
    let rule = |id: &str, pattern: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\nname = \"A\"\nseverity = \"low\"\nfix = \"Revoke it.\"\nheads = [\"zqx_\"]\npattern = '{pattern}'\n"
        )
    };
    let text = rule("a", "zqx_[0-9a-f]{32}")
        + &rule("b", "zqx_[0-9a-f]{32}")
        + &rule("c", "zqx_[0-9a-f]{31}[0-9]");
    let mut rules = RuleSet::builtin();
    rules.add("mine.toml", &text).unwrap();
    let names = |id: &str| -> Vec<&str> {
        let rule = rules.get(rules.find(id).unwrap());
        lint(rule, &rules, false).iter().map(|one| one.name).collect()
    };
    assert_eq!(
        (names("a"), names("b"), names("c")),
        (vec!["duplicate"], vec!["duplicate"], vec![])
    );
    let scanner = Scanner::new(rules.clone()).unwrap();
    let hidden = shadow(rules.get(rules.find("c").unwrap()), &scanner).map(|rule| rule.id.clone());
    assert_eq!(hidden.as_deref(), Some("a"));
    assert!(shadow(rules.get(rules.find("a").unwrap()), &scanner).is_none());
}
