//! What is no finding although a rule matches it: exceptions that a `.gitleaks.toml` makes, by what the secret,
//! the match or its line look like and by where the file is.
//!
//! Apart from the rules, because an exception may be about all of them. They are asked last, of what would
//! be reported.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use crate::input::{Input, Span};

/// How many bytes of its line are seen on either side of a match.
pub(crate) const LINE: usize = 256;

/// What the regular expressions of an exception are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Secret,
    Match,
    Line,
}

/// One exception.
#[derive(Clone)]
pub(crate) struct Exception {
    /// The file and the line that say so.
    pub(crate) place: Arc<str>,
    /// The numbers of the rules that it is about, sorted; `None` for all of them.
    pub(crate) rules: Option<Vec<u16>>,
    /// Whether all that it names must hold, or one thing is enough.
    pub(crate) all: bool,
    pub(crate) subject: Subject,
    pub(crate) regexes: Vec<Regex>,
    pub(crate) paths: Vec<Regex>,
    pub(crate) stopwords: Option<AhoCorasick>,
}

/// Names a path as the exceptions do.
type Names = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync + UnwindSafe + RefUnwindSafe;

/// All that are made.
#[derive(Clone, Default)]
pub(crate) struct Exceptions {
    all: Vec<Exception>,
    /// Rules that are for some files only, and for which.
    only: Vec<(u16, Regex)>,
    names: Option<Arc<Names>>,
}

/// What is asked about.
pub(crate) struct Candidate<'c> {
    pub(crate) rule: u16,
    pub(crate) secret: Span,
    pub(crate) matched: Span,
    pub(crate) input: Input<'c>,
}

/// Why a candidate is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The rule is for other files.
    Elsewhere,
    /// An exception covers it, which stands there.
    Excepted(Arc<str>),
}

/// Compiles a regular expression that is searched for anywhere. An error holds nothing of it: an allowlist may
/// hold what is secret.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    crate::compile::pattern::parse(pattern)?;
    Regex::builder()
        .configure(Regex::config().utf8_empty(false).nfa_size_limit(Some(1 << 20)))
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .build(pattern)
        .map_err(|_| "the regex is too large".to_owned())
}

impl Exceptions {
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.only.is_empty()
    }

    /// Whether the rest of a line may decide.
    pub(crate) fn read_lines(&self) -> bool {
        self.all.iter().any(|one| one.subject == Subject::Line && !one.regexes.is_empty())
    }

    /// Whether the path of a file may decide.
    pub(crate) fn read_paths(&self) -> bool {
        !self.only.is_empty() || self.all.iter().any(|one| !one.paths.is_empty())
    }

    pub(crate) fn push(&mut self, exception: Exception) {
        self.all.push(exception);
    }

    /// Keeps a rule to files whose path matches.
    pub(crate) fn restrict(&mut self, rule: u16, path: Regex) {
        self.only.push((rule, path));
    }

    pub(crate) fn set_names(&mut self, names: Arc<Names>) {
        self.names = Some(names);
    }

    /// Why the candidate is no finding, if it is none. Where no path is known, a rule is for any file and no
    /// exception holds that asks for one.
    pub(crate) fn judge(&self, candidate: &Candidate<'_>) -> Option<Why> {
        if self.is_empty() {
            return None;
        }
        let path = candidate.input.get_path().filter(|_| self.read_paths());
        let path = path.map(|path| match &self.names {
            Some(names) => names(path),
            None => path.to_vec(),
        });
        if let Some(path) = &path
            && self.only.iter().any(|(rule, only)| *rule == candidate.rule && !only.is_match(path))
        {
            return Some(Why::Elsewhere);
        }
        let covers = |one: &&Exception| one.covers(candidate, path.as_deref());
        self.all.iter().find(covers).map(|one| Why::Excepted(one.place.clone()))
    }
}

impl Exception {
    fn covers(&self, candidate: &Candidate<'_>, path: Option<&[u8]>) -> bool {
        if self.rules.as_ref().is_some_and(|rules| rules.binary_search(&candidate.rule).is_err()) {
            return false;
        }
        let haystack = candidate.input.haystack();
        let secret = &haystack[candidate.secret.range()];
        let by_path =
            || path.is_some_and(|path| self.paths.iter().any(|regex| regex.is_match(path)));
        let by_look = || {
            let text = match self.subject {
                Subject::Secret => secret,
                Subject::Match => &haystack[candidate.matched.range()],
                Subject::Line => line(haystack, candidate.matched),
            };
            self.regexes.iter().any(|regex| regex.is_match(text))
        };
        let by_word = || self.stopwords.as_ref().is_some_and(|words| words.is_match(secret));
        let asked: [(bool, &dyn Fn() -> bool); 3] = [
            (!self.paths.is_empty(), &by_path),
            (!self.regexes.is_empty(), &by_look),
            (self.stopwords.is_some(), &by_word),
        ];
        let mut asked = asked.into_iter().filter(|(named, _)| *named).map(|(_, holds)| holds());
        if self.all { asked.all(|holds| holds) } else { asked.any(|holds| holds) }
    }
}

/// The line, or lines, of a match, as far as it is seen.
fn line(haystack: &[u8], matched: Span) -> &[u8] {
    let before = &haystack[matched.start.saturating_sub(LINE)..matched.start];
    let after = &haystack[matched.end..haystack.len().min(matched.end + LINE)];
    let start = memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at - 1);
    let end = memchr::memchr(b'\n', after).unwrap_or(after.len());
    &haystack[matched.start - start..matched.end + end]
}

impl fmt::Debug for Exceptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exceptions({}, {} kept to files)", self.all.len(), self.only.len())
    }
}
