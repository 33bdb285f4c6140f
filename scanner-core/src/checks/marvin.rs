//! Marvin32, the seeded checksum in the keys that Microsoft's services issue.
//!
//! Apart because three unrelated Azure formats use it.

/// The checksum of `bytes` under `seed`.
pub(crate) fn marvin32(bytes: &[u8], seed: u64) -> u32 {
    let (mut a, mut b) = (seed as u32, (seed >> 32) as u32);
    let (words, rest) = bytes.as_chunks::<4>();
    for word in words {
        a = a.wrapping_add(u32::from_le_bytes(*word));
        mix(&mut a, &mut b);
    }
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    a = a.wrapping_add(u32::from_le_bytes(last));
    mix(&mut a, &mut b);
    mix(&mut a, &mut b);
    a ^ b
}

fn mix(a: &mut u32, b: &mut u32) {
    *b ^= *a;
    *a = a.rotate_left(20).wrapping_add(*b);
    *b = b.rotate_left(9) ^ *a;
    *a = a.rotate_left(27).wrapping_add(*b);
    *b = b.rotate_left(19);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the .NET runtime's own tests: both halves of the state after the last mix.
    #[test]
    fn the_vectors_of_dotnet() {
        let cases: [(&[u8], u64); 5] = [
            (&[], 0x30ED_35C1_00CD_3C7D),
            (&[0xAF], 0x48E7_3FC7_7D75_DDC1),
            (&[0xE7, 0x0F], 0xB5F6_E1FC_485D_BFF8),
            (&[0x86, 0x42, 0xDC, 0x59], 0x7008_F2E8_7E9C_F556),
            (&[0x15, 0x3F, 0xB7, 0x98, 0x26], 0xE6C0_8C6D_A2AF_A997),
        ];
        for (bytes, state) in cases {
            let expected = (state >> 32) as u32 ^ state as u32;
            assert_eq!(marvin32(bytes, 0x004F_B61A_001B_DBCC), expected, "{bytes:x?}");
        }
    }
}
