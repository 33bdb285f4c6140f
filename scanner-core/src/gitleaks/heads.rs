//! The literals of which every match of a regular expression holds one, and where in the match it stands.
//!
//! A regular expression is searched for everywhere; a rule is looked at where one of its heads stands. So the
//! best literals are found: rare, and at a place that is known.

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Capture, Class, Hir, HirKind, Repetition};

use crate::compile::schema::MIN_HEAD;

/// How many literals one place may have.
const MOST: usize = 64;
/// How many parts behind a place are looked at for its literals.
const AHEAD: usize = 24;
/// Words that stand everywhere, and so lead nowhere.
const COMMON: [&str; 22] = [
    "key", "api", "token", "secret", "pass", "password", "passwd", "auth", "user", "client",
    "http", "https", "://", "http://", "https://", "www.", ".com", "access", "name", "data",
    "code", "test",
];

/// Literals of which every match holds one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Anchor {
    pub(super) literals: Vec<String>,
    pub(super) ignore_case: bool,
    /// How many bytes a match has before it: the least, and the most if there is one.
    pub(super) least: usize,
    pub(super) most: Option<usize>,
}

impl Anchor {
    /// How much a place tells: bits, roughly.
    fn worth(&self) -> f64 {
        let of = |literal: &String| bits(literal, self.ignore_case);
        let least = self.literals.iter().map(of).fold(f64::MAX, f64::min);
        let spread = self.most.map_or(256, |most| most - self.least) as f64;
        least - (self.literals.len() as f64).log2() - spread / 32.0
    }

    fn may_lead(&self) -> bool {
        self.literals.iter().all(|literal| literal.len() >= MIN_HEAD && literal.is_ascii())
    }
}

/// About how many bits a literal tells of where it stands in text.
pub(crate) fn bits(literal: &str, ignore_case: bool) -> f64 {
    if COMMON.contains(&literal.to_ascii_lowercase().as_str()) {
        return 6.0;
    }
    let of = |byte: u8| match byte {
        b'a'..=b'z' => 3.5,
        b'A'..=b'Z' if ignore_case => 3.5,
        b' ' | b'\n' | b'=' => 2.5,
        _ => 5.0,
    };
    literal.bytes().map(of).sum()
}

/// All places with literals of which every match holds one, also such as are too short to lead anywhere.
pub(super) fn anchors(hir: &Hir) -> Vec<Anchor> {
    let mut parts = Vec::new();
    let mut grouped = Vec::new();
    flatten(hir, false, &mut parts, &mut grouped);
    let mut all = Vec::new();
    let (mut least, mut most) = (0, Some(0));
    // What stands before may be left out, where it may be empty and holds nothing that counts.
    let mut idle = true;
    for (index, part) in parts.iter().enumerate() {
        let place = |anchor: Anchor| Anchor {
            least: anchor.least + least,
            most: match (anchor.most, most, idle) {
                (Some(here), _, true) => Some(here),
                (Some(here), Some(before), false) => Some(here + before),
                _ => None,
            },
            ..anchor
        };
        let rest = &parts[index..parts.len().min(index + AHEAD)];
        all.extend(prefixes(rest).map(place));
        all.extend(inner(part).into_iter().map(place));
        let properties = part.properties();
        let shortest = properties.minimum_len().unwrap_or(0);
        least += shortest;
        most = most.zip(properties.maximum_len()).map(|(most, len)| most.saturating_add(len));
        idle &= shortest == 0
            && properties.look_set().is_empty()
            && properties.explicit_captures_len() == 0
            && !grouped[index];
    }
    all
}

/// The place to look at, if there is one that leads.
pub(super) fn best(anchors: &[Anchor]) -> Option<&Anchor> {
    let leading = anchors.iter().filter(|anchor| anchor.may_lead());
    leading.max_by(|one, other| one.worth().total_cmp(&other.worth()))
}

/// Those of a part by itself: of an alternation the best of each branch together, of a repetition those
/// of its first round.
fn inner(part: &Hir) -> Option<Anchor> {
    match part.kind() {
        HirKind::Repetition(repetition) if repetition.min > 0 => {
            best(&anchors(&repetition.sub)).cloned()
        }
        HirKind::Capture(capture) => inner(&capture.sub),
        HirKind::Alternation(branches) => {
            let each: Option<Vec<Anchor>> =
                branches.iter().map(|branch| best(&anchors(branch)).cloned()).collect();
            let each = each?;
            let mut literals: Vec<String> =
                each.iter().flat_map(|anchor| anchor.literals.iter().cloned()).collect();
            literals.sort();
            literals.dedup();
            (literals.len() <= MOST).then(|| Anchor {
                literals,
                ignore_case: each.iter().any(|anchor| anchor.ignore_case),
                least: each.iter().map(|anchor| anchor.least).min().unwrap_or(0),
                most: each
                    .iter()
                    .map(|anchor| anchor.most)
                    .try_fold(0, |most, one| Some(most.max(one?))),
            })
        }
        _ => None,
    }
}

