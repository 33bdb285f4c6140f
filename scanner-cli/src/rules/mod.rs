//! `secscan rules`: which rules there are, all there is to know about one, and whether they are sound.

mod lint;
mod test;

use std::io::{self, Write};

use secscan_core::rule::{Pair, Rule, Shape, Value};
use secscan_core::{RuleId, RuleSet, Severity};
use serde::Serialize;

use crate::args::{ListFormat, RuleArgs, RulesCommand};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::project::Project;
use crate::quantity::things;
use crate::report::Style;
use crate::select::{Selection, matching, select, unknown};
use crate::talk::Talk;

/// Runs the command.
pub(crate) fn run(command: RulesCommand, talk: Talk) -> Result<Exit, Failure> {
    let style = Style::new(talk.colors_stdout());
    match command {
        RulesCommand::List { rules, format } => {
            let rules = selected(&rules)?;
            let all: Vec<Description<'_>> = rules
                .iter()
                .map(|(id, rule)| Description::new(rule, rules.is_enabled(id)))
                .collect();
            Output::Stdout.write(|out| match format {
                ListFormat::Text => list(&all, &style, out),
                ListFormat::Json => json(&all, out),
            })?;
            talk.note(tally(&rules));
        }
        RulesCommand::Test { ids, rules, format } => return test(&ids, &rules, format, talk),
        RulesCommand::Lint { ids, rules, format } => return lint(&ids, &rules, format, talk),
        RulesCommand::Show { id, rules, format } => {
            let rules = selected(&rules)?;
            let number = rules.find(&id).ok_or_else(|| unknown(&id))?;
            let one = Description::new(rules.get(number), rules.is_enabled(number));
            Output::Stdout.write(|out| match format {
                ListFormat::Text => show(&one, &style, out),
                ListFormat::Json => json(&one, out),
            })?;
        }
    }
    Ok(Exit::Clean)
}

/// `secscan rules test`.
fn test(ids: &[String], args: &RuleArgs, format: ListFormat, talk: Talk) -> Result<Exit, Failure> {
    let style = Style::new(talk.colors_stdout());
    let rules = selection(args)?.rules;
    let (all, told) = test::run(&rules, &meant(&rules, ids)?, &style)?;
    Output::Stdout.write(|out| match format {
        ListFormat::Text => out.write_all(&told),
        ListFormat::Json => json(&all, out),
    })?;
    let failed = all.iter().filter(|one| !one.passed).count();
    let number = things(all.len() as u64, "example", "examples");
    talk.note(format!("{number} and counterexamples, {failed} failed"));
    Ok(if failed == 0 { Exit::Clean } else { Exit::Found })
}

/// `secscan rules lint`.
fn lint(ids: &[String], args: &RuleArgs, format: ListFormat, talk: Talk) -> Result<Exit, Failure> {
    let style = Style::new(talk.colors_stdout());
    let Selection { rules, notes, adopted, .. } = selection(args)?;
    let meant = meant(&rules, ids)?;
    let all = lint::run(&rules, &meant, &adopted, &notes)?;
    Output::Stdout.write(|out| match format {
        ListFormat::Text => lint::text(&all, &style, out),
        ListFormat::Json => json(&all, out),
    })?;
    let number = things(meant.len() as u64, "rule", "rules");
    talk.note(format!("{number}, {}", things(all.len() as u64, "thing to mend", "things to mend")));
    Ok(if all.is_empty() { Exit::Clean } else { Exit::Found })
}

