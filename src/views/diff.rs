//! What changed in an agreement between two points, and by which event.
//!
//! Between two times of knowledge the facts recorded in between are taken in one by one, and each change is laid to
//! the fact that made it; between two days the facts that happened in between, and, where no fact did it, the
//! passing of time. Each computed date that moved comes first, with every fact that moved it, the register's own
//! among them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::Asked;
use super::because::Cause;
use super::document::{Document, read_document};
use super::moves::Stood;
use crate::domain::dates::DateKey;
use crate::domain::day::Day;
use crate::domain::fact::Fact;
use crate::domain::id::AgreementId;
use crate::domain::instant::Instant;
use crate::domain::moment::Moment;
use crate::domain::timeline::{Readings, Timeline};

/// The event that made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct By {
    /// Whether it is one of the register's own, about a calendar or a counting profile.
    pub of_register: bool,
    /// Its place in the agreement, or in the register's own facts.
    pub seq: u64,
    /// Its position in the log.
    pub position: u64,
    /// Its stored name.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it was recorded.
    pub recorded: Instant,
}

/// One move of a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct DateMove {
    /// The date before; where it is not one day, the latest that it could be. Null where it was not known.
    pub before: Option<Day>,
    /// The earliest that it could be before.
    pub before_earliest: Option<Day>,
    /// The date after, likewise.
    pub after: Option<Day>,
    /// The earliest that it can be after.
    pub after_earliest: Option<Day>,
    /// What moved it, in words, with the place of the fact.
    pub because: String,
    /// The event that moved it; null where only time has passed.
    pub event: Option<By>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Change {
    /// Where in the agreement (as `show --json` gives it): `commitments.c1.due`, `parties.pk.signature.place` …; for a
    /// date that moved `dates.` and the word for it.
    pub path: String,
    /// What stood there; null where there was nothing.
    pub before: Value,
    /// What stands there; null where nothing does.
    pub after: Value,
    /// The event that made the change; null where only time has passed.
    pub event: Option<By>,
    /// Of a computed date that moved, the word that `why` takes for it: `c1`, `entry-into-force`, `expiry` …
    pub date: Option<String>,
    /// Of a computed date, each of its moves, in order; empty for everything else.
    pub moves: Vec<DateMove>,
}

/// What of a document is about the question and not about the agreement.
const NOT_OF_THE_AGREEMENT: [&str; 4] = ["as_of", "at", "known_at", "facts"];
/// What of a commitment's row changes every day, or only says again what stands elsewhere.
const SAID_ELSEWHERE: [&str; 8] =
    ["days_overdue", "age_days", "agreement_status", "last_fact", "due_latest", "ends_at", "hangs_on", "superseded_by"];
/// Fields that, while they are equal, say one thing: the second is told only where it differs from the first.
const TWINS: [(&str, &str); 6] = [
    ("due", "due_earliest"),
    ("on", "by"),
    ("entry_into_force", "entry_into_force_earliest"),
    ("last", "last_earliest"),
    ("notice_by", "notice_by_earliest"),
    ("prepare_by", "prepare_by_earliest"),
];

const fn asked(as_of: Day) -> Asked {
    Asked::on(as_of, Instant::MAX)
}

