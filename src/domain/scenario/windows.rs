//! The period that runs, the window for a notice, the lead before it, and the end: worked contracts, and their laws.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Story, check, day, recorded, say, signed};
use crate::domain::day::Day;
use crate::domain::due::DueDates;
use crate::domain::term::{Term, TermDates, TermPart, term_of};

fn running(kind: &str) -> Story {
    Story::of([recorded(kind), signed("pk", "2025-01-01"), signed("ps", "2025-01-01")].map(|mut command| {
        command["on"] = "2025-01-01".into();
        command
    }))
}

fn with_term(fields: Value) -> Story {
    running("contract").then("set-term", fields)
}

fn notice(on: &str) -> Value {
    say("give-notice", json!({ "party": "ps", "kind": "non_renewal", "on": on }))
}

fn term(story: &Story, on: &str) -> Term {
    term_of(&story.at(day(on))).expect("a term")
}

fn dates(story: &Story, on: &str) -> TermDates {
    term(story, on).on(day(on))
}

fn said(days: DueDates) -> String {
    let word = |day: Option<Day>| day.map_or_else(|| "..".to_owned(), |day| day.to_string());
    if days.earliest == days.latest {
        word(days.latest)
    } else {
        format!("{}/{}", word(days.earliest), word(days.latest))
    }
}

/// The running period as `first to last, renewals by`, the notice day, the prepare-by day, the end, the next renewal.
fn told(story: &Story, on: &str) -> [String; 5] {
    let dates = dates(story, on);
    let or_none = |days: Option<DueDates>| days.map_or_else(|| "none".to_owned(), said);
    let period = dates.period.map_or_else(
        || "none".to_owned(),
        |period| format!("{} to {}, {} {}", said(period.first), said(period.last), period.renewals, period.by),
    );
    [
        period,
        or_none(dates.notice.map(|window| window.notice_by)),
        or_none(dates.notice.and_then(|window| window.prepare_by)),
        or_none(dates.ends.map(|end| end.last)),
        or_none(dates.next_renewal),
    ]
}

#[test]
fn an_automatic_renewal_with_ninety_days_to_the_end_of_the_year() {
    let contract = with_term(json!({
        "start": "2026-01-01", "end": "2026-12-31", "renewal": "tacit", "notice_period": "P90D", "prepare": "P30D",
    }));
    let first = "2026-01-01 to 2026-12-31, 0 first";
    for on in ["2025-06-01", "2026-01-01", "2026-09-03", "2026-10-02"] {
        assert_eq!(told(&contract, on), [first, "2026-10-02", "2026-09-02", "none", "2027-01-01"], "{on}");
    }
    // What has passed cannot be used any more: the window is the next, the renewal is still that of this period.
    for on in ["2026-10-03", "2026-12-31"] {
        assert_eq!(told(&contract, on), [first, "2027-10-02", "2027-09-02", "none", "2027-01-01"], "{on}");
    }
    let second = "2027-01-01 to 2027-12-31, 1 tacit";
    assert_eq!(told(&contract, "2027-01-01"), [second, "2027-10-02", "2027-09-02", "none", "2028-01-01"]);
    let noticed = contract.and([notice("2026-10-02")]);
    assert_eq!(told(&noticed, "2026-10-02"), [first, "none", "none", "2026-12-31", "none"]);
    let late = contract.and([notice("2026-10-03")]);
    assert_eq!(told(&late, "2026-10-03"), [first, "none", "none", "2027-12-31", "none"]);
    assert_eq!(told(&late, "2027-05-01"), [second, "none", "none", "2027-12-31", "none"]);
}

