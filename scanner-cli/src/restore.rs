//! `secscan restore`: placeholders in, what they stand for out. The inverse of `secscan prompt --vault`.

use secscan_core::sanitize::{Form, Restorer};

use crate::args::RestoreArgs;
use crate::exit::{Exit, Failure};
use crate::filter::{open, write};
use crate::redact::Vault;

/// Puts the secrets of a vault back.
pub(crate) fn run(args: RestoreArgs) -> Result<Exit, Failure> {
    let form = if args.json { Form::Json } else { Form::Plain };
    let mut restorer = Restorer::new(Vault::entries(&args.vault)?, form);
    let mut out = Vec::new();
    for mut source in open(args.inputs)? {
        let flow = source.pieces(|piece| {
            restorer.push(piece, &mut out);
            write(&mut out)
        })?;
        if flow.is_break() {
            return Ok(Exit::Clean);
        }
        restorer.finish(&mut out);
        if write(&mut out)?.is_break() {
            return Ok(Exit::Clean);
        }
    }
    Ok(Exit::Clean)
}
