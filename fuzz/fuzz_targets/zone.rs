//! See `../judge/zone.rs`.

#![no_main]

#[path = "../judge/mod.rs"]
mod judge;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| judge::zone::judge(bytes));
