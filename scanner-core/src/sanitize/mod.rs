//! Secrets out of text: each is replaced by what the caller writes in its place.
//!
//! For tools that hand text to a model, a log or another person. A [`Sanitizer`] is a [`Scanner`] and perhaps
//! values that are known to be secret; what stands in the place of a secret is the business of a closure, so
//! that this knows no vaults and no forms of placeholders. [`Stream`] does the same for text that arrives in pieces.
//!
//! ```
//! use secscan_core::sanitize::{Sanitizer, label};
//! use secscan_core::{Input, Scanner};
//!
//! let sanitizer = Sanitizer::new(Scanner::builtin());
//! let mut cache = sanitizer.scanner().create_cache();
//! // Assembled here, because no complete token stands in this repository, not even a false one.
//! let prompt = format!("Why is postgres://app:{}@db.internal/main refused?", "Vq7-tR2m.x9L");
//! let safe = sanitizer.sanitize(&mut cache, &Input::new(&prompt), label)?;
//! // This is what a model may see.
//! assert_eq!(&*safe.text, b"Why is postgres://app:[REDACTED:database-url]@db.internal/main refused?");
//! # Ok::<(), std::convert::Infallible>(())
//! ```

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::engine::open::Ahead;
use crate::finding::{Finding, RuleId, Secret};
use crate::input::{Input, Span};
use crate::scanner::{Cache, Scanner};

mod known;
mod restore;
mod stream;

pub use crate::mark::{is_placeholder, placeholders};
pub use known::{Known, Unfit};
pub use restore::{Form, Restorer};
pub use stream::Stream;

/// Finds what must not be passed on. It never changes and is shared by all threads.
#[derive(Clone, Debug)]
pub struct Sanitizer {
    scanner: Scanner,
    known: Known,
    accepts: Option<Accepts>,
}

/// Whether a finding is accepted, of a text with this path.
#[derive(Clone)]
struct Accepts(Arc<Judgement>);
type Judgement = dyn Fn(&Finding<'_>, Option<&[u8]>) -> bool + Send + Sync;

/// A secret that is to be replaced.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leak<'h> {
    /// What found it.
    pub kind: Kind,
    /// The identifier of what found it, for a label: a rule's own, or `known-value`.
    pub id: &'h str,
    /// The secret.
    pub secret: Secret<'h>,
}

/// What found a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A rule of the scanner.
    Rule(RuleId),
    /// It is one of the values that are known.
    Known,
}

/// How many secrets were replaced, for each rule: pairs of an identifier and a number, sorted by the
/// identifier. It does not allocate while it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Vec<(Box<str>, u64)>);

/// Text without its secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct Sanitized<'h> {
    /// The text: the one that was given, if nothing had to be replaced.
    pub text: Cow<'h, [u8]>,
    /// What was replaced.
    pub counts: Counts,
}

impl Sanitizer {
    /// A sanitizer that replaces what this scanner finds.
    pub fn new(scanner: Scanner) -> Sanitizer {
        Sanitizer { scanner, known: Known::default(), accepts: None }
    }

    /// The same, and these values are secrets wherever they stand.
    #[must_use]
    pub fn known(self, known: Known) -> Sanitizer {
        Sanitizer { known, ..self }
    }

