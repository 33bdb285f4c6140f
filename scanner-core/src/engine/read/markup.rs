//! Values of XML elements: `<password>value</password>`, with attributes, prefixes and CDATA.

use super::{VALUE, Written};
use crate::engine::judge::Rejection;
use crate::input::Span;

/// How far a tag may go on behind the name, in bytes.
const ATTRIBUTES: usize = 64;

/// Whether the name may be that of a tag.
pub(super) fn may_be_tag(haystack: &[u8], name: Span) -> bool {
    haystack[name.start.saturating_sub(24)..name.start].contains(&b'<')
}

/// The value of the element of that name, if the name is that of an opening tag.
pub(super) fn of_element(
    haystack: &[u8],
    name: Span,
) -> Option<Result<(Span, Written), Rejection>> {
    let before = &haystack[name.start.saturating_sub(24)..name.start];
    let prefix = match before.last()? {
        b'<' => 0,
        b':' => {
            let word = before[..before.len() - 1].iter().rev();
            1 + word.take_while(|byte| byte.is_ascii_alphanumeric()).count()
        }
        _ => return None,
    };
    if !before[..before.len() - prefix].ends_with(b"<") {
        return None;
    }
    let at = tag_end(haystack, name.end)?;
    Some(text(haystack, at))
}

/// Behind the `>` of the tag that goes on at `at`. A tag that closes itself has no text.
pub(super) fn tag_end(haystack: &[u8], at: usize) -> Option<usize> {
    let rest = &haystack[at..haystack.len().min(at + ATTRIBUTES)];
    let end = rest.iter().position(|byte| matches!(byte, b'>' | b'<'))?;
    let attributes = &rest[..end];
    let ends = rest[end] == b'>'
        && !attributes.ends_with(b"/")
        && matches!(attributes.first(), None | Some(b' ' | b'\t' | b'"' | b'\''));
    ends.then_some(at + end + 1)
}

/// The text from `at` up to the next tag.
pub(super) fn text(haystack: &[u8], at: usize) -> Result<(Span, Written), Rejection> {
    let rest = &haystack[at..haystack.len().min(at + VALUE)];
    let (start, end) = match rest.strip_prefix(b"<![CDATA[") {
        Some(inner) => (rest.len() - inner.len(), memchr::memmem::find(rest, b"]]>")),
        None => (0, rest.iter().position(|&byte| byte == b'<' || byte == b'\n')),
    };
    match end {
        Some(end) if end > start && rest[end] != b'\n' && !rest[start..end].contains(&b'\n') => {
            Ok((Span { start: at + start, end: at + end }, Written::Quoted))
        }
        _ => Err(Rejection::Assignment("no text between the tags")),
    }
}
