//! How long an agreement runs, its notices, its suspension and its end.

use serde_json::{Value, json};

use super::{Story, check, recorded, say, signed};

fn running() -> Story {
    Story::of([recorded("mou"), signed("pk", "2025-01-01"), signed("ps", "2025-01-01")].map(|mut command| {
        command["on"] = "2025-01-01".into();
        command
    }))
}

fn with_term(fields: Value) -> Story {
    running().then("set-term", fields)
}

fn notice(kind: &str, on: &str) -> Value {
    say("give-notice", json!({ "party": "ps", "kind": kind, "on": on }))
}

#[test]
fn a_term_ends_the_day_before_its_return_and_expiry_is_derived() {
    check(
        &with_term(json!({ "length": "P1Y" })),
        &[
            ("2025-12-31", "status", "in_operation"),
            ("2025-12-31", "term", "2025-12-31"),
            ("2026-01-01", "status", "expired"),
            ("2026-01-01", "pk", "former_party"),
        ],
    );
}

#[test]
fn a_term_that_starts_at_a_month_end_ends_at_a_month_end() {
    let term = |start: &str, length: &str| with_term(json!({ "start": start, "length": length }));
    check(&term("2024-02-29", "P1Y"), &[("2025-06-01", "term", "2025-02-28")]);
    check(&term("2025-01-31", "P1M"), &[("2025-01-15", "term", "2025-02-28")]);
    check(&term("2025-02-01", "P1M"), &[("2025-01-15", "term", "2025-02-28")]);
}

#[test]
fn a_renewal_runs_from_the_day_after_the_end() {
    let renewed =
        with_term(json!({ "start": "2025-02-01", "length": "P1M" })).then("renew", json!({ "on": "2025-02-20" }));
    check(&renewed, &[("2025-02-19", "term", "2025-02-28"), ("2025-02-20", "term", "2025-03-31")]);
    let until =
        with_term(json!({ "length": "P1Y" })).then("renew", json!({ "until": "2028-06-30", "on": "2025-12-01" }));
    check(&until, &[("2025-12-01", "term", "2028-06-30"), ("2027-06-01", "status", "in_operation")]);
    let length =
        with_term(json!({ "end": "2025-12-31" })).then("renew", json!({ "length": "P2Y", "on": "2025-12-01" }));
    check(&length, &[("2025-12-01", "term", "2027-12-31")]);
}

#[test]
fn a_tacit_term_goes_on_until_somebody_gives_notice() {
    let tacit = with_term(json!({ "length": "P1Y", "renewal": "tacit", "notice_period": "P3M" }));
    check(&tacit, &[("2027-06-01", "status", "in_operation"), ("2027-06-01", "term", "none")]);
    let noticed = tacit.and([notice("non_renewal", "2025-09-01")]);
    check(
        &noticed,
        &[
            ("2025-08-31", "term", "none"),
            ("2025-09-01", "term", "2025-12-31"),
            ("2025-12-31", "status", "in_operation"),
            ("2026-01-01", "status", "expired"),
        ],
    );
    let revoked = noticed.then("revoke-notice", json!({ "event": 5, "on": "2025-10-01" }));
    check(&revoked, &[("2025-09-30", "term", "2025-12-31"), ("2026-01-01", "status", "in_operation")]);
}

#[test]
fn a_notice_in_a_renewed_term_ends_that_term_and_not_the_first() {
    let tacit = with_term(json!({ "length": "P1Y", "renewal": "tacit" }));
    let later = tacit.and([notice("non_renewal", "2026-07-01")]);
    check(
        &later,
        &[
            ("2026-06-30", "status", "in_operation"),
            ("2026-07-01", "status", "in_operation"),
            ("2026-07-01", "term", "2026-12-31"),
            ("2027-01-01", "status", "expired"),
        ],
    );
}

#[test]
fn a_notice_that_comes_too_late_lets_the_term_renew_once_more() {
    let tacit =
        with_term(json!({ "length": "P1Y", "renewal": "tacit", "renewal_length": "P2Y", "notice_period": "P3M" }));
    check(&tacit.and([notice("non_renewal", "2025-09-30")]), &[("2026-01-01", "term", "2025-12-31")]);
    check(&tacit.and([notice("non_renewal", "2025-10-01")]), &[("2026-01-01", "term", "2027-12-31")]);
}

