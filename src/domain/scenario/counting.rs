//! Counting profiles and calendars: each profile with dates worked out by hand from its articles.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Story, check, recorded, say, signed};
use crate::domain::event::Event;
use crate::domain::fact::{Fact, Saying};
use crate::domain::id::ProfileId;
use crate::domain::timeline::{Register, Timeline};

/// What is due first and last where a deadline has these options, as `2025-10-17` or `2025-10-17/2025-10-20`.
fn due(fields: Value) -> String {
    let mut fields = fields;
    fields["text"] = "t".into();
    let story = Story::of([say("record", json!({ "kind": "mou", "on": "2000-01-01" })), say("set-deadline", fields)]);
    let (earliest, latest) = (story.tell("2027-06-01", "c1 earliest"), story.tell("2027-06-01", "c1 due"));
    if earliest == latest { latest } else { format!("{earliest}/{latest}") }
}

#[test]
fn each_profile_counts_as_its_articles_say() {
    for (fields, expected) in [
        // The register's default stays on a Saturday.
        (json!({ "within": "P30D", "after": "2025-09-18" }), "2025-10-18"),
        (json!({ "within": "P30D", "after": "2025-09-18", "calendar": "sat-sun" }), "2025-10-18"),
        // 3(4): thirty days end on Saturday 18 October; an effect stays there, and so does what is counted back.
        (json!({ "counting": "eu-1182-71", "within": "P30D", "after": "2025-09-18" }), "2025-10-20"),
        (
            json!({ "counting": "eu-1182-71", "within": "P30D", "after": "2025-09-18", "nature": "effect" }),
            "2025-10-18",
        ),
        (json!({ "counting": "eu-1182-71", "within": "P30D", "before": "2025-11-17" }), "2025-10-18"),
        // 3(2)(c): there is no 31 February.
        (json!({ "counting": "eu-1182-71", "within": "P1M", "after": "2025-01-31" }), "2025-02-28"),
        // 3(5): from a Friday, two days hold a Saturday and a Sunday; one day is no such period, and only rolls.
        (json!({ "counting": "eu-1182-71", "within": "P2D", "after": "2025-09-19" }), "2025-09-23"),
        (json!({ "counting": "eu-1182-71", "within": "P1D", "after": "2025-09-19" }), "2025-09-22"),
        (json!({ "counting": "eu-1182-71", "within": "P2D", "after": "2025-09-19", "nature": "effect" }), "2025-09-21"),
        // 3(3): days off inside do not count where it is expressed in working days.
        (json!({ "counting": "eu-1182-71", "working_days": 5, "after": "2025-10-16" }), "2025-10-23"),
        // 5: a fixed date stays, unless the deadline itself says otherwise.
        (json!({ "counting": "eu-1182-71", "due": "2025-10-18" }), "2025-10-18"),
        (json!({ "counting": "eu-1182-71", "due": "2025-10-18", "roll": "following" }), "2025-10-20"),
        // 20(2): Friday 17 October is off at the addressee's place, and so is the Saturday.
        (
            json!({ "counting": "cisg-20", "within": "P30D", "after": "2025-09-17", "calendar": "fri-sat" }),
            "2025-10-19",
        ),
        (
            json!({ "counting": "cisg-20", "within": "P30D", "after": "2025-09-17", "calendar": "sat-sun" }),
            "2025-10-17",
        ),
        (
            json!({ "counting": "pecl-1-304", "within": "P10D", "after": "2025-10-08", "calendar": "sat-sun" }),
            "2025-10-20",
        ),
        (
            json!({ "counting": "unidroit-1-12", "within": "P10D", "after": "2025-10-08", "calendar": "pk" }),
            "2025-10-20",
        ),
        (
            json!({ "counting": "uncitral-arb-2", "within": "P30D", "after": "2025-09-18", "calendar": "pk" }),
            "2025-10-20",
        ),
        // The ninetieth day after the date of deposit; the thirtieth is a Saturday and stays.
        (json!({ "counting": "depositary", "within": "P90D", "after": "2025-01-15" }), "2025-04-15"),
        (
            json!({ "counting": "depositary", "within": "P30D", "after": "2025-09-18", "calendar": "sat-sun" }),
            "2025-10-18",
        ),
        // The Budapest Convention: the fifth ratification on 18 March 2004, in force on 1 July 2004.
        (json!({ "counting": "coe-month", "within": "P3M", "after": "2004-03-18" }), "2004-07-01"),
        (json!({ "counting": "coe-month", "within": "P3M", "after": "2025-01-31" }), "2025-05-01"),
        (
            json!({ "counting": "basel-1972", "within": "P1M", "after": "2025-09-18", "calendar": "sat-sun" }),
            "2025-10-20",
        ),
        // Eight clear days from Wednesday the 8th are the 9th to the 16th, so Friday the 17th is the last to act.
        (
            json!({ "counting": "fr-franc", "within": "P8D", "after": "2025-10-08", "calendar": "sat-sun" }),
            "2025-10-17",
        ),
        (
            json!({ "counting": "fr-franc", "within": "P9D", "after": "2025-10-08", "calendar": "sat-sun" }),
            "2025-10-20",
        ),
        (
            json!({ "counting": "fr-franc", "within": "P1M", "after": "2025-09-15", "calendar": "sat-sun" }),
            "2025-10-16",
        ),
    ] {
        assert_eq!(due(fields.clone()), expected, "{fields}");
    }
}

