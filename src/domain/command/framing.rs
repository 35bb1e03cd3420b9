//! What every verb can say beside its own fields: when, how sure, why, from where, by whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::day::Day;
use crate::domain::edtf::Edtf;
use crate::domain::fact::{Evidence, Sha256Hex};
use crate::domain::id::{Actor, CommandId};
use crate::domain::instant::Instant;
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::{Certainty, Confidence};

/// The fields that all verbs share.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Framing {
    /// When it happened: EDTF such as 2025-09-17, 2025-09, ../2020-09-22 (on or before); or today, yesterday,
    /// "3 days ago".
    pub on: Option<Line>,
    /// How sure the day is.
    pub certainty: Option<Certainty>,
    /// The source's own words for the day, where they differ.
    pub as_printed: Option<Line>,
    /// How far the fact can be relied on.
    pub confidence: Option<Confidence>,
    /// Why; asked for where something is odd, and for corrections and retractions.
    pub reason: Option<Text>,
    /// Where the fact is from: an outlet, a document, a person. Repeat it for several sources; each of the options
    /// below then goes with the source in the same place.
    #[serde(default)]
    pub source: Vec<SourceInput>,
    /// The source's address.
    #[serde(default)]
    pub url: Vec<Line>,
    /// When the source was published.
    #[serde(default)]
    pub published: Vec<Edtf>,
    /// The source's words.
    #[serde(default)]
    pub quote: Vec<Text>,
    /// The SHA-256 of what was read.
    #[serde(default)]
    pub source_sha256: Vec<Sha256Hex>,
    /// The source's language, as a BCP 47 tag.
    #[serde(default)]
    pub source_lang: Vec<Line>,
    /// The day on which the source was read.
    #[serde(default)]
    pub retrieved: Vec<Day>,
    /// The command's identity (a UUID); the same one again changes nothing.
    pub command_id: Option<CommandId>,
    /// Who records it.
    pub actor: Option<Actor>,
    /// When it was recorded, by the importer's word; accepted with --asserted-times only.
    pub recorded_at: Option<Instant>,
}

/// A source: its name, or the whole evidence as an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SourceInput {
    /// The outlet, document or person.
    Name(Line),
    /// Everything about it.
    Whole(Box<Evidence>),
}

impl JsonSchema for SourceInput {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SourceInput".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let name = generator.subschema_for::<Line>();
        let whole = generator.subschema_for::<Evidence>();
        schemars::json_schema!({ "anyOf": [name, whole] })
    }
}

/// The options about sources do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{count} of {option:?} for {sources} of \"source\": give it once for each source, or not at all")]
pub struct Unpaired {
    /// The option.
    pub option: &'static str,
    /// How often it was given.
    pub count: usize,
    /// How many sources there are.
    pub sources: usize,
}

fn one<T: Clone>(list: &[T], at: usize, sources: usize, option: &'static str) -> Result<Option<T>, Unpaired> {
    match list.len() {
        0 => Ok(None),
        count if count == sources => Ok(list.get(at).cloned()),
        count => Err(Unpaired { option, count, sources }),
    }
}

impl Framing {
    /// The evidence that the options make together.
    ///
    /// # Errors
    ///
    /// [`Unpaired`] when an option is given another number of times than there are sources.
    pub fn evidence(&self) -> Result<Vec<Evidence>, Unpaired> {
        let sources = self.source.len();
        let options = [
            ("url", self.url.len()),
            ("published", self.published.len()),
            ("quote", self.quote.len()),
            ("source_sha256", self.source_sha256.len()),
            ("source_lang", self.source_lang.len()),
            ("retrieved", self.retrieved.len()),
        ];
        if let Some((option, count)) = options.into_iter().find(|(_, count)| *count != 0 && *count != sources) {
            return Err(Unpaired { option, count, sources });
        }
        self.source
            .iter()
            .enumerate()
            .map(|(at, source)| match source {
                SourceInput::Whole(evidence) => Ok(evidence.as_ref().clone()),
                SourceInput::Name(name) => Ok(Evidence {
                    source: name.clone(),
                    url: one(&self.url, at, sources, "url")?,
                    published: one(&self.published, at, sources, "published")?,
                    quote: one(&self.quote, at, sources, "quote")?,
                    sha256: one(&self.source_sha256, at, sources, "source_sha256")?,
                    lang: one(&self.source_lang, at, sources, "source_lang")?,
                    retrieved: one(&self.retrieved, at, sources, "retrieved")?,
                }),
            })
            .collect()
    }
}
