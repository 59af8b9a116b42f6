//! What a batch of 50 calls of Segment's SDKs costs: `cargo bench -p keepwell-benches --bench ingest`.

use std::hint::black_box;

use divan::Bencher;

#[path = "peers/batch.rs"]
mod batch;

fn main() {
    divan::main();
}

#[divan::bench]
fn parse_check_and_fold_50_calls(bencher: Bencher<'_, '_>) {
    let (body, received_at) = (batch::body(50), batch::received_at());
    bencher.bench(|| batch::fold(black_box(&body), received_at));
}
