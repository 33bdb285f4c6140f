//! Files that hold nothing but a secret: `secrets/db_password.txt`, `config/master.key`, `.vault_pass`.
//!
//! The file's name is the name that its one line is assigned to. Only short files are looked at, and only where a
//! path is known.

use super::anchors::{Candidate, Scratch};
use super::judge::{Rejection, names, paths, value};
use super::{Engine, Found};
use crate::finding::{Confidence, Reason, RuleId};
use crate::input::{Input, Span};
use crate::rule::{Shape, Value};

/// The longest such file, in bytes.
const LONGEST: usize = 1024;

/// The longest name that is read, in bytes.
const NAME: usize = 128;

/// The most lines of a text that is taken for one without a name.
const LINES: usize = 8;

/// Directories for secrets.
const FOLDERS: [&[u8]; 4] = [b"secrets", b"secret", b"credentials", b"creds"];

/// How a file of secrets is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One line, which is the secret.
    Value,
    /// A user in one line and a password in the next, as OpenVPN reads them.
    Login,
    /// Lines of a client, a server, their secret and addresses, as pppd reads them.
    Table,
    /// Lines of a host, a port, a database, a user and a password, as PostgreSQL reads them.
    Passes,
}

/// Whether the file at `path` may be one, as far as its name tells; then nothing of a shorter text is decided.
pub(super) fn may_be(path: Option<&[u8]>, len: usize) -> bool {
    len <= LONGEST && path.is_some_and(|path| name(path).is_some())
}

/// Whether a text may be such a file, whatever its name: it is short, and a word of it looks made.
pub(crate) fn may_hold(text: &[u8]) -> bool {
    text.len() <= LONGEST
        && lines(text).take(LINES + 1).count() <= LINES
        && lines(text)
            .any(|line| words(text, line).any(|word| value::looks_made(&text[word.range()])))
}

/// The name that the file's content is given, in lower case: that of the file, behind that of its directory.
fn name(path: &[u8]) -> Option<Vec<u8>> {
    let mut parts = path.rsplit(|byte| matches!(byte, b'/' | b'\\'));
    let file = parts.next()?;
    // Of directories, few say what is in them.
    let folder = parts.next().unwrap_or_default();
    let mut name = match FOLDERS.iter().any(|known| folder.eq_ignore_ascii_case(known)) {
        true => [folder, b"_", file].concat(),
        false => file.to_vec(),
    };
    if name.len() > NAME {
        return None;
    }
    for byte in &mut name {
        *byte = if *byte == b'.' { b'_' } else { byte.to_ascii_lowercase() };
    }
    const WORDS: [&[u8]; 6] = [b"secret", b"pass", b"token", b"key", b"cred", b"auth"];
    let says = |word: &[u8]| memchr::memmem::find(&name, word).is_some();
    WORDS.into_iter().any(says).then_some(name)
}

impl Engine {
    /// Adds what the file is, if it is a secret.
    pub(super) fn lone(&self, input: &Input<'_>, found: &mut Vec<Found>) {
        let haystack = input.haystack();
        let Some(path) = input.get_path().filter(|_| haystack.len() <= LONGEST) else { return };
        let Some(name) = name(path) else { return };
        match form(&name) {
            Form::Value => {
                let mut lines = lines(haystack);
                if let (Some(line), None) = (lines.next(), lines.next()) {
                    self.lone_value(input, &name, line, found);
                }
            }
            Form::Login => {
                let mut lines = lines(haystack);
                if let (Some(_), Some(password), None) = (lines.next(), lines.next(), lines.next())
                {
                    self.lone_value(input, b"password", password, found);
                }
            }
            Form::Passes => {
                for line in lines(haystack) {
                    let mut fields = parts(haystack, line, |byte| byte == b':');
                    if let (Some(password), None) = (fields.nth(4), fields.next()) {
                        self.lone_value(input, b"password", password, found);
                    }
                }
            }
            Form::Table => {
                for line in lines(haystack).filter(|line| haystack[line.start] != b'#') {
                    if let Some(secret) = words(haystack, line).nth(2) {
                        self.lone_value(input, b"password", secret, found);
                    }
                }
            }
        }
    }

