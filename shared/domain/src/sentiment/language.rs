//! Whether a text is English, for which there is a lexicon.
//!
//! `whichlang` looks at letters. It hardly takes anything else for English, but it takes one in four short English texts for
//! something else ("Perfect", "export fails"). So short texts are also judged by their words.

use std::collections::HashSet;
use std::sync::LazyLock;

use whichlang::{Lang, detect_language};

/// Frequent words of English, and of talk about products and customers.
static ENGLISH: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("language/english.txt").split_whitespace().collect());

/// Frequent words of other languages in Latin letters that are none in English.
static FOREIGN: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("language/foreign.txt").split_whitespace().collect());

/// Up to so many words, words that are known outweigh what the letters look like.
const SHORT: usize = 12;

/// From so many words on, English has at least one of its frequent words.
const TELLING: usize = 6;

/// So many words of a text are enough to judge by.
const ENOUGH: usize = 300;

/// What a text turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// English.
    English,
    /// Not English; its ISO 639-1 code, if it was recognised.
    Other(Option<&'static str>),
    /// Emoji, numbers, punctuation, links or nothing.
    NoWords,
}

impl Found {
    /// The language's ISO 639-1 code.
    pub(super) const fn code(self) -> Option<&'static str> {
        match self {
            Self::English => Some("en"),
            Self::Other(code) => code,
            Self::NoWords => None,
        }
    }
}

/// What language a text is in.
pub(super) fn of(text: &str) -> Found {
    let words: Vec<String> = words(text).take(ENOUGH).collect();
    if words.is_empty() {
        return Found::NoWords;
    }
    let guess = detect_language(text);
    if is_latin(text) && is_english(&words, guess) { Found::English } else { Found::Other(code(guess, text)) }
}

fn is_english(words: &[String], guess: Lang) -> bool {
    let known = words.iter().filter(|word| ENGLISH.contains(word.as_str())).count();
    let foreign = words.iter().filter(|word| !word.is_ascii() || FOREIGN.contains(word.as_str())).count();
    if guess == Lang::Eng {
        return foreign < known.max(1) && (known > 0 || words.len() < TELLING);
    }
    let is_known = |word: &&String| ENGLISH.contains(word.as_str()) || super::rating(word).rates;
    foreign == 0 && words.len() <= SHORT && words.iter().filter(is_known).count() * 2 >= words.len()
}

/// The words in lower case, without links, addresses, names (`@ann`, `#topic`), single letters, and cries such as "aaargh", which are
/// of no language.
fn words(text: &str) -> impl Iterator<Item = String> {
    let spoken = text
        .split_whitespace()
        .filter(|token| !token.starts_with(['@', '#']) && !token.contains("://") && !token.contains(['_', '@']));
    spoken
        .flat_map(|token| token.split(|c: char| !c.is_alphabetic() && !is_apostrophe(c)))
        .map(|word| word.trim_matches(is_apostrophe).to_lowercase().replace('’', "'"))
        .filter(|word| word.len() > 1 || word == "a" || word == "i")
        .filter(|word| !is_drawn_out(word))
}

fn is_apostrophe(c: char) -> bool {
    c == '\'' || c == '’'
}

/// Whether a letter stands three times in a row.
fn is_drawn_out(word: &str) -> bool {
    let letters = || word.chars();
    letters()
        .zip(letters().skip(1))
        .zip(letters().skip(2))
        .any(|((first, second), third)| first == second && second == third)
}

/// Whether the letters are Latin, but for a few such as those of a name.
fn is_latin(text: &str) -> bool {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let others = letters().filter(|c| !matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')).count();
    others * 5 <= letters().count()
}

/// The code of a guess, if the text has letters in which that language is written; the guess for a script that `whichlang` does not
/// know is a wild one. A guess that was English has been rejected.
fn code(guess: Lang, text: &str) -> Option<&'static str> {
    let (code, letters) = match guess {
        Lang::Ara => ("ar", '\u{600}'..='\u{6ff}'),
        Lang::Cmn => ("zh", '\u{4e00}'..='\u{9fff}'),
        Lang::Deu => ("de", 'a'..='z'),
        Lang::Eng => return None,
        Lang::Fra => ("fr", 'a'..='z'),
        Lang::Hin => ("hi", '\u{900}'..='\u{97f}'),
        Lang::Ita => ("it", 'a'..='z'),
        Lang::Jpn => ("ja", '\u{3040}'..='\u{30ff}'),
        Lang::Kor => ("ko", '\u{ac00}'..='\u{d7af}'),
        Lang::Nld => ("nl", 'a'..='z'),
        Lang::Por => ("pt", 'a'..='z'),
        Lang::Rus => ("ru", '\u{400}'..='\u{4ff}'),
        Lang::Spa => ("es", 'a'..='z'),
        Lang::Swe => ("sv", 'a'..='z'),
        Lang::Tur => ("tr", 'a'..='z'),
        Lang::Vie => ("vi", 'a'..='z'),
    };
    text.chars().any(|c| letters.contains(&c.to_ascii_lowercase())).then_some(code)
}
