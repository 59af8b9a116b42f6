//! What the sentiment of a text costs: `cargo bench -p keepwell-benches --bench sentiment`.

use std::hint::black_box;

use divan::Bencher;
use keepwell_domain::sentiment::sentiment;

fn main() {
    // The lexicon is read once in a process.
    let _ = sentiment("good");
    divan::main();
}

#[divan::bench]
fn a_sentence(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        sentiment(black_box("The export was slow and support did not help us, but the new dashboard is great!"))
    });
}

/// Prose, and texts that make the most work of their length.
#[divan::bench(args = ["The export was slow, but the new dashboard is great! ", "very ", "!", "a", "\u{1F600}", "&amp;"])]
fn ten_thousand_characters_of(bencher: Bencher<'_, '_>, unit: &str) {
    let text: String = unit.chars().cycle().take(10_000).collect();
    bencher.bench(|| sentiment(black_box(&text)));
}
