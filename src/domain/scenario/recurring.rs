//! Commitments that recur: their instances, each with its own due date, reports and fate.

use serde_json::{Value, json};

use super::{Story, check, day, recorded, say, signed};
use crate::domain::status::CommitmentState;

/// The commitment `c1`, due on a day and again by a rule.
fn recurring(due: &str, repeat: &str) -> Value {
    say("set-deadline", json!({ "text": "Report", "due": due, "repeat": repeat, "owed_by": "pk", "owed_to": "ps" }))
}

fn quarterly() -> Story {
    Story::of([recorded("mou"), recurring("2026-03-31", "FREQ=MONTHLY;INTERVAL=3;COUNT=4")])
}

fn met(what: &str, on: &str) -> Value {
    say("report-milestone", json!({ "agreement": format!("a/{what}"), "status": "met", "on": on }))
}

#[test]
fn quarterly_reports_are_owed_one_by_one() {
    let story = quarterly();
    check(
        &story,
        &[
            ("2026-01-01", "c1.1 due", "2026-03-31"),
            ("2026-01-01", "c1.2 due", "2026-06-30"),
            ("2026-01-01", "c1.3 due", "2026-09-30"),
            ("2026-01-01", "c1.4 due", "2026-12-31"),
            ("2026-01-01", "c1.5", "not there"),
            ("2026-01-01", "c1", "pending"),
            ("2026-03-20", "c1", "due_soon"),
            ("2026-04-01", "c1", "overdue"),
            ("2026-04-01", "c1.2", "pending"),
            ("2026-07-01", "c1 counts", "0/4 met, 0 waived, 2 overdue"),
        ],
    );
}

#[test]
fn one_report_is_late_and_another_let_go() {
    let story = quarterly().and([
        met("c1.1", "2026-03-30"),
        met("c1.2", "2026-07-04"),
        say("waive", json!({ "agreement": "a/c1.3", "by": "ps", "on": "2026-09-01", "reason": "the flood" })),
    ]);
    check(
        &story,
        &[
            ("2026-03-30", "c1.1", "met"),
            ("2026-03-30", "c1 due", "2026-06-30"),
            ("2026-07-03", "c1", "overdue"),
            ("2026-07-04", "c1.2", "met_late"),
            ("2026-09-01", "c1.3", "waived"),
            ("2026-09-01", "c1", "pending"),
            ("2026-09-01", "c1 due", "2026-12-31"),
            ("2026-09-01", "c1 counts", "2/4 met, 1 waived, 0 overdue"),
            ("2027-01-01", "c1 counts", "2/4 met, 1 waived, 1 overdue"),
        ],
    );
    let story = story.and([met("c1.4", "2026-12-01")]);
    check(&story, &[("2026-12-01", "c1", "met_late"), ("2026-12-01", "c1 counts", "3/4 met, 1 waived, 0 overdue")]);
}

#[test]
fn what_is_let_go_wholly_is_waived_and_what_is_met_in_time_is_met() {
    let twice = Story::of([recorded("mou"), recurring("2026-03-31", "FREQ=MONTHLY;COUNT=2")]);
    let waive = |what: &str| say("waive", json!({ "agreement": format!("a/{what}"), "by": "ps", "on": "2026-03-01" }));
    check(&twice.and([waive("c1.1"), waive("c1.2")]), &[("2026-03-01", "c1", "waived")]);
    check(&twice.and([waive("c1.1"), met("c1.2", "2026-04-01")]), &[("2026-04-01", "c1", "met")]);
}

