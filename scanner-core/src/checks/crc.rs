//! The cyclic redundancy checks that issuers put into tokens: CRC-32, CRC-16 and CRC-24.
//!
//! Apart because several families share them, and by hand because a token is too short for a
//! library's speed to matter.

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
}

/// CRC-32 of zlib (ISO-HDLC).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    crc32_of(bytes.iter().copied())
}

/// The same of bytes that do not stand side by side.
pub(crate) fn crc32_of(bytes: impl Iterator<Item = u8>) -> u32 {
    !bytes.fold(!0, |crc, byte| TABLE[usize::from(crc as u8 ^ byte)] ^ crc >> 8)
}

/// CRC-16/XMODEM, of NATS and Stellar.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    let step = |crc: u16, _| if crc & 0x8000 != 0 { crc << 1 ^ 0x1021 } else { crc << 1 };
    bytes.iter().fold(0, |crc, &byte| (0..8).fold(crc ^ u16::from(byte) << 8, step))
}

/// CRC-24 of OpenPGP armour.
pub(crate) fn crc24(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 0x80_0000 != 0 { crc << 1 ^ 0x186_4CFB } else { crc << 1 };
    bytes.iter().fold(0xB7_04CE, |crc, &byte| (0..8).fold(crc ^ u32::from(byte) << 16, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_values_of_the_catalogue() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(crc24(b"123456789"), 0x21_CF02);
    }
}
