//! Payloads of the register's own events about calendars; a counting profile is its own payload.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::id::CalendarId;
use crate::domain::text::Line;
use crate::domain::vocabulary::Weekday;

/// A calendar got its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarDefined {
    /// Which calendar.
    pub calendar: CalendarId,
    /// What it is called.
    pub title: Line,
}

/// Which days of the week are off in a calendar, from when to when; where two hold on a day, the later fact counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeekSet {
    /// Which calendar.
    pub calendar: CalendarId,
    /// The days of the week that are off.
    pub off: Vec<Weekday>,
    /// The first day on which that held; absent: always before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day on which it held; absent: it still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}

/// One day of a calendar, by its name where it has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields)]
pub struct ListedDay {
    /// The day.
    pub day: Day,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Line>,
}

/// The days off of a calendar became known for a time; what was listed within it before no longer counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DaysListed {
    /// Which calendar.
    pub calendar: CalendarId,
    /// The first day of the time that is known.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// Days off beyond those of the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub off: Vec<ListedDay>,
    /// Days of the week's rest on which work is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worked: Vec<ListedDay>,
}
