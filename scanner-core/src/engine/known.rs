//! What a search has seen of one rule's text, so that no byte is looked at again for the next candidate: text that is
//! nothing but heads has one every few bytes, and each looks as far as its rule's window.

use crate::rule::Stretch;

/// What is known of where something stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    /// It stands nowhere in here.
    none: (usize, usize),
    /// It stands here.
    there: (usize, usize),
}

impl Known {
    /// Whether `byte` stands in that part of the haystack. It is always the same byte.
    pub(super) fn byte(&mut self, haystack: &[u8], start: usize, end: usize, byte: u8) -> bool {
        if self.is_there(start, end) {
            return true;
        }
        let from = self.unseen(start, end, 1);
        match memchr::memrchr(byte, &haystack[from..end]) {
            Some(at) => self.there = (from + at, from + at + 1),
            None => self.lacks(start, from, end),
        }
        self.is_there(start, end)
    }

    /// Whether such bytes stand there. It is always the same stretch.
    pub(super) fn stretch(
        &mut self,
        haystack: &[u8],
        start: usize,
        end: usize,
        stretch: &Stretch,
    ) -> bool {
        let len = usize::from(stretch.len);
        let (first, last) = self.there;
        if (first..last).contains(&start) && start + len <= end {
            // Only what is behind the known ones is news.
            let rest = &haystack[last.min(start + len)..start + len];
            if rest.iter().all(|&byte| stretch.bytes.contains(byte)) {
                self.there.1 = last.max(start + len);
                return true;
            }
        } else if self.is_there(start, end) {
            return true;
        }
        let from = self.unseen(start, end, len);
        match stretch.find(&haystack[from..end]) {
            Some(at) => self.there = (from + at, from + at + len),
            None => self.lacks(start, from, end),
        }
        self.is_there(start, end)
    }

    fn is_there(&self, start: usize, end: usize) -> bool {
        let (first, last) = self.there;
        first < last && start <= first && last <= end
    }

    /// Where to look from for what is `len` bytes long.
    fn unseen(&self, start: usize, end: usize, len: usize) -> usize {
        let (from, to) = self.none;
        if from <= start && start <= to {
            start.max((to + 1).saturating_sub(len)).min(end)
        } else {
            start
        }
    }

    /// Notes that there is none behind `start`, which was found out by a look from `from` on.
    fn lacks(&mut self, start: usize, from: usize, end: usize) {
        self.none = if from > start { (self.none.0, self.none.1.max(end)) } else { (start, end) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::ByteSet;

    #[test]
    fn the_answers_are_those_of_a_look_at_everything() {
        let mut state = 5_u64;
        let mut below = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % bound
        };
        let mut bytes = ByteSet::default();
        b"ab".iter().for_each(|&byte| bytes.insert(byte));
        let (mut there, mut not) = (0, 0);
        for round in 0..2000 {
            let text: Vec<u8> = (0..200).map(|_| b"aaabbbac"[below(8 - round % 2)]).collect();
            let stretch = Stretch { len: 1 + below(12) as u16, bytes };
            let (mut of_byte, mut of_stretch) = (Known::default(), Known::default());
            let mut start = 0;
            let window = 1 + below(60);
            while start < text.len() {
                // Some candidates begin before the one ahead of them, and end anywhere.
                let begin = start.saturating_sub(below(4) * below(3));
                let end = text.len().min(begin + window - below(3).min(window - 1));
                let part = &text[begin..end];
                assert_eq!(of_byte.byte(&text, begin, end, b'c'), part.contains(&b'c'));
                let expected = part
                    .windows(stretch.len.into())
                    .any(|some| some.iter().all(|byte| b"ab".contains(byte)));
                assert_eq!(of_stretch.stretch(&text, begin, end, &stretch), expected);
                there += usize::from(expected);
                not += usize::from(!expected);
                start += 1 + below(5);
            }
        }
        assert!(there > 10_000 && not > 10_000, "{there} {not}");
    }
}
