//! What an event names, and what it points at that another event must have named.

use super::Event;
use crate::domain::id::{BodyId, CommitmentId, PartyId};
use crate::domain::rule::Rule;

/// A name inside an agreement that facts point at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A party.
    Party(PartyId),
    /// A commitment.
    Commitment(CommitmentId),
    /// A body.
    Body(BodyId),
}

/// The rules by which an event has dates counted.
#[must_use]
pub fn rules(event: &Event) -> Vec<&Rule> {
    match event {
        Event::DeadlineSet(set) => vec![&set.rule],
        Event::EntryIntoForceSet(entry) => vec![&entry.rule],
        _ => Vec::new(),
    }
}

/// The names that an event brings into being.
#[must_use]
pub fn named_by(event: &Event) -> Vec<Name> {
    match event {
        Event::AgreementProposed(opened) | Event::AgreementRecorded(opened) | Event::PledgeAnnounced(opened) => {
            opened.parties.iter().map(|party| Name::Party(party.id.clone())).collect()
        }
        Event::PartyDeclared(party) => vec![Name::Party(party.id.clone())],
        Event::CommitmentMade(made) => vec![Name::Commitment(made.commitment)],
        Event::DeadlineSet(set) if set.undertaking.is_some() => vec![Name::Commitment(set.commitment)],
        Event::WorkingGroupAnnounced(announced) => vec![Name::Body(announced.body)],
        Event::WorkingGroupFormed(formed) => vec![Name::Body(formed.body)],
        _ => Vec::new(),
    }
}

/// The names that an event points at and does not bring into being itself.
#[must_use]
pub fn pointed_at(event: &Event) -> Vec<Name> {
    let parties = |list: &[PartyId]| list.iter().cloned().map(Name::Party).collect::<Vec<_>>();
    let undertaken = |u: &super::commitments::Undertaking| {
        u.owed_by.iter().chain(&u.owed_to).cloned().map(Name::Party).collect::<Vec<_>>()
    };
    match event {
        Event::AgreementProposed(_)
        | Event::AgreementRecorded(_)
        | Event::PledgeAnnounced(_)
        | Event::PartyDeclared(_)
        | Event::TextAdopted(_)
        | Event::TermSet(_)
        | Event::TermRenewed(_)
        | Event::NoticeRevoked(_)
        | Event::AgreementSuspended(_)
        | Event::AgreementResumed(_)
        | Event::AgreementTerminated(_)
        | Event::AgreementSuperseded(_)
        | Event::AgreementCompleted(_)
        | Event::RecordCorrected(_)
        | Event::RecordRetracted(_)
        | Event::RecordRedacted(_)
        | Event::TakenOut(_)
        | Event::FactDisputed(_)
        | Event::FactResolved(_)
        | Event::WorkingGroupAnnounced(_)
        | Event::PaperAttached(_)
        | Event::NoteAdded(_)
        | Event::AgreementLinked(_)
        | Event::CalendarDefined(_)
        | Event::WeekSet(_)
        | Event::DaysListed(_)
        | Event::ProfileDefined(_)
        | Event::KeyAdopted(_)
        | Event::KeyRotated(_) => Vec::new(),
        Event::EntryIntoForceSet(entry) => parties(&entry.needs),
        Event::ProvisionalApplicationEnded(ended) => ended.party.iter().cloned().map(Name::Party).collect(),
        Event::PartyAliased(aliased) => vec![Name::Party(aliased.party.clone())],
        Event::PartyWithdrew(withdrew) => vec![Name::Party(withdrew.party.clone())],
        Event::TextInitialled(initialled) => vec![Name::Party(initialled.party.clone())],
        Event::AgreementSigned(signed) => vec![Name::Party(signed.party.clone())],
        Event::InstrumentDeposited(deposited) => vec![Name::Party(deposited.party.clone())],
        Event::AgreementEnteredIntoForce(entered) => entered.party.iter().cloned().map(Name::Party).collect(),
        Event::ReservationMade(statement) | Event::DeclarationMade(statement) => {
            vec![Name::Party(statement.party.clone())]
        }
        Event::ObjectionMade(objection) => vec![Name::Party(objection.party.clone())],
        Event::NoticeGiven(notice) => vec![Name::Party(notice.party.clone())],
        Event::AgreementAmended(amended) => amended.commitment.map(Name::Commitment).into_iter().collect(),
        Event::WorkingGroupFormed(formed) => formed.fulfils.iter().copied().map(Name::Commitment).collect(),
        Event::MeetingRecorded(meeting) => vec![Name::Body(meeting.body)],
        Event::WorkingGroupDissolved(dissolved) => vec![Name::Body(dissolved.body)],
        Event::CommitmentMade(made) => undertaken(&made.undertaking),
        Event::DeadlineSet(set) => match &set.undertaking {
            Some(undertaking) => undertaken(undertaking),
            None => vec![Name::Commitment(set.commitment)],
        },
        Event::DeadlineExtended(extended) => {
            let mut names = parties(&extended.agreed_by);
            names.push(Name::Commitment(extended.commitment));
            names
        }
        Event::MilestoneReported(reported) => vec![Name::Commitment(reported.commitment)],
        Event::FulfilmentVerified(judged) | Event::FulfilmentRejected(judged) => {
            vec![Name::Commitment(judged.commitment)]
        }
        Event::CommitmentWaived(waived) => {
            let mut names = parties(&waived.by);
            names.push(Name::Commitment(waived.commitment));
            names
        }
        Event::CommitmentDisputed(disputed) => {
            let mut names = parties(&disputed.by);
            names.push(Name::Commitment(disputed.commitment));
            names
        }
        Event::DisputeSettled(settled) => vec![Name::Commitment(settled.commitment)],
        Event::CommitmentWithdrawn(withdrawn) => vec![Name::Commitment(withdrawn.commitment)],
    }
}
