//! The clock of the benches, and their tables.

#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench asks the clock and prints its table, and each uses a part"
)]

use std::time::{Duration, Instant};

/// A number given after `--`, or one in its place.
pub(crate) fn sized(default: usize) -> usize {
    std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(default)
}

pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed(), done)
}

/// The times of one kind of work.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The time that this part of the rounds stayed below.
    pub(crate) fn quantile(&self, percent: usize) -> f64 {
        let mut times = self.0.clone();
        times.sort();
        times.get((times.len() - 1) * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    }
}

/// One row for each kind of work, in microseconds, against the one at `base`.
pub(crate) fn table(title: &str, base: usize, rows: &[(&str, &Times)]) {
    println!("\n{title}");
    println!("{:<44} {:>10} {:>10} {:>10} {:>8}", "µs", "quiet 10 %", "median", "90 %", "ratio");
    for (name, times) in rows {
        let ratio = times.quantile(50) / rows[base].1.quantile(50);
        println!(
            "{name:<44} {:>10.1} {:>10.1} {:>10.1} {ratio:>7.2} ×",
            times.quantile(10),
            times.quantile(50),
            times.quantile(90)
        );
    }
}
