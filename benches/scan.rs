//! What a search costs. Every bench asserts its answer before it is timed; start-up stands apart from
//! search, and the common case (nothing to find) comes first. `benches/README.md` says why each group is
//! here.
#![allow(missing_docs, clippy::disallowed_methods, clippy::print_stdout)]

mod corpus;
mod floors;
mod sanitize;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use secscan_core::{Cache, RuleSet, Scanner, stream};

use corpus::Corpus;
use floors::Floors;

/// How much of the local registry is searched.
const REGISTRY: u64 = 64 << 20;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let scanner = Scanner::builtin();
    let corpora: Vec<Corpus> = [Some(Corpus::generated(8 << 20)), Corpus::registry(REGISTRY)]
        .into_iter()
        .flatten()
        .collect();
    start(&mut criterion);
    clean(&mut criterion, &scanner, &corpora);
    dense(&mut criterion, &scanner);
    small(&mut criterion, &scanner);
    sanitize::bench(&mut criterion, &scanner);
    streams(&mut criterion, &scanner);
    criterion.final_summary();
    // `cargo bench` passes this; a test run or a list of the benches does not want the table.
    if std::env::args().any(|argument| argument == "--bench") {
        summary(&scanner, &corpora);
        summary_of_dense(&scanner);
    }
}

/// Findings in a text that is at hand.
fn count(scanner: &Scanner, cache: &mut Cache, path: &[u8], text: &[u8]) -> usize {
    let mut count = 0;
    stream::scan_bytes(scanner, cache, Some(path), text, &mut |_, _, _| count += 1);
    count
}

/// Findings in all files of a corpus.
fn count_all(scanner: &Scanner, cache: &mut Cache, corpus: &Corpus) -> usize {
    corpus.files.iter().map(|(path, text)| count(scanner, cache, path, text)).sum()
}

/// The same by the other way to search.
fn count_streamed(scanner: &Scanner, cache: &mut Cache, path: &[u8], mut text: &[u8]) -> usize {
    let mut count = 0;
    stream::scan_reader(scanner, cache, Some(path), &mut text, &mut |_, _, _| count += 1)
        .expect("a slice can be read");
    count
}

/// The answer that benches of a corpus must give: nothing for what we made, and for what we did not make
/// what another way to search says.
fn expected(scanner: &Scanner, corpus: &Corpus) -> usize {
    let mut cache = scanner.create_cache();
    let streamed = corpus
        .files
        .iter()
        .map(|(path, text)| count_streamed(scanner, &mut cache, path, text))
        .sum();
    if corpus.name == "generated" {
        assert_eq!(streamed, 0, "generated text is clean");
    }
    streamed
}

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    group.bench_function("builtin", |bencher| bencher.iter(Scanner::builtin));
    let file = corpus::rule_file(50);
    let with_rules = || {
        let mut rules = RuleSet::builtin();
        rules.add("bench.toml", &file).expect("the rules are well-formed");
        Scanner::new(rules).expect("fifty heads fit in a table")
    };
    assert_eq!(with_rules().rules().len(), RuleSet::builtin().len() + 50);
    group.bench_function("50-user-rules", |bencher| bencher.iter(with_rules));
    // What a hook pays: load, search a small file, and compile what that file has need of.
    let text = corpus::secrets(&Scanner::builtin(), "github-pat-classic", 1);
    let first = || {
        let scanner = Scanner::builtin();
        count(&scanner, &mut scanner.create_cache(), b"a.env", &text)
    };
    assert_eq!(first(), 1);
    group.bench_function("first-finding", |bencher| bencher.iter(first));
    group.finish();
}

fn clean(criterion: &mut Criterion, scanner: &Scanner, corpora: &[Corpus]) {
    let floors = Floors::new(scanner);
    let mut group = criterion.benchmark_group("clean");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for corpus in corpora {
        group.throughput(Throughput::Bytes(corpus.bytes()));
        let mut cache = scanner.create_cache();
        let answer = expected(scanner, corpus);
        assert_eq!(count_all(scanner, &mut cache, corpus), answer);
        group.bench_function(BenchmarkId::new("secscan", corpus.name), |bencher| {
            bencher.iter(|| count_all(scanner, &mut cache, corpus));
        });
        floors.check(corpus);
        group.bench_function(BenchmarkId::new("aho-corasick", corpus.name), |bencher| {
            bencher.iter(|| floors.aho_corasick(corpus));
        });
        group.bench_function(BenchmarkId::new("memchr", corpus.name), |bencher| {
            bencher.iter(|| floors.memchr(corpus));
        });
    }
    group.finish();
}

