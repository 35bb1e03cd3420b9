//! Amendments: changes of the terms from a day on, for everybody who knows of them.

use serde_json::json;

use super::{Story, check, due_on, recorded, say};

fn promised() -> Story {
    Story::of([recorded("mou"), due_on("2026-12-31")])
}

#[test]
fn an_amendment_holds_from_the_day_it_takes_effect_and_not_before() {
    let amended = promised().then(
        "amend",
        json!({ "what": "wider", "commitment": "c1", "text": "Form two groups", "on": "2026-02-01", "effective": "2026-03-01" }),
    );
    check(
        &amended,
        &[
            ("2026-02-28", "c1 text", "Form the group"),
            ("2026-03-01", "c1 text", "Form two groups"),
            ("2026-03-01", "c1 due", "2026-12-31"),
        ],
    );
}

#[test]
fn an_amendment_that_takes_effect_later_than_today_needs_no_reason() {
    let later = json!({ "what": "new title", "title": "Second", "on": "2027-05-01", "effective": "2028-01-01" });
    let amended = promised().then("amend", later);
    check(&amended, &[("2027-12-31", "title", "none"), ("2028-01-01", "title", "Second")]);
}

#[test]
fn an_amendment_changes_the_past_for_nobody() {
    let amended = promised().and([say("amend", json!({ "what": "title", "title": "T", "on": "2026-05-05" }))]);
    check(&amended, &[("2026-05-04", "title", "none"), ("2026-05-05", "title", "T")]);
    check(&amended.known_after(2), &[("2026-05-05", "title", "none")]);
}