#[test]
fn the_next_runs_from_the_fulfilment_of_the_one_before() {
    let rule = json!({
        "text": "Inspect", "due": "2026-01-31", "repeat": "FREQ=MONTHLY;COUNT=4", "repeat_from": "fulfilment",
        "owed_by": "pk", "owed_to": "ps",
    });
    let story = Story::of([recorded("mou"), say("set-deadline", rule)]);
    check(
        &story,
        &[
            ("2026-01-01", "c1.1 due", "2026-01-31"),
            ("2026-01-01", "c1.2", "awaiting_trigger"),
            ("2026-03-01", "c1 counts", "0/4 met, 0 waived, 1 overdue"),
        ],
    );
    let story = story.and([met("c1.1", "2026-02-20")]);
    check(&story, &[("2026-02-20", "c1.2 due", "2026-03-20"), ("2026-02-20", "c1.3", "awaiting_trigger")]);
    let waived = story.then("waive", json!({ "agreement": "a/c1.2", "by": "ps", "on": "2026-03-01" }));
    check(&waived, &[("2026-03-01", "c1.3 due", "2026-04-20"), ("2026-03-01", "c1", "pending")]);
    let corrected = story.then("correct", json!({ "agreement": "a@3", "on": "2026-02-25", "reason": "a slip" }));
    check(&corrected, &[("2026-02-25", "c1.2 due", "2026-03-25")]);
}

#[test]
fn what_runs_from_fulfilment_ends_with_its_last_day() {
    let rule = json!({
        "text": "Inspect", "due": "2026-01-31", "repeat": "FREQ=MONTHLY;UNTIL=20260315", "repeat_from": "fulfilment",
    });
    let story = Story::of([recorded("mou"), say("set-deadline", rule), met("c1.1", "2026-01-31")]);
    check(
        &story,
        &[("2026-01-31", "c1.2 due", "2026-02-28"), ("2026-01-31", "c1 counts", "1/2 met, 0 waived, 0 overdue")],
    );
    let done = story.and([met("c1.2", "2026-02-20")]);
    check(&done, &[("2026-02-20", "c1", "met"), ("2026-02-20", "c1.3", "not there")]);
}

#[test]
fn the_last_working_day_of_each_quarter_moves_with_the_signature() {
    let rule = json!({
        "text": "Report", "within": "P1D", "after": "signature",
        "repeat": "FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
    });
    let story = Story::of([recorded("mou"), say("set-deadline", rule)]);
    check(
        &story,
        &[("2026-01-01", "c1", "awaiting_trigger"), ("2026-01-01", "c1 counts", "0/3 met, 0 waived, 0 overdue")],
    );
    let story = story.and([signed("pk", "2026-01-10"), signed("ps", "2026-01-12")]);
    check(
        &story,
        &[
            ("2026-01-12", "c1.1 due", "2026-01-30"),
            ("2026-01-12", "c1.2 due", "2026-04-30"),
            ("2026-01-12", "c1.3 due", "2026-07-31"),
        ],
    );
    let moved = story.then("correct", json!({ "agreement": "a@4", "on": "2026-02-12", "reason": "a slip" }));
    check(&moved, &[("2026-02-12", "c1.1 due", "2026-02-27"), ("2026-02-12", "c1.3 due", "2026-08-31")]);
}

#[test]
fn an_uncertain_first_due_date_makes_each_instance_as_uncertain() {
    let rule = json!({ "text": "Report", "within": "P30D", "after": "2026-01", "repeat": "FREQ=MONTHLY;COUNT=2" });
    let story = Story::of([recorded("mou"), say("set-deadline", rule)]);
    check(
        &story,
        &[
            ("2026-01-01", "c1.1 earliest", "2026-01-31"),
            ("2026-01-01", "c1.1 due", "2026-03-02"),
            ("2026-01-01", "c1.2 earliest", "2026-02-28"),
            ("2026-01-01", "c1.2 due", "2026-04-02"),
            ("2026-03-01", "c1.2", "possibly_overdue"),
        ],
    );
}

