//! What has to fit a schema, and what must not: the same cases for every validator.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::files::generated;
use super::register::{EVERY_VERB, written};

/// A value, the schema that it is held against, and whether it fits.
pub(crate) struct Case {
    /// What it is, for people.
    pub(crate) what: String,
    /// The schema's path inside `schemas/`.
    pub(crate) schema: String,
    /// Where in that file the schema stands, as a JSON pointer.
    pub(crate) pointer: &'static str,
    /// The value.
    pub(crate) value: Value,
    /// Whether it fits.
    pub(crate) fits: bool,
}

fn fits(what: impl Into<String>, schema: impl Into<String>, value: Value) -> Case {
    Case { what: what.into(), schema: schema.into(), pointer: "", value, fits: true }
}

/// Where in a view's schema the schema of its rows stands.
pub(crate) fn row_of(view: &str) -> &'static str {
    match view {
        "list" | "history" | "diff" | "dates" | "parties" | "calendars" | "profiles" => "/items",
        "overdue" => "/properties/overdue/items",
        "search" => "/properties/found/items",
        "status" => "/properties/rows/items",
        "due" => "/properties/due/items",
        "mou-return" => "/properties/agreements/items",
        "lint" => "/properties/findings/items",
        "outcome" => "/properties/events/items",
        _ => "",
    }
}

/// The two parts of a record, from its flat line.
fn record(line: &Value) -> Value {
    let part = |names: &[&str]| -> Map<String, Value> {
        names.iter().filter_map(|name| Some(((*name).to_owned(), line.get(name)?.clone()))).collect()
    };
    json!({
        "header": part(&["id", "agreement", "seq", "type", "v", "recorded", "cause", "body_hash"]),
        "body": part(&["salt", "occurred", "confidence", "evidence", "reason", "data", "redacted_by"]),
    })
}

/// Everything that the program reads and writes.
pub(crate) fn good() -> Vec<Case> {
    let mut all = Vec::new();
    for (at, line) in EVERY_VERB.lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        let schema = format!("commands/{}.json", line["command"].as_str().unwrap());
        all.push(fits(format!("import line {}", at + 1), schema, line));
    }
    let written = written();
    for line in &written.events {
        let (name, what) = (line["type"].as_str().unwrap(), format!("event #{}", line["position"]));
        let payload = format!("events/{name}.v{}.json", line["v"]);
        // What was taken out of the record whole has no payload any more.
        if let Some(data) = line.get("data") {
            all.push(fits(format!("payload of {what}"), payload, data.clone()));
        }
        all.push(fits(&what, "event-line.v1.json", line.clone()));
        all.push(fits(&what, "record.v1.json", record(line)));
    }
    for answer in &written.answers {
        all.push(fits(&answer.typed, format!("views/{}.json", answer.view), answer.value.clone()));
    }
    for row in &written.rows {
        let case = fits(format!("row of {}", row.typed), format!("views/{}.json", row.view), row.value.clone());
        all.push(Case { pointer: row_of(row.view), ..case });
    }
    all
}

/// How many good values of each schema are spoiled in every way.
const SPOILED: usize = 3;

/// Whether a place holds whatever somebody put there.
fn is_free(schema: &str, path: &[String]) -> bool {
    let at = |name: &str| path.iter().position(|step| step == name);
    let is_payload = schema.starts_with("events/") || schema.starts_with("commands/");
    let under_data = !is_payload && at("data").is_some_and(|place| path.len() > place + 1);
    let of_a_change = ["was", "now"].iter().any(|name| at(name).is_some());
    let of_a_diff = schema == "views/diff.json" && ["before", "after"].iter().any(|name| at(name).is_some());
    under_data || of_a_change || of_a_diff
}

/// Calls with the path of every value inside a value.
fn places(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    found.push(path.clone());
    let mut step = |name: String, inner: &Value| {
        path.push(name);
        places(inner, path, found);
        path.pop();
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, inner)| step(name.clone(), inner)),
        Value::Array(list) => list.iter().enumerate().for_each(|(at, inner)| step(at.to_string(), inner)),
        _ => {}
    }
}

