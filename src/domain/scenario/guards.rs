//! What is accepted, what is refused, and what wants a reason: a row for each verb.

use serde_json::{Value, json};

use super::{Story, check, due_on, recorded, say, signed};
use crate::domain::command::VERBS;

/// A full agreement; the rows below name its facts by their places.
fn full() -> Story {
    Story::of([
        recorded("mou"),                                                                // @1
        signed("pk", "2025-09-17"),                                                     // @2
        say("announce-working-group", json!({ "name": "Health", "on": "2025-09-17" })), // @3
        say(
            "set-deadline",
            json!({ "text": "Form it", "within": "P30D", "after": "announcement", "owed_by": "pk", "owed_to": "ps" }),
        ), // @4
        say("commit", json!({ "text": "Train", "owed_by": "pk", "owed_to": "ps" })),    // @5
        say("report-milestone", json!({ "commitment": "c2", "status": "met", "on": "2025-11-01" })), // @6
        say("set-term", json!({ "length": "P5Y" })),                                    // @7
        say(
            "give-notice",
            json!({ "party": "ps", "kind": "withdrawal", "on": "2026-03-15", "takes_effect": "2027-03-15" }),
        ), // @8
        say("reserve", json!({ "party": "pk", "text": "not Article 3", "on": "2025-09-17" })), // @9
        say("form-working-group", json!({ "name": "Board", "on": "2025-09-20" })),      // @10
        say("commit", json!({ "text": "Build", "owed_by": "pk" })),                     // @11
        say("withdraw-commitment", json!({ "commitment": "c3", "on": "2026-01-01" })),  // @12
        say("dispute", json!({ "commitment": "c2", "by": "ps", "on": "2026-01-02" })),  // @13
        say("suspend", json!({ "on": "2026-04-01" })),                                  // @14
    ])
}

fn bare() -> Story {
    Story::of([recorded("mou")])
}

fn provisional() -> Story {
    Story::of([
        recorded("treaty"),
        say("sign", json!({ "party": "pk", "mode": "simple", "on": "2025-09-17" })),
        say("enter-into-force", json!({ "party": "pk", "provisional": true, "on": "2025-09-20" })),
    ])
}

fn ended() -> Story {
    bare().then("terminate", json!({ "on": "2026-01-01" }))
}

fn none() -> Story {
    Story::default()
}

/// (the verb, where it is accepted, its fields there, where it is refused, its fields there, the code).
type Row = (&'static str, fn() -> Story, Value, fn() -> Story, Value, &'static str);

fn openings_and_parties() -> Vec<Row> {
    vec![
        ("propose", none, json!({ "kind": "mou" }), full, json!({ "kind": "mou" }), "reference_taken"),
        ("record", none, json!({ "kind": "treaty" }), none, json!({ "kind": "pledge" }), "field"),
        ("announce", none, json!({ "on": "2025-05-19" }), full, json!({}), "reference_taken"),
        (
            "add-party",
            full,
            json!({ "party": "who", "kind": "io", "name": "WHO" }),
            full,
            json!({ "party": "pk", "kind": "state", "name": "Pakistan" }),
            "declared_twice",
        ),
        (
            "alias-party",
            full,
            json!({ "party": "pk", "name": "پاکستان", "lang": "ur" }),
            full,
            json!({ "party": "zz", "name": "Z" }),
            "party_not_declared",
        ),
        ("withdraw-party", full, json!({ "party": "pk" }), full, json!({ "party": "zz" }), "party_not_declared"),
    ]
}

