//! Answers about what can be trusted: keys, what `verify` found, and what a proof proves.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::fact::{Evidence, Occurred};
use crate::domain::keys::KeyOnRecord;
use crate::domain::text::Text;
use crate::domain::vocabulary::Confidence;
use crate::log::codec::{Body, Header};
use crate::proof::key::VerifierKey;

/// A key on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeyRow {
    /// Its name and id.
    pub id: String,
    /// The public key, in the form of C2SP signed-note, for whoever checks.
    pub key: VerifierKey,
    /// The place in the register's own stream of the fact that put it there.
    pub fact: u64,
    /// The position of that fact: it signs heads of more events than that.
    pub since: u64,
    /// The position of the fact that replaced it: it signs no head of more events than that. Null for the one that signs now.
    pub until: Option<u64>,
    /// Whether its private half is in this user's folder of keys.
    pub here: bool,
}

impl KeyRow {
    /// The row of a key.
    #[must_use]
    pub fn of(known: &KeyOnRecord, here: bool) -> Self {
        Self {
            id: format!("{}+{}", known.key.name(), known.key.id()),
            key: known.key.clone(),
            fact: known.seq,
            since: known.position,
            until: known.replaced,
            here,
        }
    }
}

/// One thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Finding {
    /// The stable code of what it is.
    pub code: &'static str,
    /// The position in the log; of a head, the first that can be meant. Null where it is about no event.
    pub position: Option<u64>,
    /// The event there, as REF@N, as far as it can be told.
    pub event: Option<String>,
    /// The head that it is about, by its file.
    pub head: Option<String>,
    /// What is wrong, with the values that disagree.
    pub message: String,
}

/// What a look at everything found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verified {
    /// Whether nothing was found.
    pub ok: bool,
    /// How many events the log holds.
    pub events: u64,
    /// The root of the tree over them, in base64; null where some of them cannot be read.
    pub root: Option<String>,
    /// How many tree heads were held against the log.
    pub heads: u64,
    /// Whether the views were made anew and compared; not where something cannot be read that they are made of.
    pub views: bool,
    /// What was found.
    pub findings: Vec<Finding>,
    /// How many more findings there were than are listed.
    pub findings_left_out: u64,
}

/// The body of an event that is proven.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct ProvenBody {
    /// Sixteen random bytes, in hexadecimal.
    pub salt: String,
    /// When it happened.
    pub occurred: Occurred,
    /// How far it can be relied on.
    pub confidence: Confidence,
    /// Where it is from.
    pub evidence: Vec<Evidence>,
    /// Why.
    pub reason: Option<Text>,
    /// The payload; `schemas/events` describes it by type and version.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub data: serde_json::Value,
}

impl From<Body> for ProvenBody {
    fn from(body: Body) -> Self {
        // A body that is proven is whole: the hash in its header is over all of it.
        let Body { salt, occurred, confidence, evidence, reason, data, redacted_by: _ } = body;
        Self { salt, occurred, confidence, evidence, reason, data }
    }
}

/// What a proof proves.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProofView {
    /// Always true: a proof that does not hold is an error.
    pub holds: bool,
    /// Whose log it is about.
    pub origin: String,
    /// How many events the tree head covers.
    pub events: u64,
    /// Its root, in base64.
    pub root: String,
    /// When the head was signed, by the signer's word.
    pub time: Option<String>,
    /// The key that signed it, among those that were given; null where a head was given instead.
    pub signed_by: Option<String>,
    /// The position of the event that is in the log.
    pub position: Option<u64>,
    /// Of how many events the log was from which it only grew.
    pub from: Option<u64>,
    /// The event's header.
    pub header: Option<Header>,
    /// The event's body, where the proof has it.
    pub body: Option<ProvenBody>,
}
