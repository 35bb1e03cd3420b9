//! The files in `schemas/`: made from the types, compared with what is committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::Schema;
use serde_json::{Map, Value, json};
use servanda::domain::command::VERBS;
use servanda::domain::command::contract::contract;
use servanda::domain::event::Event;
use servanda::domain::schema::{stored, taken};
use servanda::log::codec::{Body, Header};
use servanda::service::mapping::Mapping;

/// The folder of the contracts.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

/// What stands above a schema: the dialect, who it is, and its title in place of the Rust type's name.
fn headed(id: &str, title: &str, schema: &Schema) -> Value {
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    whole.insert("$id".to_owned(), json!(format!("urn:servanda:{id}")));
    whole.insert("title".to_owned(), json!(title));
    for (name, value) in schema.as_object().unwrap() {
        whole.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(whole)
}

/// The two parts of a record, as they lie in the log.
fn record() -> Schema {
    let part = |schema: Schema| {
        let mut schema = schema;
        schema.remove("title");
        schema
    };
    schemars::json_schema!({
        "description": "A record of the log in its two parts; each is kept as canonical JSON (RFC 8785).",
        "type": "object",
        "properties": { "header": part(stored::<Header>()), "body": { "description": "What it says, or what remains of that.", "anyOf": [part(stored::<Body>()), taken_out()] } },
        "required": ["header", "body"],
        "additionalProperties": false,
    })
}

/// What remains of a body that was taken out whole.
fn taken_out() -> Value {
    let by = stored::<Body>().pointer("/properties/redacted_by").unwrap().clone();
    json!({
        "description": "What remains of a body that was taken out of the record whole, on legal duty.",
        "type": "object",
        "properties": { "redacted_by": by },
        "required": ["redacted_by"],
        "additionalProperties": false,
    })
}

/// A record as one flat object with its position: a line of `export`.
fn event_line() -> Schema {
    let mut properties = Map::new();
    properties.insert(
        "position".to_owned(),
        json!({
            "description": "Its position in the log, from 0.",
            "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_i64,
        }),
    );
    let mut required = vec![json!("position")];
    let (header, body) = (stored::<Header>(), stored::<Body>());
    for part in [&header, &body] {
        properties.extend(part.get("properties").unwrap().as_object().unwrap().clone());
    }
    required.extend(header.get("required").unwrap().as_array().unwrap().clone());
    // A body is whole, or nothing of it is left but the mark.
    let of_body = body.get("required").unwrap().as_array().unwrap();
    let any: Vec<Value> = body
        .get("properties")
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| *name != "redacted_by")
        .map(|name| json!({ "required": [name] }))
        .collect();
    schemars::json_schema!({
        "description": "A record of the log as one flat object: a line of `servanda export`, read by `servanda restore`.",
        "type": "object",
        "properties": properties,
        "required": required,
        "anyOf": [{ "required": of_body }, { "required": ["redacted_by"], "not": { "anyOf": any } }],
        "additionalProperties": false,
    })
}

/// Every contract by its path inside `schemas/`.
pub(crate) fn generated() -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for (name, version, schema) in Event::catalogue() {
        let id = format!("event:{name}:v{version}");
        all.insert(format!("events/{name}.v{version}.json"), headed(&id, &format!("{name} v{version}"), &schema));
    }
    for verb in VERBS {
        let id = format!("command:{}", verb.name);
        all.insert(format!("commands/{}.json", verb.name), headed(&id, verb.name, &contract(verb)));
    }
    for (name, schema) in servanda::views::schemas() {
        all.insert(format!("views/{name}.json"), headed(&format!("view:{name}"), name, &schema));
    }
    let mapping = taken::<Mapping>();
    all.insert("mapping.v1.json".to_owned(), headed("mapping:v1", "mapping v1", &mapping));
    all.insert("record.v1.json".to_owned(), headed("record:v1", "record v1", &record()));
    all.insert("event-line.v1.json".to_owned(), headed("event-line:v1", "event line v1", &event_line()));
    all
}

fn text(schema: &Value) -> String {
    serde_json::to_string_pretty(schema).unwrap() + "\n"
}

/// The paths of the schemas that are committed.
fn committed() -> Vec<String> {
    let mut found = Vec::new();
    for part in ["", "events", "commands", "views"] {
        let Ok(listed) = std::fs::read_dir(folder().join(part)) else { continue };
        for file in listed {
            let name = file.unwrap().file_name().into_string().unwrap();
            if Path::new(&name).extension().is_some_and(|ending| ending == "json") && name != "openapi.json" {
                found.push(if part.is_empty() { name } else { format!("{part}/{name}") });
            }
        }
    }
    found
}

/// With `SERVANDA_BLESS=1` the files are written; this test then holds by itself.
#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let generated = generated();
    let stray: Vec<String> = committed().into_iter().filter(|path| !generated.contains_key(path)).collect();
    if std::env::var("SERVANDA_BLESS").is_ok_and(|word| word == "1") {
        let frozen = super::frozen::rows();
        for (path, schema) in &generated {
            let file = folder().join(path);
            let old = std::fs::read_to_string(&file).ok();
            if old.as_ref() == Some(&text(schema)) {
                continue;
            }
            assert!(!frozen.contains_key(path), "{path} is frozen: make a new version of it (schemas/README.md)");
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text(schema)).unwrap();
        }
        for path in stray.iter().filter(|path| !frozen.contains_key(*path)) {
            std::fs::remove_file(folder().join(path)).unwrap();
        }
        return;
    }
    let mut wrong: Vec<String> = generated
        .iter()
        .filter(|(path, schema)| std::fs::read_to_string(folder().join(path)).ok() != Some(text(schema)))
        .map(|(path, _)| format!("{path} is not what the types say"))
        .collect();
    // A version that is no longer written stays readable, so a frozen file may outlive its row in the catalogue.
    let frozen = super::frozen::rows();
    let stray = stray.iter().filter(|path| !frozen.contains_key(*path));
    wrong.extend(stray.map(|path| format!("{path} belongs to nothing")));
    assert!(
        wrong.is_empty(),
        "schemas/ differs from the types:\n  {}\nlook at the difference; if it is meant: SERVANDA_BLESS=1 cargo test --test schemas",
        wrong.join("\n  ")
    );
}
