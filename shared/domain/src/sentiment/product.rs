//! Words of product talk that VADER's lexicon of 2014 lacks.
//!
//! Each is read as a word that the lexicon has, as VADER itself reads an emoji as its description: "slow" counts as much as
//! "difficult". All of VADER's rules (not slow, SLOW, very slow) then hold for them.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A line for each word that stands in for others: the word, and those that are read as it.
static STAND_INS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let lines = include_str!("product/words.txt").lines().filter_map(|line| line.split_once(':'));
    lines.flat_map(|(stand_in, words)| words.split_whitespace().map(move |word| (word, stand_in))).collect()
});

/// Signs that people answer with, whose descriptions ("thumbs up") the lexicon does not rate; and the unseen mark for a coloured
/// picture, which sticks to a heart's description so that the lexicon does not find it.
const SIGNS: [(char, &str); 3] = [('👍', " advantageous "), ('👎', " difficult "), ('\u{fe0f}', "")];

/// The text with each such word replaced by its stand-in.
pub(super) fn in_words_of_the_lexicon(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // A word is what VADER takes for one: what stands between spaces, without punctuation around it.
    for token in text.split_inclusive(char::is_whitespace) {
        let word = token.trim_matches(|c: char| c.is_ascii_punctuation() || c.is_whitespace());
        let around = stand_in(word).and_then(|stand_in| Some((stand_in, token.split_once(word)?)));
        match around {
            Some((stand_in, (before, after))) => out.extend([before, &stand_in, after]),
            None => out.push_str(token),
        }
    }
    SIGNS
        .iter()
        .fold(out, |text, (sign, stand_in)| if text.contains(*sign) { text.replace(*sign, stand_in) } else { text })
}

/// The word that stands in for this one, in capitals when it is: VADER hears those as emphasis.
fn stand_in(word: &str) -> Option<String> {
    let stand_in = STAND_INS.get(word.to_ascii_lowercase().as_str())?;
    let is_loud = !word.contains(|c: char| c.is_ascii_lowercase());
    Some(if is_loud { stand_in.to_ascii_uppercase() } else { (*stand_in).to_owned() })
}
