//! Due dates: the counting rules, uncertain anchors, grace, extensions.

use serde_json::{Value, json};

use super::{Story, check, due_on, recorded, say, signed};

/// The latest due date of a deadline with these options.
fn due(fields: Value) -> String {
    let mut fields = fields;
    fields["text"] = "t".into();
    let story = Story::of([say("record", json!({ "kind": "mou", "on": "2000-01-01" })), say("set-deadline", fields)]);
    story.tell("2027-06-01", "c1 due")
}

/// The vectors of `deadline_vectors.json` in days and months, without calendars and without roll.
#[test]
fn the_plain_vectors_are_counted_as_published() {
    for (fields, expected) in [
        (json!({ "after": "2025-09-17", "within": "P30D" }), "2025-10-17"),
        (json!({ "after": "2025-09-17", "within": "P30D", "first_day": "include" }), "2025-10-16"),
        (json!({ "after": "2020-12-17", "within": "P3M", "floor": "2020-04-28" }), "2021-03-17"),
        (json!({ "after": "2017-07-25", "within": "P3M", "floor": "2020-04-28" }), "2020-04-28"),
        (json!({ "after": "2022-03-31", "within": "P3M" }), "2022-06-30"),
        (json!({ "after": "2008-03-31", "within": "P3M" }), "2008-06-30"),
        (json!({ "after": "2008-03-31", "within": "P3M", "month_end": "spill" }), "2008-07-01"),
        (json!({ "before": "2026-12-31", "within": "P90D" }), "2026-10-02"),
        (json!({ "after": "2026-03-15", "within": "P12M" }), "2027-03-15"),
    ] {
        assert_eq!(due(fields.clone()), expected, "{fields}");
    }
}

#[test]
fn a_month_that_counts_its_first_day_ends_on_the_day_before_its_return() {
    for (fields, expected) in [
        (json!({ "after": "2025-01-01", "within": "P1M", "first_day": "include" }), "2025-01-31"),
        (json!({ "after": "2025-01-31", "within": "P1M", "first_day": "include" }), "2025-02-28"),
        (json!({ "after": "2024-02-29", "within": "P1Y", "first_day": "include" }), "2025-02-28"),
        (json!({ "before": "2025-03-31", "within": "P1M", "first_day": "include" }), "2025-03-01"),
        (json!({ "before": "2025-03-31", "within": "P1M" }), "2025-02-28"),
    ] {
        assert_eq!(due(fields.clone()), expected, "{fields}");
    }
}

/// `state_vectors`: an anchor whose start is open.
#[test]
fn an_anchor_with_an_open_start_is_possibly_overdue_and_then_overdue() {
    let story = Story::of([
        say("record", json!({ "kind": "mou", "party": "pk:state=Pakistan" })),
        signed("pk", "../2020-09-22"),
        say("set-deadline", json!({ "text": "t", "within": "P30D", "after": "signature" })),
    ]);
    check(
        &story,
        &[
            ("2020-10-01", "c1", "possibly_overdue"),
            ("2020-10-22", "c1", "possibly_overdue"),
            ("2020-10-23", "c1", "overdue"),
            ("2020-10-23", "c1 earliest", "none"),
            ("2020-10-23", "c1 due", "2020-10-22"),
        ],
    );
}

/// `state_vectors`: grace.
#[test]
fn grace_delays_the_flag_and_not_the_date() {
    let story =
        Story::of([recorded("mou"), say("set-deadline", json!({ "text": "t", "due": "2025-10-17", "grace": "P7D" }))]);
    check(
        &story,
        &[
            ("2025-10-17", "c1", "due_today"),
            ("2025-10-18", "c1", "in_grace"),
            ("2025-10-24", "c1", "in_grace"),
            ("2025-10-25", "c1", "overdue"),
            ("2025-10-25", "c1 due", "2025-10-17"),
        ],
    );
}

