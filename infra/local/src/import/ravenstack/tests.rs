use super::*;
use crate::import::chunk::Step;

const ACCOUNTS: &str =
    "account_id,account_name,industry,country,signup_date,referral_source,plan_tier,seats,is_trial,churn_flag
A-1,Acme,EdTech,US,2023-01-02,partner,Basic,9,FALSE,FALSE
A-2,\"Bolt, Inc\",FinTech,UK,2024-02-29,ads,Pro,5,TRUE,FALSE
A-3,Cosy,DevTools,DE,someday,other,Pro,many,perhaps,FALSE
A-1,Again,EdTech,US,2023-01-02,partner,Basic,9,FALSE,FALSE
";

const SUBSCRIPTION_HEADER: &str =
    "subscription_id,account_id,start_date,end_date,seats,arr_amount,is_trial,billing_frequency\n";

/// The chunks as text, and the rejected rows as `row column: detail`.
fn collect(steps: impl Iterator<Item = Result<Step, ImportError>>) -> (Vec<String>, Vec<String>) {
    let (mut chunks, mut rejected) = (Vec::new(), Vec::new());
    for step in steps {
        match step.unwrap() {
            Step::Post(chunk) => {
                let csv = String::from_utf8(chunk.csv).unwrap();
                chunks.push(format!("{} {:?}\n{csv}", chunk.kind, chunk.rows));
            }
            Step::Reject { row, problems } => {
                rejected.extend(problems.iter().map(|problem| format!("{row} {}: {}", problem.column, problem.detail)));
            }
        }
    }
    (chunks, rejected)
}

fn source(text: &str) -> Source<&[u8]> {
    Source::read("file.csv", text.as_bytes()).unwrap()
}

/// What is known after these rows of `subscriptions.csv`, and the rejected ones.
fn known(subscriptions: &str) -> (Known, Vec<String>) {
    let mut known = Known { accounts: accounts::ids(source(ACCOUNTS)).unwrap(), ..Known::default() };
    let text = format!("{SUBSCRIPTION_HEADER}{subscriptions}");
    let (chunks, rejected) = collect(accounts::join(source(&text), &mut known).unwrap());
    assert!(chunks.is_empty());
    (known, rejected)
}

/// `arr_cents,currency,seats,renewal_on` of account A-1 with these subscriptions.
fn contract(subscriptions: &str) -> String {
    let (known, rejected) = known(subscriptions);
    assert!(rejected.is_empty(), "{rejected:?}");
    let (chunks, _) = collect(accounts::customers(source(ACCOUNTS), &known).unwrap());
    let line = chunks.first().and_then(|chunk| chunk.lines().nth(2)).unwrap();
    line.split(',').skip(2).take(4).collect::<Vec<_>>().join(",")
}

#[test]
fn accounts_become_customers() {
    let (known, _) = known("");
    let (chunks, rejected) = collect(accounts::customers(source(ACCOUNTS), &known).unwrap());
    let expected = r#"customers [2, 3]
id,name,arr_cents,currency,seats,renewal_on,customer_since,plan,industry,country,stage,attributes
A-1,Acme,0,USD,9,,2023-01-02,Basic,EdTech,US,customer,"{""is_trial"":false,""referral_source"":""partner""}"
A-2,"Bolt, Inc",0,USD,5,,2024-02-29,Pro,FinTech,UK,trial,"{""is_trial"":true,""referral_source"":""ads""}"
"#;
    assert_eq!(chunks, [expected]);
    assert_eq!(
        rejected,
        [
            "4 seats: must be a whole number from 0 to 10000000, not \"many\"",
            "4 is_trial: must be TRUE or FALSE, not \"perhaps\"",
            "4 signup_date: must be a date such as 2024-12-31, not \"someday\"",
            "5 account_id: the id is used in row 2 already, with other content",
        ]
    );
}

#[test]
fn only_active_paid_subscriptions_count() {
    let subscriptions = "\
S-1,A-1,2024-01-10,,10,1200,FALSE,annual
S-2,A-1,2024-06-10,2025-01-01,5,300,FALSE,annual
S-3,A-1,2024-07-10,2024-12-31,7,700,FALSE,annual
S-4,A-1,2024-08-10,,9,900,TRUE,annual
S-5,A-2,2024-09-10,,9,900,FALSE,annual
";
    assert_eq!(contract(subscriptions), "150000,USD,15,2025-06-10");
}

#[test]
fn the_renewal_is_the_first_end_of_a_term_after_the_data() {
    for (start, billing, renewal) in [
        ("2023-01-09", "annual", "2025-01-09"),
        ("2023-12-31", "annual", "2025-12-31"),
        ("2024-12-31", "annual", "2025-12-31"),
        ("2024-02-29", "annual", "2025-02-28"),
        ("2024-12-31", "monthly", "2025-01-31"),
        ("2024-11-30", "monthly", "2025-01-30"),
        ("2023-02-01", "monthly", "2025-01-01"),
    ] {
        assert_eq!(contract(&format!("S-1,A-1,{start},,1,1,FALSE,{billing}\n")), format!("100,USD,1,{renewal}"));
    }
    // Of two that start on one day, the later row.
    let same_day = "S-1,A-1,2024-03-05,,1,1,FALSE,annual\nS-2,A-1,2024-03-05,,1,1,FALSE,monthly\n";
    assert_eq!(contract(same_day), "200,USD,2,2025-01-05");
}

