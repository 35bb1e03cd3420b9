//! An event as a line of JSON that gives back its very bytes, whatever they are.
//!
//! The two parts of a record are JSON and stand in the line as they are; bytes that are not stand there in hexadecimal.

use std::io::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::log::codec::{hex, unhex};
use crate::log::{CommandId, Position, Recorded, StreamId};

/// Writes an event as a line, with its end.
pub(crate) fn write(event: &Recorded, line: &mut Vec<u8>) {
    let Recorded { position, stream, seq, command, recorded_at, header, body } = event;
    // Writing to memory cannot fail.
    let _ = write!(
        line,
        r#"{{"position":{},"stream":"{}","seq":{seq},"command":"{}","recorded_at":{recorded_at}"#,
        position.get(),
        stream.get(),
        command.get()
    );
    for (name, bytes) in [("header", header), ("body", body)] {
        if stands_as_it_is(bytes) {
            let _ = write!(line, r#","{name}":"#);
            line.extend_from_slice(bytes);
        } else {
            let _ = write!(line, r#","{name}_hex":"{}""#, hex(bytes));
        }
    }
    line.extend_from_slice(b"}\n");
}

/// Whether bytes are JSON that comes back from a line of JSON as it was.
fn stands_as_it_is(bytes: &[u8]) -> bool {
    let read: Result<&RawValue, _> = serde_json::from_slice(bytes);
    read.is_ok_and(|raw| raw.get().as_bytes() == bytes && raw.get() != "null" && !bytes.contains(&b'\n'))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    position: u64,
    stream: Uuid,
    seq: u64,
    command: Uuid,
    recorded_at: i64,
    #[serde(borrow, default)]
    header: Option<&'a RawValue>,
    #[serde(default)]
    header_hex: Option<&'a str>,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
    #[serde(default)]
    body_hex: Option<&'a str>,
}

fn part(raw: Option<&RawValue>, hex: Option<&str>, name: &str) -> Result<Vec<u8>, String> {
    match (raw, hex) {
        (Some(raw), None) => Ok(raw.get().as_bytes().to_vec()),
        (None, Some(hex)) => unhex(hex).ok_or_else(|| format!("its {name} is not hexadecimal")),
        _ => Err(format!("it has no {name}, or two")),
    }
}

/// Reads a line back into the event.
///
/// # Errors
///
/// What is wrong with the line, in words.
pub(crate) fn read(line: &str) -> Result<Recorded, String> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    Ok(Recorded {
        position: Position::new(line.position),
        stream: StreamId::new(line.stream),
        seq: line.seq,
        command: CommandId::new(line.command),
        recorded_at: line.recorded_at,
        header: part(line.header, line.header_hex, "header")?,
        body: part(line.body, line.body_hex, "body")?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let json = prop::collection::vec(any::<String>(), 0..3).prop_map(|words| serde_json::to_vec(&words).unwrap());
        let odd = prop::sample::select(vec!["", "null", " {}", "{}\n", "[1,\n2]", "1e400", "{", "\"\\ud800\""]);
        prop_oneof![json, odd.prop_map(|text| text.as_bytes().to_vec()), any::<Vec<u8>>()]
    }

    proptest! {
        #[test]
        fn any_event_comes_back_from_its_line(numbers in any::<(u64, u128, u64, u128, i64)>(), header in bytes(), body in bytes()) {
            let (position, stream, seq, command, recorded_at) = numbers;
            let event = Recorded {
                position: Position::new(position),
                stream: StreamId::new(Uuid::from_u128(stream)),
                seq,
                command: CommandId::new(Uuid::from_u128(command)),
                recorded_at,
                header,
                body,
            };
            let mut line = Vec::new();
            write(&event, &mut line);
            prop_assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
            let text = std::str::from_utf8(&line).unwrap();
            prop_assert_eq!(read(text).unwrap(), event);
        }

        #[test]
        fn no_line_breaks_the_reading(line in any::<String>()) {
            let _ = read(&line);
        }
    }
}
