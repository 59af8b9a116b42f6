//! What an import counts, and that a second one changes nothing.

use super::{counts, import, places, world_with};

/// A kind, a document of it about `acme` with three rows, and one changed cell of it with its replacement.
struct Sample {
    kind: &'static str,
    csv: &'static str,
    change: (&'static str, &'static str),
}

/// Every kind but usage, whose events are folded and cannot change.
const SAMPLES: [Sample; 10] = [
    Sample {
        kind: "customers",
        csv: "id,name,owner,arr_cents,seats,renewal_on,tags,attributes,request_feedback\n\
              c1,Ćma & Sons,csm@keepwell.example,1200000,10,2026-12-31,big;old,\"{\"\"region\"\":\"\"north\"\"}\",false\n\
              c2,Beta,,,,,,,\nc3,Gamma,,,,,,,\n",
        change: ("Beta", "Beta GmbH"),
    },
    Sample {
        kind: "contacts",
        csv: "id,customer,name,email,role\na,acme,Ann,ann@acme.example,user\nb,acme,Bo,bo@acme.example,champion\n\
              c,acme,Cy,cy@acme.example,decision_maker\n",
        change: ("Bo,", "Boris,"),
    },
    Sample {
        kind: "tickets",
        csv: "id,customer,severity,opened_at,closed_at,escalated,subject\nt1,acme,high,2026-02-20,2026-02-21T09:30:00Z,yes,Down\n\
              t2,acme,low,2026-02-25,,no,Wish\nt3,acme,,2026-02-27,,,\n",
        change: ("Wish", "Please"),
    },
    Sample {
        kind: "surveys",
        csv: "id,customer,kind,value,at\ns1,acme,csat,4,2026-02-20\ns2,acme,nps,9,2026-02-21\ns3,acme,ces,2,2026-02-22\n",
        change: ("nps,9", "nps,3"),
    },
    Sample {
        kind: "interactions",
        csv: "id,customer,kind,at,quality,participants,notes\ni1,acme,call,2026-02-20,4,Ann Lee; Bo,\"We talked,\nlong\"\n\
              i2,acme,meeting,2026-02-21,,,\ni3,acme,email,2026-02-22T10:00:00+01:00,5,,Fine\n",
        change: ("Fine", "Very fine"),
    },
    Sample {
        kind: "goals",
        csv: "id,customer,name,target,actual,due_on,milestones\ng1,acme,Go live,1,0.5,2026-06-01,\
              \"[{\"\"name\"\":\"\"Kick-off\"\",\"\"due_on\"\":\"\"2026-04-01\"\"}]\"\ng2,acme,Roll-out,100,40,2026-07-01,\n\
              g3,acme,Save,5.5,1,2026-08-01,\n",
        change: ("Save", "Save more"),
    },
    Sample {
        kind: "outcomes",
        csv: "id,customer,kind,on,reason\no1,acme,renewed,2024-01-01,\no2,acme,renewed,2025-01-01,\no3,acme,renewed,2026-01-01,Happy\n",
        change: ("Happy", "Price"),
    },
    Sample {
        kind: "messages",
        csv: "id,customer,contact,at,text\nm1,acme,,2026-02-20,\"Dear all,\nit works\"\nm2,acme,uma,2026-02-21T10:00:00Z,Why?\n\
              m3,acme,,2026-02-22,Thanks\n",
        change: ("Why?", "Why not?"),
    },
    Sample {
        kind: "opportunities",
        csv: "id,customer,kind,amount_cents,likelihood,stage,closes_on,outcome\no1,acme,renewal,1200000,80,proposal,2026-06-30,\n\
              o2,acme,expansion,50000,,,2026-04-01,\no3,acme,renewal,0,100,closed,2025-06-30,won\n",
        change: ("80,proposal", "90,contract"),
    },
    Sample {
        kind: "custom-measures",
        csv: "customer,name,value,observed_at\nacme,storage_gb,12.5,2026-02-20\nacme,tier,gold,2026-02-20\n\
              acme,sso,true,2026-02-20T08:00:00Z\n",
        change: ("gold", "silver"),
    },
];

const USAGE: &str = "id,customer,at,user,feature,count,duration_secs\nu1,acme,2026-02-20,ann,reports,3,60\n\
                     u2,acme,2026-02-20T23:59:59Z,bo,,,\nu3,acme,2026-02-21,ann,export,1,\n";

fn samples() -> impl Iterator<Item = (&'static str, &'static str)> {
    SAMPLES.iter().map(|sample| (sample.kind, sample.csv)).chain([("usage", USAGE)])
}

#[tokio::test]
async fn every_kind_is_imported_and_importing_it_again_writes_nothing() {
    let world = world_with(&["acme"]).await;
    for (kind, csv) in samples() {
        let first = import(&world, kind, csv).await;
        assert_eq!((&first["rows"], counts(&first)), (&3.into(), [3, 0, 0, 0]), "{kind}: {first:#}");
        world.settle().await;
        world.system.local().reset_requests();
        let second = import(&world, kind, csv).await;
        assert_eq!((&second["rows"], counts(&second)), (&3.into(), [0, 0, 3, 0]), "{kind}: {second:#}");
        assert_eq!(world.system.local().write_count(), 0, "{kind}");
    }
}

