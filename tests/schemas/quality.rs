//! What a good schema is: described, without Rust's own words, without references that lead nowhere.

use std::collections::BTreeSet;

use serde_json::Value;

use super::files::generated;

/// Calls with every schema inside a schema, and where it stands.
fn walk(schema: &Value, place: &str, visit: &mut dyn FnMut(&str, &Value)) {
    visit(place, schema);
    let Value::Object(words) = schema else { return };
    for (word, value) in words {
        let place = format!("{place}/{word}");
        match (word.as_str(), value) {
            ("properties" | "patternProperties" | "$defs", Value::Object(named)) => {
                named.iter().for_each(|(name, schema)| walk(schema, &format!("{place}/{name}"), visit));
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(list)) => {
                list.iter().enumerate().for_each(|(at, schema)| walk(schema, &format!("{place}/{at}"), visit));
            }
            ("items" | "additionalProperties" | "not" | "if" | "then" | "else" | "propertyNames", schema) => {
                walk(schema, &place, visit);
            }
            _ => {}
        }
    }
}

/// Calls with every schema of every contract.
fn each(mut visit: impl FnMut(&str, &Value)) {
    for (path, schema) in generated() {
        walk(&schema, &path, &mut visit);
    }
}

#[test]
fn every_contract_is_a_schema_of_its_dialect_with_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for (path, schema) in generated() {
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{path}");
        let id = schema["$id"].as_str().unwrap();
        assert!(id.starts_with("urn:servanda:") && names.insert(id.to_owned()), "{path}: {id}");
        for word in ["title", "description"] {
            // A list of rows says what it is in its rows.
            let described = schema.get(word).or_else(|| schema["items"].get(word)).and_then(Value::as_str);
            assert!(described.is_some_and(|words| !words.is_empty()), "{path} has no {word}");
        }
    }
}

#[test]
fn every_field_is_described() {
    let mut bare = Vec::new();
    each(|place, schema| {
        for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let words = field.get("description").and_then(Value::as_str).unwrap_or_default();
            if words.trim().is_empty() {
                bare.push(format!("{place}: {name}"));
            }
        }
    });
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn every_word_of_a_list_is_a_text_with_its_meaning() {
    each(|place, schema| {
        if let Some(word) = schema.get("const") {
            let word = word.as_str().unwrap_or_else(|| panic!("{place}: {word}"));
            let meaning = schema.get("description").and_then(Value::as_str).unwrap_or_default();
            assert!(!meaning.is_empty(), "{place}: {word} has no meaning");
        }
    });
}

#[test]
fn formats_are_those_of_json_schema_and_nothing_refers_elsewhere() {
    each(|place, schema| {
        if let Some(format) = schema.get("format").and_then(Value::as_str) {
            assert!(["date", "date-time"].contains(&format), "{place}: format {format}");
        }
        for word in ["$ref", "$dynamicRef", "x-aliases", "definitions"] {
            assert!(schema.get(word).is_none(), "{place}: {word}");
        }
    });
}

#[test]
fn every_integer_is_bounded_by_what_json_keeps_exactly() {
    const EXACT: i64 = 9_007_199_254_740_991;
    each(|place, schema| {
        let kind = schema.get("type");
        let is = |word: &str| match kind {
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == word),
            kind => kind.is_some_and(|kind| kind == word),
        };
        assert!(!is("number"), "{place}: there are no floats");
        if is("integer") {
            for bound in ["minimum", "maximum"] {
                let limit = schema.get(bound).and_then(Value::as_i64);
                assert!(limit.is_some_and(|limit| (-EXACT..=EXACT).contains(&limit)), "{place} has no {bound}");
            }
        }
    });
}

/// Whether a schema allows null.
fn may_be_null(schema: &Value) -> bool {
    let is_null = |schema: &Value| match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "null"),
        kind => kind.is_some_and(|kind| kind == "null"),
    };
    let cases = ["anyOf", "oneOf"].iter().filter_map(|word| schema.get(word)).filter_map(Value::as_array).flatten();
    is_null(schema) || cases.into_iter().any(may_be_null)
}

/// Objects inside a view that are shown as they were recorded, without the fields that nobody stated.
const AS_RECORDED: [&str; 5] = ["/occurred/", "/recorded/", "/rule/", "/evidence/", "/oneOf/"];

#[test]
fn what_is_shown_has_every_field_and_what_is_kept_has_no_other() {
    for (path, schema) in generated() {
        walk(&schema, &path, &mut |place, schema| {
            let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return };
            let open = schema.get("additionalProperties").is_none_or(|more| *more == Value::Bool(true));
            let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
            let optional = fields.iter().filter(|(name, _)| !required.contains(&Value::from(name.as_str())));
            let optional: Vec<(&String, &Value)> = optional.collect();
            let place = format!("{place}/");
            if path.starts_with("commands/") || path.starts_with("mapping.") {
                assert!(!open || place.contains("/allOf/"), "{place} is open");
                return;
            }
            for (name, field) in &optional {
                assert!(!may_be_null(field), "{place}: {name} may be left out and may be null");
            }
            if path.starts_with("views/") {
                assert!(open, "{place} is closed: no field can be added later");
                let as_recorded = AS_RECORDED.iter().any(|part| place.contains(part));
                let names: Vec<&&String> = optional.iter().map(|(name, _)| name).collect();
                assert!(as_recorded || names.is_empty(), "{place}: {names:?} may be left out");
            } else {
                assert!(!open, "{place} is open");
            }
        });
    }
}