#[test]
fn a_notice_of_withdrawal_runs_and_takes_effect() {
    let noticed = running().then(
        "give-notice",
        json!({ "party": "ps", "kind": "withdrawal", "on": "2026-03-15", "takes_effect": "2027-03-15" }),
    );
    check(
        &noticed,
        &[
            ("2026-03-14", "ps", "party"),
            ("2026-03-15", "ps", "withdrawing"),
            ("2027-03-14", "ps", "withdrawing"),
            ("2027-03-15", "ps", "former_party"),
            ("2027-03-15", "pk", "party"),
            ("2027-03-15", "status", "in_operation"),
        ],
    );
    let revoked = noticed.then("revoke-notice", json!({ "event": 4, "on": "2026-12-01" }));
    check(
        &revoked,
        &[("2026-11-30", "ps", "withdrawing"), ("2026-12-01", "ps", "party"), ("2027-03-15", "ps", "party")],
    );
    assert_eq!(revoked.answer("revoke-notice", json!({ "event": 4, "on": "2027-01-01" })), "twice");
}

#[test]
fn a_notice_of_termination_ends_the_agreement_when_it_takes_effect() {
    let noticed = running().then(
        "give-notice",
        json!({ "party": "ps", "kind": "termination", "on": "2026-03-15", "takes_effect": "2026-09-15" }),
    );
    check(&noticed, &[("2026-09-14", "status", "in_operation"), ("2026-09-15", "status", "terminated")]);
}

#[test]
fn a_suspension_ends_on_its_day_or_when_the_operation_is_resumed() {
    let until = running().then("suspend", json!({ "on": "2026-01-10", "until": "2026-06-30" }));
    check(
        &until,
        &[
            ("2026-01-09", "status", "in_operation"),
            ("2026-01-10", "status", "suspended"),
            ("2026-01-10", "pk", "party"),
            ("2026-06-30", "status", "suspended"),
            ("2026-07-01", "status", "in_operation"),
        ],
    );
    assert_eq!(until.answer("suspend", json!({ "on": "2026-05-01" })), "twice");
    let again = until.then("suspend", json!({ "on": "2027-01-01" }));
    check(&again, &[("2026-12-31", "status", "in_operation"), ("2027-01-01", "status", "suspended")]);
    let open = running().then("suspend", json!({ "on": "2026-01-10" })).then("resume", json!({ "on": "2026-05-01" }));
    check(&open, &[("2026-04-30", "status", "suspended"), ("2026-05-01", "status", "in_operation")]);
}

#[test]
fn an_end_is_told_by_its_kind() {
    let end = |verb: &str, fields: Value| running().then(verb, fields);
    let before = ("2026-01-31", "status", "in_operation");
    check(
        &end("terminate", json!({ "ground": "consent", "on": "2026-02-01" })),
        &[before, ("2026-02-01", "status", "terminated")],
    );
    check(
        &end("supersede", json!({ "by": "b", "on": "2026-02-01" })),
        &[before, ("2026-02-01", "status", "superseded")],
    );
    check(&end("complete", json!({ "on": "2026-02-01" })), &[before, ("2026-02-01", "status", "completed")]);
    check(
        &end("terminate", json!({ "on": "2026-02-01" })),
        &[("2026-01-31", "pk", "party"), ("2026-02-01", "pk", "former_party")],
    );
}

#[test]
fn an_uncertain_end_counts_from_its_latest_day() {
    check(
        &running().then("terminate", json!({ "on": "2026-02" })),
        &[("2026-02-27", "status", "in_operation"), ("2026-02-28", "status", "terminated")],
    );
}

#[test]
fn a_term_that_cannot_be_is_refused() {
    for fields in [
        json!({}),
        json!({ "length": "P0D" }),
        json!({ "start": "2026-01-01", "end": "2025-12-31" }),
        json!({ "length": "P1Y", "end": "2025-12-31" }),
    ] {
        assert_eq!(running().answer("set-term", fields.clone()), "field", "{fields}");
    }
    let beyond = json!({ "start": "9999-01-01", "length": "P2Y" });
    assert_eq!(running().answer("set-term", beyond), "beyond_calendar");
}
