//! Everything that the program reads and writes fits its schema, and what is spoiled does not.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::Value;
use servanda::domain::command::{Request, VERBS};
use servanda::domain::event::Event;

use super::cases::{Case, bad, good, wrong};
use super::files::generated;
use super::register::{EVERY_VERB, written};

/// Validators by file and place, made once each.
struct Bench {
    schemas: BTreeMap<String, Value>,
    made: BTreeMap<(String, &'static str), Validator>,
}

impl Bench {
    fn new() -> Self {
        Self { schemas: generated(), made: BTreeMap::new() }
    }

    fn says(&mut self, case: &Case) -> Result<(), String> {
        let key = (case.schema.clone(), case.pointer);
        if !self.made.contains_key(&key) {
            let file = self.schemas.get(&case.schema).ok_or_else(|| format!("there is no {}", case.schema))?;
            let schema = file.pointer(case.pointer).unwrap();
            let validator = jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap();
            self.made.insert(key.clone(), validator);
        }
        let found = self.made[&key].validate(&case.value);
        found.map_err(|error| format!("{} at {}", error, error.instance_path()))
    }
}

#[test]
fn every_verb_and_every_event_occurs() {
    let lines = EVERY_VERB.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    // No line of an import redacts; it is among the outcomes.
    let redact =
        written().answers.iter().filter_map(|answer| answer.value["command"].as_str()).filter(|it| *it == "redact");
    let used: BTreeSet<String> =
        lines.map(|line| line["command"].as_str().unwrap().to_owned()).chain(redact.map(str::to_owned)).collect();
    assert_eq!(used, VERBS.iter().map(|verb| verb.name.to_owned()).collect());
    let kinds = written().events.iter().map(|line| (line["type"].clone(), line["v"].clone()));
    let kinds: BTreeSet<String> =
        kinds.map(|(name, version)| format!("{} v{version}", name.as_str().unwrap())).collect();
    let known: BTreeSet<String> = Event::catalogue().iter().map(|(name, v, _)| format!("{name} v{v}")).collect();
    assert_eq!(kinds, known);
    let views: BTreeSet<&str> = written().answers.iter().map(|answer| answer.view).collect();
    assert_eq!(views, servanda::views::schemas().iter().map(|(name, _)| *name).collect());
}

#[test]
fn the_register_shows_what_is_seldom() {
    let has = |view: &str, pointer: &str| {
        let of_view = written().answers.iter().filter(|answer| answer.view == view);
        of_view.filter_map(|answer| answer.value.pointer(pointer)).any(|value| !value.is_null())
    };
    for (view, pointer) in [
        ("overdue", "/overdue/0"),
        ("overdue", "/possibly_overdue/0"),
        ("overdue", "/due_soon/0"),
        ("overdue", "/undated/0"),
        ("due", "/due/0"),
        ("due", "/awaiting/0"),
        ("outcome", "/odd/0"),
        ("outcome", "/moved/0"),
        ("outcome", "/elsewhere/0/agreement"),
        ("show", "/redacted/0/redaction/authority"),
        ("import", "/refused/0/hint"),
        ("import", "/refused/0/value"),
        ("import", "/table/warnings/1/value"),
        ("error", "/hint"),
        ("why", "/grace_until"),
        ("why", "/anchor/evidence/0"),
        ("show", "/ended"),
        ("show", "/term"),
        ("diff", "/0/event"),
    ] {
        assert!(has(view, pointer), "no {view} has {pointer}");
    }
    assert!(written().events.iter().any(|line| line["recorded"]["asserted"] == true));
}

#[test]
fn what_the_program_reads_and_writes_fits() {
    let mut bench = Bench::new();
    let wrong: Vec<String> = good()
        .iter()
        .filter_map(|case| Some(format!("{} ({}): {}", case.what, case.schema, bench.says(case).err()?)))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_is_spoiled_does_not_fit() {
    let mut bench = Bench::new();
    let bad = bad();
    let passed: Vec<String> = bad
        .iter()
        .filter(|case| bench.says(case).is_ok())
        .map(|case| format!("{} ({})", case.what, case.schema))
        .collect();
    assert_eq!(passed, Vec::<String>::new());
    assert!(bad.len() > 1_000, "only {} spoiled values", bad.len());
}

#[test]
fn the_schemas_of_commands_refuse_nothing_that_the_program_takes_of_them() {
    let read = |value: &Value| Request::from_json(value.as_object().unwrap().clone());
    let schemas = generated();
    for line in EVERY_VERB.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(read(&line).is_ok(), "{line}");
        // A list of one and its only member are the same, wherever a list is meant.
        let schema = &schemas[&format!("commands/{}.json", line["command"].as_str().unwrap())];
        for (name, field) in schema["properties"].as_object().unwrap() {
            let is_list = field.pointer("/anyOf/0/type").is_some_and(|kind| kind == "array");
            let Some(Value::Array(list)) = line.get(name).filter(|_| is_list) else { continue };
            let mut single = line.clone();
            single[name] = list[0].clone();
            assert!(read(&single).is_ok(), "{single}");
        }
    }
}

#[test]
fn what_the_schemas_of_commands_refuse_the_program_refuses() {
    // What needs the rest of the register to be judged is refused when it is decided, not when it is read.
    let decided =
        ["no reason", "an empty reason", "a share beyond the whole", "waived by nobody", "waived by an empty list"];
    for case in wrong().iter().filter(|case| !decided.contains(&case.what.as_str())) {
        let read = Request::from_json(case.value.as_object().unwrap().clone());
        assert!(read.is_err(), "{}: {}", case.what, case.value);
    }
}

#[test]
fn every_other_name_of_a_field_is_in_the_schema() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/command");
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert_eq!(text.matches("serde(alias").count(), text.matches("\"x-aliases\" =").count());
    }
    let schema = &generated()["commands/set-term.json"];
    assert!(schema["properties"]["duration"].is_object());
}
