//! What is said on the standard error: errors, notes, the summary. Data never goes there.
//!
//! Apart because it is the one place that writes there, and because what is said must not fail: when
//! nobody listens, the run goes on.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use crate::args::{GlobalArgs, When};
use crate::show::visible;

/// How much is said, and whether in colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    quiet: bool,
    verbose: bool,
    color: When,
}

impl Talk {
    pub(crate) fn new(args: GlobalArgs) -> Talk {
        Talk { quiet: args.quiet, verbose: args.verbose, color: args.color }
    }

    /// Whether only findings and errors are wanted.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Whether details are wanted.
    pub(crate) fn is_verbose(self) -> bool {
        self.verbose
    }

    /// Says what went wrong.
    pub(crate) fn error(self, message: impl Display) {
        say(format_args!("secscan: {message}\n"));
    }

    /// Says something that is good to know.
    pub(crate) fn note(self, message: impl Display) {
        if !self.quiet {
            say(format_args!("{message}\n"));
        }
    }

    /// Says what was asked for by name, quiet or not.
    pub(crate) fn answer(self, message: impl Display) {
        say(format_args!("{message}\n"));
    }

    /// Asks something. What is answered follows on the same line.
    pub(crate) fn prompt(self, question: impl Display) {
        say(format_args!("{question}"));
    }

    /// Says a detail.
    pub(crate) fn detail(self, message: impl Display) {
        if self.verbose {
            say(format_args!("{message}\n"));
        }
    }

    /// Whether what is written to the standard output is coloured.
    pub(crate) fn colors_stdout(self) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                !set("NO_COLOR")
                    && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
                    && io::stdout().is_terminal()
                    // An old console of Windows must be told, and may refuse.
                    && anstyle_query::windows::enable_ansi_colors() != Some(false)
            }
        }
    }
}

impl Talk {
    /// Whether the terminal opens links. It cannot be asked; these are known to.
    pub(crate) fn links_stdout(self) -> bool {
        let var = |name| std::env::var(name).unwrap_or_default();
        let is_set = |name| std::env::var_os(name).is_some();
        self.colors_stdout()
            && io::stdout().is_terminal()
            && (is_set("KITTY_WINDOW_ID")
                || is_set("WT_SESSION")
                || is_set("DOMTERM")
                || is_set("KONSOLE_VERSION")
                || var("VTE_VERSION").parse::<u32>().is_ok_and(|version| version >= 5000)
                || ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"]
                    .contains(&&*var("TERM_PROGRAM")))
    }
}

/// Writes to the standard error in one piece. Messages hold names that others gave, so that nothing in them but the
/// ends of lines has an effect.
pub(crate) fn say(message: std::fmt::Arguments<'_>) {
    let text = message.to_string();
    let lines: Vec<_> = text.split('\n').map(|line| visible(line.as_bytes())).collect();
    steer(format_args!("{}", lines.join("\n")));
}

/// Writes as it is, to a terminal: for the display of progress, in which nothing is anybody else's.
pub(crate) fn steer(message: std::fmt::Arguments<'_>) {
    let _ = io::stderr().lock().write_all(message.to_string().as_bytes());
}
