//! One agreement in full, as it stands on a day.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Asked;
use super::board::{CommitmentRow, rows};
use super::entry::Entry;
use super::history::{RedactedRow, redacted};
use super::instances::{InstanceRow, instance_rows};
use super::term::{self, TermView};
use crate::domain::agreement::{Agreement, Ending, Opening};
use crate::domain::commitment::{Commitment, Mark};
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::due;
use crate::domain::event::LocalName;
use crate::domain::fact::Fact;
use crate::domain::id::{AgreementId, BodyId, CommitmentId, PartyId, Reference};
use crate::domain::instant::Instant;
use crate::domain::recurrence::InstanceNumber;
use crate::domain::status::{AgreementStatus, PartyStatus, party_statuses, status};
use crate::domain::text::{Line, Text};
use crate::domain::timeline::{Readings, Timeline};
use crate::domain::vocabulary::{AgreementKind, Certainty, Confidence, InstrumentKind, PartyKind, SignatureMode};

/// When something happened, as text, with the fact that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct When {
    /// The day or interval (EDTF); null when nobody said.
    pub on: Option<String>,
    /// The latest possible day.
    pub by: Day,
    /// How sure it is.
    pub certainty: Certainty,
    /// The words of the source, where they differ.
    pub as_printed: Option<Line>,
    /// The fact's place in the agreement.
    pub fact: u64,
}

/// A party's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct SignatureView {
    /// The signatory.
    pub name: Option<Line>,
    /// The signatory's title.
    pub title: Option<Line>,
    /// How it was given.
    pub mode: SignatureMode,
    /// Where.
    pub place: Option<Line>,
    /// When.
    pub when: When,
}

/// An instrument that a party deposited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct InstrumentView {
    /// What kind.
    pub instrument: InstrumentKind,
    /// The date that it bears.
    pub dated: Option<String>,
    /// When the depositary received it.
    pub received: When,
}

/// A party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PartyView {
    /// Its short name.
    pub id: PartyId,
    /// Its name.
    pub name: Line,
    /// What it is.
    pub kind: PartyKind,
    /// How it stands to the agreement.
    pub status: PartyStatus,
    /// Its role.
    pub role: Option<Line>,
    /// The organ through which it acts.
    pub acting_through: Option<Line>,
    /// Its names in other languages.
    pub names: Vec<LocalName>,
    /// Its other names.
    pub aliases: Vec<Line>,
    /// Its signature.
    pub signature: Option<SignatureView>,
    /// Its instruments.
    pub instruments: Vec<InstrumentView>,
    /// The day on which the agreement came, or will come, into force for it, where that is another than for the
    /// agreement itself; the latest that it can be.
    pub entry_into_force: Option<Day>,
    /// The earliest that it can be.
    pub entry_into_force_earliest: Option<Day>,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct BodyView {
    /// Its name inside the agreement.
    pub id: BodyId,
    /// What it is called.
    pub name: Line,
    /// `announced`, `formed` or `dissolved`.
    #[schemars(extend("enum" = ["announced", "formed", "dissolved"]))]
    pub status: Cow<'static, str>,
    /// What it is for.
    pub mandate: Option<Text>,
    /// Its members.
    pub members: Vec<Line>,
    /// Who chairs it.
    pub chair: Option<Line>,
    /// The commitments that its formation fulfilled.
    pub fulfils: Vec<CommitmentId>,
    /// Its announcement.
    pub announced: Option<When>,
    /// Its formation.
    pub formed: Option<When>,
    /// Its meetings.
    pub meetings: Vec<When>,
    /// Its end.
    pub dissolved: Option<When>,
}

/// A report on a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ReportView {
    /// Which commitment.
    pub commitment: CommitmentId,
    /// Which instance of it, where it recurs.
    pub instance: Option<InstanceNumber>,
    /// How it stood.
    pub status: crate::domain::vocabulary::MilestoneStatus,
    /// How much of it was done, in per cent.
    pub share: Option<u32>,
    /// What showed it.
    pub evidence: Vec<Text>,
    /// Who reported it.
    pub by: Option<Line>,
    /// Whether it was not accepted.
    pub rejected: bool,
    /// When.
    pub when: When,
}

