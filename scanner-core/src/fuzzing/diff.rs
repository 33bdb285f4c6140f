//! Diffs: what anybody pipes into `secscan diff`.

use std::io::BufReader;

use super::{Choices, plant};
use crate::source::diff::{Diff, Event};

/// Reading ends, and is the same however the text arrives; what a hunk says of its lines is true of its text; a diff
/// that is made gives back the lines of the new file, with their numbers and whether they are new.
pub fn diff(data: &[u8]) {
    let (template, mut choices) = Choices::split(data, 3);
    let (text, _) = plant(template);
    let size = 1 + choices.next();
    let whole = read(&text);
    assert!(whole == read_in(&text, size), "by {size} bytes something else is read");
    made(&text, &mut choices);
}

/// What was read: each event with all that it says, and whether reading ended well.
type Told = (Vec<(Vec<u8>, Vec<u8>, Vec<(usize, u64, bool)>)>, Result<u64, String>);

fn read(text: &[u8]) -> Told {
    collect(Diff::new(text), text)
}

fn read_in(text: &[u8], size: usize) -> Told {
    collect(Diff::new(BufReader::with_capacity(size, text)), text)
}

fn collect(mut diff: Diff<impl std::io::BufRead>, text: &[u8]) -> Told {
    // Each event takes a line at least, or is the rest of a hunk that fills a piece.
    let lines = 1 + text.iter().filter(|byte| **byte == b'\n').count();
    let (mut told, mut shown) = (Vec::new(), 0);
    loop {
        assert!(told.len() <= lines, "more events than lines");
        match diff.next_event() {
            Ok(None) => return (told, Ok(diff.files())),
            Err(error) => {
                assert!((1..=lines as u64 + 1).contains(&error.line()), "{error}");
                return (told, Err(error.to_string()));
            }
            Ok(Some(Event::Binary(path))) => told.push((path.to_vec(), Vec::new(), Vec::new())),
            Ok(Some(Event::Hunk(hunk))) => {
                let all = hunk.text();
                shown += all.len();
                assert!(shown <= text.len() + 1, "more text than there is");
                let mut last = (0, hunk.line_number(0));
                let mut said = Vec::with_capacity(all.len());
                for at in 0..all.len().max(1) {
                    if at > 0 && all[at - 1] == b'\n' {
                        last = (at, last.1.saturating_add(1));
                    }
                    assert_eq!((hunk.line_start(at), hunk.line_number(at)), last, "byte {at}");
                    let is_added = hunk.is_added(at..at + 1);
                    assert_eq!(is_added, hunk.is_added(last.0..at + 1), "byte {at}");
                    said.push((last.0, last.1, is_added));
                }
                told.push((hunk.path().to_vec(), all.to_vec(), said));
            }
        }
    }
}

/// A diff of a file whose lines are those of the text. What each is, its first byte says: kept, new, gone, or gone and
/// not kept from either of two parents.
fn made(text: &[u8], choices: &mut Choices<'_>) {
    let (parents, first) = (1 + choices.next() % 3, 1 + choices.next() as u64);
    let (mut body, mut new, mut old) = (Vec::new(), Vec::new(), vec![0u64; parents]);
    for line in text.split(|byte| *byte == b'\n').take(64) {
        let kind = line.first().map_or(0, |byte| usize::from(*byte));
        let (is_gone, bits) = (kind % 3 == 0, kind / 3);
        let marks: Vec<u8> = (0..parents)
            .map(|parent| match (is_gone, bits >> parent & 1 == 1) {
                (_, false) => b' ',
                (true, true) => b'-',
                (false, true) => b'+',
            })
            .collect();
        let is_gone = marks.contains(&b'-');
        for (count, mark) in old.iter_mut().zip(&marks) {
            // What is gone stands in the parents that had it.
            let had = if is_gone { *mark == b'-' } else { *mark == b' ' };
            *count += u64::from(had);
        }
        if !is_gone {
            new.push((line, marks.contains(&b'+')));
        }
        body.extend_from_slice(&marks);
        body.extend_from_slice(line);
        body.push(b'\n');
        if kind == usize::from(b'\\') {
            body.extend_from_slice(b"\\ No newline at end of file\n");
        }
    }
    let signs = "@".repeat(parents + 1);
    let ranges: String = old.iter().map(|count| format!("-1,{count} ")).collect();
    let head = format!("--- a/x\n+++ b/x\n{signs} {ranges}+{first},{} {signs} f()\n", new.len());
    let diff = [head.as_bytes(), &body, b"Binary files a/y and b/z differ\n"].concat();
    let mut reader = Diff::new(&diff[..]);
    let Ok(Some(Event::Hunk(hunk))) = reader.next_event() else { panic!("there is a hunk") };
    let expected: Vec<u8> = new.iter().flat_map(|(line, _)| [line, &b"\n"[..]].concat()).collect();
    assert!(hunk.text() == expected, "another text than what is new");
    assert_eq!(hunk.path(), b"x");
    let mut at = 0;
    for (number, (line, is_added)) in (first..).zip(new) {
        let end = at + line.len() + 1;
        assert_eq!((hunk.line_start(end - 1), hunk.line_number(at)), (at, number));
        assert_eq!(hunk.is_added(at..end), is_added, "line {number}");
        at = end;
    }
    assert!(matches!(reader.next_event(), Ok(Some(Event::Binary(_)))), "the next file is lost");
    assert!(matches!(reader.next_event(), Ok(None)));
    assert_eq!(reader.files(), 2);
}
