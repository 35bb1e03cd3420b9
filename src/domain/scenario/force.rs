//! Treaties of many parties: from when they are in force, for all and for each, by what the depositary received.

use serde_json::{Value, json};

use super::{Story, check, say};

/// A treaty of five States and an organisation, with weights that add up to 100.
fn treaty() -> Story {
    let party = |id: &str, weight: &str| json!({ "id": id, "kind": "state", "name": id, "weight": weight });
    Story::of([say(
        "record",
        json!({
            "kind": "treaty",
            "on": "2020-01-01",
            "party": [
                party("ar", "40"), party("br", "30.5"), party("cl", "19.5"), party("do", "6"), party("ec", "4"),
                { "id": "union", "kind": "io", "name": "A union" }
            ],
        }),
    )])
}

fn deposit(party: &str, received: &str) -> Value {
    say("deposit", json!({ "party": party, "instrument": "accession", "received": received }))
}

fn ruled(fields: Value) -> Story {
    treaty().then("set-entry-into-force", fields)
}

#[test]
fn the_nth_deposit_brings_it_into_force_for_all_that_consented() {
    let third = ruled(json!({ "after": "deposit:#3", "within": "P30D" })).and([
        deposit("ar", "2021-01-10"),
        deposit("br", "2021-02-10"),
        deposit("cl", "2021-03-10"),
        deposit("do", "2021-08-01"),
    ]);
    check(
        &third,
        &[
            ("2021-03-09", "in force", "none"),
            ("2021-03-10", "in force", "2021-04-09"),
            ("2021-03-10", "status", "not_yet_in_force"),
            ("2021-04-08", "ar", "contracting"),
            ("2021-04-09", "ar", "party"),
            ("2021-04-09", "status", "in_force"),
            ("2021-04-09", "do", "declared"),
            ("2021-08-01", "do", "party"),
            ("2021-08-01", "do in force", "2021-08-01"),
            ("2027-01-01", "in force", "2021-04-09"),
        ],
    );
    let corrected = third.then("correct", json!({ "event": 5, "on": "2021-05-10", "reason": "the stamp" }));
    check(&corrected, &[("2027-01-01", "in force", "2021-06-09")]);
    let retracted = third.then("retract", json!({ "event": 5, "reason": "another treaty's" }));
    check(&retracted, &[("2027-01-01", "in force", "2021-08-31")]);
}

#[test]
fn the_last_deposit_is_that_of_the_last_of_all_parties() {
    let all = ruled(json!({ "after": "deposit" })).and([
        deposit("ar", "2021-01-10"),
        deposit("br", "2021-02-10"),
        deposit("cl", "2021-03-10"),
        deposit("do", "2021-04-10"),
        deposit("ec", "2021-05-10"),
    ]);
    check(&all, &[("2027-01-01", "in force", "none")]);
    let union =
        say("deposit", json!({ "party": "union", "instrument": "formal_confirmation", "received": "2021-06-10" }));
    check(&all.and([union]), &[("2027-01-01", "in force", "2021-06-10")]);
    let not_counted = say(
        "deposit",
        json!({ "party": "union", "instrument": "formal_confirmation", "received": "2021-01-01", "not_counted": true }),
    );
    check(&all.and([not_counted]), &[("2027-01-01", "in force", "2021-05-10")]);
}

#[test]
fn count_and_share_and_named_parties_have_to_be_there_together() {
    let ruled = ruled(json!({ "after": "deposit:#2", "share": "55", "needs": "ec", "within": "P1M" }));
    let two = ruled.and([deposit("cl", "2021-01-31"), deposit("do", "2021-02-10")]);
    check(&two, &[("2027-01-01", "in force", "none"), ("2027-01-01", "status", "open_for_signature")][..1]);
    let share = two.and([deposit("br", "2021-03-31")]);
    check(&share, &[("2027-01-01", "in force", "none")]);
    let named = share.and([deposit("ec", "2021-04-30")]);
    check(&named, &[("2021-04-30", "in force", "2021-05-30")]);
    let earlier = two.and([deposit("ec", "2021-02-11"), deposit("br", "2021-03-31")]);
    check(&earlier, &[("2027-01-01", "in force", "2021-04-30")]);
}

