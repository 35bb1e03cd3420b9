//! The public contracts: generated = committed, frozen = unchanged, and everything that the program writes fits.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests may unwrap, and read what they are asked to do"
)]

mod cases;
mod files;
mod foreign;
mod frozen;
mod mappings;
mod quality;
mod register;
mod valid;
