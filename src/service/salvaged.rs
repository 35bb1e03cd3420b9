//! Takes events in that a repair could not leave at their positions.

use std::collections::HashMap;
use std::io::BufRead;

use super::Service;
use super::backup::commits::Commits;
use super::error::RestoreError;
use super::exchange::{read_line, without_mark};
use crate::domain::id::Reference;
use crate::log::codec::{self, Restored};
use crate::log::{CommandId, Position, Recorded, StreamId};

/// How many events are appended at a time.
const PAGE: usize = 1_024;
/// How many events that were left out are named.
const NAMED_MAX: usize = 10_000;

/// What was taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many events.
    pub events: u64,
    /// How many were in the register already.
    pub repeated: u64,
    /// How many were left out, because an event of their agreement before them is missing.
    pub left_out: u64,
    /// Which, by agreement and place; those of an agreement whose beginning is lost by its identity.
    pub named: Vec<String>,
}

impl Service {
    /// Takes in the events of an export that lacks some, behind those that the register has: header and body are what they
    /// were, their positions are others. An event is left out where one of its agreement before it is missing.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] naming the line that cannot be taken over; those before it may be in the log then.
    pub async fn take_salvaged(&self, input: &mut dyn BufRead) -> Result<Taken, RestoreError> {
        let _alone = self.turns.alone().await;
        let (mut taken, mut number) = (Taken::default(), 0);
        let mut versions: HashMap<StreamId, u64> = HashMap::new();
        let mut names: HashMap<StreamId, Reference> = HashMap::new();
        let mut commits = Commits::to(self.log.as_ref());
        let mut page = Vec::new();
        let mut last: Option<CommandId> = None;
        while let Some(text) = read_line(input).map_err(RestoreError::Input)? {
            number += 1;
            if text.trim().is_empty() {
                continue;
            }
            let at = |why: String| RestoreError::Line { line: number, why };
            let text = if number == 1 { without_mark(&text) } else { &text };
            let Restored { agreement, seq, cause, recorded_at, draft, .. } =
                codec::unflat(text).map_err(|error| at(error.to_string()))?;
            let (stream, command) = (StreamId::new(agreement), CommandId::new(cause));
            let opened = if seq == 1 { opened(text) } else { None };
            if last != Some(command) && self.log.find(command).await?.is_some() {
                taken.repeated += 1;
                continue;
            }
            let version = match versions.get(&stream) {
                Some(version) => *version,
                None => self.log.version(stream).await?.get(),
            };
            let is_taken = match &opened {
                Some(reference) => self.entry(reference).await?.is_some_and(|entry| entry.id.0 != agreement),
                None => false,
            };
            if seq != version + 1 || is_taken {
                taken.left_out += 1;
                if taken.named.len() < NAMED_MAX {
                    let reference = match opened.as_ref().or_else(|| names.get(&stream)) {
                        Some(reference) => Some(reference.clone()),
                        None => self.opened_as(stream).await?,
                    };
                    let name = reference.map_or_else(|| agreement.to_string(), |reference| reference.to_string());
                    taken.named.push(format!("{name}@{seq}"));
                }
                continue;
            }
            names.extend(opened.map(|reference| (stream, reference)));
            versions.insert(stream, seq);
            last = Some(command);
            taken.events += 1;
            let (header, body, position) = (draft.header, draft.body, Position::START);
            page.push(Recorded { position, stream, seq, command, recorded_at, header, body });
            if page.len() >= PAGE {
                commits.take(std::mem::take(&mut page)).await?;
            }
        }
        commits.take(page).await?;
        commits.append().await?;
        Ok(taken)
    }
}

/// The reference under which an event opens an agreement.
fn opened(line: &str) -> Option<Reference> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    Reference::parse(event.get("data")?.get("reference")?.as_str()?).ok()
}
