//! A user's rules: the same findings as if they were built in, and errors that say what is wrong.

use secscan_core::{RuleSet, Scanner};

use crate::check::{check, expanded};

const ACME: &str = r#"
issuer = "Acme"

[[rule]]
id = "acme-key"
name = "Acme key"
severity = "high"
heads = ["acme_"]
pattern = 'acme_[0-9a-f]{32}'
fix = "Revoke it."
examples = ["key: {{acme-key}}"]
counterexamples = ["acme_xyz"]

[[rule]]
id = "acme-short"
name = "Acme short key"
severity = "low"
heads = ["ak:"]
pattern = 'ak:[0-9]{4}[a-z]{12}'
fix = "Revoke it."
examples = ["{{acme-short}}"]

[[rule]]
id = "acme-named"
name = "Acme named secret"
severity = "high"
keywords = ["acmepass"]
shape = "assignment"
fix = "Change it."
examples = ["AcmePass = '{{acme-named}}'"]

[[rule]]
id = "acme-bare"
name = "Acme secret without a mark"
severity = "high"
shape = "named"
context = ["acme"]
role = ["signing"]
pattern = '[0-9a-f]{40}'
fix = "Change it."
examples = ["ACME_SIGNING_KEY={{acme-bare}}"]
"#;

fn with(text: &str) -> Result<Scanner, String> {
    let mut rules = RuleSet::builtin();
    rules.add("mine.toml", text).map_err(|error| error.to_string())?;
    Scanner::new(rules).map_err(|error| error.to_string())
}

#[test]
fn own_rules_are_found_beside_the_built_in_ones() {
    let scanner = with(ACME).unwrap();
    let template = "a {{acme-key}} b {{github-pat-classic}}\n{{acme-short}}\nACMEPASS={{acme-named}}\nacme_signing_key: {{acme-bare}}\n";
    for seed in 0..4 {
        let (text, expected) = expanded(&scanner, template, seed);
        assert_eq!(expected.len(), 5);
        check(&scanner, "own", None, &text, &expected);
    }
}

/// The built-in rules find the same with other rules beside them, which widen the filter.
#[test]
fn own_rules_change_nothing_of_the_built_in_ones() {
    let mut many = String::new();
    for number in 0..50 {
        many.push_str(&format!(
            "[[rule]]\nid = \"own-{number}\"\nname = \"Own\"\nseverity = \"low\"\nheads = [\"own{number}_\", \"o{number:02}\"]\n\
             pattern = '(?:own{number}_|o{number:02})[0-9a-f]{{20}}'\nfix = \"Do.\"\nexamples = [\"{{{{own-{number}}}}}\"]\n"
        ));
    }
    let scanner = with(&many).unwrap();
    for (_, rule) in RuleSet::builtin().iter().filter(|(_, rule)| rule.enabled) {
        let (text, expected) = expanded(&scanner, &rule.examples[0], 2);
        check(&scanner, &rule.id, None, &text, &expected);
    }
    for number in 0..50 {
        let (text, expected) = expanded(&scanner, &format!("x {{{{own-{number}}}}} y"), 2);
        assert_eq!(expected.len(), 1);
        check(&scanner, "own", None, &text, &expected);
    }
}

#[test]
fn mistakes_name_file_rule_and_key() {
    let rule = |lines: &str| {
        format!(
            "[[rule]]\nid = \"acme-key\"\nname = \"A\"\nseverity = \"high\"\nfix = \"F.\"\n{lines}\n"
        )
    };
    for (text, message) in [
        (
            rule("heads = [\"acme_\"]\npattern = 'acme_[0-9'"),
            "mine.toml: rule 'acme-key': pattern: unclosed character class",
        ),
        (
            rule("heads = [\"acme_\"]\npattern = 'acme_[0-9]+'"),
            "mine.toml: rule 'acme-key': window: needed, because the pattern has no longest match",
        ),
        (
            rule("heads = [\"ac\"]\npattern = 'ac[0-9]{9}'"),
            "mine.toml: rule 'acme-key': heads: 'ac' is not 3 to 64 ASCII bytes",
        ),
        (rule("pattern = 'acme_[0-9]{9}'"), "mine.toml: rule 'acme-key': heads: at least one head or keyword is needed"),
        (
            rule("heads = [\"acme_\"]\npattern = 'acme_[0-9]{9}'\ncheck = \"crc\""),
            "mine.toml: rule 'acme-key': check: there is no check 'crc'",
        ),
        (rule("heads = [\"acme_\"]\npattern = 'x*'\nwindow = 9"), "mine.toml: rule 'acme-key': pattern: it matches the empty string"),
        (
            "[[rule]]\nid = \"github-pat-classic\"\nname = \"A\"\nseverity = \"low\"\nfix = \"F.\"\nheads = [\"acme_\"]\npattern = 'acme_[0-9]{9}'\n".to_owned(),
            "mine.toml: rule 'github-pat-classic': id: there is already a rule of that name",
        ),
        (
            rule("shape = \"named\"\ncontext = [\"acme\"]"),
            "mine.toml: rule 'acme-key': pattern: rules of shape token and named need one",
        ),
        (
            rule("shape = \"named\"\npattern = '[0-9]{9}'"),
            "mine.toml: rule 'acme-key': context: a named rule needs a word that says whose secret it is",
        ),
        (
            rule("shape = \"named\"\npattern = '[0-9]{9}'\ncontext = [\"acme\"]\nheads = [\"acme\"]"),
            "mine.toml: rule 'acme-key': heads: a named rule has none: assignments lead to it",
        ),
        (
            rule("shape = \"named\"\npattern = '[0-9]{513}'\ncontext = [\"acme\"]"),
            "mine.toml: rule 'acme-key': window: no value longer than 512 bytes is read",
        ),
        (
            rule("heads = [\"acme_\"]\npattern = 'acme_[0-9]{9}'\nrole = [\"secret\"]"),
            "mine.toml: rule 'acme-key': role: only rules of shape named have one",
        ),
        (rule("head = [\"acme_\"]"), "mine.toml:6: unknown field `head`"),
        ("[[rule]\n".to_owned(), "mine.toml:1: "),
    ] {
        let error = with(&text).map(|_| ()).unwrap_err();
        assert!(error.starts_with(message), "{error}\n  not {message}");
    }
}
