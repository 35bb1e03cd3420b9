//! An import that is killed in the middle goes on when it is run again, and nothing is in it twice.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::harness::{Desk, finish, start};

/// More than one batch, so that one lies in the log while others are decided.
const LINES: usize = 6_000;

/// How often to look for the first batch, two milliseconds apart; a machine under load is slow.
const LOOKS: usize = 60_000;

/// Forty agreements at a time, each with a fact more in every round; a second apart.
fn lines() -> String {
    let mut lines = String::new();
    for number in 0..LINES {
        let agreement = format!("a-{}-{}", number / 2_000, number % 40);
        let seconds = format!("2025-{:02}-{:02}T", 1 + number / 2_000, 1 + number % 2_000 / 80);
        let recorded_at = format!("{seconds}{:02}:{:02}:00Z", number % 80 / 60, number % 80 % 60);
        let fields = match number % 2_000 / 40 {
            0 => json!({ "command": "record", "kind": "mou", "party": ["pk:state=Pakistan"], "on": "2020-01-01" }),
            1 => json!({ "command": "sign", "party": "pk", "on": "2020-02-01" }),
            2 => json!({ "command": "set-deadline", "text": "t", "within": "P3M", "after": "signature" }),
            nth => json!({ "command": "note", "text": format!("note {nth}"), "on": "2020-03-01" }),
        };
        let mut line = fields;
        line["agreement"] = agreement.into();
        line["recorded_at"] = recorded_at.into();
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

/// What the register says, without what is drawn by lot.
fn certain(desk: &Desk) -> Vec<Map<String, Value>> {
    let mut events: Vec<Map<String, Value>> =
        desk.events().into_iter().filter_map(|event| event.as_object().cloned()).collect();
    for event in &mut events {
        for drawn in ["id", "agreement", "salt", "body_hash"] {
            event.remove(drawn);
        }
    }
    events
}

/// How many events the store bears witness to.
fn acknowledged(desk: &Desk) -> u64 {
    let witness = std::fs::read(desk.store().join("witness")).unwrap_or_default();
    let witness = String::from_utf8_lossy(&witness).into_owned();
    let ends = witness.lines().filter_map(|line| line.trim().strip_prefix("end ")?.parse().ok());
    ends.max().unwrap_or(0)
}

#[test]
fn a_killed_import_goes_on_where_it_was_and_records_nothing_twice() {
    let whole = Desk::new();
    std::fs::write(whole.home().join("lines.jsonl"), lines()).unwrap();
    let done = whole.run("import lines.jsonl --asserted-times --json").ok().json();
    assert_eq!((done["recorded"].as_u64(), done["repeated"].as_u64()), (Some(LINES as u64), Some(0)));

    let killed = Desk::new();
    std::fs::write(killed.home().join("lines.jsonl"), lines()).unwrap();
    let import = |seed: &str| {
        let mut command = killed.servanda();
        command.env("SERVANDA_SEED", seed).args(["import", "lines.jsonl", "--asserted-times", "--json"]);
        command
    };
    let mut before = 0;
    for seed in ["one", "two"] {
        let mut child = start(&mut import(seed));
        for _ in 0..LOOKS {
            if acknowledged(&killed) > before || child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        before = acknowledged(&killed);
    }
    assert!(before > 0, "it was killed before anything was durable");
    let rest = finish(&mut import("three"), b"").ok().json();
    assert_eq!(rest["repeated"].as_u64().unwrap() + rest["recorded"].as_u64().unwrap(), LINES as u64);
    assert!(rest["repeated"].as_u64().unwrap() >= before, "{rest}");
    assert_eq!(certain(&killed), certain(&whole));
}
