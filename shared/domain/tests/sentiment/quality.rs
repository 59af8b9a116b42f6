//! How well it agrees with people.

use std::path::Path;

use keepwell_domain::sentiment::compound;
use vader_parity::SentimentIntensityAnalyzer;

const SAMPLE: &str = include_str!("samples/rated.tsv");

/// A text with the mean of what people gave it, -4 to 4.
struct Rated<'a> {
    mean: f64,
    text: &'a str,
}

/// Agreement of a rating of texts with what people gave them.
struct Agreement {
    /// Pearson's correlation.
    r: f64,
    /// The share of the texts that people rated 1 and more, either way, whose sign is right.
    sign: f64,
}

/// Rows whose columns end in mean rating and text.
fn rated<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<Rated<'a>> {
    let rows = lines.map(|line| {
        let (head, text) = line.rsplit_once('\t').unwrap();
        let mean = head.rsplit_once('\t').unwrap().1.parse().unwrap();
        Rated { mean, text }
    });
    rows.collect()
}

/// What is unknown counts as 0.
fn agreement(texts: &[Rated<'_>], rate: impl Fn(&str) -> f64) -> Agreement {
    let pairs: Vec<(f64, f64)> = texts.iter().map(|rated| (rate(rated.text), rated.mean)).collect();
    let count = pairs.len() as f64;
    let (x, y) = pairs.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0 / count, y + pair.1 / count));
    let (xx, xy, yy) = pairs.iter().fold((0.0, 0.0, 0.0), |(xx, xy, yy), pair| {
        let (dx, dy) = (pair.0 - x, pair.1 - y);
        (xx + dx * dx, xy + dx * dy, yy + dy * dy)
    });
    let clear: Vec<_> = pairs.iter().filter(|(_, mean)| mean.abs() >= 1.0).collect();
    let right = clear.iter().filter(|(rating, mean)| rating * mean > 0.0).count();
    Agreement { r: xy / (xx * yy).sqrt(), sign: right as f64 / clear.len() as f64 }
}

/// Prints what is reached, and checks it against floors for r, sign accuracy and the share of unknown texts.
fn check(name: &str, texts: &[Rated<'_>], floor: (f64, f64), most_unknown: f64) {
    let analyzer = SentimentIntensityAnalyzer::new();
    let vader = agreement(texts, |text| analyzer.polarity_scores(text).compound);
    let ours = agreement(texts, |text| compound(text).unwrap_or_default());
    let unknown = texts.iter().filter(|rated| compound(rated.text).is_none()).count() as f64 / texts.len() as f64;
    println!(
        "{name}, {} texts: r {:.4} (VADER alone {:.4}), sign {:.4} (VADER alone {:.4}), unknown {:.2} %",
        texts.len(),
        ours.r,
        vader.r,
        ours.sign,
        vader.sign,
        unknown * 100.0
    );
    assert!(ours.r >= floor.0 && ours.sign >= floor.1, "{name}: r {}, sign {}", ours.r, ours.sign);
    assert!(unknown <= most_unknown, "{name}: {unknown} unknown");
}

#[test]
fn it_agrees_with_people_on_a_sample() {
    let (tweets, reviews): (Vec<&str>, Vec<&str>) = SAMPLE.lines().skip(1).partition(|line| line.starts_with("tweets"));
    check("sample of tweets", &rated(tweets.into_iter()), (0.82, 0.95), 0.03);
    check("sample of reviews", &rated(reviews.into_iter()), (0.51, 0.64), 0.03);
}

#[test]
fn it_agrees_with_people_on_the_whole_files() {
    // Beside the repository or beside its worktrees.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["../shared/data/sentiment", "../../shared/data/sentiment"].map(|folder| root.join(folder));
    let Some(folder) = folders.iter().find(|folder| folder.is_dir()) else {
        println!("skipped: no ../shared/data/sentiment beside the repository; the sample is tested all the same");
        return;
    };
    for (name, floor, most_unknown) in [("tweets", (0.87, 0.97), 0.015), ("amazon", (0.595, 0.70), 0.01)] {
        let file = std::fs::read_to_string(folder.join(format!("{name}.tsv"))).unwrap();
        check(name, &rated(file.lines().skip(1)), floor, most_unknown);
    }
}
