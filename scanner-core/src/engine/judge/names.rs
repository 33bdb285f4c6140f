//! Whether a name is the name of a secret: `db_password` is, `passwordField` and `tokenizer` are not.

use super::Rejection;

/// What a value has to look like, by the name it is given.
pub(in crate::engine) use crate::rule::Value as Class;

/// Words behind the keyword that make the name one of something else.
static AFTER: &[Word] = &words_of([
    "age",
    "alg",
    "algorithm",
    "alias",
    "arn",
    "attempts",
    "attribute",
    "buffer",
    "button",
    "bytes",
    "callback",
    "change",
    "changed",
    "checksum",
    "class",
    "code",
    "codec",
    "column",
    "complexity",
    "config",
    "configuration",
    "confirmation",
    "contract",
    "count",
    "counter",
    "created",
    "date",
    "dates",
    "days",
    "desc",
    "description",
    "digest",
    "dir",
    "directory",
    "disabled",
    "duration",
    "enabled",
    "encoder",
    "encoding",
    "end",
    "endpoint",
    "ends",
    "enum",
    "env",
    "error",
    "errors",
    "exists",
    "expiration",
    "expires",
    "expiry",
    "factory",
    "field",
    "fields",
    "file",
    "filename",
    "filter",
    "fingerprint",
    "flag",
    "form",
    "format",
    "generator",
    "grant",
    "group",
    "handler",
    "hash",
    "hashed",
    "hasher",
    "header",
    "help",
    "hint",
    "host",
    "id",
    "ids",
    "idx",
    "index",
    "info",
    "input",
    "issuer",
    "iter",
    "iv",
    "keyring",
    "kind",
    "label",
    "len",
    "length",
    "level",
    "lifetime",
    "limit",
    "list",
    "literal",
    "location",
    "manager",
    "map",
    "mask",
    "max",
    "md5",
    "message",
    "meta",
    "metadata",
    "method",
    "min",
    "mode",
    "model",
    "module",
    "msg",
    "name",
    "names",
    "number",
    "offset",
    "operator",
    "option",
    "options",
    "output",
    "owner",
    "page",
    "param",
    "parameter",
    "params",
    "parser",
    "path",
    "paths",
    "pattern",
    "placeholder",
    "plugin",
    "policy",
    "pool",
    "pos",
    "position",
    "prefix",
    "priority",
    "processor",
    "prompt",
    "properties",
    "property",
    "provider",
    "public",
    "query",
    "ref",
    "reference",
    "regex",
    "regexp",
    "request",
    "required",
    "reset",
    "response",
    "result",
    "role",
    "rotation",
    "rule",
    "rules",
    "salt",
    "schema",
    "scheme",
    "scope",
    "scopes",
    "script",
    "section",
    "selector",
    "server",
    "service",
    "set",
    "setting",
    "settings",
    "sha",
    "sha1",
    "sha256",
    "size",
    "source",
    "space",
    "spec",
    "start",
    "starts",
    "state",
    "status",
    "storage",
    "store",
    "strategy",
    "stream",
    "strength",
    "style",
    "suffix",
    "symbol",
    "table",
    "tag",
    "template",
    "test",
    "tests",
    "text",
    "thumbprint",
    "time",
    "timeout",
    "timestamp",
    "title",
    "tree",
    "ttl",
    "type",
    "types",
    "uri",
    "url",
    "urls",
    "usage",
    "user",
    "username",
    "uuid",
    "validation",
    "validator",
    "var",
    "variable",
    "vault",
    "version",
    "view",
    "volume",
    "width",
]);

/// Endings of files behind it: what is named is a file.
static FILES: &[Word] = &words_of(["css", "html", "js", "json", "mjs", "png", "svg", "ts", "tsx"]);

/// Words before the keyword that do the same.
static BEFORE: &[Word] = &words_of([
    "anti",
    "bad",
    "cancel",
    "cancellation",
    "check",
    "comment",
    "compare",
    "continuation",
    "csrf",
    "cursor",
    "delete",
    "design",
    "encrypted",
    "end",
    "eof",
    "expected",
    "find",
    "first",
    "foreign",
    "forgery",
    "forgot",
    "get",
    "has",
    "hash",
    "hashed",
    "hide",
    "identifier",
    "invalid",
    "invalidate",
    "is",
    "keyword",
    "last",
    "lexer",
    "lookahead",
    "match",
    "max",
    "min",
    "missing",
    "needs",
    "next",
    "no",
    "num",
    "number",
    "operator",
    "page",
    "pagination",
    "parse",
    "peek",
    "prev",
    "previous",
    "primary",
    "public",
    "punctuation",
    "read",
    "remove",
    "request",
    "require",
    "requires",
    "show",
    "site",
    "skip",
    "sort",
    "ssh",
    "start",
    "string",
    "sync",
    "syntax",
    "unexpected",
    "validate",
    "verification",
    "verify",
    "without",
    "wrong",
    "xsrf",
]);

