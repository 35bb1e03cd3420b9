//! Signature, consent and entry into force, by the lifecycle of the agreement's kind.

use serde_json::{Value, json};

use super::{Story, check, recorded, say, signed};

fn proposed(kind: &str) -> Value {
    say("propose", json!({ "kind": kind, "party": ["pk:state=Pakistan", "ps:state=Palestine"], "on": "2025-01-01" }))
}

fn simple(party: &str, on: &str) -> Value {
    say("sign", json!({ "party": party, "mode": "simple", "on": on }))
}

fn deposited(party: &str, on: &str) -> Value {
    say("deposit", json!({ "party": party, "instrument": "ratification", "received": on }))
}

#[test]
fn a_treaty_goes_from_the_table_into_force() {
    let treaty = Story::of([
        proposed("treaty"),
        say("adopt", json!({ "on": "2025-02-01" })),
        say("initial", json!({ "party": "pk", "on": "2025-02-10" })),
        simple("pk", "2025-03-01"),
        simple("ps", "2025-04-01"),
        deposited("pk", "2025-06-01"),
        deposited("ps", "2025-07-01"),
        say("set-entry-into-force", json!({ "after": "@7", "within": "P30D" })),
    ]);
    check(
        &treaty,
        &[
            ("2025-01-01", "status", "proposed"),
            ("2025-02-01", "status", "adopted"),
            ("2025-02-10", "status", "authenticated"),
            ("2025-02-10", "pk", "initialled"),
            ("2025-03-01", "status", "open_for_signature"),
            ("2025-04-01", "status", "consent_pending"),
            ("2025-04-01", "pk", "signatory"),
            ("2025-06-30", "status", "consent_pending"),
            ("2025-06-30", "pk", "contracting"),
            ("2025-06-30", "ps", "signatory"),
            ("2025-07-01", "status", "not_yet_in_force"),
            ("2025-07-30", "status", "not_yet_in_force"),
            ("2025-07-31", "status", "in_force"),
            ("2025-07-31", "ps", "party"),
        ],
    );
}

#[test]
fn a_mere_signatory_is_no_party_to_a_treaty_in_force() {
    let treaty = Story::of([
        recorded("treaty"),
        simple("pk", "2025-09-17"),
        simple("ps", "2025-09-17"),
        deposited("pk", "2025-10-01"),
        say("enter-into-force", json!({ "on": "2025-11-01" })),
    ]);
    check(
        &treaty,
        &[("2025-11-01", "status", "in_force"), ("2025-11-01", "pk", "party"), ("2025-11-01", "ps", "signatory")],
    );
    let later = treaty.and([deposited("ps", "2026-01-01")]);
    check(&later, &[("2025-12-31", "ps", "signatory"), ("2026-01-01", "ps", "party")]);
}

#[test]
fn a_definitive_signature_binds_without_a_deposit() {
    let both =
        ["pk", "ps"].map(|party| say("sign", json!({ "party": party, "mode": "definitive", "on": "2025-09-17" })));
    let treaty = Story::of([recorded("treaty")]).and(both);
    check(&treaty, &[("2025-09-17", "status", "signed"), ("2025-09-17", "pk", "contracting")]);
}

#[test]
fn an_accession_consents_without_a_signature() {
    let treaty = Story::of([recorded("treaty"), simple("pk", "2025-09-17")])
        .and([say("deposit", json!({ "party": "ps", "instrument": "accession", "received": "2025-10-01" }))]);
    check(
        &treaty,
        &[
            ("2025-09-30", "status", "open_for_signature"),
            ("2025-10-01", "ps", "contracting"),
            ("2025-10-01", "status", "consent_pending"),
        ],
    );
    check(&treaty.and([deposited("pk", "2025-11-01")]), &[("2025-11-01", "status", "signed")]);
}

#[test]
fn a_treaty_without_a_rule_has_no_computed_entry_and_a_declared_one_counts() {
    let treaty = Story::of([recorded("treaty"), signed("pk", "2025-09-17"), signed("ps", "2025-09-17")]);
    check(&treaty, &[("2027-01-01", "status", "signed"), ("2027-01-01", "in force", "none")]);
    let declared = treaty.then("enter-into-force", json!({ "on": "2026-01-01" }));
    check(&declared, &[("2025-12-31", "status", "signed"), ("2026-01-01", "status", "in_force")]);
    assert_eq!(declared.answer("enter-into-force", json!({ "on": "2026-02-01" })), "twice");
}

#[test]
fn an_instrument_received_before_its_date_is_refused_and_counts_when_received() {
    let treaty = Story::of([recorded("treaty"), simple("pk", "2025-09-17")]);
    let fields =
        |dated: &str| json!({ "party": "pk", "instrument": "ratification", "dated": dated, "received": "2025-10-10" });
    assert_eq!(treaty.answer("deposit", fields("2025-10-11")), "field");
    check(
        &treaty.then("deposit", fields("2025-10-01")),
        &[("2025-10-09", "pk", "signatory"), ("2025-10-10", "pk", "contracting")],
    );
    let other_day =
        json!({ "party": "pk", "instrument": "ratification", "received": "2025-10-10", "on": "2025-10-01" });
    assert_eq!(treaty.answer("deposit", other_day), "field");
}

