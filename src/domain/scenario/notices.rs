//! Notices whose effect is counted from their receipt, and what becomes of the parties that give them.

use serde_json::{Value, json};

use super::{Story, check, recorded, signed};

fn running() -> Story {
    Story::of([recorded("mou"), signed("pk", "2025-09-17"), signed("ps", "2025-09-17")])
}

fn leaving(fields: &Value) -> Story {
    let mut said = json!({ "party": "ps", "kind": "withdrawal", "on": "2026-03-15" });
    said.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    running().then("give-notice", said)
}

#[test]
fn a_notice_takes_effect_so_long_after_its_receipt() {
    check(
        &leaving(&json!({ "effect_after": "P12M" })),
        &[
            ("2026-03-14", "ps", "party"),
            ("2026-03-15", "ps", "withdrawing"),
            ("2027-03-14", "ps", "withdrawing"),
            ("2027-03-15", "ps", "former_party"),
            ("2027-03-15", "pk", "party"),
            ("2027-03-15", "status", "in_operation"),
        ],
    );
}

#[test]
fn the_effect_of_a_notice_moves_with_its_day() {
    let corrected = leaving(&json!({ "effect_after": "P12M" }))
        .then("correct", json!({ "event": 4, "on": "2026-01-31", "reason": "the stamp of receipt" }));
    check(&corrected, &[("2027-01-30", "ps", "withdrawing"), ("2027-01-31", "ps", "former_party")]);
}

#[test]
fn a_notice_of_uncertain_receipt_takes_effect_on_its_latest_day() {
    let month = leaving(&json!({ "effect_after": "P12M", "on": "2026-02" }));
    check(&month, &[("2027-02-27", "ps", "withdrawing"), ("2027-02-28", "ps", "former_party")]);
}

#[test]
fn a_notice_without_effect_on_record_keeps_the_party_withdrawing() {
    check(&leaving(&json!({})), &[("2027-06-01", "ps", "withdrawing")]);
}

#[test]
fn a_notice_is_revoked_before_its_effect_only() {
    let noticed = leaving(&json!({ "effect_after": "P12M" }));
    let back = noticed.then("revoke-notice", json!({ "event": 4, "on": "2027-03-14" }));
    check(&back, &[("2027-03-13", "ps", "withdrawing"), ("2027-03-14", "ps", "party"), ("2027-05-01", "ps", "party")]);
    assert_eq!(
        noticed.answer("revoke-notice", json!({ "event": 4, "on": "2027-03-15", "reason": "late" })),
        "notice_took_effect"
    );
}

#[test]
fn an_effect_is_stated_or_counted_from_the_notice_itself() {
    let give = |fields: Value| running().answer("give-notice", fields);
    let both = json!({ "party": "ps", "kind": "withdrawal", "takes_effect": "2027-01-01", "effect_after": "P12M" });
    assert_eq!(give(both), "field");
    assert_eq!(give(json!({ "party": "ps", "kind": "withdrawal", "effect_after": "P0D" })), "field");
    assert_eq!(give(json!({ "party": "ps", "kind": "withdrawal", "effect_after": "P9000Y" })), "field");
    assert_eq!(give(json!({ "party": "ps", "kind": "withdrawal", "counting": "plain" })), "field");
    let noticed = leaving(&json!({ "effect_after": "P12M" }));
    let anchored = |at: &str| json!({ "event": 4, "set": [format!("data.effect.anchor={at}")], "reason": "a slip" });
    assert_eq!(noticed.answer("correct", anchored("entry-into-force")), "field");
    assert_eq!(
        noticed.answer("correct", json!({ "event": 4, "set": ["data.effect.length.period=P6M"], "reason": "r" })),
        "accepted"
    );
}
