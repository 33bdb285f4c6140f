//! The source line of a finding, fit to be shown: every secret on it masked, nothing in it steering the
//! terminal, and short.
//!
//! Apart from the record because masking a line takes all findings of the file, and is easy to get wrong.

use std::ops::Range;

use crate::mask::HIDDEN;
use crate::show::visible;

/// How many characters are shown before the secret, and after it.
const BEFORE: usize = 60;
const AFTER: usize = 40;

/// A line as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The text, masked.
    pub(crate) text: String,
    /// Where the secret, or what stands for it, is in the text: in characters.
    pub(crate) mark: Range<usize>,
}

/// What is known of a line before it is masked.
pub(crate) struct Raw<'a> {
    /// The line, or the part of it that is near the secret. No line end.
    pub(crate) text: &'a [u8],
    /// The secret, or the part of it that is on this line.
    pub(crate) secret: Range<usize>,
    /// Whether the text begins after the line does.
    pub(crate) cut: bool,
}

impl Line {
    /// Shows `raw` with `own` in the place of its secret, and stars in the place of the others. With
    /// `None`, nothing is masked.
    pub(crate) fn new(raw: &Raw<'_>, own: Option<&str>, others: &[Range<usize>]) -> Line {
        let before = match own {
            Some(_) => masked(raw.text, 0..raw.secret.start, others),
            None => visible(&raw.text[..raw.secret.start]).into_owned(),
        };
        let secret = match own {
            Some(own) => own.to_owned(),
            None => visible(&raw.text[raw.secret.clone()]).into_owned(),
        };
        let after = match own {
            Some(_) => masked(raw.text, raw.secret.end..raw.text.len(), others),
            None => visible(&raw.text[raw.secret.end..]).into_owned(),
        };
        let mut text = String::new();
        let before = before.trim_start();
        let length = before.chars().count();
        if length > BEFORE || raw.cut {
            text.push('…');
        }
        text.extend(before.chars().skip(length.saturating_sub(BEFORE)));
        let start = text.chars().count();
        text.push_str(&secret);
        let end = text.chars().count();
        let after = after.trim_end_matches(['\u{240d}', ' ']);
        text.extend(after.chars().take(AFTER));
        if after.chars().nth(AFTER).is_some() {
            text.push('…');
        }
        text.shrink_to_fit();
        Line { text, mark: start..end }
    }
}

/// A line with all secrets on it replaced.
pub(crate) fn without_secrets(text: &[u8], secrets: &[Range<usize>]) -> String {
    masked(text, 0..text.len(), secrets)
}

/// A part of the text with the secrets in it replaced.
fn masked(text: &[u8], part: Range<usize>, secrets: &[Range<usize>]) -> String {
    let mut here: Vec<Range<usize>> = secrets
        .iter()
        .map(|secret| secret.start.max(part.start)..secret.end.min(part.end))
        .filter(|secret| secret.start < secret.end)
        .collect();
    here.sort_by_key(|secret| secret.start);
    let mut shown = String::new();
    let mut at = part.start;
    for secret in here {
        if secret.start >= at {
            shown.push_str(&visible(&text[at..secret.start]));
            shown.push_str(HIDDEN);
        }
        at = at.max(secret.end);
    }
    shown.push_str(&visible(&text[at..part.end]));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, secret: Range<usize>, others: &[Range<usize>]) -> (String, Range<usize>) {
        let raw = Raw { text: text.as_bytes(), secret, cut: false };
        let line = Line::new(&raw, Some("#"), others);
        (line.text, line.mark)
    }

    #[test]
    fn others_are_masked_too() {
        let stars = HIDDEN;
        let (one, two) = (2..4, 7..9);
        let both = [one.clone(), two.clone()];
        // The secret itself may be among them.
        assert_eq!(line("a=XX b=YY c", one, &both), (format!("a=# b={stars} c"), 2..3));
        assert_eq!(line("a=XX b=YY c", two, &both), (format!("a={stars} b=# c"), 13..14));
        // What overlaps the secret itself, or each other, hides all of it once.
        assert_eq!(line("a=XXYYZZ", 4..6, &[2..5, 5..8]), (format!("a={stars}#{stars}"), 10..11));
        assert_eq!(line("aXXXXb=YY", 7..9, &[1..3, 2..5]), (format!("a{stars}b=#"), 11..12));
    }

    #[test]
    fn long_lines_are_cut_around_the_secret() {
        let text = format!("{}SECRET{}", "b".repeat(200), "a".repeat(200));
        let (shown, mark) = line(&text, 200..206, &[]);
        assert_eq!(shown, format!("…{}#{}…", "b".repeat(BEFORE), "a".repeat(AFTER)));
        assert_eq!(mark, 61..62);
    }

    #[test]
    fn indentation_and_line_ends_go() {
        assert_eq!(line("\t  k: XX\r", 6..8, &[]), ("k: #".to_owned(), 3..4));
    }
}