#[test]
fn a_share_is_of_the_declared_weights_or_of_a_stated_total() {
    let of_all = ruled(json!({ "share": "70.5" })).and([deposit("ar", "2021-01-01"), deposit("br", "2021-02-01")]);
    check(&of_all, &[("2027-01-01", "in force", "2021-02-01")]);
    let of_more = ruled(json!({ "share": "70.5", "share_total": "100.0001" }))
        .and([deposit("ar", "2021-01-01"), deposit("br", "2021-02-01")]);
    check(&of_more, &[("2027-01-01", "in force", "none")]);
    let two_thirds = ruled(json!({ "share": "2/3", "share_total": "60" })).and([deposit("ar", "2021-01-01")]);
    check(&two_thirds, &[("2027-01-01", "in force", "2021-01-01")]);
    let heavier =
        of_more.then("correct", json!({ "event": 1, "set": "data.parties.0.weight=41", "reason": "the table" }));
    check(&heavier, &[("2027-01-01", "in force", "2021-02-01")]);
}

#[test]
fn a_day_waits_for_its_condition_and_a_condition_for_its_day() {
    let by_date = ruled(json!({ "date": "2022-01-01", "consents": 2 }));
    let early = by_date.and([deposit("ar", "2021-01-01"), deposit("br", "2021-02-01")]);
    check(&early, &[("2021-03-01", "in force", "2022-01-01"), ("2022-01-01", "status", "in_force")]);
    let late = by_date.and([deposit("ar", "2021-01-01"), deposit("br", "2022-02-01")]);
    check(&late, &[("2022-01-31", "in force", "none"), ("2022-02-01", "in force", "2022-02-01")]);
}

#[test]
fn an_uncertain_deposit_leaves_an_interval() {
    let second = ruled(json!({ "after": "deposit:#2", "within": "P10D" })).and([
        deposit("ar", "2021-01"),
        deposit("br", "2021-03-05/2021-03-20"),
        deposit("cl", "2021-03-10"),
    ]);
    check(&second, &[("2027-01-01", "in force earliest", "2021-03-15"), ("2027-01-01", "in force", "2021-03-20")]);
    let unknown = ruled(json!({ "after": "deposit:first" })).and([deposit("ar", "../2021-01-20")]);
    check(&unknown, &[("2027-01-01", "in force earliest", "none"), ("2027-01-01", "in force", "2021-01-20")]);
}

#[test]
fn a_rule_counts_by_receipt_unless_it_says_by_date() {
    let dated = |party: &str, dated: &str, received: &str| {
        say("deposit", json!({ "party": party, "instrument": "accession", "dated": dated, "received": received }))
    };
    let both = [dated("ar", "2021-01-01", "2021-02-01"), dated("br", "2021-01-15", "2021-01-20")];
    check(&ruled(json!({ "after": "deposit:#2" })).and(both.clone()), &[("2027-01-01", "in force", "2021-02-01")]);
    let by_date = ruled(json!({ "after": "deposit:#2", "counted_by": "dated" })).and(both);
    check(&by_date, &[("2027-01-01", "in force", "2021-01-15")]);
}

#[test]
fn a_definitive_signature_is_consent_and_no_deposit() {
    let signed = say("sign", json!({ "party": "ar", "mode": "definitive", "on": "2021-01-01" }));
    let acts = [signed, deposit("br", "2021-02-01")];
    check(&ruled(json!({ "after": "consent:#2" })).and(acts.clone()), &[("2027-01-01", "in force", "2021-02-01")]);
    check(&ruled(json!({ "after": "deposit:#2" })).and(acts), &[("2027-01-01", "in force", "none")]);
}

