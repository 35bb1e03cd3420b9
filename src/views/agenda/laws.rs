//! Laws: what a list of what comes due holds is found in the cells of its window, and what is found lies near to it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::span::{Span, joined, number};
use crate::domain::day::Day;
use crate::domain::docket::Docket;
use crate::domain::id::{AgreementId, Reference};
use crate::domain::laws::{command, draws};
use crate::domain::scenario::{Story, day, recorded, request, say, signed};
use crate::views::entry::Entry;
use crate::views::tables::{self, Coming, Range};
use crate::views::{board, term};

type Kept = BTreeMap<Vec<u8>, Vec<u8>>;

fn kept(entry: &Entry) -> Kept {
    tables::rows(entry.clone()).into_iter().collect()
}

fn within(kept: &Kept, (from, before): Range) -> impl Iterator<Item = (&Vec<u8>, &Vec<u8>)> {
    kept.range(from..before)
}

/// What the cells of a window name.
fn found(kept: &Kept, on: Day, until: Day) -> BTreeSet<Coming> {
    let mut found = BTreeSet::new();
    for (key, value) in tables::due_in(on, until).into_iter().flat_map(|range| within(kept, range)) {
        found.extend(tables::coming_in(on, until, (key, value)).expect("a span"));
    }
    let (mut from, before) = tables::rounds();
    while let Some((key, _)) = kept.range(from..before.clone()).next() {
        let (ranges, next) = tables::round_in(on, until, key).expect("a round");
        for (key, _) in ranges.into_iter().flat_map(|range| within(kept, range)) {
            found.extend(tables::going_round_in(on, until, key).expect("a round"));
        }
        from = next;
    }
    found
}

/// What is found of an agreement's commitments has a row of its own; that of its term is its head.
fn finds_what_is_listed(entry: &Entry, kept: &Kept, on: Day, until: Day) -> Result<(), TestCaseError> {
    let found = found(kept, on, until);
    let term = Coming::Term(tables::head_key(entry.reference.as_str()));
    if !term::rows(entry, on, until).is_empty() {
        prop_assert!(found.contains(&term), "the term, from {} to {}", on, until);
    }
    for commitment in &entry.commitments {
        let alone = Entry { commitments: vec![commitment.clone()], terms: Vec::new(), ..entry.clone() };
        let address = format!("{}/{}", entry.reference, commitment.id);
        let of_it = |coming: &&Coming| matches!(coming, Coming::Commitment(key) if key.ends_with(address.as_bytes()));
        if board::coming(&alone, on, until).is_some() {
            prop_assert!(found.iter().any(|coming| of_it(&coming)), "{} from {} to {}", address, on, until);
        }
    }
    for coming in &found {
        let key = match coming {
            Coming::Commitment(key) | Coming::Term(key) => key,
        };
        prop_assert!(kept.contains_key(key), "{:?} is nowhere", coming);
    }
    Ok(())
}

fn windows(span: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..span, prop_oneof![0..40_i64, 0..800_i64]), 1..40)
}

/// Lengths as they occur, and as they might.
fn length() -> impl Strategy<Value = String> {
    let months = (1..61_u32).prop_map(|months| format!("P{months}M"));
    let years = (1..12_u32).prop_map(|years| format!("P{years}Y"));
    let days = (1..800_u32).prop_map(|days| format!("P{days}D"));
    let both = (1..30_u32, 1..40_u32).prop_map(|(months, days)| format!("P{months}M{days}D"));
    prop_oneof![3 => months, 4 => years, 3 => days, 1 => both]
}

fn lead() -> impl Strategy<Value = Option<String>> {
    let some = prop_oneof![
        (1..14_u32).prop_map(|months| format!("P{months}M")),
        (1..400_u32).prop_map(|days| format!("P{days}D")),
        (1..7_u32, 1..40_u32).prop_map(|(months, days)| format!("P{months}M{days}D")),
    ];
    prop_oneof![1 => Just(None), 4 => some.prop_map(Some)]
}

