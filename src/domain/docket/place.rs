//! Taking a fact into account among facts that happened after it.

use crate::domain::agreement::{Agreement, Body};
use crate::domain::commitment::Mark;
use crate::domain::day::Day;
use crate::domain::event::Event;
use crate::domain::timeline::Reading;

impl Agreement {
    /// Takes a fact into account among those that happened after it, none of which it touches, nor they it.
    ///
    /// What [`Self::evolve`] would have put at the end of a list goes where its day has it.
    pub(in crate::domain) fn place(&mut self, reading: &Reading) {
        self.happened.push(Mark { seq: reading.seq, bounds: reading.bounds });
        let bodies = self.bodies.len();
        let parties = self.parties.len();
        self.take(reading);
        settle(&mut self.happened, |mark| mark);
        match &reading.saying.event {
            Event::NoteAdded(_) => settle(&mut self.notes, |(_, mark)| mark),
            Event::PaperAttached(_) => settle(&mut self.papers, |(_, mark)| mark),
            Event::AgreementLinked(_) => settle(&mut self.links, |(_, mark)| mark),
            Event::ReservationMade(_) | Event::DeclarationMade(_) => settle(&mut self.statements, |(_, mark)| mark),
            _ => {}
        }
        if self.parties.len() > parties {
            settle(&mut self.parties, |record| &record.declared);
        }
        if self.bodies.len() > bodies {
            settle_by(&mut self.bodies, Body::named);
        }
    }
}

impl Body {
    /// When it was first named, in the order of the facts.
    fn named(&self) -> Option<(Day, u64)> {
        let marks = self.announced.iter().chain(self.formed.as_ref().map(|(_, mark)| mark));
        marks.map(Mark::place).min()
    }
}

/// Moves the last of a list to where its fact lies in the order of the facts.
fn settle<T>(list: &mut [T], of: impl Fn(&T) -> &Mark) {
    settle_by(list, |item| of(item).place());
}

fn settle_by<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    if let Some((last, rest)) = list.split_last() {
        let at = rest.partition_point(|earlier| key(earlier) <= key(last));
        list[at..].rotate_right(1);
    }
}