#[test]
fn each_party_comes_in_by_its_own_instrument_and_not_before_the_treaty() {
    let each = ruled(json!({ "after": "deposit:#3", "within": "P3M" }))
        .then(
            "set-entry-into-force",
            json!({ "each_party": true, "after": "deposit:own", "within": "P3M", "floor": "entry-into-force" }),
        )
        .and([
            deposit("ar", "2021-01-10"),
            deposit("br", "2021-02-10"),
            deposit("cl", "2021-03-10"),
            deposit("do", "2021-12-31"),
        ]);
    check(
        &each,
        &[
            ("2021-05-01", "ar", "contracting"),
            ("2021-06-10", "ar in force", "2021-06-10"),
            ("2021-06-10", "ar", "party"),
            ("2021-06-10", "cl", "party"),
            ("2021-12-31", "do in force", "2022-03-31"),
            ("2022-03-30", "do", "contracting"),
            ("2022-03-31", "do", "party"),
        ],
    );
    let due = each.then("set-deadline", json!({ "text": "report", "within": "P1Y", "after": "entry-into-force:do" }));
    check(&due, &[("2022-01-01", "c1 due", "2023-03-31")]);
    let declared = each.then("enter-into-force", json!({ "party": "do", "on": "2022-04-01" }));
    check(&declared, &[("2022-04-01", "do in force", "2022-04-01"), ("2022-03-31", "do", "party")]);
}

#[test]
fn a_floor_of_entry_into_force_waits_for_it() {
    let waits = treaty().then(
        "set-deadline",
        json!({ "text": "t", "within": "P10D", "after": "deposit:ar", "floor": "entry-into-force" }),
    );
    let waits = waits.and([deposit("ar", "2021-01-01")]);
    check(&waits, &[("2021-02-01", "c1", "awaiting_trigger")]);
    let entered = waits.then("enter-into-force", json!({ "on": "2021-06-01" }));
    check(&entered, &[("2021-06-01", "c1 due", "2021-06-01")]);
}

#[test]
fn an_organisations_instrument_that_is_not_counted_binds_it_all_the_same() {
    let union = |flag: bool| {
        say(
            "deposit",
            json!({ "party": "union", "instrument": "approval", "received": "2021-01-05", "not_counted": flag }),
        )
    };
    let second = ruled(json!({ "after": "deposit:#2" }));
    let acts = [deposit("ar", "2021-01-10"), deposit("br", "2021-02-10")];
    check(&second.and([union(false)]).and(acts.clone()), &[("2027-01-01", "in force", "2021-01-10")]);
    let marked = second.and([union(true)]).and(acts);
    check(
        &marked,
        &[
            ("2027-01-01", "in force", "2021-02-10"),
            ("2021-02-09", "union", "contracting"),
            ("2021-02-10", "union", "party"),
        ],
    );
    let state = json!({ "party": "ar", "instrument": "accession", "not_counted": true });
    assert_eq!(second.answer("deposit", state), "field");
}

#[test]
fn the_first_instrument_counts_until_the_party_leaves_and_a_new_one_counts_anew() {
    let second = ruled(json!({ "after": "deposit:#2" }));
    let twice = second.and([deposit("ar", "2021-01-01"), deposit("ar", "2021-02-01")]);
    check(&twice, &[("2027-01-01", "in force", "none")]);
    let back = second.and([
        deposit("ar", "2021-01-01"),
        say("withdraw-party", json!({ "party": "ar", "on": "2021-02-01" })),
        deposit("br", "2021-03-01"),
    ]);
    check(&back, &[("2027-01-01", "in force", "none"), ("2027-01-01", "ar", "former_party")]);
    let again = back.and([deposit("ar", "2021-04-01")]);
    check(
        &again,
        &[
            ("2021-03-31", "ar", "former_party"),
            ("2021-04-01", "ar", "party"),
            ("2027-01-01", "in force", "2021-04-01"),
        ],
    );
}

