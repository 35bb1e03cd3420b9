//! The README is true: its commands are run, in its order, and print what it says they print.
//!
//! Run with `SERVANDA_BLESS=1` to write what they print today into the README; then read the difference.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a command that cannot be run fails the test")]
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// A piece of the README.
enum Piece {
    /// Lines that are shown to people only.
    Prose(String),
    /// A command as typed, with what it prints.
    Typed(String, String),
}

/// Takes the README apart: in a block marked `console`, a line after `$ ` is a command, with the lines that it goes on
/// over, and everything up to the next is what it prints.
fn pieces(readme: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut inside = false;
    let mut goes_on = false;
    for line in readme.lines() {
        let line = format!("{line}\n");
        if line.starts_with("```") {
            inside = line == "```console\n";
            pieces.push(Piece::Prose(line));
        } else if !inside {
            pieces.push(Piece::Prose(line));
        } else if let Some(command) = line.strip_prefix("$ ") {
            goes_on = line.ends_with("\\\n");
            pieces.push(Piece::Typed(command.to_owned(), String::new()));
        } else if let Some(Piece::Typed(command, printed)) = pieces.last_mut() {
            if goes_on {
                command.push_str(&line);
            } else {
                printed.push_str(&line);
            }
            goes_on = goes_on && line.ends_with("\\\n");
        }
    }
    pieces
}

/// Runs a command as somebody would who has just installed the program, on one morning in October 2025.
fn printed(folder: &Path, command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_servanda")).parent().unwrap();
    let system = std::env::var("PATH").unwrap();
    let output = Command::new("bash")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{system}", program.display()))
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "Asia/Karachi")
        .env("SERVANDA_ACTOR", "desk")
        .env("SERVANDA_NOW", "2025-10-20T09:00:00Z")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_readme_prints_what_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    let run = |piece| match piece {
        Piece::Prose(line) => line,
        Piece::Typed(command, _) => {
            commands += 1;
            format!("$ {command}{}", printed(folder.path(), &command))
        }
    };
    let now: String = pieces(&readme).into_iter().map(run).collect();
    assert!(commands > 10, "the README's commands were not found");
    if std::env::var_os("SERVANDA_BLESS").is_some() {
        fs::write(&path, now).unwrap();
        return;
    }
    for (says, prints) in readme.lines().zip(now.lines()) {
        assert_eq!(says, prints, "run SERVANDA_BLESS=1 cargo test --test readme, and read the difference");
    }
    assert_eq!(readme, now);
}

#[test]
fn a_readme_is_taken_apart() {
    let readme = "a\n```console\n$ b \\\n  c\nd\n\ne\n$ f\n```\ng\n";
    let typed: Vec<(String, String)> = pieces(readme)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Typed(command, printed) => Some((command, printed)),
            Piece::Prose(_) => None,
        })
        .collect();
    let of = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(typed, [of("b \\\n  c\n", "d\n\ne\n"), of("f\n", "")]);
}

#[test]
fn the_readme_names_every_command() {
    let readme = include_str!("../README.md");
    let command = servanda::cli::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    let missing: Vec<&str> = names.filter(|name| !readme.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "the README says nothing of {missing:?}");
}
