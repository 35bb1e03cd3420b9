//! The forms of a value in a mapping, and the conditions under which something is wanted.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value as Json};

use super::problem::meant;
use super::template::Template;

/// How deep values stand inside each other at most; a mapping that goes deeper is not one for people.
const DEPTH_MAX: usize = 16;

/// A value of a mapping: a text with columns in it, a number, true or false, a list, or an object that names its form.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A text with names in it.
    Text(Template),
    /// A number, true or false.
    Constant(Json),
    /// Several values; empty ones are left out, and lists in it are joined to it.
    List(Vec<Form>),
    /// `{"table": T, "of": V, "otherwise": W}`: what the table says for a value.
    Table {
        /// The table's name.
        table: String,
        /// What is looked up.
        of: Box<Form>,
        /// What is meant where the table does not know it; none makes that a problem.
        otherwise: Option<Box<Form>>,
    },
    /// `{"slug": V}`: a short name.
    Slug(Box<Form>),
    /// `{"split": V, "by": "; ", "except": […], "each": W}`: a list made of one text.
    Split {
        /// What is split.
        split: Box<Form>,
        /// At what.
        by: String,
        /// The parts that are left out.
        except: Vec<String>,
        /// What each part becomes; it is `{each}` there.
        each: Option<Box<Form>>,
    },
    /// `{"earliest": COLUMN}`: the earliest date of the agreement's rows.
    Earliest(String),
    /// `{"latest": COLUMN}`: the latest.
    Latest(String),
    /// `{"first_of": [V, W]}`: the first that is not empty.
    FirstOf(Vec<Form>),
    /// `{"when": […], "then": V, "otherwise": W}`: one or the other.
    Choice {
        /// All of which must hold.
        when: Vec<Condition>,
        /// The value where they do.
        then: Box<Form>,
        /// The value where they do not; empty if left out.
        otherwise: Option<Box<Form>>,
    },
    /// `{"object": {…}}`: an object, such as a party or a source; empty fields are left out.
    Object(Vec<(String, Form)>),
}

/// What has to hold for a row.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column or named value that is looked at.
    pub of: String,
    /// Whether it has something, or nothing.
    pub is: Option<Filled>,
    /// The very value it has.
    pub equals: Option<String>,
    /// The values of which it has one.
    pub one_of: Option<Vec<String>>,
    /// The values of which it has none.
    pub none_of: Option<Vec<String>>,
    /// A text that stands in it.
    pub contains: Option<String>,
    /// A column or named value with a date, before which its own lies for certain.
    pub before: Option<String>,
    /// A column or named value with a date, after which its own lies for certain.
    pub after: Option<String>,
}

/// Whether a value is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Filled {
    /// It has something.
    Filled,
    /// It has nothing.
    Empty,
}

/// The keys of each form; the first names it.
const FORMS: [&[&str]; 8] = [
    &["table", "of", "otherwise"],
    &["slug"],
    &["split", "by", "except", "each"],
    &["earliest"],
    &["latest"],
    &["first_of"],
    &["when", "then", "otherwise"],
    &["object"],
];

impl Form {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn read(json: Json) -> Result<Self, String> {
        read(json, 0)
    }

    /// Calls with every name in the value, and whether it has to be a column with dates.
    pub fn each_name<'a>(&'a self, found: &mut dyn FnMut(&'a str, bool)) {
        self.each_form(&mut |form| match form {
            Self::Text(template) => template.names().for_each(|name| found(name, false)),
            Self::Earliest(column) | Self::Latest(column) => found(column, true),
            Self::Choice { when, .. } => when.iter().for_each(|condition| condition.each_name(&mut *found)),
            _ => {}
        });
    }

    /// Calls with the value and every value inside it.
    pub fn each_form<'a>(&'a self, found: &mut dyn FnMut(&'a Self)) {
        found(self);
        for inner in self.inner() {
            inner.each_form(found);
        }
    }

