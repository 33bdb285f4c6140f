//! Compiles the built-in rules: the rules as constants, and the tables by which their heads are found.

#![allow(missing_docs, unreachable_pub, unused_imports, dead_code)]
// A build script reads its environment and writes files; the library does neither.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::HashMap;
use std::fmt::{Debug, Write as _};
use std::path::Path;
use std::{env, fs};

// The library's own modules, so that built-in rules and a user's are compiled by the same code.
#[path = "src/checks/kind.rs"]
mod checks;
#[path = "src/compile/mod.rs"]
mod compile;
#[path = "src/rule.rs"]
mod rule;
#[path = "src/stored.rs"]
mod stored;

use compile::filter::Look;
use rule::{Head, Rule, Shape, Store, Text};

// No rule is built in before this has run.
impl Store for str {
    fn built_in() -> &'static str {
        ""
    }
}

impl Store for [Text] {
    fn built_in() -> &'static [Text] {
        &[]
    }
}

impl Store for [Head] {
    fn built_in() -> &'static [Head] {
        &[]
    }
}

fn main() {
    for path in ["build.rs", "src/checks/kind.rs", "src/compile", "src/rule.rs", "src/stored.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = env::var("OUT_DIR").expect("cargo sets it");

    let rules = compile::builtin_rules().unwrap_or_else(|error| panic!("{error}"));
    fs::write(Path::new(&out).join("heads.rs"), tables(&rules)).expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("builtin.rs"), code(&rules)).expect("OUT_DIR is writable");
}

/// The tables that the engine searches with.
fn tables(rules: &[Rule]) -> String {
    let mut code = String::new();
    for (name, look) in [("BY_CLASSES", Look::Classes), ("BY_NIBBLES", Look::Nibbles)] {
        let (heads, filter) =
            compile::heads::compile_builtin(rules, look).unwrap_or_else(|error| panic!("{error}"));
        write!(
            code,
            "pub(crate) static {name}: Tables = Tables {{\n\
             heads: Heads {{ entries: Cow::Borrowed(&{:?}), groups: Cow::Borrowed(&{:?}), \
             members: Cow::Borrowed(&{:?}), parts: Cow::Borrowed(&{:?}), slots: Cow::Borrowed(&{:?}), tails: Cow::Borrowed(&{:?}), rules: Cow::Borrowed(&{:?}) }},\n\
             filter: Filter {{ look: Look::{look:?}, classes: {:?}, low: {:?}, high: {:?}, words: {:?} }} }};\n",
            heads.entries,
            heads.groups,
            heads.members,
            heads.parts,
            heads.slots,
            heads.tails,
            heads.rules,
            filter.classes,
            filter.low,
            filter.high,
            filter.words,
        )
        .unwrap();
    }
    code
}

/// The rules as Rust code: constants need no parsing at start-up, and without a pointer in them no loading.
fn code(rules: &[Rule]) -> String {
    let documented = compile::documented(secscan_rules::DOCUMENTED)
        .unwrap_or_else(|line| panic!("documented.txt:{line}: not 16 hex digits"));
    let mut stores = Stores::default();
    // What a search looks at stands together.
    for rule in rules {
        stores.texts(&rule.context);
        stores.texts(&rule.role);
        stores.text(&rule.pattern);
    }
    let of = |wanted: fn(&Rule) -> bool| -> Vec<String> {
        let numbers = rules.iter().enumerate().filter(|(_, rule)| wanted(rule));
        numbers.map(|(number, _)| number.to_string()).collect()
    };
    let mut code = String::new();
    constant(&mut code, "ENABLED", "bool", &debug(rules.iter().map(|rule| rule.enabled)));
    constant(&mut code, "BARE", "u16", &of(|rule| rule.shape == Shape::Bare));
    constant(&mut code, "NAMED", "u16", &of(|rule| rule.shape == Shape::Named));
    constant(&mut code, "LED", "u16", &of(Rule::is_led));
    let behind = rules.iter().map(Rule::behind).max().unwrap_or(0);
    writeln!(code, "pub(crate) const BEHIND: usize = {behind};").unwrap();
    let rules: Vec<String> = rules.iter().map(|rule| stores.rule(rule)).collect();
    constant(&mut code, "RULES", "Rule", &rules);
    constant(&mut code, "LISTED", "Text", &stores.listed.all);
    constant(&mut code, "HEADS", "Head", &stores.heads.all);
    writeln!(code, "static TEXTS: &str = {:?};", stores.texts).unwrap();
    constant(&mut code, "DOCUMENTED", "u64", &debug(&documented));
    code
}