/// What a key is for, where it is a secret. Other keys sort, index, translate and unlock keyboards.
const KEYS: &[&str] = &[
    "access",
    "account",
    "admin",
    "aes",
    "app",
    "auth",
    "authentication",
    "cipher",
    "client",
    "cookie",
    "crypt",
    "cryptographic",
    "decrypt",
    "decryption",
    "deploy",
    "enc",
    "encrypt",
    "encryption",
    "fernet",
    "hmac",
    "jwt",
    "licence",
    "license",
    "master",
    "private",
    "secret",
    "server",
    "service",
    "session",
    "shared",
    "sign",
    "signature",
    "signing",
    "storage",
    "webhook",
    "write",
    "ingest",
    "management",
    "consumer",
    "function",
    "root",
    "sas",
];

/// What stands in a keyword for passwords.
const PASSWORDS: &[&str] = &["pass", "pwd", "pw", "kennwort", "contrase", "wachtwoord", "senha"];

/// The letters that these begin with, in lower case.
const BEGINS_PASSWORD: [bool; 256] = {
    let mut begins = [false; 256];
    let mut word = 0;
    while word < PASSWORDS.len() {
        begins[PASSWORDS[word].as_bytes()[0] as usize] = true;
        word += 1;
    }
    begins
};

/// What the keyword `key` alone says nothing of: what kind of key the name is one of. The keyword stands at `keyword`.
pub(in crate::engine) fn check_key(
    name: &[u8],
    keyword: std::ops::Range<usize>,
) -> Result<(), Rejection> {
    let text = &name[keyword.clone()];
    if !(3..=4).contains(&text.len()) || !text[text.len() - 3..].eq_ignore_ascii_case(b"key") {
        return Ok(());
    }
    let before = &name[..keyword.end - 3];
    let word = words(before).filter(|word| !word.is_empty()).last().unwrap_or_default();
    let known = KEYS.iter().any(|key| {
        word.len() >= key.len()
            && word[word.len() - key.len()..].eq_ignore_ascii_case(key.as_bytes())
    });
    if known { Ok(()) } else { Err(Rejection::Name("a key of another kind, as sort_key is")) }
}

/// Judges the name around a keyword that stands at `keyword` within it. Any kind of key will do.
pub(in crate::engine) fn classify(
    name: &[u8],
    keyword: std::ops::Range<usize>,
) -> Result<Class, Rejection> {
    let text = &name[keyword.clone()];
    let class = if is_of_password(text) { Class::Password } else { Class::Key };
    // The word that the keyword stands in may be longer: `dbpassword` is the name of a password,
    // `tokenizer` is not of a token.
    let rest = &name[keyword.end..];
    let glued = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let ends_upper = text.last().is_some_and(u8::is_ascii_uppercase);
    let glued_upper = if ends_upper {
        rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count()
    } else {
        0
    };
    let glued = &rest[..glued.max(glued_upper)];
    if !glued.is_empty() {
        let allowed: &[&[u8]] =
            &[b"ord", b"wd", b"phrase", b"key", b"s", b"value", b"word", b"code", b"words"];
        if !allowed.iter().any(|allowed| glued.eq_ignore_ascii_case(allowed)) {
            return Err(Rejection::Name("the keyword is part of another word"));
        }
    }
    if words(&rest[glued.len()..]).any(|word| listed(word, AFTER) || listed(word, FILES)) {
        return Err(Rejection::Name(
            "the name is one of something about a secret, as password_length is",
        ));
    }
    let before = &name[..keyword.start];
    // An SSH key is a file, and its password is one.
    let is_ssh = |word: &[u8]| class == Class::Password && word.eq_ignore_ascii_case(b"ssh");
    if words(before).any(|word| listed(word, BEFORE) && !is_ssh(word)) {
        return Err(Rejection::Name("the name is one of something else, as csrf_token is"));
    }
    // The letter before a keyword in lower case continues a word: `bypass`, `compass`.
    if class == Class::Password && keyword.start > 0 && name[keyword.start - 1].is_ascii_lowercase()
    {
        let word = words(before).last().unwrap_or_default();
        if [&b"by"[..], b"com", b"tres", b"sur", b"encom", b"over", b"under"].contains(&word) {
            return Err(Rejection::Name("the keyword is part of another word"));
        }
    }
    Ok(class)
}

