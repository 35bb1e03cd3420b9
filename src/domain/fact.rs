//! A fact: one event as it lies in the record, with when it happened, how we know, and when it was recorded.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::edtf::Edtf;
use super::event::Event;
use super::id::{Actor, CommandId, EventId};
use super::instant::Instant;
use super::redaction::Redaction;
use super::text::{Line, Text};
use super::vocabulary::{Certainty, Confidence};

/// When something happened, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Occurred {
    /// The day or interval; null when nobody said.
    pub on: Option<Edtf>,
    /// How sure it is.
    pub certainty: Certainty,
    /// The words of the source, where they differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_printed: Option<Line>,
}

/// Where a fact is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The outlet, document or person.
    pub source: Line,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Line>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Edtf>,
    /// Its words; links rot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Text>,
    /// The SHA-256 of what was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256Hex>,
    /// Its language, as a BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<Line>,
    /// The day on which it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieved: Option<Day>,
}

/// A SHA-256 in 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Hex(String);

/// A text that is not a SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a SHA-256 in 64 hexadecimal digits")]
pub struct Sha256Error {
    given: String,
}

impl TryFrom<String> for Sha256Hex {
    type Error = Sha256Error;
    fn try_from(given: String) -> Result<Self, Sha256Error> {
        if given.len() == 64 && given.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(given.to_ascii_lowercase()))
        } else {
            Err(Sha256Error { given: given.chars().take(80).collect() })
        }
    }
}

impl From<Sha256Hex> for String {
    fn from(hash: Sha256Hex) -> Self {
        hash.0
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl JsonSchema for Sha256Hex {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sha256Hex".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let read = generator.contract().is_deserialize();
        let pattern = if read { "^[0-9a-fA-F]{64}$" } else { "^[0-9a-f]{64}$" };
        schemars::json_schema!({ "type": "string", "pattern": pattern })
    }
}

/// When and by whom a fact was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Recording {
    /// When, by the program's clock or, where `asserted`, by the importer's word.
    pub at: Instant,
    /// By whom.
    pub by: Actor,
    /// Whether the time is the importer's word.
    #[serde(default, skip_serializing_if = "super::event::is_unset")]
    pub asserted: bool,
}

/// What a fact says: everything that a correction can touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// When it happened.
    pub occurred: Occurred,
    /// How far it can be relied on.
    pub confidence: Confidence,
    /// Where it is from.
    pub evidence: Vec<Evidence>,
    /// Why, where a rule asks for it or somebody said.
    pub reason: Option<Text>,
    /// What happened.
    pub event: Event,
}

/// One recorded event of an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its position in the log, from 0.
    pub position: u64,
    /// Its place in the agreement, from 1.
    pub seq: u64,
    /// Its identity.
    pub id: EventId,
    /// The command that made it.
    pub cause: CommandId,
    /// When and by whom it was recorded.
    pub recorded: Recording,
    /// What it says; shared, since it is read many times and changes only where a law takes something out.
    pub saying: Arc<Saying>,
    /// That something was taken out of what it says, if anything was.
    pub redacted: Option<Redaction>,
}
