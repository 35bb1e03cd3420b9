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
    insta::assert_snapshot!(told("overdue"), @"");
}

#[test]
fn only_what_is_in_the_window_comes_due() {
    insta::assert_snapshot!(told("due --within P100D"), @"");
}

#[test]
fn the_agreement_with_its_instances() {
    insta::assert_snapshot!(told("show report-2025"), @"");
}

#[test]
fn why_an_instance_is_due() {
    insta::assert_snapshot!(told("why report-2025/c1.5"), @"");
}

#[test]
fn a_report_says_of_which_instance() {
    insta::assert_snapshot!(told("report-milestone report-2025/c1 --status met"), @"");
    insta::assert_snapshot!(told("report-milestone report-2025/c1.4 --status met"), @"");
    insta::assert_snapshot!(told("report-milestone report-2025/c1.9 --status met"), @"");
}

#[test]
fn a_rule_without_an_end_is_refused() {
    insta::assert_snapshot!(told("set-deadline report-2025 Visit --due 2026-03-31 --repeat FREQ=YEARLY"), @"");
}
