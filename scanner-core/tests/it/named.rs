//! Named secrets: where a provider's word must stand, what else decides, and what happens when rules are off.

use secscan_core::{Outcome, RuleSet, Scanner, Span};

use crate::check::{Found, check, expanded, scanner, whole};

/// Checks a template in which exactly the marked secrets must be found.
fn found_in(path: Option<&str>, template: &str) {
    let scanner = scanner(&[]);
    for seed in 0..4 {
        let (text, expected) = expanded(&scanner, template, seed);
        check(&scanner, template, path.map(str::as_bytes), &text, &expected);
    }
}

/// The rules that report something in a template, under a path.
fn rules_for(scanner: &Scanner, path: Option<&str>, template: &str) -> Vec<String> {
    let (text, _) = expanded(scanner, template, 1);
    let found: Found = whole(scanner, path.map(str::as_bytes), &text);
    found.into_iter().map(|(rule, ..)| rule).collect()
}

#[test]
fn the_word_stands_in_the_name_or_before_it() {
    for template in [
        "SHODAN_API_KEY={{shodan-key}}",
        "const myShodanKey = '{{shodan-key}}';",
        "prod.shodan.token: {{shodan-key}}",
        "shodan:\n  timeout: 30\n  api_key: {{shodan-key}}\n",
        "[shodan]\nurl = https://example.com/a/long/way/to/go\ntimeout = 30\ntoken = {{shodan-key}}\n",
        "\"shodan\": {\"apiKey\": \"{{shodan-key}}\"}",
        "https://api.shodan.io/host?api_key={{shodan-key}}&minify=true",
        "printf 'DD_API_KEY={{datadog-api-key}}\\n' > .env",
        "CUSTOMER_IO_API_KEY={{customerio-key}}",
    ] {
        found_in(None, template);
    }
}

/// A UUID, so that no generic rule has a say.
#[test]
fn without_the_word_it_is_somebody_elses() {
    let scanner = scanner(&[]);
    for template in [
        "STRIPE_TOKEN={{snyk-token-old}}",
        "api_key: {{snyk-token-old}}",
        // Too far before, on another's name, or on something that is no secret.
        "snyk: {severity: high, ignore: [one, two, three]}\n\napi_key: {{snyk-token-old}}",
        "snyk:\n  ignore: [one, two, three, four, five, six]\nother:\n  api_key: {{snyk-token-old}}",
        "snyk: true\nbroker_token: {{snyk-token-old}}",
        "snyk_token_id: {{snyk-token-old}}",
        "SNYK_ORG_ID={{snyk-token-old}}",
        // A short or common word must be one of the name's own, and the last but for its role.
        "RAILWAYS_TOKEN={{railway-token}}",
        "railway_station_token: {{railway-token}}",
        "railway:\n  token: {{railway-token}}",
        "ecoda_token: {{coda-token}}",
        // The role is part of the kind.
        "docusign_api_key: {{docusign-key}}",
    ] {
        assert_eq!(rules_for(&scanner, None, template), [""; 0], "{template}");
    }
}

#[test]
fn two_kinds_of_one_provider_are_told_apart() {
    found_in(
        None,
        "github_token: {{github-legacy-token-hex}}\ngithub_client_secret: {{github-oauth-client-secret}}\n\
         DD_API_KEY={{datadog-api-key}}\nDD_APP_KEY={{datadog-app-key}}\n",
    );
}

#[test]
fn the_file_decides_whether_a_bare_word_is_a_literal() {
    let scanner = scanner(&[]);
    let bare = "datadog_api_key = {{datadog-api-key}}";
    for path in [None, Some(".env"), Some("README.md"), Some("main.py")] {
        assert_eq!(rules_for(&scanner, path, bare), ["datadog-api-key"], "{path:?}");
    }
    assert_eq!(rules_for(&scanner, Some("yarn.lock"), bare), [""; 0]);
    // An identifier of the right length is none.
    let identifier = "shodan_key = theSearchKey2OfTheOtherAccount12;";
    assert_eq!(identifier.len(), "shodan_key = ;".len() + 32);
    assert_eq!(rules_for(&scanner, Some("main.py"), identifier), [""; 0]);
}

#[test]
fn a_rule_that_is_off_leaves_the_value_to_the_generic_ones() {
    let template = "DATADOG_API_TOKEN={{datadog-api-key}}";
    let with = |change: &dyn Fn(&str) -> Option<bool>| {
        let mut rules = RuleSet::builtin();
        let all: Vec<_> = rules.iter().map(|(id, rule)| (id, rule.id.to_string())).collect();
        for (id, name) in all {
            if let Some(yes) = change(&name) {
                rules.set_enabled(id, yes);
            }
        }
        rules_for(&Scanner::new(rules).unwrap(), None, template)
    };
    assert_eq!(with(&|_| None), ["datadog-api-key"]);
    assert_eq!(with(&|name| (name == "datadog-api-key").then_some(false)), ["generic-token"]);
    assert_eq!(with(&|name| name.starts_with("generic-").then_some(false)), ["datadog-api-key"]);
    assert_eq!(with(&|name| Some(name == "datadog-api-key")), ["datadog-api-key"]);
    assert_eq!(with(&|name| Some(name == "shodan-key")), [""; 0]);
}

#[test]
fn it_is_explained_under_its_own_name_and_once() {
    let scanner = scanner(&[]);
    let (text, _) = expanded(&scanner, "DATADOG_API_KEY={{datadog-api-key}}", 1);
    let span = Span { start: 0, end: text.len() };
    let reported: Vec<_> = scanner
        .explain(&secscan_core::Input::new(&text), span)
        .into_iter()
        .filter(|one| matches!(one.outcome, Outcome::Reported { .. }))
        .collect();
    let [one] = &reported[..] else { panic!("{reported:?}") };
    assert_eq!(scanner.rules().get(one.rule).id, "datadog-api-key");
    assert!(one.steps.iter().any(|(step, what)| *step == "context" && what.contains("datadog")));
}
