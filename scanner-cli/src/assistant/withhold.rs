//! What stands in the place of an output that could not be looked at: the same shape, and none of its text.
//!
//! The same shape, because assistants ignore a replacement that is of another, and let the original pass.

use secscan_core::json::{Document, Edits, Kind, Value};

const NOTHING: &[u8] = b"[withheld by secscan]";

/// Names whose values say what kind of thing an object is.
const KINDS: &[&str] = &["type", "mode", "resultType", "result_type", "role"];

/// A JSON value with every string replaced. What is no JSON becomes a string.
pub(super) fn withheld(json: &[u8]) -> Vec<u8> {
    let mut edits = Edits::default();
    match Document::parse(json) {
        Ok(document) => {
            replace(document.root(), &mut edits);
            edits.apply(json).into_owned()
        }
        Err(_) => [b"\"", NOTHING, b"\""].concat(),
    }
}

/// The same when the value is not at hand, or not whole: by the tool that would have given it.
pub(super) fn withheld_of(tool: &str) -> Vec<u8> {
    const BASH: &[u8] = br#"{"stdout":"","stderr":"","interrupted":false,"isImage":false}"#;
    const READ: &[u8] =
        br#"{"type":"text","file":{"filePath":"","content":"","numLines":1,"startLine":1,"totalLines":1}}"#;
    withheld(match tool {
        "bash" | "powershell" => BASH,
        "read" => READ,
        _ => b"\"\"",
    })
}

fn replace(value: Value<'_>, edits: &mut Edits) {
    match value.kind() {
        Kind::String => {
            let key = value.key().unwrap_or_default();
            let text = value.text().unwrap_or_default();
            let word = text.len() < 24
                && text.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
            if !(word && KINDS.iter().any(|kind| kind.as_bytes() == &*key)) {
                edits.replace(value.span(), NOTHING);
            }
        }
        Kind::Object | Kind::Array => {
            let known = |key: &[u8]| {
                key.len() < 24 && key.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            };
            for (number, child) in value.children().enumerate() {
                // A name may be a text too, such as a line that was found.
                if let Some(span) = child.key_span()
                    && !child.key().is_some_and(|key| known(&key))
                {
                    edits.replace(span, format!("withheld {number}").as_bytes());
                }
                replace(child, edits);
            }
        }
        Kind::Number | Kind::Boolean | Kind::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for (json, expected) in [
            (r#""a""#, r#""[withheld by secscan]""#),
            (
                r#"{"type":"text","n":1,"l":["a",true],"mode":"A secret"}"#,
                r#"{"type":"text","n":1,"l":["[withheld by secscan]",true],"mode":"[withheld by secscan]"}"#,
            ),
            (r#"{"counts":{"a/b=c":1}}"#, r#"{"counts":{"withheld 0":1}}"#),
            ("{\"stdout\":\"cut o", r#""[withheld by secscan]""#),
        ] {
            assert_eq!(String::from_utf8(withheld(json.as_bytes())).unwrap(), expected);
        }
        assert!(withheld_of("bash").starts_with(br#"{"stdout":"[withheld"#));
    }
}
