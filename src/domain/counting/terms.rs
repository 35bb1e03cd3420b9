//! What holds for a rule: its own words, else what its profile supplies, and for each of them who says so.

use super::open_days::OpenDays;
use super::{Need, Uncounted, WORKING_DAYS_MAX};
use crate::domain::almanac::Almanac;
use crate::domain::almanac::calendar::Calendar;
use crate::domain::almanac::profile::Profile;
use crate::domain::period::{MonthEnd, Period};
use crate::domain::rule::{DaysOff, DeadlineNature, Direction, FirstDay, Landing, Length, Open, PLAIN, Roll, Rule};

/// Who says that something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The deadline itself.
    Stated,
    /// The counting profile that it names.
    Profile,
    /// Nobody: the register assumes it.
    Assumed,
}

/// Something that holds, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supplied<T> {
    /// What holds.
    pub value: T,
    /// Who says so.
    pub by: By,
}

/// What is counted off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing: the day is stated.
    Nothing,
    /// A period of the calendar.
    Calendar(Period),
    /// So many days, whatever they are.
    Days(u32),
    /// So many working days.
    WorkingDays(u32),
}

/// What holds for a rule.
#[derive(Clone, Debug)]
pub struct Terms<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// What is counted off.
    pub unit: Unit,
    /// Forward or back.
    pub direction: Direction,
    /// An act or an effect.
    pub nature: Supplied<DeadlineNature>,
    /// Whether the anchor's day counts.
    pub first_day: Supplied<FirstDay>,
    /// Whether the last day counts.
    pub last_day: Supplied<FirstDay>,
    /// What days off inside do.
    pub days_off: Supplied<DaysOff>,
    /// What a month end that does not exist becomes.
    pub month_end: Supplied<MonthEnd>,
    /// On which day it comes to rest.
    pub landing: Supplied<Landing>,
    /// The fewest working days, and from how many days on a period has to hold them.
    pub fewest: Option<Supplied<(u32, u32)>>,
    /// What a last day off does.
    pub roll: Supplied<Roll>,
    /// The calendars.
    pub calendars: Supplied<Vec<&'a Calendar>>,
    /// Which of them must be open.
    pub open: Supplied<Open>,
}

impl<'a> Terms<'a> {
    /// What holds for a rule, which is an act or an effect as `usual` where it does not say.
    ///
    /// # Errors
    ///
    /// [`Uncounted`] where it names what there is not, asks for what contradicts itself, or needs a calendar.
    pub fn of(rule: &Rule, usual: DeadlineNature, almanac: &'a Almanac) -> Result<Self, Uncounted> {
        let profile = almanac.profile(&rule.profile).ok_or_else(|| Uncounted::NoSuchProfile {
            profile: rule.profile.clone(),
            known: almanac.profiles().into_iter().map(|profile| profile.profile.clone()).collect(),
        })?;
        let by = if profile.profile.as_str() == PLAIN { By::Assumed } else { By::Profile };
        let nature = match rule.nature {
            Some(value) => Supplied { value, by: By::Stated },
            None => Supplied { value: usual, by: By::Assumed },
        };
        let days_off = match &rule.length {
            Some(Length::WorkingDays(_)) => Supplied { value: DaysOff::Skip, by: By::Stated },
            _ => supplied(rule.days_off, profile.days_off, by),
        };
        let last_day = match &rule.length {
            Some(Length::ClearDays(_)) => Supplied { value: FirstDay::Exclude, by: By::Stated },
            _ => Supplied { value: profile.last_day, by },
        };
        let first_day = match &rule.length {
            Some(Length::ClearDays(_)) => Supplied { value: FirstDay::Exclude, by: By::Stated },
            _ => supplied(rule.first_day, profile.first_day, by),
        };
        let terms = Self {
            profile,
            unit: unit(rule, days_off.value)?,
            direction: rule.direction,
            nature,
            first_day,
            last_day,
            days_off,
            month_end: supplied(rule.month_end, profile.month_end, by),
            landing: supplied(rule.landing, profile.landing, by),
            fewest: fewest(rule, profile, nature.value, by),
            roll: roll(rule, profile, nature.value, by),
            calendars: calendars(rule, profile, almanac)?,
            open: supplied(rule.open, Open::All, By::Assumed),
        };
        terms.refuse_what_cannot_be(almanac)?;
        Ok(terms)
    }

