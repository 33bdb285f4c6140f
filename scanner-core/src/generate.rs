//! Made-up tokens that satisfy a rule, and the templates that hold them.
//!
//! Apart from the engine because only tests, fixtures and `secscan rules test` need it: no
//! complete token stands in the repository, so examples are made when they are run.

mod plant;

pub use plant::{apart, plant, shown};

use std::fmt;
use std::ops::Range;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::checks::encoding::{BASE62, BASE64};
use crate::checks::random::Random;
use crate::rule::{Rule, Shape};

/// A token made from a rule's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// The whole match.
    pub text: Vec<u8>,
    /// Where the secret stands in it.
    pub secret: Range<usize>,
}

/// How often a token is made anew until it looks like none of the placeholders.
const ATTEMPTS: u64 = 200;
/// How many repetitions more than the least: few, so that open patterns stay short.
const MORE: u32 = 16;
/// What a token may not hold by accident, in lower case: it would be taken for a placeholder.
const WORDS: [&[u8]; 9] =
    [b"example", b"test", b"xxxx", b"1234", b"abcd", b"todo", b"fake", b"mock", b"dont"];

/// A token that `rule` finds, with its checksum filled in. The same seed gives the same token on
/// every platform; other seeds give others.
///
/// A rule without a pattern gets the value only: the template writes the name before it.
pub fn generate(rule: &Rule, seed: u64) -> Generated {
    let mut random = Random::from_bytes(rule.id.as_bytes()).variant(seed);
    let hir = match rule.shape {
        Shape::Token | Shape::Named => parse(&rule.pattern),
        Shape::Assignment | Shape::Manifest | Shape::Bare => None,
    };
    let whole = hir.as_ref().and_then(|_| whole(&rule.pattern));
    let mut best = None;
    for attempt in 0..ATTEMPTS {
        let more = if attempt < ATTEMPTS / 2 { MORE } else { 0 };
        let made = match (&hir, rule.shape) {
            (Some(hir), _) => Made::from_pattern(hir, &mut random, more),
            (None, Shape::Bare) => Made::run(&mut random, 40, BASE64),
            (None, _) => Made::value(&mut random, 24),
        };
        let (mut faults, generated) = made.finish(rule);
        // What a check writes may be right and yet not what the pattern asks for.
        if whole.as_ref().is_some_and(|whole| !whole.is_match(&generated.text)) {
            faults += 8;
        }
        if faults == 0 {
            return generated;
        }
        if best.as_ref().is_none_or(|(least, _)| faults < *least) {
            best = Some((faults, generated));
        }
    }
    best.map_or(Generated { text: Vec::new(), secret: 0..0 }, |(_, generated)| generated)
}

/// The pattern as the engine reads it: over bytes. A rule that was loaded has one that parses.
fn parse(pattern: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()
}

/// The pattern, bound to both ends of the text.
pub(crate) fn whole(pattern: &str) -> Option<Regex> {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(Regex::config().utf8_empty(false))
        .build(&format!("^(?:{pattern})$"))
        .ok()
}

/// A token in the making.
struct Made<'r> {
    random: &'r mut Random,
    text: Vec<u8>,
    /// Which bytes are chance and not prescribed.
    free: Vec<bool>,
    secret: Option<Range<usize>>,
    more: u32,
}

impl<'r> Made<'r> {
    fn new(random: &'r mut Random, more: u32) -> Self {
        Made { random, text: Vec::new(), free: Vec::new(), secret: None, more }
    }

    fn from_pattern(hir: &Hir, random: &'r mut Random, more: u32) -> Self {
        let mut made = Made::new(random, more);
        made.walk(hir);
        made
    }

    fn run(random: &'r mut Random, len: usize, alphabet: &[u8]) -> Self {
        let mut made = Made::new(random, 0);
        for _ in 0..len {
            made.choose(alphabet);
        }
        made
    }

