//! The log's promises, tested on every backend.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::cast_possible_truncation,
    reason = "tests may unwrap, print counts, wait, and read how long to soak"
)]

#[macro_use]
mod laws;

mod asking;
mod child;
mod compacting;
mod conformance;
mod contract;
#[cfg(unix)]
mod crash;
mod damage;
mod earlier;
#[cfg(unix)]
mod faults;
mod full;
mod given;
mod likeness;
mod migration;
#[cfg(target_os = "linux")]
mod power_cut;
mod replacing;
mod sealing;
mod second_process;
mod turn;
mod views;
#[cfg(unix)]
mod waiting;
