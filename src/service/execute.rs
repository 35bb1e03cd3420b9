//! Commands: load, decide, append; a bounded retry where another writer was first.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use std::sync::Arc;

use super::Service;
use super::almanac::{REGISTER, with};
use super::clock::ClockBehind;
use super::error::ExecuteError;
use super::keep::Grown;
use super::redact::Elsewhere;
use crate::domain::command::{Command, Request};
use crate::domain::counting::Remark;
use crate::domain::decide::{Context, Decision, Refusal, decide};
use crate::domain::docket::Docket;
use crate::domain::event::Event;
use crate::domain::fact::Fact;
use crate::domain::guard::Objected;
use crate::domain::id::{Actor, AgreementId, CalendarId, CommandId, Reference};
use crate::domain::instant::Instant;
use crate::domain::moment::Moment;
use crate::domain::redaction;
use crate::domain::timeline::{Register, Timeline};
use crate::log::{self, Append, AppendError, Heard, InvalidAppend, Position, Receipt, StreamId};
use crate::views::because::Cause;
use crate::views::entry::Entry;
use crate::views::history::{HistoryRow, history, newest};
use crate::views::moves::{Moved, Stood, moves, moves_nothing};

/// How often a decision is made anew when another writer was first.
pub(super) const ATTEMPTS_MAX: u32 = 8;

/// How a command is to be carried out.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Who asks, where the request does not say.
    pub actor: Actor,
    /// Whether only to show what would be recorded.
    pub dry_run: bool,
    /// Whether the request may say when it was recorded.
    pub asserted_times: bool,
}

/// What a command did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verb.
    pub verb: &'static str,
    /// The agreement.
    pub reference: Reference,
    /// The events that were recorded, or would be.
    pub events: Vec<HistoryRow>,
    /// The shipped calendars that it put on record because they are counted by for the first time.
    pub adopted: Vec<CalendarId>,
    /// Whether the same command had been recorded before, so that nothing was recorded now.
    pub repeated: bool,
    /// Whether nothing was recorded because only the events were wanted.
    pub dry_run: bool,
    /// What is odd about it, recorded with its reason.
    pub odd: Vec<Objected>,
    /// What has to be said beside the date that it gives.
    pub remarks: Vec<Remark>,
    /// The clock is behind the last record, whose time it bears.
    pub clock_behind: Option<ClockBehind>,
    /// The dates that it moved, as of today; after a change of a calendar, those of the whole register.
    pub moved: Vec<Moved>,
    /// Where else the words stand that a redaction takes out.
    pub elsewhere: Elsewhere,
}

/// What a decision is made on.
pub(super) struct Loaded {
    /// The agreement's identity; made now for an opening.
    pub(super) id: AgreementId,
    /// Its facts.
    pub(super) docket: Docket,
    /// The entry that was made of these facts, if any was.
    entry: Option<Entry>,
}

impl Loaded {
    /// An agreement of these facts.
    pub(super) const fn of(id: AgreementId, docket: Docket) -> Self {
        Self { id, docket, entry: None }
    }

    /// An agreement that is about to be opened.
    fn opening(id: AgreementId, register: Register) -> Self {
        Self::of(id, Docket::new(Timeline::new(Vec::new()).within(register)))
    }

    /// The register's own facts.
    pub(super) fn register(register: Register) -> Self {
        let timeline = Timeline::new(register.facts().to_vec()).within(register);
        Self::of(REGISTER, Docket::new(timeline))
    }

    /// Has its dates counted by the register as it is by now.
    pub(super) fn enter(&mut self, register: &Register) {
        if self.id == REGISTER {
            if self.docket.timeline().facts().len() != register.facts().len() {
                *self = Self::register(register.clone());
            }
        } else {
            if !Arc::ptr_eq(register.almanac(), self.docket.timeline().register().almanac()) {
                self.entry = None;
            }
            self.docket.enter(register.clone());
        }
    }

    /// Makes the entry of an agreement that has one fact more; none for the register's own facts.
    ///
    /// `alone` says that the fact changed nothing in how the others are read.
    fn grow(&mut self, alone: bool) -> Option<Grown> {
        if self.id == REGISTER {
            return None;
        }
        let known = self.entry.take();
        let (timeline, readings, agreement) = self.docket.known();
        let seq = timeline.facts().len() as u64;
        let before = known.as_ref().filter(|_| alone).zip(agreement);
        let grown = before.and_then(|(known, agreement)| known.grown(agreement, readings, seq));
        self.entry = grown.or_else(|| Entry::read(self.id, timeline, readings));
        let register = timeline.register().facts().len() as u64;
        Some(Grown { known, entry: self.entry.clone()?, register })
    }