/// A remark, amendment, statement or link, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Saying {
    /// What it says.
    pub text: String,
    /// Who says it, where a party does.
    pub party: Option<PartyId>,
    /// When.
    pub when: When,
}

/// A document that is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PaperView {
    /// Its file name.
    pub name: Line,
    /// Its media type.
    pub media_type: Line,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content.
    pub sha256: String,
}

/// A fact out of which something was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct RedactedView {
    /// The fact's place in the agreement.
    pub event: u64,
    /// Its stored name.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Whether the redaction was on record at the time of knowledge; what it took is gone all the same.
    pub known: bool,
    /// What was taken out of it.
    pub redaction: RedactedRow,
}

/// The facts of a timeline out of which something was taken, in their order.
#[must_use]
pub fn redacted_views(timeline: &Timeline) -> Vec<RedactedView> {
    let view = |fact: &Fact| {
        let redaction = redacted(fact)?;
        let known = timeline.fact(redaction.by).is_some();
        Some(RedactedView { event: fact.seq, kind: fact.saying.event.name(), known, redaction })
    };
    timeline.facts().iter().filter_map(view).collect()
}

/// An agreement in full, as it stands on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Document {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// The name that people type.
    pub reference: Reference,
    /// The lasting identity.
    pub id: AgreementId,
    /// What it is called.
    pub kind: AgreementKind,
    /// Its title.
    pub title: Option<Line>,
    /// Its status.
    pub status: AgreementStatus,
    /// How it came into the register: `proposed`, `recorded` or `announced`.
    #[schemars(extend("enum" = ["proposed", "recorded", "announced"]))]
    pub opening: &'static str,
    /// When.
    pub opened: Option<When>,
    /// How far the opening can be relied on.
    pub confidence: Option<Confidence>,
    /// What it is about.
    pub subjects: Vec<Line>,
    /// Where it was made.
    pub place: Option<Line>,
    /// Its parties.
    pub parties: Vec<PartyView>,
    /// When the text was settled.
    pub adopted: Option<When>,
    /// The day on which it came, or by its rule will come, into force or operation.
    ///
    /// Where that is not one day, the latest that it can be.
    pub entry_into_force: Option<Day>,
    /// The earliest day that it can be; null where that is not known.
    pub entry_into_force_earliest: Option<Day>,
    /// Its term.
    pub term: Option<TermView>,
    /// How it ended.
    pub ended: Option<Saying>,
    /// The agreement that took its place.
    pub superseded_by: Option<Reference>,
    /// Its commitments.
    pub commitments: Vec<CommitmentRow>,
    /// The instances of those that recur.
    pub instances: Vec<InstanceRow>,
    /// Reports on them, in order.
    pub reports: Vec<ReportView>,
    /// Its bodies.
    pub bodies: Vec<BodyView>,
    /// Amendments.
    pub amendments: Vec<Saying>,
    /// Reservations and declarations.
    pub statements: Vec<Saying>,
    /// Notices.
    pub notices: Vec<Saying>,
    /// Links to other agreements.
    pub links: Vec<Saying>,
    /// Remarks.
    pub notes: Vec<Saying>,
    /// Documents.
    pub papers: Vec<PaperView>,
    /// The places of facts about which sources disagree.
    pub disputed_facts: Vec<u64>,
    /// What was taken out of its facts on legal duty; all of this is told without it.
    pub redacted: Vec<RedactedView>,
    /// How many facts are on record, whatever their day.
    pub facts: u64,
}

/// Reads marks as dates, with what the facts say of them.
struct Dates<'a>(&'a Readings);

impl Dates<'_> {
    fn when(&self, mark: &Mark) -> When {
        let occurred = self.0.fact(mark.seq).map(|reading| &reading.saying.occurred);
        When {
            on: occurred.and_then(|occurred| occurred.on.as_ref()).map(ToString::to_string),
            by: mark.bounds.latest,
            certainty: occurred.map_or(Certainty::Unknown, |occurred| occurred.certainty),
            as_printed: occurred.and_then(|occurred| occurred.as_printed.clone()),
            fact: mark.seq,
        }
    }

    fn saying(&self, text: &dyn ToString, party: Option<&PartyId>, mark: &Mark) -> Saying {
        Saying { text: text.to_string(), party: party.cloned(), when: self.when(mark) }
    }
}

