//! Text without its secrets, whole and in pieces, and the way back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{Choices, PATHS, plant, scanner};
use crate::sanitize::{Form, Known, Leak, Restorer, Sanitized, Sanitizer, Stream, label, mask};
use crate::{Cache, Input};

/// Pieces give what the whole gives; what is masked keeps its length; what was taken out comes back.
pub fn sanitize(data: &[u8]) {
    thread_local! {
        static CACHE: RefCell<Cache> = RefCell::default();
    }
    let (template, mut choices) = Choices::split(data, 6);
    let (text, _) = plant(template);
    let path = PATHS[choices.next() % PATHS.len()];
    let sanitizer = sanitizer(choices.next() % 2 == 1);
    let sizes = [1 + choices.next(), 1 + choices.next()];
    let input = Input::new(&text);
    let input = path.map_or(input, |path| input.path(path));
    CACHE.with_borrow_mut(|cache| {
        let Ok(whole) = sanitizer.sanitize(cache, &input, label);
        let (joined, counts) = streamed(sanitizer, path, &text, sizes);
        assert!(joined == *whole.text, "pieces of {sizes:?} give another text than the whole");
        assert_eq!(counts, whole.counts);
        let Ok(Sanitized { text: masked, counts }) = sanitizer.sanitize(cache, &input, mask);
        assert_eq!(masked.len(), text.len());
        assert_eq!(counts, whole.counts);
        let changed = masked.iter().zip(&text).filter(|(new, old)| new != old);
        assert!(changed.clone().all(|(new, _)| *new == b'*'));
        round_trip(sanitizer, cache, &input, sizes[0]);
    });
}

/// With every rule; and the same with values that are known.
fn sanitizer(with_known: bool) -> &'static Sanitizer {
    static BOTH: OnceLock<[Sanitizer; 2]> = OnceLock::new();
    let both = BOTH.get_or_init(|| {
        let values: [&[u8]; 3] = [b"correct-horse-battery", b"abcabcabcabc", b"two words here"];
        let mut known = Known::builder();
        for value in values {
            known.add(value).expect("a value that is long enough");
        }
        let plain = Sanitizer::new(scanner().clone());
        [plain.clone(), plain.known(known.build())]
    });
    &both[usize::from(with_known)]
}

fn streamed(
    sanitizer: &Sanitizer,
    path: Option<&[u8]>,
    text: &[u8],
    sizes: [usize; 2],
) -> (Vec<u8>, crate::sanitize::Counts) {
    let stream = Stream::new(sanitizer);
    let mut stream = match path {
        Some(path) => stream.path(path),
        None => stream,
    };
    let (mut out, mut rest) = (Vec::new(), text);
    for size in sizes.into_iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at(size.min(rest.len()));
        let Ok(()) = stream.push(piece, &mut out, label);
        rest = behind;
    }
    let Ok(()) = stream.finish(&mut out, label);
    assert_eq!(stream.held(), 0);
    (out, stream.counts().clone())
}

/// What stands in the place of the first, second, … value.
fn placeholder(number: usize) -> String {
    format!("__SECRET_A_kz{number:05}__")
}

fn round_trip(sanitizer: &Sanitizer, cache: &mut Cache, input: &Input<'_>, size: usize) {
    let text = input.haystack();
    // A text that holds what looks like one of the placeholders does not come back as it was.
    let upper = text.to_ascii_uppercase();
    if memchr::memmem::find(&upper, b"KZ0").is_some() {
        return;
    }
    let mut values: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    let replace = |leak: &Leak<'_>, out: &mut Vec<u8>| {
        let next = placeholder(values.len());
        let text = values.entry(leak.secret.expose().to_vec()).or_insert(next);
        out.extend_from_slice(text.as_bytes());
        Ok::<(), std::convert::Infallible>(())
    };
    let Ok(safe) = sanitizer.sanitize(cache, input, replace);
    let values = values.into_iter().map(|(value, name)| (name, value));
    let mut restorer = Restorer::new(values, Form::Plain);
    let mut back = Vec::new();
    safe.text.chunks(size).for_each(|piece| restorer.push(piece, &mut back));
    restorer.finish(&mut back);
    assert!(back == text, "what came back is another text");
}
