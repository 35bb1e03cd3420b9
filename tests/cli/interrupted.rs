//! A program that is killed at any moment: what it said is on record, no command is there by half, the next one opens the register
//! without help, and what it answers is what the events say. An import goes on when it is run again, and nothing is in it twice.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a file that is not there fails the test; it prints counts, and measures how long a command takes"
)]

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::harness::{Desk, finish, start, words};

/// More than one batch, so that one lies in the log while others are decided.
const LINES: usize = 6_000;

/// How often to look for the first batch, two milliseconds apart; a machine under load is slow.
const LOOKS: usize = 60_000;

/// How many lines are imported where it is killed again and again: a batch, and a part of another.
const FEWER: usize = 2_400;

/// Forty agreements at a time, each with a fact more in every round; a second apart.
fn lines(count: usize) -> String {
    let mut lines = String::new();
    for number in 0..count {
        let agreement = format!("a-{}-{}", number / 2_000, number % 40);
        let seconds = format!("2025-{:02}-{:02}T", 1 + number / 2_000, 1 + number % 2_000 / 80);
        let recorded_at = format!("{seconds}{:02}:{:02}:00Z", number % 80 / 60, number % 80 % 60);
        let fields = match number % 2_000 / 40 {
            0 => json!({ "command": "record", "kind": "mou", "party": ["pk:state=Pakistan"], "on": "2020-01-01" }),
            1 => json!({ "command": "sign", "party": "pk", "on": "2020-02-01" }),
            2 => json!({ "command": "set-deadline", "text": "t", "within": "P3M", "after": "signature" }),
            nth => json!({ "command": "note", "text": format!("note {nth}"), "on": "2020-03-01" }),
        };
        let mut line = fields;
        line["agreement"] = agreement.into();
        line["recorded_at"] = recorded_at.into();
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

/// What the register says, without what is drawn by lot.
fn certain(desk: &Desk) -> Vec<Map<String, Value>> {
    let mut events: Vec<Map<String, Value>> =
        desk.events().into_iter().filter_map(|event| event.as_object().cloned()).collect();
    for event in &mut events {
        for drawn in ["id", "agreement", "salt", "body_hash"] {
            event.remove(drawn);
        }
    }
    events
}

/// How many events the store bears witness to.
fn acknowledged(desk: &Desk) -> u64 {
    let witness = std::fs::read(desk.store().join("witness")).unwrap_or_default();
    let witness = String::from_utf8_lossy(&witness).into_owned();
    let ends = witness.lines().filter_map(|line| line.trim().strip_prefix("end ")?.parse().ok());
    ends.max().unwrap_or(0)
}

#[test]
fn a_killed_import_goes_on_where_it_was_and_records_nothing_twice() {
    let whole = Desk::new();
    std::fs::write(whole.home().join("lines.jsonl"), lines(LINES)).unwrap();
    let done = whole.run("import lines.jsonl --asserted-times --json").ok().json();
    assert_eq!((done["recorded"].as_u64(), done["repeated"].as_u64()), (Some(LINES as u64), Some(0)));

    let killed = Desk::new();
    std::fs::write(killed.home().join("lines.jsonl"), lines(LINES)).unwrap();
    let import = |seed: &str| {
        let mut command = killed.servanda();
        command.env("SERVANDA_SEED", seed).args(["import", "lines.jsonl", "--asserted-times", "--json"]);
        command
    };
    let mut before = 0;
    for seed in ["one", "two"] {
        killed_once_durable(&killed, start(&mut import(seed)), before);
        before = acknowledged(&killed);
    }
    assert!(before > 0, "it was killed before anything was durable");
    let rest = finish(&mut import("three"), b"").ok().json();
    assert_eq!(rest["repeated"].as_u64().unwrap() + rest["recorded"].as_u64().unwrap(), LINES as u64);
    assert!(rest["repeated"].as_u64().unwrap() >= before, "{rest}");
    assert_eq!(certain(&killed), certain(&whole));
}

/// How often to kill, where `SERVANDA_SOAK` does not say otherwise.
const KILLS: u32 = 6;

fn kills() -> u32 {
    std::env::var("SERVANDA_SOAK").map_or(KILLS, |soak| soak.parse().unwrap())
}

/// What came of kills.
#[derive(Debug, Default)]
struct Killed {
    kills: u32,
    at_work: u32,
    acknowledged: u64,
    found: u64,
}

/// Starts a command and kills it after a part of the time that it takes; tells whether it was still at work.
///
/// The parts are spread without a random number: by a prime of thousandths. Where it had ended, it takes less than was thought.
fn killed(command: &mut Command, takes: &mut Duration, round: u32) -> bool {
    let mut child = start(command);
    drop(child.stdin.take());
    std::thread::sleep(*takes * (round * 389 % 1_000) / 1_000);
    let at_work = child.try_wait().unwrap().is_none();
    if !at_work {
        *takes = *takes * 3 / 4;
    }
    child.kill().unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(at_work || ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    at_work
}

/// Kills what was started as soon as the store bears witness to more events than before; tells whether it was still at work.
fn killed_once_durable(desk: &Desk, mut child: Child, before: u64) -> bool {
    let mut at_work = true;
    for _ in 0..LOOKS {
        at_work = child.try_wait().unwrap().is_none();
        if acknowledged(desk) > before || !at_work {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    at_work
}

/// How long something takes that is left to its end.
fn timed(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let _ = finish(command, b"").ok();
    begun.elapsed()
}

/// Demands that the register is in order: every record, and every view as it would be made anew.
fn in_order(desk: &Desk) {
    let verified = desk.json("verify");
    assert_eq!((&verified["ok"], &verified["views"]), (&true.into(), &true.into()), "{verified}");
}

#[test]
fn an_import_that_is_killed_at_any_moment_has_recorded_whole_commands_in_order_and_what_it_bore_witness_to() {
    let text = lines(FEWER);
    let desk = || {
        let desk = Desk::new();
        std::fs::write(desk.home().join("lines.jsonl"), &text).unwrap();
        desk
    };
    let import = |desk: &Desk, seed: u32| {
        let mut command = desk.servanda();
        command.env("SERVANDA_SEED", seed.to_string()).args(["import", "lines.jsonl", "--asserted-times"]);
        command
    };
    let whole = desk();
    let mut takes = timed(&mut import(&whole, 0));
    let whole = certain(&whole);
    let (mut count, mut killed_desk, mut before) = (Killed::default(), desk(), 0);
    for round in 1..=kills() {
        count.kills += 1;
        // Every third is killed when a part is durable for certain, however slow the machine is.
        count.at_work += u32::from(if round % 3 == 0 {
            killed_once_durable(&killed_desk, start(&mut import(&killed_desk, round)), before)
        } else {
            killed(&mut import(&killed_desk, round), &mut takes, round)
        });
        let witnessed = acknowledged(&killed_desk);
        let found = certain(&killed_desk);
        assert!(found.len() as u64 >= witnessed, "{} events are there, {witnessed} were borne witness to", found.len());
        assert!(found == whole[..found.len()], "round {round}: they are the first ones, in order");
        count.acknowledged += witnessed.saturating_sub(before);
        count.found += found.len() as u64 - before;
        before = found.len() as u64;
        if !found.is_empty() {
            in_order(&killed_desk);
        }
        if found.len() == whole.len() {
            (killed_desk, before) = (desk(), 0);
        }
    }
    println!("an import, {count:?}");
    assert!(count.at_work > count.kills / 4 && count.found > 0, "{count:?}");
    let _ = finish(&mut import(&killed_desk, 0), b"").ok();
    assert!(certain(&killed_desk) == whole, "it goes on to its end");
}

#[test]
fn a_rebuild_that_is_killed_at_any_moment_changes_no_answer_and_no_event() {
    let desk = Desk::new();
    std::fs::write(desk.home().join("lines.jsonl"), lines(FEWER)).unwrap();
    desk.done(&["import lines.jsonl --asserted-times", "key new --name example.com/register", "tree-head"]);
    let asked = ["list", "show a-1-7", "overdue", "search \"note 30\"", "history a-0-39"];
    let answer = |line: &str| {
        let mut command = desk.servanda();
        // All is asked at the same moment.
        command.env("SERVANDA_NOW", "2026-01-05T20:00:00Z").args(words(line)).arg("--json");
        finish(&mut command, b"").ok().stdout
    };
    let answers = || asked.map(answer);
    let rebuild = |compact: bool| {
        let mut command = desk.servanda();
        command.arg("rebuild").args(compact.then_some("--compact"));
        command
    };
    let (before, events) = (answers(), desk.export());
    let mut takes = timed(&mut rebuild(true));
    let mut count = Killed { acknowledged: events.lines().count() as u64, ..Killed::default() };
    for round in 1..=kills() {
        count.kills += 1;
        count.at_work += u32::from(killed(&mut rebuild(round % 2 == 1), &mut takes, round));
        for ((line, now), before) in asked.iter().zip(answers()).zip(&before) {
            assert!(now == *before, "round {round}: {line} says {now}");
        }
        in_order(&desk);
    }
    let after = desk.export();
    count.found = after.lines().count() as u64;
    println!("a rebuild, {count:?}");
    assert!(after == events);
    assert!(count.at_work > count.kills / 4, "{count:?}");
}

#[test]
fn a_command_that_is_killed_at_any_moment_is_on_record_whole_or_not_at_all() {
    let desk =
        Desk::with(&["propose a --kind mou --on 2025-01-01 --party pk:state=Pakistan --party ps:state=Palestine"]);
    let note = |round: u32| {
        let mut command = desk.servanda();
        command.args(["note", "a", &format!("note {round}")]);
        command
    };
    let mut takes = timed(&mut note(0));
    let mut count = Killed::default();
    let mut expected = vec!["note 0".to_owned()];
    for round in 1..=kills() {
        count.kills += 1;
        let at_work = killed(&mut note(round), &mut takes, round);
        count.at_work += u32::from(at_work);
        count.acknowledged += u64::from(!at_work);
        let notes: Vec<String> =
            desk.events().iter().filter_map(|event| event["data"]["text"].as_str().map(str::to_owned)).collect();
        if !at_work || notes.len() > expected.len() {
            expected.push(format!("note {round}"));
            count.found += 1;
        }
        assert_eq!(notes, expected, "round {round}");
        let events = desk.json("history a").as_array().map(Vec::len);
        assert_eq!(events, Some(1 + expected.len()), "round {round}");
        in_order(&desk);
    }
    println!("single commands, {count:?}");
    assert!(count.at_work > count.kills / 4 && count.found >= count.acknowledged, "{count:?}");
}
