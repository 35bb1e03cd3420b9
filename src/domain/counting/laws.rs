//! Laws of counting, over rules, calendars and days of all sorts.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::terms::Terms;
use super::vectors::plain;
use super::{DueDates, Uncounted, count, open_days::Works};
use crate::domain::almanac::{Almanac, shipped};
use crate::domain::day::Day;
use crate::domain::edtf::Bounds;
use crate::domain::event::Event;
use crate::domain::event::register::{CalendarDefined, DaysListed, ListedDay, WeekSet};
use crate::domain::fact::{Occurred, Saying};
use crate::domain::id::CalendarId;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::rule::{DaysOff, DeadlineNature, Direction, FirstDay, Landing, Length, Open, Roll, Rule};
use crate::domain::text::Line;
use crate::domain::timeline::{Reading, Readings};
use crate::domain::vocabulary::{Certainty, Confidence, Weekday};

/// The days that the calendars below list; no count from a day of [`start`] leaves them.
const LISTED: (&str, &str) = ("1900-01-01", "2199-12-31");

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// A calendar: which days of the week are off, which days off and worked days are listed (as days since 2020), and
/// until when, if it is not known for all time.
#[derive(Clone, Debug)]
struct Sketch {
    week: Vec<Weekday>,
    off: BTreeSet<i64>,
    worked: BTreeSet<i64>,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let days = || prop::collection::btree_set(0..800i64, 0..60);
    let week = prop::sample::subsequence(Weekday::ALL.to_vec(), 0..=4);
    (week, days(), days()).prop_map(|(week, off, worked)| Sketch { week, worked: &worked - &off, off })
}

fn start() -> impl Strategy<Value = Day> {
    (100..700i64).prop_map(|days| day("2020-01-01").plus_days(days).unwrap())
}

/// The almanac that knows these calendars, named a, b, c, within these days.
fn almanac(sketches: &[Sketch], (from, to): (Day, Day)) -> Almanac {
    let line = |text: &str| Line::parse(text).unwrap();
    let mut readings = Readings::default();
    let mut record = |event: Event| {
        let seq = readings.facts.len() as u64 + 1;
        let occurred = Occurred { on: None, certainty: Certainty::Unknown, as_printed: None };
        let saying = Saying { occurred, confidence: Confidence::Confirmed, evidence: Vec::new(), reason: None, event };
        let bounds = Bounds { earliest: None, latest: day("2020-01-01") };
        readings.facts.push(Reading { seq, position: seq, saying: saying.into(), bounds, changed_by: Vec::new() });
    };
    for (sketch, name) in sketches.iter().zip(["a", "b", "c"]) {
        let calendar = CalendarId::parse(name).unwrap();
        record(Event::CalendarDefined(CalendarDefined { calendar: calendar.clone(), title: line(name) }));
        let off = sketch.week.clone();
        record(Event::WeekSet(WeekSet { calendar: calendar.clone(), off, from: None, to: None }));
        let listed = |days: &BTreeSet<i64>| -> Vec<ListedDay> {
            let days = days.iter().filter_map(|days| day("2020-01-01").plus_days(*days));
            days.filter(|day| from <= *day && *day <= to).map(|day| ListedDay { day, name: None }).collect()
        };
        let (off, worked) = (listed(&sketch.off), listed(&sketch.worked));
        record(Event::DaysListed(DaysListed { calendar, from, to, off, worked }));
    }
    Almanac::of(&readings)
}

fn known(sketches: &[Sketch]) -> Almanac {
    almanac(sketches, (day(LISTED.0), day(LISTED.1)))
}

