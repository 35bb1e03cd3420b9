//! The fold that every store's events are put through: read the JSON as its own types, and count it up by agreement.
//!
//! Less than what servanda's views know, so that no store is charged for them.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// The header of an event.
#[derive(Deserialize)]
#[allow(dead_code, reason = "read, as whoever uses a log has to")]
struct Header<'a> {
    id: Uuid,
    agreement: Uuid,
    seq: u64,
    #[serde(rename = "type")]
    kind: &'a str,
    v: u32,
    #[serde(borrow)]
    recorded: Recording<'a>,
    cause: Uuid,
    body_hash: &'a str,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "as above")]
struct Recording<'a> {
    at: &'a str,
    #[serde(borrow)]
    by: Cow<'a, str>,
}

/// The body of an event; its payload stays text.
#[derive(Deserialize)]
#[allow(dead_code, reason = "as above")]
struct Body<'a> {
    salt: &'a str,
    #[serde(borrow)]
    occurred: HashMap<&'a str, Option<Cow<'a, str>>>,
    confidence: &'a str,
    #[serde(borrow, default)]
    evidence: Vec<HashMap<&'a str, Option<Cow<'a, str>>>>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// How an agreement stands, as far as counting goes.
#[derive(Default)]
struct State {
    events: u64,
    signatures: u32,
    commitments: u32,
    reports: u32,
    last: String,
    payload_bytes: usize,
}

/// The states of all agreements.
#[derive(Default)]
pub(crate) struct Fold(HashMap<Uuid, State>);

impl Fold {
    pub(crate) fn take(&mut self, header: &[u8], body: &[u8]) {
        let header: Header<'_> = serde_json::from_slice(header).expect("a header");
        let body: Body<'_> = serde_json::from_slice(body).expect("a body");
        let on = body.occurred.get("on").and_then(Option::as_deref);
        self.count(header.agreement, header.kind, on, body.data.get().len());
    }

    /// Counts an event that was parsed already.
    pub(crate) fn count(&mut self, agreement: Uuid, kind: &str, on: Option<&str>, payload_bytes: usize) {
        let state = self.0.entry(agreement).or_default();
        state.events += 1;
        match kind {
            "agreement.signed" => state.signatures += 1,
            "deadline.set" => state.commitments += 1,
            "milestone.reported" => state.reports += 1,
            _ => {}
        }
        if let Some(on) = on.filter(|on| *on > state.last.as_str()) {
            on.clone_into(&mut state.last);
        }
        state.payload_bytes += payload_bytes;
    }

    /// How many events there were, so that none of the work can be left out.
    pub(crate) fn events(&self) -> u64 {
        let known =
            |state: &&State| state.payload_bytes > 0 && state.signatures + state.commitments + state.reports < u32::MAX;
        self.0.values().filter(known).map(|state| state.events).sum()
    }
}
