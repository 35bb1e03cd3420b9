//! An agreement as folded from its facts: `evolve` is total, every fact has its place.

use std::sync::Arc;

use super::almanac::Almanac;
use super::commitment::{Commitment, DeadlineStep, Mark};
use super::day::Day;
use super::event::bodies::Formed;
use super::event::consent::{EntryRule, Objection, Signed, Statement};
use super::event::naming::Name;
use super::event::opening::Opened;
use super::event::papers::{Attached, Linked};
use super::event::parties::Party;
use super::event::term::{NoticeGiven, Renewed, Suspended, TermSet};
use super::event::{Event, commitments};
use super::id::{BodyId, CommitmentId, PartyId};
use super::recurrence::InstanceNumber;
use super::text::{Line, Text};
use super::timeline::{Reading, Readings};
use super::vocabulary::TerminationGround;

pub use super::party::{PartyRecord, Provisional};

/// How an agreement came into the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Its proposal was witnessed.
    Proposed,
    /// It is known from a source.
    Recorded,
    /// It was announced without an instrument.
    Announced,
}

/// A working group or committee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its name inside the agreement.
    pub id: BodyId,
    /// What it is called.
    pub name: Line,
    /// What it is for.
    pub mandate: Option<Text>,
    /// Its announcement.
    pub announced: Option<Mark>,
    /// Its formation.
    pub formed: Option<(Formed, Mark)>,
    /// Its meetings.
    pub meetings: Vec<Mark>,
    /// Its end.
    pub dissolved: Option<Mark>,
}

/// How an agreement ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Terminated before its term.
    Terminated(TerminationGround),
    /// A later agreement took its place.
    Superseded(super::id::Reference),
    /// Everything is done.
    Completed,
}

/// A notice, the fact that gave it, and the one that took it back, if any did.
pub type Notice = (NoticeGiven, Mark, Option<Mark>);

/// An agreement as far as its facts tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// What opened it, amendments applied; the parties in it are those of the opening only.
    pub opened: Opened,
    /// How it was opened.
    pub opening: Opening,
    /// The opening fact; none while its day has not come.
    pub opened_by: Option<Mark>,
    /// Whether the opening fact was retracted, and with it the whole agreement.
    pub opening_retracted: bool,
    /// Its parties, in the order of their declaration.
    pub parties: Vec<PartyRecord>,
    /// When the text was settled.
    pub adopted: Option<Mark>,
    /// How it comes into force.
    pub entry_rule: Option<(EntryRule, Mark)>,
    /// How it comes into force for each party.
    pub party_rule: Option<(EntryRule, Mark)>,
    /// When it came into force, where that is declared.
    pub entered: Option<Mark>,
    /// Its provisional application as a whole.
    pub provisional: Option<Provisional>,
    /// Reservations and declarations, with their facts.
    pub statements: Vec<(Statement, Mark)>,
    /// Objections.
    pub objections: Vec<(Objection, Mark)>,
    /// How long it runs.
    pub term: Option<(TermSet, Mark)>,
    /// Renewals of the term since.
    pub renewals: Vec<(Renewed, Mark)>,
    /// Notices, each with the fact that took it back, if any did.
    pub notices: Vec<Notice>,
    /// Every suspension by an act of its own, in order; `suspension` says when each ended.
    pub suspensions: Vec<(Suspended, Mark)>,
    /// Every resumption, in order.
    pub resumptions: Vec<Mark>,
    /// How it ended.
    pub ending: Option<(Ending, Mark)>,
    /// Amendments, in words.
    pub amendments: Vec<(Text, Mark)>,
    /// Its commitments, in the order of their numbers.
    pub commitments: Vec<Commitment>,
    /// Its bodies, in the order of their numbers.
    pub bodies: Vec<Body>,
    /// Documents.
    pub papers: Vec<(Attached, Mark)>,
    /// Remarks.
    pub notes: Vec<(Text, Mark)>,
    /// Links to other agreements.
    pub links: Vec<(Linked, Mark)>,
    /// Facts about which sources disagree, while that is open: the fact, and the one that says so.
    pub disputed_facts: Vec<(u64, Mark)>,
    /// Every fact that counted, in order.
    pub happened: Vec<Mark>,
    /// The calendars and counting profiles by which its dates are counted.
    pub almanac: Arc<Almanac>,
    /// Facts whose party, commitment or body was only named by a fact of a later day; they count from then.
    early: Vec<Reading>,
    /// The facts that were retracted, as known from the start.
    retracted: Vec<u64>,
}