/// Shows an agreement as it stands on a day; none before anything happened in it.
///
/// The timeline holds what was known; `id` is the agreement's lasting identity.
#[must_use]
pub fn document(id: AgreementId, timeline: &Timeline, asked: Asked) -> Option<Document> {
    read_document(id, timeline, &timeline.read(), asked)
}

/// The same of facts as they are read, or of the first of these readings.
#[must_use]
pub fn read_document(id: AgreementId, timeline: &Timeline, readings: &Readings, asked: Asked) -> Option<Document> {
    let mut entry = Entry::read(id, timeline, readings)?;
    entry.on(asked.as_of)?;
    let agreement = agreement_of(timeline, readings, asked.as_of)?;
    if entry.is_another_at(asked.moment()) {
        entry.judge(&agreement, asked.moment());
    }
    let dates = Dates(readings);
    let when = |mark: &Option<Mark>| mark.as_ref().map(|mark| dates.when(mark));
    let opening = agreement.opened_by.as_ref().and_then(|mark| readings.fact(mark.seq));
    Some(Document {
        as_of: asked.as_of,
        at: asked.at,
        known_at: asked.known_at,
        reference: agreement.opened.reference.clone(),
        id,
        kind: agreement.opened.kind,
        title: agreement.opened.title.clone(),
        status: status(&agreement, asked.as_of),
        opening: match agreement.opening {
            Opening::Proposed => "proposed",
            Opening::Recorded => "recorded",
            Opening::Announced => "announced",
        },
        opened: when(&agreement.opened_by),
        confidence: opening.map(|reading| reading.saying.confidence),
        subjects: agreement.opened.subjects.clone(),
        place: agreement.opened.place.clone(),
        parties: parties(&agreement, &dates, asked.as_of),
        adopted: when(&agreement.adopted),
        entry_into_force: due::entry_into_force(&agreement).and_then(|entry| entry.days.latest),
        entry_into_force_earliest: due::entry_into_force(&agreement).and_then(|entry| entry.days.earliest),
        term: term::view(&agreement, asked.as_of),
        ended: agreement.ending.as_ref().map(|(ending, mark)| {
            let words = match ending {
                Ending::Terminated(ground) => format!("terminated: {ground}"),
                Ending::Superseded(by) => format!("superseded by {by}"),
                Ending::Completed => "completed".to_owned(),
            };
            dates.saying(&words, None, mark)
        }),
        superseded_by: agreement.superseded_by().cloned(),
        commitments: rows(&entry, asked.as_of),
        instances: instance_rows(&entry, asked.as_of),
        reports: reports(&agreement, &dates),
        bodies: bodies(&agreement, &dates),
        amendments: agreement.amendments.iter().map(|(text, mark)| dates.saying(text, None, mark)).collect(),
        statements: agreement
            .statements
            .iter()
            .map(|(statement, mark)| dates.saying(&statement.text, Some(&statement.party), mark))
            .collect(),
        notices: agreement
            .notices
            .iter()
            .map(|given| {
                let (notice, mark, revoked) = given;
                let effect = due::notice_effect(&agreement, given).and_then(|effect| effect.days.latest);
                let effect = effect.map(|day| format!(", takes effect on {day}")).unwrap_or_default();
                let back = revoked.as_ref().map(|by| format!(", taken back by @{}", by.seq)).unwrap_or_default();
                dates.saying(&format!("{}{effect}{back}", notice.kind), Some(&notice.party), mark)
            })
            .collect(),
        links: agreement
            .links
            .iter()
            .map(|(link, mark)| dates.saying(&format!("{} {}", link.relation, link.to), None, mark))
            .collect(),
        notes: agreement.notes.iter().map(|(text, mark)| dates.saying(text, None, mark)).collect(),
        papers: agreement
            .papers
            .iter()
            .map(|(paper, _)| PaperView {
                name: paper.name.clone(),
                media_type: paper.media_type.clone(),
                size: paper.size,
                sha256: paper.sha256.to_string(),
            })
            .collect(),
        disputed_facts: agreement.disputed_facts.iter().map(|(seq, _)| *seq).collect(),
        redacted: redacted_views(timeline),
        facts: timeline.facts().len() as u64,
    })
}