#[test]
fn who_leaves_after_entry_into_force_takes_nothing_from_it() {
    let left = ruled(json!({ "after": "deposit:#2" })).and([
        deposit("ar", "2021-01-01"),
        deposit("br", "2021-02-01"),
        say("give-notice", json!({ "party": "ar", "kind": "withdrawal", "effect_after": "P12M", "on": "2021-03-01" })),
        say("give-notice", json!({ "party": "br", "kind": "withdrawal", "effect_after": "P12M", "on": "2021-04-01" })),
    ]);
    check(
        &left,
        &[
            ("2022-02-28", "ar", "withdrawing"),
            ("2022-03-01", "ar", "former_party"),
            ("2022-04-01", "br", "former_party"),
            ("2022-04-01", "status", "in_force"),
            ("2027-01-01", "in force", "2021-02-01"),
        ],
    );
    let back = left.and([deposit("ar", "2023-01-01")]);
    check(&back, &[("2022-12-31", "ar", "former_party"), ("2023-01-01", "ar", "party")]);
    check(&back, &[("2023-01-01", "ar in force", "2023-01-01")]);
}

#[test]
fn a_notice_that_takes_effect_before_entry_into_force_takes_its_consent_away() {
    let left = ruled(json!({ "after": "deposit:#2" })).and([
        deposit("ar", "2021-01-01"),
        say("give-notice", json!({ "party": "ar", "kind": "withdrawal", "effect_after": "P3M", "on": "2021-02-01" })),
        deposit("br", "2021-06-01"),
    ]);
    check(&left, &[("2027-01-01", "in force", "none")]);
    check(
        &left.then("revoke-notice", json!({ "event": 4, "on": "2021-03-01" })),
        &[("2027-01-01", "in force", "2021-06-01")],
    );
}

#[test]
fn who_leaves_before_entry_into_force_is_never_bound() {
    let left = ruled(json!({ "after": "deposit:#2" })).and([
        deposit("ar", "2021-01-01"),
        say(
            "give-notice",
            json!({ "party": "ar", "kind": "withdrawal", "takes_effect": "2021-02-20", "on": "2021-02-01" }),
        ),
        deposit("br", "2021-03-01"),
        deposit("cl", "2021-06-01"),
    ]);
    check(
        &left,
        &[
            ("2021-06-01", "in force", "2021-06-01"),
            ("2021-06-01", "ar in force", "none"),
            ("2021-06-01", "br in force", "2021-06-01"),
            ("2027-01-01", "ar", "former_party"),
        ],
    );
    check(&left.and([deposit("ar", "2022-01-01")]), &[("2027-01-01", "ar in force", "2022-01-01")]);
    let on_the_day = ruled(json!({ "after": "deposit:first", "within": "P30D" })).and([
        deposit("ar", "2021-01-01"),
        deposit("br", "2021-01-01"),
        say("withdraw-party", json!({ "party": "br", "on": "2021-01-31" })),
    ]);
    check(&on_the_day, &[("2027-01-01", "ar in force", "2021-01-31"), ("2027-01-01", "br in force", "none")]);
    let after = on_the_day.then("withdraw-party", json!({ "party": "ar", "on": "2021-02-01" }));
    check(&after, &[("2027-01-01", "ar in force", "2021-01-31")]);
}

#[test]
fn provisional_application_begins_and_ends_for_one_and_for_all() {
    let signed = treaty().and([say("sign", json!({ "party": "ar", "mode": "simple", "on": "2021-01-01" }))]);
    let whole = signed.then("enter-into-force", json!({ "provisional": true, "on": "2021-02-01" }));
    check(&whole, &[("2021-02-01", "status", "provisionally_applied"), ("2021-02-01", "ar", "signatory")]);
    let ended = whole.then("end-provisional-application", json!({ "on": "2021-05-01" }));
    check(&ended, &[("2021-04-30", "status", "provisionally_applied"), ("2021-05-01", "status", "open_for_signature")]);
    assert_eq!(ended.answer("end-provisional-application", json!({ "on": "2021-06-01" })), "nothing_to");
    assert_eq!(ended.answer("enter-into-force", json!({ "provisional": true, "on": "2021-07-01" })), "accepted");

    let one = signed.then("enter-into-force", json!({ "party": "ar", "provisional": true, "on": "2021-02-01" }));
    check(&one, &[("2021-02-01", "ar", "provisional"), ("2021-02-01", "status", "open_for_signature")]);
    let back = one.then("end-provisional-application", json!({ "party": "ar", "on": "2021-05-01" }));
    check(&back, &[("2021-04-30", "ar", "provisional"), ("2021-05-01", "ar", "signatory")]);
    let in_force = one.and([deposit("ar", "2021-06-01"), say("enter-into-force", json!({ "on": "2021-07-01" }))]);
    check(&in_force, &[("2021-06-30", "ar", "provisional"), ("2021-07-01", "ar", "party")]);
    let late = json!({ "party": "ar", "on": "2021-08-01" });
    assert_eq!(in_force.answer("end-provisional-application", late), "nothing_to");
}

