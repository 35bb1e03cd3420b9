//! What a fact looks at when it is judged and taken, and what it changes.
//!
//! Two facts of which neither changes what the other looks at can be taken in either order. Where that is not known of
//! an event, it counts as looking at everything and changing everything: a wrong answer here would decide wrongly, a
//! careful one only reads more.

use crate::domain::agreement::Agreement;
use crate::domain::circle;
use crate::domain::event::Event;
use crate::domain::event::naming::{self, Name};
use crate::domain::id::{CommitmentId, PartyId};
use crate::domain::recurrence::InstanceNumber;
use crate::domain::rule::Anchor;
use crate::domain::timeline::Reading;

/// A part of an agreement that facts look at or change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// A commitment or body; of a party, only that there is one.
    Named(Name),
    /// What a party has done for the agreement: signed, consented, brought into force for itself.
    Acts(PartyId),
    /// Whether a party has left.
    Left(PartyId),
    /// How the agreement ended.
    Ending,
    /// Whether anybody signed.
    Signatures,
    /// The adoption of the text.
    Adoption,
    /// The declared entry into force of the whole.
    Force,
    /// Reservations and declarations.
    Statements,
    /// Which facts are disputed.
    Disputes,
    /// Every part there is.
    Everything,
}

/// What a fact touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Touches {
    /// What it looks at; what it changes is looked at as well.
    pub(super) looks: Vec<Part>,
    /// What it changes.
    pub(super) changes: Vec<Part>,
    /// Whether it is an act of consent: the first such act changes what [`Touches::asks_consent`] asks.
    pub(super) consents: bool,
    /// Whether it asks if anybody has consented by then.
    pub(super) asks_consent: bool,
}

/// What an event touches in an agreement; everything where that is not known to be less.
pub(super) fn touches(agreement: &Agreement, event: &Event) -> Touches {
    narrow(agreement, event).unwrap_or_else(|| Touches {
        looks: vec![Part::Everything],
        changes: vec![Part::Everything],
        consents: matches!(event, Event::AgreementSigned(_) | Event::InstrumentDeposited(_)),
        asks_consent: matches!(event, Event::AgreementEnteredIntoForce(_)),
    })
}

