//! What changed in an agreement between two points, and by which event.
//!
//! Between two times of knowledge the facts recorded in between are taken in one by one, and each change is laid to
//! the fact that made it; between two days the facts that happened in between, and, where no fact did it, the
//! passing of time.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::Asked;
use super::document::{Document, document, read_document};
use crate::domain::day::Day;
use crate::domain::id::AgreementId;
use crate::domain::instant::Instant;
use crate::domain::timeline::{Readings, Timeline};

/// The event that made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct By {
    /// Its place in the agreement.
    pub seq: u64,
    /// Its position in the log.
    pub position: u64,
    /// Its stored name.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// When it was recorded.
    pub recorded: Instant,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Change {
    /// Where in the agreement (as `show --json` gives it): `commitments.c1.due`, `parties.pk.signature.place` …
    pub path: String,
    /// What stood there; null where there was nothing.
    pub before: Value,
    /// What stands there; null where nothing does.
    pub after: Value,
    /// The event that made the change; null where only time has passed.
    pub event: Option<By>,
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

fn state(id: AgreementId, timeline: &Timeline, as_of: Day) -> Value {
    written(document(id, timeline, asked(as_of)))
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

/// Gathers steps into one change a path: from the first value to the last, by the last event that touched it.
#[derive(Default)]
struct Gathered(Vec<Change>);

impl Gathered {
    fn step(&mut self, before: &Value, after: &Value, event: Option<&By>) {
        let mut found = Vec::new();
        differences("", before, after, &mut found);
        for (path, before, after) in found {
            if let Some(earlier) = self.0.iter_mut().find(|change| change.path == path) {
                earlier.after = after;
                earlier.event = event.cloned();
            } else {
                self.0.push(Change { path, before, after, event: event.cloned() });
            }
        }
    }

    fn done(mut self) -> Vec<Change> {
        self.0.retain(|change| change.before != change.after);
        self.0
    }
}

fn by(timeline: &Timeline, seq: u64) -> Option<By> {
    timeline.fact(seq).map(|fact| By {
        seq,
        position: fact.position,
        kind: fact.saying.event.name(),
        recorded: fact.recorded.at,
    })
}

/// What was learned between two times of knowledge, about one day.
#[must_use]
pub fn between_knowledge(id: AgreementId, timeline: &Timeline, as_of: Day, from: Instant, to: Instant) -> Vec<Change> {
    let mut known = timeline.known_at(from);
    let mut before = state(id, &known, as_of);
    let mut gathered = Gathered::default();
    for fact in timeline.facts().iter().filter(|fact| fact.recorded.at > from && fact.recorded.at <= to) {
        known.push(fact.clone());
        let after = state(id, &known, as_of);
        gathered.step(&before, &after, by(timeline, fact.seq).as_ref());
        before = after;
    }
    gathered.done()
}

/// What happened between two days, with one knowledge.
#[must_use]
pub fn between_days(id: AgreementId, timeline: &Timeline, from: Day, to: Day) -> Vec<Change> {
    let all = timeline.read();
    // Of several facts of one day each answers for its own: the states are of the first so many facts.
    let first = |count: usize, day: Day| {
        let readings = Readings { facts: all.facts[..count].to_vec(), ..all.clone() };
        written(read_document(id, timeline, &readings, asked(day)))
    };
    let mut before = written(read_document(id, timeline, &all, asked(from)));
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
        gathered.step(&before, &after, by(timeline, reading.seq).as_ref());
        before = after;
    }
    gathered.step(&before, &written(read_document(id, timeline, &all, asked(to))), None);
    gathered.done()
}
