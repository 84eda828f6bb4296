//! Each stage alone and the whole, on the samples: a notice of 17 pages from two producers, and as text.
//!
//! `cargo bench --bench stages` measures all; `cargo bench --bench stages -- segment` one stage. What
//! other tools take for the same is measured by `benches/compare.py`.

use divan::{Bencher, black_box};
use fubiao::diag::Sink;
use fubiao::emit::record::NoticeRecord;
use fubiao::emit::{facts, json, parquet, xlsx};
use fubiao::options::Options;
use fubiao::source::Source;
use fubiao::{carrier, check, normalize, pipeline, repair, segment, typing};
use std::fs;
use std::io;

/// The inputs, by what made them.
const SAMPLES: [&str; 3] = ["notice.pdf", "notice-reportlab.pdf", "notice.txt"];

fn main() {
    divan::main();
}

fn source(name: &str) -> Source {
    let path = format!("{}/samples/housing-2023/{name}", env!("CARGO_MANIFEST_DIR"));
    Source::new(name, fs::read(path).expect("the sample is there")).expect("it is a notice")
}

fn record(name: &str) -> NoticeRecord {
    let source = source(name);
    let reading = pipeline::read(&source, &Options::default()).expect("it is read");
    NoticeRecord::new(&source, &reading)
}

/// Benches a stage: `before` makes its input, outside the time measured.
fn stage<T, R>(
    bencher: Bencher,
    name: &str,
    before: fn(&Source) -> T,
    stage: fn(&mut Sink, T) -> R,
) {
    let source = source(name);
    bencher
        .with_inputs(|| before(&source))
        .bench_local_values(|input| stage(&mut Sink::new(), black_box(input)));
}

/// What can't be spared: the file opened, the contents of its pages unpacked.
#[divan::bench(args = ["notice.pdf", "notice-reportlab.pdf"])]
fn a_floor(bencher: Bencher, name: &str) {
    let bytes = source(name).bytes;
    bencher.with_inputs(|| bytes.clone()).bench_local_values(|bytes| {
        let pdf = hayro_syntax::Pdf::new(bytes).expect("it is a PDF");
        pdf.pages().iter().filter_map(|page| Some(page.page_stream()?.len())).sum::<usize>()
    });
}

#[divan::bench(args = SAMPLES)]
fn a_extract(bencher: Bencher, name: &str) {
    let source = source(name);
    let options = Options::default();
    bencher.bench_local(|| carrier::extract(&mut Sink::new(), &options, black_box(&source)));
}

#[divan::bench(args = SAMPLES)]
fn b_normalize(bencher: Bencher, name: &str) {
    let before = |source: &Source| {
        let read = pipeline::until_pages(&mut Sink::new(), &Options::default(), source);
        read.expect("it is read")
    };
    stage(bencher, name, before, |sink, pages| {
        normalize::normalize(sink, &Options::default(), pages)
    });
}

#[divan::bench(args = SAMPLES)]
fn c_segment(bencher: Bencher, name: &str) {
    let before = |source: &Source| {
        let read = pipeline::until_lines(&mut Sink::new(), &Options::default(), source);
        read.expect("it is read")
    };
    stage(bencher, name, before, |sink, lines| segment::segment(sink, &Options::default(), lines));
}

#[divan::bench(args = SAMPLES)]
fn d_repair(bencher: Bencher, name: &str) {
    let before = |source: &Source| {
        let read = pipeline::until_outline(&mut Sink::new(), &Options::default(), source);
        read.expect("it is read")
    };
    stage(bencher, name, before, repair::repair);
}

#[divan::bench(args = SAMPLES)]
fn e_typing(bencher: Bencher, name: &str) {
    let before = |source: &Source| {
        let read = pipeline::until_document(&mut Sink::new(), &Options::default(), source);
        read.expect("it is read")
    };
    stage(bencher, name, before, |sink, document| {
        typing::typing(sink, &Options::default(), document)
    });
}

#[divan::bench(args = SAMPLES)]
fn f_check(bencher: Bencher, name: &str) {
    let read = pipeline::read(&source(name), &Options::default()).expect("it is read");
    bencher.bench_local(|| check::check(black_box(&read.notice)));
}

#[divan::bench(args = SAMPLES)]
fn g_json(bencher: Bencher, name: &str) {
    let record = record(name);
    bencher.bench_local(|| json::write(&mut io::sink(), black_box(&record)));
}

#[divan::bench(args = SAMPLES)]
fn g_facts(bencher: Bencher, name: &str) {
    let record = record(name);
    bencher.bench_local(|| facts::write(&mut io::sink(), black_box(&record)));
}

#[divan::bench(args = SAMPLES)]
fn g_parquet(bencher: Bencher, name: &str) {
    let record = record(name);
    bencher.bench_local(|| parquet::write(io::sink(), [black_box(&record)]));
}

#[divan::bench(args = SAMPLES)]
fn g_xlsx(bencher: Bencher, name: &str) {
    let record = record(name);
    bencher.bench_local(|| xlsx::write(&mut io::sink(), black_box(&record)));
}

#[divan::bench(args = SAMPLES)]
fn whole(bencher: Bencher, name: &str) {
    let source = source(name);
    let options = Options::default();
    bencher.bench_local(|| {
        let reading = pipeline::read(black_box(&source), &options).expect("it is read");
        json::write(&mut io::sink(), &NoticeRecord::new(&source, &reading))
    });
}
