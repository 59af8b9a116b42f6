//! Who counts, and on which day.

use keepwell_domain::backtest::cases::{Candidate, CaseKind, Chosen, Negatives, choose, draw, moment};
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::signal::{Outcome, OutcomeKind};

use super::given::{at, chosen, day};

fn candidate(name: &str, outcomes: &[(OutcomeKind, &str)]) -> Candidate {
    let outcome = |(place, (kind, on)): (usize, &(OutcomeKind, &str))| Outcome {
        id: RecordId::parse(&format!("o{place}")).unwrap(),
        kind: *kind,
        on: day(on),
        reason: None,
    };
    Candidate {
        customer: CustomerId::parse(name).unwrap(),
        segment: None,
        outcomes: outcomes.iter().enumerate().map(outcome).collect(),
    }
}

fn counted(candidates: &[Candidate], negatives: Negatives) -> Vec<(String, CaseKind, String)> {
    let chosen = choose(candidates, day("2026-01-01"), day("2026-03-31"), negatives);
    chosen.into_iter().map(|it| (it.customer.to_string(), it.kind, it.on.to_string())).collect()
}

use OutcomeKind::{Churned, Renewed};

#[test]
fn a_customer_counts_once_with_its_newest_outcome_of_the_period() {
    let candidates = [
        candidate("left", &[(Renewed, "2025-02-01"), (Churned, "2026-02-01")]),
        candidate("renewed", &[(Renewed, "2026-02-01"), (Churned, "2026-04-01")]),
        candidate("came-back", &[(Churned, "2026-01-10"), (Renewed, "2026-03-10")]),
        candidate("left-before", &[(Churned, "2025-12-31")]),
        candidate("nothing", &[]),
    ];
    let expected = [
        ("left", CaseKind::Churned, "2026-02-01"),
        ("renewed", CaseKind::Renewed, "2026-02-01"),
        ("came-back", CaseKind::Renewed, "2026-03-10"),
    ];
    let expected = expected.map(|(name, kind, on)| (name.to_owned(), kind, on.to_owned()));
    assert_eq!(counted(&candidates, Negatives::Renewed), expected);
}

#[test]
fn who_stayed_counts_when_asked_for_at_a_day_of_the_churns() {
    let mut candidates = vec![
        candidate("left-early", &[(Churned, "2026-01-05")]),
        candidate("left-late", &[(Churned, "2026-03-05")]),
        candidate("left-before", &[(Churned, "2025-12-31")]),
        candidate("leaves-later", &[(Churned, "2026-05-01")]),
    ];
    candidates.extend((0..40).map(|number| candidate(&format!("stays-{number}"), &[])));
    let counted = counted(&candidates, Negatives::Stayed);
    let stayed: Vec<_> = counted.iter().filter(|(_, kind, _)| *kind == CaseKind::Stayed).collect();
    assert_eq!(stayed.len(), 41, "{counted:?}");
    assert!(stayed.iter().any(|(name, ..)| name == "leaves-later"));
    let early = stayed.iter().filter(|(_, _, on)| on == "2026-01-05").count();
    let late = stayed.iter().filter(|(_, _, on)| on == "2026-03-05").count();
    assert!(early + late == 41 && early > 10 && late > 10, "{early} early, {late} late");
    candidates.reverse();
    let mut again = self::counted(&candidates, Negatives::Stayed);
    again.reverse();
    assert_eq!(again, counted, "the day does not depend on the order");
}

#[test]
fn without_a_churn_nobody_can_be_compared() {
    assert_eq!(counted(&[candidate("stays", &[])], Negatives::Stayed), []);
}

#[test]
fn of_too_many_some_are_drawn_by_their_ids_alone() {
    let of = |kind, count: usize| (0..count).map(move |number| chosen(&format!("{kind}-{number}"), kind));
    let all: Vec<Chosen> = of(CaseKind::Churned, 30).chain(of(CaseKind::Renewed, 500)).collect();
    let drawn = draw(all.clone(), 100);
    let churned = drawn.iter().filter(|chosen| chosen.churned()).count();
    assert_eq!((drawn.len(), churned), (100, 30));
    assert_eq!(draw(all.iter().rev().cloned().collect(), 100), drawn);
    assert_eq!(draw(all.clone(), 530), all);
    // Many left: half of the room is theirs, and more where the others do not need theirs.
    let many: Vec<Chosen> = of(CaseKind::Churned, 500).chain(of(CaseKind::Renewed, 500)).collect();
    assert_eq!(draw(many, 100).iter().filter(|chosen| chosen.churned()).count(), 50);
    let few_others: Vec<Chosen> = of(CaseKind::Churned, 500).chain(of(CaseKind::Renewed, 20)).collect();
    assert_eq!(draw(few_others, 100).iter().filter(|chosen| chosen.churned()).count(), 80);
}

#[test]
fn thirty_days_before_means_thirty_whole_days() {
    assert_eq!(moment(day("2026-06-30"), 30), at("2026-05-30T23:59:59.999Z"));
    assert_eq!(moment(day("2026-06-30"), 0), at("2026-06-29T23:59:59.999Z"));
}
