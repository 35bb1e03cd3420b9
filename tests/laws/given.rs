//! A register under test, and what is asked of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use proptest::test_runner::Config;
use serde_json::{Map, Value, json};
use servanda::domain::command::Request;
use servanda::domain::day::Day;
use servanda::domain::id::{Actor, AgreementId, CommitmentId, Reference};
use servanda::domain::instant::Instant;
use servanda::domain::recurrence::{InstanceNumber, Owed};
use servanda::domain::timeline::{self, Timeline};
use servanda::domain::zone::Zone;
use servanda::log::{EventLog, MemoryLog, Position, ViewStore, codec};
use servanda::service::Service;
use servanda::service::almanac::REGISTER;
use servanda::service::clock::Clock;
use servanda::service::error::{ExecuteError, QueryError};
use servanda::service::execute::{Execution, Outcome};
use servanda::service::identity::SeededIds;
use servanda::service::import::{ImportOptions, Imported};
use servanda::service::open::{Opening, open};
use servanda::service::settings::Settings;
use servanda::views::Asked;
use servanda::views::filter::Filter;

use crate::histories::{REFERENCES, Step};

/// 2025-11-21T09:00:00Z.
const MORNING: i64 = 1_763_715_600_000_000;

/// A clock that moves when it is told to, also back.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn turn(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// A register with the clock that it reads.
pub(crate) struct Register {
    pub(crate) service: Service,
    pub(crate) clock: Arc<HandClock>,
}

fn settings() -> Settings {
    Settings { zone: Zone::named("Asia/Karachi").unwrap() }
}

fn clock() -> Arc<HandClock> {
    Arc::new(HandClock(AtomicI64::new(MORNING)))
}

/// An empty register in memory.
pub(crate) fn in_memory() -> Register {
    let clock = clock();
    let ids = Arc::new(SeededIds::new("laws"));
    Register { service: servanda::service::open::in_memory(clock.clone(), ids, settings()), clock }
}

/// An empty register in memory, and the log under it.
pub(crate) fn with_log() -> (Register, Arc<MemoryLog>) {
    let log = Arc::new(MemoryLog::new());
    (over(&log, "laws"), log)
}

/// A register over a log that others may write to as well.
pub(crate) fn over(log: &Arc<MemoryLog>, seed: &str) -> Register {
    over_any(log.clone(), log.clone(), seed)
}

/// What a register over a log that others may write to as well is with a clock of its own.
pub(crate) fn over_by(log: &Arc<MemoryLog>, seed: &str, clock: Arc<dyn Clock>) -> Service {
    Service::new(log.clone(), log.clone(), clock, Arc::new(SeededIds::new(seed)), settings(), None)
}

/// A register over any log and a store of its views.
pub(crate) fn over_any(log: Arc<dyn EventLog>, views: Arc<dyn ViewStore>, seed: &str) -> Register {
    let clock = clock();
    let ids = Arc::new(SeededIds::new(seed));
    let service = Service::new(log, views, clock.clone(), ids, settings(), None);
    Register { service, clock }
}

/// A register in a folder, opened or made.
pub(crate) fn in_folder(folder: &std::path::Path) -> Register {
    let clock = clock();
    let opening = Opening {
        create: true,
        wait: Duration::ZERO,
        holder: "servanda laws".to_owned(),
        zone: Some(Zone::named("Asia/Karachi").unwrap()),
    };
    let service = open(folder, &opening, clock.clone(), Arc::new(SeededIds::new("laws"))).unwrap();
    Register { service, clock }
}

/// How many histories a law is tried on: few enough for a slow machine, more when asked.
pub(crate) fn cases(few: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: asked.unwrap_or(few), failure_persistence: None, max_shrink_iters: 300, ..Config::default() }
}

/// Runs to the end on one thread.
pub(crate) fn wait_for<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

pub(crate) fn execution(dry_run: bool) -> Execution {
    Execution { actor: Actor::parse("desk").unwrap(), dry_run, asserted_times: true }
}

/// Carries one command out; `dry_run` only shows what would be recorded.
pub(crate) async fn carry_out(
    service: &Service,
    command: &Map<String, Value>,
    dry_run: bool,
) -> Result<Outcome, ExecuteError> {
    let request = Request::from_json(command.clone())?;
    service.execute(&request, &execution(dry_run)).await
}

/// Whether an error is a proper refusal: about the command, not about the store.
pub(crate) fn is_refusal(error: &ExecuteError) -> bool {
    matches!(error, ExecuteError::Request(_) | ExecuteError::Refused(_) | ExecuteError::TimeRunsBackwards { .. })
}

impl Register {
    /// Turns the clock and carries the step out; whether it was recorded.
    pub(crate) async fn step(&self, step: &Step) -> bool {
        self.clock.turn(step.pause);
        match carry_out(&self.service, &step.command, false).await {
            Ok(outcome) => !outcome.repeated,
            Err(error) => {
                assert!(is_refusal(&error), "{error} for {:?}", step.command);
                false
            }
        }
    }