#[test]
fn five_years_and_then_two_at_a_time_unless_six_months_notice_is_given() {
    let mou = running("mou").then(
        "set-term",
        json!({ "length": "P5Y", "renewal": "tacit", "renewal_length": "P2Y", "notice_period": "P6M", "prepare": "P2M" }),
    );
    for (on, period, notice_by, renewal) in [
        ("2025-01-01", "2025-01-01 to 2029-12-31, 0 first", "2029-06-30", "2030-01-01"),
        ("2029-06-30", "2025-01-01 to 2029-12-31, 0 first", "2029-06-30", "2030-01-01"),
        ("2029-07-01", "2025-01-01 to 2029-12-31, 0 first", "2031-06-30", "2030-01-01"),
        ("2030-01-01", "2030-01-01 to 2031-12-31, 1 tacit", "2031-06-30", "2032-01-01"),
        ("2033-12-31", "2032-01-01 to 2033-12-31, 2 tacit", "2035-06-30", "2034-01-01"),
        ("2099-03-01", "2098-01-01 to 2099-12-31, 35 tacit", "2099-06-30", "2100-01-01"),
    ] {
        let told = told(&mou, on);
        assert_eq!([&told[0], &told[1], &told[4]], [period, notice_by, renewal], "{on}");
        check(&mou, &[(on, "status", "in_operation")]);
    }
    assert_eq!(told(&mou, "2029-04-30")[2], "2029-04-30");
}

#[test]
fn the_notice_day_moves_when_the_term_is_corrected() {
    let contract =
        with_term(json!({ "end": "2026-12-31", "renewal": "tacit", "renewal_length": "P1Y", "notice_period": "P90D" }));
    let corrected = contract
        .then("correct", json!({ "event": 4, "set": ["data.end=2026-12-21"], "reason": "misread" }))
        .then("correct", json!({ "event": 4, "set": ["data.prepare=P7D"], "reason": "our own lead" }));
    assert_eq!(told(&corrected, "2026-06-01")[1..3], ["2026-09-22", "2026-09-15"]);
    let from_signature =
        running("contract").then("set-term", json!({ "length": "P1Y", "renewal": "tacit", "notice_period": "P1M" }));
    let moved = from_signature.then("correct", json!({ "event": 3, "on": "2025-01-16", "reason": "the copy" }));
    assert_eq!(told(&from_signature, "2025-06-01")[1], "2025-11-30");
    assert_eq!(told(&moved, "2025-06-01")[1], "2025-12-15");
}

#[test]
fn an_uncertain_beginning_leaves_the_term_between_two_days() {
    let contract = Story::of([recorded("mou"), signed("pk", "2025-09-17"), signed("ps", "2025-10")])
        .then("set-term", json!({ "length": "P1Y", "renewal": "tacit", "notice_period": "P90D", "prepare": "P10D" }));
    assert_eq!(
        told(&contract, "2025-12-01"),
        [
            "2025-10-01/2025-10-31 to 2026-09-30/2026-10-30, 0 first",
            "2026-07-02/2026-08-01",
            "2026-06-22/2026-07-22",
            "none",
            "2026-10-01/2026-10-31",
        ]
    );
}

#[test]
fn a_term_that_does_not_renew_has_one_window_and_then_runs_out() {
    let express = with_term(json!({ "end": "2026-12-31", "renewal": "express", "notice_period": "P3M" }));
    assert_eq!(told(&express, "2026-11-01")[1..], ["2026-09-30", "none", "2026-12-31", "none"]);
    assert_eq!(told(&express, "2027-01-01")[1..], ["none", "none", "2026-12-31", "none"]);
    check(&express, &[("2026-12-31", "status", "effective"), ("2027-01-01", "status", "expired")]);
    let renewed = express.then("renew", json!({ "length": "P1Y", "on": "2026-12-01" }));
    assert_eq!(
        told(&renewed, "2026-12-15"),
        ["2025-01-01 to 2026-12-31, 0 first", "2027-09-30", "none", "2027-12-31", "none"]
    );
    assert_eq!(told(&renewed, "2027-01-01")[0], "2027-01-01 to 2027-12-31, 1 express");
}

