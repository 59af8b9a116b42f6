//! What a batch of 50 usage events costs: `cargo bench -p keepwell-benches --bench ingest`.

use std::hint::black_box;

use divan::Bencher;

#[path = "peers/batch.rs"]
mod batch;

fn main() {
    divan::main();
}

#[divan::bench]
fn parse_validate_and_fold_50_events(bencher: Bencher<'_, '_>) {
    let body = batch::body(50);
    bencher.bench(|| batch::fold(black_box(&body)));
}
