//! JSON Schemas (draft 2020-12) of what the program takes, keeps and shows, made from the types themselves.
//!
//! Lives here: how a type becomes a schema that others can rely on. Three promises, three functions: what is [`taken`]
//! may leave out what has a default; what is [`stored`] is described exactly, and nothing may be added to it; what is
//! [`shown`] has every field, and fields may be added later.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// The largest integer that every JSON reader keeps exactly, 2^53 − 1 (RFC 8785, appendix D).
const EXACT: i64 = (1 << 53) - 1;

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with_transform(RecursiveTransform(tidy)).with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    })
}

/// The schema of what the program reads, with everything in place, no references.
#[must_use]
pub fn taken<T: JsonSchema>() -> Schema {
    settings().into_generator().into_root_schema_for::<T>()
}

/// The schema of what the program keeps: exactly the fields that it writes, no others.
#[must_use]
pub fn stored<T: JsonSchema>() -> Schema {
    let mut schema = written::<T>();
    close(&mut schema);
    schema
}

/// The schema of what the program shows: at least the fields that it writes; others may join them.
#[must_use]
pub fn shown<T: JsonSchema>() -> Schema {
    let mut schema = written::<T>();
    open(&mut schema);
    schema
}

fn written<T: JsonSchema>() -> Schema {
    let mut schema = settings().for_serialize().into_generator().into_root_schema_for::<T>();
    without_defaults(&mut schema);
    left_out_not_null(&mut schema);
    schema
}

/// Refuses fields that no schema names, in every object.
pub fn close(schema: &mut Schema) {
    if is_object(schema) && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    transform_subschemas(&mut close, schema);
}

fn is_object(schema: &Schema) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        kind => kind.is_some_and(|kind| kind == "object"),
    }
}

/// Allows fields that the schema does not name, in every object.
fn open(schema: &mut Schema) {
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        schema.remove("additionalProperties");
    }
    transform_subschemas(&mut open, schema);
}

/// What is written is written in full: a default tells its reader nothing.
fn without_defaults(schema: &mut Schema) {
    schema.remove("default");
    transform_subschemas(&mut without_defaults, schema);
}

/// A field that may be left out is left out where there is nothing to say; it is never null.
fn left_out_not_null(schema: &mut Schema) {
    let required = schema.get("required").cloned().unwrap_or_default();
    if let Some(Value::Object(fields)) = schema.get_mut("properties") {
        let is_required = |name: &str| required.as_array().is_some_and(|names| names.iter().any(|n| n == name));
        fields.iter_mut().filter(|(name, _)| !is_required(name)).for_each(|(_, field)| never_null(field));
    }
    transform_subschemas(&mut left_out_not_null, schema);
}

fn never_null(field: &mut Value) {
    let Value::Object(field) = field else { return };
    if let Some(Value::Array(kinds)) = field.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            field.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(cases)) = field.get_mut("anyOf") else { return };
    cases.retain(|case| case.get("type").is_none_or(|kind| kind != "null"));
    if let [Value::Object(only)] = cases.as_slice() {
        // What describes the field comes before what describes its type.
        let only = only.clone();
        field.remove("anyOf");
        only.into_iter().for_each(|(word, value)| {
            field.entry(word).or_insert(value);
        });
    }
}

/// Replaces what only Rust understands by what every validator does.
fn tidy(schema: &mut Schema) {
    plain_integer(schema);
    describe_only_field(schema);
    unwrap_lines(schema);
}

/// A paragraph of a comment is broken into lines for its file, not for its reader.
fn unwrap_lines(schema: &mut Schema) {
    if let Some(Value::String(words)) = schema.get_mut("description") {
        *words = words.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
    }
}

/// `uint64` and its kin are no formats of JSON Schema: they become bounds.
fn plain_integer(schema: &mut Schema) {
    let bounds = match schema.get("format").and_then(Value::as_str) {
        Some("uint8") => (0, i64::from(u8::MAX)),
        Some("uint16") => (0, i64::from(u16::MAX)),
        Some("uint32") => (0, i64::from(u32::MAX)),
        Some("uint64" | "uint") => (0, EXACT),
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64" | "int") => (-EXACT, EXACT),
        _ => return,
    };
    schema.remove("format");
    for (name, bound) in [("minimum", bounds.0), ("maximum", bounds.1)] {
        if schema.get(name).is_none() {
            schema.insert(name.to_owned(), json!(bound));
        }
    }
}

/// A case of an enum that is written as an object of one field: what describes the case describes the field.
fn describe_only_field(schema: &mut Schema) {
    let Some(words) = schema.get("description").cloned() else { return };
    let Some(Value::Object(fields)) = schema.get_mut("properties") else { return };
    if fields.len() == 1
        && let Some(Value::Object(field)) = fields.values_mut().next()
        && !field.contains_key("description")
    {
        field.insert("description".to_owned(), words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(schemars::JsonSchema, serde::Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        /// How many.
        count: u64,
        /// Which.
        #[serde(default)]
        which: Option<u8>,
        /// Since when; nobody may know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<u8>,
    }

    fn required(schema: &Schema) -> &Value {
        schema.get("required").unwrap()
    }

    #[test]
    fn integers_have_bounds_and_no_formats() {
        let schema = taken::<Sample>();
        let count = &schema.get("properties").unwrap()["count"];
        assert_eq!((&count["minimum"], &count["maximum"]), (&json!(0), &json!(EXACT)));
        assert!(count.get("format").is_none());
    }

    #[test]
    fn what_is_taken_may_leave_out_what_is_shown_in_full() {
        assert_eq!(required(&taken::<Sample>()), &json!(["count"]));
        assert_eq!(required(&shown::<Sample>()), &json!(["count", "which"]));
    }

    #[test]
    fn what_is_left_out_is_never_null_and_what_is_always_there_may_be() {
        let kind = |schema: &Schema, name: &str| schema.get("properties").unwrap()[name]["type"].clone();
        assert_eq!(kind(&stored::<Sample>(), "since"), json!("integer"));
        assert_eq!(kind(&stored::<Sample>(), "which"), json!(["integer", "null"]));
        assert_eq!(kind(&taken::<Sample>(), "since"), json!(["integer", "null"]));
    }

    #[test]
    fn what_is_stored_is_closed_and_what_is_shown_is_open() {
        assert_eq!(stored::<Sample>().get("additionalProperties"), Some(&json!(false)));
        assert_eq!(shown::<Sample>().get("additionalProperties"), None);
    }
}
