//! Facts to bytes and back: the only file that knows stored names, domain types and the log's records at once.
//!
//! A record has two parts, each canonical JSON (RFC 8785). The header holds who, when and the hash of the body; the
//! body holds what is said, behind a salt, so that a body can be taken out without breaking a proof over headers.
//! No floats occur, and integers stay within ±(2^53 − 1): canonical JSON would round them silently.

mod checked;
mod redacted;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use checked::{check_body, header, is_plain};
pub use redacted::{Redactions, agree, remaining};

use redacted::Gone;

use super::{Draft, Recorded};
use crate::domain::event::{Event, EventError, TakenOut};
use crate::domain::fact::{Evidence, Fact, Occurred, Recording, Saying, Sha256Hex};
use crate::domain::id::{AgreementId, CommandId, EventId};
use crate::domain::redaction::{Redaction, nothing_said};
use crate::domain::text::Text;
use crate::domain::vocabulary::Confidence;

/// Sixteen random bytes in front of every body, so that a hash does not betray a guessed text.
pub type Salt = [u8; 16];

/// Why a record cannot be read as a fact.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// A part is not the JSON that it should be.
    #[error("event #{position}: its {part} cannot be read: {source}")]
    Part {
        /// Its position in the log.
        position: u64,
        /// `header` or `body`.
        part: &'static str,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// The event is unknown to this release.
    #[error("event #{position}: {source}")]
    Event {
        /// Its position in the log.
        position: u64,
        /// What does not fit.
        source: EventError,
    },
    /// The header does not go with the body, or with the place where it lies.
    #[error("event #{position}: {what}: the header says {stated}, and it is {found}")]
    Disagrees {
        /// Its position in the log.
        position: u64,
        /// What disagrees.
        what: &'static str,
        /// What the header says.
        stated: String,
        /// What is there.
        found: String,
    },
    /// What remains of an event is not what its redaction says.
    #[error("event #{position}: {why}")]
    Redaction {
        /// The position in the log of the one that is wrong.
        position: u64,
        /// What disagrees.
        why: String,
    },
    /// A value cannot be written as canonical JSON.
    #[error("a value cannot be written as canonical JSON: {0}")]
    Write(#[source] serde_json::Error),
    /// A line of an export is not an event.
    #[error("{0}")]
    Line(String),
}

/// The header of a record, as it is stored.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The event's identity.
    pub id: EventId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The place in the agreement, from 1.
    #[schemars(range(min = 1))]
    pub seq: u64,
    /// The stored name.
    #[serde(rename = "type")]
    #[schemars(regex(pattern = "^[a-z]+(-[a-z]+)*\\.[a-z]+(-[a-z]+)*$"))]
    pub kind: String,
    /// The schema version of the payload.
    #[schemars(range(min = 1))]
    pub v: u32,
    /// When and by whom it was recorded.
    pub recorded: Recording,
    /// The command that made it.
    pub cause: CommandId,
    /// SHA-256 of the salt and the canonical body, in hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub body_hash: String,
}

/// A [`Header`] that is only read; its words stay where they lie.
#[derive(Deserialize)]
#[serde(rename = "Header", deny_unknown_fields)]
struct LaidHeader<'a> {
    id: EventId,
    agreement: AgreementId,
    seq: u64,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    v: u32,
    recorded: Recording,
    cause: CommandId,
    #[serde(borrow)]
    body_hash: Cow<'a, str>,
}

/// The body of a record, as it is stored; `data` is described by the schema of its type and version.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Sixteen random bytes, in hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{32}$"))]
    pub salt: String,
    /// When it happened.
    pub occurred: Occurred,
    /// How far it can be relied on.
    pub confidence: Confidence,
    /// Where it is from.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    /// The payload; `schemas/events` describes it by type and version.
    #[schemars(with = "Map<String, Value>")]
    pub data: Value,
    /// The place in the agreement of the event that took something out of this body, if one did; the hash of what remains is
    /// there, and not in the header. Of a body that was taken out whole only this remains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2))]
    pub redacted_by: Option<u64>,
}

/// A [`Header`] that is only written, its fields in canonical order.
#[derive(Serialize)]
struct WrittenHeader<'a> {
    agreement: AgreementId,
    body_hash: &'a str,
    cause: CommandId,
    id: EventId,
    recorded: &'a Recording,
    seq: u64,
    #[serde(rename = "type")]
    kind: &'a str,
    v: u32,
}

