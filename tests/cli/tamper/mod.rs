//! The attack suite: somebody with every right to the store's folder changes it, with checksums that fit, and `verify` says
//! what it is and where.

mod altered;
mod places;

use std::fmt::Write as _;

use serde_json::Value;
use servanda::log::codec::{body_hash, canonical};
use servanda::log::{Draft, Recorded, SledLog, ViewStore as _};
use servanda::proof::head::Head;
use servanda::proof::key::SecretKey;

use self::altered::{Register, opened, unhex};
use crate::harness::Desk;

/// Two agreements of the same moment, a key, a head over the first nine events, two notes, a head over all eleven.
///
/// ```text
///  #0 a@1 proposed  #1 b@1 proposed  #2 a@2 note 0  #3 b@2 note 0 … #7 b@4 note 2
///  #8 register@1 key.adopted   ── first head ──   #9 a@5 late   #10 b@5 late   ── second head ──
/// ```
fn register() -> Desk {
    let desk = Desk::new();
    let mut lines = String::new();
    for agreement in ["a", "b"] {
        let _ = writeln!(
            lines,
            "{{\"command\":\"propose\",\"agreement\":\"{agreement}\",\"kind\":\"mou\",\"on\":\"2025-01-01\",\
             \"party\":[\"pk:state=Pakistan\",\"ps:state=Palestine\"]}}"
        );
    }
    for number in 0..3 {
        for agreement in ["a", "b"] {
            let _ = writeln!(
                lines,
                "{{\"command\":\"note\",\"agreement\":\"{agreement}\",\"text\":\"note {number} of {agreement}\"}}"
            );
        }
    }
    let _ = desk.piped("import -", lines.as_bytes()).ok();
    desk.done(&["key new --name example.com/register"]);
    std::fs::write(desk.home().join("first.note"), desk.run("tree-head").ok().stdout)
        .expect("the home can be written to");
    desk.done(&["note a late", "note b late"]);
    std::fs::write(desk.home().join("second.note"), desk.run("tree-head").ok().stdout)
        .expect("the home can be written to");
    desk
}

/// A finding: code, position, event and head.
type Row = (String, Option<u64>, Option<String>, Option<String>);

/// What `verify` finds: code, position, event and head of each.
fn found(desk: &Desk, line: &str) -> Vec<Row> {
    let output = desk.run(&format!("{line} --json"));
    assert!(!output.stdout.is_empty(), "{}: {}", output.typed, output.stderr);
    let view = output.json();
    let findings = view["findings"].as_array().expect("a list");
    assert_eq!(output.code, Some(if findings.is_empty() { 0 } else { 4 }), "{}", output.stdout);
    assert_eq!(view["ok"], findings.is_empty());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let row = |finding: &Value| {
        assert!(finding["message"].as_str().is_some_and(|message| message.len() > 10), "{finding}");
        let code = text(&finding["code"]).expect("a code");
        (code, finding["position"].as_u64(), text(&finding["event"]), text(&finding["head"]))
    };
    findings.iter().map(row).collect()
}

/// Codes with positions and events, of findings about no head.
fn of_events(desk: &Desk) -> Vec<(String, u64, String)> {
    let of_event = |(code, position, event, head): Row| {
        head.is_none().then(|| (code, position.unwrap_or_default(), event.unwrap_or_default()))
    };
    found(desk, "verify").into_iter().filter_map(of_event).collect()
}

/// Codes with positions, of findings about heads.
fn of_heads(desk: &Desk, line: &str) -> Vec<(String, u64, String)> {
    let of_head = |(code, position, _, head): Row| head.map(|head| (code, position.unwrap_or_default(), head));
    found(desk, line).into_iter().filter_map(of_head).collect()
}

fn row(code: &str, position: u64, at: &str) -> (String, u64, String) {
    (code.to_owned(), position, at.to_owned())
}

fn kept(leaves: u64, desk: &Desk) -> String {
    let listed = std::fs::read_dir(desk.store().join("heads")).expect("heads are kept");
    let names = listed.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    let name = names.into_iter().find(|name| name.starts_with(&format!("{leaves:016}"))).expect("it is kept");
    format!("heads/{name}")
}

/// The text of a note rewritten in a record; `hashed` puts the hash of the new body into the header.
fn rewritten(record: &Recorded, from: &str, to: &str, hashed: bool) -> Draft {
    let body = String::from_utf8(record.body.clone()).expect("it is JSON").replace(from, to).into_bytes();
    assert_ne!(body, record.body);
    let mut header: Value = serde_json::from_slice(&record.header).expect("it is JSON");
    if hashed {
        let salt = serde_json::from_slice::<Value>(&body).expect("it is JSON")["salt"].as_str().map(unhex);
        header["body_hash"] = body_hash(&salt.expect("it has a salt"), &body).into();
    }
    Draft { header: canonical(&header).expect("it has a canonical form"), body }
}

