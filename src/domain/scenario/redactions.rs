//! What a law wants out of the record: what is taken, what is refused, and what is then true.

use serde_json::json;

use super::{Story, check, due_on, recorded, request, say, signed};
use crate::domain::decide::decide;
use crate::domain::event::Event;
use crate::domain::redaction::{self, MARK};
use crate::domain::text::Line;
use crate::domain::timeline::Timeline;

/// Recorded, signed with a name, a deadline, a report on it with its evidence, and a remark.
fn told() -> Story {
    Story::of([
        recorded("mou"),
        say(
            "sign",
            json!({ "party": "pk", "by": "Jane Doe, Minister", "on": "2025-09-17", "source": "Dawn", "quote": "Jane Doe signed" }),
        ),
        signed("ps", "2025-09-17"),
        due_on("2026-01-01"),
        say(
            "report-milestone",
            json!({ "commitment": "c1", "status": "met", "on": "2025-12-01", "evidence": "Jane saw it" }),
        ),
        say("note", json!({ "text": "Jane Doe's telephone is 0300" })),
    ])
}

fn redact(event: u64, fields: &[&str]) -> serde_json::Value {
    say("redact", json!({ "event": event, "field": fields, "reason": "she asked", "authority": "article 17" }))
}

#[track_caller]
fn answer(story: &Story, event: u64, fields: &[&str]) -> &'static str {
    let decided = story.decided(&redact(event, fields));
    decided.map_or_else(|refusal| refusal.code(), |_| "accepted")
}

fn words(story: &Story, seq: u64) -> String {
    format!("{:?}", story.timeline.fact(seq).expect("a fact").saying)
}

#[test]
fn a_field_that_may_be_missing_is_gone_and_one_that_may_not_is_marked() {
    let story =
        told().and([redact(2, &["data.name", "evidence.0.quote", "evidence.0.source"]), redact(6, &["data.text"])]);
    assert!(!words(&story, 2).contains("Jane") && words(&story, 2).contains("Minister"));
    let evidence = &story.timeline.fact(2).expect("a fact").saying.evidence;
    assert_eq!((evidence.len(), evidence[0].source.as_str()), (1, MARK), "the place of the others stays");
    assert!(words(&story, 6).contains(MARK) && !words(&story, 6).contains("0300"));
    check(&story, &[("2025-09-17", "pk", "party"), ("2025-12-02", "c1", "met")]);
}

#[test]
fn what_lies_in_a_field_goes_with_it_or_the_field_is_refused() {
    let story = told().and([redact(2, &["evidence"]), redact(5, &["data.evidence"])]);
    assert!(story.timeline.fact(2).expect("a fact").saying.evidence.is_empty());
    assert!(!words(&story, 5).contains("Jane"));
    let one = told().and([redact(2, &["evidence.0"])]);
    assert!(!words(&one, 2).contains("Dawn") && !words(&one, 2).contains("Jane Doe signed"));
    // A party's short name is what others point at, so not all of it can go.
    assert_eq!(answer(&told(), 1, &["data.parties"]), "identity_field");
    assert_eq!(answer(&told(), 1, &["data.parties.0"]), "field_needed");
    assert_eq!(answer(&told(), 1, &["data.parties.0.name"]), "accepted");
}

#[test]
fn a_fact_whose_whole_body_is_gone_says_nothing_and_stays_where_it_is() {
    let story = told().and([redact(5, &[]), redact(6, &[])]);
    check(&story, &[("2025-12-02", "c1", "pending"), ("2026-01-02", "c1", "overdue")]);
    let fact = story.timeline.fact(5).expect("it is there");
    assert!(matches!(fact.saying.event, Event::TakenOut(_)));
    assert_eq!((fact.saying.event.name(), fact.saying.event.version(), fact.seq), ("milestone.reported", 1, 5));
    let readings = story.timeline.read();
    assert_eq!((readings.fact(5), readings.taken_out_by(5), readings.taken_out_by(6)), (None, Some(7), Some(8)));
}

#[test]
fn it_is_gone_for_every_time_of_knowledge() {
    let story = told().and([redact(5, &[])]);
    check(&story.known_after(6), &[("2025-12-02", "c1", "pending")]);
    let known = story.known_after(6);
    let redaction = known.timeline.fact(5).and_then(|fact| fact.redacted.clone()).expect("it is marked");
    let act = redaction.act.expect("what is known now is told");
    assert_eq!((redaction.by, act.authority.as_str()), (7, "article 17"));
}

#[test]
fn what_is_not_there_or_gone_already_is_refused() {
    let story = told().and([redact(2, &["data.name"]), redact(6, &[])]);
    for (event, fields, code) in [
        (9, &[][..], "no_such_fact"),
        (0, &[], "no_such_fact"),
        (2, &["data.nothing"], "field_absent"),
        (2, &["data.name"], "already_redacted"),
        (6, &[], "already_redacted"),
        (6, &["data.text"], "already_redacted"),
        (2, &["data.title", "data.title"], "field"),
        (2, &["data.title"], "accepted"),
        (2, &[], "accepted"),
    ] {
        assert_eq!(answer(&story, event, fields), code, "@{event} {fields:?}");
    }
    assert_eq!(story.answer("redact", json!({ "event": 3, "authority": "a" })), "no_reason");
}

#[test]
fn what_a_fact_cannot_be_without_is_refused_with_the_way_out() {
    for (event, field, code) in [
        (2, "data.party", "field_needed"),
        (2, "data.mode", "field_needed"),
        (2, "confidence", "field_needed"),
        (4, "data.rule", "field_needed"),
        (4, "data.commitment", "field_needed"),
        (1, "data.reference", "field_needed"),
        (1, "data.kind", "field_needed"),
    ] {
        assert_eq!(answer(&told(), event, &[field]), code, "{field}");
    }
    // A day is a field like any other.
    let undated = told().and([redact(3, &["occurred.on"])]);
    assert_eq!(undated.timeline.fact(3).expect("a fact").saying.occurred.on, None);
}

