//! Suspensions, and what the clocks of deadlines do meanwhile.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Story, check, day, recorded, say, signed};
use crate::domain::day::Day;
use crate::domain::due::DueDates;
use crate::domain::suspension::{Clock, Shifted, Suspension, in_calendar_days, shifted};

fn running() -> Story {
    Story::of([recorded("mou"), signed("pk", "2025-09-17"), signed("ps", "2025-09-17")])
}

/// The commitment `c1`, due 120 days after the signature (2026-01-15), with this clock.
fn owed(clock: &str) -> Story {
    running()
        .then("set-deadline", json!({ "text": "t", "within": "P120D", "after": "signature", "while_suspended": clock }))
}

fn suspended(on: &str, until: Option<&str>) -> Value {
    say("suspend", json!({ "on": on, "until": until }))
}

fn resumed(on: &str) -> Value {
    say("resume", json!({ "on": on }))
}

#[test]
fn a_clock_that_stops_goes_on_after_the_suspension() {
    let story = owed("stops").and([suspended("2025-12-01", None), resumed("2025-12-11")]);
    check(
        &story,
        &[
            ("2025-11-30", "c1 due", "2026-01-15"),
            ("2025-12-01", "c1", "suspended"),
            ("2025-12-01", "c1 due", "none"),
            ("2025-12-10", "c1 due", "none"),
            ("2025-12-11", "c1", "pending"),
            ("2025-12-11", "c1 due", "2026-01-25"),
            ("2025-12-11", "c1 original", "2026-01-15"),
            ("2025-12-11", "c1 extensions", "0"),
            ("2026-01-26", "c1", "overdue"),
        ],
    );
}

#[test]
fn a_stated_end_of_the_suspension_gives_the_new_date_at_once() {
    let story = owed("stops").and([suspended("2025-12-01", Some("2025-12-10"))]);
    check(
        &story,
        &[("2025-12-05", "c1", "suspended"), ("2025-12-05", "c1 due", "2026-01-25"), ("2025-12-11", "c1", "pending")],
    );
    let sooner = story.and([resumed("2025-12-06")]);
    check(&sooner, &[("2025-12-06", "c1 due", "2026-01-20"), ("2025-12-06", "status", "in_operation")]);
}

#[test]
fn several_suspensions_add_up_and_one_brings_the_next_into_reach() {
    let story = owed("stops").and([
        suspended("2025-10-01", Some("2025-10-10")),
        suspended("2026-01-20", Some("2026-01-29")),
        suspended("2026-03-01", Some("2026-03-31")),
    ]);
    // 15 January and ten days is the 25th, and within that lies the second; the third begins after it.
    check(&story, &[("2026-04-01", "c1 due", "2026-02-04"), ("2026-02-04", "c1", "due_today")]);
}

#[test]
fn the_day_that_a_suspension_gives_rolls_as_any_last_day_does() {
    let due = |more: Value, on: &str| {
        let mut rule = json!({
            "text": "t", "within": "P120D", "after": "signature", "calendar": "sat-sun", "while_suspended": "stops",
        });
        rule.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        // Without it Thursday, 15 January; two days later is a Saturday.
        let story = running().and([say("set-deadline", rule), suspended("2025-12-01", Some("2025-12-02"))]);
        check(&story, &[("2026-06-01", "c1 due", on)]);
    };
    due(json!({}), "2026-01-17");
    due(json!({ "roll": "following" }), "2026-01-19");
    due(json!({ "roll": "preceding" }), "2026-01-16");
    due(json!({ "counting": "eu-1182-71" }), "2026-01-19");
    due(json!({ "counting": "eu-1182-71", "nature": "effect" }), "2026-01-17");
}

#[test]
fn a_count_of_working_days_goes_on_in_working_days_after_a_suspension() {
    let due = |rule: Value, until: &str, on: &str| {
        let mut rule = rule;
        rule["text"] = "t".into();
        rule["while_suspended"] = "stops".into();
        let story = running().and([say("set-deadline", rule), suspended("2025-10-06", Some(until))]);
        check(&story, &[("2026-06-01", "c1 due", on)]);
    };
    let five = |after: &str| json!({ "working_days": 5, "after": after, "calendar": "sat-sun" });
    // Nothing was counted yet; a day was; the week ends with the suspension.
    due(five("2025-10-03"), "2025-10-10", "2025-10-17");
    due(five("2025-10-02"), "2025-10-10", "2025-10-16");
    due(five("2025-10-03"), "2025-10-07", "2025-10-14");
    // Thirty days end on Saturday, 18 October; five more on a Thursday, whatever Monday the Saturday would have become.
    let thirty = json!({ "within": "P30D", "after": "2025-09-18", "counting": "eu-1182-71" });
    due(thirty.clone(), "2025-10-10", "2025-10-23");
    due(thirty, "2025-10-12", "2025-10-27");
}