#[test]
fn what_a_deadline_states_goes_before_its_profile() {
    for (fields, expected) in [
        (json!({ "counting": "eu-1182-71", "within": "P30D", "after": "2025-09-18", "roll": "none" }), "2025-10-18"),
        (
            json!({ "counting": "eu-1182-71", "within": "P30D", "after": "2025-09-18", "roll": "preceding" }),
            "2025-10-17",
        ),
        (
            json!({ "counting": "eu-1182-71", "within": "P30D", "after": "2025-09-18", "calendar": "fri-sat" }),
            "2025-10-19",
        ),
        (
            json!({ "counting": "eu-1182-71", "within": "P2D", "after": "2025-09-19", "min_working_days": 0 }),
            "2025-09-22",
        ),
        (
            json!({ "counting": "eu-1182-71", "within": "P2D", "after": "2025-09-19", "first_day": "include", "min_working_days": 0 }),
            "2025-09-22",
        ),
        (json!({ "counting": "coe-month", "within": "P3M", "after": "2004-03-18", "landing": "day" }), "2004-06-18"),
        (json!({ "within": "P3M", "after": "2004-03-18", "landing": "next-month" }), "2004-07-01"),
        (json!({ "within": "P5D", "after": "2025-10-16", "days_off": "skip", "calendar": "sat-sun" }), "2025-10-23"),
        (json!({ "within": "P5D", "after": "2025-10-16", "min_working_days": 5, "calendar": "sat-sun" }), "2025-10-23"),
        (json!({ "clear_days": 8, "after": "2025-10-08" }), "2025-10-17"),
        (json!({ "clear_days": 10, "before": "2025-10-20" }), "2025-10-09"),
        (json!({ "clear_days": 3, "after": "2025-10-08", "days_off": "skip", "calendar": "sat-sun" }), "2025-10-14"),
        (json!({ "working_days": 3, "before": "2025-10-20", "calendar": "sat-sun" }), "2025-10-15"),
        (
            json!({ "working_days": 1, "after": "2025-10-18", "first_day": "include", "calendar": "sat-sun" }),
            "2025-10-20",
        ),
        (
            json!({ "within": "P1D", "after": "2025-10-16", "calendar": ["fri-sat", "sat-sun"], "open": "any", "roll": "following" }),
            "2025-10-17",
        ),
        (
            json!({ "within": "P2D", "after": "2025-10-16", "calendar": ["fri-sat", "sat-sun"], "open": "any", "roll": "following" }),
            "2025-10-19",
        ),
        // A floor is a stated day: it does not roll.
        (
            json!({ "counting": "eu-1182-71", "within": "P3D", "after": "2025-10-01", "floor": "2025-10-18" }),
            "2025-10-18",
        ),
    ] {
        assert_eq!(due(fields.clone()), expected, "{fields}");
    }
}

#[test]
fn a_date_beyond_a_calendar_s_years_stays_open_and_is_never_called_overdue() {
    let story = Story::of([
        recorded("mou"),
        say("set-deadline", json!({ "text": "t", "working_days": 5, "after": "2026-12-29", "calendar": "cn" })),
    ]);
    check(
        &story,
        &[
            ("2026-12-29", "c1 earliest", "2027-01-03"),
            ("2026-12-29", "c1 due", "none"),
            ("2027-01-03", "c1", "due_soon"),
            ("2027-01-04", "c1", "possibly_overdue"),
            ("2031-01-04", "c1", "possibly_overdue"),
        ],
    );
}