    /// The values that stand directly inside it.
    fn inner(&self) -> Vec<&Self> {
        match self {
            Self::Text(_) | Self::Constant(_) | Self::Earliest(_) | Self::Latest(_) => Vec::new(),
            Self::List(list) | Self::FirstOf(list) => list.iter().collect(),
            Self::Table { of: one, otherwise: other, .. }
            | Self::Split { split: one, each: other, .. }
            | Self::Choice { then: one, otherwise: other, .. } => {
                std::iter::once(one).chain(other).map(Box::as_ref).collect()
            }
            Self::Slug(one) => vec![one.as_ref()],
            Self::Object(fields) => fields.iter().map(|(_, inner)| inner).collect(),
        }
    }
}

impl Condition {
    /// Calls with every name in the condition, and whether it has to hold a date.
    pub fn each_name<'a>(&'a self, found: &mut dyn FnMut(&'a str, bool)) {
        let dated = self.before.is_some() || self.after.is_some();
        found(&self.of, dated);
        self.before.iter().chain(&self.after).for_each(|name| found(name, true));
    }
}

fn read(json: Json, depth: usize) -> Result<Form, String> {
    if depth > DEPTH_MAX {
        return Err(format!("values stand more than {DEPTH_MAX} deep inside each other"));
    }
    match json {
        Json::String(text) => Template::parse(&text).map(Form::Text),
        Json::Number(number) if number.is_f64() => Err(format!("{number} is not a whole number")),
        constant @ (Json::Bool(_) | Json::Number(_)) => Ok(Form::Constant(constant)),
        Json::Array(list) => read_list(list, depth).map(Form::List),
        Json::Object(map) => read_object(map, depth),
        Json::Null => Err("a value is missing (null)".to_owned()),
    }
}

fn read_list(list: Vec<Json>, depth: usize) -> Result<Vec<Form>, String> {
    list.into_iter().map(|json| read(json, depth + 1)).collect()
}

