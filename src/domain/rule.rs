//! Deadline rules: what is stored instead of a date.
//!
//! A rule says from which fact to count, how long, and how; the date is computed whenever somebody asks, so it
//! moves when the fact's date is corrected. A field that is absent was not stated by anybody: the counting
//! profile supplies it, and `why` says that it was assumed.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::edtf::Edtf;
use super::id::{BodyId, CalendarId, CommitmentId, IdError, PartyId, ProfileId};
use super::period::{MonthEnd, Period};
use super::recurrence::{InstanceNumber, Owed, RepeatFrom, RepeatRule};
use super::vocabulary::vocabulary;
use super::zone::{ClockTime, ZoneName};

/// The point from which a deadline is counted.
///
/// Written as one word: `signature`, `signature:first`, `signature:pk`, `entry-into-force`, `announcement`,
/// `announcement:wg1`, `formation:wg1`, `fulfilment:c2`, `fulfilment:c2.3`, `@7` (the agreement's seventh event), or a day in EDTF; of
/// consent `deposit`, `deposit:first`, `deposit:#55` (the fifty-fifth), `deposit:pk`, and the same of `consent`, which
/// counts definitive signatures too; `entry-into-force:pk`; in a rule for entry into force also `deposit:own` and
/// `conditions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Anchor {
    /// A day, which may be uncertain.
    On(Edtf),
    /// The last signature there is.
    LastSignature,
    /// The first signature.
    FirstSignature,
    /// One party's signature.
    SignatureOf(PartyId),
    /// Entry into force (for an `MoU` or a contract: when it began to operate).
    EntryIntoForce,
    /// Entry into force for one party.
    EntryIntoForceFor(PartyId),
    /// An act of consent to be bound.
    Consent(Means, Which),
    /// The day on which all conditions of the agreement's entry into force are met.
    Conditions,
    /// The announcement of the pledge, else the first announcement of a body.
    Announcement,
    /// The announcement of one body.
    AnnouncementOf(BodyId),
    /// The formation of a body.
    Formation(BodyId),
    /// The fulfilment of another commitment.
    Fulfilment(CommitmentId),
    /// The fulfilment of one instance of a recurring commitment.
    FulfilmentOf(CommitmentId, InstanceNumber),
    /// An event by its place in the agreement, from 1.
    Event(u64),
}

impl Anchor {
    /// Reads an anchor.
    ///
    /// # Errors
    ///
    /// [`IdError::Form`] when it is none of the forms above.
    pub fn parse(given: &str) -> Result<Self, IdError> {
        let wrong = || IdError::Form {
            what: "anchor",
            given: given.chars().take(80).collect(),
            form: "signature, signature:first, signature:PARTY, deposit, deposit:first, deposit:#55 (the 1st to the \
                   1000th), deposit:PARTY, consent likewise, entry-into-force, entry-into-force:PARTY, announcement, \
                   announcement:wg1, formation:wg1, fulfilment:c2, fulfilment:c2.3, @7, or a day such as 2025-09-17",
        };
        let (word, of) = given.split_once(':').map_or((given, None), |(word, of)| (word, Some(of)));
        Ok(match (word, of) {
            ("signature", None | Some("last")) => Self::LastSignature,
            ("signature", Some("first")) => Self::FirstSignature,
            ("signature", Some(party)) => Self::SignatureOf(PartyId::parse(party)?),
            ("entry-into-force", None) => Self::EntryIntoForce,
            ("entry-into-force", Some(party)) => Self::EntryIntoForceFor(PartyId::parse(party)?),
            ("deposit", which) => Self::Consent(Means::Deposit, Which::parse(which, wrong)?),
            ("consent", which) => Self::Consent(Means::Consent, Which::parse(which, wrong)?),
            ("conditions", None) => Self::Conditions,
            ("announcement", None) => Self::Announcement,
            ("announcement", Some(body)) => Self::AnnouncementOf(BodyId::parse(body)?),
            ("formation", Some(body)) => Self::Formation(BodyId::parse(body)?),
            ("fulfilment", Some(commitment)) => match Owed::parse(commitment).map_err(|_| wrong())? {
                Owed { commitment, instance: Some(instance) } => Self::FulfilmentOf(commitment, instance),
                Owed { commitment, instance: None } => Self::Fulfilment(commitment),
            },
            (address, None) if address.starts_with('@') => {
                let seq = address[1..].parse().ok().filter(|seq| *seq > 0 && !address.starts_with("@+"));
                Self::Event(seq.ok_or_else(wrong)?)
            }
            (day, None) => Self::On(Edtf::parse(day).map_err(|_| wrong())?),
            _ => return Err(wrong()),
        })
    }
}

