//! The JSON Schema of a whole request: the flat object of an import line, and what the server takes.
//!
//! It is put together from the verb's own fields and from those that all verbs share, so a field is described where
//! it is defined and nowhere else. What it promises is read; the program reads a little more (periods in words).

use schemars::Schema;
use serde_json::{Map, Value, json};

use super::framing::Framing;
use super::{VerbSpec, list_fields, schema_of};
use crate::domain::id::Reference;
use crate::domain::schema::close;

/// An agreement's reference, as a part of a pattern.
const REFERENCE: &str = "[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?";

/// A field that what follows the reference can carry.
struct Carried {
    field: &'static str,
    suffix: &'static str,
    words: &'static str,
}

/// What follows the reference of a verb that is about one instance where the commitment recurs.
const OWED: Carried = Carried {
    field: "commitment",
    suffix: "/c[1-9][0-9]{0,5}(\\.[1-9][0-9]{0,3})?",
    words: "REF/c1 gives the commitment, REF/c1.3 its third instance",
};

const CARRIED: [Carried; 3] = [
    Carried { field: "commitment", suffix: "/c[1-9][0-9]{0,5}", words: "REF/c1 gives the commitment" },
    Carried { field: "body", suffix: "/wg[1-9][0-9]{0,5}", words: "REF/wg1 gives the body" },
    Carried { field: "event", suffix: "@[1-9][0-9]{0,15}", words: "REF@7 gives the event" },
];

/// The schema of a verb's requests; it has no `$id` and no `$schema`.
#[must_use]
pub fn contract(verb: &VerbSpec) -> Schema {
    let own = (verb.schema)();
    let shared = schema_of::<Framing>();
    let recurs = has_field(&own, "instance");
    let carried = if recurs { Some(&OWED) } else { CARRIED.iter().find(|carried| has_field(&own, carried.field)) };
    let mut required = vec![json!("command"), json!("agreement")];
    required.extend(required_of(&own).filter(|name| carried.is_none_or(|c| c.field != *name)).map(Value::from));
    required.extend(lists_that_are_never_empty(&own).map(Value::from));

    let mut rules = Vec::new();
    let mut properties = Map::new();
    properties
        .insert("command".to_owned(), json!({ "description": "The verb.", "type": "string", "const": verb.name }));
    properties.insert("agreement".to_owned(), agreement(verb, carried));
    take_fields(&own, &mut properties, &mut rules);
    take_fields(&shared, &mut properties, &mut rules);
    if verb.wants_reason {
        required.push(json!("reason"));
        if let Some(reason) = properties.get_mut("reason") {
            reason["type"] = json!("string");
        }
    }
    rules.extend(carried.map(|carried| said_once(carried, required_of(&own).any(|name| name == carried.field))));
    if recurs {
        // The instance, too, is said after the reference or in its field.
        let words = "REF/c1.3 gives the instance";
        let numbered = json!({ "agreement": { "description": words, "pattern": "\\.[1-9][0-9]{0,3}$" } });
        rules.push(json!({ "not": { "properties": numbered, "required": ["instance"] } }));
    }

    let words = own.get("description").and_then(Value::as_str).unwrap_or_default();
    let mut schema = schemars::json_schema!({
        "title": verb.name,
        "description": format!("{words}\n\nOn the command line: {}", verb.example),
        "type": "object",
        "properties": properties,
        "required": required,
    });
    close(&mut schema);
    // After closing: a rule looks at some fields of the object and leaves the others to the list above.
    if !rules.is_empty() {
        schema.insert("allOf".to_owned(), Value::Array(rules));
    }
    schema
}

fn has_field(schema: &Schema, name: &str) -> bool {
    schema.get("properties").is_some_and(|all| all.get(name).is_some())
}

fn required_of(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Reading takes a missing list as an empty one, so that the refusal can say what is wanted.
fn lists_that_are_never_empty(schema: &Schema) -> impl Iterator<Item = &str> {
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    fields.filter(|(_, field)| field["minItems"].as_u64().is_some_and(|least| least > 0)).map(|(name, _)| name.as_str())
}

fn agreement(verb: &VerbSpec, carried: Option<&Carried>) -> Value {
    let first = if verb.opens { "The reference that the agreement gets" } else { "The agreement's reference" };
    if verb.subject.of_the_register() {
        return json!({ "description": "The register itself.", "type": "string", "const": Reference::REGISTER });
    }
    match carried {
        None => json!({ "description": format!("{first}."), "type": "string", "pattern": format!("^{REFERENCE}$") }),
        Some(carried) => json!({
            "description": format!("{first}; {}.", carried.words),
            "type": "string",
            "pattern": format!("^{REFERENCE}({})?$", carried.suffix),
        }),
    }
}

/// Takes the fields of a struct over: a list may be a single value, and another name of a field is a field.
fn take_fields(schema: &Schema, into: &mut Map<String, Value>, rules: &mut Vec<Value>) {
    let lists = list_fields(schema);
    for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let mut field = field.clone();
        let aliases = field.as_object_mut().and_then(|field| field.remove("x-aliases"));
        let taken = if lists.contains(name) { one_or_more(&field) } else { field.clone() };
        into.insert(name.clone(), taken);
        for alias in aliases.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str) {
            let mut same = field.clone();
            same["description"] = json!(format!("Another name of {name}; give one of the two."));
            into.insert(alias.to_owned(), same);
            rules.push(json!({ "not": { "required": [name, alias] } }));
        }
    }
}

/// A list, or what would be its only member.
fn one_or_more(list: &Value) -> Value {
    let mut list = list.clone();
    let mut schema = Map::new();
    for name in ["description", "default"] {
        if let Some(value) = list.as_object_mut().and_then(|list| list.remove(name)) {
            schema.insert(name.to_owned(), value);
        }
    }
    if list.get("minItems").is_some() {
        schema.remove("default");
    }
    let member = list.get("items").cloned().unwrap_or(Value::Bool(true));
    schema.insert("anyOf".to_owned(), json!([list, member]));
    Value::Object(schema)
}

/// What is meant is said after the reference or in its field, not in both.
fn said_once(carried: &Carried, has_to_be: bool) -> Value {
    let with = format!("^{REFERENCE}{}$", carried.suffix);
    let agreement = |pattern: &str, words: &str| json!({ "agreement": { "description": words, "pattern": pattern } });
    let properties = agreement(&with, carried.words);
    if !has_to_be {
        return json!({ "not": { "properties": properties, "required": [carried.field] } });
    }
    json!({ "oneOf": [
        { "properties": properties, "not": { "required": [carried.field] } },
        { "properties": agreement(&format!("^{REFERENCE}$"), "The reference alone"), "required": [carried.field] },
    ] })
}

#[cfg(test)]
mod tests {
    use super::super::VERBS;
    use super::*;

    fn of(name: &str) -> Schema {
        contract(VERBS.iter().find(|verb| verb.name == name).unwrap())
    }

    #[test]
    fn what_the_reference_can_carry_is_not_required() {
        assert_eq!(of("waive").get("required"), Some(&json!(["command", "agreement", "by"])));
        assert_eq!(of("correct").get("required"), Some(&json!(["command", "agreement", "reason"])));
        assert_eq!(of("sign").get("required"), Some(&json!(["command", "agreement", "party"])));
    }

    #[test]
    fn a_list_may_be_a_single_value() {
        let schema = of("propose");
        let party = &schema.get("properties").unwrap()["party"];
        assert_eq!(party["anyOf"][0]["type"], json!("array"));
        assert_eq!(party["anyOf"][0]["items"], party["anyOf"][1]);
    }
}
