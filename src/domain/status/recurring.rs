//! How the instances of a recurring commitment stand, and what they make of the whole.
//!
//! An instance stands as a commitment does. The whole stands as the open instance that is due first; once all are
//! closed, as the heaviest of them in the order of precedence of the field (DOMAIN §6).

use schemars::JsonSchema;
use serde::Serialize;

use super::commitment::{CommitmentState, Standing, dated_state, standing};
use crate::domain::agreement::Agreement;
use crate::domain::commitment::Commitment;
use crate::domain::day::Day;
use crate::domain::due::DueDates;
use crate::domain::moment::{DayEnd, Moment};
use crate::domain::recurrence::{InstanceNumber, series};

/// One instance as it stands from a fact's day on, whatever the passing of time makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceStanding {
    /// Which.
    pub number: InstanceNumber,
    /// Its state where that does not depend on the day; else the due dates tell.
    pub held: Option<CommitmentState>,
    /// The current due dates, where they are known.
    pub due: DueDates,
    /// The last day on which it is not called overdue.
    pub grace_until: Option<Day>,
    /// The due date that its rule gives it (its latest possible day).
    pub original_due: Option<Day>,
    /// How often the due date was moved.
    pub extensions: usize,
    /// Whether a fulfilment was confirmed; absent where none is claimed.
    pub verified: Option<bool>,
    /// The latest possible day of the fulfilment.
    pub met_on: Option<Day>,
    /// How much of it is done, in per cent, as last reported.
    pub share: Option<u32>,
    /// The latest possible day of the last fact about it.
    pub last_fact: Day,
}

impl InstanceStanding {
    /// Its state on a day.
    #[must_use]
    pub fn state(&self, day: Day) -> CommitmentState {
        self.held.unwrap_or_else(|| dated_state(self.due, self.grace_until, day))
    }
}

/// How many instances there are, and how many of them stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Counts {
    /// All that are known.
    pub all: usize,
    /// Done, in time or late.
    pub met: usize,
    /// Let go.
    pub waived: usize,
    /// Past the latest possible due date and its grace.
    pub overdue: usize,
    /// Still owed, the overdue ones among them.
    pub open: usize,
}

/// What the instances make of the whole on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its state.
    pub state: CommitmentState,
    /// The instance that it stands by: the open one that is due first, else the last.
    pub by: InstanceStanding,
    /// Whether the fulfilments were confirmed; absent while something is open.
    pub verified: Option<bool>,
    /// The latest possible day of the last fulfilment, once all are closed.
    pub met_on: Option<Day>,
    /// How many stand how.
    pub counts: Counts,
}

/// The order in which closed instances speak for the whole, the heaviest first.
const CLOSED: [CommitmentState; 4] =
    [CommitmentState::Withdrawn, CommitmentState::Superseded, CommitmentState::PartiallyMet, CommitmentState::MetLate];

/// What the instances make of the whole on a day; none where there are no instances.
#[must_use]
pub fn whole(instances: &[InstanceStanding], day: Day) -> Option<Whole> {
    let states: Vec<CommitmentState> = instances.iter().map(|instance| instance.state(day)).collect();
    let how_many = |wanted: &[CommitmentState]| states.iter().filter(|state| wanted.contains(state)).count();
    let counts = Counts {
        all: states.len(),
        met: how_many(&[CommitmentState::Met, CommitmentState::MetLate]),
        waived: how_many(&[CommitmentState::Waived]),
        overdue: how_many(&[CommitmentState::Overdue]),
        open: states.iter().filter(|state| state.is_open()).count(),
    };
    let open = instances.iter().zip(&states).filter(|(_, state)| state.is_open());
    let first = open.min_by_key(|(instance, _)| (instance.due.latest.unwrap_or(Day::MAX), instance.number));
    if let Some((by, state)) = first {
        return Some(Whole { state: *state, by: by.clone(), verified: None, met_on: None, counts });
    }
    let by = instances.last()?.clone();
    let heaviest = CLOSED.into_iter().find(|state| states.contains(state));
    let state = match heaviest {
        Some(state) => state,
        None if states.contains(&CommitmentState::Met) => CommitmentState::Met,
        None => CommitmentState::Waived,
    };
    let claimed: Vec<bool> = instances.iter().filter_map(|instance| instance.verified).collect();
    let verified = (!claimed.is_empty()).then(|| claimed.iter().all(|verified| *verified));
    let met_on = instances.iter().filter_map(|instance| instance.met_on).max();
    Some(Whole { state, by, verified, met_on, counts })
}

/// Every instance of a recurring commitment; empty for one that is due once, or has no instance that is known.
#[must_use]
pub fn instances(agreement: &Agreement, commitment: &Commitment, day: Day) -> Vec<InstanceStanding> {
    each(agreement, commitment, day).map(|(instance, _)| instance).collect()
}

/// Every instance with the days on which its state may change though nothing happens.
fn each(
    agreement: &Agreement,
    commitment: &Commitment,
    day: Day,
) -> impl Iterator<Item = (InstanceStanding, Vec<Day>)> {
    series::instances(agreement, commitment).into_iter().filter_map(move |instance| {
        let standing = standing(agreement, &instance, day);
        let dated = standing.due.latest.or(standing.due.earliest).is_some();
        let stands = InstanceStanding {
            number: instance.instance.as_ref()?.number,
            held: (standing.state.is_held() || !dated).then_some(standing.state),
            due: standing.due,
            grace_until: standing.grace_until,
            original_due: standing.original_due,
            extensions: standing.extensions,
            verified: standing.verified,
            met_on: standing.met_on,
            share: standing.share,
            last_fact: standing.last_fact,
        };
        Some((stands, standing.turns))
    })
}

/// How the whole of a recurring commitment stands by its instances, whose last days all end in the same way.
#[must_use]
pub fn standing_by(
    agreement: &Agreement,
    commitment: &Commitment,
    instances: &[InstanceStanding],
    moment: Moment,
) -> Option<Standing> {
    let end = commitment.rule().and_then(|(rule, _)| DayEnd::of(rule, &agreement.almanac));
    let running = moment.day_for(end.as_ref());
    let whole = whole(instances, running)?;
    let withdrawn = commitment.withdrawn.is_some();
    Some(Standing {
        state: if withdrawn { CommitmentState::Withdrawn } else { whole.state },
        due: whole.by.due,
        beyond: None,
        original_due: whole.by.original_due,
        grace_until: whole.by.grace_until,
        extensions: whole.by.extensions,
        authority: commitment.rule().map(|(rule, _)| rule.authority),
        verified: whole.verified,
        met_on: whole.met_on,
        share: whole.by.share,
        last_fact: commitment.last.bounds.latest,
        ends_at: end.as_ref().zip(whole.by.due.latest).and_then(|(end, latest)| end.ends(latest)).map(|(at, _)| at),
        end,
        judged_on: (running != moment.day).then_some(running),
        turns: Vec::new(),
        instances: Some(whole.counts),
    })
}

/// How the whole of a recurring commitment stands at a moment, with the days on which that may change.
pub(super) fn standing_of_whole(agreement: &Agreement, commitment: &Commitment, moment: Moment) -> Option<Standing> {
    let (all, turns): (Vec<_>, Vec<_>) = each(agreement, commitment, moment.day).unzip();
    let mut whole = standing_by(agreement, commitment, &all, moment)?;
    whole.turns = turns.into_iter().flatten().collect();
    whole.turns.sort_unstable();
    whole.turns.dedup();
    Some(whole)
}
