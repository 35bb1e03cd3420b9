//! From which day the agreement binds, and until when: entry into force for all and for each party, and notices.
//!
//! Everything here is computed from facts whenever somebody asks, so it moves when one of them is corrected. What is
//! uncertain stays between an earliest and a latest day.

use super::agreement::{Agreement, Notice};
use super::counting::{self, DueDates};
use super::due::Anchored;
use super::rule::{Anchor, DeadlineNature};

/// The days on which a notice takes effect: as stated, or counted from its own day; none where nobody says.
///
/// The fact is the notice where the days are counted from it. Whether it was taken back before is not looked at.
#[must_use]
pub fn notice_effect(agreement: &Agreement, (given, mark, _): &Notice) -> Option<Anchored> {
    if let Some(day) = given.takes_effect {
        return Some(Anchored { days: DueDates { earliest: Some(day), latest: Some(day) }, fact: None });
    }
    let rule = given.effect.as_ref().filter(|rule| rule.anchor == Anchor::Event(mark.seq))?;
    let from = DueDates { earliest: mark.bounds.earliest, latest: Some(mark.bounds.latest) };
    let counted = counting::count(rule, DeadlineNature::Effect, &agreement.almanac, from, None).ok()?;
    Some(Anchored { days: counted.dates, fact: Some(mark.seq) })
}
