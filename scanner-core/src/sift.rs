//! Whether a text holds any secret, told with little work where it is made of another one.
//!
//! Apart from the scanner because of what it is for: a history holds each file in a hundred versions, and
//! packs store most of them as runs copied from another. In what was copied from a text without secrets
//! there is none, except near the ends of a run: there something else stands beside it now. How near is
//! known of every rule. The few that look far (key blocks) are let do so: a text in which one of their
//! heads stands is searched whole, and so is what is made of it.
//!
//! This only sorts out. What a text holds, and where, is for a search.

use std::ops::{ControlFlow, Range};

use crate::encoding::Encoding;
use crate::engine::{NEAR, lone};
use crate::input::{Content, Copied, Input};
use crate::scanner::{Cache, Scanner};
use crate::stream::scan_bytes;

/// What is known of a text that was sifted: little enough to be kept with each of a million texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known(u8);

impl Known {
    /// Nothing. A text that is made of it is searched whole.
    pub const NOTHING: Known = Known(0);

    /// What [`Known::to_byte`] gave. Other bytes say nothing.
    pub fn from_byte(byte: u8) -> Known {
        Known(if byte <= 2 { byte } else { 0 })
    }

    /// As a byte, to be kept by who knows nothing of this.
    pub fn to_byte(self) -> u8 {
        self.0
    }

    /// That there is no secret in a text of this kind, nor a head of a rule that looks far.
    fn quiet(content: Content) -> Known {
        match content {
            Content::Text => Known(1),
            Content::Binary => Known(2),
        }
    }
}

/// The text that another one is made of.
#[derive(Clone, Copy, Debug)]
pub struct Base<'b> {
    /// What sifting it left to know.
    pub known: Known,
    /// Its length in bytes.
    pub len: usize,
    /// What was copied from it, in the order of the text that was made. What lies between is new.
    pub copied: &'b [Copied],
}

/// Says whether `bytes` hold a secret, and what is to be known of them.
///
/// The first answer is that of a search of the whole, without a path. What is said of `base` must be true.
///
/// ```
/// use secscan_core::{Copied, Scanner, sift::{Base, sift}};
///
/// let scanner = Scanner::builtin();
/// let mut cache = scanner.create_cache();
/// let (old, new) = (b"let a = 1;\n", b"let a = 1;\nlet b = 2;\n");
/// let (any, known) = sift(&scanner, &mut cache, old, None);
/// assert!(!any);
/// let copied = [Copied { at: 0, from: 0, len: old.len() }];
/// let base = Base { known, len: old.len(), copied: &copied };
/// assert!(!sift(&scanner, &mut cache, new, Some(base)).0);
/// ```
pub fn sift(
    scanner: &Scanner,
    cache: &mut Cache,
    bytes: &[u8],
    base: Option<Base<'_>>,
) -> (bool, Known) {
    if Encoding::of(bytes) != Encoding::Utf8 {
        let mut any = false;
        scan_bytes(scanner, cache, None, bytes, &mut |_, _, _| any = true);
        return (any, Known::NOTHING);
    }
    let content = Content::of(bytes);
    let quiet = Known::quiet(content);
    let mut input = Input::new(bytes).content(content);
    let parts;
    if let Some(base) = base.filter(|base| base.known == quiet) {
        parts = unsure(bytes.len(), &base);
        input = input.parts(&parts);
    }
    let far = cache.work().far;
    let any = scanner.scan(cache, &input, |_| ControlFlow::Break(())).is_break();
    let known = if any || cache.work().far > far { Known::NOTHING } else { quiet };
    (any, known)
}

/// Whether a short text may be a secret by its path alone, as `config/master.key` is. Sifting knows no paths: what
/// this says yes to must be searched with one.
///
/// ```
/// assert!(!secscan_core::sift::may_be_lone(b"let a = 1;\n"));
/// ```
pub fn may_be_lone(bytes: &[u8]) -> bool {
    Content::of(bytes) == Content::Text && lone::may_hold(bytes)
}

/// Where a head may stand for which there is more to see than in the base: all but the inner parts of
/// what was copied. At the beginning and the end there is nothing beyond, if the same is true of the base.
fn unsure(len: usize, base: &Base<'_>) -> Vec<Range<usize>> {
    let mut parts = Vec::with_capacity(base.copied.len() + 1);
    let mut from = 0;
    for run in base.copied {
        let first = run.at == 0 && run.from == 0;
        let last = run.at + run.len == len && run.from + run.len == base.len;
        let start = run.at + if first { 0 } else { NEAR };
        let end = (run.at + run.len).saturating_sub(if last { 0 } else { NEAR });
        if start < end {
            parts.push(from..start);
            from = end;
        }
    }
    parts.push(from..len);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::reach_of;

    #[test]
    fn few_rules_look_far() {
        let rules = crate::RuleSet::builtin();
        let far: Vec<_> = rules
            .iter()
            .filter(|(_, rule)| reach_of(rule) > NEAR)
            .map(|(_, rule)| &rule.id)
            .collect();
        assert!(8 * far.len() < rules.len(), "{} of {}: {far:?}", far.len(), rules.len());
    }

    #[test]
    fn parts_are_what_is_new_and_what_is_near() {
        let parts = |len, base_len, copied: &[(usize, usize, usize)]| {
            let copied: Vec<_> =
                copied.iter().map(|&(at, from, len)| Copied { at, from, len }).collect();
            let base = Base { known: Known(1), len: base_len, copied: &copied };
            unsure(len, &base).iter().map(|part| (part.start, part.end)).collect::<Vec<_>>()
        };
        let long = 10 * NEAR;
        // The same text, the same in front of something, behind something, and with its end cut off.
        assert!(parts(long, long, &[(0, 0, long)]).is_empty());
        assert_eq!(parts(long + 5, long, &[(0, 0, long)]), [(long - NEAR, long + 5)]);
        assert_eq!(parts(long + 5, long, &[(5, 0, long)]), [(0, 5 + NEAR)]);
        assert_eq!(parts(long - 9, long, &[(0, 0, long - 9)]), [(long - 9 - NEAR, long - 9)]);
        assert_eq!(parts(long - 9, long, &[(0, 9, long - 9)]), [(0, NEAR)]);
        // Something inserted, and a run too short to have an inner part.
        let at = 5 * NEAR;
        assert_eq!(
            parts(long + 7, long, &[(0, 0, at), (at + 7, at, at)]),
            [(at - NEAR, at + 7 + NEAR)]
        );
        assert_eq!(parts(100, 9000, &[(0, 20, 40), (40, 90, 60)]), [(0, 100)]);
        assert_eq!(parts(50, 9000, &[]), [(0, 50)]);
    }
}