/// Whether a keyword is one of passwords.
pub(in crate::engine) fn is_of_password(keyword: &[u8]) -> bool {
    // At most places stands a letter that none of these begins with.
    (0..keyword.len()).any(|at| {
        BEGINS_PASSWORD[usize::from(keyword[at] | 0x20)]
            && PASSWORDS.iter().any(|word| {
                let part = keyword.get(at..at + word.len());
                part.is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
            })
    })
}

/// Whether a word behind that for a password says that something else is meant: `password hash`.
pub(in crate::engine) fn means_other(word: &[u8]) -> bool {
    listed(word, AFTER)
}

/// Whether what stands before a name makes it one of a digest: `checksum/secret`, as annotations of Kubernetes have it.
pub(in crate::engine) fn is_of_digest(before: &[u8]) -> bool {
    let Some(before) = before.strip_suffix(b"/") else { return false };
    [&b"checksum"[..], b"hash", b"digest", b"sha256"].iter().any(|word| before.ends_with(word))
}

/// A word of at most sixteen letters as a number, so that words are in order as their numbers are.
pub(in crate::engine) type Word = u128;

/// The numbers of words.
pub(in crate::engine) const fn words_of<const N: usize>(words: [&str; N]) -> [Word; N] {
    let mut all = [0; N];
    let mut index = 0;
    while index < N {
        let word = words[index].as_bytes();
        let (mut bytes, mut at) = ([0; 16], 0);
        while at < word.len() {
            bytes[at] = word[at];
            at += 1;
        }
        all[index] = Word::from_be_bytes(bytes);
        assert!(index == 0 || all[index - 1] < all[index], "a list is in alphabetical order");
        index += 1;
    }
    all
}

/// Whether a word is one of a list, whatever its case.
pub(in crate::engine) fn listed(word: &[u8], list: &[Word]) -> bool {
    let mut bytes = [0; 16];
    let Some(letters) = bytes.get_mut(..word.len()) else { return false };
    letters.copy_from_slice(word);
    bytes.make_ascii_lowercase();
    list.binary_search(&Word::from_be_bytes(bytes)).is_ok()
}

/// The words of a name: apart at separators and at humps.
fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    name.split(|byte| !byte.is_ascii_alphanumeric())
        .flat_map(|part| part.chunk_by(|a, b| !(a.is_ascii_lowercase() && b.is_ascii_uppercase())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(name: &str, keyword: &str) -> Option<Class> {
        let at = name.to_ascii_lowercase().find(keyword).unwrap();
        let keyword = at..at + keyword.len();
        check_key(name.as_bytes(), keyword.clone()).ok()?;
        classify(name.as_bytes(), keyword).ok()
    }

    #[test]
    fn words_of_lists_are_found_in_any_case() {
        assert!(listed(b"Algorithm", AFTER) && listed(b"AGE", AFTER) && !listed(b"ag", AFTER));
        assert!(!listed(b"", AFTER) && !listed(b"a-word-of-many-letters", AFTER));
    }

    #[test]
    fn names_of_secrets() {
        for (name, keyword) in [
            ("password", "passw"),
            ("DB_PASSWORD", "passw"),
            ("dbpassword", "passw"),
            ("userPassword", "passw"),
            ("MYSQL_PWD", "pwd"),
            ("ansible_ssh_pass", "_pass"),
            ("DB_PW", "pw"),
        ] {
            assert_eq!(class(name, keyword), Some(Class::Password), "{name}");
        }
        for (name, keyword) in [
            ("client_secret", "secret"),
            ("clientSecret", "secret"),
            ("secret_key_base", "secret"),
            ("ACCESS_TOKEN", "token"),
            ("authtoken", "token"),
            ("apiKey", "apikey"),
            ("x-api-key", "api-key"),
            ("ENCRYPTION_KEY", "_key"),
            ("accessKey", "skey"),
            ("storageaccountkey", "tkey"),
        ] {
            assert_eq!(class(name, keyword), Some(Class::Key), "{name}");
        }
    }

    #[test]
    fn names_of_other_things() {
        for (name, keyword) in [
            ("tokenizer", "token"),
            ("token_type", "token"),
            ("secretName", "secret"),
            ("passwordField", "passw"),
            ("password_hash", "passw"),
            ("csrf_token", "token"),
            ("nextPageToken", "token"),
            ("secretary", "secret"),
            ("TOKEN_URL", "token"),
            ("token-latin.js", "token"),
            ("apiKeyHeader", "apikey"),
            ("sort_key", "_key"),
            ("monkey", "nkey"),
            ("public_key", "_key"),
        ] {
            assert_eq!(class(name, keyword), None, "{name}");
        }
    }
}
