//! The one table: what servanda's work costs, beside the raw cost and beside what people would pick instead.
//!
//! `benches/run` runs it with the other stores (`--features peers`) and can put the table into the README. By hand:
//! `cargo bench [--features peers] --bench figures -- [--sizes 10000,100000] [--folder FOLDER] [--out FILE] [--programs LIST]`.
//!
//! A register of each size is made once, by importing it with the program; everything else works on that folder. What a figure
//! is a ratio to is measured in the same run, round about with it: on a noisy machine only the ratios mean something. Figures
//! are medians.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    reason = "a bench tells how far it is, and is a process to itself"
)]

mod bulk;
mod durable;
mod fold;
mod fresh;
mod peers;
mod process;
#[path = "../register/mod.rs"]
mod register;
mod replay;
mod store;
mod table;
#[path = "../timing/mod.rs"]
mod timing;

use std::path::{Path, PathBuf};

use peers::Peers;
use table::Table;

/// What was asked for on the command line.
struct Wanted {
    sizes: Vec<usize>,
    folder: PathBuf,
    out: PathBuf,
    /// The list of other stores that are programs.
    programs: Option<PathBuf>,
}

fn wanted() -> Wanted {
    let mut wanted = Wanted {
        sizes: vec![10_000, 100_000],
        folder: std::env::temp_dir(),
        out: "target/figures.md".into(),
        programs: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| refuse(&format!("{word} wants a value")));
        match word.as_str() {
            "--sizes" => {
                let sizes = value();
                let read =
                    |size: &str| size.parse().unwrap_or_else(|_| refuse(&format!("{size:?} is no number of events")));
                wanted.sizes = sizes.split(',').map(read).collect();
            }
            "--folder" => wanted.folder = value().into(),
            "--out" => wanted.out = value().into(),
            "--programs" => wanted.programs = Some(value().into()),
            // What cargo adds.
            "--bench" => {}
            _ => refuse(&format!("unknown argument {word:?}; see the head of this file")),
        }
    }
    if let Some(few) = wanted.sizes.iter().find(|size| **size < store::EVENTS_MIN) {
        refuse(&format!("{few} events are fewer than {}, below which nothing can be asked", store::EVENTS_MIN));
    }
    wanted
}

fn refuse(why: &str) -> ! {
    eprintln!("figures: {why}");
    std::process::exit(2);
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // The bench runs itself again where a figure is about another process.
        ["--run", program, words @ ..] => return process::measured(program, words),
        ["--hold", folder] => return fresh::hold(Path::new(folder)),
        ["--load-one", peer, folder, stream] => return peers::load_one(peer, Path::new(folder), stream),
        _ => {}
    }
    let wanted = wanted();
    let all = Peers::listed(wanted.programs.as_deref());
    let mut table = Table::new(&wanted.folder, &wanted.sizes, &all.remarks);
    for size in &wanted.sizes {
        let dir = tempfile::tempdir_in(&wanted.folder).expect("there is room");
        table.begin(*size);
        let peers = all.beside(*size);
        let held = bulk::measure(&mut table, dir.path(), *size, &peers);
        // Before more is recorded, so that everything that is read is the same.
        replay::measure(&mut table, dir.path(), *size, &peers, &held);
        durable::measure(&mut table, dir.path(), *size, &peers);
        fresh::measure(&mut table, dir.path(), *size, &peers);
        // After each size, so that a run that is cut short leaves what it has.
        std::fs::write(&wanted.out, table.markdown(false)).expect("the table can be written");
        std::fs::write(wanted.out.with_extension("short.md"), table.markdown(true)).expect("the table can be written");
    }
    eprintln!("{}\nwritten to {}, and as .short.md", table.markdown(false), wanted.out.display());
}
