//! Bodies out of which something was taken: how they are written, and whether they are what their redactions say.
//!
//! The header of such an event stays, with the hash of the body that was. What remains lies in the store behind a salt of its
//! own and the mark `redacted_by`, the place in the agreement of the event that took the rest; that event's body, and so its header,
//! has the hash of what remains. Where the whole body was taken the mark alone remains, and there is nothing to hash.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CodecError, Salt, WrittenBody, body_hash, canonical, hex};
use crate::domain::event::Event;
use crate::domain::fact::{Fact, Saying, Sha256Hex};
use crate::domain::redaction::Redaction;

/// All that is left of a body that was taken out whole.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gone {
    pub(super) redacted_by: u64,
}

/// Writes what a fact still says as the body that takes the place of its own, and the hash that its redaction has of it.
///
/// # Errors
///
/// [`CodecError::Write`] when a value has no canonical form, which no value of the domain's types lacks.
pub fn remaining(by: u64, salt: &Salt, saying: &Saying) -> Result<(Vec<u8>, Option<Sha256Hex>), CodecError> {
    if matches!(saying.event, Event::TakenOut(_)) {
        return Ok((canonical(&Gone { redacted_by: by })?, None));
    }
    let body = canonical(&WrittenBody::of(saying, &hex(salt), Some(by)))?;
    let hash = Sha256Hex::try_from(body_hash(salt, &body));
    let hash = hash.map_err(|error| CodecError::Line(error.to_string()))?;
    Ok((body, Some(hash)))
}

/// What an event says of what it left of another.
struct Claim {
    position: u64,
    by: u64,
    remains: Option<Sha256Hex>,
}

/// Compares what remains of events with what their redactions say, in one pass over a log or an agreement.
///
/// It holds the redactions and what they redacted, of which there are few.
#[derive(Default)]
pub struct Redactions {
    /// By agreement and place: what lies there, and at which position.
    left: HashMap<(Uuid, u64), (u64, Redaction)>,
    /// By agreement and place: the last event that took something out of it.
    claimed: HashMap<(Uuid, u64), Claim>,
}

impl Redactions {
    /// Takes in an event; those of an agreement come in their order.
    pub fn note(&mut self, agreement: Uuid, position: u64, seq: u64, redacted: Option<&Redaction>, event: &Event) {
        if let Some(redaction) = redacted {
            self.left.insert((agreement, seq), (position, redaction.clone()));
        }
        if let Event::RecordRedacted(redacted) = event {
            let claim = Claim { position, by: seq, remains: redacted.remains.clone() };
            self.claimed.insert((agreement, redacted.event), claim);
        }
    }

    /// Takes in a fact, as [`Redactions::note`] does.
    pub fn note_fact(&mut self, agreement: Uuid, fact: &Fact) {
        self.note(agreement, fact.position, fact.seq, fact.redacted.as_ref(), &fact.saying.event);
    }

    /// Everything that disagrees, in the order of positions; `whole` says that all events of the agreements were taken in.
    #[must_use]
    pub fn disagreements(self, whole: bool) -> Vec<CodecError> {
        let wrong = |position, why| CodecError::Redaction { position, why };
        let mut found = Vec::new();
        for ((agreement, seq), (position, redaction)) in &self.left {
            let by = redaction.by;
            let why = match self.claimed.get(&(*agreement, *seq)) {
                Some(claim) if claim.by == by && claim.remains == redaction.remains => continue,
                Some(claim) if claim.by == by => format!("what remains of its body is not what event @{by} left of it"),
                Some(claim) if claim.by < by && !whole => continue,
                Some(claim) => format!("its body says that it was redacted by @{by}, and @{} did so last", claim.by),
                None if !whole => continue,
                None => format!("its body says that it was redacted by @{by}, and no such event says so"),
            };
            found.push((*position, wrong(*position, why)));
        }
        for ((agreement, seq), claim) in &self.claimed {
            if !self.left.contains_key(&(*agreement, *seq)) {
                let why = format!("it took something out of @{seq}, whose body is there all the same");
                found.push((claim.position, wrong(claim.position, why)));
            }
        }
        found.sort_by_key(|(position, _)| *position);
        found.into_iter().map(|(_, error)| error).collect()
    }
}

/// Checks that what remains of facts of one agreement is what their redactions say; `whole` says that these are all of its facts.
///
/// # Errors
///
/// The first [`CodecError::Redaction`].
pub fn agree(agreement: Uuid, facts: &[Fact], whole: bool) -> Result<(), CodecError> {
    let concerned = |fact: &&Fact| fact.redacted.is_some() || matches!(fact.saying.event, Event::RecordRedacted(_));
    let mut redactions = Redactions::default();
    facts.iter().filter(concerned).for_each(|fact| redactions.note_fact(agreement, fact));
    redactions.disagreements(whole).into_iter().next().map_or(Ok(()), Err)
}
