//! The state of a commitment on a day, in the order of precedence of the field (DOMAIN §6).

use crate::domain::agreement::{Agreement, Ending};
use crate::domain::commitment::Commitment;
use crate::domain::counting::BeyondKnown;
use crate::domain::day::Day;
use crate::domain::due::{self, Due, DueDates};
use crate::domain::instant::Instant;
use crate::domain::moment::{DayEnd, Moment};
use crate::domain::rule::Authority;
use crate::domain::suspension;
use crate::domain::vocabulary::vocabulary;

use super::recurring::Counts;

vocabulary! {
    /// The state of a commitment on a day. Retracted ones are not listed: their facts have no effect.
    CommitmentState {
        /// Withdrawn by the party that made it.
        Withdrawn = "withdrawn",
        /// Its agreement was superseded.
        Superseded = "superseded",
        /// Let go by the party entitled to it.
        Waived = "waived",
        /// Done.
        Met = "met",
        /// Done, after the deadline that was in force when it was done.
        MetLate = "met_late",
        /// Closed with a part of it done.
        PartiallyMet = "partially_met",
        /// Disputed.
        Disputed = "disputed",
        /// Its agreement is suspended.
        Suspended = "suspended",
        /// What it is counted from has not happened.
        AwaitingTrigger = "awaiting_trigger",
        /// It has no deadline.
        Undated = "undated",
        /// Past the latest possible due date and its grace.
        Overdue = "overdue",
        /// Past the earliest possible due date, not the latest.
        PossiblyOverdue = "possibly_overdue",
        /// Past the due date, within its grace.
        InGrace = "in_grace",
        /// Due on this day.
        DueToday = "due_today",
        /// Due within the next fourteen days.
        DueSoon = "due_soon",
        /// Due later.
        Pending = "pending",
    }
}

impl CommitmentState {
    /// Whether something is still owed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Withdrawn | Self::Superseded | Self::Waived | Self::Met | Self::MetLate | Self::PartiallyMet
        )
    }

    /// Whether a state stays whatever day it is, until something happens; else the due dates tell it.
    #[must_use]
    pub const fn is_held(self) -> bool {
        match self {
            Self::Withdrawn
            | Self::Superseded
            | Self::Waived
            | Self::Met
            | Self::MetLate
            | Self::PartiallyMet
            | Self::Disputed
            | Self::Suspended
            | Self::AwaitingTrigger
            | Self::Undated => true,
            Self::Overdue | Self::PossiblyOverdue | Self::InGrace | Self::DueToday | Self::DueSoon | Self::Pending => {
                false
            }
        }
    }
}

/// A commitment as it stands from one day on, until the next turning day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: CommitmentState,
    /// The current due dates, where they are known.
    pub due: DueDates,
    /// Where the count of them reached a day that a calendar does not know.
    pub beyond: Option<BeyondKnown>,
    /// The due date as first set (its latest possible day).
    pub original_due: Option<Day>,
    /// The last day on which it is not called overdue.
    pub grace_until: Option<Day>,
    /// How often the due date was moved.
    pub extensions: usize,
    /// Who says that it is counted so.
    pub authority: Option<Authority>,
    /// Whether a fulfilment was confirmed; absent where none is claimed.
    pub verified: Option<bool>,
    /// The latest possible day of the fulfilment.
    pub met_on: Option<Day>,
    /// How much of it is done, in per cent, as last reported.
    pub share: Option<u32>,
    /// The latest possible day of the last fact about it.
    pub last_fact: Day,
    /// Where the last day ends, for a deadline that says so.
    pub end: Option<DayEnd>,
    /// The first moment after the latest due date where that day ends so.
    pub ends_at: Option<Instant>,
    /// The day by which the deadline was judged, where it is not the day asked about.
    pub judged_on: Option<Day>,
    /// The days on which this standing may change though nothing happens.
    pub turns: Vec<Day>,
    /// Of a recurring one, how many instances stand how.
    pub instances: Option<Counts>,
}

