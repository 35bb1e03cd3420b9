//! A register in which every verb was used once at least, and what the program says of it.
//!
//! The parties, persons and documents in `tests/fixtures/every-verb.jsonl` are made up.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

/// The commands of the register, one a line.
pub(crate) const EVERY_VERB: &str = include_str!("../fixtures/every-verb.jsonl");

const MOU: &str = "arlandia-velmora-health-2025";

/// An answer of the program, with the name of the view that it is.
pub(crate) struct Answer {
    /// What was typed.
    pub(crate) typed: String,
    /// The view.
    pub(crate) view: &'static str,
    /// The answer.
    pub(crate) value: Value,
}

/// Everything that the program wrote.
pub(crate) struct Written {
    /// The lines of the export.
    pub(crate) events: Vec<Value>,
    /// The answers with `--json`.
    pub(crate) answers: Vec<Answer>,
    /// The rows with `--format jsonl`.
    pub(crate) rows: Vec<Answer>,
}

struct Program<'a> {
    folder: &'a Path,
}

impl Program<'_> {
    /// Runs it, with a name of its own for each run, so that no two runs make the same identities.
    fn run(&self, typed: &[&str], form: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_servanda"))
            .args(typed)
            .args(form)
            .env_clear()
            .env("SERVANDA_STORE", self.folder.join("store"))
            .env("SERVANDA_NOW", "2026-06-01T09:00:00Z")
            .env("SERVANDA_SEED", "schemas")
            .env("SERVANDA_ACTOR", "tests")
            .current_dir(self.folder)
            .output()
            .unwrap()
    }

    fn done(&self, typed: &[&str], form: &[&str]) -> String {
        let output = self.run(typed, form);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{typed:?} {form:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn answer(&self, view: &'static str, typed: &[&str]) -> Answer {
        let value = serde_json::from_str(&self.done(typed, &["--json"])).unwrap();
        Answer { typed: typed.join(" "), view, value }
    }

    fn rows(&self, view: &'static str, typed: &[&str]) -> Vec<Answer> {
        let row = |line: &str| Answer { typed: typed.join(" "), view, value: serde_json::from_str(line).unwrap() };
        self.done(typed, &["--format", "jsonl"]).lines().map(row).collect()
    }

    /// What is said of a store whose log is cut off, once it is mended.
    fn damaged(&self) -> Answer {
        self.done(&["backup", "damaged"], &[]);
        let db = self.folder.join("damaged/log/db");
        let bytes = std::fs::read(&db).unwrap();
        std::fs::write(&db, &bytes[..bytes.len() / 40]).unwrap();
        let output = self.run(&["doctor", "--fix", "--store", "damaged"], &["--json"]);
        assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
        let value = serde_json::from_slice(&output.stdout).unwrap();
        Answer { typed: "doctor --fix".to_owned(), view: "doctor", value }
    }

    fn failure(&self, code: i32, typed: &[&str]) -> Answer {
        let output = self.run(typed, &["--json"]);
        assert_eq!(output.status.code(), Some(code), "{typed:?}");
        assert!(output.stdout.is_empty(), "{typed:?}");
        let value = serde_json::from_slice(&output.stderr).unwrap();
        Answer { typed: typed.join(" "), view: "error", value }
    }
}

/// A table with something to tell and something to refuse.
const TABLE: &str = "Name,Day,Unused\nFirst,2025-09-17,x\nSecond,17.9.2025,x\n";
const MAPPING: &str = r#"{
  "servanda_mapping": 1, "dates": { "Day": "YYYY-MM-DD" }, "group": "{Name}", "agreement": { "slug": "{Name}" },
  "commands": [{ "command": "record", "fields": { "kind": "mou", "on": "{Day}" } }],
  "warnings": [{ "when": [{ "of": "Day", "is": "filled" }], "say": "dated", "column": "Day" }]
}"#;

/// Everything that the program writes, made once.
pub(crate) fn written() -> &'static Written {
    static WRITTEN: OnceLock<Written> = OnceLock::new();
    WRITTEN.get_or_init(write)
}