#[test]
fn a_renewal_after_the_term_ran_out_is_odd_and_leaves_a_gap() {
    let expired = with_term(json!({ "end": "2026-12-31", "renewal": "express" }));
    let late = json!({ "length": "P1Y", "on": "2027-03-01" });
    assert_eq!(expired.answer("renew", late.clone()), "ran_out");
    let mut reasoned = late;
    reasoned["reason"] = "the exchange of notes was late".into();
    let revived = expired.then("renew", reasoned);
    check(
        &revived,
        &[
            ("2026-12-31", "status", "effective"),
            ("2027-01-01", "status", "expired"),
            ("2027-02-28", "status", "expired"),
            ("2027-03-01", "status", "effective"),
            ("2027-03-01", "term", "2028-02-29"),
        ],
    );
    assert_eq!(told(&revived, "2027-04-01")[0], "2027-03-01 to 2028-02-29, 1 express");
}

#[test]
fn an_express_renewal_follows_the_period_that_runs_and_answers_earlier_notices() {
    let tacit = with_term(json!({ "length": "P1Y", "renewal": "tacit", "notice_period": "P3M" }));
    let renewed = tacit.then("renew", json!({ "length": "P5Y", "on": "2026-06-01" }));
    assert_eq!(told(&renewed, "2026-06-02")[0], "2026-01-01 to 2026-12-31, 1 tacit");
    assert_eq!(told(&renewed, "2027-01-01")[0], "2027-01-01 to 2031-12-31, 2 express");
    assert_eq!(told(&renewed, "2026-06-02")[1], "2031-09-30");
    assert_eq!(told(&renewed, "2033-06-02")[0], "2033-01-01 to 2033-12-31, 4 tacit");
    let answered = tacit.and([notice("2026-05-01"), say("renew", json!({ "on": "2026-06-01" }))]);
    assert_eq!(told(&answered, "2026-05-15")[3], "2026-12-31");
    assert_eq!(told(&answered, "2026-06-01")[3], "none");
}

#[test]
fn a_notice_of_termination_settles_the_end_even_without_a_term() {
    let give = json!({ "party": "ps", "kind": "termination", "on": "2026-03-15", "effect_after": "P6M" });
    let open_ended = running("mou").then("give-notice", give.clone());
    assert_eq!(told(&open_ended, "2026-04-01"), ["none", "none", "none", "2026-09-14", "none"]);
    let term =
        with_term(json!({ "length": "P5Y", "renewal": "tacit", "notice_period": "P6M" })).then("give-notice", give);
    assert_eq!(told(&term, "2026-04-01")[1..], ["none", "none", "2026-09-14", "none"]);
    check(&term, &[("2026-09-14", "status", "effective"), ("2026-09-15", "status", "terminated")]);
    let back = term.then("revoke-notice", json!({ "event": 5, "on": "2026-05-01" }));
    assert_eq!(told(&back, "2026-05-01")[1], "2029-06-30");
}

#[test]
fn a_treaty_without_a_term_ends_twelve_months_after_notice_unless_that_is_revoked_before() {
    let treaty = running("treaty").and([say("enter-into-force", json!({ "on": "2025-03-01" }))]).then(
        "give-notice",
        json!({ "party": "ps", "kind": "termination", "on": "2026-01-31", "effect_after": "P12M" }),
    );
    check(&treaty, &[("2027-01-30", "status", "in_force"), ("2027-01-31", "status", "terminated")]);
    assert_eq!(told(&treaty, "2026-02-01")[3], "2027-01-30");
    let back = treaty.then("revoke-notice", json!({ "event": 5, "on": "2027-01-30" }));
    check(&back, &[("2027-01-31", "status", "in_force")]);
    assert!(term_of(&back.at(day("2027-01-30"))).is_none());
    let late = json!({ "event": 5, "on": "2027-01-31", "reason": "second thoughts" });
    assert_eq!(treaty.answer("revoke-notice", late), "notice_took_effect");
}

