//! Importing a register, beside the bulk append of its bare events; and what either takes of the disk.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;

use crate::peers::{self, Event};
use crate::process::{mebibytes, program, run};
use crate::register::{Lines, reader};
use crate::store::{self, bytes, folder};
use crate::table::{Table, rate, ratio, thousands, times};
use crate::timing::timed;

/// Makes the register, and the other stores of the same events; they stay.
pub(crate) fn measure(table: &mut Table, dir: &Path, size: usize) {
    let (lines, register) = (dir.join("lines"), folder(dir));
    let mut file = BufWriter::new(File::create(&lines).expect("there is room"));
    for line in Lines::new(1).take(size) {
        writeln!(file, "{line}").expect("there is room");
    }
    file.into_inner().expect("there is room").sync_data().expect("the disk works");
    run(&program(&register, &["init", "--zone", "UTC"]));
    let import = ["import", lines.to_str().expect("a path"), "--asserted-times"];
    let imported = run(&program(&register, &import));
    let (held, used) = (bytes(&register), imported.memory_bytes);
    let again = run(&program(&register, &import));

    let service = store::open(&dir.join("by-service"));
    let options = servanda::service::import::ImportOptions { execution: store::execution(), all_or_nothing: false };
    let (by_service, done) =
        timed(|| service.runtime.block_on(service.service.import(&mut reader(size), &options, |_| ())));
    let done = done.expect("it imports");
    assert_eq!((done.recorded, done.refused.len()), (size as u64, 0), "every line is accepted");
    service.close();
    std::fs::remove_dir_all(dir.join("by-service")).expect("it can be removed");

    let mut times_of_peers = peers::NAMES.map(|_| Duration::ZERO);
    let (mut raw, mut raw_bytes) = (Duration::ZERO, 0);
    let open = store::open(&register);
    let mut raw_file = File::create(dir.join("raw")).expect("there is room");
    let mut others: Vec<_> = peers::NAMES.iter().map(|name| peers::open(name, dir)).collect();
    open.pages(size, |page| {
        let events: Vec<Event> = page.iter().map(Event::from).collect();
        let all: Vec<u8> = page.iter().flat_map(|record| [record.header.as_slice(), &record.body].concat()).collect();
        raw_bytes += all.len() as u64;
        let (time, ()) = timed(|| {
            raw_file.write_all(&all).expect("there is room");
            raw_file.sync_data().expect("the disk works");
        });
        raw += time;
        for (other, time) in others.iter_mut().zip(&mut times_of_peers) {
            *time += timed(|| other.append(&events)).0;
        }
    });
    open.close();
    drop(others);

    table.heading("Import");
    let fastest = times_of_peers.iter().min();
    let against = if fastest.is_some() { "the fastest bulk append below, of bare events" } else { "" };
    let beside =
        |time: Duration| fastest.map_or(String::new(), |fastest| format!(", {} its rate", ratio(*fastest, time)));
    let name = "`servanda import`: each line read, decided, hashed, made durable, indexed";
    table.figure(name, against, format!("{}{}", rate(size, imported.time), beside(imported.time)));
    let name = "the same in process, without the program";
    table.detail(name, against, format!("{}{}", rate(size, by_service), beside(by_service)));
    table.detail("the same import again, which changes nothing", "", rate(size, again.time));
    table.figure("memory of `servanda import`", "", mebibytes(used));
    let name = format!("{} events a write, each durable", thousands(store::PAGE));
    table.detail(&format!("raw file: {name}"), "", rate(size, raw));
    for (peer, time) in peers::NAMES.iter().zip(times_of_peers) {
        table.figure(&format!("{peer}: {name}"), "", rate(size, time));
    }

    let export = dir.join("export");
    run(&program(&register, &["export", "--output", export.to_str().expect("a path")]));
    let exported = std::fs::metadata(&export).map_or(1, |meta| meta.len());
    table.heading("Disk");
    let against = "the bytes of its export, raw JSON";
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let share = |held: u64| format!("{}, {}", mebibytes(held), times(held as f64 / exported as f64));
    table.figure("the register, views and indexes included", against, share(held));
    table.detail("records alone, uncompressed", against, share(raw_bytes));
    for peer in peers::NAMES {
        table.detail(&format!("{peer}, events alone"), against, share(bytes(&peers::folder(peer, dir))));
    }
    for file in [lines, export, dir.join("raw")] {
        std::fs::remove_file(file).expect("it can be removed");
    }
}
