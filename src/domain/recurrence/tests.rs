//! The rule's grammar, its days, and the laws that hold for any rule.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::domain::due::{self, Due};
use crate::domain::period::MonthEnd;
use crate::domain::scenario::{Story, recorded, say};

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

fn rule(text: &str) -> RepeatRule {
    RepeatRule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn days(text: &str, start: &str) -> Vec<String> {
    rule(text).days(day(start), MonthEnd::Clamp).iter().map(ToString::to_string).collect()
}

fn code(text: &str) -> &'static str {
    RepeatRule::parse(text).map_or_else(|error| error.code(), |_| "read")
}

#[test]
fn a_rule_is_written_in_one_form() {
    for (given, written) in [
        ("FREQ=MONTHLY;INTERVAL=3;COUNT=8", "FREQ=MONTHLY;INTERVAL=3;COUNT=8"),
        ("COUNT=8;INTERVAL=1;FREQ=MONTHLY", "FREQ=MONTHLY;COUNT=8"),
        ("FREQ=MONTHLY;BYDAY=1MO;COUNT=2", "FREQ=MONTHLY;BYDAY=1MO;COUNT=2"),
        ("FREQ=MONTHLY;BYDAY=+1MO,-1FR;COUNT=2", "FREQ=MONTHLY;BYDAY=-1FR,1MO;COUNT=2"),
        ("FREQ=WEEKLY;BYDAY=FR,MO,MO;WKST=SU;UNTIL=20280331", "FREQ=WEEKLY;BYDAY=MO,FR;WKST=SU;UNTIL=20280331"),
        ("FREQ=WEEKLY;WKST=MO;COUNT=1", "FREQ=WEEKLY;COUNT=1"),
    ] {
        assert_eq!(rule(given).to_string(), written);
        assert_eq!(rule(written), rule(given));
    }
}

