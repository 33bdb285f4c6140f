//! Scans bytes that are at hand: the standard input. Prints where each secret is and why it was believed, and never the
//! secret. Ends with 1 if there is one.
//!
//! ```sh
//! cargo run -q -p secscan-core --example scan_buffer < app.env
//! ```

#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::io::{self, Read};
use std::process::ExitCode;

use secscan_core::{Lines, Scanner};

fn main() -> io::Result<ExitCode> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;

    let scanner = Scanner::builtin();
    let findings = scanner.find_all(&text);
    let mut lines = Lines::new(&text);
    for finding in &findings {
        let rule = scanner.rule(finding);
        let place = lines.locate(finding.span.start);
        // `finding.secret` prints its length; `.expose()` would give its bytes.
        println!("{}:{}: {} ({})", place.line, place.column, rule.id, finding.reason);
    }
    Ok(ExitCode::from(u8::from(!findings.is_empty())))
}
