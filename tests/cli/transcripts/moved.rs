//! Which dates a change moves, and what a correction does to what was met.

use serde_json::json;

use super::seen;
use crate::harness::Desk;

const HEALTH: [&str; 6] = [
    r#"propose health --kind mou --title "MoU on health" --party pk:state=Pakistan --party ps:state=Palestine --on 2025-09-01"#,
    "sign health --party pk --on 2025-09-17",
    r#"sign health --party ps --on 2025-09-17 --source "Press Information Department" --url https://pid.example/1"#,
    r#"set-deadline health "Form the group" --within P30D --after signature --owed-by pk --owed-to ps"#,
    r#"set-deadline health "Report" --working-days 20 --after signature --calendar pk --owed-by pk --owed-to ps"#,
    "report-milestone health/c1 --status met --on 2025-10-10",
];

const CORRECTION: &str = r#"correct health@3 --on 2025-09-07 --reason "the release was wrong""#;
const FIRST: &str = r#"correct health@2 --on 2025-09-07 --reason "the release was wrong""#;
const FLOOD: &str = r#"list-days-off pk --from 2025-01-01 --to 2025-12-31 --off "2025-09-22 Flood holiday" --off 2025-09-23 --source "Cabinet Division""#;

/// What a line shows once all this was recorded, on the morning after.
fn after(width: u16, lines: &[&str], line: &str) -> String {
    let desk = Desk::with(&HEALTH);
    desk.done(lines);
    desk.morning_of("2026-01-06");
    desk.width(width);
    seen(desk.run(line))
}

