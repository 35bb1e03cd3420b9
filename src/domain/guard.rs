//! What speaks against a fact, seen from the facts before it.
//!
//! A *contradiction* cannot be true together with what is on record; an *oddity* happens in real registers, and
//! wants a reason. A command is decided by comparing the objections to the whole timeline before and after it, so
//! that a back-dated command, a correction, and a retraction are judged by everything they would change.

use std::borrow::Cow;

use super::agreement::{Agreement, Opening, Provisional};
use super::commitment::{Commitment, Mark};
use super::day::Day;
use super::due::{self, Due};
use super::event::Event;
use super::event::naming::{self, Name};
use super::id::{BodyId, CommitmentId, PartyId};
use super::objection::Objection;
use super::recurrence::{InstanceNumber, Owed, series};
use super::suspension;
use super::term;
use super::timeline::{Reading, Readings};
use super::vocabulary::{InstrumentKind, Lifecycle, MilestoneStatus};

/// An objection, and the fact that it speaks against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objected {
    /// The fact's place in the agreement.
    pub seq: u64,
    /// What speaks against it.
    pub objection: Objection,
    /// Whether it is another fact than the one that is asked for.
    pub elsewhere: bool,
}

impl std::fmt::Display for Objected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.elsewhere {
            write!(f, "fact @{} would not fit any more: ", self.seq)?;
        }
        self.objection.fmt(f)
    }
}

/// Everything that speaks against the facts of a reading, in their order.
///
/// Names are judged by what is known, whatever its day: a party counts as declared if any fact declares it.
#[must_use]
pub fn objections(start: Agreement, readings: &Readings) -> Vec<Objected> {
    folded(start, readings).objections
}

/// A reading that was folded to its end, and judged on the way.
pub(super) struct Folded {
    /// The agreement after the last fact.
    pub(super) agreement: Agreement,
    /// Everything that speaks against the facts, in their order.
    pub(super) objections: Vec<Objected>,
    /// Whether a fact waited for a name, so that facts took effect in another order than they are read in.
    pub(super) waited: bool,
}

/// Folds a reading, and judges each fact as it takes effect.
pub(super) fn folded(start: Agreement, readings: &Readings) -> Folded {
    let mut names: Vec<Name> = readings.facts.iter().flat_map(|r| naming::named_by(&r.saying.event)).collect();
    names.sort();
    names.dedup();
    let mut agreement = start;
    let mut found = Vec::new();
    let mut waited = false;
    for reading in &readings.facts {
        let missing = missing_names(&names, &reading.saying.event);
        found.extend(missing.into_iter().map(|objection| Objected { seq: reading.seq, objection, elsewhere: false }));
        // A fact that waits for a name is judged when it takes effect; one whose name never comes, never does.
        agreement.evolve_watched(reading, &mut |before, taken| {
            let mut against = Vec::new();
            judge(before, taken, &mut against);
            found.extend(against.into_iter().map(|objection| Objected { seq: taken.seq, objection, elsewhere: false }));
        });
        waited |= agreement.waits();
    }
    Folded { agreement, objections: found, waited }
}

/// What speaks against one fact, seen from the agreement just before it takes effect.
pub(super) fn against(agreement: &Agreement, reading: &Reading) -> Vec<Objected> {
    let mut against = Vec::new();
    judge(agreement, reading, &mut against);
    against.into_iter().map(|objection| Objected { seq: reading.seq, objection, elsewhere: false }).collect()
}

fn missing_names(names: &[Name], event: &Event) -> Vec<Objection> {
    let list = |mut words: Vec<String>| {
        if words.is_empty() {
            return "none".to_owned();
        }
        let more = words.len().saturating_sub(12);
        words.truncate(12);
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        words.join(", ") + &tail
    };
    let all = |pick: fn(&Name) -> Option<String>| list(names.iter().filter_map(pick).collect());
    let mut missing: Vec<Objection> = Vec::new();
    for name in naming::pointed_at(event) {
        if names.binary_search(&name).is_ok() {
            continue;
        }
        missing.push(match name {
            Name::Party(party) => Objection::PartyNotDeclared {
                party,
                declared: all(|name| if let Name::Party(id) = name { Some(id.to_string()) } else { None }),
            },
            Name::Commitment(commitment) => Objection::NoSuchCommitment {
                commitment,
                made: all(|name| if let Name::Commitment(id) = name { Some(id.to_string()) } else { None }),
            },
            Name::Body(body) => Objection::NoSuchBody {
                body,
                known: all(|name| if let Name::Body(id) = name { Some(id.to_string()) } else { None }),
            },
        });
    }
    missing
}

