//! What texts may say.

use keepwell_domain::automation::variables::{contact_variables, owner_variables, variables};
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::HealthStatus;
use serde_json::json;

use crate::given::{answer, contact, email, given, status};

#[test]
fn variables_are_written_for_people() {
    let mut given = given();
    given.contacts.push(contact("c9", "x@acme.test", "other"));
    given.customer.standing.score = Some(64.5);
    given.customer.standing.happiness_level = Some(HappinessLevel::NotHappy);
    let event = given.event(answer(HappinessLevel::NotHappy, Some(HappinessLevel::Happy)));
    insta::assert_json_snapshot!(variables(&event, &given.context()));
}

#[test]
fn the_reason_of_a_status_is_told_only_while_it_is_that_status() {
    let mut given = given();
    let record = json!({ "status": "struggling", "reason": "Lost a big client.", "set_by": "ana.ruiz@team.test", "set_at": given.now });
    given.customer.status = Some(serde_json::from_value(record).unwrap());
    let reason = |to| variables(&given.event(status(to)), &given.context())["event"]["reason"].clone();
    assert_eq!(reason(HealthStatus::Struggling), json!("Lost a big client."));
    assert_eq!(reason(HealthStatus::Steady), json!(null));
}

#[test]
fn people_are_greeted_by_their_first_name() {
    for (name, first) in
        [("Dana Scully", "Dana"), ("Dr Smith", "Dr Smith"), ("Cher", "Cher"), ("Jean-Luc Picard", "Jean-Luc")]
    {
        let mut contact = contact("c1", "d@acme.test", "user");
        contact.name = name.into();
        assert_eq!(contact_variables(&contact)["first_name"], first);
    }
    assert_eq!(owner_variables(Some(&email("ana.ruiz+cs@team.test")))["name"], "Ana Ruiz");
    assert_eq!(owner_variables(None)["name"], "Your customer success team");
}