/// An agreement with a term; none where it is refused, since a notice would come before it begins.
fn with_term(fields: Value) -> Option<Entry> {
    let mut story = Story::of([recorded("contract"), signed("pk", "2025-09-01"), signed("ps", "2025-09-01")]);
    story.record(&say("set-term", fields)).ok()?;
    Entry::of(AgreementId(uuid::Uuid::nil()), &story.timeline)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_listed_of_any_history_is_found(draws in draws(), windows in windows(1500)) {
        let (mut story, mut docket) = (Story::default(), Docket::default());
        for draw in &draws {
            let Ok(decision) = docket.decide(&request(&command(draw, &story)), &story.context()) else { continue };
            let fact = story.next_fact(&decision);
            story.timeline.push(fact.clone());
            docket.put(fact);
        }
        if let Some(entry) = Entry::of(AgreementId(uuid::Uuid::nil()), &story.timeline) {
            let kept = kept(&entry);
            for (on, ahead) in windows {
                let on = day("2024-06-01").plus_days(on).expect("a day");
                finds_what_is_listed(&entry, &kept, on, on.plus_days(ahead).expect("a day"))?;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    /// Over six hundred years, so that a day has been through every length of months.
    #[test]
    fn the_days_of_a_term_are_found_however_often_it_is_renewed_and_only_near_to_them(
        (start, length, renewal) in (0..1500_i64, length(), prop_oneof![1 => Just("none"), 4 => Just("tacit")]),
        (notice_period, prepare) in (lead(), lead()),
        windows in windows(600 * 365),
    ) {
        let first = day("2025-09-01").plus_days(start).expect("a day");
        let prepare = prepare.filter(|_| notice_period.is_some());
        let fields = json!({ "start": first, "length": length, "renewal": renewal, "notice_period": notice_period,
            "prepare": prepare, "on": "2025-09-01" });
        let Some(entry) = with_term(fields) else { return Ok(()) };
        let kept = kept(&entry);
        for (after, ahead) in windows {
            let on = first.plus_days(after - 200).expect("a day");
            let until = on.plus_days(ahead).expect("a day");
            finds_what_is_listed(&entry, &kept, on, until)?;
            for row in term::rows(&entry, on, until.plus_days(5000).expect("a day")) {
                finds_what_is_listed(&entry, &kept, row.day, row.day)?;
                finds_what_is_listed(&entry, &kept, row.day.previous().expect("a day"), row.day)?;
            }
            let places = !(length.contains('M') && length.contains('D'));
            // A round has its places before the first period too.
            if places && renewal == "tacit" && after > 260 && !found(&kept, on, until).is_empty() {
                let near = term::rows(&entry, on.plus_days(-60).expect("a day"), until.plus_days(60).expect("a day"));
                prop_assert!(!near.is_empty(), "found from {} to {}", on, until);
            }
        }
    }

    #[test]
    fn spans_that_become_one_hold_what_they_held(ends in prop::collection::vec((0..9000_i64, 0..90_i64), 0..200), most in 1..40_usize) {
        let from = Day::new(2000, 1, 1).expect("a day");
        let spans = ends.iter().filter_map(|(first, long)| {
            let first = from.plus_days(*first)?;
            Span::shown((Day::MIN, None), first, first.plus_days(*long))
        });
        let spans: Vec<Span> = spans.collect();
        let one = joined(spans.clone(), most);
        prop_assert!(one.len() <= most);
        for span in spans {
            prop_assert!(one.iter().any(|whole| whole.holds(span)));
        }
    }
}

/// What a register of many agreements has within a month is found among few keys.
#[test]
fn a_window_reads_few_keys_beside_what_it_asks_for() {
    let mut keys = BTreeSet::new();
    let from = day("1990-01-01");
    let mut long = 0;
    let many = 40 * 365;
    for nth in 0..many {
        // From a day up to three months, as due dates with a grace have it.
        long = (long * 7 + 11) % 97;
        let first = from.plus_days(nth).expect("a day");
        let span = Span::shown((Day::MIN, None), first, first.plus_days(long)).expect("a span");
        keys.extend(span.stems(b'd').map(|stem| [&stem[..], format!("a{nth:05}").as_bytes()].concat()));
    }
    let (on, until) = (day("2020-03-10"), day("2020-04-09"));
    let window = Span::window(on, until);
    let (mut read, mut met) = (0, BTreeSet::new());
    for (from, before) in window.ranges(b'd') {
        for key in keys.range(from..before) {
            read += 1;
            let (meets, address) = window.meets(key).expect("a span");
            met.extend(meets.then_some(address));
        }
    }
    assert!(number(Some(on)) < number(Some(until)) && met.len() >= 60, "{}", met.len());
    assert!(read < 5 * met.len(), "{read} keys for {}", met.len());
}

/// Of terms that are renewed each year those are found that have a day in a month, or nearly so, not all.
#[test]
fn of_the_terms_that_go_on_a_window_finds_those_that_have_a_day_near_it() {
    let (on, until) = (day("2031-03-10"), day("2031-04-09"));
    let (mut listed, mut keys) = (0, Kept::new());
    for nth in 0..365_i64 {
        let start = day("2025-09-02").plus_days(nth).expect("a day");
        let fields =
            json!({ "start": start, "length": "P1Y", "renewal": "tacit", "notice_period": "P3M", "on": "2025-09-01" });
        let entry = with_term(fields).expect("it is accepted");
        listed += usize::from(!term::rows(&entry, on, until).is_empty());
        let entry = Entry { reference: Reference::parse(&format!("a-{nth}")).expect("a reference"), ..entry };
        keys.extend(kept(&entry));
    }
    let named = found(&keys, on, until).len();
    assert!((60..66).contains(&listed), "{listed}");
    assert!(named >= listed && named < 2 * listed, "{named} for {listed}");
}
