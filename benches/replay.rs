//! What it costs to read every event of a store into the register's entries, beside parsing the same bytes alone.
//!
//! `cargo bench --bench replay [-- EVENTS]`

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod register;
mod timing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use register::reader;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use servanda::domain::id::{Actor, AgreementId};
use servanda::domain::timeline::Timeline;
use servanda::domain::zone::Zone;
use servanda::log::{EventLog as _, OpenOptions, Position, Recorded, SledLog, codec};
use servanda::service::Service;
use servanda::service::clock::SystemClock;
use servanda::service::execute::Execution;
use servanda::service::identity::SystemIds;
use servanda::service::import::ImportOptions;
use servanda::service::settings::Settings;
use servanda::views::entry::Entry;
use timing::{Times, sized, table, timed};

const PAGE: usize = 4_096;

fn parsed<'a, T: serde::Deserialize<'a>>(records: &'a [Recorded]) -> usize {
    let part = |bytes: &'a [u8]| usize::from(serde_json::from_slice::<T>(bytes).is_ok());
    records.iter().map(|record| part(&record.header) + part(&record.body)).sum()
}

fn main() {
    let events = sized(100_000);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let dir = tempfile::tempdir().expect("there is room");
    let options = OpenOptions { wait: Duration::ZERO, holder: "bench".to_owned(), since: String::new(), create: true };
    let log = Arc::new(SledLog::open(&dir.path().join("store"), &options).expect("the store opens"));
    let settings = Settings { zone: Zone::utc() };
    let service = Service::new(log.clone(), log.clone(), Arc::new(SystemClock), Arc::new(SystemIds), settings, None);
    let execution = Execution { actor: Actor::parse("desk").expect("a name"), dry_run: false, asserted_times: true };
    let options = ImportOptions { execution, all_or_nothing: false };
    let (time, done) = timed(|| runtime.block_on(service.import(&mut reader(events), &options, |_| ())));
    let done = done.expect("it imports");
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let rate = done.recorded as f64 / time.as_secs_f64();
    println!("import: {} events, {} refused, {rate:.0} events/s", done.recorded, done.refused.len());

    let mut times: [Times; 8] = std::array::from_fn(|_| Times::default());
    let mut bytes = 0;
    for _ in 0..7 {
        let (time, records) = timed(|| {
            let mut all: Vec<Recorded> = Vec::new();
            loop {
                let page = runtime.block_on(log.read(Position::new(all.len() as u64), PAGE)).expect("it reads");
                if page.is_empty() {
                    return all;
                }
                all.extend(page);
            }
        });
        times[3].push(time);
        bytes = records.iter().map(|record| record.header.len() + record.body.len()).sum();
        times[0].push(timed(|| parsed::<Value>(&records)).0);
        times[1].push(timed(|| parsed::<BTreeMap<&str, &RawValue>>(&records)).0);
        times[2].push(timed(|| parsed::<IgnoredAny>(&records)).0);
        let (time, timelines) = timed(|| {
            let mut timelines: BTreeMap<AgreementId, Timeline> = BTreeMap::new();
            for record in &records {
                let fact = codec::decode(record).expect("a fact");
                timelines.entry(AgreementId(record.stream.get())).or_default().push(fact);
            }
            timelines
        });
        times[4].push(time);
        let (time, entries) =
            timed(|| timelines.iter().filter_map(|(id, facts)| Entry::of(*id, facts)).collect::<Vec<_>>());
        times[5].push(time);
        times[6].push(
            timed(|| entries.iter().map(|entry| serde_json::to_vec(entry).map_or(0, |v| v.len())).sum::<usize>()).0,
        );
        drop((records, timelines, entries));
        times[7].push(timed(|| runtime.block_on(service.rebuild()).expect("it rebuilds")).0);
    }
    println!("{} bytes an event", bytes / events.max(1));
    table(
        &format!("all of {events} events"),
        0,
        &[
            ("serde_json to Value", &times[0]),
            ("serde_json to a map of raw values", &times[1]),
            ("serde_json, ignored", &times[2]),
            ("read: log, checksums", &times[3]),
            ("decode: facts, hashes checked", &times[4]),
            ("fold: timelines into entries", &times[5]),
            ("write entries as JSON", &times[6]),
            ("rebuild: all of these, and the view's write", &times[7]),
        ],
    );
    for (name, time) in [("serde_json to Value", &times[0]), ("rebuild", &times[7])] {
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let rate = events as f64 / time.quantile(50) * 1e6;
        println!("{name}: {rate:.0} events/s");
    }
    runtime.block_on(service.close()).expect("it closes");
}
