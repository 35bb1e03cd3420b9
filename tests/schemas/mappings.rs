//! The schema of mapping files and the program agree on what a mapping is.

use jsonschema::Validator;
use serde_json::{Value, json};
use servanda::service::mapping::Mapping;

use super::files::generated;

fn validator() -> Validator {
    jsonschema::draft202012::new(&generated()["mapping.v1.json"]).unwrap()
}

/// The mappings that come with the project.
fn shipped() -> Vec<Value> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mappings");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mappings = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    mappings.map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).collect()
}

#[test]
fn the_mappings_that_come_with_the_project_fit() {
    let (schema, shipped) = (validator(), shipped());
    assert!(shipped.len() >= 2);
    for mapping in shipped {
        let found = schema.validate(&mapping);
        assert!(found.is_ok(), "{}", found.unwrap_err());
        assert!(Mapping::parse(&mapping.to_string()).is_ok());
    }
}

#[test]
fn what_the_schema_refuses_the_program_refuses() {
    let schema = validator();
    let spoiled = |pointer: &str, value: Value| {
        let mut mapping = shipped().into_iter().find(|mapping| mapping["values"].get("party").is_some()).unwrap();
        let (place, name) = pointer.rsplit_once('/').unwrap();
        mapping.pointer_mut(place).unwrap()[name] = value;
        mapping
    };
    for (pointer, value) in [
        ("/unheard_of", json!("x")),
        ("/servanda_mapping", json!("one")),
        ("/separator", json!("::")),
        ("/encoding", json!("ebcdic")),
        ("/hidden_characters", json!("hide")),
        ("/dates/Signature Date", json!({ "formats": "YYYY" })),
        ("/dates/Signature Date", json!({ "sentinels": { "1900-01-01": "never" } })),
        ("/tables/kind", json!([])),
        ("/tables/kind/x", json!(1)),
        ("/values/x", json!({ "slug": "x", "of": "y" })),
        ("/values/x", json!({ "table": "x" })),
        ("/values/x", json!({ "split": "x" })),
        ("/values/x", json!({ "earliest": ["x"] })),
        ("/values/x", json!({ "first_of": "x" })),
        ("/values/x", json!({ "when": [{ "is": "filled" }], "then": "x" })),
        ("/values/x", json!({ "when": [{ "of": "x", "is": "half" }], "then": "x" })),
        ("/values/x", json!(0.5)),
        ("/values/x", json!(null)),
        ("/group", json!(null)),
        ("/commands/0/when", json!("x")),
        ("/commands/0/at", json!("the end")),
        ("/commands/0/unheard_of", json!(1)),
        ("/warnings/0/unheard_of", json!(1)),
    ] {
        let mapping = spoiled(pointer, value.clone());
        assert!(!schema.is_valid(&mapping), "{pointer}: {value} fits");
        assert!(Mapping::parse(&mapping.to_string()).is_err(), "{pointer}: {value} is taken");
    }
}
