//! A `.gitleaks.toml`, with the files that it extends.

use std::path::Path;

use secscan_core::gitleaks::{self, Config};

use super::short;
use crate::exit::{Failure, cause};
use crate::whole::read_toml;

/// How many files may extend each other.
const DEPTH: usize = 4;

/// Reads what a file's text says, and the files that it extends: named from its directory, or from the
/// current one.
pub(crate) fn load(path: &Path, text: &str) -> Result<Config, Failure> {
    read(path, text, DEPTH)
}

fn read(path: &Path, text: &str, depth: usize) -> Result<Config, Failure> {
    let config =
        gitleaks::parse(&short(path), text).map_err(|error| Failure::new(error.to_string()))?;
    let Some(base) = config.base() else { return Ok(config) };
    if depth == 0 {
        return Ok(config.without_base("too many files extend each other"));
    }
    let beside = path.parent().unwrap_or(Path::new("")).join(base);
    let base = if beside.is_file() { beside } else { base.into() };
    match read_toml(&base) {
        Ok(text) => {
            let base = read(&base, &text, depth - 1)?;
            Ok(config.over(base))
        }
        Err(error) => Ok(config.without_base(&cause(&error))),
    }
}