#[test]
fn what_others_hang_on_does_not_go_whole() {
    let story = told().and([
        say("correct", json!({ "event": 2, "set": "data.name=Janet Doe", "reason": "slip" })), // @7
        say("retract", json!({ "event": 6, "reason": "Jane asked" })),                         // @8
        redact(6, &["data.text"]),                                                             // @9
    ]);
    for event in [1, 7, 8, 9] {
        assert_eq!(answer(&story, event, &[]), "body_needed", "@{event}");
    }
    // The deadline is reported on; that the report would point at nothing is a contradiction.
    assert_eq!(answer(&story, 4, &[]), "no_such_commitment");
    assert_eq!(answer(&story, 9, &["data.event"]), "field_needed");
    assert_eq!(answer(&story, 9, &["data.fields"]), "field_needed");
    let more = story.and([
        redact(7, &["data.fields.0.was", "data.fields.0.now"]),
        redact(8, &["reason"]),
        redact(9, &["reason", "data.authority"]),
    ]);
    assert!(!words(&more, 7).contains("Doe") && !words(&more, 8).contains("Jane"));
    assert_eq!(more.timeline.read().retracted_by(6), Some(8), "the retraction stands without its reason");
    let act = more.timeline.fact(6).and_then(|fact| fact.redacted.clone()).and_then(|redaction| redaction.act);
    assert_eq!(act.map(|act| act.recorded.by.to_string()), Some("a clerk".to_owned()));
}

#[test]
fn a_redaction_is_not_taken_back_and_what_is_gone_is_not_spoken_of() {
    let story = told().and([redact(6, &[]), redact(2, &["data.name"])]);
    assert_eq!(story.answer("retract", json!({ "event": 7, "reason": "no" })), "redaction_stands");
    assert_eq!(story.answer("correct", json!({ "event": 6, "set": "data.text=x", "reason": "r" })), "already_redacted");
    assert_eq!(story.answer("retract", json!({ "event": 6, "reason": "r" })), "already_redacted");
    assert_eq!(story.answer("correct", json!({ "event": 2, "set": "data.name=A clerk", "reason": "r" })), "accepted");
    assert_eq!(story.answer("correct", json!({ "event": 7, "set": "data.event=3", "reason": "r" })), "identity_field");
}

#[test]
fn a_retracted_agreement_and_a_retracted_fact_can_be_redacted() {
    let retracted = told().then("retract", json!({ "event": 2, "reason": "wrong" }));
    assert_eq!(answer(&retracted, 2, &[]), "accepted");
    let gone = told().then("retract", json!({ "event": 1, "reason": "wrong" }));
    assert_eq!(gone.answer("note", json!({ "text": "x" })), "agreement_retracted");
    assert_eq!(answer(&gone, 2, &["data.name"]), "accepted");
}

#[test]
fn the_name_of_what_is_gone_is_not_given_again() {
    let story = told().and([say("commit", json!({ "text": "Jane gives a lecture" })), redact(7, &[])]);
    assert!(matches!(&story.timeline.fact(7).expect("a fact").saying.event, Event::TakenOut(_)));
    let again = story.then("commit", json!({ "text": "Give a lecture" }));
    let Event::CommitmentMade(made) = &again.timeline.fact(9).expect("a fact").saying.event else { panic!() };
    assert_eq!(made.commitment.to_string(), "c3");
}

#[test]
fn facts_read_one_by_one_and_all_at_once_are_the_same() {
    let story = told().and([redact(2, &["data.name"]), redact(2, &["data.title"]), redact(6, &[]), redact(2, &[])]);
    assert_eq!(Timeline::new(story.timeline.facts().to_vec()), story.timeline);
    let fields = |seq| story.timeline.fact(seq).and_then(|fact| fact.redacted.clone()).expect("it is marked").fields;
    assert_eq!(fields(2), ["data.name", "data.title"].map(|field| Line::parse(field).expect("a field")));
    assert_eq!(story.timeline.fact(2).and_then(|fact| fact.redacted.clone()).map(|redaction| redaction.by), Some(10));
}

#[test]
fn decided_again_a_command_is_the_same_though_what_it_said_is_gone() {
    let before = told();
    let note = say("note", json!({ "text": "Jane Doe's telephone is 0300" }));
    let other = say("note", json!({ "text": "Another's is 0301" }));
    for fields in [&["data.text"][..], &[]] {
        let after = before.and([redact(6, fields)]);
        let earlier = Timeline::new(after.timeline.facts()[..5].to_vec());
        let again = |command| decide(&request(command), &earlier, &before.context()).expect("it is allowed").saying;
        let recorded = after.timeline.fact(6).expect("a fact");
        let same = |saying| redaction::decided_before(&saying, recorded, after.timeline.facts());
        assert!(same(again(&note)));
        // What is gone whole or marked cannot be told from another that says the same otherwise.
        assert!(same(again(&other)));
        let kind = say("attach", json!({ "name": "n", "media_type": "t", "size": 1, "sha256": "0".repeat(64) }));
        assert!(!same(again(&kind)));
        // The redaction itself, decided on facts that it was carried out on.
        let acted = after.timeline.fact(7).expect("a fact");
        let earlier = Timeline::new(after.timeline.facts()[..6].to_vec());
        let again = decide(&request(&redact(6, fields)), &earlier, &before.context()).expect("it is allowed").saying;
        assert!(redaction::decided_before(&again, acted, after.timeline.facts()));
    }
}
