//! The stretch that every match of a pattern holds: so many bytes in a row that all belong to one set.
//!
//! A key behind a word and a gap (`ikey … DI0123456789`) is twenty capitals and digits in a row, and hardly any
//! text near such a word has them. To look for a stretch of twenty touches one byte in twenty; to try the pattern
//! touches each of them many times.

use regex_syntax::hir::{Hir, HirKind};

use super::filter::frequency;
use super::pattern::collect;
use crate::rule::{ByteSet, Stretch};

/// How much rarer than chance a stretch must be to be looked for, in natural logarithms: some e^-10 of all places.
const RARE: f64 = 10.0;

/// The rarest stretch that stands in every match behind what is fixed; `None` if there is none that is worth a look.
pub fn stretch(hir: &Hir) -> Option<Stretch> {
    // Where the match begins and how long it is, is asked anyway.
    let known = match hir.kind() {
        HirKind::Concat(parts) => {
            let fixed = |part: &&Hir| matches!(part.kind(), HirKind::Literal(_));
            let behind: Vec<_> = parts.iter().skip_while(fixed).cloned().collect();
            Hir::concat(behind)
        }
        _ => hir.clone(),
    };
    let (rarest, all) = (rarest(&known)?, whole(&known)?);
    (rarity(&rarest) >= RARE.max(rarity(&all) * 1.2)).then_some(rarest)
}

/// The rarest of those that every match of the pattern holds.
fn rarest(hir: &Hir) -> Option<Stretch> {
    let within = match hir.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => rarest(&repetition.sub),
        HirKind::Capture(capture) => rarest(&capture.sub),
        HirKind::Concat(parts) => {
            let alone = parts.iter().filter_map(rarest);
            let together = (0..parts.len()).flat_map(|first| {
                let joined = parts[first..].iter().scan(Some(NOTHING), |joined, part| {
                    *joined = joined.take().zip(whole(part)).map(|(one, other)| Stretch {
                        len: one.len.saturating_add(other.len),
                        bytes: one.bytes.union(other.bytes),
                    });
                    *joined
                });
                joined.collect::<Vec<_>>()
            });
            alone.chain(together).max_by(|a, b| rarity(a).total_cmp(&rarity(b)))
        }
        HirKind::Alternation(parts) => {
            let each: Option<Vec<_>> = parts.iter().map(rarest).collect();
            each.and_then(|each| each.into_iter().reduce(either))
        }
        _ => None,
    };
    let all = [within, whole(hir)].into_iter().flatten();
    all.max_by(|a, b| rarity(a).total_cmp(&rarity(b)))
}

const NOTHING: Stretch = Stretch { len: 0, bytes: ByteSet([0; 4]) };

/// A match as one stretch.
fn whole(hir: &Hir) -> Option<Stretch> {
    let mut bytes = ByteSet::default();
    collect(hir, &mut bytes);
    let len = hir.properties().minimum_len()?.try_into().unwrap_or(u16::MAX);
    Some(Stretch { len, bytes })
}

/// What holds where one of the two does.
fn either(one: Stretch, other: Stretch) -> Stretch {
    Stretch { len: one.len.min(other.len), bytes: one.bytes.union(other.bytes) }
}

/// How rare it is, as the negative logarithm of its chance if bytes were independent of each other.
fn rarity(stretch: &Stretch) -> f64 {
    let members = (0..128).filter(|&byte| stretch.bytes.contains(byte));
    let all: f64 = (0..128).map(frequency).sum();
    let share = members.map(frequency).sum::<f64>() / all;
    -share.max(f64::MIN_POSITIVE).ln() * f64::from(stretch.len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::pattern::parse;

    fn of(pattern: &str) -> Option<(u16, String)> {
        let stretch = stretch(&parse(pattern).unwrap())?;
        let members = (0..=255).filter(|&byte| stretch.bytes.contains(byte));
        Some((stretch.len, members.map(char::from).collect()))
    }

    #[test]
    fn the_rarest_is_taken() {
        let hex = "0123456789abcdef".to_owned();
        assert_eq!(of("(?i:key)[ -~]{0,40}[0-9a-f]{32}"), Some((32, hex.clone())));
        assert_eq!(of("(?i:key)[ -~]{0,40}(?P<secret>[0-9a-f]{32}|[0-9]{40})"), Some((32, hex)));
        let parts = of("key[ -~]{0,40}DI[0-9]{18}[ -~]{1,9}[0-9A-Za-z]{40}");
        assert_eq!(parts, Some((20, "0123456789DI".to_owned())));
    }

    #[test]
    fn what_says_no_more_than_the_length_is_left_out() {
        for pattern in ["ptr_[0-9A-Za-z]{43}", "curl[ -~]{0,90} -u", "a[ -~]{20}", "a[0-9]{3}"] {
            assert_eq!(of(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn a_stretch_is_found_where_it_stands() {
        let digits = Stretch { len: 4, bytes: whole(&parse("[0-9]").unwrap()).unwrap().bytes };
        for (text, expected) in [
            ("", false),
            ("1234", true),
            ("123", false),
            ("123x4567", true),
            ("123x456x789", false),
            ("xxxxxxx1234", true),
            ("1234xxxxxxx", true),
            ("x1x2x3x4567", true),
            ("x1x2x3x456", false),
        ] {
            assert_eq!(digits.find(text.as_bytes()).is_some(), expected, "{text}");
        }
    }
}
