//! The time that a text takes grows with its length, whatever it consists of.
#![expect(clippy::disallowed_methods, reason = "the time that the rules take is what is tested")]

use std::time::{Duration, Instant};

use keepwell_domain::sentiment::sentiment;

/// What 10,000 characters take is under 5 ms; a machine that is busy with other things takes longer, and a blow-up
/// takes seconds.
const FAR_TOO_LONG: Duration = Duration::from_millis(250);

#[test]
fn no_text_takes_long() {
    let _ = sentiment("the lexicon is read once");
    let prose = "The export was slow and support did not help us, but the new dashboard is great! ";
    for unit in [
        prose,
        "very ",
        "!",
        "a",
        "😀",
        "👉🏼",
        "👍",
        "<",
        "<a",
        "&",
        "&amp;",
        "> ",
        "```\n",
        "<blockquote>",
        "but good bad ",
        "n't ",
        "ä",
        "Σ",
        "Σ\u{301}",
        "ok ",
        "slow ",
        "From:\n",
        "'",
        "danke ",
        "\n",
        "谢",
    ] {
        let text: String = unit.chars().cycle().take(20_000).collect();
        let started = Instant::now();
        let found = sentiment(&text);
        let took = started.elapsed();
        println!("{unit:?} of 20,000 characters: {took:?}, {found:?}");
        assert!(took < FAR_TOO_LONG, "{unit:?}: {took:?}");
    }
}
