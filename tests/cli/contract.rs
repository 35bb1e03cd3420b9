//! What scripts rely on: DESIGN §7, word for word, and the exit codes.

use std::io::{Read as _, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Desk, finish, start, words};

const PROPOSE: &str = r#"propose pk-ps-health-2025 --title "MoU on health cooperation" --kind mou --party pk:state="Government of Pakistan" --party ps:state="State of Palestine""#;
const SIGN_PK: &str = r#"sign pk-ps-health-2025 --party pk --by "Name, Title" --on 2025-09-17 --place Islamabad"#;
const SIGN_PS: &str = "sign pk-ps-health-2025 --party ps --on 2025-09-17 --place Islamabad";
const DEADLINE: &str = r#"set-deadline pk-ps-health-2025 "Form the Health Working Group" --within P30D --after signature --owed-by pk --owed-to ps"#;
const SECOND: &str = r#"set-deadline pk-ps-health-2025 "Train 40 doctors" --due 2025-12-01 --owed-by pk --owed-to ps"#;
const PROMISE: &str = r#"commit pk-ps-health-2025 "Help build capacity" --owed-by pk --owed-to ps"#;

/// A desk with a signed agreement and three commitments: @1 to @6.
fn signed() -> Desk {
    Desk::with(&[PROPOSE, SIGN_PK, SIGN_PS, DEADLINE, SECOND, PROMISE])
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[track_caller]
fn has_keys(value: &Value, wanted: &[&str]) {
    let there = keys(value);
    let missing: Vec<&&str> = wanted.iter().filter(|key| !there.contains(*key)).collect();
    assert!(missing.is_empty(), "{missing:?} are not among {there:?}");
}

const ROW: [&str; 14] = [
    "agreement",
    "title",
    "commitment",
    "text",
    "owed_by",
    "owed_to",
    "state",
    "due",
    "due_earliest",
    "due_latest",
    "original_due",
    "extensions",
    "days_overdue",
    "authority",
];

#[test]
fn the_sequence_of_the_design_runs_word_for_word() {
    let desk = Desk::with(&[
        PROPOSE,
        SIGN_PK,
        "sign pk-ps-health-2025 --party ps --on 2025-09-17",
        DEADLINE,
        SECOND,
        r#"form-working-group pk-ps-health-2025 --name "Health Working Group" --fulfils c1 --on 2025-10-02 --member "A member""#,
        r#"report-milestone pk-ps-health-2025/c2 --status met --on 2025-11-01 --evidence "a list""#,
        r#"extend-deadline pk-ps-health-2025/c1 --to 2025-11-30 --agreed-by pk --agreed-by ps --reason "asked for""#,
        r#"waive pk-ps-health-2025/c1 --by ps --reason "done""#,
        r#"correct pk-ps-health-2025@3 --on 2025-09-20 --reason "the release""#,
        r#"correct pk-ps-health-2025@2 --set data.place=Lahore --reason "the release""#,
        r#"retract pk-ps-health-2025@3 --reason "of another agreement""#,
    ]);
    let kinds: Vec<String> = desk.events().iter().map(|e| e["type"].as_str().expect("a text").to_owned()).collect();
    assert_eq!(
        kinds,
        [
            "agreement.proposed",
            "agreement.signed",
            "agreement.signed",
            "deadline.set",
            "deadline.set",
            "working-group.formed",
            "milestone.reported",
            "deadline.extended",
            "commitment.waived",
            "record.corrected",
            "record.corrected",
            "record.retracted",
        ]
    );
}

#[test]
fn overdue_names_what_is_late_on_a_day() {
    let desk = signed();
    let overdue = desk.json("overdue --as-of 2025-10-18");
    assert_eq!(keys(&overdue), ["as_of", "at", "known_at", "overdue", "possibly_overdue", "due_soon", "undated"]);
    assert_eq!(overdue["as_of"], "2025-10-18");
    let row = &overdue["overdue"][0];
    has_keys(row, &ROW);
    let wanted = json!({
        "agreement": "pk-ps-health-2025", "title": "MoU on health cooperation", "commitment": "c1",
        "text": "Form the Health Working Group", "owed_by": ["pk"], "owed_to": ["ps"], "state": "overdue",
        "due": "2025-10-17", "due_earliest": "2025-10-17", "due_latest": "2025-10-17", "original_due": "2025-10-17",
        "extensions": 0, "days_overdue": 1, "authority": "assumed",
    });
    for key in ROW {
        assert_eq!(row[key], wanted[key], "{key}");
    }
    assert_eq!(overdue["overdue"].as_array().expect("a list").len(), 1);
    assert_eq!(overdue["undated"][0]["commitment"], "c3");
    has_keys(&overdue["undated"][0], &ROW);
    assert_eq!(desk.json("overdue --as-of 2025-10-17")["overdue"], json!([]), "the last day is not yet late");
}

#[test]
fn a_deadline_on_an_uncertain_day_is_possibly_overdue_first() {
    let desk = Desk::with(&[PROPOSE, "sign pk-ps-health-2025 --party pk --on 2025-09", SIGN_PS, DEADLINE]);
    let at = |day: &str| desk.json(&format!("overdue --as-of {day}"));
    assert_eq!(at("2025-10-16")["possibly_overdue"], json!([]));
    let between = at("2025-10-20");
    assert_eq!((&between["overdue"], &between["possibly_overdue"][0]["commitment"]), (&json!([]), &json!("c1")));
    assert_eq!(at("2025-10-31")["overdue"][0]["commitment"], "c1");
}

#[test]
fn show_history_diff_and_why_have_the_shapes_of_the_design() {
    let desk = signed();
    let before = desk.next_time();
    desk.done(&[
        "list",
        r#"extend-deadline pk-ps-health-2025/c1 --by P14D --agreed-by pk --agreed-by ps --reason "asked""#,
    ]);
    let after = desk.next_time();

    let show = desk.json("show pk-ps-health-2025");
    has_keys(&show, &["reference", "id", "kind", "title", "status", "parties", "commitments", "bodies"]);
    assert_eq!((&show["reference"], &show["kind"]), (&json!("pk-ps-health-2025"), &json!("mou")));
    has_keys(&show["commitments"][0], &["commitment", "text", "state", "due", "original_due", "extensions"]);
    has_keys(&show["parties"][0], &["id", "kind", "name", "status", "signature"]);

    let history = desk.json("history pk-ps-health-2025");
    let history = history.as_array().expect("a list");
    assert_eq!(history.len(), 7);
    for (at, row) in history.iter().enumerate() {
        has_keys(row, &["position", "seq", "type", "recorded", "occurred", "data"]);
        assert_eq!((&row["position"], &row["seq"]), (&json!(at), &json!(at + 1)));
    }
    assert_eq!(history[1]["recorded"], json!({ "at": "2026-01-05T09:00:01.000000Z", "by": "clerk" }));
    assert_eq!(history[1]["occurred"]["on"], "2025-09-17");

    let diff = desk.json(&format!("diff pk-ps-health-2025 --known-at {before} --known-at {after}"));
    let due = diff.as_array().expect("a list").iter().find(|change| change["path"] == "commitments.c1.due");
    let due = due.expect("the due date moved");
    assert_eq!((&due["before"], &due["after"]), (&json!("2025-10-17"), &json!("2025-10-31")));
    assert_eq!((&due["event"]["seq"], &due["event"]["type"]), (&json!(7), &json!("deadline.extended")));

    let why = desk.json("why pk-ps-health-2025/c1");
    has_keys(&why, &["agreement", "commitment", "due", "rule", "anchor", "steps", "stated", "assumed", "authority"]);
    assert_eq!((&why["due"], &why["original_due"]), (&json!("2025-10-31"), &json!("2025-10-17")));
    assert_eq!(why["anchor"]["type"], "agreement.signed");
}

#[test]
fn the_exit_codes_are_those_of_the_design() {
    let desk = signed();
    let _ = desk.run("list").exits(0);
    assert_eq!(desk.run("show nobody-knows-it --json").exits(1).error()["code"], "no_such_agreement");
    assert_eq!(desk.run("sign pk-ps-health-2025 --party cn --json").exits(1).error()["code"], "party_not_declared");
    assert_eq!(desk.run("sign pk-ps-health-2025 --json").exits(2).error()["code"], "usage");
    assert_eq!(desk.run("overdue --as-of 2025-02-30 --format json").exits(2).error()["exit_code"], 2);
    let _ = desk.run("nonsense").exits(2);
    let _ = desk.run("overdue --as-of 2025-10-18 --exit-code").exits(10);
    let _ = desk.run("overdue --as-of 2025-10-17 --exit-code").exits(0);
    let error = desk.run("overdue --store /dev/null/nowhere --json");
    assert!(matches!(error.code, Some(1 | 5)), "{error:?}");
    assert!(error.error()["message"].is_string());
}

#[test]
fn an_error_says_what_is_wrong_and_what_to_do() {
    let desk = signed();
    let error = desk.run("show pk-ps-helth-2025").exits(1);
    assert_eq!(
        error.stderr,
        "error[no_such_agreement]: there is no agreement pk-ps-helth-2025\nhint: did you mean pk-ps-health-2025?\n"
    );
    assert_eq!(error.stdout, "");
    let desk = Desk::with(&[&format!("{PROPOSE} --on 2025-09-01"), SIGN_PK, SIGN_PS, SECOND]);
    let early = "report-milestone pk-ps-health-2025/c1 --status met --on 2024-01-01";
    let odd = desk.run(early).exits(1);
    assert!(odd.stderr.contains("2024-01-01") && odd.stderr.contains("2025-09-01"), "{}", odd.stderr);
    assert!(odd.stderr.contains("--reason"), "{}", odd.stderr);
    let recorded = desk.json(&format!("{early} --reason \"a list from the year before\""));
    assert_eq!(recorded["odd"][0]["code"], "before_opening");
}

#[test]
fn an_export_restores_to_the_same_bytes() {
    let desk = signed();
    let export = desk.export();
    assert_eq!(export.lines().count(), 6);
    let _ = desk.run("export --output out.jsonl").ok();
    assert_eq!(std::fs::read_to_string(desk.home().join("out.jsonl")).expect("it was written"), export);
    assert_eq!(desk.run("restore out.jsonl --store copy --json").ok().json()["events"], 6);
    assert_eq!(desk.run("export --store copy").ok().stdout, export);
    let ask = |store: &str| {
        desk.run(&format!("show pk-ps-health-2025 --as-of 2026-01-05 --known-at 2026-01-05T10:00:00Z --json {store}"))
    };
    assert_eq!(ask("--store copy").ok().stdout, ask("").ok().stdout);
    assert_eq!(desk.run("restore out.jsonl --store copy --json").exits(1).error()["code"], "not_empty");
    let _ = desk.piped("restore - --store third", export.as_bytes()).ok();
    assert_eq!(desk.run("export --store third").ok().stdout, export);
}

#[test]
fn a_changed_export_is_not_restored() {
    let desk = signed();
    let forged = desk.export().replacen("Islamabad", "Rawalpindi", 1);
    let error = desk.piped("restore - --store copy --json", forged.as_bytes()).exits(1).error();
    assert!(error["message"].as_str().is_some_and(|words| words.starts_with("line 2")), "{error}");
}

#[test]
fn the_store_is_the_one_given_then_the_variable_then_the_nearest_then_the_users() {
    let desk = Desk::new();
    let deep = desk.home().join("a/b");
    std::fs::create_dir_all(&deep).expect("a folder can be made");
    let bare = |line: &str| {
        let mut command = desk.servanda();
        command.current_dir(&deep).env_remove("SERVANDA_STORE").args(words(line));
        command
    };
    let propose = |name: &str| format!("propose {name} --kind mou --party a:state=A --party b:state=B");
    let _ = finish(bare(&propose("the-users")).env("XDG_DATA_HOME", desk.home().join("xdg")), b"").ok();
    assert!(desk.home().join("xdg/servanda/register.json").is_file());
    let _ = finish(bare("init").current_dir(desk.home()), b"").ok();
    let _ = finish(&mut bare(&propose("the-nearest")), b"").ok();
    let named = desk.home().join("named");
    let _ = finish(bare(&propose("the-variable")).env("SERVANDA_STORE", &named), b"").ok();
    let given = format!("{} --store given", propose("the-given"));
    let _ = finish(bare(&given).env("SERVANDA_STORE", &named), b"").ok();
    let only = |store: std::path::PathBuf| {
        let list = desk.json(&format!("list --store {}", store.display()));
        let list = list.as_array().expect("a list").clone();
        assert_eq!(list.len(), 1, "{list:?}");
        list[0]["reference"].clone()
    };
    assert_eq!(only(desk.home().join("xdg/servanda")), "the-users");
    assert_eq!(only(desk.home().join(".servanda")), "the-nearest");
    assert_eq!(only(named), "the-variable");
    assert_eq!(only(deep.join("given")), "the-given");
}

#[test]
fn a_variable_that_is_empty_names_no_store_and_one_that_is_no_text_does() {
    use std::os::unix::ffi::OsStrExt as _;
    let desk = Desk::new();
    let _ = finish(desk.servanda().env("SERVANDA_STORE", "").arg("init"), b"").ok();
    assert!(desk.home().join(".servanda/register.json").is_file());
    let name = std::ffi::OsStr::from_bytes(b"st\xff\xfere");
    let _ = finish(desk.servanda().env("SERVANDA_STORE", name).args(words(PROPOSE)), b"").ok();
    assert!(desk.home().join(name).join("register.json").is_file());
}

#[test]
fn the_first_command_that_records_makes_the_register_and_says_so() {
    let desk = Desk::new();
    let none = desk.run("list").exits(1);
    assert!(none.stderr.starts_with("error[no_register]: there is no store in"), "{}", none.stderr);
    let tried = desk.run(&format!("{PROPOSE} --dry-run")).ok();
    assert!(tried.stdout.contains("would record"), "{}", tried.stdout);
    let _ = desk.run("sign pk-ps-health-2025 --party pk").exits(1);
    let _ = desk.run("propose x --kind mou --party a:state=A --party a:state=B").exits(2);
    assert!(!desk.store().exists(), "nothing but recording makes a register");
    let first = desk.run(PROPOSE).ok();
    assert!(first.stderr.starts_with("made a new register in"), "{}", first.stderr);
    assert_eq!(desk.run(SIGN_PK).ok().stderr, "");
}

#[test]
fn a_report_is_made_again_byte_for_byte() {
    let desk = signed();
    let as_known = desk.next_time();
    let ask = |line: &str| desk.run(&format!("{line} --as-of 2025-10-18 --known-at {as_known}")).ok().stdout;
    let asks = [
        "overdue --json",
        "overdue",
        "list",
        "list --format csv",
        "show pk-ps-health-2025",
        "due --json",
        "stats",
        "search health pak",
        "parties --format markdown",
        "why pk-ps-health-2025/c1",
    ];
    let then: Vec<String> = asks.iter().map(|line| ask(line)).collect();
    desk.done(&[
        r#"correct pk-ps-health-2025@2 --on 2025-09-20 --reason "the release""#,
        r#"retract pk-ps-health-2025@5 --reason "wrong""#,
        "propose later-one --kind mou --party a:state=A --party b:state=B",
        "rebuild",
    ]);
    desk.morning_of("2026-02-05");
    let now: Vec<String> = asks.iter().map(|line| ask(line)).collect();
    assert_eq!(now, then);
    assert_ne!(desk.json("list").as_array().map(Vec::len), Some(1), "the register went on");
}

const LINES: &str = r#"{"command":"propose","agreement":"a-b-2025","kind":"mou","title":"T","parties":[{"id":"a","kind":"state","name":"A"},{"id":"b","kind":"ngo","name":"B"}]}
{"command":"sign","agreement":"a-b-2025","party":"a","by":"Name, Title","on":"2025-09-17"}

{"command":"sign","agreement":"a-b-2025","party":"z","on":"2025-09-17"}
{"command":"set-deadline","agreement":"a-b-2025","text":"Do it","within":"P30D","after":"signature","owed_by":["a"],"owed_to":"b"}
{"command":"sing","agreement":"a-b-2025"}
{"command":"note","agreement":"a-b-2025","text":"hello","colour":"red"}
nonsense
"#;

#[test]
fn an_import_reports_each_refused_line_and_takes_the_rest() {
    let desk = Desk::new();
    let import = desk.piped("import - --json", LINES.as_bytes()).exits(1).json();
    assert_eq!((&import["commands"], &import["recorded"], &import["repeated"]), (&json!(7), &json!(3), &json!(0)));
    let refused: Vec<(u64, &str)> = import["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|line| (line["line"].as_u64().expect("a number"), line["code"].as_str().expect("a code")))
        .collect();
    assert_eq!(refused, [(4, "party_not_declared"), (6, "unknown_command"), (7, "field"), (8, "field")]);
    assert_eq!(import["refused"][1]["hint"], "did you mean sign?");
    assert_eq!(desk.events().len(), 3);
}

#[test]
fn of_very_many_refused_lines_the_first_are_listed_and_all_are_counted() {
    let desk = Desk::new();
    let lines = format!("{}{LINES}", "nonsense\n".repeat(10_020));
    let import = desk.piped("import - --json", lines.as_bytes()).exits(1).json();
    assert_eq!((&import["commands"], &import["recorded"]), (&json!(10_027), &json!(3)));
    let listed = import["refused"].as_array().expect("a list");
    assert_eq!((listed.len(), &import["refused_left_out"]), (10_000, &json!(24)));
    let told = desk.piped("import -", lines.as_bytes()).exits(1);
    let said = "10027 commands: 0 recorded, 3 recorded before, 10024 refused (the first 10000 are listed)";
    assert!(told.stdout.starts_with(said), "{}", told.stdout.lines().next().unwrap_or_default());
    assert!(told.stderr.contains("10024 of 10027 commands were refused"), "{}", told.stderr);
}

#[test]
fn a_second_import_changes_nothing() {
    let desk = Desk::new();
    std::fs::write(desk.home().join("lines.jsonl"), LINES).expect("the home can be written to");
    let _ = desk.run("import lines.jsonl").exits(1);
    let before = desk.export();
    let again = desk.run("import lines.jsonl --json").exits(1).json();
    assert_eq!((&again["recorded"], &again["repeated"]), (&json!(0), &json!(3)));
    // The same lines with other spacing and another order of keys are the same commands.
    let respaced =
        LINES.replace("\"agreement\":\"a-b-2025\",\"party\":\"a\"", " \"party\": \"a\", \"agreement\":\"a-b-2025\"");
    assert_ne!(respaced, LINES);
    assert_eq!(desk.piped("import - --json", respaced.as_bytes()).exits(1).json()["recorded"], 0);
    assert_eq!(desk.export(), before);
}

#[test]
fn all_or_nothing_is_nothing_when_one_line_is_refused() {
    let desk = Desk::with(&["init"]);
    let import = desk.piped("import - --all-or-nothing --json", LINES.as_bytes()).exits(1).json();
    assert_eq!(import["recorded"], 0);
    assert_eq!(desk.export(), "");
    let good: Vec<&str> = LINES.lines().take(2).collect();
    assert_eq!(desk.piped("import - --all-or-nothing --json", good.join("\n").as_bytes()).ok().json()["recorded"], 2);
}

#[test]
fn an_import_that_is_only_tried_records_nothing() {
    let desk = Desk::new();
    let import = desk.piped("import - --dry-run --json", LINES.as_bytes()).exits(1).json();
    assert_eq!((&import["recorded"], &import["dry_run"]), (&json!(3), &json!(true)));
    assert!(!desk.store().exists());
}

#[test]
fn a_time_of_recording_is_asserted_with_leave_only_and_marked() {
    let desk = Desk::new();
    let line = |name: &str, at: &str| {
        format!(
            r#"{{"command":"record","agreement":"{name}","kind":"mou","party":["a:state=A","b:state=B"],"recorded_at":"{at}"}}"#
        )
    };
    let old = line("old-one", "2020-03-01T12:00:00Z");
    let refused = desk.piped("import - --json", old.as_bytes()).exits(1).json();
    assert_eq!(refused["refused"][0]["code"], "asserted_time");
    let _ = desk.piped("import - --asserted-times", old.as_bytes()).ok();
    assert_eq!(
        desk.events()[0]["recorded"],
        json!({ "at": "2020-03-01T12:00:00.000000Z", "by": "clerk", "asserted": true })
    );
    assert!(desk.run("history old-one").ok().stdout.contains("(asserted)"));
    let back = line("older-one", "2019-03-01T12:00:00Z");
    let refused = desk.piped("import - --asserted-times --json", back.as_bytes()).exits(1).json();
    assert_eq!(refused["refused"][0]["code"], "time_runs_backwards");
}

#[test]
fn the_same_command_id_is_harmless_with_the_same_content_and_a_conflict_with_other() {
    let desk = Desk::with(&[PROPOSE]);
    let id = "--command-id 018f0000-0000-7000-8000-000000000001";
    let first = desk.run(&format!("{SIGN_PK} {id} --json")).ok().json();
    let before = desk.export();
    let again = desk.run(&format!("{SIGN_PK} {id} --json")).ok().json();
    assert_eq!((&again["recorded"], &again["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(again["events"], first["events"]);
    for other in [SIGN_PS, "note pk-ps-health-2025 hello", "sign pk-ps-health-2025 --party pk --on 2025-09-18"] {
        assert_eq!(desk.run(&format!("{other} {id} --json")).exits(3).error()["code"], "command_reused");
    }
    assert_eq!(desk.export(), before);
}

#[test]
fn a_second_process_waits_for_the_register_and_names_the_holder() {
    let desk = signed();
    // An import holds the register until its input ends.
    let mut holder = start(desk.servanda().args(["import", "-"]));
    let mut input = holder.stdin.take().expect("it is piped");
    let lock_is_held = || desk.run("list --wait 0").code == Some(5);
    assert!((0..100).any(|_| lock_is_held() || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        false
    }));
    let held = desk.run("list --wait 0 --json").exits(5).error();
    assert_eq!(held["code"], "held");
    assert!(held["message"].as_str().is_some_and(|words| words.contains("servanda import (process")), "{held}");
    assert!(held["hint"].as_str().is_some_and(|words| words.contains("--wait")), "{held}");
    let _ = desk.run("list --wait 1").exits(5);
    let waiting = start(desk.servanda().args(words("list --json --wait 60")));
    input
        .write_all(b"{\"command\":\"note\",\"agreement\":\"pk-ps-health-2025\",\"text\":\"held\"}\n")
        .expect("it reads");
    drop(input);
    assert!(holder.wait_with_output().expect("it ends").status.success());
    let waited = waiting.wait_with_output().expect("it ends");
    assert!(waited.status.success(), "{}", String::from_utf8_lossy(&waited.stderr));
    assert_eq!(desk.events().len(), 7);
}

#[test]
fn a_reader_that_has_seen_enough_is_a_polite_end() {
    let lines: Vec<String> = std::iter::once(LINES.lines().next().expect("a line").to_owned())
        .chain((0..1_500).map(|n| format!(r#"{{"command":"note","agreement":"a-b-2025","text":"note {n}"}}"#)))
        .collect();
    let desk = Desk::new();
    let _ = desk.piped("import -", lines.join("\n").as_bytes()).ok();
    for line in ["export", "history a-b-2025", "history a-b-2025 --format jsonl"] {
        let mut child =
            desk.servanda().args(words(line)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut first = [0; 20];
        let mut out = child.stdout.take().expect("it is piped");
        out.read_exact(&mut first).expect("something is printed");
        drop(out);
        let ended = child.wait_with_output().expect("it ends");
        assert_eq!(ended.status.code(), Some(0), "{line}");
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{line}");
    }
}