#[test]
fn a_month_as_anchor_gives_an_earliest_and_a_latest_due_date() {
    let story = Story::of([
        recorded("mou"),
        signed("pk", "2025-09"),
        say("set-deadline", json!({ "text": "t", "within": "P30D", "after": "signature:pk" })),
    ]);
    check(
        &story,
        &[
            ("2025-09-29", "c1", "awaiting_trigger"),
            ("2025-09-30", "c1 earliest", "2025-10-01"),
            ("2025-09-30", "c1 due", "2025-10-30"),
            ("2025-09-30", "c1", "due_soon"),
            ("2025-10-01", "c1", "due_soon"),
            ("2025-10-02", "c1", "possibly_overdue"),
            ("2025-10-30", "c1", "possibly_overdue"),
            ("2025-10-31", "c1", "overdue"),
        ],
    );
}

#[test]
fn a_floor_is_the_earliest_due_date_of_an_open_anchor() {
    let story = Story::of([
        recorded("mou"),
        say("set-deadline", json!({ "text": "t", "within": "P30D", "after": "../2025-09-22", "floor": "2025-11-01" })),
    ]);
    check(
        &story,
        &[
            ("2025-10-15", "c1 earliest", "2025-11-01"),
            ("2025-10-15", "c1", "pending"),
            ("2025-11-01", "c1", "due_today"),
            ("2025-11-02", "c1", "overdue"),
        ],
    );
}

#[test]
fn an_anchor_without_an_end_is_never_certainly_overdue() {
    let story = Story::of([
        recorded("mou"),
        say("set-deadline", json!({ "text": "t", "within": "P30D", "after": "2025-09-17/.." })),
    ]);
    check(
        &story,
        &[
            ("2025-10-17", "c1", "due_soon"),
            ("2025-10-18", "c1", "possibly_overdue"),
            ("2027-06-01", "c1", "possibly_overdue"),
            ("2027-06-01", "c1 due", "none"),
        ],
    );
}

#[test]
fn an_extension_keeps_the_first_due_date_and_counts() {
    let story = Story::of([recorded("mou"), due_on("2025-10-17")]).and([
        say(
            "extend-deadline",
            json!({ "commitment": "c1", "to": "2025-11-30", "agreed_by": ["pk", "ps"], "on": "2025-10-10" }),
        ),
        say("extend-deadline", json!({ "commitment": "c1", "by": "P14D", "on": "2025-11-20" })),
    ]);
    check(
        &story,
        &[
            ("2025-10-09", "c1 due", "2025-10-17"),
            ("2025-10-10", "c1 due", "2025-11-30"),
            ("2025-10-18", "c1", "pending"),
            ("2025-11-20", "c1 due", "2025-12-14"),
            ("2025-11-20", "c1 original", "2025-10-17"),
            ("2025-11-20", "c1 extensions", "2"),
            ("2025-12-15", "c1", "overdue"),
        ],
    );
}

#[test]
fn after_an_extension_a_corrected_anchor_moves_what_is_counted_and_not_what_is_stated() {
    let counted = Story::of([
        recorded("mou"),
        signed("pk", "2025-09-17"),
        say("set-deadline", json!({ "text": "t", "within": "P30D", "after": "signature" })),
    ]);
    let correction = json!({ "event": 2, "on": "2025-09-20", "reason": "slip" });
    let by = counted
        .then("extend-deadline", json!({ "commitment": "c1", "by": "P10D", "on": "2025-10-01" }))
        .then("correct", correction.clone());
    check(&by, &[("2025-10-02", "c1 original", "2025-10-20"), ("2025-10-02", "c1 due", "2025-10-30")]);
    let to = counted
        .then("extend-deadline", json!({ "commitment": "c1", "to": "2025-10-27", "on": "2025-10-01" }))
        .then("correct", correction);
    check(&to, &[("2025-10-02", "c1 original", "2025-10-20"), ("2025-10-02", "c1 due", "2025-10-27")]);
}

