//! Building an object from its base and a delta: runs copied from the base, and bytes inserted between.
//!
//! Which runs were copied is told: who knows the base need not look at them again.
//!
//! gix keeps its own to itself, and `forest` needs it apart from gix's walk, to go on after a corrupt entry.

use crate::input::Copied;

/// The sizes that a delta states for its base and its result, and what follows them.
pub(super) fn header(delta: &[u8]) -> Option<(usize, usize, &[u8])> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Some((base, result, rest))
}

fn size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, &bytes[at + 1..]));
        }
    }
    None
}

/// Appends to `out` what `delta` makes of `base`, and to `copied` the runs that it has from there. Nothing is
/// promised of either where it makes no sense.
pub(super) fn apply(
    base: &[u8],
    mut delta: &[u8],
    out: &mut Vec<u8>,
    copied: &mut Vec<Copied>,
) -> Option<()> {
    while let Some((&command, rest)) = delta.split_first() {
        delta = rest;
        if command & 0x80 == 0 {
            // Nought is reserved.
            let (bytes, rest) =
                delta.split_at_checked(usize::from(command)).filter(|_| command != 0)?;
            out.extend_from_slice(bytes);
            delta = rest;
            continue;
        }
        let (mut offset, mut len) = (0usize, 0usize);
        for bit in 0..7 {
            if command & 1 << bit != 0 {
                let (&byte, rest) = delta.split_first()?;
                delta = rest;
                match bit {
                    0..4 => offset |= usize::from(byte) << (8 * bit),
                    _ => len |= usize::from(byte) << (8 * (bit - 4)),
                }
            }
        }
        if len == 0 {
            len = 0x1_0000;
        }
        let at = out.len();
        out.extend_from_slice(base.get(offset..offset.checked_add(len)?)?);
        match copied.last_mut() {
            // A long run is copied in pieces.
            Some(run) if run.at + run.len == at && run.from + run.len == offset => run.len += len,
            _ => copied.push(Copied { at, from: offset, len }),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{Copied, apply, header};

    #[test]
    fn copies_and_inserts() {
        let delta = [5, 7, 0x91, 1, 3, 2, b'x', b'y', 0x90, 2];
        let (base, result, commands) = header(&delta).unwrap();
        assert_eq!((base, result), (5, 7));
        let (mut out, mut copied) = (Vec::new(), Vec::new());
        apply(b"abcde", commands, &mut out, &mut copied).unwrap();
        assert_eq!(out, b"bcdxyab");
        assert_eq!(copied, [Copied { at: 0, from: 1, len: 3 }, Copied { at: 5, from: 0, len: 2 }]);
        // What goes on where the last one ended is one run.
        let (mut out, mut copied) = (Vec::new(), Vec::new());
        apply(b"abcde", &[0x91, 1, 2, 0x91, 3, 2], &mut out, &mut copied).unwrap();
        assert_eq!(out, b"bcde");
        assert_eq!(copied, [Copied { at: 0, from: 1, len: 4 }]);
    }

    #[test]
    fn nonsense_is_refused() {
        let mut out = Vec::new();
        for delta in [&[0][..], &[3, b'a'], &[0x91, 1], &[0x91, 4, 9], &[0x80]] {
            assert_eq!(apply(b"abcde", delta, &mut out, &mut Vec::new()), None, "{delta:?}");
        }
        assert_eq!(header(&[0x80, 0x80]), None);
        assert_eq!(header(&[1, 0x80]), None);
    }
}
