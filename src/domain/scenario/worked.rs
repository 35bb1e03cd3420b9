//! The worked agreements of DOMAIN §3.

use serde_json::json;

use super::{Story, check, say};

/// W1 with its announcement as the second fact and c1 as the third.
fn w1() -> Story {
    Story::of([
        say(
            "record",
            json!({ "kind": "mou", "title": "Health cooperation", "place": "Islamabad",
                "party": ["pk:state=Pakistan", "ps:state=Palestine"] }),
        ),
        say("announce-working-group", json!({ "name": "Health Working Group", "on": "2025-09-17" })),
        say(
            "set-deadline",
            json!({ "text": "Establish the working group", "within": "P30D", "after": "announcement",
                "owed_by": "pk", "owed_to": "ps" }),
        ),
        say("sign", json!({ "party": "pk", "by": "Syed Mustafa Kamal, Minister", "on": "../2025-09-17" })),
        say("sign", json!({ "party": "ps", "on": "../2025-09-17" })),
    ])
}

#[test]
fn w1_is_due_thirty_days_after_its_announcement_and_overdue_the_day_after() {
    check(
        &w1(),
        &[
            ("2025-09-17", "c1", "pending"),
            ("2025-10-02", "c1", "pending"),
            ("2025-10-03", "c1", "due_soon"),
            ("2025-10-17", "c1", "due_today"),
            ("2025-10-18", "c1", "overdue"),
            ("2025-10-18", "c1 due", "2025-10-17"),
            ("2025-10-18", "c1 earliest", "2025-10-17"),
            ("2025-10-18", "c1 late by", "1"),
            ("2025-10-18", "c1 authority", "assumed"),
            ("2025-09-17", "status", "in_operation"),
            ("2025-09-16", "c1", "not there"),
        ],
    );
}

#[test]
fn w1_is_met_when_the_group_is_formed_in_time() {
    let formed =
        w1().then("form-working-group", json!({ "name": "Health Working Group", "fulfils": "c1", "on": "2025-10-10" }));
    check(
        &formed,
        &[
            ("2025-10-09", "c1", "due_soon"),
            ("2025-10-10", "c1", "met"),
            ("2025-12-31", "c1", "met"),
            ("2025-12-31", "wg1", "Health Working Group"),
            ("2025-12-31", "wg2", "not there"),
        ],
    );
}

#[test]
fn w1_is_met_late_when_the_group_is_formed_after_the_due_date() {
    let formed = w1().then("form-working-group", json!({ "body": "wg1", "fulfils": "c1", "on": "2025-10-20" }));
    check(&formed, &[("2025-10-19", "c1", "overdue"), ("2025-10-20", "c1", "met_late")]);
}

#[test]
fn w1_moves_with_its_announcement_and_is_still_told_as_it_was_known() {
    let corrected = w1().then("correct", json!({ "event": 2, "on": "2025-09-20", "reason": "the ministry's release" }));
    check(&corrected, &[("2025-10-20", "c1", "due_today"), ("2025-10-18", "c1", "due_soon")]);
    check(&corrected.known_after(5), &[("2025-10-18", "c1", "overdue"), ("2025-10-18", "c1 due", "2025-10-17")]);
    check(&corrected.known_after(6), &[("2025-10-20", "c1", "due_today")]);
}

#[test]
fn w1_waits_for_an_announcement_when_that_is_retracted_and_runs_again_when_it_is_restored() {
    let retracted = w1().then("retract", json!({ "event": 2, "reason": "another speech" }));
    check(&retracted, &[("2025-10-18", "c1", "awaiting_trigger"), ("2025-10-18", "c1 due", "none")]);
    check(&retracted.known_after(5), &[("2025-10-18", "c1", "overdue")]);
    let restored = retracted.then("retract", json!({ "event": 6, "reason": "it was this speech after all" }));
    check(&restored, &[("2025-10-18", "c1", "overdue")]);
}

fn w0() -> Story {
    let unstated = |text: &str, by: &[&str], nature: &str| {
        say("commit", json!({ "text": text, "owed_by": by, "nature": nature, "source": "Xinhua" }))
    };
    Story::of([
        say(
            "record",
            json!({ "kind": "mou", "source": "Xinhua",
                "party": ["heart-sphere:ngo=Beijing One Heart Sphere Charity Foundation",
                    { "id": "fatima", "kind": "hospital", "name": "Fatima Tuz Zahra Medical Center" }] }),
        ),
        say("sign", json!({ "party": "heart-sphere", "on": "../XXXX-06-26", "as_printed": "Wednesday" })),
        say("sign", json!({ "party": "fatima", "on": "../XXXX-06-26" })),
        unstated("Strengthen free and low-cost care", &["heart-sphere", "fatima"], "best_efforts"),
        unstated("Jointly provide medical assistance", &["heart-sphere", "fatima"], "best_efforts"),
        unstated("Bring more Chinese expertise", &["heart-sphere"], "intent"),
    ])
}

#[test]
fn w0_has_no_earliest_day_until_a_second_source_resolves_it() {
    let printed = w0();
    let signature = |story: &Story| story.timeline.read().fact(2).expect("a signature").bounds;
    // Recorded on 1 June 2027: the last 26 June before.
    assert_eq!(signature(&printed).earliest, None);
    check(&printed, &[("2026-06-25", "status", "recorded"), ("2026-06-26", "status", "in_operation")]);
    let resolved =
        printed.and([2, 3].map(|event| {
            say("resolve-fact", json!({ "event": event, "on": "2025-06-25", "source": "a second outlet" }))
        }));
    assert_eq!(signature(&resolved).earliest, Some(super::day("2025-06-25")));
    check(&resolved, &[("2025-06-24", "status", "recorded"), ("2025-06-25", "status", "in_operation")]);
    check(&resolved.known_after(6), &[("2025-06-25", "status", "recorded")]);
}

