//! The entry of an agreement that has one fact more, made of the entry before it.
//!
//! An entry is a fold over days, and every list in it is in their order. So where the new fact is read last of all and
//! changes nothing in the others, all that was recorded before its day stays, and only its day is recorded anew.

use super::entry::Entry;
use crate::domain::agreement::Agreement;
use crate::domain::day::Day;
use crate::domain::event::naming::rules;
use crate::domain::timeline::Readings;

impl Entry {
    /// The entry as it is with a fact that changed nothing in how the others are read or taken; the agreement is folded with
    /// it to the end. None where that fact is not read last, or the whole has to be read for another reason.
    #[must_use]
    pub fn grown(&self, agreement: &Agreement, readings: &Readings, seq: u64) -> Option<Self> {
        let newest = readings.facts.last().filter(|newest| newest.seq == seq)?;
        if agreement.opening_retracted || seq != self.facts + 1 || self.turns.is_empty() {
            return None;
        }
        let day = newest.bounds.latest;
        let mut entry = self.before(day);
        entry.facts = seq;
        entry.by_almanac |= rules(&newest.saying.event).into_iter().any(|rule| readings.almanac.moves(rule));
        entry.turn_through(agreement, day, None);
        Some(entry)
    }

    /// What was recorded of the days before one.
    fn before(&self, day: Day) -> Self {
        let mut entry = self.clone();
        cut(&mut entry.namings, day);
        cut(&mut entry.parties, day);
        cut(&mut entry.turns, day);
        cut(&mut entry.terms, day);
        for commitment in &mut entry.commitments {
            cut(&mut commitment.words, day);
            cut(&mut commitment.stands, day);
            for instance in &mut commitment.instances {
                cut(instance, day);
            }
            // Instances come into a list with what is so of them: an empty one was not there yet.
            let there = commitment.instances.iter().rposition(|instance| !instance.is_empty());
            commitment.instances.truncate(there.map_or(0, |last| last + 1));
        }
        entry.commitments.retain(|commitment| !commitment.words.is_empty());
        entry
    }
}

fn cut<T>(list: &mut Vec<(Day, T)>, day: Day) {
    list.truncate(list.partition_point(|(since, _)| *since < day));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::docket::Docket;
    use crate::domain::id::AgreementId;
    use crate::domain::laws::{Draw, command, draws};
    use crate::domain::scenario::{Story, request};
    use crate::views::tables;

    /// Lives through a history; how many entries were grown, of how many.
    fn lived(draws: &[Draw]) -> Result<(usize, usize), TestCaseError> {
        let id = AgreementId(uuid::Uuid::nil());
        let (mut story, mut docket) = (Story::default(), Docket::default());
        let mut before: Option<Entry> = None;
        let mut grown = 0;
        for draw in draws {
            let command = command(draw, &story);
            let Ok(decision) = docket.decide(&request(&command), &story.context()) else { continue };
            let fact = story.next_fact(&decision);
            story.timeline.push(fact.clone());
            let seq = fact.seq;
            let alone = docket.put(fact);
            let whole = Entry::of(id, &story.timeline);
            let readings = docket.readings().clone();
            let from_before = before.as_ref().filter(|_| alone).zip(docket.agreement());
            if let Some(entry) = from_before.and_then(|(before, agreement)| before.grown(agreement, &readings, seq)) {
                grown += 1;
                prop_assert_eq!(Some(&entry), whole.as_ref(), "{}", command);
            }
            if let (Some(before), Some(after)) = (before, &whole) {
                let mut kept: BTreeMap<_, _> = tables::rows(before.clone()).into_iter().collect();
                for (key, value) in tables::changes(&before, after.clone()) {
                    match value {
                        Some(value) => kept.insert(key, value),
                        None => kept.remove(&key),
                    };
                }
                prop_assert_eq!(kept, tables::rows(after.clone()).into_iter().collect(), "{}", command);
            }
            before = whole;
        }
        Ok((grown, story.timeline.facts().len()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn an_entry_grows_as_it_would_be_made_anew(draws in draws()) {
            lived(&draws)?;
        }
    }

    /// Else the law would hold nothing to anything.
    #[test]
    fn many_entries_of_random_histories_grow() {
        use proptest::strategy::ValueTree;
        use proptest::test_runner::TestRunner;
        let mut runner = TestRunner::deterministic();
        let (mut grown, mut all) = (0, 0);
        for _ in 0..200 {
            let draws = draws().new_tree(&mut runner).expect("a history").current();
            let (of_these, facts) = lived(&draws).expect("the law holds");
            (grown, all) = (grown + of_these, all + facts);
        }
        assert!(grown * 8 > all, "{grown} of {all} entries grew");
    }
}
