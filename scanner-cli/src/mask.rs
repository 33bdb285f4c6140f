//! What is shown in place of a secret.
//!
//! Of a token whose kind is certain, at most the first four bytes of the rule's own literal, which say
//! what everybody knows. Of everything else nothing, not even the length: a short password is half
//! guessed when its length and first letter are known.

use secscan_core::{Confidence, Rule};

/// What stands for a secret of which nothing may be shown.
pub(crate) const HIDDEN: &str = "********";
const REST: &str = "************";
/// A token that is shorter has too little left when its beginning is known.
const SHORT: usize = 16;
const SHOWN: usize = 4;

/// The masked form of a secret.
pub(crate) fn mask(rule: &Rule, confidence: Confidence, secret: &[u8]) -> String {
    if confidence < Confidence::Structural || secret.len() < SHORT {
        return HIDDEN.to_owned();
    }
    let own = |head: &&secscan_core::rule::Head| {
        !head.ignore_case && secret.starts_with(head.literal.as_bytes())
    };
    match rule.heads.iter().find(own) {
        // Heads are ASCII.
        Some(head) => {
            let shown = &head.literal[..head.literal.len().min(SHOWN)];
            format!("{shown}{REST}")
        }
        None => HIDDEN.to_owned(),
    }
}