/// The codes of what is said beside the date.
fn remarks(fields: Value) -> Vec<&'static str> {
    let story = Story::of([recorded("mou"), signed("pk", "2025-09-17")]);
    let mut fields = fields;
    fields["text"] = "t".into();
    let decision = story.decided(&say("set-deadline", fields)).expect("a deadline");
    decision.remarks.iter().map(crate::domain::counting::Remark::code).collect()
}

#[test]
fn what_has_to_be_known_of_a_date_is_said_when_it_is_set() {
    let on_a_saturday = json!({ "within": "P31D", "after": "signature", "calendar": "pk" });
    assert_eq!(remarks(on_a_saturday), ["last_day_off"]);
    assert_eq!(remarks(json!({ "within": "P31D", "after": "signature" })), [""; 0]);
    assert_eq!(remarks(json!({ "within": "P30D", "after": "signature", "calendar": "pk" })), [""; 0]);
    let rolled = json!({ "within": "P31D", "after": "signature", "calendar": "pk", "roll": "following" });
    assert_eq!(remarks(rolled), [""; 0]);
    let effect = json!({ "within": "P31D", "after": "signature", "calendar": "pk", "nature": "effect" });
    assert_eq!(remarks(effect), [""; 0]);
    let beyond = json!({ "working_days": 5, "after": "2026-12-29", "calendar": "cn" });
    assert_eq!(remarks(beyond), ["beyond_known_days"]);
    assert_eq!(remarks(json!({ "due": "2025-10-18", "calendar": "pk" })), ["last_day_off"]);
}

#[test]
fn a_deadline_that_cannot_be_counted_as_it_says_is_refused() {
    let story = Story::of([recorded("mou"), signed("pk", "2025-09-17")]);
    for (fields, code) in [
        (json!({ "working_days": 5, "after": "signature" }), "needs_calendar"),
        (json!({ "within": "P30D", "after": "signature", "roll": "following" }), "needs_calendar"),
        (json!({ "within": "P30D", "after": "signature", "roll": "preceding" }), "needs_calendar"),
        (json!({ "within": "P30D", "after": "signature", "min_working_days": 2 }), "needs_calendar"),
        (json!({ "within": "P30D", "after": "signature", "days_off": "skip" }), "needs_calendar"),
        (json!({ "within": "P30D", "after": "signature", "counting": "cisg-20" }), "needs_calendar"),
        (json!({ "within": "P30D", "after": "signature", "counting": "cisg-20", "roll": "none" }), "accepted"),
        (json!({ "within": "P30D", "after": "signature", "counting": "cisg-20", "nature": "effect" }), "accepted"),
        (json!({ "within": "P30D", "before": "2026-01-01", "counting": "cisg-20" }), "accepted"),
        (json!({ "due": "2026-01-01", "counting": "cisg-20" }), "accepted"),
        (json!({ "within": "P2W", "after": "signature", "days_off": "skip", "calendar": "pk" }), "not_in_days"),
        (json!({ "within": "P1M", "after": "signature", "days_off": "skip", "calendar": "pk" }), "not_in_days"),
        (json!({ "within": "P30D", "after": "signature", "counting": "roman" }), "no_such_profile"),
        (json!({ "within": "P30D", "after": "signature", "calendar": "mars" }), "no_such_calendar"),
        (json!({ "within": "P3M", "before": "2026-01-01", "landing": "next-month" }), "lands_back"),
        (json!({ "within": "P3M", "before": "2026-01-01", "counting": "coe-month" }), "lands_back"),
        (json!({ "working_days": 20_000, "after": "signature", "calendar": "pk" }), "too_many_days"),
        (json!({ "working_days": 5, "after": "9999-12-30", "calendar": "sat-sun" }), "beyond_calendar"),
        (json!({ "within": "P30D", "after": "signature", "calendar": "pk", "open": "all" }), "accepted"),
        (json!({ "within": "P30D", "after": "signature", "zone": "Asia/Karachi", "cut_off": "17:00" }), "accepted"),
    ] {
        let mut fields = fields;
        fields["text"] = "t".into();
        assert_eq!(story.answer("set-deadline", fields.clone()), code, "{fields}");
    }
}

