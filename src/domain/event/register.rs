//! Payloads of the register's own events about calendars; a counting profile is its own payload.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::id::CalendarId;
use crate::domain::text::Line;
use crate::domain::vocabulary::{Confidence, Weekday};

/// Which days of the week are off, from when to when, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// The days of the week that are off.
    pub off: Vec<Weekday>,
    /// The first day on which that held; absent: always before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day on which it held; absent: it still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// The order, law or outlet that says so.
    pub source: Line,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Line>,
    /// How far it can be relied on.
    pub confidence: Confidence,
}

/// A calendar got its name and its weeks; what was listed day by day stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarDefined {
    /// Which calendar.
    pub calendar: CalendarId,
    /// What it is called.
    pub title: Line,
    /// Its weeks, in the order of time; where two hold on a day, the later in the list counts.
    pub weeks: Vec<Week>,
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