vocabulary! {
    /// What counts as consent to be bound.
    Means {
        /// The deposit of an instrument.
        Deposit = "deposit",
        /// An instrument, or a signature that itself binds (VCLT 11).
        Consent = "consent",
    }
}

/// The last place that can be asked for among the acts of consent: an agreement has no more parties.
pub const NTH_MAX: u32 = 1_000;

/// Which of several acts of consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The last there is; for entry into force, that of the last of all parties.
    Last,
    /// The first, second and so on that stands, from 1.
    Nth(u32),
    /// One party's.
    Of(PartyId),
    /// That of the party for which it is asked.
    Own,
}

impl Which {
    fn parse(given: Option<&str>, wrong: impl Fn() -> IdError) -> Result<Self, IdError> {
        Ok(match given {
            None | Some("last") => Self::Last,
            Some("first") => Self::Nth(1),
            Some("own") => Self::Own,
            Some(word) => match word.strip_prefix('#') {
                Some(digits) => {
                    let nth = digits.parse().ok().filter(|nth| (1..=NTH_MAX).contains(nth) && !digits.starts_with('+'));
                    Self::Nth(nth.ok_or_else(wrong)?)
                }
                None => Self::Of(PartyId::parse(word)?),
            },
        })
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Nth(1) => f.write_str("first"),
            Self::Nth(nth) => write!(f, "#{nth}"),
            Self::Of(party) => party.fmt(f),
            Self::Own => f.write_str("own"),
        }
    }
}

/// A day before which something cannot be: `2025-10-01`, or `entry-into-force`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Floor {
    /// That day.
    On(Day),
    /// The entry into force of the agreement itself.
    EntryIntoForce,
}

impl Floor {
    /// Reads a floor.
    ///
    /// # Errors
    ///
    /// [`IdError::Form`] unless it is a day or `entry-into-force`.
    pub fn parse(given: &str) -> Result<Self, IdError> {
        if given == "entry-into-force" {
            return Ok(Self::EntryIntoForce);
        }
        Day::parse(given).map(Self::On).map_err(|_| IdError::Form {
            what: "floor",
            given: given.chars().take(80).collect(),
            form: "a day such as 2025-10-01, or entry-into-force",
        })
    }

    /// The day, where it is one.
    #[must_use]
    pub const fn day(self) -> Option<Day> {
        match self {
            Self::On(day) => Some(day),
            Self::EntryIntoForce => None,
        }
    }
}

impl TryFrom<String> for Floor {
    type Error = IdError;
    fn try_from(given: String) -> Result<Self, IdError> {
        Self::parse(&given)
    }
}

impl From<Floor> for String {
    fn from(floor: Floor) -> Self {
        floor.to_string()
    }
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => day.fmt(f),
            Self::EntryIntoForce => f.write_str("entry-into-force"),
        }
    }
}

impl JsonSchema for Floor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Floor".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|entry-into-force)$" })
    }
}

impl TryFrom<String> for Anchor {
    type Error = IdError;
    fn try_from(given: String) -> Result<Self, IdError> {
        Self::parse(&given)
    }
}

impl From<Anchor> for String {
    fn from(anchor: Anchor) -> Self {
        anchor.to_string()
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(day) => day.fmt(f),
            Self::LastSignature => f.write_str("signature"),
            Self::FirstSignature => f.write_str("signature:first"),
            Self::SignatureOf(party) => write!(f, "signature:{party}"),
            Self::EntryIntoForce => f.write_str("entry-into-force"),
            Self::EntryIntoForceFor(party) => write!(f, "entry-into-force:{party}"),
            Self::Consent(means, Which::Last) => means.fmt(f),
            Self::Consent(means, which) => write!(f, "{means}:{which}"),
            Self::Conditions => f.write_str("conditions"),
            Self::Announcement => f.write_str("announcement"),
            Self::AnnouncementOf(body) => write!(f, "announcement:{body}"),
            Self::Formation(body) => write!(f, "formation:{body}"),
            Self::Fulfilment(commitment) => write!(f, "fulfilment:{commitment}"),
            Self::FulfilmentOf(commitment, instance) => write!(f, "fulfilment:{commitment}.{instance}"),
            Self::Event(seq) => write!(f, "@{seq}"),
        }
    }
}

