//! PEM and OpenPGP armour as it is found in code and configuration: escaped, quoted, indented,
//! concatenated, commented out, on one line, cut off.
//!
//! Apart because the base 64 must be brought together before anything can be said of it.

use crate::checks::encoding::{find, is_base64};

/// The contents of a block.
pub(super) struct Block {
    /// What stands after BEGIN, without PRIVATE KEY.
    pub(super) label: Vec<u8>,
    /// The base 64 in one piece, without padding.
    pub(super) text: Vec<u8>,
    /// The checksum line of OpenPGP armour.
    pub(super) checksum: Option<[u8; 4]>,
    /// Whether a header says that the body is encrypted.
    pub(super) encrypted: bool,
    /// Whether the end of the block is there.
    pub(super) whole: bool,
    /// Whether something between the lines is not part of a key: dots, code, prose.
    foreign: bool,
    /// The longest run of base 64.
    longest: usize,
}

impl Block {
    pub(super) fn parse(token: &[u8]) -> Option<Block> {
        let at = find(token, b"BEGIN ")? + b"BEGIN ".len();
        let dashes = token[..at - 6].iter().rev().skip_while(|&&byte| byte == b' ');
        let dashes = dashes.take_while(|&&byte| byte == b'-').count();
        let rest = &token[at..];
        let len = rest.iter().take(64).position(|&byte| byte == b'-')?;
        let label = rest[..len].trim_ascii();
        let rest = &rest[len..];
        let rest = &rest[rest.iter().take(dashes).take_while(|&&byte| byte == b'-').count()..];
        let end = find(rest, b"--END").or_else(|| find(rest, b"-- END"));
        let body = unescape(&rest[..end.unwrap_or(rest.len())]);

        let mut block = Block {
            label: label.strip_suffix(b"PRIVATE KEY").unwrap_or(label).to_vec(),
            text: Vec::with_capacity(body.len()),
            checksum: None,
            encrypted: false,
            whole: end.is_some(),
            foreign: find(&body, b"...").is_some() || find(&body, "…".as_bytes()).is_some(),
            longest: 0,
        };
        block.read(&body);
        Some(block)
    }

    fn read(&mut self, body: &[u8]) {
        let mut glued: Option<&[u8]> = None;
        let (mut kept, mut odd) = (0, 0);
        for line in body.split(|&byte| byte == b'\n') {
            let line = self.without_headers(line);
            let mut runs = runs(line).peekable();
            while let Some((at, run)) = runs.next() {
                // A comment or a diff mark written without a space: on every line or on none.
                let mark = *glued.get_or_insert(match run {
                    [b'/', b'/', ..] => b"//",
                    [b'+', ..] => b"+",
                    _ => b"",
                });
                let first = line[..at].iter().all(u8::is_ascii_whitespace);
                let run = if first { run.strip_prefix(mark).unwrap_or(run) } else { run };
                if let [b'=', checksum @ ..] = run {
                    self.checksum = checksum.try_into().ok().or(self.checksum);
                    continue;
                }
                // Before the last run of a line, short ones are line numbers and the like.
                if runs.peek().is_some() && run.len() < 16 {
                    odd += run.len();
                    continue;
                }
                let digits = run.iter().take_while(|&&byte| byte != b'=').count();
                self.text.extend_from_slice(&run[..digits]);
                self.longest = self.longest.max(digits);
                kept += digits;
            }
            odd += line.iter().filter(|byte| b"(){};$<>[]_@!?&".contains(byte)).count();
        }
        self.foreign |= odd * 10 > kept;
    }

    /// A line without what RFC 1421 and OpenPGP write before the body.
    fn without_headers<'l>(&mut self, line: &'l [u8]) -> &'l [u8] {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { return line };
        self.encrypted |= find(line, b"ENCRYPTED").is_some() || find(line, b"DEK-Info").is_some();
        // With spaces for line ends the body follows the last header's value.
        let mut rest = line.get(colon + 1..).unwrap_or_default();
        if let Some(at) = find(line, b"DEK-Info:") {
            rest = &line[at + b"DEK-Info:".len()..];
        }
        let rest = rest.trim_ascii_start();
        let value = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        if self.encrypted { &rest[value..] } else { b"" }
    }

    /// Whether the text can be that of a key: an unbroken run that uses much of the alphabet.
    pub(super) fn looks_real(&self) -> bool {
        let mut seen = [false; 256];
        for &byte in &self.text {
            seen[usize::from(byte)] = true;
        }
        let distinct = seen.iter().filter(|&&seen| seen).count();
        let has = |class: fn(&u8) -> bool| self.text.iter().any(class);
        !self.foreign
            && self.longest >= 32.min(self.text.len())
            && distinct >= 16
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_uppercase)
    }
}

/// The runs of base 64 in a line with their places. Operators that join strings are none.
fn runs(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    // Standard base 64 only: `-` and `_` stand in armour, diffs and names.
    let digit = |byte: &u8| is_base64(*byte) && !matches!(byte, b'-' | b'_') || *byte == b'=';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += line[at..].iter().position(digit)?;
            let len = line[at..].iter().take_while(|byte| digit(byte)).count();
            let run = (at, &line[at..at + len]);
            at += len;
            if !run.1.iter().all(|byte| b"+/=".contains(byte)) {
                return Some(run);
            }
        }
    })
}

/// Undoes the escapes of string literals and URLs. What cannot be known becomes a space.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        rest = after;
        match byte {
            b'\\' => {
                // However often it was escaped.
                let slashes = rest.iter().take_while(|&&byte| byte == b'\\').count();
                rest = &rest[slashes..];
                let (byte, len) = match rest {
                    [b'n' | b'r', ..] => (b'\n', 1),
                    [b't', ..] => (b' ', 1),
                    [b'u', b'0', b'0', high, low, ..] => (hex(*high, *low).unwrap_or(b' '), 5),
                    [b'x', high, low, ..] => (hex(*high, *low).unwrap_or(b' '), 3),
                    _ => (b'"', 0),
                };
                // A slash keeps the run together: `\/` is `/`.
                if !(len == 0 && rest.first() == Some(&b'/')) {
                    out.push(byte);
                }
                rest = &rest[len..];
            }
            b'%' => match rest {
                [high, low, after @ ..] if hex(*high, *low).is_some() => {
                    out.extend(hex(*high, *low));
                    rest = after;
                }
                _ => out.push(b' '),
            },
            b'\r' => out.push(b'\n'),
            _ => out.push(*byte),
        }
    }
    out
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    Some((digit(high)? * 16 + digit(low)?) as u8)
}

/// What a label says of the key.
pub(super) fn kind(label: &[u8]) -> &'static str {
    match label.split(|&byte| byte == b' ').next().unwrap_or_default() {
        b"RSA" => "RSA",
        b"EC" | b"ECDSA" => "EC",
        b"DSA" => "DSA",
        b"PGP" => "PGP",
        b"OPENSSH" => "OpenSSH",
        b"ENCRYPTED" => "PKCS#8",
        _ => "unknown",
    }
}
