//! A shell's command line taken apart: simple commands, their words, what they read.
//!
//! No shell: nothing is expanded, and what is not understood is a word. It is there to see what a command
//! plainly does, not what somebody hides in it.

/// A command with its words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Simple {
    /// Without quotes. Assignments before the command are among them.
    pub(super) words: Vec<String>,
    /// The files that are redirected into it.
    pub(super) reads: Vec<String>,
    /// The variables that are put in.
    pub(super) variables: Vec<String>,
    /// Whether what it prints goes into a file or another command.
    pub(super) is_caught: bool,
}

/// Commands that stand in a command line.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) commands: Vec<Simple>,
    /// The text of command substitutions.
    pub(super) inner: Vec<String>,
}

/// Takes a command line apart.
pub(super) fn split(line: &str) -> Line {
    let mut splitter = Splitter { rest: line, ..Splitter::default() };
    splitter.run();
    splitter.line
}

#[derive(Default)]
struct Splitter<'l> {
    rest: &'l str,
    line: Line,
    current: Simple,
    word: Option<String>,
    /// What the next word is.
    next: Next,
    /// What ends the documents that begin on the next line.
    documents: Vec<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Word,
    Read,
    Written,
    Document,
    Text,
}

impl Splitter<'_> {
    fn run(&mut self) {
        while let Some(char) = self.take() {
            match char {
                '\'' => {
                    let text = self.until('\'');
                    self.push_str(&text);
                }
                '"' => self.quoted(),
                '\\' => match self.take() {
                    Some('\n') | None => {}
                    Some(char) => self.push(char),
                },
                '$' => self.expansion(),
                '`' => {
                    let inner = self.until('`');
                    self.line.inner.push(inner);
                    self.push_str("");
                }
                '#' if self.word.is_none() => {
                    let line = self.rest.find('\n').unwrap_or(self.rest.len());
                    self.rest = &self.rest[line..];
                }
                ' ' | '\t' | '\r' => self.end_word(),
                '<' => self.redirected_in(),
                '>' => {
                    // The number before it is no word.
                    if self
                        .word
                        .as_ref()
                        .is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
                    {
                        let number = self.word.take();
                        self.current.is_caught |= number.as_deref() == Some("1");
                    } else {
                        self.end_word();
                        self.current.is_caught = true;
                    }
                    self.rest = self.rest.trim_start_matches(['>', '&', '|']);
                    self.next = Next::Written;
                }
                '\n' => {
                    self.end_command(false);
                    self.skip_documents();
                }
                '|' => {
                    let or = self.rest.starts_with('|');
                    self.rest = self.rest.trim_start_matches(['|', '&']);
                    self.end_command(!or);
                }
                ';' | '&' | '(' | ')' => self.end_command(false),
                char => self.push(char),
            }
        }
        self.end_command(false);
    }

    fn take(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = &self.rest[char.len_utf8()..];
        Some(char)
    }

    fn until(&mut self, end: char) -> String {
        let at = self.rest.find(end).unwrap_or(self.rest.len());
        let text = self.rest[..at].to_owned();
        self.rest = self.rest.get(at + 1..).unwrap_or("");
        text
    }

    fn push(&mut self, char: char) {
        self.word.get_or_insert_default().push(char);
    }

    fn push_str(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn quoted(&mut self) {
        self.push_str("");
        while let Some(char) = self.take() {
            match char {
                '"' => return,
                '\\' => match self.take() {
                    Some(char @ ('"' | '\\' | '$' | '`')) => self.push(char),
                    Some('\n') | None => {}
                    Some(char) => {
                        self.push('\\');
                        self.push(char);
                    }
                },
                '$' => self.expansion(),
                '`' => {
                    let inner = self.until('`');
                    self.line.inner.push(inner);
                }
                char => self.push(char),
            }
        }
    }

    /// What comes after a dollar sign.
    fn expansion(&mut self) {
        if let Some(rest) = self.rest.strip_prefix('(') {
            let end = closing(rest, '(', ')');
            self.line.inner.push(rest[..end].to_owned());
            self.rest = rest.get(end + 1..).unwrap_or("");
            return self.push_str("");
        }
        let (name, whole, rest) = match self.rest.strip_prefix('{') {
            Some(rest) => {
                let end = closing(rest, '{', '}');
                (identifier(rest), rest[..end].to_owned(), rest.get(end + 1..).unwrap_or(""))
            }
            None => {
                let name = identifier(self.rest);
                (name, name.to_owned(), &self.rest[name.len()..])
            }
        };
        // A length (`${#X}`) has no name here, and `${X:+set}` does not print it.
        let after = whole.strip_prefix(name).unwrap_or("").trim_start_matches(':');
        if !name.is_empty() && !after.starts_with('+') {
            self.current.variables.push(name.to_owned());
        }
        self.rest = rest;
        self.push('$');
        self.push_str(&whole);
    }

    fn redirected_in(&mut self) {
        if self.word.as_ref().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
            self.word = None;
        } else {
            self.end_word();
        }
        self.next = if let Some(rest) = self.rest.strip_prefix("<<") {
            self.rest = rest;
            Next::Text
        } else if let Some(rest) = self.rest.strip_prefix('<') {
            self.rest = rest.trim_start_matches('-');
            Next::Document
        } else if self.rest.starts_with('(') {
            Next::Word
        } else {
            Next::Read
        };
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match std::mem::take(&mut self.next) {
            Next::Word => self.current.words.push(word),
            Next::Read => self.current.reads.push(word),
            Next::Document => self.documents.push(word),
            Next::Written | Next::Text => {}
        }
    }

    fn end_command(&mut self, piped: bool) {
        self.end_word();
        self.next = Next::Word;
        let mut command = std::mem::take(&mut self.current);
        command.is_caught |= piped;
        if !command.words.is_empty() || !command.reads.is_empty() {
            self.line.commands.push(command);
        }
    }

    /// Passes over the documents that were announced on the line before.
    fn skip_documents(&mut self) {
        for end in std::mem::take(&mut self.documents) {
            loop {
                if self.rest.is_empty() {
                    return;
                }
                let line = self.until('\n');
                if line.trim_matches(['\t', '\r']) == end {
                    break;
                }
            }
        }
    }
}

