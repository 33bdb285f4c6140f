//! The values of `.env` files and lists, which are secrets wherever they stand.
//!
//! They are read once, and kept in memory only.

use std::path::Path;

use secscan_core::sanitize::Known;

use crate::args::RedactArgs;
use crate::exit::{Failure, cause};
use crate::whole::read_bytes;

/// The values, and what there is to say about the files.
pub(super) fn read(args: &RedactArgs) -> Result<(Known, Vec<String>), Failure> {
    let mut builder = Known::builder();
    let mut notes = Vec::new();
    for path in &args.env_files {
        let mut unfit = Vec::new();
        for (name, value) in assignments(&text(path)?) {
            if !value.is_empty() && builder.add(&value).is_err() {
                unfit.push(String::from_utf8_lossy(&name).into_owned());
            }
        }
        if !unfit.is_empty() {
            let names = unfit.join(", ");
            notes.push(format!(
                "{}: too short or too common to be looked for: {names}",
                path.display()
            ));
        }
    }
    for path in &args.known_files {
        let text = text(path)?;
        let lines = text.split(|&byte| byte == b'\n').enumerate();
        for (index, line) in lines.map(|(index, line)| (index, line.trim_ascii())) {
            if !line.is_empty() && builder.add(line).is_err() {
                let place = format!("{}:{}", path.display(), index + 1);
                notes.push(format!("{place}: too short or too common to be looked for"));
            }
        }
    }
    Ok((builder.build(), notes))
}

fn text(path: &Path) -> Result<Vec<u8>, Failure> {
    read_bytes(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {}", path.display(), cause(&error))))
}

/// The names and values of a `.env` file, as shells and the libraries for such files read them: values bare or in
/// quotes, over several lines if they are; `export` before a name; comments. A value with escapes comes twice,
/// as it is written and as it is meant.
fn assignments(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        let after = &rest[(end + 1).min(rest.len())..];
        let begin = line.trim_ascii_start();
        let begin = begin.strip_prefix(b"export ").unwrap_or(begin);
        let sign = memchr(b'=', begin).or_else(|| memchr(b':', begin));
        let Some(sign) = sign.filter(|_| !begin.starts_with(b"#")) else {
            rest = after;
            continue;
        };
        let name = begin[..sign].trim_ascii().to_vec();
        let value = begin[sign + 1..].trim_ascii_start();
        // Where it begins in `rest`: it may go on behind the line.
        let at = line.len() - value.len();
        match value.first() {
            Some(&quote @ (b'"' | b'\'' | b'`')) => match closing(&rest[at + 1..], quote) {
                Some(len) => {
                    let raw = rest[at + 1..at + 1 + len].to_vec();
                    let meant = unescaped(&raw);
                    if quote == b'"' && meant != raw {
                        all.push((name.clone(), meant));
                    }
                    all.push((name, raw));
                    // The lines that it goes on in are read by themselves too: the quote that seems to
                    // close it may open the value of the next name.
                }
                // A quote that is not closed belongs to the value.
                None => all.push((name, value.trim_ascii_end().to_vec())),
            },
            _ => {
                let comment = value.windows(2).position(|two| matches!(two, [b' ' | b'\t', b'#']));
                let value = value[..comment.unwrap_or(value.len())].trim_ascii_end();
                all.push((name, value.to_vec()));
            }
        }
        rest = after;
    }
    all
}

/// How long a value in quotes is.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        match (byte, bytes.as_slice().first()) {
            (b'\\', Some(&next)) => {
                bytes.next();
                match next {
                    b'n' => plain.push(b'\n'),
                    b'r' => plain.push(b'\r'),
                    b't' => plain.push(b'\t'),
                    b'"' | b'\\' | b'$' | b'`' => plain.push(next),
                    _ => plain.extend([byte, next]),
                }
            }
            _ => plain.push(byte),
        }
    }
    plain
}

fn memchr(byte: u8, text: &[u8]) -> Option<usize> {
    text.iter().position(|&other| other == byte)
}

#[cfg(test)]
mod tests {
    use super::assignments;

    #[test]
    fn env_files() {
        let text =
            b"# a comment = x\n\nA=one\nexport B = two # and why\nC='th#ree'\r\nD=\"a\\\"b\\n\"\n\
                     E=\"l1\nl2\" # x\nno assignment\nF: yaml\nG=\nH=\"open\nI=last";
        let all = assignments(text);
        let all: Vec<(String, String)> = all
            .into_iter()
            .map(|(name, value)| {
                (String::from_utf8(name).unwrap(), String::from_utf8(value).unwrap())
            })
            .collect();
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(
            all,
            [
                ("A", "one"),
                ("B", "two"),
                ("C", "th#ree"),
                ("D", "a\"b\n"),
                ("D", "a\\\"b\\n"),
                ("E", "l1\nl2"),
                ("F", "yaml"),
                ("G", ""),
                ("H", "\"open"),
                ("I", "last"),
            ]
        );
    }
}
