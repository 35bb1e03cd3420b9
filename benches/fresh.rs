//! What people wait for: a fresh process of the program on a register in a folder, beside doing nothing.
//!
//! `cargo bench --bench fresh [-- EVENTS]`, for 1,000 events and for as many.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod register;

use std::path::Path;
use std::process::{Command, Stdio};

use register::{AS_OF, Times, lines, recorded_at, sized, table, timed};

const SERVANDA: &str = env!("CARGO_BIN_EXE_servanda");
const ROUNDS: usize = 21;

fn run(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn program(store: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(SERVANDA);
    command.arg("--store").arg(store).args(words);
    command
}

/// The most memory that a run held, in KiB, where GNU time is there to say.
fn memory(store: &Path, words: &[&str]) -> Option<String> {
    let output =
        Command::new("/usr/bin/time").args(["-f", "%M", SERVANDA, "--store"]).arg(store).args(words).output().ok()?;
    String::from_utf8_lossy(&output.stderr).lines().last().map(str::to_owned)
}

fn size(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let of = |entry: std::fs::DirEntry| {
        entry.metadata().map_or(0, |meta| if meta.is_dir() { size(&entry.path()) } else { meta.len() })
    };
    entries.flatten().map(of).sum()
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn measured(dir: &Path, events: usize) {
    let (file, store, export) = (dir.join("lines"), dir.join(format!("store-{events}")), dir.join("export"));
    std::fs::write(&file, lines(events)).expect("there is room");
    let words = ["import", file.to_str().expect("a path"), "--asserted-times"];
    let (time, status) = timed(|| program(&store, &words).stdout(Stdio::null()).stderr(Stdio::null()).status());
    println!(
        "\nimport of {events}: {:.0} events/s ({:?})",
        events as f64 / time.as_secs_f64(),
        status.expect("it runs")
    );
    run(&mut program(&store, &["export", "--output", export.to_str().expect("a path")]));
    let (held, raw) = (size(&store), std::fs::metadata(&export).map_or(1, |meta| meta.len()));
    println!("disk: {held} bytes, {:.2} × the export's {raw}", held as f64 / raw as f64);

    let half = recorded_at(events as u64 / 2);
    let questions: [(&str, Vec<&str>); 8] = [
        ("servanda --version", vec!["--version"]),
        ("sign (dry run)", vec!["sign", "agreement-000007", "--party", "pk", "--dry-run"]),
        ("show", vec!["show", "agreement-000007", "--as-of", AS_OF]),
        ("history", vec!["history", "agreement-000007"]),
        ("overdue", vec!["overdue", "--as-of", AS_OF]),
        ("overdue --agreement", vec!["overdue", "--as-of", AS_OF, "--agreement", "agreement-000007"]),
        ("list", vec!["list", "--as-of", AS_OF]),
        ("overdue --known-at (half)", vec!["overdue", "--as-of", AS_OF, "--known-at", &half]),
    ];
    let mut nothing = Times::default();
    let mut times: Vec<Times> = questions.iter().map(|_| Times::default()).collect();
    for _ in 0..ROUNDS {
        nothing.push(timed(|| run(&mut Command::new("true"))).0);
        for ((_, words), times) in questions.iter().zip(&mut times) {
            times.push(timed(|| run(&mut program(&store, words))).0);
        }
    }
    let mut rows = vec![("true", &nothing)];
    rows.extend(questions.iter().zip(&times).map(|((name, _), times)| (*name, times)));
    table(&format!("a fresh process, {events} events"), 1, &rows);
    for (name, words) in &questions {
        println!("{name:<44} {:>10} KiB at most", memory(&store, words).unwrap_or_default());
    }
}

fn main() {
    let dir = tempfile::tempdir().expect("there is room");
    measured(dir.path(), 1_000);
    measured(dir.path(), sized(100_000));
}