#[test]
fn a_suspension_before_the_anchor_or_after_the_due_date_moves_nothing() {
    let early = running().and([suspended("2025-09-20", Some("2025-09-30"))]).then(
        "set-deadline",
        json!({ "text": "t", "within": "P30D", "after": "2025-10-01", "while_suspended": "stops" }),
    );
    check(&early, &[("2025-10-15", "c1 due", "2025-10-31")]);
    let late = owed("stops").and([suspended("2026-01-16", Some("2026-06-30"))]);
    check(&late, &[("2026-07-01", "c1 due", "2026-01-15"), ("2026-07-01", "c1", "overdue")]);
    let across = running().and([suspended("2025-09-20", Some("2025-10-10"))]).then(
        "set-deadline",
        json!({ "text": "t", "within": "P30D", "after": "2025-10-01", "while_suspended": "stops" }),
    );
    check(&across, &[("2025-10-15", "c1 due", "2025-11-09")]);
}

#[test]
fn a_clock_that_runs_is_told_as_suspended_and_keeps_its_date() {
    for story in
        [owed("runs"), running().then("set-deadline", json!({ "text": "t", "within": "P120D", "after": "signature" }))]
    {
        let story = story.and([suspended("2025-12-01", None)]);
        check(&story, &[("2025-12-05", "c1", "suspended"), ("2025-12-05", "c1 due", "2026-01-15")]);
        check(&story.and([resumed("2026-02-01")]), &[("2026-02-01", "c1", "overdue")]);
    }
}

#[test]
fn a_day_that_was_agreed_moves_by_later_suspensions_only() {
    let story = owed("stops").and([
        suspended("2025-12-01", Some("2025-12-10")),
        say("extend-deadline", json!({ "commitment": "c1", "to": "2026-02-15", "on": "2025-12-05" })),
    ]);
    check(&story, &[("2025-12-05", "c1 due", "2026-02-15")]);
    let again = story.and([suspended("2026-02-01", Some("2026-02-10"))]);
    check(&again, &[("2026-02-11", "c1 due", "2026-02-25")]);
    let fixed = running()
        .then("set-deadline", json!({ "text": "t", "due": "2026-01-15", "while_suspended": "stops" }))
        .and([suspended("2025-12-01", Some("2025-12-10"))]);
    check(&fixed, &[("2025-12-11", "c1 due", "2026-01-25")]);
    let by = owed("stops").and([
        say("extend-deadline", json!({ "commitment": "c1", "by": "P10D", "on": "2025-10-05" })),
        suspended("2025-12-01", Some("2025-12-10")),
    ]);
    check(&by, &[("2025-12-11", "c1 due", "2026-02-04"), ("2025-12-11", "c1 extensions", "1")]);
}

#[test]
fn a_notice_of_suspension_suspends_from_its_effect_until_it_is_resumed() {
    let noticed = owed("stops")
        .then("give-notice", json!({ "party": "ps", "kind": "suspension", "on": "2025-10-01", "effect_after": "P2M" }));
    check(
        &noticed,
        &[
            ("2025-11-30", "status", "in_operation"),
            ("2025-11-30", "c1 due", "2026-01-15"),
            ("2025-12-01", "status", "suspended"),
            ("2025-12-01", "c1 due", "none"),
        ],
    );
    assert_eq!(noticed.answer("suspend", json!({ "on": "2025-12-24" })), "twice");
    assert_eq!(noticed.answer("resume", json!({ "on": "2025-11-01" })), "nothing_to");
    check(&noticed.and([resumed("2025-12-11")]), &[("2025-12-11", "c1 due", "2026-01-25")]);
    let late = json!({ "event": 5, "on": "2025-12-01", "reason": "second thoughts" });
    assert_eq!(noticed.answer("revoke-notice", late), "notice_took_effect");
    let revoked = noticed.then("revoke-notice", json!({ "event": 5, "on": "2025-11-15" }));
    check(&revoked, &[("2025-12-01", "status", "in_operation"), ("2025-12-01", "c1 due", "2026-01-15")]);
}