fn consents() -> Vec<Row> {
    let text = |party: &str| json!({ "party": party, "text": "words" });
    let deposit = |instrument: &str| json!({ "party": "ps", "instrument": instrument });
    vec![
        ("adopt", full, json!({ "on": "2025-09-16" }), full, json!({ "on": "2025-10-01" }), "signed_first"),
        (
            "initial",
            full,
            json!({ "party": "ps", "on": "2025-09-16" }),
            full,
            json!({ "party": "zz" }),
            "party_not_declared",
        ),
        ("sign", full, json!({ "party": "ps", "on": "2025-09-17" }), full, json!({ "party": "pk" }), "twice"),
        ("deposit", full, deposit("accession"), full, deposit("ratification"), "ratified_unsigned"),
        (
            "set-entry-into-force",
            full,
            json!({ "after": "signature", "within": "P30D" }),
            full,
            json!({ "after": "entry-into-force" }),
            "field",
        ),
        ("enter-into-force", full, json!({ "on": "2025-10-01" }), bare, json!({ "on": "2025-10-01" }), "not_signed"),
        (
            "end-provisional-application",
            provisional,
            json!({ "party": "pk", "on": "2025-10-01" }),
            full,
            json!({ "on": "2025-10-01" }),
            "nothing_to",
        ),
        ("reserve", full, text("ps"), full, text("zz"), "party_not_declared"),
        ("declare", full, text("ps"), full, text("zz"), "party_not_declared"),
        (
            "object",
            full,
            json!({ "event": 9, "party": "ps" }),
            full,
            json!({ "event": 2, "party": "ps" }),
            "nothing_to",
        ),
    ]
}

fn terms() -> Vec<Row> {
    let notice = |party: &str| json!({ "party": party, "kind": "termination" });
    vec![
        (
            "set-term",
            bare,
            json!({ "end": "2030-12-31" }),
            bare,
            json!({ "end": "2030-12-31", "length": "P1Y" }),
            "field",
        ),
        ("renew", full, json!({ "length": "P1Y" }), bare, json!({ "length": "P1Y" }), "nothing_to"),
        ("give-notice", full, notice("pk"), full, notice("zz"), "party_not_declared"),
        (
            "revoke-notice",
            full,
            json!({ "event": 8, "on": "2026-06-01" }),
            full,
            json!({ "event": 8, "on": "2027-03-15" }),
            "notice_took_effect",
        ),
        ("suspend", bare, json!({ "on": "2026-01-01" }), full, json!({ "on": "2026-05-01" }), "twice"),
        ("resume", full, json!({ "on": "2026-05-01" }), bare, json!({}), "nothing_to"),
        ("terminate", full, json!({ "on": "2026-12-01" }), ended, json!({ "on": "2026-02-01" }), "twice"),
        ("supersede", full, json!({ "by": "b" }), full, json!({ "by": "a" }), "field"),
        ("complete", bare, json!({}), full, json!({}), "still_open"),
    ]
}

fn changes() -> Vec<Row> {
    let why = "a slip";
    vec![
        (
            "amend",
            full,
            json!({ "what": "wider", "title": "T" }),
            full,
            json!({ "what": "wider", "text": "T" }),
            "field",
        ),
        (
            "correct",
            full,
            json!({ "event": 2, "on": "2025-09-18", "reason": why }),
            full,
            json!({ "event": 2, "on": "2025-09-18" }),
            "no_reason",
        ),
        ("retract", full, json!({ "event": 13, "reason": why }), full, json!({ "event": 13 }), "no_reason"),
        (
            "redact",
            full,
            json!({ "event": 13, "reason": why, "authority": "article 17" }),
            full,
            json!({ "event": 1, "reason": why, "authority": "article 17" }),
            "body_needed",
        ),
        ("dispute-fact", full, json!({ "event": 2 }), full, json!({ "event": 99 }), "no_such_fact"),
        ("resolve-fact", full, json!({ "event": 2 }), full, json!({ "event": 99 }), "no_such_fact"),
        ("announce-working-group", full, json!({ "name": "Two" }), ended, json!({ "name": "Two" }), "after_end"),
        ("form-working-group", full, json!({ "body": "wg1" }), full, json!({ "body": "wg9" }), "field"),
        ("record-meeting", full, json!({ "body": "wg2" }), full, json!({ "body": "wg9" }), "no_such_body"),
        ("dissolve-working-group", full, json!({ "body": "wg2" }), full, json!({ "body": "wg1" }), "body_not_there"),
    ]
}

