//! Searches what is encoded in a haystack, and brings what is found back to places in it.

use super::judge::paths::{self, Kind};
use super::{Cache, Engine, NEAR, Unveiled};
use crate::decode::{self, Decoded, Units};
use crate::input::{Content, Input, Span};

/// What may be decoded of a piece however short it is, in bytes.
const LEAST: usize = 1024;

impl Engine {
    /// Searches what is encoded in the haystack from `from` on: what is escaped around the marks, and runs of
    /// digits.
    pub(super) fn decode(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        from: usize,
        depth: usize,
        marks: &mut [usize],
    ) {
        let mut scratch = std::mem::take(&mut cache.scratch);
        if depth >= decode::DEPTH || input.get_content() == Content::Binary {
            scratch.reset();
            cache.scratch = scratch;
            return;
        }
        let haystack = input.haystack();
        marks.sort_unstable();
        let mut units = Units::default();
        for &at in marks.iter() {
            if units.hold(at) {
                continue;
            }
            let unit = units.around(haystack, at);
            let near = unit.is_some_and(|unit| at - unit.start < NEAR && unit.end < at + NEAR);
            cache.work.far += u64::from(depth == 0 && !near);
            let Some(unit) = unit else { continue };
            if depth == 0 {
                cache.budget = LEAST + decode::RATIO * unit.len();
            }
            if unit.len() > cache.budget {
                continue;
            }
            if let Some(decoded) = decode::unescape(haystack, unit) {
                self.within(cache, input.get_path(), &decoded, depth);
            }
        }
        self.anchors.finish(haystack, &mut scratch);
        decode::each_run(haystack, scratch.starts(), &mut |run| {
            if run.start() < from {
                return;
            }
            if depth == 0 {
                cache.budget = LEAST + decode::RATIO * run.len();
            }
            if let Some(decoded) = run.decode(haystack, cache.budget) {
                // What a run holds is a file of its own; what kind it is, nothing says.
                let is_told =
                    |path: &&[u8]| matches!(paths::kind(Some(path)), Kind::Lock | Kind::Prose);
                let path = input.get_path().filter(is_told);
                self.within(cache, path, &decoded, depth);
            }
        });
        cache.scratch = scratch;
    }

    /// Searches decoded text.
    fn within(&self, cache: &mut Cache, path: Option<&[u8]>, decoded: &Decoded, depth: usize) {
        let text = &decoded.text;
        cache.budget = cache.budget.saturating_sub(text.len());
        cache.work.decoded_bytes += text.len() as u64;
        let first = cache.found.len();
        let mut input = Input::new(text).content(Content::of(text));
        if let Some(path) = path {
            input = input.path(path);
        }
        let whole = Span { start: 0, end: text.len() }.range();
        self.layer(cache, &input, &[whole], depth + 1, &mut |_, _| {});
        for found in &mut cache.found[first..] {
            let mut layers = decoded.layers.clone();
            let secret = match found.decoded.take() {
                Some(inner) => {
                    layers.extend(inner.layers);
                    inner.secret
                }
                None => text[found.span.range()].to_vec(),
            };
            found.decoded = Some(Box::new(Unveiled { secret, layers }));
            found.span = decoded.span(found.span);
            found.matched = decoded.span(found.matched);
        }
    }
}
