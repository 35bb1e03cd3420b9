//! The notice-window report, and an agreement with its term and a clock that stood still.

use super::{Desk, seen};

const SETUP: [&str; 15] = [
    r#"record hosting-2025 --kind contract --title "Hosting of the registry" --party min:ministry="Ministry of Health" --party dc:company="Datacentre Ltd" --on 2024-12-01"#,
    "sign hosting-2025 --party min --on 2024-12-15",
    "sign hosting-2025 --party dc --on 2024-12-15",
    "set-term hosting-2025 --start 2025-01-01 --length P1Y --renewal tacit --notice-period P90D --prepare P30D",
    r#"record training-2020 --kind mou --title "MoU on training" --party pk:state=Pakistan --party ps:state=Palestine --on 2021-10-05"#,
    "sign training-2020 --party pk --on 2021-10-05",
    "sign training-2020 --party ps --on 2021-10-05",
    "set-term training-2020 --length P5Y --renewal tacit --renewal-length P2Y --notice-period P6M",
    r#"set-deadline training-2020 "Train 40 doctors" --within P120D --after 2026-06-01 --owed-by pk --owed-to ps --while-suspended stops"#,
    "suspend training-2020 --on 2026-07-01 --until 2026-07-31",
    r#"record lease-2023 --kind contract --title "Lease of the clinic" --party min:ministry="Ministry of Health" --party own:company="Owner Ltd" --on 2023-10-01"#,
    "sign lease-2023 --party min --on 2023-10-01",
    "sign lease-2023 --party own --on 2023-10-01",
    "set-term lease-2023 --length P4Y --renewal express",
    "give-notice lease-2023 --party own --kind termination --on 2026-08-01 --effect-after P45D",
];

fn on_the_tenth_of_september(line: &str) -> String {
    let desk = Desk::new();
    desk.morning_of("2026-09-10");
    for line in SETUP {
        let _ = desk.run(line).ok();
    }
    desk.width(100);
    seen(desk.run(line))
}

#[test]
fn what_comes_due_with_the_terms() {
    insta::assert_snapshot!(on_the_tenth_of_september("due --within P60D"), @"");
}

#[test]
fn the_terms_for_a_spreadsheet() {
    insta::assert_snapshot!(on_the_tenth_of_september("due --within P5D --format csv"), @"");
}

#[test]
fn an_agreement_with_its_term() {
    insta::assert_snapshot!(on_the_tenth_of_september("show hosting-2025"), @"");
}

#[test]
fn an_agreement_whose_notice_has_passed_and_whose_clock_stood_still() {
    insta::assert_snapshot!(on_the_tenth_of_september("show training-2020"), @"");
}

#[test]
fn why_a_clock_stood_still() {
    insta::assert_snapshot!(on_the_tenth_of_september("why training-2020/c1"), @"");
}

#[test]
fn a_lead_that_is_too_long() {
    let line = "set-term lease-2023 --length P1Y --notice-period P2Y";
    insta::assert_snapshot!(on_the_tenth_of_september(line), @"");
}