    /// Adds the value that a name is given, if both are those of a secret.
    fn lone_value(&self, input: &Input<'_>, name: &[u8], span: Span, found: &mut Vec<Found>) {
        let mut heads: Vec<Candidate> = Vec::new();
        self.anchors.candidates(name, 0..name.len(), &mut Scratch::default(), &mut |head| {
            let is_name = head.rule != crate::compile::heads::MARK
                && self.rules.get(RuleId(head.rule)).shape == Shape::Assignment;
            heads.extend(is_name.then_some(head));
        });
        let path = input.get_path().filter(|path| paths::is_for_show(Some(path)));
        let judged = |head: &Candidate| -> Result<Found, Rejection> {
            let rule = RuleId(head.rule);
            if !self.rules.is_enabled(rule) {
                return Err(Rejection::Off);
            }
            let word = head.at..head.at + head.len;
            names::check_key(name, word.clone())?;
            let class = names::classify(name, word)?;
            let text = &input.haystack()[span.range()];
            value::judge_in(path, text, name, class, true)?;
            let reason = if class == Value::Key { Reason::Entropy } else { Reason::Context };
            let found = Found {
                rule,
                span,
                matched: span,
                confidence: Confidence::Generic,
                reason,
                decoded: None,
            };
            self.except(input, &found, &mut ())?;
            Ok(found)
        };
        // The file's own name says more than that of its directory.
        heads.sort_unstable();
        found.extend(heads.iter().rev().find_map(|head| judged(head).ok()));
    }
}

fn form(name: &[u8]) -> Form {
    const LOGINS: [&[u8]; 6] = [
        b"auth_txt",
        b"auth_conf",
        b"auth_user_pass",
        b"userpass_txt",
        b"credentials_txt",
        b"up_auth",
    ];
    if name.ends_with(b"chap-secrets") || name.ends_with(b"pap-secrets") {
        Form::Table
    } else if name.ends_with(b"_pgpass") || name.ends_with(b"pgpass_conf") {
        Form::Passes
    } else if LOGINS.iter().any(|login| name.ends_with(login)) {
        Form::Login
    } else {
        Form::Value
    }
}

/// The lines that are not blank, without the blanks around them.
fn lines(haystack: &[u8]) -> impl Iterator<Item = Span> {
    parts(haystack, Span { start: 0, end: haystack.len() }, |byte| byte == b'\n').filter_map(
        |line| {
            let text = &haystack[line.range()];
            let start = line.start + (text.len() - text.trim_ascii_start().len());
            let len = text.trim_ascii().len();
            (len > 0).then_some(Span { start, end: start + len })
        },
    )
}

/// The words of a line, without the quotes around them.
fn words(haystack: &[u8], line: Span) -> impl Iterator<Item = Span> {
    let words = parts(haystack, line, |byte| byte.is_ascii_whitespace());
    words.filter(|word| !word.is_empty()).map(|word| {
        let text = &haystack[word.range()];
        let quoted = text.len() > 2 && text[0] == b'"' && text[text.len() - 1] == b'"';
        let edge = usize::from(quoted);
        Span { start: word.start + edge, end: word.end - edge }
    })
}

fn parts(haystack: &[u8], of: Span, ends: impl Fn(u8) -> bool) -> impl Iterator<Item = Span> {
    haystack[of.range()].split(move |&byte| ends(byte)).scan(of.start, |at, part| {
        let start = *at;
        *at += part.len() + 1;
        Some(Span { start, end: start + part.len() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        for (path, expected) in [
            (&b"config/master.key"[..], Some(&b"master_key"[..])),
            (b"deploy/secrets/DB.txt", Some(b"secrets_db_txt")),
            (b".vault_pass", Some(b"_vault_pass")),
            (b"token/REVISION", None),
            (b"src/main.rs", None),
        ] {
            assert_eq!(name(path).as_deref(), expected, "{}", path.escape_ascii());
        }
        assert!(!may_be(Some(b"db_password"), LONGEST + 1) && !may_be(None, 9));
    }

    #[test]
    fn forms_of_files() {
        for (name, expected) in [
            (&b"chap-secrets"[..], Form::Table),
            (b"auth_txt", Form::Login),
            (b"_pgpass", Form::Passes),
            (b"secrets_db_password", Form::Value),
        ] {
            assert_eq!(form(name), expected, "{}", name.escape_ascii());
        }
        let text = b"# client\nbob  * \"a b\" x\n\n";
        let all: Vec<Span> = lines(text).collect();
        assert_eq!(all.len(), 2);
        let second: Vec<&[u8]> = words(text, all[1]).map(|word| &text[word.range()]).collect();
        assert_eq!(second, [&b"bob"[..], b"*", b"\"a", b"b\"", b"x"]);
    }
}
