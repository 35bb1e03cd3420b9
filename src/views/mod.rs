//! What can be asked: pure folds over facts, each answer for a day (as of) and a time of knowledge (known at).
//!
//! Lives here: the register's entries (the read model that is kept beside the log), and the rows and documents that
//! are made of entries or of one agreement's facts. May use: `domain`. Never: storage, a clock.
//! Promises: an entry rebuilt equals an entry kept up; every answer is a function of facts, day and knowledge.
//! To add a question: a file here with its row types (they are a contract: they derive their schema), one line in
//! [`schemas`].

pub mod agenda;
pub mod because;
pub mod board;
pub mod calendar;
pub mod chart;
pub mod checkup;
pub mod derivation;
pub mod diff;
pub mod document;
pub mod entry;
pub mod filter;
mod grown;
pub mod history;
pub mod instances;
pub mod lint;
pub mod list;
pub mod marks;
pub mod moves;
pub mod mou_return;
pub mod outcome;
pub mod postings;
mod recurrence;
pub mod search;
pub mod stats;
pub mod tables;
pub mod term;
pub mod trust;
pub mod words;

use schemars::Schema;

use crate::domain::day::Day;
use crate::domain::instant::Instant;
use crate::domain::moment::Moment;
use crate::domain::schema::shown;

/// For which day and with which knowledge a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What was true on this day.
    pub as_of: Day,
    /// At this instant of it, where not the whole day is meant.
    pub at: Option<Instant>,
    /// Whether the instant was asked for; else it is the time of asking.
    pub at_stated: bool,
    /// As recorded by this time.
    pub known_at: Instant,
}

impl Asked {
    /// A question for a whole day.
    #[must_use]
    pub const fn on(as_of: Day, known_at: Instant) -> Self {
        Self { as_of, at: None, at_stated: false, known_at }
    }

    /// When is asked about.
    #[must_use]
    pub const fn moment(self) -> Moment {
        Moment { day: self.as_of, at: self.at }
    }
}

/// The JSON Schema of every answer, by the name of its file in `schemas/views`.
#[must_use]
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("list", shown::<Vec<list::ListRow>>()),
        ("show", shown::<document::Document>()),
        ("status", shown::<chart::Chart>()),
        ("overdue", shown::<board::Overdue>()),
        ("due", shown::<board::DueList>()),
        ("history", shown::<Vec<history::HistoryRow>>()),
        ("diff", shown::<Vec<diff::Change>>()),
        ("why", shown::<derivation::Derivation>()),
        ("why-date", shown::<derivation::dates::DateDerivation>()),
        ("dates", shown::<Vec<derivation::dates::DateRow>>()),
        ("parties", shown::<Vec<list::PartyRow>>()),
        ("calendars", shown::<Vec<calendar::CalendarRow>>()),
        ("calendar", shown::<calendar::CalendarView>()),
        ("profiles", shown::<Vec<calendar::ProfileRow>>()),
        ("search", shown::<search::Search>()),
        ("stats", shown::<stats::Stats>()),
        ("lint", shown::<lint::Lint>()),
        ("mou-return", shown::<mou_return::MouReturn>()),
        ("outcome", shown::<outcome::OutcomeView>()),
        ("import", shown::<outcome::ImportView>()),
        ("init", shown::<outcome::MadeView>()),
        ("rebuild", shown::<outcome::RebuiltView>()),
        ("backup", shown::<outcome::BackupView>()),
        ("doctor", shown::<checkup::Checkup>()),
        ("restore", shown::<outcome::RestoredView>()),
        ("key", shown::<trust::KeyRow>()),
        ("keys", shown::<Vec<trust::KeyRow>>()),
        ("verify", shown::<trust::Verified>()),
        ("verify-proof", shown::<trust::ProofView>()),
        ("error", shown::<outcome::ErrorView>()),
    ]
}
