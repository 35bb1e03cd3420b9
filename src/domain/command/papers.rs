//! The verbs about documents, remarks and links.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Making, Verb};
use crate::domain::decide::Refusal;
use crate::domain::event::Event;
use crate::domain::event::papers::{Attached, Linked, Note as Remark};
use crate::domain::fact::Sha256Hex;
use crate::domain::id::Reference;
use crate::domain::text::{Line, Text};
use crate::domain::vocabulary::Relation;

/// Attaches a document; its content is kept by its SHA-256.
///
/// On the command line --file PATH supplies name, media type, size and hash, and keeps a copy in the store.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// Its file name.
    pub name: Line,
    /// Its media type.
    pub media_type: Line,
    /// Its size in bytes.
    pub size: u64,
    /// The SHA-256 of its content.
    pub sha256: Sha256Hex,
}

impl Verb for Attach {
    const NAME: &'static str = "attach";
    const EXAMPLE: &'static str = "servanda attach pk-ps-health-2025 --file mou.pdf --source \"Ministry of Health\"";
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        // RFC 8785 numbers are exact up to 2^53 - 1; two sizes beyond would be written alike.
        if self.size > (1 << 53) - 1 {
            return Err(Refusal::Field { field: "size", why: format!("{} bytes is beyond 2^53 - 1", self.size) });
        }
        Ok(Event::PaperAttached(Attached {
            name: self.name,
            media_type: self.media_type,
            size: self.size,
            sha256: self.sha256,
        }))
    }
}

/// Adds a remark that changes no state.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What it says.
    pub text: Text,
}

impl Verb for Note {
    const NAME: &'static str = "note";
    const EXAMPLE: &'static str =
        "servanda note pk-cn-health-2025 \"the outlet calls it the 77th assembly; it was the 78th\"";
    const TEXT: Option<(&'static str, bool)> = Some(("text", true));
    fn event(self, _: &Making<'_>) -> Result<Event, Refusal> {
        Ok(Event::NoteAdded(Remark { text: self.text }))
    }
}

/// Links the agreement to another.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// How this one relates to the other.
    pub relation: Relation,
    /// The other agreement.
    pub to: Reference,
}

impl Verb for Link {
    const NAME: &'static str = "link";
    const EXAMPLE: &'static str = "servanda link pk-cn-health-2025 --relation becomes --to pk-cn-vaccine-mou-2026";
    fn event(self, making: &Making<'_>) -> Result<Event, Refusal> {
        if self.to == *making.reference {
            return Err(Refusal::Field { field: "to", why: "an agreement cannot be linked to itself".to_owned() });
        }
        Ok(Event::AgreementLinked(Linked { relation: self.relation, to: self.to }))
    }
}
