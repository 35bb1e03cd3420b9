//! Scenarios: agreements told as people record them, one JSON command after the other, and what is then true.
//!
//! A story is told on one day, [`TODAY`], by one actor, with a clock that advances one second per command. Each
//! command of a story has to be accepted. [`check`] says what is so on which day.

mod amending;
mod bodies;
mod clocks;
mod commitments;
mod consent;
mod corrections;
mod counting;
mod dates;
mod deadlines;
mod force;
mod force_laws;
mod guards;
mod keys;
mod notices;
mod openings;
mod recurring;
mod redactions;
mod term;
mod windows;
mod worked;
mod zones;

use serde_json::{Map, Value, json};

use super::agreement::Agreement;
use super::command::Request;
use super::day::Day;
use super::decide::{Context, Decision, Refusal, agreement_of, decide};
use super::fact::{Fact, Recording};
use super::id::{Actor, BodyId, CommandId, EventId, PartyId};
use super::instant::Instant;
use super::recurrence::{Owed, series};
use super::status;
use super::timeline::Timeline;

/// The day on which every story is told.
pub(crate) const TODAY: &str = "2027-06-01";

/// What was recorded so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    pub(crate) timeline: Timeline,
}

/// The request of a command.
pub(crate) fn request(command: &Value) -> Request {
    let object: Map<String, Value> = command.as_object().cloned().unwrap_or_default();
    Request::from_json(object).unwrap_or_else(|error| panic!("{error}: {command}"))
}

/// One command: the verb, and its fields as a JSON object; the agreement is `a` unless the fields say otherwise.
pub(crate) fn say(verb: &str, fields: Value) -> Value {
    let Value::Object(mut object) = fields else { panic!("the fields of a command are an object") };
    object.insert("command".to_owned(), verb.into());
    object.entry("agreement").or_insert_with(|| "a".into());
    Value::Object(object)
}

impl Story {
    /// A story in which all of these were recorded.
    #[track_caller]
    pub(crate) fn of(commands: impl IntoIterator<Item = Value>) -> Self {
        Self::default().and(commands)
    }

    /// The story with more recorded after it.
    #[track_caller]
    pub(crate) fn and(&self, commands: impl IntoIterator<Item = Value>) -> Self {
        let mut story = self.clone();
        for command in commands {
            if let Err(refusal) = story.record(&command) {
                panic!("refused ({}): {refusal}\n{command}", refusal.code());
            }
        }
        story
    }

    /// The story with one more command, `(verb, fields)`, recorded after it.
    #[track_caller]
    pub(crate) fn then(&self, verb: &str, fields: Value) -> Self {
        self.and([say(verb, fields)])
    }