#[test]
fn a_deadline_waits_for_what_it_is_counted_from() {
    let waiting = |after: &str| {
        Story::of([
            recorded("mou"),
            say("commit", json!({ "text": "first" })),
            say("announce-working-group", json!({ "name": "W", "on": "2025-09-02" })),
            say("set-deadline", json!({ "text": "then", "within": "P10D", "after": after })),
        ])
    };
    let formed = say("form-working-group", json!({ "body": "wg1", "on": "2025-10-01" }));
    let met = say("report-milestone", json!({ "commitment": "c1", "status": "met", "on": "2025-10-01" }));
    let both = [signed("pk", "2025-09-20"), signed("ps", "2025-10-01")];
    for (after, happens) in [
        ("formation:wg1", vec![formed]),
        ("fulfilment:c1", vec![met]),
        ("signature:ps", both.to_vec()),
        ("entry-into-force", both.to_vec()),
    ] {
        check(&waiting(after), &[("2025-10-01", "c2", "awaiting_trigger")]);
        check(
            &waiting(after).and(happens),
            &[("2025-09-30", "c2", "awaiting_trigger"), ("2025-10-01", "c2 due", "2025-10-11")],
        );
    }
    check(&waiting("announcement:wg1"), &[("2025-09-02", "c2 due", "2025-09-12")]);
    check(&waiting("@3"), &[("2025-09-02", "c2 due", "2025-09-12")]);
    let first = waiting("signature:first").and(both);
    check(&first, &[("2025-10-01", "c2 due", "2025-09-30")]);
}

#[test]
fn an_anchor_that_cannot_happen_is_refused() {
    let story = Story::of([recorded("mou")]);
    let after = |anchor: &str| json!({ "text": "t", "within": "P10D", "after": anchor });
    assert_eq!(story.answer("set-deadline", after("signature:zz")), "party_not_declared");
    assert_eq!(story.answer("set-deadline", after("fulfilment:c7")), "no_such_commitment");
    assert_eq!(story.answer("set-deadline", after("@9")), "no_such_fact");
    assert_eq!(story.answer("set-deadline", after("b@1")), "field");
    assert_eq!(story.answer("set-deadline", after("XXXX-06-26")), "field");
    assert_eq!(story.answer("set-deadline", after("a@1")), "accepted");
}

#[test]
fn options_that_do_not_fit_each_other_are_refused() {
    let story = Story::of([recorded("mou"), due_on("2026-01-01")]);
    for fields in [
        json!({ "text": "t" }),
        json!({ "text": "t", "within": "P30D" }),
        json!({ "text": "t", "after": "signature" }),
        json!({ "text": "t", "within": "P0D", "after": "signature" }),
        json!({ "text": "t", "within": "P501Y", "after": "signature" }),
        json!({ "text": "t", "due": "2026-01-01", "within": "P30D" }),
        json!({ "text": "t", "within": "P30D", "after": "signature", "before": "2026-01-01" }),
        json!({ "text": "t", "commitment": "c1", "due": "2026-01-01" }),
        json!({ "commitment": "c1", "owed_by": "pk", "due": "2026-01-01" }),
        json!({ "due": "2026-01-01" }),
        json!({ "text": "t", "within": "P5D", "working_days": 5, "after": "signature", "calendar": "pk" }),
        json!({ "text": "t", "working_days": 5, "clear_days": 5, "after": "signature", "calendar": "pk" }),
        json!({ "text": "t", "working_days": 5, "after": "signature", "calendar": "pk", "days_off": "count" }),
        json!({ "text": "t", "working_days": 0, "after": "signature", "calendar": "pk" }),
        json!({ "text": "t", "clear_days": 0, "after": "signature" }),
        json!({ "text": "t", "clear_days": 200_000, "after": "signature" }),
        json!({ "text": "t", "clear_days": 5, "after": "signature", "first_day": "include" }),
        json!({ "text": "t", "within": "P30D", "after": "signature", "calendar": ["pk", "ps", "pk"] }),
        json!({ "text": "t", "due": "2026-01-01", "min_working_days": 2, "calendar": "pk" }),
        json!({ "text": "t", "due": "2026-01-01", "landing": "next-month" }),
        json!({ "text": "t", "due": "2026-01-01", "first_day": "include" }),
        json!({ "text": "t", "due": "2026-01-01", "working_days": 5, "calendar": "pk" }),
    ] {
        assert_eq!(story.answer("set-deadline", fields.clone()), "field", "{fields}");
    }
    assert_eq!(story.answer("extend-deadline", json!({ "commitment": "c1" })), "field");
    assert_eq!(
        story.answer("extend-deadline", json!({ "commitment": "c1", "to": "2026-02-01", "by": "P1D" })),
        "field"
    );
    let beyond = json!({ "text": "t", "within": "P30D", "after": "9999-12-31" });
    assert_eq!(story.answer("set-deadline", beyond), "beyond_calendar");
}

