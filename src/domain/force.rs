//! From which day the agreement binds, and until when: entry into force for all and for each party, and notices.
//!
//! Everything here is computed from facts whenever somebody asks, so it moves when one of them is corrected. What is
//! uncertain stays between an earliest and a latest day.

use super::agreement::{Agreement, Notice};
use super::due::{self, Anchored, DueDates};
use super::rule::Anchor;

/// The days on which a notice takes effect: as stated, or counted from its own day; none where nobody says.
///
/// The fact is the notice where the days are counted from it. Whether it was taken back before is not looked at.
#[must_use]
pub fn notice_effect(_: &Agreement, (given, mark, _): &Notice) -> Option<Anchored> {
    if let Some(day) = given.takes_effect {
        return Some(Anchored { days: DueDates { earliest: Some(day), latest: Some(day) }, fact: None });
    }
    let rule = given.effect.as_ref().filter(|rule| rule.anchor == Anchor::Event(mark.seq))?;
    let from = DueDates { earliest: mark.bounds.earliest, latest: Some(mark.bounds.latest) };
    Some(Anchored { days: due::count(rule, from).ok()?, fact: Some(mark.seq) })
}
