//! Corrections, retractions, and what was known before them.

use serde_json::json;

use super::{Story, check, day, due_on, recorded, say, signed};

fn signed_mou() -> Story {
    Story::of([recorded("mou"), signed("pk", "2025-09-17"), signed("ps", "2025-09-17")])
}

#[test]
fn a_corrected_day_holds_for_every_day_and_not_for_what_was_known_before() {
    let corrected = signed_mou()
        .and([2, 3].map(|event| say("correct", json!({ "event": event, "on": "2025-09-16", "reason": "slip" }))));
    check(&corrected, &[("2025-09-15", "status", "recorded"), ("2025-09-16", "status", "in_operation")]);
    check(&corrected.known_after(3), &[("2025-09-16", "status", "recorded"), ("2025-09-17", "status", "in_operation")]);
    check(&corrected.known_after(4), &[("2025-09-16", "status", "signed")]);
}

#[test]
fn the_later_of_two_corrections_holds_and_the_earlier_when_that_is_retracted() {
    let twice = signed_mou()
        .and(["2025-09-10", "2025-09-12"].map(|on| say("correct", json!({ "event": 3, "on": on, "reason": "slip" }))));
    let latest = |story: &Story| story.timeline.read().fact(3).expect("a signature").bounds.latest;
    assert_eq!(latest(&twice), day("2025-09-12"));
    let back = twice.then("retract", json!({ "event": 5, "reason": "no" }));
    assert_eq!(latest(&back), day("2025-09-10"));
}

#[test]
fn a_correction_that_changes_nothing_is_refused() {
    let same = json!({ "event": 2, "on": "2025-09-17", "reason": "r" });
    assert_eq!(signed_mou().answer("correct", same), "nothing_changes");
    assert_eq!(signed_mou().answer("correct", json!({ "event": 2, "reason": "r" })), "nothing_changes");
    let set = json!({ "event": 2, "set": "data.place=null", "reason": "r" });
    assert_eq!(signed_mou().answer("correct", set), "nothing_changes");
}

#[test]
fn what_a_correction_said_is_history_and_is_not_corrected() {
    let corrected = signed_mou().then("correct", json!({ "event": 2, "on": "2025-09-16", "reason": "slip" }));
    let again = json!({ "event": 4, "set": "data.event=3", "reason": "r" });
    assert_eq!(corrected.answer("correct", again), "identity_field");
    let retracted = signed_mou().then("retract", json!({ "event": 2, "reason": "slip" }));
    let again = json!({ "event": 4, "set": "data.event=3", "reason": "r" });
    assert_eq!(retracted.answer("correct", again), "identity_field");
}

#[test]
fn names_that_other_facts_point_at_are_not_corrected_by_any_path() {
    let whole = signed_mou().and([
        say("add-party", json!({ "party": "who", "kind": "io", "name": "WHO" })), // @4
        due_on("2026-01-01"),                                                     // @5
        say("commit", json!({ "text": "t" })),                                    // @6
        say("announce-working-group", json!({ "name": "W", "on": "2025-10-01" })), // @7
    ]);
    for (event, set) in [
        (1, "data.reference=b"),
        (1, "data={\"reference\":\"b\",\"kind\":\"mou\"}"),
        (1, "data.parties=[]"),
        (1, "data.parties.0.id=zz"),
        (1, "data.parties.0={\"id\":\"zz\",\"kind\":\"state\",\"name\":\"Z\"}"),
        (4, "data.id=zz"),
        (4, "data={\"id\":\"zz\",\"kind\":\"io\",\"name\":\"Z\"}"),
        (5, "data.commitment=c9"),
        (5, "data.undertaking=null"),
        (6, "data.commitment=c9"),
        (6, "data={\"commitment\":\"c9\",\"undertaking\":{\"text\":\"t\"}}"),
        (7, "data.body=wg9"),
    ] {
        let fields = json!({ "event": event, "set": set, "reason": "r" });
        assert_eq!(whole.answer("correct", fields), "identity_field", "{set}");
    }
    for (event, set) in [(1, "data.parties.0.name=Z"), (1, "data.kind=treaty"), (5, "data.undertaking.text=new words")]
    {
        assert_eq!(whole.answer("correct", json!({ "event": event, "set": set, "reason": "r" })), "accepted", "{set}");
    }
}

#[test]
fn a_value_that_looks_like_a_number_is_kept_as_it_was_typed_where_text_is_meant() {
    let place = |value: &str| {
        let set = format!("data.place={value}");
        let corrected = signed_mou().then("correct", json!({ "event": 2, "set": set, "reason": "r" }));
        corrected.timeline.read().fact(2).expect("a fact").saying.event.data().expect("JSON")["place"].clone()
    };
    assert_eq!(place("7"), "7");
    assert_eq!(place("7.50"), "7.50");
    assert_eq!(place("1e3"), "1e3");
    assert_eq!(place("12345678901234567890123"), "12345678901234567890123");
    assert_eq!(place("true"), "true");
    assert_eq!(place("Islamabad"), "Islamabad");
    assert_eq!(place("\"7\""), "7");
}