impl Agreement {
    /// An agreement of which nothing has happened yet.
    ///
    /// That it exists is a matter of what is known, not of the day: the opening names it whatever its date.
    #[must_use]
    pub fn known_as(opened: Opened, opening: Opening, readings: &Readings) -> Self {
        Self {
            opened,
            opening,
            opened_by: None,
            opening_retracted: false,
            parties: Vec::new(),
            adopted: None,
            entry_rule: None,
            party_rule: None,
            entered: None,
            provisional: None,
            statements: Vec::new(),
            objections: Vec::new(),
            term: None,
            renewals: Vec::new(),
            notices: Vec::new(),
            suspensions: Vec::new(),
            resumptions: Vec::new(),
            ending: None,
            amendments: Vec::new(),
            commitments: Vec::new(),
            bodies: Vec::new(),
            papers: Vec::new(),
            notes: Vec::new(),
            links: Vec::new(),
            disputed_facts: Vec::new(),
            happened: Vec::new(),
            almanac: Arc::clone(&readings.almanac),
            early: Vec::new(),
            retracted: Vec::new(),
        }
    }

    /// As [`Self::known_as`], and which of its facts were retracted.
    #[must_use]
    pub fn known_with(opened: Opened, opening: Opening, readings: &Readings) -> Self {
        Self {
            opening_retracted: readings.retracted_by(1).is_some(),
            retracted: readings.retracted.iter().map(|(seq, _)| *seq).collect(),
            ..Self::known_as(opened, opening, readings)
        }
    }

    /// Folds what has happened by the end of `day`.
    #[must_use]
    pub fn folded(opened: Opened, opening: Opening, readings: &Readings, day: Day) -> Self {
        let mut agreement = Self::known_with(opened, opening, readings);
        for reading in readings.facts.iter().take_while(|reading| reading.bounds.latest <= day) {
            agreement.evolve(reading);
        }
        agreement
    }

    /// The party of that name.
    #[must_use]
    pub fn party(&self, id: &PartyId) -> Option<&PartyRecord> {
        self.parties.iter().find(|record| record.party.id == *id)
    }

    fn party_mut(&mut self, id: &PartyId) -> Option<&mut PartyRecord> {
        self.parties.iter_mut().find(|record| record.party.id == *id)
    }

    /// The commitment of that name.
    #[must_use]
    pub fn commitment(&self, id: CommitmentId) -> Option<&Commitment> {
        self.commitments.iter().find(|commitment| commitment.id == id)
    }

    /// The body of that name.
    #[must_use]
    pub fn body(&self, id: BodyId) -> Option<&Body> {
        self.bodies.iter().find(|body| body.id == id)
    }

    /// The agreement that took the place of this one, if one did.
    #[must_use]
    pub fn superseded_by(&self) -> Option<&super::id::Reference> {
        match &self.ending {
            Some((Ending::Superseded(by), _)) => Some(by),
            Some((Ending::Terminated(_) | Ending::Completed, _)) | None => None,
        }
    }

    /// Whether every declared party that has not left has signed, and there is one at all.
    #[must_use]
    pub fn all_signed(&self) -> bool {
        let mut there = self.parties.iter().filter(|record| record.withdrew.is_none()).peekable();
        there.peek().is_some() && there.all(|record| record.signed.is_some())
    }

    /// The signatures, by their latest possible day.
    pub fn signatures(&self) -> impl Iterator<Item = (&PartyRecord, &Signed, &Mark)> {
        self.parties.iter().filter_map(|record| record.signed.as_ref().map(|(signed, mark)| (record, signed, mark)))
    }

    fn declare(&mut self, party: Party, declared: &Mark) {
        if self.party(&party.id).is_none() {
            self.parties.push(PartyRecord {
                party,
                declared: declared.clone(),
                aliases: Vec::new(),
                initialled: None,
                signed: None,
                deposited: Vec::new(),
                in_force: None,
                provisional: None,
                withdrew: None,
                departures: Vec::new(),
            });
        }
    }

    fn open(&mut self, opened: &Opened, opening: Opening, mark: Mark) {
        for party in &opened.parties {
            self.declare(party.clone(), &mark);
        }
        self.opened = opened.clone();
        self.opening = opening;
        self.opened_by = Some(mark);
    }

