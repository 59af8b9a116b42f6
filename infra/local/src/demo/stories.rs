//! The customers worth opening first: each shows one thing that a customer-success team should recognise.

mod falling;
mod mixed;
mod rising;

use chrono::NaiveDate;

use super::DemoCustomer;

/// One function for each story.
type Tell = fn(u64, NaiveDate) -> DemoCustomer;

/// All stories, in the order in which the portfolio has them.
const STORIES: [Tell; 15] = [
    falling::slow_decline,
    falling::drop_after_an_outage,
    falling::champion_left,
    falling::churned_while_green,
    falling::price_shopper,
    mixed::happy_but_broke,
    mixed::thriving_but_angry,
    mixed::silent,
    mixed::seasonal,
    mixed::power_user_with_an_open_critical,
    rising::growing,
    rising::onboarding_well,
    rising::stuck_onboarding,
    rising::saved,
    rising::ready_to_speak_for_us,
];

/// The customers with a story.
pub(super) fn tell(seed: u64, today: NaiveDate) -> Vec<DemoCustomer> {
    STORIES.iter().map(|story| story(seed, today)).collect()
}
