//! `.gitleaks.toml`: what its rules and allowlists do, and what is said of what they cannot.

use std::ops::ControlFlow;

use secscan_core::gitleaks::{self, Effect, Standing};
use secscan_core::sanitize::{self, Sanitizer, Stream};
use secscan_core::{Input, RuleSet, Scanner};

/// Digits that look random, another row for each seed.
fn digits(seed: u64) -> String {
    let mut state = seed.wrapping_add(7).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b"0123456789abcdef"[(state >> 33) as usize % 16])
    };
    (0..32).map(|_| next()).collect()
}

fn adopt(text: &str, standing: Standing) -> (Scanner, Vec<String>) {
    let config = gitleaks::parse("g.toml", text).unwrap();
    let mut rules = RuleSet::builtin();
    let adopted = rules.adopt(config, standing);
    let notes = adopted.notes.iter().map(ToString::to_string).collect();
    (Scanner::new(rules).unwrap(), notes)
}

/// The rules that report something in a file.
fn found(scanner: &Scanner, path: &str, text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut cache = scanner.create_cache();
    let input = Input::new(text).path(path.as_bytes());
    let _ = scanner.scan(&mut cache, &input, |finding| {
        all.push(scanner.rule(&finding).id.to_string());
        ControlFlow::<()>::Continue(())
    });
    all
}

#[test]
fn a_rule_is_searched_for_everywhere() {
    let config = r#"
        title = "ours"
        [extend]
        useDefault = true
        [[rules]]
        id = "Zorb_Token"
        description = "Zorb token"
        regex = '''(?i)[\w.-]{0,30}?zorb[\w.-]{0,20}\s*[:=]\s*['"]?([0-9a-f]{32})(?:['"\s]|$)'''
        keywords = ["zorb"]
        tags = ["x"]
        entropy = 3
    "#;
    let (scanner, notes) = adopt(config, Standing::Project);
    assert_eq!(notes, [""; 0]);
    let value = digits(1);
    for text in [
        format!("my.ZORB_id = \"{value}\"\n"),
        format!("zorb: {value}"),
        format!("x=1 xzorbx={value} y"),
    ] {
        assert_eq!(found(&scanner, "a", &text), ["zorb-token"], "{text}");
        let finding = &scanner.find_all(&text)[0];
        assert_eq!(finding.secret.expose(), value.as_bytes());
    }
    let dull = format!("zorb = {}", "01".repeat(16));
    assert!(!found(&scanner, "a", &dull).contains(&"zorb-token".to_owned()));
}

#[test]
fn allowlists_of_every_kind() {
    let (a, b) = (digits(1), digits(2));
    let rule = "[extend]\nuseDefault = true\n[[rules]]\nid = \"zq\"\nregex = 'zq_([0-9a-f]{32})'\n";
    let cases = [
        (format!("[[rules.allowlists]]\nregexes = ['^{a}$']"), true, false),
        (format!("[rules.allowlist]\nstopwords = ['{}']", a[..9].to_uppercase()), true, false),
        ("[[rules.allowlists]]\npaths = ['^docs/']".to_owned(), true, true),
        ("[[rules.allowlists]]\nregexTarget = 'line'\nregexes = ['fine$']".to_owned(), true, false),
        ("[[rules.allowlists]]\nregexTarget = 'match'\nregexes = ['^zq_']".to_owned(), true, true),
        (
            "[[rules.allowlists]]\nregexTarget = 'secret'\nregexes = ['^zq_']".to_owned(),
            false,
            false,
        ),
        (
            format!(
                "[[rules.allowlists]]\ncondition = 'AND'\npaths = ['^docs/']\nregexes = ['{a}']"
            ),
            true,
            false,
        ),
        (
            format!(
                "[[rules.allowlists]]\ncondition = 'AND'\npaths = ['^src/']\nregexes = ['{a}']"
            ),
            false,
            false,
        ),
        (format!("[[allowlists]]\ntargetRules = ['zq']\nstopwords = ['{}']", &a[..9]), true, false),
        (format!("[allowlist]\nregexes = ['{a}']"), true, false),
        (format!("[whitelist]\nregexes = ['{a}']"), true, false),
    ];
    for (allow, first, second) in cases {
        let (scanner, notes) = adopt(&format!("{rule}{allow}\n"), Standing::Project);
        assert_eq!(notes, [""; 0], "{allow}");
        for (text, hidden) in
            [(format!("k zq_{a} # fine\n"), first), (format!("k zq_{b} # not\n"), second)]
        {
            assert_eq!(found(&scanner, "docs/x.md", &text).is_empty(), hidden, "{allow}: {text}");
        }
    }
}

