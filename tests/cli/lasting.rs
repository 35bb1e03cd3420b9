//! A register that this format's first program wrote opens for ever, and answers as it did then.

#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "a file that is not there fails the test; its texts are short"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Desk, copy_folder};

/// Far above what a packed file holds.
const UNPACKED_BYTES_MAX: usize = 64 * 1024 * 1024;

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/log/stores/format-2")
}

/// Puts the store into the desk's folder.
fn unpack(store: &Path) {
    copy_folder(&kept().join("store"), store);
    let packed = store.join("log/db.zst");
    let db = zstd::bulk::decompress(&fs::read(&packed).unwrap(), UNPACKED_BYTES_MAX).unwrap();
    fs::write(store.join("log/db"), db).unwrap();
    fs::remove_file(packed).unwrap();
    fs::create_dir_all(store.join("log/blobs")).unwrap();
}

fn exported() -> String {
    let packed = fs::read(kept().join("events.jsonl.zst")).unwrap();
    String::from_utf8(zstd::bulk::decompress(&packed, UNPACKED_BYTES_MAX).unwrap()).unwrap()
}

/// Whether today's answer says all that the one of then said; it may say more.
fn says(now: &Value, then: &Value, at: &str) {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            for (name, then) in then {
                let now = now.get(name).unwrap_or_else(|| panic!("{at}/{name} is gone"));
                says(now, then, &format!("{at}/{name}"));
            }
        }
        (Value::Array(now), Value::Array(then)) => {
            assert_eq!(now.len(), then.len(), "{at}");
            for (number, (now, then)) in now.iter().zip(then).enumerate() {
                says(now, then, &format!("{at}/{number}"));
            }
        }
        _ => assert_eq!(now, then, "{at}"),
    }
}

#[test]
fn a_register_of_format_2_exports_what_it_did_and_answers_as_it_did() {
    let desk = Desk::new();
    unpack(&desk.store());
    let events = exported();
    assert_eq!(desk.run("export").ok().stdout, events);
    let asked = fs::read_to_string(kept().join("questions.txt")).unwrap();
    let mut questions = 0;
    for line in asked.lines() {
        let (file, question) = line.split_once(": ").unwrap();
        let then = fs::read_to_string(kept().join("answers").join(file)).unwrap();
        says(&desk.json(question), &serde_json::from_str(&then).unwrap(), question);
        questions += 1;
    }
    assert!(questions > 10, "{questions} questions");
    // It is whole, goes on, and can be backed up.
    assert_eq!(desk.run("doctor").code, Some(0));
    desk.morning_of("2026-12-01");
    let reference: Value = serde_json::from_str(events.lines().next().unwrap()).unwrap();
    let reference = reference["data"]["reference"].as_str().unwrap().to_owned();
    desk.done(&[&format!("note {reference} later"), "backup copy.tar.zst", "restore copy.tar.zst --store again"]);
    let later = desk.run("export --store again").ok().stdout;
    assert!(later.starts_with(&events));
    assert_eq!(later.lines().count(), events.lines().count() + 1);
}