#[test]
fn w0_commitments_are_undated_from_the_beginning() {
    check(
        &w0(),
        &[
            ("2026-06-25", "c1", "not there"),
            ("2026-06-26", "c1", "undated"),
            ("2027-05-31", "c3", "undated"),
            ("2027-05-31", "c3 due", "none"),
        ],
    );
}

fn w2() -> Story {
    Story::of([
        say(
            "announce",
            json!({ "party": ["pk:state=Pakistan", "cn:state=China"], "on": "2025-05-19", "place": "Geneva" }),
        ),
        say("commit", json!({ "text": "Deepen cooperation on vaccines", "owed_by": ["pk", "cn"] })),
        say("commit", json!({ "text": "Depend less on imports", "owed_by": "pk", "nature": "intent" })),
    ])
}

#[test]
fn w2_is_never_signed_nor_in_force() {
    for (verb, fields) in [
        ("sign", json!({ "party": "pk" })),
        ("deposit", json!({ "party": "pk", "instrument": "ratification" })),
        ("set-entry-into-force", json!({ "date": "2025-06-01" })),
        ("enter-into-force", json!({})),
        ("set-term", json!({ "length": "P1Y" })),
        ("give-notice", json!({ "party": "pk", "kind": "withdrawal" })),
    ] {
        assert_eq!(w2().answer(verb, fields), "pledge_has_no_instrument", "{verb}");
    }
}

#[test]
fn w2_is_not_rated_and_never_broken_by_silence() {
    check(
        &w2(),
        &[
            ("2025-05-19", "status", "not_rated"),
            ("2027-06-01", "status", "not_rated"),
            ("2027-06-01", "c1", "undated"),
        ],
    );
}

#[test]
fn a_pledge_is_broken_only_by_a_judge_with_a_source() {
    let judged = |fields: serde_json::Value| w2().then("report-milestone", fields);
    let alone = json!({ "commitment": "c1", "status": "not_met", "on": "2026-01-10" });
    check(&judged(alone), &[("2026-01-10", "status", "not_rated")]);
    let unsourced = json!({ "commitment": "c1", "status": "not_met", "by": "PolitiFact", "on": "2026-01-10" });
    check(&judged(unsourced), &[("2026-01-10", "status", "not_rated")]);
    let sourced =
        json!({ "commitment": "c1", "status": "not_met", "by": "PolitiFact", "source": "Dawn", "on": "2026-01-10" });
    check(&judged(sourced), &[("2026-01-09", "status", "not_rated"), ("2026-01-10", "status", "broken")]);
    let shown = json!({ "commitment": "c1", "status": "not_met", "by": "PolitiFact", "evidence": "a study", "on": "2026-01-10" });
    check(&judged(shown), &[("2026-01-10", "status", "broken")]);
}

#[test]
fn a_pledge_moves_and_stalls_and_is_kept() {
    let begun = w2().then("report-milestone", json!({ "commitment": "c1", "status": "started", "on": "2025-07-01" }));
    check(
        &begun,
        &[
            ("2025-06-30", "status", "not_rated"),
            ("2025-07-01", "status", "in_progress"),
            ("2025-12-28", "status", "in_progress"),
            ("2025-12-29", "status", "stalled"),
        ],
    );
    let done = begun.and(["c1", "c2"].map(|commitment| {
        say("report-milestone", json!({ "commitment": commitment, "status": "met", "on": "2026-03-01" }))
    }));
    check(&done, &[("2026-02-28", "status", "stalled"), ("2026-03-01", "status", "kept")]);
}

#[test]
fn a_pledge_is_kept_in_part_instrumented_or_withdrawn() {
    let part = w2().and([
        say(
            "report-milestone",
            json!({ "commitment": "c1", "status": "partially_met", "closed": true, "on": "2026-01-01" }),
        ),
        say("report-milestone", json!({ "commitment": "c2", "status": "met", "on": "2026-01-01" })),
    ]);
    check(&part, &[("2026-01-01", "c1", "partially_met"), ("2026-01-01", "status", "kept_in_part")]);
    let linked = w2().then("link", json!({ "relation": "becomes", "to": "pk-cn-mou-2026", "on": "2026-02-02" }));
    check(&linked, &[("2026-02-01", "status", "not_rated"), ("2026-02-02", "status", "instrumented")]);
    check(&w2().then("terminate", json!({ "on": "2026-02-02" })), &[("2026-02-02", "status", "withdrawn")]);
}

#[test]
fn w3_stays_visible_as_old_and_undated() {
    let w3 = Story::of([
        say(
            "record",
            json!({ "kind": "agreement", "party": ["life:company=Life Rehealth", "anlong:company=Beijing Anlong"] }),
        ),
        say("sign", json!({ "party": "life", "on": "../2020-09-22" })),
        say("sign", json!({ "party": "anlong", "on": "../2020-09-22" })),
        say(
            "commit",
            json!({ "text": "Jointly build the laboratory", "owed_by": ["life", "anlong"], "nature": "result" }),
        ),
        say("dispute-fact", json!({ "event": 1, "field": "data.parties", "value": "Pakistan and China" })),
    ]);
    check(&w3, &[("2027-06-01", "c1", "undated"), ("2020-09-22", "c1", "undated"), ("2020-09-21", "c1", "not there")]);
    assert_eq!(w3.at(super::day("2027-06-01")).disputed_facts.len(), 1);
    let resolved = w3.then("resolve-fact", json!({ "event": 1 }));
    assert!(resolved.at(super::day("2027-06-01")).disputed_facts.is_empty());
}
