//! From rule files to rules, and to the tables by which their heads are found. The build script runs it for the built-in rules, the
//! library for a user's; so a user's rule means what a built-in one does.
//!
//! Apart from the engine because nothing here runs while searching.

use std::collections::HashMap;

use crate::rule::Rule;

mod arrange;
pub mod filter;
pub mod groups;
pub mod heads;
pub mod pattern;
pub mod quote;
pub mod schema;
mod stretch;

/// Reads the built-in rules, in the order of their files.
pub fn builtin_rules() -> Result<Vec<Rule>, String> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut seen: HashMap<String, &str> = HashMap::new();
    for (file, text) in secscan_rules::FILES {
        for rule in schema::parse(file, text).map_err(|error| error.to_string())? {
            if let Some(other) = seen.insert(rule.id.to_string(), file) {
                return Err(format!("{file}: rule '{}': also defined in {other}", rule.id));
            }
            rules.push(rule);
        }
    }
    Ok(rules)
}

/// Reads the list of documented values: the hash at the beginning of each line, sorted. An error is
/// the number of the line that has none.
pub fn documented(text: &str) -> Result<Vec<u64>, usize> {
    let mut hashes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let hash = line.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok());
        hashes.push(hash.ok_or(index + 1)?);
    }
    hashes.sort_unstable();
    hashes.dedup();
    Ok(hashes)
}
