//! The project's deadline vectors, each counted as it is stated.

use serde::Deserialize;

use super::{DueDates, count};
use crate::domain::almanac::Almanac;
use crate::domain::day::Day;
use crate::domain::edtf::Edtf;
use crate::domain::id::{CalendarId, ProfileId};
use crate::domain::period::{MonthEnd, Period};
use crate::domain::rule::{Anchor, Authority, DeadlineNature, Direction, FirstDay, Length, PLAIN, Roll, Rule};

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    input: Input,
    due: Day,
    weekday: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    anchor: Day,
    n: u32,
    unit: String,
    first: Option<FirstDay>,
    roll: Option<Roll>,
    #[serde(default)]
    cals: Vec<String>,
    floor: Option<Day>,
    eom: Option<MonthEnd>,
    direction: Option<Direction>,
}

/// A rule of the plain profile that states nothing but its length.
pub(super) fn plain(anchor: Day, length: Option<Length>) -> Rule {
    Rule {
        anchor: Anchor::On(Edtf::from(anchor)),
        length,
        direction: Direction::After,
        profile: ProfileId::parse(PLAIN).unwrap(),
        calendars: Vec::new(),
        open: None,
        first_day: None,
        days_off: None,
        month_end: None,
        landing: None,
        roll: None,
        floor: None,
        grace: None,
        min_working_days: None,
        cut_off: None,
        zone: None,
        nature: None,
        while_suspended: None,
        repeat: None,
        repeat_from: None,
        authority: Authority::Stated,
    }
}

impl Input {
    fn rule(&self) -> Rule {
        let period = |years, months, weeks, days| Length::Period(Period::new(years, months, weeks, days).unwrap());
        let length = match self.unit.as_str() {
            "D" => period(0, 0, 0, self.n),
            "M" => period(0, self.n, 0, 0),
            "BD" => Length::WorkingDays(self.n),
            unit => panic!("a unit {unit}"),
        };
        let calendar = |id: &String| CalendarId::parse(&id.to_lowercase()).unwrap();
        Rule {
            direction: self.direction.unwrap_or(Direction::After),
            calendars: self.cals.iter().map(calendar).collect(),
            first_day: self.first,
            roll: self.roll,
            month_end: self.eom,
            ..plain(self.anchor, Some(length))
        }
    }
}

#[test]
fn every_vector_comes_out_as_published() {
    let file: Vectors = serde_json::from_str(include_str!("../../../tests/data/deadline_vectors.json")).unwrap();
    assert_eq!(file.vectors.len(), 18);
    for Vector { name, input, due, weekday } in file.vectors {
        let on = |day| DueDates { earliest: Some(day), latest: Some(day) };
        let counted =
            count(&input.rule(), DeadlineNature::Act, &Almanac::default(), on(input.anchor), input.floor.map(on));
        let dates = counted.unwrap_or_else(|uncounted| panic!("{name}: {uncounted}")).dates;
        assert_eq!(dates, on(due), "{name}");
        assert_eq!(due.weekday_name(), weekday, "{name}");
    }
}
