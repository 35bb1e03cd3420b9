//! Lint on tables as their publishers made them, and the promises that scripts rely on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::Desk;

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(path)
}

/// The seven treaties whose rule is known: three months after the instrument, not before the treaty itself.
const RULED: [&str; 7] = [
    "Beijing",
    "Marrakesh",
    "Patent",
    "Singapore",
    "Trademark",
    "WIPO Copyright Treaty (WCT)",
    "WIPO Performances and Phonograms Treaty (WPPT)",
];

/// A desk with a table imported, or those of its rows that are wanted.
fn imported(table: &str, mapping: &str, wanted: impl Fn(&csv::StringRecord) -> bool) -> Desk {
    let desk = Desk::new();
    let mut reader = csv::Reader::from_path(example("data").join(table)).expect("the table is there");
    let own = desk.home().join(table);
    let mut writer = csv::Writer::from_path(&own).expect("a table can be written");
    writer.write_record(reader.headers().expect("it has a header")).expect("a row can be written");
    for row in reader.records() {
        let row = row.expect("it is a table");
        if wanted(&row) {
            writer.write_record(&row).expect("a row can be written");
        }
    }
    writer.flush().expect("a table can be written");
    let mapping = example("mappings").join(mapping);
    let _ = desk.args(["import".as_ref(), own.as_os_str(), "--mapping".as_ref(), mapping.as_os_str()]).ok();
    desk
}

/// The findings of one code: of which agreement, about what, and the values that disagree.
fn of_code(lint: &Value, code: &str) -> Vec<String> {
    let all = lint["findings"].as_array().expect("a list").iter().filter(|finding| finding["code"] == code);
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |finding: &Value| {
        let values = &finding["values"];
        let (stated, computed) = (words(&values[0]["is"]), words(&values[1]["is"]));
        format!("{} {} {stated} {computed}", words(&finding["agreement"]), words(&finding["subject"]))
    };
    all.map(one).collect()
}

/// The thirteen published dates that the rule does not give, of 534.
#[test]
fn of_534_published_entries_into_force_521_agree_with_the_rule_and_the_other_13_are_listed() {
    let desk = imported("wipo_membership.csv", "wipo-membership.json", |row| RULED.contains(&&row[1]));
    let lint = desk.json("lint");
    assert_eq!((&lint["agreements"], &lint["recomputed"], &lint["agree"]), (&json!(7), &json!(534), &json!(521)));
    assert_eq!(
        of_code(&lint, "entry_into_force_month_end"),
        [
            "patent-law-treaty switzerland 2008-07-01 2008-06-30",
            "wct switzerland 2008-07-01 2008-06-30",
            "wppt switzerland 2008-07-01 2008-06-30",
        ]
    );
    // Three successions, and seven that came into force together with a regional office.
    assert_eq!(
        of_code(&lint, "party_entry_into_force_differs"),
        [
            "singapore-treaty belgium 2014-01-08 2013-09-07",
            "singapore-treaty benin 2016-02-13 2012-09-06",
            "singapore-treaty luxembourg 2014-01-08 2013-12-03",
            "singapore-treaty mali 2016-02-13 2009-12-01",
            "singapore-treaty netherlands-kingdom-of-the 2014-01-08 2010-01-02",
            "trademark-law-treaty belgium 2012-08-11 2004-09-28",
            "trademark-law-treaty montenegro 2006-06-03 2007-03-04",
            "trademark-law-treaty netherlands-kingdom-of-the 2012-08-11 1996-12-19",
            "wct montenegro 2006-06-03 2007-03-04",
            "wppt montenegro 2006-06-03 2007-03-04",
        ]
    );
    let counts = (lint["errors"].as_u64(), lint["warnings"].as_u64());
    assert_eq!(counts, (Some(10), Some(3)), "nothing else is found that is not a note");
    let table = desk.run("lint").ok().stdout;
    assert!(table.contains("534 stated dates recomputed, 521 agree"), "{table}");
    // The rule that the asker states gives the same as the one on record.
    let stated = desk.json("lint --each-party-within P3M");
    assert_eq!((&stated["recomputed"], &stated["agree"]), (&json!(534), &json!(521)));
}

#[test]
fn what_an_imported_table_says_twice_over_is_listed() {
    let table = "aiddata_gcof_sample.csv";
    let mut reader = csv::Reader::from_path(example("data").join(table)).expect("the table is there");
    let rows = reader.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("it is a table"));
    let without_end = rows.filter(|row| row["status"] == "Completion" && row["end_actual"].is_empty()).count();
    let desk = imported(table, "aiddata-gcof.json", |_| true);
    let lint = desk.json("lint");
    let of_c1 = of_code(&lint, "done_without_day").iter().filter(|words| words.contains(" c1 ")).count();
    assert_eq!(of_c1, without_end, "completed, without an end");
    let disputed = desk.events().iter().filter(|event| event["confidence"] == "disputed").count();
    assert!(disputed > 0, "an end, and a status other than completed");
    assert_eq!(of_code(&lint, "recorded_as_disputed").len(), disputed);
}

#[test]
fn lint_exits_with_ten_when_asked_to_and_something_is_wrong() {
    let desk = Desk::with(&[
        "record a-2020 --kind mou --party pk:state=Pakistan --on 2020-03-02 --source gazette",
        "commit a-2020 Train --owed-by pk --on 2020-03-02 --source gazette",
    ]);
    let _ = desk.run("lint").exits(0);
    let _ = desk.run("lint --exit-code").exits(10);
    let _ = desk.run("lint a-2020 --exit-code --json").exits(10);
    let _ = desk.run("lint b-2020").exits(1);
    let _ = desk.run("lint a-2020 --kind mou").exits(2);
    let _ = desk.run("lint --each-party-within soon").exits(2);
    desk.done(&[
        "sign a-2020 --party pk --on 2020-03-02 --source gazette",
        "report-milestone a-2020/c1 --status started --on 2020-03-05 --source gazette",
    ]);
    let _ = desk.run("lint --exit-code").exits(0);
}

#[test]
fn lint_knows_no_more_than_was_known() {
    let desk = Desk::new();
    let recorded = desk.next_time();
    desk.done(&[
        "record a-2020 --kind mou --party pk:state=Pakistan --on 2020-03-02 --source gazette",
        "sign a-2020 --party pk --on 2020-03-02 --source gazette",
    ]);
    let unsigned = |line: &str| of_code(&desk.json(line), "no_signature").len();
    assert_eq!((unsigned(&format!("lint --known-at {recorded}")), unsigned("lint")), (1, 0));
}