fn inside<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    path.iter().fold(value, |value, step| match value {
        Value::Object(map) => map.get_mut(step).unwrap(),
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        _ => panic!("no way in at {step}"),
    })
}

/// A good value with one thing wrong: a half where no half can be, a field that nobody knows, a field that is missing.
fn spoiled(case: &Case, schema: &Value, bad: &mut Vec<Case>) {
    let mut add = |what: String, value: Value| {
        let what = format!("{}, {what}", case.what);
        bad.push(Case { what, schema: case.schema.clone(), pointer: case.pointer, value, fits: false });
    };
    let mut found = Vec::new();
    places(&case.value, &mut Vec::new(), &mut found);
    for path in found.iter().filter(|path| !is_free(&case.schema, path)) {
        let mut value = case.value.clone();
        *inside(&mut value, path) = json!(0.5);
        add(format!("a half at {path:?}"), value);
        let is_data = path.last().is_some_and(|name| name == "data");
        let closed = !case.schema.starts_with("views/") && (case.schema.starts_with("events/") || !is_data);
        let mut value = case.value.clone();
        if closed && let Value::Object(map) = inside(&mut value, path) {
            map.insert("unheard_of".to_owned(), json!("x"));
            add(format!("an unknown field at {path:?}"), value);
        }
    }
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let mut value = case.value.clone();
        if let Value::Object(map) = &mut value {
            map.remove(name);
            add(format!("without {name}"), value);
        }
    }
}

/// What must not fit.
pub(crate) fn bad() -> Vec<Case> {
    let schemas = generated();
    let mut by_schema: BTreeMap<(String, &str), Vec<Case>> = BTreeMap::new();
    for case in good() {
        by_schema.entry((case.schema.clone(), case.pointer)).or_default().push(case);
    }
    let mut all = Vec::new();
    for ((path, pointer), mut cases) in by_schema {
        let schema = schemas[&path].pointer(pointer).unwrap();
        // The richest values have the most that can be wrong.
        cases.sort_by_key(|case| std::cmp::Reverse(case.value.to_string().len()));
        cases.iter().take(SPOILED).for_each(|case| spoiled(case, schema, &mut all));
    }
    all.extend(wrong_lines());
    all
}

/// Import lines that the program refuses for what a schema can tell.
fn wrong_lines() -> Vec<Case> {
    let line = |what: &str, value: Value| {
        let schema = format!("commands/{}.json", value["command"].as_str().unwrap());
        Case { fits: false, ..fits(what, schema, value) }
    };
    vec![
        line(
            "a commitment said twice",
            json!({"command": "waive", "agreement": "a/c1", "commitment": "c1", "by": "b"}),
        ),
        line("no commitment", json!({"command": "verify-fulfilment", "agreement": "a"})),
        line("a body for a commitment", json!({"command": "verify-fulfilment", "agreement": "a/wg1"})),
        line("a fact where none is meant", json!({"command": "sign", "agreement": "a@1", "party": "b"})),
        line(
            "a deadline's commitment said twice",
            json!({"command": "set-deadline", "agreement": "a/c1", "commitment": "c1", "due": "2026"}),
        ),
        line("waived by nobody", json!({"command": "waive", "agreement": "a/c1"})),
        line("waived by an empty list", json!({"command": "waive", "agreement": "a/c1", "by": []})),
        line("no reason", json!({"command": "retract", "agreement": "a@1"})),
        line("an empty reason", json!({"command": "retract", "agreement": "a@1", "reason": null})),
        line("two names of one field", json!({"command": "announce", "agreement": "a", "party": [], "parties": []})),
        line("an unknown kind of party", json!({"command": "announce", "agreement": "a", "party": "b:planet=Mars"})),
        line("a word that is in no list", json!({"command": "propose", "agreement": "a", "kind": "handshake"})),
        line("a reference in capitals", json!({"command": "complete", "agreement": "A"})),
        line(
            "a share beyond the whole",
            json!({"command": "report-milestone", "agreement": "a/c1", "status": "met", "share": 101}),
        ),
        line("a day that is none", json!({"command": "renew", "agreement": "a", "until": "soon"})),
    ]
}

/// The lines above and others, as the program itself sees them.
pub(crate) fn wrong() -> Vec<Case> {
    wrong_lines()
}
