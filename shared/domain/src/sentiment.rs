//! Sentiment of what people write, computed in process: nothing is sent anywhere.
//!
//! The method is VADER's (Hutto and Gilbert, ICWSM 2014), a lexicon of English with rules for negation, emphasis and contrast.

use std::sync::LazyLock;

use vader_parity::SentimentIntensityAnalyzer;

static ANALYZER: LazyLock<SentimentIntensityAnalyzer> = LazyLock::new(SentimentIntensityAnalyzer::new);

/// How positive the text is, -1 to 1; `None` when it has no words, or is in a language for which there is no lexicon.
pub fn compound(text: &str) -> Option<f64> {
    if !text.chars().any(char::is_alphabetic) || whichlang::detect_language(text) != whichlang::Lang::Eng {
        return None;
    }
    Some(ANALYZER.polarity_scores(text).compound)
}
