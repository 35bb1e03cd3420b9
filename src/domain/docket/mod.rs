//! The facts of an agreement on the desk: what deciding needs of them is kept from one decision to the next.
//!
//! What a decision is, [`decide`](super::decide::decide) says: the whole timeline is read and judged with the new fact
//! and without it. A docket gives the same answer (a law over random histories holds it to that) and reads less: most facts change
//! nothing in how others are read, taken or judged. Such a fact is judged alone and put among the others. Where that is
//! not known of a fact, the whole is read once, and is what the next decision starts from.

#[cfg(test)]
mod laws;
mod order;
mod place;
mod touched;

use std::sync::Arc;

use super::agreement::Agreement;
use super::command::{Making, Request};
use super::day::Day;
use super::decide::{self, Context, Decision, Refusal, decide};
use super::event::Event;
use super::event::naming;
use super::fact::{Fact, Recording, Saying};
use super::guard::{self, Objected};
use super::id::{CommandId, EventId};
use super::objection::Objection;
use super::timeline::{self, Reading, Readings, Register, Timeline};
use order::Order;

/// An agreement's facts, with how they are read and judged.
#[derive(Clone, Debug, Default)]
pub struct Docket {
    timeline: Timeline,
    /// What is known of the facts; none while nobody asked.
    judged: Option<Judged>,
    /// What the last decision found out about the fact that it allowed.
    prepared: Option<Prepared>,
}

/// A timeline that was read, folded to its end and judged.
#[derive(Clone, Debug)]
struct Judged {
    readings: Readings,
    agreement: Option<Agreement>,
    objections: Vec<Objected>,
    order: Order,
}

/// The fact that was allowed last.
#[derive(Clone, Debug)]
struct Prepared {
    saying: Arc<Saying>,
    recorded: Recording,
    found: Found,
}

/// How a fact goes with the others.
#[derive(Clone, Debug)]
enum Found {
    /// It changes nothing in them; this is how it is read, and what speaks against it.
    Alone(Reading, Vec<Objected>),
    /// The whole was read: what is known of all facts with it.
    Together(Box<Judged>),
}

impl Docket {
    /// A docket of these facts.
    #[must_use]
    pub const fn new(timeline: Timeline) -> Self {
        Self { timeline, judged: None, prepared: None }
    }

    /// The facts.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The facts alone.
    #[must_use]
    pub fn into_timeline(self) -> Timeline {
        self.timeline
    }

    /// The facts as they are read.
    pub fn readings(&mut self) -> &Readings {
        &self.judged().readings
    }

    /// The facts as they would be read with the fact that the last decision allowed; none where it would change how no
    /// other is read, or nothing was allowed.
    #[must_use]
    pub fn readings_after(&self) -> Option<&Readings> {
        match &self.prepared.as_ref()?.found {
            Found::Alone(..) => None,
            Found::Together(judged) => Some(&judged.readings),
        }
    }

    /// The facts, how they are read, and the agreement as [`Self::agreement`] has it.
    pub fn known(&mut self) -> (&Timeline, &Readings, Option<&Agreement>) {
        let timeline = &self.timeline;
        let judged = self.judged.get_or_insert_with(|| Judged::of(timeline, timeline.read()));
        (timeline, &judged.readings, judged.agreement.as_ref())
    }

    /// The agreement with everything that is known, whatever its day; none without facts.
    pub fn agreement(&mut self) -> Option<&Agreement> {
        self.judged().agreement.as_ref()
    }

    /// Everything that speaks against the facts, in no order.
    pub fn objections(&mut self) -> &[Objected] {
        &self.judged().objections
    }

    fn judged(&mut self) -> &Judged {
        self.judged.get_or_insert_with(|| Judged::of(&self.timeline, self.timeline.read()))
    }

    /// Has the dates counted by a register as it is by now.
    pub fn enter(&mut self, register: Register) {
        if !Arc::ptr_eq(register.almanac(), self.timeline.register().almanac()) {
            (self.judged, self.prepared) = (None, None);
        }
        self.timeline.enter(register);
    }

    /// Decides a request as [`decide`](super::decide::decide) would.
    ///
    /// # Errors
    ///
    /// A [`Refusal`]; then nothing is to be recorded.
    pub fn decide(&mut self, request: &Request, context: &Context) -> Result<Decision, Refusal> {
        self.prepared = None;
        if request.agreement.is_register() {
            return decide(request, &self.timeline, context);
        }
        let timeline = &self.timeline;
        let judged = self.judged.get_or_insert_with(|| Judged::of(timeline, timeline.read()));
        let making = Making {
            reference: &request.agreement,
            timeline,
            readings: &judged.readings,
            agreement: judged.agreement.as_ref(),
            today: context.today,
        };
        let mut found = None;
        let decision = decide::decided(request, &making, |saying| {
            if let Some(reading) = judged.alone(timeline, saying, context) {
                let against = judged.against(&reading);
                let verdict = decide::verdict(against.clone(), reading.seq, Some(&reading), context);
                found = Some(Found::Alone(reading, against));
                return verdict;
            }
            let (after, verdict) = judged.together(timeline, saying, context);
            found = Some(Found::Together(Box::new(after)));
            verdict
        })?;
        let prepare = |found| Prepared { saying: Arc::clone(&decision.saying), recorded: recording(context), found };
        self.prepared = found.map(prepare);
        Ok(decision)
    }

