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
pub(crate) fn run(command: &mut Command) -> Used {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (time, used) = timed(|| command.spawn().expect("it starts").wait4().expect("it ends"));
    assert!(used.status.success(), "{command:?} ended with {}", used.status);
    Used { time, memory_bytes: used.rusage.maxrss }
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