fn twice(what: impl Into<String>, earlier: &Mark) -> Objection {
    Objection::Twice { what: what.into(), earlier: earlier.seq }
}

fn circle(agreement: &Agreement, event: &Event) -> Option<Objection> {
    super::circle::closed_by(agreement, event).map(|path| Objection::Circle { path })
}

/// Objections to one fact, from the state before it.
#[expect(clippy::too_many_lines, reason = "one arm an event: the list is the point, and has no wildcard")]
fn judge(agreement: &Agreement, reading: &Reading, against: &mut Vec<Objection>) {
    let day = reading.bounds.latest;
    let pledge = agreement.opened.kind.lifecycle() == Lifecycle::Pledge;
    let no_instrument = |act| pledge.then_some(Objection::PledgeHasNoInstrument { act });
    common(agreement, reading, against);
    match &reading.saying.event {
        Event::AgreementProposed(_) | Event::AgreementRecorded(_) | Event::PledgeAnnounced(_) => {
            against.extend(agreement.opened_by.as_ref().map(|earlier| twice("the opening", earlier)));
        }
        Event::PartyDeclared(party) => {
            if agreement.party(&party.id).is_some() {
                against.push(Objection::DeclaredTwice { party: party.id.clone() });
            }
        }
        Event::PartyAliased(_)
        | Event::DeclarationMade(_)
        | Event::ReservationMade(_)
        | Event::NoteAdded(_)
        | Event::PaperAttached(_)
        | Event::AgreementLinked(_)
        | Event::CalendarDefined(_)
        | Event::WeekSet(_)
        | Event::DaysListed(_)
        | Event::ProfileDefined(_)
        | Event::TakenOut(_)
        | Event::KeyAdopted(_)
        | Event::KeyRotated(_) => {}
        Event::PartyWithdrew(withdrew) => {
            let earlier = agreement.party(&withdrew.party).and_then(|record| record.withdrew.as_ref());
            against.extend(earlier.map(|earlier| twice(format!("the withdrawal of {}", withdrew.party), earlier)));
        }
        Event::TextAdopted(_) => {
            against.extend(agreement.adopted.as_ref().map(|earlier| twice("the adoption", earlier)));
            against.extend(agreement.signatures().next().map(|_| Objection::SignedFirst));
        }
        Event::TextInitialled(initialled) => {
            let record = agreement.party(&initialled.party);
            let earlier = record.and_then(|record| record.initialled.as_ref());
            against.extend(earlier.map(|earlier| twice(format!("the initials of {}", initialled.party), earlier)));
            against.extend(record.filter(|record| record.signed.is_some()).map(|_| Objection::SignedFirst));
        }
        Event::AgreementSigned(signed) => {
            against.extend(no_instrument("signed"));
            let record = agreement.party(&signed.party);
            let earlier = record.and_then(|record| record.signed.as_ref());
            against.extend(earlier.map(|(_, mark)| twice(format!("the signature of {}", signed.party), mark)));
        }
        Event::InstrumentDeposited(deposited) => {
            against.extend(no_instrument("ratified"));
            let unsigned = agreement.party(&deposited.party).is_some_and(|record| record.signed.is_none());
            if unsigned && deposited.instrument == InstrumentKind::Ratification {
                against.push(Objection::RatifiedUnsigned { party: deposited.party.clone() });
            }
        }
        Event::EntryIntoForceSet(_) => {
            against.extend(no_instrument("given a rule for its entry into force"));
            against.extend(circle(agreement, &reading.saying.event));
        }
        Event::AgreementEnteredIntoForce(entered) => {
            against.extend(no_instrument("brought into force"));
            let record = entered.party.as_ref().and_then(|party| agreement.party(party));
            let (what, earlier) = if entered.provisional {
                let own = record.map_or(agreement.provisional.as_ref(), |record| record.provisional.as_ref());
                ("the provisional application", own.filter(|own| own.runs()).map(|own| &own.since))
            } else {
                let own = record.map_or(agreement.entered.as_ref(), |record| record.in_force.as_ref());
                ("the entry into force", own)
            };
            against.extend(earlier.map(|earlier| twice(what, earlier)));
            let consented = agreement.parties.iter().any(|p| p.signed.is_some() || !p.deposited.is_empty());
            if !consented {
                against.push(Objection::NotSigned { day });
            }
        }
        Event::ProvisionalApplicationEnded(ended) => {
            if !provisionally_applied(agreement, ended.party.as_ref(), day) {
                against.push(Objection::NothingTo { what: "provisional application".to_owned() });
            }
        }
        Event::ObjectionMade(objection) => {
            let reserved = agreement.statements.iter().any(|(_, mark)| mark.seq == objection.event);
            if !reserved {
                against.push(Objection::NothingTo { what: format!("reservation @{}", objection.event) });
            }
        }
        Event::TermSet(set) => {
            against.extend(no_instrument("given a term"));
            let earlier = agreement.term.as_ref().map(|(_, mark)| mark.seq);
            against.extend(earlier.map(|earlier| Objection::TermAgain { earlier }));
            let began = due::entry_into_force(agreement).and_then(|entry| entry.days.latest);
            against.extend(term::longer_than_term(set, began));
        }
        Event::TermRenewed(renewed) => {
            if agreement.term.is_none() {
                against.push(Objection::NothingTo { what: "term".to_owned() });
            }
            if let Some(end) = term::last_day(agreement) {
                against.extend((day > end).then_some(Objection::RanOut { end }));
                let not_later = renewed.until.filter(|until| *until <= end);
                against.extend(not_later.map(|until| Objection::RenewalNotLater { until, end }));
            }
        }
        Event::NoticeGiven(_) => against.extend(no_instrument("denounced; terminate takes it back")),
        Event::NoticeRevoked(revoked) => {
            match agreement.notices.iter().find(|(_, mark, _)| mark.seq == revoked.event) {
                None => against.push(Objection::NothingTo { what: format!("notice @{}", revoked.event) }),
                Some((_, _, Some(earlier))) => {
                    against.push(twice(format!("the revocation of @{}", revoked.event), earlier));
                }
                Some(notice) => {
                    let stated = due::notice_effect(agreement, notice).and_then(|effect| effect.days.latest);
                    let effect = stated.or_else(|| term::non_renewal_effect(agreement, revoked.event));
                    if let Some(effect) = effect.filter(|effect| *effect <= day) {
                        against.push(Objection::NoticeTookEffect { notice: revoked.event, effect });
                    }
                }
            }
        }
        Event::AgreementSuspended(_) => {
            let running = suspension::running(agreement, day);
            against.extend(
                running
                    .map(|earlier| Objection::Twice { what: "the suspension".to_owned(), earlier: earlier.begun_by }),
            );
        }
        Event::AgreementResumed(_) => {
            // That a suspension with a stated last day is over may be confirmed later.
            let open = suspension::suspensions(agreement)
                .iter()
                .any(|earlier| earlier.ended_by.is_none() && earlier.first.latest.is_some_and(|first| first <= day));
            if !open {
                against.push(Objection::NothingTo { what: "suspension".to_owned() });
            }
        }
        Event::AgreementTerminated(_) | Event::AgreementSuperseded(_) => {
            if matches!(reading.saying.event, Event::AgreementTerminated(_)) {
                let ran_out = term::last_day(agreement).filter(|end| day > *end);
                against.extend(ran_out.map(|end| Objection::RanOut { end }));
            }
            against.extend(agreement.ending.as_ref().map(|(_, earlier)| twice("the end", earlier)));
        }
        Event::AgreementCompleted(_) => {
            against.extend(agreement.ending.as_ref().map(|(_, earlier)| twice("the end", earlier)));
            let open: Vec<String> = agreement
                .commitments
                .iter()
                .filter(|c| !series::is_closed(agreement, c))
                .map(|c| c.id.to_string())
                .collect();
            if !open.is_empty() {
                let words = if open.len() == 1 {
                    "1 commitment is".to_owned()
                } else {
                    format!("{} commitments are", open.len())
                };
                against.push(Objection::StillOpen { open: words, which: open.join(", ") });
            }
        }
        Event::AgreementAmended(amended) => {
            against.extend(amended.commitment.and_then(|id| agreement.commitment(id)).and_then(withdrawn));
        }
        Event::RecordCorrected(corrected) => against.extend(no_such_fact(corrected.event, reading.seq)),
        Event::RecordRetracted(retracted) => against.extend(no_such_fact(retracted.event, reading.seq)),
        Event::RecordRedacted(redacted) => against.extend(no_such_fact(redacted.event, reading.seq)),
        Event::FactDisputed(disputed) => against.extend(no_such_fact(disputed.event, reading.seq)),
        Event::FactResolved(resolved) => against.extend(no_such_fact(resolved.event, reading.seq)),
        Event::WorkingGroupAnnounced(announced) => {
            let earlier = agreement.body(announced.body).and_then(|body| body.announced.as_ref());
            against.extend(earlier.map(|earlier| twice(format!("the announcement of {}", announced.body), earlier)));
        }
        Event::WorkingGroupFormed(formed) => {
            let earlier = agreement.body(formed.body).and_then(|body| body.formed.as_ref());
            against.extend(earlier.map(|(_, mark)| twice(format!("the formation of {}", formed.body), mark)));
            for id in &formed.fulfils {
                if let Some(commitment) = owed(agreement, *id, None, against) {
                    against.extend(withdrawn(&commitment));
                    against.extend(closed(&commitment));
                }
            }
        }
        Event::MeetingRecorded(meeting) => against.extend(body_not_there(agreement, meeting.body)),
        Event::WorkingGroupDissolved(dissolved) => {
            let body = agreement.body(dissolved.body);
            match body.and_then(|body| body.dissolved.as_ref()) {
                Some(earlier) => against.push(twice(format!("the end of {}", dissolved.body), earlier)),
                None => against.extend(body_not_there(agreement, dissolved.body)),
            }
        }
        Event::CommitmentMade(made) => {
            let earlier = agreement.commitment(made.commitment);
            against.extend(earlier.map(|c| twice(format!("commitment {}", made.commitment), &c.made)));
        }
        Event::DeadlineSet(set) => {
            deadline_set(agreement, set.commitment, set.undertaking.is_some(), against);
            against.extend(circle(agreement, &reading.saying.event));
        }
        Event::DeadlineExtended(extended) => {
            if let Some(commitment) = owed(agreement, extended.commitment, extended.instance, against) {
                let commitment = commitment.as_ref();
                against.extend(withdrawn(commitment));
                against.extend(closed(commitment));
                if commitment.deadline.is_empty() {
                    let what = format!("deadline of {}", commitment.owed());
                    against.push(Objection::NothingTo { what });
                }
                if let (Some(to), Due::On(dates)) = (extended.to, due::current(agreement, commitment)) {
                    let not_later = dates.latest.filter(|latest| to <= *latest);
                    against.extend(not_later.map(|due| Objection::NotLater { to, due }));
                }
            }
        }
        Event::MilestoneReported(reported) => {
            if let Some(commitment) = owed(agreement, reported.commitment, reported.instance, against) {
                let commitment = commitment.as_ref();
                against.extend(withdrawn(commitment));
                let again = commitment.fulfilment.is_some() && reported.status != MilestoneStatus::NotMet;
                against.extend(closed(commitment).filter(|_| again || commitment.waived.is_some()));
            }
        }
        Event::FulfilmentVerified(judged) | Event::FulfilmentRejected(judged) => {
            if let Some(commitment) = owed(agreement, judged.commitment, judged.instance, against) {
                let commitment = commitment.as_ref();
                against.extend(withdrawn(commitment));
                if commitment.fulfilment.is_none() {
                    against
                        .push(Objection::NothingTo { what: format!("reported fulfilment of {}", commitment.owed()) });
                }
            }
        }
        Event::CommitmentWaived(waived) => {
            if let Some(commitment) = owed(agreement, waived.commitment, waived.instance, against) {
                let commitment = commitment.as_ref();
                against.extend(withdrawn(commitment));
                let earlier = commitment.waived.as_ref();
                against.extend(earlier.map(|earlier| twice(format!("the waiver of {}", commitment.owed()), earlier)));
                against.extend(closed(commitment).filter(|_| commitment.waived.is_none()));
                for party in &waived.by {
                    let owed_to = &commitment.undertaking.owed_to;
                    if !owed_to.is_empty() && !owed_to.contains(party) {
                        let owed_to = owed_to.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                        let commitment = commitment.owed();
                        against.push(Objection::NotEntitled { commitment, party: party.clone(), owed_to });
                    }
                }
            }
        }
        Event::CommitmentDisputed(disputed) => {
            if let Some(commitment) = owed(agreement, disputed.commitment, disputed.instance, against) {
                let commitment = commitment.as_ref();
                against.extend(withdrawn(commitment));
                let earlier = commitment.disputed.as_ref();
                against
                    .extend(earlier.map(|earlier| twice(format!("the dispute over {}", commitment.owed()), earlier)));
            }
        }
        Event::DisputeSettled(settled) => {
            // A dispute over the whole, from before it recurred, is settled as a whole.
            let whole = agreement.commitment(settled.commitment).filter(|c| c.disputed.is_some());
            let commitment = match whole.filter(|_| settled.instance.is_none()) {
                Some(whole) => Some(Cow::Borrowed(whole)),
                None => owed(agreement, settled.commitment, settled.instance, against),
            };
            if let Some(commitment) = commitment.filter(|commitment| commitment.disputed.is_none()) {
                against.push(Objection::NothingTo { what: format!("dispute over {}", commitment.owed()) });
            }
        }
        Event::CommitmentWithdrawn(gone) => {
            if let Some(commitment) = agreement.commitment(gone.commitment) {
                let earlier = commitment.withdrawn.as_ref();
                against.extend(earlier.map(|earlier| twice(format!("the withdrawal of {}", gone.commitment), earlier)));
                let closed = closed(commitment).or_else(|| all_met(agreement, commitment));
                against.extend(closed.filter(|_| commitment.withdrawn.is_none()));
            }
        }
    }
}