#[test]
fn a_rule_that_cannot_be_says_why() {
    for (given, why) in [
        ("FREQ=MONTHLY", "repeat_endless"),
        ("FREQ=MONTHLY;COUNT=1001", "repeat_too_many"),
        ("FREQ=DAILY;COUNT=99999999999999999999", "repeat_too_many"),
        ("FREQ=HOURLY;COUNT=3", "repeat_within_day"),
        ("FREQ=DAILY;BYHOUR=9;COUNT=3", "repeat_within_day"),
        ("DTSTART=20260101;FREQ=DAILY;COUNT=3", "repeat_beside"),
        ("FREQ=DAILY;EXDATE=20260101;COUNT=3", "repeat_beside"),
        ("RRULE:FREQ=DAILY;COUNT=3", "repeat_beside"),
        ("DTSTART:20260101\nRRULE:FREQ=DAILY;COUNT=3", "repeat_beside"),
        ("freq=daily;count=3", "repeat"),
        ("FREQ=daily;COUNT=3", "repeat"),
        ("FREQ=DAILY;count=3", "repeat"),
        ("FREQ=DAILY;COUNT=0", "repeat"),
        ("FREQ=DAILY;COUNT=03", "repeat"),
        ("FREQ=DAILY;COUNT=-3", "repeat"),
        ("FREQ=DAILY;COUNT=3;COUNT=4", "repeat"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "repeat"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", "repeat"),
        ("FREQ=DAILY;INTERVAL=10000;COUNT=3", "repeat"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "repeat"),
        ("FREQ=DAILY;UNTIL=2027-01-01", "repeat"),
        ("FREQ=DAILY;UNTIL=20270230", "repeat"),
        ("FREQ=DAILY;;COUNT=3", "repeat"),
        ("FREQ=DAILY;COUNT", "repeat"),
        ("", "repeat"),
        ("FREQ=WEEKLY;BYMONTHDAY=1;COUNT=3", "repeat"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=3", "repeat"),
        ("FREQ=MONTHLY;BYDAY=9MO;COUNT=3", "repeat"),
        ("FREQ=MONTHLY;BYYEARDAY=9;COUNT=3", "repeat"),
        ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3", "repeat"),
        ("FREQ=MONTHLY;BYMONTHDAY=0;COUNT=3", "repeat"),
        ("FREQ=MONTHLY;BYSETPOS=1;COUNT=3", "repeat"),
        ("FREQ=MONTHLY;BYEASTER=1;COUNT=3", "repeat"),
    ] {
        assert_eq!(code(given), why, "{given}");
    }
    assert_eq!(code(&format!("FREQ=DAILY;COUNT=3;{}", "X".repeat(300))), "repeat");
}

#[test]
fn the_last_working_day_of_each_quarter_is_found() {
    assert_eq!(
        days("FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=4", "2026-03-01"),
        ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    );
    assert_eq!(
        days("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR;UNTIL=20261231", "2026-03-27"),
        ["2026-03-27", "2026-06-26", "2026-09-25", "2026-12-25"]
    );
}

#[test]
fn a_month_end_is_kept_where_the_rule_names_no_day() {
    assert_eq!(
        days("FREQ=MONTHLY;INTERVAL=3;COUNT=4", "2026-03-31"),
        ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    );
    assert_eq!(days("FREQ=MONTHLY;COUNT=3", "2028-01-30"), ["2028-01-30", "2028-02-29", "2028-03-30"]);
    assert_eq!(days("FREQ=YEARLY;COUNT=3", "2028-02-29"), ["2028-02-29", "2029-02-28", "2030-02-28"]);
    assert_eq!(
        days("FREQ=YEARLY;BYMONTH=2,5;UNTIL=20270228", "2026-01-31"),
        ["2026-02-28", "2026-05-31", "2027-02-28"]
    );
    let spilt = rule("FREQ=MONTHLY;COUNT=3").days(day("2026-01-31"), MonthEnd::Spill);
    assert_eq!(spilt, [day("2026-01-31"), day("2026-03-01"), day("2026-03-31")]);
}

#[test]
fn a_day_that_the_rule_names_is_skipped_where_a_month_lacks_it() {
    assert_eq!(days("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2026-03-31"), ["2026-03-31", "2026-05-31", "2026-07-31"]);
    assert_eq!(days("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-03-31"), ["2026-03-31", "2026-04-30", "2026-05-31"]);
}

#[test]
fn a_rule_is_judged_by_its_first_due_date() {
    let judged = |text: &str, start: &str| {
        rule(text).judge(day(start), MonthEnd::Clamp).map_or_else(|error| error.code(), |_| "fits")
    };
    assert_eq!(judged("FREQ=DAILY;UNTIL=20251231", "2026-01-01"), "repeat_ends_first");
    assert_eq!(judged("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "2026-01-01"), "repeat_never");
    assert_eq!(judged("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "2026-01-01"), "repeat_never");
    assert_eq!(judged("FREQ=DAILY;UNTIL=20351231", "2026-01-01"), "repeat_too_many");
    assert_eq!(judged("FREQ=YEARLY;COUNT=1000", "2026-01-01"), "repeat_too_far");
    assert_eq!(judged("FREQ=YEARLY;INTERVAL=50;UNTIL=99991231", "2026-01-01"), "repeat_too_far");
    assert_eq!(judged("FREQ=YEARLY;COUNT=3", "9998-01-01"), "repeat_too_far");
    assert_eq!(judged("FREQ=DAILY;COUNT=1000", "2026-01-01"), "fits");
}

#[test]
fn what_is_owed_has_one_spelling() {
    assert_eq!(Owed::parse("c1.3").map(|owed| owed.to_string()), Ok("c1.3".to_owned()));
    assert_eq!(Owed::parse("c12").map(|owed| owed.to_string()), Ok("c12".to_owned()));
    for bad in ["c1.", "c1.0", "c1.03", "c1.+3", "c1.1001", "c1.99999", "c1.3.4", "c.3", ".3", "c1.x"] {
        assert!(Owed::parse(bad).is_err(), "{bad}");
    }
}

/// Rules of every kind, many of them odd.
fn rules() -> impl Strategy<Value = String> {
    let list = |least: i16, most: i16| {
        proptest::collection::vec((least..=most, any::<bool>()), 1..4).prop_map(|all| {
            let signed = |(number, back): (i16, bool)| (if back { -number } else { number }).to_string();
            all.into_iter().map(signed).collect::<Vec<_>>().join(",")
        })
    };
    let weekdays = proptest::collection::vec((0_i16..6, 0_usize..7, any::<bool>()), 1..4).prop_map(|all| {
        let word = |(nth, at, back): (i16, usize, bool)| {
            let day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][at];
            let sign = if back { "-" } else { "" };
            if nth == 0 { day.to_owned() } else { format!("{sign}{nth}{day}") }
        };
        all.into_iter().map(word).collect::<Vec<_>>().join(",")
    });
    (
        prop_oneof![Just("DAILY"), Just("WEEKLY"), Just("MONTHLY"), Just("YEARLY")],
        proptest::option::weighted(0.5, 1_u16..40),
        proptest::option::weighted(0.2, (1_i16..=12).prop_map(|month| month.to_string())),
        (
            proptest::option::weighted(0.1, list(1, 53)),
            proptest::option::weighted(0.1, list(1, 366)),
            proptest::option::weighted(0.2, list(1, 31)),
        ),
        proptest::option::weighted(0.3, weekdays),
        proptest::option::weighted(0.2, list(1, 6)),
        prop_oneof![
            (1_u32..40).prop_map(|n| format!("COUNT={n}")),
            (2024_u32..2090).prop_map(|y| format!("UNTIL={y}0630"))
        ],
    )
        .prop_map(|(freq, interval, months, (weeks, year_days, month_days), weekdays, positions, end)| {
            let mut text = format!("FREQ={freq}");
            let parts = [
                ("INTERVAL", interval.map(|n| n.to_string())),
                ("BYMONTH", months),
                ("BYWEEKNO", weeks),
                ("BYYEARDAY", year_days),
                ("BYMONTHDAY", month_days),
                ("BYDAY", weekdays),
                ("BYSETPOS", positions),
            ];
            for (name, value) in parts {
                text.extend(value.map(|value| format!(";{name}={value}")));
            }
            text + ";" + &end
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_days_of_a_rule_come_one_after_the_other_and_end(text in rules(), from in 0_i64..20_000, spill in any::<bool>()) {
        let Ok(rule) = RepeatRule::parse(&text) else { return Ok(()) };
        let start = day("1990-01-01").plus_days(from).expect("a day");
        let days = rule.days(start, if spill { MonthEnd::Spill } else { MonthEnd::Clamp });
        prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "{}", text);
        prop_assert!(days.first().is_none_or(|first| *first >= start));
        prop_assert!(rule.count().is_none_or(|count| days.len() <= count as usize));
        prop_assert!(rule.until().is_none_or(|until| days.iter().all(|day| *day <= until)));
        prop_assert!(days.len() <= INSTANCES_MAX as usize + 1);
        prop_assert_eq!(RepeatRule::parse(&rule.to_string()), Ok(rule));
    }

    #[test]
    fn a_plain_rule_has_the_days_that_the_crate_gives(kind in 0_usize..4, interval in 1_u16..30, from in 0_i64..20_000) {
        let freq = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"][kind];
        let start = day("1990-01-01").plus_days(from).expect("a day");
        prop_assume!(start.day_of_month() <= 28);
        let plain = rule(&format!("FREQ={freq};INTERVAL={interval};COUNT=9"));
        prop_assert_eq!(plain.days(start, MonthEnd::Clamp), plain.expanded(start));
    }

    #[test]
    fn no_text_makes_a_rule_panic(text in "[A-Z=;,0-9+-]{0,60}", words in proptest::collection::vec("(FREQ|COUNT|BYDAY|UNTIL|INTERVAL|BYSETPOS)=(DAILY|YEARLY|-?[0-9]{1,9}|[0-9]?MO|,)", 0..5)) {
        let _ = RepeatRule::parse(&text).map(|rule| rule.days(day("2026-01-31"), MonthEnd::Clamp));
        let _ = RepeatRule::parse(&words.join(";")).map(|rule| rule.days(day("2026-01-31"), MonthEnd::Clamp));
    }
}

/// A story with one recurring commitment of six instances at most.
fn recurring(repeat: &str) -> Story {
    let set = json!({ "text": "Report", "due": "2026-01-31", "repeat": repeat });
    Story::of([recorded("mou"), say("set-deadline", set)])
}

fn dues(story: &Story) -> Vec<Due> {
    let agreement = story.at(Day::MAX);
    let all = series::instances(&agreement, &agreement.commitments[0]);
    all.iter().map(|instance| due::current(&agreement, instance)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_said_of_one_instance_moves_no_other(
        acts in proptest::collection::vec((0_usize..5, 0_usize..6, 0_i64..400), 1..8),
        rule in 0_usize..3,
    ) {
        let rules = ["FREQ=MONTHLY;COUNT=6", "FREQ=MONTHLY;UNTIL=20260630", "FREQ=WEEKLY;INTERVAL=3;COUNT=6"];
        let mut story = recurring(rules[rule]);
        let first = dues(&story);
        for (verb, at, on) in acts {
            let on = day("2026-01-01").plus_days(on).expect("a day").to_string();
            let base = json!({ "agreement": format!("a/c1.{}", at + 1), "on": on, "reason": "so it was" });
            let (verb, more) = [
                ("report-milestone", json!({ "status": "met" })),
                ("report-milestone", json!({ "status": "not_met" })),
                ("waive", json!({ "by": "ps" })),
                ("dispute", json!({ "by": "ps" })),
                ("extend-deadline", json!({ "by": "P9D" })),
            ][verb].clone();
            let mut fields = base;
            for (name, value) in more.as_object().expect("fields") {
                fields[name] = value.clone();
            }
            let before = dues(&story);
            if story.record(&say(verb, fields)).is_err() {
                continue;
            }
            let after = dues(&story);
            prop_assert_eq!(after.len(), first.len());
            for (other, (now, then)) in after.iter().zip(&before).enumerate() {
                prop_assert!(other == at || now == then, "instance {}", other + 1);
            }
        }
    }
}