#[test]
fn a_treaty_can_be_applied_provisionally_and_for_one_party() {
    let treaty = Story::of([recorded("treaty"), simple("pk", "2025-09-17"), simple("ps", "2025-09-17")]).and([
        say("enter-into-force", json!({ "provisional": true, "on": "2025-10-01" })),
        say("enter-into-force", json!({ "party": "pk", "on": "2025-12-01" })),
    ]);
    check(
        &treaty,
        &[
            ("2025-09-30", "status", "consent_pending"),
            ("2025-10-01", "status", "provisionally_applied"),
            ("2025-11-30", "pk", "signatory"),
            ("2025-12-01", "pk", "party"),
            ("2025-12-01", "ps", "signatory"),
        ],
    );
}

#[test]
fn an_mou_operates_from_its_last_signature_unless_a_rule_says_otherwise() {
    let mou = Story::of([proposed("mou"), say("adopt", json!({ "on": "2025-02-01" }))])
        .and([signed("pk", "2025-03-01"), signed("ps", "2025-04-01")]);
    check(
        &mou,
        &[
            ("2025-01-31", "status", "proposed"),
            ("2025-02-01", "status", "agreed_text"),
            ("2025-03-31", "status", "signed"),
            ("2025-04-01", "status", "in_operation"),
            ("2025-04-01", "ps", "party"),
        ],
    );
    let ruled = mou.then("set-entry-into-force", json!({ "after": "signature", "within": "P30D" }));
    check(
        &ruled,
        &[
            ("2025-03-31", "in force", "none"),
            ("2025-04-30", "status", "signed"),
            ("2025-05-01", "status", "in_operation"),
        ],
    );
    let dated = mou.then("set-entry-into-force", json!({ "date": "2026-01-01" }));
    check(&dated, &[("2025-12-31", "status", "signed"), ("2026-01-01", "status", "in_operation")]);
    let floored = mou.then("set-entry-into-force", json!({ "after": "signature", "floor": "2025-06-01" }));
    check(&floored, &[("2025-04-01", "in force", "2025-06-01")]);
    let both = json!({ "date": "2026-01-01", "after": "signature" });
    assert_eq!(mou.answer("set-entry-into-force", both), "field");
}

#[test]
fn a_contract_goes_from_draft_through_executed_to_effective() {
    let contract = Story::of([proposed("contract"), signed("pk", "2025-03-01"), signed("ps", "2025-04-01")])
        .then("set-entry-into-force", json!({ "after": "signature", "within": "P1M" }));
    check(
        &contract,
        &[
            ("2025-01-01", "status", "draft"),
            ("2025-03-01", "status", "signed"),
            ("2025-04-01", "status", "executed"),
            ("2025-04-30", "status", "executed"),
            ("2025-05-01", "status", "effective"),
        ],
    );
}

#[test]
fn an_uncertain_signature_counts_from_its_latest_day() {
    let mou = Story::of([recorded("mou"), signed("pk", "2025-09"), signed("ps", "2025-09-10")]);
    check(&mou, &[("2025-09-29", "status", "signed"), ("2025-09-30", "status", "in_operation")]);
}

#[test]
fn statements_and_objections_point_at_each_other() {
    let treaty = Story::of([recorded("treaty"), simple("pk", "2025-09-17")])
        .then("reserve", json!({ "party": "pk", "text": "not Article 3", "on": "2025-09-17" }));
    assert_eq!(treaty.answer("object", json!({ "event": 3, "party": "ps", "on": "2025-09-01" })), "nothing_to");
    let objected = treaty.then("object", json!({ "event": 3, "party": "ps", "on": "2025-12-01" }));
    assert_eq!(objected.answer("retract", json!({ "event": 3, "reason": "r" })), "nothing_to");
}

#[test]
fn a_party_that_left_does_not_act() {
    let mou = Story::of([recorded("mou"), signed("pk", "2025-09-17"), signed("ps", "2025-09-17")])
        .then("withdraw-party", json!({ "party": "ps", "on": "2026-01-01" }));
    check(&mou, &[("2025-12-31", "ps", "party"), ("2026-01-01", "ps", "former_party"), ("2026-01-01", "pk", "party")]);
    assert_eq!(
        mou.answer("deposit", json!({ "party": "ps", "instrument": "acceptance", "on": "2026-02-01" })),
        "party_left"
    );
    assert_eq!(mou.answer("withdraw-party", json!({ "party": "ps", "on": "2026-02-01" })), "twice");
}