    /// A value as a machine makes them, with a digit in every fourth place: without a pattern, the look
    /// of a value is all that it is believed for, and one in twenty has too few digits by chance.
    fn value(random: &'r mut Random, len: usize) -> Self {
        let mut made = Made::new(random, 0);
        for place in 0..len {
            made.choose(if place % 4 == 3 { &BASE62[..10] } else { &BASE62[..] });
        }
        made
    }

    fn choose(&mut self, choices: &[u8]) {
        let byte = self.random.pick(choices);
        self.text.push(byte);
        // A letter of either case is as good as prescribed.
        self.free.push(choices.len() > 2);
    }

    fn walk(&mut self, hir: &Hir) {
        match hir.kind() {
            // What must stand around a token is the template's business.
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| self.choose(&[byte])),
            HirKind::Class(class) => {
                let choices = usual(&members(class));
                if !choices.is_empty() {
                    self.choose(&choices);
                }
            }
            HirKind::Repetition(repetition) => {
                let blank = matches!(repetition.sub.kind(),
                    HirKind::Class(class) if usual(&members(class)).trim_ascii().is_empty());
                let more = if blank { self.more.min(1) } else { self.more };
                let least = repetition.min;
                let most = repetition.max.unwrap_or(u32::MAX).min(least.saturating_add(more));
                let count = least as usize + self.random.below((most - least) as usize + 1);
                for _ in 0..count {
                    self.walk(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => {
                let start = self.text.len();
                self.walk(&capture.sub);
                if capture.name.as_deref() == Some("secret") {
                    self.secret = Some(start..self.text.len());
                }
            }
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.walk(part)),
            HirKind::Alternation(parts) => {
                let at = self.random.below(parts.len());
                self.walk(&parts[at]);
            }
        }
    }

    /// Writes the checksum and says how much is wrong with the outcome.
    fn finish(self, rule: &Rule) -> (u32, Generated) {
        let (mut text, mut free) = (self.text, self.free);
        let mut secret = self.secret.unwrap_or(0..text.len());
        let mut faults = 0;
        if let Some(check) = rule.check {
            let mut token = text[secret.clone()].to_vec();
            check.fill(&mut token);
            if !check.run(&token).passes() {
                faults += 4;
            }
            let end = secret.start + token.len();
            if token.len() != secret.len() {
                // Rewritten throughout: nothing in it is chance.
                free.splice(secret.clone(), vec![false; token.len()]);
            }
            text.splice(secret.clone(), token);
            secret.end = end;
        }
        if rule.window > 0 && text.len() > rule.window as usize {
            faults += 2;
        }
        let value = &text[secret.clone()];
        if is_monotonous(value, rule)
            || rule.judge.is_some() && !is_mixed(value)
            || WORDS.iter().any(|word| holds(&text, &free, word))
        {
            faults += 1;
        }
        if rule.shape == Shape::Named && is_uneven(value, rule) {
            faults += 1;
        }
        (faults, Generated { text, secret })
    }
}

/// The bytes of a class.
fn members(class: &Class) -> Vec<u8> {
    let has = |byte: u8| match class {
        Class::Bytes(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte))
        }
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .any(|range| byte < 0x80 && (range.start()..=range.end()).contains(&char::from(byte))),
    };
    (0..=255).filter(|&byte| has(byte)).collect()
}

/// The bytes of a class that are likely in a token: of a wide class letters and digits, of others
/// all that can be printed.
fn usual(members: &[u8]) -> Vec<u8> {
    let of =
        |class: fn(&u8) -> bool| -> Vec<u8> { members.iter().copied().filter(class).collect() };
    let printed = of(u8::is_ascii_graphic);
    let wide = printed.len() >= 80 || members.iter().any(|byte| !byte.is_ascii());
    let words = if wide { of(u8::is_ascii_alphanumeric) } else { Vec::new() };
    [words, printed, of(|&byte| byte == b' '), of(|&byte| byte == b'\n')]
        .into_iter()
        .find(|choices| !choices.is_empty())
        .unwrap_or_else(|| members.to_vec())
}

