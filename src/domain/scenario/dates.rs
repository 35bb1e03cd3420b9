//! The one list of computed dates: what is in it, under which words, and when two lists differ.

use serde_json::json;

use super::{Story, day, due_on, recorded, say, signed};
use crate::domain::dates::{DateKey, UNKNOWN, dates, moved};

/// The dates on a day, as `word earliest/latest @facts`.
fn listed(story: &Story, on: &str) -> Vec<String> {
    let on = day(on);
    let said = |day: Option<_>| day.map_or_else(|| "?".to_owned(), |day: crate::domain::day::Day| day.to_string());
    let told = dates(&story.at(on), on).into_iter().map(|date| {
        let facts: Vec<String> = date.hangs_on.iter().map(|seq| format!("@{seq}")).collect();
        let days = match (date.days.earliest, date.days.latest) {
            (a, b) if a == b => said(a),
            (a, b) => format!("{}/{}", said(a), said(b)),
        };
        format!("{} {days} {}", date.key, facts.join(" "))
    });
    told.collect()
}

#[test]
fn every_kind_of_computed_date_is_listed_with_the_facts_that_it_rests_on() {
    let story = Story::of([
        recorded("contract"),
        signed("pk", "2025-09-10"),
        signed("ps", "2025-09"),
        due_on("2026-01-20"),
        say(
            "set-deadline",
            json!({ "text": "Report", "within": "P30D", "after": "entry-into-force", "owed_by": "pk" }),
        ),
        say(
            "set-term",
            json!({
                "start": "2026-01-01", "length": "P1Y", "renewal": "tacit", "notice_period": "P3M", "prepare": "P1M",
            }),
        ),
        say(
            "give-notice",
            json!({
                "party": "ps", "kind": "suspension", "on": "2026-02-01", "effect_after": "P10D", "reason": "floods",
            }),
        ),
    ]);
    assert_eq!(
        listed(&story, "2026-03-01"),
        [
            "c1 2026-01-20 @4",
            "c2 2025-10-10/2025-10-30 @3 @5",
            "entry-into-force 2025-09-10/2025-09-30 @3",
            "entry-into-force:pk 2025-09-10/2025-09-30 @2 @3",
            "entry-into-force:ps 2025-09-10/2025-09-30 @3",
            "notice 2026-09-30 @6",
            "prepare 2026-08-30 @6",
            "renewal 2027-01-01 @6",
            "@7 2026-02-11 @7",
        ]
    );
}

#[test]
fn a_date_that_waits_is_listed_and_unknown() {
    let story = Story::of([recorded("mou"), signed("pk", "2025-09-10")]);
    assert_eq!(listed(&story, "2026-03-01"), ["entry-into-force ? "]);
    assert_eq!(listed(&Story::of([recorded("treaty")]), "2026-03-01"), [""; 0]);
}

#[test]
fn a_word_for_a_date_is_read_back_as_written() {
    for word in
        ["c1", "c1.3", "entry-into-force", "entry-into-force:pk", "expiry", "notice", "prepare", "renewal", "@7"]
    {
        assert_eq!(DateKey::parse(word).map(|key| key.to_string()), Ok(word.to_owned()));
    }
    assert_eq!(DateKey::parse("end"), Ok(DateKey::Expiry));
    for word in ["", "@", "@0", "@+7", "c0", "c1.0", "wg1", "entry-into-force:", "entry-into-force:PK", "due"] {
        assert!(DateKey::parse(word).is_err(), "{word:?}");
    }
}

#[test]
fn a_date_that_is_not_listed_is_unknown_and_moves_when_it_is() {
    let before = Story::of([recorded("mou"), signed("pk", "2025-09-10")]);
    let after = before.and([signed("ps", "2025-09-12"), due_on("2026-01-20")]);
    let on = day("2026-03-01");
    let lists = [&before, &after].map(|story| dates(&story.at(on), on));
    let keys = |moved: &[(DateKey, _, _)]| moved.iter().map(|(key, ..)| key.to_string()).collect::<Vec<_>>();
    let there = moved(&lists[0], &lists[1]);
    assert_eq!(keys(&there), ["c1", "entry-into-force", "entry-into-force:pk", "entry-into-force:ps"]);
    assert!(there.iter().all(|(_, before, _)| *before == UNKNOWN));
    assert_eq!(keys(&moved(&lists[1], &lists[0])), keys(&there));
    assert!(moved(&lists[1], &lists[1]).is_empty());
}