#[test]
fn a_path_keeps_a_rule_to_files() {
    let config = "[[rules]]\nid = \"zq\"\nregex = 'zq_[0-9a-f]{32}'\npath = '\\.tf$'\n";
    let (scanner, notes) = adopt(config, Standing::Project);
    let text = format!("k zq_{}\n", digits(3));
    assert_eq!(found(&scanner, "a/b.tf", &text), ["zq"]);
    assert!(found(&scanner, "a/b.md", &text).is_empty());
    // Without a file, it is looked for.
    assert_eq!(scanner.find_all(&text).len(), 1);
    // Nothing was said of the default rules.
    assert!(notes.iter().any(|note| note.contains("built-in ones are off")), "{notes:?}");
    let on = scanner.rules().iter().filter(|(id, _)| scanner.rules().is_enabled(*id)).count();
    assert_eq!(on, 1);
    let (added, _) = adopt(config, Standing::Addition);
    assert!(added.rules().iter().filter(|(id, _)| added.rules().is_enabled(*id)).count() > 100);
}

#[test]
fn a_keyword_leads_where_no_literal_does() {
    let config =
        "[[rules]]\nid = \"bare\"\nregex = '\\b[0-9a-f]{32}\\b'\nkeywords = [\"zorbsys\"]\n";
    let (scanner, notes) = adopt(config, Standing::Project);
    assert!(notes.iter().any(|note| note.starts_with("g.toml:3: rule 'bare': ")), "{notes:?}");
    let value = digits(4);
    let text = format!("# ZorbSys access\nid: 12\nvalue -> {value} end");
    let all = scanner.find_all(&text);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].secret.expose(), value.as_bytes());
    assert!(scanner.find_all(&format!("value -> {value} end")).is_empty());
    // A keyword that is no part of what the regex matches must stand near.
    let config = "[[rules]]\nid = \"far\"\nregex = 'zq_[0-9a-f]{32}'\nkeywords = [\"zorbsys\"]\n";
    let (scanner, _) = adopt(config, Standing::Project);
    assert_eq!(scanner.find_all(&format!("zorbsys\n\n zq_{value}")).len(), 1);
    assert!(scanner.find_all(&format!("other\n\n zq_{value}")).is_empty());
}

