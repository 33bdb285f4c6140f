//! Values that name a secret instead of holding it: variables, calls, templates, paths.

/// What the value refers to, if it is a reference and no literal.
pub(in crate::engine) fn classify(value: &[u8], quoted: bool) -> Option<&'static str> {
    let starts = |prefix: &[u8]| {
        value.len() >= prefix.len() && value[..prefix.len()].eq_ignore_ascii_case(prefix)
    };
    let holds =
        |part: &[u8]| value.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
    let is_template =
        |two: &[u8]| matches!(two, b"${" | b"$(" | b"#{" | b"{{" | b"<%" | b"%{" | b"}}");
    if value.windows(2).any(is_template) {
        return Some("a template");
    }
    if value.contains(&b'{') && value.contains(&b'}') {
        return Some("a template");
    }
    if value.first() == Some(&b'$')
        && value[1..].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    {
        return Some("a variable");
    }
    let wrapped = |open: u8, close: u8| {
        value.len() >= 2 && value[0] == open && value[value.len() - 1] == close
    };
    if wrapped(b'<', b'>')
        || wrapped(b'[', b']')
        || wrapped(b'%', b'%')
        || wrapped(b'@', b'@')
        || wrapped(b'(', b')')
        || wrapped(b'`', b'`')
        || (starts(b"__") && value.ends_with(b"__"))
    {
        return Some("a marker to be replaced");
    }
    // `%D0` is a byte in a URL.
    let is_decimal = |at: usize| !value.get(at + 2).is_some_and(u8::is_ascii_hexdigit);
    let decimal = value.windows(2).zip(0..).any(|(two, at)| two == b"%d" && is_decimal(at));
    if holds(b"%s") || decimal || holds(b"%v") || holds(b"%(") || starts(b"%env") {
        return Some("a format string");
    }
    const SCHEMES: &[&[u8]] = &[
        b"op://",
        b"vault:",
        // Encrypted by Windows for one user of one machine.
        b"AQAAANCMnd8BFdERjHoAwE",
        b"ref+",
        b"arn:",
        b"secret://",
        b"file:",
        b"env:",
        b"ssm:",
        b"http://",
        b"https://",
        b"kms:",
        b"keyvault",
        b"@microsoft.keyvault",
        b"enc[",
        b"enc(",
        b"{cipher}",
        b"pass:",
        b"awskms:",
        b"gcpkms:",
        b"projects/",
        b"secretmanager",
        b"sha1-",
        b"sha256-",
        b"sha384-",
        b"sha512-",
        b"sha1:",
        b"sha256:",
        b"sha512:",
        b"md5:",
        b"data:",
        b"urn:",
        b"process.env",
        b"os.environ",
        b"os.getenv",
        b"getenv",
        b"env(",
        b"system.",
        b"secrets.",
        b"var.",
        b"local.",
        b"config.",
        b"settings.",
        b"self.",
        b"this.",
        b"$env:",
        b"aqicah",
        b"ssh-rsa",
        b"ssh-ed25519",
        b"!ref",
        b"!sub",
        b"mailto:",
        b"urn:",
        b"com.",
        b"org.",
        b"io.",
        b"net.",
    ];
    // The first letter tells of most that it is another.
    let first = value.first().map(u8::to_ascii_lowercase);
    let begins = |scheme: &&&[u8]| scheme.first().map(u8::to_ascii_lowercase) == first;
    if SCHEMES.iter().filter(begins).any(|scheme| starts(scheme)) {
        return Some("a reference");
    }
    if !quoted {
        if value.contains(&b'(') || holds(b"::") || holds(b"->") || value.contains(&b'[') {
            return Some("an expression");
        }
        if value.first().is_some_and(|b| matches!(b, b'&' | b'*' | b'!' | b'|' | b'\\')) {
            return Some("an expression");
        }
    }
    if starts(b"/") || starts(b"./") || starts(b"../") || starts(b"~/") || starts(b"c:\\") {
        // base64 may begin with a slash; a path has another and only words between.
        let parts = value.split(|b| *b == b'/').filter(|part| !part.is_empty());
        if parts.clone().count() >= 2 && parts.clone().all(|part| part.len() < 24) || !starts(b"/")
        {
            return Some("a path");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::classify;

    #[test]
    fn references_are_recognised() {
        for value in [
            "${DB_PASSWORD}",
            "$PASSWORD",
            "{{ .Values.password }}",
            "<password>",
            "%PASSWORD%",
            "op://vault/item/field",
            "process.env.TOKEN",
            "#{secret}",
            "/run/secrets/token",
            "%(password)s",
            "@PASSWORD@",
            "__TOKEN__",
            "vault:secret/data/x#key",
            "./secrets/key.pem",
        ] {
            assert!(classify(value.as_bytes(), true).is_some(), "{value}");
        }
        for value in ["get_password()", "config[key]", "Secret::new", "*ptr"] {
            assert!(classify(value.as_bytes(), false).is_some(), "{value}");
        }
    }

    #[test]
    fn literals_are_not() {
        for value in ["Tr7#kq9!vPz2", "pa$$w0rd!9", "/9j4Xz+Qk3LmN8vB2cD5fG7hJ1kL4mN6pQ8rS0tU=="] {
            assert!(classify(value.as_bytes(), true).is_none(), "{value}");
        }
    }
}