#[test]
fn an_instance_is_extended_disputed_verified_and_rejected_for_itself() {
    let story = quarterly().and([
        say("extend-deadline", json!({ "agreement": "a/c1.2", "by": "P14D", "on": "2026-06-01", "agreed_by": "ps" })),
        met("c1.2", "2026-07-10"),
        say("reject-fulfilment", json!({ "agreement": "a/c1.2", "on": "2026-07-12" })),
        say("dispute", json!({ "agreement": "a/c1.3", "by": "ps", "on": "2026-08-01" })),
    ]);
    check(
        &story,
        &[
            ("2026-06-01", "c1.2 due", "2026-07-14"),
            ("2026-06-01", "c1.2 original", "2026-06-30"),
            ("2026-06-01", "c1.3 due", "2026-09-30"),
            ("2026-07-10", "c1.2", "met"),
            ("2026-07-12", "c1.2", "due_soon"),
            ("2026-08-01", "c1.3", "disputed"),
            ("2026-08-01", "c1.1", "overdue"),
        ],
    );
    let story = story.and([
        say("settle", json!({ "agreement": "a/c1.3", "outcome": "agreed", "on": "2026-08-05" })),
        met("c1.2", "2026-08-06"),
        say("verify-fulfilment", json!({ "agreement": "a/c1.2", "on": "2026-08-07" })),
    ]);
    check(
        &story,
        &[
            ("2026-08-07", "c1.3", "pending"),
            ("2026-08-07", "c1.2", "met_late"),
            ("2026-08-07", "c1.2 verified", "Some(true)"),
            ("2026-08-07", "c1.4 due", "2026-12-31"),
        ],
    );
}

#[test]
fn which_instance_is_meant_is_never_guessed() {
    let story = quarterly();
    for (verb, fields) in [
        ("report-milestone", json!({ "agreement": "a/c1", "status": "met", "on": "2026-03-01" })),
        ("waive", json!({ "agreement": "a/c1", "by": "ps" })),
        ("extend-deadline", json!({ "agreement": "a/c1", "to": "2028-01-01" })),
        ("dispute", json!({ "agreement": "a/c1", "by": "ps" })),
        ("settle", json!({ "agreement": "a/c1", "outcome": "agreed" })),
        ("verify-fulfilment", json!({ "agreement": "a/c1" })),
        ("form-working-group", json!({ "name": "W", "fulfils": "c1" })),
    ] {
        assert_eq!(story.answer(verb, fields), "which_instance", "{verb}");
    }
    assert_eq!(story.answer("withdraw-commitment", json!({ "agreement": "a/c1", "on": "2026-03-01" })), "accepted");
    let error = story.decided(&say("waive", json!({ "agreement": "a/c1", "by": "ps" }))).expect_err("which one");
    assert!(error.to_string().contains("c1.1 due 2026-03-31, c1.2 due 2026-06-30"), "{error}");
}

#[test]
fn an_instance_has_to_be_there() {
    let story = quarterly().then("set-deadline", json!({ "text": "Once", "due": "2026-05-01" }));
    let report = |what: &str| json!({ "agreement": format!("a/{what}"), "status": "met", "on": "2026-03-01" });
    assert_eq!(story.answer("report-milestone", report("c1.4")), "accepted");
    assert_eq!(story.answer("report-milestone", report("c1.5")), "no_such_instance");
    assert_eq!(story.answer("report-milestone", report("c2.1")), "no_such_instance");
    assert_eq!(story.answer("report-milestone", report("c3.1")), "no_such_commitment");
}

#[test]
fn an_instance_is_closed_once() {
    let story = quarterly().and([met("c1.1", "2026-03-01")]);
    let report = |what: &str| json!({ "agreement": format!("a/{what}"), "status": "met", "on": "2026-03-02" });
    assert_eq!(story.answer("report-milestone", report("c1.1")), "closed");
    assert_eq!(story.answer("report-milestone", report("c1.2")), "accepted");
    assert_eq!(story.answer("waive", json!({ "agreement": "a/c1.1", "by": "ps", "on": "2026-03-02" })), "closed");
    assert_eq!(story.answer("waive", json!({ "agreement": "a/c1.2", "by": "pk", "on": "2026-03-02" })), "not_entitled");
    assert_eq!(story.answer("complete", json!({ "on": "2026-03-02" })), "still_open");
    let withdrawn = story.then("withdraw-commitment", json!({ "agreement": "a/c1", "on": "2026-04-01" }));
    check(
        &withdrawn,
        &[("2026-04-01", "c1.1", "met"), ("2026-04-01", "c1.2", "withdrawn"), ("2026-04-01", "c1", "withdrawn")],
    );
    let later = json!({ "agreement": "a/c1.1", "status": "not_met", "on": "2026-05-01" });
    assert_eq!(withdrawn.answer("report-milestone", later), "withdrawn");
}