#[test]
fn a_notice_against_renewal_is_revoked_before_the_term_runs_out_only() {
    let noticed = with_term(json!({ "length": "P1Y", "renewal": "tacit" })).and([notice("2025-10-01")]);
    assert_eq!(noticed.answer("revoke-notice", json!({ "event": 5, "on": "2025-12-31" })), "accepted");
    assert_eq!(
        noticed.answer("revoke-notice", json!({ "event": 5, "on": "2026-01-01", "reason": "r" })),
        "notice_took_effect"
    );
}

#[test]
fn a_term_that_ran_out_is_expired_and_its_termination_odd() {
    let expired = with_term(json!({ "end": "2025-12-31" })).and([super::due_on("2026-06-01")]);
    check(&expired, &[("2026-02-01", "status", "expired"), ("2026-07-01", "c1", "overdue")]);
    assert_eq!(expired.answer("terminate", json!({ "on": "2026-02-01" })), "ran_out");
    assert_eq!(expired.answer("terminate", json!({ "on": "2025-11-01" })), "accepted");
}

#[test]
fn a_second_term_wants_a_reason() {
    let set = with_term(json!({ "length": "P1Y" }));
    assert_eq!(set.answer("set-term", json!({ "length": "P2Y" })), "term_again");
    let again = set.then("set-term", json!({ "length": "P2Y", "on": "2025-06-01", "reason": "new terms" }));
    check(&again, &[("2025-05-31", "term", "2025-12-31"), ("2025-06-01", "term", "2026-12-31")]);
}

#[test]
fn leads_that_cannot_be_are_refused() {
    let set = |fields: Value| running("contract").answer("set-term", fields);
    for fields in [
        json!({ "length": "P1Y", "notice_period": "P0D" }),
        json!({ "length": "P1Y", "renewal_length": "P0D" }),
        json!({ "length": "P1Y", "notice_period": "P1M", "prepare": "P0D" }),
        json!({ "length": "P1Y", "prepare": "P1M" }),
    ] {
        assert_eq!(set(fields.clone()), "field", "{fields}");
    }
    assert_eq!(set(json!({ "length": "P1Y", "notice_period": "P18M" })), "lead_too_long");
    assert_eq!(set(json!({ "length": "P1Y", "notice_period": "P6M", "prepare": "P8M" })), "lead_too_long");
    assert_eq!(set(json!({ "start": "2026-01-01", "end": "2026-03-31", "notice_period": "P90D" })), "lead_too_long");
    assert_eq!(set(json!({ "start": "2026-01-01", "end": "2026-03-31", "notice_period": "P89D" })), "accepted");
    assert_eq!(set(json!({ "length": "P8000Y" })), "beyond_calendar");
    assert_eq!(set(json!({ "end": "2026-12-31", "notice_period": "P3000Y" })), "beyond_calendar");
    let without_length = with_term(json!({ "end": "2025-12-31" }));
    assert_eq!(
        without_length.answer("renew", json!({ "until": "2025-12-31", "on": "2025-10-01" })),
        "renewal_not_later"
    );
    assert_eq!(without_length.answer("renew", json!({ "length": "P0D" })), "field");
    assert_eq!(without_length.answer("renew", json!({ "length": "P8000Y", "on": "2025-10-01" })), "beyond_calendar");
    let unknown = Story::of([recorded("treaty")]).then("set-term", json!({ "end": "2027-12-31" }));
    assert_eq!(unknown.answer("renew", json!({ "on": "2026-01-01" })), "field");
    for fields in ["data.notice_period=P0D", "data.prepare=P1M", "data.length=P1Y"] {
        let correct = json!({ "event": 4, "set": [fields], "reason": "a slip" });
        assert_eq!(without_length.answer("correct", correct), "field", "{fields}");
    }
}