fn parties(agreement: &Agreement, dates: &Dates<'_>, day: Day) -> Vec<PartyView> {
    let whole = due::entry_into_force(agreement).map(|entry| entry.days);
    agreement
        .parties
        .iter()
        .zip(party_statuses(agreement, day))
        .map(|(record, status)| {
            let entry = due::party_entry_into_force(agreement, record).filter(|own| Some(own.days) != whole);
            PartyView {
                id: record.party.id.clone(),
                name: record.party.name.clone(),
                kind: record.party.kind,
                status,
                role: record.party.role.clone(),
                acting_through: record.party.acting_through.clone(),
                names: record
                    .party
                    .names
                    .iter()
                    .cloned()
                    .chain(record.aliases.iter().filter_map(|alias| {
                        alias.lang.clone().map(|lang| LocalName { lang, name: alias.name.clone() })
                    }))
                    .collect(),
                aliases: record.aliases.iter().filter(|a| a.lang.is_none()).map(|alias| alias.name.clone()).collect(),
                signature: record.signed.as_ref().map(|(signed, mark)| SignatureView {
                    name: signed.name.clone(),
                    title: signed.title.clone(),
                    mode: signed.mode,
                    place: signed.place.clone(),
                    when: dates.when(mark),
                }),
                instruments: record
                    .deposited
                    .iter()
                    .map(|(deposited, mark)| InstrumentView {
                        instrument: deposited.instrument,
                        dated: deposited.dated.as_ref().map(ToString::to_string),
                        received: dates.when(mark),
                    })
                    .collect(),
                entry_into_force: entry.and_then(|entry| entry.days.latest),
                entry_into_force_earliest: entry.and_then(|entry| entry.days.earliest),
            }
        })
        .collect()
}

fn reports(agreement: &Agreement, dates: &Dates<'_>) -> Vec<ReportView> {
    let mut all: Vec<ReportView> = agreement
        .commitments
        .iter()
        .flat_map(Commitment::parts)
        .flat_map(|commitment| &commitment.reports)
        .map(|report| ReportView {
            commitment: report.reported.commitment,
            instance: report.reported.instance,
            status: report.reported.status,
            share: report.reported.share,
            evidence: report.reported.evidence.clone(),
            by: report.reported.by.clone(),
            rejected: report.rejected.is_some(),
            when: dates.when(&report.mark),
        })
        .collect();
    all.sort_by_key(|report| (report.when.by, report.when.fact));
    all
}

fn bodies(agreement: &Agreement, dates: &Dates<'_>) -> Vec<BodyView> {
    agreement
        .bodies
        .iter()
        .map(|body| {
            let formed = body.formed.as_ref();
            BodyView {
                id: body.id,
                name: body.name.clone(),
                status: match (&body.dissolved, formed) {
                    (Some(_), _) => "dissolved".into(),
                    (None, Some(_)) => "formed".into(),
                    (None, None) => "announced".into(),
                },
                mandate: body.mandate.clone(),
                members: formed.map(|(formed, _)| formed.members.clone()).unwrap_or_default(),
                chair: formed.and_then(|(formed, _)| formed.chair.clone()),
                fulfils: formed.map(|(formed, _)| formed.fulfils.clone()).unwrap_or_default(),
                announced: body.announced.as_ref().map(|mark| dates.when(mark)),
                formed: formed.map(|(_, mark)| dates.when(mark)),
                meetings: body.meetings.iter().map(|mark| dates.when(mark)).collect(),
                dissolved: body.dissolved.as_ref().map(|mark| dates.when(mark)),
            }
        })
        .collect()
}