/// Derives how a commitment stands on a day.
#[must_use]
pub fn standing(agreement: &Agreement, commitment: &Commitment, day: Day) -> Standing {
    standing_at(agreement, commitment, Moment::on(day))
}

/// Derives how a commitment stands at a moment.
///
/// Where its deadline says where or when its last day ends, an instant is judged by the day that runs there; what
/// happened, and whether the agreement is suspended, counts by the register's day.
#[must_use]
pub fn standing_at(agreement: &Agreement, commitment: &Commitment, moment: Moment) -> Standing {
    let day = moment.day;
    let end = commitment.rule().and_then(|(rule, _)| DayEnd::of(rule, &agreement.almanac));
    let running = moment.day_for(end.as_ref());
    let recurs = commitment.repeats().is_some();
    if let Some(whole) = super::recurring::standing_of_whole(agreement, commitment, moment).filter(|_| recurs) {
        return whole;
    }
    let (current, original) = due::current_and_original(agreement, commitment);
    let due = match current {
        // A rule that gives no day any more, after a correction, leaves nothing that could be due.
        Due::On(_) | Due::Stopped(..) if recurs => Due::Undated,
        // A notice of suspension changes nothing before it takes effect.
        Due::Stopped(since, dates) if day < since => Due::On(dates),
        due => due,
    };
    let dates = match &due {
        Due::On(dates) => *dates,
        Due::Undated | Due::Awaiting(_) | Due::Stopped(..) | Due::Beyond => DueDates { earliest: None, latest: None },
    };
    let original_due = match original {
        Due::On(dates) => dates.latest,
        Due::Undated | Due::Awaiting(_) | Due::Stopped(..) | Due::Beyond => None,
    };
    let end_of_grace = dates.latest.map(|latest| due::end_of_grace(commitment, latest));
    let state = state(agreement, commitment, &due, end_of_grace, (day, running));
    let turns = if state.is_open() {
        let suspended = suspension::turning_days(agreement);
        [
            dates.earliest.and_then(|day| day.plus_days(-super::DUE_SOON_DAYS)),
            dates.latest.and_then(|day| day.plus_days(-super::DUE_SOON_DAYS)),
            dates.earliest,
            dates.earliest.and_then(Day::next),
            dates.latest,
            dates.latest.and_then(Day::next),
            end_of_grace.and_then(Day::next),
        ]
        .into_iter()
        .flatten()
        .chain(suspended)
        .filter(|turn| *turn > day)
        .collect()
    } else {
        Vec::new()
    };
    Standing {
        state,
        due: dates,
        // Only days that a calendar does not know, and an anchor that is uncertain, leave a date open.
        beyond: (dates.earliest != dates.latest).then(|| due::beyond_known(agreement, commitment)).flatten(),
        original_due,
        grace_until: end_of_grace,
        extensions: commitment.extensions(),
        authority: commitment.rule().map(|(rule, _)| rule.authority),
        verified: commitment.fulfilment.as_ref().map(|fulfilment| fulfilment.verified.is_some()),
        met_on: commitment.fulfilment.as_ref().map(|fulfilment| fulfilment.mark.bounds.latest),
        share: commitment.reports.iter().rev().find_map(|report| report.reported.share),
        last_fact: commitment.last.bounds.latest,
        ends_at: end.as_ref().zip(dates.latest).and_then(|(end, latest)| end.ends(latest)).map(|(at, _)| at),
        end,
        judged_on: (running != day).then_some(running),
        turns,
        instances: None,
    }
}

