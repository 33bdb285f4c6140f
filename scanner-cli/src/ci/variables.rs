//! The variables that a CI sets, and how far they are believed.
//!
//! Names of branches are whatever somebody who opens a pull request calls them, so a value is a commit's
//! name or a branch's only if it looks like one: nothing else gets near the reading of revisions.

use std::env;

/// A variable that is set to something.
pub(super) fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable with a commit's name.
pub(super) fn commit(name: &str) -> Option<String> {
    text(name).filter(|value| is_commit(value))
}

/// A variable with a branch's or a tag's name, without what refs begin with.
pub(super) fn branch(name: &str) -> Option<String> {
    let value = text(name)?;
    is_branch(&value).then(|| short(&value).to_owned())
}

/// Whether a text is a commit's name: whole, or long enough to be the only one. Noughts are none.
pub(super) fn is_commit(text: &str) -> bool {
    (12..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && !is_zero(text)
}

/// Whether a text stands for no commit.
pub(super) fn is_zero(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|byte| byte == b'0')
}

/// Whether git allows a ref to be called so, and no part of the name would be read as an operator.
pub(super) fn is_branch(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['-', '/'])
        && !text.contains("..")
        && !text.contains("@{")
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c))
}

/// A branch without what refs begin with.
pub(super) fn short(name: &str) -> &str {
    ["refs/heads/", "refs/tags/", "refs/remotes/origin/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

/// The ref under which a clone keeps a branch of where it is from.
pub(super) fn remote(branch: &str) -> String {
    format!("refs/remotes/origin/{branch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_believed() {
        for text in ["1234567890ab", &"a".repeat(40), &"F0".repeat(32)] {
            assert!(is_commit(text), "{text}");
        }
        for text in ["", "main", "1234567890a", &"0".repeat(40), "HEAD^{/x}....", &"a".repeat(65)] {
            assert!(!is_commit(text), "{text}");
        }
        for text in ["main", "refs/heads/a/b", "dependabot/npm_and_yarn/x-1.2", "größe", "a#b'$(x)"]
        {
            assert!(is_branch(text), "{text}");
        }
        for text in ["", "-x", "a b", "a..b", "main^{/x}", "a~1", "HEAD@{1}", ":/x", "a\nb=c"] {
            assert!(!is_branch(text), "{text}");
        }
        assert_eq!(short("refs/heads/a/b"), "a/b");
    }
}