#[test]
fn why_a_memorandum_operates_with_what_was_corrected() {
    insta::assert_snapshot!(after(80, &[CORRECTION], "why health entry-into-force"), @"
    as of Tue 2026-01-06, as recorded by 2026-01-06T09:00:00Z

    Agreement:  health
    Date:       entry-into-force: coming into operation
    Day:        Wed 2025-09-17
    Because:    every party has signed, the last on Wed 2025-09-17 (@2)

    Conditions
    - signature of every party: met since 2025-09-17 (@2); 2 of 2

    Steps
    - pk signed: Wed 2025-09-17 (@2)
    - ps signed: Sun 2025-09-07 (@3)
    - the last of them: Wed 2025-09-17 (@2)

    Assumed, because nobody stated it
    - without a rule a memorandum operates from the last signature of all its
      parties

    It rests on: signature of pk
    Fact:      health@2 agreement.signed
    Happened:  2025-09-17 (stated)

    It rests on: signature of ps
    Fact:      health@3 agreement.signed
    Happened:  2025-09-07 (stated)
    Changed:   signature of ps moved from 2025-09-17 to 2025-09-07 (@3, corrected by
               @7); by clerk, 2026-01-05T09:00:06Z: the release was wrong
    Evidence:  Press Information Department, https://pid.example/1
    ");
}

#[test]
fn a_correction_tells_before_it_is_recorded_which_dates_it_moves_and_what_is_judged_again() {
    let line = format!("{CORRECTION} --dry-run");
    insta::assert_snapshot!(after(80, &[FIRST], &line), @r#"
    would record: health@8 record.corrected, 2026-01-06

    event:   3
    fields:  [{"field":"occurred.on","was":"2025-09-17","now":"2025-09-07"}]

    - health/c1 is due 2025-10-17, would be due 2025-10-07; it is met, would be met
      late
    - health/c2 is due 2025-10-15, would be due 2025-10-03
    - health entry-into-force is 2025-09-17, would be 2025-09-07; so for 2 parties
      - because: signature of ps moved from 2025-09-17 to 2025-09-07 (@3, corrected
        by @8)
    "#);
    insta::assert_snapshot!(after(100, &[FIRST], CORRECTION), @"
    recorded: health@8 record.corrected, 2026-01-06

    - health/c1 was due 2025-10-17, is now due 2025-10-07; it was met, is now met late
    - health/c2 was due 2025-10-15, is now due 2025-10-03
    - health entry-into-force was 2025-09-17, is now 2025-09-07; so for 2 parties
      - because: signature of ps moved from 2025-09-17 to 2025-09-07 (@3, corrected by @8)
    ");
}

#[test]
fn what_was_met_is_judged_again_in_so_many_words() {
    let desk = Desk::with(&HEALTH);
    desk.done(&[FIRST]);
    let moved = desk.json(&format!("{CORRECTION} --dry-run"))["moved"][0].clone();
    let expected = json!({
        "agreement": "health",
        "date": "c1",
        "commitment": "c1",
        "instance": null,
        "before": "2025-10-17",
        "before_earliest": "2025-10-17",
        "after": "2025-10-07",
        "after_earliest": "2025-10-07",
        "state_before": "met",
        "state_after": "met_late",
        "because": "signature of ps moved from 2025-09-17 to 2025-09-07 (@3, corrected by @8)",
    });
    assert_eq!(moved, expected);
    // Nothing was recorded, so it is still met in time.
    assert_eq!(desk.json("why health/c1")["state"], "met");
}

#[test]
fn a_report_that_is_corrected_leaves_the_date_and_changes_the_state() {
    let line = r#"correct health@6 --on 2025-10-20 --reason "the report was backdated""#;
    insta::assert_snapshot!(after(80, &[], line), @"
    recorded: health@7 record.corrected, 2026-01-06

    - health/c1 stays due 2025-10-17; it was met, is now met late
      - because: report on c1 moved from 2025-10-10 to 2025-10-20 (@6, corrected by
        @7)
    ");
}

#[test]
fn a_calendar_that_changes_tells_which_dates_it_moves() {
    insta::assert_snapshot!(after(80, &[], FLOOD), @"
    recorded: register@6 calendar.days-listed

    - health/c2 was due 2025-10-15, is now due 2025-10-17
      - because: calendar pk: 2025-09-22 (Flood holiday), 2025-09-23 listed as days
        off (register@6)
    ");
}

#[test]
fn what_was_learned_with_the_calendar_among_it() {
    let line = "diff health --known-at 2026-01-05T09:00:05Z --known-at 2026-01-06T12:00:00Z";
    insta::assert_snapshot!(after(80, &[FLOOD, CORRECTION, FIRST], line), @"
    health: as of 2026-01-06, from what was known at 2026-01-05T09:00:05Z to what
    was known at 2026-01-06T12:00:00Z

    Dates that moved
    Date              Before      After       Because
    ────────────────  ──────────  ──────────  ──────────────────────────────────────
    c1                2025-10-17  2025-10-07  signature of pk moved from 2025-09-17
                                              to 2025-09-07 (@2, corrected by @8)
    c2                2025-10-15  2025-10-17  calendar pk: 2025-09-22 (Flood
                                              holiday), 2025-09-23 listed as days
                                              off (register@6)
    c2                2025-10-17  2025-10-07  signature of pk moved from 2025-09-17
                                              to 2025-09-07 (@2, corrected by @8)
    entry-into-force  2025-09-17  2025-09-07  signature of pk moved from 2025-09-17
                                              to 2025-09-07 (@2, corrected by @8);
                                              so for 2 parties

    Everything that changed
    By event             What                          Before      After
    ───────────────────  ────────────────────────────  ──────────  ──────────
    @8 record.corrected  commitments.c2.due            2025-10-15  2025-10-07
    @8 record.corrected  commitments.c2.original_due   2025-10-15  2025-10-07
    @7 record.corrected  parties.ps.signature.when.on  2025-09-17  2025-09-07
    @8 record.corrected  parties.pk.signature.when.on  2025-09-17  2025-09-07
    @8 record.corrected  entry_into_force              2025-09-17  2025-09-07
    @8 record.corrected  commitments.c1.state          met         met_late
    @8 record.corrected  commitments.c1.due            2025-10-17  2025-10-07
    @8 record.corrected  commitments.c1.original_due   2025-10-17  2025-10-07
    ");
    insta::assert_snapshot!(after(100, &[FLOOD, CORRECTION, FIRST], line), @"
    health: as of 2026-01-06, from what was known at 2026-01-05T09:00:05Z to what was known at
    2026-01-06T12:00:00Z

    Dates that moved
    Date              Before      After       Because
    ────────────────  ──────────  ──────────  ──────────────────────────────────────────────────────────
    c1                2025-10-17  2025-10-07  signature of pk moved from 2025-09-17 to 2025-09-07 (@2,
                                              corrected by @8)
    c2                2025-10-15  2025-10-17  calendar pk: 2025-09-22 (Flood holiday), 2025-09-23 listed
                                              as days off (register@6)
    c2                2025-10-17  2025-10-07  signature of pk moved from 2025-09-17 to 2025-09-07 (@2,
                                              corrected by @8)
    entry-into-force  2025-09-17  2025-09-07  signature of pk moved from 2025-09-17 to 2025-09-07 (@2,
                                              corrected by @8); so for 2 parties

    Everything that changed
    By event             What                          Before      After
    ───────────────────  ────────────────────────────  ──────────  ──────────
    @8 record.corrected  commitments.c2.due            2025-10-15  2025-10-07
    @8 record.corrected  commitments.c2.original_due   2025-10-15  2025-10-07
    @7 record.corrected  parties.ps.signature.when.on  2025-09-17  2025-09-07
    @8 record.corrected  parties.pk.signature.when.on  2025-09-17  2025-09-07
    @8 record.corrected  entry_into_force              2025-09-17  2025-09-07
    @8 record.corrected  commitments.c1.state          met         met_late
    @8 record.corrected  commitments.c1.due            2025-10-17  2025-10-07
    @8 record.corrected  commitments.c1.original_due   2025-10-17  2025-10-07
    ");
}

#[test]
fn before_the_calendar_changed_the_old_date_stands() {
    let then = "why health --known-at 2026-01-05T09:00:05Z";
    assert_eq!(after(80, &[FLOOD], then), after(80, &[], then));
    let changed = after(80, &[FLOOD], "why health");
    assert!(changed.contains("Fri 2025-10-17"), "{changed}");
    assert!(after(80, &[], "why health").contains("Wed 2025-10-15"));
}

#[test]
fn dates_that_are_not_there() {
    let desk = Desk::with(&HEALTH);
    for (line, code) in [
        ("why health entry-into-force:xx", 1),
        ("why health@2", 1),
        ("why health @99", 1),
        ("why health/c9", 1),
        ("why health someday", 2),
        ("why health/c1 expiry", 2),
        ("why health/wg1", 2),
        ("why nowhere", 1),
    ] {
        let refused = desk.run(line).exits(code);
        assert!(refused.stderr.contains("hint:"), "{line}: {}", refused.stderr);
    }
    insta::assert_snapshot!(seen(desk.run("why health@2")), @"
    error[no_such_date]: there is no date @2 in health (there are: c1, c2, entry-into-force, entry-into-force:pk, entry-into-force:ps)
    hint: servanda why health lists the dates that can be asked for
    ");
    insta::assert_snapshot!(seen(desk.run("why health expiry")), @"
    as of Mon 2026-01-05, as recorded by 2026-01-05T09:00:15Z

    Agreement:  health
    Date:       expiry: last day
    Day:        no date
    Because:    no term is on record, and no notice of termination
    ");
}
