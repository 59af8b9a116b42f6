//! `validate`: every problem of every file, at its line and column.

use serde_json::{Value, json};

use super::{Directory, default_scorecard, keepwell, small_scorecard};

const SCORECARD: &str = "\
# The weights come from last year's churn.
format: 1
id: enterprise
name: Für große Kunden
colour: red
applies_to: { all: [{ field: plan, in: [Enterprise] }] }
bands: { thriving: 80, healthy: 85, steady: 40 }
dimensions:
  - id: usage
    weight: -3
    rules:
      - id: last_seen
        measure: usage.days_since_last_sean
        weight: 10
        points: { linear: { zero_at: 30, full_at: 0 } }
      - id: last_seen
        measure: usage.active_days_28d
        points: { linear: { zero_at: 0, full_at: \"20\" } }
  - id: goals
    weight: 1
";

const AUTOMATION: &str = "\
format: 1
id: Renewal 90
name: Renewal in 90 days
on: true
trigger:
  renewal_in: { days: ninety }
conditions:
  all:
    - { field: score, less_than: 50 }
    - { field: shoe_size, at_least: 46 }
actions:
  - task:
      title: \"Talk to {{ customer.name }}\"
      priority: urgent
      due_in_working_days: 3
      assignee: owner
  - shout: { volume: 11 }
";

/// Valid but for what its texts and its mail name.
const TEXTS: &str = "\
format: 1
id: texts
name: Texts
on: true
trigger:
  happiness_dropped: {}
actions:
  - task:
      title: Talk to {{ customer.nmae }}
      priority: high
      due_in_working_days: 3
      assignee: owner
  - mail:
      template: stauts-struggling
      to: { role: decision_maker }
";

fn broken(directory: &Directory) {
    directory.write("automations/renewal.yaml", AUTOMATION);
    directory.write("automations/texts.yaml", TEXTS);
    directory.write("scorecards/enterprise.yaml", SCORECARD);
    directory.write("scorecards/indented.yaml", "format: 1\nid: indented\n  name: too deep\n");
    directory.write("scorecards/latin1.yaml", b"id: caf\xe9\n");
    directory.write("scorecards/twice.yml", "format: 1\nid: a\nid: b\n");
    directory.write(
        "scorecards/windows.json",
        "{\r\n\t\"format\": 1,\r\n\t\"id\": \"windows\",\r\n\t\"dimensions\": []\r\n}\r\n",
    );
    directory.write("scorecards/comma.json", "{\n  \"format\": 1,\n}\n");
    directory.write("wrong/compose.yaml", "services:\n  web: { image: nginx }\n");
    directory.write("wrong/both.yaml", "dimensions: []\ntrigger: {}\n");
    directory.write("wrong/empty.yaml", "# nothing yet\n");
    directory.write("wrong/list.json", "[1, 2]\n");
    directory.write("wrong/.hidden.yaml", "not even looked at: [");
    directory.write("wrong/README.md", "Not a document.");
    directory.write("wrong/scorecard.schema.json", "{}");
}

#[tokio::test]
async fn every_problem_of_every_file_is_shown_at_its_place() {
    let directory = Directory::new("broken");
    broken(&directory);
    insta::assert_snapshot!("problems", keepwell(&directory, &["validate", "@"], None).await.shown());
    let json = keepwell(&directory, &["validate", "@scorecards/enterprise.yaml", "--json"], None).await;
    assert_eq!((json.code, json.err.as_str()), (1, ""));
    let problems: Value = serde_json::from_str(&json.out).unwrap();
    insta::assert_json_snapshot!("problems_as_json", problems);
}

#[tokio::test]
async fn an_id_may_stand_in_one_file_of_its_kind() {
    let directory = Directory::new("ids");
    directory.write("a.yaml", small_scorecard("smb"));
    directory.write("b/c.yaml", small_scorecard("smb"));
    let ran = keepwell(&directory, &["validate", "@a.yaml", "@b", "@"], None).await;
    insta::assert_snapshot!("same_id", ran.shown());
}

#[tokio::test]
async fn what_keepwell_ships_is_valid() {
    let directory = Directory::new("shipped");
    directory.write("scorecards/default.yaml", default_scorecard());
    let json: Value = keepwell_domain::edition::TextFormat::Yaml.read(&small_scorecard("smb")).unwrap();
    directory.write("scorecards/smb.json", json.to_string());
    let shipped = keepwell_domain::automation::shipped();
    for automation in &shipped {
        directory.write(&format!("automations/{}.yaml", automation.id), automation.to_yaml().unwrap());
    }
    let ran = keepwell(&directory, &["validate", "@"], None).await;
    let valid = format!("2 scorecards and {} automations are valid.\n", shipped.len());
    assert_eq!((ran.code, ran.out, ran.err), (0, valid, String::new()));
    let ran = keepwell(&directory, &["validate", "@scorecards/smb.json", "--json"], None).await;
    assert_eq!((ran.code, ran.out.as_str()), (0, "[]\n"));
}

#[tokio::test]
async fn files_that_are_not_there_are_named() {
    let directory = Directory::new("absent");
    directory.write("notes.txt", "");
    let absent = keepwell(&directory, &["validate", "@absent.yaml"], None).await;
    let empty = keepwell(&directory, &["validate", "@"], None).await;
    insta::assert_snapshot!("no_files", format!("{}{}", absent.shown(), empty.shown()));
}

#[tokio::test]
async fn a_file_that_the_server_would_not_take_is_too_large_here_too() {
    let directory = Directory::new("large");
    directory.write("a.yaml", format!("{}#{}", small_scorecard("smb"), "x".repeat(256 * 1024)));
    let ran = keepwell(&directory, &["validate", "@a.yaml"], None).await;
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("and the server takes 262144"), "{}", ran.out);
}

#[tokio::test]
async fn the_schemas_are_those_that_are_published() {
    let directory = Directory::new("schemas");
    for (kind, published) in [
        ("scorecard", include_str!("../../../docs/scorecard.schema.json")),
        ("automation", include_str!("../../../docs/automation.schema.json")),
    ] {
        let ran = keepwell(&directory, &["schema", kind], None).await;
        let [printed, published] =
            [ran.out.as_str(), published].map(|text| serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(printed, published);
        assert_ne!(printed, json!({}));
    }
    assert_eq!(keepwell(&directory, &["schema", "customer"], None).await.code, 1);
}
