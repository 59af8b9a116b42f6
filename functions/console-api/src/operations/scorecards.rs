//! Scorecards: documents, versions, and what a draft would do.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::backtest::cases::Negatives;
use keepwell_domain::backtest::report::Backtest;
use keepwell_domain::backtest::suggest::Suggestion;
use keepwell_domain::fields::{Line, Whole};
use keepwell_domain::id::RecordId;
use keepwell_domain::measure::{MeasureValue, Name};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::scorecard::Scorecard;
use schemars::JsonSchema;

use super::{SchemaDocument, Version};
use crate::scorecards::plan::ScorecardPlan;
use crate::scorecards::{ScorecardEdition, ScorecardSummary};

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Scorecards",
        [
            Operation::get("/v1/scorecards", "getScorecards", "The scorecards, those in use first and in their order")
                .ok::<Page<'_, ScorecardSummary>>("The scorecards; the `ETag` is for their order.")
                .etag(),
            Operation::get("/v1/scorecards/{id}", "getScorecard", "A scorecard's document")
                .query::<Version>("version", "A past version; the newest when absent.")
                .document::<Scorecard>(
                    "The document: JSON, or YAML (to the letter where it was set so) when `Accept` names it.",
                )
                .etag(),
            Operation::put("/v1/scorecards/{id}", "setScorecard", "Set a new version of a scorecard")
                .about("The same document again changes nothing. All customers are computed by it within five minutes.")
                .document_body::<Scorecard>()
                .if_match(IfMatch::UnlessNew)
                .ok::<ScorecardSummary>("What is said about it beside its document.")
                .etag(),
            Operation::post(
                "/v1/scorecards/{id}/plan",
                "planScorecard",
                "What a draft would do to the whole portfolio",
            )
            .about("Nothing is stored or sent.")
            .query::<Whole<1, 1_000_000>>(
                "position",
                "Where it would stand among the scorecards in use; where it stands when absent.",
            )
            .document_body::<Scorecard>()
            .ok::<ScorecardPlan>("Who would move, why, and what would follow."),
            Operation::get("/v1/scorecards/{id}/versions", "getScorecardVersions", "Every version with its document")
                .paged()
                .ok::<Page<'_, ScorecardEdition>>("The versions, newest first."),
            Operation::put(
                "/v1/scorecards/order",
                "setScorecardOrder",
                "Set which scorecards are in use, in which order",
            )
            .about("Those that are left out are retired. The last one must be `default`.")
            .body::<ScorecardOrder>()
            .if_match(IfMatch::Always)
            .ok::<Page<'_, ScorecardSummary>>("The scorecards.")
            .etag(),
            Operation::get("/v1/scorecards/schema", "getScorecardSchema", "The JSON Schema of a scorecard document")
                .ok::<SchemaDocument>("The schema, for editors."),
            Operation::post("/v1/scorecards/evaluate", "evaluateScorecard", "The arithmetic alone; nothing is stored")
                .body::<Evaluation>()
                .ok::<Score>("The score."),
            Operation::post(
                "/v1/scorecards/{id}/backtest",
                "backtestScorecard",
                "How a scorecard would have told who leaves",
            )
            .about("From what was known then. Nothing is stored.")
            .optional_body::<BacktestRequest>()
            .ok::<Backtest>("How it did."),
            Operation::post(
                "/v1/scorecards/{id}/suggest-weights",
                "suggestWeights",
                "Weights that fit the outcomes, as a draft",
            )
            .about("With its backtest on customers that it was not made from. Nothing is stored.")
            .optional_body::<SuggestionRequest>()
            .ok::<Suggestion>("The draft, or why there is none."),
        ],
    )
}

/// Which scorecards are in use.
#[derive(JsonSchema)]
struct ScorecardOrder {
    /// Their ids, in the order in which they are tried.
    order: Vec<Name>,
}

/// A scorecard and what was measured.
#[derive(JsonSchema)]
#[schemars(rename = "EvaluationRequest")]
struct Evaluation {
    /// The document.
    scorecard: Scorecard,
    /// Values by the measure's id: bare, or with when they were observed. `null` = nothing known.
    measures: BTreeMap<String, Option<Given>>,
    /// The moment that the score is about; now when absent.
    as_of: Option<DateTime<Utc>>,
}

/// A value, or a value with when it was observed.
#[derive(JsonSchema)]
#[schemars(untagged, rename = "GivenMeasure")]
enum Given {
    Bare(MeasureValue),
    Observed {
        /// The value; `null` = nothing known.
        value: Option<MeasureValue>,
        /// When it was observed; at `as_of` when absent.
        observed_at: Option<DateTime<Utc>>,
    },
}

/// What is to be tested.
#[derive(JsonSchema)]
struct BacktestRequest {
    /// The document to test instead of the stored one.
    document: Option<Scorecard>,
    /// The scorecard to compare it with.
    compare_with: Option<Other>,
    /// First day of the period; 365 days before `to` when absent.
    from: Option<NaiveDate>,
    /// Last day of the period; today when absent.
    to: Option<NaiveDate>,
    /// Days before the outcome; 30, 60 and 90 when absent.
    #[schemars(length(min = 1, max = 6))]
    horizons: Option<Vec<Whole<1, 365>>>,
    /// By which attribute it is split: `plan`, `industry`, `country`, `size`, `stage` or `attributes.<name>`.
    segment: Option<Line<80>>,
    /// With whom churned customers are compared; `renewed` when absent.
    negatives: Option<Negatives>,
    /// Whether the past is reconstructed from signals where none was stored; it is when absent.
    reconstruct: Option<bool>,
}

/// A stored scorecard, or a document.
#[derive(JsonSchema)]
#[schemars(untagged, rename = "ComparedScorecard")]
enum Other {
    Stored {
        /// Its id.
        id: RecordId,
        /// Its version; the newest when absent.
        version: Option<Version>,
    },
    Document(Scorecard),
}

/// For what weights are to be suggested.
#[derive(JsonSchema)]
struct SuggestionRequest {
    /// The document to start from instead of the stored one.
    document: Option<Scorecard>,
    /// First day of the period; 365 days before `to` when absent.
    from: Option<NaiveDate>,
    /// Last day of the period; today when absent.
    to: Option<NaiveDate>,
    /// Days before the outcome; 60 when absent.
    horizon: Option<Whole<1, 365>>,
    /// With whom churned customers are compared; `renewed` when absent.
    negatives: Option<Negatives>,
    /// Whether the past is reconstructed from signals where none was stored; it is when absent.
    reconstruct: Option<bool>,
}
