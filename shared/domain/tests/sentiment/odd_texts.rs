//! Texts that nobody writes, as long as a text may be. What they take is measured in `tests/benches`.

use keepwell_domain::sentiment::sentiment;

#[test]
fn an_odd_text_is_rated_from_minus_1_to_1_or_is_unknown() {
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
        let found = sentiment(&text);
        assert!(found.compound.is_none_or(|compound| compound.abs() <= 1.0), "{unit:?}: {found:?}");
        assert_eq!(found.compound, sentiment(&text).compound, "{unit:?}");
    }
}
