//! The made-up files that recall is measured with, as files: for other programs to look at.

use std::fs;
use std::path::Path;

use secscan_core::RuleSet;

use crate::place::place;
use crate::surroundings::samples;

/// Writes a file for each surrounding of a token of each of these rules, `DIR/RULE/SURROUNDING/NAME`, and says how many
/// there are. Each holds the secret that its rule asks for, and nothing else that is one.
///
/// # Errors
/// When there is no such rule, or a file cannot be written; the message names it.
pub fn write(directory: &Path, rules: &[String]) -> Result<usize, String> {
    let known = RuleSet::builtin();
    let mut count = 0;
    for name in rules {
        let id = known.find(name).ok_or_else(|| format!("there is no rule {name}"))?;
        let rule = known.get(id);
        // Another token in each surrounding: some scanners tell of each secret once, wherever it stands.
        let forms = samples(&place(&known, rule, 0)).len();
        for seed in 0..forms {
            let at = place(&known, rule, seed as u64);
            let Some(sample) = samples(&at).into_iter().nth(seed) else { continue };
            let path = directory.join(name).join(sample.surrounding).join(sample.path);
            path.parent()
                .map_or(Ok(()), fs::create_dir_all)
                .and_then(|()| fs::write(&path, &sample.text))
                .map_err(|error| format!("{}: {error}", path.display()))?;
            count += 1;
        }
    }
    Ok(count)
}
