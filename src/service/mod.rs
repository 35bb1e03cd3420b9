//! The register at work: load, decide, append; catch up, then answer.
//!
//! Lives here: what joins the pure rooms to a log, a clock and a source of randomness. May use: `domain`, `log`,
//! `views`, tokio's locks. Never: a terminal, HTTP, exit codes. Promises: what is refused changes nothing; the same
//! command again changes nothing; every answer is made of facts that were read and checked.
//! [`open`] is the only place that names a backend; [`clock`] and [`identity`] are the only sources of time and chance.

pub mod almanac;
mod anew;
pub mod audit;
pub mod backup;
mod by_name;
pub mod calendar_file;
mod candidates;
pub mod clock;
pub mod doctor;
mod dealt;
pub mod error;
pub mod exchange;
pub mod execute;
pub mod identity;
pub mod import;
mod keep;
mod line;
pub mod listed;
pub mod marks;
pub mod mapping;
pub mod open;
pub mod papers;
pub mod query;
pub mod redact;
pub mod register;
mod replay;
mod rows;
mod runs;
pub mod salvaged;
pub mod search;
pub mod settings;
mod shelf;
mod spool;
pub mod trust;
mod turns;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::RwLock;

use crate::domain::day::Day;
use crate::domain::instant::Instant;
use crate::domain::timeline::Register;
use crate::log::{EventLog, Heard, ViewStore};
use clock::Clock;
use identity::IdSource;
use settings::Settings;

/// A register: a log with its views, a clock, and a source of identities.
pub struct Service {
    log: Arc<dyn EventLog>,
    views: Arc<dyn ViewStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    settings: Settings,
    /// The store's folder, where there is one: it keeps attached papers and tree heads, and what does not fit into memory.
    folder: Option<PathBuf>,
    /// How many events the log rewrote from an earlier format when it was opened.
    migrated: Option<u64>,
    /// The register's own facts as they were last read.
    register: std::sync::Mutex<Register>,
    /// Each decision sees the facts that it is made on.
    turns: turns::Turns,
    /// The agreements that were decided about last.
    recent: std::sync::Mutex<shelf::Shelf>,
    /// The entries that commands made and the view has not taken in yet.
    grown: std::sync::Mutex<keep::Waiting>,
    /// The kept view is changed by one at a time, and not while its rows are being read.
    viewing: RwLock<()>,
}

impl Service {
    /// A register over a log and its views; `folder` is the store's, where there is one.
    #[must_use]
    pub fn new(
        log: Arc<dyn EventLog>,
        views: Arc<dyn ViewStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        settings: Settings,
        folder: Option<PathBuf>,
    ) -> Self {
        let register = Register::default().in_zone(settings.zone_name());
        Self {
            log,
            views,
            clock,
            ids,
            settings,
            folder,
            migrated: None,
            register: std::sync::Mutex::new(register),
            turns: turns::Turns::default(),
            recent: std::sync::Mutex::default(),
            grown: std::sync::Mutex::default(),
            viewing: RwLock::new(()),
        }
    }

    /// The agreements that were decided about last.
    fn recent(&self) -> std::sync::MutexGuard<'_, shelf::Shelf> {
        self.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Says how many events were rewritten when the register, written by an earlier release, was opened.
    #[must_use]
    pub const fn migrated(&self) -> Option<u64> {
        self.migrated
    }

    /// The folder of the store; none of a register in memory.
    fn folder(&self) -> Option<&std::path::Path> {
        self.folder.as_deref()
    }

    /// The register's settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time by the register's clock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Today in the register's time zone.
    #[must_use]
    pub fn today(&self) -> Day {
        self.settings.zone.day_of(self.clock.now())
    }

    /// Asks that letting the store go writes its files anew, as short as they can be.
    pub fn compact(&self) {
        self.log.compact();
    }

    /// Has `heard` hear how far letting the store go is where that writes its files anew: how many bytes are written, and of how
    /// many at most.
    pub fn hear_closing(&self, heard: Heard) {
        self.log.hear_closing(heard);
    }

    /// Lets the store go; everything that was acknowledged is in it.
    ///
    /// # Errors
    ///
    /// [`crate::log::AppendError`] when the store fails at its last flush.
    pub async fn close(&self) -> Result<(), crate::log::AppendError> {
        if self.waits() {
            // The view may lag: the next question takes in what is missing, or says what is wrong.
            let _ = Box::pin(self.catch_up()).await;
        }
        self.log.close().await
    }
}