#[test]
fn an_untouched_register_is_found_in_order_and_a_rewritten_copy_of_it_as_well() {
    let desk = register();
    assert_eq!(found(&desk, "verify --against first.note --against second.note"), []);
    let view = desk.json("verify");
    assert_eq!((&view["events"], &view["heads"], &view["views"]), (&11.into(), &2.into(), &true.into()));
    Register::of(&desk).write(&desk);
    assert_eq!(found(&desk, "verify --against first.note"), []);
}

#[test]
fn one_rewritten_field_is_named_with_its_event() {
    let desk = register();
    let mut register = Register::of(&desk);
    register.events[4] = register.with(4, rewritten(&register.events[4], "note 1 of a", "note 9 of a", false));
    register.write(&desk);
    assert_eq!(of_events(&desk), [row("body_altered", 4, "a@3")]);
}

#[test]
fn a_field_rewritten_with_its_hash_is_named_by_every_head_after_it() {
    let desk = register();
    let mut register = Register::of(&desk);
    register.events[9] = register.with(9, rewritten(&register.events[9], "late", "lite", true));
    register.write(&desk);
    // Nothing in the log itself speaks against it; the first head says that it lies behind #8.
    assert_eq!(of_events(&desk), []);
    assert_eq!(of_heads(&desk, "verify"), [row("head_root", 9, &kept(11, &desk))]);
    assert_eq!(of_heads(&desk, "verify --against first.note"), [row("head_root", 9, &kept(11, &desk))]);
    let _ = desk.run("tree-head").exits(4);
}

#[test]
fn two_swapped_events_of_an_agreement_are_both_named() {
    let desk = register();
    let mut register = Register::of(&desk);
    let (earlier, later) = (register.events[2].clone(), register.events[4].clone());
    register.events[2] = register.with(2, Draft { header: later.header, body: later.body });
    register.events[4] = register.with(4, Draft { header: earlier.header, body: earlier.body });
    register.write(&desk);
    assert_eq!(of_events(&desk), [row("header_misplaced", 2, "a@2"), row("header_misplaced", 4, "a@3")]);
}

#[test]
fn two_swapped_events_of_the_same_moment_are_named_by_the_heads() {
    let desk = register();
    let mut register = Register::of(&desk);
    register.events.swap(2, 3);
    register.write(&desk);
    assert_eq!(of_events(&desk), []);
    let heads = [row("head_root", 0, &kept(9, &desk)), row("head_root", 0, &kept(11, &desk))];
    assert_eq!(of_heads(&desk, "verify"), heads);
}

#[test]
fn a_dropped_last_event_is_missed() {
    let desk = register();
    let mut register = Register::of(&desk);
    register.events.truncate(10);
    register.write(&desk);
    assert_eq!(of_heads(&desk, "verify"), [row("head_beyond", 10, &kept(11, &desk))]);
    assert_eq!(of_heads(&desk, "verify --against first.note"), [row("head_beyond", 10, &kept(11, &desk))]);
    let _ = desk.run("tree-head").exits(4);
}

#[test]
fn an_inserted_event_is_named_where_it_lies_in_its_agreement_and_by_the_heads() {
    let desk = register();
    let mut register = Register::of(&desk);
    let forged = rewritten(&register.events[4], "note 1 of a", "forged", true);
    // As it is, with the places of those behind it moved: their headers do not say so.
    let inserted = register.with(4, forged);
    register.events.insert(5, inserted);
    register.write(&desk);
    let misplaced = of_events(&desk);
    assert_eq!(misplaced[0], row("header_misplaced", 5, "a@4"));
    assert!(misplaced.iter().all(|(code, ..)| code == "header_misplaced"), "{misplaced:?}");
    // The key's own fact lies behind the first head now.
    let first = kept(9, &desk);
    let heads =
        [row("head_key_not_then", 9, &first), row("head_root", 0, &first), row("head_root", 0, &kept(11, &desk))];
    assert_eq!(of_heads(&desk, "verify"), heads);
}

