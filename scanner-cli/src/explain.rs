//! `secscan explain`: what the rules thought of a line, step by step.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{self, Read, Write};
use std::path::Path;

use secscan_core::{Consideration, Content, Input, Lines, Outcome, RuleId, Scanner, Span};

use crate::args::ExplainArgs;
use crate::config::Config;
use crate::exit::{Exit, Failure, cause};
use crate::line::without_secrets;
use crate::output::Output;
use crate::plan::scanner;
use crate::project::Project;
use crate::report::Style;
use crate::select::select;
use crate::show::visible;
use crate::talk::Talk;

/// How many characters of a line are shown.
const WIDTH: usize = 160;

/// Runs the command.
pub(crate) fn run(args: &ExplainArgs, talk: Talk) -> Result<Exit, Failure> {
    let (place, bytes) = read(&args.place)?;
    let project = Project::of_paths(&[place.name.as_str().into()])?;
    let config = Config::load(&args.rules.config, &project)?;
    let rules = select(&args.rules, &config)?.rules;
    let mut all = rules.clone();
    for (id, _) in rules.iter() {
        all.set_enabled(id, true);
    }
    let text = Explained {
        input: Input::new(&bytes).path(place.name.as_bytes()).content(Content::of(&bytes)),
        scanner: scanner(rules)?,
        all: scanner(all)?,
        style: Style::new(talk.colors_stdout()),
    };
    let span = place.span(&bytes)?;
    Output::Stdout.write(|out| text.write(&place, span, out))?;
    Ok(Exit::Clean)
}

/// What is to be explained.
struct Place {
    name: String,
    line: Option<usize>,
    column: Option<usize>,
}

impl Place {
    /// Takes `FILE:LINE:COLUMN` apart.
    fn parse(text: &str) -> Place {
        // Compilers and our own report end places with a colon.
        let mut name = text.trim_end_matches(':');
        let mut numbers = Vec::new();
        while let Some((rest, last)) = name.rsplit_once(':') {
            match last.parse::<usize>() {
                Ok(number) if numbers.len() < 2 && !rest.is_empty() => numbers.push(number),
                _ => break,
            }
            name = rest;
        }
        let line = numbers.pop();
        Place { name: name.to_owned(), line, column: numbers.pop() }
    }

    /// The bytes that are meant.
    fn span(&self, bytes: &[u8]) -> Result<Span, Failure> {
        let Some(line) = self.line else { return Ok(Span::from(0..bytes.len())) };
        let mut starts = std::iter::once(0)
            .chain(memchr_lines(bytes))
            .take_while(|&start| start < bytes.len() || start == 0);
        let start = line.checked_sub(1).and_then(|before| starts.nth(before)).ok_or_else(|| {
            Failure::new(format!("there is no line {line} in {}", visible(self.name.as_bytes())))
        })?;
        let end = line_end(bytes, start);
        match self.column {
            None => Ok(Span::from(start..end)),
            Some(column) if column >= 1 && start + column <= end => {
                Ok(Span::from(start + column - 1..start + column))
            }
            Some(column) => {
                Err(Failure::new(format!("there is no column {column} in line {line}")))
            }
        }
    }
}

/// Where lines begin, but for the first.
fn memchr_lines(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1)
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |length| start + length)
}

/// The place, and all of the file. UTF-16 is decoded, as a scan does.
fn read(place: &OsStr) -> Result<(Place, Vec<u8>), Failure> {
    let text = place.to_string_lossy();
    // A file may be called `a:1`.
    let (place, path) = if Path::new(place).exists() {
        (Place { name: text.into_owned(), line: None, column: None }, Path::new(place).to_owned())
    } else {
        let place = Place::parse(&text);
        let path = Path::new(&place.name).to_owned();
        (place, path)
    };
    let bytes = if place.name == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(&path)
    };
    let bytes = bytes.map_err(|error| {
        Failure::new(format!("cannot read {}: {}", visible(place.name.as_bytes()), cause(&error)))
    })?;
    Ok((place, decoded(bytes)))
}

fn decoded(bytes: Vec<u8>) -> Vec<u8> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2) {
        Some([0xff, 0xfe]) => u16::from_le_bytes,
        Some([0xfe, 0xff]) => u16::from_be_bytes,
        _ => return bytes,
    };
    let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).into_bytes()
}

struct Explained<'h> {
    input: Input<'h>,
    scanner: Scanner,
    /// The same with every rule on: for what is off, and to mask lines.
    all: Scanner,
    style: Style,
}

