//! A kept entry says for every day what a fold at that day says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use servanda::domain::day::Day;
use servanda::domain::decide::agreement_of;
use servanda::domain::id::PartyId;
use servanda::domain::status::recurring::{InstanceStanding, instances};
use servanda::domain::status::{AgreementStatus, PartyStatus, party_status, standing, status};
use servanda::domain::term::term_of;
use servanda::views::entry::{Entry, Stand};

use crate::given::{cases, day, timelines, wait_for, with_log};
use crate::histories::histories;

/// The days at which something turns, each with the days before and after it.
fn turns(entry: &Entry) -> BTreeSet<Day> {
    let namings = entry.namings.iter().map(|(day, _)| *day);
    let parties = entry.parties.iter().map(|(day, _)| *day);
    let turns = entry.turns.iter().map(|(day, _)| *day);
    let stands = entry.commitments.iter().flat_map(|commitment| commitment.stands.iter().map(|(day, _)| *day));
    let instances = entry.commitments.iter().flat_map(|commitment| &commitment.instances).flatten();
    namings
        .chain(instances.map(|(day, _)| *day))
        .chain(parties)
        .chain(turns)
        .chain(stands)
        .flat_map(|day| [day.previous(), Some(day), day.next()])
        .flatten()
        .collect()
}

type Parties = Vec<(PartyId, PartyStatus)>;

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn an_entry_says_for_every_day_what_a_fold_at_that_day_says(history in histories(), begin in 0_i64..1000) {
        wait_for(async {
            let (register, log) = with_log();
            register.live_through(&history).await;
            for (id, timeline) in timelines(log.as_ref()).await {
                let entry = Entry::of(id, &timeline).unwrap();
                let readings = timeline.read();
                let begin = day("2024-01-01").plus_days(begin).unwrap();
                let window = (0..60).filter_map(|days| begin.plus_days(days));
                let mut days = turns(&entry);
                days.extend(window);
                for day in days {
                    let folded = agreement_of(&timeline, &readings, day).unwrap();
                    let happened = readings.facts.iter().any(|reading| reading.bounds.latest <= day);
                    let Some(outline) = entry.on(day) else {
                        prop_assert!(!happened, "nothing on {} of {}", day, entry.reference);
                        continue;
                    };
                    prop_assert!(happened || outline.status == AgreementStatus::Retracted, "{} too early", day);
                    prop_assert_eq!(outline.status, status(&folded, day), "{} on {}", entry.reference, day);
                    prop_assert_eq!(outline.title, folded.opened.title.as_ref());
                    prop_assert_eq!(outline.subjects, &folded.opened.subjects[..]);
                    let signed = folded.signatures().map(|(_, _, mark)| mark.bounds.latest).max();
                    prop_assert_eq!(outline.signed, signed, "{} on {}", entry.reference, day);
                    let term = term_of(&folded);
                    prop_assert_eq!(outline.term, term.as_ref(), "{} on {}", entry.reference, day);
                    let ends = term.and_then(|term| term.ends()).and_then(|end| end.last.latest);
                    prop_assert_eq!(outline.ends, ends, "{} on {}", entry.reference, day);
                    prop_assert_eq!(outline.superseded_by, folded.superseded_by());
                    let ours: Parties = outline.parties.iter().map(|party| (party.id.clone(), party.status)).collect();
                    let theirs: Parties = folded
                        .parties
                        .iter()
                        .map(|record| (record.party.id.clone(), party_status(&folded, record, day)))
                        .collect();
                    prop_assert_eq!(ours, theirs, "{} on {}", entry.reference, day);
                    for commitment in &entry.commitments {
                        let ours = commitment.on(day).map(|(words, stand)| (words.clone(), stand));
                        let theirs = folded.commitment(commitment.id).map(|commitment| {
                            (commitment.undertaking.clone(), Stand::from(standing(&folded, commitment, day)))
                        });
                        prop_assert_eq!(ours, theirs, "{}/{} on {}", entry.reference, commitment.id, day);
                        let recurs = folded.commitment(commitment.id);
                        let theirs = recurs.map(|commitment| instances(&folded, commitment, day)).unwrap_or_default();
                        let told = |all: &[InstanceStanding]| -> Vec<_> {
                            all.iter().map(|one| (one.number, one.state(day), one.due, one.met_on, one.extensions)).collect()
                        };
                        let ours = commitment.instances_on(day);
                        prop_assert_eq!(told(&ours), told(&theirs), "{}/{} on {}", entry.reference, commitment.id, day);
                    }
                    prop_assert!(folded.commitments.iter().all(|c| entry.commitments.iter().any(|e| e.id == c.id)));
                }
            }
            Ok(())
        })?;
    }
}
