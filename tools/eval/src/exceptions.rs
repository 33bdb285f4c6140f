//! Where a kind of secret is not found, and why that is as it should be or cannot be helped.
//!
//! The tests hold that the list is complete, and that nothing stands in it in vain.

use secscan_core::rule::{Rule, Shape};

/// A class of misses.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// Whose tokens: in words.
    pub whose: &'static str,
    /// The surroundings.
    pub surroundings: &'static [&'static str],
    /// Why they are not found there.
    pub why: &'static str,
    applies: fn(&Rule) -> bool,
}

impl Exception {
    /// The place in the list of what a miss of `rule` in `surrounding` falls under: the first that applies.
    pub fn of(rule: &Rule, surrounding: &str) -> Option<usize> {
        EXCEPTIONS.iter().position(|exception| {
            exception.surroundings.contains(&surrounding) && (exception.applies)(rule)
        })
    }
}

/// All of them.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        whose: "named rules whose provider's word is short or means other things too",
        surroundings: &[
            "yaml-nested",
            "toml",
            "json-line",
            "python-call",
            "command",
            "url",
            "url-escaped",
            "markdown",
            "prose",
        ],
        why: "Such a word counts in the name of the value only, and here it stands apart. The generic rules \
              report the value where it looks random, which a UUID or ten characters do not.",
        applies: |rule| {
            rule.shape == Shape::Named
                && (rule.within == 0 || rule.context.first().is_some_and(|word| word.len() < 5))
        },
    },
    Exception {
        whose: "`wordpress-app-password`",
        surroundings: &[
            "env",
            "yaml",
            "properties",
            "dockerfile",
            "shell",
            "command",
            "url-escaped",
            "header",
            "log",
            "prose",
        ],
        why: "It has blanks in it, and without quotes a value ends at the first one.",
        applies: |rule| rule.id == "wordpress-app-password",
    },
    Exception {
        whose: "passwords that a person may have chosen",
        surroundings: &["code-block", "inline", "json-string", "long-string", "template-string"],
        why: "In documentation only what looks made is believed, and some of these look like words. Some have \
              signs in them that the surrounding ends a value at, or escapes.",
        applies: |rule| rule.judge.is_some() || rule.chosen,
    },
    Exception {
        whose: "command lines and manifests that go on in another line",
        surroundings: &["comment"],
        why: "A sign of a comment stands between the lines.",
        applies: |rule| {
            matches!(&*rule.id, "mysql-argument" | "curl-user" | "expect-send-password")
                || rule.id.starts_with("cloudformation-default")
                || rule.shape == Shape::Manifest
        },
    },
    Exception {
        whose: "manifests of Kubernetes in strings and logs",
        surroundings: &["json-string", "long-string", "template-string", "log-output"],
        why: "They are read line by line, and here their lines are one, or something stands before each.",
        applies: |rule| rule.shape == Shape::Manifest,
    },
    Exception {
        whose: "rules with a fixed name before the secret",
        surroundings: &["rust", "prose", "markdown", "command"],
        why: "The pattern asks for a sign between the name and the value, and reads no types, words or marks.",
        applies: |rule| rule.pattern.contains("(?i:") && !rule.pattern.contains("{0,80}"),
    },
    Exception {
        whose: "keys that are called a private, consumer or encryption key",
        surroundings: &["prose", "markdown"],
        why: "Of names with a blank in them `api key` and `secret key` are read, and no others.",
        applies: |rule| {
            rule.role.iter().any(|role| matches!(&**role, "private" | "consumer"))
                || rule.id == "generic-key"
        },
    },
    Exception {
        whose: "rules that ask for the word `key` beside the provider's",
        surroundings: &["yaml-nested", "json-line", "toml", "python-call", "command"],
        why: "A name that is `key` and nothing else is that of too many things.",
        applies: |rule| rule.role.first().is_some_and(|role| role == "key"),
    },
    Exception {
        whose: "key files whose lines are told apart",
        surroundings: &["indented", "comment"],
        why: "Their formats allow nothing before a line.",
        applies: |rule| matches!(&*rule.id, "putty-private-key" | "minisign-signify-key"),
    },
    Exception {
        whose: "tokens and passages with quotes, backslashes or line breaks in them",
        surroundings: &["json-string"],
        why: "JSON escapes them, and the pattern wants them as they are. Where a name says what the value is, \
              the generic rules report it.",
        applies: |rule| {
            rule.shape == Shape::Token
                && ["\"", "\\x27", "\\\\", "\\n", "\\s"]
                    .iter()
                    .any(|sign| rule.pattern.contains(sign))
        },
    },
    Exception {
        whose: "tokens with signs that URLs escape",
        surroundings: &["url-escaped"],
        why: "The pattern wants the signs as they are. Where the name of the parameter says what it is, and the \
              value looks random, the generic rules report it.",
        applies: |_| true,
    },
];
