//! The command line of secscan: parse, plan, run, exit.
//!
//! [`args`] is what may be written, [`plan`] the last to see it, [`run`](mod@run) does a scan, and [`report`]
//! shows what it found. Data goes to the standard output through [`output`], talk to the standard error
//! through [`talk`].

// The fuzzers make a library of this.
#![cfg_attr(fuzzing, allow(dead_code))]

mod args;
mod assistant;
mod baseline;
mod chat;
mod ci;
mod collector;
mod config;
mod diff;
mod exit;
mod explain;
mod filter;
mod fingerprint;
#[cfg(any(test, fuzzing))]
#[allow(unreachable_pub)]
pub mod fuzzing;
mod git;
mod hook;
mod interrupt;
mod line;
mod line_hash;
mod manual;
mod mask;
mod origin;
mod outcome;
mod output;
mod panic;
mod plan;
mod progress;
mod project;
mod prompt;
mod quantity;
mod record;
mod redact;
mod report;
mod restore;
mod rules;
mod run;
mod search;
mod select;
mod show;
mod stdin;
mod summary;
mod suppress;
mod talk;
mod whole;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Cli, Command, Later};
use exit::{Exit, Failure};
use output::Output;
use plan::Plan;
use talk::{Talk, say};

fn main() -> ExitCode {
    panic::install();
    let Cli { command, global } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => error.exit(),
        // Help, or the version: data like any other. It knows itself whether the terminal shows colours.
        Err(help) => return ended(Output::Stdout.write(|_| help.print()).map(|()| Exit::Clean)),
    };
    let talk = Talk::new(global);
    ended(run(command.unwrap_or_else(default_command), talk))
}

/// The status of a run; says why it failed.
fn ended(run: Result<Exit, Failure>) -> ExitCode {
    run.unwrap_or_else(|failure| {
        say(format_args!("secscan: {failure}\n"));
        Exit::Error
    })
    .into()
}

fn run(command: Command, talk: Talk) -> Result<Exit, Failure> {
    match command {
        Command::Scan(Later(args)) => run::scan(Plan::new(*args)?, talk),
        Command::Git(Later(args)) => run::scan(Plan::git(*args)?, talk),
        Command::Diff(Later(args)) => run::scan(Plan::diff(*args)?, talk),
        Command::Ci(Later(args)) => ci::run(*args, talk),
        Command::Prompt(Later(args)) => prompt::run(*args, talk),
        Command::Restore(Later(args)) => restore::run(*args),
        Command::Hook(command) => hook::run(&command, talk),
        Command::Rules(command) => rules::run(command, talk),
        Command::Explain(Later(args)) => explain::run(&args, talk),
        Command::Baseline(command) => baseline::run(command, talk),
        Command::Config(command) => config::show(command, talk),
        Command::Man { command } => {
            let page = manual::page(&Cli::command(), &command)?;
            Output::Stdout.write(|out| out.write_all(&page))?;
            Ok(Exit::Clean)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "secscan", &mut script);
            Output::Stdout.write(|out| out.write_all(&script))?;
            Ok(Exit::Clean)
        }
    }
}

/// What is done when nothing is said: a scan with all its defaults.
fn default_command() -> Command {
    let scan = Cli::parse_from(["secscan", "scan"]).command;
    scan.unwrap_or_else(|| unreachable!("a command was given"))
}
