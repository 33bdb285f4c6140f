//! The paths in a diff's headers: quotes, time stamps, and the prefixes that git puts before them or not.

/// The letters that git puts before paths: `a/` and `b/`, or others that tell index, commit and work tree.
const PREFIXES: &[u8] = b"abciow12";

/// Finds the new path in what follows `diff --`, for a file that no other line names.
pub(super) fn of_git_header(header: &[u8], path: &mut Vec<u8>) {
    path.clear();
    if let Some(name) = header.strip_prefix(b"cc ").or_else(|| header.strip_prefix(b"combined ")) {
        path.extend(unquoted(name));
    } else if let Some((old, new)) = halves(header) {
        path.extend_from_slice(if are_prefixed(&old, &new) { &new[2..] } else { &new });
    }
}

/// Finds the new path in what follows `---` and `+++`, with the help of what followed `diff --`.
pub(super) fn of_names(git_header: &[u8], old: &[u8], new: &[u8], path: &mut Vec<u8>) {
    let (old, new) = (unquoted(until_tab(old)), unquoted(until_tab(new)));
    let (old_is_null, new_is_null) = (old == b"/dev/null", new == b"/dev/null");
    let prefixed = if old_is_null || new_is_null {
        match halves(git_header) {
            Some((old, new)) => are_prefixed(&old, &new),
            None => new_is_null || new.starts_with(b"b/"),
        }
    } else {
        are_prefixed(&old, &new)
    };
    let name = if new_is_null { old } else { new };
    path.clear();
    path.extend_from_slice(if prefixed { name.get(2..).unwrap_or_default() } else { &name });
}

/// Whether two names of a file differ in their prefixes: without any, their beginnings are alike or
/// those of different files.
fn are_prefixed(old: &[u8], new: &[u8]) -> bool {
    let prefix = |name: &[u8]| match name {
        [letter, b'/', _, ..] if PREFIXES.contains(letter) => Some(*letter),
        _ => None,
    };
    matches!((prefix(old), prefix(new)), (Some(old), Some(new)) if old != new)
}

/// The two names in `git OLD NEW`. Unquoted names may hold blanks; then they are told apart where both
/// are the same but for a prefix.
fn halves(header: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let names = header.strip_prefix(b"git ")?;
    if names.first() == Some(&b'"') {
        let end = quote_end(names)?;
        return Some((unquoted(&names[..end]), unquoted(names.get(end + 1..)?)));
    }
    if names.last() == Some(&b'"') {
        let start = names.windows(2).position(|pair| pair == b" \"")?;
        return Some((names[..start].to_vec(), unquoted(&names[start + 1..])));
    }
    let blanks = || (0..names.len()).filter(|&at| names[at] == b' ');
    let alike = |at: &usize| {
        let (old, new) = (&names[..*at], &names[at + 1..]);
        old == new || are_prefixed(old, new) && old[2..] == new[2..]
    };
    let at =
        blanks().find(alike).or_else(|| (blanks().count() == 1).then(|| blanks().next())?)?;
    Some((names[..at].to_vec(), names[at + 1..].to_vec()))
}

fn until_tab(name: &[u8]) -> &[u8] {
    let name = name.strip_suffix(b"\r").unwrap_or(name);
    match name.iter().position(|byte| *byte == b'\t') {
        Some(at) if name.first() != Some(&b'"') => &name[..at],
        _ => name,
    }
}

/// Where a quoted name ends, its closing quote included.
fn quote_end(name: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match name.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// A name as git writes it in quotes, with escapes as in C; any other as it is.
fn unquoted(name: &[u8]) -> Vec<u8> {
    if name.first() != Some(&b'"') {
        return name.to_vec();
    }
    let end = quote_end(name).unwrap_or(name.len());
    let mut rest = name[1..end].strip_suffix(b"\"").unwrap_or(&name[1..end]);
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        let digits = rest.iter().take(3).take_while(|byte| (b'0'..b'8').contains(byte)).count();
        if digits > 0 {
            let value = rest[..digits]
                .iter()
                .fold(0u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            plain.push(value as u8);
            rest = &rest[digits..];
            continue;
        }
        let Some((&escape, after)) = rest.split_first() else { break };
        rest = after;
        plain.push(match escape {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            other => other,
        });
    }
    plain
}

#[cfg(test)]
mod tests {
    fn header(line: &str) -> String {
        let mut path = Vec::new();
        super::of_git_header(line.as_bytes(), &mut path);
        String::from_utf8(path).unwrap()
    }

    fn names(git: &str, old: &str, new: &str) -> String {
        let mut path = Vec::new();
        super::of_names(git.as_bytes(), old.as_bytes(), new.as_bytes(), &mut path);
        String::from_utf8(path).unwrap()
    }

    #[test]
    fn git_headers() {
        assert_eq!(header("git a/x.rs b/x.rs"), "x.rs");
        assert_eq!(header("git a/a b c b/a b c"), "a b c");
        assert_eq!(header("git x.rs x.rs"), "x.rs");
        assert_eq!(header("git b/x b/x"), "b/x");
        assert_eq!(header("git i/x w/x"), "x");
        assert_eq!(header(r#"git "a/\303\244 \"q\"" "b/\303\244 \"q\"""#), "ä \"q\"");
        assert_eq!(header(r#"git a/plain "b/t\tab""#), "t\tab");
        assert_eq!(header("cc dir/x"), "dir/x");
        assert_eq!(header("combined dir/x"), "dir/x");
        assert_eq!(header("git a/old b/new"), "new");
    }

    #[test]
    fn file_names() {
        assert_eq!(names("", "a/x", "b/x"), "x");
        assert_eq!(names("", "a/x\t2020-01-01", "b/x\t2020-01-01 10:00"), "x");
        assert_eq!(names("", "x", "x"), "x");
        assert_eq!(names("", "b/x", "b/x"), "b/x");
        assert_eq!(names("git a/x b/x", "/dev/null", "b/x"), "x");
        assert_eq!(names("git b/x b/x", "/dev/null", "b/x"), "b/x");
        assert_eq!(names("git a/x b/x", "a/x", "/dev/null"), "x");
        assert_eq!(names("cc x", "a/x", "b/x"), "x");
        assert_eq!(names("", "a/x\r", "b/x\r"), "x");
        assert_eq!(names("", r#""a/n\n""#, r#""b/n\n""#), "n\n");
        assert_eq!(names("", "/dev/null", "b/x"), "x");
    }
}