fn state(
    agreement: &Agreement,
    commitment: &Commitment,
    due: &Due,
    end_of_grace: Option<Day>,
    (day, running): (Day, Day),
) -> CommitmentState {
    if commitment.withdrawn.is_some() {
        return CommitmentState::Withdrawn;
    }
    let superseded = matches!(&agreement.ending, Some((Ending::Superseded(_), _)));
    if superseded && commitment.fulfilment.is_none() {
        return CommitmentState::Superseded;
    }
    if commitment.waived.is_some() {
        return CommitmentState::Waived;
    }
    if let Some(fulfilment) = &commitment.fulfilment {
        if fulfilment.in_part {
            return CommitmentState::PartiallyMet;
        }
        // Judged by the deadline that was in force when it was done; late only when it cannot have been in time.
        let then = due::after_steps(agreement, commitment, fulfilment.steps);
        let limit = match then {
            Due::On(dates) => dates.latest,
            Due::Undated | Due::Awaiting(_) | Due::Stopped(..) | Due::Beyond => None,
        };
        let done = fulfilment.mark.bounds.earliest.unwrap_or(Day::MIN);
        return if limit.is_some_and(|limit| done > limit) { CommitmentState::MetLate } else { CommitmentState::Met };
    }
    if commitment.disputed.is_some() {
        return CommitmentState::Disputed;
    }
    if super::lifecycle::is_suspended(agreement, day) {
        return CommitmentState::Suspended;
    }
    match due {
        Due::Undated => CommitmentState::Undated,
        Due::Awaiting(_) => CommitmentState::AwaitingTrigger,
        // While its clock stands still the agreement is suspended, which was asked before.
        Due::Beyond | Due::Stopped(..) => CommitmentState::Pending,
        Due::On(dates) => dated_state(*dates, end_of_grace, running),
    }
}

/// The state that due dates give on a day, where nothing else settles it.
#[must_use]
pub fn dated_state(dates: DueDates, end_of_grace: Option<Day>, day: Day) -> CommitmentState {
    let certain = dates.earliest == dates.latest;
    let soon = |due: Day| due.plus_days(-super::DUE_SOON_DAYS).is_none_or(|from| day >= from);
    let past_earliest = dates.earliest.is_none_or(|earliest| day > earliest);
    match dates.latest {
        Some(latest) if end_of_grace.is_some_and(|end| day > end) && day > latest => CommitmentState::Overdue,
        Some(latest) if day > latest => CommitmentState::InGrace,
        _ if !certain && past_earliest => CommitmentState::PossiblyOverdue,
        Some(latest) if certain && day == latest => CommitmentState::DueToday,
        // Of an uncertain due date the earliest day is the one to prepare for.
        _ if dates.earliest.or(dates.latest).is_some_and(soon) => CommitmentState::DueSoon,
        _ => CommitmentState::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    fn at(earliest: Option<&str>, latest: &str, grace_end: &str, on: &str) -> CommitmentState {
        let dates = DueDates { earliest: earliest.map(day), latest: Some(day(latest)) };
        dated_state(dates, Some(day(grace_end)), day(on))
    }

    /// The state vectors of the project's deadline vectors.
    #[test]
    fn an_open_start_is_possibly_overdue_until_its_latest_day() {
        for (on, state) in [
            ("2020-10-01", CommitmentState::PossiblyOverdue),
            ("2020-10-22", CommitmentState::PossiblyOverdue),
            ("2020-10-23", CommitmentState::Overdue),
        ] {
            assert_eq!(at(None, "2020-10-22", "2020-10-22", on), state, "{on}");
        }
    }

    #[test]
    fn grace_delays_the_flag_and_not_the_date() {
        for (on, state) in [
            ("2025-10-16", CommitmentState::DueSoon),
            ("2025-10-17", CommitmentState::DueToday),
            ("2025-10-18", CommitmentState::InGrace),
            ("2025-10-24", CommitmentState::InGrace),
            ("2025-10-25", CommitmentState::Overdue),
        ] {
            assert_eq!(at(Some("2025-10-17"), "2025-10-17", "2025-10-24", on), state, "{on}");
        }
    }
}
