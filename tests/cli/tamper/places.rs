//! Records that no append would have let in, written where they lie: numbers, times, keys and bytes that do not follow on each other.

use serde_json::Value;
use servanda::log::codec::{body_hash, canonical};
use servanda::log::{Draft, Recorded};
use servanda::proof::key::SecretKey;
use uuid::Uuid;

use super::altered::{RECORDED_AT, Register, SEQ, damage_of_an_index, patch, reword, unhex};
use super::{found, kept, of_events, of_heads, register, rewritten, row};

#[test]
fn a_number_that_is_left_out_in_an_agreement_is_named_at_its_event() {
    let desk = register();
    patch(&desk.store(), 10, |commit| {
        assert_eq!(commit[SEQ + 7], 5);
        commit[SEQ + 7] = 7;
        reword(commit, "\"seq\":5", "\"seq\":7");
    });
    assert_eq!(of_events(&desk), [row("seq", 10, "b@7")]);
    assert_eq!(of_heads(&desk, "verify"), [row("head_root", 9, &kept(11, &desk))]);
}

#[test]
fn a_time_before_that_of_the_event_before_it_is_named() {
    let desk = register();
    let day = 24 * 3_600 * 1_000_000_i64;
    patch(&desk.store(), 10, |commit| {
        let at = i64::from_be_bytes(commit[RECORDED_AT..RECORDED_AT + 8].try_into().expect("eight"));
        commit[RECORDED_AT..RECORDED_AT + 8].copy_from_slice(&(at - day).to_be_bytes());
        reword(commit, "2026-01-05T", "2026-01-04T");
    });
    assert_eq!(of_events(&desk), [row("time_runs_backwards", 10, "b@5")]);
    assert_eq!(of_heads(&desk, "verify"), [row("head_root", 9, &kept(11, &desk))]);
}

#[test]
fn a_key_that_replaces_none_that_counted_is_named_and_so_is_a_second_first_one() {
    let desk = register();
    let first = desk.json("key list")[0]["key"].as_str().expect("a key").to_owned();
    desk.done(&["key rotate --reason \"the clerk left\""]);
    let theirs = SecretKey::of_seed("example.com/register", &[3; 32]).expect("a name");
    let mut altered = Register::of(&desk);
    altered.events[11] = altered.with(11, rewritten(&altered.events[11], &first, theirs.public().as_str(), true));
    altered.write(&desk);
    let chain: Vec<_> = of_events(&desk).into_iter().filter(|(code, ..)| code == "key_chain").collect();
    assert_eq!(chain, [row("key_chain", 11, "register@2")]);

    let desk = register();
    let mut altered = Register::of(&desk);
    // The fact that put the first key on record comes once more, as if it had been recorded last.
    let header = |at: usize| serde_json::from_slice::<Value>(&altered.events[at].header).expect("it is JSON");
    let mut again = header(8);
    again["seq"] = 2.into();
    again["cause"] = Uuid::max().to_string().into();
    again["recorded"]["at"] = header(10)["recorded"]["at"].clone();
    let header = canonical(&again).expect("it has a canonical form");
    let again = Recorded { header, recorded_at: altered.events[10].recorded_at, ..altered.events[8].clone() };
    altered.events.push(again);
    altered.write(&desk);
    assert_eq!(of_events(&desk), [row("key_chain", 11, "register@2")]);
}

#[test]
fn words_that_are_put_back_after_a_redaction_are_named_and_so_is_a_redaction_that_none_recorded() {
    let desk = register();
    let before = Register::of(&desk);
    desk.done(&["redact a@3 --reason asked --authority \"a court\""]);
    assert_eq!(found(&desk, "verify --against first.note"), []);
    let after = Register::of(&desk);
    let taken = Draft { header: after.events[4].header.clone(), body: after.events[4].body.clone() };
    let mut altered = Register::of(&desk);
    altered.events[4] = before.events[4].clone();
    altered.write(&desk);
    assert_eq!(of_events(&desk), [row("redaction", 11, "a@6")]);

    let mut altered = before;
    altered.events[4] = altered.with(4, taken);
    altered.write(&desk);
    assert_eq!(of_events(&desk), [row("redaction", 4, "a@3")]);
}

#[test]
fn what_is_no_fact_an_unknown_one_or_not_in_its_only_form_is_named() {
    let desk = register();
    let untouched = Register::of(&desk);
    let write = |draft: Draft| {
        let mut altered = Register::of(&desk);
        altered.events[4] = untouched.with(4, draft);
        altered.write(&desk);
        let codes = of_events(&desk);
        untouched.write(&desk);
        codes
    };
    let record = &untouched.events[4];
    let (header, body) = (record.header.clone(), record.body.clone());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it is JSON");
    let halved = Draft { header: header.clone(), body: body[..body.len() / 2].to_vec() };
    assert_eq!(write(halved), [row("unreadable", 4, "a@3")]);
    let unknown = text(&header).replace("note.added", "note.hidden").into_bytes();
    assert_eq!(write(Draft { header: unknown, body: body.clone() }), [row("unknown_event", 4, "a@3")]);
    // The same fact with a space in it, and a hash that fits.
    let spaced = text(&body).replacen(':', ": ", 1).into_bytes();
    let salt = serde_json::from_slice::<Value>(&body).expect("it is JSON")["salt"].as_str().map(unhex);
    let salt = salt.expect("it has a salt");
    let (before, after) = (body_hash(&salt, &body), body_hash(&salt, &spaced));
    let hashed = text(&header).replace(&before, &after).into_bytes();
    assert_eq!(write(Draft { header: hashed, body: spaced }), [row("not_plain", 4, "a@3")]);
    assert_eq!(found(&desk, "verify"), []);
}

#[test]
fn a_damaged_index_is_named_with_the_agreements_that_it_does_not_lead_to() {
    let desk = register();
    let lines: Vec<String> = (0..1_500)
        .map(|number| {
            format!(
                "{{\"command\":\"propose\",\"agreement\":\"c{number}\",\"kind\":\"mou\",\"on\":\"2025-01-01\",\
                 \"party\":[\"pk:state=Pakistan\",\"ps:state=Palestine\"]}}"
            )
        })
        .collect();
    let _ = desk.piped("import -", lines.join("\n").as_bytes()).ok();
    assert_eq!(found(&desk, "verify"), []);
    let mut page = 0;
    let verified = loop {
        damage_of_an_index(&desk.store(), page);
        let verified = desk.run("verify --json").exits(4);
        if !verified.stdout.is_empty() {
            break verified;
        }
        // Opening looks for the newest commit in the indexes, and refuses where that is damaged: so it is another page.
        assert!(verified.stderr.contains("the index of stream"), "{}", verified.stderr);
        damage_of_an_index(&desk.store(), page);
        assert_eq!(found(&desk, "verify"), []);
        page += 1;
    };
    let view = verified.json();
    let findings = view["findings"].as_array().expect("a list");
    assert!(findings.len() > 10, "{} findings", findings.len());
    for finding in findings {
        assert_eq!(finding["code"], "index", "{finding}");
        let message = finding["message"].as_str().expect("a message");
        assert!(message.contains("checksum") && message.contains("stream"), "{message}");
    }
    // No event is gone with it.
    let _ = desk.run("doctor --fix");
    assert_eq!(found(&desk, "verify"), []);
}
