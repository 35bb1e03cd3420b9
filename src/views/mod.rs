//! What can be asked: pure folds over facts, each answer for a day (as of) and a time of knowledge (known at).
//!
//! Lives here: the register's entries (the read model that is kept beside the log), and the rows and documents that
//! are made of entries or of one agreement's facts. May use: `domain`. Never: storage, a clock.
//! Promises: an entry rebuilt equals an entry kept up; every answer is a function of facts, day and knowledge.
//! To add a question: a file here with its row types (they are a contract: they derive their schema), one line in
//! [`schemas`].

pub mod board;
pub mod derivation;
pub mod diff;
pub mod document;
pub mod entry;
pub mod filter;
pub mod history;
pub mod list;
pub mod outcome;
pub mod stats;

use schemars::Schema;

use crate::domain::command::schema_of;
use crate::domain::day::Day;
use crate::domain::instant::Instant;

/// For which day and with which knowledge a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What was true on this day.
    pub as_of: Day,
    /// As recorded by this time.
    pub known_at: Instant,
}

/// The JSON Schema of every answer, by the name of its file in `schemas/views`.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("list", schema_of::<Vec<list::ListRow>>()),
        ("show", schema_of::<document::Document>()),
        ("overdue", schema_of::<board::Overdue>()),
        ("due", schema_of::<board::DueList>()),
        ("history", schema_of::<Vec<history::HistoryRow>>()),
        ("diff", schema_of::<Vec<diff::Change>>()),
        ("why", schema_of::<derivation::Derivation>()),
        ("parties", schema_of::<Vec<list::PartyRow>>()),
        ("stats", schema_of::<stats::Stats>()),
        ("outcome", schema_of::<outcome::OutcomeView>()),
        ("import", schema_of::<outcome::ImportView>()),
        ("error", schema_of::<outcome::ErrorView>()),
    ]
}