/// What costs most, and how many secrets it holds.
fn dense_texts(scanner: &Scanner) -> Vec<(&'static str, Vec<u8>, usize)> {
    let many = |rule| corpus::secrets(scanner, rule, 5_000);
    vec![
        ("jwt-heads", corpus::repeated(b"eyJ"), 0),
        ("aws-heads", corpus::repeated(b"AKIA"), 0),
        ("aws-heads-apart", corpus::repeated(b"AKIA "), 0),
        ("keywords", corpus::repeated(b"password"), 0),
        ("assignments", corpus::repeated(b"password="), 0),
        ("armour", corpus::repeated(b"-----BEGIN PRIVATE KEY-----\n"), 0),
        ("urls", corpus::repeated(b"://"), 0),
        ("colons", corpus::repeated(b":"), 0),
        ("parentheses", corpus::repeated(b"("), 0),
        ("tokens-with-checksum", many("github-pat-classic"), 5_000),
        ("passwords", many("generic-password"), 0),
    ]
}

fn dense(criterion: &mut Criterion, scanner: &Scanner) {
    let mut group = criterion.benchmark_group("dense");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for (name, text, answer) in dense_texts(scanner) {
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut cache = scanner.create_cache();
        assert_eq!(count(scanner, &mut cache, b"dense.env", &text), answer, "{name}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| count(scanner, &mut cache, b"dense.env", black_box(&text)));
        });
    }
    group.finish();
}

fn small(criterion: &mut Criterion, scanner: &Scanner) {
    let mut group = criterion.benchmark_group("small");
    for (name, len) in [("prompt-1k", 1 << 10), ("prompt-10k", 10 << 10)] {
        let text = corpus::prompt(len);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut cache = scanner.create_cache();
        assert_eq!(count(scanner, &mut cache, b"prompt.txt", &text), 0);
        group.bench_function(name, |bencher| {
            bencher.iter(|| count(scanner, &mut cache, b"prompt.txt", black_box(&text)));
        });
    }
    group.finish();
}

fn streams(criterion: &mut Criterion, scanner: &Scanner) {
    let mut group = criterion.benchmark_group("stream");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    // Clean text with a token every quarter of a megabyte, so that windows have something to lose.
    let token = corpus::secrets(scanner, "github-pat-classic", 1);
    let clean = Corpus::generated(16 << 20);
    let mut text = Vec::new();
    for piece in clean.files[0].1.chunks(256 << 10) {
        text.extend_from_slice(piece);
        text.push(b'\n');
        text.extend_from_slice(&token);
    }
    group.throughput(Throughput::Bytes(text.len() as u64));
    let mut cache = scanner.create_cache();
    assert_eq!(count(scanner, &mut cache, b"big.log", &text), 64);
    assert_eq!(count_streamed(scanner, &mut cache, b"big.log", &text), 64);
    group.bench_function("whole", |bencher| {
        bencher.iter(|| count(scanner, &mut cache, b"big.log", &text));
    });
    group.bench_function("windows", |bencher| {
        bencher.iter(|| count_streamed(scanner, &mut cache, b"big.log", &text));
    });
    group.finish();
}

