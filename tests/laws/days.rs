//! A kept entry says for every day what a fold at that day says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use servanda::domain::day::Day;
use servanda::domain::decide::agreement_of;
use servanda::domain::id::PartyId;
use servanda::domain::instant::Instant;
use servanda::domain::moment::Moment;
use servanda::domain::recurrence::Owed;
use servanda::domain::status::recurring::{InstanceStanding, instances};
use servanda::domain::status::{
    AgreementStatus, CommitmentState, PartyStatus, party_status, standing, standing_at, status,
};
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
    let instances = entry.commitments.iter().flat_map(|commitment| &commitment.instances).flatten();
    // What the passing of time makes of a deadline is not kept: it turns around its due dates.
    let kept = entry.commitments.iter().flat_map(|commitment| &commitment.stands);
    let due = kept.flat_map(|(_, stand)| [stand.due_earliest, stand.due_latest, stand.grace_until]).flatten();
    let due = due.flat_map(|day| [Some(day), day.plus_days(-14)]).flatten();
    namings
        .chain(due)
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

/// How many instants one history is asked about.
const INSTANTS_MAX: usize = 40;

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
            for at in instants.into_iter().take(INSTANTS_MAX) {
                let moment = Moment { day: zone.day_of(at), at: Some(at) };
                let asked = Asked { as_of: moment.day, at: Some(at), at_stated: true, known_at };
                let mut by_fold = Vec::new();
                let mut late = 0;
                for ((id, timeline), of_days) in all.iter().zip(&entries) {
                    let entry = Entry::at(*id, timeline, moment).unwrap();
                    let folded = agreement_of(timeline, &timeline.read(), moment.day).unwrap();
                    let stands = entry.on(moment.day).is_some_and(|o| o.status != AgreementStatus::Retracted);
                    let mut differs = false;
                    for commitment in &entry.commitments {
                        let ours = commitment.on(moment.day).map(|(_, stand)| stand);
                        let made = folded.commitment(commitment.id);
                        let theirs = made.map(|made| Stand::from(standing_at(&folded, made, moment)));
                        prop_assert_eq!(&ours, &theirs, "{}/{} at {}", entry.reference, commitment.id, at);
                        let (Some(made), Some(stand)) = (made, theirs) else { continue };
                        differs |= stand.judged_on.is_some();
                        late += usize::from(stands && stand.state == CommitmentState::Overdue);
                        let name = |instance| (entry.reference.clone(), commitment.id, instance);
                        by_fold.push((name(None), stand.state, stand.due_latest, stand.ends_at));
                        let running = stand.judged_on.unwrap_or(moment.day);
                        by_fold.extend(instances(&folded, made, moment.day).iter().map(|instance| {
                            let ends_at = stand.ends_at_of(instance.due.latest);
                            (name(Some(instance.number)), instance.state(running), instance.due.latest, ends_at)
                        }));
                    }
                    prop_assert_eq!(of_days.is_another_at(moment), differs, "{} at {}", entry.reference, at);
                    prop_assert!(differs || entry == *of_days, "{} at {}", entry.reference, at);
                }
                // The kept view answers alike.
                let said = register.service.overdue(asked, &Filter::default()).await.unwrap();
                for row in said.overdue.iter().chain(&said.possibly_overdue).chain(&said.due_soon) {
                    let name = (row.agreement.clone(), row.commitment, row.instance);
                    let told = (name, row.state, row.due, row.ends_at);
                    prop_assert!(by_fold.contains(&told), "{:?} at {}", told, at);
                }
                let listed = register.service.list(asked, &Filter::default()).await.unwrap();
                prop_assert_eq!(listed.iter().map(|row| row.overdue).sum::<usize>(), late, "at {}", at);
                let stats = register.service.stats(asked, &Filter::default()).await.unwrap();
                prop_assert_eq!(stats.by_state.get("overdue").copied().unwrap_or_default(), late, "at {}", at);
                for row in said.overdue.iter().take(3) {
                    let owed = Owed { commitment: row.commitment, instance: row.instance };
                    let why = register.service.why(&row.agreement, owed, asked).await.unwrap();
                    prop_assert_eq!((why.state, why.due, why.ends_at), (row.state, row.due, row.ends_at));
                    prop_assert!(row.days_overdue >= 1);
                    let show = register.service.show(&row.agreement, asked).await.unwrap();
                    prop_assert!(row.instance.is_some() || show.commitments.contains(row));
                }
            }
            Ok(())
        })?;
    }
}