    /// Takes in facts of the register that are recorded by the same command, before its own.
    pub(super) fn take(&mut self, adopted: &[Fact]) {
        if adopted.is_empty() {
            return;
        }
        let register = with(self.docket.timeline().register(), adopted);
        self.enter(&register);
    }
}

/// What a command comes to.
enum Made {
    /// Made while it was being recorded, with what it makes of its agreement.
    Foreseen(Box<(Outcome, Option<Grown>)>),
    /// To be made of these once it is recorded.
    Later(Box<(Fact, Decision)>),
}

impl Service {
    /// Carries a command out: everything that it asks for is recorded, or nothing.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`]; then nothing was recorded, except that after a failure of the store it is unknown whether it
    /// was, and the same command again (with the same command id) settles it.
    pub async fn execute(&self, request: &Request, execution: &Execution) -> Result<Outcome, ExecuteError> {
        if let Command::Redact(_) = &request.command {
            let deaf: Heard = Arc::new(|_, _| ());
            return self.redact(request, execution, &deaf).await;
        }
        let given = request.framing.command_id;
        let command = given.unwrap_or_else(|| CommandId(self.ids.uuid(self.now())));
        let mut alone = request.command.opens() || request.agreement.is_register();
        for _ in 0..ATTEMPTS_MAX {
            let turn = if alone { self.turns.alone().await } else { self.turns.about(&request.agreement).await };
            if given.is_some()
                && let Some(receipt) = self.log.find(log::CommandId::new(command.0)).await?
            {
                let meant = self.known_entry(&request.agreement).await?.map(|entry| entry.id);
                let outcome = self.repeated(request, &receipt, meant, execution).await?;
                return Ok(outcome);
            }
            let read_to = if alone { Some(self.log.end().await?) } else { None };
            let mut loaded = self.load(request).await?;
            // Times are taken one after the other, and commits are handed over in their order; between, many decide at once.
            let (end, context, mut place) = {
                let mut line = self.turns.stamping().await;
                let end = self.log.end().await?;
                if read_to.is_some_and(|read_to| read_to != end) {
                    // Another register over the same log may have taken the reference since it was looked for.
                    continue;
                }
                (end, self.context(request, execution).await?, line.place())
            };
            let decision = match self.decided(request, &mut loaded.docket, &context).await {
                Ok(decision) => decision,
                Err(refused) => {
                    self.put_back(&request.agreement, loaded, end);
                    place.reached().await;
                    return Err(refused);
                }
            };
            let register = loaded.docket.timeline().register().clone();
            let adopted = self.adopted(&register, &mut loaded.docket, &decision.saying, &context, end.get());
            if !adopted.is_empty() && !alone && !execution.dry_run {
                // Others may be counting by the same calendar for the first time.
                alone = true;
                continue;
            }
            loaded.take(&adopted);
            let own_end = end.plus(adopted.len() as u64);
            let fact = self.fact(&loaded, command, &context, &decision, own_end.get());
            if execution.dry_run {
                return Box::pin(self.outcome(request, &mut loaded, fact, decision, &adopted, true)).await;
            }
            let only_here = request.command.opens() || !adopted.is_empty();
            let first = match adopted.as_slice() {
                [] => None,
                facts => Some(self.salted(REGISTER, facts.to_vec(), Some(end)).written()?),
            };
            let commit = self.salted(loaded.id, vec![fact.clone()], only_here.then_some(own_end)).written()?;
            place.reached().await;
            let mut appending = pin!(self.append_after(first, commit));
            // Asked once, the log has the commit in its queue; whoever is next need not wait for the flush.
            let at_once = poll_fn(|context| Poll::Ready(appending.as_mut().poll(context))).await;
            drop(place);
            // What it comes to is made while the disk works: only where it lies is known later.
            let made = if loaded.id == REGISTER {
                Made::Later(Box::new((fact, decision)))
            } else {
                let (outcome, alone) = self.come_to(request, &mut loaded, fact, decision, &adopted);
                Made::Foreseen(Box::new((outcome, loaded.grow(alone))))
            };
            let appended = match at_once {
                Poll::Ready(appended) => appended,
                Poll::Pending => appending.await,
            };
            match appended {
                Ok(receipt) => {
                    let position = receipt.first.get();
                    let (outcome, grown) = match made {
                        Made::Foreseen(made) => {
                            let (mut outcome, grown) = *made;
                            loaded.docket.newest_lies_at(position);
                            outcome.events.iter_mut().for_each(|row| row.position = position);
                            (outcome, grown)
                        }
                        Made::Later(made) => {
                            let (fact, decision) = *made;
                            let fact = Fact { position, ..fact };
                            let made = self.outcome(request, &mut loaded, fact, decision, &adopted, false);
                            (Box::pin(made).await?, None)
                        }
                    };
                    let before = Position::new(position.saturating_sub(adopted.len() as u64));
                    // The view may lag and the command is recorded: a question catches up, or says what is wrong.
                    let _ = match grown {
                        Some(grown) => self.keep(before, receipt.end(), grown).await,
                        None => Box::pin(self.catch_up()).await,
                    };
                    self.put_back(&request.agreement, loaded, receipt.end());
                    drop(turn);
                    return Ok(outcome);
                }
                Err(AppendError::Conflict { .. } | AppendError::EndMoved { .. } | AppendError::ClockBehind { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ExecuteError::Contended { attempts: ATTEMPTS_MAX })
    }

    /// Appends a commit, and before it the one whose facts it counts by; the receipt is its own.
    async fn append_after(&self, first: Option<Append>, commit: Append) -> Result<Receipt, AppendError> {
        let Some(first) = first else { return self.log.append(commit).await };
        let mut receipts = self.log.append_all(vec![first, commit]).await.into_iter();
        receipts.next().transpose()?;
        receipts.next().unwrap_or(Err(InvalidAppend::Empty.into()))
    }

    /// Decides, and names the references that were perhaps meant where there is no such agreement.
    pub(super) async fn decided(
        &self,
        request: &Request,
        docket: &mut Docket,
        context: &Context,
    ) -> Result<Decision, ExecuteError> {
        match docket.decide(request, context) {
            Ok(decision) => Ok(decision),
            Err(Refusal::NoSuchAgreement { reference, .. }) => {
                let meant = self.meant(&reference).await?;
                Err(Refusal::NoSuchAgreement { reference, meant }.into())
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// The entry of a reference, which may lag: a reference that is kept stays its agreement's.
    pub(super) async fn known_entry(&self, reference: &Reference) -> Result<Option<Entry>, ExecuteError> {
        match self.kept_entry(reference).await? {
            Some(entry) => Ok(Some(entry)),
            None => Ok(self.entry(reference).await?),
        }
    }

    pub(super) async fn load(&self, request: &Request) -> Result<Loaded, ExecuteError> {
        if request.agreement.is_register() {
            self.catch_up().await?;
            return Ok(Loaded::register(self.register().await?));
        }
        if let Some(other) = points_at(&request.command)
            && self.known_entry(other).await?.is_none()
        {
            let meant = self.meant(other).await?;
            return Err(Refusal::NoSuchAgreement { reference: other.clone(), meant }.into());
        }
        if let Some(loaded) = self.taken(&request.agreement).await? {
            return Ok(loaded);
        }
        match self.known_entry(&request.agreement).await? {
            Some(entry) => Ok(Loaded::of(entry.id, Docket::new(self.timeline_of(entry.id).await?))),
            None => Ok(Loaded::opening(AgreementId(self.ids.uuid(self.now())), self.register().await?)),
        }
    }

    /// An agreement that was decided about before and has no other facts since; it is taken, and put back by whoever records
    /// or refuses.
    async fn taken(&self, reference: &Reference) -> Result<Option<Loaded>, ExecuteError> {
        let taken = self.recent().take(reference);
        let Some(mut loaded) = taken else { return Ok(None) };
        // Others may write to the same log: what lies in it decides.
        let version = self.log.version(StreamId::new(loaded.id.0)).await?.get();
        if version != loaded.docket.timeline().facts().len() as u64 {
            return Ok(None);
        }
        loaded.enter(&self.register().await?);
        Ok(Some(loaded))
    }

    /// Puts an agreement within reach that has the facts that are in the log, as it was read or once its newest was recorded;
    /// the log ends here, or earlier.
    fn put_back(&self, reference: &Reference, loaded: Loaded, end: Position) {
        if loaded.id == REGISTER || loaded.docket.timeline().is_empty() {
            return;
        }
        let mut recent = self.recent();
        recent.put(reference.clone(), loaded, end.get());
        recent.make_room(u64::MAX);
    }

    /// The time and person of a decision; recorded times never run backwards, so the clock is held up where it does.
    pub(super) async fn context(&self, request: &Request, execution: &Execution) -> Result<Context, ExecuteError> {
        let last = self.log.last_recorded_at().await?.map(Instant::from_micros);
        self.context_after(request, execution, last)
    }

    pub(super) fn context_after(
        &self,
        request: &Request,
        execution: &Execution,
        last: Option<Instant>,
    ) -> Result<Context, ExecuteError> {
        let (now, asserted) = match request.framing.recorded_at {
            Some(_) if !execution.asserted_times => return Err(ExecuteError::AssertedTime),
            Some(asserted) => match last.filter(|last| asserted < *last) {
                Some(last) => return Err(ExecuteError::TimeRunsBackwards { asserted, last }),
                None => (asserted, true),
            },
            None => (last.map_or(self.now(), |last| self.now().max(last)), false),
        };
        let actor = request.framing.actor.clone().unwrap_or_else(|| execution.actor.clone());
        Ok(Context { now, today: self.settings.zone.day_of(now), actor, asserted })
    }

    /// Whether what is recorded for a time bears it because the clock is behind the last record.
    pub(super) fn clock_behind(&self, recorded: Instant, asserted: bool) -> Option<ClockBehind> {
        if asserted { None } else { ClockBehind::of(self.now(), recorded) }
    }

    pub(super) fn fact(
        &self,
        loaded: &Loaded,
        command: CommandId,
        context: &Context,
        decision: &Decision,
        position: u64,
    ) -> Fact {
        let before = loaded.docket.timeline().facts().len() as u64;
        self.stamped(Arc::clone(&decision.saying), before, position, context, command)
    }

    /// What a command did, or would do, whose fact the agreement has after it.
    pub(super) async fn outcome(
        &self,
        request: &Request,
        loaded: &mut Loaded,
        fact: Fact,
        decision: Decision,
        adopted: &[Fact],
        dry_run: bool,
    ) -> Result<Outcome, ExecuteError> {
        if loaded.id != REGISTER {
            let (outcome, _) = self.come_to(request, loaded, fact, decision, adopted);
            return Ok(Outcome { dry_run, ..outcome });
        }
        let now = self.moment_of(&fact);
        let moved = self.moved_by(loaded.docket.timeline(), &fact, now).await?;
        Ok(Outcome { dry_run, moved, ..self.told(request, loaded.id, &fact, decision, adopted) })
    }

    /// What a command does to an agreement, which has its fact after it; and whether that is known to change nothing in how
    /// the others are read.
    fn come_to(
        &self,
        request: &Request,
        loaded: &mut Loaded,
        fact: Fact,
        decision: Decision,
        adopted: &[Fact],
    ) -> (Outcome, bool) {
        let now = self.moment_of(&fact);
        let outcome = self.told(request, loaded.id, &fact, decision, adopted);
        let docket = &mut loaded.docket;
        let before = (!moves_nothing(&fact.saying.event)).then(|| stood(docket, now));
        let alone = docket.put(fact);
        let moved = before.map(|before| moved(&request.agreement, &before, docket, now)).unwrap_or_default();
        (Outcome { moved, ..outcome }, alone)
    }

    /// When a fact is recorded, by the register's day.
    fn moment_of(&self, fact: &Fact) -> Moment {
        Moment { day: self.settings.zone.day_of(fact.recorded.at), at: Some(fact.recorded.at) }
    }

    /// What a command did, but for the dates that it moved.
    fn told(&self, request: &Request, id: AgreementId, fact: &Fact, decision: Decision, adopted: &[Fact]) -> Outcome {
        let calendars = adopted.iter().filter_map(|fact| match &fact.saying.event {
            Event::CalendarDefined(defined) => Some(defined.calendar.clone()),
            _ => None,
        });
        Outcome {
            verb: request.command.name(),
            reference: request.agreement.clone(),
            events: vec![newest(id, fact)],
            adopted: calendars.collect(),
            repeated: false,
            dry_run: false,
            odd: decision.odd,
            remarks: decision.remarks,
            clock_behind: self.clock_behind(fact.recorded.at, fact.recorded.asserted),
            moved: Vec::new(),
            elsewhere: Elsewhere::default(),
        }
    }

    /// The dates that differ in the whole register once its own facts have one more.
    pub(super) async fn moved_by(&self, own: &Timeline, fact: &Fact, now: Moment) -> Result<Vec<Moved>, ExecuteError> {
        let before = own.register().clone();
        let after = with(&before, std::slice::from_ref(fact));
        let almanacs = Some((before.almanac().as_ref(), after.almanac().as_ref()));
        let cause = Cause { fact, stream: own.facts(), almanacs };
        let mut all = Vec::new();
        for (reference, id) in self.counted_by_the_register().await? {
            let mut timeline = self.timeline_of(id).await?.within(before.clone());
            let was = Stood::read(&timeline, &timeline.read(), now);
            timeline.enter(after.clone());
            let is = Stood::read(&timeline, &timeline.read(), now);
            all.extend(moves(&reference, &was, &is, &cause));
        }
        Ok(all)
    }

    /// The first outcome of a command whose identity is on record, where its content is the same.
    ///
    /// `meant` is the agreement that its reference is of now. Content is compared by deciding again on the facts that
    /// were there then: nothing that a hash could betray is kept for it.
    pub(super) async fn repeated(
        &self,
        request: &Request,
        receipt: &Receipt,
        meant: Option<AgreementId>,
        execution: &Execution,
    ) -> Result<Outcome, ExecuteError> {
        let command = CommandId(receipt.command.get());
        let id = AgreementId(receipt.stream.get());
        let whole = self.timeline_of(id).await?;
        let (earlier, rest) = whole.facts().split_at(usize::try_from(receipt.first_seq - 1).unwrap_or(usize::MAX));
        let count = receipt.count as usize;
        let made = &rest[..count.min(rest.len())];
        let recorded = || {
            let places: Vec<String> = made.iter().map(|fact| format!("#{}", fact.position)).collect();
            places.join(", ")
        };
        let reused = || Refusal::CommandReused { command, recorded: recorded() };
        let Some(first) = made.first() else { return Err(reused().into()) };
        let context = Context {
            now: first.recorded.at,
            today: self.settings.zone.day_of(first.recorded.at),
            actor: first.recorded.by.clone(),
            asserted: first.recorded.asserted,
        };
        let same_agreement = match meant {
            Some(meant) => meant == id,
            None => request.agreement.is_register() && id == REGISTER,
        };
        let timeline = Timeline::new(earlier.to_vec()).within(whole.register().known_at(first.recorded.at));
        let decision = decide(request, &timeline, &context).map_err(|_| reused())?;
        let other_time = request.framing.recorded_at.is_some_and(|at| at != first.recorded.at);
        let other_actor = request.framing.actor.as_ref().is_some_and(|actor| *actor != first.recorded.by);
        let same_content = redaction::decided_before(&decision.saying, first, whole.facts());
        if !same_agreement || made.len() != 1 || !same_content || other_time || other_actor {
            return Err(reused().into());
        }
        let places: Vec<u64> = made.iter().map(|fact| fact.seq).collect();
        let events = history(id, &whole).into_iter().filter(|row| places.contains(&row.seq)).collect();
        Ok(Outcome {
            verb: request.command.name(),
            reference: request.agreement.clone(),
            events,
            adopted: Vec::new(),
            repeated: true,
            dry_run: execution.dry_run,
            odd: decision.odd,
            remarks: decision.remarks,
            clock_behind: None,
            moved: Vec::new(),
            elsewhere: Elsewhere::default(),
        })
    }
}

/// The other agreement that a command points at.
pub(super) fn points_at(command: &Command) -> Option<&Reference> {
    match command {
        Command::Link(link) => Some(&link.to),
        Command::Supersede(supersede) => Some(&supersede.by),
        _ => None,
    }
}

/// How an agreement stands at a moment.
fn stood(docket: &mut Docket, now: Moment) -> Stood {
    let (timeline, readings, agreement) = docket.known();
    match agreement {
        // Where nothing happens later, the agreement with all that is known is that of the day.
        Some(agreement) if readings.facts.last().is_none_or(|last| last.bounds.latest <= now.day) => {
            Stood::of(agreement, now)
        }
        _ => Stood::read(timeline, readings, now),
    }
}

/// What the last fact of an agreement moved that stood like this before.
fn moved(agreement: &Reference, before: &Stood, docket: &mut Docket, now: Moment) -> Vec<Moved> {
    let after = stood(docket, now);
    let stream = docket.timeline().facts();
    let Some(fact) = stream.last() else { return Vec::new() };
    moves(agreement, before, &after, &Cause { fact, stream, almanacs: None })
}
