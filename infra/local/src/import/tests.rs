use std::fmt::Write as _;
use std::fs;

use keepwell_domain::import::{Mapping, Report};
use keepwell_domain::problem::Problems;

use super::post::PostError;
use super::summary::Counts;
use super::*;

/// A directory of files that is removed at the end of the test.
struct Directory(PathBuf);

impl Directory {
    fn with(test: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("keepwell-import-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What was posted.
pub(super) type Posted = Vec<(ImportKind, Vec<u8>)>;

/// Imports with a sink that judges chunks by the API's own rules and says that every good row is new.
async fn imported(path: &Path) -> Result<(Summary, Posted), ImportError> {
    let progress = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
    let mut posted = Posted::new();
    let mut run = Run::new(&progress, |kind, csv: Vec<u8>| {
        let report = judge(kind, &csv);
        posted.push((kind, csv));
        std::future::ready(report)
    });
    match recognise(path)? {
        Contents::RavenStack(directory) => ravenstack::import(&directory, &mut run).await?,
        Contents::Own(files) => own::import(&files, &mut run).await?,
    }
    let summary = run.summary;
    Ok((summary, posted))
}

fn judge(kind: ImportKind, csv: &[u8]) -> Result<Report, PostError> {
    let parsed = keepwell_domain::import::parse(kind, csv, &Mapping::default());
    let parsed = parsed.map_err(|Problems(problems)| PostError::Refused {
        status: http::StatusCode::UNPROCESSABLE_ENTITY,
        detail: Problems(problems).to_string(),
    })?;
    Ok(Report {
        rows: parsed.rows,
        created: parsed.good.len(),
        rejected: parsed.rows - parsed.good.len(),
        errors: parsed.errors,
        ..Report::default()
    })
}

fn created(rows: usize, created: usize) -> Counts {
    Counts { rows, created, rejected: rows - created, ..Counts::default() }
}

#[tokio::test]
async fn our_own_files_go_customers_first_and_in_parts() {
    let mut usage = "id,customer,at\n".to_owned();
    for row in 2..4_502 {
        let at = if row == 2_003 { "yesterday" } else { "2026-01-01" };
        writeln!(usage, "u{row},c1,{at}").unwrap();
    }
    let files =
        [("usage.csv", usage.as_str()), ("customers.csv", "\u{feff}id,name\nc1,\"Acme, Inc\"\n"), ("notes.txt", "")];
    let directory = Directory::with("own", &files);
    let (summary, posted) = imported(&directory.0).await.unwrap();
    let rows: Vec<_> = posted.iter().map(|(kind, csv)| (*kind, csv.split(|byte| *byte == b'\n').count() - 2)).collect();
    let usage = ImportKind::Usage;
    assert_eq!(rows, [(ImportKind::Customers, 1), (usage, 2_000), (usage, 2_000), (usage, 500)]);
    assert_eq!(posted.first().unwrap().1, b"id,name\nc1,\"Acme, Inc\"\n");
    assert_eq!(summary.of(usage), created(4_500, 4_499));
    let errors: Vec<_> = summary.errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["usage.csv row 2003, at: must be an RFC 3339 time such as 2026-11-30T09:00:00Z"]);
}

#[tokio::test]
async fn an_id_is_found_twice_even_in_another_part() {
    let mut goals = "id,customer,name,target,due_on\ng,c1,Go live,1,2026-01-01\n".to_owned();
    for row in 3..=2_002 {
        writeln!(goals, "g{row},c1,x,1,2026-01-01").unwrap();
    }
    goals.push_str("g,c1,Go,1,2026-01-01\ng,c1,Go live,1,2026-01-01\ng,c2,Go live,1,2026-01-01\ntoo,short\n");
    let directory = Directory::with("twice", &[("goals.csv", &goals)]);
    let (summary, _) = imported(&directory.0.join("goals.csv")).await.unwrap();
    let errors: Vec<_> = summary.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "goals.csv row 2003, id: the id is used in row 2 already, with other content",
            "goals.csv row 2004, id: the same row stands in row 2 already",
            "goals.csv row 2006: the row has 2 cells, the header 5",
        ]
    );
    assert_eq!(summary.total(), created(2_005, 2_002));
}