/// The literals that these parts begin with.
fn prefixes(parts: &[Hir]) -> impl Iterator<Item = Anchor> {
    let mut ignore_case = false;
    let folded: Vec<Hir> = parts.iter().map(|part| fold(part, &mut ignore_case)).collect();
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_class(8).limit_repeat(3).limit_literal_len(48);
    extractor.limit_total(MOST);
    let mut found = extractor.extract(&Hir::concat(folded));
    found.dedup();
    let common = found.longest_common_prefix().filter(|prefix| prefix.len() >= 5);
    let bytes: Option<Vec<Vec<u8>>> = match common {
        Some(prefix) => Some(vec![prefix.to_vec()]),
        None => found
            .literals()
            .map(|literals| literals.iter().map(|literal| literal.as_bytes().to_vec()).collect()),
    };
    let literals = bytes.and_then(|all| {
        all.into_iter().map(|bytes| String::from_utf8(bytes).ok()).collect::<Option<Vec<String>>>()
    });
    let literals = literals.filter(|all| !all.is_empty() && all.iter().all(|one| !one.is_empty()));
    literals.into_iter().map(move |literals| {
        let mut literals: Vec<String> = match ignore_case {
            true => literals.iter().map(|literal| literal.to_ascii_lowercase()).collect(),
            false => literals,
        };
        literals.sort();
        literals.dedup();
        Anchor { literals, ignore_case, least: 0, most: Some(0) }
    })
}

/// The parts of which a match is made, one after the other, and whether each stands in a group: what does is
/// a part of the secret, and is not left out.
fn flatten(hir: &Hir, in_group: bool, parts: &mut Vec<Hir>, grouped: &mut Vec<bool>) {
    match hir.kind() {
        HirKind::Concat(all) => {
            all.iter().for_each(|part| flatten(part, in_group, parts, grouped));
        }
        HirKind::Capture(capture) if matches!(capture.sub.kind(), HirKind::Concat(_)) => {
            flatten(&capture.sub, true, parts, grouped);
        }
        _ => {
            parts.push(hir.clone());
            grouped.push(in_group);
        }
    }
}

/// The same with a letter in lower case for each that may be of either, and says whether there was one.
fn fold(hir: &Hir, changed: &mut bool) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => {
            let bytes: Vec<u8> = class
                .ranges()
                .iter()
                .flat_map(|range| range.start()..=range.end())
                .take(3)
                .collect();
            match bytes[..] {
                [upper, lower]
                    if upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower =>
                {
                    *changed = true;
                    Hir::literal([lower])
                }
                _ => hir.clone(),
            }
        }
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(fold(&repetition.sub, changed)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => {
            Hir::capture(Capture { sub: Box::new(fold(&capture.sub, changed)), ..capture.clone() })
        }
        HirKind::Concat(parts) => {
            Hir::concat(parts.iter().map(|part| fold(part, changed)).collect())
        }
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|part| fold(part, changed)).collect())
        }
        _ => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::pattern::parse;

    /// The literals of the best place, and where it is.
    fn found(pattern: &str) -> String {
        let hir = parse(pattern).unwrap();
        match best(&anchors(&hir)) {
            None => "none".to_owned(),
            Some(anchor) => {
                let case = if anchor.ignore_case { " i" } else { "" };
                let most = anchor.most.map_or("-".to_owned(), |most| most.to_string());
                format!("{}{case} {}..{most}", anchor.literals.join("|"), anchor.least)
            }
        }
    }

    #[test]
    fn the_best_place_is_found() {
        for (pattern, expected) in [
            ("acme_[0-9a-f]{32}", "acme_ 0..0"),
            (r"\b(?P<secret>acme_[0-9a-f]{32})\b", "acme_ 0..0"),
            ("(?i)acme_[0-9a-f]{32}", "acme_ i 0..0"),
            ("[a-z]{4}-acme-[0-9]{8}", "-acme- 4..4"),
            ("[a-z]{2,9}-acme-[0-9]{8}", "-acme- 2..9"),
            (
                r"(?i)[\w.-]{0,50}?(?:acmecorp)[ \t]{0,20}=(?P<secret>[0-9a-f]{32})",
                "acmecorp i 0..0",
            ),
            (".*(?P<secret>[a-z]+)zzacme", "zzacme 1..-"),
            ("(?:sk|pk)_live_[0-9a-z]{9}", "pk_live_|sk_live_ 0..0"),
            ("zq[abc]_[0-9]{20}", "zqa_|zqb_|zqc_ 0..0"),
            ("[0-9]{3}acme[0-9]|beta-[0-9]", "acme|beta- 0..3"),
            ("(?:acme[0-9]{4}){2}", "acme 0..0"),
            ("[0-9a-f]{32}", "none"),
            ("s\\.[0-9a-z]{24}", "none"),
            ("acme?[0-9]{3}", "acm|acme 0..0"),
            ("(?:acme)?[0-9]{30}", "none"),
        ] {
            assert_eq!(found(pattern), expected, "{pattern}");
        }
    }
}