#[test]
fn a_log_rewritten_and_hashed_anew_from_end_to_end_is_named_by_the_heads() {
    let desk = register();
    let other = Desk::new();
    // Everything is recorded again, with one word changed and one event more: each record of it is in order.
    let lines: Vec<String> = desk
        .events()
        .iter()
        .filter(|event| event["type"] != "key.adopted")
        .map(|event| {
            let text = event["data"]["text"].as_str().unwrap_or_default().replace("note 0 of b", "another word");
            let agreement = if event["agreement"] == desk.events()[0]["agreement"] { "a" } else { "b" };
            match event["type"].as_str() {
                Some("note.added") => serde_json::json!({ "command": "note", "agreement": agreement, "text": text }),
                _ => serde_json::json!({ "command": "propose", "agreement": agreement, "kind": "mou",
                    "on": "2025-01-01", "party": ["pk:state=Pakistan", "ps:state=Palestine"] }),
            }
            .to_string()
        })
        .chain(std::iter::once(r#"{"command":"note","agreement":"a","text":"one more"}"#.to_owned()))
        .collect();
    let _ = other.piped("import -", lines.join("\n").as_bytes()).ok();
    let key = desk.json("key list")[0]["key"].as_str().expect("a key").to_owned();
    other.done(&[&format!("adopt-key {key}"), "note b late"]);
    Register::of(&other).write(&desk);
    assert_eq!(of_events(&desk), []);
    let heads = [row("head_root", 0, &kept(9, &desk)), row("head_root", 0, &kept(11, &desk))];
    assert_eq!(
        of_heads(&desk, "verify").into_iter().filter(|(code, ..)| code == "head_root").collect::<Vec<_>>(),
        heads
    );
}

#[test]
fn a_fork_after_a_head_was_given_out_is_named_from_where_it_forks() {
    let desk = register();
    // Somebody was given the second head; the register goes on from the first as if nothing had been after it.
    let mut register = Register::of(&desk);
    register.events.truncate(9);
    register.write(&desk);
    std::fs::remove_file(desk.store().join(kept(11, &desk))).expect("it can be removed");
    desk.done(&["note a otherwise", "note b otherwise"]);
    let _ = desk.run("tree-head").ok();
    assert_eq!(found(&desk, "verify"), [], "to itself it is in order");
    assert_eq!(found(&desk, "verify --against first.note"), []);
    assert_eq!(of_heads(&desk, "verify --against second.note"), [row("head_root", 9, "second.note")]);
    let refused = desk.run("prove --consistency second.note --json").exits(4);
    assert_eq!(refused.error()["code"], "forked");
}

#[test]
fn a_swapped_key_is_named_with_the_events_that_it_took_to_swap_it() {
    let desk = register();
    let theirs = SecretKey::of_seed("example.com/register", &[3; 32]).expect("a name");
    let ours = desk.json("key list")[0]["key"].as_str().expect("a key").to_owned();
    let mut register = Register::of(&desk);
    register.events[8] = register.with(8, rewritten(&register.events[8], &ours, theirs.public().as_str(), true));
    register.write(&desk);
    // The heads are signed anew with the other key, over the roots of the changed log.
    for leaves in [9, 11] {
        std::fs::remove_file(desk.store().join(kept(leaves, &desk))).expect("it can be removed");
    }
    let root =
        desk.json("verify")["root"].as_str().map(|root| servanda::proof::Hash::parse_hash(root).expect("a hash"));
    let head = Head::sign(&theirs, 11, root.expect("a root"), "2026-01-05T09:00:00Z").expect("it signs");
    let name = format!("{:016}-{}", 11, theirs.public().id());
    std::fs::write(desk.store().join("heads").join(name), head.as_str()).expect("it can be written");
    assert_eq!(found(&desk, "verify"), [], "to itself it is in order");
    let against = of_heads(&desk, "verify --against first.note");
    assert_eq!(against, [row("head_key", 0, "first.note"), row("head_root", 0, "first.note")]);
}

#[test]
fn heads_that_were_tampered_with_are_named() {
    let desk = register();
    let file = desk.store().join(kept(9, &desk));
    let text = std::fs::read_to_string(&file).expect("it can be read");
    let cases = [
        ("head_unreadable", "not a head\n".to_owned()),
        ("head_signature", text.replace("time 2026", "time 2025")),
        ("head_key", text.replace("example.com/register", "example.org/register")),
        ("head_signature", {
            let (body, signature) = text.split_at(text.len() - 12);
            format!("{body}{}", signature.replace(|c: char| c.is_ascii_digit(), "A").replacen('B', "C", 1))
        }),
    ];
    for (code, altered) in cases {
        if altered == text {
            continue;
        }
        std::fs::write(&file, altered).expect("it can be written");
        let codes: Vec<String> = of_heads(&desk, "verify").into_iter().map(|(code, ..)| code).collect();
        assert!(codes.contains(&code.to_owned()), "{code}: {codes:?}");
    }
}

#[test]
fn a_head_signed_by_a_key_that_was_replaced_is_named_where_it_was_replaced() {
    let desk = register();
    let old = desk.json("key list")[0]["key"].as_str().expect("a key").to_owned();
    let id = old.split('+').nth(1).expect("an id");
    let secret =
        std::fs::read_to_string(desk.home().join(format!(".config/servanda/keys/{id}.key"))).expect("a key file");
    desk.done(&["key rotate --reason \"the clerk left\"", "note a later"]);
    assert_eq!(found(&desk, "verify"), []);
    let root =
        desk.json("verify")["root"].as_str().map(|root| servanda::proof::Hash::parse_hash(root).expect("a hash"));
    let secret = SecretKey::parse(secret.trim_end()).expect("a key");
    let head = Head::sign(&secret, 13, root.expect("a root"), "2026-01-05T09:00:00Z").expect("it signs");
    std::fs::write(desk.home().join("stolen.note"), head.as_str()).expect("the home can be written to");
    let against = of_heads(&desk, "verify --against stolen.note");
    assert_eq!(against, [row("head_key_not_then", 11, "stolen.note")]);
}

#[tokio::test]
async fn a_view_that_says_something_else_is_named_and_mended_by_rebuild() {
    for (view, goes_on) in [(servanda::service::register::VIEW, false), (servanda::service::marks::MARKS, true)] {
        let desk = register();
        let _ = desk.run("list --kind mou").ok();
        let log = opened(&desk.store(), false);
        let position = log_end(&log).await;
        let (key, _) = log.scan(view).await.expect("it reads").into_iter().next().expect("it has entries");
        log.put(view, position, vec![(key, None)]).await.expect("it writes");
        altered::closed(log).await;
        if goes_on {
            // A view that nobody brought up since is compared as well.
            desk.done(&["note a later"]);
        }
        let codes: Vec<String> = found(&desk, "verify").into_iter().map(|(code, ..)| code).collect();
        assert_eq!(codes, ["view"], "{view}");
        desk.done(&["rebuild"]);
        assert_eq!(found(&desk, "verify"), []);
    }
}

async fn log_end(log: &SledLog) -> servanda::log::Position {
    servanda::log::EventLog::end(log).await.expect("it reads")
}

#[tokio::test]
async fn a_tree_of_other_events_is_named_with_the_stretch_of_the_log() {
    let desk = register();
    let notes: Vec<String> =
        (0..700).map(|n| format!("{{\"command\":\"note\",\"agreement\":\"b\",\"text\":\"filler {n}\"}}")).collect();
    let _ = desk.piped("import -", notes.join("\n").as_bytes()).ok();
    assert_eq!(found(&desk, "verify"), []);
    let log = opened(&desk.store(), false);
    let tree = log.scan("tree.1").await.expect("it reads");
    assert_eq!(tree.len(), 1, "two hashes in one tile");
    altered::closed(log).await;
    // One word is changed behind the second head, and the tree is put back as it was.
    let mut register = Register::of(&desk);
    register.events[400] = register.with(400, rewritten(&register.events[400], "filler 389", "killer 389", true));
    register.write(&desk);
    let log = opened(&desk.store(), false);
    let changes = tree.into_iter().map(|(key, value)| (key, Some(value))).collect();
    log.put("tree.1", servanda::log::Position::new(512), changes).await.expect("it writes");
    altered::closed(log).await;
    assert_eq!(of_events(&desk), [row("tree", 256, "b@251")]);
    desk.done(&["rebuild"]);
    assert_eq!(found(&desk, "verify"), [], "no head was given out over it, so nothing is left that could tell");
}

#[test]
fn a_damaged_stretch_is_named_with_its_positions_and_the_rest_is_looked_at() {
    let desk = register();
    let words = "many words ".repeat(20);
    let mut lines = String::new();
    for number in 0..100 {
        let _ = writeln!(
            lines,
            "{{\"command\":\"propose\",\"agreement\":\"c{number}\",\"kind\":\"mou\",\"on\":\"2025-01-01\",\
             \"party\":[\"pk:state=Pakistan\",\"ps:state=Palestine\"]}}"
        );
        for note in 0..15 {
            let _ = writeln!(lines, "{{\"command\":\"note\",\"agreement\":\"c{number}\",\"text\":\"{note} {words}\"}}");
        }
    }
    let _ = desk.piped("import -", lines.as_bytes()).ok();
    std::fs::write(desk.home().join("behind.note"), desk.run("tree-head").ok().stdout)
        .expect("the home can be written to");
    assert_eq!(found(&desk, "verify"), []);
    let damaged = altered::damage_of_a_segment(&desk.store());
    let said = desk.run("verify").exits(4);
    assert!(said.stdout.starts_with("NOT everything"), "{}", said.stderr);
    let mut events = of_events(&desk);
    // What follows on an event that cannot be read has nothing to follow on.
    events.retain(|(code, ..)| code != "seq");
    assert_eq!(events, [row("damaged", damaged, "")]);
    let view = desk.run("verify --json").exits(4).json();
    assert_eq!((&view["root"], &view["views"]), (&Value::Null, &false.into()));
    // The first two heads are over what lies before it; the third cannot be judged.
    let unchecked = of_heads(&desk, "verify --against behind.note");
    let behind = kept(11 + 1_600, &desk);
    assert_eq!(unchecked, [row("head_unchecked", 0, &behind), row("head_unchecked", 0, "behind.note")]);
}