/// The name that a text begins with.
fn identifier(text: &str) -> &str {
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_' && char != ':');
    let name = &text[..end.unwrap_or(text.len())];
    // PowerShell: `$env:NAME`.
    match name.split_once(':') {
        Some((scope, _)) if scope.eq_ignore_ascii_case("env") => name,
        Some((name, _)) => name,
        None => name,
    }
}

/// Where the bracket closes that stands before the text.
fn closing(text: &str, open: char, close: char) -> usize {
    let mut depth = 1;
    for (at, char) in text.char_indices() {
        if char == open {
            depth += 1;
        } else if char == close {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<String>> {
        split(line).commands.into_iter().map(|command| command.words).collect()
    }

    #[test]
    fn commands_and_words() {
        for (line, expected) in [
            ("ls -l", vec![vec!["ls", "-l"]]),
            ("a 'b c' \"d \\\" e\" f\\ g", vec![vec!["a", "b c", "d \" e", "f g"]]),
            (
                "a; b && c || d | e & f",
                vec![vec!["a"], vec!["b"], vec!["c"], vec!["d"], vec!["e"], vec!["f"]],
            ),
            ("(a\nb) # c", vec![vec!["a"], vec!["b"]]),
            ("a > out 2>&1 < in b", vec![vec!["a", "b"]]),
            ("cat <<'EOF' > x\ncat .env\nEOF\nb", vec![vec!["cat"], vec!["b"]]),
            ("a \"$(b c)\" ${D:-e}", vec![vec!["a", "", "$D:-e"]]),
            ("a 'unclosed", vec![vec!["a", "unclosed"]]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
        let line = split("echo \"${A} $B ${#C} ${D:+x} '$E'\" '$F' `g` $(<h) | i");
        assert_eq!(line.commands[0].variables, ["A", "B", "E"]);
        assert_eq!(line.inner, ["g", "<h"]);
        assert!(line.commands[0].is_caught && !line.commands[1].is_caught);
        assert_eq!(split("<h").commands[0].reads, ["h"]);
        assert_eq!(split("echo $env:X").commands[0].variables, ["env:X"]);
    }

    #[test]
    fn anything_ends() {
        for line in
            ["$(", "${", "\"", "`", "<<", "<<E\n", "\\", "a<", "$((1+(2))", "é'", "$é", "<<<", ">"]
        {
            split(line);
        }
    }
}