/// Whether a secret has less variety than chance gives, or than the rule asks for.
fn is_monotonous(secret: &[u8], rule: &Rule) -> bool {
    let mut counts = [0u32; 256];
    for &byte in secret {
        counts[usize::from(byte)] += 1;
    }
    let distinct = counts.iter().filter(|&&count| count > 0).count();
    let entropy: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / secret.len() as f64)
        .map(|share| -share * share.log2())
        .sum();
    (secret.len() >= 16 && distinct < 8) || entropy * 100.0 < f64::from(rule.min_entropy)
}

/// Whether a secret has fewer digits among its letters than most have by chance: it may be taken for a word.
fn is_uneven(secret: &[u8], rule: &Rule) -> bool {
    let edges =
        secret.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit());
    let edges = edges.count();
    rule.alphabet.contains(b'0')
        && (b'A'..=b'z').any(|byte| rule.alphabet.contains(byte))
        && edges * 5 < secret.len()
}

/// Whether a value has what a judge of values asks for, whatever the alphabet.
fn is_mixed(value: &[u8]) -> bool {
    let count = |class: fn(&u8) -> bool| value.iter().filter(|byte| class(byte)).count();
    let turns = value.windows(2).filter(|p| p[0].is_ascii_digit() != p[1].is_ascii_digit()).count();
    let digits = count(u8::is_ascii_digit);
    digits >= 3 && turns * 4 >= value.len() && count(u8::is_ascii_alphabetic) >= 3
}

/// Whether `text` holds `word`, at least partly by chance.
fn holds(text: &[u8], free: &[bool], word: &[u8]) -> bool {
    text.windows(word.len())
        .zip(free.windows(word.len()))
        .any(|(window, free)| free.contains(&true) && window.eq_ignore_ascii_case(word))
}

/// A template with its markers replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text to scan.
    pub text: Vec<u8>,
    /// What must be found in it: the rule's identifier and where the secret stands.
    pub expected: Vec<(String, Range<usize>)>,
}

/// Why a template could not be expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    marker: String,
    reason: &'static str,
}

impl Error {
    /// The marker that could not be replaced, without its braces.
    pub fn marker(&self) -> &str {
        &self.marker
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{{}}}}}: {}", self.marker, self.reason)
    }
}

impl std::error::Error for Error {}

/// Replaces the markers of a template by tokens.
///
/// - `{{rule-id}}` becomes a token of that rule and is expected to be found. The same marker
///   becomes the same token wherever it stands; `{{rule-id#2}}` becomes another.
/// - `{{rule-id:broken}}` becomes one that the rule's check refuses, and is not expected.
/// - `~~` is removed.
///
/// Other text in double braces is left as it is: templates are full of it. To keep a single word
/// in braces, break it: `{{~~name}}`.
pub fn expand<'r>(
    template: &str,
    rules: &dyn Fn(&str) -> Option<&'r Rule>,
    seed: u64,
) -> Result<Expanded, Error> {
    let mut out = Expanded::default();
    let mut rest = template;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("~~") {
            rest = after;
        } else if let Some((marker, after)) = Marker::at_start(rest) {
            marker.write(rules, seed, &mut out)?;
            rest = after;
        } else {
            let (byte, after) = rest.split_at(first.len_utf8());
            out.text.extend_from_slice(byte.as_bytes());
            rest = after;
        }
    }
    Ok(out)
}

/// What stands between double braces.
struct Marker<'t> {
    text: &'t str,
    id: &'t str,
    variant: u64,
    broken: bool,
}

impl<'t> Marker<'t> {
    fn at_start(template: &'t str) -> Option<(Marker<'t>, &'t str)> {
        let (text, after) = template.strip_prefix("{{")?.split_once("}}")?;
        let (rest, broken) = match text.strip_suffix(":broken") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (id, variant) = match rest.split_once('#') {
            Some((id, number)) => (id, number.parse().ok()?),
            None => (rest, 1),
        };
        is_id(id).then_some((Marker { text, id, variant, broken }, after))
    }

