//! Laws of the whole service, over random histories given as the JSON objects that people import.
//!
//! Each law is one test, named as what is true. More cases: `PROPTEST_CASES=500 cargo test --test laws --release`.
//! `at_size` tries them on one large register: `SERVANDA_SIZE=100000 cargo test --test laws --release at_size`.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests may unwrap, and read from the environment how long to soak"
)]

mod at_size;
mod copies;
mod days;
mod deciding;
mod filtering;
mod given;
mod histories;
mod hooked;
mod importing;
mod knowing;
mod moving;
mod overtaken;
mod recording;
mod redacting;
#[path = "../../benches/register/mod.rs"]
mod register;
mod searching;
mod tables;
mod together;
