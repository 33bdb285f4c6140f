//! Telling UTF-16 from bytes that are a superset of ASCII, and decoding it piece by piece.
//!
//! Windows tools write UTF-16: registry exports, PowerShell output, logs. To a byte pattern it is text
//! with a NUL after each letter.

/// How text is written in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8, or anything else that is searched as it is.
    Utf8,
    /// UTF-16.
    Utf16 {
        /// Whether the high byte of a unit comes first.
        big_endian: bool,
    },
}

impl Encoding {
    /// Tells the encoding from the first bytes: by a byte order mark, or by NULs in every other place.
    pub(crate) fn of(bytes: &[u8]) -> Encoding {
        match bytes {
            // UTF-32 begins like this too; it is not decoded.
            [0xFF, 0xFE, 0, 0, ..] => Encoding::Utf8,
            [0xFF, 0xFE, ..] => Encoding::Utf16 { big_endian: false },
            [0xFE, 0xFF, ..] => Encoding::Utf16 { big_endian: true },
            _ => Encoding::without_mark(&bytes[..bytes.len().min(512)]),
        }
    }

    fn without_mark(head: &[u8]) -> Encoding {
        if head.len() < 16 || memchr::memchr(0, head).is_none() {
            return Encoding::Utf8;
        }
        // ASCII in UTF-16 is pairs of a printable byte and a NUL. Nearly all pairs must be, because
        // binary formats have many NULs too.
        let pairs = head.chunks_exact(2);
        let count = pairs.len();
        let printable = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        let little = pairs.clone().filter(|pair| printable(pair[0]) && pair[1] == 0).count();
        let big = pairs.filter(|pair| pair[0] == 0 && printable(pair[1])).count();
        match (little * 10 >= count * 9, big * 10 >= count * 9) {
            (true, _) => Encoding::Utf16 { big_endian: false },
            (_, true) => Encoding::Utf16 { big_endian: true },
            _ => Encoding::Utf8,
        }
    }

    /// How many bytes `text`, which was decoded, is in the original.
    pub(crate) fn length_of(self, text: &[u8]) -> u64 {
        match self {
            Encoding::Utf8 => text.len() as u64,
            Encoding::Utf16 { .. } => {
                // One unit for each character, and a second for those of four bytes.
                let characters = text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
                let pairs = text.iter().filter(|&&byte| byte >= 0xF0).count();
                2 * (characters + pairs) as u64
            }
        }
    }
}

/// Decodes to UTF-8 what comes in pieces. A unit that is no character becomes U+FFFD.
pub(crate) struct Decoder {
    encoding: Encoding,
    /// The first byte of a unit whose second is still to come.
    odd: Option<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Decoder {
    pub(crate) fn new(encoding: Encoding) -> Decoder {
        Decoder { encoding, odd: None, high: None }
    }

    /// Appends the text of `bytes` to `text`.
    pub(crate) fn push(&mut self, bytes: &[u8], text: &mut Vec<u8>) {
        let Encoding::Utf16 { big_endian } = self.encoding else {
            text.extend_from_slice(bytes);
            return;
        };
        let mut rest = bytes.iter().copied();
        while let Some(byte) = rest.next() {
            let (first, second) = match self.odd.take() {
                Some(odd) => (odd, byte),
                None => match rest.next() {
                    Some(next) => (byte, next),
                    None => {
                        self.odd = Some(byte);
                        return;
                    }
                },
            };
            let unit = if big_endian {
                u16::from_be_bytes([first, second])
            } else {
                u16::from_le_bytes([first, second])
            };
            self.unit(unit, text);
        }
    }

    fn unit(&mut self, unit: u16, text: &mut Vec<u8>) {
        let high = self.high.take();
        if let (Some(high), 0xDC00..=0xDFFF) = (high, unit) {
            let code = 0x1_0000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
            return put(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), text);
        }
        if high.is_some() {
            put(char::REPLACEMENT_CHARACTER, text);
        }
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            _ => put(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER), text),
        }
    }

    /// Appends what is left of a unit or pair that never came to its end.
    pub(crate) fn finish(&mut self, text: &mut Vec<u8>) {
        if self.high.take().is_some() {
            put(char::REPLACEMENT_CHARACTER, text);
        }
        if self.odd.take().is_some() {
            put(char::REPLACEMENT_CHARACTER, text);
        }
    }
}

fn put(character: char, text: &mut Vec<u8>) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let text = "Windows Registry Editor Version 5.00";
        for big_endian in [false, true] {
            assert_eq!(Encoding::of(&utf16(text, big_endian)), Encoding::Utf16 { big_endian });
            let marked = utf16(&format!("\u{FEFF}{text}"), big_endian);
            assert_eq!(Encoding::of(&marked), Encoding::Utf16 { big_endian });
        }
        assert_eq!(Encoding::of(text.as_bytes()), Encoding::Utf8);
        assert_eq!(Encoding::of(&[0; 64]), Encoding::Utf8);
        assert_eq!(Encoding::of(b""), Encoding::Utf8);
    }

    #[test]
    fn pieces_of_any_size_decode_alike() {
        let text = "a\u{e9}\u{20AC}\u{1F511}z";
        for big_endian in [false, true] {
            let bytes = utf16(text, big_endian);
            let encoding = Encoding::Utf16 { big_endian };
            for size in 1..=bytes.len() {
                let mut decoder = Decoder::new(encoding);
                let mut decoded = Vec::new();
                bytes.chunks(size).for_each(|piece| decoder.push(piece, &mut decoded));
                decoder.finish(&mut decoded);
                assert_eq!(decoded, text.as_bytes());
            }
            assert_eq!(encoding.length_of(text.as_bytes()), bytes.len() as u64);
        }
    }

    #[test]
    fn broken_pairs_are_replaced() {
        let mut decoder = Decoder::new(Encoding::Utf16 { big_endian: true });
        let mut text = Vec::new();
        decoder
            .push(&[0xD8, 0x00, 0xD8, 0x00, 0xDC, 0x00, 0xDC, 0x00, 0x00, b'a', 0x00], &mut text);
        decoder.finish(&mut text);
        assert_eq!(String::from_utf8(text).unwrap(), "\u{FFFD}\u{10000}\u{FFFD}a\u{FFFD}");
    }
}
