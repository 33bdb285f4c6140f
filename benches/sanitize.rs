//! What it costs to replace secrets, whole and in pieces. Apart from searching because copying is the larger part.

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use secscan_core::sanitize::{Sanitizer, Stream, label};
use secscan_core::{Input, Scanner};

use crate::corpus;

pub(crate) fn bench(criterion: &mut Criterion, scanner: &Scanner) {
    let mut group = criterion.benchmark_group("sanitize");
    let sanitizer = Sanitizer::new(scanner.clone());
    let mut cache = scanner.create_cache();

    let clean = corpus::prompt(10 << 10);
    let Ok(safe) = sanitizer.sanitize(&mut cache, &Input::new(&clean), label);
    assert!(matches!(safe.text, Cow::Borrowed(_)), "the prompt is clean");
    group.throughput(Throughput::Bytes(clean.len() as u64));
    group.bench_function("clean-10k", |bencher| {
        bencher.iter(|| {
            let Ok(safe) = sanitizer.sanitize(&mut cache, &Input::new(black_box(&clean)), label);
            safe.text.len()
        });
    });

    let token = corpus::secrets(scanner, "github-pat-classic", 1);
    let mut dense = Vec::new();
    for piece in corpus::prompt(1 << 20).chunks(1 << 10) {
        dense.extend_from_slice(piece);
        dense.extend_from_slice(b"\ntoken: ");
        dense.extend_from_slice(&token);
    }
    let Ok(safe) = sanitizer.sanitize(&mut cache, &Input::new(&dense), label);
    assert_eq!(safe.counts.total(), 1 << 10);
    group.throughput(Throughput::Bytes(dense.len() as u64));
    group.bench_function("secret-each-kilobyte", |bencher| {
        bencher.iter(|| {
            let Ok(safe) = sanitizer.sanitize(&mut cache, &Input::new(black_box(&dense)), label);
            safe.text.len()
        });
    });

    let expected = safe.text.into_owned();
    let mut out = Vec::new();
    let mut streamed = |text: &[u8]| {
        let mut stream = Stream::new(&sanitizer);
        out.clear();
        for piece in text.chunks(64 << 10) {
            let Ok(()) = stream.push(piece, &mut out, label);
        }
        let Ok(()) = stream.finish(&mut out, label);
        out == expected
    };
    assert!(streamed(&dense));
    group.bench_function("in-pieces", |bencher| bencher.iter(|| streamed(black_box(&dense))));
    group.finish();
}