#[test]
fn a_deadline_for_a_closed_or_withdrawn_commitment_is_odd_or_refused() {
    let story =
        Story::of([recorded("mou"), say("commit", json!({ "text": "t" })), say("commit", json!({ "text": "u" }))]).and(
            [
                say("report-milestone", json!({ "commitment": "c1", "status": "met", "on": "2025-10-01" })),
                say("withdraw-commitment", json!({ "commitment": "c2", "on": "2025-10-01" })),
            ],
        );
    let set = |id: &str| json!({ "commitment": id, "due": "2026-01-01", "on": "2025-11-01" });
    assert_eq!(story.answer("set-deadline", set("c1")), "closed");
    assert_eq!(story.answer("set-deadline", set("c2")), "withdrawn");
    assert_eq!(story.answer("set-deadline", set("c9")), "no_such_commitment");
    let extend = |id: &str| json!({ "commitment": id, "to": "2026-01-01" });
    assert_eq!(story.answer("extend-deadline", extend("c1")), "nothing_to");
    assert_eq!(story.answer("extend-deadline", extend("c2")), "withdrawn");
}

#[test]
fn a_month_as_a_due_date_ends_with_the_month_and_an_interval_stays_open() {
    let story = Story::of([recorded("mou"), due_on("2025-10")]);
    check(
        &story,
        &[("2025-10-30", "c1", "due_soon"), ("2025-10-31", "c1", "due_today"), ("2025-11-01", "c1", "overdue")],
    );
    let story = Story::of([recorded("mou"), due_on("2025-10-01/2025-10-31")]);
    check(&story, &[("2025-10-30", "c1", "possibly_overdue"), ("2025-11-01", "c1", "overdue")]);
}

#[test]
fn a_commitment_is_not_counted_from_its_own_fulfilment() {
    let story = Story::of([recorded("mou"), say("commit", json!({ "text": "t" }))]);
    let of_itself = json!({ "commitment": "c1", "within": "P30D", "after": "fulfilment:c1" });
    assert_eq!(story.answer("set-deadline", of_itself), "field");
}

#[test]
fn dates_that_hang_on_each_other_in_a_circle_are_refused() {
    let after = |commitment: &str, anchor: &str| {
        say("set-deadline", json!({ "commitment": commitment, "within": "P30D", "after": anchor }))
    };
    let three = Story::of([
        recorded("mou"),
        say("commit", json!({ "text": "one" })),
        say("commit", json!({ "text": "two" })),
        say("commit", json!({ "text": "three" })),
        after("c1", "fulfilment:c2"),
        after("c2", "fulfilment:c3"),
    ]);
    for anchor in ["fulfilment:c1", "fulfilment:c2"] {
        assert_eq!(
            three.answer("set-deadline", json!({ "commitment": "c3", "within": "P1D", "after": anchor })),
            "circle"
        );
    }
    let force = |anchor: &str| json!({ "within": "P1D", "after": anchor });
    let by_force = three.and([after("c3", "entry-into-force")]);
    assert_eq!(by_force.answer("set-entry-into-force", force("fulfilment:c1")), "circle");
    assert_eq!(by_force.answer("set-entry-into-force", force("signature")), "accepted");
    let corrected = json!({ "event": 5, "set": "data.rule.anchor=signature", "reason": "misread" });
    let apart = three.then("correct", corrected);
    let closing = json!({ "commitment": "c3", "within": "P1D", "after": "fulfilment:c1" });
    assert_eq!(apart.answer("set-deadline", closing.clone()), "accepted");
    let back = json!({ "event": 5, "set": "data.rule.anchor=fulfilment:c2", "reason": "read well at first" });
    assert_eq!(apart.then("set-deadline", closing).answer("correct", back), "circle");
}
