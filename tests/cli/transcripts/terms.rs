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

pub(super) fn on_the_tenth_of_september(line: &str) -> String {
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
    insta::assert_snapshot!(on_the_tenth_of_september("due --within P60D"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Due by 2026-11-09
    Commitment        State    Due         Days  First due   Counted  Owed  Owed  What
                                           late                       by    to
    ────────────────  ───────  ──────────  ────  ──────────  ───────  ────  ────  ────────────────
    training-2020/c1  pending  2026-10-30     0  2026-09-29  assumed  pk    ps    Train 40 doctors

    Notices, renewals and ends by 2026-11-09
    Agreement      What            Day         Days  Period      Renewal  Notice       Title
                                               left  ends
    ─────────────  ──────────────  ──────────  ────  ──────────  ───────  ───────────  ─────────────────
    hosting-2025   prepare notice  2026-09-02    -8  2026-12-31  tacit    P90D         Hosting of the
                                                                                       registry
    lease-2023     end             2026-09-14     4  2026-09-14  express  –            Lease of the
                                                                                       clinic
    hosting-2025   notice          2026-10-02    22  2026-12-31  tacit    P90D         Hosting of the
                                                                                       registry
    training-2020  renewal         2026-10-05    25  2026-10-04  tacit    P6M, passed  MoU on training
    ");
}

#[test]
fn the_terms_for_a_spreadsheet() {
    insta::assert_snapshot!(on_the_tenth_of_september("due --within P5D --format csv"), @"
    section,commitment,state,due,days_overdue,original_due,authority,owed_by,owed_to,text,ends_at,agreement,what,day,days_left,period_ends,renewal,notice_period,title
    terms,,,,,,,,,,,hosting-2025,prepare notice,2026-09-02,-8,2026-12-31,tacit,P90D,Hosting of the registry
    terms,,,,,,,,,,,lease-2023,end,2026-09-14,4,2026-09-14,express,,Lease of the clinic
    ");
}

#[test]
fn an_agreement_with_its_term() {
    insta::assert_snapshot!(on_the_tenth_of_september("show hosting-2025"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Reference:       hosting-2025
    Title:           Hosting of the registry
    Kind:            contract
    Status:          effective
    Opened:          recorded, 2024-12-01 (@1)
    Effective from:  2024-12-15
    Term:            from 2025-01-01, P1Y, renewal tacit, notice P90D, prepared P30D before
    Period:          2026-01-01 to 2026-12-31, renewed once, tacit at last
    Notice by:       Fri 2026-10-02, to end with 2026-12-31
    Prepare by:      Wed 2026-09-02 (passed)
    Renews on:       Fri 2027-01-01, unless notice is given before
    On record:       4 events

    Parties
    As   Kind      Status  Party               Signature
    ───  ────────  ──────  ──────────────────  ────────────────────────────────────
    min  ministry  party   Ministry of Health  signatory not named; 2024-12-15 (@2)
    dc   company   party   Datacentre Ltd      signatory not named; 2024-12-15 (@3)
    ");
}

#[test]
fn an_agreement_whose_notice_has_passed_and_whose_clock_stood_still() {
    insta::assert_snapshot!(on_the_tenth_of_september("show training-2020"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Reference:          training-2020
    Title:              MoU on training
    Kind:               mou
    Status:             in operation
    Opened:             recorded, 2021-10-05 (@1)
    In operation from:  2021-10-05
    Term:               P5Y, renewal tacit, renewed by P2Y, notice P6M
    Period:             2021-10-05 to 2026-10-04
    Notice by:          Tue 2028-04-04, to end with 2028-10-04
    Renews on:          Mon 2026-10-05, no notice can come in time for it
    On record:          6 events

    Parties
    As  Kind   Status  Party      Signature
    ──  ─────  ──────  ─────────  ────────────────────────────────────
    pk  state  party   Pakistan   signatory not named; 2021-10-05 (@2)
    ps  state  party   Palestine  signatory not named; 2021-10-05 (@3)

    Commitments
    No.  State    Due         Days late  Counted  Owed by  Owed to  What              Moved
    ───  ───────  ──────────  ─────────  ───────  ───────  ───────  ────────────────  ──────────────────
    c1   pending  2026-10-30          0  assumed  pk       ps       Train 40 doctors  first due
                                                                                      2026-09-29, now 31
                                                                                      days later
    ");
}

#[test]
fn why_a_clock_stood_still() {
    insta::assert_snapshot!(on_the_tenth_of_september("why training-2020/c1"), @"
    as of Thu 2026-09-10, as recorded by 2026-09-10T09:00:15Z

    Commitment:  training-2020/c1
    What:        Train 40 doctors
    State:       pending
    Because:     it is due Fri 2026-10-30
    Due:         Fri 2026-10-30
    First due:   2026-09-29
    Counted as:  assumed

    Counted from
    Anchor:  2026-06-01

    Counted by
    Profile:  plain: Calendar days, first day excluded, no roll
    Source:   the register's default; nobody's law
    It says:  a last day off does not move, and is told where a calendar is named

    Steps
    - start at Mon 2026-06-01
    - count P120D forward: Tue 2026-09-29 (@5)
    - the clock stood still from 2026-07-01 to 2026-07-31, 31 days: Fri 2026-10-30 (@6)

    Stated
    - count P120D forward from 2026-06-01
    - the clock stops while the agreement is suspended

    Assumed, because nobody stated it
    - the day it is counted from is not counted itself
    - days off in between are counted
    - the last day does not move when it is a day off

    By the other profiles
    Profile         Due             What it is
    ──────────────  ──────────────  ────────────────────────────────────────────────────────────────────
    eu-1182-71      Tue 2026-09-29  Regulation (EEC, Euratom) No 1182/71
    cisg-20         –               needs a calendar
    pecl-1-304      –               needs a calendar
    unidroit-1-12   –               needs a calendar
    uncitral-arb-2  –               needs a calendar
    depositary      Tue 2026-09-29  Depositary practice
    coe-month       Thu 2026-10-01  Council of Europe clause: the first day of the month after three
                                    months
    basel-1972      –               needs a calendar
    fr-franc        –               needs a calendar
    ");
}

#[test]
fn a_lead_that_is_too_long() {
    let line = "set-term lease-2023 --length P1Y --notice-period P2Y";
    insta::assert_snapshot!(on_the_tenth_of_september(line), @"
    error[term_again]: this is unusual: the term was set already, by @4; the notice period, P2Y, is longer than the term it is counted back in
    hint: if @4 has it wrong, correct it: servanda correct REF@4 …; if the parties agreed on another term, say so with --reason
    ");
}