    /// The calendars read together, where there are any.
    #[must_use]
    pub fn open_days(&self) -> Option<OpenDays<'_>> {
        OpenDays::of(&self.calendars.value, self.open.value)
    }

    /// What a calendar is needed for, if for anything.
    #[must_use]
    pub fn need(&self) -> Option<Need> {
        if matches!(self.unit, Unit::WorkingDays(_)) {
            return Some(Need::WorkingDays);
        }
        let fewest = self.fewest.map(|fewest| fewest.value).filter(|(days, _)| *days > 0);
        if let Some((days, _)) = fewest.filter(|(_, from)| self.may_hold(*from)) {
            return Some(Need::Fewest(days));
        }
        (self.roll.value != Roll::None).then_some(Need::Roll(self.roll.value))
    }

    /// Whether the period can be of so many days.
    fn may_hold(&self, days: u32) -> bool {
        match self.unit {
            Unit::Nothing => false,
            Unit::Days(length) | Unit::WorkingDays(length) => length >= days,
            Unit::Calendar(period) => period.in_days().is_none_or(|length| length >= days),
        }
    }

    fn refuse_what_cannot_be(&self, almanac: &Almanac) -> Result<(), Uncounted> {
        if let Unit::WorkingDays(given) = self.unit
            && given > WORKING_DAYS_MAX
        {
            return Err(Uncounted::TooMany { given });
        }
        if let Some(Supplied { value: (given, _), .. }) = self.fewest
            && given > WORKING_DAYS_MAX
        {
            return Err(Uncounted::TooMany { given });
        }
        if self.landing.value == Landing::NextMonth && self.direction == Direction::Before && self.unit != Unit::Nothing
        {
            return Err(Uncounted::LandsBack);
        }
        match self.need() {
            Some(need) if self.calendars.value.is_empty() => Err(Uncounted::NeedsCalendar {
                need,
                profile: self.profile.profile.clone(),
                of: self.profile.calendar_of,
                known: names(almanac),
            }),
            _ => Ok(()),
        }
    }
}

fn names(almanac: &Almanac) -> Vec<crate::domain::id::CalendarId> {
    almanac.calendars().into_iter().map(|calendar| calendar.id.clone()).collect()
}

fn supplied<T>(stated: Option<T>, otherwise: T, by: By) -> Supplied<T> {
    match stated {
        Some(value) => Supplied { value, by: By::Stated },
        None => Supplied { value: otherwise, by },
    }
}

fn unit(rule: &Rule, days_off: DaysOff) -> Result<Unit, Uncounted> {
    Ok(match (&rule.length, days_off) {
        (None, _) => Unit::Nothing,
        (Some(Length::WorkingDays(days)), _) | (Some(Length::ClearDays(days)), DaysOff::Skip) => {
            Unit::WorkingDays(*days)
        }
        (Some(Length::ClearDays(days)), DaysOff::Count) => Unit::Days(*days),
        (Some(Length::Period(period)), DaysOff::Count) => Unit::Calendar(*period),
        (Some(Length::Period(period)), DaysOff::Skip) => match period.in_days() {
            // A week is five working days to some and seven days to others, so it is not turned into either.
            Some(days) if period.weeks() == 0 => Unit::WorkingDays(days),
            _ => return Err(Uncounted::NotInDays { period: *period }),
        },
    })
}

/// A stated day does not move unless the deadline says so.
fn roll(rule: &Rule, profile: &Profile, nature: DeadlineNature, by: By) -> Supplied<Roll> {
    let rolls = match nature {
        DeadlineNature::Act => profile.act,
        DeadlineNature::Effect => profile.effect,
    };
    let usual = match (&rule.length, rule.direction) {
        (None, _) => Roll::None,
        (Some(_), Direction::After) => rolls.forward,
        (Some(_), Direction::Before) => rolls.backward,
    };
    supplied(rule.roll, usual, by)
}

/// What a profile says of the fewest working days is said of acts.
fn fewest(rule: &Rule, profile: &Profile, nature: DeadlineNature, by: By) -> Option<Supplied<(u32, u32)>> {
    rule.length.as_ref()?;
    match rule.min_working_days {
        Some(days) => Some(Supplied { value: (days, 0), by: By::Stated }),
        None if nature == DeadlineNature::Act => {
            profile.fewest.map(|fewest| Supplied { value: (fewest.working_days, fewest.from_days), by })
        }
        None => None,
    }
}

/// A calendar that a profile falls back on is the register's choice, not the law's: days off differ by place.
fn calendars<'a>(
    rule: &Rule,
    profile: &'a Profile,
    almanac: &'a Almanac,
) -> Result<Supplied<Vec<&'a Calendar>>, Uncounted> {
    let (ids, by) =
        if rule.calendars.is_empty() { (&profile.calendars, By::Assumed) } else { (&rule.calendars, By::Stated) };
    let mut value = Vec::with_capacity(ids.len());
    for id in ids {
        let calendar = almanac.calendar(id);
        value.push(calendar.ok_or_else(|| Uncounted::NoSuchCalendar { calendar: id.clone(), known: names(almanac) })?);
    }
    Ok(Supplied { value, by })
}