/// What may be odd about any fact: dated before the agreement, or after its end, or by a party that had left.
fn common(agreement: &Agreement, reading: &Reading, against: &mut Vec<Objection>) {
    let event = &reading.saying.event;
    if super::timeline::is_about_the_record(event)
        || matches!(event, Event::NoteAdded(_) | Event::PaperAttached(_) | Event::AgreementLinked(_))
    {
        return;
    }
    if let Some((_, mark)) = &agreement.ending {
        // Debts outlive the agreement, and so do reports on them.
        let about_a_commitment = naming::pointed_at(event).iter().any(|name| matches!(name, Name::Commitment(_)));
        let another_end = matches!(
            event,
            Event::AgreementTerminated(_) | Event::AgreementSuperseded(_) | Event::AgreementCompleted(_)
        );
        if !about_a_commitment && !another_end {
            against.push(Objection::AfterEnd { by: mark.seq, ended: mark.bounds.latest });
        }
    }
    // A party that left may accede again; and that a rule once named it asks nothing of it.
    let may_come_back =
        matches!(event, Event::InstrumentDeposited(deposited) if deposited.instrument == InstrumentKind::Accession);
    if may_come_back || matches!(event, Event::EntryIntoForceSet(_)) {
        return;
    }
    for name in naming::pointed_at(event) {
        let Name::Party(party) = name else { continue };
        let left = agreement.party(&party).and_then(|record| record.withdrew.as_ref());
        if let Some(by) = left.filter(|_| !matches!(event, Event::PartyWithdrew(_))) {
            against.push(Objection::PartyLeft { party, by: by.seq });
        }
    }
}