fn narrow(agreement: &Agreement, event: &Event) -> Option<Touches> {
    let mut touches = Touches::default();
    let named = || naming::named_by(event).into_iter().map(Part::Named);
    let pointed = || naming::pointed_at(event).into_iter().map(Part::Named);
    // Instances are reckoned from dates, and those hang on whatever happened.
    let once = |id: CommitmentId, instance: Option<InstanceNumber>| {
        let recurs = agreement.commitment(id).is_some_and(|commitment| commitment.repeats().is_some());
        (!recurs && instance.is_none()).then_some(Part::Named(Name::Commitment(id)))
    };
    match event {
        // What the last two do is done where facts are read: in the order of their days they change nothing more.
        Event::NoteAdded(_)
        | Event::PaperAttached(_)
        | Event::AgreementLinked(_)
        | Event::RecordCorrected(_)
        | Event::RecordRetracted(_)
        | Event::RecordRedacted(_)
        | Event::TakenOut(_) => return Some(touches),
        Event::FactDisputed(_) | Event::FactResolved(_) => {
            touches.changes.push(Part::Disputes);
            return Some(touches);
        }
        Event::PartyDeclared(_) | Event::CommitmentMade(_) | Event::WorkingGroupAnnounced(_) => {
            touches.changes.extend(named());
        }
        Event::PartyAliased(aliased) => touches.changes.push(Part::Acts(aliased.party.clone())),
        Event::PartyWithdrew(withdrew) => touches.changes.push(Part::Left(withdrew.party.clone())),
        Event::TextInitialled(initialled) => touches.changes.push(Part::Acts(initialled.party.clone())),
        Event::MeetingRecorded(_) | Event::WorkingGroupDissolved(_) => touches.changes.extend(pointed()),
        Event::TextAdopted(_) => {
            touches.looks.push(Part::Signatures);
            touches.changes.push(Part::Adoption);
        }
        Event::AgreementSigned(signed) => {
            touches.consents = true;
            touches.changes.extend([Part::Acts(signed.party.clone()), Part::Signatures]);
        }
        // Who deposits after having left comes back.
        Event::InstrumentDeposited(deposited) => {
            touches.consents = true;
            touches.changes.extend([Part::Acts(deposited.party.clone()), Part::Left(deposited.party.clone())]);
        }
        Event::AgreementEnteredIntoForce(entered) => {
            touches.asks_consent = true;
            touches.changes.push(entered.party.clone().map_or(Part::Force, Part::Acts));
        }
        Event::ReservationMade(_) | Event::DeclarationMade(_) => touches.changes.push(Part::Statements),
        Event::DeadlineSet(set) if set.undertaking.is_some() && !circle::hangs(&set.rule) => {
            touches.changes.extend(named());
        }
        Event::DeadlineExtended(extended) if extended.to.is_none() => {
            touches.changes.push(once(extended.commitment, extended.instance)?);
        }
        Event::MilestoneReported(reported) => {
            touches.changes.push(once(reported.commitment, reported.instance)?);
        }
        Event::FulfilmentVerified(judged) | Event::FulfilmentRejected(judged) => {
            touches.changes.push(once(judged.commitment, judged.instance)?);
        }
        Event::CommitmentWaived(waived) => touches.changes.push(once(waived.commitment, waived.instance)?),
        Event::CommitmentDisputed(disputed) => touches.changes.push(once(disputed.commitment, disputed.instance)?),
        Event::DisputeSettled(settled) => touches.changes.push(once(settled.commitment, settled.instance)?),
        Event::CommitmentWithdrawn(withdrawn) => touches.changes.push(once(withdrawn.commitment, None)?),
        Event::WorkingGroupFormed(formed) => {
            touches.changes.extend(named());
            for id in &formed.fulfils {
                touches.changes.push(once(*id, None)?);
            }
        }
        Event::AgreementProposed(_)
        | Event::AgreementRecorded(_)
        | Event::PledgeAnnounced(_)
        | Event::EntryIntoForceSet(_)
        | Event::ProvisionalApplicationEnded(_)
        | Event::ObjectionMade(_)
        | Event::TermSet(_)
        | Event::TermRenewed(_)
        | Event::NoticeGiven(_)
        | Event::NoticeRevoked(_)
        | Event::AgreementSuspended(_)
        | Event::AgreementResumed(_)
        | Event::AgreementTerminated(_)
        | Event::AgreementSuperseded(_)
        | Event::AgreementCompleted(_)
        | Event::AgreementAmended(_)
        | Event::DeadlineSet(_)
        | Event::DeadlineExtended(_)
        | Event::CalendarDefined(_)
        | Event::WeekSet(_)
        | Event::DaysListed(_)
        | Event::ProfileDefined(_)
        | Event::KeyAdopted(_)
        | Event::KeyRotated(_) => return None,
    }
    touches.looks.push(Part::Ending);
    for name in naming::pointed_at(event) {
        if let Name::Party(party) = &name {
            touches.looks.push(Part::Left(party.clone()));
        }
        touches.looks.push(Part::Named(name));
    }
    Some(touches)
}

/// The highest place of another fact that a fact speaks of.
pub(super) fn speaks_of(reading: &Reading) -> u64 {
    let event = &reading.saying.event;
    let of_rules = naming::rules(event).into_iter().chain(match event {
        Event::NoticeGiven(notice) => notice.effect.as_ref(),
        _ => None,
    });
    let anchors = of_rules.filter_map(|rule| match rule.anchor {
        Anchor::Event(seq) => Some(seq),
        _ => None,
    });
    let about = match event {
        Event::RecordCorrected(corrected) => corrected.event,
        Event::RecordRetracted(retracted) => retracted.event,
        Event::RecordRedacted(redacted) => redacted.event,
        Event::FactDisputed(disputed) => disputed.event,
        Event::FactResolved(resolved) => resolved.event,
        Event::ObjectionMade(objection) => objection.event,
        Event::NoticeRevoked(revoked) => revoked.event,
        _ => 0,
    };
    anchors.fold(about, u64::max)
}
