//! From the schema of a request to options of the command line, so that each field is described once.

use clap::builder::{PossibleValue, PossibleValuesParser};
use serde_json::Value;

use crate::domain::command::VerbSpec;

/// What a field holds, as far as the command line cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A text, or anything that is written as one.
    Text,
    /// A whole number.
    Number,
    /// A flag that is raised or not.
    Flag,
    /// Several texts.
    List,
}

/// A field of a request.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its name, in snake case.
    pub name: String,
    /// What it is for.
    pub help: String,
    /// What it holds.
    pub holds: Holds,
    /// The words it can be, with their meaning, where there is a list of them.
    pub words: Vec<(String, String)>,
    /// Whether it has to be there.
    pub required: bool,
}

/// A parser that takes these words only.
#[must_use]
pub fn words<'a>(words: impl Iterator<Item = &'a str>) -> PossibleValuesParser {
    PossibleValuesParser::new(words.map(|word| PossibleValue::new(word.to_owned())))
}

fn joined(text: &str) -> String {
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

/// The description of a verb, paragraphs apart.
#[must_use]
pub fn description(verb: &VerbSpec) -> String {
    (verb.schema)().get("description").and_then(Value::as_str).map(joined).unwrap_or_default()
}

/// The first sentence of a text, without its full stop.
#[must_use]
pub fn first_sentence(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or_default();
    first.split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// The words that a schema allows, wherever in it they stand.
fn listed(schema: &Value, found: &mut Vec<(String, String)>) {
    if let Some(word) = schema.get("const").and_then(Value::as_str) {
        let meaning = schema.get("description").and_then(Value::as_str).map(joined).unwrap_or_default();
        found.push((word.to_owned(), meaning));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        found.extend(words.iter().filter_map(Value::as_str).map(|word| (word.to_owned(), String::new())));
    }
    for name in ["oneOf", "anyOf"] {
        for inner in schema.get(name).and_then(Value::as_array).into_iter().flatten() {
            listed(inner, found);
        }
    }
}

fn has_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(word)) => word == wanted,
        Some(Value::Array(words)) => words.iter().any(|word| word == wanted),
        _ => false,
    }
}

/// The fields of a request's schema, in their order.
#[must_use]
pub fn shapes(schema: &schemars::Schema) -> Vec<Shape> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|n| n == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    let shape = |(name, field): (&String, &Value)| {
        let holds = if has_type(field, "array") {
            Holds::List
        } else if has_type(field, "boolean") {
            Holds::Flag
        } else if has_type(field, "integer") {
            Holds::Number
        } else {
            Holds::Text
        };
        let mut words = Vec::new();
        listed(field, &mut words);
        Shape {
            name: name.clone(),
            help: field.get("description").and_then(Value::as_str).map(joined).unwrap_or_default(),
            holds,
            words: if holds == Holds::List { Vec::new() } else { words },
            required: is_required(name),
        }
    };
    properties.map(|all| all.iter().map(shape).collect()).unwrap_or_default()
}

impl Shape {
    /// The option that sets the field.
    #[must_use]
    pub fn option(&self) -> clap::Arg {
        // As the options that are not made from a field have it: no full stop at the end.
        let help = self.help.strip_suffix('.').unwrap_or(&self.help).to_owned();
        let arg = clap::Arg::new(self.name.clone()).help(help);
        let arg = match self.holds {
            Holds::Flag => arg.action(clap::ArgAction::SetTrue),
            Holds::Number => arg.value_parser(clap::value_parser!(u64)),
            Holds::List => arg.action(clap::ArgAction::Append),
            Holds::Text if self.words.is_empty() => arg,
            Holds::Text => {
                let values = self.words.iter().map(|(word, meaning)| {
                    let value = PossibleValue::new(word.clone());
                    if meaning.is_empty() { value } else { value.help(first_sentence(meaning)) }
                });
                arg.value_parser(PossibleValuesParser::new(values))
            }
        };
        if self.holds == Holds::Flag { arg } else { arg.value_name(self.name.to_uppercase()) }
    }

    /// The field's value among what was typed.
    #[must_use]
    pub fn value(&self, matches: &clap::ArgMatches) -> Option<Value> {
        match self.holds {
            Holds::Flag => matches.get_flag(&self.name).then_some(Value::Bool(true)),
            Holds::Number => matches.get_one::<u64>(&self.name).map(|number| Value::from(*number)),
            Holds::Text => matches.get_one::<String>(&self.name).map(|text| Value::from(text.as_str())),
            Holds::List => matches
                .get_many::<String>(&self.name)
                .map(|texts| Value::Array(texts.map(|text| Value::from(text.as_str())).collect())),
        }
    }
}
