//! What was promised: reports, fulfilment, waiver, dispute, withdrawal, and what the agreement's end does to it.

use serde_json::{Value, json};

use super::{Story, check, day, due_on, recorded, say};

fn owed() -> Story {
    Story::of([recorded("mou"), due_on("2025-12-31")])
}

fn report(status: &str, on: &str) -> Value {
    say("report-milestone", json!({ "commitment": "c1", "status": status, "on": on }))
}

#[test]
fn a_commitment_is_met_on_its_due_date_and_met_late_after_it() {
    let met = |on: &str| owed().and([report("met", on)]);
    check(&met("2025-12-31"), &[("2025-12-30", "c1", "due_soon"), ("2025-12-31", "c1", "met")]);
    check(&met("2026-01-01"), &[("2025-12-31", "c1", "due_today"), ("2026-01-01", "c1", "met_late")]);
}

#[test]
fn a_fulfilment_that_may_have_been_in_time_is_not_called_late() {
    check(
        &owed().and([report("met", "2025-12/2026-01")]),
        &[("2026-01-30", "c1", "overdue"), ("2026-01-31", "c1", "met")],
    );
    check(&owed().and([report("met", "../2026-01-31")]), &[("2026-01-31", "c1", "met")]);
}

#[test]
fn met_is_judged_by_the_deadline_in_force_when_it_was_met() {
    let extended = say("extend-deadline", json!({ "commitment": "c1", "to": "2026-03-31", "on": "2025-12-20" }));
    check(
        &owed().and([extended.clone(), report("met", "2026-03-01")]),
        &[
            ("2026-03-01", "c1", "met"),
            ("2026-03-01", "c1 original", "2025-12-31"),
            ("2026-03-01", "c1 extensions", "1"),
        ],
    );
    // Extended only after it was met late: the extension does not make it timely.
    let late = owed().and([report("met", "2026-01-15")]);
    let after = json!({ "commitment": "c1", "to": "2026-03-31", "on": "2026-02-01" });
    assert_eq!(late.answer("extend-deadline", after.clone()), "closed");
    let mut reasoned = after;
    reasoned["reason"] = "on paper".into();
    check(&late.then("extend-deadline", reasoned), &[("2026-02-02", "c1", "met_late")]);
}

#[test]
fn a_report_dated_before_the_commitment_counts_from_the_commitment() {
    let early = Story::of([
        recorded("mou"),
        say("set-deadline", json!({ "text": "t", "due": "2026-03-31", "on": "2026-01-15" })),
        report("met", "2025-12-01"),
    ]);
    check(
        &early,
        &[("2026-01-14", "c1", "not there"), ("2026-01-15", "c1", "met"), ("2026-01-15", "c1 due", "2026-03-31")],
    );
}

#[test]
fn early_facts_that_wait_for_each_other_all_count_in_the_end() {
    // The meeting waits for the body, whose formation waits for the commitment that it fulfils.
    let story = Story::of([
        recorded("mou"),
        say("commit", json!({ "text": "t", "on": "2025-12-01" })),
        say("form-working-group", json!({ "name": "W", "fulfils": "c1", "on": "2025-10-01" })),
        say("record-meeting", json!({ "body": "wg1", "on": "2025-09-15", "reason": "the minutes bear that day" })),
    ]);
    let agreement = story.at(day("2025-12-01"));
    assert_eq!(agreement.bodies.iter().map(|body| body.meetings.len()).collect::<Vec<_>>(), [1]);
    check(&story, &[("2025-12-01", "c1", "met")]);
}

#[test]
fn a_verified_fulfilment_is_shown_and_a_rejected_one_is_open_again() {
    let claimed = owed().and([report("met", "2025-12-01")]);
    check(&claimed, &[("2025-12-01", "c1 verified", "Some(false)")]);
    let verified = claimed.then("verify-fulfilment", json!({ "commitment": "c1", "on": "2025-12-10" }));
    check(&verified, &[("2025-12-09", "c1 verified", "Some(false)"), ("2025-12-10", "c1 verified", "Some(true)")]);
    let rejected = claimed.then("reject-fulfilment", json!({ "commitment": "c1", "on": "2026-01-10" }));
    check(
        &rejected,
        &[("2026-01-09", "c1", "met"), ("2026-01-10", "c1", "overdue"), ("2026-01-10", "c1 verified", "None")],
    );
    let again = rejected.and([report("met", "2026-02-01")]);
    check(&again, &[("2026-02-01", "c1", "met_late")]);
}

#[test]
fn a_second_report_of_fulfilment_is_odd_and_a_later_not_met_takes_it_back() {
    let met = owed().and([report("met", "2025-12-01")]);
    let again = json!({ "commitment": "c1", "status": "met", "on": "2025-12-05" });
    assert_eq!(met.answer("report-milestone", again), "closed");
    check(&met.and([report("not_met", "2026-01-05")]), &[("2026-01-04", "c1", "met"), ("2026-01-05", "c1", "overdue")]);
}