#[test]
fn bad_subscriptions_are_rows_with_errors() {
    let (known, rejected) = known(
        "S-1,A-9,2024-01-10,,1,1,FALSE,annual\nS-2,A-1,,soon,-1,1.5,FALSE,weekly\n,A-1,2024-01-10,,1,1,FALSE,annual\n",
    );
    assert_eq!(
        rejected,
        [
            "2 account_id: \"A-9\" is not in accounts.csv",
            "3 start_date: must be a date such as 2024-12-31, not \"\"",
            "3 end_date: must be a date such as 2024-12-31, not \"soon\"",
            "3 seats: must be a whole number from 0 to 10000000, not \"-1\"",
            "3 arr_amount: must be a whole number from 0 to 1000000000, not \"1.5\"",
            "3 billing_frequency: must be monthly or annual, not \"weekly\"",
            "4 subscription_id: must not be empty, not \"\"",
        ]
    );
    assert!(known.account_of.is_empty() && known.contracts.is_empty());
}

#[test]
fn usage_belongs_to_the_account_of_its_subscription() {
    let (known, _) = known("S-1,A-1,2024-01-10,,1,1,FALSE,annual\n");
    let text =
        "usage_id,subscription_id,usage_date,feature_name,usage_count,usage_duration_secs,error_count,is_beta_feature
U-1,S-1,2023-07-27,feature_20,9,5004,0,False
U-2,S-2,2023-07-27,feature_20,0,5004,0,False
U-1,S-1,2023-07-28,feature_20,9,5004,0,False
U-3,S-1,2023-07-28,feature_1,1,0,0,False
";
    let (chunks, rejected) = collect(usage(source(text), &known).unwrap());
    let expected = "usage [2, 5]
id,customer,at,feature,count,duration_secs
U-1,A-1,2023-07-27,feature_20,9,5004
U-3,A-1,2023-07-28,feature_1,1,0
";
    assert_eq!(chunks, [expected]);
    assert_eq!(
        rejected,
        [
            "3 subscription_id: \"S-2\" is not a good row of subscriptions.csv",
            "3 usage_count: must be a whole number from 1 to 1000000, not \"0\"",
            "4 usage_id: the id is used in row 2 already, with other content",
        ]
    );
}

#[test]
fn tickets_bring_their_satisfaction_as_a_survey() {
    let (known, _) = known("");
    let text = "ticket_id,account_id,submitted_at,closed_at,resolution_time_hours,priority,first_response_time_minutes,satisfaction_score,escalation_flag
T-1,A-1,2023-07-27,2023-07-28 3:00,27,medium,74,,FALSE
T-2,A-2,2024-10-17,2024-10-17 19:00,19,urgent,93,4,TRUE
T-3,A-1,2024-10-17,,,low,,,FALSE
T-4,A-1,yesterday,2024-10-17 25:00,19,meh,soon,6,no
";
    let (chunks, rejected) = collect(tickets(source(text), &known).unwrap());
    // Customer by customer, with the row of the file beside each.
    let tickets = "tickets [2, 4, 3]
id,customer,severity,opened_at,first_response_at,closed_at,escalated
T-1,A-1,normal,2023-07-27T00:00:00Z,2023-07-27T01:14:00Z,2023-07-28T03:00:00Z,false
T-3,A-1,low,2024-10-17T00:00:00Z,,,false
T-2,A-2,critical,2024-10-17T00:00:00Z,2024-10-17T01:33:00Z,2024-10-17T19:00:00Z,true
";
    let surveys = "surveys [3]\nid,customer,kind,value,at\nT-2-csat,A-2,csat,4,2024-10-17T19:00:00Z\n";
    assert_eq!(chunks, [tickets, surveys]);
    assert_eq!(rejected.len(), 6, "{rejected:?}");
    assert!(rejected.iter().all(|line| line.starts_with("5 ")));
}

#[test]
fn churn_events_are_churns_even_after_a_return() {
    let (known, _) = known("");
    let text = "churn_event_id,account_id,churn_date,reason_code,refund_amount_usd,is_reactivation,feedback_text
C-1,A-1,2024-10-27,pricing,4.03,FALSE,switched to competitor
C-2,A-2,2024-06-25,support,0,TRUE,
C-3,A-9,2024-06-25,support,0,TRUE,
";
    let (chunks, rejected) = collect(outcomes(source(text), &known).unwrap());
    let expected = "outcomes [2, 3]
id,customer,kind,on,reason
C-1,A-1,churned,2024-10-27,pricing: switched to competitor
C-2,A-2,churned,2024-06-25,support (had left and come back before)
";
    assert_eq!(chunks, [expected]);
    assert_eq!(rejected, ["4 account_id: \"A-9\" is not in accounts.csv"]);
}

#[test]
fn a_file_without_a_column_is_refused_by_name() {
    let error = usage(source("usage_id,usage_date\n"), &Known::default()).err().unwrap().to_string();
    assert_eq!(error, "file.csv has no column subscription_id, feature_name, usage_count, usage_duration_secs");
}
