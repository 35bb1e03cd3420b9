//! A mapping file as a whole.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use super::problem::{MappingError, meant};
use super::value::{Condition, Form};

/// The most bytes of a mapping file; tables of all the world's countries take some kilobytes.
pub const MAPPING_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// How the rows of a CSV file become commands.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The version of the language: 1.
    #[schemars(range(min = 1, max = 1))]
    pub servanda_mapping: u32,
    /// What file this is for, for people.
    #[serde(default)]
    pub about: String,
    /// The character between fields; a comma if left out.
    #[serde(default = "comma")]
    #[schemars(with = "String", length(min = 1, max = 1))]
    pub separator: char,
    /// How the file's characters are written.
    #[serde(default)]
    pub encoding: Encoding,
    /// What is done with characters that cannot be shown safely, such as control characters.
    #[serde(default)]
    pub hidden_characters: Hidden,
    /// The columns with dates, each with its format; no other column may be used as a date.
    #[serde(default)]
    pub dates: BTreeMap<String, Dates>,
    /// The columns that no rule uses, on purpose; any other that is not used is told.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// Tables of values, by name.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
    /// Values that are used several times, by name; each may use those before it.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Form>")]
    pub values: Fields,
    /// What the rows of one agreement have in common.
    pub group: Form,
    /// The agreement's reference.
    pub agreement: Form,
    /// The evidence of every command, as objects with source, url, published, quote and so on.
    #[serde(default)]
    pub evidence: Vec<Form>,
    /// The commands of a row, in order.
    #[schemars(length(min = 1))]
    pub commands: Vec<Step>,
    /// What is worth telling about a row.
    #[serde(default)]
    pub warnings: Vec<Remark>,
}

/// One command that a row can make.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Step {
    /// The verb.
    pub command: String,
    /// Conditions, all of which must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Made once an agreement for each value of this: `agreement` makes it once, `{Party}` once a party.
    pub once: Option<Form>,
    /// Whether it is made at the agreement's first row for which it is wanted, or at the agreement's last row.
    #[serde(default)]
    pub at: At,
    /// The fields of the command; empty ones are left out.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Form>")]
    pub fields: Fields,
    /// Evidence beside that of every command.
    #[serde(default)]
    pub evidence: Vec<Form>,
    /// Whether its own evidence is all it has, as for what is not in the table.
    #[serde(default)]
    pub own_evidence_only: bool,
}

/// Something worth telling about a row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub struct Remark {
    /// Conditions, all of which must hold.
    pub when: Vec<Condition>,
    /// What is said then.
    pub say: Form,
    /// The column whose value is shown with it.
    pub column: Option<String>,
}

/// When a command that is made once is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum At {
    /// At the agreement's first row for which it is wanted.
    #[default]
    FirstRow,
    /// At the agreement's last row.
    LastRow,
}

/// How a file's characters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum Encoding {
    /// UTF-8.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1.
    #[serde(rename = "latin-1")]
    Latin1,
    /// Windows-1252.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What is done with characters that cannot be shown safely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Hidden {
    /// A command that would hold one is refused.
    #[default]
    Refuse,
    /// Each becomes U+FFFD, and the row is told.
    Replace,
}

/// The format of a column's dates: the format itself, or an object that says more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// The formats that it may have; the column's own values decide between several.
    pub formats: Vec<String>,
    /// What a day means that programs write where they know none: `unknown` or `stated`.
    pub sentinels: BTreeMap<String, Meaning>,
}

/// What a day means that programs write where they know none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Meaning {
    /// The field is as good as empty.
    Unknown,
    /// It is that very day.
    Stated,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
struct DatesObject {
    /// The format, such as DD/MM/YYYY; or several, between which the column's own values decide.
    format: Option<OneOrMore>,
    /// What a day means that programs write where they know none, by the value as printed.
    #[serde(default)]
    sentinels: BTreeMap<String, Meaning>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl<'de> Deserialize<'de> for Dates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        if let Json::String(format) = json {
            return Ok(Self { formats: vec![format], sentinels: BTreeMap::new() });
        }
        let object: DatesObject = serde_json::from_value(json).map_err(serde::de::Error::custom)?;
        let formats = match object.format {
            None => Vec::new(),
            Some(OneOrMore::One(format)) => vec![format],
            Some(OneOrMore::More(formats)) => formats,
        };
        Ok(Self { formats, sentinels: object.sentinels })
    }
}

impl JsonSchema for Dates {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Dates".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let object = generator.subschema_for::<DatesObject>();
        schemars::json_schema!({ "anyOf": [
            { "type": "string", "description": "YYYY, MM and DD (or M and D for one digit or two, MMM and MMMM for English months), such as DD/MM/YYYY; YYYY alone; or EDTF" },
            object
        ] })
    }
}

/// Values by name, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Vec<(String, Form)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = serde_json::Map::deserialize(deserializer)?;
        let read = |(name, json): (String, Json)| match Form::read(json) {
            Ok(form) => Ok((name, form)),
            Err(why) => Err(serde::de::Error::custom(format!("{name}: {why}"))),
        };
        map.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

const fn comma() -> char {
    ','
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    ///
    /// [`MappingError::Form`] naming the place and what is wrong there, with the key that was perhaps meant.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = serde_json::Deserializer::from_str(text);
        let mapping: Self = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
            let why = with_suggestion(&e.inner().to_string());
            MappingError::Form(match e.path().to_string().as_str() {
                "." => format!("the mapping: {why}"),
                path => format!("the mapping's {path}: {why}"),
            })
        })?;
        reader.end().map_err(|e| MappingError::Form(format!("the mapping: {e}")))?;
        if mapping.servanda_mapping != 1 {
            let version = mapping.servanda_mapping;
            return Err(MappingError::Form(format!(
                "the mapping is written in version {version} of the language; this program reads 1"
            )));
        }
        Ok(mapping)
    }
}

/// What serde says of an unknown field, with the one that was perhaps meant.
fn with_suggestion(why: &str) -> String {
    let Some(rest) = why.strip_prefix("unknown field `") else { return why.to_owned() };
    let mut quoted = rest.split('`');
    let given = quoted.next().unwrap_or_default();
    let names: Vec<&str> = quoted.skip(1).step_by(2).collect();
    match meant(given, names) {
        Some(name) => format!("there is no key {given:?} (did you mean {name:?}?)"),
        None => why.to_owned(),
    }
}
