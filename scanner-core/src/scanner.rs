//! The scanner: the one way to search.
//!
//! A [`Scanner`] is immutable and shared by all threads; what a search changes lives in a [`Cache`], one
//! for each thread.

use std::borrow::Cow;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::engine::open::Ahead;
use crate::engine::{self, Engine, Found};
use crate::finding::{Finding, Secret};
use crate::input::{Input, Span};
use crate::rule::Rule;
use crate::ruleset::RuleSet;

pub use crate::engine::explain::{Consideration, Outcome};

/// Finds secrets in bytes. Cheap to clone, shared by all threads.
///
/// ```
/// use secscan_core::Scanner;
///
/// let scanner = Scanner::builtin();
/// let text = b"ssh key: none, password: ${PASSWORD}";
/// assert!(scanner.find_all(text).is_empty());
/// ```
#[derive(Clone)]
pub struct Scanner {
    engine: Arc<Engine>,
}

/// Scratch for searches, and what they counted. Make one for each thread, and keep it: its buffers are
/// used again.
#[derive(Default)]
pub struct Cache {
    pub(crate) engine: engine::Cache,
    /// Decoded text, for haystacks that are not in UTF-8.
    pub(crate) text: Vec<u8>,
}

/// What the searches with one [`Cache`] did, counted in steps and not in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Work {
    /// Bytes that were searched.
    pub bytes: u64,
    /// Places where a rule's head stood.
    pub candidates: u64,
    /// Those of rules that look unusually far from their heads: key blocks, and what else may be long.
    pub far: u64,
    /// Candidates whose pattern was tried.
    pub confirmations: u64,
    /// Bytes that the trials may have looked at, at the most.
    pub confirmed_bytes: u64,
    /// Bytes of decoded text that were searched besides.
    pub decoded_bytes: u64,
}

impl Scanner {
    /// A scanner with the built-in rules.
    ///
    /// # Panics
    /// Never in a build whose tests passed: the embedded tables are checked against the rules.
    pub fn builtin() -> Scanner {
        Scanner::new(RuleSet::builtin())
            .expect("the embedded tables are those of the embedded rules")
    }

    /// A scanner with these rules.
    ///
    /// # Errors
    /// When there are too many heads for their table, which takes tens of thousands of bytes of them.
    pub fn new(rules: RuleSet) -> Result<Scanner, ScannerError> {
        Ok(Scanner { engine: Arc::new(Engine::new(rules, None).map_err(ScannerError)?) })
    }

    /// The same scanner with a clock: what had expired at `unix_seconds` is reported one severity lower.
    ///
    /// # Errors
    /// As for [`Scanner::new`].
    pub fn at(rules: RuleSet, unix_seconds: i64) -> Result<Scanner, ScannerError> {
        Ok(Scanner {
            engine: Arc::new(Engine::new(rules, Some(unix_seconds)).map_err(ScannerError)?),
        })
    }

