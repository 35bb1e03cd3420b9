//! Counting profiles: what a body of law or practice supplies where a deadline does not say how it is counted.
//!
//! A profile is data with its source. The shipped ones are in `profiles.json` beside this file and never change
//! under their name, since old reports hang on them; a register's own are facts on record (`profile.defined`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::id::{CalendarId, ProfileId};
use crate::domain::period::MonthEnd;
use crate::domain::rule::{DaysOff, FirstDay, Landing, Roll};
use crate::domain::text::Line;
use crate::domain::vocabulary::vocabulary;
use crate::domain::zone::ClockTime;

/// What a last day off does to a deadline that runs forward, and to one that runs back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields)]
pub struct Rolls {
    /// Counted forward.
    pub forward: Roll,
    /// Counted back.
    pub backward: Roll,
}

/// The fewest working days that a period must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields)]
pub struct Fewest {
    /// How many.
    pub working_days: u32,
    /// For periods of at least so many days.
    pub from_days: u32,
}

vocabulary! {
    /// Whose calendar or time zone a profile means.
    Place {
        /// Of the one to whom it is sent.
        Addressee = "addressee",
        /// Of the one who has to perform.
        Performer = "performer",
        /// Of the one who sets the time.
        Setter = "setter",
        /// Where the act is to be done.
        Act = "act",
        /// Of the depositary.
        Depositary = "depositary",
    }
}

vocabulary! {
    /// A floor that a profile puts under every date counted by it.
    ProfileFloor {
        /// Not before the agreement itself is in force.
        EntryIntoForce = "entry-into-force",
    }
}

/// How something is counted where nobody said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    pub profile: ProfileId,
    /// What it is called.
    pub title: Line,
    /// The law, rules or practice that say so, with the articles.
    pub source: Line,
    /// Where they can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Line>,
    /// Whether the day it is counted from counts itself.
    pub first_day: FirstDay,
    /// Whether the last day counts; where it does not, the deadline is the day after it (clear days).
    pub last_day: FirstDay,
    /// What days off inside the period do.
    pub days_off: DaysOff,
    /// What a last day off does where something has to be done.
    pub act: Rolls,
    /// What a last day off does where something takes effect or ends.
    pub effect: Rolls,
    /// The fewest working days that a period must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fewest: Option<Fewest>,
    /// What a month end that does not exist becomes.
    pub month_end: MonthEnd,
    /// On which day a period comes to rest.
    pub landing: Landing,
    /// Before what a date counted by it never lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<ProfileFloor>,
    /// The time of day at which the last day ends; absent: with the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<ClockTime>,
    /// Whose days off count; absent: those that the deadline names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar_of: Option<Place>,
    /// Whose time zone counts; absent: that of the register.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone_of: Option<Place>,
    /// The calendars that the law itself names, where the deadline names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<CalendarId>,
    /// What else it says, each with its article.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Line>,
}