impl Explained<'_> {
    fn write(&self, place: &Place, span: Span, out: &mut dyn Write) -> io::Result<()> {
        let is_on = |id| self.scanner.rules().is_enabled(id);
        let mut considered: Vec<Consideration> = self.scanner.explain(&self.input, span);
        considered.retain(|one| is_on(one.rule));
        // What is off is worth a word only where it would make a difference.
        considered.extend(
            self.all
                .explain(&self.input, span)
                .into_iter()
                .filter(|one| !is_on(one.rule) && matches!(one.outcome, Outcome::Reported { .. })),
        );
        considered.sort_by_key(|one| (one.at, one.rule));
        let secrets = self.secrets();
        let mut lines = Lines::new(self.input.haystack());
        let mut shown = None;
        if considered.is_empty() {
            if let Some(line) = place.line {
                self.line(place, line, span.start, &secrets, out)?;
            }
            return writeln!(out, "no rule begins to look here: no rule's head is in it");
        }
        for one in &considered {
            let at = lines.locate(one.at);
            if shown != Some(at.line) {
                self.line(place, at.line, one.at + 1 - at.column, &secrets, out)?;
                shown = Some(at.line);
            }
            self.consideration(one, at.column, out)?;
        }
        Ok(())
    }

    /// All secrets that any rule finds.
    fn secrets(&self) -> Vec<Span> {
        let mut all = Vec::new();
        let mut cache = self.all.create_cache();
        let _ = self.all.scan(&mut cache, &self.input, |finding| {
            all.push(finding.span);
            std::ops::ControlFlow::<()>::Continue(())
        });
        all
    }

    fn line(
        &self,
        place: &Place,
        number: usize,
        start: usize,
        secrets: &[Span],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let start = start.min(self.input.haystack().len());
        let start = self.input.haystack()[..start]
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        let end = line_end(self.input.haystack(), start);
        let secrets: Vec<_> = secrets
            .iter()
            .filter(|secret| secret.overlaps(Span::from(start..end)))
            .map(|secret| secret.start.max(start) - start..secret.end.min(end) - start)
            .collect();
        let text = without_secrets(&self.input.haystack()[start..end], &secrets);
        let cut: String = text.trim().chars().take(WIDTH).collect();
        let name = visible(place.name.as_bytes());
        let style = &self.style;
        writeln!(out, "{}", style.strong(format_args!("{name}:{number}")))?;
        writeln!(out, "{} {} {cut}\n", style.faint(number), style.faint("|"))
    }

    fn consideration(
        &self,
        one: &Consideration,
        column: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let style = &self.style;
        let id = |id: RuleId| &self.all.rules().get(id).id;
        let on = self.scanner.rules().is_enabled(one.rule);
        let verdict: String = match &one.outcome {
            Outcome::Reported { reason, .. } if on => {
                style.good(false, format_args!("reported ({reason})"))
            }
            Outcome::Reported { .. } => style.good(
                true,
                format_args!(
                    "not reported: the rule is off; --enable {} turns it on",
                    id(one.rule)
                ),
            ),
            Outcome::Superseded { by } => {
                style.good(true, format_args!("not reported: {} says more of it", id(*by)))
            }
            _ => style.good(true, "not reported"),
        };
        writeln!(out, "  {}: {verdict}", style.strong(id(one.rule)))?;
        steps(one, self.input.haystack(), column, style, out)?;
        writeln!(out)
    }
}

/// The steps of a candidate whose head stands at `column`, one a line.
pub(crate) fn steps(
    one: &Consideration,
    haystack: &[u8],
    column: usize,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    {
        let mut step = |good: bool, name: &str, detail: &dyn Display| {
            let sign = style.good(good, if good { "+" } else { "-" });
            writeln!(out, "    {sign} {name}: {detail}")
        };
        if one.len > 0 {
            let head = &haystack[one.at..one.at + one.len];
            step(true, "head", &format_args!("`{}` at column {column}", visible(head)))?;
        }
        for (name, detail) in &one.steps {
            step(true, name, detail)?;
        }
        if let Outcome::Rejected { step: name, why } = &one.outcome {
            step(false, name, why)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        for (text, name, line, column) in [
            ("a", "a", None, None),
            ("a:1", "a", Some(1), None),
            ("a:1:2", "a", Some(1), Some(2)),
            ("a:1:2:", "a", Some(1), Some(2)),
            ("c:x", "c:x", None, None),
            ("a:0:1:2", "a:0", Some(1), Some(2)),
            ("-:3", "-", Some(3), None),
            (":3", ":3", None, None),
        ] {
            let place = Place::parse(text);
            assert_eq!((&*place.name, place.line, place.column), (name, line, column), "{text}");
        }
    }

    #[test]
    fn spans() {
        let bytes = b"one\ntwo\n";
        let span = |text: &str| Place::parse(text).span(bytes).map(Span::range).ok();
        assert_eq!(span("f"), Some(0..8));
        assert_eq!(span("f:1"), Some(0..3));
        assert_eq!(span("f:2"), Some(4..7));
        assert_eq!(span("f:2:3"), Some(6..7));
        for text in ["f:0", "f:3", "f:2:4", "f:2:0"] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
