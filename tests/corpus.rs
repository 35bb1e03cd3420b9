//! Every input that the fuzzer kept, or that once broke something, is judged again.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a folder that cannot be read fails the test, and the input that failed is named"
)]

use std::fs;
use std::path::Path;

#[path = "../fuzz/judge/mod.rs"]
mod judge;

/// Judges every file of an aim; there are some.
fn each(aim: &str, judge: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(aim);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "{} inputs of {aim}", files.len());
    for file in files {
        println!("{}", file.display());
        judge(&fs::read(file).unwrap());
    }
}

#[test]
fn a_record_is_read_or_refused() {
    each("record", judge::record::judge);
}

#[test]
fn a_stated_day_is_read_or_refused() {
    each("edtf", judge::edtf::judge);
}

#[test]
fn a_rule_is_read_or_refused() {
    each("rule", judge::rule::judge);
}

#[test]
fn a_line_is_recorded_or_refused() {
    each("line", judge::line::judge);
}

#[test]
fn the_embedded_log_is_the_one_in_memory_whatever_ends_it() {
    each("log", judge::log::judge);
}

#[test]
fn the_embedded_register_is_the_one_in_memory_whatever_ends_it() {
    each("register", judge::register::judge);
}

#[test]
fn a_proof_is_read_or_refused() {
    each("proof", judge::proof::judge);
}

#[test]
fn an_export_is_restored_or_refused() {
    each("restore", judge::restore::judge);
}

#[test]
fn a_zone_is_found_or_another_is_meant() {
    each("zone", judge::zone::judge);
}
