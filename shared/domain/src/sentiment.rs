//! Sentiment of what people write, computed in process: nothing is sent anywhere.
//!
//! The method is VADER's (Hutto and Gilbert, ICWSM 2014), a lexicon of English with rules for negation, emphasis and contrast.
//! Before it: what is not the writer's own words goes (`writing`), a text in a language without a lexicon is unknown
//! (`language`), and words of product talk that the lexicon lacks are read as words that it has (`product`).
//! `docs/sentiment.md` has the figures.

mod language;
mod product;
mod writing;

use std::sync::LazyLock;

use serde::Serialize;
use vader_parity::SentimentIntensityAnalyzer;

use self::language::Found;

static ANALYZER: LazyLock<SentimentIntensityAnalyzer> = LazyLock::new(SentimentIntensityAnalyzer::new);

/// What is read of a text. Longer than any text that the API takes, but for one in a script of several bytes a letter;
/// emoji, of four bytes each, become descriptions of up to 50, and this bounds the time that they take.
const MAX_BYTES: usize = 20_000;

/// VADER's published cut point between neutral and positive; the one to negative mirrors it.
const CUT_POINT: f64 = 0.05;

crate::words! {
    /// The word for a sentiment.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "SentimentLabel")]
    pub enum Label {
        /// 0.05 and above.
        Positive = "positive",
        /// In between.
        Neutral = "neutral",
        /// -0.05 and below.
        Negative = "negative",
        /// Nothing that could be rated.
        Unknown = "unknown",
    }
}

impl Label {
    /// The word for a [`Sentiment::compound`].
    pub fn of(compound: Option<f64>) -> Self {
        match compound {
            None => Self::Unknown,
            Some(value) if value >= CUT_POINT => Self::Positive,
            Some(value) if value <= -CUT_POINT => Self::Negative,
            Some(_) => Self::Neutral,
        }
    }
}

/// How positive a text is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Sentiment {
    /// -1 (most negative) to 1 (most positive); `None` = unknown, which is not 0.
    pub compound: Option<f64>,
    /// The word for it.
    pub label: Label,
    /// The language found, as its ISO 639-1 code; `None` when there are no words, or none that tell.
    pub language: Option<&'static str>,
}

/// The sentiment of a text: unknown when it is in another language than English, or when it has neither words nor an emoji or
/// emoticon that the lexicon rates.
pub fn sentiment(text: &str) -> Sentiment {
    let written = writing::own_words(beginning(text));
    let found = language::of(&written);
    let compound = match found {
        Found::English => Some(rating(&written).compound),
        Found::NoWords => Some(rating(&written)).filter(|rating| rating.rates).map(|rating| rating.compound),
        Found::Other(_) => None,
    };
    Sentiment { compound, label: Label::of(compound), language: found.code() }
}

/// [`Sentiment::compound`] alone.
pub fn compound(text: &str) -> Option<f64> {
    sentiment(text).compound
}

/// What VADER says of a text.
struct Rating {
    compound: f64,
    /// Whether any of its words has a value.
    rates: bool,
}

fn rating(text: &str) -> Rating {
    let scores = ANALYZER.polarity_scores(&product::in_words_of_the_lexicon(text));
    Rating { compound: scores.compound, rates: scores.pos > 0.0 || scores.neg > 0.0 }
}

/// As much of the text as is read.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or(text)
}
