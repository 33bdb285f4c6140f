//! Making foreign text safe to show: a path, a source line or a token's claims may hold anything, also
//! sequences that steer a terminal or reorder what is read.

use std::borrow::Cow;

/// The bytes as text in which nothing is invisible or has an effect.
pub(crate) fn visible(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if text.chars().all(harmless) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' => shown.push_str("    "),
            // The pictures of the control characters.
            '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\x7f' => shown.push('\u{2421}'),
            c if harmless(c) => shown.push(c),
            _ => shown.push(char::REPLACEMENT_CHARACTER),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character takes one step to the right and does nothing else.
fn harmless(c: char) -> bool {
    match c {
        ' '..='~' => true,
        // C0 and C1 controls, soft hyphen.
        '\0'..='\u{9f}' | '\u{ad}' => false,
        // Marks of zero width, of direction, of line and of paragraph; byte order mark; tags.
        '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => false,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => false,
        '\u{e0000}'..='\u{e0fff}' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_steers_the_terminal() {
        for (bytes, shown) in [
            (&b"plain"[..], "plain"),
            ("größe".as_bytes(), "größe"),
            (b"a\tb", "a    b"),
            (b"\x1b[31mred\x07", "\u{241b}[31mred\u{2407}"),
            (b"\x7f", "\u{2421}"),
            ("\u{9b}31m\u{202e}x".as_bytes(), "\u{fffd}31m\u{fffd}x"),
            (b"\xff\xfe", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(visible(bytes), shown);
        }
    }
}