    /// Carries a whole history out; how many commands were recorded.
    pub(crate) async fn live_through(&self, history: &[Step]) -> usize {
        let mut recorded = 0;
        for step in history {
            recorded += usize::from(self.step(step).await);
        }
        recorded
    }

    /// Every event as it would be exported.
    pub(crate) async fn exported(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let receive = |line: &str| {
            lines.push(line.to_owned());
            Ok::<(), ()>(())
        };
        self.service.export(receive).await.unwrap().unwrap();
        lines
    }

    pub(crate) async fn imported(&self, lines: &[String], all_or_nothing: bool, dry_run: bool) -> Imported {
        let options = ImportOptions { execution: execution(dry_run), all_or_nothing };
        self.service.import(&mut lines.join("\n").as_bytes(), &options, |_| ()).await.unwrap()
    }

    /// What the register says about everything, for a day and a time of knowledge.
    pub(crate) async fn answers(&self, as_of: Day, known_at: Instant) -> Value {
        let asked = Asked::on(as_of, known_at);
        let every = Filter { retracted: true, ..Filter::default() };
        let service = &self.service;
        let mut answers = json!({
            "list": service.list(asked, &every).await.unwrap(),
            "overdue": service.overdue(asked, &Filter::default()).await.unwrap(),
            "due": service.due(asked, as_of.plus_days(400).unwrap(), &Filter::default()).await.unwrap(),
            "stats": service.stats(asked, &Filter::default()).await.unwrap(),
            "parties": service.parties(None, asked, &every).await.unwrap(),
            "search": service.search("pakistan group", asked, &every, 3, &mut |_, _| ()).await.unwrap(),
            "calendars": service.calendars(asked).await.unwrap(),
            "register": or_nothing(service.history(&Reference::parse(Reference::REGISTER).unwrap(), known_at).await),
        });
        for reference in REFERENCES.map(|reference| Reference::parse(reference).unwrap()) {
            let mut whys = Vec::new();
            for number in 1..=4 {
                let commitment = CommitmentId::nth(number);
                for instance in [None, InstanceNumber::new(2)] {
                    whys.push(or_nothing(service.why(&reference, Owed { commitment, instance }, asked).await));
                }
            }
            answers[reference.as_str()] = json!({
                "show": or_nothing(service.show(&reference, asked).await),
                "history": or_nothing(service.history(&reference, known_at).await),
                "parties": or_nothing(service.parties(Some(&reference), asked, &every).await),
                "why": whys,
                "dates": or_nothing(service.dates(&reference, asked).await),
            });
        }
        answers
    }
}

/// An answer, or why there is none; an agreement that is not there yet is as one that is not there.
fn or_nothing<T: serde::Serialize>(answer: Result<T, QueryError>) -> Value {
    match answer {
        Ok(answer) => serde_json::to_value(answer).unwrap(),
        Err(QueryError::NoSuchAgreement { .. } | QueryError::NotYet { .. }) => Value::Null,
        Err(error @ (QueryError::NoSuchCommitment { .. } | QueryError::NoSuchInstance { .. })) => {
            Value::from(error.to_string())
        }
        Err(error) => panic!("{error}"),
    }
}

/// The facts of every agreement, read from the log with nothing kept.
pub(crate) async fn timelines(log: &dyn EventLog) -> Vec<(AgreementId, Timeline)> {
    let mut timelines: Vec<(AgreementId, Timeline)> = Vec::new();
    for record in log.read(Position::START, usize::MAX).await.unwrap() {
        let id = AgreementId(record.stream.get());
        let at = timelines.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            timelines.push((id, Timeline::default()));
            timelines.len() - 1
        });
        timelines[at].1.push(codec::decode(&record).unwrap());
    }
    let own = timelines.iter().position(|(id, _)| *id == REGISTER).map(|at| timelines.remove(at).1);
    let register = own.map(|own| timeline::Register::new(own.facts().to_vec())).unwrap_or_default();
    let register = register.in_zone(settings().zone_name());
    timelines.into_iter().map(|(id, timeline)| (id, timeline.within(register.clone()))).collect()
}

/// The exported events without those that put a shipped calendar on record beside what was asked for.
pub(crate) fn asked_for(lines: &[String]) -> Vec<Value> {
    let events: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let adopts = |event: &&Value| event["type"] == "calendar.defined" && event["data"]["calendar"] != "ours";
    let causes: Vec<Value> = events.iter().filter(adopts).map(|event| event["cause"].clone()).collect();
    events.into_iter().filter(|event| !causes.contains(&event["cause"])).collect()
}

/// An exported event without what chance gave it: ids and salts.
pub(crate) fn without_chance(line: &str) -> Value {
    let mut event: Map<String, Value> = serde_json::from_str(line).unwrap();
    for name in ["id", "agreement", "cause", "salt", "body_hash"] {
        event.remove(name);
    }
    Value::Object(event)
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}