#[test]
fn an_uncertain_suspension_leaves_the_due_date_between_two_days() {
    let story = owed("stops").and([
        say("suspend", json!({ "on": "2025-12-01/2025-12-05" })),
        say("resume", json!({ "on": "2025-12-11/2025-12-13" })),
    ]);
    // Suspended for certain from the 5th to the 10th, perhaps from the 1st to the 12th.
    check(&story, &[("2025-12-31", "c1 earliest", "2026-01-21"), ("2025-12-31", "c1 due", "2026-01-27")]);
}

#[test]
fn a_deadline_counted_back_has_no_clock() {
    let back = json!({ "text": "t", "within": "P30D", "before": "2026-06-30", "while_suspended": "stops" });
    assert_eq!(running().answer("set-deadline", back), "field");
    let plain = running().then("set-deadline", json!({ "text": "t", "within": "P30D", "before": "2026-06-30" }));
    let stop = json!({ "event": 4, "set": ["data.rule.while_suspended=stops"], "reason": "a slip" });
    assert_eq!(plain.answer("correct", stop), "field");
}

#[test]
fn what_was_met_is_judged_by_the_date_that_the_suspension_gave() {
    let met = |on: &str| {
        owed("stops")
            .and([suspended("2025-12-01", Some("2025-12-10"))])
            .then("report-milestone", json!({ "commitment": "c1", "status": "met", "on": on }))
    };
    check(&met("2026-01-25"), &[("2026-01-25", "c1", "met")]);
    check(&met("2026-01-26"), &[("2026-01-26", "c1", "met_late")]);
}

fn date(days: i64) -> Day {
    day("2025-01-01").plus_days(days).expect("a day")
}

fn surely(day: Day) -> DueDates {
    DueDates { earliest: Some(day), latest: Some(day) }
}

fn suspensions() -> impl Strategy<Value = Vec<Suspension>> {
    let one = (0..400i64, 0..10i64, 0..60i64, 0..10i64).prop_map(|(from, unsure, length, open)| Suspension {
        first: DueDates { earliest: Some(date(from)), latest: Some(date(from + unsure)) },
        last: Some(DueDates { earliest: Some(date(from + length)), latest: Some(date(from + unsure + length + open)) }),
        begun_by: 1,
        ended_by: None,
    });
    prop::collection::vec(one, 0..5)
}

proptest! {
    #[test]
    fn a_suspension_never_makes_a_due_date_earlier(all in suspensions(), from in 0..300i64, length in 0..200i64) {
        let (anchor, due) = (date(from), date(from + length));
        let mut before = surely(due);
        for known in 0..=all.len() {
            let mut known = all[..known].to_vec();
            known.sort_by_key(|suspension| suspension.first.latest);
            let Shifted::On(now) = shifted(&known, Clock::Counted(surely(anchor)), surely(due), &in_calendar_days) else {
                return Err(TestCaseError::fail("every suspension has an end"));
            };
            prop_assert!(now.earliest >= before.earliest && now.latest >= before.latest);
            prop_assert!(now.earliest <= now.latest);
            let Shifted::On(agreed) = shifted(&known, Clock::Agreed(anchor), surely(due), &in_calendar_days) else {
                return Err(TestCaseError::fail("every suspension has an end"));
            };
            prop_assert!(agreed.earliest >= Some(due) && agreed.latest <= now.latest);
            before = now;
        }
    }

    #[test]
    fn what_is_left_of_the_time_is_what_was_agreed(all in suspensions(), from in 0..300i64, length in 1..200i64) {
        let certain: Vec<Suspension> = all
            .into_iter()
            .map(|s| Suspension { first: surely(s.first.latest.expect("a day")), last: s.last.map(|last| surely(last.latest.expect("a day"))), ..s })
            .collect();
        let (anchor, due) = (date(from), date(from + length));
        let Shifted::On(moved) = shifted(&certain, Clock::Counted(surely(anchor)), surely(due), &in_calendar_days) else {
            return Err(TestCaseError::fail("every suspension has an end"));
        };
        let last = moved.latest.expect("a day");
        let stood_still = |on: &Day| certain.iter().any(|s| s.first.latest <= Some(*on) && Some(*on) <= s.last.and_then(|last| last.latest));
        let running = (1..=anchor.days_until(last)).filter_map(|days| anchor.plus_days(days)).filter(|on| !stood_still(on));
        prop_assert_eq!(i64::try_from(running.count()).expect("a number"), length);
    }
}
