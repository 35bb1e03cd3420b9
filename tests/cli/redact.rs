//! Taking something out of the record: no byte of it is left, and people are told what kind of thing it was.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Desk, copy_folder, finish, words};

const NAME: &str = "Zebediah Quartermain";
const PHONE: &str = "0092-300-7654321";

const SETUP: [&str; 6] = [
    r#"propose care-2025 --kind mou --title "Care" --party pk:state=Pakistan --party zq:person="Zebediah Quartermain" --on 2025-09-01"#,
    r#"sign care-2025 --party pk --by "Zebediah Quartermain, Envoy" --on 2025-09-17 --source Dawn --quote "Zebediah Quartermain signed""#,
    "sign care-2025 --party zq --on 2025-09-17",
    r#"note care-2025 "Telephone 0092-300-7654321""#,
    r#"set-deadline care-2025 "Report" --due 2025-12-01 --owed-by zq --owed-to pk"#,
    "attach care-2025 --file letter.txt",
];

const LETTER: &str = "A letter of Zebediah Quartermain";

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.home().join("letter.txt"), LETTER).expect("it is written");
    desk.done(&SETUP);
    let _ = desk.run("search zebediah --json").ok();
    desk
}

fn redact(what: &str) -> String {
    format!(r#"redact care-2025{what} --reason "on request" --authority "GDPR, article 17(1)(b)""#)
}

/// All files of a folder with their bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it is read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), std::fs::read(path).expect("it is read")));
        }
    }
    found
}

/// The files in which some words stand, as they lie there or unpacked.
fn with(folder: &Path, words: &str) -> Vec<PathBuf> {
    let holds = |bytes: &[u8]| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    let unpacked = |bytes: &[u8]| {
        let begins = bytes.windows(4).enumerate().filter(|(_, window)| *window == [0x28, 0xb5, 0x2f, 0xfd]);
        begins.map(|(at, _)| at).any(|at| {
            let mut out = Vec::new();
            // What follows a compressed segment is none: whatever came out before that counts.
            if let Ok(mut decoder) = zstd::Decoder::new(&bytes[at..]) {
                let _ = std::io::copy(&mut decoder, &mut out);
            }
            holds(&out)
        })
    };
    files(folder).into_iter().filter(|(_, bytes)| holds(bytes) || unpacked(bytes)).map(|(path, _)| path).collect()
}

fn salt(desk: &Desk, position: usize) -> String {
    desk.events()[position]["salt"].as_str().expect("a salt").to_owned()
}

#[test]
fn after_it_no_file_of_the_store_holds_a_byte_of_it() {
    let desk = desk();
    let salts = [salt(&desk, 1), salt(&desk, 3), salt(&desk, 5)];
    for words in [NAME, PHONE, LETTER, &salts[0], &salts[1], &salts[2]] {
        assert!(!with(&desk.store(), words).is_empty(), "{words} is found before");
    }
    desk.done(&[
        &redact("@4"),
        &redact("@2 --field data.name --field evidence.0.quote"),
        &redact("@1 --field data.parties.1.name"),
        &redact("@6"),
    ]);
    let _ = desk.run("search zebediah").ok();
    for words in [NAME, "Quartermain", "quartermain", PHONE, LETTER, &salts[0], &salts[1], &salts[2]] {
        assert_eq!(with(&desk.store(), words), Vec::<PathBuf>::new(), "{words}");
    }
    assert_eq!(std::fs::read_dir(desk.store().join("papers")).expect("the folder").count(), 0);
    let export = desk.export();
    assert!(!export.contains("Quartermain") && !export.contains(PHONE));
}