    /// The filters that this machine can run, the best last.
    #[cfg(feature = "generate")]
    #[doc(hidden)]
    pub fn filters() -> Vec<&'static str> {
        engine::filters()
    }

    /// A scanner with the filter of that name (`portable`, `ssse3`, `avx2`, …) in place of the best, for benches
    /// and tests; `None` where the machine has not got it.
    #[cfg(feature = "generate")]
    #[doc(hidden)]
    pub fn with_filter(rules: RuleSet, name: &str) -> Option<Scanner> {
        let mut engine = Engine::new(rules, None).ok()?;
        engine.use_filter(name).then(|| Scanner { engine: Arc::new(engine) })
    }

    /// How many heads of rules stand in a text, for benches: what the filter costs without what stands behind it.
    #[cfg(feature = "generate")]
    #[doc(hidden)]
    pub fn count_heads(&self, text: &[u8]) -> usize {
        self.engine.count_heads(text)
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        self.engine.rules()
    }

    /// The rule of a finding.
    pub fn rule(&self, finding: &Finding<'_>) -> &Rule {
        self.rules().get(finding.rule)
    }

    /// New scratch for one thread.
    pub fn create_cache(&self) -> Cache {
        Cache::default()
    }

    /// Calls `found` with every secret in the haystack, in order and without overlap, until it breaks.
    ///
    /// The time is linear in the haystack: see [`Work`] for what is counted and `ARCHITECTURE.md` for
    /// the bound.
    ///
    /// ```
    /// use secscan_core::{Input, Scanner};
    /// use std::ops::ControlFlow;
    ///
    /// let scanner = Scanner::builtin();
    /// let mut cache = scanner.create_cache();
    /// let mut count = 0;
    /// let flow = scanner.scan(&mut cache, &Input::new(b"nothing here"), |_finding| {
    ///     count += 1;
    ///     ControlFlow::<()>::Continue(())
    /// });
    /// assert!(flow.is_continue() && count == 0);
    /// ```
    pub fn scan<'h, B>(
        &self,
        cache: &mut Cache,
        input: &Input<'h>,
        mut found: impl FnMut(Finding<'h>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        self.engine.scan(&mut cache.engine, input);
        for index in 0..cache.engine.found.len() {
            let all = &cache.engine.found;
            found(self.finding(&all[index], all, input))?;
        }
        ControlFlow::Continue(())
    }

    /// The secrets whose heads stand at `from` or behind it, in a text that goes on: see
    /// [`Engine::scan_open`]. With no `ahead`, the text has come to its end.
    pub(crate) fn scan_from<'h>(
        &self,
        cache: &mut Cache,
        input: &Input<'h>,
        from: usize,
        ahead: Option<Ahead<'_>>,
        mut found: impl FnMut(Finding<'h>),
    ) -> usize {
        let decided = match ahead {
            Some(ahead) => self.engine.scan_open(&mut cache.engine, input, from, ahead),
            None => {
                self.engine.scan_rest(&mut cache.engine, input, from);
                input.haystack().len()
            }
        };
        let all = &cache.engine.found;
        let decided_ones = all.iter().filter(|found| found.span.end <= decided);
        decided_ones.for_each(|one| found(self.finding(one, all, input)));
        decided
    }

    /// How much text before a place a search that begins there looks at, in bytes.
    pub(crate) fn behind(&self) -> usize {
        self.engine.behind()
    }

    /// All secrets of a text. For more than a few haystacks, [`Scanner::scan`] with one cache is faster.
    pub fn find_all<'h, H: AsRef<[u8]> + ?Sized>(&self, haystack: &'h H) -> Vec<Finding<'h>> {
        let mut all = Vec::new();
        let mut cache = self.create_cache();
        let flow: ControlFlow<()> = self.scan(&mut cache, &Input::new(haystack), |finding| {
            all.push(finding);
            ControlFlow::Continue(())
        });
        debug_assert!(flow.is_continue());
        all
    }

    /// What became of every candidate whose head or match touches `span`: why it is reported, or why not.
    pub fn explain(&self, input: &Input<'_>, span: Span) -> Vec<Consideration> {
        self.engine.explain(input, span)
    }

    /// How far from its beginning the longest match of any rule, with all that is looked at around it,
    /// can reach: what a search in pieces must hold back, in bytes.
    pub fn reach(&self) -> usize {
        self.engine.reach()
    }

    /// What the search runs on: the filter's instructions, and the size of the tables in bytes.
    pub fn describe(&self) -> (&'static str, usize) {
        self.engine.describe()
    }

    fn finding<'h>(&self, found: &Found, all: &[Found], input: &Input<'h>) -> Finding<'h> {
        let (secret, decoded) = match &found.decoded {
            Some(inner) => (Cow::Owned(inner.secret.clone()), inner.layers.clone()),
            None => (Cow::Borrowed(&input.haystack()[found.span.range()]), Vec::new()),
        };
        let (severity, mut facts) = self.engine.describe_secret(found, &secret);
        let other = self.engine.other_half(input.haystack(), found);
        // What is a finding itself is not named in the facts of another.
        let is_found = |span: Span| all.iter().any(|one| one.span.overlaps(span));
        if let Some(other) = other.filter(|other| !is_found(other.span)) {
            let text = &input.haystack()[other.span.range()];
            facts.push((other.fact, String::from_utf8_lossy(text).into_owned()));
        }
        Finding {
            rule: found.rule,
            span: found.span,
            secret: Secret::new(secret),
            severity,
            confidence: found.confidence,
            reason: found.reason,
            decoded,
            facts,
        }
    }
}

impl Cache {
    /// What was done since the cache was made.
    pub fn work(&self) -> Work {
        self.engine.work
    }
}

// Its buffers hold what was searched last.
impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scanner({:?})", self.rules())
    }
}

/// Why no scanner was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannerError(String);

impl fmt::Display for ScannerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ScannerError {}
