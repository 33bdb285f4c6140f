//! Which strings of a request body are no text, by their names and what stands beside them.

use crate::json::Value;

/// Identifiers, and names that are chosen from a list. Beside these, all that end in `_id` or `Id`.
const IDENTIFIERS: &[&str] = &[
    "id",
    "uuid",
    "parentUuid",
    "type",
    "role",
    "model",
    "object",
    "status",
    "container",
    "prompt_cache_key",
    "safety_identifier",
    "system_fingerprint",
    "cachedContent",
    "cached_content",
];

/// Members that are an object or array of anybody's making: what is in them has names that we do not know.
const FREE: &[&str] = &[
    "args",
    "arguments",
    "parameters",
    "input_schema",
    "schema",
    "responseSchema",
    "response",
    "toolUseResult",
    "structuredContent",
    "env",
];

/// The longest identifier. What is longer is looked at.
const LONGEST: usize = 512;
/// What is shorter is no image.
const LEAST_MEDIA: usize = 64;

/// Whether this member holds what is not ours to know the names in.
pub(super) fn is_free(key: &[u8], value: Value<'_>) -> bool {
    FREE.iter().any(|name| name.as_bytes() == key)
        // An array of that name is the conversation of the Responses API.
        || (key == b"input" && value.is_object())
}

/// Whether a string is no text, and passes as it is.
pub(super) fn passes(key: &[u8], text: &[u8], parent: Value<'_>) -> bool {
    let kind = parent.get("type").and_then(|kind| kind.str());
    match (key, kind.as_deref()) {
        // These must come back to the provider byte for byte.
        (b"signature", Some("thinking")) | (b"data", Some("redacted_thinking")) => true,
        (b"encrypted_content", Some("reasoning" | "compaction")) => true,
        (b"thoughtSignature" | b"thought_signature", _) => true,
        // The provider logs in to these servers in the user's name.
        (b"authorization_token" | b"url", Some("url")) => parent.get("name").is_some(),
        (b"authorization" | b"server_url", Some("mcp")) => true,
        _ => {
            let named = IDENTIFIERS.iter().any(|name| name.as_bytes() == key)
                || key.ends_with(b"_id")
                || key.ends_with(b"Id");
            named && text.len() <= LONGEST && !text.iter().any(u8::is_ascii_whitespace)
        }
    }
}

/// Whether everything in this member passes: the headers with which the provider calls a server.
pub(super) fn passes_whole(key: &[u8], parent: Value<'_>) -> bool {
    key == b"headers" && parent.get("type").and_then(|kind| kind.str()).as_deref() == Some("mcp")
}

/// Bytes in base64.
pub(super) struct Media<'t> {
    /// What stands before the base64: the beginning of a data URL, or nothing.
    pub(super) lead: &'t [u8],
    pub(super) base64: &'t [u8],
    /// Whether the bytes are text.
    pub(super) is_text: bool,
}

/// The media that a string is, if it is one.
pub(super) fn media<'t>(
    key: &[u8],
    text: &'t [u8],
    parent: Option<Value<'_>>,
) -> Option<Media<'t>> {
    let member = |names| {
        let value = parent.and_then(|parent| parent.get_any(names));
        value.and_then(|value| value.str())
    };
    let (lead, base64, mime) = if let Some(rest) = text.strip_prefix(b"data:") {
        let comma = memchr::memchr(b',', &rest[..rest.len().min(LONGEST)])?;
        let mime = rest[..comma].strip_suffix(b";base64")?;
        let (lead, base64) = text.split_at(b"data:".len() + comma + 1);
        (lead, base64, String::from_utf8_lossy(mime).into_owned())
    } else {
        let mime = member(&["media_type", "mimeType", "mime_type", "format"]);
        let is_media = match key {
            b"data" => match member(&["type"]).as_deref() {
                Some("text") => false,
                Some("base64" | "image" | "audio" | "blob") => true,
                _ => mime.is_some(),
            },
            b"base64" | b"blob" => true,
            b"file_data" | b"b64_json" => true,
            b"result" => member(&["type"]).as_deref() == Some("image_generation_call"),
            _ => false,
        };
        if !is_media {
            return None;
        }
        (&[][..], text, mime.unwrap_or_default().into_owned())
    };
    let is_text = is_text(&mime);
    let is_base64 =
        base64.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(byte));
    (is_base64 && (is_text || base64.len() >= LEAST_MEDIA)).then_some(Media {
        lead,
        base64,
        is_text,
    })
}

/// Whether a media type is one of text.
fn is_text(mime: &str) -> bool {
    let mime = mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let subtype = mime.strip_prefix("application/").unwrap_or("");
    mime.starts_with("text/")
        || ["json", "xml", "yaml", "toml", "javascript", "sql"].iter().any(|name| {
            subtype == *name
                || subtype.ends_with(&format!("+{name}"))
                || subtype == format!("x-{name}")
        })
}
