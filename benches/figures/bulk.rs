//! Importing a register, beside the bulk append of its bare events; and what either takes of the disk.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;

use crate::peers::{Event, Peers};
use crate::process::{mebibytes, program, run};
use crate::register::{Lines, reader};
use crate::store::{self, bytes, folder};
use crate::table::{Table, named, rate, ratio, thousands, times};
use crate::timing::timed;

/// After how long another store is handed no more: some take minutes for a large register.
const ENOUGH: Duration = Duration::from_mins(2);

/// What another store holds of the register's events, from the first, and how long it took to append them.
pub(crate) struct Held {
    pub(crate) events: usize,
    time: Duration,
}

impl Held {
    /// How long work with all that it holds would take with so many, at the same rate.
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    pub(crate) fn scaled(&self, time: Duration, events: usize) -> Duration {
        time.mul_f64(events as f64 / self.events as f64)
    }

    /// What stands beside a figure that is not about the whole register.
    pub(crate) fn part_of(&self, size: usize) -> String {
        if self.events == size { String::new() } else { format!(" (the first {})", thousands(self.events)) }
    }
}

/// Makes the register, and the other stores of the same events; they stay.
pub(crate) fn measure(table: &mut Table, dir: &Path, size: usize, peers: &Peers) -> Vec<Held> {
    let (lines, register) = (dir.join("lines"), folder(dir));
    let mut file = BufWriter::new(File::create(&lines).expect("there is room"));
    for line in Lines::new(1).take(size) {
        writeln!(file, "{line}").expect("there is room");
    }
    file.into_inner().expect("there is room").sync_data().expect("the disk works");
    run(&program(&register, &["init", "--zone", "UTC"]));
    let import = ["import", lines.to_str().expect("a path"), "--asserted-times"];
    let imported = run(&program(&register, &import));
    let (register_bytes, used) = (bytes(&register), imported.memory_bytes);
    let again = run(&program(&register, &import));

    let service = store::open(&dir.join("by-service"));
    let options = servanda::service::import::ImportOptions { execution: store::execution(), all_or_nothing: false };
    let (by_service, done) =
        timed(|| service.runtime.block_on(service.service.import(&mut reader(size), &options, |_| ())));
    let done = done.expect("it imports");
    assert_eq!((done.recorded, done.refused.len()), (size as u64, 0), "every line is accepted");
    service.close();
    std::fs::remove_dir_all(dir.join("by-service")).expect("it can be removed");

    let mut held: Vec<Held> = peers.choices.iter().map(|_| Held { events: 0, time: Duration::ZERO }).collect();
    let (mut raw, mut raw_bytes) = (Duration::ZERO, 0);
    let open = store::open(&register);
    let mut raw_file = File::create(dir.join("raw")).expect("there is room");
    let mut others = peers.open(dir);
    open.pages(size, |page| {
        let events: Vec<Event> = page.iter().map(Event::from).collect();
        let all: Vec<u8> = page.iter().flat_map(|record| [record.header.as_slice(), &record.body].concat()).collect();
        raw_bytes += all.len() as u64;
        let (time, ()) = timed(|| {
            raw_file.write_all(&all).expect("there is room");
            raw_file.sync_data().expect("the disk works");
        });
        raw += time;
        for (other, held) in others.iter_mut().zip(&mut held) {
            if held.time < ENOUGH {
                held.time += other.append(&events);
                held.events += events.len();
            }
        }
    });
    open.close();
    // Closed once, as the register is: until then some hold a part of it twice.
    drop(others);
    let bytes_of_peers: Vec<u64> = peers.open(dir).iter_mut().map(|other| other.bytes()).collect();

    table.heading("Import");
    let fastest = |framework: bool| {
        let some = peers.choices.iter().zip(&held).filter(|(choice, _)| choice.framework || !framework);
        some.map(|(choice, held)| (held.scaled(held.time, size), &choice.name)).min()
    };
    let by_program = "`servanda import`: each line read, decided, hashed, made durable, indexed";
    let in_process = "the same in process, without the program";
    let beside = |time: Duration, (fastest, name): (Duration, &String)| {
        format!("{} its rate ({})", ratio(fastest, time), named(name))
    };
    let rates = [imported.time, by_service].map(|time| rate(size, time));
    let ratios = fastest(false).map(|all| [imported.time, by_service].map(|time| format!(", {}", beside(time, all))));
    let [of_program, in_here] = ratios.unwrap_or_default();
    let against = "the fastest bulk append below, of bare events";
    table.figure(by_program, against, format!("{}{of_program}", rates[0]));
    if let Some(framework) = fastest(true) {
        table.figure(by_program, "the fastest framework's bulk append below", beside(imported.time, framework));
    }
    table.detail(in_process, against, format!("{}{in_here}", rates[1]));
    table.detail("the same import again, which changes nothing", "", rate(size, again.time));
    table.figure("memory of `servanda import`", "", mebibytes(used));
    let name = format!("{} events a write, each durable", thousands(store::PAGE));
    table.detail(&format!("raw file: {name}"), "", rate(size, raw));
    for (choice, held) in peers.choices.iter().zip(&held) {
        let figure = format!("{}{}", rate(held.events, held.time), held.part_of(size));
        table.figure(&format!("{}: {name}", choice.name), "", figure);
    }

    let export = dir.join("export");
    run(&program(&register, &["export", "--output", export.to_str().expect("a path")]));
    let exported = std::fs::metadata(&export).map_or(1, |meta| meta.len());
    table.heading("Disk");
    let against = "the bytes of its export, raw JSON";
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let share = |bytes: u64| format!("{}, {}", mebibytes(bytes), times(bytes as f64 / exported as f64));
    table.figure("the register, views and indexes included", against, share(register_bytes));
    table.detail("records alone, uncompressed", against, share(raw_bytes));
    for ((choice, held), bytes) in peers.choices.iter().zip(&held).zip(bytes_of_peers) {
        let part = held.part_of(size);
        let figure = if part.is_empty() { share(bytes) } else { format!("{}{part}", mebibytes(bytes)) };
        table.detail(&format!("{}, events alone", choice.name), against, figure);
    }
    for file in [lines, export, dir.join("raw")] {
        std::fs::remove_file(file).expect("it can be removed");
    }
    held
}
