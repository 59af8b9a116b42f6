//! A language without a lexicon is unknown, never 0; English is hardly ever unknown.

use keepwell_domain::sentiment::{Label, compound, sentiment};

const ENGLISH: &str = include_str!("samples/english.txt");
const FOREIGN: &str = include_str!("samples/foreign.tsv");
const UNSEEN: &str = include_str!("samples/unseen.tsv");

/// Language and text of each line.
fn pairs(samples: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    samples.lines().map(|line| line.split_once('\t').unwrap())
}

#[test]
fn what_customers_write_in_other_languages_is_unknown() {
    let rated: Vec<_> = pairs(FOREIGN).filter(|(_, text)| compound(text).is_some()).collect();
    assert!(rated.is_empty(), "{rated:#?}");
}

#[test]
fn a_short_english_text_is_known_to_be_english() {
    let unknown: Vec<_> = ENGLISH.lines().filter(|text| sentiment(text).language != Some("en")).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Of texts that the rule was not made for, those that get a number have no word of which one could tell: "Super service".
#[test]
fn of_unseen_foreign_texts_only_the_shortest_are_taken_for_english() {
    let rated: Vec<_> = pairs(UNSEEN).filter(|(_, text)| compound(text).is_some()).collect();
    println!("taken for English: {} of {}: {rated:?}", rated.len(), UNSEEN.lines().count());
    assert!(rated.len() <= 4 && rated.iter().all(|(_, text)| text.split_whitespace().count() <= 3), "{rated:#?}");
}

#[test]
fn the_language_is_named_when_it_is_one_of_sixteen() {
    let known = ["ar", "de", "es", "fr", "hi", "it", "ja", "ko", "nl", "pt", "ru", "sv", "tr", "vi", "zh"];
    let of_known: Vec<_> = pairs(FOREIGN).filter(|(language, _)| known.contains(language)).collect();
    let right = of_known.iter().filter(|(language, text)| sentiment(text).language == Some(language)).count();
    println!("language named: {right} of {}", of_known.len());
    assert!(right * 100 >= of_known.len() * 85, "{right} of {}", of_known.len());
}

#[test]
fn a_script_that_nobody_knows_has_no_language() {
    for text in ["Ευχαριστώ πολύ", "תודה רבה", "ขอบคุณมาก", "অনেক ধন্যবাদ"]
    {
        let found = sentiment(text);
        assert_eq!((found.compound, found.label, found.language), (None, Label::Unknown, None), "{text}");
    }
}

#[test]
fn of_a_mixed_text_the_greater_part_decides() {
    let english = "The export is broken again and nobody answers. We are very disappointed. Viele Grüße, Jürgen Müller";
    assert_eq!(sentiment(english).label, Label::Negative);
    let german =
        "Der Export ist schon wieder kaputt und niemand antwortet: \"export failed\". Wir sind sehr enttäuscht.";
    assert_eq!((compound(german), sentiment(german).language), (None, Some("de")));
    assert_eq!(sentiment("Great call with Søren and 李雷 about the rollout").label, Label::Positive);
    assert_eq!(compound("登录失败 error 500, 请尽快处理, 谢谢"), None);
}
