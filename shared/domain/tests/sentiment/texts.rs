//! What is read of a text, and what comes out.

use keepwell_domain::fields::Fields;
use keepwell_domain::sentiment::{Label, compound, sentiment};
use keepwell_domain::signal::{Interaction, Message, Survey, Ticket};
use proptest::prelude::*;
use serde_json::json;
use vader_parity::SentimentIntensityAnalyzer;

/// What VADER alone says.
fn vader(text: &str) -> f64 {
    SentimentIntensityAnalyzer::new().polarity_scores(text).compound
}

#[test]
fn english_is_rated_as_vader_does() {
    for text in [
        "VADER is smart, handsome, and funny!",
        "The book was only kind of good.",
        "Today SUX! But I'll get by, lol :)",
        "The plot was good, but the characters are uncompelling and the dialog is not great.",
        "Make sure you :) or :D today!",
        "We have a meeting on Tuesday about the contract.",
    ] {
        assert_eq!(compound(text), Some(vader(text)), "{text}");
    }
}

#[test]
fn the_label_follows_the_published_cut_points() {
    let labels = [(0.05, Label::Positive), (0.0499, Label::Neutral), (0.0, Label::Neutral), (-0.0499, Label::Neutral)];
    for (compound, label) in labels {
        assert_eq!(Label::of(Some(compound)), label, "{compound}");
    }
    assert_eq!((Label::of(Some(-0.05)), Label::of(None)), (Label::Negative, Label::Unknown));
}

#[test]
fn plain_sentences_have_the_label_that_anybody_would_give() {
    let said = [
        (Label::Positive, ["I love the new dashboard.", "Great support, thank you!", "Works perfectly.", "👍"]),
        (Label::Negative, ["The export is broken again.", "Terrible support.", "So slow it is unusable!", "👎"]),
        (
            Label::Neutral,
            ["The call is on Monday.", "We use the API and the CSV import.", "ask for the invoice", "it is a note"],
        ),
    ];
    for (label, texts) in said {
        for text in texts {
            assert_eq!(sentiment(text).label, label, "{text}");
        }
    }
}

#[test]
fn a_word_of_product_talk_counts_as_the_one_that_stands_in_for_it() {
    for (said, read) in [
        ("The app is slow.", "The app is difficult."),
        ("The app is not slow.", "The app is not difficult."),
        ("The app is SLOW!", "The app is DIFFICULT!"),
        ("\"Buggy\", they say", "\"failure\", they say"),
        ("user-friendly, and it works", "delighted, and it advantageous"),
    ] {
        assert_eq!(compound(said), Some(vader(read)), "{said}");
    }
}

#[test]
fn signs_alone_count_when_the_lexicon_rates_them() {
    for text in [":)", ":D", "😀", "💖💖", "❤️", "<3", "👍🏽", "🎉 :-)"] {
        assert_eq!(sentiment(text).label, Label::Positive, "{text}");
    }
    for text in [":(", ">:(", "😢", "👎"] {
        assert_eq!(sentiment(text).label, Label::Negative, "{text}");
    }
}

#[test]
fn what_says_nothing_is_unknown_and_not_neutral() {
    let nothing = [
        "",
        " ",
        "\n\t\n",
        "!!!",
        "...?!",
        "12345",
        "10/10",
        "📎",
        "https://example.com/good",
        "ann@good.example",
        "@ann #dashboard",
    ];
    for text in nothing {
        let found = sentiment(text);
        assert_eq!((found.compound, found.label, found.language), (None, Label::Unknown, None), "{text:?}");
    }
}

/// Every one of these says what the plain text says.
#[test]
fn only_the_writers_own_words_count() {
    let plain = compound("The new search is great. Thank you!");
    assert!(plain.is_some_and(|value| value > 0.5));
    for text in [
        "<p>The new search is <b>gr</b>eat.<br>Thank you!</p>",
        "<style>p { color: sad; }</style><p class=\"bad awful\">The new search is great.</p><p>Thank you!",
        "<div>The new search is great.&nbsp;Thank you!</div><blockquote>I hate it. <blockquote>Awful</blockquote> bad</blockquote>",
        "The new search is great. Thank you!\n\nOn Monday Ann wrote:\n> The search is awful\n>> I hate it\n",
        "> The search is awful\nThe new search is great. Thank you!",
        "The new search is great. Thank you!\n-----Original Message-----\nThis is terrible",
        "The new search is great. Thank you!\r\n\r\nFrom: Ann\r\nSent: Monday\r\nThis is terrible",
        "The new search is great. Thank you!\n-- \nAnn Grim, Terror Ltd",
        "```\nfatal error: kill -9\n```\nThe new search is great. Thank you!",
        "The new search is great.\n```panic!(\"awful\")```\nThank you!",
        "The new search is great. Thank you! https://example.com/a-bad-terrible-page",
    ] {
        assert_eq!(compound(text), plain, "{text}");
    }
}

#[test]
fn what_looks_like_markup_but_is_none_stays() {
    assert_eq!(compound("I <3 the new search"), Some(vader("I <3 the new search")));
    assert_eq!(compound("I &lt;3 the new search &amp; &#x1F496;"), Some(vader("I <3 the new search & 💖")));
    let sum = "It took 3 < 5 minutes & it was great > before";
    assert_eq!(compound(sum), Some(vader(sum)));
    assert_eq!(compound("so sad\n>:("), Some(vader("so sad\n>:(")));
    assert_eq!(sentiment("When I enter <code> and <name> it is terrible").label, Label::Negative);
}

#[test]
fn a_mail_that_only_quotes_says_nothing() {
    assert_eq!(compound("> I hate it\n> so bad"), None);
    assert_eq!(compound("```\nerror: failed\n```"), None);
}

#[test]
fn a_mail_that_was_pasted_with_its_head_is_read() {
    assert_eq!(sentiment("From: Ann\nSent: Monday\n\nThis is terrible").label, Label::Negative);
}

#[test]
fn every_signal_with_text_keeps_its_sentiment() {
    let english = "The export is broken again, and it is so slow.";
    for text in [english, "Der Export ist schon wieder kaputt."] {
        let at = "2026-03-02T08:00:00Z";
        let signal =
            json!({ "id": "s", "kind": "nps", "value": 3, "at": at, "opened_at": at, "text": text, "comment": text });
        let note = json!({ "id": "s", "kind": "note", "at": at, "notes": text });
        let found = [
            Interaction::read(&mut Fields::new(&note, "").unwrap()).unwrap().sentiment,
            Message::read(&mut Fields::new(&signal, "").unwrap()).unwrap().sentiment,
            Survey::read(&mut Fields::new(&signal, "").unwrap()).unwrap().sentiment,
            Ticket::read(&mut Fields::new(&signal, "").unwrap()).unwrap().sentiment,
        ];
        assert_eq!(found, [compound(text); 4], "{text}");
        assert_eq!(found[0].is_some(), text == english, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_has_a_sentiment_within_the_scale(text in any::<String>(), english in "[a-z<>&;#`!:() \n]{0,200}") {
        for text in [text, english] {
            let found = sentiment(&text);
            prop_assert!(found.compound.is_none_or(|value| (-1.0..=1.0).contains(&value)));
            prop_assert_eq!(found.label, Label::of(found.compound));
        }
    }
}
