//! Deadlines that end with the day in their own zone, or at a time of day, looked at from a register in Karachi.

use super::{Desk, seen};

const SETUP: [&str; 6] = [
    "init --zone Asia/Karachi",
    r#"record pk-us-health-2025 --kind mou --title "MoU on vaccines" --party pk:state=Pakistan --party us:state="United States" --on 2025-09-01"#,
    r#"set-deadline pk-us-health-2025 "Name a focal point" --due 2025-10-17 --zone America/New_York --owed-by us --owed-to pk"#,
    r#"set-deadline pk-us-health-2025 "File the customs list" --due 2025-10-17 --zone Asia/Karachi --cut-off 17:00 --owed-by pk --owed-to us"#,
    r#"set-deadline pk-us-health-2025 "Send the first report" --due 2026-03-08 --zone America/New_York --cut-off 02:30 --owed-by us --owed-to pk"#,
    r#"set-deadline pk-us-health-2025 "Pay the first part" --due 2026-11-01 --cut-off 17:00 --owed-by pk --owed-to us"#,
];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.morning_of("2025-09-02");
    desk.done(&SETUP);
    desk.width(100);
    desk
}

fn told(line: &str) -> String {
    seen(desk().run(line))
}

#[test]
fn on_the_18th_in_karachi_it_is_still_the_17th_in_new_york() {
    insta::assert_snapshot!(told("overdue --as-of 2025-10-18T03:00:00Z"), @"
    as of Sat 2025-10-18 at 2025-10-18T03:00:00Z, as recorded by 2025-09-02T09:00:06Z

    Overdue
    Commitment            State    Due         Days  First due   Counted  Owed  Owed  What
                                               late                       by    to
    ────────────────────  ───────  ──────────  ────  ──────────  ───────  ────  ────  ──────────────────
    pk-us-health-2025/c2  overdue  2025-10-17     1  2025-10-17  stated   pk    us    File the customs
                                                                                      list (by Fri
                                                                                      2025-10-17, 17:00
                                                                                      Asia/Karachi)

    Due today, soon, or in grace
    Commitment            State      Due         Days  First due   Counted  Owed  Owed  What
                                                 late                       by    to
    ────────────────────  ─────────  ──────────  ────  ──────────  ───────  ────  ────  ────────────────
    pk-us-health-2025/c1  due today  2025-10-17     0  2025-10-17  stated   us    pk    Name a focal
                                                                                        point (by Fri
                                                                                        2025-10-17,
                                                                                        24:00 America/Ne
                                                                                        w_York)
    ");
}

#[test]
fn an_hour_later_the_last_day_is_over_there_too() {
    insta::assert_snapshot!(told("overdue --as-of 2025-10-18T09:00:00+05:00"), @"
    as of Sat 2025-10-18 at 2025-10-18T04:00:00Z, as recorded by 2025-09-02T09:00:06Z

    Overdue
    Commitment            State    Due         Days  First due   Counted  Owed  Owed  What
                                               late                       by    to
    ────────────────────  ───────  ──────────  ────  ──────────  ───────  ────  ────  ──────────────────
    pk-us-health-2025/c1  overdue  2025-10-17     1  2025-10-17  stated   us    pk    Name a focal point
                                                                                      (by Fri
                                                                                      2025-10-17, 24:00
                                                                                      America/New_York)
    pk-us-health-2025/c2  overdue  2025-10-17     1  2025-10-17  stated   pk    us    File the customs
                                                                                      list (by Fri
                                                                                      2025-10-17, 17:00
                                                                                      Asia/Karachi)
    ");
}

#[test]
fn days_are_compared_as_days() {
    insta::assert_snapshot!(told("overdue --as-of 2025-10-17"), @"
    as of Fri 2025-10-17, as recorded by 2025-09-02T09:00:06Z

    Overdue
    nothing is overdue

    Due today, soon, or in grace
    Commitment            State      Due         Days  First due   Counted  Owed  Owed  What
                                                 late                       by    to
    ────────────────────  ─────────  ──────────  ────  ──────────  ───────  ────  ────  ────────────────
    pk-us-health-2025/c1  due today  2025-10-17     0  2025-10-17  stated   us    pk    Name a focal
                                                                                        point (by Fri
                                                                                        2025-10-17,
                                                                                        24:00 America/Ne
                                                                                        w_York)
    pk-us-health-2025/c2  due today  2025-10-17     0  2025-10-17  stated   pk    us    File the customs
                                                                                        list (by Fri
                                                                                        2025-10-17,
                                                                                        17:00
                                                                                        Asia/Karachi)
    ");
}

#[test]
fn why_says_when_the_last_day_ends() {
    insta::assert_snapshot!(told("why pk-us-health-2025/c1 --as-of 2025-10-18T04:00:00Z"), @"
    as of Sat 2025-10-18 at 2025-10-18T04:00:00Z, as recorded by 2025-09-02T09:00:06Z

    Commitment:  pk-us-health-2025/c1
    What:        Name a focal point
    State:       overdue
    Because:     its last day ended at 2025-10-18T04:00:00Z, 1 day begun since, and no fulfilment is on
                 record
    Due:         Fri 2025-10-17, 24:00 America/New_York
    Counted as:  stated

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - the due date is stated: Fri 2025-10-17 (@2)
    - the last day ends at 24:00 in America/New_York: 2025-10-18T04:00:00Z (@2)

    Stated
    - due date 2025-10-17
    - the last day ends in the time zone America/New_York

    Assumed, because nobody stated it
    - the last day does not move when it is a day off
    ");
}

#[test]
fn why_says_that_the_clocks_pass_over_a_cut_off_and_which_zone_is_assumed() {
    insta::assert_snapshot!(told("why pk-us-health-2025/c3 --as-of 2026-03-08"), @"
    as of Sun 2026-03-08, as recorded by 2025-09-02T09:00:06Z

    Commitment:  pk-us-health-2025/c3
    What:        Send the first report
    State:       due today
    Because:     2026-03-08 is its due date
    Due:         Sun 2026-03-08, 02:30 America/New_York
    Counted as:  stated

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - the due date is stated: Sun 2026-03-08 (@4)
    - the last day ends at 02:30 in America/New_York, which the clocks there pass over, so it ends as
      they do: 2026-03-08T07:00:00Z (@4)

    Stated
    - due date 2026-03-08
    - the last day ends at 02:30
    - the last day ends in the time zone America/New_York

    Assumed, because nobody stated it
    - the last day does not move when it is a day off
    ");
    insta::assert_snapshot!(told("why pk-us-health-2025/c4 --as-of 2026-03-08"), @"
    as of Sun 2026-03-08, as recorded by 2025-09-02T09:00:06Z

    Commitment:  pk-us-health-2025/c4
    What:        Pay the first part
    State:       pending
    Because:     it is due Sun 2026-11-01
    Due:         Sun 2026-11-01, 17:00 Asia/Karachi
    Counted as:  stated

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - the due date is stated: Sun 2026-11-01 (@5)
    - the last day ends at 17:00 in Asia/Karachi: 2026-11-01T12:00:00Z (@5)

    Stated
    - due date 2026-11-01
    - the last day ends at 17:00

    Assumed, because nobody stated it
    - the last day does not move when it is a day off
    - the last day ends in the time zone of the register, Asia/Karachi
    ");
}

#[test]
fn for_a_spreadsheet_the_day_stays_a_day() {
    insta::assert_snapshot!(told("overdue --as-of 2025-10-18T03:00:00Z --format csv"), @"
    section,commitment,state,due,days_overdue,original_due,authority,owed_by,owed_to,text,ends_at,made,age_days
    overdue,pk-us-health-2025/c2,overdue,2025-10-17,1,2025-10-17,stated,pk,us,File the customs list,2025-10-17T12:00:00Z,,
    due_soon,pk-us-health-2025/c1,due today,2025-10-17,0,2025-10-17,stated,us,pk,Name a focal point,2025-10-18T04:00:00Z,,
    ");
}

#[test]
fn left_out_it_is_this_very_instant() {
    let desk = desk();
    desk.morning_of("2025-10-17");
    // 09:00 in London is 14:00 in Karachi and 05:00 in New York.
    let now = desk.json("overdue");
    assert_eq!(now["overdue"], serde_json::json!([]));
    assert!(now["at"].as_str().is_some_and(|at| at.starts_with("2025-10-17T09:00:0")), "{}", now["at"]);
    let row = &now["due_soon"][1];
    assert_eq!(row["commitment"], "c2");
    assert_eq!((&row["zone"], &row["cut_off"]), (&"Asia/Karachi".into(), &"17:00".into()));
    assert_eq!(row["ends_at"], "2025-10-17T12:00:00.000000Z");
    let of_the_day = desk.json("overdue --as-of 2025-10-17");
    assert_eq!((&of_the_day["at"], &of_the_day["as_of"]), (&serde_json::Value::Null, &"2025-10-17".into()));
    let said = seen(desk.run("stats --as-of now"));
    assert!(said.starts_with("as of Fri 2025-10-17 at 2025-10-17T09:00:0"), "{said}");
}

#[test]
fn every_question_gives_one_answer_for_an_instant() {
    let desk = desk();
    for (at, c1, c2, late) in [
        ("2025-10-17T11:59:59Z", "due_today", "due_today", 0),
        ("2025-10-17T12:00:00Z", "due_today", "overdue", 1),
        ("2025-10-18T03:59:59Z", "due_today", "overdue", 1),
        ("2025-10-18T04:00:00Z", "overdue", "overdue", 2),
    ] {
        let overdue = desk.json(&format!("overdue --as-of {at}"));
        assert_eq!(overdue["overdue"].as_array().map(Vec::len), Some(late), "{at}");
        let list = desk.json(&format!("list --as-of {at}"));
        assert_eq!(list[0]["overdue"], late, "{at}");
        let stats = desk.json(&format!("stats --as-of {at}"));
        assert_eq!(stats["by_state"]["overdue"].as_u64().unwrap_or_default(), late as u64, "{at}");
        let parties = desk.json(&format!("parties pk-us-health-2025 --as-of {at}"));
        let by_party: u64 = parties.as_array().into_iter().flatten().filter_map(|row| row["overdue"].as_u64()).sum();
        assert_eq!(by_party, late as u64, "{at}");
        let show = desk.json(&format!("show pk-us-health-2025 --as-of {at}"));
        let due = desk.json(&format!("due --as-of {at} --within P1D"));
        for (number, commitment, state) in [(0, "c1", c1), (1, "c2", c2)] {
            assert_eq!(show["commitments"][number]["state"], state, "{commitment} at {at}");
            let why = desk.json(&format!("why pk-us-health-2025/{commitment} --as-of {at}"));
            assert_eq!(why["state"], state, "{commitment} at {at}");
            let listed = due["due"].as_array().into_iter().flatten().any(|row| row["commitment"] == commitment);
            assert_eq!(listed, state == "due_today", "{commitment} at {at}");
        }
    }
    let _ = desk.run("overdue --as-of 2025-10-17T11:59:59Z --exit-code").exits(0);
    let _ = desk.run("overdue --as-of 2025-10-17T12:00:00Z --exit-code").exits(10);
}

#[test]
fn a_zone_or_a_time_that_there_is_not_is_refused() {
    let desk = desk();
    let zone =
        |zone: &str| seen(desk.run(&format!(r#"set-deadline pk-us-health-2025 "x" --due 2025-10-17 --zone "{zone}""#)));
    insta::assert_snapshot!(zone("America/New York"), @r#"
    error[field]: zone: "America/New York" is not a time zone of the IANA database, such as Asia/Karachi or UTC
    hint: did you mean America/New_York?
    "#);
    insta::assert_snapshot!(zone("Karachi"), @r#"
    error[field]: zone: "Karachi" is not a time zone of the IANA database, such as Asia/Karachi or UTC
    hint: did you mean Asia/Karachi?
    "#);
    insta::assert_snapshot!(zone("Nowhere"), @r#"
    error[field]: zone: "Nowhere" is not a time zone of the IANA database, such as Asia/Karachi or UTC
    hint: servanda set-deadline --help shows its options, with an example
    "#);
    insta::assert_snapshot!(
        seen(desk.run(r#"set-deadline pk-us-health-2025 "x" --due 2025-10-17 --cut-off 25:00"#)),
        @r#"
    error[field]: cut_off: "25:00" is not a time of day such as 17:00
    hint: servanda set-deadline --help shows its options, with an example
    "#,
    );
    insta::assert_snapshot!(seen(desk.run("init --zone Asia/Karaci --store elsewhere")), @r#"
    error[zone]: "Asia/Karaci" is not a time zone of the IANA database, such as Asia/Karachi or UTC
    hint: did you mean Asia/Karachi?
    "#);
    insta::assert_snapshot!(seen(desk.run("overdue --as-of 2025-10-18T03:00")), @r#"
    error[day]: --as-of: "2025-10-18T03:00" has a time of day: give the day (YYYY-MM-DD), and keep the words in --as-printed
    hint: write a day such as 2025-10-18, a time with its offset such as 2025-10-18T20:00:00Z, or now
    "#);
}