#[test]
fn partly_met_closes_a_commitment_only_when_it_says_so() {
    let part = |closed: bool| {
        let fields =
            json!({ "commitment": "c1", "status": "partially_met", "share": 60, "closed": closed, "on": "2025-12-01" });
        owed().then("report-milestone", fields)
    };
    check(&part(false), &[("2026-01-01", "c1", "overdue")]);
    check(&part(true), &[("2026-01-01", "c1", "partially_met")]);
    let wrong = json!({ "commitment": "c1", "status": "met", "closed": true });
    assert_eq!(owed().answer("report-milestone", wrong), "field");
    let share = json!({ "commitment": "c1", "status": "progress", "share": 101 });
    assert_eq!(owed().answer("report-milestone", share), "field");
}

#[test]
fn a_waiver_by_a_party_that_is_not_entitled_is_odd() {
    let by = |party: &str| json!({ "commitment": "c1", "by": party, "on": "2025-11-01" });
    assert_eq!(owed().answer("waive", by("pk")), "not_entitled");
    assert_eq!(owed().answer("waive", by("zz")), "party_not_declared");
    assert_eq!(owed().answer("waive", json!({ "commitment": "c1" })), "field");
    let waived = owed().then("waive", by("ps"));
    check(&waived, &[("2025-10-31", "c1", "pending"), ("2025-11-01", "c1", "waived"), ("2026-06-01", "c1", "waived")]);
    assert_eq!(waived.answer("waive", by("ps")), "twice");
    assert_eq!(waived.answer("report-milestone", json!({ "commitment": "c1", "status": "started" })), "closed");
}

#[test]
fn a_withdrawn_commitment_takes_no_reports_at_all() {
    let gone = owed().then("withdraw-commitment", json!({ "commitment": "c1", "on": "2025-11-01" }));
    check(
        &gone,
        &[("2025-10-31", "c1", "pending"), ("2025-11-01", "c1", "withdrawn"), ("2026-06-01", "c1", "withdrawn")],
    );
    for (verb, fields) in [
        ("report-milestone", json!({ "commitment": "c1", "status": "started", "on": "2025-12-01" })),
        ("verify-fulfilment", json!({ "commitment": "c1" })),
        ("waive", json!({ "commitment": "c1", "by": "ps" })),
        ("dispute", json!({ "commitment": "c1", "by": "ps" })),
        ("form-working-group", json!({ "name": "W", "fulfils": "c1" })),
        ("amend", json!({ "what": "w", "commitment": "c1", "text": "u" })),
    ] {
        let mut fields = fields;
        fields["reason"] = "r".into();
        assert_eq!(gone.answer(verb, fields), "withdrawn", "{verb}");
    }
    // A report of the days before the withdrawal is in order.
    let before = json!({ "commitment": "c1", "status": "started", "on": "2025-10-15" });
    assert_eq!(gone.answer("report-milestone", before), "accepted");
}

#[test]
fn a_back_dated_withdrawal_before_a_report_is_refused() {
    let reported = owed().and([report("progress", "2025-11-15")]);
    let withdraw = |on: &str| json!({ "commitment": "c1", "on": on });
    assert_eq!(reported.answer("withdraw-commitment", withdraw("2025-11-01")), "withdrawn");
    assert_eq!(reported.answer("withdraw-commitment", withdraw("2025-11-20")), "accepted");
}

#[test]
fn a_dispute_hides_the_due_state_until_it_is_settled() {
    let disputed = owed().then("dispute", json!({ "commitment": "c1", "by": "ps", "on": "2025-12-15" }));
    check(
        &disputed,
        &[("2025-12-14", "c1", "pending"), ("2025-12-20", "c1", "disputed"), ("2026-02-01", "c1", "disputed")],
    );
    let settled =
        disputed.then("settle", json!({ "commitment": "c1", "outcome": "due as agreed", "on": "2026-01-10" }));
    check(&settled, &[("2026-01-09", "c1", "disputed"), ("2026-01-10", "c1", "overdue")]);
}

#[test]
fn a_commitment_stands_still_while_its_agreement_is_suspended() {
    let suspended = owed().then("suspend", json!({ "on": "2025-12-01", "until": "2026-02-28" }));
    check(
        &suspended,
        &[
            ("2025-11-30", "c1", "pending"),
            ("2025-12-01", "c1", "suspended"),
            ("2026-02-28", "c1", "suspended"),
            ("2026-03-01", "c1", "overdue"),
        ],
    );
}

#[test]
fn what_is_open_is_superseded_with_its_agreement_and_owed_after_its_end() {
    let superseded = owed().then("supersede", json!({ "by": "b", "on": "2025-12-01" }));
    check(
        &superseded,
        &[("2025-11-30", "c1", "pending"), ("2025-12-01", "c1", "superseded"), ("2026-02-01", "c1", "superseded")],
    );
    let met = owed().and([report("met", "2025-11-01"), say("supersede", json!({ "by": "b", "on": "2025-12-01" }))]);
    check(&met, &[("2026-01-01", "c1", "met")]);
    let terminated = owed().then("terminate", json!({ "on": "2025-12-01" }));
    check(&terminated, &[("2026-01-01", "c1", "overdue")]);
    assert_eq!(terminated.answer("report-milestone", json!({ "commitment": "c1", "status": "met" })), "accepted");
}

#[test]
fn a_formation_that_fulfils_what_is_met_already_is_odd() {
    let met = owed().and([report("met", "2025-11-01")]);
    let formed = json!({ "name": "W", "fulfils": "c1", "on": "2025-11-05" });
    assert_eq!(met.answer("form-working-group", formed), "closed");
}