fn read_object(mut map: Map<String, Json>, depth: usize) -> Result<Form, String> {
    let form = FORMS.iter().find(|keys| map.contains_key(keys[0]));
    let Some(keys) = form else {
        let forms: Vec<&str> = FORMS.iter().map(|keys| keys[0]).collect();
        let given = map.keys().next().map_or("", String::as_str);
        let perhaps = meant(given, forms.iter().copied()).map(|word| format!(" (did you mean {word:?}?)"));
        return Err(format!(
            "{given:?} is no form of value{}: the forms are {}",
            perhaps.unwrap_or_default(),
            forms.join(", ")
        ));
    };
    if let Some(unknown) = map.keys().find(|key| !keys.contains(&key.as_str())) {
        let perhaps = meant(unknown, keys.iter().copied()).map(|word| format!(" (did you mean {word:?}?)"));
        return Err(format!("a {:?} has no {unknown:?}{}", keys[0], perhaps.unwrap_or_default()));
    }
    let mut taken = |key: &str| map.remove(key);
    let name = keys[0];
    let inner = |json: Option<Json>, key: &str| {
        let json = json.ok_or_else(|| format!("a {name:?} wants {key:?}"))?;
        read(json, depth + 1).map(Box::new)
    };
    let maybe = |json: Option<Json>| json.map(|json| read(json, depth + 1).map(Box::new)).transpose();
    let word = |json: Option<Json>, key: &str| match json {
        Some(Json::String(word)) => Ok(word),
        Some(other) => Err(format!("{key:?} is a text, not {other}")),
        None => Err(format!("a {name:?} wants {key:?}")),
    };
    match name {
        "table" => Ok(Form::Table {
            table: word(taken("table"), "table")?,
            of: inner(taken("of"), "of")?,
            otherwise: maybe(taken("otherwise"))?,
        }),
        "slug" => inner(taken("slug"), "slug").map(Form::Slug),
        "split" => {
            let by = word(taken("by"), "by")?;
            if by.is_empty() {
                return Err("\"by\" is empty: say at what a text is split".to_owned());
            }
            let except = taken("except").unwrap_or_else(|| Json::Array(Vec::new()));
            let except = serde_json::from_value(except).map_err(|e| format!("except: {e}"))?;
            let each = maybe(taken("each"))?;
            Ok(Form::Split { split: inner(taken("split"), "split")?, by, except, each })
        }
        "earliest" => word(taken("earliest"), "earliest").map(Form::Earliest),
        "latest" => word(taken("latest"), "latest").map(Form::Latest),
        "first_of" => match taken("first_of") {
            Some(Json::Array(list)) => read_list(list, depth).map(Form::FirstOf),
            _ => Err("\"first_of\" is a list of values".to_owned()),
        },
        "when" => {
            let when = serde_json::from_value(taken("when").unwrap_or_default()).map_err(|e| format!("when: {e}"))?;
            Ok(Form::Choice { when, then: inner(taken("then"), "then")?, otherwise: maybe(taken("otherwise"))? })
        }
        _ => match taken("object") {
            Some(Json::Object(fields)) => {
                let fields = fields.into_iter().map(|(key, json)| Ok((key, read(json, depth + 1)?)));
                fields.collect::<Result<_, String>>().map(Form::Object)
            }
            _ => Err("\"object\" is an object of values".to_owned()),
        },
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(Json::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// What stands where a value may stand inside another: the schema does not go into itself.
fn any_form(description: &str) -> Json {
    serde_json::json!({
        "description": description,
        "type": ["string", "integer", "boolean", "array", "object"],
        "minimum": -9_007_199_254_740_991_i64,
        "maximum": 9_007_199_254_740_991_i64
    })
}

impl JsonSchema for Form {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Form".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let conditions = generator.subschema_for::<Vec<Condition>>();
        let form = |required: &[&str], fields: Json| {
            serde_json::json!({
                "type": "object", "properties": fields, "required": required, "additionalProperties": false,
            })
        };
        let texts = |description: &str| serde_json::json!({ "description": description, "type": "array", "items": { "type": "string" } });
        let text = |description: &str| serde_json::json!({ "description": description, "type": "string" });
        let values = |description: &str| serde_json::json!({ "description": description, "type": "array", "items": any_form("a value") });
        let otherwise = any_form("The value if not.");
        let mut when = conditions.to_value();
        when["description"] = Json::from("Conditions, all of which must hold.");
        schemars::json_schema!({
            "anyOf": [
                { "type": "string", "description": "a text; {name} is a column or a named value, […] is left out where a name in it is empty, and each sign is doubled to stand for itself" },
                { "type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": 9_007_199_254_740_991_i64 },
                { "type": "boolean" },
                { "type": "array", "items": any_form("a value") },
                form(&["table", "of"], serde_json::json!({
                    "table": text("The table's name."), "of": any_form("What is looked up in it."), "otherwise": otherwise,
                })),
                form(&["slug"], serde_json::json!({ "slug": any_form("What a short name is made of.") })),
                form(&["split", "by"], serde_json::json!({
                    "split": any_form("What is split."), "by": text("At what."),
                    "except": texts("The parts that are left out."),
                    "each": any_form("What each part becomes; it is {each} there."),
                })),
                form(&["earliest"], serde_json::json!({ "earliest": text("The column whose earliest date, of all rows of the agreement, is meant.") })),
                form(&["latest"], serde_json::json!({ "latest": text("The column whose latest date, of all rows of the agreement, is meant.") })),
                form(&["first_of"], serde_json::json!({ "first_of": values("Of which the first that is not empty is meant.") })),
                form(&["when", "then"], serde_json::json!({
                    "when": when, "then": any_form("The value if so."), "otherwise": otherwise,
                })),
                form(&["object"], serde_json::json!({
                    "object": { "description": "Its fields.", "type": "object", "additionalProperties": any_form("a value") },
                })),
            ]
        })
    }
}
