//! A stored record: read or refused. The first line is the header, the rest the body.

use serde_json::Value;
use servanda::log::{CommandId, Position, Recorded, StreamId, codec};
use uuid::Uuid;

fn record(header: &[u8], body: &[u8], seq: u64, recorded_at: i64, of: (Uuid, Uuid)) -> Recorded {
    Recorded {
        position: Position::new(7),
        stream: StreamId::new(of.0),
        seq,
        command: CommandId::new(of.1),
        recorded_at,
        header: header.to_vec(),
        body: body.to_vec(),
    }
}

/// Judges bytes as they are, and once more with a header that agrees with them, so that the payload is reached.
pub(crate) fn judge(bytes: &[u8]) {
    let (header, body) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &[][..]),
    };
    let plain = record(header, body, 1, 0, (Uuid::nil(), Uuid::nil()));
    let _ = (codec::decode(&plain), codec::flat(&plain));
    let Ok(Value::Object(mut parts)) = serde_json::from_slice(header) else { return };
    let id = |name: &str| parts.get(name).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    let (Some(agreement), Some(cause)) = (id("agreement"), id("cause")) else { return };
    let seq = parts.get("seq").and_then(Value::as_u64).unwrap_or(1);
    let salt: Vec<u8> = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|body| body.get("salt")?.as_str().map(str::to_owned))
        .and_then(|salt| (0..16).map(|at| u8::from_str_radix(salt.get(2 * at..2 * at + 2)?, 16).ok()).collect())
        .unwrap_or_default();
    parts.insert("body_hash".to_owned(), codec::body_hash(&salt, body).into());
    let at = parts.get("recorded").and_then(|recorded| recorded.get("at")?.as_str());
    let at = at
        .and_then(|at| servanda::domain::instant::Instant::parse(at).ok())
        .map_or(0, servanda::domain::instant::Instant::micros);
    let agreeing = record(&serde_json::to_vec(&parts).unwrap(), body, seq, at, (agreement, cause));
    let Ok(fact) = codec::decode(&agreeing) else { return };
    let line = Value::Object(codec::flat(&agreeing).expect("what is read as a fact is read as an object")).to_string();
    // A line is read back only where its parts are written in the one way that a register writes them.
    let Ok(line) = codec::unflat(&line) else { return };
    let again = record(&line.draft.header, &line.draft.body, line.seq, line.recorded_at, (line.agreement, line.cause));
    let again = codec::decode(&again).expect("what is read as a line is read as a fact");
    assert_eq!(format!("{fact:?}"), format!("{again:?}"));
}