    fn body_mut(&mut self, id: BodyId, name: &Line) -> &mut Body {
        let index = self.bodies.iter().position(|body| body.id == id).unwrap_or_else(|| {
            self.bodies.push(Body {
                id,
                name: name.clone(),
                mandate: None,
                announced: None,
                formed: None,
                meetings: Vec::new(),
                dissolved: None,
            });
            self.bodies.len() - 1
        });
        &mut self.bodies[index]
    }

    fn on_commitment(&mut self, id: CommitmentId, mark: &Mark, act: impl FnOnce(&mut Commitment)) {
        if let Some(commitment) = self.commitments.iter_mut().find(|commitment| commitment.id == id) {
            act(commitment);
            commitment.last = mark.clone();
        }
    }

    fn on_owed(
        &mut self,
        id: CommitmentId,
        instance: Option<InstanceNumber>,
        mark: &Mark,
        act: impl FnOnce(&mut Commitment),
    ) {
        self.on_commitment(id, mark, |commitment| match instance {
            None => act(commitment),
            Some(number) => act(commitment.instance_mut(number, mark)),
        });
    }

    /// Takes one more fact into account; none is refused.
    ///
    /// A fact about a party, commitment or body that is only named by a fact of a later day waits for that one.
    pub fn evolve(&mut self, reading: &Reading) {
        self.evolve_watched(reading, &mut |_, _| {});
    }

    /// As [`Self::evolve`], and shows each fact that takes effect by it with the agreement as it is just before.
    pub(super) fn evolve_watched(&mut self, reading: &Reading, watch: &mut dyn FnMut(&Self, &Reading)) {
        let names = |event: &Event| !super::event::naming::named_by(event).is_empty();
        self.happened.push(Mark { seq: reading.seq, bounds: reading.bounds });
        if !self.names_all(&reading.saying.event) {
            self.early.push(reading.clone());
            return;
        }
        watch(self, reading);
        self.take(reading);
        // What waited may itself name what another waits for; each round that names something takes one at least.
        let mut again = names(&reading.saying.event);
        while again && !self.early.is_empty() {
            again = false;
            for waiting in std::mem::take(&mut self.early) {
                if self.names_all(&waiting.saying.event) {
                    watch(self, &waiting);
                    self.take(&waiting);
                    again |= names(&waiting.saying.event);
                } else {
                    self.early.push(waiting);
                }
            }
        }
    }

    /// Whether a fact waits for a party, commitment or body that is not named yet.
    pub(super) const fn waits(&self) -> bool {
        !self.early.is_empty()
    }

    /// Whether everything that an event points at is known by now.
    pub(super) fn names_all(&self, event: &Event) -> bool {
        super::event::naming::pointed_at(event).iter().all(|name| match name {
            Name::Party(id) => self.party(id).is_some(),
            Name::Commitment(id) => self.commitment(*id).is_some(),
            Name::Body(id) => self.body(*id).is_some(),
        })
    }

