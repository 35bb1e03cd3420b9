//! The register in numbers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::Entry;
use super::{Asked, board};
use crate::domain::day::Day;
use crate::domain::instant::Instant;
use crate::domain::status::AgreementStatus;

/// The register in numbers, on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stats {
    /// The day it is about.
    pub as_of: Day,
    /// At this instant of it; null for the whole day.
    pub at: Option<Instant>,
    /// With what was recorded by then.
    pub known_at: Instant,
    /// How many agreements there are.
    pub agreements: usize,
    /// How many of each kind.
    pub by_kind: BTreeMap<String, usize>,
    /// How many of each status.
    pub by_status: BTreeMap<String, usize>,
    /// How many different parties, by name.
    pub parties: usize,
    /// How many commitments there are.
    pub commitments: usize,
    /// How many in each state.
    pub by_state: BTreeMap<String, usize>,
    /// How many facts are on record in all, whatever their day.
    pub facts: u64,
}

/// Counts the register.
#[must_use]
pub fn stats<'a>(entries: impl IntoIterator<Item = &'a Entry>, asked: Asked) -> Stats {
    let mut stats = Stats {
        as_of: asked.as_of,
        at: asked.at,
        known_at: asked.known_at,
        agreements: 0,
        by_kind: BTreeMap::new(),
        by_status: BTreeMap::new(),
        parties: 0,
        commitments: 0,
        by_state: BTreeMap::new(),
        facts: 0,
    };
    let mut names = std::collections::BTreeSet::new();
    for entry in entries {
        stats.facts += entry.facts;
        let Some(outline) = entry.on(asked.as_of).filter(|outline| outline.status != AgreementStatus::Retracted) else {
            continue;
        };
        stats.agreements += 1;
        *stats.by_kind.entry(outline.kind.word().to_owned()).or_default() += 1;
        *stats.by_status.entry(outline.status.word().to_owned()).or_default() += 1;
        names.extend(outline.parties.iter().map(|party| party.name.clone()));
        for row in board::rows(entry, asked.as_of) {
            stats.commitments += 1;
            *stats.by_state.entry(row.state.word().to_owned()).or_default() += 1;
        }
    }
    stats.parties = names.len();
    stats
}
