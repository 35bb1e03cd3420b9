//! From the lines of an input to requests: the part of an import that needs nothing but the line itself.

use std::io::BufRead;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::seen::KNOWN_BY;
use super::{Commands, Item, Made};
use crate::domain::command::{Request, RequestError};
use crate::domain::decide::Refusal;
use crate::domain::id::CommandId;
use crate::log::codec;
use crate::service::error::ExecuteError;
use crate::service::exchange::{read_line, without_mark};
use crate::service::line::Object;

/// The lines of a file, each a JSON object.
pub(super) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    number: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, number: 0 }
    }
}

impl Commands for Lines<'_> {
    fn next(&mut self) -> std::io::Result<Option<Item>> {
        loop {
            let line = match read_line(self.input) {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(None),
                // A line that is too long or no text is passed over.
                Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
                    self.number += 1;
                    let error = Refusal::Field { field: "line", why: e.to_string() }.into();
                    return Ok(Some(Item { line: self.number, made: Err(error) }));
                }
                Err(source) => return Err(source),
            };
            self.number += 1;
            let text = if self.number == 1 { without_mark(&line) } else { &line };
            if text.trim().is_empty() {
                continue;
            }
            let text = if text.len() == line.len() { line } else { text.to_owned() };
            return Ok(Some(Item { line: self.number, made: Ok(Made::Line(text)) }));
        }
    }
}

/// What makes a command the same when it is imported again.
pub(super) struct Identity {
    /// The first bytes of the hash of its content.
    pub(super) known_by: [u8; KNOWN_BY],
    /// The hash of its content, to which it is added which of several equal ones it is.
    content: Sha256,
}

impl Identity {
    fn of(object: &Map<String, Value>) -> Self {
        let canonical = codec::canonical(object).unwrap_or_default();
        let hash = Sha256::digest(&canonical);
        let mut known_by = [0; KNOWN_BY];
        known_by.copy_from_slice(&hash[..KNOWN_BY]);
        let content = Sha256::new().chain_update(b"servanda import\0").chain_update(&canonical);
        Self { known_by, content }
    }

    /// An identity made of a line's content and, where it stands several times, of which of them it is.
    pub(super) fn nth(self, nth: u32) -> CommandId {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.content.chain_update(nth.to_be_bytes()).finalize()[..16]);
        CommandId(Uuid::new_v8(bytes))
    }
}

/// A line that was read, as far as it can be without the register.
pub(super) struct Parsed {
    /// Its number, from 1.
    pub(super) line: u64,
    /// What it is called where a row made several.
    pub(super) command: Option<String>,
    /// The request with its identity, or why there is none.
    pub(super) made: Result<(Identity, Result<Request, RequestError>), ExecuteError>,
}

/// Reads a command as far as it can be without the register.
pub(super) fn parsed(item: Item) -> Parsed {
    let Item { line, made } = item;
    let (object, identity, of_row) = match made {
        Ok(Made::Line(text)) => match serde_json::from_str(&text) {
            Ok(Object(object)) => (object, None, false),
            Err(e) => {
                let why = format!("it is not a JSON object: {e}");
                return Parsed { line, command: None, made: Err(Refusal::Field { field: "line", why }.into()) };
            }
        },
        Ok(Made::Row { object, identity }) => (object, identity, true),
        Err(error) => return Parsed { line, command: None, made: Err(error) },
    };
    let command = of_row.then(|| named(&object));
    let identity = Identity::of(identity.as_ref().unwrap_or(&object));
    Parsed { line, command, made: Ok((identity, Request::from_json(object))) }
}

/// What a command is called where a row made several.
fn named(object: &Map<String, Value>) -> String {
    let word = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", word("command"), word("agreement"))
}
