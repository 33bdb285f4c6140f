//! What is about to be pushed: the lines that git writes to a pre-push hook, or what pre-commit makes of
//! them.

use std::env;
use std::io::{self, Read};

use secscan_core::source::git::Spec;

use crate::exit::{Failure, cause};

/// Where a side has nothing.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// What is pushed: as pre-commit says it, or else as git does, on the standard input.
pub(super) fn specs(remote: Option<&str>) -> Result<Vec<Spec>, Failure> {
    if let Some(spec) = told_by_pre_commit() {
        return Ok(vec![spec]);
    }
    if is_pre_commit() {
        // A push of a whole branch, its first commit included, or a run by hand: pre-commit gives no
        // range then.
        return Ok(vec![Spec::Push {
            local: variable("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| "HEAD".to_owned()),
            remote: NOTHING.to_owned(),
            name: variable("PRE_COMMIT_REMOTE_NAME"),
        }]);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| {
        Failure::new(format!("cannot read the standard input: {}", cause(&error)))
    })?;
    parse(&text, remote)
}

/// The range that pre-commit was given, by a push or with `--from-ref` and `--to-ref`.
pub(super) fn told_by_pre_commit() -> Option<Spec> {
    let (from, to) = (variable("PRE_COMMIT_FROM_REF")?, variable("PRE_COMMIT_TO_REF")?);
    Some(Spec::Push { local: to, remote: from, name: variable("PRE_COMMIT_REMOTE_NAME") })
}

/// Whether pre-commit runs this, and not because of a commit: git tells the hooks of a commit where its
/// index is.
pub(super) fn is_pre_commit_run_by_hand() -> bool {
    is_pre_commit() && env::var_os("GIT_INDEX_FILE").is_none()
}

fn is_pre_commit() -> bool {
    variable("PRE_COMMIT").is_some()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// `<local ref> <local id> <remote ref> <remote id>` on each line.
fn parse(text: &str, remote: Option<&str>) -> Result<Vec<Spec>, Failure> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split_whitespace().collect();
            let is_id = |text: &str| text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
            // A local ref may be any expression, but not one with a blank in it.
            match parts[..] {
                [_, local, _, there] if is_id(local) && is_id(there) => Ok(Spec::Push {
                    local: local.to_owned(),
                    remote: there.to_owned(),
                    name: remote.map(str::to_owned),
                }),
                _ => Err(Failure::new(
                    "the standard input is not what git tells a pre-push hook: each line is a local ref, \
                     its object, a remote ref and its object",
                )),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let (a, b) = ("a".repeat(40), "b".repeat(64));
        let text =
            format!("refs/heads/x {a} refs/heads/y {b}\n\n(delete) {NOTHING} refs/heads/z {a}\n");
        let specs = parse(&text, Some("origin")).unwrap();
        let name = Some("origin".to_owned());
        assert_eq!(
            specs,
            [
                Spec::Push { local: a.clone(), remote: b, name: name.clone() },
                Spec::Push { local: NOTHING.to_owned(), remote: a, name },
            ]
        );
        assert_eq!(parse("", None).unwrap(), []);
        for text in ["x", "a b c d", "refs/heads/x 1234 refs/heads/y 1234"] {
            assert!(parse(text, None).is_err(), "{text}");
        }
    }
}
