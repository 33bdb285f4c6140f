//! Globs over paths that are not walked, such as those in a git tree: the same globs, the same answer.

use std::path::Path;

use ignore::overrides::Override;

use super::{Options, OptionsError, overrides};

/// Globs that say which paths are wanted. With `!` before it, one says which are not; the last that
/// matches decides, and a directory that is not wanted takes all below it along.
#[derive(Clone, Debug)]
pub struct Globs {
    overrides: Override,
}

impl Globs {
    /// Prepares the globs.
    ///
    /// # Errors
    /// When one cannot be parsed, and when there are globs but no current directory.
    pub fn new(globs: Vec<String>) -> Result<Globs, OptionsError> {
        let options = Options { globs, ..Options::default() };
        Ok(Globs { overrides: overrides(&options)? })
    }

    /// Whether there is no glob, so that every path is wanted.
    pub fn is_empty(&self) -> bool {
        self.overrides.is_empty()
    }

    /// Whether a path without any directory or extension would be wanted: what has no path at all.
    pub fn wants_unnamed(&self) -> bool {
        self.overrides.num_whitelists() == 0
    }

    /// Whether a file at this path, with slashes, is wanted.
    pub fn wants(&self, path: &[u8]) -> bool {
        if self.is_empty() {
            return true;
        }
        let path = String::from_utf8_lossy(path);
        let passed_over = |end: usize, is_dir| {
            self.overrides.matched(Path::new(&path[..end]), is_dir).is_ignore()
        };
        let slashes = path.match_indices('/').map(|(at, _)| at);
        !slashes.into_iter().any(|at| passed_over(at, true)) && !passed_over(path.len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::Globs;

    #[test]
    fn globs() {
        for (globs, path, wanted) in [
            (&[][..], "a/b.rs", true),
            (&["*.rs"], "a/b.rs", true),
            (&["*.rs"], "a/b.py", false),
            (&["!*.rs"], "a/b.rs", false),
            (&["!*.rs"], "a/b.py", true),
            (&["!vendor/"], "vendor/x/y", false),
            (&["!vendor"], "a/vendor/y", false),
            (&["*.rs", "!b.rs"], "a/b.rs", false),
            (&["/a/**"], "a/b", true),
            (&["/a/**"], "c/a/b", false),
        ] {
            let owned = globs.iter().map(|&glob: &&str| glob.to_owned()).collect();
            assert_eq!(
                Globs::new(owned).unwrap().wants(path.as_bytes()),
                wanted,
                "{globs:?} {path}"
            );
        }
        assert!(Globs::new(vec!["!x".into()]).unwrap().wants_unnamed());
        assert!(!Globs::new(vec!["x".into()]).unwrap().wants_unnamed());
    }
}