fn constant(code: &mut String, name: &str, of: &str, elements: &[String]) {
    let (len, elements) = (elements.len(), elements.join(", "));
    writeln!(code, "pub(crate) static {name}: [{of}; {len}] = [{elements}];").unwrap();
}

fn debug(elements: impl IntoIterator<Item = impl Debug>) -> Vec<String> {
    elements.into_iter().map(|element| format!("{element:?}")).collect()
}

/// What the rules have parts of, and where its parts stand: many texts are used again.
#[derive(Default)]
struct Stores {
    texts: String,
    places: HashMap<String, usize>,
    listed: Lists,
    heads: Lists,
}

#[derive(Default)]
struct Lists {
    all: Vec<String>,
    places: HashMap<Vec<String>, usize>,
}

impl Stores {
    fn rule(&mut self, rule: &Rule) -> String {
        let check = match rule.check {
            Some(check) => format!("Some(Check::{})", check.variant()),
            None => "None".to_owned(),
        };
        let judge = match rule.judge {
            Some(value) => format!("Some(Value::{value:?})"),
            None => "None".to_owned(),
        };
        let stretch = match rule.stretch {
            Some(stretch) => format!(
                "Some(Stretch {{ len: {}, bytes: ByteSet({:?}) }})",
                stretch.len, stretch.bytes.0
            ),
            None => "None".to_owned(),
        };
        let sign = match rule.sign {
            Some(sign) => format!(
                "Some(Sign {{ skip: {}, before: ByteSet({:?}), byte: {} }})",
                sign.skip, sign.before.0, sign.byte
            ),
            None => "None".to_owned(),
        };
        let pair = match rule.pair {
            Some(pair) => format!("Some(Pair::{pair:?})"),
            None => "None".to_owned(),
        };
        format!(
            "Rule {{ id: {}, name: {}, issuer: {}, severity: Severity::{:?}, url: {}, fix: {}, \
             enabled: {}, self_identifying: {}, shape: Shape::{:?}, heads: {}, pattern: {}, offset: {:?}, \
             window: {}, min_len: {}, required: {:?}, sign: {sign}, stretch: {stretch}, chosen: {}, judge: {judge}, pair: {pair}, \
             alphabet: ByteSet({:?}), first: ByteSet({:?}), second: ByteSet({:?}), left: Boundary::{:?}, right: Boundary::{:?}, \
             check: {check}, min_entropy: {}, context: {}, within: {}, role: {}, examples: {}, \
             counterexamples: {} }}",
            self.text(&rule.id),
            self.text(&rule.name),
            self.text(&rule.issuer),
            rule.severity,
            self.text(&rule.url),
            self.text(&rule.fix),
            rule.enabled,
            rule.self_identifying,
            rule.shape,
            self.heads(&rule.heads),
            self.text(&rule.pattern),
            rule.offset,
            rule.window,
            rule.min_len,
            rule.required,
            rule.chosen,
            rule.alphabet.0,
            rule.first.0,
            rule.second.0,
            rule.left,
            rule.right,
            rule.min_entropy,
            self.texts(&rule.context),
            rule.within,
            self.texts(&rule.role),
            self.texts(&rule.examples),
            self.texts(&rule.counterexamples),
        )
    }

    fn text(&mut self, text: &str) -> String {
        let start = *self.places.entry(text.to_owned()).or_insert_with(|| {
            self.texts.push_str(text);
            self.texts.len() - text.len()
        });
        part(start, text.len())
    }

    fn texts(&mut self, texts: &[Text]) -> String {
        let texts = texts.iter().map(|text| self.text(text)).collect();
        self.listed.part(texts)
    }

    fn heads(&mut self, heads: &[Head]) -> String {
        let heads = heads.iter().map(|Head { literal, ignore_case }| {
            format!("Head {{ literal: {}, ignore_case: {ignore_case} }}", self.text(literal))
        });
        let heads = heads.collect();
        self.heads.part(heads)
    }
}

impl Lists {
    fn part(&mut self, list: Vec<String>) -> String {
        let len = list.len();
        let start = *self.places.entry(list.clone()).or_insert_with(|| {
            self.all.extend(list);
            self.all.len() - len
        });
        part(start, len)
    }
}

fn part(start: usize, len: usize) -> String {
    format!("Stored::built_in({start}, {len})")
}
