//! How an agreement comes into the register, and when its undated parts begin.

use serde_json::json;

use super::{Story, check, day, recorded, say, signed};

#[test]
fn an_agreement_is_empty_before_its_first_day() {
    let story = Story::of([recorded("mou"), signed("pk", "2025-09-17")]);
    let before = story.at(day("2025-08-31"));
    assert!(before.opened_by.is_none() && before.parties.is_empty() && before.happened.is_empty());
    assert_eq!(story.at(day("2025-09-01")).parties.len(), 2);
}

#[test]
fn what_nobody_dated_counts_from_the_first_dated_fact() {
    let undated = Story::of([
        say("record", json!({ "kind": "mou", "party": "pk:state=Pakistan" })),
        say("commit", json!({ "text": "t" })),
        signed("pk", "2020-09-22"),
    ]);
    check(
        &undated,
        &[("2020-09-21", "c1", "not there"), ("2020-09-22", "c1", "undated"), ("2020-09-22", "pk", "party")],
    );
    let alone = Story::of([say("record", json!({ "kind": "mou" })), say("commit", json!({ "text": "t" }))]);
    check(&alone, &[("2027-05-31", "c1", "not there"), ("2027-06-01", "c1", "undated")]);
}

#[test]
fn what_nobody_dated_never_counts_from_after_it_was_recorded() {
    let future = Story::of([
        say("record", json!({ "kind": "mou", "party": "pk:state=Pakistan" })),
        say("sign", json!({ "party": "pk", "on": "2028-01-01", "reason": "the ceremony is set" })),
    ]);
    check(
        &future,
        &[("2027-06-01", "pk", "declared"), ("2027-12-31", "pk", "declared"), ("2028-01-01", "pk", "party")],
    );
}

#[test]
fn a_day_is_read_as_it_was_said() {
    let story = Story::of([recorded("mou")]).then("sign", json!({ "party": "pk", "on": "3 days ago" }));
    let readings = story.timeline.read();
    let occurred = &readings.fact(2).expect("a fact").saying.occurred;
    assert_eq!(occurred.on.map(|on| on.to_string()).as_deref(), Some("2027-05-29"));
    assert_eq!(occurred.as_printed.as_ref().map(ToString::to_string).as_deref(), Some("3 days ago"));
    assert_eq!(Story::of([recorded("mou")]).answer("sign", json!({ "party": "pk", "on": "monday" })), "field");
}

#[test]
fn a_future_day_wants_a_reason() {
    let story = Story::of([recorded("mou")]);
    assert_eq!(story.answer("sign", json!({ "party": "pk", "on": "2027-06-01" })), "accepted");
    assert_eq!(story.answer("sign", json!({ "party": "pk", "on": "2027-06-02" })), "in_the_future");
    assert_eq!(story.answer("sign", json!({ "party": "pk", "on": "2027-05/2027-07" })), "accepted");
}

#[test]
fn a_party_is_named_once() {
    let twice = json!({ "kind": "mou", "party": ["pk:state=Pakistan", "pk:state=Pakistan"] });
    assert_eq!(Story::default().answer("record", twice), "field");
    let story = Story::of([recorded("mou")]);
    let add = |name: &str| json!({ "party": "who", "kind": "io", "name": "WHO", "name_in": name });
    assert_eq!(story.answer("add-party", add("fr=OMS")), "accepted");
    assert_eq!(story.answer("add-party", add("OMS")), "field");
}

#[test]
fn sources_and_their_options_go_in_pairs() {
    let story = Story::of([recorded("mou")]);
    let told = |fields| story.answer("note", fields);
    assert_eq!(told(json!({ "text": "n", "source": ["Dawn", "APP"], "url": ["https://a", "https://b"] })), "accepted");
    assert_eq!(told(json!({ "text": "n", "source": ["Dawn", "APP"], "url": "https://a" })), "sources");
    assert_eq!(told(json!({ "text": "n", "url": "https://a" })), "sources");
}