fn promises() -> Vec<Row> {
    let of = |id: &str| json!({ "commitment": id });
    let by = |id: &str, party: &str| json!({ "commitment": id, "by": party });
    let to = |day: &str| json!({ "commitment": "c1", "to": day });
    let report = |id: &str| json!({ "commitment": id, "status": "met", "on": "2026-02-01" });
    let settle = |id: &str| json!({ "commitment": id, "outcome": "agreed" });
    vec![
        (
            "commit",
            full,
            json!({ "text": "more" }),
            full,
            json!({ "text": "more", "owed_by": "zz" }),
            "party_not_declared",
        ),
        (
            "set-deadline",
            full,
            json!({ "text": "more", "due": "2026-01-01" }),
            full,
            json!({ "commitment": "c1", "due": "2026-01-01" }),
            "deadline_again",
        ),
        ("extend-deadline", full, to("2025-11-30"), full, to("2025-10-01"), "not_later"),
        ("report-milestone", full, report("c1"), full, report("c3"), "withdrawn"),
        ("verify-fulfilment", full, of("c2"), full, of("c1"), "nothing_to"),
        ("reject-fulfilment", full, of("c2"), full, of("c1"), "nothing_to"),
        ("waive", full, by("c1", "ps"), full, by("c1", "pk"), "not_entitled"),
        ("dispute", full, by("c1", "ps"), full, by("c2", "ps"), "twice"),
        ("settle", full, settle("c2"), full, settle("c1"), "nothing_to"),
        ("withdraw-commitment", full, of("c1"), full, of("c3"), "twice"),
    ]
}

fn papers() -> Vec<Row> {
    let paper =
        |size: u64| json!({ "name": "a.pdf", "media_type": "application/pdf", "size": size, "sha256": "0".repeat(64) });
    vec![
        ("attach", full, paper(7), full, paper(1 << 53), "field"),
        ("note", full, json!({ "text": "n" }), full, json!({ "text": "n", "on": "2030-01-01" }), "in_the_future"),
        (
            "link",
            full,
            json!({ "relation": "implements", "to": "b" }),
            full,
            json!({ "relation": "implements", "to": "a" }),
            "field",
        ),
    ]
}

/// A calendar of the register's own; no agreement.
fn register() -> Story {
    Story::of([say("define-calendar", json!({ "agreement": "register", "calendar": "ours", "title": "Ours" }))])
}

/// Public keys of one name.
const KEYS: [&str; 2] = [
    "example.com/register+0e5f1e69+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "example.com/register+71669834+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
];

/// A register with a key on record.
fn keyed() -> Story {
    Story::of([say("adopt-key", json!({ "agreement": "register", "key": KEYS[0] }))])
}

fn of_the_register() -> Vec<Row> {
    let own = |fields: Value| {
        let mut fields = fields;
        fields["agreement"] = "register".into();
        fields
    };
    let calendar = |name: &str| own(json!({ "calendar": name, "title": "Theirs" }));
    let week = |name: &str| own(json!({ "calendar": name, "off": ["fri", "sat"] }));
    let days =
        |to: &str| own(json!({ "calendar": "ours", "from": "2026-01-01", "to": to, "off": "2026-03-23 National Day" }));
    let profile = |name: &str| own(json!({ "profile": name, "title": "Rules", "law": "Rules of 1973" }));
    let key = |key: &str| own(json!({ "key": key }));
    let rotated = |key: &str| own(json!({ "key": key, "reason": "the clerk left" }));
    vec![
        ("define-calendar", register, calendar("theirs"), register, calendar("ours"), "twice"),
        ("set-week", register, week("ours"), register, week("nobodys"), "no_such_calendar"),
        ("list-days-off", register, days("2026-12-31"), register, days("2025-12-31"), "field"),
        ("define-profile", none, profile("rules-1973"), none, profile("plain"), "field"),
        ("adopt-key", none, key(KEYS[0]), keyed, key(KEYS[1]), "field"),
        ("rotate-key", keyed, rotated(KEYS[1]), keyed, rotated(KEYS[0]), "field"),
    ]
}

fn rows() -> Vec<Row> {
    [openings_and_parties(), consents(), terms(), changes(), promises(), papers(), of_the_register()].concat()
}