    /// Takes in a fact that was recorded after all others; whether it is known to change nothing in how they are read, taken
    /// and judged.
    pub fn put(&mut self, fact: Fact) -> bool {
        let expected = self.prepared.take().filter(|prepared| {
            Arc::ptr_eq(&prepared.saying, &fact.saying)
                && prepared.recorded == fact.recorded
                && fact.seq == self.timeline.facts().len() as u64 + 1
        });
        let mut alone = false;
        self.judged = match (expected.map(|prepared| prepared.found), self.judged.take()) {
            (Some(Found::Together(mut after)), _) => {
                if let Some(newest) = after.readings.facts.iter_mut().find(|reading| reading.seq == fact.seq) {
                    newest.position = fact.position;
                }
                Some(*after)
            }
            (Some(Found::Alone(reading, against)), Some(mut before)) => {
                alone = true;
                before.put(Reading { position: fact.position, ..reading }, against, fact.recorded.at.utc_day());
                Some(before)
            }
            _ => None,
        };
        self.timeline.push(fact);
        alone
    }

    /// Says where in the log the newest fact lies, which was taken in before that was known.
    pub fn newest_lies_at(&mut self, position: u64) {
        self.timeline.newest_lies_at(position);
        let seq = self.timeline.facts().len() as u64;
        let readings = self.judged.iter_mut().flat_map(|judged| &mut judged.readings.facts);
        for newest in readings.filter(|reading| reading.seq == seq) {
            newest.position = position;
        }
    }
}

fn recording(context: &Context) -> Recording {
    Recording { at: context.now, by: context.actor.clone(), asserted: context.asserted }
}

impl Judged {
    fn of(timeline: &Timeline, readings: Readings) -> Self {
        let Some((opened, opening)) = decide::opening_of(timeline, &readings) else {
            return Self { readings, agreement: None, objections: Vec::new(), order: Order::default() };
        };
        let folded = guard::folded(Agreement::known_with(opened, opening, &readings), &readings);
        let mut objections = folded.objections;
        objections.extend(guard::before_opening(opening, &readings));
        let order = Order::of(&folded.agreement, timeline, &readings, folded.waited);
        Self { readings, agreement: Some(folded.agreement), objections, order }
    }

    /// The reading of a new fact, where it changes nothing in how any other is read, taken or judged.
    fn alone(&self, timeline: &Timeline, saying: &Arc<Saying>, context: &Context) -> Option<Reading> {
        let agreement = self.agreement.as_ref()?;
        let seq = timeline.facts().len() as u64 + 1;
        let event = &saying.event;
        let opens =
            matches!(event, Event::AgreementProposed(_) | Event::AgreementRecorded(_) | Event::PledgeAnnounced(_));
        let rereads = match event {
            Event::RecordCorrected(_) | Event::RecordRetracted(_) | Event::RecordRedacted(_) => true,
            Event::FactResolved(resolved) => !resolved.fields.is_empty(),
            _ => false,
        };
        if opens || rereads || seq <= self.order.spoken_of || self.readings.retracted_by(1).is_some() {
            return None;
        }
        let cap = context.now.utc_day();
        let earlier = |day: Day| self.order.beginning.is_none_or(|beginning| day < beginning);
        // The first of all days is that of the facts without one.
        if timeline::dated(saying, cap).is_some_and(|bounds| earlier(bounds.latest))
            && !timeline::is_about_the_record(event)
        {
            return None;
        }
        let names = !naming::named_by(event).is_empty();
        if !agreement.names_all(event) || (names && (agreement.waits() || self.lacks_a_name())) {
            return None;
        }
        let bounds = timeline::bounds(saying, cap, self.order.beginning);
        let reading = Reading { seq, position: u64::MAX, saying: Arc::clone(saying), bounds, changed_by: Vec::new() };
        self.order.takes_alone(agreement, &reading).then_some(reading)
    }

    /// Whether a fact points at a name that nothing brings into being.
    fn lacks_a_name(&self) -> bool {
        self.objections.iter().any(|objected| {
            matches!(
                objected.objection,
                Objection::PartyNotDeclared { .. } | Objection::NoSuchCommitment { .. } | Objection::NoSuchBody { .. }
            )
        })
    }

    /// What speaks against a fact that is taken alone.
    fn against(&self, reading: &Reading) -> Vec<Objected> {
        let Some(agreement) = &self.agreement else { return Vec::new() };
        let mut against = guard::against(agreement, reading);
        let opening_day = self.order.opening_day;
        against.extend(opening_day.and_then(|day| guard::dated_before(agreement.opening, day, reading)));
        against
    }

    /// Reads the whole with the new fact.
    fn together(
        &self,
        timeline: &Timeline,
        saying: &Arc<Saying>,
        context: &Context,
    ) -> (Self, Result<Vec<Objected>, Refusal>) {
        let seq = timeline.facts().len() as u64 + 1;
        let mut whole = timeline.clone();
        whole.push(Fact {
            position: u64::MAX,
            seq,
            id: EventId(uuid::Uuid::nil()),
            cause: CommandId(uuid::Uuid::nil()),
            recorded: recording(context),
            saying: Arc::clone(saying),
            redacted: None,
        });
        let after = Self::of(&whole, whole.read());
        // With its opening retracted the agreement is out of the register as a whole: nothing in it is judged.
        let verdict = if after.readings.retracted_by(1).is_some() {
            Ok(Vec::new())
        } else {
            let new = decide::new_among(&after.objections, &self.objections);
            decide::verdict(new, seq, after.readings.fact(seq), context)
        };
        (after, verdict)
    }

    /// Puts a fact among the others that changes nothing in them.
    fn put(&mut self, reading: Reading, against: Vec<Objected>, cap: Day) {
        let Some(agreement) = &mut self.agreement else { return };
        self.objections.extend(against);
        self.order.note(agreement, &reading, cap);
        agreement.place(&reading);
        self.readings.place(reading);
    }
}
