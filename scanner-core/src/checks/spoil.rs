//! Spoils a good token by one character, for examples of what must not be found.
//!
//! Apart because one way serves every check: try, and ask the check.

use super::{Check, Family, Verdict, jwt, key};

/// How many places are tried: enough to come from the end of the longest token to its beginning.
const LIMIT: usize = 2000;
/// How many more in a key, where no place rules it out and each try takes a while, once it is
/// doubtful.
const MORE: usize = 16;

pub(super) fn spoil(check: Check, token: &mut [u8]) {
    match (check, token.get_mut(4)) {
        // Made of nothing but the right letters: an account that cannot be, a digit that is none.
        (Check::AwsKeyId, Some(first)) => return *first = b'7',
        (Check::JfrogApiKey, Some(first)) => return *first = b'0',
        _ => {}
    }
    // Keys and headers are told by their beginning, everything else by a checksum at its end.
    // The last character comes last: its alphabet is often narrower than the others'.
    let len = token.len();
    let front = match check.family() {
        Family::Key => key::body_start(token),
        // Past what a rule looks for.
        Family::Jwt => jwt::json_start(token).map_or(len, |at| at + 3),
        _ => len,
    };
    let order = (front..len).chain((0..len.saturating_sub(1)).rev()).chain(len.checked_sub(1));
    let places: Vec<usize> = order.filter(|&at| token[at].is_ascii_alphanumeric()).collect();

    // Better ruled out than doubted.
    let (mut doubted, mut left) = (None, LIMIT);
    for &at in &places {
        let byte = token[at];
        token[at] = step(byte);
        match check.run(token) {
            Verdict::Rejected => return,
            Verdict::Doubtful if doubted.is_none() => {
                doubted = Some(at);
                left = if front < len { left.min(MORE) } else { left };
            }
            _ => {}
        }
        token[at] = byte;
        left -= 1;
        if left == 0 {
            break;
        }
    }
    if let Some(at) = doubted.or(places.first().copied()) {
        token[at] = step(token[at]);
    }
}

/// Another character of the same kind. It stays in every alphabet that has the first one: hex,
/// base 32, base 58 and bech32 among them.
fn step(byte: u8) -> u8 {
    const CYCLES: [&[u8]; 4] = [b"acdef", b"ghjkmnpqrstuvwxyz", b"234567", b"89"];
    let lower = byte.to_ascii_lowercase();
    let next = match lower {
        b'0' | b'1' => b'2',
        b'b' | b'i' | b'l' | b'o' => lower + 1,
        _ => CYCLES
            .iter()
            .find_map(|cycle| {
                let at = cycle.iter().position(|&member| member == lower)?;
                Some(cycle[(at + 1) % cycle.len()])
            })
            .unwrap_or(lower),
    };
    if byte.is_ascii_uppercase() { next.to_ascii_uppercase() } else { next }
}