#[test]
fn reports_keep_their_instance_when_the_rule_is_corrected() {
    let story = quarterly().and([met("c1.1", "2026-03-30"), met("c1.2", "2026-06-20")]);
    let earlier =
        story.then("correct", json!({ "agreement": "a@2", "set": "data.rule.anchor=2026-01-31", "reason": "a slip" }));
    check(
        &earlier,
        &[
            ("2026-07-01", "c1.1 due", "2026-01-31"),
            ("2026-07-01", "c1.1", "met_late"),
            ("2026-07-01", "c1.2 due", "2026-04-30"),
            ("2026-07-01", "c1.2", "met_late"),
            ("2026-07-01", "c1.3 due", "2026-07-31"),
        ],
    );
    let correct =
        |value: &str| json!({ "agreement": "a@2", "set": format!("data.rule.repeat={value}"), "reason": "a slip" });
    assert_eq!(story.answer("correct", correct("FREQ=MONTHLY;INTERVAL=3;COUNT=2")), "accepted");
    assert_eq!(story.answer("correct", correct("FREQ=MONTHLY;INTERVAL=3;COUNT=1")), "no_such_instance");
    assert_eq!(story.answer("correct", correct("FREQ=MONTHLY")), "field_value");
    assert_eq!(story.answer("correct", correct("FREQ=MONTHLY;UNTIL=20250101")), "repeat_ends_first");
}

