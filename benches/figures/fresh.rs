//! What people wait for: a fresh process of the program that opens the register and answers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use servanda::domain::command::Request;
use servanda::log::EventLog as _;
use uuid::Uuid;

use crate::peers::Peers;
use crate::process::{Used, mebibytes, median, ourselves, program, run};
use crate::register::{AGREEMENT, FREQUENT_WORD, NOTED, RARE_WORD, party, recorded_at};
use crate::store::{self, folder};
use crate::table::{Table, long, ratio, thousands};

/// How often each question is asked.
const ROUNDS: usize = 21;
/// After how long no further round begins, once there are a few: some questions of a large register take seconds.
const ENOUGH: Duration = Duration::from_secs(20);
const ROUNDS_MIN: usize = 3;
/// Questions that only the long table has.
const DETAILS: [&str; 3] = ["`why`", "`due`", "`list`"];
/// How often the process that holds the register is killed.
const KILLS: usize = 5;

/// Opens the register, records a note, and holds it open until it is killed.
pub(crate) fn hold(folder: &Path) {
    let open = store::open(folder);
    let note = json!({ "command": "note", "agreement": NOTED, "text": "somebody was here" });
    let Value::Object(note) = note else { unreachable!("it is an object") };
    let request = Request::from_json(note).expect("a request");
    open.runtime.block_on(open.service.execute(&request, &store::execution())).expect("it is recorded");
    let mut out = std::io::stdout();
    out.write_all(b"held\n").and_then(|()| out.flush()).expect("somebody listens");
    std::thread::sleep(Duration::from_mins(10));
}

/// How many rows an answer in JSON has, in all of its lists.
fn rows_of(store: &Path, words: &[&str]) -> usize {
    let output = program(store, words).arg("--json").output().expect("it runs");
    match serde_json::from_slice(&output.stdout).unwrap_or_default() {
        Value::Array(rows) => rows.len(),
        Value::Object(lists) => lists.values().filter_map(Value::as_array).map(Vec::len).sum(),
        _ => 0,
    }
}

struct Question<'a> {
    name: String,
    /// Whether the short table goes without it.
    detail: bool,
    /// How many rows the answer has, where it is a list.
    rows: Option<usize>,
    command: Box<dyn Fn() -> Command + 'a>,
    used: Vec<Used>,
}

fn questions(dir: &Path, size: usize) -> Vec<Question<'static>> {
    let register = folder(dir);
    let (party, half) = (party(), recorded_at(size as u64 / 2));
    let asked: [(&str, bool, Vec<&str>); 13] = [
        ("`servanda --version`", false, vec!["--version"]),
        ("`show`", false, vec!["show", AGREEMENT]),
        ("`history`", true, vec!["history", AGREEMENT]),
        ("`why`", false, vec!["why", &*Box::leak(format!("{AGREEMENT}/c1").into_boxed_str())]),
        ("`overdue`", true, vec!["overdue"]),
        ("`overdue --as-of` ten years ago", true, vec!["overdue", "--as-of", "2015-06-30"]),
        ("`due`", true, vec!["due"]),
        ("`list --party`", true, vec!["list", "--party", &party]),
        ("`search` for a rare word", true, vec!["search", RARE_WORD]),
        ("`search` for a frequent word", true, vec!["search", FREQUENT_WORD]),
        ("`note`, recorded", false, vec!["note", NOTED, "a minute was asked for"]),
        ("`list`", true, vec!["list"]),
        ("`overdue --known-at` half of the log", true, vec!["overdue", "--known-at", &half]),
    ];
    let can_be_asked = |words: &[&str]| {
        let help = program(&register, &[words[0], "--help"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        words[0].starts_with('-') || help.is_ok_and(|status| status.success())
    };
    let mut questions = Vec::new();
    for (name, counted, words) in asked.into_iter().filter(|(_, _, words)| can_be_asked(words)) {
        let rows = counted.then(|| rows_of(&register, &words));
        let (store, words) = (register.clone(), words.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let command = move || program(&store, &words.iter().map(String::as_str).collect::<Vec<_>>());
        questions.push(Question {
            name: name.to_owned(),
            detail: DETAILS.contains(&name),
            rows,
            command: Box::new(command),
            used: Vec::new(),
        });
    }
    questions
}

/// The stream of the agreement that is asked for.
fn stream(dir: &Path) -> Uuid {
    let open = store::open(&folder(dir));
    let reference = servanda::domain::id::Reference::parse(AGREEMENT).expect("a reference");
    let asked = servanda::views::Asked::on(open.service.today(), open.service.now());
    let document = open.runtime.block_on(open.service.show(&reference, asked)).expect("it is there");
    let document = serde_json::to_value(document).expect("it is written");
    open.runtime.block_on(open.log.close()).expect("it closes");
    Uuid::parse_str(document["id"].as_str().expect("an id")).expect("an id")
}

/// From the start of a process to its answer, after the one before it was killed while it held the register.
fn after_kills(dir: &Path) -> Duration {
    let register = folder(dir);
    let path = register.to_str().expect("a path");
    let times = (0..KILLS).map(|_| {
        let mut holder =
            ourselves(&["--hold", path]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut said = String::new();
        BufReader::new(holder.stdout.take().expect("it is piped")).read_line(&mut said).expect("it says so");
        assert_eq!(said, "held\n");
        holder.kill().and_then(|()| holder.wait()).expect("it can be killed");
        run(&program(&register, &["show", AGREEMENT])).time
    });
    median(times.collect::<Vec<_>>())
}

pub(crate) fn measure(table: &mut Table, dir: &Path, size: usize, peers: &Peers) {
    let mut questions = questions(dir, size);
    let stream = stream(dir).to_string();
    for choice in &peers.choices {
        let stream = stream.clone();
        let command = move || choice.load_one(dir, &stream);
        let name = format!("{}: open and load the agreement", choice.name);
        questions.push(Question { name, detail: true, rows: None, command: Box::new(command), used: Vec::new() });
    }
    for question in &mut questions {
        // Once for nothing: what is on the disk is in the cache from here on.
        run(&(question.command)());
    }
    for round in 0..ROUNDS {
        for question in &mut questions {
            let spent: Duration = question.used.iter().map(|used| used.time).sum();
            if round < ROUNDS_MIN || spent < ENOUGH {
                question.used.push(run(&(question.command)()));
            }
        }
    }
    table.heading("A fresh process: open, answer, close");
    let time = |used: &[Used]| median(used.iter().map(|used| used.time));
    let nothing = time(&questions[0].used);
    for (nth, question) in questions.iter().enumerate() {
        let (time, memory) = (time(&question.used), median(question.used.iter().map(|used| used.memory_bytes)));
        let against = if nth == 0 { "" } else { "`servanda --version`" };
        let beside = if nth == 0 { String::new() } else { format!(", {}", ratio(time, nothing)) };
        let rows = question.rows.map_or(String::new(), |rows| format!(", {} rows", thousands(rows)));
        let figure = format!("{}{beside}, {}{rows}", long(time), mebibytes(memory));
        if question.detail {
            table.detail(&question.name, against, figure);
        } else {
            table.figure(&question.name, against, figure);
        }
    }
    let name = "`show` after the process before it was killed";
    let time = after_kills(dir);
    table.figure(name, "`servanda --version`", format!("{}, {}", long(time), ratio(time, nothing)));
}
