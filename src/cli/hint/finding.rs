//! What to do next about what lint found: one sentence for each code, in a match without wildcard.

use crate::domain::objection::Objection;
use crate::views::lint::code::{Code, Severity};
use crate::views::lint::{Cause, Finding};

/// What to do about a finding.
#[must_use]
pub fn of_finding(finding: &Finding) -> String {
    if finding.reason.is_some() && finding.severity == Severity::Note {
        return "nothing, if the recorded reason holds".to_owned();
    }
    match &finding.cause {
        Cause::Check(code) => of_code(*code, finding),
        Cause::Guard(Objection::InTheFuture { .. }) => {
            format!("if it has not happened yet, retract {} and record it when it has", fact(finding))
        }
        Cause::Guard(objection) if objection.is_contradiction() => super::of_objection(objection)
            .unwrap_or_else(|| format!("look at it: servanda history {}", finding.agreement)),
        Cause::Guard(_) => correct(finding),
    }
}

/// The fact that is most likely wrong: the one recorded last.
fn fact(finding: &Finding) -> String {
    finding.events.last().cloned().unwrap_or_else(|| finding.agreement.to_string())
}

fn correct(finding: &Finding) -> String {
    let facts: Vec<&str> = finding.events.iter().map(String::as_str).collect();
    match facts.as_slice() {
        [] => format!("look at the sources, then servanda history {}", finding.agreement),
        [one] => format!("look at its source; if it is wrong, servanda correct {one} --on DAY --reason …"),
        [.., last] => {
            format!(
                "look at the sources of {}; correct the wrong one: servanda correct {last} --on DAY --reason …",
                facts.join(", ")
            )
        }
    }
}

fn of_code(code: Code, finding: &Finding) -> String {
    let reference = &finding.agreement;
    let subject = finding.subject.as_deref().unwrap_or_default();
    match code {
        Code::EntryIntoForceDiffers
        | Code::PartyEntryIntoForceDiffers
        | Code::SignedBeforeAdopted
        | Code::DepositedBeforeSigned
        | Code::EnteredBeforeConsent
        | Code::InForceBeforeConsent
        | Code::InForceBeforeAgreement
        | Code::EndedBeforeEntry
        | Code::ReportedBeforeMade
        | Code::MetBeforeStarted
        | Code::FormedBeforeAnnounced
        | Code::MetBeforeFormed
        | Code::DissolvedBeforeFormed
        | Code::PublishedBeforeOccurred
        | Code::FirstOfYear
        | Code::YearOutOfLine => correct(finding),
        Code::RecordedAsDisputed => format!(
            "when a source decides it: servanda correct {} --set confidence=confirmed --reason …",
            fact(finding)
        ),
        Code::EntryIntoForceMonthEnd => {
            "ask the depositary how it counts month ends; if the stated day holds, record its rule so".to_owned()
        }
        Code::DueDateDiffers | Code::DueBeforeMade => format!(
            "servanda why {reference}/{subject} shows the count; correct the deadline or the fact that it is counted from"
        ),
        Code::TermEndsBeforeStart => {
            format!("look at the term's clause; servanda correct {} --set data.end=DAY --reason …", fact(finding))
        }
        Code::DatedAfterReceived => {
            format!("look at the instrument; servanda correct {} --set data.dated=DAY --reason …", fact(finding))
        }
        Code::EffectBeforeNotice => {
            format!("look at the notice; servanda correct {} --set data.takes_effect=DAY --reason …", fact(finding))
        }
        Code::RetrievedBeforePublished => {
            format!("servanda correct {} --set evidence.0.retrieved=DAY --reason …", fact(finding))
        }
        Code::DoneWithoutDay => format!("find out when; servanda correct {} --on DAY --reason …", fact(finding)),
        Code::MetAndNotMet => {
            format!(
                "if the fulfilment is not accepted: servanda reject-fulfilment {reference}/{subject}, with --reason …"
            )
        }
        Code::MetInPart | Code::DoneNotMet => {
            format!("correct the status or the share: servanda correct {} --set data.share=N --reason …", fact(finding))
        }
        Code::CommitmentWithoutSource | Code::FactsWithoutSource => {
            "record the source with the next fact, or record the facts anew with --source, --url, --quote".to_owned()
        }
        Code::UndatedAndSilent => {
            format!("ask the parties; record the answer: servanda report-milestone {reference}/{subject} --status …")
        }
        Code::NoSignature => format!("if it was signed: servanda sign {reference} --party … --on …"),
        Code::NoCommitment => format!("if it holds any: servanda commit {reference} \"…\" --owed-by …"),
        Code::SentinelDate => {
            format!(
                "find the day; servanda correct {} --on DAY --reason …; an uncertain one, such as ../2025, will do",
                fact(finding)
            )
        }
        Code::AgreementTwice => {
            format!("if they are one, retract the opening of {reference}: servanda retract {reference}@1 --reason …")
        }
        Code::PartyTwice => {
            format!("if they are one, retract what {subject} did and record it as the other's, under one short name")
        }
        Code::PartyUnderSeveralIds => "if they are one, use one short name from now on".to_owned(),
        Code::DisputeOpen if finding.events.len() == 1 => {
            format!("when it is settled: servanda settle {reference}/{subject} \"…\"")
        }
        Code::DisputeOpen => {
            let disputed = finding.events.first().map_or("", String::as_str);
            format!("when a source decides it: servanda resolve-fact {disputed} …")
        }
    }
}
