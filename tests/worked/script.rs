//! The script beside the import lines: it runs to its end, and it records the same facts.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{printed, repository};

/// Runs the script from a folder of its own, with the program that was built for the tests.
fn script(folder: &Path) -> Output {
    let mut command = Command::new("bash");
    command.arg(repository("examples/worked-agreements.sh")).arg(folder);
    command.env_clear().env("SERVANDA", env!("CARGO_BIN_EXE_servanda")).current_dir(std::env::temp_dir());
    if let Some(path) = std::env::vars_os().find(|(name, _)| name == "PATH") {
        command.env("PATH", path.1);
    }
    command.output().expect("bash starts")
}

/// The facts of an export by agreement, without what differs from one recording to the next.
fn facts(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
    command.env_clear().arg("--store").arg(folder.join(".servanda")).arg("export");
    let export = printed("export", &command.output().expect("the program starts"));
    let mut references: BTreeMap<String, String> = BTreeMap::new();
    let mut facts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in export.lines() {
        let event: Value = serde_json::from_str(line).expect("an export is JSON lines");
        let stream = event["agreement"].as_str().expect("an id").to_owned();
        if let Some(reference) = event["data"]["reference"].as_str() {
            references.insert(stream.clone(), reference.to_owned());
        }
        // What the script makes up is not in the lines, nor are the calendars that it counts by.
        let made_up = event["data"]["undertaking"]["text"] == "Hold the first meeting";
        let Some(reference) = references.get(&stream).filter(|_| event["type"] != "record.corrected" && !made_up)
        else {
            continue;
        };
        // The day of settling is the day on which the script was run.
        let today = event["type"] == "fact.resolved" || event["type"] == "fact.disputed";
        let occurred = if today { Value::Null } else { event["occurred"].clone() };
        let kept = json!({ "seq": event["seq"], "type": event["type"], "v": event["v"], "occurred": occurred,
            "confidence": event["confidence"], "evidence": event["evidence"], "reason": event["reason"],
            "data": event["data"] });
        facts.entry(reference.clone()).or_default().push(kept);
    }
    facts
}

#[test]
fn the_script_runs_to_its_end_and_records_what_the_import_lines_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("new");
    let output = script(&folder);
    let said = printed("the script", &output);
    let lines = [
        "recorded: pk-ps-health-2025@3 agreement.signed, ../2025-09-17",
        "24 commands: 24 recorded, 0 recorded before, 0 refused",
        "24 commands: 0 recorded, 24 recorded before, 0 refused",
        "signatory not named; ../XXXX-06-26, printed \"Wednesday\"",
        "due today",
        "2025-10-18 is 1 day after 2025-10-17, and no fulfilment is on record",
        "Promised without a date",
        "- pk-ps-health-2025/c1 was due 2025-10-17, is now due 2025-10-20",
        "commitments.c1.due ",
        "all 32 reports",
        "byte for byte what they were",
    ];
    for line in lines {
        assert!(said.contains(line), "{line:?} is missing in:\n{said}");
    }
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "only the new register is announced there");

    let imported = super::recorded();
    let (by_script, by_lines) = (facts(&folder), facts(imported.path()));
    assert_eq!(by_script.keys().collect::<Vec<_>>(), by_lines.keys().collect::<Vec<_>>());
    for (agreement, expected) in &by_lines {
        assert_eq!(&by_script[agreement], expected, "{agreement}");
    }

    let again = script(&folder);
    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("already holds a register"), "{said}");
}