/// Times the search and its floors by turns, and prints what the run is about: their ratio.
fn summary(scanner: &Scanner, corpora: &[Corpus]) {
    const TURNS: usize = 9;
    let floors = Floors::new(scanner);
    let (filter, tables) = scanner.describe();
    println!(
        "\nOne core, best of {TURNS}. Filter: {filter}. Tables: {tables} bytes for {} heads.",
        floors.heads
    );
    for corpus in corpora {
        let answer = expected(scanner, corpus);
        let mut best = [Duration::MAX; 3];
        for _ in 0..TURNS {
            let mut cache = scanner.create_cache();
            let [ours, aho, byte] = &mut best;
            assert_eq!(timed(ours, || count_all(scanner, &mut cache, corpus)), answer);
            timed(aho, || floors.aho_corasick(corpus));
            timed(byte, || floors.memchr(corpus));
        }
        let mut cache = scanner.create_cache();
        count_all(scanner, &mut cache, corpus);
        let work = cache.work();
        let megabytes = corpus.bytes() as f64 / 1e6;
        println!(
            "\n{}: {} files, {megabytes:.1} MB, {answer} findings",
            corpus.name,
            corpus.files.len()
        );
        for (name, time) in ["secscan", "aho-corasick", "memchr"].into_iter().zip(best) {
            let rate = corpus.bytes() as f64 / 1e9 / time.as_secs_f64();
            let ratio = best[1].as_secs_f64() / time.as_secs_f64();
            println!("  {name:14} {rate:6.2} GB/s  {ratio:6.2} x aho-corasick");
        }
        for filter in Scanner::filters() {
            let scanner =
                Scanner::with_filter(RuleSet::builtin(), filter).expect("this machine has it");
            let mut cache = scanner.create_cache();
            let mut best = Duration::MAX;
            for _ in 0..3 {
                assert_eq!(timed(&mut best, || count_all(&scanner, &mut cache, corpus)), answer);
            }
            let rate = corpus.bytes() as f64 / 1e9 / best.as_secs_f64();
            let mut heads = Duration::MAX;
            for _ in 0..3 {
                let all = || corpus.files.iter().map(|(_, text)| scanner.count_heads(text)).sum();
                let _: usize = timed(&mut heads, all);
            }
            let alone = corpus.bytes() as f64 / 1e9 / heads.as_secs_f64();
            println!("  {filter:14} {rate:6.2} GB/s, heads alone {alone:6.2} GB/s");
        }
        println!(
            "  per MB: {:.1} candidates, {:.1} patterns tried, {:.0} bytes looked at for them",
            work.candidates as f64 / megabytes,
            work.confirmations as f64 / megabytes,
            work.confirmed_bytes as f64 / megabytes,
        );
    }
}

/// The same for what costs most: whether the filter pays there, too. Both automata find heads and do nothing with them;
/// the first leaves out those that overlap.
fn summary_of_dense(scanner: &Scanner) {
    let floors = Floors::new(scanner);
    println!(
        "\ndense, in GB/s: secscan; its heads alone, by each filter; aho-corasick; the same overlapping"
    );
    let filters: Vec<Scanner> = Scanner::filters()
        .into_iter()
        .map(|name| Scanner::with_filter(RuleSet::builtin(), name).expect("this machine has it"))
        .collect();
    print!("  {:21} {:>7}", "", "secscan");
    Scanner::filters().iter().for_each(|name| print!(" {name:>11}"));
    println!(" {:>7} {:>7}", "aho", "all");
    for (name, text, answer) in dense_texts(scanner) {
        let corpus = Corpus { name, files: vec![(b"dense.env".to_vec(), text)] };
        let text = &corpus.files[0].1;
        let mut cache = scanner.create_cache();
        let heads = scanner.count_heads(text);
        let mut best = vec![Duration::MAX; 3 + filters.len()];
        for _ in 0..5 {
            let (ours, rest) = best.split_first_mut().expect("three and more");
            let (of_filters, aho) = rest.split_at_mut(filters.len());
            assert_eq!(timed(ours, || count_all(scanner, &mut cache, &corpus)), answer);
            for (best, filter) in of_filters.iter_mut().zip(&filters) {
                assert_eq!(timed(best, || filter.count_heads(text)), heads, "{name}");
            }
            timed(&mut aho[0], || floors.aho_corasick(&corpus));
            timed(&mut aho[1], || floors.aho_corasick_overlapping(&corpus));
        }
        print!("  {name:21}");
        for (index, time) in best.into_iter().enumerate() {
            let wide = if (1..=filters.len()).contains(&index) { 11 } else { 7 };
            print!(" {:wide$.3}", corpus.bytes() as f64 / 1e9 / time.as_secs_f64());
        }
        println!();
    }
}

/// Runs `work`, and keeps its time if it is the best so far.
fn timed<T>(best: &mut Duration, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let answer = black_box(work());
    *best = began.elapsed().min(*best);
    answer
}
