//! What a check sees of one agreement, and how it says what it found.

use super::code::{Code, Severity};
use super::{Cause, Finding, Told};
use crate::domain::agreement::Agreement;
use crate::domain::commitment::Mark;
use crate::domain::day::Day;
use crate::domain::decide::agreement_of;
use crate::domain::edtf::Bounds;
use crate::domain::event::naming::{Name, named_by};
use crate::domain::guard::{self, Objected};
use crate::domain::id::{PartyId, Reference};
use crate::domain::objection::Objection;
use crate::domain::period::Period;
use crate::domain::text::Text;
use crate::domain::timeline::{Reading, Readings, Timeline};

/// One agreement under the loupe: its whole record, whatever the day of its facts.
pub struct Case<'a> {
    /// Its reference.
    pub reference: &'a Reference,
    /// Its facts, as they were recorded.
    pub timeline: &'a Timeline,
    /// Its facts, as they are read.
    pub readings: Readings,
    /// Everything that is to have happened in it, taken together.
    pub agreement: Agreement,
    /// What the guards have against its facts.
    pub objected: Vec<Objected>,
    /// The day to which ages are counted.
    pub today: Day,
    /// The rule by which the agreement comes into force for each party, where the one who asks states it.
    pub each_party_within: Option<Period>,
}

/// What was found so far in one agreement.
#[derive(Default)]
pub struct Found {
    /// The findings.
    pub findings: Vec<Finding>,
    /// How many stated dates were computed anew.
    pub recomputed: usize,
    /// How many of them agree.
    pub agree: usize,
    /// What the guards say of a fact in other words: its place and the objection's code.
    covered: Vec<(u64, &'static str)>,
}

impl Found {
    /// Whether a check has said already what a guard has against a fact.
    pub(super) fn covers(&self, seq: u64, code: &str) -> bool {
        self.covered.iter().any(|(covered, objection)| *covered == seq && *objection == code)
    }

    /// Adds a finding that a guard may have too: with that guard's reason it is a note.
    pub(super) fn push_covering(&mut self, case: &Case<'_>, mut finding: Finding, seq: u64, code: &'static str) {
        self.covered.push((seq, code));
        let known = case.objected.iter().find(|known| known.seq == seq && known.objection.code() == code);
        if let Some(reason) = known.and_then(|known| case.reason(known)) {
            finding.severity = Severity::Note;
            finding.reason = Some(reason);
        }
        self.findings.push(finding);
    }
}

impl<'a> Case<'a> {
    /// An agreement's record for the checks; none where nothing opens it, or its opening was retracted.
    #[must_use]
    pub fn of(reference: &'a Reference, timeline: &'a Timeline, today: Day, within: Option<Period>) -> Option<Self> {
        let readings = timeline.read();
        if readings.retracted_by(1).is_some() {
            return None;
        }
        let agreement = agreement_of(timeline, &readings, Day::MAX)?;
        let start = Agreement::known_as(agreement.opened.clone(), agreement.opening, &readings);
        let mut objected = guard::objections(start, &readings);
        objected.extend(guard::before_opening(agreement.opening, &readings));
        Some(Self { reference, timeline, readings, agreement, objected, today, each_party_within: within })
    }

    /// A fact's address.
    pub(super) fn at(&self, seq: u64) -> String {
        format!("{}@{seq}", self.reference)
    }

    /// Between which days something happened; none where nobody said, though it then has a place in the order.
    pub(super) fn days(&self, mark: &Mark) -> Option<Bounds> {
        let reading = self.readings.fact(mark.seq)?;
        reading.saying.occurred.on.map(|_| reading.bounds)
    }

    /// A day or interval as its fact says it.
    pub(super) fn said(&self, mark: &Mark) -> String {
        let on = self.readings.fact(mark.seq).and_then(|reading| reading.saying.occurred.on);
        on.map_or_else(|| format!("by {}", mark.bounds.latest), |on| on.to_string())
    }

    /// The facts that tell of the agreement itself, not of the record of it.
    pub(super) fn telling(&self) -> impl Iterator<Item = &Reading> {
        let about = |reading: &&Reading| !crate::domain::timeline::is_about_the_record(&reading.saying.event);
        self.readings.facts.iter().filter(about)
    }

    /// The fact that declares a party.
    pub(super) fn declared(&self, party: &PartyId) -> Option<u64> {
        let names = |reading: &&Reading| named_by(&reading.saying.event).contains(&Name::Party(party.clone()));
        self.readings.facts.iter().find(names).map(|reading| reading.seq)
    }

    /// A finding about facts of this agreement.
    pub(super) fn finding(&self, code: Code, facts: &[u64], message: impl Into<String>) -> Finding {
        let mut facts = facts.to_vec();
        facts.sort_unstable();
        facts.dedup();
        Finding {
            code: code.word(),
            severity: code.severity(),
            agreement: self.reference.clone(),
            subject: None,
            events: facts.iter().map(|seq| self.at(*seq)).collect(),
            message: message.into(),
            values: Vec::new(),
            reason: None,
            next: String::new(),
            cause: Cause::Check(code),
        }
    }

    /// Adds the reason that was recorded with a fact; it explains the finding and does not excuse it.
    pub(super) fn because(&self, mut finding: Finding, seq: u64) -> Finding {
        finding.reason = self.readings.fact(seq).and_then(|reading| reading.saying.reason.clone());
        finding
    }

    /// The reason on record for an oddity: of the fact itself, of what corrected it, or of the fact it collides with.
    pub(super) fn reason(&self, objected: &Objected) -> Option<Text> {
        if objected.objection.is_contradiction() {
            return None;
        }
        let reading = self.readings.fact(objected.seq);
        let own = [objected.seq].into_iter();
        let changed = reading.into_iter().flat_map(|reading| reading.changed_by.iter().copied());
        let mut seqs = own.chain(changed).chain(other_fact(&objected.objection));
        seqs.find_map(|seq| self.timeline.fact(seq)?.saying.reason.clone())
    }
}

/// The other fact that an objection speaks of.
pub(super) fn other_fact(objection: &Objection) -> Option<u64> {
    match objection {
        Objection::Twice { earlier, .. } => Some(*earlier),
        Objection::AfterEnd { by, .. }
        | Objection::Withdrawn { by, .. }
        | Objection::PartyLeft { by, .. }
        | Objection::Closed { by, .. } => Some(*by),
        Objection::NoticeTookEffect { notice, .. } => Some(*notice),
        _ => None,
    }
}

impl Finding {
    /// Names the party, commitment or body that it is about.
    #[expect(clippy::needless_pass_by_value, reason = "most callers hand over what they made for it")]
    pub(super) fn about(mut self, subject: impl ToString) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// Adds a value that disagrees with the other.
    #[expect(clippy::needless_pass_by_value, reason = "most callers hand over what they made for it")]
    pub(super) fn told(mut self, of: impl Into<String>, is: impl ToString) -> Self {
        self.values.push(Told { of: of.into(), is: is.to_string() });
        self
    }
}
