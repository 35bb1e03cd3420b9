//! A desk at which the real program is used: its own home, its own clock, nothing from outside.

use std::cell::Cell;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The first second on the clock: 2026-01-05T09:00:00Z.
const MORNING: Clock = Clock { day: "2026-01-05", second: 9 * 3_600 };

#[derive(Clone, Copy)]
struct Clock {
    day: &'static str,
    second: u32,
}

/// A home of its own and a clock that advances one second a command.
pub(crate) struct Desk {
    home: tempfile::TempDir,
    clock: Cell<Clock>,
    width: Cell<u16>,
}

/// What a command printed and how it ended; to be looked at.
#[must_use]
#[derive(Debug)]
pub(crate) struct Output {
    /// What was typed, for failures.
    pub(crate) typed: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let home = tempfile::TempDir::new().expect("a temporary folder can be made");
        Self { home, clock: Cell::new(MORNING), width: Cell::new(100) }
    }

    /// A desk with these commands done, each of which succeeds.
    #[track_caller]
    pub(crate) fn with(lines: &[&str]) -> Self {
        let desk = Self::new();
        desk.done(lines);
        desk
    }

    /// Sets the clock to nine o'clock of a day.
    pub(crate) fn morning_of(&self, day: &'static str) {
        self.clock.set(Clock { day, ..MORNING });
    }

    /// How wide the output is made.
    pub(crate) fn width(&self, columns: u16) {
        self.width.set(columns);
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The register's folder.
    pub(crate) fn store(&self) -> PathBuf {
        self.home.path().join("register")
    }

    /// The time of the next command.
    pub(crate) fn next_time(&self) -> String {
        let Clock { day, second } = self.clock.get();
        format!("{day}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
    }

    /// The program, one second later, with nothing else from outside.
    pub(crate) fn servanda(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_servanda"));
        command
            .env_clear()
            .current_dir(self.home())
            .env("HOME", self.home())
            .env("TZ", "UTC")
            .env("COLUMNS", self.width.get().to_string())
            .env("SERVANDA_NOW", self.next_time())
            .env("SERVANDA_SEED", "desk")
            .env("SERVANDA_ACTOR", "clerk")
            .env("SERVANDA_STORE", self.store());
        let Clock { day, second } = self.clock.get();
        self.clock.set(Clock { day, second: second + 1 });
        command
    }

    /// Runs a line as a shell would read it, without the program's name.
    pub(crate) fn run(&self, line: &str) -> Output {
        finish(self.servanda().args(words(line)), b"")
    }

    /// Runs with these very words.
    pub(crate) fn args<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Output {
        finish(self.servanda().args(words), b"")
    }

    /// Runs a line with this on its standard input.
    pub(crate) fn piped(&self, line: &str, input: &[u8]) -> Output {
        finish(self.servanda().args(words(line)), input)
    }

    /// Runs lines that all succeed.
    #[track_caller]
    pub(crate) fn done(&self, lines: &[&str]) {
        for line in lines {
            let _ = self.run(line).ok();
        }
    }

    /// The answer of a line that succeeds, from its JSON.
    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        self.run(&format!("{line} --json")).ok().json()
    }

    /// Every event, one a line; empty where there is no register.
    #[track_caller]
    pub(crate) fn export(&self) -> String {
        let export = self.run("export");
        if export.code == Some(1) && export.stderr.contains("there is no store") {
            String::new()
        } else {
            export.ok().stdout
        }
    }

    /// Every event as JSON.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Value> {
        self.export().lines().map(|line| serde_json::from_str(line).expect("an export is JSON Lines")).collect()
    }
}

/// Runs a command to its end with this on its standard input.
pub(crate) fn finish(command: &mut Command, input: &[u8]) -> Output {
    let typed: Vec<String> =
        command.get_args().map(|word| word.to_string_lossy().chars().take(200).collect()).collect();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = std::thread::scope(|scope| {
        // A program that does not read its input closes it: that is its right.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("the program ends")
    });
    Output {
        typed: format!("servanda {}", typed.join(" ")),
        stdout: String::from_utf8(output.stdout).expect("what is printed is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("what is said is UTF-8"),
        code: output.status.code(),
    }
}

/// Starts a command that is fed and ended by the test.
pub(crate) fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

impl Output {
    /// Demands success.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}{}", self.typed, self.stdout, self.stderr);
        self
    }

    /// What was printed, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{}: {e}\n{}", self.typed, self.stdout))
    }

    /// What was said, as JSON.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        serde_json::from_str(&self.stderr).unwrap_or_else(|e| panic!("{}: {e}\n{}", self.typed, self.stderr))
    }
}

/// Splits a line as a shell does: spaces part words, quotes of both kinds keep them together.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for c in line.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            Some(_) | None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("it has a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}