#[test]
fn every_verb_is_accepted_once_and_refused_once() {
    for (verb, accepted, fields, refused, other_fields, code) in rows() {
        assert_eq!(accepted().answer(verb, fields.clone()), "accepted", "{verb} {fields}");
        assert_eq!(refused().answer(verb, other_fields.clone()), code, "{verb} {other_fields}");
    }
}

#[test]
fn no_verb_is_left_out() {
    let mut covered: Vec<&str> = rows().into_iter().map(|row| row.0).collect();
    let mut all: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
    covered.sort_unstable();
    all.sort_unstable();
    assert_eq!(covered, all);
}

#[test]
fn what_is_odd_is_accepted_with_a_reason_and_what_contradicts_is_not() {
    let odd = [
        "signed_first",
        "ratified_unsigned",
        "not_signed",
        "still_open",
        "after_end",
        "body_not_there",
        "deadline_again",
        "not_later",
        "not_entitled",
        "in_the_future",
    ];
    for (verb, _, _, refused, fields, code) in rows() {
        let mut with_reason = fields;
        with_reason["reason"] = "so it was".into();
        let expected = match code {
            "no_reason" => "accepted",
            odd_one if odd.contains(&odd_one) => "accepted",
            _ => code,
        };
        assert_eq!(refused().answer(verb, with_reason.clone()), expected, "{verb} {with_reason}");
    }
}

#[test]
fn nothing_is_recorded_about_an_agreement_that_is_not_there() {
    assert_eq!(none().answer("note", json!({ "text": "n" })), "no_such_agreement");
}

#[test]
fn a_fact_before_the_opening_wants_a_reason() {
    let early = json!({ "party": "pk", "on": "2025-08-01" });
    assert_eq!(bare().answer("sign", early), "before_opening");
    let told = json!({ "party": "pk", "on": "2025-08-01", "reason": "the register heard of it late" });
    assert_eq!(bare().answer("sign", told), "accepted");
}

#[test]
fn a_known_oddity_does_not_ask_again_when_only_its_words_change() {
    // Both signatures are the anchor; the deadline was set twice, with a reason, and its date is in the objection.
    let odd = Story::of([
        recorded("mou"),
        signed("pk", "2025-09-17"),
        say("set-deadline", json!({ "text": "t", "within": "P30D", "after": "signature" })),
        say("set-deadline", json!({ "commitment": "c1", "within": "P60D", "after": "signature", "reason": "misread" })),
    ]);
    assert_eq!(odd.answer("sign", json!({ "party": "ps", "on": "2025-09-20" })), "accepted");
    // Completed with two open; reporting one of them leaves one, which is no new oddity.
    let open = Story::of([
        recorded("mou"),
        due_on("2025-12-01"),
        say("commit", json!({ "text": "u" })),
        say("complete", json!({ "on": "2026-01-01", "reason": "so the minister said" })),
    ]);
    let report = json!({ "commitment": "c1", "status": "met", "on": "2025-11-01" });
    assert_eq!(open.answer("report-milestone", report), "accepted");
}

#[test]
fn a_back_dated_end_is_judged_against_the_later_one() {
    let ends = bare().then("terminate", json!({ "on": "2026-06-01" }));
    assert_eq!(ends.answer("terminate", json!({ "on": "2026-01-01" })), "twice");
    assert_eq!(ends.answer("supersede", json!({ "by": "b", "on": "2026-01-01" })), "twice");
    check(&ends, &[("2026-05-31", "status", "recorded"), ("2026-06-01", "status", "terminated")]);
}

#[test]
fn an_early_signature_is_judged_when_its_party_is_declared() {
    let early = bare().and([
        say("add-party", json!({ "party": "who", "kind": "io", "name": "WHO", "on": "2026-01-01" })),
        signed("who", "2025-10-01"),
    ]);
    check(&early, &[("2025-12-31", "who", "not there"), ("2026-01-01", "who", "signatory")]);
    assert_eq!(early.answer("sign", json!({ "party": "who", "on": "2025-10-02" })), "twice");
}
