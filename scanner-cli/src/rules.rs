//! `secscan rules`: which rules there are, and all there is to know about one.

use std::io::{self, Write};

use secscan_core::rule::{Rule, Shape};
use secscan_core::{RuleSet, Severity};
use serde::Serialize;

use crate::args::{ListFormat, RuleArgs, RulesCommand};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::project::Project;
use crate::report::Style;
use crate::select::{select, unknown};
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

/// The rules as the flags and the configuration of the current directory have them.
fn selected(args: &RuleArgs) -> Result<RuleSet, Failure> {
    let config = Config::load(&args.config, &Project::of_paths(&[])?)?;
    Ok(select(args, &config)?.rules)
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
    left: &'static str,
    right: &'static str,
    check: Option<&'static str>,
    min_entropy: f64,
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
                Shape::Bare => "bare",
            },
            heads: heads(false),
            keywords: heads(true),
            pattern: &rule.pattern,
            window: rule.window,
            left: rule.left.as_str(),
            right: rule.right.as_str(),
            check: rule.check.map(|check| check.name()),
            min_entropy: f64::from(rule.min_entropy) / 100.0,
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
    line("check", rule.check.unwrap_or(""))?;
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
