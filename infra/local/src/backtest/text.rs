//! A backtest and suggested weights as people read them in a terminal: tables, plain sentences, bars of `#`.

use std::fmt::Write as _;

use keepwell_domain::backtest::bands::{Alarm, Decile, Found};
use keepwell_domain::backtest::cases::Negatives;
use keepwell_domain::backtest::lead_time::{LeadTime, Quartiles};
use keepwell_domain::backtest::report::{Backtest, Counts, Horizon, Tests};
use keepwell_domain::backtest::roc::Estimate;
use keepwell_domain::backtest::suggest::{Advice, SuggestedWeight, Suggestion};

/// Characters of a bar that stands for all.
const BAR: f64 = 40.0;

/// The report of a backtest.
pub(super) fn backtest(report: &Backtest) -> String {
    let mut text = String::new();
    let cases = report.cases;
    let others = match report.negatives {
        Negatives::Renewed => format!("{} that renewed", cases.renewed),
        Negatives::Stayed => format!("{} that renewed and {} that stayed", cases.renewed, cases.stayed),
    };
    line(
        &mut text,
        &format!("Outcomes from {} to {}: {} customers churned, {others}.", report.from, report.to, cases.churned),
    );
    for tests in &report.scorecards {
        scorecard(&mut text, report, tests);
    }
    if !report.differences.is_empty() {
        line(&mut text, "\nThe first scorecard minus the second");
        for difference in &report.differences {
            line(&mut text, &format!("  {} days before: {}", difference.days, difference.text));
        }
    }
    if !report.notes.is_empty() {
        line(&mut text, "\nTo be known");
        report.notes.iter().for_each(|note| line(&mut text, &format!("  - {note}")));
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn scorecard(text: &mut String, report: &Backtest, tests: &Tests) {
    let title = format!("Scorecard {}", tests.scorecard);
    let _ = write!(text, "\n{title}\n{}\n", "=".repeat(title.chars().count()));
    for horizon in &tests.horizons {
        self::horizon(text, horizon, report.segment.as_deref());
    }
    line(text, "\nLead time: in the 180 days before, who was ever in the band, and when those that left first were");
    line(
        text,
        "  alarm           of churned         of others          first, days before   still in it  since, days before",
    );
    for lead in &tests.lead_time {
        line(text, &lead_time(lead));
    }
}

fn horizon(text: &mut String, horizon: &Horizon, segment: Option<&str>) {
    let _ = write!(text, "\n{} days before\n", horizon.days);
    line(text, &format!("  {}", horizon.verdict.text));
    let sides = |counts: Counts| format!("{} churned and {} others", counts.churned, counts.others);
    line(text, &format!("  Scored: {}.", sides(horizon.scored)));
    for (counts, why) in [
        (horizon.without_history, "Left out, nothing tells what was known then"),
        (horizon.without_score, "Left out, what was known made no score"),
        (horizon.reconstructed, "Reconstructed from signals"),
    ] {
        if counts != Counts::default() {
            line(text, &format!("  {why}: {}.", sides(counts)));
        }
    }
    if let Some(share) = horizon.green.share {
        let green = horizon.green;
        line(
            text,
            &format!(
                "  {} of the {} that left were Thriving or Healthy: {}.",
                green.green,
                green.churned,
                percent(share)
            ),
        );
    }
    if !horizon.deciles.is_empty() {
        deciles(text, &horizon.deciles);
        alarms(text, horizon);
    }
    if let Some(segment) = segment.filter(|_| !horizon.segments.is_empty()) {
        segments(text, horizon, segment);
    }
    if !horizon.warnings.is_empty() {
        line(text, "\n  Look at these before you believe the numbers:");
        horizon
            .warnings
            .iter()
            .for_each(|warning| line(text, &format!("  ! rule {}: {}.", warning.rule, warning.text)));
    }
}

fn deciles(text: &mut String, deciles: &[Decile]) {
    line(text, "\n  score         customers  churned  share");
    for decile in deciles {
        let bar = "#".repeat((decile.share_churned * BAR).round() as usize);
        let share = percent(decile.share_churned);
        let row = format!(
            "  {:>5.1} - {:>5.1}  {:>9}  {:>7}  {share:>5}  {bar}",
            decile.from, decile.to, decile.customers, decile.churned
        );
        line(text, row.trim_end());
    }
}

fn alarms(text: &mut String, horizon: &Horizon) {
    let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), percent);
    let row = |name: &str, churned: usize, others: usize, precision: &str, recall: &str| {
        format!("  {name:<14}  {churned:>7}  {others:>6}  {precision:>9}  {recall:>6}")
    };
    line(text, "\n  alarm           churned  others  precision  recall");
    for Found { alarm: which, churned, others, precision, recall } in &horizon.alarms {
        line(text, &row(alarm(*which), *churned, *others, &share(*precision), &share(*recall)));
    }
    // What looking at everybody finds: an alarm must beat that.
    let Counts { churned, others } = horizon.scored;
    let base = percent(churned as f64 / (churned + others) as f64);
    line(text, &row("everybody", churned, others, &base, "100 %"));
}

