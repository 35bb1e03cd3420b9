//! What a change moves: the computed dates of an agreement before and after it, with the states that hang on them.

use super::because::Cause;
use crate::domain::agreement::Agreement;
use crate::domain::commitment::Commitment;
use crate::domain::dates::{self, ComputedDate, DateKey, UNKNOWN};
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::due::{self, DueDates};
use crate::domain::event::Event;
use crate::domain::id::{PartyId, Reference};
use crate::domain::moment::Moment;
use crate::domain::recurrence::Owed;
use crate::domain::status::{AgreementStatus, CommitmentState, PartyStatus, party_statuses, standing_at, status};
use crate::domain::timeline::{Readings, Timeline, is_about_the_record};

/// How an agreement stands at a moment, as far as its dates are concerned; nothing before it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stood {
    /// Its computed dates.
    pub dates: Vec<ComputedDate>,
    /// Its status.
    pub status: Option<AgreementStatus>,
    /// Its parties' statuses.
    pub parties: Vec<(PartyId, PartyStatus)>,
    /// The states of what is owed, in its order, and from when each deadline is counted, where that is known.
    pub owed: Vec<(Owed, CommitmentState, DueDates)>,
}

/// A date that a change moved, or a commitment whose state it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// In which agreement.
    pub agreement: Reference,
    /// Which date.
    pub key: DateKey,
    /// Between which days it lay.
    pub before: DueDates,
    /// Between which days it lies.
    pub after: DueDates,
    /// The state that hangs on it before: of the commitment, of the party, or of the agreement.
    pub state_before: Option<&'static str>,
    /// The same after.
    pub state_after: Option<&'static str>,
    /// What moved it, in words, with the place of the fact.
    pub because: String,
}

impl Stood {
    /// How an agreement stands at a moment.
    #[must_use]
    pub fn of(agreement: &Agreement, moment: Moment) -> Self {
        let day = moment.day;
        let anchor = |part: &Commitment| due::resolve(agreement, &part.rule()?.0.anchor).map(|from| from.days);
        let stands = |part: &Commitment| standing_at(agreement, part, moment).state;
        let owed = dates::each_owed(agreement);
        let parties = agreement.parties.iter().map(|record| record.party.id.clone());
        Self {
            dates: dates::dates(agreement, day),
            status: Some(status(agreement, day)),
            parties: parties.zip(party_statuses(agreement, day)).collect(),
            owed: owed.iter().map(|(of, part)| (*of, stands(part), anchor(part).unwrap_or(UNKNOWN))).collect(),
        }
    }

    /// How the agreement of some facts stands at a moment.
    #[must_use]
    pub fn read(timeline: &Timeline, readings: &Readings, moment: Moment) -> Self {
        agreement_of(timeline, readings, moment.day).map(|agreement| Self::of(&agreement, moment)).unwrap_or_default()
    }

    /// The state that hangs on a date.
    fn state(&self, key: &DateKey) -> Option<&'static str> {
        match key {
            DateKey::Due(owed) => self.owed(*owed).map(|(state, _)| state.word()),
            DateKey::EntryIntoForce | DateKey::Expiry => self.status.map(AgreementStatus::word),
            DateKey::EntryIntoForceFor(id) => self.parties.iter().find(|(of, _)| of == id).map(|(_, s)| s.word()),
            DateKey::Notice | DateKey::Prepare | DateKey::Renewal | DateKey::Effect(_) => None,
        }
    }

    fn owed(&self, owed: Owed) -> Option<(CommitmentState, DueDates)> {
        let at = self.owed.binary_search_by_key(&owed, |(of, ..)| *of).ok()?;
        Some((self.owed[at].1, self.owed[at].2))
    }

    fn days(&self, key: &DateKey) -> DueDates {
        self.dates.binary_search_by(|date| date.key.cmp(key)).map_or(UNKNOWN, |at| self.dates[at].days)
    }

    /// The days that matter for a date: from the first that it was or is counted from to the last that it was or is.
    #[must_use]
    pub fn span(&self, after: &Self, key: &DateKey) -> Option<(Day, Day)> {
        let owed = key.owed()?;
        let own = [self, after].into_iter().flat_map(|stood| {
            let anchor = stood.owed(owed).map_or(UNKNOWN, |(_, anchor)| anchor);
            [anchor, stood.days(key)]
        });
        let days: Vec<Day> = own.flat_map(|days| [days.earliest, days.latest]).flatten().collect();
        days.iter().min().copied().zip(days.iter().max().copied())
    }

    /// The dates that differ from those before, in their order.
    #[must_use]
    pub fn moved_since(&self, before: &Self) -> Vec<(DateKey, DueDates, DueDates)> {
        dates::moved(&before.dates, &self.dates)
    }
}

/// What a fact moved in an agreement: every date that differs, and, where the fact changes what is read of others,
/// every commitment whose state differs though its date does not.
#[must_use]
pub fn moves(agreement: &Reference, before: &Stood, after: &Stood, cause: &Cause<'_>) -> Vec<Moved> {
    let mut rows = after.moved_since(before);
    if is_about_the_record(&cause.fact.saying.event) || cause.almanacs.is_some() {
        let judged_again = before.owed.iter().filter_map(|(owed, was, _)| {
            let key = DateKey::Due(*owed);
            let is = after.state(&key)?;
            let listed = rows.binary_search_by(|(moved, ..)| moved.cmp(&key)).is_ok();
            (is != was.word() && !listed).then_some(key)
        });
        let judged_again: Vec<DateKey> = judged_again.collect();
        rows.extend(judged_again.into_iter().map(|key| {
            let (was, is) = (before.days(&key), after.days(&key));
            (key, was, is)
        }));
        rows.sort_by(|one, other| one.0.cmp(&other.0));
    }
    let moved = |(key, was, is): (DateKey, DueDates, DueDates)| Moved {
        agreement: agreement.clone(),
        before: was,
        after: is,
        state_before: before.state(&key),
        state_after: after.state(&key),
        because: cause.words(before.span(after, &key)),
        key,
    };
    rows.into_iter().map(moved).collect()
}

/// Whether an event can move no date and change no state, so that nothing need be compared.
#[must_use]
pub const fn moves_nothing(event: &Event) -> bool {
    matches!(
        event,
        Event::NoteAdded(_)
            | Event::PaperAttached(_)
            | Event::PartyAliased(_)
            | Event::ReservationMade(_)
            | Event::DeclarationMade(_)
            | Event::ObjectionMade(_)
            | Event::FactDisputed(_)
    )
}
