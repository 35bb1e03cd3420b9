//! What recurs, from its rule to what is late of it.

use super::seen;
use crate::harness::Desk;

const SETUP: [&str; 6] = [
    "record report-2025 --kind mou --party pk:state=Pakistan --party ps:state=Palestine --on 2025-01-10",
    r#"set-deadline report-2025 "Report every quarter" --due 2025-03-31 --repeat FREQ=MONTHLY;INTERVAL=3;COUNT=8 --owed-by pk --owed-to ps"#,
    "report-milestone report-2025/c1.1 --status met --on 2025-03-28",
    "report-milestone report-2025/c1.2 --status met --on 2025-07-08",
    r#"waive report-2025/c1.3 --by ps --on 2025-09-20 --reason "the flood""#,
    "extend-deadline report-2025/c1.5 --to 2026-04-15 --on 2025-12-01 --agreed-by ps",
];

fn told(line: &str) -> String {
    let desk = Desk::with(&SETUP);
    desk.morning_of("2026-01-20");
    desk.width(100);
    seen(desk.run(line))
}

#[test]
fn what_was_not_reported_is_late() {
    insta::assert_snapshot!(told("overdue"), @"
    as of Tue 2026-01-20, as recorded by 2026-01-20T09:00:00Z

    Overdue
    Commitment        State    Due         Days  First due   Counted  Owed  Owed  What
                                           late                       by    to
    ────────────────  ───────  ──────────  ────  ──────────  ───────  ────  ────  ────────────────────
    report-2025/c1.4  overdue  2025-12-31    20  2025-12-31  stated   pk    ps    Report every quarter
    ");
}

#[test]
fn only_what_is_in_the_window_comes_due() {
    insta::assert_snapshot!(told("due --within P100D"), @"
    as of Tue 2026-01-20, as recorded by 2026-01-20T09:00:00Z

    Due by 2026-04-30
    Commitment        State    Due         Days  First due   Counted  Owed  Owed  What
                                           late                       by    to
    ────────────────  ───────  ──────────  ────  ──────────  ───────  ────  ────  ────────────────────
    report-2025/c1.5  pending  2026-04-15     0  2026-03-31  stated   pk    ps    Report every quarter
    ");
}

#[test]
fn the_agreement_with_its_instances() {
    insta::assert_snapshot!(told("show report-2025"), @"
    as of Tue 2026-01-20, as recorded by 2026-01-20T09:00:00Z

    Reference:  report-2025
    Kind:       mou
    Status:     recorded
    Opened:     recorded, 2025-01-10 (@1)
    On record:  6 events

    Parties
    As  Kind   Status    Party      Signature
    ──  ─────  ────────  ─────────  ─────────
    pk  state  declared  Pakistan
    ps  state  declared  Palestine

    Commitments
    No.  State                           Due         Days  Counted  Owed  Owed  What               Moved
                                                     late           by    to
    ───  ──────────────────────────────  ──────────  ────  ───────  ────  ────  ─────────────────  ─────
    c1   overdue; 2 of 8 met, 1 overdue  2025-12-31    20  stated   pk    ps    Report every
                                                                                quarter

    Instances
    No.   State     Due         Days late  First due   Done
    ────  ────────  ──────────  ─────────  ──────────  ──────────
    c1.1  met       2025-03-31          0  2025-03-31  2025-03-28
    c1.2  met late  2025-06-30          0  2025-06-30  2025-07-08
    c1.3  waived    2025-09-30          0  2025-09-30  –
    c1.4  overdue   2025-12-31         20  2025-12-31  –
    c1.5  pending   2026-04-15          0  2026-03-31  –
    c1.6  pending   2026-06-30          0  2026-06-30  –
    c1.7  pending   2026-09-30          0  2026-09-30  –
    c1.8  pending   2026-12-31          0  2026-12-31  –

    Reports
    - c1.1 met – 2025-03-28 (@3)
    - c1.2 met – 2025-07-08 (@4)
    ");
}

#[test]
fn why_an_instance_is_due() {
    insta::assert_snapshot!(told("why report-2025/c1.5"), @"
    as of Tue 2026-01-20, as recorded by 2026-01-20T09:00:00Z

    Commitment:  report-2025/c1.5
    What:        Report every quarter
    State:       pending
    Because:     it is due Wed 2026-04-15
    Due:         Wed 2026-04-15
    First due:   2026-03-31
    Counted as:  stated

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - the first due date is stated: Mon 2025-03-31 (@2)
    - instance 5 of 8 by FREQ=MONTHLY;INTERVAL=3;COUNT=8: Tue 2026-03-31 (@2)
    - moved to Wed 2026-04-15 (@6), agreed by ps

    Stated
    - first due date 2025-03-31
    - recurs by FREQ=MONTHLY;INTERVAL=3;COUNT=8

    Assumed, because nobody stated it
    - the last day does not move when it is a day off
    - each instance is counted from the first due date
    - in a month without that day it is due on the last; RFC 5545 alone would skip the month
    ");
}

#[test]
fn a_report_says_of_which_instance() {
    insta::assert_snapshot!(told("report-milestone report-2025/c1 --status met"), @"
    error[which_instance]: commitment c1 recurs, and this is about one instance of it (open: c1.4 due 2025-12-31, c1.5 due 2026-04-15, c1.6 due 2026-06-30, c1.7 due 2026-09-30, c1.8 due 2026-12-31)
    hint: write REF/c1.1 for the first, and so on
    ");
    insta::assert_snapshot!(told("report-milestone report-2025/c1.4 --status met"), @"
    recorded: report-2025@7 milestone.reported, 2026-01-20
    it is about report-2025/c1.4
    ");
    insta::assert_snapshot!(told("report-milestone report-2025/c1.9 --status met"), @"
    error[no_such_instance]: there is no instance c1.9 (there are: c1.1 to c1.8)
    hint: servanda show REF lists the instances
    ");
}

#[test]
fn a_rule_without_an_end_is_refused() {
    insta::assert_snapshot!(told("set-deadline report-2025 Visit --due 2026-03-31 --repeat FREQ=YEARLY"), @"
    error[repeat_endless]: repeat: FREQ=YEARLY has no end: neither COUNT nor UNTIL
    hint: add COUNT=8 or UNTIL=20281231; set another deadline when it is agreed that it goes on
    ");
}
