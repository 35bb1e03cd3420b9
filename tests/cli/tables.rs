//! Whole tables, as their publishers made them: what is recorded is counted against the files themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::Desk;

type Row = BTreeMap<String, String>;

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}

/// The rows of a table by an independent reading, each with the names of its columns.
fn rows(table: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(example("data").join(table)).expect("the table is there");
    reader.deserialize().map(|row| row.expect("it is a table")).collect()
}

fn import(desk: &Desk, table: &str, mapping: &str, more: &[&str]) -> Value {
    let table = example("data").join(table);
    let mapping = example("mappings").join(mapping);
    let words = ["import".as_ref(), table.as_os_str(), "--mapping".as_ref(), mapping.as_os_str(), "--json".as_ref()];
    desk.args(words.into_iter().chain(more.iter().map(AsRef::as_ref))).ok().json()
}

fn count(rows: &[Row], wanted: impl Fn(&Row) -> bool) -> usize {
    rows.iter().filter(|row| wanted(row)).count()
}

fn events<'a>(events: &'a [Value], name: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["type"] == name)
}

fn warnings(import: &Value, words: &str) -> usize {
    let all = import["table"]["warnings"].as_array().expect("a list");
    all.iter().filter(|warning| warning["message"].as_str().is_some_and(|said| said.contains(words))).count()
}

#[test]
fn the_membership_of_wipo_treaties_goes_in_as_it_is_published() {
    const TABLE: &str = "wipo_membership.csv";
    const MAPPING: &str = "wipo-membership.json";
    let (desk, rows) = (Desk::new(), rows(TABLE));
    let filled = |column: &'static str| move |row: &Row| !row[column].is_empty();
    let treaties: BTreeSet<&String> = rows.iter().map(|row| &row["Treaty"]).collect();
    let in_force: BTreeSet<&String> =
        rows.iter().filter(|row| filled("Entry Into Force Date")(row)).map(|row| &row["Treaty"]).collect();

    let first = import(&desk, TABLE, MAPPING, &[]);
    assert_eq!(first["refused"], json!([]));
    assert_eq!((&first["table"]["rows"], &first["table"]["agreements"]), (&json!(rows.len()), &json!(treaties.len())));
    let recorded = desk.events();
    assert_eq!(first["recorded"], json!(recorded.len()));
    assert_eq!(events(&recorded, "agreement.recorded").count(), 17);
    assert_eq!(events(&recorded, "party.declared").count(), rows.len());
    assert_eq!(events(&recorded, "agreement.signed").count(), count(&rows, filled("Signature Date")));
    assert_eq!(events(&recorded, "instrument.deposited").count(), count(&rows, filled("Instrument Date")));
    let own = events(&recorded, "agreement.entered-into-force").filter(|event| event["data"].get("party").is_none());
    assert_eq!(own.count(), in_force.len());
    let of_parties =
        events(&recorded, "agreement.entered-into-force").filter(|event| event["data"].get("party").is_some());
    assert_eq!(of_parties.count(), count(&rows, filled("Entry Into Force Date")));
    let organisations: BTreeSet<&str> = events(&recorded, "party.declared")
        .filter(|event| event["data"]["kind"] == "io")
        .filter_map(|event| event["data"]["id"].as_str())
        .collect();
    assert_eq!(organisations, BTreeSet::from(["boip", "epo", "eu", "oapi"]));

    // For seven treaties the rule is known, and agrees with what was published but for thirteen dates.
    assert_eq!(events(&recorded, "entry-into-force.set").count(), 7);
    let ruled = events(&recorded, "entry-into-force.set").filter_map(|event| event["agreement"].as_str());
    let ruled: BTreeSet<&str> = ruled.collect();
    let mut by_rule: Vec<(bool, String)> = Vec::new();
    for opened in events(&recorded, "agreement.recorded").filter(|e| ruled.contains(e["agreement"].as_str().unwrap())) {
        let chart = desk.json(&format!("status {}", opened["data"]["reference"].as_str().expect("a reference")));
        for party in chart["rows"].as_array().expect("a list").iter().filter(|row| row["in_force"]["declared"] == true)
        {
            let in_force = &party["in_force"];
            by_rule.push((in_force["from"]["on"] == in_force["computed"], party["party"].to_string()));
        }
    }
    assert_eq!((by_rule.iter().filter(|(agrees, _)| *agrees).count(), by_rule.len()), (521, 534));
    let mut others: Vec<&str> =
        by_rule.iter().filter(|(agrees, _)| !agrees).map(|(_, party)| party.trim_matches('"')).collect();
    others.sort_unstable();
    others.dedup();
    let successor_and_month_ends_and_joint = ["belgium", "benin", "luxembourg", "mali", "montenegro"];
    assert_eq!(others[..5], successor_and_month_ends_and_joint);
    assert_eq!(others[5..], ["netherlands-kingdom-of-the", "switzerland"]);

    // What is odd in the table is told, and recorded with its reason.
    let both = |row: &&Row| filled("Instrument Date")(row) && filled("Entry Into Force Date")(row);
    let early = rows.iter().filter(both).filter(|row| row["Entry Into Force Date"] < row["Instrument Date"]).count();
    assert_eq!(early, 62);
    assert_eq!(warnings(&first, "recorded with that as its reason"), early + 2);
    assert_eq!(warnings(&first, "without an entry into force"), 7);
    assert_eq!(warnings(&first, "instead of ratifying"), 3);
    assert_eq!(first["table"]["warnings"].as_array().map(Vec::len), Some(early + 2 + 7 + 3));

    // A fact knows the line that it is from.
    let ivory = events(&recorded, "agreement.signed").find(|event| event["data"]["party"] == "cote-d-ivoire");
    let source = &ivory.expect("it signed")["evidence"];
    assert!(
        source[0]["source"].as_str().is_some_and(|words| words.contains("wipo_membership.csv, line 22")),
        "{source}"
    );

    let second = import(&desk, TABLE, MAPPING, &[]);
    assert_eq!((&second["recorded"], &second["repeated"]), (&json!(0), &first["recorded"]));
}

