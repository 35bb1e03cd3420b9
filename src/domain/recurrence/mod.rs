//! Recurring commitments: a rule of RFC 5545 gives the instances, each of which is owed for itself.
//!
//! `rule` reads and writes the rule, `days` counts its days off from a first due date (the one place that asks the
//! `rrule` crate), `series` gives the instances of a commitment their due dates. Everything here is about civil
//! days; there are no times and no zones. Each list is bounded by [`INSTANCES_MAX`], each search by [`SPAN_YEARS`].

pub mod days;
pub mod rule;
pub mod series;

#[cfg(test)]
mod tests;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::id::CommitmentId;
use super::vocabulary::vocabulary;
pub use rule::RepeatRule;

/// The most instances that a commitment can have: daily for two years and a half, monthly for eighty.
pub const INSTANCES_MAX: u32 = 1_000;

/// How many years after the first due date the last instance can lie; what reaches further is a slip of the key.
pub const SPAN_YEARS: u32 = 200;

vocabulary! {
    /// From where the next instance of a recurring commitment is counted.
    RepeatFrom {
        /// From the first due date: the instances are the days of the rule.
        Due = "due",
        /// From the day on which the instance before it was fulfilled.
        Fulfilment = "fulfilment",
    }
}

/// Which instance of a recurring commitment, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct InstanceNumber(u32);

/// A number that no instance can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given} is not the number of an instance, from 1 to {INSTANCES_MAX}")]
pub struct InstanceNumberError {
    given: String,
}

impl InstanceNumber {
    /// The number; none for 0 and above [`INSTANCES_MAX`].
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        (1..=INSTANCES_MAX).contains(&number).then_some(Self(number))
    }

    /// Reads the number as it stands behind the point in `c1.3`.
    ///
    /// # Errors
    ///
    /// [`InstanceNumberError`] unless it is a number from 1 to [`INSTANCES_MAX`] in its one spelling.
    pub fn parse(given: &str) -> Result<Self, InstanceNumberError> {
        let digits = Some(given).filter(|digits| digits.len() <= 4 && !digits.starts_with(['0', '+']));
        let number = digits.and_then(|digits| digits.parse().ok()).and_then(Self::new);
        number.ok_or_else(|| InstanceNumberError { given: format!("{:?}", given.chars().take(80).collect::<String>()) })
    }

    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Its place in a list, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize - 1
    }

    /// The number of the instance at a place of a list, from 0; the last possible one beyond the bound.
    #[must_use]
    pub fn at(index: usize) -> Self {
        Self(u32::try_from(index).map_or(INSTANCES_MAX, |index| index.saturating_add(1).min(INSTANCES_MAX)))
    }
}

impl TryFrom<u32> for InstanceNumber {
    type Error = InstanceNumberError;
    fn try_from(number: u32) -> Result<Self, InstanceNumberError> {
        Self::new(number).ok_or_else(|| InstanceNumberError { given: number.to_string() })
    }
}

impl From<InstanceNumber> for u32 {
    fn from(number: InstanceNumber) -> Self {
        number.0
    }
}

impl fmt::Display for InstanceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for InstanceNumber {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "InstanceNumber".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer", "minimum": 1, "maximum": INSTANCES_MAX })
    }
}

/// What something is said about: a commitment, or one instance of it; written `c1` and `c1.3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owed {
    /// The commitment.
    pub commitment: CommitmentId,
    /// The instance; none for the commitment as a whole.
    pub instance: Option<InstanceNumber>,
}

impl Owed {
    /// Reads `c1` or `c1.3`.
    ///
    /// # Errors
    ///
    /// In words, when a part is not of its form.
    pub fn parse(given: &str) -> Result<Self, String> {
        let (commitment, instance) =
            given.split_once('.').map_or((given, None), |(before, after)| (before, Some(after)));
        Ok(Self {
            commitment: CommitmentId::parse(commitment).map_err(|e| e.to_string())?,
            instance: instance.map(InstanceNumber::parse).transpose().map_err(|e| e.to_string())?,
        })
    }
}

impl From<CommitmentId> for Owed {
    fn from(commitment: CommitmentId) -> Self {
        Self { commitment, instance: None }
    }
}

impl fmt::Display for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instance {
            Some(instance) => write!(f, "{}.{instance}", self.commitment),
            None => self.commitment.fmt(f),
        }
    }
}

/// Why a rule cannot be repeated by. Each has a stable code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RepeatError {
    /// Not a recurrence rule of RFC 5545.
    #[error("{part:?} does not fit into a recurrence rule: {why}")]
    Form {
        /// The part, cut to 80 characters.
        part: String,
        /// What does not fit.
        why: String,
    },
    /// Something that stands beside a rule in a calendar and not in it.
    #[error("{part} does not belong into the rule; the first due date is what --due or --within gives")]
    Beside {
        /// The part's name.
        part: String,
    },
    /// It recurs within a day.
    #[error("{freq} recurs within a day, and what is due is due on a day")]
    WithinDay {
        /// The frequency, or the part that speaks of times.
        freq: String,
    },
    /// It never ends.
    #[error("{rule} has no end: neither COUNT nor UNTIL")]
    Endless {
        /// The rule.
        rule: String,
    },
    /// Too many instances.
    #[error("{given} instances are more than the {INSTANCES_MAX} that one commitment can have")]
    TooMany {
        /// How many, in words.
        given: String,
    },
    /// It does not come to its end in time.
    #[error("{rule} gives {found} instances within {SPAN_YEARS} years of {first}, and has not come to its end")]
    TooFar {
        /// The rule.
        rule: String,
        /// How many it gives until then.
        found: usize,
        /// The first due date.
        first: Day,
    },
    /// It gives no day at all.
    #[error("{rule} gives no day from {first} on")]
    Never {
        /// The rule.
        rule: String,
        /// The first due date.
        first: Day,
    },
    /// Its end lies before its beginning.
    #[error("it ends on {until}, before it is first due, {first}")]
    EndsFirst {
        /// The last day of the rule.
        until: Day,
        /// The first due date.
        first: Day,
    },
    /// The due date that was stated is not one of its days.
    #[error("the first due date {stated} is not a day of {rule}; its first is {first}")]
    NotItsDay {
        /// The stated date.
        stated: Day,
        /// The rule.
        rule: String,
        /// Its first day from there on.
        first: Day,
    },
    /// A part that picks days makes no sense where the next one is counted from a fulfilment.
    #[error(
        "{part} picks days of a calendar, and what is counted from fulfilment has only FREQ, INTERVAL, COUNT and UNTIL"
    )]
    Picks {
        /// The part's name.
        part: &'static str,
    },
}

impl RepeatError {
    /// The stable code of this kind of error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form { .. } => "repeat",
            Self::Beside { .. } => "repeat_beside",
            Self::WithinDay { .. } => "repeat_within_day",
            Self::Endless { .. } => "repeat_endless",
            Self::TooMany { .. } => "repeat_too_many",
            Self::TooFar { .. } => "repeat_too_far",
            Self::Never { .. } => "repeat_never",
            Self::EndsFirst { .. } => "repeat_ends_first",
            Self::NotItsDay { .. } => "repeat_not_its_day",
            Self::Picks { .. } => "repeat_picks",
        }
    }
}