#[test]
fn an_id_is_found_twice_fifty_thousand_rows_later_and_left_to_the_server_beyond_two_hundred_thousand() {
    let repeats = |rows_between: usize| {
        let between = (0..rows_between).fold(String::new(), |mut rows, row| {
            writeln!(rows, "u{row},c1,2026-01-01").unwrap();
            rows
        });
        let csv = format!("id,customer,at\nu,c1,2026-01-01\n{between}u,c1,2026-01-01\n");
        let source = source::Source::read("usage.csv", csv.as_bytes()).unwrap();
        let steps = own::conversion(ImportKind::Usage, source).map(Result::unwrap);
        steps.filter(|step| matches!(step, chunk::Step::Reject { .. })).count()
    };
    assert_eq!(repeats(source::REMEMBERED_IDS - 1), 1);
    assert_eq!(repeats(4 * source::REMEMBERED_IDS), 0);
}

#[tokio::test]
async fn of_very_many_problems_the_first_are_kept_and_all_are_counted() {
    let directory = Directory::with("bad", &[("usage.csv", &format!("id,customer,at\n{}", "short\n".repeat(1_500)))]);
    let (summary, _) = imported(&directory.0).await.unwrap();
    assert_eq!((summary.errors.len(), summary.more_errors), (1_000, 500));
    assert_eq!(summary.total(), created(1_500, 0));
    assert!(summary.to_string().contains("and 1,480 more\n\n1,500 rows were not imported"), "{summary}");
}

#[tokio::test]
async fn a_part_is_never_larger_than_the_server_takes() {
    let text = "x".repeat(15_000);
    let mut tickets = "id,customer,opened_at,text\n".to_owned();
    for row in 0..600 {
        writeln!(tickets, "t{row},c1,2026-01-01,{text}").unwrap();
    }
    writeln!(tickets, "huge,c1,2026-01-01,{}", "y".repeat(chunk::MAX_BYTES)).unwrap();
    let directory = Directory::with("large", &[("tickets.csv", &tickets)]);
    let (summary, posted) = imported(&directory.0).await.unwrap();
    assert_eq!(posted.len(), 3);
    assert!(posted.iter().all(|(_, csv)| csv.len() <= chunk::MAX_BYTES));
    assert_eq!(summary.total(), created(601, 600));
    assert_eq!(summary.errors.first().unwrap().row, 602);
}

#[tokio::test]
async fn a_row_that_is_not_utf_8_is_one_rejected_row() {
    let directory = Directory::with("utf8", &[]);
    fs::write(directory.0.join("customers.csv"), b"id,name\na,Caf\xe9\nb,Bar\n").unwrap();
    let (summary, _) = imported(&directory.0).await.unwrap();
    assert_eq!(summary.total(), created(2, 1));
    assert_eq!(summary.errors.first().unwrap().to_string(), "customers.csv row 2: the row is not UTF-8");
}

#[tokio::test]
async fn a_file_that_the_server_refuses_stops_the_import_by_name() {
    let directory = Directory::with("refused", &[("contacts.csv", "mail\na@example.com\n")]);
    let error = imported(&directory.0).await.err().unwrap();
    assert!(error.to_string().starts_with("rows of contacts.csv could not be sent as contacts"), "{error}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("the file has no column \"id\""), "{source}");
}

#[test]
fn what_is_not_recognised_is_told_what_would_be() {
    let directory = Directory::with("nothing", &[("data.csv", "a\n"), ("notes.txt", "")]);
    for path in [directory.0.clone(), directory.0.join("data.csv")] {
        let error = recognise(&path).unwrap_err().to_string();
        assert!(error.contains("support_tickets.csv") && error.contains("goals.csv, outcomes.csv"), "{error}");
    }
    assert!(matches!(recognise(&directory.0.join("absent")), Err(ImportError::Open { .. })));
}

#[test]
fn half_of_ravenstack_and_a_mix_are_refused() {
    let directory = Directory::with("half", &[("accounts.csv", "account_id\n"), ("churn_events.csv", "")]);
    let error = recognise(&directory.0).unwrap_err().to_string();
    assert!(error.contains("but not subscriptions.csv, feature_usage.csv, support_tickets.csv"), "{error}");
    fs::write(directory.0.join("goals.csv"), "").unwrap();
    assert!(matches!(recognise(&directory.0), Err(ImportError::Ambiguous { .. })));
}

