//! The disk is full while the real program takes something out of the record, or makes a backup: it says so, the register is what it
//! was, and it works once there is room.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::disk::shim;
use super::is_soaked;

const SECRET: &str = "0092-300-7654321";
const LETTER: &str = "A letter with 0092-300-7654321";
const REDACT: [&str; 6] = ["redact", "care@2", "--reason", "on request", "--authority", "a court"];

/// A home with a register, and the shim that makes its disk full.
struct Home {
    dir: TempDir,
    shim: PathBuf,
}

struct Said {
    code: Option<i32>,
    out: String,
    error: String,
}

impl Home {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let shim = shim(dir.path());
        let home = Self { dir, shim };
        fs::write(home.path("letter.txt"), LETTER).unwrap();
        home.done(&["propose", "care", "--kind", "mou", "--on", "2025-01-01", "--party", "pk:state=Pakistan"]);
        home.done(&["note", "care", &format!("Telephone {SECRET}")]);
        home.done(&["attach", "care", "--file", "letter.txt"]);
        for number in 0..40 {
            home.done(&["note", "care", &format!("note {number}")]);
        }
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program, with nothing else from outside.
    fn servanda(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
        command.env_clear().current_dir(self.dir.path()).env("HOME", self.dir.path()).env("TZ", "UTC");
        command.env("SERVANDA_NOW", "2026-01-05T09:00:00Z").env("SERVANDA_ACTOR", "clerk");
        command.env("SERVANDA_STORE", self.path("register")).args(words).arg("--json");
        command
    }

    fn done(&self, words: &[&str]) -> String {
        let said = said(self.servanda(words));
        assert_eq!(said.code, Some(0), "{words:?}: {}{}", said.out, said.error);
        said.out
    }

    /// Runs where the disk is full from an act under a folder on; tells whether that act came.
    fn full(&self, words: &[&str], root: &Path, at: u64) -> (Said, bool) {
        let told = self.path("told");
        let _ = fs::remove_file(&told);
        let mut command = self.servanda(words);
        command.env("LD_PRELOAD", &self.shim).env("FAIL_ROOT", root).env("FAIL_AT", at.to_string());
        command.env("FAIL_FULL", "1").env("FAIL_TOLD", &told);
        (said(command), told.exists())
    }

    /// The lines of an export.
    fn events(&self) -> Vec<String> {
        let said = said(self.servanda(&["export"]));
        assert_eq!(said.code, Some(0), "{}", said.error);
        said.out.lines().map(str::to_owned).collect()
    }
}

fn said(mut command: Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), out: text(output.stdout), error: text(output.stderr) }
}

/// Which act fails next.
fn after(at: u64) -> u64 {
    at + if is_soaked() { 1 } else { 1 + at / 3 }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn l8_a_disk_that_is_full_while_something_is_taken_out_leaves_the_register_as_it_was_or_as_it_is_to_be() {
    let whole = Home::new();
    let before = whole.events();
    let (mut at, mut undone, mut done) = (1, 0, 0);
    loop {
        let home = Home { dir: TempDir::new().unwrap(), shim: whole.shim.clone() };
        crate::damage::copy(&whole.path("register"), &home.path("register"));
        let store = home.path("register");
        let (said, is_full) = home.full(&REDACT, &store, at);
        if !is_full {
            assert_eq!(said.code, Some(0), "{}", said.error);
            break;
        }
        // What fails behind the decision may be left to the next opening, in silence.
        if said.code != Some(0) {
            assert!(said.error.contains("No space left"), "act {at}: {}", said.error);
            assert!(said.error.contains("\"code\""), "act {at}: {}", said.error);
        }
        let events = home.events();
        if events == before {
            undone += 1;
            assert_ne!(said.code, Some(0), "act {at} says that it is done");
            home.done(&REDACT);
        } else {
            done += 1;
        }
        let events = home.events();
        assert_eq!(events.len(), before.len() + 1, "act {at}");
        assert!(!events[1].contains(SECRET), "act {at}: {}", events[1]);
        for (event, was) in
            events.iter().zip(&before).enumerate().filter(|(place, _)| *place != 1).map(|(_, both)| both)
        {
            assert_eq!(event, was, "act {at}");
        }
        home.done(&["verify"]);
        let left = names(&store);
        assert_eq!(left, ["lock", "log", "papers", "register.json", "witness"], "act {at}");
        assert_eq!(names(&store.join("papers")).len(), 1, "act {at}: the letter is another event's");
        at = after(at);
    }
    println!("a full disk while something is taken out: {undone} times nothing was done, {done} times all of it");
    assert!(undone > 5);
}

#[test]
fn l8_a_disk_that_is_full_while_a_backup_is_made_leaves_none_and_the_register_as_it_was() {
    let home = Home::new();
    let before = home.events();
    for to in ["out/backup", "out/backup.tar.zst"] {
        let (mut at, mut failed) = (1, 0);
        loop {
            let out = home.path("out");
            let _ = fs::remove_dir_all(&out);
            fs::create_dir(&out).unwrap();
            let (said, is_full) = home.full(&["backup", to], &out, at);
            if !is_full {
                assert_eq!(said.code, Some(0), "{}", said.error);
                break;
            }
            failed += 1;
            assert_ne!(said.code, Some(0), "act {at} of {to} fails, and it says that there is a backup");
            assert!(said.error.contains("No space left"), "act {at} of {to}: {}", said.error);
            assert_eq!(names(&out), Vec::<String>::new(), "act {at} of {to}: half a backup is left");
            assert_eq!(home.events(), before, "act {at} of {to}");
            at = after(at);
        }
        println!("a full disk while {to} is made: {failed} failures");
        assert!(failed >= 3, "{failed} failures of {to}");
        home.done(&["restore", to, "--store", &format!("{to}.again")]);
        let again = said(home.servanda(&["export", "--store", &format!("{to}.again")]));
        assert!(again.out.lines().eq(before.iter()), "{}", again.error);
    }
}
