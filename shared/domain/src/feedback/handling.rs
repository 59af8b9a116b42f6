//! What the team does about an answer: whether somebody looks after it, and what it is about.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{Fields, Line};
use crate::problem::Problems;

/// Most themes of an answer.
pub const MAX_THEMES: usize = 10;

/// What an answer is about, in a few words.
pub type Theme = Line<40>;

crate::words! {
    /// How far the team is with an answer.
    #[derive(Default, JsonSchema)]
    pub enum HandlingState {
        /// Nobody looked after it yet.
        #[default]
        New = "new",
        /// Somebody does.
        InWork = "in_work",
        /// Nothing is left to do.
        Closed = "closed",
    }
}

/// What the team does about one revision of an answer. A changed answer is new again, without themes: they were of what it said before.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handling {
    /// How far the team is with it; a changed answer is `new` again.
    #[serde(default)]
    pub state: HandlingState,
    /// What it is about, in the team's words.
    #[serde(default)]
    pub themes: BTreeSet<String>,
}

crate::debug_only!(Handling { state });

impl Handling {
    /// Whether `theme` is among its themes, in capital or small letters.
    pub fn is_about(&self, theme: &str) -> bool {
        let wanted = theme.to_lowercase();
        self.themes.iter().any(|theme| theme.to_lowercase() == wanted)
    }
}

/// What is to change about it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HandlingChange {
    state: Option<HandlingState>,
    themes: Option<BTreeSet<String>>,
}

crate::debug_only!(HandlingChange { state });

impl HandlingChange {
    /// Reads the API's `{state?, themes?}`. At most 10 themes; one that is named twice is one.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let state = fields.optional("state");
        let themes = fields.optional::<Vec<Theme>>("themes");
        let themes: Option<BTreeSet<String>> = themes.map(|themes| themes.into_iter().map(|theme| theme.0).collect());
        if themes.as_ref().is_some_and(|themes| themes.len() > MAX_THEMES) {
            fields.problem("themes", format!("must have at most {MAX_THEMES} items"));
        }
        fields.finish(Some(Self { state, themes }))
    }

    /// What is done about the answer after the change.
    pub fn apply(self, before: &Handling) -> Handling {
        Handling {
            state: self.state.unwrap_or(before.state),
            themes: self.themes.unwrap_or_else(|| before.themes.clone()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on has failed")]
mod tests {
    use serde_json::json;

    use super::{Handling, HandlingChange, HandlingState, MAX_THEMES};

    fn change(value: &serde_json::Value) -> Result<HandlingChange, Vec<(String, String)>> {
        HandlingChange::parse(value)
            .map_err(|problems| problems.0.into_iter().map(|problem| (problem.pointer, problem.detail)).collect())
    }

    #[test]
    fn what_is_absent_stays_and_a_theme_is_there_once() {
        let before = Handling::default();
        assert_eq!(before.state, HandlingState::New);
        let themed = change(&json!({ "themes": [" Speed ", "Speed", "Price"] })).expect("a change").apply(&before);
        assert_eq!(themed.themes.iter().collect::<Vec<_>>(), ["Price", "Speed"]);
        let closed = change(&json!({ "state": "closed" })).expect("a change").apply(&themed);
        assert_eq!((closed.state, &closed.themes), (HandlingState::Closed, &themed.themes));
        assert!(closed.is_about("SPEED") && !closed.is_about("Spee"));
        assert_eq!(change(&json!({ "themes": [] })).expect("a change").apply(&closed).themes.len(), 0);
        assert_eq!(change(&json!({})).expect("a change").apply(&closed), closed);
    }

    #[test]
    fn ten_themes_of_forty_characters_are_the_most() {
        let themes = |count: usize, length: usize| {
            let theme = |index: usize| format!("{index:0length$}");
            change(&json!({ "themes": (0..count).map(theme).collect::<Vec<_>>() }))
        };
        assert!(themes(MAX_THEMES, 40).is_ok());
        assert_eq!(
            themes(MAX_THEMES + 1, 4).expect_err("too much"),
            [("/themes".into(), "must have at most 10 items".into())]
        );
        assert_eq!(
            themes(1, 41).expect_err("too much"),
            [("/themes".into(), "item 0 must have at most 40 characters".into())]
        );
        assert_eq!(
            change(&json!({ "themes": ["ä".repeat(40)] })).map(|change| change.themes.map(|themes| themes.len())),
            Ok(Some(1))
        );
    }
}
