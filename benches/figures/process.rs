//! Other processes: how long they take, and what they use.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use wait4::Wait4 as _;

use crate::register::NOW;
use crate::timing::timed;

const SERVANDA: &str = env!("CARGO_BIN_EXE_servanda");

/// What a process took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Used {
    pub(crate) time: Duration,
    pub(crate) memory_bytes: u64,
}

/// The program on a register, with its clock set to the register's last day.
pub(crate) fn program(store: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(SERVANDA);
    command.env("SERVANDA_NOW", NOW).env_remove("SERVANDA_SEED").arg("--store").arg(store).args(words);
    command
}

/// Runs it to its end.
///
/// From a process of its own: what a new process held at most begins with what the one held that started it, and this one may
/// hold a lot.
pub(crate) fn run(command: &Command) -> Used {
    let mut runner = ourselves(&["--run"]);
    runner.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => runner.env(name, value),
            None => runner.env_remove(name),
        };
    }
    let output = runner.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<u64> = said.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let [nanos, memory_bytes] = numbers[..] else {
        panic!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr))
    };
    Used { time: Duration::from_nanos(nanos), memory_bytes }
}

/// Runs a program to its end, and says how many nanoseconds that took and how many bytes it held at most.
pub(crate) fn measured(program: &str, words: &[&str]) {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null());
    let (time, used) = timed(|| command.spawn().expect("it starts").wait4().expect("it ends"));
    assert!(used.status.success(), "it ended with {}", used.status);
    println!("{} {}", time.as_nanos(), used.rusage.maxrss);
}

/// The bench itself, as another process.
pub(crate) fn ourselves(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("it runs"));
    command.args(words);
    command
}

/// The middle one.
pub(crate) fn median<T: Copy + Ord>(of: impl IntoIterator<Item = T>) -> T {
    let mut all: Vec<T> = of.into_iter().collect();
    all.sort();
    all[(all.len() - 1) / 2]
}

/// Bytes as people read them.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / 1024.0 / 1024.0)
}
