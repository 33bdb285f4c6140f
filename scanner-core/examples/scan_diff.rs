//! Scans what a diff adds. A hunk is searched with the lines around, so that an added line is seen in its context; what
//! stands on lines that were there before is not reported. Ends with 1 if a secret was added.
//!
//! ```sh
//! git diff main... | cargo run -q -p secscan-core --example scan_diff
//! ```

#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::io;
use std::ops::ControlFlow;
use std::process::ExitCode;

use secscan_core::source::diff::{Diff, DiffError, Event};
use secscan_core::{Input, Scanner};

fn main() -> Result<ExitCode, DiffError> {
    let scanner = Scanner::builtin();
    let mut cache = scanner.create_cache();
    let mut diff = Diff::new(io::stdin().lock());
    let mut added = 0;
    while let Some(event) = diff.next_event()? {
        // Of a binary file there is nothing to search.
        let Event::Hunk(hunk) = event else { continue };
        let path = String::from_utf8_lossy(hunk.path());
        let input = Input::new(hunk.text()).path(hunk.path());
        let _: ControlFlow<()> = scanner.scan(&mut cache, &input, |finding| {
            if hunk.is_added(finding.span.range()) {
                added += 1;
                let line = hunk.line_number(finding.span.start);
                println!("{path}:{line}: {}", scanner.rule(&finding).id);
            }
            ControlFlow::Continue(())
        });
    }
    Ok(ExitCode::from(u8::from(added > 0)))
}