impl JsonSchema for Anchor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Anchor".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": 80 })
    }
}

vocabulary! {
    /// Whether a period runs forward from its anchor or back from it.
    Direction {
        /// The deadline lies after the anchor.
        After = "after",
        /// The deadline lies before the anchor.
        Before = "before",
    }
}

vocabulary! {
    /// Whether the day of the anchor is itself counted.
    FirstDay {
        /// Counting starts on the next day.
        Exclude = "exclude",
        /// The anchor's day is day one.
        Include = "include",
    }
}

vocabulary! {
    /// What a last day that is not open does.
    Roll {
        /// It stays.
        None = "none",
        /// The deadline moves to the next open day.
        Following = "following",
        /// The deadline moves back to the last open day before it.
        Preceding = "preceding",
    }
}

vocabulary! {
    /// What days off inside a period do.
    DaysOff {
        /// They count like any other day.
        Count = "count",
        /// They are passed over: the period's days are working days.
        Skip = "skip",
    }
}

vocabulary! {
    /// On which day a period that is counted in months comes to rest.
    Landing {
        /// On the day that the count gives.
        Day = "day",
        /// On the first day of the month that follows it.
        NextMonth = "next-month",
    }
}

vocabulary! {
    /// When several calendars apply, which of them must be open.
    Open {
        /// A day counts as open when it is open in every calendar.
        All = "all",
        /// A day counts as open when it is open in one of them.
        Any = "any",
    }
}

vocabulary! {
    /// Whether a party has to do something by the deadline, or something takes effect on it.
    DeadlineNature {
        /// Something has to be done.
        Act = "act",
        /// Something takes effect or ends by itself.
        Effect = "effect",
    }
}

vocabulary! {
    /// Who says that the deadline is counted as it is.
    Authority {
        /// A source states it.
        Stated = "stated",
        /// The register assumes it.
        Assumed = "assumed",
    }
}

vocabulary! {
    /// What the clock of a deadline does while its agreement is suspended.
    WhileSuspended {
        /// It runs on.
        Runs = "runs",
        /// It stops: the days of the suspension are added to the due date.
        Stops = "stops",
    }
}

/// What is counted off from the anchor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Length {
    /// A calendar period, ISO 8601.
    #[serde(rename = "period")]
    Period(Period),
    /// That many working days.
    #[serde(rename = "working_days")]
    WorkingDays(u32),
    /// That many days between, neither the first nor the last counted.
    #[serde(rename = "clear_days")]
    ClearDays(u32),
}

/// How to arrive at a due date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Rule {
    /// From where it is counted; for a fixed due date, the date itself.
    pub anchor: Anchor,
    /// How long; absent for a fixed due date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
    /// Forward or back.
    pub direction: Direction,
    /// The counting profile that supplies what nobody stated; `plain` is the register's default.
    pub profile: ProfileId,
    /// The calendars whose days off matter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<CalendarId>,
    /// Which of several calendars must be open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Open>,
    /// Whether the anchor's day counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<FirstDay>,
    /// What days off inside the period do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_off: Option<DaysOff>,
    /// What a month end that does not exist becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month_end: Option<MonthEnd>,
    /// On which day a period comes to rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing: Option<Landing>,
    /// What a last day off does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<Roll>,
    /// Not before this day, or not before the agreement itself is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Floor>,
    /// How long after the due date it is not yet called overdue; the due date itself does not move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Period>,
    /// The fewest working days that the period must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_working_days: Option<u32>,
    /// The time of day at which the last day ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_off: Option<ClockTime>,
    /// The IANA time zone in which the last day ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneName>,
    /// By which rule it recurs; absent for what is due once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<RepeatRule>,
    /// From where the next instance is counted; from the first due date where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_from: Option<RepeatFrom>,
    /// An act or an effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<DeadlineNature>,
    /// What the clock does while the agreement is suspended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub while_suspended: Option<WhileSuspended>,
    /// Who says so.
    pub authority: Authority,
}

/// The name of the register's default counting profile.
pub const PLAIN: &str = "plain";