#[tokio::test]
async fn a_dry_run_counts_the_same_and_writes_nothing() {
    let world = world_with(&["acme"]).await;
    for (kind, csv) in samples() {
        world.system.local().reset_requests();
        let dry = import(&world, &format!("{kind}?dry_run=true"), csv).await;
        assert_eq!(world.system.local().write_count(), 0, "{kind}");
        assert_eq!(dry["dry_run"], true, "{kind}");
        let mut wet = import(&world, kind, csv).await;
        wet["dry_run"] = true.into();
        assert_eq!(dry, wet, "{kind}");
        world.settle().await;
    }
}

#[tokio::test]
async fn a_changed_row_updates_what_is_there() {
    let world = world_with(&["acme"]).await;
    for Sample { kind, csv, change: (from, to) } in SAMPLES {
        let _ = import(&world, kind, csv).await;
        let changed = csv.replacen(from, to, 1);
        assert_ne!(changed, csv, "{kind}");
        let report = import(&world, kind, changed).await;
        assert_eq!(counts(&report), [0, 1, 2, 0], "{kind}: {report:#}");
    }
}

#[tokio::test]
async fn an_empty_cell_leaves_what_is_there_as_it_is() {
    let world = world_with(&[]).await;
    let _ = import(&world, "customers", "id,name,owner,seats\nacme,Acme,csm@keepwell.example,7\n").await;
    let report = import(&world, "customers", "id,name,owner,seats\nacme,,,8\n").await;
    assert_eq!(counts(&report), [0, 1, 0, 0], "{report:#}");
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!(
        (&customer["name"], &customer["owner"], &customer["seats"]),
        (&"Acme".into(), &"csm@keepwell.example".into(), &8.into())
    );
}

#[tokio::test]
async fn columns_of_other_names_are_mapped_and_those_that_are_not_ours_are_named() {
    let world = world_with(&[]).await;
    let csv = "account_id,Company name,internal note\nacme,Acme,secret\nbeta,Beta,\n";
    let report = import(&world, "customers?mapping=id:account_id,name:Company%20name", csv).await;
    assert_eq!(counts(&report), [2, 0, 0, 0], "{report:#}");
    assert_eq!(report["ignored_columns"], serde_json::json!(["internal note"]));
    assert_eq!(world.get("/v1/customers/acme").await["name"], "Acme");
}

#[tokio::test]
async fn bad_rows_are_named_by_row_and_column_and_the_good_ones_imported() {
    let world = world_with(&["acme"]).await;
    let csv = "id,customer,kind,value,at\n\
               s1,acme,csat,4,2026-02-20\n\
               s2,nobody,csat,4,2026-02-20\n\
               s3,acme,mood,4,2026-02-20\n\
               s4,acme,csat,9,yesterday\n\
               s5,acme,csat,many,2026-02-20\n\
               s6,acme,csat,4\n\
               ,acme,csat,4,2026-02-20\n\
               s1,acme,csat,4,2026-02-20\n\
               s1,acme,csat,5,2026-02-20\n\
               s9,acme,nps,10,2026-02-20\n";
    let report = import(&world, "surveys", csv).await;
    assert_eq!((&report["rows"], counts(&report)), (&10.into(), [2, 0, 0, 8]), "{report:#}");
    let places = places(&report);
    for place in ["3:customer", "4:kind", "5:at", "6:value", "7:", "8:id", "9:id", "10:id"] {
        assert!(places.contains(&place.to_owned()), "{place} is not among {places:?}");
    }
    let details: Vec<&str> =
        report["errors"].as_array().unwrap().iter().map(|error| error["detail"].as_str().unwrap()).collect();
    assert!(details.iter().all(|detail| !detail.is_empty()), "{details:?}");
}

#[tokio::test]
async fn a_dry_run_finds_the_same_bad_rows() {
    let world = world_with(&["acme"]).await;
    let csv = "id,customer,name,email,role\na,acme,Ann,not an address,user\nb,nobody,Bo,bo@b.example,user\nc,acme,Cy,cy@acme.example,chief\n";
    let dry = import(&world, "contacts?dry_run=true", csv).await;
    let wet = import(&world, "contacts", csv).await;
    assert_eq!(places(&dry), ["2:email", "3:customer", "4:role"], "{dry:#}");
    assert_eq!((places(&dry), counts(&dry)), (places(&wet), counts(&wet)));
}

#[tokio::test]
async fn a_byte_order_mark_windows_line_ends_and_quoted_line_breaks_are_read() {
    let world = world_with(&["acme"]).await;
    let csv =
        "\u{feff}id,customer,kind,at,notes\r\ni1,acme,note,2026-02-20,\"first\r\nsecond \"\"quoted\"\", third\"\r\n";
    let report = import(&world, "interactions", csv).await;
    assert_eq!(counts(&report), [1, 0, 0, 0], "{report:#}");
    let timeline = world.get("/v1/customers/acme/timeline").await.to_string();
    assert!(timeline.contains(r#"second \"quoted\", third"#), "{timeline}");
}

#[tokio::test]
async fn a_row_in_another_encoding_is_named_and_the_others_are_imported() {
    let world = world_with(&[]).await;
    let mut csv = b"id,name\nc1,Caf".to_vec();
    csv.extend([0xe9, b'\n']);
    csv.extend(b"c2,Good\n");
    let report = import(&world, "customers", csv).await;
    assert_eq!((counts(&report), places(&report)), ([1, 0, 0, 1], vec!["2:".to_owned()]), "{report:#}");
}

#[tokio::test]
async fn a_file_without_rows_is_imported_without_rows() {
    let world = world_with(&["acme"]).await;
    let report = import(&world, "usage", "id,customer,at\n").await;
    assert_eq!((&report["rows"], counts(&report)), (&0.into(), [0, 0, 0, 0]));
}