/// A [`Body`] that is only written, its fields in canonical order.
#[derive(Serialize)]
struct WrittenBody<'a> {
    confidence: Confidence,
    data: Payload<'a>,
    evidence: &'a [Evidence],
    occurred: &'a Occurred,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted_by: Option<u64>,
    salt: &'a str,
}

impl<'a> WrittenBody<'a> {
    /// The body of what is said; `redacted_by` is the place of the event that took something out of it.
    const fn of(saying: &'a Saying, salt: &'a str, redacted_by: Option<u64>) -> Self {
        Self {
            confidence: saying.confidence,
            data: Payload(&saying.event),
            evidence: saying.evidence.as_slice(),
            occurred: &saying.occurred,
            reason: saying.reason.as_ref(),
            redacted_by,
            salt,
        }
    }
}

/// An event's payload, as it is stored.
struct Payload<'a>(&'a Event);

impl Serialize for Payload<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write_data(serializer)
    }
}

/// A [`Body`] with its payload left as text, so that it is read once, as the right type.
#[derive(Deserialize)]
#[serde(rename = "Body", deny_unknown_fields)]
struct LaidBody<'a> {
    salt: &'a str,
    occurred: Occurred,
    confidence: Confidence,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    reason: Option<Text>,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(default)]
    redacted_by: Option<u64>,
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Bytes from hexadecimal; nothing where it is none.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    bytes.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// SHA-256 of the salt and the canonical body, in hexadecimal.
#[must_use]
pub fn body_hash(salt: &[u8], body: &[u8]) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(body).finalize())
}

/// A value as canonical JSON (RFC 8785).
///
/// # Errors
///
/// [`CodecError::Write`] when it has no such form.
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    super::canonical::canonical(value).map_err(CodecError::Write)
}

/// Who and where of an event that is about to be recorded.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The event's identity.
    pub id: EventId,
    /// The agreement.
    pub agreement: AgreementId,
    /// The place in the agreement, from 1.
    pub seq: u64,
    /// When and by whom.
    pub recorded: Recording,
    /// The command that makes it.
    pub cause: CommandId,
    /// Sixteen random bytes.
    pub salt: Salt,
}

/// A record whose parts lie elsewhere: what [`decode_lying`] reads.
#[derive(Clone, Copy, Debug)]
pub struct Lying<'a> {
    /// Its position in the log.
    pub position: u64,
    /// Its stream.
    pub stream: Uuid,
    /// Its place in the stream, from 1.
    pub seq: u64,
    /// The command that made it.
    pub command: Uuid,
    /// When it was recorded, in microseconds since 1970 UTC.
    pub recorded_at: i64,
    /// The header, byte for byte as appended.
    pub header: &'a [u8],
    /// The body, byte for byte as appended.
    pub body: &'a [u8],
}

impl<'a> From<&'a Recorded> for Lying<'a> {
    fn from(record: &'a Recorded) -> Self {
        Self {
            position: record.position.get(),
            stream: record.stream.get(),
            seq: record.seq,
            command: record.command.get(),
            recorded_at: record.recorded_at,
            header: &record.header,
            body: &record.body,
        }
    }
}

/// Writes a fact as the two parts of a record.
///
/// # Errors
///
/// [`CodecError::Write`] when a value has no canonical form, which no value of the domain's types lacks.
pub fn encode(stamp: &Stamp, saying: &Saying) -> Result<Draft, CodecError> {
    let body = canonical(&WrittenBody::of(saying, &hex(&stamp.salt), None))?;
    let header = header_with(stamp, saying, &body_hash(&stamp.salt, &body))?;
    Ok(Draft { header, body })
}

fn header_with(stamp: &Stamp, saying: &Saying, body_hash: &str) -> Result<Vec<u8>, CodecError> {
    canonical(&WrittenHeader {
        id: stamp.id,
        agreement: stamp.agreement,
        seq: stamp.seq,
        kind: saying.event.name(),
        v: saying.event.version(),
        recorded: &stamp.recorded,
        cause: stamp.cause,
        body_hash,
    })
}

fn disagrees(position: u64, what: &'static str, stated: &dyn ToString, found: &dyn ToString) -> CodecError {
    CodecError::Disagrees { position, what, stated: stated.to_string(), found: found.to_string() }
}