#[test]
fn a_rule_that_cannot_be_counted_is_refused() {
    let story = Story::of([recorded("mou")]);
    let set = |due: &str, repeat: &str, more: Value| {
        let mut fields = json!({ "text": "t", "due": due, "repeat": repeat });
        for (name, value) in more.as_object().expect("fields") {
            fields[name] = value.clone();
        }
        story.answer("set-deadline", fields)
    };
    let none = || json!({});
    assert_eq!(set("2026-01-31", "FREQ=MONTHLY;COUNT=3", none()), "accepted");
    assert_eq!(set("2026-01-31", "FREQ=MONTHLY", none()), "repeat_endless");
    assert_eq!(set("2026-01-31", "FREQ=MONTHLY;COUNT=1001", none()), "repeat_too_many");
    assert_eq!(set("2026-01-31", "FREQ=DAILY;UNTIL=20991231", none()), "repeat_too_many");
    assert_eq!(set("2026-01-31", "FREQ=HOURLY;COUNT=3", none()), "repeat_within_day");
    assert_eq!(set("2026-01-31", "FREQ=DAILY;UNTIL=20260130", none()), "repeat_ends_first");
    assert_eq!(set("2026-01-31", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1", none()), "repeat_never");
    assert_eq!(set("2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=15;COUNT=3", none()), "repeat_not_its_day");
    assert_eq!(set("9990-01-31", "FREQ=YEARLY;COUNT=30", none()), "repeat_too_far");
    let fulfilment = || json!({ "repeat_from": "fulfilment" });
    assert_eq!(set("2026-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", fulfilment()), "repeat_picks");
    assert_eq!(set("2026-01-31", "FREQ=MONTHLY;UNTIL=20260101", fulfilment()), "repeat_ends_first");
    assert_eq!(
        story.answer("set-deadline", json!({ "text": "t", "due": "2026-01-31", "repeat_from": "due" })),
        "field"
    );
    let entry = json!({ "within": "P1M", "after": "signature" });
    let entry = story.then("set-entry-into-force", entry);
    let change = json!({ "agreement": "a@2", "set": "data.rule.repeat=FREQ=DAILY;COUNT=2", "reason": "r" });
    assert_eq!(entry.answer("correct", change), "field");
}

#[test]
fn other_deadlines_run_from_the_last_fulfilment_or_from_one() {
    let story = Story::of([
        recorded("mou"),
        recurring("2026-01-31", "FREQ=MONTHLY;COUNT=2"),
        say("set-deadline", json!({ "text": "Review", "within": "P1M", "after": "fulfilment:c1" })),
        say("set-deadline", json!({ "text": "Comment", "within": "P5D", "after": "fulfilment:c1.1" })),
        met("c1.1", "2026-01-20"),
    ]);
    check(&story, &[("2026-01-20", "c2", "awaiting_trigger"), ("2026-01-20", "c3 due", "2026-01-25")]);
    let story = story.and([met("c1.2", "2026-02-10")]);
    check(&story, &[("2026-02-10", "c2 due", "2026-03-10")]);
    let missing = json!({ "text": "t", "within": "P5D", "after": "fulfilment:c1.3" });
    assert_eq!(story.answer("set-deadline", missing), "no_such_instance");
    let own = json!({ "agreement": "a/c1", "within": "P5D", "after": "fulfilment:c1.1", "reason": "r" });
    assert_eq!(story.answer("set-deadline", own), "field");
}

#[test]
fn recurring_deadlines_that_hang_on_each_other_wait() {
    let until =
        |after: &str| json!({ "text": "t", "within": "P1M", "after": after, "repeat": "FREQ=MONTHLY;UNTIL=20280101" });
    let story = Story::of([
        recorded("mou"),
        recurring("2026-01-31", "FREQ=MONTHLY;UNTIL=20260401"),
        say("set-deadline", until("fulfilment:c1")),
    ]);
    let circle = json!({ "agreement": "a@2", "set": ["data.rule.anchor=fulfilment:c2", "data.rule.length.period=P1M"], "reason": "r" });
    if story.answer("correct", circle.clone()) == "accepted" {
        let story = story.then("correct", circle);
        check(&story, &[("2026-05-01", "c1", "awaiting_trigger"), ("2026-05-01", "c2", "awaiting_trigger")]);
    }
}

#[test]
fn grace_and_suspension_are_each_instance_s_own() {
    let rule = json!({ "text": "Report", "due": "2026-03-31", "repeat": "FREQ=MONTHLY;COUNT=3", "grace": "P7D" });
    let story = Story::of([
        recorded("mou"),
        say("set-deadline", rule),
        say("suspend", json!({ "on": "2026-04-20", "until": "2026-05-20", "reason": "r" })),
    ]);
    check(
        &story,
        &[
            ("2026-04-05", "c1", "in_grace"),
            ("2026-04-08", "c1", "overdue"),
            ("2026-04-25", "c1", "suspended"),
            ("2026-04-25", "c1.3", "suspended"),
            ("2026-05-21", "c1.1", "overdue"),
            ("2026-05-21", "c1.3", "due_soon"),
        ],
    );
    let agreement = story.at(day("2026-05-21"));
    let commitment = &agreement.commitments[0];
    let stands = crate::domain::status::recurring::instances(&agreement, commitment, day("2026-05-21"));
    assert_eq!(stands[2].state(day("2026-06-01")), CommitmentState::InGrace);
}

#[test]
fn each_instance_rolls_off_its_own_day_off() {
    let rule = json!({
        "text": "Report", "due": "2026-01-31", "repeat": "FREQ=MONTHLY;COUNT=3", "roll": "following",
        "calendar": "sat-sun",
    });
    let story = Story::of([recorded("mou"), say("set-deadline", rule)]);
    check(
        &story,
        &[
            ("2026-01-01", "c1.1 due", "2026-02-02"),
            ("2026-01-01", "c1.2 due", "2026-03-02"),
            ("2026-01-01", "c1.3 due", "2026-03-31"),
        ],
    );
}
