//! The register's own facts: its calendars and counting profiles, and how a shipped calendar gets on record.
//!
//! A shipped calendar is recorded by the first command that counts with it, in the same write: what the register
//! counts by lies in the register, and a later release with other days off changes no old report.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Service;
use super::error::{ExecuteError, QueryError};
use crate::domain::almanac::{objections::speaks_of, shipped};
use crate::domain::decide::Context;
use crate::domain::docket::Docket;
use crate::domain::event::Event;
use crate::domain::event::naming::rules;
use crate::domain::fact::{Fact, Recording, Saying};
use crate::domain::id::{AgreementId, CalendarId, CommandId, EventId};
use crate::domain::timeline::{Readings, Register};
use crate::log::codec::{self, Salt, Stamp};
use crate::log::{self, Append, AppendError, InvalidAppend, Position, StreamId, StreamVersion};

/// The stream of the register's own facts, in which no agreement can lie: a UUID of version 8 that spells its purpose.
pub const REGISTER: AgreementId = AgreementId(uuid::Uuid::from_u128(0x7265_6769_7374_8572_8000_0000_0000_0000));

impl Service {
    /// The register's own facts, read anew only where there are more of them.
    pub(super) async fn register(&self) -> Result<Register, QueryError> {
        let version = self.log.version(StreamId::new(REGISTER.0)).await?.get();
        if let Some(kept) = self.kept_register(version) {
            return Ok(kept);
        }
        let register = Register::new(self.facts_of(REGISTER).await?).in_zone(self.settings.zone_name());
        if let Ok(mut kept) = self.register.lock() {
            *kept = register.clone();
        }
        Ok(register)
    }

    fn kept_register(&self, version: u64) -> Option<Register> {
        let kept = self.register.lock().ok()?;
        (kept.facts().len() as u64 == version).then(|| kept.clone())
    }

    /// The facts that put on record which shipped calendars a fact, just allowed, makes the agreement count by; in their
    /// order.
    pub(super) fn adopted(
        &self,
        register: &Register,
        docket: &mut Docket,
        saying: &Arc<Saying>,
        context: &Context,
        position: u64,
    ) -> Vec<Fact> {
        let almanac = register.almanac();
        let wanted: BTreeSet<CalendarId> = match &saying.event {
            // A correction or the like may touch a rule: what counts is how everything is read with it.
            Event::RecordCorrected(_) | Event::RecordRetracted(_) | Event::FactResolved(_) => {
                let of = |readings: &Readings| {
                    let rules = readings.facts.iter().flat_map(|reading| rules(&reading.saying.event));
                    rules.flat_map(|rule| almanac.calendars_of(rule)).collect()
                };
                match docket.readings_after() {
                    Some(after) => of(after),
                    None => of(docket.readings()),
                }
            }
            event => {
                let spoken_of = speaks_of(event).cloned();
                rules(event).into_iter().flat_map(|rule| almanac.calendars_of(rule)).chain(spoken_of).collect()
            }
        };
        let missing = wanted.iter().filter(|id| !almanac.records(id)).filter_map(shipped::calendar);
        let cause = CommandId(self.ids.uuid(context.now));
        let before = register.facts().len() as u64;
        let sayings = missing.flat_map(|shipped| shipped.sayings.iter().cloned().map(Arc::new));
        let stamp = |(index, saying)| self.stamped(saying, before + index, position + index, context, cause);
        (0_u64..).zip(sayings).map(stamp).collect()
    }

    /// A fact of what is said, as the one after `before` facts of its stream.
    pub(super) fn stamped(
        &self,
        saying: Arc<Saying>,
        before: u64,
        position: u64,
        context: &Context,
        cause: CommandId,
    ) -> Fact {
        let recorded = Recording { at: context.now, by: context.actor.clone(), asserted: context.asserted };
        Fact {
            position,
            seq: before + 1,
            id: EventId(self.ids.uuid(context.now)),
            cause,
            recorded,
            saying,
            redacted: None,
        }
    }

    /// Facts of one stream that follow each other and have one cause, salted, to be written together.
    pub(super) fn salted(&self, id: AgreementId, facts: Vec<Fact>, expected_end: Option<Position>) -> Salted {
        let salt = |fact| (fact, self.ids.bytes());
        Salted { id, facts: facts.into_iter().map(salt).collect(), expected_end }
    }
}

/// Facts that are to be written together. All chance is in them by now: what they are as bytes is a function.
pub(super) struct Salted {
    id: AgreementId,
    facts: Vec<(Fact, Salt)>,
    expected_end: Option<Position>,
}

impl Salted {
    /// What is handed to the log.
    pub(super) fn written(&self) -> Result<Append, ExecuteError> {
        let (first, _) = self.facts.first().ok_or(AppendError::Invalid(InvalidAppend::Empty))?;
        let encode = |(fact, salt): &(Fact, Salt)| {
            let stamp = Stamp {
                id: fact.id,
                agreement: self.id,
                seq: fact.seq,
                recorded: fact.recorded.clone(),
                cause: fact.cause,
                salt: *salt,
            };
            codec::encode(&stamp, &fact.saying)
        };
        Ok(Append {
            command: log::CommandId::new(first.cause.0),
            stream: StreamId::new(self.id.0),
            expected: StreamVersion::new(first.seq - 1),
            expected_end: self.expected_end,
            recorded_at: first.recorded.at.micros(),
            events: self.facts.iter().map(encode).collect::<Result<_, _>>()?,
        })
    }
}

/// A register with more facts.
pub(super) fn with(register: &Register, more: &[Fact]) -> Register {
    if more.is_empty() {
        return register.clone();
    }
    register.with(more)
}
