//! The four worked agreements (`examples/worked-agreements.jsonl`): real input, and what must be said about it.

mod known_then;
mod register;
mod script;
mod states;
mod zones;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The health memorandum of two states (W1).
const HEALTH: &str = "pk-ps-health-2025";
/// The memorandum of a foundation and a hospital (W0).
const HOSPITAL: &str = "heart-sphere-fatima-2025";
/// The pledge of two health ministers (W2).
const PLEDGE: &str = "pk-cn-health-2025";
/// The agreement of two companies (W3).
const LABORATORY: &str = "cancer-laboratory-2020";

/// When the four were recorded, by the tests' clock; before it no 26 June but that of 2025 and earlier ones passed.
const RECORDED: &str = "2026-01-10T08:00:00Z";
/// A time of knowledge between the recording and the correction.
const BEFORE: &str = "2026-01-15T08:00:00Z";
/// When the correction was recorded.
const CORRECTED: &str = "2026-01-20T08:00:00Z";

/// A file of this repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The import lines.
fn lines() -> String {
    std::fs::read_to_string(repository("examples/worked-agreements.jsonl")).expect("the example is in the repository")
}

/// Those lines of the import that are wanted.
fn lines_with(wanted: impl Fn(&str) -> bool) -> String {
    lines().split_inclusive('\n').filter(|line| wanted(line)).collect()
}

/// The program on a register in a folder, at a time, with nothing else of the environment.
fn program(folder: &Path, now: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
    command.env_clear().env("SERVANDA_ACTOR", "desk").env("SERVANDA_NOW", now).current_dir(folder);
    command.arg("--store").arg(folder.join(".servanda"));
    command
}

/// Runs the program with words parted by spaces; it must succeed.
#[track_caller]
fn run(folder: &Path, now: &str, words: &str) -> String {
    let output = program(folder, now).args(words.split(' ')).output().expect("the program starts");
    printed(words, &output)
}

/// What a run printed; it must have succeeded.
#[track_caller]
fn printed(what: &str, output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout.clone()).expect("output is UTF-8")
}

/// A folder with a register of the four, recorded by the program.
fn recorded() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let init = Command::new(env!("CARGO_BIN_EXE_servanda"))
        .env_clear()
        .current_dir(folder.path())
        .args(["init", "--zone", "Asia/Karachi"])
        .output()
        .expect("the program starts");
    printed("init", &init);
    let file = repository("examples/worked-agreements.jsonl");
    let said = run(folder.path(), RECORDED, &format!("import {}", file.display()));
    assert!(said.contains("0 refused"), "{said}");
    folder
}

/// Corrects the signatures and the announcement of the health memorandum to 20 September.
fn correct(folder: &Path) -> String {
    let mut said = String::new();
    for fact in [3, 4, 7] {
        let words = format!("correct {HEALTH}@{fact} --on 2025-09-20 --reason release");
        said += &run(folder, CORRECTED, &words);
    }
    said
}