/// Facts dated before the opening, once the whole reading is known.
#[must_use]
pub fn before_opening(opening: Opening, readings: &Readings) -> Vec<Objected> {
    let Some(day) = opening_day(readings) else { return Vec::new() };
    readings.facts.iter().filter_map(|reading| dated_before(opening, day, reading)).collect()
}

/// The earliest day of the opening, where that is known.
pub(super) fn opening_day(readings: &Readings) -> Option<Day> {
    let opening_fact = readings.facts.iter().find(|reading| {
        matches!(
            reading.saying.event,
            Event::AgreementProposed(_) | Event::AgreementRecorded(_) | Event::PledgeAnnounced(_)
        )
    });
    opening_fact.and_then(|reading| reading.bounds.earliest)
}

/// The objection to one fact that is dated before the opening on this day.
pub(super) fn dated_before(opening: Opening, opening_day: Day, reading: &Reading) -> Option<Objected> {
    let day = reading.bounds.latest;
    let dated = reading.saying.occurred.on.is_some() && !super::timeline::is_about_the_record(&reading.saying.event);
    let opened = match opening {
        Opening::Proposed => "proposed",
        Opening::Recorded => "recorded",
        Opening::Announced => "announced",
    };
    (dated && day < opening_day).then_some(Objected {
        seq: reading.seq,
        elsewhere: false,
        objection: Objection::BeforeOpening { day, opened, opening: opening_day },
    })
}

