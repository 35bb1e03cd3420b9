//! The list of what lint can find, each with its stable code and how grave it is.
//!
//! What speaks against a fact by the register's own guards is found under the guard's code (`domain::objection`).

use crate::domain::vocabulary::vocabulary;

vocabulary! {
    /// How grave a finding is.
    Severity {
        /// The values cannot both be true.
        Error = "error",
        /// Probably wrong, or missing where it should not be.
        Warning = "warning",
        /// Worth knowing; often right as it is.
        Note = "note",
    }
}

vocabulary! {
    /// What lint can find by itself.
    Code {
        /// The stated entry into force is not what the agreement's rule gives.
        EntryIntoForceDiffers = "entry_into_force_differs",
        /// The stated entry into force for a party is not what the rule gives for it.
        PartyEntryIntoForceDiffers = "party_entry_into_force_differs",
        /// The stated entry into force is what the rule gives with the other way to treat month ends.
        EntryIntoForceMonthEnd = "entry_into_force_month_end",
        /// A due date that is stated and one that is computed differ.
        DueDateDiffers = "due_date_differs",
        /// The term ends before it starts.
        TermEndsBeforeStart = "term_ends_before_start",
        /// A commitment was due before it was made.
        DueBeforeMade = "due_before_made",
        /// Signed before the text was adopted.
        SignedBeforeAdopted = "signed_before_adopted",
        /// An instrument of ratification was deposited before the party signed.
        DepositedBeforeSigned = "deposited_before_signed",
        /// An instrument bears a later day than that of its receipt.
        DatedAfterReceived = "dated_after_received",
        /// In force before anybody signed or deposited an instrument.
        EnteredBeforeConsent = "entered_before_consent",
        /// In force for a party before it signed or deposited an instrument.
        InForceBeforeConsent = "in_force_before_consent",
        /// In force for a party before the agreement itself is.
        InForceBeforeAgreement = "in_force_before_agreement",
        /// It ended before it came into force or operation.
        EndedBeforeEntry = "ended_before_entry",
        /// A notice takes effect before it was given.
        EffectBeforeNotice = "effect_before_notice",
        /// A commitment was reported on before it was made.
        ReportedBeforeMade = "reported_before_made",
        /// A commitment was met before the work on it began.
        MetBeforeStarted = "met_before_started",
        /// A body was formed before it was announced.
        FormedBeforeAnnounced = "formed_before_announced",
        /// A body met before it was formed.
        MetBeforeFormed = "met_before_formed",
        /// A body ended before it was formed.
        DissolvedBeforeFormed = "dissolved_before_formed",
        /// The source was published before what it tells happened.
        PublishedBeforeOccurred = "published_before_occurred",
        /// The source was read before it was published.
        RetrievedBeforePublished = "retrieved_before_published",
        /// Something is reported as done and nobody knows when.
        DoneWithoutDay = "done_without_day",
        /// A commitment is reported met and, without that being taken back, not met.
        MetAndNotMet = "met_and_not_met",
        /// A commitment is reported met with less than all of it done.
        MetInPart = "met_in_part",
        /// A commitment is reported done by 100 per cent and not met.
        DoneNotMet = "done_not_met",
        /// Nothing says where a commitment is from.
        CommitmentWithoutSource = "commitment_without_source",
        /// Facts of an agreement that name no source.
        FactsWithoutSource = "facts_without_source",
        /// A commitment without a date on which nothing was reported for long.
        UndatedAndSilent = "undated_and_silent",
        /// No signature is on record.
        NoSignature = "no_signature",
        /// No commitment is on record.
        NoCommitment = "no_commitment",
        /// A date that programs write where they have none.
        SentinelDate = "sentinel_date",
        /// The first of January, which may stand for the year alone.
        FirstOfYear = "first_of_year",
        /// A date a century from every other.
        YearOutOfLine = "year_out_of_line",
        /// Two agreements with the same title and parties.
        AgreementTwice = "agreement_twice",
        /// Two parties to one agreement with an equal name.
        PartyTwice = "party_twice",
        /// One name under several short names in the register.
        PartyUnderSeveralIds = "party_under_several_ids",
        /// Sources disagree about a fact, or parties about a commitment, and nobody settled it.
        DisputeOpen = "dispute_open",
        /// A fact that was recorded as disputed.
        RecordedAsDisputed = "recorded_as_disputed",
    }
}

impl Code {
    /// How grave it is, unless there is a reason on record for it.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::EntryIntoForceDiffers
            | Self::PartyEntryIntoForceDiffers
            | Self::TermEndsBeforeStart
            | Self::SignedBeforeAdopted
            | Self::DepositedBeforeSigned
            | Self::DatedAfterReceived
            | Self::InForceBeforeConsent
            | Self::ReportedBeforeMade
            | Self::MetBeforeStarted
            | Self::MetBeforeFormed
            | Self::DissolvedBeforeFormed
            | Self::RetrievedBeforePublished
            | Self::MetAndNotMet
            | Self::MetInPart => Severity::Error,
            Self::EntryIntoForceMonthEnd
            | Self::DueDateDiffers
            | Self::DueBeforeMade
            | Self::EnteredBeforeConsent
            | Self::InForceBeforeAgreement
            | Self::EndedBeforeEntry
            | Self::EffectBeforeNotice
            | Self::FormedBeforeAnnounced
            | Self::PublishedBeforeOccurred
            | Self::DoneWithoutDay
            | Self::DoneNotMet
            | Self::CommitmentWithoutSource
            | Self::UndatedAndSilent
            | Self::NoSignature
            | Self::SentinelDate
            | Self::YearOutOfLine
            | Self::AgreementTwice
            | Self::PartyTwice
            | Self::DisputeOpen
            | Self::RecordedAsDisputed => Severity::Warning,
            Self::FactsWithoutSource | Self::NoCommitment | Self::FirstOfYear | Self::PartyUnderSeveralIds => {
                Severity::Note
            }
        }
    }
}