#[test]
fn a_field_that_is_not_there_or_a_value_that_does_not_fit_is_refused() {
    let answer = |set: &str| signed_mou().answer("correct", json!({ "event": 2, "set": set, "reason": "r" }));
    assert_eq!(answer("data.colour=red"), "no_such_field");
    assert_eq!(answer("data.mode=loud"), "field_value");
    assert_eq!(answer("occurred.on=sometime"), "field_value");
    assert_eq!(answer("nothing here"), "field");
    assert_eq!(answer("data.party=zz"), "party_not_declared");
    let twice = json!({ "event": 2, "on": "2025-09-01", "set": "occurred.on=2025-09-02", "reason": "r" });
    assert_eq!(signed_mou().answer("correct", twice), "field");
}

#[test]
fn a_correction_cannot_say_what_a_command_could_not() {
    let story = signed_mou().and([
        due_on("2026-01-01"), // @4
        say("report-milestone", json!({ "commitment": "c1", "status": "progress", "share": 40, "on": "2025-12-01" })), // @5
        say("extend-deadline", json!({ "commitment": "c1", "to": "2026-02-01", "on": "2025-12-01" })), // @6
        say("set-term", json!({ "length": "P5Y" })),                                                   // @7
    ]);
    let answer = |event: u64, set: &str| story.answer("correct", json!({ "event": event, "set": set, "reason": "r" }));
    assert_eq!(answer(5, "data.share=400"), "field");
    assert_eq!(answer(5, "data.closed=true"), "field");
    assert_eq!(answer(5, "data.share=50"), "accepted");
    assert_eq!(answer(4, "data.rule.calendars=[\"pk\"]"), "accepted");
    assert_eq!(answer(4, "data.rule.calendars=[\"mars\"]"), "no_such_calendar");
    assert_eq!(answer(4, "data.rule.roll=following"), "needs_calendar");
    assert_eq!(answer(4, "data.rule.length={\"working_days\":5}"), "needs_calendar");
    assert_eq!(answer(4, "data.rule.length={\"period\":\"P0D\"}"), "field");
    assert_eq!(answer(4, "data.rule.profile=eu-1182-71"), "accepted");
    assert_eq!(answer(4, "data.rule.profile=eu"), "no_such_profile");
    assert_eq!(answer(4, "data.rule.first_day=include"), "field");
    assert_eq!(answer(4, "data.rule.anchor=2026-01-05"), "accepted");
    assert_eq!(answer(6, "data.by=P3D"), "field");
    assert_eq!(answer(7, "data.end=2030-01-01"), "field");
    assert_eq!(answer(7, "data.length=P3Y"), "accepted");
}

#[test]
fn a_retracted_fact_has_no_effect_and_can_be_restored() {
    let retracted = signed_mou().then("retract", json!({ "event": 3, "reason": "wrong agreement" }));
    check(&retracted, &[("2025-09-17", "status", "signed"), ("2025-09-17", "ps", "declared")]);
    assert_eq!(retracted.answer("retract", json!({ "event": 3, "reason": "again" })), "already_retracted");
    assert_eq!(
        retracted.answer("correct", json!({ "event": 3, "on": "2025-09-18", "reason": "r" })),
        "already_retracted"
    );
    let restored = retracted.then("retract", json!({ "event": 4, "reason": "right after all" }));
    check(&restored, &[("2025-09-17", "status", "in_operation")]);
    check(&restored.known_after(4), &[("2025-09-17", "status", "signed")]);
}

#[test]
fn a_restored_fact_that_was_recorded_anew_meanwhile_is_refused() {
    let anew =
        signed_mou().then("retract", json!({ "event": 3, "reason": "wrong day" })).and([signed("ps", "2025-09-18")]);
    assert_eq!(anew.answer("retract", json!({ "event": 4, "reason": "right after all" })), "twice");
}

#[test]
fn a_declaration_is_not_retracted_while_facts_stand_on_it() {
    let story = signed_mou()
        .and([say("add-party", json!({ "party": "who", "kind": "io", "name": "WHO" })), signed("who", "2025-09-18")]);
    assert_eq!(story.answer("retract", json!({ "event": 4, "reason": "r" })), "party_not_declared");
    let unsigned = story.then("retract", json!({ "event": 5, "reason": "r" }));
    assert_eq!(unsigned.answer("retract", json!({ "event": 4, "reason": "r" })), "accepted");
    let promised = signed_mou().and([
        say("commit", json!({ "text": "t" })),
        say("report-milestone", json!({ "commitment": "c1", "status": "started", "on": "2025-10-01" })),
    ]);
    assert_eq!(promised.answer("retract", json!({ "event": 4, "reason": "r" })), "no_such_commitment");
}