fn length() -> impl Strategy<Value = Length> {
    let days = (0..50u32).prop_map(|days| Length::Period(Period::new(0, 0, 0, days).unwrap()));
    let months = (0..6u32, 0..3u32).prop_map(|(m, w)| Length::Period(Period::new(0, m, w, 0).unwrap()));
    prop_oneof![days, months, (1..40u32).prop_map(Length::WorkingDays), (1..40u32).prop_map(Length::ClearDays)]
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Option<T>> + use<T> {
    prop::option::of(prop::sample::select(all.to_vec()))
}

/// A rule by any shipped profile with the calendars a and b, of which any term may be stated.
fn rule() -> impl Strategy<Value = Rule> {
    let profiles: Vec<_> = shipped::profiles().iter().map(|profile| profile.profile.clone()).collect();
    let within = (maybe(FirstDay::ALL), maybe(DaysOff::ALL), maybe(&[MonthEnd::Clamp, MonthEnd::Spill]));
    let ends = (maybe(Landing::ALL), maybe(Roll::ALL), prop::option::of(0..9u32), maybe(DeadlineNature::ALL));
    let which = (prop::sample::select(profiles), prop::sample::select(Direction::ALL), maybe(Open::ALL));
    (length(), which, within, ends).prop_map(|(length, which, within, ends)| Rule {
        profile: which.0,
        direction: which.1,
        open: which.2,
        first_day: within.0,
        days_off: within.1,
        month_end: within.2,
        landing: ends.0,
        roll: ends.1,
        min_working_days: ends.2,
        nature: ends.3,
        calendars: ["a", "b"].iter().map(|name| CalendarId::parse(name).unwrap()).collect(),
        ..plain(day("2020-06-01"), Some(length))
    })
}

fn two() -> impl Strategy<Value = Vec<Sketch>> {
    prop::collection::vec(sketch(), 2)
}

fn ends(rule: &Rule, almanac: &Almanac, from: Day) -> Result<DueDates, Uncounted> {
    let from = DueDates { earliest: Some(from), latest: Some(from) };
    count(rule, DeadlineNature::Act, almanac, from, None).map(|counted| counted.dates)
}

/// The one day on which a count ends that meets no unknown day; none where the rule cannot be counted.
fn end(rule: &Rule, almanac: &Almanac, from: Day) -> Option<Day> {
    let dates = ends(rule, almanac, from).ok()?;
    assert_eq!(dates.earliest, dates.latest, "every day is known");
    dates.latest
}

fn is_open(rule: &Rule, almanac: &Almanac, day: Day) -> bool {
    let terms = Terms::of(rule, DeadlineNature::Act, almanac).unwrap();
    terms.open_days().unwrap().on(day) == Works::Open
}

/// The open days from one day to another, both included, in whatever order.
fn open_between(rule: &Rule, almanac: &Almanac, a: Day, b: Day) -> usize {
    let (a, b) = (a.min(b), a.max(b));
    (0..=a.days_until(b)).filter(|days| is_open(rule, almanac, a.plus_days(*days).unwrap())).count()
}

fn working(n: u32, rule: Rule) -> Rule {
    Rule { length: Some(Length::WorkingDays(n)), landing: None, days_off: None, min_working_days: None, ..rule }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_count_of_working_days_ends_on_an_open_day_and_holds_so_many(
        sketches in two(), from in start(), n in 1..40u32, rule in rule()
    ) {
        let rule = Rule { roll: None, profile: plain(from, None).profile, ..working(n, rule) };
        let almanac = known(&sketches);
        if let Some(end) = end(&rule, &almanac, from) {
            prop_assert!(is_open(&rule, &almanac, end));
            let held = open_between(&rule, &almanac, from, end);
            let first = usize::from(rule.first_day != Some(FirstDay::Include) && is_open(&rule, &almanac, from));
            prop_assert_eq!(held - first, n as usize);
        }
    }

    #[test]
    fn a_further_day_off_never_brings_the_end_nearer(
        sketches in two(), from in start(), rule in rule(), further in 0..800i64, roll in prop::bool::ANY
    ) {
        let with = match rule.direction {
            Direction::After => Roll::Following,
            Direction::Before => Roll::Preceding,
        };
        let rule = Rule { roll: Some(if roll { with } else { Roll::None }), ..rule };
        let mut more = sketches.clone();
        more[0].off.insert(further);
        more[0].worked.remove(&further);
        if let (Some(end), Some(then)) = (end(&rule, &known(&sketches), from), end(&rule, &known(&more), from)) {
            match rule.direction {
                Direction::After => prop_assert!(then >= end),
                Direction::Before => prop_assert!(then <= end),
            }
        }
    }

    #[test]
    fn back_and_forth_never_passes_the_start(sketches in two(), from in start(), n in 1..40u32, rule in rule()) {
        let plain = plain(from, None).profile;
        let back = Rule { direction: Direction::Before, first_day: None, roll: None, profile: plain, ..working(n, rule) };
        let forth = Rule { direction: Direction::After, ..back.clone() };
        let almanac = known(&sketches);
        if let Some(start) = end(&back, &almanac, from) {
            // From a day off the way back begins at the open day before it, and the way forth ends on the one after.
            let first_open = end(&Rule { first_day: Some(FirstDay::Include), ..working(1, forth.clone()) }, &almanac, from);
            prop_assert_eq!(end(&forth, &almanac, start), first_open);
        }
    }

    #[test]
    fn a_period_back_and_forth_never_passes_the_start(from in start(), m in 0..30u32, w in 0..9u32, d in 0..99u32) {
        let forth = plain(from, Some(Length::Period(Period::new(0, m, w, d).unwrap())));
        let back = Rule { direction: Direction::Before, ..forth.clone() };
        let almanac = Almanac::default();
        let start = end(&back, &almanac, from).unwrap();
        // Days are taken back before they are counted forth: only months and weeks on their own come back.
        let whole = m == 0 || (w == 0 && d == 0);
        prop_assert!(!whole || end(&forth, &almanac, start).unwrap() <= from);
    }

    #[test]
    fn a_first_day_that_counts_never_makes_it_longer(sketches in two(), from in start(), rule in rule()) {
        let excluded = Rule { first_day: Some(FirstDay::Exclude), ..rule.clone() };
        let included = Rule { first_day: Some(FirstDay::Include), ..rule };
        let almanac = known(&sketches);
        if let (Some(included), Some(end)) = (end(&included, &almanac, from), end(&excluded, &almanac, from)) {
            match excluded.direction {
                Direction::After => prop_assert!(included <= end),
                Direction::Before => prop_assert!(included >= end),
            }
        }
    }

    #[test]
    fn a_month_end_that_spills_is_never_before_one_that_is_clamped(
        sketches in two(), from in start(), rule in rule()
    ) {
        let clamp = Rule { month_end: Some(MonthEnd::Clamp), ..rule.clone() };
        let spill = Rule { month_end: Some(MonthEnd::Spill), ..rule };
        let almanac = known(&sketches);
        if let (Some(clamp), Some(spill)) = (end(&clamp, &almanac, from), end(&spill, &almanac, from)) {
            prop_assert!(clamp <= spill);
        }
    }

    #[test]
    fn a_roll_ends_on_the_nearest_open_day(sketches in two(), from in start(), rule in rule(), on in prop::bool::ANY) {
        let stays = Rule { roll: Some(Roll::None), ..rule.clone() };
        let rolls = Rule { roll: Some(if on { Roll::Following } else { Roll::Preceding }), ..rule };
        let almanac = known(&sketches);
        if let (Some(last), Some(rolled)) = (end(&stays, &almanac, from), end(&rolls, &almanac, from)) {
            prop_assert!(is_open(&rolls, &almanac, rolled));
            let (near, far) = if on { (last, rolled) } else { (rolled, last) };
            prop_assert!(near <= far);
            prop_assert_eq!(open_between(&rolls, &almanac, last, rolled), 1);
        }
    }

    #[test]
    fn days_that_are_not_known_only_widen(
        mut sketches in two(), from in start(), rule in rule(), known_from in 0..700i64, known_for in 1..200i64
    ) {
        let base = day("2020-01-01");
        // A calendar that lists no worked day is one in which days of rest are never worked.
        for sketch in &mut sketches {
            if sketch.worked.range(known_from..=known_from + known_for).next().is_none() {
                sketch.worked.clear();
            }
        }
        let listed = (base.plus_days(known_from).unwrap(), base.plus_days(known_from + known_for).unwrap());
        if let (Some(end), Ok(dates)) = (end(&rule, &known(&sketches), from), ends(&rule, &almanac(&sketches, listed), from)) {
            prop_assert!(dates.earliest.is_none_or(|earliest| earliest <= end), "{dates:?} {end}");
            prop_assert!(dates.latest.is_none_or(|latest| end <= latest), "{dates:?} {end}");
        }
    }

    #[test]
    fn a_later_start_never_ends_earlier(sketches in two(), a in start(), b in start(), rule in rule()) {
        let (a, b) = (a.min(b), a.max(b));
        let almanac = known(&sketches);
        if let (Some(from_a), Some(from_b)) = (end(&rule, &almanac, a), end(&rule, &almanac, b)) {
            prop_assert!(from_a <= from_b);
        }
    }

    #[test]
    fn the_fewest_working_days_are_held(sketches in two(), from in start(), rule in rule(), fewest in 1..9u32) {
        let rule = Rule { min_working_days: Some(fewest), ..rule };
        let almanac = known(&sketches);
        let terms = Terms::of(&rule, DeadlineNature::Act, &almanac);
        let first = terms.is_ok_and(|terms| terms.first_day.value == FirstDay::Exclude);
        if let Some(end) = end(&rule, &almanac, from) {
            let held = open_between(&rule, &almanac, from, end);
            let first = usize::from(first && is_open(&rule, &almanac, from));
            prop_assert!(held - first >= fewest as usize);
        }
    }

    #[test]
    fn any_rule_over_any_calendars_comes_to_an_end(
        mut sketches in two(), from in start(), rule in rule(), closed in prop::bool::ANY
    ) {
        if closed {
            sketches[0].week = Weekday::ALL.to_vec();
            sketches[0].worked.clear();
        }
        let counted = ends(&rule, &known(&sketches), from);
        let never_open = closed && rule.open != Some(Open::Any);
        if never_open && matches!(rule.length, Some(Length::WorkingDays(_))) && counted != Err(Uncounted::LandsBack) {
            prop_assert!(matches!(counted, Err(Uncounted::NoOpenDay { .. })), "{counted:?}");
        }
    }
}

#[test]
fn a_calendar_that_ends_leaves_the_later_end_open() {
    let almanac = Almanac::default();
    let working = |direction, from: &str| {
        let rule = Rule {
            direction,
            calendars: vec![CalendarId::parse("cn").unwrap()],
            ..plain(day(from), Some(Length::WorkingDays(5)))
        };
        let from = DueDates { earliest: Some(day(from)), latest: Some(day(from)) };
        count(&rule, DeadlineNature::Act, &almanac, from, None).unwrap()
    };
    // Every day of 2027 is unknown, its weekends included, since China works on some of them.
    let forward = working(Direction::After, "2026-12-29");
    assert_eq!(forward.dates, DueDates { earliest: Some(day("2027-01-03")), latest: None });
    let beyond = forward.beyond().unwrap();
    assert_eq!((beyond.day, beyond.known_to), (day("2027-01-01"), Some(day("2026-12-31"))));
    // Counted back it comes to days that are known again.
    let back = working(Direction::Before, "2027-01-04");
    assert_eq!(back.dates, DueDates { earliest: Some(day("2026-12-25")), latest: Some(day("2026-12-30")) });
}

#[test]
fn what_cannot_be_counted_says_why() {
    let almanac = Almanac::default();
    let from = day("2025-09-17");
    let code = |rule: Rule| ends(&rule, &almanac, from).map_or_else(|uncounted| uncounted.code(), |_| "counted");
    let period = |text: &str| plain(from, Some(Length::Period(Period::parse(text).unwrap())));
    let id = |name: &str| vec![CalendarId::parse(name).unwrap()];
    let skips = |text: &str| Rule { days_off: Some(DaysOff::Skip), calendars: id("sat-sun"), ..period(text) };
    assert_eq!(code(plain(from, Some(Length::WorkingDays(5)))), "needs_calendar");
    assert_eq!(code(Rule { roll: Some(Roll::Following), ..period("P30D") }), "needs_calendar");
    assert_eq!(code(Rule { min_working_days: Some(1), ..period("P30D") }), "needs_calendar");
    assert_eq!(code(Rule { min_working_days: Some(0), ..period("P30D") }), "counted");
    assert_eq!(code(skips("P30D")), "counted");
    assert_eq!(code(skips("P2W")), "not_in_days");
    assert_eq!(code(skips("P1M")), "not_in_days");
    assert_eq!(code(Rule { calendars: id("mars"), ..period("P30D") }), "no_such_calendar");
    let many = Rule { calendars: id("sat-sun"), ..plain(from, Some(Length::WorkingDays(10_001))) };
    assert_eq!(code(many), "too_many_days");
    assert_eq!(code(period("P9000Y")), "beyond_calendar");
}
