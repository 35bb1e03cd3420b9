//! The verbs about commitments; their deadlines are in `deadline`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Making, Subject, Unsaid, Verb};
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::commitments::{Disputed, Judged, Made, Reported, Settled, Undertaking, Waived, Withdrawn};
use crate::domain::id::{CommitmentId, PartyId};
use crate::domain::recurrence::InstanceNumber;
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::{Bindingness, MilestoneStatus, Nature};

/// Records what a party undertook; give it a deadline with set-deadline.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// What was undertaken.
    pub text: Text,
    /// Who owes it; repeat it.
    #[serde(default)]
    pub owed_by: Vec<PartyId>,
    /// To whom; repeat it.
    #[serde(default)]
    pub owed_to: Vec<PartyId>,
    /// A result, best efforts, or an intention.
    pub nature: Option<Nature>,
    /// How far it binds.
    pub bindingness: Option<Bindingness>,
    /// The clause that it is in.
    pub clause: Option<Line>,
}

impl Verb for Commit {
    const NAME: &'static str = "commit";
    const EXAMPLE: &'static str =
        "servanda commit pk-ps-health-2025 \"Help build capacity\" --owed-by pk --owed-to ps --nature best_efforts";
    const TEXT: Option<(&'static str, bool)> = Some(("text", true));
    fn unsaid_day(&self) -> Unsaid {
        Unsaid::Beginning
    }
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::CommitmentMade(Made {
            commitment: making.next_commitment(),
            undertaking: Undertaking {
                text: self.text,
                owed_by: self.owed_by,
                owed_to: self.owed_to,
                nature: self.nature,
                bindingness: self.bindingness,
                clause: self.clause,
            },
        }))
    }
}

/// Reports how a commitment stands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportMilestone {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs; REF/c1.3 says so too.
    pub instance: Option<InstanceNumber>,
    /// How it stands.
    pub status: MilestoneStatus,
    /// How much of it is done, in per cent.
    #[schemars(range(min = 0, max = 100))]
    pub share: Option<u32>,
    /// What shows it; repeat it.
    #[serde(default)]
    pub evidence: Vec<Text>,
    /// Who reports it.
    pub by: Option<Line>,
    /// Whether nothing more is to come: a partly met commitment is closed so.
    #[serde(default)]
    pub closed: bool,
}

impl Verb for ReportMilestone {
    const NAME: &'static str = "report-milestone";
    const EXAMPLE: &'static str = "servanda report-milestone pk-ps-health-2025/c2 --status met --on 2025-11-01 --evidence \"40 doctors trained in Lahore\"";
    const SUBJECT: Subject = Subject::Commitment;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        if let Some(share) = self.share.filter(|share| *share > 100) {
            return Err(Refusal::Field { field: "share", why: format!("{share} per cent is more than all of it") });
        }
        if self.closed && self.status != MilestoneStatus::PartiallyMet {
            return Err(Refusal::Field {
                field: "closed",
                why: format!("only a partially_met commitment is closed so, not one that is {}", self.status),
            });
        }
        Ok(Event::MilestoneReported(Reported {
            commitment: self.commitment,
            instance: self.instance,
            status: self.status,
            share: self.share,
            evidence: self.evidence,
            by: self.by,
            closed: self.closed,
        }))
    }
}

/// Confirms a reported fulfilment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyFulfilment {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs; REF/c1.3 says so too.
    pub instance: Option<InstanceNumber>,
    /// Who judged.
    pub by: Option<Line>,
}

impl Verb for VerifyFulfilment {
    const NAME: &'static str = "verify-fulfilment";
    const EXAMPLE: &'static str =
        "servanda verify-fulfilment pk-ps-health-2025/c2 --by \"Ministry of Health, Ramallah\" --on 2025-11-20";
    const SUBJECT: Subject = Subject::Commitment;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::FulfilmentVerified(Judged { commitment: self.commitment, instance: self.instance, by: self.by }))
    }
}

/// Records that a reported fulfilment was not accepted; the commitment is open again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectFulfilment {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs; REF/c1.3 says so too.
    pub instance: Option<InstanceNumber>,
    /// Who judged.
    pub by: Option<Line>,
}

impl Verb for RejectFulfilment {
    const NAME: &'static str = "reject-fulfilment";
    const EXAMPLE: &'static str = "servanda reject-fulfilment pk-ps-health-2025/c2 --by \"Ministry of Health, Ramallah\" --reason \"no list of names\"";
    const SUBJECT: Subject = Subject::Commitment;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::FulfilmentRejected(Judged { commitment: self.commitment, instance: self.instance, by: self.by }))
    }
}

/// Records that the party entitled to a commitment let it go.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waive {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs; REF/c1.3 says so too.
    pub instance: Option<InstanceNumber>,
    /// Who let it go; repeat it.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub by: Vec<PartyId>,
}

impl Verb for Waive {
    const NAME: &'static str = "waive";
    const EXAMPLE: &'static str = "servanda waive pk-ps-health-2025/c1 --by ps --reason \"taken over by another body\"";
    const SUBJECT: Subject = Subject::Commitment;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        if self.by.is_empty() {
            return Err(Refusal::Field { field: "by", why: "say which party lets it go".to_owned() });
        }
        Ok(Event::CommitmentWaived(Waived { commitment: self.commitment, instance: self.instance, by: self.by }))
    }
}

/// Records that a party disputes a commitment or its fulfilment.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dispute {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs; REF/c1.3 says so too.
    pub instance: Option<InstanceNumber>,
    /// Who disputes it; repeat it.
    #[serde(default)]
    pub by: Vec<PartyId>,
}

impl Verb for Dispute {
    const NAME: &'static str = "dispute";
    const EXAMPLE: &'static str =
        "servanda dispute pk-ps-health-2025/c3 --by ps --on 2026-01-15 --reason \"the number of places is not agreed\"";
    const SUBJECT: Subject = Subject::Commitment;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::CommitmentDisputed(Disputed { commitment: self.commitment, instance: self.instance, by: self.by }))
    }
}

/// Records how a dispute over a commitment was settled.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settle {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs; REF/c1.3 says so too.
    pub instance: Option<InstanceNumber>,
    /// With what outcome.
    pub outcome: Text,
}

impl Verb for Settle {
    const NAME: &'static str = "settle";
    const EXAMPLE: &'static str = "servanda settle pk-ps-health-2025/c3 \"forty places a year\" --on 2026-03-01";
    const SUBJECT: Subject = Subject::Commitment;
    const TEXT: Option<(&'static str, bool)> = Some(("outcome", true));
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::DisputeSettled(Settled {
            commitment: self.commitment,
            instance: self.instance,
            outcome: self.outcome,
        }))
    }
}

/// Records that a commitment was withdrawn by the party that made it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawCommitment {
    /// Which commitment.
    pub commitment: CommitmentId,
}

impl Verb for WithdrawCommitment {
    const NAME: &'static str = "withdraw-commitment";
    const EXAMPLE: &'static str =
        "servanda withdraw-commitment pk-ps-health-2025/c3 --on 2026-04-01 --reason \"no budget\"";
    const SUBJECT: Subject = Subject::Commitment;
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::CommitmentWithdrawn(Withdrawn { commitment: self.commitment }))
    }
}