#[test]
fn a_fact_that_was_corrected_disputed_or_resolved_can_be_retracted() {
    for (verb, fields) in [
        ("correct", json!({ "event": 3, "on": "2025-09-16", "reason": "slip" })),
        ("dispute-fact", json!({ "event": 3 })),
        ("resolve-fact", json!({ "event": 3, "on": "2025-09-16" })),
    ] {
        let story = signed_mou().then(verb, fields);
        let retracted = story.then("retract", json!({ "event": 3, "reason": "r" }));
        check(&retracted, &[("2025-09-17", "status", "signed")]);
        let open = retracted.at(day("2027-06-01")).disputed_facts;
        assert!(open.is_empty(), "a dispute about a retracted fact is open: {open:?}");
    }
}

#[test]
fn an_agreement_whose_opening_is_retracted_takes_nothing_but_its_restoration() {
    let gone = signed_mou().then("retract", json!({ "event": 1, "reason": "a duplicate" }));
    check(&gone, &[("2025-09-17", "status", "retracted"), ("2027-06-01", "status", "retracted")]);
    assert_eq!(gone.answer("note", json!({ "text": "n" })), "agreement_retracted");
    assert_eq!(gone.answer("retract", json!({ "event": 2, "reason": "r" })), "agreement_retracted");
    let back = gone.then("retract", json!({ "event": 4, "reason": "no duplicate" }));
    check(&back, &[("2025-09-17", "status", "in_operation")]);
}

#[test]
fn names_of_retracted_commitments_are_not_used_again() {
    let story =
        Story::of([recorded("mou"), due_on("2026-01-01"), say("retract", json!({ "event": 2, "reason": "r" }))])
            .and([due_on("2026-02-01")]);
    check(&story, &[("2025-12-01", "c1", "not there"), ("2025-12-01", "c2 due", "2026-02-01")]);
}

#[test]
fn a_correction_keeps_its_other_fields_when_one_no_longer_fits() {
    let evidenced = signed_mou().and([
        say("correct", json!({ "event": 2, "set": "evidence=[{\"source\":\"Dawn\"}]", "reason": "r" })), // @4
        say("correct", json!({ "event": 2, "set": ["evidence.0.lang=en", "data.place=Islamabad"], "reason": "r" })), // @5
        say("retract", json!({ "event": 4, "reason": "r" })),
    ]);
    let readings = evidenced.timeline.read();
    let reading = readings.fact(2).expect("a signature");
    assert_eq!(reading.saying.event.data().expect("JSON")["place"], "Islamabad");
    assert!(reading.saying.evidence.is_empty());
}

#[test]
fn a_fact_that_two_retractions_meet_at_is_listed_once() {
    let retract = |event: u64| say("retract", json!({ "event": event, "reason": "r" }));
    let story = signed_mou().and([retract(3), retract(4), retract(3), retract(5)]);
    let readings = story.timeline.read();
    assert_eq!(readings.retracted, [(3, 6), (5, 7)]);
    check(&story, &[("2025-09-17", "status", "signed")]);
    // Without the newest of the two, the older one still holds.
    check(&story.and([retract(6)]), &[("2025-09-17", "status", "signed")]);
    check(&story.and([retract(6), retract(4)]), &[("2025-09-17", "status", "in_operation")]);
}

#[test]
fn a_refusal_names_the_other_fact_that_would_not_fit() {
    let story = Story::of([recorded("mou"), due_on("2025-10-01")])
        .then("report-milestone", json!({ "commitment": "c1", "status": "met", "on": "2025-09-20" }));
    let retract = say("retract", json!({ "event": 2, "reason": "wrong" }));
    let refusal = story.decided(&retract).expect_err("the report would hang in the air");
    assert!(refusal.to_string().starts_with("fact @3 would not fit any more: "), "{refusal}");
}

#[test]
fn corrections_that_do_not_fit_together_any_more_still_count_one_by_one() {
    let story = Story::of([recorded("mou"), due_on("2025-10-01")])
        .then("correct", json!({ "event": 2, "set": "data.undertaking.text=Form it", "reason": "r" }))
        .then("correct", json!({ "event": 2, "set": "data.rule.grace=P7D", "reason": "r" }))
        .then("retract", json!({ "event": 3, "reason": "the words were right" }));
    check(&story, &[("2025-10-05", "c1", "in_grace"), ("2025-10-05", "c1 text", "Form the group")]);
}
