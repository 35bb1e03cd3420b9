//! See `../judge/line.rs`; what is tried are lines of objects, made of those that are there.

#![no_main]

#[path = "../judge/mod.rs"]
mod judge;
#[path = "../objects.rs"]
mod objects;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| judge::line::judge(bytes));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    objects::alter(data, size, max_size, seed)
});