#[test]
fn the_smallest_and_the_largest_terms_are_answered() {
    let daily = with_term(json!({ "length": "P1D", "renewal": "tacit", "notice_period": "P1D", "reason": "on call" }));
    assert_eq!(dates(&daily, "9999-12-30").period.map(|period| period.renewals), Some(2_912_806));
    let monthly = with_term(json!({ "length": "P1M", "renewal": "tacit", "notice_period": "P1D" }));
    // The last month's own end cannot be counted: its return lies outside the calendar.
    assert_eq!(told(&monthly, "9999-12-30")[..2], ["9999-12-01 to .., 95699 tacit", "none"]);
    assert_eq!(dates(&monthly, "9999-12-30").next_renewal, None);
    let waiting = Story::of([recorded("treaty")]).then("set-term", json!({ "length": "P1Y", "notice_period": "P1M" }));
    assert_eq!(told(&waiting, "2026-01-01"), ["none", "none", "none", "none", "none"]);
}

#[test]
fn a_supersession_ends_it_and_its_open_commitments() {
    let superseded = with_term(json!({ "length": "P5Y", "renewal": "tacit", "notice_period": "P6M" }))
        .and([super::due_on("2026-06-01"), say("supersede", json!({ "by": "b", "on": "2026-02-01" }))]);
    check(
        &superseded,
        &[
            ("2026-01-31", "status", "effective"),
            ("2026-02-01", "status", "superseded"),
            ("2026-02-01", "c1", "superseded"),
        ],
    );
    // Nothing of its term is left to be kept, and it renews no more.
    let at_its_end = ["2025-01-01 to 2029-12-31, 0 first", "none", "none", "none", "none"];
    assert_eq!(told(&superseded, "2026-02-01"), at_its_end);
    assert_eq!(told(&superseded, "2036-02-01"), at_its_end);
}