#[test]
fn what_is_not_honoured_is_named_and_the_rest_is_used() {
    let config = r#"
[extend]
useDefault = true
disabledRules = ["jwt", "no-such-rule"]
[[rules]]
id = "one"
regex = '[0-9a-f]{32}'
[[rules]]
id = "two"
regex = 'zq_\p{Greek}'
[[rules]]
id = "three"
path = '\.pem$'
[[rules]]
id = "four"
regex = 'zq_([0-9a-f]{32})'
secretGroup = 3
[[rules]]
id = "five"
regex = 'zq_[0-9a-f]{32}'
nonsense = 1
[[rules.allowlists]]
commits = ["abc"]
paths = ["x"]
condition = "AND"
"#;
    let (scanner, notes) = adopt(config, Standing::Project);
    for (place, what) in [
        ("g.toml:4: ", "no-such-rule"),
        ("g.toml:7: rule 'one': ", "keywords"),
        ("g.toml:10: rule 'two': ", "Unicode"),
        ("g.toml:11: rule 'three': ", "no regex"),
        ("g.toml:16: rule 'four': ", "has 1 groups"),
        ("g.toml:21: rule 'five': ", "unknown key"),
        ("g.toml:22: rule 'five': ", "commits"),
    ] {
        let told = notes.iter().any(|note| note.starts_with(place) && note.contains(what));
        assert!(told, "{place}{what}: {notes:#?}");
    }
    assert_eq!(notes.len(), 7, "{notes:#?}");
    let (_, notes) = adopt("[allowlist]\nregexes = ['(secretword']\n", Standing::Project);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].starts_with("g.toml:2: ") && !notes[0].contains("secretword"), "{notes:?}");
    let text = format!("k zq_{}", digits(5));
    assert_eq!(found(&scanner, "a", &text), ["five"]);
    let jwt = scanner.rules().find("jwt").unwrap();
    assert!(!scanner.rules().is_enabled(jwt));
    assert!(gitleaks::parse("g.toml", "a = \n").unwrap_err().to_string().starts_with("g.toml:1: "));
}

#[test]
fn files_extend_each_other() {
    let base = gitleaks::parse(
        "base.toml",
        "[[rules]]\nid = \"a\"\nregex = 'zqa_[0-9a-f]{32}'\n[[rules]]\nid = \"b\"\nregex = 'zqb_[0-9a-f]{32}'\n",
    );
    let over = gitleaks::parse(
        "g.toml",
        "[extend]\npath = \"base.toml\"\ndisabledRules = [\"b\"]\n[[rules]]\nid = \"a\"\n[[rules.allowlists]]\nstopwords = [\"beef\"]\n",
    )
    .unwrap();
    assert_eq!(over.base(), Some("base.toml"));
    let mut rules = RuleSet::builtin();
    let adopted = rules.adopt(over.over(base.unwrap()), Standing::Project);
    assert!(adopted.notes.iter().all(|note| note.effect() == Effect::Meant), "{:?}", adopted.notes);
    let scanner = Scanner::new(rules).unwrap();
    let value = digits(6);
    let text = format!("zqa_{value} zqb_{value} zqa_beef{}", &value[4..]);
    assert_eq!(found(&scanner, "a", &text), ["a"]);
}

#[test]
fn files_are_told_apart() {
    for text in ["[[rules]]\nid = 'a'", "[extend]\nuseDefault = true", "[allowlist]\npaths = []"] {
        assert!(gitleaks::is_one(text), "{text}");
    }
    for text in ["rules = ['a.toml']", "[[allow]]\nreason = 'x'", "[[rule]]\nid = 'a'", "", "x = ["]
    {
        assert!(!gitleaks::is_one(text), "{text}");
    }
}

#[test]
fn the_rest_of_a_line_counts_also_where_it_comes_later() {
    let config = "[extend]\nuseDefault = true\n[[rules]]\nid = \"zq\"\nregex = 'zq_[0-9a-f]{32}'\n[[rules.allowlists]]\nregexTarget = 'line'\nregexes = ['# fine$']\n";
    let (scanner, _) = adopt(config, Standing::Project);
    let sanitizer = Sanitizer::new(scanner);
    let [a, b] = [digits(8), digits(9)];
    let text = format!("one zq_{a}  # fine\ntwo zq_{b}  # not\nend\n");
    for cut in 0..=text.len() {
        let (mut stream, mut out) = (Stream::new(&sanitizer), Vec::new());
        for piece in [&text[..cut], &text[cut..]] {
            stream.push(piece.as_bytes(), &mut out, sanitize::label).unwrap();
        }
        stream.finish(&mut out, sanitize::label).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains(&a) && !out.contains(&b), "cut at {cut}: {out}");
    }
}