#[test]
fn entry_into_force_is_counted_as_an_effect() {
    let entry = |fields: Value| {
        let story = Story::of([
            say("record", json!({ "kind": "treaty", "on": "2000-01-01" })),
            say("set-entry-into-force", fields),
        ]);
        story.tell("2027-06-01", "in force")
    };
    for (fields, expected) in [
        (json!({ "after": "2004-03-18", "within": "P3M", "counting": "coe-month" }), "2004-07-01"),
        (json!({ "after": "2025-09-18", "within": "P30D", "counting": "eu-1182-71" }), "2025-10-18"),
        (json!({ "after": "2025-09-18", "within": "P30D", "roll": "following", "calendar": "sat-sun" }), "2025-10-20"),
        (json!({ "after": "2025-10-16", "working_days": 5, "calendar": "sat-sun" }), "2025-10-23"),
        (json!({ "after": "2025-10-08", "clear_days": 8 }), "2025-10-17"),
        (json!({ "after": "2025-10-08" }), "2025-10-08"),
        (json!({ "after": "2008-03-31", "within": "P3M", "month_end": "spill" }), "2008-07-01"),
        (json!({ "after": "2017-07-25", "within": "P3M", "floor": "2020-04-28" }), "2020-04-28"),
    ] {
        assert_eq!(entry(fields.clone()), expected, "{fields}");
    }
    let story = Story::of([recorded("treaty")]);
    let answer = |fields: Value| story.answer("set-entry-into-force", fields);
    assert_eq!(answer(json!({ "after": "2025-10-16", "working_days": 5 })), "needs_calendar");
    assert_eq!(answer(json!({ "after": "2025-10-16", "working_days": 5, "within": "P5D", "calendar": "pk" })), "field");
    assert_eq!(answer(json!({ "date": "2025-10-16", "working_days": 5, "calendar": "pk" })), "field");
}

/// A register whose profile puts the agreement's entry into force under every date.
fn of_a_profile_with_a_floor(commands: impl IntoIterator<Item = Value>) -> Story {
    let mut profile = crate::domain::almanac::shipped::profiles()[0].clone();
    profile.profile = ProfileId::parse("treaty-first").expect("a name");
    profile.floor = Some(crate::domain::almanac::profile::ProfileFloor::EntryIntoForce);
    let any = Story::of([recorded("mou")]);
    let fact = any.timeline.fact(1).expect("a fact");
    let saying = Saying { event: Event::ProfileDefined(profile), ..Saying::clone(&fact.saying) };
    let register = Register::new(vec![Fact { saying: saying.into(), ..fact.clone() }]);
    Story { timeline: Timeline::default().within(register) }.and(commands)
}

#[test]
fn a_floor_of_entry_into_force_is_waited_for_and_then_held() {
    let set = json!({ "text": "t", "after": "2025-01-10", "within": "P3M", "counting": "treaty-first" });
    let story = of_a_profile_with_a_floor([recorded("treaty"), say("set-deadline", set)]);
    check(&story, &[("2025-09-02", "c1", "awaiting_trigger"), ("2025-09-02", "c1 due", "none")]);
    let entered = story.then("enter-into-force", json!({ "on": "2025-11-05", "reason": "so it was" }));
    check(&entered, &[("2025-11-04", "c1", "awaiting_trigger"), ("2025-11-05", "c1 due", "2025-11-05")]);
    let early = story.then("enter-into-force", json!({ "on": "2025-02-05", "reason": "so it was" }));
    check(&early, &[("2025-09-02", "c1 due", "2025-04-10")]);
}

#[derive(Deserialize)]
struct Vectors {
    state_vectors: Vec<StateVector>,
}

#[derive(Deserialize)]
struct StateVector {
    name: String,
    input: Value,
    due_latest: Option<String>,
    states: std::collections::BTreeMap<String, String>,
}

#[test]
fn every_state_vector_comes_out_as_published() {
    let file: Vectors =
        serde_json::from_str(include_str!("../../../tests/data/deadline_vectors.json")).expect("the vectors");
    assert_eq!(file.state_vectors.len(), 2);
    for StateVector { name, input, due_latest, states } in file.state_vectors {
        let mut fields = json!({ "text": "t", "due": input["due"], "grace": input["grace"] });
        if let Some(days) = input["n"].as_u64() {
            fields = json!({ "text": "t", "within": format!("P{days}D"), "after": input["anchor"] });
        }
        let opened = say("record", json!({ "kind": "mou", "on": "2020-01-01" }));
        let story = Story::of([opened, say("set-deadline", fields)]);
        for (on, state) in states {
            // The vectors call "due" what is due on that very day.
            let state = if state == "due" { "due_today" } else { &state };
            check(&story, &[(&on, "c1", state)]);
            if let Some(due) = &due_latest {
                check(&story, &[(&on, "c1 due", due), (&on, "c1 earliest", "none")]);
            }
        }
        assert!(!name.is_empty());
    }
}