#[test]
fn the_steps_lead_to_the_dates_and_name_their_facts() {
    let story = with_term(json!({ "length": "P1Y", "renewal": "tacit", "notice_period": "P90D", "prepare": "P30D" }));
    let term = term(&story, "2026-06-01");
    let words: Vec<String> = term
        .steps(day("2026-06-01"))
        .into_iter()
        .map(|step| {
            let fact = step.fact.map(|fact| format!(" @{fact}")).unwrap_or_default();
            format!("{:?}: {}: {}{fact}", step.part, step.words, said(step.days))
        })
        .collect();
    insta::assert_snapshot!(words.join("\n"), @"
    Period: it starts on the day from which the agreement operates: 2025-01-01 @3
    Period: count P1Y forward; the last day is the one before: 2025-12-31 @4
    Period: no notice came in time: renewed tacitly once, by P1Y: 2026-12-31
    Notice: the last day that a notice can bring: 2026-12-31
    Notice: count P90D back from the last day; a day off does not move it: 2026-10-02 @4
    Prepare: count P30D back from there, the register's own lead: 2026-09-02 @4
    Renewal: without a notice in time the next period begins on the day after the last: 2027-01-01 @4
    ");
    assert_eq!(term.hangs_on(), [3, 4]);
}

/// Fields of a term that can be set, with a first day and a length that is no shorter than notice and lead together.
fn terms() -> impl Strategy<Value = (Day, i64, i64, i64, bool)> {
    (0..4_000i64, 60..1_500i64, 1..30i64, 1..30i64, any::<bool>()).prop_map(|(from, length, notice, prepare, tacit)| {
        (day("2020-01-01").plus_days(from).expect("a day"), length, notice, prepare, tacit)
    })
}

fn set(start: Day, end: Day, notice: i64, prepare: i64, tacit: bool) -> Term {
    let story = running("contract").then(
        "set-term",
        json!({
            "start": start, "end": end, "renewal": if tacit { "tacit" } else { "none" },
            "notice_period": format!("P{notice}D"), "prepare": format!("P{prepare}D"),
        }),
    );
    term_of(&story.at(Day::MAX)).expect("a term")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_notice_comes_before_the_end_and_its_preparation_before_it((start, length, notice, prepare, tacit) in terms(), on in 0..9_000i64) {
        let on = day("2020-01-01").plus_days(on).expect("a day");
        let term = set(start, start.plus_days(length).expect("a day"), notice, prepare, tacit);
        let dates = term.on(on);
        if let Some(window) = dates.notice {
            prop_assert!(window.notice_by.latest <= window.ends.latest);
            prop_assert!(window.prepare_by.and_then(|by| by.latest) <= window.notice_by.latest);
            prop_assert!(!tacit || window.notice_by.latest >= Some(on));
        }
        let period = dates.period.expect("a period");
        prop_assert!(period.first.latest <= period.last.latest);
        if tacit && on >= start {
            prop_assert!(period.first.latest <= Some(on) && Some(on) <= period.last.latest);
            prop_assert_eq!(dates.next_renewal.and_then(|next| next.latest), period.last.latest.and_then(Day::next));
        }
        prop_assert_eq!(dates.ends.is_none(), tacit);
    }

    #[test]
    fn an_end_that_is_later_by_some_days_moves_the_notice_by_as_many((start, length, notice, prepare, _) in terms(), later in 1..400i64) {
        let end = start.plus_days(length).expect("a day");
        let window = |end: Day| set(start, end, notice, prepare, false).on(start).notice.expect("a window");
        let (before, after) = (window(end), window(end.plus_days(later).expect("a day")));
        let moved = |days: DueDates| days.latest.and_then(|day| day.plus_days(later));
        prop_assert_eq!(moved(before.notice_by), after.notice_by.latest);
        prop_assert_eq!(before.prepare_by.and_then(moved), after.prepare_by.and_then(|by| by.latest));
    }

    #[test]
    fn periods_of_days_are_jumped_as_they_are_walked(days in 1..90i64, notice in 1..60i64, far in 0..3_000i64) {
        let story = with_term(json!({
            "length": format!("P{days}D"), "renewal": "tacit", "notice_period": format!("P{notice}D"), "reason": "odd",
        }));
        let term = term_of(&story.at(Day::MAX)).expect("a term");
        let start = day("2025-01-01");
        let on = start.plus_days(far).expect("a day");
        let period = term.on(on).period.expect("a period");
        let renewals = far / days;
        prop_assert_eq!(period.renewals, renewals.unsigned_abs());
        prop_assert_eq!(period.first.latest, start.plus_days(renewals * days));
        prop_assert_eq!(period.last.latest, start.plus_days((renewals + 1) * days - 1));
        let window = term.on(on).notice.expect("a window");
        let by = window.notice_by.latest.expect("a day");
        prop_assert!(by >= on && by.plus_days(-days).is_some_and(|earlier| earlier < on || renewals == 0));
    }

    #[test]
    fn the_steps_end_with_the_dates((start, length, notice, prepare, tacit) in terms(), on in 0..9_000i64) {
        let on = day("2020-01-01").plus_days(on).expect("a day");
        let term = set(start, start.plus_days(length).expect("a day"), notice, prepare, tacit);
        let (dates, steps) = (term.on(on), term.steps(on));
        let last = |part: TermPart| steps.iter().rev().find(|step| step.part == part).map(|step| step.days);
        prop_assert_eq!(last(TermPart::Period), dates.period.map(|period| period.last));
        prop_assert_eq!(last(TermPart::End), dates.ends.map(|end| end.last));
        prop_assert_eq!(last(TermPart::Notice), dates.notice.map(|window| window.notice_by));
        prop_assert_eq!(last(TermPart::Prepare), dates.notice.and_then(|window| window.prepare_by));
        prop_assert_eq!(last(TermPart::Renewal), dates.next_renewal);
    }
}
