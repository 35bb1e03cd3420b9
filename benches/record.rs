//! What it costs to record one event through the service, beside a raw append of the same bytes and fdatasync.
//!
//! Rounds of all kinds of work alternate in one run, on the same disk: only ratios mean something.
//! `cargo bench --bench record [-- ROUNDS]`

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod register;
mod timing;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use register::Lines;
use serde_json::Value;
use servanda::domain::command::Request;
use servanda::domain::decide::{Context, decide};
use servanda::domain::id::{Actor, AgreementId, CommandId, EventId};
use servanda::domain::timeline::Timeline;
use servanda::domain::zone::Zone;
use servanda::log::codec::{self, Stamp};
use servanda::log::{Append, EventLog as _, OpenOptions, SledLog, StreamId, StreamVersion, ViewStore as _};
use servanda::service::Service;
use servanda::service::clock::{Clock as _, SystemClock};
use servanda::service::execute::Execution;
use servanda::service::identity::{IdSource as _, SystemIds};
use servanda::service::import::ImportOptions;
use servanda::service::register::VIEW;
use servanda::service::settings::Settings;
use servanda::views::entry::Entry;
use timing::{Times, sized, table, timed};

const BEFORE: usize = 5_000;

fn log(folder: &Path) -> Arc<SledLog> {
    let options = OpenOptions { wait: Duration::ZERO, holder: "bench".to_owned(), since: String::new(), create: true };
    Arc::new(SledLog::open(folder, &options).expect("the store opens"))
}

fn service(log: &Arc<SledLog>) -> Service {
    let settings = Settings { zone: Zone::utc() };
    Service::new(log.clone(), log.clone(), Arc::new(SystemClock), Arc::new(SystemIds), settings, None)
}

fn main() {
    let rounds = sized(400);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let dir = tempfile::tempdir().expect("there is room");
    let (store, other) = (log(&dir.path().join("store")), log(&dir.path().join("other")));
    let service = service(&store);
    let mut raw = File::create(dir.path().join("raw")).expect("there is room");
    let execution = Execution { actor: Actor::parse("desk").expect("a name"), dry_run: false, asserted_times: true };
    let mut source = Lines::new(1);
    let first = source.by_ref().take(BEFORE).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
    let options = ImportOptions { execution: execution.clone(), all_or_nothing: false };
    let done = runtime.block_on(service.import(&mut first.as_bytes(), &options, |_| ())).expect("it imports");
    println!("{} events before, {} refused", done.recorded, done.refused.len());

    let mut times: [Times; 11] = std::array::from_fn(|_| Times::default());
    let (mut recorded, mut bytes_all, mut facts) = (0_u64, 0, 0);
    for line in source.take(rounds) {
        let Value::Object(object) = line else { unreachable!("a line is an object") };
        let (time, request) = timed(|| Request::from_json(object).expect("a request"));
        times[3].push(time);
        // What the service does first, on its own: load, decide, encode, fold, write the view.
        let entry = runtime.block_on(service.entry(&request.agreement)).expect("the store works");
        let (id, timeline) = match entry {
            None => (AgreementId(SystemIds.uuid(SystemClock.now())), Timeline::default()),
            Some(entry) => {
                let (time, timeline) = timed(|| {
                    let records = runtime.block_on(store.read_stream(StreamId::new(entry.id.0), 0, 4096));
                    let facts = records.expect("the store works");
                    Timeline::new(facts.iter().map(|record| codec::decode(record).expect("a fact")).collect())
                });
                times[4].push(time);
                (entry.id, timeline)
            }
        };
        facts += timeline.facts().len();
        let now = request.framing.recorded_at.expect("a time");
        let context = Context { now, today: now.utc_day(), actor: execution.actor.clone(), asserted: true };
        let (time, decision) = timed(|| decide(&request, &timeline, &context));
        let Ok(decision) = decision else { continue };
        times[5].push(time);
        let stamp = Stamp {
            id: EventId(SystemIds.uuid(now)),
            agreement: id,
            seq: timeline.facts().len() as u64 + 1,
            recorded: servanda::domain::fact::Recording { at: now, by: context.actor.clone(), asserted: true },
            cause: CommandId(SystemIds.uuid(now)),
            salt: SystemIds.bytes(),
        };
        let (time, draft) = timed(|| codec::encode(&stamp, &decision.saying).expect("it is written"));
        times[6].push(time);
        let (time, _) = timed(|| Entry::of(id, &timeline));
        times[7].push(time);
        let bytes = [draft.header.as_slice(), draft.body.as_slice()].concat();
        bytes_all += bytes.len();

        times[0].push(
            timed(|| {
                raw.write_all(&bytes).expect("there is room");
                raw.sync_data().expect("the disk works");
            })
            .0,
        );
        let stream = StreamId::new(stamp.cause.0);
        let commit = Append {
            command: servanda::log::CommandId::new(stamp.cause.0),
            stream,
            expected: StreamVersion::new(0),
            expected_end: None,
            recorded_at: now.micros(),
            events: vec![draft],
        };
        let (time, receipt) = timed(|| runtime.block_on(other.append(commit)));
        let receipt = receipt.expect("it is appended");
        times[1].push(time);
        let (time, outcome) = timed(|| runtime.block_on(service.execute(&request, &execution)));
        times[2].push(time);
        recorded += u64::from(outcome.is_ok());
        let entry = runtime.block_on(service.entry(&request.agreement)).expect("the store works");
        let value = serde_json::to_vec(&entry).expect("it is written");
        times[9].push(timed(|| serde_json::from_slice::<Entry>(&value)).0);
        let change = (request.agreement.as_str().as_bytes().to_vec(), Some(value));
        times[8].push(timed(|| runtime.block_on(other.put(VIEW, receipt.end(), vec![change]))).0);
        times[10].push(timed(|| runtime.block_on(service.catch_up())).0);
    }
    println!(
        "{recorded} of {rounds} recorded, {} bytes an event, {} facts an agreement before it",
        bytes_all / rounds.max(1),
        facts / rounds.max(1)
    );
    table(
        "recording one event durably",
        0,
        &[
            ("raw append + fdatasync of the same bytes", &times[0]),
            ("log.append of the same bytes", &times[1]),
            ("Service::execute", &times[2]),
        ],
    );
    table(
        "its pieces",
        1,
        &[
            ("request from JSON", &times[3]),
            ("load: read the stream and decode", &times[4]),
            ("decide", &times[5]),
            ("encode", &times[6]),
            ("fold into the entry", &times[7]),
            ("write the entry into the view", &times[8]),
            ("read the entry from its bytes", &times[9]),
            ("catch up with nothing to do", &times[10]),
        ],
    );
    runtime.block_on(async {
        service.close().await.expect("it closes");
        other.close().await.expect("it closes");
    });
}