#[test]
fn chinas_pledges_and_commitments_go_in_with_their_contradictions() {
    const TABLE: &str = "aiddata_gcof_sample.csv";
    const MAPPING: &str = "aiddata-gcof.json";
    let (desk, rows) = (Desk::new(), rows(TABLE));
    let filled = |column: &'static str| move |row: &Row| !row[column].is_empty();
    let status = |word: &'static str| move |row: &Row| row["status"] == word;

    let tried = import(&desk, TABLE, MAPPING, &["--dry-run"]);
    assert_eq!((&tried["refused"], &tried["dry_run"]), (&json!([]), &json!(true)));
    assert_eq!(desk.export(), "");
    let first = import(&desk, TABLE, MAPPING, &[]);
    assert_eq!(first["recorded"], tried["recorded"]);
    assert_eq!(first["table"], tried["table"]);
    let recorded = desk.events();
    assert_eq!(events(&recorded, "pledge.announced").count(), count(&rows, status("Pipeline: Pledge")));
    assert_eq!(events(&recorded, "agreement.recorded").count(), rows.len() - count(&rows, status("Pipeline: Pledge")));
    assert_eq!(events(&recorded, "commitment.made").count(), rows.len());
    assert_eq!(
        events(&recorded, "deadline.set").count(),
        count(&rows, filled("end_planned")) + count(&rows, filled("start_planned"))
    );
    assert_eq!(events(&recorded, "agreement.terminated").count(), count(&rows, status("Cancelled")));
    assert_eq!(events(&recorded, "agreement.suspended").count(), count(&rows, status("Suspended")));
    let met = |commitment: &'static str| {
        let reports = events(&recorded, "milestone.reported");
        reports.filter(move |event| event["data"]["commitment"] == commitment && event["data"]["status"] == "met")
    };
    let ended = count(&rows, |row| {
        filled("end_actual")(row) && ["Completion", "Implementation", "Suspended"].contains(&row["status"].as_str())
    });
    let endless = count(&rows, |row| status("Completion")(row) && row["end_actual"].is_empty());
    assert_eq!(met("c1").count(), ended + endless);

    assert_eq!(warnings(&first, "completed without an actual end"), endless);
    assert_eq!(endless, 183);
    let backwards = count(&rows, |row| {
        filled("end_planned")(row) && filled("start_planned")(row) && row["end_planned"] < row["start_planned"]
    });
    assert_eq!(warnings(&first, "planned to end before it begins"), backwards);
    let shaky = count(&rows, |row| row["recommended_for_research"] == "0");
    let said = |words: &str| {
        let notes = events(&recorded, "note.added").filter_map(|event| event["data"]["text"].as_str());
        notes.filter(|text| text.contains(words)).count()
    };
    assert_eq!(said("does not recommend this record"), shaky);
    assert_eq!(said("An umbrella agreement"), count(&rows, |row| row["umbrella"] == "1"));
    let rough = recorded.iter().filter(|event| {
        ["pledge.announced", "agreement.recorded"].iter().any(|name| event["type"] == *name)
            && event["occurred"]["certainty"] == "approximate"
    });
    assert_eq!(rough.count(), count(&rows, |row| row["year_uncertain"] == "1"));

    let second = import(&desk, TABLE, MAPPING, &[]);
    assert_eq!((&second["recorded"], &second["repeated"]), (&json!(0), &first["recorded"]));
}
