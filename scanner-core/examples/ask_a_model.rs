//! Takes the secrets out of what a model is asked, and puts them back into its answer. Each secret gets a placeholder
//! that tells its kind and no more; which is which stays here, in memory.
//!
//! ```sh
//! cargo run -q -p secscan-core --example ask_a_model < question.txt
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, Read, Write};

use secscan_core::sanitize::{Form, Leak, Restorer, Sanitizer};
use secscan_core::{Input, Scanner};

/// The placeholder of each secret that was seen in this conversation.
#[derive(Default)]
struct Conversation(BTreeMap<Vec<u8>, String>);

impl Conversation {
    /// Writes a secret's placeholder: `__SECRET_DATABASE_URL_0001__`. The same secret has the same one, so a model can
    /// tell that two places have the same key. A number says nothing of the secret.
    fn replace(&mut self, leak: &Leak<'_>, out: &mut Vec<u8>) -> Result<(), Infallible> {
        let number = self.0.len() + 1;
        let placeholder = self.0.entry(leak.secret.expose().to_vec()).or_insert_with(|| {
            format!("__SECRET_{}_{number:04}__", leak.id.replace('-', "_").to_ascii_uppercase())
        });
        out.extend_from_slice(placeholder.as_bytes());
        Ok(())
    }

    fn restorer(self) -> Restorer {
        Restorer::new(
            self.0.into_iter().map(|(secret, placeholder)| (placeholder, secret)),
            Form::Plain,
        )
    }
}

/// In the place of a model. It repeats what it was told, as models do, in other case and with Markdown's escapes.
fn answer(question: &str) -> String {
    format!("You wrote:\n{question}In short: {}", question.to_lowercase().replace('_', "\\_"))
}

fn main() -> io::Result<()> {
    let mut question = String::new();
    io::stdin().read_to_string(&mut question)?;

    let sanitizer = Sanitizer::new(Scanner::builtin());
    let mut cache = sanitizer.scanner().create_cache();
    let mut conversation = Conversation::default();
    let safe = sanitizer
        .sanitize(&mut cache, &Input::new(&question), |leak, out| conversation.replace(leak, out));
    let safe = match safe {
        Ok(safe) => safe,
        Err(never) => match never {},
    };
    eprintln!("{} secrets stay here", safe.counts.total());

    // This is all that leaves the machine.
    let sent = String::from_utf8_lossy(&safe.text);
    eprint!("{sent}");
    let answer = answer(&sent);

    let mut restorer = conversation.restorer();
    let mut restored = Vec::new();
    // An answer may come in pieces, cut anywhere: what may be the beginning of a placeholder waits.
    for piece in answer.as_bytes().chunks(7) {
        restorer.push(piece, &mut restored);
    }
    restorer.finish(&mut restored);
    io::stdout().write_all(&restored)
}