/// Whether a provisional application runs that a notice could end; entry into force has ended it before.
fn provisionally_applied(agreement: &Agreement, party: Option<&PartyId>, day: Day) -> bool {
    let by_then = |entry: Option<due::Anchored>| entry.and_then(|entry| entry.days.latest).is_some_and(|on| on <= day);
    let runs = |own: &Option<Provisional>| own.as_ref().map(Provisional::runs);
    if let Some(record) = party.and_then(|party| agreement.party(party)) {
        return runs(&record.provisional).or_else(|| runs(&agreement.provisional)).unwrap_or(false)
            && !by_then(due::party_entry_into_force(agreement, record));
    }
    let any = agreement.parties.iter().any(|record| runs(&record.provisional) == Some(true));
    (any || runs(&agreement.provisional) == Some(true)) && !by_then(due::entry_into_force(agreement))
}

/// A fact about the record speaks of an earlier fact; that this one may since have been retracted does not make it
/// wrong to have corrected or disputed it.
fn no_such_fact(event: u64, own: u64) -> Option<Objection> {
    (event == 0 || event >= own).then_some(Objection::NoSuchFact { event })
}

/// What a fact is about: the commitment, or an instance of one that recurs; none, with an objection, where that is
/// not told, or is not there.
fn owed<'a>(
    agreement: &'a Agreement,
    id: CommitmentId,
    instance: Option<InstanceNumber>,
    against: &mut Vec<Objection>,
) -> Option<Cow<'a, Commitment>> {
    let commitment = agreement.commitment(id)?;
    match (commitment.repeats(), instance) {
        (None, None) => Some(Cow::Borrowed(commitment)),
        (Some(_), None) => {
            let open = series::open_in_words(agreement, commitment);
            against.push(Objection::WhichInstance { commitment: id, open });
            None
        }
        (_, Some(number)) => {
            let mut found = series::instance(agreement, commitment, number);
            if let Some(instance) = &mut found {
                instance.withdrawn.clone_from(&commitment.withdrawn);
            } else {
                let owed = Owed { commitment: id, instance };
                against.push(Objection::NoSuchInstance { owed, there: series::there_are(agreement, commitment) });
            }
            found.map(Cow::Owned)
        }
    }
}

