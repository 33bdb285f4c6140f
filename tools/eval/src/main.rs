//! The command: measures, and prints or writes `docs/accuracy.md`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::PathBuf;
use std::process::ExitCode;

use secscan_core::Scanner;
use secscan_eval::{corpus, document, planted, recall};

const HELP: &str = "\
Measures what secscan finds and where it is wrong.

Usage: cargo run --release -p secscan-eval -- [--write] [--clean DIR]... [--misses]
       cargo run --release -p secscan-eval -- --plant DIR RULE...

  --clean DIR  Search DIR, and list what is reported there; may be repeated. Findings that
               tools/eval/explained.toml does not explain count as false alarms.
  --write      Write docs/accuracy.md; without it, the page is printed.
               Without --clean, what it says of directories stays as it was.
  --misses     Print what was missed, one line for each rule and surrounding: the rule, the
               surrounding, how many of how many, and the step that decided. No page.
  --plant DIR  Write the files that hold made-up tokens of the rules named to DIR, and measure nothing.

Ends with 1 if there is a false alarm in a directory, and with 2 if something went wrong.";

/// What was asked for.
#[derive(Default)]
struct Options {
    write: bool,
    misses: bool,
    clean: Vec<PathBuf>,
    plant: Option<PathBuf>,
    rules: Vec<String>,
}

fn main() -> ExitCode {
    match options().and_then(|options| options.map_or(Ok(0), |options| run(&options))) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(alarms) => {
            eprintln!("secscan-eval: {alarms} findings that nothing explains");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("secscan-eval: {error}");
            ExitCode::from(2)
        }
    }
}

/// The options, or none where help was asked for.
fn options() -> Result<Option<Options>, String> {
    let mut options = Options::default();
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--write") => options.write = true,
            Some("--misses") => options.misses = true,
            Some("--clean") => {
                options.clean.push(arguments.next().ok_or("--clean needs a directory")?.into());
            }
            Some("--plant") => {
                options.plant = Some(arguments.next().ok_or("--plant needs a directory")?.into());
            }
            Some(rule) if options.plant.is_some() && !rule.starts_with('-') => {
                options.rules.push(rule.to_owned());
            }
            Some("--help" | "-h") => {
                println!("{HELP}");
                return Ok(None);
            }
            _ => return Err(format!("unknown argument {argument:?}; try --help")),
        }
    }
    Ok(Some(options))
}

/// Does it, and says how many findings nothing explains.
fn run(options: &Options) -> Result<usize, String> {
    if let Some(directory) = &options.plant {
        let files = planted::write(directory, &options.rules)?;
        println!("{files} files");
        return Ok(0);
    }
    let records = recall::measure(recall::SEEDS);
    if options.misses {
        for record in &records {
            for tally in record.tallies.iter().filter(|tally| tally.missed() > 0) {
                let (missed, tokens) = (tally.missed(), tally.tokens);
                println!(
                    "{}\t{}\t{missed}/{tokens}\t{}",
                    record.rule, tally.surrounding, tally.why
                );
            }
        }
        return Ok(0);
    }
    let scanner = Scanner::builtin();
    let corpora = options.clean.iter().map(|root| corpus::search(&scanner, root));
    let corpora = corpora.collect::<Result<Vec<_>, _>>()?;
    for corpus in corpora.iter().filter(|corpus| corpus.unread > 0) {
        eprintln!("secscan-eval: {}: {} files could not be read", corpus.root, corpus.unread);
    }
    let path = document::path();
    let (of_machine, unexplained) = if corpora.is_empty() {
        (
            std::fs::read_to_string(&path)
                .map_or_else(|_| String::new(), |old| document::corpora_of(&old)),
            0,
        )
    } else {
        document::corpora(&corpora)
    };
    let page = document::write(&records, &of_machine);
    if options.write {
        std::fs::write(&path, page).map_err(|error| format!("{}: {error}", path.display()))?;
    } else {
        print!("{page}");
    }
    Ok(unexplained)
}