#[test]
fn the_history_says_what_kind_of_thing_when_why_and_by_whom() {
    let desk = desk();
    desk.done(&[&redact("@4"), &redact("@2 --field data.name --field evidence.0.quote")]);
    let history = desk.json("history care-2025");
    let gone = &history[3];
    assert_eq!((&gone["type"], &gone["data"], &gone["confidence"]), (&json!("note.added"), &json!({}), &Value::Null));
    let redaction = &gone["redacted"];
    assert_eq!((&redaction["by"], &redaction["whole"]), (&json!(7), &json!(true)));
    assert_eq!(redaction["authority"], "GDPR, article 17(1)(b)");
    assert_eq!(redaction["reason"], "on request");
    assert_eq!(redaction["recorded"]["by"], "clerk");
    let part = &history[1];
    assert_eq!(part["redacted"]["fields"], json!(["data.name", "evidence.0.quote"]));
    assert_eq!((&part["data"]["name"], &part["data"]["title"]), (&Value::Null, &json!("Envoy")));
    let told = desk.run("history care-2025").ok().stdout;
    let told: Vec<&str> = told.split_whitespace().collect();
    let told = told.join(" ");
    assert!(told.contains("note.added: [all that it says was taken out by @7 on 2026-01-05"), "{told}");
    let shown = desk.run("show care-2025 --known-at 2026-01-05T09:00:05Z").ok().stdout;
    let shown: Vec<&str> = shown.split_whitespace().collect();
    let shown = shown.join(" ");
    assert!(
        shown.contains(
            "Taken out on legal duty - @2 agreement.signed: data.name, evidence.0.quote were taken out by @8"
        ),
        "{shown}"
    );
    assert!(shown.contains("not yet by the time asked about, and gone all the same"), "{shown}");
    assert!(!shown.contains("Zebediah Quartermain, Envoy"));
    let why = desk.run("why care-2025/c1").ok().stdout;
    assert!(why.contains("Taken out on legal duty"), "{why}");
    assert_eq!(desk.json("why care-2025 entry-into-force")["redacted"][1]["event"], 4);
    let moved = desk.json("diff care-2025 --known-at 2026-01-05T09:00:05Z --known-at 2026-01-06");
    let paths: Vec<&str> = moved.as_array().expect("a list").iter().filter_map(|it| it["path"].as_str()).collect();
    assert!(paths.contains(&"redacted.0.known") && paths.contains(&"redacted.1.known"), "{paths:?}");
}

#[test]
fn a_trial_says_where_else_the_words_stand_and_changes_nothing() {
    let desk = desk();
    let before = desk.export();
    let tried = desk.json(&format!("{} --dry-run", redact("@2 --field data.name")));
    assert_eq!((&tried["recorded"], &tried["dry_run"]), (&json!(false), &json!(true)));
    let places = tried["elsewhere"].as_array().expect("a list");
    assert_eq!(places.len(), 1, "{tried}");
    assert_eq!((&places[0]["agreement"], &places[0]["event"]), (&json!("care-2025"), &json!(1)));
    assert_eq!(places[0]["fields"], json!(["data.parties.1.name"]));
    let papers = desk.json(&format!("{} --dry-run", redact("@6")));
    assert_eq!(papers["papers_removed"].as_array().map(Vec::len), Some(1));
    assert_eq!(desk.export(), before);
    assert_eq!(std::fs::read_dir(desk.store().join("papers")).expect("the folder").count(), 1);
}

#[test]
fn a_paper_that_another_fact_names_stays() {
    let desk = desk();
    desk.done(&["attach care-2025 --file letter.txt"]);
    assert_eq!(desk.json(&redact("@6"))["papers_removed"], json!([]));
    assert_eq!(std::fs::read_dir(desk.store().join("papers")).expect("the folder").count(), 1);
    assert_eq!(desk.json(&redact("@7"))["papers_removed"].as_array().map(Vec::len), Some(1));
    assert_eq!(std::fs::read_dir(desk.store().join("papers")).expect("the folder").count(), 0);
}

