//! Diffs: what anybody pipes into `secscan diff`.

use super::plant;
use crate::source::diff::{Diff, Event};

/// Reading ends; what a hunk says of its lines is true of its text; a diff that is made of two texts gives back the
/// lines that are new.
pub fn diff(data: &[u8]) {
    let (text, _) = plant(data);
    read(&text);
    made(&text);
}

fn read(text: &[u8]) {
    let mut diff = Diff::new(text);
    // Each event takes a line at least, or is the rest of a hunk that fills a piece.
    let most = 2 + text.iter().filter(|byte| **byte == b'\n').count();
    let mut events = 0;
    while let Ok(Some(event)) = diff.next_event() {
        events += 1;
        assert!(events <= most, "more events than lines");
        let Event::Hunk(hunk) = event else { continue };
        let all = hunk.text();
        let mut last = 0;
        for at in 0..=all.len() {
            let (start, number) = (hunk.line_start(at), hunk.line_number(at));
            assert!(start <= at && number >= last, "byte {at} in line {number} from {start}");
            assert!(!all[start..at].contains(&b'\n') || at == all.len());
            last = number;
            let _ = hunk.is_added(at..(at + 3).min(all.len()));
        }
    }
}

fn made(text: &[u8]) {
    let half = text.len() / 2;
    let clean = |part: &[u8]| -> Vec<Vec<u8>> {
        part.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    };
    let (old, new) = (clean(&text[..half]), clean(&text[half..]));
    let mut diff = b"--- a/x\n+++ b/x\n".to_vec();
    diff.extend_from_slice(format!("@@ -1,{} +1,{} @@\n", old.len(), new.len()).as_bytes());
    for (mark, lines) in [(b'-', &old), (b'+', &new)] {
        for line in lines {
            diff.push(mark);
            diff.extend_from_slice(line);
            diff.push(b'\n');
        }
    }
    let mut reader = Diff::new(&diff[..]);
    let Ok(Some(Event::Hunk(hunk))) = reader.next_event() else { panic!("there is a hunk") };
    let expected: Vec<u8> = new.iter().flat_map(|line| [&line[..], b"\n"].concat()).collect();
    assert!(hunk.text() == expected, "another text than what is new");
    assert_eq!(hunk.path(), b"x");
    assert!(hunk.is_added(0..expected.len()));
    assert_eq!(hunk.line_number(expected.len() - 1), new.len() as u64);
    assert!(matches!(reader.next_event(), Ok(None)));
}
