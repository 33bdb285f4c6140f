//! What a path says of its content: source code, configuration, prose, or data full of hashes.

/// The kind of a file, by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Kind {
    /// A programming language: a bare word is an identifier, literals are quoted.
    Code,
    /// `.env`, INI, YAML, shell and their like, or nothing known: bare values are literals.
    Config,
    /// Documentation: values are mostly examples.
    Prose,
    /// Lock files and their like: digests by the thousand.
    Lock,
}

/// The longest extension that is known, in bytes.
const EXTENSION: usize = 8;

/// Files full of digests.
const LOCKS: &[&[u8]] = &[
    b"package-lock.json",
    b"npm-shrinkwrap.json",
    b"pnpm-lock.yaml",
    b"go.sum",
    b"go.work.sum",
    b"packages.lock.json",
    b"package.resolved",
    b"cartfile.resolved",
    b"gradle.lockfile",
    b"verification-metadata.xml",
    b"module.bazel.lock",
    b"conda-lock.yml",
    b".cargo-checksum.json",
    b".secrets.baseline",
    b".secscan-baseline.json",
];

/// What such files end with.
const LOCK_ENDS: &[&[u8]] = &[b".lock", b".lock.hcl", b".map"];

/// The kind of the file at `path`. Without a path, or with an unknown one, it is configuration.
pub(in crate::engine) fn kind(path: Option<&[u8]>) -> Kind {
    let Some(path) = path else { return Kind::Config };
    let name = path.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(path);
    let begins = |start: &[u8]| {
        name.get(..start.len()).is_some_and(|first| first.eq_ignore_ascii_case(start))
    };
    let ends = |end: &&[u8]| {
        let rest = name.len().checked_sub(end.len());
        rest.is_some_and(|at| name[at..].eq_ignore_ascii_case(end))
    };
    if LOCK_ENDS.iter().any(ends) || LOCKS.iter().any(|lock| name.eq_ignore_ascii_case(lock)) {
        return Kind::Lock;
    }
    let dot = name.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > 0);
    let extension = dot.map_or(&[][..], |dot| &name[dot + 1..]);
    let mut lower = [0; EXTENSION];
    let lower = match lower.get_mut(..extension.len()) {
        Some(lower) => {
            lower.copy_from_slice(extension);
            lower.make_ascii_lowercase();
            &*lower
        }
        None => &[],
    };
    match lower {
        b"rs" | b"go" | b"c" | b"h" | b"cc" | b"cpp" | b"cxx" | b"hpp" | b"hh" | b"cs"
        | b"java" | b"kt" | b"kts" | b"scala" | b"swift" | b"m" | b"mm" | b"js" | b"jsx"
        | b"mjs" | b"cjs" | b"ts" | b"tsx" | b"mts" | b"cts" | b"vue" | b"svelte" | b"py"
        | b"pyi" | b"pyx" | b"rb" | b"erb" | b"php" | b"pl" | b"pm" | b"lua" | b"r" | b"jl"
        | b"ex" | b"exs" | b"erl" | b"hs" | b"ml" | b"mli" | b"fs" | b"fsx" | b"vb" | b"dart"
        | b"groovy" | b"gradle" | b"clj" | b"cljs" | b"lisp" | b"el" | b"zig" | b"nim" | b"d"
        | b"s" | b"asm" | b"sol" | b"proto" | b"thrift" | b"graphql" | b"css" | b"scss"
        | b"less" | b"html" | b"htm" | b"xhtml" | b"jsp" | b"asp" | b"aspx" | b"cshtml" | b"tf"
        | b"bicep" | b"ipynb" | b"y" | b"l" | b"cu" | b"glsl" | b"v" | b"sv" | b"vhd" | b"tcl"
        | b"awk" | b"rkt" | b"snap" | b"in" | b"def" | b"inc" | b"tmpl" | b"j2" | b"hbs"
        | b"mustache" | b"cmake" | b"bzl" | b"star" => Kind::Code,
        b"md" | b"markdown" | b"rst" | b"adoc" | b"txt" | b"tex" | b"org" | b"mdx" | b"1"
        | b"pod" => Kind::Prose,
        _ if begins(b"readme") || begins(b"changelog") => Kind::Prose,
        _ => Kind::Config,
    }
}

/// Directories of what is made up, or is somebody else's: tests, examples, vendored trees.
const FOR_SHOW: &[&[u8]] = &[
    b"test",
    b"tests",
    b"testing",
    b"testdata",
    b"test-data",
    b"test_data",
    b"__tests__",
    b"spec",
    b"specs",
    b"fixtures",
    b"__fixtures__",
    b"mocks",
    b"__mocks__",
    b"__snapshots__",
    b"examples",
    b"example",
    b"samples",
    b"docs",
    b"doc",
    b"demo",
    b"node_modules",
    b"bower_components",
    b"vendor",
    b"third_party",
    b"site-packages",
    b"dist-packages",
];

/// Whether passwords in such a file are mostly made up: tests, examples, bundles, vendored trees. A directory
/// counts where it was named below what is searched; of an absolute path, only the last one does.
pub(in crate::engine) fn is_for_show(path: Option<&[u8]>) -> bool {
    let Some(path) = path else { return false };
    let mut parts = path.rsplit(|byte| matches!(byte, b'/' | b'\\'));
    let name = parts.next().unwrap_or(path).to_ascii_lowercase();
    let depth = if path.starts_with(b"/") || path.get(1) == Some(&b':') { 1 } else { usize::MAX };
    let stem = name.iter().position(|&byte| byte == b'.').map_or(&name[..], |dot| &name[..dot]);
    parts.take(depth).any(|part| FOR_SHOW.iter().any(|known| part.eq_ignore_ascii_case(known)))
        || stem.ends_with(b"_test")
        || stem.starts_with(b"test_")
        || [&b".test."[..], b".spec.", b".min.", b".bundle.", b".chunk."]
            .iter()
            .any(|mark| name.windows(mark.len()).any(|window| window == *mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_files() {
        for (path, expected) in [
            ("src/main.rs", Kind::Code),
            (".env", Kind::Config),
            ("deploy/values.yaml", Kind::Config),
            ("Cargo.lock", Kind::Lock),
            ("web/package-lock.json", Kind::Lock),
            ("README", Kind::Prose),
            ("docs/a.md", Kind::Prose),
            ("Dockerfile", Kind::Config),
        ] {
            assert_eq!(kind(Some(path.as_bytes())), expected, "{path}");
        }
        assert_eq!(kind(None), Kind::Config);
    }

    #[test]
    fn files_for_show() {
        for path in
            ["tests/a.py", "web/node_modules/x/y.js", "a/x_test.go", "app.min.js", "/a/docs/b.c"]
        {
            assert!(is_for_show(Some(path.as_bytes())), "{path}");
        }
        for path in ["src/main.py", "/tmp/test/src/a.py", ".env", "latest/a.py", "contest.py"] {
            assert!(!is_for_show(Some(path.as_bytes())), "{path}");
        }
        assert!(!is_for_show(None));
    }
}