    /// The effect of a fact; every event has an arm, and there is no wildcard.
    #[expect(clippy::too_many_lines, reason = "one arm an event: the list is the point, and has no wildcard")]
    pub(super) fn take(&mut self, reading: &Reading) {
        let mark = Mark { seq: reading.seq, bounds: reading.bounds };
        match &reading.saying.event {
            Event::AgreementProposed(opened) => self.open(opened, Opening::Proposed, mark.clone()),
            Event::AgreementRecorded(opened) => self.open(opened, Opening::Recorded, mark.clone()),
            Event::PledgeAnnounced(opened) => self.open(opened, Opening::Announced, mark.clone()),

            Event::PartyDeclared(party) => self.declare(party.clone(), &mark),
            Event::PartyAliased(alias) => {
                if let Some(record) = self.party_mut(&alias.party) {
                    record.aliases.push(alias.clone());
                }
            }
            Event::PartyWithdrew(withdrew) => {
                if let Some(record) = self.party_mut(&withdrew.party) {
                    record.withdrew = Some(mark.clone());
                    record.departures.push(mark.clone());
                }
            }

            Event::TextAdopted(_) => self.adopted = Some(mark.clone()),
            Event::TextInitialled(initialled) => {
                if let Some(record) = self.party_mut(&initialled.party) {
                    record.initialled = Some(mark.clone());
                }
            }
            Event::AgreementSigned(signed) => {
                if let Some(record) = self.party_mut(&signed.party) {
                    record.signed = Some((signed.clone(), mark.clone()));
                }
            }
            Event::InstrumentDeposited(deposited) => {
                let gone = |record| super::consent::left(self, record, mark.bounds.latest).is_some();
                let comes_back = self.party(&deposited.party).is_some_and(gone);
                if let Some(record) = self.party_mut(&deposited.party) {
                    // Who comes back begins anew: what was declared of the time before is history.
                    if comes_back {
                        (record.in_force, record.provisional, record.withdrew) = (None, None, None);
                    }
                    record.deposited.push((deposited.clone(), mark.clone()));
                }
            }
            Event::EntryIntoForceSet(rule) if rule.each_party => self.party_rule = Some((rule.clone(), mark.clone())),
            Event::EntryIntoForceSet(rule) => self.entry_rule = Some((rule.clone(), mark.clone())),
            Event::AgreementEnteredIntoForce(entered) => match (&entered.party, entered.provisional) {
                (Some(party), provisional) => {
                    if let Some(record) = self.party_mut(party) {
                        if provisional {
                            record.provisional = Some(Provisional::from(mark.clone()));
                        } else {
                            record.in_force = Some(mark.clone());
                        }
                    }
                }
                (None, true) => self.provisional = Some(Provisional::from(mark.clone())),
                (None, false) => self.entered = Some(mark.clone()),
            },
            Event::ProvisionalApplicationEnded(ended) => self.end_provisional(ended.party.as_ref(), &mark),
            Event::ReservationMade(statement) | Event::DeclarationMade(statement) => {
                self.statements.push((statement.clone(), mark.clone()));
            }
            Event::ObjectionMade(objection) => self.objections.push((objection.clone(), mark.clone())),

            Event::TermSet(term) => {
                self.term = Some((term.clone(), mark.clone()));
                self.renewals.clear();
            }
            Event::TermRenewed(renewed) => self.renewals.push((renewed.clone(), mark.clone())),
            Event::NoticeGiven(notice) => self.notices.push((notice.clone(), mark.clone(), None)),
            Event::NoticeRevoked(revoked) => {
                for (_, given, taken_back) in &mut self.notices {
                    if given.seq == revoked.event {
                        *taken_back = Some(mark.clone());
                    }
                }
            }
            Event::AgreementSuspended(suspended) => self.suspensions.push((suspended.clone(), mark.clone())),
            Event::AgreementResumed(_) => self.resumptions.push(mark.clone()),
            Event::AgreementTerminated(terminated) => {
                self.ending = Some((Ending::Terminated(terminated.ground), mark.clone()));
            }
            Event::AgreementSuperseded(superseded) => {
                self.ending = Some((Ending::Superseded(superseded.by.clone()), mark.clone()));
            }
            Event::AgreementCompleted(_) => self.ending = Some((Ending::Completed, mark.clone())),

            Event::AgreementAmended(amended) => {
                if let Some(title) = &amended.title {
                    self.opened.title = Some(title.clone());
                }
                if !amended.subjects.is_empty() {
                    self.opened.subjects.clone_from(&amended.subjects);
                }
                if let (Some(id), Some(text)) = (amended.commitment, &amended.text) {
                    self.on_commitment(id, &mark, |commitment| commitment.undertaking.text = text.clone());
                }
                self.amendments.push((amended.what.clone(), mark.clone()));
            }
            // The effect of the first four is on how other facts are read, and already in those readings; the others lie
            // in the register's own stream, and count through the almanac.
            Event::RecordCorrected(_)
            | Event::RecordRetracted(_)
            | Event::RecordRedacted(_)
            | Event::TakenOut(_)
            | Event::CalendarDefined(_)
            | Event::WeekSet(_)
            | Event::DaysListed(_)
            | Event::ProfileDefined(_)
            | Event::KeyAdopted(_)
            | Event::KeyRotated(_) => {}
            // With the fact retracted there is nothing left to disagree about.
            Event::FactDisputed(disputed) if self.retracted.contains(&disputed.event) => {}
            Event::FactDisputed(disputed) => self.disputed_facts.push((disputed.event, mark.clone())),
            Event::FactResolved(resolved) => self.disputed_facts.retain(|(seq, _)| *seq != resolved.event),

            Event::WorkingGroupAnnounced(announced) => {
                let body = self.body_mut(announced.body, &announced.name);
                body.announced = Some(mark.clone());
                body.mandate = body.mandate.take().or_else(|| announced.mandate.clone());
            }
            Event::WorkingGroupFormed(formed) => {
                let body = self.body_mut(formed.body, &formed.name);
                body.name = formed.name.clone();
                body.mandate = formed.mandate.clone().or_else(|| body.mandate.take());
                body.formed = Some((formed.clone(), mark.clone()));
                for id in &formed.fulfils {
                    self.on_commitment(*id, &mark, |commitment| commitment.fulfil(&mark, false));
                }
            }
            Event::MeetingRecorded(meeting) => {
                if let Some(body) = self.bodies.iter_mut().find(|body| body.id == meeting.body) {
                    body.meetings.push(mark.clone());
                }
            }
            Event::WorkingGroupDissolved(dissolved) => {
                if let Some(body) = self.bodies.iter_mut().find(|body| body.id == dissolved.body) {
                    body.dissolved = Some(mark.clone());
                }
            }

            Event::CommitmentMade(made) => self.make(made.commitment, &made.undertaking, &mark),
            Event::DeadlineSet(set) => {
                if let Some(undertaking) = &set.undertaking {
                    self.make(set.commitment, undertaking, &mark);
                }
                self.on_commitment(set.commitment, &mark, |commitment| commitment.set_rule(&set.rule, &mark));
            }
            Event::DeadlineExtended(extended) => {
                let step = match (&extended.to, &extended.by) {
                    (Some(day), _) => Some(DeadlineStep::To(*day)),
                    (None, Some(period)) => Some(DeadlineStep::By(*period)),
                    (None, None) => None,
                };
                self.on_owed(extended.commitment, extended.instance, &mark, |commitment| {
                    if let Some(step) = step {
                        commitment.deadline.push((step, mark.clone(), extended.agreed_by.clone()));
                    }
                });
            }
            Event::MilestoneReported(reported) => {
                self.on_owed(reported.commitment, reported.instance, &mark, |commitment| {
                    commitment.report(reported, &mark, !reading.saying.evidence.is_empty());
                });
            }
            Event::FulfilmentVerified(judged) => {
                self.on_owed(judged.commitment, judged.instance, &mark, |commitment| {
                    if let Some(fulfilment) = &mut commitment.fulfilment {
                        fulfilment.verified = Some(mark.clone());
                    }
                });
            }
            Event::FulfilmentRejected(judged) => {
                self.on_owed(judged.commitment, judged.instance, &mark, |commitment| {
                    if let Some(fulfilment) = commitment.fulfilment.take() {
                        let report =
                            commitment.reports.iter_mut().find(|report| report.mark.seq == fulfilment.mark.seq);
                        if let Some(report) = report {
                            report.rejected = Some(mark.clone());
                        }
                    }
                });
            }
            Event::CommitmentWaived(waived) => {
                self.on_owed(waived.commitment, waived.instance, &mark, |c| c.waived = Some(mark.clone()));
            }
            Event::CommitmentDisputed(disputed) => {
                self.on_owed(disputed.commitment, disputed.instance, &mark, |c| c.disputed = Some(mark.clone()));
            }
            Event::DisputeSettled(settled) => {
                self.on_owed(settled.commitment, settled.instance, &mark, |c| c.disputed = None);
            }
            Event::CommitmentWithdrawn(withdrawn) => {
                self.on_commitment(withdrawn.commitment, &mark, |c| c.withdrawn = Some(mark.clone()));
            }

            Event::PaperAttached(attached) => self.papers.push((attached.clone(), mark.clone())),
            Event::NoteAdded(note) => self.notes.push((note.text.clone(), mark.clone())),
            Event::AgreementLinked(linked) => self.links.push((linked.clone(), mark.clone())),
        }
    }

    /// Ends the provisional application of one party, also where it only took part in that of all; or of everybody.
    fn end_provisional(&mut self, party: Option<&PartyId>, mark: &Mark) {
        if let Some(party) = party {
            let whole = self.provisional.clone();
            if let Some(record) = self.party_mut(party)
                && let Some(own) = record.provisional.take().or(whole)
            {
                record.provisional = Some(Provisional { ended: Some(mark.clone()), ..own });
            }
            return;
        }
        let parties = self.parties.iter_mut().filter_map(|record| record.provisional.as_mut());
        for provisional in parties.chain(self.provisional.as_mut()).filter(|running| running.runs()) {
            provisional.ended = Some(mark.clone());
        }
    }

    fn make(&mut self, id: CommitmentId, undertaking: &commitments::Undertaking, mark: &Mark) {
        if self.commitment(id).is_none() {
            let at = self.commitments.partition_point(|commitment| commitment.id < id);
            self.commitments.insert(at, Commitment::made(id, undertaking.clone(), mark.clone()));
        }
    }
}
