//! Laws of the whole service, over random histories given as the JSON objects that people import.
//!
//! Each law is one test, named as what is true. More cases: `PROPTEST_CASES=500 cargo test --test laws --release`.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests may unwrap, and read from the environment how long to soak"
)]

mod days;
mod given;
mod histories;
mod importing;
mod knowing;
mod moving;
mod recording;
mod searching;
mod tables;
mod together;
