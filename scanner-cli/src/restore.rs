//! `secscan restore`: placeholders in, what they stand for out. The inverse of `secscan prompt --vault`.

use secscan_core::sanitize::{Form, Restorer};

use crate::args::RestoreArgs;
use crate::exit::{Exit, Failure};
use crate::filter::{open, write};
use crate::redact::Vault;

/// Puts the secrets of a vault back.
pub(crate) fn run(args: RestoreArgs) -> Result<Exit, Failure> {
    let form = if args.json { Form::Json } else { Form::Plain };
    let vault = Vault::named(&args.vault)?;
    // Opened when text comes: in `secscan prompt | model | secscan restore` it is made by the first of them.
    let opened = || Vault::entries(&vault).map(|entries| Restorer::new(entries, form));
    let mut restorer = None;
    let mut out = Vec::new();
    for mut source in open(args.inputs)? {
        let flow = source.pieces(|piece| {
            or_try_insert(&mut restorer, opened)?.push(piece, &mut out);
            write(&mut out)
        })?;
        if flow.is_break() {
            return Ok(Exit::Clean);
        }
        or_try_insert(&mut restorer, opened)?.finish(&mut out);
        if write(&mut out)?.is_break() {
            return Ok(Exit::Clean);
        }
    }
    Ok(Exit::Clean)
}

/// What is there, or what is made now.
fn or_try_insert<T>(
    there: &mut Option<T>,
    make: impl FnOnce() -> Result<T, Failure>,
) -> Result<&mut T, Failure> {
    let made = match there.take() {
        Some(made) => made,
        None => make()?,
    };
    Ok(there.insert(made))
}
