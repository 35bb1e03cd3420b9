//! Deadlines that end with the day in a zone of their own, or at a time of day, and what is so at an instant.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Story, day, recorded};
use crate::domain::instant::Instant;
use crate::domain::moment::{DayEnd, Moment};
use crate::domain::status::{CommitmentState, Standing, standing_at};
use crate::domain::zone::{Zone, ZoneName};

/// A deadline with these fields besides, in a register whose days are those of a zone.
fn due(zone: &str, fields: &Value) -> Story {
    let mut said = json!({ "text": "Answer", "owed_by": "pk", "owed_to": "ps" });
    said.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    let mut story = Story::of([recorded("mou")]).then("set-deadline", said);
    let register = story.timeline.register().clone().in_zone(name(zone));
    story.timeline.enter(register);
    story
}

fn name(zone: &str) -> ZoneName {
    ZoneName::from(&Zone::named(zone).expect("bundled"))
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).expect("a time")
}

/// How `c1` stands at an instant, or on a day.
fn at(story: &Story, when: &str) -> Standing {
    let readings = story.timeline.read();
    let moment = match Instant::parse(when) {
        Ok(at) => Moment { day: readings.almanac.zone().zone().day_of(at), at: Some(at) },
        Err(_) => Moment::on(day(when)),
    };
    let agreement = story.at(moment.day);
    standing_at(&agreement, &agreement.commitments[0], moment)
}

#[track_caller]
fn check(story: &Story, then: &[(&str, &str)]) {
    for (when, state) in then {
        assert_eq!(at(story, when).state.word(), *state, "at {when}");
    }
}

#[test]
fn the_last_day_ends_in_the_zone_of_the_deadline() {
    let story = due("Asia/Karachi", &json!({ "due": "2025-10-17", "zone": "America/New_York" }));
    check(
        &story,
        &[
            // The 3rd begins in New York, where the register's 3rd is nine hours old.
            ("2025-10-03T03:59:59Z", "pending"),
            ("2025-10-03T04:00:00Z", "due_soon"),
            ("2025-10-17T03:59:59Z", "due_soon"),
            ("2025-10-17T04:00:00Z", "due_today"),
            ("2025-10-18T03:00:00Z", "due_today"),
            ("2025-10-18T03:59:59.999999Z", "due_today"),
            ("2025-10-18T04:00:00Z", "overdue"),
            // Days are compared as days.
            ("2025-10-03", "due_soon"),
            ("2025-10-17", "due_today"),
            ("2025-10-18", "overdue"),
        ],
    );
    assert_eq!(at(&story, "2025-10-17").ends_at, Some(instant("2025-10-18T04:00:00Z")));
}

#[test]
fn a_cut_off_ends_the_last_day_early() {
    for zone in [json!("Asia/Karachi"), Value::Null] {
        let story = due("Asia/Karachi", &json!({ "due": "2025-10-17", "cut_off": "17:00", "zone": zone }));
        check(
            &story,
            &[
                ("2025-10-17T11:59:59Z", "due_today"),
                ("2025-10-17T12:00:00Z", "overdue"),
                ("2025-10-17", "due_today"),
                ("2025-10-18", "overdue"),
            ],
        );
        assert_eq!(at(&story, "2025-10-18").ends_at, Some(instant("2025-10-17T12:00:00Z")));
    }
}

#[test]
fn a_deadline_without_zone_and_cut_off_ends_with_the_registers_day() {
    let story = due("Asia/Karachi", &json!({ "due": "2025-10-17" }));
    check(&story, &[("2025-10-17T18:59:59Z", "due_today"), ("2025-10-17T19:00:00Z", "overdue")]);
    assert_eq!((at(&story, "2025-10-17").end, at(&story, "2025-10-17").ends_at), (None, None));
}

#[test]
fn grace_ends_as_the_last_day_does() {
    let story =
        due("UTC", &json!({ "due": "2025-10-17", "grace": "P7D", "zone": "America/New_York", "cut_off": "17:00" }));
    check(
        &story,
        &[
            ("2025-10-17T20:59:59Z", "due_today"),
            ("2025-10-17T21:00:00Z", "in_grace"),
            ("2025-10-24T20:59:59Z", "in_grace"),
            ("2025-10-24T21:00:00Z", "overdue"),
        ],
    );
}

#[test]
fn an_uncertain_due_date_is_possibly_overdue_in_its_own_zone() {
    let story = due("UTC", &json!({ "due": "2025-10-10/2025-10-17", "zone": "Pacific/Kiritimati" }));
    check(
        &story,
        &[
            ("2025-10-10T09:59:59Z", "due_soon"),
            ("2025-10-10T10:00:00Z", "possibly_overdue"),
            ("2025-10-17T09:59:59Z", "possibly_overdue"),
            ("2025-10-17T10:00:00Z", "overdue"),
        ],
    );
}

#[test]
fn what_was_done_counts_by_days_whatever_the_hour() {
    let story = due("Asia/Karachi", &json!({ "due": "2025-10-17", "cut_off": "09:00" }))
        .then("report-milestone", json!({ "commitment": "c1", "status": "met", "on": "2025-10-17" }));
    check(&story, &[("2025-10-17T23:00:00Z", "met"), ("2025-10-17T03:00:00Z", "met")]);
    let late = due("Asia/Karachi", &json!({ "due": "2025-10-17", "zone": "America/New_York" }))
        .then("report-milestone", json!({ "commitment": "c1", "status": "met", "on": "2025-10-18" }));
    check(&late, &[("2025-10-18T03:00:00Z", "met_late")]);
}

#[test]
fn a_due_date_that_was_moved_ends_where_the_rule_says() {
    let story = due("UTC", &json!({ "due": "2025-10-17", "zone": "America/New_York" })).then(
        "extend-deadline",
        json!({ "commitment": "c1", "to": "2026-03-08", "agreed_by": ["pk", "ps"], "on": "2025-10-01" }),
    );
    check(&story, &[("2026-03-09T03:59:59Z", "due_today"), ("2026-03-09T04:00:00Z", "overdue")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn it_is_overdue_at_an_instant_from_the_end_of_its_grace_on_and_not_before(
        zones in proptest::sample::subsequence(
            vec!["Asia/Karachi", "America/New_York", "America/Havana", "Africa/Cairo", "Pacific/Apia", "UTC"], 2,
        ),
        cut_off in proptest::option::of(0_u16..24),
        zoned in any::<bool>(),
        due_on in 0_i64..500,
        grace in 0_i64..4,
        seconds in prop_oneof![Just(0_i64), Just(-1), -200_000_i64..200_000],
    ) {
        let due_on = day("2025-09-20").plus_days(due_on).expect("a day");
        let zone = zoned.then(|| zones[0]);
        let cut_off = cut_off.map(|hour| format!("{hour:02}:30"));
        let story = due(zones[1], &json!({
            "due": due_on.to_string(), "zone": zone, "cut_off": cut_off, "grace": (grace > 0).then(|| format!("P{grace}D")),
        }));
        let end = DayEnd {
            zone: name(zone.unwrap_or(zones[1])),
            cut_off: cut_off.map(|time| time.try_into().expect("a time")),
        };
        let (ends, _) = end.ends(due_on.plus_days(grace).expect("a day")).expect("within the years");
        let at_instant = Instant::from_micros(ends.micros() + seconds * 1_000_000);
        let standing = at(&story, &at_instant.to_string());
        prop_assert_eq!(standing.state == CommitmentState::Overdue, at_instant >= ends);
    }
}
