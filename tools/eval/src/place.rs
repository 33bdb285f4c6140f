//! Where a rule's token can stand: by itself, beside its provider's word, or only inside of a text of its own.
//!
//! Decided by the rule's data and by what its pattern makes, never by what is found.

use secscan_core::generate::{Generated, expand, generate};
use secscan_core::rule::{Rule, Shape};
use secscan_core::{RuleSet, rule::Text};

/// Words of which a name has one, where it is the name of a secret.
const SECRET: &[&str] = &["key", "token", "secret", "pass", "pwd", "credential", "phrase", "seed"];

/// A token, and what it needs around it.
#[derive(Clone, Debug)]
pub enum Place {
    /// A word without blanks: it can be the value of anything.
    Value(Value),
    /// A text of its own, such as a key block, a connection string or a line of a configuration file.
    Passage {
        /// The text.
        text: Vec<u8>,
        /// Where the secrets of the rule stand in it.
        secrets: Vec<std::ops::Range<usize>>,
    },
}

/// A value, and the words of the name that it is given.
#[derive(Clone, Debug)]
pub struct Value {
    /// The secret.
    pub text: String,
    /// Whose it is, in one word.
    pub owner: String,
    /// What it is: `api key`, `token`. Lower case, with blanks between the words.
    pub role: String,
    /// Another word that must stand near, if there is one.
    pub beside: Option<String>,
    /// Whether it is believed by its name alone.
    pub named: bool,
    /// Whether the role is the whole name, spelled as it is: `secret_key_base`.
    pub fixed: bool,
}

/// Where the token of `rule` with that seed can stand.
pub fn place(rules: &RuleSet, rule: &Rule, seed: u64) -> Place {
    let made = generate(rule, seed);
    let value = match rule.shape {
        Shape::Named => Some(named(rule, &made)),
        Shape::Assignment => Some(assigned(rule, &made)),
        Shape::Bare => Some(free(rule, &made)),
        Shape::Manifest => None,
        Shape::Token => token(rule, &made),
    };
    match value {
        Some(value) => Place::Value(value),
        None => passage(rules, rule, seed),
    }
}

/// The text of the secret, if it is one line of ASCII.
fn line(made: &Generated) -> Option<String> {
    let secret = &made.text[made.secret.clone()];
    let one = !secret.is_empty() && secret.iter().all(|byte| (b' '..=b'~').contains(byte));
    one.then(|| secret.iter().map(|&byte| char::from(byte)).collect())
}

fn named(rule: &Rule, made: &Generated) -> Value {
    let role = match rule.role.first().map(|role| &**role) {
        None => "api key".to_owned(),
        Some("clientsecret") => "client secret".to_owned(),
        Some("appsecret") => "app secret".to_owned(),
        Some(role) if SECRET.iter().any(|word| role.contains(word)) => role.to_owned(),
        Some(role) => format!("{role} key"),
    };
    let owner = rule.context.first().map_or_else(String::new, Text::to_string);
    let text = line(made).unwrap_or_default();
    Value { text, owner, role, beside: None, named: true, fixed: false }
}

/// The name is the rule's keyword, and that of nobody in particular before it.
fn assigned(rule: &Rule, made: &Generated) -> Value {
    let keyword = rule.heads.first().map_or_else(String::new, |head| head.literal.to_string());
    let role = match keyword.trim_matches('_') {
        "key" => "encryption key".to_owned(),
        word => word.replace('_', " "),
    };
    let text = line(made).unwrap_or_default();
    Value { text, owner: "app".to_owned(), role, beside: None, named: true, fixed: false }
}

/// Whose a token is that says so itself: the rule's first word, or the issuer's.
fn free(rule: &Rule, made: &Generated) -> Value {
    let first = |text: &str| -> String {
        text.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
    };
    let owner =
        rule.context.first().map_or_else(|| first(&rule.issuer), |word| word.replace(' ', ""));
    let owner = if owner.is_empty() { "app".to_owned() } else { owner };
    let role = if rule.shape == Shape::Bare { "value" } else { "api key" }.to_owned();
    let text = line(made).unwrap_or_default();
    Value { text, owner, role, beside: None, named: false, fixed: false }
}

/// A token is a value of its own if its head is part of it, or if the head is a word that any name may hold.
fn token(rule: &Rule, made: &Generated) -> Option<Value> {
    let text = line(made).filter(|text| !text.contains(' '))?;
    if rule.judge.is_some() {
        return None;
    }
    let in_secret = rule.heads.iter().any(|head| {
        let text = if head.ignore_case { text.to_lowercase() } else { text.clone() };
        text.contains(&*head.literal)
    });
    if in_secret {
        return Some(free(rule, made));
    }
    // What the pattern asks for before the secret must be what any name has, and not another secret.
    let before = &rule.pattern[..rule.pattern.find("(?P<secret>")?];
    let room = before.contains("{0,") || before.contains("{1,12}");
    let counts = before.split('{').skip(1).filter_map(|rest| rest.split_once('}')?.0.parse().ok());
    if !room || counts.into_iter().any(|count: u32| count >= 8) {
        return None;
    }
    let plain =
        |lead: &&str| lead.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let says_what = |lead: &str| SECRET.iter().any(|word| lead.contains(word));
    let leads = || rule.heads.iter().filter(|head| head.ignore_case).map(|head| &*head.literal);
    let owner =
        leads().find(|lead| lead.bytes().all(|b| b.is_ascii_alphanumeric()) && !says_what(lead));
    let beside = rule.context.first().map(Text::to_string);
    if let Some(owner) = owner {
        let role = if before.contains("secret") { "secret key" } else { "api key" };
        let (owner, role) = (owner.to_owned(), role.to_owned());
        return Some(Value { text, owner, role, beside, named: true, fixed: false });
    }
    let lead = leads().find(plain)?;
    let role = lead.trim_matches(['_', '-', '.']).to_owned();
    Some(Value { text, owner: "app".to_owned(), role, beside, named: true, fixed: true })
}

/// The rule's first example that marks this rule's secret.
fn passage(rules: &RuleSet, rule: &Rule, seed: u64) -> Place {
    let lookup = |id: &str| rules.find(id).map(|id| rules.get(id));
    let expanded = rule
        .examples
        .first()
        .and_then(|example| expand(example, &lookup, seed).ok())
        .unwrap_or_default();
    let own = expanded.expected.into_iter().filter(|(id, _)| **id == *rule.id);
    let (text, places) = unescaped(&expanded.text);
    Place::Passage { secrets: own.map(|(_, at)| places[at.start]..places[at.end]).collect(), text }
}

/// The text without the escapes that a pattern allows for and that surroundings of their own have, and where
/// each byte of the text came to stand.
fn unescaped(text: &[u8]) -> (Vec<u8>, Vec<usize>) {
    const ESCAPES: [(&[u8], &[u8]); 3] = [(b"\\\"", b"\""), (b"\\u0026", b"&"), (b"&amp;", b"&")];
    let (mut plain, mut places) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let escape = ESCAPES.into_iter().find(|(escape, _)| rest.starts_with(escape));
        let len = escape.map_or(1, |(escape, _)| escape.len());
        places.resize(places.len() + len, plain.len());
        match escape {
            Some((_, stands_for)) => plain.extend(stands_for),
            None => plain.push(byte),
        }
        rest = if len == 1 { after } else { &rest[len..] };
    }
    places.push(plain.len());
    (plain, places)
}
