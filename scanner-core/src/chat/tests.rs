use std::convert::Infallible;

use super::*;

/// A secret is what is between `<` and `>`, or the value of something called `password`.
fn redact(text: &[u8]) -> Result<Option<Vec<u8>>, Infallible> {
    let mut text = String::from_utf8_lossy(text).into_owned();
    let before = text.clone();
    while let (Some(start), Some(end)) = (text.find('<'), text.find('>')) {
        text.replace_range(start..=end, "[R]");
    }
    if let Some(value) = text.strip_prefix("\"password\": \"") {
        text = format!("\"password\": \"{}", value.replace("hunter2", "[R]"));
    }
    Ok((text != before).then(|| text.into_bytes()))
}

fn rewritten(body: &str, strict: bool) -> String {
    let new = rewrite(body.as_bytes(), strict, &mut redact).unwrap();
    let new = String::from_utf8(new.into_owned()).unwrap();
    Document::parse(new.as_bytes()).unwrap();
    new
}

#[test]
fn everything_that_is_text() {
    for (body, expected) in [
        (r#"{"system": "<a>", "x":1.0}"#, r#"{"system": "[R]", "x":1.0}"#),
        (
            r#"{"system":[{"type":"text","text":"\u003ca>"}]}"#,
            r#"{"system":[{"type":"text","text":"[R]"}]}"#,
        ),
        (
            r#"{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"<id>","content":"<a>\n"}]}]}"#,
            r#"{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"[R]","content":"[R]\n"}]}]}"#,
        ),
        // In what a tool is given, an identifier is nobody's but the tool's, and keys count.
        (
            r#"{"type":"tool_use","id":"<i>","input":{"id":"<a>","<k>":1}}"#,
            r#"{"type":"tool_use","id":"[R]","input":{"id":"[R]","[R]":1}}"#,
        ),
        // JSON in a string stays JSON, however deep.
        (
            r#"{"function":{"name":"f","arguments":"{\"q\": \"<\\\"a\\\">\", \"n\":1}"}}"#,
            r#"{"function":{"name":"f","arguments":"{\"q\": \"[R]\", \"n\":1}"}}"#,
        ),
        (
            r#"{"input":[{"type":"message","content":"<a>","id":"<i>"}]}"#,
            r#"{"input":[{"type":"message","content":"[R]","id":"[R]"}]}"#,
        ),
        (
            r#"{"contents":[{"parts":[{"text":"<a>"},{"functionCall":{"name":"f","args":{"x":["<b>"]}}}]}]}"#,
            r#"{"contents":[{"parts":[{"text":"[R]"},{"functionCall":{"name":"f","args":{"x":["[R]"]}}}]}]}"#,
        ),
        // A name says what a value is.
        (r#"{"input":{"password":"hunter2"}}"#, r#"{"input":{"password":"[R]"}}"#),
        (
            r#"{"env":[{"name":"password","value":"hunter2"}]}"#,
            r#"{"env":[{"name":"password","value":"[R]"}]}"#,
        ),
        (r#"{"text":"hunter2"}"#, r#"{"text":"hunter2"}"#),
        // Text in base64.
        (
            r#"{"inlineData":{"mimeType":"text/plain","data":"PGE+IQ=="}}"#,
            r#"{"inlineData":{"mimeType":"text/plain","data":"W1JdIQ=="}}"#,
        ),
        (
            r#"{"file_data":"data:application/json;base64,eyJhIjoiPGI+In0="}"#,
            r#"{"file_data":"data:application/json;base64,eyJhIjoiW1JdIn0="}"#,
        ),
        (
            r#"{"source":{"type":"text","media_type":"text/plain","data":"<a>"}}"#,
            r#"{"source":{"type":"text","media_type":"text/plain","data":"[R]"}}"#,
        ),
        // What stands before the base64 is looked at too.
        (r#"{"url":"data:text/<s>;base64,aGk="}"#, r#"{"url":"data:text/[R];base64,aGk="}"#),
        (r#"{"text":"data:\n<s>\n;base64,"}"#, r#"{"text":"data:\n[R]\n;base64,"}"#),
        // Text in base64 that is said to be something else, or nothing.
        (
            r#"{"inlineData":{"mimeType":"image/svg+xml","data":"PGE+IQ=="}}"#,
            r#"{"inlineData":{"mimeType":"image/svg+xml","data":"W1JdIQ=="}}"#,
        ),
        (
            r#"{"source":{"type":"base64","media_type":"application/octet-stream","data":"PGE+IQ=="}}"#,
            r#"{"source":{"type":"base64","media_type":"application/octet-stream","data":"W1JdIQ=="}}"#,
        ),
    ] {
        assert_eq!(rewritten(body, false), expected, "{body}");
    }
}

#[test]
fn what_is_no_text_passes_unless_strict() {
    for body in [
        r#"{"type":"thinking","thinking":"hm","signature":"<s>"}"#,
        r#"{"type":"redacted_thinking","data":"<s>"}"#,
        r#"{"type":"reasoning","encrypted_content":"<s>"}"#,
        r#"{"mcp_servers":[{"type":"url","url":"https://x/<s>","name":"n","authorization_token":"<s>"}]}"#,
        r#"{"tools":[{"type":"mcp","server_url":"<s>","authorization":"<s>","headers":{"X":"<s>"}}]}"#,
    ] {
        assert_eq!(rewritten(body, false), body);
        assert!(!rewritten(body, true).contains("<s>"), "{body}");
    }
    let image = "iVBORw0KGgo".repeat(8);
    for body in [
        format!(r#"{{"source":{{"type":"base64","media_type":"image/png","data":"{image}"}}}}"#),
        format!(r#"{{"image_url":{{"url":"data:image/png;base64,{image}"}}}}"#),
        format!(r#"{{"input_audio":{{"data":"{image}","format":"wav"}}}}"#),
        format!(r#"{{"inline_data":{{"mime_type":"application/pdf","data":"{image}"}}}}"#),
    ] {
        assert_eq!(rewritten(&body, false), body);
        let refused = rewrite(body.as_bytes(), true, &mut redact).unwrap_err();
        assert_eq!(
            refused,
            Error::Media(body.find("\"data:").or(body.find("\"data\":").map(|at| at + 7)).unwrap())
        );
    }
}

#[test]
fn what_is_no_json_is_an_error() {
    for body in ["", "{", "{\"a\":\"<b>\"} x", "hello"] {
        assert!(
            matches!(rewrite(body.as_bytes(), false, &mut redact), Err(Error::Json(_))),
            "{body}"
        );
    }
}
