//! A screen before the patterns that fail often.
//!
//! What follows `curl ` is seldom a password, and it takes the pattern of such a rule, which says where in the match
//! the secret stands, microseconds to find that out. A lazy automaton, which says only whether there is a match,
//! takes a few nanoseconds for each byte once it has seen such text. Where the secret is all of the match, it says where
//! that ends, too. It is made for a rule when its pattern has
//! failed often enough to be worth it, and given up where text makes it grow without end.

use regex_automata::Input as Search;
use regex_automata::hybrid::dfa;
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;

use crate::rule::Rule;

/// How often a pattern must have failed in one thread before its automaton is made.
const OFTEN: u16 = 16;

/// How much memory one automaton may take in one thread, in bytes.
const CAPACITY: usize = 128 << 10;

/// How often it may be full and begin anew.
const CLEARED: usize = 4;

/// The automaton of a rule's pattern; `None` if there is none.
pub(super) type Automaton = Option<Box<dfa::DFA>>;

/// What one thread knows of the pattern of a rule.
#[derive(Default)]
pub(super) struct Screen {
    failed: u16,
    state: State,
}

#[derive(Default)]
enum State {
    #[default]
    Unused,
    Used(Box<dfa::Cache>),
    GivenUp,
}

impl Screen {
    /// Notes that the pattern was tried in vain.
    pub(super) fn fail(&mut self) {
        self.failed = self.failed.saturating_add(1);
    }

    /// What begins where the search does, if the pattern has failed often. Where the match ends, is said if `all` of it is
    /// looked at; else it is enough that there is one.
    pub(super) fn look<'a>(
        &mut self,
        search: &Search<'_>,
        all: bool,
        automaton: impl FnOnce() -> &'a Automaton,
    ) -> Look {
        if self.failed < OFTEN || matches!(self.state, State::GivenUp) {
            return Look::Unknown;
        }
        let Some(dfa) = automaton() else {
            self.state = State::GivenUp;
            return Look::Unknown;
        };
        if matches!(self.state, State::Unused) {
            self.state = State::Used(Box::new(dfa.create_cache()));
        }
        let State::Used(cache) = &mut self.state else { return Look::Unknown };
        match dfa.try_search_fwd(cache, &search.clone().earliest(!all)) {
            Ok(found) => found.map_or(Look::Nothing, |found| Look::Match(found.offset())),
            Err(_) => {
                self.state = State::GivenUp;
                Look::Unknown
            }
        }
    }
}

/// What an automaton tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is not used.
    Unknown,
    /// It is certain that no match begins there.
    Nothing,
    /// A match does, and ends here.
    Match(usize),
}

/// The automaton of a rule.
#[cold]
pub(super) fn automaton(rule: &Rule) -> Automaton {
    dfa::Builder::new()
        .configure(
            dfa::Config::new()
                .cache_capacity(CAPACITY)
                .minimum_cache_clear_count(Some(CLEARED))
                .minimum_bytes_per_state(Some(16)),
        )
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).which_captures(WhichCaptures::None))
        .build(&rule.pattern)
        .ok()
        .map(Box::new)
}

#[cfg(test)]
mod tests {
    use regex_automata::Anchored;

    use super::*;
    use crate::ruleset::RuleSet;

    fn rule(pattern: &str) -> Rule {
        let mut rule = RuleSet::builtin().iter().next().unwrap().1.clone();
        rule.pattern = pattern.to_owned().into();
        rule
    }

    #[test]
    fn it_stops_what_the_pattern_does_not_match_and_no_more() {
        let automaton = automaton(&rule("key [a-z]{0,9}=(?P<secret>[0-9]{4})"));
        let mut screen = Screen::default();
        let mut stops = |text: &str| {
            let search = Search::new(text).anchored(Anchored::Yes);
            let stops = screen.look(&search, false, || &automaton) == Look::Nothing;
            screen.fail();
            stops
        };
        for _ in 0..OFTEN {
            assert!(!stops("key nothing"), "too few have failed");
        }
        for text in ["key nothing", "key a=123", " key a=1234", ""] {
            assert!(stops(text), "{text}");
        }
        assert!(!stops("key a=1234"));
        assert!(!stops("key =12345 and more"));
    }

    #[test]
    fn it_says_where_matches_end_as_patterns_do() {
        let text = "key aaa1b2c3 aaaa";
        for pattern in [
            "key [a-z]{2,}",
            "key [a-z]{1,}?[0-9]",
            "key (?:a|aaa1)b?",
            r"(?-u)key \w+\b",
            "key .*a",
        ] {
            let automaton = automaton(&rule(pattern));
            let mut screen = Screen { failed: OFTEN, ..Screen::default() };
            let regex = regex_automata::meta::Regex::new(pattern).unwrap();
            for end in 0..=text.len() {
                let search = Search::new(text).span(0..end).anchored(Anchored::Yes);
                let expected = match regex.search_half(&search) {
                    Some(found) => Look::Match(found.offset()),
                    None => Look::Nothing,
                };
                assert_eq!(screen.look(&search, true, || &automaton), expected, "{pattern} {end}");
            }
        }
    }

    #[test]
    fn it_is_given_up_where_it_does_not_pay() {
        // Each place of a sign makes another state.
        let automaton = automaton(&rule("k(?:[a-z]{0,400}-[a-z]{0,400}){3}=[0-9]"));
        let mut screen = Screen { failed: OFTEN, ..Screen::default() };
        let mut random = 1_u64;
        for _ in 0..2000 {
            let text: Vec<u8> = std::iter::once(b'k')
                .chain((0..800).map(|_| {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    if random >> 60 == 0 { b'-' } else { b'a' }
                }))
                .collect();
            screen.look(&Search::new(&text).anchored(Anchored::Yes), true, || &automaton);
        }
        assert!(matches!(screen.state, State::GivenUp));
    }
}
