//! The hooks themselves: plain shell, which finds the program where it was, or else on the PATH.

use std::path::Path;

/// By which we know what we wrote.
const MARK: &str = "# Written by `secscan hook install`";

/// A hook of git, by what it comes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hook {
    /// Before a commit.
    Commit,
    /// Before the commit of a merge without conflicts, for which git does not run the first.
    MergeCommit,
    /// Before a push.
    Push,
}

impl Hook {
    pub(super) fn name(self) -> &'static str {
        match self {
            Hook::Commit => "pre-commit",
            Hook::MergeCommit => "pre-merge-commit",
            Hook::Push => "pre-push",
        }
    }
}

/// Whether this is a hook that we wrote.
pub(super) fn is_ours(text: &[u8]) -> bool {
    String::from_utf8_lossy(text).lines().take(3).any(|line| line.starts_with(MARK))
}

/// The text of a hook.
pub(super) fn text(hook: Hook, program: &Path) -> String {
    let program = quoted(program);
    let name = hook.name();
    let chain = match hook {
        // Both read the standard input.
        Hook::Push => {
            "\
pushed=$(cat)
if [ -x \"$0.secscan-chained\" ]; then
    if [ -n \"$pushed\" ]; then printf '%s\\n' \"$pushed\"; fi | \"$0.secscan-chained\" \"$@\" || exit $?
fi
"
        }
        _ => {
            "\
if [ -x \"$0.secscan-chained\" ]; then
    \"$0.secscan-chained\" \"$@\" || exit $?
fi
"
        }
    };
    let scan = match hook {
        Hook::Push => {
            "\
if [ -n \"$pushed\" ]; then printf '%s\\n' \"$pushed\"; fi | \"$secscan\" git --pre-push --remote \"$1\"
"
        }
        _ => "exec \"$secscan\" git --staged\n",
    };
    format!(
        "\
#!/bin/sh
{MARK}; `secscan hook uninstall` removes it.
# A hook that was here before is beside this one, and runs first: {name}.secscan-chained
{chain}\
secscan={program}
if [ ! -x \"$secscan\" ]; then
    secscan=$(command -v secscan) || {{
        echo 'secscan: the {name} hook finds no secscan: install it, or remove .git/hooks/{name}' >&2
        exit 2
    }}
fi
{scan}"
    )
}

/// A path for the shell.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    // The shell of git for Windows takes both slashes, and the backslash elsewhere.
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts() {
        for hook in [Hook::Commit, Hook::MergeCommit, Hook::Push] {
            let text = text(hook, Path::new("/it's/here"));
            assert!(is_ours(text.as_bytes()));
            assert!(text.contains(r"secscan='/it'\''s/here'"), "{text}");
            assert!(text.contains(&format!("{}.secscan-chained", hook.name())));
        }
        assert!(!is_ours(b"#!/bin/sh\nexec secscan git --staged\n"));
    }
}
