//! The other half of a secret is named in the facts, and is no finding of its own.

use crate::check::{expanded, scanner};

/// The findings of a template: rules, and the facts of the first.
fn found(template: &str, seed: u64) -> (Vec<String>, Vec<(&'static str, String)>, String) {
    let scanner = scanner(&[]);
    let (text, _) = expanded(&scanner, template, seed);
    let all = scanner.find_all(&text);
    let rules = all.iter().map(|finding| scanner.rule(finding).id.to_string()).collect();
    let facts = all.first().map(|finding| finding.facts.clone()).unwrap_or_default();
    (rules, facts, String::from_utf8_lossy(&text).into_owned())
}

/// A key ID without a marker, so that none stands here.
fn key_id() -> String {
    format!("AKIA{}", "Q3EGRFT2VKLMNPBX")
}

#[test]
fn a_key_id_is_named_with_its_secret() {
    for template in [
        "aws_access_key_id = ID\n{{aws-secret-access-key}}\n",
        "{{aws-secret-access-key}}\nAWS_ACCESS_KEY_ID=ID\n",
    ] {
        let (rules, facts, _) = found(&template.replace("ID\n", &format!("{}\n", key_id())), 3);
        assert_eq!(rules, ["aws-secret-access-key"]);
        assert!(facts.contains(&("key id", key_id())), "{facts:?}");
    }
}

#[test]
fn a_key_id_that_is_far_away_or_alone_is_reported() {
    let (rules, ..) = found(&format!("id: {}\n", key_id()), 3);
    assert_eq!(rules, ["aws-access-key-id"]);
    let far = "some words in a line\n".repeat(80);
    let (rules, facts, _) =
        found(&format!("id: {}\n{far}{{{{aws-secret-access-key}}}}", key_id()), 3);
    assert_eq!(rules, ["aws-access-key-id", "aws-secret-access-key"]);
    assert!(facts.iter().all(|(name, _)| *name != "key id"), "{facts:?}");
}

#[test]
fn users_and_clients_are_named() {
    for (template, fact) in [
        ("DB_USER=app_main\nDB_PASSWORD={{generic-password}}\n", ("user", "app_main")),
        ("{\"password\": \"{{generic-password}}\", \"username\": \"app\"}", ("user", "app")),
        ("client_id: web-7\nclient_secret: {{generic-secret}}\n", ("client", "web-7")),
    ] {
        let (rules, facts, text) = found(template, 2);
        assert_eq!(rules.len(), 1, "{text}");
        assert!(facts.contains(&(fact.0, fact.1.to_owned())), "{text}: {facts:?}");
    }
}

#[test]
fn a_secret_is_never_a_fact() {
    let (rules, facts, text) =
        found("password = {{generic-password}}\nuser = {{github-pat-classic}}\n", 2);
    assert_eq!(rules, ["generic-password", "github-pat-classic"], "{text}");
    assert!(facts.iter().all(|(name, _)| *name != "user"), "{facts:?}");
}
