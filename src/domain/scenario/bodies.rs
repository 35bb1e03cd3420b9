//! Working groups and committees.

use serde_json::json;

use super::{Story, check, day, recorded};

fn announced() -> Story {
    Story::of([recorded("mou")]).then("announce-working-group", json!({ "name": "Health", "on": "2025-09-17" }))
}

#[test]
fn a_body_is_formed_under_the_name_it_was_announced_with() {
    let formed = announced().then("form-working-group", json!({ "name": "Health", "on": "2025-10-01" }));
    check(
        &formed,
        &[("2025-09-16", "wg1", "not there"), ("2025-09-17", "wg1", "Health"), ("2025-10-01", "wg2", "not there")],
    );
    let agreement = formed.at(day("2025-10-01"));
    assert!(agreement.bodies.iter().all(|body| body.announced.is_some() && body.formed.is_some()));
    let again = json!({ "body": "wg1", "on": "2025-11-01" });
    assert_eq!(formed.answer("form-working-group", again), "twice");
    // The same name once more is another body, because the first is formed.
    let other = formed.then("form-working-group", json!({ "name": "Health", "on": "2025-11-01" }));
    check(&other, &[("2025-11-01", "wg2", "Health")]);
    assert_eq!(announced().answer("form-working-group", json!({})), "field");
}

#[test]
fn a_body_meets_and_ends_only_once_it_is_formed() {
    let meet = |on: &str| json!({ "body": "wg1", "on": on });
    assert_eq!(announced().answer("record-meeting", meet("2025-11-01")), "body_not_there");
    let formed = announced().then("form-working-group", json!({ "body": "wg1", "on": "2025-10-01" }));
    assert_eq!(formed.answer("record-meeting", meet("2025-09-20")), "body_not_there");
    let ended = formed.then("record-meeting", meet("2025-11-01")).then("dissolve-working-group", meet("2026-01-01"));
    assert_eq!(ended.answer("record-meeting", meet("2026-02-01")), "body_not_there");
    assert_eq!(ended.answer("record-meeting", meet("2025-12-01")), "accepted");
    assert_eq!(ended.answer("dissolve-working-group", meet("2026-02-01")), "twice");
}