/// The rules that are named; else those that are not built in; if there are none, all.
fn meant(rules: &RuleSet, names: &[String]) -> Result<Vec<RuleId>, Failure> {
    let mut ids = Vec::new();
    for name in names {
        ids.extend(matching(rules, name)?);
    }
    if names.is_empty() {
        ids = rules.iter().map(|(id, _)| id).collect();
        if let Some(first) = ids.iter().position(|id| !rules.is_built_in(*id)) {
            // Built-in ones come first.
            ids.drain(..first);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The rules as the flags and the configuration of the current directory have them.
fn selected(args: &RuleArgs) -> Result<RuleSet, Failure> {
    selection(args).map(|selection| selection.rules)
}

fn selection(args: &RuleArgs) -> Result<Selection, Failure> {
    let config = Config::load(&args.config, &Project::of_paths(&[])?)?;
    select(args, &config)
}

fn tally(rules: &RuleSet) -> String {
    let off = rules.iter().filter(|(id, _)| !rules.is_enabled(*id)).count();
    format!("{} rules, {off} of them off", rules.len())
}

/// A rule as it is described.
#[derive(Serialize)]
struct Description<'r> {
    id: &'r str,
    name: &'r str,
    issuer: &'r str,
    severity: &'static str,
    enabled: bool,
    self_identifying: bool,
    shape: &'static str,
    heads: Vec<&'r str>,
    keywords: Vec<&'r str>,
    pattern: &'r str,
    window: u32,
    offset: (u16, u16),
    left: &'static str,
    right: &'static str,
    check: Option<&'static str>,
    min_entropy: f64,
    chosen: bool,
    judge: Option<&'static str>,
    pair: Option<&'static str>,
    context: Vec<&'r str>,
    within: u16,
    role: Vec<&'r str>,
    examples: Vec<&'r str>,
    counterexamples: Vec<&'r str>,
    fix: &'r str,
    url: &'r str,
    #[serde(skip)]
    level: Severity,
}

impl<'r> Description<'r> {
    fn new(rule: &'r Rule, enabled: bool) -> Description<'r> {
        let heads = |ignore_case| {
            let chosen = rule.heads.iter().filter(|head| head.ignore_case == ignore_case);
            chosen.map(|head| &*head.literal).collect()
        };
        let texts =
            |texts: &'r [secscan_core::rule::Text]| texts.iter().map(|text| &**text).collect();
        Description {
            id: &rule.id,
            name: &rule.name,
            issuer: &rule.issuer,
            severity: rule.severity.as_str(),
            enabled,
            self_identifying: rule.self_identifying,
            shape: match rule.shape {
                Shape::Token => "token",
                Shape::Assignment => "assignment",
                Shape::Named => "named",
                Shape::Manifest => "manifest",
                Shape::Bare => "bare",
            },
            heads: heads(false),
            keywords: heads(true),
            pattern: &rule.pattern,
            window: rule.window,
            offset: rule.offset,
            left: rule.left.as_str(),
            right: rule.right.as_str(),
            check: rule.check.map(|check| check.name()),
            min_entropy: f64::from(rule.min_entropy) / 100.0,
            chosen: rule.chosen,
            judge: rule.judge.map(|value| match value {
                Value::Password => "password",
                Value::Key => "key",
            }),
            pair: rule.pair.map(Pair::name),
            context: texts(&rule.context),
            within: rule.within,
            role: texts(&rule.role),
            examples: texts(&rule.examples),
            counterexamples: texts(&rule.counterexamples),
            fix: &rule.fix,
            url: &rule.url,
            level: rule.severity,
        }
    }
}

fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

fn list(all: &[Description<'_>], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let width = |of: fn(&Description<'_>) -> usize| all.iter().map(of).max().unwrap_or(0);
    let id = width(|rule| rule.id.len());
    let issuer = width(|rule| rule.issuer.len());
    for rule in all {
        let severity = style.severity(rule.level, format_args!("{:8}", rule.severity));
        writeln!(
            out,
            "{:id$}  {severity}  {:issuer$}  {}  {}",
            rule.id,
            rule.issuer,
            if rule.enabled { "on " } else { "off" },
            rule.name,
        )?;
    }
    Ok(())
}

fn show(rule: &Description<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", style.strong(rule.id), rule.name)?;
    let quoted = |texts: &[&str]| {
        texts.iter().map(|text| format!("`{text}`")).collect::<Vec<String>>().join(" ")
    };
    let mut line = |name: &str, value: &str| {
        let label = style.faint(format_args!("{name:15}"));
        if value.is_empty() { Ok(()) } else { writeln!(out, "  {label} {value}") }
    };
    line("issuer", rule.issuer)?;
    line("severity", &style.severity(rule.level, rule.severity))?;
    line("on", if rule.enabled { "yes" } else { "no: turn it on with --enable" })?;
    line("in binary files", if rule.self_identifying { "yes" } else { "no" })?;
    line("shape", rule.shape)?;
    line("heads", &quoted(&rule.heads))?;
    line("keywords", &quoted(&rule.keywords))?;
    line("pattern", rule.pattern)?;
    line("longest", &format!("{} bytes", rule.window))?;
    line("boundaries", &format!("{} before, {} after", rule.left, rule.right))?;
    if rule.offset != (0, 0) {
        line("offset", &format!("{} to {} bytes before the head", rule.offset.0, rule.offset.1))?;
    }
    line("check", rule.check.unwrap_or(""))?;
    line("judge", rule.judge.unwrap_or(""))?;
    line(
        "chosen",
        if rule.chosen { "perhaps by a person: words in it tell a placeholder" } else { "" },
    )?;
    line("pair", rule.pair.unwrap_or(""))?;
    if rule.min_entropy > 0.0 {
        line("least entropy", &format!("{} bits per byte", rule.min_entropy))?;
    }
    if !rule.context.is_empty() {
        let place = match (rule.shape, rule.within) {
            ("named", 0) => "in the name".to_owned(),
            ("named", within) => format!("in the name or {within} bytes before"),
            (_, within) => format!("within {within} bytes"),
        };
        line("context", &format!("{} {place}", quoted(&rule.context)))?;
    }
    if !rule.role.is_empty() {
        line("role", &format!("{} in the name", quoted(&rule.role)))?;
    }
    for (name, examples) in [("found", &rule.examples), ("not found", &rule.counterexamples)] {
        for example in examples {
            line(name, &example.trim_end().replace('\n', "\n                  "))?;
        }
    }
    line("fix", rule.fix)?;
    line("see", rule.url)
}
