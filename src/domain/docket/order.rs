//! Which parts of an agreement its facts touched last, in the order in which they are read.

use std::collections::BTreeMap;

use super::touched::{Part, Touches, speaks_of, touches};
use crate::domain::agreement::Agreement;
use crate::domain::day::Day;
use crate::domain::guard;
use crate::domain::timeline::{self, Reading, Readings, Timeline};

/// Where a fact lies in the order in which facts are read.
type Place = (Day, u64);

/// The last facts that looked at a part, and that changed it.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    looked: Option<Place>,
    changed: Option<Place>,
}

/// What is kept of the order of a reading, to tell which fact can be put among the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    last: Option<Place>,
    parts: BTreeMap<Part, Last>,
    /// The first act of consent.
    consent: Option<Place>,
    /// The last fact that asked whether there was one by then.
    consent_asked: Option<Place>,
    /// Whether facts took effect in another order than they are read in.
    waited: bool,
    /// The first day of any fact that bears one.
    pub(super) beginning: Option<Day>,
    /// The earliest day of the opening.
    pub(super) opening_day: Option<Day>,
    /// The highest place of a fact that another speaks of.
    pub(super) spoken_of: u64,
}

const fn place(reading: &Reading) -> Place {
    (reading.bounds.latest, reading.seq)
}

/// Whether a place lies behind the last of others.
fn behind(place: Place, last: Option<Place>) -> bool {
    last.is_none_or(|last| last < place)
}

impl Order {
    /// The order of the facts of an agreement that was folded to its end.
    pub(super) fn of(agreement: &Agreement, timeline: &Timeline, readings: &Readings, waited: bool) -> Self {
        let mut order = Self { waited, opening_day: guard::opening_day(readings), ..Self::default() };
        for reading in &readings.facts {
            let cap = timeline.fact(reading.seq).map(|fact| fact.recorded.at.utc_day());
            order.note(agreement, reading, cap.unwrap_or(Day::MAX));
        }
        order
    }

    /// Takes a fact in that was recorded on the day `cap`.
    pub(super) fn note(&mut self, agreement: &Agreement, reading: &Reading, cap: Day) {
        let at = place(reading);
        let event = &reading.saying.event;
        let Touches { looks, changes, consents, asks_consent } = touches(agreement, event);
        self.last = self.last.max(Some(at));
        let looked = |last: &mut Last| last.looked = last.looked.max(Some(at));
        for part in looks {
            looked(self.parts.entry(part).or_default());
        }
        for part in changes {
            let last = self.parts.entry(part).or_default();
            looked(last);
            last.changed = last.changed.max(Some(at));
        }
        if consents {
            self.consent = Some(self.consent.map_or(at, |first| first.min(at)));
        }
        if asks_consent {
            self.consent_asked = self.consent_asked.max(Some(at));
        }
        let dated = timeline::dated(&reading.saying, cap).filter(|_| !timeline::is_about_the_record(event));
        if let Some(day) = dated.map(|bounds| bounds.latest) {
            self.beginning = Some(self.beginning.map_or(day, |first| first.min(day)));
        }
        let spoken_of = speaks_of(reading);
        if spoken_of > reading.seq {
            self.spoken_of = self.spoken_of.max(spoken_of);
        }
    }

    /// Whether a new fact can be taken as if it came after all others.
    pub(super) fn takes_alone(&self, agreement: &Agreement, reading: &Reading) -> bool {
        let at = place(reading);
        if behind(at, self.last) {
            return true;
        }
        let Touches { looks, changes, consents, asks_consent } = touches(agreement, &reading.saying.event);
        let last = |part: &Part| self.parts.get(part).copied().unwrap_or_default();
        let whole = last(&Part::Everything);
        let undisturbed = |part: &Part| *part != Part::Everything && behind(at, last(part).changed);
        let unnoticed = |part: &Part| undisturbed(part) && behind(at, last(part).looked);
        let first_consent = self.consent.is_none_or(|first| at < first);
        !self.waited
            && looks.iter().all(undisturbed)
            && changes.iter().all(unnoticed)
            && (looks.is_empty() && changes.is_empty() || behind(at, whole.changed))
            && (changes.is_empty() || behind(at, whole.looked))
            && !(asks_consent && self.consent.is_some() && first_consent)
            && !(consents && first_consent && !behind(at, self.consent_asked))
    }
}