fn withdrawn(commitment: &Commitment) -> Option<Objection> {
    let by = commitment.withdrawn.as_ref()?.seq;
    Some(Objection::Withdrawn { commitment: commitment.owed(), by })
}

fn closed(commitment: &Commitment) -> Option<Objection> {
    let (state, by) = if let Some(mark) = &commitment.waived {
        ("waived", mark.seq)
    } else if let Some(fulfilment) = commitment.fulfilment.as_ref().filter(|fulfilment| !fulfilment.in_part) {
        ("met", fulfilment.mark.seq)
    } else {
        return None;
    };
    Some(Objection::Closed { commitment: commitment.owed(), state, by })
}

fn all_met(agreement: &Agreement, commitment: &Commitment) -> Option<Objection> {
    let last = commitment.repeats().and_then(|_| series::fulfilment(agreement, commitment))?;
    Some(Objection::Closed { commitment: commitment.owed(), state: "met in all its instances", by: last.mark.seq })
}

fn body_not_there(agreement: &Agreement, id: BodyId) -> Option<Objection> {
    let body = agreement.body(id)?;
    if body.dissolved.is_some() {
        Some(Objection::BodyNotThere { body: id, state: "had ended" })
    } else if body.formed.is_none() {
        Some(Objection::BodyNotThere { body: id, state: "was announced and not formed" })
    } else {
        None
    }
}

fn deadline_set(agreement: &Agreement, id: CommitmentId, makes_it: bool, against: &mut Vec<Objection>) {
    let Some(commitment) = agreement.commitment(id) else { return };
    if makes_it {
        against.push(twice(format!("commitment {id}"), &commitment.made));
        return;
    }
    against.extend(withdrawn(commitment));
    against.extend(closed(commitment));
    if !commitment.deadline.is_empty() {
        let due = match due::current(agreement, commitment) {
            Due::On(dates) => dates.latest.map_or_else(|| "on an unknown day".to_owned(), |day| day.to_string()),
            Due::Awaiting(anchor) => format!("counted from {anchor}, which has not happened"),
            Due::Stopped(since, _) => format!("once the suspension of {since} ends"),
            Due::Undated | Due::Beyond => "on an unknown day".to_owned(),
        };
        against.push(Objection::DeadlineAgain { commitment: id, due });
    }
}
