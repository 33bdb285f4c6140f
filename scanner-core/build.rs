//! Compiles the built-in rules: the rules as constants, and the tables by which their heads are found.

#![allow(missing_docs, unreachable_pub, dead_code)]
// A build script reads its environment and writes files; the library does neither.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

// The library's own modules, so that built-in rules and a user's are compiled by the same code.
#[path = "src/checks/kind.rs"]
mod checks;
#[path = "src/compile/mod.rs"]
mod compile;
#[path = "src/rule.rs"]
mod rule;

use rule::{Rule, Text};

fn main() {
    for path in ["build.rs", "src/checks/kind.rs", "src/compile", "src/rule.rs"] {
        println!("cargo::rerun-if-changed={path}");
    }
    let out = env::var("OUT_DIR").expect("cargo sets it");

    let rules = compile::builtin_rules().unwrap_or_else(|error| panic!("{error}"));
    fs::write(Path::new(&out).join("heads.rs"), tables(&rules)).expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("builtin.rs"), code(&rules)).expect("OUT_DIR is writable");
}

/// The tables that the engine searches with.
fn tables(rules: &[Rule]) -> String {
    let (heads, filter) =
        compile::heads::compile_builtin(rules).unwrap_or_else(|error| panic!("{error}"));
    format!(
        "pub(crate) static HEAD_TABLE: Heads = Heads {{ entries: Cow::Borrowed(&{:?}), \
         starts: Cow::Borrowed(&{:?}), tails: Cow::Borrowed(&{:?}), rules: Cow::Borrowed(&{:?}) }};\n\
         pub(crate) static FILTER: Filter = Filter {{ exact: {:?}, low: {:?}, high: {:?}, hashes: {:?} }};\n",
        heads.entries,
        heads.starts,
        heads.tails,
        heads.rules,
        filter.exact,
        filter.low,
        filter.high,
        filter.hashes,
    )
}

/// The rules as Rust code: constants need no parsing at start-up.
fn code(rules: &[Rule]) -> String {
    let mut code = String::new();
    writeln!(code, "pub(crate) static RULES: [Rule; {}] = [", rules.len()).unwrap();
    for rule in rules {
        let heads: Vec<String> = rule
            .heads
            .iter()
            .map(|head| {
                format!(
                    "Head {{ literal: Cow::Borrowed({:?}), ignore_case: {} }}",
                    &*head.literal, head.ignore_case
                )
            })
            .collect();
        let list = |texts: &[Text]| {
            let texts: Vec<String> =
                texts.iter().map(|text| format!("Cow::Borrowed({:?})", &**text)).collect();
            format!("Cow::Borrowed(&[{}])", texts.join(", "))
        };
        let check = match rule.check {
            Some(check) => format!("Some(Check::{})", check.variant()),
            None => "None".to_owned(),
        };
        let judge = match rule.judge {
            Some(value) => format!("Some(Value::{value:?})"),
            None => "None".to_owned(),
        };
        let pair = match rule.pair {
            Some(pair) => format!("Some(Pair::{pair:?})"),
            None => "None".to_owned(),
        };
        writeln!(
            code,
            "Rule {{ id: Cow::Borrowed({:?}), name: Cow::Borrowed({:?}), issuer: Cow::Borrowed({:?}), \
             severity: Severity::{:?}, url: Cow::Borrowed({:?}), fix: Cow::Borrowed({:?}), \
             enabled: {}, self_identifying: {}, shape: Shape::{:?}, heads: Cow::Borrowed(&[{}]), \
             pattern: Cow::Borrowed({:?}), offset: {:?}, window: {}, min_len: {}, \
             required: {:?}, chosen: {}, judge: {}, pair: {}, alphabet: ByteSet({:?}), first: ByteSet({:?}), left: Boundary::{:?}, right: Boundary::{:?}, check: {check}, \
             min_entropy: {}, context: {}, within: {}, role: {}, examples: {}, counterexamples: {} }},",
            &*rule.id,
            &*rule.name,
            &*rule.issuer,
            rule.severity,
            &*rule.url,
            &*rule.fix,
            rule.enabled,
            rule.self_identifying,
            rule.shape,
            heads.join(", "),
            &*rule.pattern,
            rule.offset,
            rule.window,
            rule.min_len,
            rule.required,
            rule.chosen,
            judge,
            pair,
            rule.alphabet.0,
            rule.first.0,
            rule.left,
            rule.right,
            rule.min_entropy,
            list(&rule.context),
            rule.within,
            list(&rule.role),
            list(&rule.examples),
            list(&rule.counterexamples),
        )
        .unwrap();
    }
    code.push_str("];\n");
    let documented = compile::documented(secscan_rules::DOCUMENTED)
        .unwrap_or_else(|line| panic!("documented.txt:{line}: not 16 hex digits"));
    writeln!(code, "pub(crate) static DOCUMENTED: [u64; {}] = {documented:?};", documented.len())
        .unwrap();
    code
}
