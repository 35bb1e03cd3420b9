//! Reading everything again, and reading one agreement.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use servanda::log::{EventLog as _, Recorded, StreamId, codec};
use uuid::Uuid;

use crate::bulk::Held;
use crate::fold::Fold;
use crate::peers::{Peers, SQLITE};
use crate::process::median;
use crate::register::AGREEMENT;
use crate::store::{self, folder};
use crate::table::{Table, long, named, rate, ratio};
use crate::timing::timed;

/// How often everything is read; fewer times where it is much.
const fn rounds(size: usize) -> usize {
    if size > 200_000 { 3 } else { 5 }
}

/// After how long another store is read no further time.
const ENOUGH: Duration = Duration::from_mins(1);

/// How many agreements are read one by one.
const ONES: usize = 400;

/// Takes events that lie in memory, and how long that took.
fn taken(page: &[Recorded], mut take: impl FnMut(&Recorded)) -> Duration {
    timed(|| page.iter().for_each(&mut take)).0
}

pub(crate) fn measure(table: &mut Table, dir: &Path, size: usize, peers: &Peers, held: &[Held]) {
    let open = store::open(&folder(dir));
    let mut others = peers.open(dir);
    let [mut rebuilt, mut value, mut typed, mut decoded, mut read]: [Vec<Duration>; 5] = Default::default();
    let mut replayed: Vec<Vec<Duration>> = vec![Vec::new(); others.len()];
    let mut streams: Vec<Uuid> = Vec::new();
    for _ in 0..rounds(size) {
        rebuilt.push(timed(|| open.runtime.block_on(open.service.rebuild()).expect("it rebuilds")).0);
        let [mut as_value, mut as_types, mut as_facts]: [Duration; 3] = Default::default();
        let mut fold = Fold::default();
        let (whole, ()) = timed(|| {
            open.pages(size, |page| {
                as_value += taken(page, |record| {
                    for part in [&record.header, &record.body] {
                        black_box(serde_json::from_slice::<Value>(part).expect("JSON"));
                    }
                });
                as_types += taken(page, |record| fold.take(&record.header, &record.body));
                as_facts += taken(page, |record| {
                    black_box(codec::decode(record).expect("a fact"));
                });
                if streams.len() < ONES {
                    streams.extend(
                        page.iter().filter(|record| record.seq == 1).take(20).map(|record| record.stream.get()),
                    );
                }
            });
        });
        assert_eq!(fold.events(), size as u64);
        value.push(as_value);
        typed.push(as_types);
        decoded.push(as_facts);
        read.push(whole.saturating_sub(as_value + as_types + as_facts));
        for (((other, times), held), choice) in others.iter_mut().zip(&mut replayed).zip(held).zip(&peers.choices) {
            if times.iter().sum::<Duration>() < ENOUGH {
                let (time, events) = other.each();
                assert_eq!(events, held.events as u64, "{} replays everything", choice.name);
                times.push(time);
            }
        }
    }
    let (rebuilt, value, typed) = (median(rebuilt), median(value), median(typed));
    table.heading("Replay of everything");
    let name = "rebuild every view: read, checked, decoded, folded, written";
    table.figure(
        name,
        "parsing the same bytes alone, to values",
        format!("{}, {}", rate(size, rebuilt), ratio(rebuilt, value)),
    );
    table.detail(name, "parsing the same bytes alone, to types", ratio(rebuilt, typed));
    let replayed = replayed.into_iter().map(median).zip(held).zip(&peers.choices);
    let replayed: Vec<_> =
        replayed.map(|((time, held), choice)| (held.scaled(time, size), time, held, choice)).collect();
    if let Some((fastest, _, _, choice)) = replayed.iter().min_by_key(|replayed| replayed.0) {
        let figure = format!("{} its rate ({})", ratio(*fastest, rebuilt), named(&choice.name));
        table.figure(name, "the fastest replay below", figure);
    }
    table.detail("read the log in order, checked", "", rate(size, median(read)));
    table.detail("parse to values, one core", "", rate(size, value));
    table.detail("parse to types and count, one core", "", rate(size, typed));
    table.detail("decode to facts, hashes checked, one core", "", rate(size, median(decoded)));
    for (_, time, held, choice) in replayed {
        let figure = format!("{}{}", rate(held.events, time), held.part_of(size));
        table.figure(&format!("{}: read in order, parse to types and count", choice.name), "", figure);
    }

    let [mut one, mut shown]: [Vec<Duration>; 2] = Default::default();
    let mut loaded: Vec<Vec<Duration>> = vec![Vec::new(); others.len()];
    let reference = servanda::domain::id::Reference::parse(AGREEMENT).expect("a reference");
    let now = open.service.now();
    let asked = servanda::views::Asked::on(open.service.today(), now);
    for stream in streams.iter().take(ONES) {
        let mut fold = Fold::default();
        one.push(
            timed(|| {
                let records = open.runtime.block_on(open.log.read_stream(StreamId::new(*stream), 0, 4096));
                records.expect("it reads").iter().for_each(|record| fold.take(&record.header, &record.body));
            })
            .0,
        );
        for (((other, times), held), choice) in others.iter_mut().zip(&mut loaded).zip(held).zip(&peers.choices) {
            let (time, events) = other.stream(*stream);
            assert!(events > 0 || held.events < size, "{stream} is not in {}", choice.name);
            times.extend((events > 0).then_some(time));
        }
        shown.push(timed(|| open.runtime.block_on(open.service.show(&reference, asked)).expect("it is there")).0);
    }
    table.heading("One agreement, store open");
    let one = median(one);
    let loaded: Vec<(&str, Duration)> =
        peers.choices.iter().zip(loaded).map(|(choice, times)| (choice.name.as_str(), median(times))).collect();
    let sqlite = loaded.iter().find(|(name, _)| *name == SQLITE);
    let beside = sqlite.map_or(String::new(), |(_, time)| format!(", {}", ratio(one, *time)));
    table.figure("load its events, checked, parse to types and count", SQLITE, format!("{}{beside}", long(one)));
    for (name, time) in &loaded {
        table.detail(&format!("{name}: load, parse to types and count"), "", long(*time));
    }
    table.detail("answer `show` in process", "", long(median(shown)));
    drop(others);
    open.close();
}
