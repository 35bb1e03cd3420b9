//! A kept entry says for every day what a fold at that day says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use servanda::domain::day::Day;
use servanda::domain::decide::agreement_of;
use servanda::domain::id::PartyId;
use servanda::domain::instant::Instant;
use servanda::domain::moment::Moment;
use servanda::domain::status::{AgreementStatus, PartyStatus, party_status, standing, standing_at, status};
use servanda::domain::term::term_of;
use servanda::domain::zone::Zone;
use servanda::views::Asked;
use servanda::views::entry::{Entry, Stand};
use servanda::views::filter::Filter;

use crate::given::{cases, day, timelines, wait_for, with_log};
use crate::histories::histories;

/// The days at which something turns, each with the days before and after it.
fn turns(entry: &Entry) -> BTreeSet<Day> {
    let namings = entry.namings.iter().map(|(day, _)| *day);
    let parties = entry.parties.iter().map(|(day, _)| *day);
    let turns = entry.turns.iter().map(|(day, _)| *day);
    let stands = entry.commitments.iter().flat_map(|commitment| commitment.stands.iter().map(|(day, _)| *day));
    namings
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
                        let ours = commitment.on(day).map(|(words, stand)| (words.clone(), stand.clone()));
                        let theirs = folded.commitment(commitment.id).map(|commitment| {
                            (commitment.undertaking.clone(), Stand::from(standing(&folded, commitment, day)))
                        });
                        prop_assert_eq!(ours, theirs, "{}/{} on {}", entry.reference, commitment.id, day);
                    }
                    prop_assert!(folded.commitments.iter().all(|c| entry.commitments.iter().any(|e| e.id == c.id)));
                }
            }
            Ok(())
        })?;
    }
}

/// Instants at which something may turn: the ends of last days where they end elsewhere than the register's, each with
/// the moment before it and one within it, in hours that the register's day has and in hours that it has not.
fn moments(entry: &Entry) -> BTreeSet<Instant> {
    let stands = entry.commitments.iter().flat_map(|commitment| &commitment.stands);
    let ends = stands.filter_map(|(_, stand)| stand.ends_at);
    let apart = [-1, 0, -7_200_000_000, 7_200_000_000, -86_400_000_000, 86_400_000_000];
    ends.flat_map(|end| apart.map(|apart| Instant::from_micros(end.micros() + apart))).collect()
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn what_is_judged_at_an_instant_is_what_a_fold_at_that_instant_says(history in histories(), minutes in 0_i64..1_500_000) {
        wait_for(async {
            let (register, log) = with_log();
            register.live_through(&history).await;
            let zone = Zone::named("Asia/Karachi").unwrap();
            let some_time = Instant::parse("2024-01-01T00:00:00Z").unwrap().micros() + minutes * 60_000_000;
            let all = timelines(log.as_ref()).await;
            let entries: Vec<Entry> = all.iter().map(|(id, timeline)| Entry::of(*id, timeline).unwrap()).collect();
            let mut instants: BTreeSet<Instant> = entries.iter().flat_map(moments).collect();
            instants.insert(Instant::from_micros(some_time));
            let known_at = register.service.knowledge_now().await.unwrap();
            for at in instants {
                let moment = Moment { day: zone.day_of(at), at: Some(at) };
                let asked = Asked { as_of: moment.day, at: Some(at), at_stated: true, known_at };
                let mut by_fold = Vec::new();
                for ((id, timeline), of_days) in all.iter().zip(&entries) {
                    let entry = Entry::at(*id, timeline, moment).unwrap();
                    let folded = agreement_of(timeline, &timeline.read(), moment.day).unwrap();
                    let mut differs = false;
                    for commitment in &entry.commitments {
                        let ours = commitment.on(moment.day).map(|(_, stand)| stand.clone());
                        let theirs = folded.commitment(commitment.id);
                        let theirs = theirs.map(|c| Stand::from(standing_at(&folded, c, moment)));
                        differs |= theirs.as_ref().is_some_and(|stand| stand.judged_on.is_some());
                        by_fold.extend(theirs.iter().map(|stand| {
                            (entry.reference.to_string(), commitment.id.to_string(), stand.state, stand.due_latest)
                        }));
                        prop_assert_eq!(ours, theirs, "{}/{} at {}", entry.reference, commitment.id, at);
                    }
                    prop_assert_eq!(of_days.is_another_at(moment), differs, "{} at {}", entry.reference, at);
                    prop_assert!(differs || entry == *of_days, "{} at {}", entry.reference, at);
                }
                // The kept view answers alike: of what stands on an agreement that was not retracted.
                let said = register.service.overdue(asked, &Filter::default()).await.unwrap();
                for row in said.overdue.iter().chain(&said.possibly_overdue).chain(&said.due_soon) {
                    let row = (row.agreement.to_string(), row.commitment.to_string(), row.state, row.due);
                    prop_assert!(by_fold.contains(&row), "{:?} at {}", row, at);
                    let stats = register.service.stats(asked, &Filter::default()).await.unwrap();
                    prop_assert!(stats.by_state.contains_key(row.2.word()), "{:?} at {}", row, at);
                }
                let listed = register.service.list(asked, &Filter::default()).await.unwrap();
                let late: usize = listed.iter().map(|row| row.overdue).sum();
                prop_assert_eq!(late, said.overdue.len(), "at {}", at);
                for row in &said.overdue {
                    let why = register.service.why(&row.agreement, row.commitment, asked).await.unwrap();
                    prop_assert_eq!((why.state, why.ends_at), (row.state, row.ends_at));
                    prop_assert!(row.days_overdue >= 1);
                    let show = register.service.show(&row.agreement, asked).await.unwrap();
                    prop_assert!(show.commitments.contains(row));
                }
            }
            Ok(())
        })?;
    }
}