/// A document without what is about the question; an object without fields where there was no agreement yet.
fn written(document: Option<Document>) -> Value {
    let mut value = document.and_then(|document| serde_json::to_value(document).ok()).unwrap_or_else(|| json!({}));
    if let Value::Object(map) = &mut value {
        map.retain(|name, _| !NOT_OF_THE_AGREEMENT.contains(&name.as_str()));
    }
    value
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The name of a list's member that has one: a party, a commitment, a body.
fn name_of(member: &Value) -> Option<&str> {
    ["id", "commitment"].iter().find_map(|name| member.get(name)).and_then(Value::as_str)
}

/// Lists the paths at which two values differ, with both values.
fn differences(path: &str, before: &Value, after: &Value, found: &mut Vec<(String, Value, Value)>) {
    if before == after || (is_nothing(before) && is_nothing(after)) {
        return;
    }
    let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let last = path.rsplit('.').next().unwrap_or_default();
    if SAID_ELSEWHERE.contains(&last) {
        return;
    }
    let empty = Value::Array(Vec::new());
    let (before, after) = match (before, after) {
        (Value::Null, Value::Array(_)) => (&empty, after),
        (Value::Array(_), Value::Null) => (before, &empty),
        both => both,
    };
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<&String> = a.keys().collect();
            names.extend(b.keys().filter(|name| !a.contains_key(*name)));
            let is_twin = |name: &str| {
                TWINS.iter().any(|(first, second)| {
                    *second == name && a.get(*first) == a.get(*second) && b.get(*first) == b.get(*second)
                })
            };
            for name in names.into_iter().filter(|name| !is_twin(name)) {
                let (a, b) = (a.get(name).unwrap_or(&Value::Null), b.get(name).unwrap_or(&Value::Null));
                differences(&inner(name), a, b, found);
            }
        }
        (Value::Array(a), Value::Array(b))
            if a.iter().chain(b).all(|member| name_of(member).is_some()) && path != "reports" =>
        {
            let mut names: Vec<&str> = a.iter().filter_map(name_of).collect();
            names.extend(b.iter().filter_map(name_of).filter(|name| !a.iter().any(|m| name_of(m) == Some(name))));
            for name in names {
                let find = |list: &[Value]| list.iter().find(|member| name_of(member) == Some(name)).cloned();
                let (a, b) = (find(a).unwrap_or(Value::Null), find(b).unwrap_or(Value::Null));
                differences(&inner(name), &a, &b, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.iter().chain(b).any(Value::is_object) => {
            for at in 0..a.len().max(b.len()) {
                let (a, b) = (a.get(at).unwrap_or(&Value::Null), b.get(at).unwrap_or(&Value::Null));
                differences(&inner(&at.to_string()), a, b, found);
            }
        }
        _ => found.push((path.to_owned(), before.clone(), after.clone())),
    }
}

/// A step from one state of things to the next: what is shown, and how the dates stand.
struct State {
    shown: Value,
    stood: Stood,
}

/// Gathers steps into one change a path: from the first value to the last, by the last event that touched it.
#[derive(Default)]
struct Gathered {
    changes: Vec<Change>,
    dates: BTreeMap<DateKey, Vec<DateMove>>,
}

impl Gathered {
    fn step(&mut self, before: &State, after: &State, cause: Option<&Cause<'_>>) {
        let event = cause.map(by);
        let mut found = Vec::new();
        differences("", &before.shown, &after.shown, &mut found);
        for (path, before, after) in found {
            if let Some(earlier) = self.changes.iter_mut().find(|change| change.path == path) {
                earlier.after = after;
                earlier.event.clone_from(&event);
            } else {
                let event = event.clone();
                self.changes.push(Change { path, before, after, event, date: None, moves: Vec::new() });
            }
        }
        for (key, was, is) in after.stood.moved_since(&before.stood) {
            let because = match cause {
                Some(cause) => cause.words(before.stood.span(&after.stood, &key)),
                None => "the day came".to_owned(),
            };
            self.dates.entry(key).or_default().push(DateMove {
                before: was.latest,
                before_earliest: was.earliest,
                after: is.latest,
                after_earliest: is.earliest,
                because,
                event: event.clone(),
            });
        }
    }

    /// The dates that moved, then everything that changed.
    fn done(self) -> Vec<Change> {
        let day = |earliest: Option<Day>, latest: Option<Day>| match (earliest, latest) {
            (Some(earliest), Some(latest)) if earliest == latest => json!(latest),
            (None, None) => Value::Null,
            (earliest, latest) => {
                let end = |day: Option<Day>| day.map_or_else(|| "..".to_owned(), |day| day.to_string());
                json!(format!("{}/{}", end(earliest), end(latest)))
            }
        };
        let moved = self.dates.into_iter().filter_map(|(key, moves)| {
            let (first, last) = (moves.first()?, moves.last()?);
            Some(Change {
                path: format!("dates.{key}"),
                before: day(first.before_earliest, first.before),
                after: day(last.after_earliest, last.after),
                event: last.event.clone(),
                date: Some(key.to_string()),
                moves,
            })
        });
        moved.chain(self.changes).filter(|change| change.before != change.after).collect()
    }
}

fn by(cause: &Cause<'_>) -> By {
    By {
        of_register: cause.almanacs.is_some(),
        seq: cause.fact.seq,
        position: cause.fact.position,
        kind: cause.fact.saying.event.name(),
        recorded: cause.fact.recorded.at,
    }
}

fn known_state(id: AgreementId, timeline: &Timeline, as_of: Day) -> State {
    let readings = timeline.read();
    State {
        shown: written(read_document(id, timeline, &readings, asked(as_of))),
        stood: Stood::read(timeline, &readings, Moment::on(as_of)),
    }
}

/// What was learned between two times of knowledge, about one day: of the agreement, and of the calendars that its
/// dates are counted by.
#[must_use]
pub fn between_knowledge(id: AgreementId, timeline: &Timeline, as_of: Day, from: Instant, to: Instant) -> Vec<Change> {
    let mut known = timeline.known_at(from);
    let mut before = known_state(id, &known, as_of);
    let mut gathered = Gathered::default();
    let learned = |fact: &&Fact| fact.recorded.at > from && fact.recorded.at <= to;
    let of_register = timeline.register().facts().iter().filter(learned).map(|fact| (fact, true));
    let mut steps: Vec<(&Fact, bool)> =
        timeline.facts().iter().filter(learned).map(|fact| (fact, false)).chain(of_register).collect();
    steps.sort_by_key(|(fact, _)| fact.position);
    for (fact, of_register) in steps {
        let earlier = known.register().clone();
        if of_register {
            known.enter(earlier.with(std::slice::from_ref(fact)));
        } else {
            known.push(fact.clone());
        }
        let after = known_state(id, &known, as_of);
        let almanacs = of_register.then(|| (earlier.almanac().as_ref(), known.register().almanac().as_ref()));
        let stream = if of_register { timeline.register().facts() } else { timeline.facts() };
        gathered.step(&before, &after, Some(&Cause { fact, stream, almanacs }));
        before = after;
    }
    gathered.done()
}

/// What happened between two days, with one knowledge.
#[must_use]
pub fn between_days(id: AgreementId, timeline: &Timeline, from: Day, to: Day) -> Vec<Change> {
    let all = timeline.read();
    let state = |readings: &Readings, day: Day| State {
        shown: written(read_document(id, timeline, readings, asked(day))),
        stood: Stood::read(timeline, readings, Moment::on(day)),
    };
    // Of several facts of one day each answers for its own: the states are of the first so many facts.
    let first = |count: usize, day: Day| {
        let readings = Readings { facts: all.facts[..count].to_vec(), ..all.clone() };
        state(&readings, day)
    };
    let mut before = state(&all, from);
    let mut gathered = Gathered::default();
    let mut reached = from;
    for (at, reading) in all.facts.iter().enumerate() {
        let day = reading.bounds.latest;
        if day <= from || day > to {
            continue;
        }
        if day > reached {
            // What the passing of time did until then, before the fact.
            let after = first(at, day);
            gathered.step(&before, &after, None);
            before = after;
            reached = day;
        }
        let after = first(at + 1, day);
        // It is told as it is read now, whatever was corrected in it since.
        let fact = timeline.fact(reading.seq).map(|fact| Fact { saying: reading.saying.clone(), ..fact.clone() });
        let cause = fact.as_ref().map(|fact| Cause { fact, stream: timeline.facts(), almanacs: None });
        gathered.step(&before, &after, cause.as_ref());
        before = after;
    }
    gathered.step(&before, &state(&all, to), None);
    gathered.done()
}
