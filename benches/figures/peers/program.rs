//! A store in another process, which is told line by line what to do, and measures that itself.
//!
//! What the two say to each other is told in `benches/peers/src/main.rs`. What a process is sent lies there, parsed, before its
//! clock runs: no store pays for the way to it.

use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::{Event, Peer, parts};
use crate::store::bytes;

pub(super) struct Program {
    name: String,
    folder: PathBuf,
    process: Child,
    /// Gone when it is to end.
    said: Option<BufWriter<ChildStdin>>,
    answers: BufReader<ChildStdout>,
}

/// The program with what all of them are told.
pub(super) fn command(words: &[String], folder: &Path, database: &str) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg(folder).arg(database);
    command
}

impl Program {
    pub(super) fn start(name: &str, words: &[String], folder: PathBuf, database: &str) -> Self {
        let mut command = command(words, &folder, database);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let said = process.stdin.take().map(BufWriter::new);
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut program = Self { name: name.to_owned(), folder, process, said, answers };
        assert_eq!(program.answer(), "ready", "{name} is not ready");
        program
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        assert!(line.ends_with('\n'), "{} ended; above is why", self.name);
        line.trim_end().to_owned()
    }

    /// Has it do something: how long that took, and a number.
    fn done(&mut self, lines: impl IntoIterator<Item = String>) -> (Duration, u64) {
        let said = self.said.as_mut().expect("it was not told to end");
        for line in lines {
            writeln!(said, "{line}").expect("it listens");
        }
        said.flush().expect("it listens");
        let answer = self.answer();
        let numbers =
            answer.split_once(' ').and_then(|(nanos, count)| Some((nanos.parse().ok()?, count.parse().ok()?)));
        let (nanos, count) = numbers.unwrap_or_else(|| panic!("{} answers {answer:?}", self.name));
        (Duration::from_nanos(nanos), count)
    }
}

impl Peer for Program {
    fn append(&mut self, events: &[Event]) -> Duration {
        let event = |event: &Event| {
            let (header, body) = parts(&event.data);
            let [header, body] = [header, body].map(|part| str::from_utf8(part).expect("JSON"));
            let Event { id, stream, seq, command, kind, .. } = event;
            let line = json!({ "id": id, "stream": stream, "seq": seq, "command": command, "kind": kind,
                "header": header, "body": body });
            line.to_string()
        };
        let lines = std::iter::once(format!("append {}", events.len())).chain(events.iter().map(event));
        self.done(lines).0
    }

    fn each(&mut self) -> (Duration, u64) {
        self.done(["each".to_owned()])
    }

    fn stream(&mut self, stream: Uuid) -> (Duration, u64) {
        self.done([format!("stream {stream}")])
    }

    fn bytes(&mut self) -> u64 {
        self.done(["bytes".to_owned()]).1 + bytes(&self.folder)
    }
}

impl Drop for Program {
    /// Its input ends, and so does it.
    fn drop(&mut self) {
        drop(self.said.take());
        if let Err(error) = self.process.wait() {
            eprintln!("figures: {} does not end: {error}", self.name);
        }
    }
}