    fn write<'r>(
        &self,
        rules: &dyn Fn(&str) -> Option<&'r Rule>,
        seed: u64,
        out: &mut Expanded,
    ) -> Result<(), Error> {
        let error = |reason| Error { marker: self.text.to_owned(), reason };
        let rule = rules(self.id).ok_or_else(|| error("there is no such rule"))?;
        let mut made = generate(rule, seed.wrapping_add(self.variant));
        let start = out.text.len();
        if self.broken {
            let check = rule.check.ok_or_else(|| error("the rule has no check to break"))?;
            let mut secret = made.text[made.secret.clone()].to_vec();
            check.spoil(&mut secret);
            made.text.splice(made.secret, secret);
        } else {
            let span = start + made.secret.start..start + made.secret.end;
            out.expected.push((self.id.to_owned(), span));
        }
        out.text.extend(made.text);
        Ok(())
    }
}

/// Whether `text` is in kebab-case.
fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.split('-').all(|word| !word.is_empty() && word.bytes().all(plain))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::checks::{Check, Verdict};
    use crate::rule::{Boundary, ByteSet, List, Severity, Text};

    /// A rule with the given pattern and nothing else of note.
    pub(crate) fn rule(id: &'static str, pattern: &'static str, check: Option<Check>) -> Rule {
        Rule {
            id: id.into(),
            name: Text::default(),
            issuer: Text::default(),
            severity: Severity::High,
            url: Text::default(),
            fix: Text::default(),
            enabled: true,
            self_identifying: true,
            shape: Shape::Token,
            heads: List::default(),
            pattern: pattern.into(),
            offset: (0, 0),
            window: 65536,
            min_len: 0,
            required: None,
            sign: None,
            stretch: None,
            chosen: false,
            judge: None,
            pair: None,
            alphabet: ByteSet::ALL,
            first: ByteSet::ALL,
            second: ByteSet::ALL,
            left: Boundary::Word,
            right: Boundary::Word,
            check,
            min_entropy: 0,
            context: List::default(),
            within: 100,
            role: List::default(),
            examples: List::default(),
            counterexamples: List::default(),
        }
    }

    #[test]
    fn tokens_match_their_pattern() {
        for pattern in [
            "exk_[0-9A-Za-z]{32}",
            r"(?i)key\s*[:=]\s*(?P<secret>[0-9a-f]{32,})",
            r"a(?:bc|de?|[^x]{3})+-\w{4,8}",
            r#""token": "(?P<secret>[^"\n]{20,200})""#,
            r"(?:glpat|glrt)-[\w-]{20}",
            r"x[\x80-\xff]y",
            r"[\s\S]{10}",
        ] {
            let (rule, regex) = (rule("some-rule", pattern, None), whole(pattern).unwrap());
            for seed in 0..50 {
                let made = generate(&rule, seed);
                assert!(regex.is_match(&made.text), "{pattern}: {}", made.text.escape_ascii());
                assert!(made.secret.end <= made.text.len() && !made.secret.is_empty());
                assert_eq!(made, generate(&rule, seed));
            }
            assert_ne!(generate(&rule, 1).text, generate(&rule, 2).text);
        }
    }

    #[test]
    fn every_built_in_rule_has_tokens() {
        for (_, rule) in
            crate::RuleSet::builtin().iter().filter(|(_, rule)| rule.shape == Shape::Token)
        {
            let regex = whole(&rule.pattern).unwrap();
            for seed in 0..8 {
                let made = generate(rule, seed);
                let show = || format!("{} {seed}: {}", rule.id, made.text.escape_ascii());
                assert!(regex.is_match(&made.text), "{}", show());
                assert!(made.text.len() <= rule.window as usize, "{}", show());
                let secret = &made.text[made.secret.clone()];
                assert!(rule.check.is_none_or(|check| check.run(secret).passes()), "{}", show());
            }
        }
    }

    #[test]
    fn the_token_of_a_seed_is_the_same_everywhere() {
        let made = generate(&rule("example-api-key", "exk_[0-9A-Za-z]{12}", None), 1);
        assert_eq!(made.text.escape_ascii().to_string(), concat!("exk_", "33wTvWnTsIy3"));
    }

    #[test]
    fn the_checksum_stands_in_the_secret() {
        let rule = rule(
            "npm-token",
            r"_authToken=(?P<secret>npm_[0-9A-Za-z]{36})",
            Some(Check::Crc32Base62),
        );
        let made = generate(&rule, 7);
        assert_eq!(made.secret, 11..51);
        assert_eq!(Check::Crc32Base62.run(&made.text[made.secret]), Verdict::Verified);
    }

    #[test]
    fn no_placeholder_comes_about_by_chance() {
        let digits = rule("many-digits", "sk_test_[0-9]{40}", None);
        for seed in 0..200 {
            let text = generate(&digits, seed).text;
            assert!(!text[8..].windows(4).any(|window| window == b"1234"));
            assert!(text.starts_with(b"sk_test_"));
        }
    }

    #[test]
    fn the_window_is_kept() {
        let mut rule = rule("open-ended", "tok-[0-9a-z]{20,}", None);
        rule.window = 24;
        assert_eq!(generate(&rule, 3).text.len(), 24);
    }

    #[test]
    fn shapes_without_a_pattern() {
        let mut rule = rule("generic-assignment", "", None);
        rule.shape = Shape::Assignment;
        let made = generate(&rule, 1);
        assert_eq!((made.text.len(), made.secret), (24, 0..24));
        rule.shape = Shape::Bare;
        assert_eq!(generate(&rule, 1).text.len(), 40);
    }

    #[test]
    fn markers_become_tokens_and_expectations() {
        let plain = rule("a-key", "key-(?P<secret>[0-9a-f]{16})", None);
        let checked = rule("b-key", "bk_[0-9A-Za-z]{36}", Some(Check::Crc32Base62));
        let rules = |id: &str| match id {
            "a-key" => Some(&plain),
            "b-key" => Some(&checked),
            _ => None,
        };
        let expanded = expand(
            "é~~1 {{a-key}} {{ x }} {{a-key#2}}{{a-key}} ${{{b-key}}} {{b-key:broken}}",
            &rules,
            0,
        )
        .unwrap();
        let ids: Vec<&str> = expanded.expected.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["a-key", "a-key", "a-key", "b-key"]);
        let texts: Vec<&[u8]> =
            expanded.expected.iter().map(|(_, span)| &expanded.text[span.clone()]).collect();
        assert!(texts[..3].iter().all(|text| text.len() == 16));
        assert_eq!(texts[0], texts[2]);
        assert_ne!(texts[0], texts[1]);
        assert_eq!(Check::Crc32Base62.run(texts[3]), Verdict::Verified);
        assert!(expanded.text.starts_with("é1 key-".as_bytes()));
        assert!(crate::checks::encoding::find(&expanded.text, b" {{ x }} ").is_some());
        let broken = &expanded.text[expanded.text.len() - 39..];
        assert_eq!(Check::Crc32Base62.run(broken), Verdict::Rejected);
    }

    #[test]
    fn markers_that_mean_nothing() {
        let plain = rule("a-key", "key-[0-9a-f]{16}", None);
        let rules = |id: &str| (id == "a-key").then_some(&plain);
        let error = expand("{{no-key}}", &rules, 0).unwrap_err();
        assert_eq!(error.to_string(), "{{no-key}}: there is no such rule");
        assert_eq!(expand("{{a-key:broken}}", &rules, 0).unwrap_err().marker(), "a-key:broken");
        for text in
            ["{{ no-key }}", "{{A}}", "{{a.b}}", "{{", "{{a-key", "{{}}", "{{a--b}}", "{{a-key#x}}"]
        {
            assert_eq!(expand(text, &rules, 0).unwrap().text, text.as_bytes());
        }
        assert_eq!(expand("{{~~name}}", &rules, 0).unwrap().text, b"{{name}}");
    }
}