fn segments(text: &mut String, horizon: &Horizon, segment: &str) {
    let width = horizon.segments.iter().map(|it| value(it.value.as_deref()).chars().count()).max().unwrap_or(0);
    let width = width.max(segment.chars().count());
    let _ = write!(text, "\n  {segment:<width$}  churned  others  AUC\n");
    for segment in &horizon.segments {
        let auc = segment.auc.map_or_else(|| "not judged".to_owned(), estimate);
        let name = value(segment.value.as_deref());
        line(text, &format!("  {name:<width$}  {:>7}  {:>6}  {auc}", segment.scored.churned, segment.scored.others));
    }
}

fn value(value: Option<&str>) -> &str {
    value.unwrap_or("(not set)")
}

fn lead_time(lead: &LeadTime) -> String {
    let quartiles = |quartiles: Option<Quartiles>| {
        quartiles.map_or_else(|| "-".to_owned(), |it| format!("{:.0}, {:.0}, {:.0}", it.lower, it.median, it.upper))
    };
    let of = |ever: usize, all: usize, share: Option<f64>| match share {
        Some(share) => format!("{ever} of {all}, {}", percent(share)),
        None => "-".to_owned(),
    };
    let row = format!(
        "  {:<14}  {:<17}  {:<17}  {:<19}  {:<11}  {}",
        alarm(lead.alarm),
        of(lead.ever, lead.churned, lead.share_ever),
        of(lead.others_ever, lead.others, lead.others_share_ever),
        quartiles(lead.first_days),
        lead.at_the_end,
        quartiles(lead.unbroken_days)
    );
    row.trim_end().to_owned()
}

fn alarm(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::LowestBand => "lowest band",
        Alarm::BelowHealthy => "below Healthy",
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn estimate(estimate: Estimate) -> String {
    format!("{:.2} ({:.2} to {:.2})", estimate.value, estimate.low, estimate.high)
}

/// The report of suggested weights.
pub(super) fn suggestion(answer: &Suggestion) -> String {
    let mut text = String::new();
    let Counts { churned, others } = answer.learned_from;
    line(
        &mut text,
        &format!(
            "Scorecard {}, {} days before outcomes from {} to {}: learned from {churned} churned customers and {others} others.",
            answer.scorecard, answer.days, answer.from, answer.to
        ),
    );
    line(&mut text, &answer.text);
    if !answer.weights.is_empty() {
        weights(&mut text, &answer.weights);
    }
    if !answer.warnings.is_empty() {
        line(&mut text, "\nLook at these before you believe the draft; it leans on what tells most:");
        answer.warnings.iter().for_each(|it| line(&mut text, &format!("! rule {}: {}.", it.rule, it.text)));
    }
    text
}

fn weights(text: &mut String, weights: &[SuggestedWeight]) {
    let name = |weight: &SuggestedWeight| match &weight.rule {
        Some(rule) => format!("{}/{rule}", weight.dimension),
        None => weight.dimension.clone(),
    };
    let width = weights.iter().map(|weight| name(weight).chars().count()).max().unwrap_or(0);
    let _ = write!(text, "\n{:<width$}  now    draft  known  advice\n", "weight of");
    for weight in weights {
        let after = weight.after.map_or_else(|| "-".to_owned(), |after| format!("{after:.1}"));
        let advice = match weight.advice {
            Advice::Weigh => "weigh",
            Advice::Drop => "drop: it adds nothing beside the others",
            Advice::NotJudged => "not judged: too few customers had it, or all the same",
        };
        let row = format!(
            "{:<width$}  {:>5.1}  {after:>5}  {:>5}  {advice}",
            name(weight),
            weight.before,
            percent(weight.known)
        );
        line(text, &row);
    }
}