#[test]
fn what_is_declared_counts_before_what_is_computed() {
    let declared = ruled(json!({ "after": "deposit:first", "within": "P30D" }))
        .and([deposit("ar", "2021-01-01"), say("enter-into-force", json!({ "on": "2021-02-03" }))]);
    check(&declared, &[("2027-01-01", "in force", "2021-02-03")]);
    let agreement = declared.at(super::day("2027-01-01"));
    let computed = crate::domain::due::computed_entry_into_force(&agreement).and_then(|entry| entry.days.latest);
    assert_eq!(computed, Some(super::day("2021-01-31")));
}

#[test]
fn a_rule_that_could_never_be_satisfied_or_hangs_on_itself_is_refused() {
    let answer = |fields: Value| treaty().answer("set-entry-into-force", fields);
    for fields in [
        json!({ "after": "entry-into-force" }),
        json!({ "after": "entry-into-force:ar" }),
        json!({ "after": "deposit:own" }),
        json!({ "after": "conditions" }),
        json!({ "after": "deposit:first", "floor": "entry-into-force" }),
        json!({ "consents": 0 }),
        json!({ "consents": 1001 }),
        json!({ "share_total": "5", "after": "deposit:first" }),
        json!({ "share": "5", "share_total": "0" }),
        json!({ "each_party": true, "after": "entry-into-force:ar" }),
        json!({ "each_party": true, "after": "conditions", "consents": 2 }),
        json!({ "each_party": true, "after": "deposit:own", "share": "5" }),
        json!({}),
    ] {
        assert_eq!(answer(fields.clone()), "field", "{fields}");
    }
    assert_eq!(answer(json!({ "needs": "zz" })), "party_not_declared");
    assert_eq!(answer(json!({ "after": "deposit:zz" })), "party_not_declared");
    let deadline =
        |after: &str| treaty().answer("set-deadline", json!({ "text": "t", "within": "P1D", "after": after }));
    assert_eq!([deadline("deposit:own"), deadline("conditions")], ["field", "field"]);
    let ruled = ruled(json!({ "after": "deposit:first" }));
    let set = |set: &str| ruled.answer("correct", json!({ "event": 2, "set": set, "reason": "a slip" }));
    assert_eq!(set("data.rule.anchor=entry-into-force"), "field");
    assert_eq!(set("data.rule.floor=entry-into-force"), "field");
    assert_eq!(set("data.rule.anchor=deposit:#2"), "accepted");
}

#[test]
fn words_that_are_no_anchor_floor_or_share_are_not_read() {
    use crate::domain::rule::{Anchor, Floor};
    for word in
        ["deposit:#0", "deposit:#1001", "deposit:#", "deposit:#+1", "deposit:#99999999999", "conditions:ar", "deposit:"]
    {
        assert!(Anchor::parse(word).is_err(), "{word}");
    }
    let read =
        ["deposit", "deposit:first", "deposit:#55", "deposit:55", "consent:own", "entry-into-force:ar", "conditions"];
    for word in read {
        assert_eq!(Anchor::parse(word).expect("an anchor").to_string(), word);
    }
    assert_eq!(Anchor::parse("deposit:#1").expect("an anchor").to_string(), "deposit:first");
    assert!(Floor::parse("2021").is_err() && Floor::parse("entry").is_err());
}
