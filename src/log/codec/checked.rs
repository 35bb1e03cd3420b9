//! Records read by somebody who trusts nothing: that came from elsewhere, or that somebody may have written by hand.

use serde_json::Value;

use super::{
    CodecError, Header, LaidBody, LaidHeader, Salt, Stamp, body_hash, body_of, canonical, encode, header_of,
    header_with, remaining, unhex,
};
use crate::domain::fact::Fact;
use crate::domain::id::AgreementId;
use crate::log::Recorded;

/// The header of a record that came from elsewhere, where it is one.
///
/// # Errors
///
/// [`CodecError::Part`] where it is no header, or written otherwise than records are.
pub fn header(bytes: &[u8], position: u64) -> Result<Header, CodecError> {
    let wrong = |source| CodecError::Part { position, part: "header", source };
    let read: Header = serde_json::from_slice(bytes).map_err(wrong)?;
    if canonical(&read)? != bytes {
        return Err(wrong(serde::de::Error::custom("it is not canonical JSON (RFC 8785)")));
    }
    Ok(read)
}

/// Bytes that begin as a JSON object does: a list with the values of the fields would be read as well.
pub(super) fn object(bytes: &[u8]) -> Result<&[u8], serde_json::Error> {
    if bytes.first() == Some(&b'{') { Ok(bytes) } else { Err(serde::de::Error::custom("it is not a JSON object")) }
}

/// The first number in a value that canonical JSON would write as another: a fraction, or an integer beyond ±(2^53 − 1).
pub(super) fn inexact(value: &Value) -> Option<String> {
    const EXACT_MAX: u64 = (1 << 53) - 1;
    match value {
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            size.is_none_or(|size| size > EXACT_MAX).then(|| number.to_string())
        }
        Value::Array(items) => items.iter().find_map(inexact),
        Value::Object(fields) => fields.values().find_map(inexact),
        _ => None,
    }
}

/// Checks that a body is the one whose hash a header has; both came from elsewhere.
///
/// # Errors
///
/// What disagrees, in words.
pub fn check_body(header: &[u8], body: &[u8]) -> Result<(), String> {
    let laid = object(header).and_then(serde_json::from_slice);
    let header: LaidHeader<'_> = laid.map_err(|error| format!("its header: {error}"))?;
    let laid = object(body).and_then(serde_json::from_slice);
    let body_read: LaidBody<'_> = laid.map_err(|error| format!("its body: {error}"))?;
    let found = body_hash(&unhex(body_read.salt).unwrap_or_default(), body);
    if found == header.body_hash {
        return Ok(());
    }
    Err(format!("its body has the hash {found}, and its header says {}", header.body_hash))
}

/// Whether a record is written as its fact is today, byte for byte: canonical, and with nothing that no command writes.
///
/// # Errors
///
/// [`CodecError`] as for [`decode`](super::decode), which reads it.
pub fn is_plain(record: &Recorded, fact: &Fact) -> Result<bool, CodecError> {
    let lying = record.into();
    let laid = header_of(&lying)?;
    let (redacted, body) = body_of(&lying, &laid)?;
    let salt = match &body {
        Some(body) => unhex(body.salt).and_then(|salt| Salt::try_from(salt).ok()),
        // Nothing is left that one could be of.
        None => Some(Salt::default()),
    };
    let Some(salt) = salt else { return Ok(false) };
    let stamp = Stamp {
        id: fact.id,
        agreement: AgreementId(record.stream.get()),
        seq: fact.seq,
        recorded: fact.recorded.clone(),
        cause: fact.cause,
        salt,
    };
    let Some(redaction) = redacted else {
        let again = encode(&stamp, &fact.saying)?;
        return Ok(again.header == record.header && again.body == record.body);
    };
    // The header still has the hash of the body that was.
    let header = header_with(&stamp, &fact.saying, &laid.body_hash)?;
    Ok(header == record.header && remaining(redaction.by, &salt, &fact.saying)?.0 == record.body)
}
