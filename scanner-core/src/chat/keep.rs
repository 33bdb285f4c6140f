//! Which strings of a request body are no text, by their names and what stands beside them.

use crate::checks::encoding::base64_to_vec;
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

/// How far the comma of a data URL is looked for, in bytes.
const LONGEST_LEAD: usize = 512;
/// What is shorter is no image.
const LEAST_MEDIA: usize = 64;
/// How much of a base64 is decoded to see whether it is text, in characters.
const LOOK: usize = 256;

/// How the base64 of images, documents and sound begins: PNG, JPEG, GIF, RIFF, PDF, ID3, Ogg, FLAC.
const MAGIC: &[&str] =
    &["iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR", "JVBERi0", "SUQz", "T2dnUw", "ZkxhQw"];

/// Whether this member holds what is not ours to know the names in.
pub(super) fn is_free(key: &[u8], value: Value<'_>) -> bool {
    FREE.iter().any(|name| name.as_bytes() == key)
        // An array of that name is the conversation of the Responses API.
        || (key == b"input" && value.is_object())
}

/// Whether a string must come to the provider as it is, and is not looked at.
pub(super) fn passes(key: &[u8], parent: Value<'_>) -> bool {
    let kind = parent.get("type").and_then(|kind| kind.str());
    match (key, kind.as_deref()) {
        (b"signature", Some("thinking")) | (b"data", Some("redacted_thinking")) => true,
        (b"encrypted_content", Some("reasoning" | "compaction")) => true,
        (b"thoughtSignature" | b"thought_signature", _) => true,
        // The provider logs in to these servers in the user's name.
        (b"authorization_token" | b"url", Some("url")) => parent.get("name").is_some(),
        (b"authorization" | b"server_url", Some("mcp")) => true,
        _ => false,
    }
}

/// Whether a string is an identifier, whose name says nothing of what it is worth.
pub(super) fn is_identifier(key: &[u8]) -> bool {
    IDENTIFIERS.iter().any(|name| name.as_bytes() == key)
        || key.ends_with(b"_id")
        || key.ends_with(b"Id")
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
        let comma = memchr::memchr(b',', &rest[..rest.len().min(LONGEST_LEAD)])?;
        let mime = rest[..comma].strip_suffix(b";base64")?;
        let (lead, base64) = text.split_at(b"data:".len() + comma + 1);
        (lead, base64, String::from_utf8_lossy(mime).into_owned())
    } else {
        let mime = member(&["media_type", "mimeType", "mime_type", "format"]);
        // A name alone is anybody's: there, the bytes must say so too.
        let is_media = match key {
            b"data" => match member(&["type"]).as_deref() {
                Some("text") => false,
                Some("base64" | "image" | "audio" | "blob") => true,
                _ => mime.is_some(),
            },
            b"base64" | b"blob" | b"file_data" | b"b64_json" => is_known(text),
            b"result" => member(&["type"]).as_deref() == Some("image_generation_call"),
            _ => false,
        };
        if !is_media {
            return None;
        }
        (&[][..], text, mime.unwrap_or_default().into_owned())
    };
    let is_text = is_text(&mime) || holds_text(base64);
    let is_base64 =
        base64.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(byte));
    (is_base64 && (is_text || base64.len() >= LEAST_MEDIA)).then_some(Media {
        lead,
        base64,
        is_text,
    })
}

/// Whether base64 begins as that of an image, a document or sound does.
fn is_known(base64: &[u8]) -> bool {
    // MP4 and its like say so behind a length.
    let is_box =
        base64.get(..16).is_some_and(|head| memchr::memmem::find(head, b"ZnR5c").is_some());
    is_box || MAGIC.iter().any(|magic| base64.starts_with(magic.as_bytes()))
}

/// Whether the bytes that base64 begins with are text, whatever they are said to be.
fn holds_text(base64: &[u8]) -> bool {
    let digits = base64.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n'));
    let mut head: Vec<u8> = digits.take(LOOK).collect();
    head.truncate(head.len() / 4 * 4);
    let Some(bytes) = base64_to_vec(&head) else { return false };
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        // A character that goes on behind what was decoded.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
}

/// Whether a media type is one of text.
fn is_text(mime: &str) -> bool {
    let mime = mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let subtype = mime.split_once('/').map_or("", |(_, subtype)| subtype);
    mime.starts_with("text/")
        || ["json", "xml", "yaml", "toml", "javascript", "sql"].iter().any(|name| {
            subtype == *name
                || subtype.ends_with(&format!("+{name}"))
                || subtype == format!("x-{name}")
        })
}