#[tokio::test]
async fn the_summary_is_a_table_the_first_errors_and_a_hint() {
    let mut customers = "id,name\n".to_owned();
    for row in 0..1_030 {
        let id = if row < 23 { "not an id" } else { "c" };
        writeln!(customers, "{id}{row},Acme").unwrap();
    }
    let directory = Directory::with("summary", &[("customers.csv", &customers), ("contacts.csv", "id,customer\n")]);
    let (summary, _) = imported(&directory.0).await.unwrap();
    let text = summary.to_string();
    let table = "\
file                rows    created    updated  unchanged   rejected
customers.csv      1,030      1,007          0          0         23
contacts.csv           0          0          0          0          0
total              1,030      1,007          0          0         23

customers.csv row 2, id: must be 1 to 64 characters of A-Z a-z 0-9 _ . : -
";
    let end = "customers.csv row 21, id: must be 1 to 64 characters of A-Z a-z 0-9 _ . : -
and 3 more

23 rows were not imported: correct the files and import them again; what is imported already stays as it is.
";
    assert!(text.starts_with(table) && text.ends_with(end), "{text}");
}

/// The real data set, where it is there.
#[tokio::test]
async fn all_of_ravenstack_is_imported() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ravenstack");
    if !directory.is_dir() {
        eprintln!("skipped: {} is not there", directory.display());
        return;
    }
    let started = std::time::Instant::now();
    let (summary, posted) = imported(&directory).await.unwrap();
    eprintln!("{summary}\n{} chunks, converted and judged in {:?}", posted.len(), started.elapsed());
    assert_eq!(summary.of(ImportKind::Customers), created(500, 500));
    // 21 ids twice, and 2 rows that say that nothing was used.
    assert_eq!(summary.of(ImportKind::Usage), created(25_000, 25_000 - 21 - 2));
    assert_eq!(summary.of(ImportKind::Tickets), created(2_000, 2_000));
    assert_eq!(summary.of(ImportKind::Surveys), created(1_175, 1_175));
    assert_eq!(summary.of(ImportKind::Outcomes), created(600, 600));
    let twice = summary.errors.iter().filter(|error| error.detail.contains("already, with other content"));
    assert_eq!(twice.count(), 21);
    let unused: Vec<_> = summary.errors.iter().filter(|error| error.column == "usage_count").map(|e| e.row).collect();
    assert_eq!(unused, [2_877, 3_329]);
}

/// The API's import call, as far as the command sees it: it answers a token's owner with the report.
fn router() -> axum::Router {
    use axum::extract::Path;
    use axum::http::HeaderMap;
    let import = |Path(kind): Path<String>, headers: HeaderMap, body: axum::body::Bytes| async move {
        if headers.get("authorization").is_none_or(|token| token != "Bearer good") {
            return Err(http::StatusCode::UNAUTHORIZED);
        }
        match judge(ImportKind::parse(&kind).unwrap(), &body) {
            Ok(report) => Ok(axum::Json(report)),
            Err(_) => Err(http::StatusCode::UNPROCESSABLE_ENTITY),
        }
    };
    axum::Router::new().route("/v1/imports/{kind}", axum::routing::post(import))
}

#[tokio::test]
async fn a_client_imports_by_the_api() {
    let directory = Directory::with("client", &[("outcomes.csv", "id,customer,kind,on\no,c,churned,2026-01-01\n")]);
    let client = Client::in_process(router(), Some("good".to_owned())).await.unwrap();
    // On a task of its own, as the demo does it: the import must be `Send`.
    let path = directory.0.clone();
    let import = async move { import(&path, &client, &MultiProgress::new()).await };
    let summary = tokio::spawn(import).await.unwrap().unwrap();
    assert_eq!(summary.of(ImportKind::Outcomes), created(1, 1));
}

#[tokio::test]
async fn a_wrong_token_is_named() {
    let directory = Directory::with("token", &[("outcomes.csv", "id,customer,kind,on\no,c,churned,2026-01-01\n")]);
    let client = Client::in_process(router(), Some("bad".to_owned())).await.unwrap();
    let error = import(&directory.0, &client, &MultiProgress::new()).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(source, "the server answered 401 Unauthorized: pass --token with a token of an administrator");
}
