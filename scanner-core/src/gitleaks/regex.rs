//! Go's regular expressions in the syntax that patterns have here.
//!
//! Both are of the RE2 family and mostly the same. What differs is rewritten: `\Q…\E`, octal escapes, `\C`,
//! braces that count nothing, brackets and signs within classes, escaped signs. Groups lose their
//! numbers, but for the one that is the secret. The beginning and the end of the text are those of a line,
//! since a text comes in pieces.

use std::fmt::Write as _;

/// What becomes of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Groups {
    /// They keep their numbers.
    Keep,
    /// None is kept.
    Drop,
    /// This one is the secret.
    Secret(usize),
}

/// Rewrites a regular expression. An error says what it has that nothing here does.
pub(super) fn translate(go: &str, groups: Groups) -> Result<String, String> {
    let mut reader =
        Reader { rest: go, out: String::with_capacity(go.len() + 16), groups, count: 0 };
    while !reader.rest.is_empty() {
        reader.step()?;
    }
    Ok(reader.out)
}

struct Reader<'g> {
    rest: &'g str,
    out: String,
    groups: Groups,
    count: usize,
}

impl<'g> Reader<'g> {
    fn take(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn skip(&mut self, text: &str) -> bool {
        self.rest.strip_prefix(text).inspect(|rest| self.rest = rest).is_some()
    }

    fn step(&mut self) -> Result<(), String> {
        if self.skip(r"\Q") {
            let (quoted, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
            self.out.push_str(&regex_syntax::escape(quoted));
            self.rest = rest;
            return Ok(());
        }
        match self.take() {
            Some('\\') => self.escape(false),
            Some('[') => self.class(),
            Some('(') => self.group(),
            Some('{') => {
                let count = count(self.rest);
                match count {
                    Some(count) => {
                        let _ = write!(self.out, "{{{count}}}");
                        self.rest = &self.rest[count.len() + 1..];
                    }
                    None => self.out.push_str(r"\{"),
                }
                Ok(())
            }
            Some('}') => {
                self.out.push_str(r"\}");
                Ok(())
            }
            Some('^') => {
                self.out.push_str("(?m:^)");
                Ok(())
            }
            Some('$') => {
                self.out.push_str("(?m:$)");
                Ok(())
            }
            Some(other) => {
                self.out.push(other);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self, in_class: bool) -> Result<(), String> {
        let Some(next) = self.take() else { return Err("it ends with a backslash".to_owned()) };
        match next {
            'C' if !in_class => self.out.push_str("(?s:.)"),
            'A' if !in_class => self.out.push_str("(?m:^)"),
            'z' if !in_class => self.out.push_str("(?m:$)"),
            'p' | 'P' => {
                return Err(
                    "a class of Unicode characters, and patterns here see bytes: write its \
                            ASCII ranges"
                        .to_owned(),
                );
            }
            '0'..='7' => {
                let digits: String = std::iter::once(next)
                    .chain(
                        self.rest.chars().take(2).take_while(|digit| ('0'..='7').contains(digit)),
                    )
                    .collect();
                if next != '0' && digits.len() == 1 {
                    return Err(format!(
                        r"a back-reference (`\{next}`), which Go does not have either"
                    ));
                }
                self.rest = &self.rest[digits.len() - 1..];
                let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                let _ = write!(self.out, r"\x{:02X}", code & 0xFF);
            }
            '8' | '9' => return Err(format!(r"a back-reference (`\{next}`)")),
            'Q' => {
                // Within a class.
                let (quoted, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
                quoted.bytes().for_each(|byte| hex(&mut self.out, byte));
                self.rest = rest;
            }
            'E' => {}
            letter if letter.is_ascii_alphanumeric() => {
                self.out.push('\\');
                self.out.push(letter);
            }
            sign if sign.is_ascii() => hex(&mut self.out, sign as u8),
            other => self.out.push(other),
        }
        Ok(())
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.skip("^") {
            self.out.push('^');
        }
        if self.skip("]") {
            self.out.push_str(r"\]");
        }
        loop {
            if self.rest.starts_with("[:")
                && let Some(end) = self.rest.find(":]")
            {
                self.out.push_str(&self.rest[..end + 2]);
                self.rest = &self.rest[end + 2..];
                continue;
            }
            match self.take() {
                None => return Err("a class is not closed".to_owned()),
                Some(']') => break,
                Some('\\') => self.escape(true)?,
                Some(sign @ ('[' | '&' | '~')) => hex(&mut self.out, sign as u8),
                Some(other) => self.out.push(other),
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn group(&mut self) -> Result<(), String> {
        let rest = self.rest;
        for (mark, name) in [("?=", "ahead"), ("?!", "ahead"), ("?<=", "behind"), ("?<!", "behind")]
        {
            if rest.starts_with(mark) {
                return Err(format!(
                    "it looks {name} (`({mark}…)`), which Go does not have either"
                ));
            }
        }
        let named = ["?P<", "?<"].iter().find_map(|mark| rest.strip_prefix(mark));
        if let Some(named) = named {
            self.rest = named.split_once('>').ok_or("the name of a group is not closed")?.1;
        } else if rest.starts_with('?') {
            // Flags, or no group at all.
            self.out.push('(');
            return Ok(());
        }
        self.count += 1;
        self.out.push_str(match self.groups {
            Groups::Keep => "(",
            Groups::Secret(number) if number == self.count => "(?P<secret>",
            Groups::Drop | Groups::Secret(_) => "(?:",
        });
        Ok(())
    }
}

/// The count of a repetition whose brace is open, if it is one.
fn count(rest: &str) -> Option<&str> {
    let inner = rest.split_once('}')?.0;
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && number(least) && number(most)).then_some(inner)
}

fn hex(out: &mut String, byte: u8) {
    let _ = write!(out, r"\x{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(go: &str, text: &str) -> bool {
        let ours = translate(go, Groups::Keep).unwrap();
        let regex = regex_automata::meta::Regex::builder()
            .syntax(regex_automata::util::syntax::Config::new().unicode(false).utf8(false))
            .build(&ours)
            .unwrap_or_else(|error| panic!("{go} became {ours}: {error}"));
        regex.is_match(text)
    }

    #[test]
    fn what_differs_means_the_same() {
        for (go, yes, no) in [
            (r"\Qa.b\E+", "a.bb", "aXb"),
            (r"a\Q[x\E]", "a[x]", "ax"),
            (r"x{y}", "x{y}", "xy"),
            (r"x{,3}y", "x{,3}y", "xxy"),
            (r"^x{2,}$", "xxx", "x"),
            (r"[[a]b", "[b", "]b"),
            (r"^[a&&b]$", "&", "c"),
            (r"^[]x]+$", "]x", "a"),
            (r"^[^]x]$", "a", "]"),
            (r"[\[\]\-]{3}", "[]-", "[]"),
            (r"\<a\>", "<a>", "a"),
            (r"\_\/\'", "_/'", "_/"),
            (r"\101\x42\x{43}", "ABC", "AB"),
            (r"[[:digit:]_]{3}", "1_2", "a_b"),
            (r"(?i)ab(?-i)C", "ABC", "abc"),
            (r"(?P<n>a)(?<m>b)", "ab", "ba"),
            (r"a\Cb", "a\nb", "ab"),
            (r"\Aa\z", "x\na\ny", "xa"),
            (r"(?s)a.b", "a\nb", "ab"),
            (r"é+", "éé", "e"),
            (r"(?U)a+b", "aab", "b"),
        ] {
            assert!(matches(go, yes), "{go} matches {yes}");
            assert!(!matches(go, no), "{go} does not match {no}");
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        for (go, why) in [
            (r"\pL", "Unicode"),
            (r"(a)\1", "back-reference"),
            ("(?=a)", "ahead"),
            ("(?<!a)b", "behind"),
            ("[a", "not closed"),
            ("a\\", "backslash"),
        ] {
            let error = translate(go, Groups::Keep).unwrap_err();
            assert!(error.contains(why), "{go}: {error}");
        }
    }

    #[test]
    fn one_group_is_the_secret() {
        let go = r"(?:x)(a)(?P<name>b)(?i)(c)";
        assert_eq!(translate(go, Groups::Drop).unwrap(), "(?:x)(?:a)(?:b)(?i)(?:c)");
        assert_eq!(translate(go, Groups::Secret(2)).unwrap(), "(?:x)(?:a)(?P<secret>b)(?i)(?:c)");
        assert_eq!(translate(go, Groups::Keep).unwrap(), "(?:x)(a)(b)(?i)(c)");
    }
}