/// The references of the register.
fn references() -> Vec<String> {
    let mut all: Vec<String> = EVERY_VERB
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| ["propose", "record", "announce"].iter().any(|verb| line["command"] == *verb))
        .map(|line| line["agreement"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

fn write() -> Written {
    let folder = tempfile::tempdir().unwrap();
    let program = Program { folder: folder.path() };
    std::fs::write(folder.path().join("every-verb.jsonl"), EVERY_VERB).unwrap();
    std::fs::write(folder.path().join("refused.jsonl"), REFUSED).unwrap();
    std::fs::write(folder.path().join("memorandum.txt"), "In witness whereof").unwrap();
    let import = ["import", "every-verb.jsonl", "--asserted-times"];
    let mut answers = vec![program.answer("import", &import)];
    let imported = &answers[0].value;
    assert_eq!(imported["refused"], Value::Array(Vec::new()), "every line is accepted");
    assert_eq!(imported["recorded"].as_u64(), Some(EVERY_VERB.lines().count() as u64));
    answers.push(program.answer("import", &["import", "every-verb.jsonl", "--asserted-times", "--dry-run"]));
    for (name, text) in [("table.csv", TABLE), ("table.json", MAPPING)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let table = program.run(&["import", "table.csv", "--mapping", "table.json", "--dry-run"], &["--json"]);
    let value = serde_json::from_slice(&table.stdout).unwrap();
    answers.push(Answer { typed: "import table.csv".to_owned(), view: "import", value });
    let refused = program.run(&["import", "refused.jsonl"], &["--json"]);
    assert_eq!(refused.status.code(), Some(1), "lines are refused");
    let value = serde_json::from_slice(&refused.stdout).unwrap();
    answers.push(Answer { typed: "import refused.jsonl".to_owned(), view: "import", value });

    answers.extend(OUTCOMES.iter().map(|typed| program.answer("outcome", typed)));
    answers.extend(FAILURES.iter().map(|(code, typed)| program.failure(*code, typed)));
    let mut rows = program.rows("outcome", &["note", MOU, "one row"]);
    rows.extend(program.rows("import", &import));

    let references = references();
    let mut questions: Vec<(&'static str, Vec<&str>)> =
        QUESTIONS.iter().map(|(view, typed)| (*view, typed.to_vec())).collect();
    for reference in &references {
        questions.push(("show", vec!["show", reference]));
        questions.push(("status", vec!["status", reference]));
        questions.push(("history", vec!["history", reference]));
    }
    for (view, typed) in questions {
        answers.push(program.answer(view, &typed));
        rows.extend(program.rows(view, &typed));
    }
    answers.push(program.answer("rebuild", &["rebuild"]));
    answers.extend(trusted(&program));
    program.done(&["export", "--output", "events.jsonl"], &[]);
    answers.push(program.answer("restore", &["restore", "events.jsonl", "--store", "restored"]));
    answers.push(program.answer("backup", &["backup", "copy.tar.zst"]));
    answers.push(program.answer("restore", &["restore", "copy.tar.zst", "--store", "again"]));
    answers.push(program.answer("doctor", &["doctor"]));
    answers.push(program.damaged());
    answers.push(program.answer("init", &["init", "--store", "made", "--zone", "Asia/Karachi"]));
    let events = program.done(&["export"], &[]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    Written { events, answers, rows }
}

/// Answers about keys, proofs, and what is found where a tree head is none.
fn trusted(program: &Program<'_>) -> Vec<Answer> {
    let folder = program.folder;
    let at = |words: &[&'static str]| -> Vec<&'static str> {
        [words, &["--store", "trusted", "--keys", "private"]].concat()
    };
    program.done(&["init", "--store", "trusted"], &[]);
    let mut answers = vec![program.answer("key", &at(&["key", "new", "--name", "example.com/register"]))];
    let key = answers[0].value["key"].as_str().unwrap().to_owned();
    std::fs::write(folder.join("first.note"), program.done(&at(&["tree-head"]), &[])).unwrap();
    answers.push(program.answer("key", &at(&["key", "rotate", "--reason", "lost"])));
    answers.push(program.answer("keys", &at(&["key", "list"])));
    let second = answers[1].value["key"].as_str().unwrap().to_owned();
    program.done(&at(&["tree-head"]), &[]);
    for (file, proven) in [("event.proof", "register@1"), ("growth.proof", "--consistency=first.note")] {
        let proof = program.done(&["prove", proven, "--store", "trusted"], &[]);
        std::fs::write(folder.join(file), proof).unwrap();
        let check = ["verify-proof", file, "--key", &key, "--key", &second];
        let head = ["--head", "first.note"];
        let check = if file == "growth.proof" { [&check[..], &head[..]].concat() } else { check.to_vec() };
        answers.push(program.answer("verify-proof", &check));
    }
    answers.push(program.answer("verify", &["verify", "--store", "trusted", "--against", "first.note"]));
    let found = program.run(&["verify", "--store", "trusted", "--against", "event.proof"], &["--json"]);
    assert_eq!(found.status.code(), Some(4), "a proof is no tree head");
    let value = serde_json::from_slice(&found.stdout).unwrap();
    answers.push(Answer { typed: "verify --against event.proof".to_owned(), view: "verify", value });
    answers
}

/// Lines that are refused, each for another reason.
const REFUSED: &str = r#"{"command": "sign", "agreement": "harbour-lease-2024", "party": "nobody", "on": "2024-03-01"}
{"command": "sing", "agreement": "harbour-lease-2024", "party": "port"}
{"command": "sign", "agreement": "harbour-lease-2023", "party": "port"}
{"command": "sign", "agreement": "harbour-lease-2024", "party": 7}
{"command": "note", "agreement": "harbour-lease-2024", "text": "x", "recorded_at": "2026-05-01T00:00:00Z"}
not JSON
"#;

/// What records, with an outcome of each kind: plain, only shown, repeated, odd, and one that moves a due date.
const OUTCOMES: &[&[&str]] = &[
    &["propose", "new-treaty-2026", "--kind", "treaty", "--party", "arl:state=Arlandia"],
    &["sign", "new-treaty-2026", "--party", "arl", "--on", "yesterday", "--dry-run"],
    &["note", "new-treaty-2026", "Arlandia"],
    &["redact", "new-treaty-2026@2", "--reason", "asked for", "--authority", "the act on data"],
    &[
        "redact",
        "new-treaty-2026@1",
        "--field",
        "data.parties.0.name",
        "--reason",
        "asked for",
        "--authority",
        "the act",
    ],
    &["note", MOU, "once", "--command-id", "018f2d5e-7c3a-7b10-9d4e-5a6b7c8d9e02"],
    &["note", MOU, "once", "--command-id", "018f2d5e-7c3a-7b10-9d4e-5a6b7c8d9e02"],
    &["attach", "harbour-lease-2024", "--file", "memorandum.txt", "--source", "Harbour Board"],
    &["commit", "harbour-lease-2024", "Paint the quay", "--on", "2023-12-01", "--reason", "agreed by word of mouth"],
    &["correct", "arlandia-velmora-health-2025@7", "--on", "2025-09-19", "--reason", "the release was right at first"],
];

/// What fails, with its exit code.
const FAILURES: &[(i32, &[&str])] = &[
    (1, &["show", "harbour-lease-2023"]),
    (1, &["sign", "lanternsea-treaty-2020", "--party", "arl", "--on", "2020-06-25"]),
    (1, &["sign", "lanternsea-treaty-2020", "--party", "nobody"]),
    (1, &["retract", "lanternsea-treaty-2020@2"]),
    (1, &["redact", "lanternsea-treaty-2020@1", "--reason", "r", "--authority", "a"]),
    (1, &["why", "lanternsea-treaty-2020/c1"]),
    (1, &["show", MOU, "--as-of", "2019-01-01"]),
    (2, &["list", "--as-of", "someday"]),
    (2, &["waive", MOU]),
    (2, &["search", "–"]),
    (1, &["tree-head", "--keys", "nowhere"]),
    (1, &["prove", "register@1"]),
    (1, &["key", "new", "--keys", "nowhere"]),
    (3, &["note", MOU, "twice", "--command-id", "018f2d5e-7c3a-7b10-9d4e-5a6b7c8d9e02"]),
];

const QUESTIONS: &[(&str, &[&str])] = &[
    ("list", &["list"]),
    ("calendars", &["calendar", "list"]),
    ("calendar", &["calendar", "show", "cn"]),
    ("calendar", &["calendar", "show", "our-office"]),
    ("profiles", &["profiles"]),
    ("history", &["history", "register"]),
    ("history", &["history", "new-treaty-2026"]),
    ("show", &["show", "new-treaty-2026"]),
    ("list", &["list", "--kind", "protocol"]),
    ("show", &["show", MOU, "--as-of", "2025-12-01"]),
    ("show", &["show", MOU, "--known-at", "2025-09-15"]),
    ("overdue", &["overdue"]),
    ("overdue", &["overdue", "--as-of", "2025-01-01", "--known-at", "2025-09-30"]),
    ("due", &["due", "--within", "P1Y"]),
    ("diff", &["diff", MOU, "--known-at", "2025-09-15", "--known-at", "2026-06-01"]),
    ("diff", &["diff", MOU, "--as-of", "2025-09-30", "--as-of", "2026-06-01"]),
    ("why", &["why", "arlandia-velmora-health-2025/c1"]),
    ("why", &["why", "arlandia-velmora-health-2025/c2"]),
    ("why", &["why", "arlandia-velmora-health-2025/c3"]),
    ("why", &["why", "arlandia-velmora-health-2025/c6"]),
    ("why", &["why", "arlandia-velmora-health-2025/c7"]),
    ("why", &["why", "arlandia-velmora-health-2025/c9"]),
    ("dates", &["why", MOU]),
    ("dates", &["why", "lanternsea-treaty-2020"]),
    ("why-date", &["why", MOU, "entry-into-force"]),
    ("why-date", &["why", MOU, "expiry"]),
    ("why-date", &["why", "harbour-lease-2024", "notice"]),
    ("why-date", &["why", "lanternsea-treaty-2020", "entry-into-force"]),
    ("why-date", &["why", "lanternsea-treaty-2020", "entry-into-force:arl"]),
    ("parties", &["parties"]),
    ("search", &["search", "health"]),
    ("search", &["search", "no", "such", "word"]),
    ("search", &["search", "arlandia", "--limit", "1", "--known-at", "2025-09-30"]),
    ("stats", &["stats"]),
    ("mou-return", &["report", "mou-return"]),
    ("mou-return", &["report", "mou-return", "--kind", "pledge", "--as-of", "2025-12-01"]),
    ("lint", &["lint"]),
    ("lint", &["lint", MOU, "--each-party-within", "P3M"]),
    ("stats", &["stats", "--as-of", "1999-01-01"]),
];