    /// The same, and what is accepted stays in the text and is not counted: an allowlist. `accepts` is given
    /// a finding, and the path of the text if that is known. Values that are known to be secret are never
    /// asked about.
    ///
    /// ```
    /// use secscan_core::sanitize::{Sanitizer, label};
    /// use secscan_core::{Input, Scanner};
    ///
    /// let tests = |path: Option<&[u8]>| path.is_some_and(|path| path.starts_with(b"tests/"));
    /// let sanitizer = Sanitizer::new(Scanner::builtin()).accept(move |_, path| tests(path));
    /// let mut cache = sanitizer.scanner().create_cache();
    /// let text = format!("postgres://app:{}@db.internal/main", "Vq7-tR2m.x9L");
    /// let fixture = Input::new(&text).path(b"tests/connect.env");
    /// assert_eq!(&*sanitizer.sanitize(&mut cache, &fixture, label)?.text, text.as_bytes());
    /// assert_ne!(&*sanitizer.sanitize(&mut cache, &Input::new(&text), label)?.text, text.as_bytes());
    /// # Ok::<(), std::convert::Infallible>(())
    /// ```
    #[must_use]
    pub fn accept(
        self,
        accepts: impl Fn(&Finding<'_>, Option<&[u8]>) -> bool + Send + Sync + 'static,
    ) -> Sanitizer {
        Sanitizer { accepts: Some(Accepts(Arc::new(accepts))), ..self }
    }

    /// The scanner.
    pub fn scanner(&self) -> &Scanner {
        &self.scanner
    }

    /// Replaces every secret by what `replace` appends to the output. Text without secrets is given back
    /// as it is, without an allocation. Placeholders that stand in the text already stay.
    ///
    /// # Errors
    /// The first of `replace`. Nothing of the text is given back then.
    pub fn sanitize<'h, E>(
        &self,
        cache: &mut Cache,
        input: &Input<'h>,
        mut replace: impl FnMut(&Leak<'_>, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Sanitized<'h>, E> {
        let haystack = input.haystack();
        let mut text: Option<Vec<u8>> = None;
        let mut counts = Counts::default();
        let mut done = 0;
        let flow = self.find(cache, input, |leak, span| {
            let out = text.get_or_insert_with(|| Vec::with_capacity(haystack.len() + 256));
            out.extend_from_slice(&haystack[done..span.start]);
            done = span.end;
            counts.add(leak.id, 1);
            match replace(&leak, out) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => ControlFlow::Break(error),
            }
        });
        if let ControlFlow::Break(error) = flow {
            return Err(error);
        }
        let text = match text {
            None => Cow::Borrowed(haystack),
            Some(mut text) => {
                text.extend_from_slice(&haystack[done..]);
                Cow::Owned(text)
            }
        };
        Ok(Sanitized { text, counts })
    }

    /// Calls `found` with every secret that is to be replaced, in order and without overlap.
    pub fn find<'h, B>(
        &self,
        cache: &mut Cache,
        input: &Input<'h>,
        mut found: impl FnMut(Leak<'_>, Span) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut flow = ControlFlow::Continue(());
        let (leaks, _) = self.leaks(cache, input, 0, None);
        for (span, kind) in leaks {
            flow = found(self.leak(input.haystack(), span, kind), span);
            if flow.is_break() {
                break;
            }
        }
        flow
    }

    /// The secrets behind `from`, in order and without overlap, and up to where that is decided if the
    /// text goes on.
    fn leaks(
        &self,
        cache: &mut Cache,
        input: &Input<'_>,
        from: usize,
        goes_on: Option<Lines>,
    ) -> (Vec<(Span, Kind)>, usize) {
        let haystack = input.haystack();
        let known = self.known.find(haystack, from);
        let ahead = goes_on.map(|lines| Ahead {
            lines: lines == Lines::Whole,
            limit: self.known.edge(haystack),
            whole: &known,
        });
        let mut leaks = Vec::new();
        let decided = self.scanner.scan_from(cache, input, from, ahead, |finding| {
            // What is accepted must not have a part in anything that follows: united with a value that is
            // known, it would take that along.
            let accepted =
                || self.accepts.as_ref().is_some_and(|one| (one.0)(&finding, input.get_path()));
            // What stands in the text is replaced, whatever it was decoded to.
            let kind = Kind::Rule(finding.rule);
            if !is_placeholder(&haystack[finding.span.range()]) && !accepted() {
                leaks.extend(outside(haystack, finding.span).map(|span| (span, kind)));
            }
        });
        if !known.is_empty() {
            let known = known.into_iter().filter(|span| span.end <= decided);
            leaks.extend(known.map(|span| (span, Kind::Known)));
            unite(&mut leaks);
        }
        (leaks, decided)
    }

    fn leak<'h>(&'h self, haystack: &'h [u8], span: Span, kind: Kind) -> Leak<'h> {
        let id = match kind {
            Kind::Rule(rule) => &self.scanner.rules().get(rule).id,
            Kind::Known => known::ID,
        };
        Leak { kind, id, secret: Secret::from(&haystack[span.range()]) }
    }
}

/// Whether only whole lines of a text that goes on are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    Whole,
    Any,
}

/// The parts of a span that are no placeholders.
fn outside(haystack: &[u8], span: Span) -> impl Iterator<Item = Span> {
    let text = &haystack[span.range()];
    let end = Span { start: text.len(), end: text.len() };
    let mut done = 0;
    placeholders(text).chain([end]).filter_map(move |placeholder| {
        let part = Span { start: span.start + done, end: span.start + placeholder.start };
        done = placeholder.end;
        (!part.is_empty()).then_some(part)
    })
}

/// Makes one of those that overlap: all of their bytes, under the name of the longest.
fn unite(leaks: &mut Vec<(Span, Kind)>) {
    leaks.sort_by_key(|(span, kind)| (span.start, std::cmp::Reverse(span.end), *kind));
    let mut longest = 0;
    leaks.dedup_by(|(span, kind), (whole, name)| {
        if span.start >= whole.end {
            longest = 0;
            return false;
        }
        longest = longest.max(whole.len());
        if span.len() > longest {
            (longest, *name) = (span.len(), *kind);
        }
        whole.end = whole.end.max(span.end);
        true
    });
}

impl Counts {
    /// Whether nothing was replaced.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many secrets were replaced.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The identifiers and how many secrets of each were replaced.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(id, count)| (&**id, *count))
    }

    /// Counts `more` secrets.
    pub fn add(&mut self, id: &str, more: u64) {
        match self.0.binary_search_by(|(known, _)| (**known).cmp(id)) {
            Ok(at) => self.0[at].1 += more,
            Err(at) => self.0.insert(at, (id.into(), more)),
        }
    }

    /// Adds what another text had.
    pub fn merge(&mut self, other: &Counts) {
        other.iter().for_each(|(id, count)| self.add(id, count));
    }
}

impl fmt::Debug for Accepts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accepts")
    }
}

// What a closure put in the place of secrets may be secret too.
impl fmt::Debug for Sanitized<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sanitized({} bytes, {} replaced)", self.text.len(), self.counts.total())
    }
}

/// Writes what was there: `[REDACTED:github-pat-classic]`. To be given to [`Sanitizer::sanitize`].
///
/// # Errors
/// None.
pub fn label(leak: &Leak<'_>, out: &mut Vec<u8>) -> Result<(), Infallible> {
    out.extend_from_slice(b"[REDACTED:");
    out.extend_from_slice(leak.id.as_bytes());
    out.push(b']');
    Ok(())
}

/// Writes as many `*` as the secret has bytes; its line breaks stay. To be given to
/// [`Sanitizer::sanitize`].
///
/// # Errors
/// None.
pub fn mask(leak: &Leak<'_>, out: &mut Vec<u8>) -> Result<(), Infallible> {
    let masked = |&byte: &u8| if matches!(byte, b'\n' | b'\r') { byte } else { b'*' };
    out.extend(leak.secret.expose().iter().map(masked));
    Ok(())
}
