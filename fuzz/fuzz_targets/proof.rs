//! See `../judge/proof.rs`.

#![no_main]

#[path = "../judge/mod.rs"]
mod judge;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| judge::proof::judge(bytes));