fn header_of<'a>(record: &Lying<'a>) -> Result<LaidHeader<'a>, CodecError> {
    let position = record.position;
    let wrong = |source| CodecError::Part { position, part: "header", source };
    let header: LaidHeader<'_> = checked::object(record.header).and_then(serde_json::from_slice).map_err(wrong)?;
    if header.agreement.0 != record.stream {
        return Err(disagrees(position, "agreement", &header.agreement, &record.stream));
    }
    if header.seq != record.seq {
        return Err(disagrees(position, "place in the agreement", &header.seq, &record.seq));
    }
    if header.cause.0 != record.command {
        return Err(disagrees(position, "command", &header.cause, &record.command));
    }
    if header.recorded.at.micros() != record.recorded_at {
        return Err(disagrees(position, "time", &header.recorded.at.micros(), &record.recorded_at));
    }
    Ok(header)
}

/// Reads a record as a fact, and checks that its header goes with its body and its place.
///
/// # Errors
///
/// [`CodecError`] with the position, for parts that cannot be read, events unknown to this release, and parts that
/// disagree.
pub fn decode(record: &Recorded) -> Result<Fact, CodecError> {
    decode_lying(&record.into())
}

/// Reads a record as [`decode`] does.
///
/// # Errors
///
/// As for [`decode`].
pub fn decode_lying(record: &Lying<'_>) -> Result<Fact, CodecError> {
    let position = record.position;
    let header = header_of(record)?;
    let (redacted, body) = body_of(record, &header)?;
    let unknown = |source| CodecError::Event { position, source };
    let saying = match body {
        Some(body) => Saying {
            event: Event::from_stored(&header.kind, header.v, body.data.get()).map_err(unknown)?,
            occurred: body.occurred,
            confidence: body.confidence,
            evidence: body.evidence,
            reason: body.reason,
        },
        None => nothing_said(TakenOut::stored(&header.kind, header.v).map_err(unknown)?),
    };
    Ok(Fact {
        position,
        seq: header.seq,
        id: header.id,
        cause: header.cause,
        recorded: header.recorded,
        saying: Arc::new(saying),
        redacted,
    })
}

/// Reads a body, and how much of it remains: all of it, that of its header; or what a redaction left; or nothing.
fn body_of<'a>(
    record: &Lying<'a>,
    header: &LaidHeader<'_>,
) -> Result<(Option<Redaction>, Option<LaidBody<'a>>), CodecError> {
    let position = record.position;
    let wrong = |source| CodecError::Part { position, part: "body", source };
    let body: LaidBody<'a> = match serde_json::from_slice(checked::object(record.body).map_err(wrong)?) {
        Ok(body) => body,
        Err(source) => match serde_json::from_slice(record.body) {
            Ok(Gone { redacted_by }) => return Ok((Some(redaction(position, header.seq, redacted_by, None)?), None)),
            Err(_) => return Err(wrong(source)),
        },
    };
    let found = body_hash(&unhex(body.salt).unwrap_or_default(), record.body);
    match body.redacted_by {
        Some(by) => Ok((Some(redaction(position, header.seq, by, Some(found))?), Some(body))),
        None if found == header.body_hash => Ok((None, Some(body))),
        None => Err(disagrees(position, "hash of the body", &header.body_hash, &found)),
    }
}

/// What a mark in a body says; a redaction comes after what it redacts.
fn redaction(position: u64, seq: u64, by: u64, remains: Option<String>) -> Result<Redaction, CodecError> {
    if by <= seq {
        let why = format!("its body says that it was redacted by @{by}, which is not after @{seq}");
        return Err(CodecError::Redaction { position, why });
    }
    let remains = remains.map(Sha256Hex::try_from).transpose();
    let remains = remains.map_err(|error| CodecError::Redaction { position, why: error.to_string() })?;
    Ok(Redaction { by, remains, fields: Vec::new(), act: None })
}

/// The fields of a header, as a flat event has them.
const HEADER: [&str; 8] = ["id", "agreement", "seq", "type", "v", "recorded", "cause", "body_hash"];

/// The fields of a body, likewise.
const BODY: [&str; 7] = ["occurred", "confidence", "evidence", "reason", "data", "salt", "redacted_by"];

