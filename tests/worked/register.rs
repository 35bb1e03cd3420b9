//! A register of the library, in memory or in a folder, and short questions to it.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value};
use servanda::domain::command::Request;
use servanda::domain::day::Day;
use servanda::domain::id::{Actor, CommitmentId, Reference};
use servanda::domain::instant::Instant;
use servanda::domain::zone::Zone;
use servanda::service::Service;
use servanda::service::clock::Clock;
use servanda::service::execute::Execution;
use servanda::service::identity::SeededIds;
use servanda::service::import::{ImportOptions, Imported};
use servanda::service::open::{Opening, in_memory, open};
use servanda::service::settings::Settings;
use servanda::views::Asked;
use servanda::views::board::CommitmentRow;
use servanda::views::document::Document;
use servanda::views::filter::Filter;

/// A clock that is set by hand.
pub(super) struct Hand(Mutex<Instant>);

impl Clock for Hand {
    fn now(&self) -> Instant {
        *self.0.lock().expect("nobody panics with the clock")
    }
}

/// A register and its clock.
pub(super) struct Register {
    pub(super) service: Service,
    clock: Arc<Hand>,
    /// The folder, for as long as the register is open.
    _folder: Option<tempfile::TempDir>,
}

pub(super) fn instant(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

pub(super) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

pub(super) fn reference(text: &str) -> Reference {
    Reference::parse(text).expect("a reference")
}

fn execution() -> Execution {
    Execution { actor: Actor::parse("desk").expect("an actor"), dry_run: false, asserted_times: false }
}

fn karachi() -> Zone {
    Zone::named("Asia/Karachi").expect("bundled")
}

impl Register {
    /// In memory.
    pub(super) fn memory() -> Self {
        let clock = Arc::new(Hand(Mutex::new(instant(super::RECORDED))));
        let ids = Arc::new(SeededIds::new("worked"));
        let service = in_memory(clock.clone(), ids, Settings { zone: karachi() });
        Self { service, clock, _folder: None }
    }

    /// In a folder, on sled.
    pub(super) fn sled() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(Hand(Mutex::new(instant(super::RECORDED))));
        let service = Self::opened(folder.path(), &clock);
        Self { service, clock, _folder: Some(folder) }
    }

    fn opened(folder: &Path, clock: &Arc<Hand>) -> Service {
        let opening =
            Opening { create: true, wait: Duration::from_secs(5), holder: "worked".to_owned(), zone: Some(karachi()) };
        open(folder, &opening, clock.clone(), Arc::new(SeededIds::new("worked"))).expect("it opens")
    }

    pub(super) fn set_clock(&self, now: &str) {
        *self.clock.0.lock().expect("nobody panics with the clock") = instant(now);
    }

    pub(super) async fn import(&self, lines: &str) -> Imported {
        let options = ImportOptions { execution: execution(), all_or_nothing: false };
        self.service.import(&mut lines.as_bytes(), &options, |_| {}).await.expect("the store works")
    }

    /// The four agreements.
    pub(super) async fn with_the_four(self) -> Self {
        let imported = self.import(&super::lines()).await;
        assert!(imported.refused.is_empty(), "{:?}", imported.refused);
        self
    }

    /// Carries out one command, an import line; the refusal is in words.
    pub(super) async fn tell(&self, line: &Value) -> Result<(), String> {
        let object: Map<String, Value> = line.as_object().expect("an object").clone();
        let request = Request::from_json(object).map_err(|e| e.to_string())?;
        self.service.execute(&request, &execution()).await.map(|_| ()).map_err(|e| e.to_string())
    }

    pub(super) fn asked(&self, as_of: &str) -> Asked {
        Asked::on(day(as_of), self.service.now())
    }

    pub(super) async fn show(&self, agreement: &str, as_of: &str) -> Document {
        self.service.show(&reference(agreement), self.asked(as_of)).await.expect("it is on record")
    }

    /// The rows of the four sections of `overdue`: overdue, possibly overdue, due soon, undated.
    pub(super) async fn overdue(&self, as_of: &str) -> [Vec<CommitmentRow>; 4] {
        let report = self.service.overdue(self.asked(as_of), &Filter::default()).await.expect("the store works");
        [report.overdue, report.possibly_overdue, report.due_soon, report.undated]
    }

    /// The health memorandum's c1 as `show` gives it: state, due date, days overdue.
    pub(super) async fn c1(&self, as_of: &str) -> (String, Option<String>, i64) {
        let asked = self.asked(as_of);
        let why = self.service.why(&reference(super::HEALTH), CommitmentId::nth(1), asked).await.expect("it is made");
        let shown = self.show(super::HEALTH, as_of).await;
        let row = shown.commitments.iter().find(|row| row.commitment == CommitmentId::nth(1)).expect("c1");
        assert_eq!(why.state, row.state, "why and show agree");
        assert_eq!(why.due, row.due, "why and show agree");
        (row.state.word().to_owned(), row.due.map(|due| due.to_string()), row.days_overdue)
    }
}

/// The addresses of rows.
pub(super) fn names(rows: &[CommitmentRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{}/{}", row.agreement, row.commitment)).collect()
}