#[test]
fn the_same_command_again_changes_nothing_also_that_whose_words_are_gone() {
    let desk = desk();
    let id = "--command-id 018f2d5e-7c3a-7b10-9d4e-5a6b7c8d9e01";
    let note = format!(r#"note care-2025 "Call 0092-300-7654321" {id}"#);
    desk.done(&[&note]);
    let act = format!("{} --command-id 018f2d5e-7c3a-7b10-9d4e-5a6b7c8d9e02", redact("@7"));
    desk.done(&[&act]);
    let before = desk.export();
    for again in [&act, &note] {
        assert_eq!(desk.json(again)["repeated"], true, "{again}");
    }
    let _ = desk.run(&format!("sign care-2025 --party zq {id}")).exits(3);
    let _ = desk
        .run(&redact("@4").replace("--reason", "--command-id 018f2d5e-7c3a-7b10-9d4e-5a6b7c8d9e02 --reason"))
        .exits(3);
    assert_eq!(desk.export(), before);
}

#[test]
fn an_export_carries_it_and_an_altered_one_is_refused() {
    let desk = desk();
    desk.done(&[&redact("@4"), &redact("@2 --field data.name")]);
    let export = desk.export();
    let copy = desk.home().join("copy");
    let restore = |text: &str, to: &Path| desk.piped(&format!("restore - --store {}", to.display()), text.as_bytes());
    let _ = restore(&export, &copy).ok();
    assert_eq!(desk.run(&format!("export --store {}", copy.display())).ok().stdout, export);
    assert_eq!(
        desk.run(&format!("history care-2025 --json --store {}", copy.display())).ok().stdout,
        desk.run("history care-2025 --json").ok().stdout
    );
    let lines: Vec<&str> = export.lines().collect();
    let without_the_act = lines[..lines.len() - 1].join("\n");
    let refused = restore(&without_the_act, &desk.home().join("a")).exits(1).stderr;
    assert!(refused.contains("redacted by @8"), "{refused}");
    let altered = export.replace("Envoy", "Baron");
    let refused = restore(&altered, &desk.home().join("b")).exits(1).stderr;
    assert!(refused.contains("is not what event @8 left of it"), "{refused}");
}

#[test]
fn a_body_that_is_put_back_or_altered_is_damage() {
    let desk = desk();
    let before = desk.home().join("before");
    copy_folder(&desk.store(), &before);
    desk.done(&[&redact("@4")]);
    // An export of before, with the redaction behind it, as somebody who wants the words back would make it.
    let old = desk.run(&format!("export --store {}", before.display())).ok().stdout;
    let act = desk.export().lines().last().expect("an event").to_owned();
    let refused =
        desk.piped(&format!("restore - --store {}", desk.home().join("c").display()), (old + &act).as_bytes());
    let refused = refused.exits(1).stderr;
    assert!(refused.contains("whose body is there all the same"), "{refused}");
}

#[test]
fn papers_of_an_interrupted_redaction_go_or_come_back_with_it() {
    let desk = desk();
    let papers = desk.store().join("papers");
    let going = desk.store().join("papers.going");
    let aside = |end: usize| {
        std::fs::create_dir(&going).expect("it is made");
        std::fs::write(going.join("end"), format!("{end}\n")).expect("it is written");
        for (path, _) in files(&papers) {
            std::fs::rename(&path, going.join(path.file_name().expect("a name"))).expect("it is moved");
        }
    };
    // It was not decided: the log ends where it ended.
    aside(6);
    let _ = desk.run("list").ok();
    assert!(!going.exists() && files(&papers).len() == 1);
    // It was: the log has an event more.
    desk.done(&[&redact("@4")]);
    aside(6);
    let _ = desk.run("list").ok();
    assert!(!going.exists() && files(&papers).is_empty());
}

/// How often to kill.
const KILLS: u64 = 6;

#[test]
fn killed_at_any_moment_it_is_done_whole_or_not_at_all() {
    let whole = desk();
    let (mut done, mut undone) = (0, 0);
    for kill in 0..KILLS {
        let desk = Desk::new();
        copy_folder(&whole.store(), &desk.store());
        let mut command = desk.servanda();
        command.args(words(&redact("@6")));
        let mut child = crate::harness::start(&mut command);
        // Spread over the work without a random number: a prime of microseconds.
        std::thread::sleep(Duration::from_micros(20_000 + kill * 31_013 % 160_001));
        let _ = child.kill();
        let _ = child.wait();
        let events = desk.events();
        let papers = files(&desk.store()).iter().filter(|(_, bytes)| bytes == LETTER.as_bytes()).count();
        if events.len() == 7 {
            done += 1;
            assert_eq!((events[5].get("data"), papers), (None, 0), "kill {kill}");
        } else {
            undone += 1;
            assert!(events.len() == 6 && events[5].get("data").is_some() && papers == 1, "kill {kill}");
        }
    }
    assert_eq!(done + undone, KILLS);
    let _ = finish(whole.servanda().args(words(&redact("@6"))), b"").ok();
}

#[test]
fn heads_and_proofs_given_out_before_it_hold_after_it_and_the_record_is_in_order() {
    let desk = desk();
    let kept = |name: &str, line: &str| {
        std::fs::write(desk.home().join(name), desk.run(line).ok().stdout).expect("it is written");
    };
    desk.done(&["key new --name example.com/register"]);
    kept("before.note", "tree-head");
    kept("before.proof", "prove care-2025@2");
    let key = desk.json("key list")[0]["key"].as_str().expect("a key").to_owned();
    desk.done(&[
        &redact("@4"),
        &redact("@2 --field data.name --field evidence.0.quote"),
        &redact("@1 --field data.parties.1.name"),
    ]);
    let verified = desk.json("verify --against before.note");
    assert_eq!((&verified["ok"], &verified["views"], &verified["findings"]), (&json!(true), &json!(true), &json!([])));
    let holds = |file: &str| desk.json(&format!("verify-proof {file} --key {key}"));
    assert_eq!(holds("before.proof")["position"], 1);
    kept("after.note", "tree-head");
    kept("growth.proof", "prove --consistency before.note");
    let grown = desk.json(&format!("verify-proof growth.proof --key {key} --head before.note"));
    assert_eq!(grown["from"], 7);
    // What is left of a fact is proven by its header alone.
    for (place, position) in [(2, 1), (4, 3)] {
        kept("after.proof", &format!("prove care-2025@{place}"));
        let proven = holds("after.proof");
        assert_eq!((&proven["position"], &proven["body"]), (&json!(position), &Value::Null));
        assert_eq!(proven["header"]["seq"], place);
    }
    let of_key = desk.run(r#"redact register@1 --reason "on request" --authority court --json"#).exits(1);
    assert!(!of_key.error()["code"].is_null());
}

#[test]
fn while_a_repair_kept_files_aside_nothing_is_said_to_be_gone() {
    let desk = desk();
    std::fs::create_dir(desk.store().join("damaged-1")).expect("it can be made");
    let refused = desk.run(&format!("{} --json", redact("@4"))).exits(1);
    assert_eq!(refused.error()["code"], "aside");
    let _ = desk.run(&format!("{} --dry-run", redact("@4"))).ok();
    std::fs::remove_dir(desk.store().join("damaged-1")).expect("it is empty");
    desk.done(&[&redact("@4")]);
}

#[test]
fn a_backup_made_after_it_holds_nothing_of_it_and_its_heads_hold() {
    let desk = desk();
    desk.done(&["key new --name example.com/register"]);
    let head = desk.run("tree-head").ok().stdout;
    desk.done(&[&redact("@4"), "backup copy", "backup copy.tar.zst"]);
    assert_eq!(with(&desk.home().join("copy"), PHONE), Vec::<PathBuf>::new());
    std::fs::write(desk.home().join("head.note"), head).expect("it is written");
    desk.done(&["restore copy.tar.zst --store again"]);
    assert_eq!(with(&desk.home().join("again"), PHONE), Vec::<PathBuf>::new());
    for store in ["copy", "again"] {
        let verified = desk.json(&format!("verify --against head.note --store {store}"));
        assert_eq!((&verified["ok"], &verified["heads"]), (&json!(true), &json!(2)), "{store}");
        assert_eq!(desk.run(&format!("doctor --store {store} --json")).ok().json()["findings"], json!([]), "{store}");
    }
}
