//! The status of one party on a day.

use super::lifecycle::{AgreementStatus, status};
use crate::domain::agreement::{Agreement, PartyRecord};
use crate::domain::day::Day;
use crate::domain::due;
use crate::domain::vocabulary::{Lifecycle, NoticeKind, SignatureMode, vocabulary};

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
        /// The agreement is in force, or in operation, for it.
        Party = "party",
        /// Its notice of withdrawal is running.
        Withdrawing = "withdrawing",
        /// It left, or the agreement to which it was a party ended.
        FormerParty = "former_party",
    }
}

/// Derives how a party stands on a day.
#[must_use]
pub fn party_status(agreement: &Agreement, record: &PartyRecord, day: Day) -> PartyStatus {
    if record.withdrew.is_some() {
        return PartyStatus::FormerParty;
    }
    let mut running = false;
    for notice in &agreement.notices {
        let (given, _, revoked) = notice;
        if given.party != record.party.id || given.kind != NoticeKind::Withdrawal || revoked.is_some() {
            continue;
        }
        let effect = due::notice_effect(agreement, notice).and_then(|effect| effect.days.latest);
        if effect.is_some_and(|effect| effect <= day) {
            return PartyStatus::FormerParty;
        }
        running = true;
    }
    if running {
        return PartyStatus::Withdrawing;
    }
    let bound_by_signature = record
        .signed
        .as_ref()
        .is_some_and(|(signed, _)| matches!(signed.mode, SignatureMode::Definitive | SignatureMode::Exchange));
    let consented = !record.deposited.is_empty() || bound_by_signature;
    let began = due::entry_into_force(agreement).and_then(|entry| entry.days.latest).is_some_and(|entry| entry <= day);
    // To a treaty a signature that is still to be ratified makes a signatory, not a party.
    let awaits_consent = agreement.opened.kind.lifecycle() == Lifecycle::Treaty && record.subject_to_consent();
    let bound = consented || (record.signed.is_some() && !awaits_consent);
    let ended = matches!(
        status(agreement, day),
        AgreementStatus::Expired
            | AgreementStatus::Terminated
            | AgreementStatus::Superseded
            | AgreementStatus::Completed
    );
    if record.in_force.is_some() || (began && bound) {
        if ended { PartyStatus::FormerParty } else { PartyStatus::Party }
    } else if consented {
        PartyStatus::Contracting
    } else if record.signed.is_some() {
        PartyStatus::Signatory
    } else if record.initialled.is_some() {
        PartyStatus::Initialled
    } else {
        PartyStatus::Declared
    }
}
