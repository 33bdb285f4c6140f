//! Haystacks: clean text made from a fixed seed, the sources of the local cargo registry, hostile bytes,
//! and text with a known number of secrets. Apart from the benches because each must know its answer.

use std::path::{Path, PathBuf};
use std::{env, fs};

use secscan_core::Scanner;
use secscan_core::generate::generate;

/// Files held in memory, and what they come to.
pub(crate) struct Corpus {
    pub(crate) name: &'static str,
    pub(crate) files: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Corpus {
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, text)| text.len() as u64).sum()
    }

    /// One file of generated source code. Nothing in it is a secret.
    pub(crate) fn generated(len: usize) -> Corpus {
        Corpus { name: "generated", files: vec![(b"generated.rs".to_vec(), source(len))] }
    }

    /// Up to `limit` bytes of the sources that cargo has unpacked, in the order of their paths; `None`
    /// where there are few. They differ between machines, so figures from them compare within a run only.
    pub(crate) fn registry(limit: u64) -> Option<Corpus> {
        let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
            let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"))?;
            Some(PathBuf::from(home).join(".cargo"))
        })?;
        let mut paths = Vec::new();
        walk(&home.join("registry/src"), &mut paths);
        paths.sort();
        let mut corpus = Corpus { name: "registry", files: Vec::new() };
        let mut total = 0;
        for path in paths {
            if total >= limit {
                break;
            }
            let Ok(text) = fs::read(&path) else { continue };
            total += text.len() as u64;
            corpus.files.push((path.into_os_string().into_encoded_bytes(), text));
        }
        (total > 1_000_000).then_some(corpus)
    }
}

fn walk(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), paths),
            Ok(kind) if kind.is_file() => {
                let path = entry.path();
                let extension = path.extension().and_then(|extension| extension.to_str());
                if matches!(
                    extension,
                    Some("rs" | "toml" | "md" | "json" | "c" | "h" | "py" | "yml")
                ) {
                    paths.push(path);
                }
            }
            _ => {}
        }
    }
}

/// A generator that gives the same numbers on every platform.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}

const WORDS: [&str; 64] = [
    "value", "index", "result", "state", "parse", "next", "buffer", "len", "path", "error",
    "write", "read", "config", "options", "default", "node", "tree", "field", "name", "source",
    "target", "request", "response", "handler", "stream", "reader", "match", "pattern", "iter",
    "map", "filter", "count", "start", "end", "line", "column", "offset", "span", "kind", "type",
    "schema", "build", "test", "case", "expected", "actual", "cache", "entry", "slot", "block",
    "chunk", "size", "limit", "depth", "width", "height", "color", "style", "event", "signal",
    "thread", "worker", "queue", "batch",
];

/// Keywords of rules, as often as real sources have them: about 400 in a megabyte.
const KEYWORDS: [&str; 8] =
    ["token", "auth", "token", "secret", "password", "token", "auth", "api_key"];

fn source(len: usize) -> Vec<u8> {
    let mut chance = Chance(20_26);
    let mut text = String::with_capacity(len + 256);
    while text.len() < len {
        line(&mut chance, &mut text);
    }
    text.truncate(len);
    text.into_bytes()
}

fn line(chance: &mut Chance, text: &mut String) {
    let mut names: [String; 4] = Default::default();
    for name in &mut names {
        let first = if chance.below(230) == 0 { chance.of(&KEYWORDS) } else { chance.of(&WORDS) };
        *name = format!("{first}_{}", chance.of(&WORDS));
    }
    let [a, b, c, d] = names;
    let (number, indent) = (chance.below(4096), "    ".repeat(chance.below(4)));
    let camel = |name: &str| -> String {
        name.split('_').flat_map(|w| [w[..1].to_ascii_uppercase(), w[1..].to_owned()]).collect()
    };
    text.push_str(&indent);
    match chance.below(10) {
        0 => text.push_str(&format!("let {a} = self.{b}.{c}(&{d}, {number})?;")),
        1 => {
            text.push_str(&format!("// The {} of {} is {} when {}.", a, b, c, d).replace('_', " "))
        }
        2 => text.push_str(&format!(
            "if {a} == {number} {{ return Err({}::{}); }}",
            camel(&b),
            camel(&c)
        )),
        3 => text.push_str(&format!("pub fn {a}({b}: &{}) -> {} {{", camel(&c), camel(&d))),
        4 => text.push_str(&format!("\"{}\": \"{}\",", a, b.replace('_', " "))),
        5 => text.push_str(&format!("use {a}::{b}::{{{}, {}}};", camel(&c), camel(&d))),
        6 => text
            .push_str(&format!("assert_eq!({a}({number}), {}, \"{c}: {{}}\", {d});", number / 3)),
        7 => text.push_str(&format!("for {a} in {b}.iter().map(|{c}| {c} + {number:#x}) {{")),
        8 => text.push('}'),
        _ => text.push_str(&format!("{}::new({a}, {b}).with_{c}({d})", camel(&d))),
    }
    text.push('\n');
}

/// A prompt as people write it to an assistant: prose, a little code, no secret.
pub(crate) fn prompt(len: usize) -> Vec<u8> {
    let mut text =
        b"Please look at why the login test fails. The token is refreshed, but the password\n\
        field stays empty, and the request ends with 401. Here is the module:\n\n"
            .to_vec();
    text.extend(source(len - text.len()));
    text
}

/// A piece repeated until there is a megabyte of it.
pub(crate) fn repeated(piece: &[u8]) -> Vec<u8> {
    piece.iter().copied().cycle().take(1 << 20).collect()
}

/// `count` lines, each with another token of the rule.
pub(crate) fn secrets(scanner: &Scanner, rule: &str, count: u64) -> Vec<u8> {
    let rules = scanner.rules();
    let rule = rules.get(rules.find(rule).expect("the rule is built in"));
    let mut text = Vec::new();
    for seed in 0..count {
        text.extend_from_slice(b"value = \"");
        text.extend_from_slice(&generate(rule, seed).text);
        text.extend_from_slice(b"\"\n");
    }
    text
}

/// A rule file with so many rules.
pub(crate) fn rule_file(count: usize) -> String {
    let rule = |number: usize| {
        format!(
            "[[rule]]\nid = \"acme-{number}\"\nname = \"Acme key {number}\"\nseverity = \"high\"\n\
             heads = [\"acme{number:02}_\"]\npattern = 'acme{number:02}_[0-9A-Za-z]{{32}}'\n\
             fix = \"Revoke it.\"\nexamples = [\"{{{{acme-{number}}}}}\"]\n\n"
        )
    };
    (0..count).map(rule).collect()
}