    /// The code of the refusal of a command, or `accepted`.
    #[track_caller]
    pub(super) fn answer(&self, verb: &str, fields: Value) -> &'static str {
        self.decided(&say(verb, fields)).map_or_else(|refusal| refusal.code(), |_| "accepted")
    }

    /// Decides a command and, if it is accepted, records it.
    pub(crate) fn record(&mut self, command: &Value) -> Result<Decision, Refusal> {
        let decision = self.decided(command)?;
        self.timeline.push(self.next_fact(&decision));
        Ok(decision)
    }

    /// The fact that a decision makes.
    pub(crate) fn next_fact(&self, decision: &Decision) -> Fact {
        let seq = self.timeline.facts().len() as u64 + 1;
        let context = self.context();
        Fact {
            position: seq - 1,
            seq,
            id: EventId(uuid::Uuid::from_u128(u128::from(seq))),
            cause: CommandId(uuid::Uuid::from_u128(u128::from(seq) << 64)),
            recorded: Recording { at: context.now, by: context.actor, asserted: false },
            saying: decision.saying.clone(),
            redacted: None,
        }
    }

    pub(super) fn decided(&self, command: &Value) -> Result<Decision, Refusal> {
        decide(&request(command), &self.timeline, &self.context())
    }

    /// The time and person of the next command.
    pub(crate) fn context(&self) -> Context {
        let start = Instant::parse(&format!("{TODAY}T09:00:00Z")).expect("a time");
        let recorded = i64::try_from(self.timeline.facts().len()).unwrap_or(i64::MAX);
        let now = Instant::from_micros(start.micros() + recorded * 1_000_000);
        Context { now, today: day(TODAY), actor: Actor::parse("a clerk").expect("a name"), asserted: false }
    }

    /// What was known when the fact at this place had just been recorded.
    pub(super) fn known_after(&self, seq: u64) -> Self {
        let at = self.timeline.fact(seq).expect("a fact").recorded.at;
        Self { timeline: self.timeline.known_at(at) }
    }

    /// The agreement on a day.
    pub(super) fn at(&self, on: Day) -> Agreement {
        agreement_of(&self.timeline, &self.timeline.read(), on).expect("a story that opens")
    }

    /// What is so on a day (`c1.3` is an instance of `c1`, `c1 counts` says how its instances stand): `status`; a party's status by its id; of a commitment `c1` its state, `c1 due`,
    /// `c1 earliest`, `c1 original`, `c1 extensions`, `c1 late by` (days since the latest due date), `c1 verified`;
    /// `term` its last day; `in force` its day of entry, `in force earliest`
    /// and `pk in force` for a party; `wg1` the name of a body.
    fn tell(&self, on: &str, what: &str) -> String {
        let on = day(on);
        let agreement = self.at(on);
        let (name, facet) = what.split_once(' ').unwrap_or((what, ""));
        let said = |told: Option<Day>| told.map_or_else(|| "none".to_owned(), |day| day.to_string());
        if let Ok(owed) = Owed::parse(name) {
            let Some(commitment) = agreement.commitment(owed.commitment) else { return "not there".to_owned() };
            let instance = owed.instance.map(|number| series::instance(&agreement, commitment, number));
            let commitment = match &instance {
                Some(None) => return "not there".to_owned(),
                Some(Some(instance)) => instance,
                None => commitment,
            };
            let standing = status::standing(&agreement, commitment, on);
            return match facet {
                "due" => said(standing.due.latest),
                "earliest" => said(standing.due.earliest),
                "original" => said(standing.original_due),
                "extensions" => standing.extensions.to_string(),
                "late by" => standing.due.latest.expect("a due date").days_until(on).to_string(),
                "counts" => {
                    let counts = standing.instances.expect("instances");
                    format!("{}/{} met, {} waived, {} overdue", counts.met, counts.all, counts.waived, counts.overdue)
                }
                "verified" => format!("{:?}", standing.verified),
                "authority" => standing.authority.expect("an authority").to_string(),
                "text" => commitment.undertaking.text.to_string(),
                _ => standing.state.to_string(),
            };
        }
        match what {
            "status" => status::status(&agreement, on).to_string(),
            "term" => said(super::term::last_day(&agreement)),
            "in force earliest" => said(super::due::entry_into_force(&agreement).and_then(|entry| entry.days.earliest)),
            "in force" => said(super::due::entry_into_force(&agreement).and_then(|entry| entry.days.latest)),
            "title" => agreement.opened.title.map_or_else(|| "none".to_owned(), |title| title.to_string()),
            _ if facet == "in force" => {
                let record = PartyId::parse(name).ok().and_then(|id| agreement.party(&id).cloned()).expect("a party");
                said(super::due::party_entry_into_force(&agreement, &record).and_then(|entry| entry.days.latest))
            }
            _ => {
                let party = PartyId::parse(what).ok().and_then(|id| agreement.party(&id).cloned());
                let body = BodyId::parse(what).ok().and_then(|id| agreement.body(id).cloned());
                match (party, body) {
                    (Some(record), _) => status::party_status(&agreement, &record, on).to_string(),
                    (None, Some(body)) => body.name.to_string(),
                    (None, None) => "not there".to_owned(),
                }
            }
        }
    }
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// Checks what is so in a story, as rows of (day, what, how it is); see [`Story::tell`] for the words.
#[track_caller]
pub(super) fn check(story: &Story, then: &[(&str, &str, &str)]) {
    for (on, what, is) in then {
        assert_eq!(story.tell(on, what), *is, "{what} on {on}");
    }
}

/// Two States, recorded from a source on a day, with an agreement of this kind.
pub(crate) fn recorded(kind: &str) -> Value {
    say("record", json!({ "kind": kind, "party": ["pk:state=Pakistan", "ps:state=Palestine"], "on": "2025-09-01" }))
}

/// A party's signature on a day.
pub(crate) fn signed(party: &str, on: &str) -> Value {
    say("sign", json!({ "party": party, "on": on }))
}

/// The commitment `c1` with a fixed due date, owed by pk to ps.
pub(super) fn due_on(due: &str) -> Value {
    say("set-deadline", json!({ "text": "Form the group", "due": due, "owed_by": "pk", "owed_to": "ps" }))
}
