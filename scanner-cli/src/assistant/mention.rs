//! The files that a prompt mentions: assistants put their content in, and no hook sees it.

/// The paths after `@`, as they are written.
pub(super) fn mentions(prompt: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in prompt.match_indices('@') {
        let before = prompt[..at].chars().next_back();
        if before.is_some_and(|char| char.is_alphanumeric() || char == '_') {
            continue;
        }
        let rest = &prompt[at + 1..];
        let rest = rest.strip_prefix("file:").unwrap_or(rest);
        let path = if let Some(quoted) = rest.strip_prefix('"') {
            unquoted(quoted)
        } else {
            let in_path = |char: char| char.is_alphanumeric() || "_/\\.-~:+$%()[]".contains(char);
            let end = rest.find(|char| !in_path(char)).unwrap_or(rest.len());
            rest[..end].to_owned()
        };
        if !path.is_empty() && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

/// What may be meant by a path in a sentence: itself, and without what ends the sentence or says the lines.
pub(super) fn readings(path: &str) -> Vec<&str> {
    let shorter = path.trim_end_matches(['.', ':', ')', ']']);
    let lines = path.split_once(':').map_or("", |(path, _)| path);
    let mut all = vec![path, shorter, lines];
    all.retain(|path| !path.is_empty());
    all.dedup();
    all
}

fn unquoted(text: &str) -> String {
    let mut path = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => return path,
            '\\' => path.extend(chars.next()),
            char => path.push(char),
        }
    }
    // It does not end: the first word.
    text.split_whitespace().next().unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (prompt, paths) in [
            ("explain @src/main.rs please", &["src/main.rs"][..]),
            ("@.env, and (@file:a/b.toml)", &[".env", "a/b.toml)"]),
            ("@\"my file.txt\" and @\"a\\\"b\"", &["my file.txt", "a\"b"]),
            ("me@example.com @ nothing", &[]),
            ("@ä/ö.txt.", &["ä/ö.txt."]),
            ("@a @a", &["a"]),
        ] {
            assert_eq!(mentions(prompt), paths, "{prompt}");
        }
        assert_eq!(readings("b.toml)."), ["b.toml).", "b.toml"]);
        assert_eq!(readings("a.rs:10"), ["a.rs:10", "a.rs"]);
    }
}