/// One flat object of a record: its position, the header's fields, the body's fields.
///
/// # Errors
///
/// [`CodecError::Part`] when a part is not a JSON object.
pub fn flat(record: &Recorded) -> Result<Map<String, Value>, CodecError> {
    let position = record.position.get();
    let mut object = Map::new();
    object.insert("position".to_owned(), json!(position));
    let header: Map<String, Value> = serde_json::from_slice(&record.header).map_err(|source| CodecError::Part {
        position,
        part: "header",
        source,
    })?;
    let body: Map<String, Value> =
        serde_json::from_slice(&record.body).map_err(|source| CodecError::Part { position, part: "body", source })?;
    for name in HEADER {
        object.insert(name.to_owned(), header.get(name).cloned().unwrap_or(Value::Null));
    }
    for name in BODY {
        if let Some(value) = body.get(name) {
            object.insert(name.to_owned(), value.clone());
        }
    }
    Ok(object)
}

/// An event as read from a line of an export.
#[derive(Debug)]
pub struct Restored {
    /// Its position in the log.
    pub position: u64,
    /// Its agreement.
    pub agreement: Uuid,
    /// Its place in the agreement, from 1.
    pub seq: u64,
    /// The command that made it.
    pub cause: Uuid,
    /// When it was recorded, in microseconds since 1970 UTC.
    pub recorded_at: i64,
    /// Its two parts, as they were.
    pub draft: Draft,
    /// That something was taken out of its body, if anything was.
    pub redacted: Option<Redaction>,
    /// What it says.
    pub event: Event,
}

/// Reads one line of an export back into the bytes that were stored.
///
/// # Errors
///
/// [`CodecError`] when the line is not a flat event, or its hash is not that of its body.
pub fn unflat(line: &str) -> Result<Restored, CodecError> {
    let wrong = |e: &dyn std::fmt::Display| CodecError::Line(e.to_string());
    let mut object: Map<String, Value> = serde_json::from_str(line).map_err(|e| wrong(&e))?;
    if let Some(number) = object.values().find_map(checked::inexact) {
        return Err(wrong(&format!(
            "{number} is no integer from -(2^53 - 1) to 2^53 - 1, and no event has another number"
        )));
    }
    let position =
        object.remove("position").and_then(|position| position.as_u64()).ok_or_else(|| wrong(&"it has no position"))?;
    let mut take = |names: &[&str]| {
        let mut part = Map::new();
        for name in names {
            if let Some(value) = object.remove(*name) {
                part.insert((*name).to_owned(), value);
            }
        }
        part
    };
    let header = take(&HEADER);
    let body = take(&BODY);
    if let Some(name) = object.keys().next() {
        return Err(wrong(&format!("unknown field {name:?}")));
    }
    let body_bytes = canonical(&body)?;
    let header_bytes = canonical(&header)?;
    let header: Header = serde_json::from_value(Value::Object(header)).map_err(|e| wrong(&e))?;
    let (redacted, event) = restored_body(position, &header, body, &body_bytes)?;
    Ok(Restored {
        position,
        agreement: header.agreement.0,
        seq: header.seq,
        cause: header.cause.0,
        recorded_at: header.recorded.at.micros(),
        draft: Draft { header: header_bytes, body: body_bytes },
        redacted,
        event,
    })
}

/// Reads the body of a line, and how much of it remains.
fn restored_body(
    position: u64,
    header: &Header,
    body: Map<String, Value>,
    bytes: &[u8],
) -> Result<(Option<Redaction>, Event), CodecError> {
    let unknown = |source| CodecError::Event { position, source };
    if let (1, Some(by)) = (body.len(), body.get("redacted_by").and_then(Value::as_u64)) {
        let kind = TakenOut::stored(&header.kind, header.v).map_err(unknown)?;
        return Ok((Some(redaction(position, header.seq, by, None)?), Event::TakenOut(kind)));
    }
    let body: Body = serde_json::from_value(Value::Object(body)).map_err(|e| CodecError::Line(e.to_string()))?;
    let found = body_hash(&unhex(&body.salt).unwrap_or_default(), bytes);
    let redacted = match body.redacted_by {
        Some(by) => Some(redaction(position, header.seq, by, Some(found))?),
        None if found == header.body_hash => None,
        None => return Err(disagrees(position, "hash of the body", &header.body_hash, &found)),
    };
    let event = Event::from_stored(&header.kind, header.v, &body.data.to_string()).map_err(unknown)?;
    // Types that pass over what they do not know would let in a payload that no command of any release makes.
    if canonical(&event.data().map_err(CodecError::Write)?)? != canonical(&body.data)? {
        let why = format!("its data is not that of a {} event of version {}", header.kind, header.v);
        return Err(CodecError::Line(why));
    }
    Ok((redacted, event))
}
