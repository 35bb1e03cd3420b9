//! The status of one party on a day.

use super::lifecycle::{AgreementStatus, status};
use crate::domain::agreement::{self, Agreement, PartyRecord};
use crate::domain::consent;
use crate::domain::day::Day;
use crate::domain::due::Anchored;
use crate::domain::rule::Means;
use crate::domain::vocabulary::{InstrumentDay, NoticeKind, vocabulary};
use crate::domain::{due, force};

vocabulary! {
    /// How a party stands to the agreement on a day.
    PartyStatus {
        /// Named, nothing more.
        Declared = "declared",
        /// It initialled the text.
        Initialled = "initialled",
        /// It signed.
        Signatory = "signatory",
        /// It consented to be bound; the agreement is not yet in force for it.
        Contracting = "contracting",
        /// It applies the agreement provisionally, before that is in force for it.
        Provisional = "provisional",
        /// The agreement is in force, or in operation, for it.
        Party = "party",
        /// Its notice of withdrawal is running.
        Withdrawing = "withdrawing",
        /// It left, or the agreement to which it was a party ended.
        FormerParty = "former_party",
    }
}

/// What decides about every party alike, asked once.
struct Whole {
    entry: Option<Anchored>,
    ended: bool,
}

impl Whole {
    fn of(agreement: &Agreement, day: Day) -> Self {
        let ended = matches!(
            status(agreement, day),
            AgreementStatus::Expired
                | AgreementStatus::Terminated
                | AgreementStatus::Superseded
                | AgreementStatus::Completed
        );
        Self { entry: due::entry_into_force(agreement), ended }
    }
}

/// Derives how each party stands on a day, in the order of their declaration.
#[must_use]
pub fn party_statuses(agreement: &Agreement, day: Day) -> Vec<PartyStatus> {
    let whole = Whole::of(agreement, day);
    agreement.parties.iter().map(|record| stands(agreement, record, day, &whole)).collect()
}

/// Derives how a party stands on a day.
#[must_use]
pub fn party_status(agreement: &Agreement, record: &PartyRecord, day: Day) -> PartyStatus {
    stands(agreement, record, day, &Whole::of(agreement, day))
}

fn stands(agreement: &Agreement, record: &PartyRecord, day: Day, whole: &Whole) -> PartyStatus {
    if consent::left(agreement, record, day).is_some() {
        return PartyStatus::FormerParty;
    }
    if notice_runs(agreement, record, day) {
        return PartyStatus::Withdrawing;
    }
    let entry = force::party_entry_given(agreement, record, || whole.entry);
    let consented = || consent::last(agreement, record, Means::Consent, InstrumentDay::Received).is_some();
    if entry.and_then(|entry| entry.days.latest).is_some_and(|entry| entry <= day) {
        if whole.ended { PartyStatus::FormerParty } else { PartyStatus::Party }
    } else if record.provisional.as_ref().is_some_and(agreement::Provisional::runs) {
        PartyStatus::Provisional
    } else if consented() {
        PartyStatus::Contracting
    } else if record.signed.is_some() {
        PartyStatus::Signatory
    } else if record.initialled.is_some() {
        PartyStatus::Initialled
    } else {
        PartyStatus::Declared
    }
}

/// Whether a notice of withdrawal has been given that is not spent: not revoked, and no departure since.
fn notice_runs(agreement: &Agreement, record: &PartyRecord, day: Day) -> bool {
    agreement.notices.iter().any(|notice| {
        let (given, mark, revoked) = notice;
        given.party == record.party.id
            && given.kind == NoticeKind::Withdrawal
            && revoked.is_none()
            && due::notice_effect(agreement, notice)
                .and_then(|effect| effect.days.latest)
                .is_none_or(|effect| effect > day)
            && !record.departures.iter().any(|gone| (gone.bounds.latest, gone.seq) > (mark.bounds.latest, mark.seq))
    })
}
